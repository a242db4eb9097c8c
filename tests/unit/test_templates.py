"""What ``particle-sim new`` writes: refused while unfilled, right once filled in, and it runs."""

from __future__ import annotations

import importlib.util
import re
import sys
import tomllib
from collections.abc import Mapping
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
import tomli_w
from coarse import few_rates

from particle_sim.cell.design import load_cell_design
from particle_sim.cell.half_cell import HALF_CELLS, half_cell
from particle_sim.cli.check import PLACEHOLDER, check
from particle_sim.cli.comparison import run_comparison, tell_comparison
from particle_sim.cli.new import EXAMPLES, FILE_ENDINGS, new, template_text
from particle_sim.errors import InputError
from particle_sim.materials.carriers import CARRIER_NAMES
from particle_sim.materials.catalogue import CATALOGUE
from particle_sim.materials.hosts import host_names, load_host
from particle_sim.materials.load import load_record
from particle_sim.studies.choices import PhysicsChoice
from particle_sim.studies.known_metrics import METRICS
from particle_sim.studies.settings import Comparison
from particle_sim.units import unit_of

FILLED: Mapping[str, object] = {
    "material.formula": "Na3V1.5Cr0.5(PO4)3",
    "material.family": "NASICON",
    "material.carrier": "Na",
    "material.host": "sodium_nasicon",
    "material.phase_behaviour.kind": "solid-solution",
    "sources.measurements.citation": "Half cells of one batch",
    "properties.capacity.value": 110.0,
    "properties.one_c_current.value": 110.0,
    "properties.lower_voltage.value": 2.3,
    "properties.upper_voltage.value": 4.3,
    "properties.open_circuit_potential.filling": [0.0, 0.25, 0.5, 0.75, 1.0],
    "properties.open_circuit_potential.values": [4.1, 3.5, 3.4, 3.35, 2.5],
    "properties.formula_unit_volume.value": 237.0,
    "properties.formula_unit_volume.range": [235.0, 239.0],
    "properties.volume_change.filling": [0.0, 1.0],
    "properties.volume_change.values": [-5.0, 0.0],
    "properties.volume_change.range": [4.0, 6.0],
    "properties.particle_radius.value": 0.3,
    "properties.particle_radius.range": [0.1, 1.0],
    "properties.diffusivity.value": 1e-15,
    "properties.diffusivity.range": [1e-16, 1e-14],
    "properties.exchange_current_density.value": 0.05,
    "properties.exchange_current_density.range": [0.01, 0.5],
    "properties.youngs_modulus.value": 80.0,
    "properties.youngs_modulus.range": [55.0, 125.0],
    "properties.poisson_ratio.value": 0.28,
    "properties.poisson_ratio.range": [0.24, 0.38],
    "properties.fracture_toughness.value": 1.2,
    "properties.fracture_toughness.range": [0.5, 1.6],
    "properties.tensile_strength.value": 80.0,
    "properties.tensile_strength.range": [26.0, 123.0],
    "properties.flaw_size.value": 20.0,
    "properties.flaw_size.range": [5.0, 60.0],
}
"""A made-up material, as somebody with a glovebox would write it: one entry a placeholder."""


def filled(text: str, values: Mapping[str, object]) -> str:
    """The template with ``values`` in the place of its placeholders, comments and all."""
    block, lines = "", []
    for line in text.splitlines():
        if line.startswith("["):
            block = line.strip("[]")
        key, _, given = line.partition(" = ")
        name = f"{block}.{key}"
        if given == f'"{PLACEHOLDER}"' and name in values:
            line = tomli_w.dumps({key: values[name]}, multiline_strings=False).replace("\n", " ")
        lines.append(line.rstrip())
    return "\n".join(lines)


def written(folder: Path, kind: str, name: str) -> Path:
    """The file that the verb writes."""
    new(kind, name, out=folder)
    return folder / f"{name}{FILE_ENDINGS[kind]}"


def problems(path: Path) -> tuple[str, ...]:
    with pytest.raises(InputError) as caught:
        check([path])
    return caught.value.problems


# --- the material -------------------------------------------------------------------------------


def test_an_unfilled_material_names_each_placeholder(tmp_path: Path) -> None:
    path = written(tmp_path, "material", "mine")
    found = problems(path)
    assert len(found) == len(FILLED)
    for problem, key in zip(sorted(found), sorted(FILLED), strict=True):
        assert problem.startswith(f"mine.toml: {key} still says {PLACEHOLDER}; ")


@pytest.mark.parametrize("left_out", list(FILLED))
def test_one_placeholder_left_is_one_sentence(left_out: str, tmp_path: Path) -> None:
    values = {key: value for key, value in FILLED.items() if key != left_out}
    path = tmp_path / "mine.toml"
    path.write_text(filled(template_text("material", "mine"), values), encoding="utf-8")
    (problem,) = problems(path)
    assert left_out in problem


