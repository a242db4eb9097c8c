"""A charge as a film: cut particles against time, as GIF or MP4."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from particle_sim.errors import InputError
from particle_sim.figures.film import check_film, write_film
from particle_sim.figures.picture import Picture
from particle_sim.figures.quantities import (
    SODIUM,
    VON_MISES,
    ColourScale,
    Quantity,
    colour_scale,
)
from particle_sim.figures.run_picture import run_pictures
from particle_sim.figures.sheet import (
    CAPTION,
    GREY,
    SIDE,
    Sheet,
    colour_bar,
    draw,
    extremes,
    name_row,
    name_width,
    sheet,
    time_text,
)
from particle_sim.figures.style import figure_style
from particle_sim.figures.view import OCTANT, Cut
from particle_sim.particle.run import ParticleRun
from particle_sim.units import Array


def animation(
    runs: Mapping[str, ParticleRun],
    path: str | Path,
    *,
    quantities: Sequence[Quantity] = (SODIUM, VON_MISES),
    frames: int = 60,
    seconds: float = 6.0,
    cut: Cut = OCTANT,
    force: bool = False,
) -> Path:
    """Write a film of ``runs`` by name (rows) and ``quantities`` (columns); returns its path.

    ``path`` ends in .gif, or in .mp4 if the program ffmpeg is installed. Its ``frames``, shown in
    ``seconds`` altogether, are evenly spaced in time from the first start to the last end; each
    shows the stored state nearest to its time, and a run that has ended its last one. ``cut`` is
    what is taken away of a solid. One colour scale per quantity holds for all. An earlier film is
    replaced; another file only where ``force`` is set.

    >>> from tempfile import TemporaryDirectory
    >>> from particle_sim.particle.example import example_run
    >>> with TemporaryDirectory() as place:
    ...     film = animation(
    ...         {"NVP": example_run()}, Path(place) / "nvp.gif", quantities=[SODIUM], frames=1
    ...     )
    >>> film.name
    'nvp.gif'

    Raises :class:`InputError` for another ending, .mp4 without ffmpeg, no frame or no time, and a
    file that is no film of ours.
    """
    if frames < 1 or not seconds > 0:
        raise InputError(f"The film has {frames} frames in {seconds} s; both must be positive.")
    target = Path(path)
    check_film(target)
    first = min(float(run.time[0]) for run in runs.values())
    times = np.linspace(first, max(float(run.time[-1]) for run in runs.values()), frames)
    with figure_style() as figure_class:
        page = _page(figure_class, runs, quantities)
        cells = _cells(page, runs, quantities, times, cut)
        colours = [cell.scale.cmap for cell in cells[:: len(runs)]]
        moving = _frames(page, cells, times)
        write_film(page.figure, moving, target, frames / seconds, colours, force=force)
    return target


@dataclass(frozen=True, kw_only=True)
class _Cell:
    """One moving picture: its states (frames,), values by state, and what matplotlib drew."""

    run: ParticleRun
    quantity: Quantity
    picture: Picture
    states: Array
    values: Mapping[int, Array]
    scale: ColourScale
    image: Any
    caption: Any
    filling: Any


def _page(
    figure_class: Any, runs: Mapping[str, ParticleRun], quantities: Sequence[Quantity]
) -> Sheet:
    return sheet(
        figure_class,
        columns=len(quantities),
        rows=len(runs),
        left=name_width(runs),
        right=0.25,
        top=0.5,
        bottom=0.8,
    )


def _cells(
    page: Sheet,
    runs: Mapping[str, ParticleRun],
    quantities: Sequence[Quantity],
    times: Array,
    cut: Cut,
) -> list[_Cell]:
    """Every picture at its first state, with names and colour bars."""
    states = {
        name: np.argmin(np.abs(run.time[:, None] - times), axis=0) for name, run in runs.items()
    }
    views = run_pictures(runs, quantities, cut)
    cells = []
    for column, quantity in enumerate(quantities):
        values = {
            name: {int(k): quantity.shown(run, int(k)) for k in np.unique(states[name])}
            for name, run in runs.items()
        }
        scale = colour_scale(quantity, [one for each in values.values() for one in each.values()])
        for row, (name, run) in enumerate(runs.items()):
            view = views[name, quantity.place]
            start = values[name][int(states[name][0])]
            image, caption = draw(page, row, column, view.image(start, scale), "")
            cell = _Cell(
                run=run, quantity=quantity, picture=view, states=states[name],
                values=values[name], scale=scale, image=image, caption=caption,
                filling=_name(page, row, name, view) if column == 0 else None,
            )  # fmt: skip
            cells.append(cell)
        x, y = page.corner(len(runs) - 1, column)
        place = page.axes(x + 0.05 * SIDE, y + SIDE + CAPTION + 0.08, 0.9 * SIDE, 0.09)
        colour_bar(page, place, quantity, scale, "horizontal")
    return cells


def _name(page: Sheet, row: int, name: str, view: Picture) -> Any:
    """The name of a run; returns the text that will say its mean filling."""
    name_row(page, row, name, view)
    x, y = page.left - 0.16, page.corner(row, 0)[1] + 0.5 * SIDE + 0.34
    return page.text(x, y, "", ha="right", va="top", fontsize=7, color=GREY)


def _frames(page: Sheet, cells: Sequence[_Cell], times: Array) -> Iterator[int]:
    """Bring the page to one frame after the other; pictures whose state stays are left alone."""
    title = page.text(0.16, 0.16, "", fontsize=11, fontweight="bold", va="top")
    for frame, time in enumerate(times):
        title.set_text(time_text(float(time), float(times[-1])))
        for cell in cells:
            state = int(cell.states[frame])
            if frame == 0 or state != cell.states[frame - 1]:
                _show(cell, state)
        yield frame


def _show(cell: _Cell, state: int) -> None:
    values = cell.values[state]
    cell.image.set_data(cell.picture.image(values, cell.scale))
    cell.caption.set_text(extremes(cell.quantity, values))
    if cell.filling is not None:
        cell.filling.set_text(f"mean filling {cell.run.mean_site_fraction[state]:.2f}")
