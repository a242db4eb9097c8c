"""Does a cell design of the user's own reach every part that has a cell, and no print?"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from particle_sim.cell.design import CellKind
from particle_sim.cell.half_cell import half_cell
from particle_sim.claims.answer import question_of
from particle_sim.claims.kinds import NEEDS
from particle_sim.claims.own import fixed_cells
from particle_sim.claims.schema import claims_folder, load_claims
from particle_sim.claims.tools import simulations
from particle_sim.cli.repeat import typed_again
from particle_sim.errors import InputError
from particle_sim.inference import carried as carried_module
from particle_sim.inputs import asked_record, asking, inputs_of
from particle_sim.life import printed_table, sides
from particle_sim.life.asked import LifeStudy
from particle_sim.materials.load import load_record
from particle_sim.materials.material import Material
from particle_sim.plausible.draws import MaterialDraws
from particle_sim.resources import shipped_folder
from particle_sim.studies.choices import EvidenceChoice
from particle_sim.studies.drawn_half_cells import draw_half_cells
from particle_sim.studies.own_cell import cells_told
from particle_sim.studies.pair import records_of
from particle_sim.studies.printed_states import subjects
from particle_sim.studies.rate_capability import RateStudy, _on_one_footing
from particle_sim.studies.scenario import load_scenario
from particle_sim.studies.settings import Comparison

SHIPPED = shipped_folder("parameters") / "cells"
MATERIALS = shipped_folder("parameters") / "materials"
FULL = "sodium_full_cell_presodiated"
LOADING = (0.06, 0.08)
"""[kg/m2] of the user's cell, beyond what the shipped one may have"""


@pytest.fixture
def own(tmp_path: Path) -> str:
    text = (SHIPPED / "sodium_half_cell.toml").read_text("utf-8")
    loading = 'value = 2.0\nunit = "mg/cm^2"\nrange = [1.0, 5.0]'
    assert text.count(loading) == 1
    mine = text.replace(loading, 'value = 7.0\nunit = "mg/cm^2"\nrange = [6.0, 8.0]')
    path = tmp_path / "mine.toml"
    path.write_text(mine, encoding="utf-8")
    return str(path)


def stands(material: Material, draws: MaterialDraws) -> bool:
    """Whether both the centre and every draw are of the user's cell."""
    loading = draws.values["active_loading"]
    centre = half_cell(material).design.value("active_loading")
    return (
        centre == pytest.approx(0.07) and LOADING[0] <= loading.min() <= loading.max() <= LOADING[1]
    )


def test_runs_and_draws_of_both_sides_are_of_the_cell(own: str) -> None:
    settings = Comparison(baseline="nvp", candidate="he_v", cell=own)
    for record in records_of(settings):
        assert stands(record.material, draw_half_cells(record.material, 100, 1))
    for subject in subjects(replace(settings, samples=100)):
        assert stands(subject.cell.material, subject.draws)
        assert subject.cell.design.value("active_loading") == pytest.approx(0.07)
    (shipped, _) = records_of(replace(settings, cell=None))
    assert not stands(shipped.material, draw_half_cells(shipped.material, 100, 1))


@pytest.mark.parametrize("verb", ["compare", "life"])
def test_the_manifest_holds_the_cell(own: str, verb: str) -> None:
    settings = Comparison(baseline="nvp", candidate="he_v", cell=own)
    with asking(verb, {"design": own}):
        records_of(settings)
        asked = asked_record()["asked"]
    Path(own).unlink()
    assert f"--cell={own}" in typed_again(verb, asked["options"])
    with asking("rerun", {}, inputs_of(asked)):
        record, _ = records_of(settings)
        assert stands(record.material, draw_half_cells(record.material, 100, 1))
    with pytest.raises(InputError):
        records_of(settings)


def scenario_file(folder: Path, *lines: str) -> Path:
    path = folder / "asked.toml"
    asked = ('question = "?"', 'baseline = "nvp"', 'candidate = "he_v"', *lines)
    path.write_text("\n".join(("[scenario]", *asked)), encoding="utf-8")
    return path


def test_a_scenario_is_in_the_cell_and_made_again_in_it(own: str) -> None:
    path = scenario_file(Path(own).parent, f'cell = "{own}"')
    with asking("run", {"file": path}):
        loaded = load_scenario(path)
        asked = asked_record()["asked"]
    for gone in (Path(own), path):
        gone.unlink()
    with asking("rerun", {}, inputs_of(asked)):
        again = load_scenario(path)
        for scenario in (loaded, again):
            for record in records_of(scenario.comparison):
                assert stands(record.material, draw_half_cells(record.material, 100, 1))
    assert loaded.comparison == again.comparison
    assert load_scenario(scenario_file(path.parent)).comparison.cell is None


@pytest.mark.parametrize(
    ("cell", "reason"),
    [
        ("sodium_half", r'asked.toml: .*There is no cell "sodium_half"; did you mean'),
        (FULL, f"asked.toml: .*{FULL} is a full cell.*name a half cell, or none"),
        ("lithium_half_cell", r"asked.toml: .*e\.g\. sodium_half_cell"),
    ],
)
def test_a_wrong_cell_of_a_scenario_is_refused_as_the_file_is_read(
    cell: str, reason: str, tmp_path: Path
) -> None:
    with pytest.raises(InputError, match=reason):
        load_scenario(scenario_file(tmp_path, f'cell = "{cell}"'))


