"""What a figure promises on paper: text that can be read, on the page, none over another."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations
from typing import Any

from particle_sim.figures.finish import SMALLEST_FONT, Finish, Theme, finished

COLUMN = 85.0
"""Width of a column [mm]."""
LEADING = 0.2
"""Of a line's height, at each edge of a text's box, that no letter fills."""


def check_on_paper(figure: Any) -> None:
    """At the width of a column: no text under 6 pt, off the page or over another."""
    finished(figure, Finish(width=COLUMN))
    check_on_page(figure)
    boxes = []
    for text in shown_texts(figure):
        words, box = text.get_text(), text.get_window_extent()
        assert text.get_fontsize() >= SMALLEST_FONT - 1e-9, f'"{words}" is too small'
        if text.get_rotation() % 90 == 0:  # the box of a slanted number is larger than it is
            edge = LEADING * text.get_fontsize() / 72 * figure.dpi
            boxes.append((words, box.padded(-edge)))
    for (one, here), (other, there) in combinations(boxes, 2):
        assert not here.overlaps(there), f'"{one}" and "{other}" lie over each other'


def check_on_page(figure: Any) -> None:
    """As the figure is: no text off the page."""
    figure.draw_without_rendering()
    page = figure.bbox.padded(1.0)
    for text in shown_texts(figure):
        words, box = text.get_text(), text.get_window_extent()
        assert page.x0 <= box.x0 <= box.x1 <= page.x1, f'"{words}" leaves the page'
        assert page.y0 <= box.y0 <= box.y1 <= page.y1, f'"{words}" leaves the page'


def check_on_dark(figure: Any) -> None:
    """In a dark column: no text on a pale legend."""
    finished(figure, Finish(width=COLUMN, theme=Theme.DARK))
    framed = [each for each in figure.legends if each.get_frame_on()]
    assert [sum(each.get_frame().get_facecolor()[:3]) > 1.5 for each in framed].count(True) == 0


def shown_texts(figure: Any) -> Iterator[Any]:
    """Every text of a figure that is drawn and says something."""
    axes = [each for main in figure.axes for each in (main, *main.child_axes)]
    legends = [*figure.legends, *filter(None, (each.get_legend() for each in axes))]
    found = [*figure.texts, *(text for legend in legends for text in legend.get_texts())]
    for each in axes:
        found += [each.title, *each.texts]
        for axis in (each.xaxis, each.yaxis) if each.axison else ():
            low, high = sorted(axis.get_view_interval())
            ticks = zip(axis.get_majorticklocs(), axis.get_ticklabels(), strict=False)
            found += [axis.label, *(label for at, label in ticks if low <= at <= high)]
    return (text for text in found if text.get_visible() and text.get_text().strip())
