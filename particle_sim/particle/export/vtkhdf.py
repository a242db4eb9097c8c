"""All stored times of a body run in one VTKHDF file (version 2.2), the mesh written once."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np

from particle_sim.errors import InputError
from particle_sim.manifest import OPEN_SEAL, sealed
from particle_sim.outputs import check_file, write_new
from particle_sim.particle.export.grid import Grid, grid_of
from particle_sim.particle.run import ParticleRun


def write_vtkhdf(run: ParticleRun, path: str | Path, *, force: bool = False) -> Path:
    """Write ``run`` with every stored time as the file ``path``; returns it.

    Its name ends in .vtkhdf or .hdf. ParaView 5.12 and VTK 9.3 or later read it. Points, fields and
    units are those of :class:`Grid`; every cell has the number of its region. An earlier file of
    this kind is replaced, another hand's of this name only with ``force``.

    >>> from tempfile import TemporaryDirectory
    >>> import particle_sim as ps
    >>> square = ps.shapes.rectangle((1e-7, 1e-7), cells=(2, 2))
    >>> body = ps.Particle(material=ps.load_material("nvp"), mesh=square)
    >>> run = ps.solve_stress(body, lambda x: x[:, 0] / 1e-7)
    >>> with TemporaryDirectory() as place:
    ...     write_vtkhdf(run, Path(place) / "square.vtkhdf").name
    'square.vtkhdf'

    Raises :class:`InputError` for another ending, a radial run, and a file of another hand.
    """
    target = Path(path)
    if target.suffix not in (".vtkhdf", ".hdf"):
        raise InputError(f'The file\'s name is "{target.name}"; it must end in .vtkhdf or .hdf.')
    check_file(target)
    write_new(target, vtkhdf_bytes(run), force=force)
    return target


def vtkhdf_bytes(run: ParticleRun) -> bytes:
    """The file in memory: HDF5 itself ends the process where a disk is full."""
    import h5py  # type: ignore[import-untyped]

    grid, buffer = grid_of(run), BytesIO()
    with h5py.File(buffer, "w") as file:
        root = file.create_group("VTKHDF")
        root.attrs["Version"] = np.array([2, 2], dtype=np.int64)
        root.attrs.create("Type", np.bytes_("UnstructuredGrid"))
        root.attrs["MadeBy"] = np.bytes_(OPEN_SEAL)
        _write_mesh(root, grid)
        _write_steps(root, grid)
    return sealed(buffer.getvalue())


def _write_mesh(root: Any, grid: Grid) -> None:
    count, per = grid.cells.shape
    root["NumberOfPoints"] = np.array([len(grid.points)])
    root["NumberOfCells"] = np.array([count])
    root["NumberOfConnectivityIds"] = np.array([count * per])
    root["Points"] = grid.points
    root["Connectivity"] = grid.cells.ravel().astype(np.int64)
    root["Offsets"] = per * np.arange(count + 1)
    root["Types"] = np.full(count, grid.cell_type, dtype=np.uint8)
    root["CellData/region"] = grid.regions.astype(np.int64)


def _write_steps(root: Any, grid: Grid) -> None:
    """Times, where the fields of each start, and the fields themselves, one time after another."""
    times, points = grid.run.time, len(grid.points)
    steps = root.create_group("Steps")
    steps.attrs["NSteps"] = len(times)
    steps["Values"] = times
    still = np.zeros(len(times), dtype=np.int64)
    steps["PartOffsets"], steps["NumberOfParts"] = still, still + 1
    steps["PointOffsets"] = still
    steps["CellOffsets"] = steps["ConnectivityIdOffsets"] = still[:, None]
    steps["CellDataOffsets/region"] = still
    starts = points * np.arange(len(times))
    for index in range(len(times)):
        for name, values in grid.fields(index).items():
            if index == 0:
                shape = (len(times) * points, *values.shape[1:])
                root.create_dataset(f"PointData/{name}", shape, dtype="f8")
                steps[f"PointDataOffsets/{name}"] = starts
            root[f"PointData/{name}"][starts[index] : starts[index] + points] = values
