"""What a cycle does to drawn particles: the tables against runs of their own, and their scaling."""

from __future__ import annotations

import numpy as np
import pytest

from particle_sim.damage.boundary_crack import DEPTHS
from particle_sim.life import loads
from particle_sim.life.chain import draw_powder
from particle_sim.life.loads import Site, boundary, gradient_tables, gradients
from particle_sim.materials.load import load_material
from particle_sim.metrics.flaw_free_bound import flaw_free_bound
from particle_sim.metrics.stress_bracket import boundary_in, stress_bracket
from particle_sim.plausible.draws import MaterialDraws
from particle_sim.units import Array

NFM = load_material("nfm_li2024")
ONE = np.ones(1)


def one_draw(**values: float) -> MaterialDraws:
    """The centre of NFM, some of it replaced."""
    names = draw_powder(NFM, 1, 1).values
    known = {name: np.array([NFM.value(name)]) for name in names if name in NFM.properties}
    given = {name: np.array([value]) for name, value in values.items()}
    return MaterialDraws(material=NFM, values={**known, **given})


@pytest.fixture(scope="module")
def tables() -> dict[Site, loads.GradientTable]:
    return gradient_tables(NFM)


@pytest.fixture
def table(tables: dict[Site, loads.GradientTable]) -> loads.GradientTable:
    return tables[Site.SURFACE]


def largest(draws: MaterialDraws, table: loads.GradientTable, c_rate: float = 1.0) -> Array:
    return np.asarray(gradients(draws, table, c_rate, ONE, 3600 * ONE).largest[0])


