"""From drawn inputs to cracks and capacity over cycles."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from particle_sim.cell.half_cell import half_cell
from particle_sim.errors import InputError
from particle_sim.life.calibration import calibrated, with_constant
from particle_sim.life.chain import Held, Rule, cycled, draw_powder, growth_of
from particle_sim.life.loads import GradientTable, Site, gradient_tables
from particle_sim.life.powder import (
    SHARES,
    CycledPowder,
    Effects,
    share_that_keeps,
    worn_capacities,
)
from particle_sim.materials.load import load_material
from particle_sim.plausible.draws import MaterialDraws
from particle_sim.studies.worn_half_cells import worn_half_cells

NFM = load_material("nfm_li2024")
DRAWS = 40
CYCLES = np.array([0.0, 1.0, 100.0, 1e4])


@pytest.fixture(scope="module")
def tables() -> dict[Site, GradientTable]:
    return gradient_tables(NFM)


@pytest.fixture(scope="module")
def draws() -> MaterialDraws:
    return draw_powder(NFM, DRAWS, 3)


def cycled_nfm(
    draws: MaterialDraws, tables: dict[Site, GradientTable], held: Held = Held.HELD
) -> CycledPowder:
    return cycled(draws, 3.0, held, tables=tables)


def test_worn_capacities_are_those_of_worn_cells(draws: MaterialDraws) -> None:
    """The closed form against the batch with time steps: contact lost, shorter paths, more area."""
    cell, effects, shares = half_cell(NFM), Effects(), np.array([0.0, 0.3, 0.8])
    lost = draws.values["contact_lost"][:, None]
    active = 1 - lost * shares
    cracked = shares * (1 - lost) / active
    names = (
        "diffusivity",
        "particle_radius",
        "exchange_current_density",
        "maximum_concentration",
        "film_resistance",
        "active_loading",
    )
    felt = {name: draws.values[name] for name in names}
    wear = {
        "active_share": active,
        "area_factor": 1 + cracked * (2 ** (1 / 3) - 1),
        "path_factor": (1 + cracked * (2 ** (2 / 3) - 1)) ** -0.5,
    }
    stepped = worn_half_cells(NFM, wear=wear, c_rates=[1.0], values=felt)[..., 0]
    closed = worn_capacities(draws, cell, 1.0, shares, effects)
    assert closed == pytest.approx(stepped, abs=0.005 * stepped.max())
    blind = worn_capacities(draws, cell, 1.0, shares, Effects(fragments=1))
    assert np.abs(blind - stepped).max() > 0.01 * stepped.max()


def test_effects_have_their_signs(draws: MaterialDraws) -> None:
    """Lost contact costs; shorter paths and more surface give; without either nothing changes."""
    cell = half_cell(NFM)

    def end(effects: Effects) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
        table = worn_capacities(draws, cell, 3.0, SHARES, effects)
        return table[:, -1] / table[:, 0]

    assert end(Effects(contact=False, fragments=1)) == pytest.approx(np.ones(DRAWS))
    assert np.all(end(Effects(contact=False)) >= 1 - 1e-9)
    assert end(Effects(contact=False)).max() > 1.1
    assert np.all(end(Effects(fragments=1)) <= 1 - draws.values["contact_lost"] + 1e-9)


def test_shares_only_grow_and_held_boundaries_add(
    draws: MaterialDraws, tables: dict[Site, GradientTable]
) -> None:
    free, held = (cycled_nfm(draws, tables, each) for each in (Held.RELIEVED, Held.HELD))
    for rule in Rule:
        law = growth_of(draws.values, rule)
        shares = {each: each_.cracked(law, CYCLES) for each, each_ in (("f", free), ("h", held))}
        for share in shares.values():
            assert np.all(np.diff(share, axis=1) >= -1e-12)
            assert np.all((share >= 0) & (share <= 1))
        assert np.all(shares["h"] >= shares["f"] - 1e-12)
        assert shares["h"].mean() > 1.5 * shares["f"].mean()


def test_without_volume_change_nothing_grows(
    draws: MaterialDraws, tables: dict[Site, GradientTable]
) -> None:
    rigid = draws.having(volume_change=np.full(DRAWS, 1e-9))
    found = cycled_nfm(rigid, tables)
    share = found.cracked(growth_of(rigid.values, *Rule), CYCLES)
    assert share[:, -1] == pytest.approx(share[:, 0], abs=1e-12)
    wide = cycled_nfm(draws, tables)
    assert wide.cracked(growth_of(draws.values, *Rule), CYCLES)[:, -1].mean() > share.mean() + 0.05


def test_cracks_grow_with_the_volume_change(tables: dict[Site, GradientTable]) -> None:
    draws = draw_powder(NFM, DRAWS, 5)
    shares = []
    for factor in (0.5, 1.0, 1.5):
        wider = draws.having(volume_change=factor * draws.values["volume_change"])
        law = growth_of(wider.values, Rule.FATIGUE)
        shares.append(cycled_nfm(wider, tables).cracked(law, CYCLES)[:, -1])
    assert np.all(shares[1] >= shares[0] - 1e-12)
    assert np.all(shares[2] >= shares[1] - 1e-12)


@pytest.mark.parametrize("rule", Rule)
def test_a_calibrated_constant_gives_its_datum_back(
    rule: Rule, tables: dict[Site, GradientTable]
) -> None:
    many = draw_powder(NFM, 300, 1)
    tested = cycled_nfm(many, tables)
    constant, carries = calibrated(tested, rule, 200.0, 0.8)
    assert 3 < carries.sum() < 300
    told = with_constant(many, rule, constant, carries)
    again = cycled_nfm(told, tables)
    law = growth_of(told.values, rule)
    cracked = again.cracked(law, np.array([0.0, 200.0, 400.0]))
    kept = again.retention(cracked, cracked[:, 0])
    assert np.median(np.abs(kept[:, 1] - 0.8)) < 1e-6
    assert np.all(kept[:, 2] <= kept[:, 1] + 1e-9)


@pytest.mark.parametrize("rule", Rule)
def test_fewer_cycles_are_read_off_the_most(
    draws: MaterialDraws, tables: dict[Site, GradientTable], rule: Rule
) -> None:
    tested, law = cycled_nfm(draws, tables), growth_of(draws.values, rule)
    asked = tested.cracked_until(np.array(1e4), law)
    for count in (np.zeros(1), np.array([30.0]), np.array([0.0, 1e4])):
        assert np.array_equal(asked(count), tested.cracked(law, count))


def test_a_constant_out_of_its_range_carries_nothing(
    draws: MaterialDraws, tables: dict[Site, GradientTable]
) -> None:
    tested = cycled_nfm(draws, tables)
    assert not calibrated(tested, Rule.FATIGUE, 200.0, 1e-6)[1].any()
    some = tested.kept(np.arange(DRAWS) < 5)
    assert len(some.at_test) == 5
    assert replace(some, c_rate=1.0).at_test.mean() > some.at_test.mean()


def test_capacity_that_rises_before_it_falls(
    draws: MaterialDraws, tables: dict[Site, GradientTable]
) -> None:
    """The least share at which the datum is met, past a hump and before any dip that recovers."""
    tested = cycled_nfm(draws, tables)
    hump = np.interp(SHARES, [0, 0.25, 0.5, 0.75, 1], [1.0, 1.4, 0.6, 1.2, 0.1])
    tested.__dict__["at_test"] = np.tile(hump, (DRAWS, 1))
    found = share_that_keeps(tested, 0.8, np.zeros(DRAWS))
    assert found == pytest.approx(np.full(DRAWS, 0.25 + 0.25 * 0.6 / 0.8))
    assert np.all(np.isinf(share_that_keeps(tested, 0.05, np.zeros(DRAWS))))


def test_what_delivers_nothing_keeps_no_number(
    draws: MaterialDraws, tables: dict[Site, GradientTable]
) -> None:
    tested = cycled(draws, 1e5, Held.HELD, tables=tables)
    assert np.all(tested.at_test[:, 0] == 0)
    share = tested.cracked(growth_of(draws.values, *Rule), CYCLES)
    assert share[:, -1] == pytest.approx(share[:, 0], abs=1e-12)
    assert np.all(np.isnan(tested.retention(share, share[:, 0])))
    assert not calibrated(tested, Rule.SLOW, 200.0, 0.8)[1].any()


def test_parts_of_the_draws_are_the_whole(
    draws: MaterialDraws, tables: dict[Site, GradientTable]
) -> None:
    law = growth_of(draws.values, *Rule)
    whole = cycled_nfm(draws, tables)
    some = np.arange(DRAWS) % 3 == 1
    own = draws.kept(some)
    part = cycled_nfm(own, tables)
    assert part.cracked(growth_of(own.values, *Rule), CYCLES) == pytest.approx(
        whole.cracked(law, CYCLES)[some], rel=1e-12
    )
    for rule in Rule:
        constant, carries = calibrated(whole, rule, 200.0, 0.9)
        again, same = calibrated(part, rule, 200.0, 0.9)
        assert np.array_equal(same, carries[some])
        assert again == pytest.approx(constant[some], rel=1e-6)


@pytest.mark.parametrize("c_rate", [0.0, -1.0, float("nan")])
def test_a_rate_that_passes_nothing_is_refused(
    c_rate: float, draws: MaterialDraws, tables: dict[Site, GradientTable]
) -> None:
    with pytest.raises(InputError, match=r"c_rate is .*; a test cycles at a positive one"):
        cycled(draws, c_rate, Held.HELD, tables=tables)
