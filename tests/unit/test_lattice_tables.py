"""Lattice parameters in material files: long tables beside them, and whether the volume agrees."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest
import tomli_w

from particle_sim.errors import InputError
from particle_sim.materials.document import read_toml
from particle_sim.materials.load import load_record
from particle_sim.materials.system import material_path
from particle_sim.particle.crystal import lattice_strain

NAME = "nfm_li2024"
VOLUME = math.log1p(-0.053)


def written(folder: Path, **properties: object) -> str:
    """The shipped file with some properties replaced, or left out where ``None``."""
    data = read_toml(material_path(NAME)[0])
    data["material"].pop("baseline", None)
    for name, entry in properties.items():
        data["properties"].pop(name, None)
        if entry is not None:
            data["properties"][name] = entry
    path = folder / "own.toml"
    path.write_text(tomli_w.dumps(data), encoding="utf-8")
    return str(path)


def entry(**fields: object) -> dict[str, object]:
    return {"form": "table", "unit": "angstrom", "evidence": "assumed", "source": "user", **fields}


def problem(name: str) -> str:
    with pytest.raises(InputError) as caught:
        load_record(name)
    (sentence,) = caught.value.problems
    return sentence


def test_strain_of_both_axes_gives_the_volume_change() -> None:
    material = load_record(NAME).material
    strain = lattice_strain(material)
    assert strain is not None
    along_a, _, along_c = strain
    empty = np.array(0.0)
    assert float(along_a(empty)) == pytest.approx(math.log(2.843 / 2.955), rel=1e-12)
    assert float(along_c(empty)) == pytest.approx(math.log(16.757 / 16.38), rel=1e-12)
    assert float(2 * along_a(empty) + along_c(empty)) == pytest.approx(VOLUME, abs=3e-4)


def test_csv_beside_the_file_is_the_same_table(tmp_path: Path) -> None:
    x = np.linspace(0.4375, 1.0, 101)
    a = 2.955 + (2.843 - 2.955) * (1 - x) / 0.5625
    rows = "\n".join(f"{at:.10g},{value:.10g}" for at, value in zip(x, a, strict=True))
    (tmp_path / "a.csv").write_text(f"stoichiometry, values\n{rows}\n", encoding="utf-8")
    record = load_record(written(tmp_path, lattice_a=entry(csv="a.csv")))
    assert [path.name for path in record.system.tables] == ["a.csv"]
    shipped, theta = load_record(NAME).material, np.linspace(0, 1, 17)
    expected = shipped["lattice_a"](theta)
    assert record.material["lattice_a"](theta) == pytest.approx(expected, rel=1e-9)
    assert record.material["lattice_a"](theta) != pytest.approx(1.0001 * expected, rel=1e-9)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("x,values\n0,1\n", 'begins with "x,values"; its first line must be'),
        ("", 'begins with ""; its first line must be'),
        ("filling,values\n0,one\n", 'a.csv, line 2: values is "one"; give a number'),
        ("filling,values\n0,1\n1\n", "a.csv, line 3: 1 cells stand under 2 columns"),
        ("filling,values\n0,0,2,8\n1,0,2,9\n", "separate the columns by ';'"),
        ("filling,values [V]\n0,2.8\n1,2.9\n", "wrong dimension"),
        ("filling,values\n0,2.8\n", "has no complete table"),
        ("filling,values\n" + "0,1\n" * 501, "has 501 rows; at most 500 are allowed"),
        ("filling,values\n0,nan\n1,2.9\n", "a.csv, line 2: values is nan; give a finite number"),
        ("x" * 100_001, "at most 0.1 MB is allowed"),
    ],
)
def test_csv_that_is_no_table(tmp_path: Path, text: str, says: str) -> None:
    (tmp_path / "a.csv").write_text(text, encoding="utf-8")
    assert says in problem(written(tmp_path, lattice_a=entry(csv="a.csv")))


XRD = (
    "stoichiometry; lattice_a [nm]; lattice_c [angstrom]; note\n"
    "0,4375; 0,2843; 16,757; x\n0,7; 0,290; 16,6; \n1,0; 0,2955; 16,380; x\n"
)
"""As a spreadsheet with decimal commas writes lattice parameters of one refinement."""


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "latin-1"])
def test_one_table_of_diffraction_serves_both_axes(encoding: str, tmp_path: Path) -> None:
    (tmp_path / "xrd.csv").write_text(f"# \xb5\n{XRD}", encoding=encoding)
    both = {f"lattice_{axis}": entry(csv="xrd.csv") for axis in "ac"}
    material = load_record(written(tmp_path, volume_change=None, **both)).material
    ends = np.array([0.0, 1.0])
    assert material["lattice_a"](ends) == pytest.approx([2.843e-10, 2.955e-10], rel=1e-12)
    assert material["lattice_c"](ends) == pytest.approx([16.757e-10, 16.380e-10], rel=1e-12)


def test_a_measured_potential_of_300_points(tmp_path: Path) -> None:
    """By name, with source and evidence of its own; the twin is a potential 10 mV off."""
    theta = np.linspace(0, 1, 300)
    volts = 3.6 - 0.9 * theta - 0.1 * np.tanh(12 * (theta - 0.5))
    rows = "\n".join(f"{at:.6f}\t{value:.6f}" for at, value in zip(theta, volts, strict=True))
    (tmp_path / "slow.csv").write_text(f"filling\tvalues [V]\n{rows}\n", encoding="utf-8")
    measured = {"form": "table", "unit": "V", "evidence": "measured", "source": "user",
                "place": "C/50 discharge, cell 7", "csv": "slow.csv"}  # fmt: skip
    material = load_record(written(tmp_path, open_circuit_potential=measured)).material
    at = np.linspace(0.01, 0.99, 23)
    expected = 3.6 - 0.9 * at - 0.1 * np.tanh(12 * (at - 0.5))
    assert material.potential(at) == pytest.approx(expected, abs=2e-5)
    assert material.potential(at) != pytest.approx(expected + 0.01, abs=2e-5)
    assert material["open_circuit_potential"].evidence.value == "measured"


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"csv": "../a.csv"}, "give the name of a .csv file beside this file, no folder"),
        ({"csv": "..\\a.csv"}, "give the name of a .csv file beside this file, no folder"),
        ({"csv": "/etc/passwd"}, "give the name of a .csv file beside this file, no folder"),
        ({"csv": "a.csv", "values": [1.0, 2.0]}, "and numbers of its own; keep one of them"),
        ({"csv": "a.csv"}, "the file does not exist"),
    ],
)
def test_csv_that_is_not_beside_the_file(
    tmp_path: Path, fields: dict[str, object], says: str
) -> None:
    assert says in problem(written(tmp_path, lattice_a=entry(**fields)))


def test_lattice_that_gives_another_volume_is_refused(tmp_path: Path) -> None:
    """a -3.8 % with c as filled: V -7.4 %, against 5.3 % printed within 0.5 %."""
    flat = entry(filling=[0.0, 1.0], values=[16.38, 16.38])
    said = problem(written(tmp_path, lattice_c=flat))
    assert "give a volume change of -7.44 % at filling 0" in said
    assert "volume_change says -5.30 %; its range allows 0.60 % between them" in said


def test_lattice_that_bends_away_between_the_ends_is_refused(tmp_path: Path) -> None:
    bent = entry(filling=[0.0, 0.5, 1.0], values=[16.757, 17.133, 16.38])
    assert "at filling 0.5" in problem(written(tmp_path, lattice_c=bent))


def test_half_a_lattice_is_refused(tmp_path: Path) -> None:
    assert "lattice_a stands alone; add lattice_c" in problem(written(tmp_path, lattice_c=None))


def test_another_volume_change_takes_the_lattice_away() -> None:
    kept = load_record(f"{NAME}@rate_test").material
    read = load_record(f"{NAME}@other_nfm").material
    typed = load_record(NAME, overrides={"volume_change": "4 %"}).material
    own = load_record(f"{NAME}@lattice_maxima").material
    assert [lattice_strain(m) is None for m in (kept, read, typed, own)] == [
        False,
        True,
        True,
        False,
    ]
