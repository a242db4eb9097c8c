"""Small mesh files of every format that meshio writes, and ways to damage them.

``seeds(folder)`` writes the sound files; ``damaged(content, random)`` gives one damaged content.
The same seed of ``random`` gives the same damage. ``python mesh_mutations.py CASES SEED`` reads
that many in one process and prints what became of them as JSON: ``refused`` in one sentence,
``accepted`` and sound, or a fault (``traceback``, ``unsound``, ``wordy``). ``waiting`` counts
readers that wait for ever, which the door's time limit ends.
"""

from __future__ import annotations

import collections
import contextlib
import io
import json
import re
import resource
import signal
import sys
import tempfile
import traceback
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random
from types import FrameType

import numpy as np

from particle_sim.errors import InputError
from particle_sim.fem.body_mesh import BodyMesh
from particle_sim.particle.shapes import mesh_file, mesh_reader
from particle_sim.particle.shapes.imported import imported

NUMBER = re.compile(rb"(?<![\w.])-?\d+\.?\d*(?:[eE][-+]?\d+)?")
HOSTILE = (
    *(b"0", b"-1", b"1", b"4", b"7", b"1e308", b"-1e308", b"nan", b"inf", b"1e-320", b"0x10"),
    *(b"2147483647", b"4294967296", b"9223372036854775807", b"18446744073709551616"),
    *(b"1000000000", b"9" * 5000, b"", b"1,5", b"\xff\xfe", b"%s", b"../../../etc/passwd"),
)
WORDS = (b"$EndNodes", b"$Elements", b"<DataArray>", b"</VTKFile>", b"CELLS 1 9", b"*NODE", b"\x00")

FORMATS: tuple[tuple[str, str, dict[str, object]], ...] = (
    ("gmsh22.msh", "gmsh22", {"binary": False}),
    ("gmsh22_binary.msh", "gmsh22", {"binary": True}),
    ("gmsh41.msh", "gmsh", {"binary": False}),
    ("gmsh41_binary.msh", "gmsh", {"binary": True}),
    ("ansys.msh", "ansys", {"binary": False}),
    ("vtk51.vtk", "vtk", {"binary": False}),
    ("vtk51_binary.vtk", "vtk", {"binary": True}),
    ("vtk42.vtk", "vtk42", {"binary": False}),
    ("text.vtu", "vtu", {"binary": False}),
    ("zlib.vtu", "vtu", {"binary": True}),
    ("raw.vtu", "vtu", {"binary": True, "compression": None}),
    ("inline.xdmf", "xdmf", {"data_format": "XML"}),
    ("hdf.xdmf", "xdmf", {"data_format": "HDF"}),
    ("binary.xdmf", "xdmf", {"data_format": "Binary"}),
    ("abaqus.inp", "abaqus", {}),
    ("medit.mesh", "medit", {}),
    ("medit.meshb", "medit", {}),
    ("nastran.bdf", "nastran", {}),
    ("netgen.vol", "netgen", {}),
    ("su2.su2", "su2", {}),
    ("avs.avs", "avsucd", {}),
    ("dolfin.xml", "dolfin-xml", {}),
    ("flac.f3grid", "flac3d", {}),
    ("kratos.mdpa", "mdpa", {}),
    ("permas.dato", "permas", {}),
    ("tecplot.dat", "tecplot", {}),
    ("ugrid.ugrid", "ugrid", {}),
    ("salome.med", "med", {}),
    ("moab.h5m", "h5m", {}),
    ("plane.stl", "stl", {"binary": False}),
    ("plane_binary.stl", "stl", {"binary": True}),
    ("plane.obj", "obj", {}),
    ("plane.off", "off", {}),
    ("plane.ply", "ply", {"binary": False}),
)
"""File names, meshio's names of their formats and options of its writer."""


def seeds(folder: Path) -> dict[str, bytes]:
    """Write a cube of six tetrahedra, or a square of two triangles, in every format."""
    import meshio

    corners = np.array([[i & 1, i >> 1 & 1, i >> 2] for i in range(8)], dtype=float)
    ways = [(0, 1, 3, 7), (0, 1, 5, 7), (0, 2, 3, 7), (0, 2, 6, 7), (0, 4, 5, 7), (0, 4, 6, 7)]
    marks = [np.array([1, 1, 1, 2, 2, 2])]
    tags = {"gmsh:physical": marks, "gmsh:geometrical": marks}
    solid = meshio.Mesh(corners, [("tetra", ways)], cell_data=tags)
    flat = meshio.Mesh(corners[:4], [("triangle", [[0, 1, 3], [0, 3, 2]])])
    found = {}
    for name, kind, options in FORMATS:
        mesh = flat if name.startswith("plane") else solid
        if "gmsh" not in kind and kind != "ansys":
            mesh = meshio.Mesh(mesh.points, mesh.cells)
        with warnings.catch_warnings(), _silence():
            warnings.simplefilter("ignore")
            mesh.write(folder / name, file_format=kind, **options)
        found[name] = (folder / name).read_bytes()
    return found


@contextlib.contextmanager
def _silence() -> Iterator[None]:
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        yield


def damaged(content: bytes, random: Random) -> bytes:
    """The content after one to three kinds of damage."""
    for _ in range(random.choice((1, 1, 2, 3))):
        content = random.choice(DAMAGES)(content, random)
    return content


