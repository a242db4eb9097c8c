"""Charged wires side by side: damage, sodium around the cracks, and how far these have grown."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from particle_sim.checks import arguments_checked
from particle_sim.damage.charged_wire import ChargedWire
from particle_sim.errors import InputError
from particle_sim.figures.crack_section import draw_damage, draw_sodium, moved_corners
from particle_sim.figures.film import check_film, write_film
from particle_sim.figures.style import BASELINE, CANDIDATE, Figure, figure_style, plain
from particle_sim.materials.property import Evidence, Property
from particle_sim.units import Array

COLOURS, MARKS = (BASELINE, CANDIDATE), ("o-", "s--")
PROXY, ASSUMED = Evidence.PROXY, Evidence.ASSUMED
Wires = Sequence[ChargedWire]


@arguments_checked
def crack_pair(wires: Wires, index: int = -1, *, magnification: float = 5.0) -> Figure:
    """One or two ``wires``, a row each: damage and sodium of a quarter of the section.

    Both have one scale for all wires. On the right crack length beyond the flaw against the charge
    that is gone, of all of them. ``index`` counts the times; a wire whose charge ended earlier
    stays as it was. Displacements are drawn times ``magnification``.

    >>> from particle_sim.damage.example import example_wire
    >>> crack_pair([example_wire()]).axes[1].get_title()
    'sodium around the cracks'

    Raises :class:`InputError` for no wire, more than two, and a time index outside.
    """
    _check(wires, index)
    with figure_style() as figure_class:
        rows = len(wires)
        figure = figure_class(figsize=(10.6, 0.9 + 3.1 * rows), layout="constrained")
        grid = figure.add_gridspec(rows, 3, width_ratios=(1.0, 1.0, 1.15))
        panels = [[figure.add_subplot(grid[row, k]) for k in (0, 1)] for row in range(rows)]
        curves = figure.add_subplot(grid[:, 2])
        drawn = _sections(panels, wires, index, magnification)
        for column, (name, each) in enumerate(zip(_BARS, drawn, strict=True)):
            axes = [row[column] for row in panels]
            figure.colorbar(each, ax=axes, shrink=0.9, pad=0.02).set_label(name)
        _curves(curves, wires, index)
        figure.supxlabel(plain(words_of(wires, magnification)), fontsize=7.5, ha="left", x=0.01)
    return figure


_BARS = ("Damage (fraction)", "Sodium content (filling)")


@arguments_checked
def crack_pair_film(
    wires: Wires,
    path: str | Path,
    *,
    magnification: float = 5.0,
    seconds: float = 6.0,
    force: bool = False,
) -> Path:
    """Write a film of :func:`crack_pair` of ``wires``, one frame per time; returns its path.

    ``path`` ends in .gif, or in .mp4 if the program ffmpeg is installed; the film takes
    ``seconds``. Displacements are drawn times ``magnification``. An earlier film is replaced;
    another file only where ``force`` is set.

    >>> from particle_sim.damage.example import example_wire
    >>> crack_pair_film([example_wire()], "wires.avi")
    Traceback (most recent call last):
    ...
    particle_sim.errors.InputError: The film's name is "wires.avi"; it must end in .gif or .mp4.

    Raises :class:`InputError` as shown, for .mp4 without ffmpeg, a time that is not positive, a
    file that is no film of ours, and as :func:`crack_pair`.
    """
    if not seconds > 0:
        raise InputError(f"The film takes {seconds} s; it must take more than 0.")
    target = Path(path)
    check_film(target)
    figure = crack_pair(wires, 0, magnification=magnification)
    with figure_style():
        colours = [axes.collections[0].get_cmap() for axes in figure.axes[:2]]
        moving = _frames(figure, wires, magnification)
        write_film(figure, moving, target, _count(wires) / seconds, colours, force=force)
    return target


def words_of(wires: Wires, magnification: float) -> str:
    """What was computed of ``wires`` and what was assumed; ``magnification`` as drawn.

    >>> from particle_sim.damage.example import example_wire
    >>> print(words_of([example_wire()], 5.0).splitlines()[1])
    NVP: D 5e-16 m²/s, G_c 17 J/m², l 40 nm.

    Raises :class:`IndexError` for no wire.
    """
    first = wires[0]
    solids = "; ".join(
        f"{each.title}: D {float(_diffusivity(each)(np.array(0.5))):.3g} m²/s, "
        f"G_c {solid.toughness:.3g} J/m², "
        f"l {1e9 * solid.length_scale:.0f} nm"
        for each in wires
        for solid in (each.cracks.body.solid,)
    )
    guessed = [each for each in wires if _diffusivity(each).evidence in (PROXY, ASSUMED)]
    assumed = "D, G_c from" if guessed else "G_c from"
    cracks = "filled with electrolyte" if first.wetted else "dry: they hold sodium up"
    return (
        f"Long wires charged at {first.c_rate:g}C, radius {1e6 * first.cracks.body.length:.3g} µm; "
        f"displacement × {magnification:g}. Fick's law, no boundary between phases. Cracks are "
        f"{cracks}.\n{solids}.\nAssumed, not measured: {assumed} the host's toughness, l = R/8, a "
        "flaw 1.5 l deep. Damage along the skin counts as crack.\nThe whole wire's sodium pulls; "
        "it is solved again around the cracks of each time."
    )


def _diffusivity(wire: ChargedWire) -> Property:
    return wire.around[0].particle.material["diffusivity"]


def _check(wires: Wires, index: int) -> None:
    if len(wires) not in (1, 2):
        raise InputError(f"{len(wires)} wires are to be drawn; give one or two.")
    if not -_count(wires) <= index < _count(wires):
        raise InputError(
            f"The time index is {index}; the wires have {_count(wires)} times, numbered from 0."
        )


def _count(wires: Wires) -> int:
    return max(len(wire.charge) for wire in wires)


def _place(wire: ChargedWire, wires: Wires, index: int) -> int:
    """The wire's time at an index of all."""
    return min(index % _count(wires), len(wire.charge) - 1)


