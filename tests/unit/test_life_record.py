"""Are constants frozen before anything is predicted, and do labels fall when they change?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from particle_sim.damage.fade import Fade
from particle_sim.errors import InputError
from particle_sim.life import frozen
from particle_sim.life.against_print import (
    DELIVERS,
    Label,
    Null,
    Observed,
    Said,
    kept,
    miss_of,
    observed_of,
    row_of,
)
from particle_sim.life.calibration import calibrated
from particle_sim.life.chain import Held, Rule, cycled, draw_powder
from particle_sim.life.frozen import (
    calibration_text,
    datum,
    frozen_draws,
    load_calibration,
    made_from,
)
from particle_sim.life.loads import GradientTable, Site, gradient_tables
from particle_sim.life.record import Recorded, label_of, load_predictions, record_text
from particle_sim.materials.material import Material
from particle_sim.studies.footing import level_pair

Tables = Mapping[Site, GradientTable]


@pytest.fixture(scope="module")
def nfm() -> tuple[Material, Tables]:
    material, _ = level_pair("nfm_li2024", "he_o3_li2024")
    return material, gradient_tables(material)


def test_the_datum_is_the_printed_fact() -> None:
    found = load_calibration()
    assert found.datum == datum() == Fade(retention=0.402, cycles=200.0, c_rate=3.0)
    for each in found.frozen.values():
        assert each.share == pytest.approx(len(each.draws) / found.samples)
        assert len(each.draws) == len(each.constant) > 20
    assert set(found.frozen) == {(rule, end) for rule in Rule for end in Held}


def test_frozen_constants_are_those_the_chain_finds(nfm: tuple[Material, Tables]) -> None:
    """Of a few draws; the interpolations between are continuous, and a halving ends at 1e-8."""
    material, tables = nfm
    found = load_calibration()
    for end in Held:
        for rule in Rule:
            each = found.frozen[rule, end]
            some = draw_powder(material, found.samples, found.seed)
            few, name = some.kept(each.draws[:8]), frozen_name(rule)
            belief = few.values[name].copy()
            belief[:2] = some.values[name].min(), some.values[name].max()
            few = few.having(**{name: belief})  # the range of all
            tested = cycled(few, found.datum.c_rate, end, tables=tables)
            constant, carries = calibrated(tested, rule, found.datum.cycles, found.datum.retention)
            assert carries.all()
            assert constant == pytest.approx(each.constant[:8], rel=1e-4)


def frozen_name(rule: Rule) -> str:
    return {Rule.FATIGUE: "growth_rate", Rule.SLOW: "slow_growth_rate"}[rule]


def test_draws_outside_the_frozen_ones_do_not_carry_the_datum(
    nfm: tuple[Material, Tables],
) -> None:
    """The twin: with the constants of other draws the datum is missed in most."""
    material, tables = nfm
    found = load_calibration()
    every = draw_powder(material, found.samples, found.seed)
    own = frozen_draws(found, every, Rule.FATIGUE, Held.HELD)
    moved = own.having(growth_rate=np.roll(own.values["growth_rate"], 1))
    off = {}
    for name, draws in (("own", own), ("moved", moved)):
        powder = cycled(draws, found.datum.c_rate, Held.HELD, tables=tables)
        left = kept(powder, [Rule.FATIGUE], 0.0, found.datum.cycles)
        off[name] = np.median(np.abs(left - found.datum.retention))
    assert off["own"] < 1e-3
    assert off["moved"] > 0.05


def test_every_recorded_row_has_the_hash_of_todays_constants_or_counts_as_calibrated() -> None:
    found, record = load_calibration(), load_predictions()
    rows = {each.row: each for each in record}
    printed = [
        each for name in ("nfm_li2024", "he_o3_li2024", "nvp", "he_v") for each in observed_of(name)
    ]
    assert {each.key for each in printed} == set(rows)
    for each in printed:
        label = label_of(each.key, found, record)
        used = {entry.constants for entry in record if entry.row == each.key}
        is_datum = each.key == "nfm_li2024 3C 0 to 200"
        assert (label is Label.CALIBRATED) == is_datum, each.key
        assert (label is Label.PREDICTED) == (not is_datum and used == {found.hash}), each.key
        assert rows[each.key].observed == pytest.approx(each.fade.retention)


def test_a_label_falls_back_when_constants_change_after_a_prediction() -> None:
    found, shipped = load_calibration(), load_predictions()
    record = tuple(each for each in shipped if each.constants == found.hash)
    known = next(each for each in observed_of("nfm_li2024") if each.fade.c_rate == 5.0)
    assert label_of(known.key, found, record) is Label.PREDICTED
    assert label_of(known.key, found, shipped) is Label.SEEN, "the chain was mended since"
    changed = replace(found, hash="0000000000000000")
    assert label_of(known.key, changed, record) is Label.SEEN
    new = tuple(each.model_copy(update={"constants": changed.hash}) for each in record)
    assert label_of(known.key, changed, (*record, *new)) is Label.SEEN, "recorded again"
    fresh = replace(known, material="never_seen")
    assert label_of(fresh.key, changed, record) is Label.PREDICTED


def test_other_constants_of_growth_make_the_calibration_stale(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = load_calibration()
    path = tmp_path / "calibration.toml"
    path.write_text(calibration_text(found), encoding="utf-8")
    assert load_calibration(path).hash == found.hash
    before = made_from()
    monkeypatch.setattr(frozen, "SCHEMA", frozen.SCHEMA + 1)
    assert made_from() != before
    with pytest.raises(InputError, match="made from other constants, another datum or another"):
        load_calibration(path)


def test_a_constant_that_is_changed_by_hand_changes_the_hash(tmp_path: Path) -> None:
    found = load_calibration()
    first = found.frozen[Rule.FATIGUE, Held.RELIEVED].constant[0]
    text = calibration_text(found)
    assert str(first) in text
    path = tmp_path / "calibration.toml"
    path.write_text(text.replace(str(first), str(2 * first), 1), encoding="utf-8")
    assert load_calibration(path).hash != found.hash


def test_the_record_is_what_the_constants_say(nfm: tuple[Material, Tables]) -> None:
    """One row computed again: the file rounds to four digits after the point."""
    material, tables = nfm
    found, record = load_calibration(), load_predictions()
    known = next(each for each in observed_of("nfm_li2024") if each.fade.c_rate == 5.0)
    row = row_of(known, material, tables, found, material, Label.PREDICTED)
    stored = {(each.rule, each.end): each for each in record if each.row == known.key}
    assert len(row.said) == len(stored) == 4
    for said in row.said:
        entry = stored[said.rule.name.lower(), said.end.name.lower()]
        assert said.retention == pytest.approx(entry.retention, abs=2e-4)
    per_cycle = -np.log(0.402) / 200
    assert row.null[Null.PARTNER] == pytest.approx(np.exp(-500 * per_cycle))
    assert row.null[Null.STRAIN] == pytest.approx(row.null[Null.PARTNER]), "its own strain"
    assert row.null[Null.HOUR] == pytest.approx(np.exp(-500 * per_cycle * 3 / 5))
    held = [said for said in row.said if said.end is Held.HELD]
    assert max(said.miss(known.fade) for said in held) < min(
        miss_of(each, known.fade) for each in row.null.values()
    )


def test_stretches_of_one_test_stand_for_their_sum() -> None:
    rows = observed_of("he_v")
    assert [(each.since, each.fade.cycles) for each in rows] == [(0.0, 5000.0), (5000.0, 5000.0)]


def test_a_miss_is_of_the_half_lives() -> None:
    seen = Fade(retention=0.5, cycles=100.0, c_rate=1.0)
    assert miss_of(0.25, seen) == pytest.approx(np.log(2))
    assert miss_of(np.sqrt(0.5), seen) == pytest.approx(np.log(2))
    assert [miss_of(each, seen) for each in (1.0, 1.01, 0.0)] == [np.inf] * 3
    said = Said(rule=Rule.SLOW, end=Held.HELD, retention=(0.1, 0.5, 1.0), delivering=1.0)
    assert said.miss(seen) == pytest.approx(0.0)


def test_draws_that_deliver_next_to_nothing_say_nothing(nfm: tuple[Material, Tables]) -> None:
    material, tables = nfm
    draws = draw_powder(material, 100, 1)
    powder = cycled(draws, 50.0, Held.RELIEVED, tables=tables)
    poor = powder.at_test[:, 0] < DELIVERS * material.specific_capacity
    assert 0 < poor.mean() < 1
    assert np.isnan(kept(powder, [Rule.FATIGUE], 0.0, 10.0)).tolist() == poor.tolist()


def test_a_record_is_a_file_that_reads_back(tmp_path: Path) -> None:
    record = load_predictions()
    path = tmp_path / "predictions.toml"
    path.write_text(record_text(record), encoding="utf-8")
    assert load_predictions(path) == record
    path.write_text("[[prediction]]\nrow = 1\n", encoding="utf-8")
    with pytest.raises(InputError, match=r"predictions\.toml"):
        load_predictions(path)


def test_a_datum_is_told_from_every_other() -> None:
    fade = Fade(retention=0.9, cycles=100.0, c_rate=1.0)
    one = Observed(material="a", fade=fade, since=0.0, place="", note="")
    others = [
        replace(one, material="b"),
        replace(one, since=100.0),
        replace(one, fade=replace(fade, c_rate=2.0)),
        replace(one, fade=replace(fade, cycles=200.0)),
    ]
    assert len({each.key for each in (one, *others)}) == 5
    assert isinstance(load_predictions()[0], Recorded)
