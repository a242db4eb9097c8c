"""Do the printed fades and the null rules give the numbers that can be worked out by hand?"""

from __future__ import annotations

import math
from pathlib import Path

import pytest

from particle_sim.damage.fade import (
    Fade,
    as_partner,
    as_per_hour,
    as_strain_squared,
    half_life,
    miss,
    retention_after,
)
from particle_sim.damage.printed_fade import (
    PrintedFade,
    load_retention,
    printed_of,
    retention_names,
)
from particle_sim.errors import InputError
from particle_sim.materials.system import load_system
from particle_sim.resources import shipped_files

PRINTED: dict[str, dict[tuple[float, float], tuple[float, float]]] = {
    "nfm_li2024": {(3.0, 200): (4.56e-3, 6.8e-3), (5.0, 500): (2.11e-3, 5.3e-3)},
    "he_o3_li2024": {(3.0, 200): (8.8e-4, 1.33e-3), (5.0, 500): (5.7e-4, 1.42e-3)},
    "he_nasicon_fmvct": {(0.5, 100): (7.3e-4, 1.8e-4), (5.0, 1000): (1.6e-4, 4.1e-4)},
    "nvp": {(1.0, 1000): (1.7e-4, 8.7e-5), (80.0, 13000): (3.1e-6, 1.2e-4)},
}
"""By material, rate and cycles: fade per cycle and per hour, rounded as worked out by hand from
40.2 and 34.9 %, 83.8 and 75.3 %, 93 and 85 %, 84.1 and 96.09 %."""
CHANGE = {"nfm_li2024": 5.3, "he_o3_li2024": 2.6, "nvp": 8.26, "he_v": 2.2}
"""Printed volume change [%]"""


def half_cells(material: str) -> dict[tuple[float, float], PrintedFade]:
    found = [row for row in printed_of(material) if not row.full_cell and not row.span]
    return {(row.fade.c_rate, row.fade.cycles): row for row in found}


def check_table(hours: float) -> None:
    """To the digits written; ``hours`` of a cycle at 1C."""
    for material, rows in PRINTED.items():
        known = half_cells(material)
        for place, (per_cycle, per_hour) in rows.items():
            fade = known[place].fade
            assert fade.per_cycle == pytest.approx(per_cycle, rel=2.5e-2)
            assert fade.per_cycle * fade.c_rate / hours == pytest.approx(per_hour, rel=2.5e-2)
            assert fade.per_hour == pytest.approx(fade.per_cycle * fade.c_rate / 2)


def test_printed_retentions_fade_as_worked_out() -> None:
    check_table(hours=2.0)


def test_a_cycle_of_one_charge_alone_is_noticed() -> None:
    with pytest.raises(AssertionError):
        check_table(hours=1.0)


def test_two_stretches_of_one_test_are_told_apart() -> None:
    """HE-V at 50C, 95.2 then 93.3 % of 5000 each, 88.8 % of all."""
    rows = {row.span: row.fade for row in printed_of("he_v")}
    first, latter = rows["first 5000 cycles"], rows["latter 5000 cycles"]
    assert first.per_cycle == pytest.approx(9.8e-6, rel=1e-2)
    assert latter.per_cycle == pytest.approx(1.39e-5, rel=1e-2)
    assert (first.per_hour, latter.per_hour) == pytest.approx((2.5e-4, 3.5e-4), rel=2e-2)
    assert first.retention * latter.retention == pytest.approx(
        rows["throughout"].retention, rel=1e-3
    )


def test_a_full_cell_printed_twice_is_both() -> None:
    """81.8 and 77.1 % after 100 cycles at 5C."""
    kept = [row.fade.retention for row in printed_of("he_o3_li2024") if row.full_cell]
    assert kept == pytest.approx([0.818, 0.771])


def test_half_lives_are_those_of_the_exponential() -> None:
    fade = half_cells("nfm_li2024")[5.0, 500].fade
    assert round(fade.half_life) == 329
    assert round(half_cells("he_o3_li2024")[3.0, 200].fade.half_life) == 784
    assert round(half_cells("he_o3_li2024")[5.0, 500].fade.half_life) == 1222
    assert retention_after(fade.per_cycle, fade.half_life) == pytest.approx(0.5)
    assert half_life(0.0) == math.inf


