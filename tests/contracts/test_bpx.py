"""What a BPX file promises: it is valid, PyBaMM runs it, and our numbers come back from it."""

from __future__ import annotations

import copy
import json
import random
import tempfile
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

import particle_sim as ps
from particle_sim.cell.bpx_export import BpxExport, to_bpx
from particle_sim.cell.bpx_expression import tabulated
from particle_sim.cell.bpx_import import SIZE_LIMIT, from_bpx
from particle_sim.cell.bpx_names import USER_DEFINED
from particle_sim.cell.design import load_cell_design, with_values
from particle_sim.cell.full_cell import full_cell
from particle_sim.cell.particle_damage import NEVER_DIFFUSED
from particle_sim.cell.pybamm_module import import_bpx, import_pybamm
from particle_sim.cell.pybamm_sets import parameter_set
from particle_sim.cli.main import app
from particle_sim.composition.formula import molar_mass, parse_formula
from particle_sim.constants import FARADAY
from particle_sim.errors import InputError
from particle_sim.materials.load import load_record, material_names
from particle_sim.materials.material import Material
from particle_sim.units import Array

NAMES = ["he_v", "nvp", "he_o3_li2024"]
PYBAMM_READS_BPX = pytest.mark.filterwarnings(
    "ignore:Accessing the 'model_fields' attribute:pydantic.PydanticDeprecatedSince211",
    "ignore:While solving .* extrapolation occurred.*:pybamm.SolverWarning",
)
FILLINGS = np.linspace(0.0137, 0.9871, 99)
"""Off every plateau's end, where a potential falls upright and has no one value."""


@cache
def exported(name: str) -> BpxExport:
    return to_bpx(load_record(name))


def written(document: dict[str, Any], folder: Path) -> Path:
    path = folder / "cell.json"
    path.write_text(json.dumps(document), encoding="utf-8")
    return path


def positive_of(document: dict[str, Any]) -> dict[str, Any]:
    block: dict[str, Any] = document["Parameterisation"]["Positive electrode"]
    return block


# export


@pytest.mark.parametrize("name", NAMES)
def test_export_is_valid_bpx(name: str, tmp_path: Path) -> None:
    parsed = import_bpx().parse_bpx_file(written(exported(name).document, tmp_path))
    material = ps.load_material(name)
    positive = parsed.parameterisation.positive_electrode
    assert positive.maximum_concentration == material.maximum_concentration
    assert positive.particle_radius == material.value("particle_radius")
    assert 0 < positive.minimum_stoichiometry < positive.maximum_stoichiometry < 1


@PYBAMM_READS_BPX
@pytest.mark.parametrize("model", ["SPM", "DFN"])
def test_pybamm_runs_it_and_agrees_with_us(model: str, tmp_path: Path) -> None:
    """At our 1C, without film; BPX's hard carbon has one rate constant instead of a table."""
    pybamm = import_pybamm()
    design = with_values(load_cell_design("sodium_full_cell"), film_resistance=0.0)
    cell = full_cell(ps.load_material("he_v"), design=design)
    values = pybamm.ParameterValues.create_from_bpx(
        str(written(exported("he_v").document, tmp_path))
    )
    values["Current function [A]"] = cell.one_c_current
    chosen = getattr(pybamm.lithium_ion, model)()
    solution = pybamm.Simulation(chosen, parameter_values=values).solve([0, 7200])
    assert solution.termination == "event: Minimum voltage [V]"
    run = ps.solve_cell(cell, ps.protocols.discharge(1.0))
    capacity = solution["Discharge capacity [A.h]"].entries / cell.active_mass
    assert capacity[-1] == pytest.approx(run.capacity[-1], rel=5e-3)
    middle = 0.5 * capacity[-1]
    voltages = [
        float(np.interp(middle, *pair))
        for pair in (
            (capacity, solution["Voltage [V]"].entries),
            (run.capacity, run.voltage),
        )
    ]
    assert voltages[0] == pytest.approx(voltages[1], abs=0.02)


