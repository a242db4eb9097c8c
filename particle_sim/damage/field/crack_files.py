"""Crack runs as files for ParaView: damage, displacement, stress, and the sodium if it is given."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from particle_sim.checks import arguments_checked
from particle_sim.damage.field.result import CrackRun
from particle_sim.errors import InputError
from particle_sim.fem.body_mesh import Symmetry
from particle_sim.particle.export.grid import CELL_TYPES, in_space, vtk_cells
from particle_sim.particle.export.vtu import document, write_series
from particle_sim.units import Array

_AS_TENSOR = {
    Symmetry.PLANE: ([0, 1, 2], [3]),
    Symmetry.AXISYMMETRIC: ([0, 2, 1], [5]),
    Symmetry.SOLID: ([0, 1, 2], [4, 5, 3]),
}
"""Where a run's normal stresses and shears go among ParaView's XX, YY, ZZ, XY, YZ, XZ."""


@arguments_checked
def write_crack_vtu(
    cracks: CrackRun,
    path: str | Path,
    *,
    site_fraction: Array | None = None,
    force: bool = False,
) -> Path:
    """Write ``cracks`` as ``path`` ``name.pvd`` and ``name/name_0000.vtu``, ..., one per time.

    Returns the .pvd. Straight cells; at their corners damage [1], displacement [m] and, where
    given, ``site_fraction`` (t, n) at ``body.vertices``; of every cell the mean stress [Pa] and the
    mean first principal stress. A meridian lies in y = 0 with r along x, and its x, y, z are r,
    hoop, z. The files appear together and replace an earlier series; another hand's only with
    ``force``.

    >>> from tempfile import TemporaryDirectory
    >>> from particle_sim.damage.example import example_cracks
    >>> with TemporaryDirectory() as place:
    ...     series = write_crack_vtu(example_cracks(), Path(place) / "bar.pvd")
    ...     sorted(file.name for file in series.with_suffix("").iterdir())
    ['bar_0000.vtu', 'bar_0001.vtu']

    Raises :class:`InputError` for another ending, a site fraction of another shape, and files of
    another hand.
    """
    target, body = Path(path), cracks.body
    if target.suffix != ".pvd":
        raise InputError(f'The time series\' name is "{target.name}"; it must end in .pvd.')
    if site_fraction is not None and site_fraction.shape != cracks.damage.shape:
        raise InputError(
            f"The site fraction has the shape {site_fraction.shape}; give one for each of the "
            f"{len(cracks.time)} times and {body.damaged.dimension:,} vertices."
        )
    return write_series(target, target.stem, _documents(cracks, site_fraction), force=force)


def _documents(cracks: CrackRun, site_fraction: Array | None) -> Iterator[tuple[float, str]]:
    body, symmetry = cracks.body, cracks.body.mesh.symmetry
    corner = np.empty(body.damaged.dimension, dtype=np.intp)
    corners = body.moved.cell_dofs[:, : body.mesh.dimension + 1]
    corner[body.damaged.cell_dofs] = corners
    mesh = (
        in_space(symmetry, body.vertices),
        vtk_cells(body.damaged, body.damaged.cell_dofs, 1),
        CELL_TYPES[body.mesh.dimension, 1],
    )
    for index, time in enumerate(cracks.time):
        fields = {
            "damage [1]": cracks.damage[index],
            "displacement [m]": in_space(symmetry, cracks.displacement[index][corner]),
        }
        if site_fraction is not None:
            fields["site fraction [1]"] = site_fraction[index]
        stress = _mean_stress(cracks, index)
        first = np.linalg.eigvalsh(stress[:, [[0, 3, 5], [3, 1, 4], [5, 4, 2]]])[:, -1]
        cell_fields = {"stress [Pa]": stress, "first principal stress [Pa]": first}
        yield float(time), document(mesh, fields, cell_fields, float(time))


def _mean_stress(cracks: CrackRun, index: int) -> Array:
    """Of every cell (e, 6), in ParaView's order."""
    weights = cracks.body.moved.weights
    mean = np.einsum("eqc,eq->ec", cracks.stress(index)[0], weights) / weights.sum(1)[:, None]
    normals, shears = _AS_TENSOR[cracks.body.mesh.symmetry]
    tensor = np.zeros((len(mean), 6))
    tensor[:, normals], tensor[:, shears] = mean[:, :3], mean[:, 3:]
    return tensor
