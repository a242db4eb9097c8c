"""Do a life's own constants, rate tests and full cells do what they say, and refuse the rest?"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from remembered import remembering

from particle_sim.cell.design import CellKind
from particle_sim.damage.constants import load_growth_constants
from particle_sim.errors import InputError
from particle_sim.life.asked import LifeStudy
from particle_sim.life.chain import draw_powder
from particle_sim.life.evidence import narrowed
from particle_sim.life.full_table import PARTS, full_table
from particle_sim.life.full_words import full_line
from particle_sim.life.printed_table import printed_nodes
from particle_sim.life.rows import print_line
from particle_sim.life.sides import Side, sides_of
from particle_sim.materials.load import MaterialRecord, load_record
from particle_sim.plausible.draws import diffusion_rate
from particle_sim.studies.choices import EvidenceChoice, GrowthChoice
from tests.life_trees import tree_of


def own_file(folder: Path, was: str, now: str) -> str:
    text = load_growth_constants().path.read_text(encoding="utf-8")
    assert text.count(was) == 1
    path = folder / "growth.toml"
    path.write_text(text.replace(was, now), encoding="utf-8")
    return str(path)


@pytest.fixture(scope="module")
def he(
    tmp_path_factory: pytest.TempPathFactory, answers: Path
) -> tuple[LifeStudy, tuple[Side, ...]]:
    """HE with growth a thousand times slower than it could be, in a full cell at 5C."""
    slow = own_file(tmp_path_factory.mktemp("own"), "[1e-12, 1e-7]", "[1e-12, 1.1e-9]")
    study = LifeStudy(
        materials=("he_o3_li2024",),
        cycles=100,
        c_rate=5.0,
        samples=50,
        law=GrowthChoice.FATIGUE,
        constants=slow,
        cell=CellKind.FULL,
    )
    with remembering(answers):
        return study, sides_of(study)


def test_retentions_are_held_against_own_constants_as_drawn(
    he: tuple[LifeStudy, tuple[Side, ...]],
) -> None:
    study, sides = he
    assert sides[0].draws.values["growth_rate"].max() <= 1.1e-9
    nodes = printed_nodes(study, sides)
    assert set(nodes["/printed"].of_label.values) == {"own constants"}
    assert set(nodes["/printed"].of_constants.values) == {""}
    assert "nothing is calibrated" in print_line(tree_of(sides, nodes))


def test_a_full_cell_in_print_stands_beside_its_films(
    he: tuple[LifeStudy, tuple[Side, ...]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("particle_sim.life.full_table.DRAWS", 6)
    study, sides = he
    table = full_table(study, sides)
    last = table.retention.sel(quantile=0.5).isel(cycle=-1)
    assert 0.9 < float(last.min()) <= 1
    taken = table.taken.isel(material=0)
    assert float(taken.sel(part=PARTS[0])) > float(taken.sel(part=PARTS[1]))
    assert table.print_kept.values == pytest.approx([0.818, 0.771])
    half = table.print_half.values
    assert half == pytest.approx(0.753**0.2)
    for kept, name in ((1.0, "print_miss"), (half[0], "print_miss_with_half")):
        fade = -np.log(float(table.print_middle[0]) * kept)
        assert float(table[name][0]) == pytest.approx(abs(np.log(fade / -np.log(0.818))))
    said = full_line(tree_of(sides, {"/full_cell": table}))
    assert "films and cracks alone leave" in said
    assert f"; {int(table.draws[0])} draws)" in said
    assert 0 < int(table.draws[0]) <= 6
    with pytest.raises(InputError, match="none of 6 full cells delivers at 1000C"):
        full_table(replace(study, c_rate=1000.0), sides)


@pytest.mark.parametrize(
    ("was", "now", "words"),
    [
        ("range = [0.5, 0.8]", "range = [0.5, 1.0]", "K_th over K_IC and must stay below 1"),
        ("range = [0.5, 0.8]", "range = [0.5, 1.2]", "growth_threshold"),
        ("value = 1e-9", "value = -1e-9", "growth_rate"),
        ("[properties.flaw_spread]", "[properties.flaw_spred]", "flaw_spread"),
    ],
)
def test_own_constants_that_cannot_be(was: str, now: str, words: str, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=words):
        load_growth_constants(own_file(tmp_path, was, now))


PAIR, HALF = ("nfm_li2024", "he_o3_li2024"), ("nvp", "he_o3_li2024")


@pytest.mark.parametrize("names", [PAIR, HALF])
def test_rate_tests_narrow_both_or_neither(names: tuple[str, str]) -> None:
    """Both of one paper have one; of NVP none is in print."""
    study = LifeStudy(materials=names, samples=50, evidence=EvidenceChoice.SHIPPED)
    records = [load_record(name) for name in names]
    before = [draw_powder(record.material, 50, 1) for record in records]
    after, says = narrowed(study, records, before)
    moved = [
        not np.array_equal(diffusion_rate(one), diffusion_rate(other))
        for one, other in zip(before, after, strict=True)
    ]
    assert moved == [names == PAIR] * 2
    assert ("D/R² is narrowed" in says[0]) == (names == PAIR)
    untouched = set(before[0].values) - {"diffusivity", "exchange_current_density"}
    for one, other in zip(before, after, strict=True):
        assert all(
            np.array_equal(one.values[n], other.values[n]) for n in untouched & set(one.values)
        )


def test_without_evidence_nothing_moves() -> None:
    record = load_record("he_o3_li2024")
    draws = [draw_powder(record.material, 50, 1)]
    after, says = narrowed(LifeStudy(materials=("he_o3_li2024",)), [record], draws)
    assert after == draws
    assert says == []


def test_a_number_of_yours_stands_in_the_place_of_the_files(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    found: list[float] = []

    def level(records: list[MaterialRecord]) -> None:
        found.extend(record.material.value("particle_radius") for record in records)
        raise InputError("seen")

    monkeypatch.setattr("particle_sim.life.sides.level", level)
    with pytest.raises(InputError, match="seen"):
        sides_of(
            LifeStudy(materials=("nvp", "he_v"), replaced={"nvp": {"particle_radius": "2 um"}})
        )
    own = load_record("he_v").material.value("particle_radius")
    assert found == pytest.approx([2e-6, own])