def _sections(panels: Sequence[Sequence[Any]], wires: Wires, index: int, size: float) -> list[Any]:
    limits = _limits(wires, size)
    for row, wire in zip(panels, wires, strict=True):
        at = _place(wire, wires, index)
        state = wire.around[at], len(wire.around[at].time) - 1
        drawn = [
            draw_damage(row[0], wire.cracks, at, size),
            draw_sodium(row[1], wire.cracks, at, size, state),
        ]
        drawn[1].set_clim(0.0, 1.0)
        ended = wire.emptied and at == len(wire.charge) - 1
        over = ": surface empty" if ended else ""
        row[0].set_title(f"{plain(wire.title)}\n{wire.charge[at]:.0f} mAh/g{over}")
        row[1].set_title("sodium around the cracks")
        for axes in row:
            axes.set(xlim=limits, ylim=limits)
    return drawn


def _limits(wires: Wires, size: float) -> tuple[float, float]:
    """One square frame [um] for all sections at all times."""
    moved = [moved_corners(wire.cracks, slice(None), size) for wire in wires]
    low, high = min(float(x.min()) for x in moved), max(float(x.max()) for x in moved)
    margin = 0.02 * (high - low)
    return low - margin, high + margin


def _curves(axes: Any, wires: Wires, index: int) -> None:
    for wire, colour, mark in zip(wires, COLOURS, MARKS, strict=False):
        lengths = np.concatenate([[0.0], 1e6 * wire.grown])
        axes.plot(
            np.concatenate([[0.0], wire.charge]), lengths, mark, ms=3, color=colour,
            label=plain(wire.title),
        )  # fmt: skip
    axes.plot(*_shown(wires, index), "o", ms=9, mfc="none", color="black", label="shown")
    axes.set_xlabel("Charge gone [mAh/g]")
    axes.set_ylabel("Crack grown, a quarter of the section [µm]")
    top = max(float(wire.grown.max()) for wire in wires)
    top = 1e6 * top if top > 1e-9 else 0.1
    axes.set_ylim(bottom=-0.03 * top, top=1.08 * top)
    axes.legend(loc="upper left")


def _shown(wires: Wires, index: int) -> tuple[Array, Array]:
    at = [_place(wire, wires, index) for wire in wires]
    charge = np.array([wire.charge[k] for wire, k in zip(wires, at, strict=True)])
    return charge, np.array([1e6 * wire.grown[k] for wire, k in zip(wires, at, strict=True)])


def _frames(figure: Figure, wires: Wires, size: float) -> Iterator[int]:
    """Bring the figure to one time after the other, everything in its place."""
    rows = len(wires)
    panels = [list(figure.axes[2 * row : 2 * row + 2]) for row in range(rows)]
    curves = figure.axes[2 * rows]
    figure.draw_without_rendering()
    figure.set_layout_engine("none")
    for index in range(_count(wires)):
        for axes in (each for row in panels for each in row):
            axes.clear()
        _sections(panels, wires, index, size)
        curves.lines[-1].set_data(*_shown(wires, index))
        yield index
