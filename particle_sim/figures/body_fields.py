"""The picture of bodies: one cut particle per state, each quantity of every run in a row."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from particle_sim.errors import InputError
from particle_sim.figures.picture import Picture
from particle_sim.figures.quantities import SODIUM, VON_MISES, Place, Quantity, colour_scale
from particle_sim.figures.run_picture import run_pictures
from particle_sim.figures.sheet import (
    CAPTION,
    SIDE,
    Sheet,
    colour_bar,
    draw,
    extremes,
    name_row,
    name_width,
    not_reached,
    sheet,
    time_text,
)
from particle_sim.figures.style import Figure, figure_style
from particle_sim.figures.view import OCTANT, Cut
from particle_sim.particle.run import ParticleRun

NEAR = 0.005
"""A stored state counts as having a mean filling if it is this near."""


def body_fields(
    runs: Mapping[str, ParticleRun],
    *,
    fillings: Sequence[float] = (),
    indices: Sequence[int] = (),
    states: Mapping[str, Sequence[int | None]] | None = None,
    headings: tuple[str, Sequence[str]] | None = None,
    quantities: Sequence[Quantity] = (SODIUM, VON_MISES),
    cut: Cut = OCTANT,
) -> Figure:
    """Rows: each quantity of each run, by its name; columns: states, by mean filling or time index.

    ``runs`` of sections, 3-D bodies and radial spheres may be mixed; all are drawn equally large,
    with a scale bar. Columns are the mean ``fillings``, each "not reached" where no stored state is
    within 0.005, or the time ``indices``. Each of ``quantities`` has one colour scale for all; the
    numbers under a picture are the smallest and largest value in the whole particle, seen or not.
    ``cut`` is what is taken away of a solid.

    ``states`` gives the time indices of each run itself (None: not reached) and ``headings`` what
    the columns are and their names.

    >>> from particle_sim.particle.example import example_run
    >>> figure = body_fields({"NVP": example_run()}, indices=[-1], quantities=[SODIUM])
    >>> [text.get_text() for text in figure.texts][:2]
    ['NVP', '100 nm']

    Raises :class:`InputError` for neither fillings nor indices, for both, and for a time index
    outside a run.
    """
    if states is None:
        states = {name: _states(run, fillings, indices) for name, run in runs.items()}
    pictures = run_pictures(runs, quantities, cut)
    with figure_style() as figure_class:
        page = sheet(
            figure_class,
            columns=len(next(iter(states.values()))),
            rows=len(quantities) * len(runs),
            left=name_width(runs),
            right=1.2,
            top=0.62,
            bottom=0.02,
        )
        for number, quantity in enumerate(quantities):
            _draw_quantity(page, runs, states, pictures, quantity, number * len(runs))
        lines = {headings[0]: headings[1]} if headings else _lines(runs, fillings, indices)
        _headings(page, lines)
    return page.figure


def _states(
    run: ParticleRun, fillings: Sequence[float], indices: Sequence[int]
) -> tuple[int | None, ...]:
    """Time index of every column; None where a filling is not reached."""
    if bool(fillings) == bool(indices):
        raise InputError("Give the states to draw either as mean fillings or as time indices.")
    count = len(run.time)
    for index in indices:
        if not -count <= index < count:
            raise InputError(
                f"The time index is {index}; the run has {count} times, numbered from 0."
            )
    if indices:
        return tuple(index % count for index in indices)
    distance = np.abs(run.mean_site_fraction[:, None] - np.asarray(fillings))
    best = np.argmin(distance, axis=0)
    return tuple(
        int(index) if distance[index, column] < NEAR else None for column, index in enumerate(best)
    )


def _draw_quantity(
    page: Sheet,
    runs: Mapping[str, ParticleRun],
    states: Mapping[str, Sequence[int | None]],
    pictures: Mapping[tuple[str, Place], Picture],
    quantity: Quantity,
    first: int,
) -> None:
    values = {
        (name, index): quantity.shown(run, index)
        for name, run in runs.items()
        for index in states[name]
        if index is not None
    }
    scale = colour_scale(quantity, list(values.values()))
    for row, name in enumerate(runs, start=first):
        shown = pictures[name, quantity.place]
        name_row(page, row, name, shown)
        for column, index in enumerate(states[name]):
            if index is None:
                not_reached(page, row, column)
                continue
            field = values[name, index]
            draw(page, row, column, shown.image(field, scale), extremes(quantity, field))
    x, y = page.corner(first, page.columns)
    height = len(runs) * (SIDE + CAPTION) - CAPTION
    inset = 0.06 * height
    place = page.axes(x + 0.05, y + inset, 0.11, height - 2 * inset)
    colour_bar(page, place, quantity, scale, "vertical")


def _lines(
    runs: Mapping[str, ParticleRun], fillings: Sequence[float], indices: Sequence[int]
) -> dict[str, Sequence[str]]:
    """Mean filling of every column; the time too where it is the same for all runs."""
    lines: dict[str, Sequence[str]] = {}
    times = [[run.time[index] for index in indices] for run in runs.values()]
    if indices and np.allclose(times, times[0], rtol=1e-6):
        lines["time"] = [time_text(time, max(times[0])) for time in times[0]]
    elif indices:
        lines["time index"] = [str(index) for index in indices]
    if fillings:
        lines["mean filling"] = [f"{filling:.3g}" for filling in fillings]
    elif len(runs) == 1:
        mean = next(iter(runs.values())).mean_site_fraction
        lines["mean filling"] = [f"{mean[index]:.3g}" for index in indices]
    return lines


def _headings(page: Sheet, lines: Mapping[str, Sequence[str]]) -> None:
    for number, (what, words) in enumerate(lines.items()):
        y = page.top - 0.1 - 0.18 * (len(lines) - 1 - number)
        page.text(page.left - 0.16, y, f"{what}:", ha="right", va="bottom", fontsize=8)
        for column, text in enumerate(words):
            middle = page.corner(0, column)[0] + 0.5 * SIDE
            page.text(middle, y, text, ha="center", va="bottom")