def test_mechanics_travel_under_pybamms_names() -> None:
    """Omega = ln(V1/V0) / c_max over the window; the rest as in the file."""
    block = exported("he_v").document["Parameterisation"]["User-defined"]
    assert block["Positive electrode Young's modulus [Pa]"] == 80e9
    assert block["Positive electrode Poisson's ratio"] == 0.28
    assert block["Positive electrode fracture toughness [Pa.m0.5]"] == pytest.approx(1.2e6)
    expected = np.log((1 + 0.0076) / (1 - 0.0144)) / 20210
    omega = block["Positive electrode partial molar volume [m3.mol-1]"]
    assert omega == pytest.approx(expected, rel=1e-4)


@PYBAMM_READS_BPX
def test_a_bpx_file_cracks_as_the_set_does(tmp_path: Path) -> None:
    """PyBaMM's mechanics from the User-defined block and from our set: the same stress to 1e-4.

    Of a material whose volume is straight in its sodium.
    """
    pybamm, name = import_pybamm(), "he_o3_li2024"
    path = str(written(exported(name).document, tmp_path))
    own = pybamm.ParameterValues(parameter_set(f"{name}_hard_carbon")())
    read = pybamm.ParameterValues.create_from_bpx(path)
    start = "Initial concentration in positive electrode [mol.m-3]"
    for entry in ("Current function [A]", start):
        read[entry] = own[entry]
    options = {"particle mechanics": ("none", "swelling and cracking"), **NEVER_DIFFUSED}
    stress, moved, length = (
        [
            pybamm.Simulation(pybamm.lithium_ion.SPM(options), parameter_values=values)
            .solve([0, 600], t_interp=[0, 600])[f"X-averaged positive particle {what}"]
            .entries[-1]
            for values in (own, read)
        ]
        for what in (
            "surface tangential stress [Pa]",
            "surface displacement [m]",
            "crack length [m]",
        )
    )
    assert stress[0] < 0
    assert stress[1] == pytest.approx(stress[0], rel=1e-4)
    assert moved[1] == pytest.approx(moved[0], rel=1e-4)
    assert length[1] == pytest.approx(length[0], rel=1e-9)


def test_losses_and_sources_are_told() -> None:
    losses = " ".join(exported("he_v").losses)
    for word in ("evidence", "range", "readings", "phase", "plateaus", "activation"):
        assert word in losses
    assert "Positive particle radius [m]\t2.5e-07\tparticle_radius" in exported("he_v").provenance


# round trip


def load_draft(text: str, folder: Path) -> Material:
    path = folder / "draft.toml"
    path.write_text(text, encoding="utf-8")
    return load_record(str(path)).material


def check_close(theirs: Array, ours: Array, name: str) -> None:
    """To 1e-6 of the largest value."""
    assert np.abs(theirs - ours).max() <= 1e-6 * np.abs(ours).max(), name


def check_same(back: Material, material: Material) -> None:
    """Every number, the potential and the chemical strain to 1e-6."""
    native = {"maximum_concentration", "particle_radius", "exchange_current_density"}
    constants = (set(USER_DEFINED) & set(material.properties)) - {"volume_change"}
    for name in native | constants:
        assert back.value(name) == pytest.approx(material.value(name), rel=1e-6), name
    for name in ("diffusivity", "youngs_modulus", "chemical_strain", "exchange_current_density"):
        check_close(back[name](FILLINGS), material[name](FILLINGS), name)
    warm = [m["diffusivity"](FILLINGS, 320.0) for m in (back, material)]
    check_close(warm[0], warm[1], "activation energy")
    potentials = [m.potential(FILLINGS) for m in (material, back)]
    assert np.abs(potentials[0] - potentials[1]).max() < 2e-3, "potential"
    table = positive_of(exported(material.name).document)["OCP [V]"]
    filling, voltage = np.array(table["x"]), np.array(table["y"])
    assert np.allclose(back.potential(filling), voltage, rtol=1e-6), "potential's points"
    rest = material.stress_free_site_fraction
    assert back.stress_free_site_fraction == pytest.approx(rest, abs=1e-6)


