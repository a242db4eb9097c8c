"""Damaged and hostile mesh files: one sentence or a sound mesh, with bounded memory and time."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from particle_sim.errors import InputError
from particle_sim.particle.shapes import mesh_file
from particle_sim.particle.shapes.imported import imported

pytest.importorskip("meshio")

MUTATIONS = Path(__file__).with_name("mesh_mutations.py")
CUBE = [[i & 1, i >> 1 & 1, i >> 2] for i in range(8)]
WAYS = [(0, 1, 3, 7), (0, 1, 5, 7), (0, 2, 3, 7), (0, 2, 6, 7), (0, 4, 5, 7), (0, 4, 6, 7)]


def cube(path: Path, **options: object) -> Path:
    import meshio

    meshio.Mesh(np.array(CUBE, dtype=float), [("tetra", WAYS)]).write(path, **options)
    return path


def refusal(path: Path) -> str:
    with pytest.raises(InputError) as caught:
        imported(path)
    assert len(caught.value.problems) == 1
    return str(caught.value)


def test_damaged_files_of_every_format_end_in_a_sentence() -> None:
    """210 of the cases that ``mesh_mutations.py CASES SEED`` runs by thousands."""
    command = [sys.executable, "-W", "error", str(MUTATIONS), "210", "meshes"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=True)
    result = json.loads(done.stdout)
    counts = result["counts"]
    assert result["faults"] == []
    assert set(counts) <= {"refused", "accepted", "waiting"}
    assert counts["refused"] > 100
    assert counts["accepted"] > 5
    assert done.stderr == ""


def test_sound_files_of_every_format_are_read(tmp_path: Path) -> None:
    for name, options in {
        "a.vtu": {},
        "a.vtk": {},
        "a.inp": {},
        "a.xdmf": {"data_format": "HDF"},
        "b.xdmf": {"data_format": "XML"},
        "a.mesh": {},
    }.items():
        mesh = imported(cube(tmp_path / name, **options), unit=1e-6)
        corners = mesh.points[mesh.vertices]
        volume = np.abs(np.linalg.det(corners[:, 1:] - corners[:, :1])).sum() / 6
        assert volume == pytest.approx(1e-18, rel=1e-9)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes here")
def test_what_is_no_regular_file_is_not_opened(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.msh")
    (tmp_path / "folder.vtu").mkdir()
    (tmp_path / "zero.vtk").symlink_to("/dev/zero")
    assert "pipe or socket" in refusal(tmp_path / "pipe.msh")
    assert "this is a folder" in refusal(tmp_path / "folder.vtu")
    assert "this is a device" in refusal(tmp_path / "zero.vtk")


XDMF = """<?xml version="1.0"?>
{extra}
<Xdmf Version="3.0"><Domain><Grid Name="Grid"><Geometry GeometryType="XYZ">
<DataItem DataType="Float" Dimensions="8 3" Format="{kind}" Precision="8">{data}</DataItem>
</Geometry></Grid></Domain></Xdmf>
"""


@pytest.mark.parametrize(
    ("kind", "data"),
    [
        ("Binary", "/dev/zero"),
        ("Binary", "points.bin"),
        ("HDF", "../secret.h5:/points"),
        ("HDF", "{folder}/secret.h5:/points"),
        ("HDF", "pipe.h5:/points"),
        ("HDF", "absent.h5:/points"),
    ],
)
def test_a_file_that_reaches_for_others_is_refused(tmp_path: Path, kind: str, data: str) -> None:
    os.mkfifo(tmp_path / "pipe.h5")
    path = tmp_path / "outside.xdmf"
    path.write_text(XDMF.format(extra="", kind=kind, data=data.format(folder=tmp_path)))
    assert "refers to data outside itself" in refusal(path)


LAUGHS = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">{more}]>'.format(
    more="".join(
        f'<!ENTITY {b} "{f"&{a};" * 10}">' for a, b in zip("abcdefgh", "bcdefghi", strict=True)
    )
)


@pytest.mark.parametrize(
    "extra", [LAUGHS, '<!DOCTYPE x [<!ENTITY i SYSTEM "file:///etc/passwd">]>'], ids=["laughs", "x"]
)
@pytest.mark.parametrize("ending", ["xdmf", "vtu"])
def test_entities_are_refused(tmp_path: Path, extra: str, ending: str) -> None:
    path = tmp_path / f"entities.{ending}"
    path.write_text(XDMF.format(extra=extra, kind="XML", data="&i;"))
    assert "defines XML entities" in refusal(path)


HEADER = "# vtk DataFile Version 4.2\nwritten\nBINARY\nDATASET UNSTRUCTURED_GRID\n"


def test_a_huge_count_takes_no_memory(tmp_path: Path) -> None:
    path = tmp_path / "huge.vtk"
    path.write_text(HEADER + f"POINTS {10**10} double\n")
    assert "more memory than a file of its size" in refusal(path)


def test_a_reader_that_waits_for_ever_is_ended(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Kratos's reader looks for an end of the nodes that never comes."""
    monkeypatch.setattr(mesh_file, "SECONDS", (3.0, 0.0))
    path = tmp_path / "ends.mdpa"
    path.write_text("Begin Nodes\n1 0 0 0\n")
    assert "took longer than 3 s" in refusal(path)


def test_a_reader_that_crashes_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A reader that may take no memory at all cannot even start."""
    monkeypatch.setattr(mesh_file, "MEMORY", (1000, 0))
    assert "crashed, code" in refusal(cube(tmp_path / "a.vtu"))


def test_a_large_file_is_refused_by_its_size(tmp_path: Path) -> None:
    path = tmp_path / "sparse.msh"
    with path.open("wb") as file:
        file.truncate(mesh_file.MOST_BYTES + 1)
    assert "at most 1000 MB is allowed" in refusal(path)


def test_numbers_are_hostile_only_where_they_are_read(tmp_path: Path) -> None:
    """A sound file with one cell's point replaced: out of range is refused, in range is read."""
    text = cube(tmp_path / "a.msh", file_format="gmsh22", binary=False).read_text()
    assert "4 7 8" in text or "4 8" in text
    path = tmp_path / "far.msh"
    path.write_text(text.replace("1 2 4 8", "1 2 4 99"))
    assert path.read_text() != text
    assert "cannot be read as a mesh" in refusal(path)
