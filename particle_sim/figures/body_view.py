"""A body run in pyvista, to turn and cut on the screen."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

from particle_sim.errors import InputError
from particle_sim.particle.run import ParticleRun

if TYPE_CHECKING:
    from pyvista import UnstructuredGrid


def body_view(run: ParticleRun, index: int = -1) -> UnstructuredGrid:
    """``run`` in pyvista at the stored time ``index`` (-1: the last); lengths in metres.

    Its fields are those of the exported files, with units in their names, and the number of each
    cell's ``region``. Try ``body_view(run).clip("x").plot(scalars="site fraction [1]")``.

    >>> import particle_sim as ps
    >>> cube = ps.shapes.box((1e-7, 1e-7, 1e-7), cells=(2, 2, 2))
    >>> body = ps.Particle(material=ps.load_material("nvp"), mesh=cube)
    >>> run = ps.solve_stress(body, lambda x: x[:, 0] / 1e-7)
    >>> body_view(run).n_cells
    48

    Raises :class:`InputError` where pyvista is not installed, and for a radial run.
    """
    try:
        pyvista = importlib.import_module("pyvista")
    except ModuleNotFoundError:
        raise InputError(
            "body_view needs pyvista, which is not installed; run: pip install pyvista"
        ) from None
    from particle_sim.particle.export.grid import grid_of

    grid = grid_of(run)
    view = pyvista.UnstructuredGrid({grid.cell_type: grid.cells}, grid.points)
    for name, values in grid.fields(index).items():
        view.point_data[name] = values
    view.cell_data["region"] = grid.regions
    return view