SODIUM = [name for name in material_names() if ps.load_material(name).carrier == "Na"]


def formula_of(material: Material) -> str:
    """Its formula, with the numbers that its letters stand for."""
    header = load_record(material.name).file.material
    if not header.variables:
        return header.formula
    amounts = parse_formula(header.formula, variables=header.variables).amounts
    return "".join(f"{symbol}{amount:.12g}" for symbol, amount in amounts.items())


@pytest.mark.parametrize("part", range(4))
def test_every_simulable_set_comes_back(part: int, tmp_path: Path) -> None:
    """All that stand against hard carbon; in parts, which run side by side."""
    for name in SODIUM[part::4]:
        material = ps.load_material(name)
        path = written(exported(name).document, tmp_path)
        draft = from_bpx(path, name="draft", formula=formula_of(material))
        assert not draft.missing
        check_same(load_draft(draft.text, tmp_path), material)


@pytest.mark.parametrize(
    ("field", "factor"),
    [
        ("Particle radius [m]", 1.001),
        ("Reaction rate constant [mol.m-2.s-1]", 1.001),
        ("Diffusivity [m2.s-1]", 1.001),
        ("Diffusivity activation energy [J.mol-1]", 1.01),
    ],
)
def test_a_changed_number_does_not(field: str, factor: float, tmp_path: Path) -> None:
    document = copy.deepcopy(exported("he_v").document)
    positive_of(document)[field] *= factor
    material = ps.load_material("he_v")
    draft = from_bpx(written(document, tmp_path), name="draft", formula=material.formula)
    with pytest.raises(AssertionError, match=r"particle_radius|exchange|diffusivity|activation"):
        check_same(load_draft(draft.text, tmp_path), material)


def test_a_foreign_file_says_what_it_lacks(tmp_path: Path) -> None:
    document = copy.deepcopy(exported("he_v").document)
    del document["Parameterisation"]["User-defined"]
    path = written(document, tmp_path)
    bare = from_bpx(path, name="draft")
    assert {"formula", "molar_mass", "density", "youngs_modulus"} <= set(bare.missing)
    draft = from_bpx(path, name="draft", formula="NaFeO2")
    assert set(draft.missing) == {"volume_change", "youngs_modulus", "poisson_ratio"}
    with pytest.raises(InputError, match="youngs_modulus is missing"):
        load_draft(draft.text, tmp_path)
    filled = draft.text + _MECHANICS
    material = load_draft(filled, tmp_path)
    assert material["density"].evidence.value == "assumed"
    assert "Molar mass over N_A V" in material["density"].note
    electrode = positive_of(document)
    limits = (electrode["Minimum stoichiometry"], electrode["Maximum stoichiometry"])
    assert (material.stoichiometry_min, material.stoichiometry_max) == pytest.approx(limits)


def test_expressions_are_read_as_arithmetic(tmp_path: Path) -> None:
    """Over the stoichiometry in use, which becomes the window: c_max and j0 are turned to it."""
    document = copy.deepcopy(exported("he_v").document)
    del document["Parameterisation"]["User-defined"]
    electrode = positive_of(document)
    electrode |= {"Minimum stoichiometry": 0.2, "Maximum stoichiometry": 0.8}
    electrode["OCP [V]"] = "4.1 - 0.5 * x - 0.1*tanh(5*(x - 0.5)) + 2e3 * exp(-60 * x)"
    electrode["Diffusivity [m2.s-1]"] = "1e-14 / (1 + x**2)"
    path = written(document, tmp_path)
    draft = from_bpx(path, name="draft", formula="NaFeO2")
    material = load_draft(draft.text + _MECHANICS, tmp_path)
    assert (material.stoichiometry_min, material.stoichiometry_max) == pytest.approx((0.2, 0.8))
    x = 0.2 + 0.6 * FILLINGS
    expected = 4.1 - 0.5 * x - 0.1 * np.tanh(5 * (x - 0.5)) + 2e3 * np.exp(-60 * x)
    assert np.allclose(material.potential(FILLINGS), expected, atol=1e-4)
    diffusivity = material["diffusivity"](FILLINGS)
    assert np.allclose(diffusivity * 1e14, 1 / (1 + x**2), rtol=1e-4)
    assert material.maximum_concentration == pytest.approx(0.6 * 20210)
    rate = electrode["Reaction rate constant [mol.m-2.s-1]"]
    middle = material.value("exchange_current_density")
    assert middle == pytest.approx(FARADAY * rate * 0.5)
    exchange = material["exchange_current_density"](FILLINGS)
    assert np.allclose(exchange, FARADAY * rate * np.sqrt(x * (1 - x)), rtol=1e-9)