@pytest.mark.parametrize(
    ("materials", "cell", "reason"),
    [
        (("nvp", "he_v"), FULL, f"{FULL} is a full cell, and only half.*asked for; name a half"),
        (("nvp", "lfp"), "sodium_half_cell", "nvp takes up Na and lfp takes up Li; name no cell"),
        (
            ("nvp", "he_v"),
            "lithium_half_cell",
            "carries Li but nvp.* Na, or a cell with one, e.g. sodium_",
        ),
        (("nvp", "he_v"), str(MATERIALS / "nvp.toml"), "nvp.toml is a material, not a cell"),
        (("nvp", "he_v"), "sodium_half", "did you mean sodium_half_cell"),
    ],
)
def test_what_is_no_half_cell_of_both_is_refused(
    materials: tuple[str, str], cell: str, reason: str
) -> None:
    with pytest.raises(InputError, match=reason):
        records_of(Comparison(baseline=materials[0], candidate=materials[1], cell=cell))
    if len({load_record(name).material.carrier for name in materials}) > 1:
        with pytest.raises(InputError, match=reason):
            _on_one_footing(RateStudy(materials=materials, design=cell))
        with pytest.raises(InputError, match=reason):
            sides.sides_of(LifeStudy(materials=materials, design=cell))


def test_claims_are_asked_in_the_cell_and_print_stands_where_it_was(own: str) -> None:
    known = {claim.id: claim for claim in load_claims(claims_folder(), NEEDS)}
    tools = simulations(own)
    for claim in ("C26a", "C6a"):
        question = question_of(known[claim], tools, 50, 1)
        assert all(stands(each.material, each) for each in question.draws)
    by_kind = {claim.file.test.kind: claim for claim in known.values() if claim.file.test}
    fixed = [by_kind[kind] for kind in ("inventory_capacity", "keeps_more", "lower_stress")]
    (said,) = fixed_cells(fixed, own)
    assert f"({fixed[0].id}, {fixed[1].id}), stand on the shipped cells" in said
    assert fixed_cells(fixed, None) == fixed_cells(fixed[2:], own) == []


def test_rate_tests_in_print_stand_on_the_shipped_cell(
    own: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Reached(Exception):
        pass

    def asked(record: Any, *_: Any) -> None:
        raise Reached(record.material.half_cell)

    monkeypatch.setattr(carried_module, "rate_evidence", asked)
    record, _ = records_of(Comparison(baseline="he_o3_li2024", candidate="nfm_li2024", cell=own))
    with pytest.raises(Reached, match="None"):
        carried_module.carried(record, EvidenceChoice.SHIPPED)


def test_a_rate_study_is_in_the_cell(own: str) -> None:
    kinds = tuple(CellKind)
    ((record,), _) = _on_one_footing(RateStudy(materials=("nvp",), design=own))
    assert stands(record.material, draw_half_cells(record.material, 50, 1))
    ((record,), _) = _on_one_footing(RateStudy(materials=("nvp",), design=FULL, cells=kinds))
    assert record.material.half_cell is None
    assert "everything else stands on the shipped half cell" in cells_told(FULL, kinds)[0]
    assert cells_told(own, kinds)[0].endswith("; full cells are the shipped ones.")
    assert cells_told(None, kinds) == []


@pytest.fixture
def rows(monkeypatch: pytest.MonkeyPatch) -> Callable[[LifeStudy, tuple[sides.Side, ...]], Any]:
    """Which half cell each retention is held against; nothing is cycled."""
    found: list[tuple[str, str | None]] = []

    def row(observed: Any, material: Material, *_: Any) -> None:
        found.append((observed.note, material.half_cell))

    def of(study: LifeStudy, found_sides: tuple[sides.Side, ...]) -> list[tuple[str, str | None]]:
        found.clear()
        calibration, record = printed_table.load_calibration(), printed_table.load_predictions()
        list(printed_table._rows(study, found_sides, calibration, record))
        return found

    monkeypatch.setattr(printed_table, "row_of", row)
    monkeypatch.setattr(sides, "gradient_tables", lambda material: None)
    monkeypatch.setattr(sides, "cycled", lambda draws, *_, **__: draws)
    monkeypatch.setattr(sides, "holding", lambda draws: draws)
    return of


def test_a_life_is_in_the_cell_and_retentions_in_print_are_not(own: str, rows: Any) -> None:
    study = LifeStudy(materials=("nvp",), samples=50, design=own)
    (side,) = sides.sides_of(study)
    assert stands(side.material, side.draws)
    assert all(stands(each.material, each) for each in side.powders.values())
    found = rows(study, (side,))
    assert found, "of nvp retentions are in print"
    assert {cell for _, cell in found} == {None}
    measured = replace(study, data=retention(Path(own).parent))
    found = rows(measured, (side,))
    assert [cell for note, cell in found if note == printed_table.MEASURED] == [own]


def retention(folder: Path) -> Any:
    from particle_sim.readers.retention import read_retention

    path = folder / "kept.csv"
    path.write_text("cycle,retention [%]\n0,100\n50,97\n100,95\n", encoding="utf-8")
    return read_retention(path)


def test_a_full_cell_of_another_carrier_is_refused_before_the_work() -> None:
    study = LifeStudy(materials=("lfp",), samples=50, cell=CellKind.FULL)
    with pytest.raises(InputError, match=r"lfp: it takes up Li but .* or leave --full out"):
        sides.sides_of(study)


def test_a_full_cell_of_a_life_needs_full(own: str) -> None:
    with pytest.raises(InputError, match=f"{FULL} is a full cell, and only half.*add --full"):
        sides.sides_of(LifeStudy(materials=("nvp",), samples=50, design=FULL))
    study = LifeStudy(materials=("nvp",), samples=50, design=FULL, cell=CellKind.FULL)
    assert study.own_cell[CellKind.FULL].name == FULL
    assert load_record("nvp").material.half_cell is None