def test_a_filled_material_is_what_was_written(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "mine.toml"
    path.write_text(filled(template_text("material", "mine"), FILLED), encoding="utf-8")
    check([path])
    assert "mine.toml: material is fine" in capsys.readouterr().out
    record = load_record(str(path))
    assert record.material.value("diffusivity") == 1e-15
    assert record.material.value("particle_radius") == pytest.approx(0.3e-6)
    # dx = 3.6 Q M / F with the molar mass of the formula, 110 mAh/g and 456.3 g/mol
    window = record.material.stoichiometry_max - record.material.stoichiometry_min
    assert window == pytest.approx(3.6 * 110.0 * 456.3 / 96485.33, rel=1e-3)
    assert not set(record.system.stand_ins) & {key.split(".")[1] for key in FILLED}
    assert record.citation("measurements") == "Half cells of one batch"


@pytest.mark.usefixtures("one_picture")
def test_a_filled_material_is_compared(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What ``particle-sim compare nvp mine.toml`` does, as solid solutions and with few draws."""
    path = tmp_path / "mine.toml"
    path.write_text(filled(template_text("material", "mine"), FILLED), encoding="utf-8")
    settings = Comparison(
        baseline="nvp",
        candidate=str(path),
        physics=PhysicsChoice.SOLID_SOLUTION,
        at=(0.9,),
        samples=100,
    )
    folder = tmp_path / "result"
    with few_rates():
        result = run_comparison(settings, folder, force=False, shown=False, workers=1)
    tell_comparison(result, folder)
    assert f"Report: {folder / 'report.html'}" in capsys.readouterr().out
    page = (folder / "report.html").read_text("utf-8")
    assert "Half cells of one batch" in page


def test_what_is_not_known_can_be_deleted(tmp_path: Path) -> None:
    """Every property block gone: the host stands in, and the report can say so."""
    tables = tomllib.loads(filled(template_text("material", "mine"), FILLED))
    known = set(tables.pop("properties"))
    del tables["material"]["phase_behaviour"]
    path = tmp_path / "mine.toml"
    path.write_text(tomli_w.dumps(tables), encoding="utf-8")
    check([path])
    record = load_record(str(path))
    entries = record.system.entries
    assert {entries[name].evidence for name in known} <= {"proxy", "assumed", "derived"}


def test_the_material_explains_every_property_with_its_unit() -> None:
    text = template_text("material", "mine")
    tables = tomllib.loads(text)
    for name, kind in CATALOGUE.items():
        assert f"[properties.{name}]" in text
        if name in tables["properties"]:
            assert tables["properties"][name]["unit"] == (kind.display_unit or kind.unit)
    assert all(name in text for name in host_names())


def test_the_plausible_ranges_are_those_of_the_hosts() -> None:
    """Lowest and highest over all host files, read here without the code that writes them."""
    ranges = [load_host(name, name).properties["diffusivity"].range for name in host_names()]
    ends = [end for pair in ranges if pair is not None for end in pair]
    shown = f"{min(ends):.3g} to {max(ends):.3g} m^2/s over the host families"
    assert shown in template_text("material", "mine")


# --- the metric ---------------------------------------------------------------------------------


def imported(path: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[path.stem] = module
    spec.loader.exec_module(module)
    return module


def test_the_metric_runs_on_a_particle(tmp_path: Path) -> None:
    """Its number is what its docstring says: the least site fraction on the surface."""
    module = imported(written(tmp_path, "metric", "least_surface"))
    metric = module.least_surface
    run = module.solved(1e-15)
    assert type(metric(run)) is float
    assert metric(run) == np.min(run.surface_site_fraction)
    assert unit_of(metric) == "1"
    # flux out of the particle empties the surface below the mean, 0.9 - 3 N t / (R c_max)
    lost = 3 * 2.7e-7 * 600.0 / (0.25e-6 * run.particle.material.value("maximum_concentration"))
    assert 0 < metric(run) < 0.9 - lost + 1e-9
    assert module.of_diffusivity(1e-15) == metric(run)


def test_the_fields_that_the_metric_names_are_those_of_a_run(tmp_path: Path) -> None:
    path = written(tmp_path, "metric", "mine")
    named = re.findall(r"(\w+) \(t[,)]", path.read_text("utf-8"))
    run = imported(path).solved(1e-15)
    assert len(named) >= 5
    assert [name for name in named if len(getattr(run, name, ())) != len(run.time)] == []


# --- the scenario -------------------------------------------------------------------------------


def test_the_scenario_passes(tmp_path: Path) -> None:
    from dataclasses import replace

    from particle_sim.claims.compare import compare
    from particle_sim.report.tree import to_tree
    from particle_sim.studies.scenario import failures, load_scenario

    path = written(tmp_path, "scenario", "my_question")
    scenario = load_scenario(path)
    assert len(scenario.expectations) >= 2
    with few_rates():
        result = compare(replace(scenario.comparison, samples=100))
    results = to_tree(result)
    runs = {"baseline": result.baseline.particle, "candidate": result.candidate.particle}
    assert failures(scenario, results, runs) == []
    text = path.read_text("utf-8")
    wrong = text.replace('status = "contradicted"', 'status = "supported"')
    path.write_text(wrong, encoding="utf-8")
    assert len(failures(load_scenario(path), results, runs)) == 1
    for name, metric in METRICS.items():  # whatever there is can be expected
        value, unit = metric(runs["candidate"]), unit_of(metric)
        for low, failing in ((value - abs(value) / 9, 0), (value + abs(value) / 9 + 1e-9, 1)):
            asked = f'metric = "{name}"\nof = "candidate"\nunit = "{unit}"\n'
            block = f"\n[[expect]]\n{asked}between = [{low}, 1e300]\n"
            path.write_text(text + block, encoding="utf-8")
            wrong_ones = failures(load_scenario(path), results, runs)
            assert len(wrong_ones) == failing, name
            assert all(name in sentence for sentence in wrong_ones)


# --- the cell ---------------------------------------------------------------------------------


@pytest.mark.parametrize("carrier", list(HALF_CELLS))
def test_a_cell_is_the_shipped_one_of_its_carrier(
    carrier: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    new("cell", "mine", carrier=carrier, out=tmp_path)
    path = tmp_path / "mine.toml"
    shipped, mine = load_cell_design(HALF_CELLS[carrier]), load_cell_design(str(path))
    assert (mine.name, mine.title, mine.kind) == ("mine", "mine", shipped.kind)
    assert mine.properties == shipped.properties
    assert mine.electrolyte.carrier == carrier
    text, told = path.read_text("utf-8"), capsys.readouterr().out
    assert f"against {CARRIER_NAMES[carrier]} metal" in text
    assert max(map(len, text.partition("[cell]")[0].splitlines())) <= 100
    command = f"particle-sim {EXAMPLES[carrier]} --cell "
    assert f"{command}mine.toml" in text
    assert f'"{command}{path}"' in told
    for name in EXAMPLES[carrier].split()[1:]:
        assert half_cell(load_record(name).material, design=mine).design is mine


@pytest.mark.parametrize(
    ("kind", "carrier", "said"),
    [("cell", "Mg", '"Mg"; choose from K, Li, Na'), ("material", "Li", "of cells, not of a mat")],
)
def test_a_carrier_without_a_cell_is_refused(
    kind: str, carrier: str, said: str, tmp_path: Path
) -> None:
    with pytest.raises(InputError, match=said):
        new(kind, "mine", carrier=carrier, out=tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_numbers_of_a_cell_are_filled_in(tmp_path: Path) -> None:
    path = written(tmp_path, "cell", "mine")
    text = path.read_text("utf-8").replace("# [sources.mine]\n# ", "[sources.mine]\n")
    unsure = 'value = 2.0\nunit = "mg/cm^2"\nrange = [1.0, 5.0]\nevidence = "assumed"\n'
    known = 'value = 7.1\nunit = "mg/cm^2"\nevidence = "measured"\n'
    text = text.replace(f'{unsure}source = "judgement"', f'{known}source = "mine"')
    path.write_text(text, encoding="utf-8")
    check([path])
    filled_in = load_cell_design(str(path))
    assert filled_in.value("active_loading") == pytest.approx(0.071)
    assert filled_in.sources["mine"].citation == "Coin cells of our group"


# --- names and files ----------------------------------------------------------------------------


@pytest.mark.parametrize("kind", list(FILE_ENDINGS))
def test_nothing_is_overwritten(kind: str, tmp_path: Path) -> None:
    path = written(tmp_path / "made" / "here", kind, "mine")
    path.write_text("precious", encoding="utf-8")
    with pytest.raises(InputError, match="exists already"):
        new(kind, "mine", out=path.parent)
    assert path.read_text("utf-8") == "precious"


@pytest.mark.parametrize("kind", list(FILE_ENDINGS))
@pytest.mark.parametrize("name", ["", "1x", "a b", "a-b", "../up", "naïve", "x" * 61])
def test_a_name_is_letters_digits_and_underscores(kind: str, name: str, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="letters, digits and underscores"):
        new(kind, name, out=tmp_path)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        ("material", "nvp"),
        ("cell", "sodium_full_cell"),
        ("metric", "inhomogeneity"),
        ("scenario", "nvp_vs_he_v"),
    ],
)
def test_a_shipped_name_is_taken(kind: str, name: str, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=f"shipped {kind}"):
        new(kind, name, out=tmp_path)


def test_a_folder_that_is_a_file(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(InputError, match=r"mine\.toml: cannot be written .* choose another place"):
        new("scenario", "mine", out=tmp_path / "file")
