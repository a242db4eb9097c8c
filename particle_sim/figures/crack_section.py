"""Cracks of a damage field: the section as it is torn, crack size and energies, sodium around."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from particle_sim.checks import arguments_checked
from particle_sim.damage.cracked_transport import CRACKED
from particle_sim.damage.field.result import CrackRun
from particle_sim.errors import InputError
from particle_sim.fem.simplices import Symmetry
from particle_sim.figures.film import check_film, write_film
from particle_sim.figures.style import BASELINE, CANDIDATE, SODIUM_MAP, Figure, figure_style
from particle_sim.particle.run import ParticleRun
from particle_sim.units import Array

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.collections import TriMesh

DAMAGE_MAP, POP_IN = "YlOrRd", "#D3DAE1"


@arguments_checked
def crack_section(
    cracks: CrackRun,
    index: int = -1,
    *,
    magnification: float = 5.0,
    around: ParticleRun | None = None,
    around_index: int = -1,
) -> Figure:
    """``cracks`` at the time ``index``: their section, their size over time, and the sodium around.

    Left: damage, on the section with its displacement times ``magnification``. Middle: crack size
    and energies over time, pop-ins as upright lines. Right, where a run ``around`` the cracks is
    given: its filling at ``around_index``, on the same section, broken cells left blank. The crack
    size is the crack energy over G_c, so that damage spread along a skin counts in it.

    >>> from particle_sim.damage.example import example_cracks
    >>> [axes.get_ylabel() for axes in crack_section(example_cracks()).axes]
    ['y [µm]', 'Crack length [µm]', 'Damage (fraction)', 'Energy [µJ/m]']

    Raises :class:`InputError` for the cracks of a solid, a time index outside the runs, and a run
    on another mesh.
    """
    if cracks.body.mesh.dimension != 2:
        raise InputError("The cracks are a solid's; write_crack_vtu gives them to ParaView.")
    _check_index(index, len(cracks.time))
    with figure_style() as figure_class:
        count = 2 if around is None else 3
        figure = figure_class(figsize=(4.3 * count, 3.9), layout="constrained")
        section, curves, *rest = figure.subplots(1, count)
        drawn = draw_damage(section, cracks, index, magnification)
        figure.colorbar(drawn, ax=section, shrink=0.8).set_label("Damage (fraction)")
        _curves(curves, cracks, index)
        if around is not None:
            drawn = draw_sodium(rest[0], cracks, index, magnification, (around, around_index))
            figure.colorbar(drawn, ax=rest[0], shrink=0.8).set_label("Sodium content (filling)")
    return figure


@arguments_checked
def crack_film(
    cracks: CrackRun,
    path: str | Path,
    *,
    magnification: float = 5.0,
    seconds: float = 6.0,
    force: bool = False,
) -> Path:
    """Write a film of :func:`crack_section`, one frame per time of ``cracks``; returns its path.

    ``path`` ends in .gif, or in .mp4 if the program ffmpeg is installed; the film takes
    ``seconds``. Displacements are drawn times ``magnification``. An earlier film is replaced;
    another file only where ``force`` is set.

    >>> from tempfile import TemporaryDirectory
    >>> from particle_sim.damage.example import example_cracks
    >>> with TemporaryDirectory() as place:
    ...     crack_film(example_cracks(), Path(place) / "bar.gif").name
    'bar.gif'

    Raises :class:`InputError` for another ending, .mp4 without ffmpeg, a time that is not positive,
    a file that is no film of ours, and the cracks of a solid.
    """
    if not seconds > 0:
        raise InputError(f"The film takes {seconds} s; it must take more than 0.")
    target = Path(path)
    check_film(target)
    figure = crack_section(cracks, 0, magnification=magnification)
    with figure_style():
        moving = _frames(figure, cracks, magnification)
        colours = [figure.axes[0].collections[0].get_cmap()]
        write_film(figure, moving, target, len(cracks.time) / seconds, colours, force=force)
    return target


def _frames(figure: Figure, cracks: CrackRun, magnification: float) -> Iterator[int]:
    """Bring the figure to one time after the other, its section within the same frame."""
    section, curves, *_ = figure.axes
    moved = moved_corners(cracks, slice(None), magnification).reshape(-1, 2)
    low, high = moved.min(axis=0), moved.max(axis=0)
    section.set(xlim=(low[0], high[0]), ylim=(low[1], high[1]))
    figure.draw_without_rendering()
    figure.set_layout_engine("none")  # everything keeps its place
    for index in range(len(cracks.time)):
        section.clear()
        draw_damage(section, cracks, index, magnification)
        section.set(xlim=(low[0], high[0]), ylim=(low[1], high[1]))
        curves.lines[-1].set_xdata([cracks.time[index]] * 2)
        yield index


def _check_index(index: int, count: int) -> None:
    if not -count <= index < count:
        raise InputError(f"The time index is {index}; the run has {count} times, numbered from 0.")


def moved_corners(cracks: CrackRun, index: int | slice, magnification: float) -> Array:
    """Corners of the cells of ``cracks``, moved by ``magnification`` times the displacement [um].

    (e, 3, 2) at the time ``index``, (t, e, 3, 2) of a slice of times.

    >>> from particle_sim.damage.example import example_cracks
    >>> corners = moved_corners(example_cracks(), -1, 0.0)
    >>> corners.shape, float(corners.max())
    ((160, 3, 2), 0.4)

    Raises :class:`IndexError` for a time outside the run.
    """
    body = cracks.body
    moved = body.moved.nodes * body.length + magnification * cracks.displacement[index]
    return np.asarray(1e6 * moved[..., body.moved.cell_dofs[:, :3], :])


def draw_damage(axes: Axes, cracks: CrackRun, index: int, magnification: float) -> TriMesh:
    """The damage of ``cracks`` at the time ``index`` on ``axes``; returns what a colour bar takes.

    The section's displacement is drawn times ``magnification``.

    >>> from matplotlib.figure import Figure
    >>> from particle_sim.damage.example import example_cracks
    >>> draw_damage(Figure().subplots(), example_cracks(), -1, 1.0).get_clim()
    (0.0, 1.0)

    Raises :class:`IndexError` for a time outside the run.
    """
    corners = moved_corners(cracks, index, magnification)
    values = cracks.damage[index][cracks.body.damaged.cell_dofs]
    drawn = _painted(axes, corners, values, DAMAGE_MAP)
    drawn.set_clim(0.0, 1.0)
    _framed(axes, cracks)
    axes.set_title(f"{_clock(cracks.time[index])}, displacement × {magnification:g}")
    return drawn


def draw_sodium(
    axes: Axes, cracks: CrackRun, index: int, magnification: float, state: tuple[ParticleRun, int]
) -> TriMesh:
    """The filling of a run on ``axes``, on the section of ``cracks`` at the time ``index``.

    ``state`` is the run and its own time index. The displacement is drawn times ``magnification``,
    broken cells are left blank; returns what a colour bar takes.

    >>> from matplotlib.figure import Figure
    >>> from particle_sim.damage.example import example_wire
    >>> wire, axes = example_wire(), Figure().subplots()
    >>> _ = draw_sodium(axes, wire.cracks, -1, 1.0, (wire.around[-1], -1))
    >>> axes.get_title()
    'Sodium after 1 s'

    Raises :class:`InputError` for a run on another mesh or an index outside it.
    """
    run, time = state
    _check_index(time, len(run.time))
    mesh, own = cracks.body.scaled_mesh, run.mesh.scaled(run.length / cracks.body.length)
    if own.points.shape != mesh.points.shape or not np.allclose(own.points, mesh.points):
        raise InputError(
            f"The run around the cracks has a mesh of {len(own.points):,} points, the cracks one "
            f"of {len(mesh.points):,}; solve it with mesh=cracks.body.mesh."
        )
    whole = cracks.damage[index][cracks.body.damaged.cell_dofs].min(axis=1) <= CRACKED
    values = run.site_fraction_at_points[time][run.points.cell_points[:, :3]]
    corners = moved_corners(cracks, index, magnification)
    drawn = _painted(axes, corners[whole], values[whole], SODIUM_MAP)
    _framed(axes, cracks)
    axes.set_title(f"Sodium after {_clock(run.time[time])}")
    return drawn


def _painted(axes: Axes, corners: Array, values: Array, colours: str) -> TriMesh:
    """Cells (e, 3, 2) in the colours of their corners' values (e, 3)."""
    from matplotlib.tri import Triangulation

    x, y = corners.reshape(-1, 2).T
    cells = Triangulation(x, y, np.arange(len(x)).reshape(-1, 3))
    return axes.tripcolor(cells, values.ravel(), shading="gouraud", cmap=colours, rasterized=True)