# one fact, written in every way the format allows


def linear(source: random.Random, start: float, slope: float, ends: tuple[float, float]) -> Any:
    """start + slope x as an expression or a table (any length, order, reach past the window)."""
    if source.random() < 0.4:
        return f"{start!r} + {slope!r} * x"
    reach = source.choice([ends, (0.0, 1.0), (ends[0], 1.0)])
    x = [*reach, *(source.uniform(*ends) for _ in range(source.randint(0, 4)))]
    source.shuffle(x)
    return {"x": x, "y": [start + slope * point for point in x]}


def constant(source: random.Random, value: float) -> Any:
    """A number as itself, as a text, or as a table of equal values."""
    flat = {"x": [0.0, 1.0], "y": [value, value]}
    return source.choice([value, repr(value), f"2 * {value / 2!r}", flat])


def shuffled(source: random.Random, block: Any) -> Any:
    """The same JSON with its keys in another order."""
    if not isinstance(block, dict) or set(block) == {"x", "y"}:
        return block
    keys = source.sample(list(block), len(block))
    return {key: shuffled(source, block[key]) for key in keys}


def rewritten(source: random.Random, limits: tuple[float, float]) -> dict[str, Any]:
    """One electrode: U = 4.4 - 0.9 x, D = 1e-14 (1 + x), E = 100 GPa, between two limits."""
    document = copy.deepcopy(exported("he_v").document)
    blocks = document["Parameterisation"]
    blocks["User-defined"] = {
        USER_DEFINED["youngs_modulus"]: constant(source, 100e9),
        USER_DEFINED["poisson_ratio"]: source.choice([0.3, "0.3", "0.1 + 0.2"]),
        USER_DEFINED["volume_change"]: linear(source, -0.02, 0.04, limits),
    }
    if source.random() < 0.5:
        blocks["User-defined"]["something else"] = 7.0
    electrode = blocks["Positive electrode"]
    electrode |= {
        "Minimum stoichiometry": source.choice([limits[0], repr(limits[0])]),
        "Maximum stoichiometry": source.choice([limits[1], repr(limits[1])]),
        "OCP [V]": linear(source, 4.4, -0.9, limits),
        "Diffusivity [m2.s-1]": linear(source, 1e-14, 1e-14, limits),
        "Entropic change coefficient [V.K-1]": constant(source, 1e-4),
        "Particle radius [m]": source.choice([5e-6, "5e-6"]),
    }
    if source.random() < 0.5:
        outside = ("Thickness [m]", "Porosity", "Transport efficiency", "Conductivity [S.m-1]")
        inside = {key: electrode.pop(key) for key in list(electrode) if key not in outside}
        electrode["Particle"] = {source.choice(["Primary", "NMC"]): inside}
    return dict(shuffled(source, document))


def read_back(document: dict[str, Any], folder: Path, encoding: str = "utf-8") -> Material:
    path = folder / "cell.json"
    path.write_text(json.dumps(document), encoding=encoding)
    return load_draft(from_bpx(path, name="draft", formula="NaFeO2").text, folder)


