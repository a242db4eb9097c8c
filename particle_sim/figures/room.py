"""Room for the texts of a figure that has become narrower: broken lines, fewer numbers."""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterator
from itertools import pairwise
from textwrap import wrap
from typing import Any

from particle_sim.figures.style import Figure

MOST_BROKEN = 12
"""Characters that a line of a broken label has at least."""
FILLED, MARGIN = 0.95, 0.05
"""Share of its height from which a figure counts as filled, and the edge it keeps [inch]."""
HIGHER = 1.25
"""By how much a figure grows whose axes have no room beside their texts."""
NEAR = 0.3
"""Of the height of two numbers: nearer, they read as one."""
FORMULA = re.compile(r"(?<!\\)\$.+?(?<!\\)\$")
NO_BREAK = "\N{NO-BREAK SPACE}"


def fit_texts(figure: Figure) -> bool:
    """Make what has grown fit its place again; whether the layout has room for it."""
    first, fits = figure.get_figheight(), False
    for height in (first, HIGHER * first, HIGHER**2 * first, first):
        figure.set_figheight(height)
        fits = not _collapses(figure)
        if fits:
            break
    _narrow_legends(figure)
    if _break_labels(figure):
        fits = not _collapses(figure)
    for axis in axes_of(figure):
        _part_ticks(axis)
    taken = figure.get_tightbbox().height + 2 * MARGIN
    engine, height = figure.get_layout_engine(), figure.get_figheight()
    if engine is not None and taken < FILLED * height:  # pictures are as wide as they can be
        figure.set_figheight(taken)
    return fits


def _break_labels(figure: Figure) -> bool:
    """Break titles, labels and words that are longer than the axes they stand at; whether any."""
    heading: Any = getattr(figure, "_suptitle", None)
    found = [] if heading is None else [_broken(heading, figure.bbox.width)]
    for axes in figure.axes:
        room = axes.get_window_extent()
        found += [_broken(each, room.width) for each in (axes.title, axes.xaxis.label)]
        found += [_broken(axes.yaxis.label, room.height, upright=True)]
        texts: list[Any] = list(axes.texts)
        found += [
            _broken(text, room.width)
            for text in texts
            if text.get_transform() == axes.transAxes and text.get_ha() == "center"
        ]
    return any(found)


def _broken(label: Any, length: float, *, upright: bool = False) -> bool:
    """Over so many lines that each is at most ``length`` pixels long; whether it was longer."""
    if not label.get_text().strip():
        return False
    box, lines = label.get_window_extent(), label.get_text().split("\n")
    taken = box.height if upright else box.width
    if taken > length > 0:
        letters = int(max(map(len, lines)) * length / taken)
        label.set_text("\n".join(p for line in lines for p in broken(line, letters)))
    return bool(taken > length > 0)


def broken(line: str, most: int) -> list[str]:
    """As few lines as hold ``most`` letters each, of even length; a longer word is cut, and a
    formula, which matplotlib sets between two dollars, stays whole.

    >>> broken("boundary held up to yielding", 25)
    ['boundary held', 'up to yielding']
    """
    if not line.strip():
        return [line]
    whole = FORMULA.sub(lambda found: found[0].replace(" ", NO_BREAK), line)
    most, longest = max(MOST_BROKEN, most), max(map(len, whole.split(" ")))
    cut = longest > most and FORMULA.search(line) is None

    def lines(width: int) -> list[str]:
        return wrap(whole, width, break_on_hyphens=False, break_long_words=cut) or [line]

    few, least = len(lines(most)), most if cut else min(longest, most)
    best = next(way for width in range(least, most + 1) if len(way := lines(width)) == few)
    return [part.replace(NO_BREAK, " ") for part in best]


def _part_ticks(axis: Any) -> None:
    """Every second of the numbers at an axis, until they stand apart."""
    shown = list(axis.get_majorticklocs())
    while len(shown) > 2 and _run_together(axis):
        shown = shown[::2]
        axis.set_ticks(shown)


def _run_together(axis: Any) -> bool:
    """Whether two neighbours among the labels of the ticks touch."""
    low, high = sorted(axis.get_view_interval())
    boxes = [
        label.get_window_extent()
        for place, label in zip(axis.get_majorticklocs(), axis.get_ticklabels(), strict=False)
        if low <= place <= high and label.get_text()
    ]
    return any(a.padded(NEAR * a.height).overlaps(b) for a, b in pairwise(boxes))


def _narrow_legends(figure: Figure) -> None:
    """A legend below the axes that is wider than the figure gets shorter lines in fewer columns:
    of all ways that fit, the one with the fewest lines.
    """
    for legend in list(figure.legends):
        if legend.get_window_extent().width <= figure.bbox.width:
            continue
        texts: list[Any] = legend.get_texts()
        words = [text.get_text() for text in texts]
        letter = max(t.get_window_extent().width / max(len(t.get_text()), 1) for t in texts)
        beside = 3 * texts[0].get_fontsize() / 72 * figure.dpi  # about the handle and its spaces
        ways = [
            (columns, [broken(word, int((figure.bbox.width / columns - beside) / letter))
                       for word in words])
            for columns in (1, 2, 3)
        ]  # fmt: skip
        _rebuilt(figure, legend, ways)


def _rebuilt(figure: Figure, legend: Any, ways: list[tuple[int, list[list[str]]]]) -> None:
    """The legend in the way with the fewest lines that is no wider than the figure."""

    def lines(way: tuple[int, list[list[str]]]) -> int:
        columns, words = way
        rows = -(-len(words) // columns)
        return max(sum(map(len, words[i : i + rows])) for i in range(0, len(words), rows))

    handles, size, title = _handles(figure, legend), legend.get_texts()[0], legend.get_title()
    for columns, words in sorted(ways, key=lines):
        legend.remove()
        legend = figure.legend(
            handles,
            ["\n".join(word) for word in words],
            loc="outside lower center",
            ncols=columns,
            frameon=legend.get_frame_on(),
            fontsize=size.get_fontsize(),
            handlelength=legend.handlelength,
            title=title.get_text() or None,
            title_fontsize=title.get_fontsize(),
        )
        figure.draw_without_rendering()
        if legend.get_window_extent().width <= figure.bbox.width:
            return


def _handles(figure: Figure, legend: Any) -> list[Any]:
    """What the words of a legend stand for; of a point with its bars the legend keeps a part."""
    known: dict[str, Any] = {}
    for axes in figure.axes:
        for handle, label in zip(*axes.get_legend_handles_labels(), strict=True):
            known.setdefault(label, handle)
    drawn = zip(legend.get_texts(), legend.legend_handles, strict=True)
    return [known.get(text.get_text(), handle) for text, handle in drawn]


def _collapses(figure: Figure) -> bool:
    """Whether the layout finds no room for the axes beside their texts."""
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        figure.draw_without_rendering()
    return any("constrained_layout not applied" in str(each.message) for each in told)


def axes_of(figure: Figure) -> Iterator[Any]:
    """Every x and y axis, and those that show another unit beside one."""
    for axes in figure.axes:
        for each in (axes, *axes.child_axes):
            yield from (each.xaxis, each.yaxis)