@pytest.mark.parametrize("rate", [2e-6, 8e-6, 6e-5, 2e-4, 2e-3, 0.3])
def test_between_the_table_s_runs(
    table: loads.GradientTable, rate: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    """D/R^2 between two runs against a run of its own: K goes as a power of it."""
    monkeypatch.setattr(loads, "RATES", np.array([rate, 10 * rate]))
    own = gradient_tables(NFM)[Site.SURFACE]
    draws = one_draw(diffusivity=rate * NFM.value("particle_radius") ** 2)
    read, exact = largest(draws, table), own.intensity[0, 0].max(axis=-1)
    exact = exact * np.sqrt(NFM.value("particle_radius"))
    assert read == pytest.approx(exact, rel=0.05)
    shifted = one_draw(diffusivity=1.2 * rate * NFM.value("particle_radius") ** 2)
    assert largest(shifted, table) != pytest.approx(exact, rel=0.05)


def test_a_rate_is_a_slower_diffusion(table: loads.GradientTable) -> None:
    """N R/(D c_max) alone: 5C at 5 D is 1C at D."""
    slow, fast = one_draw(diffusivity=1e-15), one_draw(diffusivity=5e-15)
    assert largest(fast, table, 5.0) == pytest.approx(largest(slow, table), rel=1e-12)


def test_no_flaw_is_pulled_harder_than_the_bound(table: loads.GradientTable) -> None:
    """0.505 sigma_s sqrt(R) of the steady parabola, at 0.152 R."""
    draws = one_draw(diffusivity=1e-14)
    pulled = largest(draws, table)
    radius, flux = NFM.value("particle_radius"), 1.0
    assert DEPTHS[int(np.argmax(pulled))] == pytest.approx(0.152, rel=0.1)
    surface = pulled[0] / (1.1215 * np.sqrt(np.pi * DEPTHS[0] * radius)) * flux
    bound = flaw_free_bound(np.array([surface]), np.array([radius]))[0]
    assert pulled.max() == pytest.approx(bound, rel=0.01)


def test_cracks_in_the_middle_open_on_discharge(tables: dict[Site, loads.GradientTable]) -> None:
    """Sneddon in the parabola of insertion: 2 sigma_0 sqrt(a/pi)(1 - 4 a^2/(3 R^2))."""
    steady = tables[Site.CENTRE].intensity[0, -3, :, -1]  # D/R^2 of 0.01/s
    pressed = steady / (2 * np.sqrt(DEPTHS / np.pi))
    shape = pressed / pressed[0]
    assert shape == pytest.approx(1 - 4 * DEPTHS**2 / 3, rel=2e-3)
    assert shape != pytest.approx(1 - DEPTHS**2, rel=2e-3)


def test_a_cycle_stops_where_its_rate_does(table: loads.GradientTable) -> None:
    """What is not passed does not pull, and half of the charge takes half of the time."""
    draws = one_draw()
    half = gradients(draws, table, 1.0, 0.5 * ONE, 1800 * ONE)
    whole = gradients(draws, table, 1.0, ONE, 3600 * ONE)
    assert half.lasts.sum() == pytest.approx(1800)
    assert whole.lasts.sum() == pytest.approx(3600, rel=0.03)  # empty outside a little before
    assert half.dwell(np.array([1.0]))[0] @ np.ones(len(DEPTHS)) > 0
    shallow = boundary(draws, Site.SURFACE, 0.1 * ONE, 360 * ONE)
    deep = boundary(draws, Site.SURFACE, ONE, 3600 * ONE)
    assert np.all(shallow.largest <= deep.largest)
    assert shallow.largest[0, -1] < 0.9 * deep.largest[0, -1]


def test_a_boundary_pulls_within_the_bracket() -> None:
    """Never beyond the flaw-free bound of a coherent shell; less where it yields."""
    for stiff in (1.0, 1e3):
        draws = one_draw(yield_stress=stiff * NFM.value("yield_stress"))
        bracket = stress_bracket(boundary_in(NFM, draws.values))
        pulled = boundary(draws, Site.SURFACE, ONE, 3600 * ONE).largest[0]
        assert pulled.max() <= bracket.flaw_free_bound[0] * (1 + 1e-6)
    assert pulled.max() == pytest.approx(bracket.flaw_free_bound[0], rel=0.03)


def test_a_lattice_that_shrinks_on_insertion_turns_the_halves_round() -> None:
    """Its surface opens on discharge: the same table as that of its mirror image on charge."""
    spinel = load_material("li4ti5o12")
    assert np.diff(spinel["chemical_strain"](np.array([0.0, 1.0])))[0] < 0
    found = gradient_tables(spinel)
    for site in Site:
        assert found[site].intensity[0].max() > 0
    surface = found[Site.SURFACE].intensity[0, -3]
    assert DEPTHS[int(np.argmax(surface[:, -1]))] == pytest.approx(0.152, rel=0.1)
    ends = [boundary(draw_powder(spinel, 1, 1), site, 0.1 * ONE, ONE) for site in Site]
    assert all(each.largest.max() > 0 for each in ends)


def test_a_plateau_is_passed_in_its_own_share_of_the_charge() -> None:
    """NVP's strains in the last 76 % of the charge: before nothing pulls."""
    draws = draw_powder(load_material("nvp"), 1, 1)
    early = boundary(draws, Site.SURFACE, 0.2 * ONE, ONE)
    late = boundary(draws, Site.SURFACE, ONE, ONE)
    assert early.largest.max() == 0
    assert late.largest.max() > 0
    assert late.lasts.sum() == pytest.approx(0.758, abs=0.002)
    assert boundary(one_draw(), Site.SURFACE, ONE, ONE).lasts.sum() == pytest.approx(1, abs=0.005)


def test_slow_diffusion_pulls_too(table: loads.GradientTable) -> None:
    """The surface is empty after 0.9 % of the charge, and a thin skin has been in tension."""
    draws = one_draw(diffusivity=1e-7 * NFM.value("particle_radius") ** 2)
    pulled = gradients(draws, table, 1.0, 0.01 * ONE, 36 * ONE)
    fast = gradients(one_draw(), table, 1.0, ONE, 3600 * ONE)
    assert pulled.largest[0, 0] > 2 * fast.largest[0, 0]
    assert 0 < pulled.lasts.sum() < 36


def test_no_half_of_the_cycle_lifts_the_least_stress_intensity(
    table: loads.GradientTable,
) -> None:
    """dK = K_max: discharge closes the surface cracks of NFM at every depth and D/R^2."""
    assert len(table.reach) == 1