@pytest.mark.parametrize("place", [(3.0, 200), (5.0, 500)])
def test_strain_squared_tells_the_layered_pair(place: tuple[float, float]) -> None:
    """Within 25 %, where the partner's own fade is 4 to 5 times off."""
    nfm, he = half_cells("nfm_li2024")[place].fade, half_cells("he_o3_li2024")[place].fade
    change = (CHANGE["he_o3_li2024"], CHANGE["nfm_li2024"])
    assert miss(as_strain_squared(nfm, *change), he.per_cycle) < math.log(1.25)
    assert math.log(3.5) < miss(as_partner(nfm), he.per_cycle) < math.log(5.5)


def test_strain_squared_is_fifty_times_off_for_a_negative_control() -> None:
    """NVP in carbon at 80C from HE-V: 1.7e-4 against 3.1e-6 per cycle."""
    he_v = next(row.fade for row in printed_of("he_v") if row.span == "throughout")
    said = as_strain_squared(he_v, CHANGE["nvp"], CHANGE["he_v"])
    assert said == pytest.approx(1.7e-4, rel=2e-2)
    assert miss(said, half_cells("nvp")[80.0, 13000].fade.per_cycle) == pytest.approx(
        math.log(50), abs=0.1
    )


def rate_pairs() -> list[tuple[Fade, Fade]]:
    return [
        tuple(half_cells(material)[place].fade for place in sorted(rows))  # type: ignore[misc]
        for material, rows in PRINTED.items()
    ]


def test_the_same_per_hour_tells_every_pair_of_rates() -> None:
    """Within 2.3 times; the same per cycle is up to 56 times off, and falls with rate in all."""
    assert all(
        miss(as_per_hour(slow, fast.c_rate), fast.per_cycle) < math.log(2.3)
        for slow, fast in rate_pairs()
    )
    assert all(slow.per_cycle > 1.5 * fast.per_cycle for slow, fast in rate_pairs())
    assert max(miss(as_partner(slow), fast.per_cycle) for slow, fast in rate_pairs()) == (
        pytest.approx(math.log(56), abs=0.05)
    )


def test_a_rule_told_the_rates_the_wrong_way_round_is_noticed() -> None:
    with pytest.raises(AssertionError):
        assert all(
            miss(as_per_hour(fast, 1 / slow.c_rate), slow.per_cycle) < math.log(2.3)
            for slow, fast in rate_pairs()
        )


def test_volume_changes_are_the_printed_ones() -> None:
    for material, percent in CHANGE.items():
        facts = load_system(material).file.printed["volume_change"]
        assert percent in [fact.number("pct") for fact in facts]


def test_no_shipped_file_repeats_what_a_material_prints() -> None:
    places = {
        (fact.number("cycles"), fact.number("retention_pct"))
        for name in shipped_files("parameters", "materials")
        for fact in load_system(name).file.printed.get("retention", [])
    }
    for name in retention_names():
        for row in load_retention(name):
            kept = round(100 * row.fade.retention, 6)
            assert (row.fade.cycles, kept) not in places
            assert row.citation
            assert row.place


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"retention": 0.0}, "retention is 0; it must be above 0"),
        ({"retention": 1.1}, "retention is 1.1; it must be above 0 and at most 1"),
        ({"cycles": 0.0}, "cycles is 0; there must be some"),
        ({"c_rate": -1.0}, "c_rate is -1; it must be positive"),
    ],
)
def test_no_fade(fields: dict[str, float], sentence: str) -> None:
    with pytest.raises(InputError, match=sentence):
        Fade(**{"retention": 0.9, "cycles": 100.0, "c_rate": 1.0, **fields})


def test_rules_need_what_they_read() -> None:
    fade = Fade(retention=0.9, cycles=100.0, c_rate=1.0)
    with pytest.raises(InputError, match="The volume change is 0"):
        as_strain_squared(fade, 0.0, 2.0)
    with pytest.raises(InputError, match="The C-rate is 0"):
        as_per_hour(fade, 0.0)
    with pytest.raises(InputError, match="both must be positive to have a half-life"):
        miss(fade.per_cycle, 0.0)


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ("84.1", "184.1", "retention_pct of row 1 is 184.1; it must be above 0 and at most 100"),
        ("13000.0", "0.0", "row 2 has 0 cycles at 80C; both must be positive"),
        ('source = "nvp_cmc_cnts"', 'source = "nvp"', 'retention.source is "nvp", which is not in'),
    ],
)
def test_a_wrong_file_is_refused(tmp_path: Path, old: str, new: str, sentence: str) -> None:
    text = shipped_files("parameters", "retention")["nvp_cmc_cnts"].read_text("utf-8")
    assert old in text
    path = tmp_path / "own.toml"
    path.write_text(text.replace(old, new, 1), "utf-8")
    with pytest.raises(InputError, match=sentence):
        load_retention(str(path))
