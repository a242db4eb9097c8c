"""A user's mistake ends with one clear sentence and exit code 2, and leaves nothing behind.

Every case breaks one thing in a file or a command line that is otherwise right.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from command_line import CELLS, MATERIALS, SCENARIOS, Outcome, RunCommand

BELOW_THE_LIMIT = 200_000
"""Bytes of junk that are read, not refused for their size."""


def assert_refused(outcome: Outcome, *fragments: str) -> None:
    """Exit code 2 and exactly one line on standard error, which holds every fragment."""
    assert outcome.code == 2, outcome
    assert "Traceback" not in outcome.err
    assert len(outcome.err.splitlines()) == 1, outcome.err
    assert len(outcome.errors) == 1, outcome.err
    line = outcome.errors[0]
    for fragment in fragments:
        assert fragment in line, f"{fragment!r} is not in: {line}"
    assert len(line) < 600, "a sentence, not a page"


def files_under(folder: Path) -> set[Path]:
    return set(folder.rglob("*"))


def broken(original: Path, target: Path, old: str, new: str) -> Path:
    """A copy of a shipped file with one passage replaced."""
    text = original.read_text("utf-8")
    assert text.count(old) == 1, f"{old!r} occurs {text.count(old)} times in {original.name}"
    target.write_text(text.replace(old, new), encoding="utf-8")
    return target


# --- material files -----------------------------------------------------------------------------

DIFFUSIVITY = '[properties.diffusivity]\nvalue = 5e-16\nunit = "m^2/s"\nrange = [1e-17, 1e-14]'
DENSITY = '[properties.density]\nvalue = 3183.0\nunit = "kg/m^3"'
CAPACITY = '[properties.capacity]\nvalue = 155.2\nunit = "mA*h/g"'
RADIUS = '[properties.particle_radius]\nvalue = 0.25\nunit = "um"'
HIGHEST = "[properties.stoichiometry_max]\nvalue = 3.639"
VOLUME_X = "stoichiometry = [1.0, 3.0, 3.639]"
BARRIER = '[properties.diffusivity.activation_energy]\nvalue = 0.45\nunit = "eV"'

BROKEN_MATERIALS: dict[str, tuple[str, str, tuple[str, ...]]] = {
    "missing unit": (
        DENSITY,
        "[properties.density]\nvalue = 3183.0",
        ("properties.density.unit is missing; add it",),
    ),
    "empty unit": (
        DENSITY,
        DENSITY.replace("kg/m^3", ""),
        ("properties.density", "the unit is missing", '"kg/m^3"'),
    ),
    "unit of the wrong dimension": (
        DENSITY,
        DENSITY.replace("kg/m^3", "kg"),
        ("properties.density", 'the unit "kg" has the wrong dimension; use "kg/m^3"'),
    ),
    "wrong dimension in plateaus": (
        'form = "plateaus"\nunit = "V"\nevidence = "digitised"',
        'form = "plateaus"\nunit = "A"\nevidence = "digitised"',
        ("properties.open_circuit_potential", 'the unit "A" has the wrong dimension; use "V"'),
    ),
    "wrong dimension in a table": (
        'unit = "%"\nstoichiometry = [1.0, 3.0, 3.639]',
        'unit = "V"\nstoichiometry = [1.0, 3.0, 3.639]',
        ("properties.volume_change", 'the unit "V" has the wrong dimension; use "1"'),
    ),
    "unknown unit": (
        DENSITY,
        DENSITY.replace("kg/m^3", "smoots_per_barn/m^3"),
        ("properties.density", 'the unit "smoots_per_barn/m^3" is not known; use "kg/m^3"'),
    ),
    "negative diffusivity": (
        DIFFUSIVITY,
        DIFFUSIVITY.replace("= 5e-16", "= -5e-16"),
        ("properties.diffusivity.value is -5e-16 m^2/s; it must be positive",),
    ),
    "zero radius": (
        RADIUS,
        RADIUS.replace("0.25", "0"),
        ("properties.particle_radius.value is 0 um; it must lie between 1e-12 and 100 m",),
    ),
    "value too large for a float once converted": (
        '[properties.youngs_modulus]\nvalue = 80.0\nunit = "GPa"\nrange = [55.0, 125.0]',
        '[properties.youngs_modulus]\nvalue = 1e305\nunit = "GPa"\nrange = [55.0, 125.0]',
        ("properties.youngs_modulus.value", "must be a finite number"),
    ),
    "Poisson ratio of a fluid": (
        "[properties.poisson_ratio]\nvalue = 0.28",
        "[properties.poisson_ratio]\nvalue = 0.5",
        ("properties.poisson_ratio.value is 0.5", "between -1 and 0.499"),
    ),
    "unknown key": (
        DIFFUSIVITY,
        DIFFUSIVITY.replace("range", "rnage"),
        ("properties.diffusivity.rnage is not a known key; did you mean range?",),
    ),
    "unknown key of the header": (
        'family = "NASICON"',
        'familly = "x"\nfamily = "NASICON"',
        ("material.familly is not a known key; did you mean family?",),
    ),
    "unknown key of a plateau": (
        "share = 0.7578\nwidth = 0.2",
        "share = 0.7578\nwidht = 0.2",
        ("properties.open_circuit_potential.plateaus.0.widht", "did you mean width?"),
    ),
    "unknown property": (
        "[properties.flaw_size]",
        "[properties.flaw_sise]",
        ("properties.flaw_sise is not a known property; did you mean flaw_size?",),
    ),
    "range that excludes its value": (
        DIFFUSIVITY,
        DIFFUSIVITY.replace("1e-17", "1e-15"),
        (
            "properties.diffusivity.range is [1e-15, 1e-14] m^2/s",
            "must contain the value 5e-16 m^2/s",
        ),
    ),
    "reversed range": (
        DIFFUSIVITY,
        DIFFUSIVITY.replace("[1e-17, 1e-14]", "[1e-14, 1e-17]"),
        ("properties.diffusivity.range is [1e-14, 1e-17] m^2/s", "put the lower end first"),
    ),
    "range with one end": (
        DIFFUSIVITY,
        DIFFUSIVITY.replace("[1e-17, 1e-14]", "[1e-17]"),
        ("properties.diffusivity.range", "missing"),
    ),
    "log-normal without decades": (
        'distribution = "log-normal"\ndecades = 0.75',
        'distribution = "log-normal"',
        ("properties.diffusivity.decades is None", "decades > 0"),
    ),
    "log range that touches zero": (
        "range = [2.2, 4.5]",
        'range = [0.0, 4.5]\ndistribution = "log-uniform"',
        ("properties.regular_solution_parameter.range", "must start above 0"),
    ),
    "unknown distribution": (
        'distribution = "log-normal"\ndecades = 0.75',
        'distribution = "gauss"',
        ("properties.diffusivity.distribution is 'gauss'", "'log-normal'"),
    ),
    "unknown kind of evidence": (
        'evidence = "digitised"\nsource = "zhang2025_hev"\nplace = "Fig. 3a"',
        'evidence = "guessed"\nsource = "zhang2025_hev"\nplace = "Fig. 3a"',
        ("properties.open_circuit_potential.evidence is 'guessed'", "'digitised'"),
    ),
    "negative activation energy": (
        BARRIER,
        BARRIER.replace("0.45", "-0.45"),
        ("properties.diffusivity.activation_energy.value is -0.45 eV; it must not be negative",),
    ),
    "activation energy in pascals": (
        BARRIER,
        BARRIER.replace("eV", "Pa"),
        ("properties.diffusivity.activation_energy", '"Pa" has the wrong dimension; use "J/mol"'),
    ),
    "plateau shares that do not sum": (
        "share = 0.7578",
        "share = 0.6578",
        ("plateaus.share sums to 0.9; positive shares must sum to 1",),
    ),
    "plateaus in the wrong order": (
        "voltage = 3.37\nrange = [3.34, 3.40]",
        "voltage = 1.37\nrange = [1.34, 1.40]",
        ("plateaus.voltage is [1.37, 1.63]", "from high to low"),
    ),
    "plateau outside the cut-offs": (
        "[properties.upper_voltage]\nvalue = 3.9",
        "[properties.upper_voltage]\nvalue = 3.3",
        ("a plateau at 3.37 V, outside the cut-offs 1.2 to 3.3 V",),
    ),
    "table that does not cover the window": (
        VOLUME_X,
        VOLUME_X.replace("3.639", "3.2"),
        ("volume_change.stoichiometry covers 1 to 3.2", "must cover the window 1 to 3.639"),
    ),
    "table that does not increase": (
        VOLUME_X,
        VOLUME_X.replace("3.0", "3.9"),
        ("volume_change.stoichiometry is [1.0, 3.9, 3.639]", "must increase strictly"),
    ),
    "table of unequal columns": (
        VOLUME_X,
        "stoichiometry = [1.0, 3.639]",
        ("properties.volume_change has no complete table", "equally long"),
    ),
    "constant where a table belongs": (
        'form = "table"\nunit = "%"\nstoichiometry = [1.0, 3.0, 3.639]',
        'form = "constant"\nvalue = 8.26\nunit = "%"\nstoichiometry = [1.0, 3.0, 3.639]',
        ('properties.volume_change has the form "constant"; use table',),
    ),
    "stress-free stoichiometry outside the window": (
        "stress_free_stoichiometry = 3.0",
        "stress_free_stoichiometry = 4.0",
        ("material.stress_free_stoichiometry is 4", "must lie in the window 1 to 3.639"),
    ),
    "empty window": (
        HIGHEST,
        HIGHEST.replace("3.639", "1.0"),
        ("properties.stoichiometry_max is 1; it must be above stoichiometry_min, 1",),
    ),
    "reversed window": (
        HIGHEST,
        HIGHEST.replace("3.639", "0.5"),
        ("properties.stoichiometry_max is 0.5; it must be above stoichiometry_min, 1",),
    ),
    "capacity that does not close": (
        CAPACITY,
        CAPACITY.replace("155.2", "108.5"),
        ("properties.capacity is 108.5 mAh/g", "gives 155.2 mAh/g"),
    ),
    "density that does not close": (
        DENSITY,
        DENSITY.replace("3183.0", "3110.0"),
        ("properties.density is 3110 kg/m^3", "give 3183 kg/m^3"),
    ),
    "concentration that does not close": (
        "value = 18430.0",
        "value = 18700.0",
        ("properties.maximum_concentration is 18700 mol/m^3", "give 18428 mol/m^3"),
    ),
    "wrong formula": (
        'formula = "Na3V2(PO4)3"',
        'formula = "Na3V2(PO4)2"',
        ("properties.molar_mass is 455.77 g/mol", "Na3V2(PO4)2 weighs 360.79 g/mol"),
    ),
    "formula with an open bracket": (
        'formula = "Na3V2(PO4)3"',
        'formula = "Na3V2(PO4"',
        ('material.formula: Formula "Na3V2(PO4"', "balance the brackets"),
    ),
    "formula of an unknown element": (
        'formula = "Na3V2(PO4)3"',
        'formula = "Na3Xx2(PO4)3"',
        ('material.formula: Formula "Na3Xx2(PO4)3": Xx is not an element',),
    ),
    "unknown carrier": ('carrier = "Na"', 'carrier = "Mg"', ("material.carrier is 'Mg'", "'Na'")),
    "NaN": (
        DIFFUSIVITY,
        DIFFUSIVITY.replace("= 5e-16", "= nan"),
        ("properties.diffusivity.value is nan; it must be a finite number",),
    ),
    "infinity": (
        DIFFUSIVITY,
        DIFFUSIVITY.replace("= 5e-16", "= inf"),
        ("properties.diffusivity.value is inf; it must be a finite number",),
    ),
    "NaN in a table": (
        VOLUME_X,
        VOLUME_X.replace("3.0", "nan"),
        ("volume_change.stoichiometry.1 is nan; it must be a finite number",),
    ),
    "NaN as a share": (
        "share = 0.7578",
        "share = nan",
        ("plateaus.0.share is nan; it must be a finite number",),
    ),
    "infinite activation energy": (
        BARRIER,
        BARRIER.replace("0.45", "inf"),
        ("diffusivity.activation_energy.value is inf; it must be a finite number",),
    ),
    "text where a number belongs": (
        DIFFUSIVITY,
        DIFFUSIVITY.replace("= 5e-16", '= "5e-16"'),
        ("properties.diffusivity.value is '5e-16'; it must be a valid number",),
    ),
    "true where a number belongs": (
        DIFFUSIVITY,
        DIFFUSIVITY.replace("= 5e-16", "= true"),
        ("properties.diffusivity.value is True; it must be a valid number",),
    ),
    "number where a table belongs": (
        "[readings.na1_to_na4]",
        "[readings]\nother = 7\n\n[readings.na1_to_na4]",
        ("readings.other is 7; it must be a table, [readings.other]",),
    ),
    "unknown source": (
        'source = "singh2026"\nplace = "abstract: 1e-11',
        'source = "singh2062"\nplace = "abstract: 1e-11',
        ('properties.diffusivity.source is "singh2062"', "did you mean singh2026?"),
    ),
    "unknown source of the phase behaviour": (
        'kind = "two-phase"\nsource = "zhang2017_operando"',
        'kind = "two-phase"\nsource = "zhang2071_operando"',
        ('material.phase_behaviour.source is "zhang2071_operando"', "zhang2017_operando"),
    ),
    "broken reading": (
        "values = [-8.26, 0.0, 3.5]",
        "values = [-98.26, 0.0, 3.5]",
        ("properties.volume_change.values is -98.26 %", "between -0.9 and 9"),
    ),
    "invalid TOML": (
        'name = "nvp"',
        "name = nvp",
        ("not valid TOML", "line 6, column 8", "correct that line"),
    ),
    "decimal comma": (
        "value = 18430.0",
        "value = 18430,5",
        ("not valid TOML", "numbers take a decimal point: 18430.5, not 18430,5."),
    ),
    "comma of thousands": (
        "value = 18430.0",
        "value = 18,430.0",
        ("not valid TOML", "correct that line"),
    ),
    "integer of 5000 digits": ("value = 18430.0", "value = " + "9" * 5000, ("is it the right",)),
    "5000 brackets": ("value = 18430.0", "value = " + "[" * 5000, ("is it the right file?",)),
}
GARBAGE_UNITS = {
    "two slashes": "kg m//s",
    "a number and percent signs": "1e5 %%",
    "an operator at the end": "kg/",
    "an open bracket": "(kg/m^3",
    "quotes": "'kg'",
    "code": "__import__('os').getcwd()",
    "division by zero": "kg/0",
    "powers without end": "9^9^9^9^9",
    "a scale factor": "5 kg/m^3",
    "signs": "kg/m^3!?$",
    "not a number": "nan",
    "a smiley": "🙂",
    "a long one": "kg/" * 500 + "m",
}


@pytest.mark.parametrize("case", BROKEN_MATERIALS)
def test_broken_material_file(case: str, run: RunCommand, tmp_path: Path) -> None:
    old, new, fragments = BROKEN_MATERIALS[case]
    path = broken(MATERIALS / "nvp.toml", tmp_path / "mine.toml", old, new)
    before = files_under(tmp_path)
    assert_refused(run("check", path), "mine.toml", *fragments)
    if case != "broken reading":  # nobody asks for that reading here
        assert_refused(run("compare", path, "he_v", "--out", "result"), "mine.toml", *fragments)
        assert_refused(run("show", "material", "mine.toml"), "mine.toml", *fragments)
    assert files_under(tmp_path) == before


@pytest.mark.parametrize("case", GARBAGE_UNITS)
def test_garbage_unit(case: str, run: RunCommand, tmp_path: Path) -> None:
    unit = GARBAGE_UNITS[case]
    path = tmp_path / "mine.toml"
    broken(MATERIALS / "nvp.toml", path, DENSITY, DENSITY.replace("kg/m^3", unit))
    shown = f'the unit "{unit}"' if len(unit) <= 60 else "..."
    assert_refused(
        run("check", path),
        "mine.toml: properties.density: ",
        shown,
        'is not readable; use "kg/m^3"',
    )


def test_a_unit_that_only_a_rule_reads(run: RunCommand, tmp_path: Path) -> None:
    """The density follows from the cell volume where it is left out."""
    text = (MATERIALS / "nvp.toml").read_text("utf-8")
    start, end = (text.index(f"[properties.{name}]") for name in ("density", "stoichiometry_min"))
    text = (text[:start] + text[end:]).replace('unit = "angstrom^3"', 'unit = "A^3"')
    (tmp_path / "mine.toml").write_text(text, encoding="utf-8")
    sentence = 'mine.toml: properties.formula_unit_volume: the unit "A^3" has the wrong dimension'
    assert_refused(run("check", "mine.toml"), sentence, 'use "angstrom^3"')


def test_missing_property(run: RunCommand, tmp_path: Path) -> None:
    text = (MATERIALS / "nvp.toml").read_text("utf-8")
    start = text.index("[properties.diffusivity]")
    end = text.index("[properties.exchange_current_density]")
    (tmp_path / "mine.toml").write_text(text[:start] + text[end:], encoding="utf-8")
    outcome = run("check", "mine.toml")
    assert outcome.code == 0
    assert "diffusivity" in outcome.out
    alone = (text[:start] + text[end:]).replace('host = "sodium_nasicon"\n', "")
    (tmp_path / "mine.toml").write_text(alone, encoding="utf-8")
    assert_refused(
        run("check", "mine.toml"),
        "mine.toml: properties.diffusivity is missing; add effective chemical diffusivity",
    )


# --- files that are not what they should be -----------------------------------------------------


def test_ten_megabytes_of_junk(run: RunCommand, tmp_path: Path) -> None:
    (tmp_path / "junk.toml").write_bytes(os.urandom(1000) * 10_000)
    assert_refused(run("check", "junk.toml"), "junk.toml", "10.0 MB", "at most 1 MB")
    assert_refused(run("show", "material", "junk.toml"), "junk.toml", "10.0 MB", "at most 1 MB")


@pytest.mark.parametrize(
    ("content", "fragment"),
    [
        (b"\xff\xfe\x00\x01" * (BELOW_THE_LIMIT // 4), "not UTF-8 text (byte 0); save it as UTF-8"),
        (b"\x00" * BELOW_THE_LIMIT, "not valid TOML"),
        (b"\x7fELF" + bytes(range(128)) * 100, "not valid TOML"),
    ],
    ids=["not UTF-8", "zeros", "a program"],
)
def test_binary_junk(content: bytes, fragment: str, run: RunCommand, tmp_path: Path) -> None:
    (tmp_path / "junk.toml").write_bytes(content)
    for command in (("check",), ("show", "material"), ("run",)):
        assert_refused(run(*command, "junk.toml"), "junk.toml", fragment)


def test_empty_file(run: RunCommand, tmp_path: Path) -> None:
    (tmp_path / "empty.toml").touch()
    assert_refused(run("check", "empty.toml"), "empty.toml", "[material], [host], [cell]")
    outcome = run("compare", "empty.toml", "he_v")
    assert outcome.code == 2
    assert outcome.errors == [
        "Error: empty.toml: material is missing; add it. "
        'Correct it, then run "particle-sim check empty.toml".',
    ]
    assert files_under(tmp_path) == {tmp_path / "empty.toml"}


def test_folder_where_a_file_belongs(run: RunCommand, tmp_path: Path) -> None:
    (tmp_path / "folder.toml").mkdir()
    for command in (("show", "material"), ("run",)):
        assert_refused(run(*command, "folder.toml"), "folder.toml: this is a folder; give a file")
    assert_refused(run("check", "folder.toml"), "the folder holds no .toml file; check the path")


def test_missing_file(run: RunCommand, tmp_path: Path) -> None:
    for command in (("check",), ("show", "material")):
        assert_refused(run(*command, "absent.toml"), "absent.toml: the file does not exist")
    assert_refused(run("run", "absent.toml"), "absent.toml: there is no such scenario", "nvp_vs")
    assert_refused(run("compare", "nvp", "absent.toml"), "absent.toml: the file does not exist")
    assert files_under(tmp_path) == set()


def test_file_name_that_is_too_long(run: RunCommand) -> None:
    name = "a" * 300
    assert_refused(run("check", f"{name}.toml"), "cannot be read")
    assert_refused(
        run("show", "material", name), "There is no material", "particle-sim show materials"
    )
    assert_refused(run("run", name), "there is no such scenario")


def test_file_that_is_not_called_toml(run: RunCommand, tmp_path: Path) -> None:
    shutil.copy(MATERIALS / "nvp.toml", tmp_path / "nvp.txt")
    assert_refused(run("check", "nvp.txt"), "nvp.txt", "does not end in .toml", "rename")


def test_sentence_stays_on_one_line_whatever_the_file_holds(
    run: RunCommand, tmp_path: Path
) -> None:
    path = tmp_path / "mine.toml"
    broken(MATERIALS / "nvp.toml", path, 'family = "NASICON"', '"fam\\nily" = 1\nfamily = "x"')
    assert_refused(run("check", path), "material.fam ily is not a known key")


# --- cell files ---------------------------------------------------------------------------------

BROKEN_CELLS = {
    "porosity above one": (
        "[properties.porosity]\nvalue = 0.35",
        "[properties.porosity]\nvalue = 1.35",
        ("properties.porosity.value is 1.35", "between 0 and 1"),
    ),
    "more than the whole volume": (
        '[properties.active_volume_fraction]\nvalue = 0.5\nunit = "1"\nrange = [0.4, 0.6]',
        '[properties.active_volume_fraction]\nvalue = 0.8\nunit = "1"\nrange = [0.4, 0.8]',
        ("active_volume_fraction is 0.8 and porosity is 0.35", "must not exceed 1"),
    ),
    "wrong unit": (
        'unit = "mg/cm^2"',
        'unit = "mg/cm"',
        ("properties.active_loading", '"mg/cm" has the wrong dimension; use "kg/m^2"'),
    ),
    "unknown property": (
        "[properties.porosity]",
        "[properties.porositty]",
        ("properties.porositty is not a known property; did you mean porosity",),
    ),
    "unknown key": (
        'name = "sodium_half_cell"',
        'name = "sodium_half_cell"\nmetal = "Na"',
        ("cell.metal is not a known key; ", "name"),
    ),
    "unknown source": (
        'unit = "mg/cm^2"\nrange = [1.0, 5.0]\nevidence = "assumed"\nsource = "judgement"',
        'unit = "mg/cm^2"\nrange = [1.0, 5.0]\nevidence = "assumed"\nsource = "jugement"',
        ('properties.active_loading.source is "jugement"', "did you mean judgement?"),
    ),
}


@pytest.mark.parametrize("case", BROKEN_CELLS)
def test_broken_cell_file(case: str, run: RunCommand, tmp_path: Path) -> None:
    old, new, fragments = BROKEN_CELLS[case]
    broken(CELLS / "sodium_half_cell.toml", tmp_path / "mine.toml", old, new)
    outcome = run("check", "mine.toml")
    if case == "unknown property":  # its right name is missing then, which is a second problem
        assert outcome.code == 2
        assert len(outcome.errors) == 2
        assert "properties.porosity is missing; add electrolyte volume" in outcome.errors[1]
        outcome = Outcome(2, outcome.out, outcome.errors[0])
    assert_refused(outcome, "mine.toml", *fragments)


# --- scenario files -----------------------------------------------------------------------------

FIRST_RANGE = "between = [153.0, 155.3]"
BROKEN_SCENARIOS = {
    "unknown claim": (
        'claim = "surface_retained"',
        'claim = "surface_retaind"',
        ('expect.6.claim is "surface_retaind"', "did you mean surface_retained?"),
    ),
    "no between": (FIRST_RANGE, "", ("expect.0 needs", "between for numbers")),
    "number without between": (
        "between = [0.0025, 0.0045]",
        "",
        ("expect.3 needs", "between for numbers"),
    ),
    "reversed between": (
        FIRST_RANGE,
        "between = [155.3, 153.0]",
        ("expect.0.between is [155.3, 153.0]; put the lower end first",),
    ),
    "between with NaN": (
        FIRST_RANGE,
        "between = [nan, 155.3]",
        ("expect.0.between.0 is nan; it must be a finite number",),
    ),
    "unknown status": (
        'status = "contradicted"',
        'status = "maybe"',
        ("expect.6.status is 'maybe'", "'contradicted'"),
    ),
    "unknown key": (
        "c_rate = 1.0",
        "crate = 1.0",
        ("scenario.crate is not a known key; did you mean c_rate",),
    ),
    "unknown material": (
        'candidate = "he_v"',
        'candidate = "he_w"',
        ('There is no material "he_w"; did you mean he_wd or he_v',),
    ),
    "unknown direction": (
        'direction = "charge"',
        'direction = "sideways"',
        ("scenario.direction is 'sideways'", "'charge'"),
    ),
    "negative rate": ("c_rate = 1.0", "c_rate = -1.0", ("c_rate is -1", "between 0.001 and 1000")),
    "fraction above one": (
        "at = [0.1, 0.3, 0.5, 0.7, 0.9]",
        "at = [0.1, 1.3]",
        ("at is 0.1,1.3", "between 0 and 0.995"),
    ),
    "set of a material that is not compared": (
        '[[expect]]\ncapacity_of = "baseline"',
        '[set.nvq]\ndiffusivity = "1e-15 m^2/s"\n\n[[expect]]\ncapacity_of = "baseline"',
        ("set.nvq is not compared; did you mean nvp?",),
    ),
    "set without a unit": (
        '[[expect]]\ncapacity_of = "baseline"',
        '[set.nvp]\ndiffusivity = "1e-15"\n\n[[expect]]\ncapacity_of = "baseline"',
        ('diffusivity was set to "1e-15": the unit is missing', '"m^2/s"'),
    ),
}


@pytest.mark.parametrize("case", BROKEN_SCENARIOS)
def test_broken_scenario_file(case: str, run: RunCommand, tmp_path: Path) -> None:
    old, new, fragments = BROKEN_SCENARIOS[case]
    path = broken(SCENARIOS / "nvp_vs_he_v.toml", tmp_path / "mine.toml", old, new)
    assert_refused(run("check", path), "mine.toml", *fragments)
    assert_refused(run("run", path, "--out", "deep/result"), "mine.toml", *fragments)
    assert files_under(tmp_path) == {path}


# --- command lines ------------------------------------------------------------------------------

BAD_COMMANDS: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "unknown material": (
        ("compare", "nvpp", "he_v"),
        ('There is no material "nvpp"', "did you mean nvp"),
    ),
    "unknown material, nothing like it": (
        ("show", "material", "unobtainium"),
        ('There is no material "unobtainium"', "particle-sim show materials"),
    ),
    "unknown reading": (
        ("compare", "nvp@na1_to_na5", "he_v"),
        ('there is no reading "na1_to_na5"', "did you mean na1_to_na4"),
    ),
    "show of nothing": (("show", "material"), ("needs a name", "particle-sim show materials")),
    "show of something else": (("show", "metrials"), ('"metrials"', "did you mean materials")),
    "--set without a property": (
        ("compare", "nvp", "he_v", "--set", "nvp=1e-15 m^2/s"),
        ('--set is "nvp=1e-15 m^2/s"', "write it like"),
    ),
    "--set without a value": (
        ("compare", "nvp", "he_v", "--set", "nvp.diffusivity"),
        ('--set is "nvp.diffusivity"', "write it like"),
    ),
    "--set of a material not compared": (
        ("compare", "nvp", "he_v", "--set", "nfm.diffusivity=1e-15 m^2/s"),
        ('--set names the material "nfm"', "not among those named", "nvp"),
    ),
    "--set of an unknown property": (
        ("compare", "nvp", "he_v", "--set", "nvp.difusivity=1e-15 m^2/s"),
        ("difusivity is not a known property; did you mean diffusivity or diffusivity_fall?",),
    ),
    "--set without a unit": (
        ("compare", "nvp", "he_v", "--set", "nvp.diffusivity=1e-15"),
        ('diffusivity was set to "1e-15": the unit is missing', '"m^2/s"'),
    ),
    "--set with a wrong unit": (
        ("compare", "nvp", "he_v", "--set", "nvp.diffusivity=1e-15 V"),
        ('diffusivity was set to "1e-15 V": the unit "V" has the wrong dimension', '"m^2/s"'),
    ),
    "--set with a garbage unit": (
        ("compare", "nvp", "he_v", "--set", "nvp.diffusivity=1e5 %%"),
        ('diffusivity was set to "1e5 %%": the unit "%%" is not', '"m^2/s"'),
    ),
    "--set with text": (
        ("compare", "nvp", "he_v", "--set", "nvp.diffusivity=fast"),
        ('diffusivity was set to "fast"', "not a number with a unit"),
    ),
    "--set with NaN": (
        ("compare", "nvp", "he_v", "--set", "nvp.diffusivity=nan m^2/s"),
        ('diffusivity was set to "nan m^2/s"', "not a number with a unit"),
    ),
    "--set beyond floating point": (
        ("compare", "nvp", "he_v", "--set", "nvp.diffusivity=1e999 m^2/s"),
        ('diffusivity was set to "1e999 m^2/s"', "must be a finite number"),
    ),
    "--set to a negative number": (
        ("compare", "nvp", "he_v", "--set", "he_v.diffusivity=-1e-15 m^2/s"),
        ("he_v.toml", 'diffusivity was set to "-1e-15 m^2/s"; it must be positive'),
    ),
    "--set of a table": (
        ("compare", "nvp", "he_v", "--set", "nvp.open_circuit_potential=3.4 V"),
        ("open_circuit_potential is not a single number", "'3.4 V'", "choose a reading"),
    ),
    "--set of a negative volume change": (
        ("compare", "nvp", "he_v", "--set", "nvp.volume_change=-5 %"),
        ('volume_change was set to "-5 %"; give its size as a positive number',),
    ),
    "--set that breaks the sums": (
        ("compare", "nvp", "he_v", "--set", "nvp.density=2000 kg/m^3"),
        ("properties.density is 2000 kg/m^3", "give 3183 kg/m^3"),
    ),
    "--radius of zero": (
        ("compare", "nvp", "he_v", "--radius", "0 um"),
        ('particle_radius was set to "0 um"; it must lie between 1e-12 and 100 m',),
    ),
    "--radius beyond numbers": (
        ("compare", "nvp", "he_v", "--radius", "1e300 m"),
        ("it must lie between 1e-12 and 100 m",),
    ),
    "--seed beyond numbers": (
        ("rate", "nvp", "--seed", "9223372036854775808"),
        ("--seed", "less than or equal to 9223372036854775807"),
    ),
    "--radius without a unit": (
        ("compare", "nvp", "he_v", "--radius", "0.5"),
        ('particle_radius was set to "0.5": the unit is missing', '"um"'),
    ),
    "--c-rate of zero": (
        ("compare", "nvp", "he_v", "--c-rate", "0"),
        ("c_rate is 0", "between 0.001 and 1000"),
    ),
    "--c-rate below zero": (
        ("compare", "nvp", "he_v", "--c-rate", "-1"),
        ("c_rate is -1", "between 0.001 and 1000"),
    ),
    "--c-rate NaN": (
        ("compare", "nvp", "he_v", "--c-rate", "nan"),
        ("c_rate is nan", "between 0.001 and 1000"),
    ),
    "--at below zero": (
        ("compare", "nvp", "he_v", "--at", "-0.1,0.5"),
        ("at is -0.1,0.5", "between 0 and 0.995"),
    ),
    "--at above one": (
        ("compare", "nvp", "he_v", "--at", "0.5,1.5"),
        ("at is 0.5,1.5", "between 0 and 0.995"),
    ),
    "--at NaN": (("compare", "nvp", "he_v", "--at", "nan"), ("at is nan", "between 0 and 0.995")),
    "--at text": (
        ("compare", "nvp", "he_v", "--at", "half"),
        ('--at is "half"', "give numbers with commas"),
    ),
    "--at empty": (("compare", "nvp", "he_v", "--at", ""), ('--at is ""', "give numbers")),
    "--uniform-below of zero": (
        ("compare", "nvp", "he_v", "--uniform-below", "0"),
        ("uniform_below is 0", "(0, 1)"),
    ),
    "plot of a folder that is not there": (
        ("plot", "result", "--figure", "size_map"),
        ("result is no folder", "give one that a verb wrote"),
    ),
    "a width without end": (("plot", "result", "--width", "inf"), ('--width is "inf"', "85mm")),
    "a width in inches": (("plot", "result", "--width", "3in"), ('--width is "3in"', "85mm")),
    "no font at all": (("plot", "result", "--font-size", "0"), ("--font-size is 0", "3 to 40")),
    "an old name of an option": (
        ("rate", "nvp", "--full-cell"),
        ("rate calls --full-cell now --full; write --full instead.",),
    ),
    "a figure as it was asked for before": (
        ("plot", "result", "size_map"),
        ("plot takes the name of a figure by --figure; write --figure size_map.",),
    ),
    "unknown scenario": (
        ("run", "nvp_vs_he_w"),
        ("nvp_vs_he_w: there is no such scenario", "did you mean nvp_vs_he_v"),
    ),
}


@pytest.mark.parametrize("case", BAD_COMMANDS)
def test_bad_command_line(case: str, run: RunCommand, tmp_path: Path) -> None:
    arguments, fragments = BAD_COMMANDS[case]
    assert_refused(run(*arguments), *fragments)
    assert files_under(tmp_path) == set()


USAGE_ERRORS = {
    "unknown verb": (("compair", "nvp", "he_v"), "compair"),
    "missing argument": (("compare", "nvp"), "missing argument 'candidate'"),
    "unknown option": (("compare", "nvp", "he_v", "--crate", "1"), "--crate"),
    "text for a number": (
        ("compare", "nvp", "he_v", "--c-rate", "fast"),
        "invalid value for '--c-rate'",
    ),
    "unknown stress": (("compare", "nvp", "he_v", "--stress", "tresca"), "von-mises"),
    "no workers": (("compare", "nvp", "he_v", "--workers", "0"), "--workers"),
}


@pytest.mark.parametrize("case", USAGE_ERRORS)
def test_usage_error(case: str, run: RunCommand, tmp_path: Path) -> None:
    arguments, fragment = USAGE_ERRORS[case]
    outcome = run(*arguments)
    assert outcome.code == 2
    assert fragment in outcome.err.lower()
    assert "Traceback" not in outcome.err
    assert files_under(tmp_path) == set()


@pytest.mark.parametrize(
    ("arguments", "fragment"),
    [
        (("compare", "nvpp", "he_v"), 'There is no material "nvpp"; did you mean nvp'),
        (("check", "absent.toml"), "absent.toml: the file does not exist"),
        (("compare", "nvp", "he_v", "--c-rate", "0"), "c_rate is 0"),
    ],
)
def test_real_process_ends_the_same_way(
    arguments: tuple[str, ...], fragment: str, tmp_path: Path
) -> None:
    command = shutil.which("particle-sim", path=str(Path(sys.executable).parent))
    assert command is not None, "particle-sim is not installed beside this Python"
    ended = subprocess.run(
        [command, *arguments], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert_refused(Outcome(ended.returncode, ended.stdout, ended.stderr), fragment)
    assert ended.stdout == ""
    assert files_under(tmp_path) == set()


# --- folders to write to ------------------------------------------------------------------------


def test_output_is_a_file(run: RunCommand, tmp_path: Path) -> None:
    (tmp_path / "result").write_text("mine")
    outcome = run("compare", "nvp", "he_v", "--out", "result")
    assert_refused(outcome, "--out is result, which is a file; give a folder")
    assert (tmp_path / "result").read_text() == "mine"


def test_output_lies_below_a_file(run: RunCommand, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("mine")
    outcome = run("compare", "nvp", "he_v", "--out", "file/result")
    assert_refused(outcome, "--out is", "result, which cannot be written", "choose another folder")
    assert files_under(tmp_path) == {tmp_path / "file"}


def test_output_cannot_be_written(
    run: RunCommand, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    locked = tmp_path / "locked"
    locked.mkdir()

    def refuse(path: object, *_: object, **__: object) -> None:
        assert Path(str(path)).parent == locked
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(os, "mkdir", refuse)  # file modes do not stop a superuser
    outcome = run("compare", "nvp", "he_v", "--out", "locked/deep/result")
    assert_refused(outcome, "--out is", "cannot be written (Permission denied)", "choose another")
    assert files_under(tmp_path) == {locked}


@pytest.mark.parametrize("name", ["thesis.tex", "package.json"])
def test_output_folder_holds_other_files(name: str, run: RunCommand, tmp_path: Path) -> None:
    folder = tmp_path / "mine"
    folder.mkdir()
    (folder / name).write_text("years of work")
    (folder / "manifest.json").write_text("{}")  # a name that other programs use too
    outcome = run("compare", "nvp", "he_v", "--out", "mine")
    assert_refused(outcome, f"--out is mine, which holds other files ({name})", "give a new folder")
    assert (folder / name).read_text() == "years of work"


def test_output_is_the_working_folder(run: RunCommand, tmp_path: Path) -> None:
    assert_refused(run("compare", "nvp", "he_v", "--out", "."), "--out is .", "the folder you are")
    assert files_under(tmp_path) == set()


def test_plot_of_a_folder_without_results(run: RunCommand, tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    outcome = run("plot", "other", "--out", "pictures")
    assert_refused(outcome, "other is no result of particle-sim", "results.nc, rate.nc", "compare")
    assert files_under(tmp_path) == {tmp_path / "other"}


def test_plot_of_a_file_that_is_not_netcdf(run: RunCommand, tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "results.nc").write_bytes(b"not a result" * 1000)
    assert_refused(run("plot", "other"), "results.nc cannot be read", "run compare again")
    assert files_under(tmp_path) == {tmp_path / "other", tmp_path / "other" / "results.nc"}


def test_plot_of_somebody_elses_netcdf(run: RunCommand, tmp_path: Path) -> None:
    import xarray as xr

    (tmp_path / "other").mkdir()
    path = tmp_path / "other" / "results.nc"
    xr.Dataset({"rain": ("day", [1.0, 2.0])}).to_netcdf(path, engine="h5netcdf")
    assert_refused(run("plot", "other"), "is not what compare writes today", "it has no verdict")


# --- several problems ---------------------------------------------------------------------------


def test_every_problem_of_every_file_at_once(run: RunCommand, tmp_path: Path) -> None:
    nvp, he_v = (tmp_path / f"{name}.toml" for name in ("first", "second"))
    broken(MATERIALS / "nvp.toml", nvp, DIFFUSIVITY, DIFFUSIVITY.replace("= 5e-16", "= -5e-16"))
    broken(nvp, nvp, RADIUS, RADIUS.replace("um", "s"))
    broken(nvp, nvp, HIGHEST, HIGHEST.replace("3.639", "0.5"))
    broken(MATERIALS / "he_v.toml", he_v, 'carrier = "Na"', 'carrier = "Mg"')
    scenario = broken(
        SCENARIOS / "nvp_vs_he_v.toml", tmp_path / "third.toml", "[153.0, 155.3]", "[1.0, 0.0]"
    )
    broken(scenario, scenario, 'claim = "cracks"', 'claim = "craks"')
    outcome = run("check", nvp, MATERIALS / "nvp.toml", he_v, scenario, "absent.toml")
    assert outcome.code == 2
    assert outcome.err.splitlines() == outcome.errors
    assert outcome.out.splitlines() == ["nvp.toml: material is fine, 4 reading(s)"]
    starts = [
        "first.toml: properties.particle_radius: the unit",
        "first.toml: properties.diffusivity.value is -5e-16 m^2/s",
        "first.toml: properties.stoichiometry_max is 0.5",
        "second.toml: material.carrier",
        "third.toml: expect.0.between",
        "third.toml: expect.8.claim",
        "absent.toml: the file does not exist",
        '2 files call their material "nvp"; give each its own name.',
    ]
    for start in starts:
        assert [e for e in outcome.errors if e.startswith(f"Error: {start}")], outcome.err
    assert len(outcome.errors) == len(starts)
