"""A ParaView time series: one .vtu file per stored time, and a .pvd file that lists them."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from pathlib import Path
from xml.sax.saxutils import quoteattr

import numpy as np
from numpy.typing import NDArray

from particle_sim.errors import InputError
from particle_sim.files import write_file
from particle_sim.manifest import OPEN_SEAL, sealed
from particle_sim.outputs import new_files
from particle_sim.particle.export.grid import TENSOR, Grid, grid_of
from particle_sim.particle.run import ParticleRun
from particle_sim.units import Array

_TYPES = {"float64": "Float64", "int64": "Int64", "uint8": "UInt8"}

_HEAD = (
    f'<?xml version="1.0"?>\n<!-- {OPEN_SEAL} -->\n'
    '<VTKFile type="{kind}" version="1.0" byte_order="LittleEndian" '
    'header_type="UInt64">\n'
)


def write_vtu(
    run: ParticleRun,
    path: str | Path,
    *,
    vertex_fields: Mapping[str, Array] | None = None,
    force: bool = False,
) -> Path:
    """Write ``name.pvd`` and its ``name/name_0000.vtu``, ...; returns the path of the .pvd file.

    Open the .pvd file in ParaView. Cells keep their second order; points, fields and units are
    those of :class:`Grid`, and every cell has the number of its region. ``vertex_fields``: more of
    them by name, the same at all times, each one number per vertex of the mesh (v,), such as
    ``{"damage [1]": cracks.damage[-1]}``. The files appear together and replace an earlier series;
    another hand's are an :class:`InputError`, unless forced.
    """
    target = Path(path)
    if target.suffix != ".pvd":
        raise InputError(f'The time series\' name is "{target.name}"; it must end in .pvd.')
    grid, stem = grid_of(run), target.stem
    more = {name: grid.of_vertices(values) for name, values in (vertex_fields or {}).items()}
    entries = []
    with new_files(target, force=force) as work:
        for index, time in enumerate(run.time):
            name = f"{stem}/{stem}_{index:04d}.vtu"
            write_file(work / name, sealed(_document(grid, index, more).encode()))
            place = f'timestep="{float(time)!r}" part="0" file={quoteattr(name)}'
            entries.append(f"<DataSet {place}/>\n")
        head, inside = _HEAD.format(kind="Collection"), "".join(entries)
        listing = f"{head}<Collection>\n{inside}</Collection>\n</VTKFile>\n"
        write_file(work / target.name, sealed(listing.encode()))
    return target


def _document(grid: Grid, index: int, more: Mapping[str, Array]) -> str:
    """One state as VTK's XML with inline base64 arrays."""
    count, per = grid.cells.shape
    fields = {**grid.fields(index), **more}
    tensor = " ".join(f'ComponentName{k}="{name}"' for k, name in enumerate(TENSOR))
    data = [
        _array(values, name, tensor if name == "stress [Pa]" else "")
        for name, values in fields.items()
    ]
    time = _array(grid.run.time[index : index + 1], "TimeValue", 'NumberOfTuples="1"')
    cells = (
        _array(grid.cells.ravel(), "connectivity"),
        _array(per * np.arange(1, count + 1), "offsets"),
        _array(np.full(count, grid.cell_type, dtype=np.uint8), "types"),
    )
    return "".join(
        (
            _HEAD.format(kind="UnstructuredGrid"),
            f"<UnstructuredGrid>\n<FieldData>\n{time}</FieldData>\n",
            f'<Piece NumberOfPoints="{len(grid.points)}" NumberOfCells="{count}">\n',
            f"<PointData>\n{''.join(data)}</PointData>\n",
            f"<CellData>\n{_array(grid.regions, 'region')}</CellData>\n",
            f"<Points>\n{_array(grid.points, 'Points')}</Points>\n",
            f"<Cells>\n{''.join(cells)}</Cells>\n",
            "</Piece>\n</UnstructuredGrid>\n</VTKFile>\n",
        )
    )


def _array(values: NDArray[np.generic], name: str, more: str = "") -> str:
    """One array: its length in bytes and its numbers, little-endian, in base64."""
    if values.dtype.kind == "i":
        values = values.astype(np.int64)
    raw = np.ascontiguousarray(values, dtype=values.dtype.newbyteorder("<")).tobytes()
    text = base64.b64encode(np.uint64(len(raw)).astype("<u8").tobytes() + raw).decode()
    columns = f' NumberOfComponents="{values.shape[1]}"' if values.ndim > 1 else ""
    return (
        f'<DataArray type="{_TYPES[values.dtype.name]}" Name={quoteattr(name)}{columns} {more} '
        f'format="binary">{text}</DataArray>\n'
    )
