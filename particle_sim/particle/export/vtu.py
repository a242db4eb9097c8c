"""A ParaView time series: one .vtu file per stored time, and a .pvd file that lists them."""

from __future__ import annotations

import base64
from collections.abc import Iterable, Mapping
from pathlib import Path
from xml.sax.saxutils import quoteattr

import numpy as np
from numpy.typing import NDArray

from particle_sim.errors import InputError
from particle_sim.fem.simplices import Integers
from particle_sim.files import write_file
from particle_sim.manifest import OPEN_SEAL, sealed
from particle_sim.outputs import new_files
from particle_sim.particle.export.grid import TENSOR, grid_of
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
    """Write ``run`` as ``path`` ``name.pvd`` and its ``name/name_0000.vtu``, ...; returns the .pvd.

    Open the .pvd file in ParaView. Cells keep their second order; points, fields and units are
    those of :class:`Grid`, and every cell has the number of its region. ``vertex_fields``: more of
    them by name, the same at all times, each one number per vertex of the mesh (v,), such as
    ``{"damage [1]": cracks.damage[-1]}``. The files appear together and replace an earlier series;
    another hand's only with ``force``.

    >>> from tempfile import TemporaryDirectory
    >>> import particle_sim as ps
    >>> square = ps.shapes.rectangle((1e-7, 1e-7), cells=(2, 2))
    >>> body = ps.Particle(material=ps.load_material("nvp"), mesh=square)
    >>> run = ps.solve_stress(body, lambda x: x[:, 0] / 1e-7)
    >>> with TemporaryDirectory() as place:
    ...     series = write_vtu(run, Path(place) / "square.pvd")
    ...     [file.name for file in series.with_suffix("").iterdir()]
    ['square_0000.vtu']

    Raises :class:`InputError` for another ending, a radial run, a field of another shape, and files
    of another hand.
    """
    target = Path(path)
    if target.suffix != ".pvd":
        raise InputError(f'The time series\' name is "{target.name}"; it must end in .pvd.')
    grid, stem = grid_of(run), target.stem
    more = {name: grid.of_vertices(values) for name, values in (vertex_fields or {}).items()}
    documents = (
        (
            float(time),
            document(
                (grid.points, grid.cells, grid.cell_type),
                {**grid.fields(index), **more},
                {"region": grid.regions},
                float(time),
            ),
        )
        for index, time in enumerate(run.time)
    )
    return write_series(target, stem, documents, force=force)


def write_series(
    target: Path, stem: str, documents: Iterable[tuple[float, str]], *, force: bool
) -> Path:
    """Write documents of rising times and the .pvd file ``target`` that lists them."""
    entries = []
    with new_files(target, force=force) as work:
        for index, (time, text) in enumerate(documents):
            name = f"{stem}/{stem}_{index:04d}.vtu"
            write_file(work / name, sealed(text.encode()))
            place = f'timestep="{time!r}" part="0" file={quoteattr(name)}'
            entries.append(f"<DataSet {place}/>\n")
        head, inside = _HEAD.format(kind="Collection"), "".join(entries)
        listing = f"{head}<Collection>\n{inside}</Collection>\n</VTKFile>\n"
        write_file(work / target.name, sealed(listing.encode()))
    return target


def document(
    mesh: tuple[Array, Integers, int],
    fields: Mapping[str, Array],
    cell_fields: Mapping[str, NDArray[np.generic]],
    time: float,
) -> str:
    """One state as VTK's XML with inline base64 arrays.

    ``mesh``: points (p, 3), cells (e, i) in VTK's order and VTK's number of their type.
    """
    points, cells, cell_type = mesh
    count, per = cells.shape
    tensor = " ".join(f'ComponentName{k}="{name}"' for k, name in enumerate(TENSOR))

    def arrays(named: Mapping[str, NDArray[np.generic]]) -> str:
        return "".join(
            _array(values, name, tensor if name == "stress [Pa]" else "")
            for name, values in named.items()
        )

    topology = (
        _array(cells.ravel(), "connectivity"),
        _array(per * np.arange(1, count + 1), "offsets"),
        _array(np.full(count, cell_type, dtype=np.uint8), "types"),
    )
    when = _array(np.array([time]), "TimeValue", 'NumberOfTuples="1"')
    return "".join(
        (
            _HEAD.format(kind="UnstructuredGrid"),
            f"<UnstructuredGrid>\n<FieldData>\n{when}</FieldData>\n",
            f'<Piece NumberOfPoints="{len(points)}" NumberOfCells="{count}">\n',
            f"<PointData>\n{arrays(fields)}</PointData>\n",
            f"<CellData>\n{arrays(cell_fields)}</CellData>\n",
            f"<Points>\n{_array(points, 'Points')}</Points>\n",
            f"<Cells>\n{''.join(topology)}</Cells>\n",
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