def is_the_electrode(material: Material, limits: tuple[float, float]) -> bool:
    """Whether a material is what :func:`rewritten` says, over its window."""
    low, high = limits
    x = low + (high - low) * FILLINGS
    one_c = (high - low) * FARADAY / 3600 / molar_mass(parse_formula("NaFeO2"))
    return (
        (material.stoichiometry_min, material.stoichiometry_max) == pytest.approx(limits)
        and material.potential(FILLINGS) == pytest.approx(4.4 - 0.9 * x, rel=1e-9)
        and material["diffusivity"](FILLINGS) == pytest.approx(1e-14 * (1 + x), rel=1e-4)
        and material.maximum_concentration == pytest.approx((high - low) * 20210)
        and material.value("one_c_current") == pytest.approx(one_c)
        and material.value("youngs_modulus") == pytest.approx(100e9)
        and material.value("particle_radius") == 5e-6
    )


@settings(max_examples=25, deadline=None, derandomize=True, database=None)
@given(seed=st.integers(0, 2**32))
def test_one_electrode_is_one_material_however_it_is_written(seed: int) -> None:
    """The diffusivity to 1e-4: a BPX table is straight lines, ours are lines of log D."""
    source = random.Random(seed)
    encoding = source.choice(["utf-8", "utf-8-sig"])
    with tempfile.TemporaryDirectory() as folder:
        material = read_back(rewritten(source, (0.4, 0.95)), Path(folder), encoding)
    assert is_the_electrode(material, (0.4, 0.95))
    assert not is_the_electrode(material, (0.4, 0.94))


_MECHANICS = """
[properties.volume_change]
form = "table"
unit = "1"
stoichiometry = [0.0, 1.0]
values = [-0.02, 0.0]
evidence = "assumed"
source = "user"

[properties.youngs_modulus]
value = 100.0
unit = "GPa"
evidence = "assumed"
source = "user"

[properties.poisson_ratio]
value = 0.3
unit = "1"
evidence = "assumed"
source = "user"
"""


# files that are refused


def _expression(document: dict[str, Any]) -> None:
    positive_of(document)["OCP [V]"] = "__import__('os').system('true') + x"


def _user_expression(document: dict[str, Any]) -> None:
    document["Parameterisation"]["User-defined"]["mine"] = "x.real"


def _without_cell(document: dict[str, Any]) -> None:
    del document["Parameterisation"]["Cell"]


def _without_version(document: dict[str, Any]) -> None:
    del document["Header"]["BPX"]


def _without_block(document: dict[str, Any]) -> None:
    del document["Parameterisation"]


def _short_table(document: dict[str, Any]) -> None:
    positive_of(document)["OCP [V]"] = {"x": [0.0, 0.5, 1.0], "y": [4.0, 3.0]}


def _wide_table(document: dict[str, Any]) -> None:
    positive_of(document)["OCP [V]"] = {"x": [0.2, 1.9], "y": [4.0, 3.0]}


def _constant_potential(document: dict[str, Any]) -> None:
    positive_of(document)["OCP [V]"] = 3.0


def _blend(document: dict[str, Any]) -> None:
    electrode = document["Parameterisation"]["Positive electrode"]
    shared = ("Thickness [m]", "Porosity", "Transport efficiency", "Conductivity [S.m-1]")
    particle = {key: value for key, value in electrode.items() if key not in shared}
    document["Parameterisation"]["Positive electrode"] = {
        **{key: electrode[key] for key in shared},
        "Particle": {"Primary": particle, "Secondary": particle},
    }


def _given_twice(document: dict[str, Any]) -> None:
    electrode = document["Parameterisation"]["Positive electrode"]
    electrode["Particle"] = {"Primary": {"OCP [V]": electrode["OCP [V]"]}}


def _gap(document: dict[str, Any]) -> None:
    positive_of(document)["OCP [V]"] = {"x": [0.3, 1.0], "y": [4.0, 3.0]}


def _reversed_limits(document: dict[str, Any]) -> None:
    del document["Parameterisation"]["User-defined"]
    positive_of(document)["Minimum stoichiometry"] = 0.99


def _concentration_for_stoichiometry(document: dict[str, Any]) -> None:
    positive_of(document)["Diffusivity [m2.s-1]"] = {"x": [0, 20210], "y": [1e-15, 2e-15]}


def _nested_block(document: dict[str, Any]) -> None:
    block = document["Parameterisation"]["User-defined"]
    block[USER_DEFINED["youngs_modulus"]] = {"along c": 1e11}