def flip(content: bytes, random: Random) -> bytes:
    """One to eight bytes replaced."""
    changed = bytearray(content)
    for _ in range(random.randint(1, 8)):
        if changed:
            changed[random.randrange(len(changed))] = random.randrange(256)
    return bytes(changed)


def cut(content: bytes, random: Random) -> bytes:
    """The end, or a piece, missing."""
    start = random.randrange(len(content) + 1)
    return content[:start] + content[start + random.choice((1, 16, 200, 10**9)) :]


def number(content: bytes, random: Random) -> bytes:
    """One number replaced by a hostile one."""
    found = list(NUMBER.finditer(content))
    if not found:
        return flip(content, random)
    place = random.choice(found)
    return content[: place.start()] + random.choice(HOSTILE) + content[place.end() :]


def exchange(content: bytes, random: Random) -> bytes:
    """Two numbers exchanged."""
    found = list(NUMBER.finditer(content))
    if len(found) < 2:
        return flip(content, random)
    a, b = sorted(random.sample(found, 2), key=lambda match: match.start())
    middle = content[a.end() : b.start()]
    return content[: a.start()] + b[0] + middle + a[0] + content[b.end() :]


def lines(content: bytes, random: Random) -> bytes:
    """A line doubled, removed, moved, repeated, or a foreign word in its place."""
    rows = content.split(b"\n")
    at, to = random.randrange(len(rows)), random.randrange(len(rows))
    way = random.randrange(5)
    if way == 0:
        rows.insert(at, rows[at])
    elif way == 1:
        del rows[at]
    elif way == 2:
        rows[at], rows[to] = rows[to], rows[at]
    elif way == 3:
        rows[at:at] = rows[at : at + 5] * 200
    else:
        rows[at] = random.choice(WORDS)
    return b"\n".join(rows)


def word(content: bytes, random: Random) -> bytes:
    """Bytes of a count in binary, or text, put anywhere."""
    at = random.randrange(len(content) + 1)
    size = random.choice((4, 8))
    value = random.choice((0, 2**31 - 1, 2**32 - 1, 10**9)).to_bytes(size, "little")
    return content[:at] + value + content[at + random.choice((0, size)) :]


DAMAGES: tuple[Callable[[bytes, Random], bytes], ...] = (
    *(flip, cut, number, number, exchange, lines, word),
)


class Waiting(BaseException):
    """A reader took longer than a second."""


def _stop(_number: int, _frame: FrameType | None) -> None:
    raise Waiting


def is_sound(mesh: BodyMesh) -> bool:
    """Whether its cells fill what its surface encloses: sum of |det| over cells and over facets.

    Facets point away from their cells; the two sums differ for anything but a closed body.
    """
    points = mesh.points / np.abs(mesh.points).max()
    corners = points[mesh.vertices]
    volume = np.abs(np.linalg.det(corners[:, 1:] - corners[:, :1])).sum()
    outer = mesh.facets.counts == 1
    facets = points[mesh.facets.vertices[outer]]
    inside = corners[mesh.facets.owners[outer, 0]].mean(axis=1)
    away = np.linalg.det(facets - inside[:, None])
    enclosed = np.abs(np.sum(np.sign(away) * np.linalg.det(facets - points[0])))
    named = sum(len(facets) for facets in mesh.boundaries.values())
    return bool(named == outer.sum() and np.isclose(volume, enclosed, rtol=1e-9))


def verdict(path: Path, fault: Callable[[str], None]) -> str:
    """What becomes of one file."""
    signal.setitimer(signal.ITIMER_REAL, 1.0)
    try:
        mesh = imported(path, unit=1e-6)
    except InputError as refusal:
        signal.setitimer(signal.ITIMER_REAL, 0.0)
        sentence = str(refusal)
        if "\n" in sentence or len(sentence) > 500:
            fault(sentence)
            return "wordy"
        return "refused"
    except Waiting:
        return "waiting"
    except BaseException:
        signal.setitimer(signal.ITIMER_REAL, 0.0)
        fault(traceback.format_exc()[-600:])
        return "traceback"
    signal.setitimer(signal.ITIMER_REAL, 0.0)
    with np.errstate(all="ignore"):  # of a cell a thousand times flatter than the others
        if is_sound(mesh):
            return "accepted"
    fault("unsound")
    return "unsound"


def main(cases: int, seed: str) -> None:
    """Read ``cases`` damaged files with the door's parser and print the counts."""
    signal.signal(signal.SIGALRM, _stop)
    resource.setrlimit(resource.RLIMIT_AS, (2 * 10**9, 2 * 10**9))
    mesh_file._answer = mesh_reader.answer
    counts, faults = collections.Counter[str](), []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        sound = seeds(folder)
        for case in range(cases):
            file = list(sound)[case % len(sound)]
            path = folder / f"damaged_{file}"
            path.write_bytes(damaged(sound[file], Random(f"{seed}-{case}")))
            told = f"{file} {case}: "
            counts[verdict(path, lambda text, told=told: faults.append(told + text))] += 1
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    print(json.dumps({"counts": counts, "faults": faults, "memory": memory * 1024}))


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2])