def _framed(axes: Axes, cracks: CrackRun) -> None:
    first, second = "rz" if cracks.body.mesh.symmetry is Symmetry.AXISYMMETRIC else "xy"
    axes.set_aspect("equal")
    axes.set(xlabel=f"{first} [µm]", ylabel=f"{second} [µm]")


def _curves(axes: Any, cracks: CrackRun, index: int) -> None:
    """Crack size on the left, energies on the right; the time that is shown is the last line."""
    flat = cracks.body.mesh.symmetry is not Symmetry.AXISYMMETRIC
    for time in cracks.pop_ins:
        axes.axvline(time, color=POP_IN, lw=4.0, zorder=0, label="pop-in")
    size, unit = (1e6, "length [µm]") if flat else (1e12, "area [µm²]")
    axes.plot(cracks.time, size * cracks.crack_size, "o-", color=BASELINE, ms=3,
              label=f"crack {unit.split()[0]}")  # fmt: skip
    axes.set_xlabel("Time [s]")
    axes.set_ylabel(f"Crack {unit}", color=BASELINE)
    axes.set_ylim(bottom=0.0)
    right = axes.twinx()
    right.spines["right"].set_visible(True)
    power, unit = (1e6, "µJ/m") if flat else (1e12, "pJ")
    for name, values, style in (
        ("elastic energy", cracks.elastic_energy, "s--"),
        ("crack energy", cracks.crack_energy, "^-."),
    ):
        right.plot(cracks.time, power * values, style, color=CANDIDATE, ms=3, label=name)
    right.set_ylabel(f"Energy [{unit}]", color=CANDIDATE)
    right.set_ylim(bottom=0.0)
    axes.axvline(cracks.time[index], color="black", lw=0.8, ls=":", label="shown")
    named = {line.get_label(): line for line in (*axes.lines, *right.lines)}
    axes.legend(handles=list(named.values()), loc="lower center", bbox_to_anchor=(0.5, 1.0),
                ncols=2)  # fmt: skip


def _clock(time: float) -> str:
    return f"{time:.4g} s"