def _list_of_blocks(document: dict[str, Any]) -> None:
    document["Parameterisation"]["Positive electrode"] = [1, 2, 3]


def _no_concentration(document: dict[str, Any]) -> None:
    positive_of(document)["Maximum concentration [mol.m-3]"] = 0


def _huge_number(document: dict[str, Any]) -> None:
    positive_of(document)["Reaction rate constant [mol.m-2.s-1]"] = 10**400


def _infinite_number(document: dict[str, Any]) -> None:
    positive_of(document)["Particle radius [m]"] = 10**308 * 1.0
    positive_of(document)["Reaction rate constant [mol.m-2.s-1]"] = 1e308


def _table_for_a_number(document: dict[str, Any]) -> None:
    block = document["Parameterisation"]["User-defined"]
    block[USER_DEFINED["stoichiometry_min"]] = {"x": [0.0, 1.0], "y": [1.0, 2.0]}


def _empty_window(document: dict[str, Any]) -> None:
    block = document["Parameterisation"]["User-defined"]
    block[USER_DEFINED["stoichiometry_max"]] = block[USER_DEFINED["stoichiometry_min"]]


REFUSED: dict[str, tuple[Callable[[dict[str, Any]], None], str]] = {
    "expression": (
        _expression,
        "OCP.* is .*which is not arithmetic .*nothing in a file is executed",
    ),
    "user expression": (_user_expression, "User-defined / mine is .* which is not arithmetic"),
    "no cell": (_without_cell, "not valid BPX"),
    "no version": (_without_version, "not valid BPX"),
    "no parameterisation": (_without_block, 'has no block "Parameterisation"'),
    "short table": (_short_table, "not valid BPX"),
    "wide table": (_wide_table, "covers the stoichiometry 0.2 to 1.9"),
    "constant potential": (_constant_potential, "OCP .* is the number 3; give a table that falls"),
    "blend": (_blend, "blend of materials"),
    "given twice": (_given_twice, "OCP .* is given twice, beside Particle and inside it"),
    "gap": (_gap, r"OCP .* is given from 0.3 to 1, but the stoichiometry in use is 0 to 1"),
    "reversed limits": (_reversed_limits, "Minimum stoichiometry is 0.99 and Maximum"),
    "concentration": (_concentration_for_stoichiometry, "Diffusivity .* stoichiometry 0 to 20210"),
    "nested block": (_nested_block, "Young's modulus .* is a block"),
    "no concentration": (_no_concentration, "zero, too large"),
    "huge number": (_huge_number, "zero, too large|not valid BPX"),
    "infinite number": (_infinite_number, "Reaction rate constant .* is inf; it must be finite"),
    "table for a number": (_table_for_a_number, "stoichiometry 0 is a table; give one number"),
    "empty window": (_empty_window, "it must increase"),
    "list": (_list_of_blocks, "not valid BPX"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_malformed_files_are_refused_with_one_sentence(case: str, tmp_path: Path) -> None:
    spoil, fragment = REFUSED[case]
    document = copy.deepcopy(exported("he_v").document)
    spoil(document)
    with pytest.raises(InputError, match=fragment) as caught:
        from_bpx(written(document, tmp_path), name="draft")
    assert len(caught.value.problems) == 1
    assert str(caught.value).startswith("cell.json: ")


@pytest.mark.parametrize(
    ("content", "fragment"),
    [
        (b"{", "not valid JSON: Expecting property name"),
        (b"[]", 'has no block "Parameterisation"'),
        (b'{"Parameterisation": {"Cell": NaN}}', "NaN is no number in JSON"),
        (b"\xff\xfe\x00", "not UTF-8 text"),
        (b"[" * 200_000, "not valid JSON"),
        (b'{"Parameterisation": 1e999}', 'has no block "Parameterisation"'),
        (b" " * (SIZE_LIMIT + 1), "at most 5 MB is allowed"),
    ],
)
def test_hostile_files_are_refused(content: bytes, fragment: str, tmp_path: Path) -> None:
    path = tmp_path / "cell.json"
    path.write_bytes(content)
    with pytest.raises(InputError, match=fragment):
        from_bpx(path, name="draft")


@pytest.mark.parametrize("name", ["", "../up", "a b", "Name", "x" * 61, 'a"\n[b]'])
def test_odd_names_are_refused(name: str, tmp_path: Path) -> None:
    path = written(exported("he_v").document, tmp_path)
    with pytest.raises(InputError, match="is not usable"):
        from_bpx(path, name=name)


@pytest.mark.parametrize("where", ["missing.json", "."])
def test_no_file(where: str, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"check the path|this is a folder"):
        from_bpx(tmp_path / where, name="draft")


@pytest.mark.parametrize(
    "text",
    [
        "__import__('os')",
        "x.__class__",
        "(lambda: 1)()",
        "[1] * 1000000000",
        "9**9**9**9**9",
        "'a' * 3",
        "x if x else 1",
        "exp(x, x)",
        "True + x",
        "1j * x",
        "1 / (x - x)",
        "(" * 1000 + "x" + ")" * 1000,
        "-" * 4000 + "x",
        "x + " * 5000 + "x",
        "",
        "x\n\nimport os",
    ],
)
def test_more_than_arithmetic_is_refused(text: str) -> None:
    with pytest.raises(InputError, match=r"which is not (arithmetic|finite)"):
        tabulated("here", text, (0.0, 1.0))


def test_arithmetic_is_computed() -> None:
    """Precedence as in mathematics: -x^2 is -(x^2), 2^3^2 is 2^9."""
    table = tabulated("here", "-x**2 + 2**3**2 - (x - 1)/4 + log(exp(x))", (0.0, 2.0))
    assert isinstance(table, dict)
    x = np.array(table["x"])
    assert np.allclose(table["y"], -(x**2) + 512 - (x - 1) / 4 + x, rtol=1e-12)


def test_a_broken_title_stays_text(tmp_path: Path) -> None:
    """A lone surrogate cannot be written as UTF-8; a quote must not end the string."""
    document = copy.deepcopy(exported("he_v").document)
    document["Header"]["Title"] = 'a\ud800"\n[material]'
    formula = ps.load_material("he_v").formula
    draft = from_bpx(written(document, tmp_path), name="draft", formula=formula)
    assert load_draft(draft.text, tmp_path).title == 'a?"\n[material]'


def test_an_expression_is_not_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The bpx package would run it while it checks the voltage limits."""
    document = copy.deepcopy(exported("he_v").document)
    mark = tmp_path / "was_run"
    for side in ("Positive electrode", "Negative electrode"):
        document["Parameterisation"][side]["OCP [V]"] = f"open('{mark}', 'w')"
    with pytest.raises(InputError, match="nothing in a file is executed"):
        from_bpx(written(document, tmp_path), name="draft")
    assert not mark.exists()


# the verbs


def test_export_then_import_then_check(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    runner, formula = CliRunner(), ps.load_material("nvp").formula
    told = runner.invoke(app, ["export", "nvp", "--format", "bpx"])
    assert told.exit_code == 0, told.output
    assert "does not carry" in told.output
    assert "evidence" in (tmp_path / "nvp.bpx.losses.txt").read_text(encoding="utf-8")
    again = ["import", "nvp.bpx.json", "--name", "mine", "--formula", formula]
    assert runner.invoke(app, again).exit_code == 0
    checked = runner.invoke(app, ["check", "mine.toml"])
    assert checked.exit_code == 0, checked.output
    assert runner.invoke(app, again).exit_code == 0, "the same draft, once more"
    (tmp_path / "mine.toml").write_text("filled in", encoding="utf-8")
    refused = runner.invoke(app, again)
    assert isinstance(refused.exception, InputError)
    assert "exists already" in str(refused.exception)
    assert not list(tmp_path.glob(".*.part"))


def test_lithium_is_not_exported_against_hard_carbon() -> None:
    with pytest.raises(InputError, match="known for Na only"):
        to_bpx(load_record("lfp"))
