"""Metrics by hand on a few numbers: runs are stand-ins that hold them."""

from __future__ import annotations

import math
from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import pytest
import xarray as xr

import particle_sim as ps
from particle_sim.constants import FARADAY, GAS_CONSTANT
from particle_sim.errors import InputError
from particle_sim.materials.property import assumed
from particle_sim.metrics import critical_c_rate as rates
from particle_sim.metrics import fracture
from particle_sim.metrics.edge_crack import edge_crack_history
from particle_sim.metrics.effective_moduli import effective_moduli
from particle_sim.metrics.flaw import FlawBelief, FlawKind, flaw_belief
from particle_sim.metrics.inhomogeneity import inhomogeneity
from particle_sim.metrics.particle_voltage import overpotential_history
from particle_sim.metrics.peak_hoop_stress import peak_hoop_stress
from particle_sim.metrics.peak_hydrostatic_stress import peak_hydrostatic_stress
from particle_sim.metrics.surface_excess import surface_excess
from particle_sim.metrics.surface_tension import surface_tension

HE_V = ps.load_material("he_v")


def stand_in(**known: Any) -> Any:
    return cast(Any, SimpleNamespace(**known))


def test_spread_and_excess() -> None:
    """Three times, three places; the surface is the last."""
    theta = np.array([[0.5, 0.5, 0.5], [0.5, 0.4, 0.2], [0.4, 0.4, 0.35]])
    run = stand_in(
        site_fraction=theta, surface_site_fraction=theta[:, -1:], mean_site_fraction=theta.mean(1)
    )
    assert inhomogeneity(run) == pytest.approx(0.3)
    assert surface_excess(run) == pytest.approx(0.2 - 1.1 / 3)


def test_peaks_are_tensile_ones() -> None:
    """Radial, hoop and hoop stress at two places; hydrostatic is their third."""
    stress = np.array([[[5.0, 1.0, 1.0], [0.0, -3.0, -3.0]], [[2.0, 4.0, 4.0], [-9.0, 0.0, 0.0]]])
    run = stand_in(
        component=lambda name: stress[..., ["radial", "hoop"].index(name)],
        hydrostatic_stress=stress.mean(axis=-1),
        in_material=lambda values: values,
    )
    assert peak_hoop_stress(run) == 4.0
    assert peak_hydrostatic_stress(run) == pytest.approx(10 / 3)


@pytest.mark.parametrize(
    ("first", "tension"), [([[-5.0, -2.0], [-3.0, -4.0]], 0.0), ([[2.0]], 2.0)]
)
def test_tension_of_a_pressed_surface_is_none(first: list[list[float]], tension: float) -> None:
    assert surface_tension(stand_in(surface_first_principal_stress=np.array(first))) == tension


def test_moduli_of_a_crystal_are_voigts() -> None:
    """Cubic: K = (C11 + 2 C12)/3, G = (C11 - C12 + 3 C44)/5; isotropic constants come back."""
    c11, c12, c44 = 160e9, 60e9, 80e9
    stiffness = np.zeros((6, 6))
    stiffness[:3, :3] = c12
    stiffness[range(3), range(3)] = c11
    stiffness[range(3, 6), range(3, 6)] = c44
    particle = stand_in(crystal=stand_in(stiffness=stiffness), material=HE_V)
    bulk, shear = (c11 + 2 * c12) / 3, (c11 - c12 + 3 * c44) / 5
    modulus, ratio = effective_moduli(stand_in(particle=particle), 0.5)
    assert modulus == pytest.approx(9 * bulk * shear / (3 * bulk + shear))
    assert ratio == pytest.approx(modulus / (2 * shear) - 1)


def test_crack_formulas_by_hand() -> None:
    """1.12 sigma sqrt(pi a); K^2 (1 - nu^2)/E; (K/(1.12 sigma))^2/pi; closed under compression."""
    assert fracture.edge_crack_intensity(1e8, 1e-8) == pytest.approx(
        1.12e8 * math.sqrt(1e-8 * math.pi)
    )
    assert fracture.edge_crack_intensity(-1e8, 1e-8) == 0
    assert fracture.energy_release_rate(1e6, 1e11, 0.3) == pytest.approx(1e12 * 0.91 / 1e11)
    size = fracture.critical_flaw_size(1e8, 1e6)
    assert fracture.edge_crack_intensity(1e8, size) == pytest.approx(1e6)
    grown = fracture.paris_crack_length(
        1e8, 1e-8, np.array([0.0, 3600.0]), rate=1e-26, geometry=1.12, exponent=4.0
    )
    per_hour = 1e-26 * (1.12e8 * math.sqrt(math.pi)) ** 4
    assert grown[1] == pytest.approx(1 / (1 / 1e-8 - per_hour))


def flat_profile(stress: float) -> Any:
    def profile(radius: Any) -> xr.Dataset:
        return xr.Dataset({"hoop_stress": (("time", "radius"), np.full((1, len(radius)), stress))})

    return profile


def test_cracks_in_uniform_stress() -> None:
    """Penny 2 sigma sqrt(a/pi); edge 1.1215 sigma sqrt(pi a), 0 under compression."""
    mesh = stand_in(inner=0.0, outer=1e-6)
    pulled, pressed = (
        stand_in(profile=flat_profile(s), particle=stand_in(radial_mesh=mesh)) for s in (1e8, -1e8)
    )
    penny = fracture.penny_crack_intensity(pulled, 0, 1e-8)
    assert penny == pytest.approx(2e8 * math.sqrt(1e-8 / math.pi), rel=1e-6)
    edge = 1.1215222552e8 * math.sqrt(math.pi * 1e-8)
    assert edge_crack_history(pulled, 1e-8) == pytest.approx([edge], rel=1e-9)
    assert edge_crack_history(pressed, 1e-8) == pytest.approx([0.0])
    for depth in (0.0, -1e-8, 2e-6):
        with pytest.raises(InputError, match="give a depth above 0 and up to the 1e-06 m"):
            edge_crack_history(pulled, depth)


def test_an_edge_crack_feels_the_surface_it_starts_from() -> None:
    """sigma = S x/a inwards: K = F_1 S sqrt(pi a), F_1 of the half-plane, 0.61 F_0."""

    def profile(radius: Any) -> xr.Dataset:
        depth = (1e-6 - np.asarray(radius)) / 1e-8
        return xr.Dataset({"hoop_stress": (("time", "radius"), 1e8 * depth[None])})

    mesh = stand_in(inner=0.0, outer=1e-6)
    run = stand_in(profile=profile, particle=stand_in(radial_mesh=mesh))
    expected = 0.682862877687 * 1e8 * math.sqrt(math.pi * 1e-8)
    assert edge_crack_history(run, 1e-8) == pytest.approx([expected], rel=1e-9)


def test_overpotential_by_hand() -> None:
    """eta = (2 R T/F) asinh(N F/(2 j0)) at half filling."""
    flux = 3e-6
    run = stand_in(
        particle=stand_in(material=HE_V, radial_mesh=None),
        site_fraction=np.full((1, 2), 0.5),
        outflow=np.array([flux]),
        temperature=298.15,
    )
    half = HE_V.value("exchange_current_density")
    eta = 2 * GAS_CONSTANT * 298.15 / FARADAY * math.asinh(flux * FARADAY / (2 * half))
    assert overpotential_history(run) == pytest.approx([eta])


@pytest.mark.parametrize("kind", list(FlawKind))
def test_a_flaw_grows_at_its_critical_size(kind: FlawKind) -> None:
    factor = {
        FlawKind.SURFACE: 1.12 * math.sqrt(math.pi),
        FlawKind.EMBEDDED: 2 / math.sqrt(math.pi),
    }
    assert kind.intensity(1e8, 1e-8) == pytest.approx(factor[kind] * 1e8 * 1e-4)
    assert kind.intensity(1e8, kind.critical_size(1e8, 1e6)) == pytest.approx(1e6)
    assert kind.intensity(-1e8, 1e-8) == 0


def test_only_tough_flaws_are_safe() -> None:
    belief = FlawBelief(
        flaw_size=assumed("flaw_size", 1e-8, "m"),
        toughness=assumed("fracture_toughness", 1e6, "Pa*m^0.5"),
        largest=4e-9,
    )
    assert belief.size == 4e-9
    driving = 1e6 / math.sqrt(4e-9)
    assert belief.probability(1.01 * driving) == 1
    assert belief.probability(0.99 * driving) == 0
    assert belief.ratio_range(driving) == pytest.approx((1, 1))


def test_a_materials_flaw_is_a_tenth_of_the_particle_at_most() -> None:
    assert flaw_belief(HE_V, 1e-9, None, None).size == pytest.approx(1e-10)
    assert flaw_belief(HE_V, 1e-9, 5e-9, None).size == 5e-9


def moving(per_second: float) -> Any:
    return stand_in(
        particle=stand_in(material=HE_V),
        mean_site_fraction=np.array([0.5, 0.5, 0.5 - 10 * per_second]),
        time=np.array([0.0, 5.0, 15.0]),
    )


def test_c_rate_of_a_run() -> None:
    """|d theta/dt| times the window's capacity over the current called 1C, both per mass."""
    window = 3600 * HE_V.specific_capacity / HE_V.value("one_c_current")
    assert rates.c_rate_of(moving(2 / window)) == pytest.approx(2)
    bare = ps.material_from_values(maximum_concentration=2e4, diffusivity=1e-15)
    run = moving(2 / 3600)
    run.particle.material = bare
    assert rates.c_rate_of(run) == pytest.approx(2)


def test_the_critical_rate_is_that_of_the_worst_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """Driving forces 1 and 2 times K_IC/sqrt(a): the second needs half the flux only."""
    belief = flaw_belief(HE_V, 1.0, 1e-8, 1e6)
    driving = np.array([[0.0], [1.0], [2.0]]) * 1e6 / math.sqrt(1e-8)
    monkeypatch.setattr(rates, "linear_fillings", lambda _: (0.0, 1.0))
    monkeypatch.setattr(rates, "why_not_linear", lambda _: None)
    monkeypatch.setattr(rates, "crack_sites", lambda _: stand_in(extent=1.0, driving=driving))
    monkeypatch.setattr(rates, "flaw_belief", lambda *_: belief)
    run = moving(1e-3)
    run.site_fraction = run.mean_site_fraction[:, None]
    run.site_fraction[1] = 0.499
    expected = 0.5 * rates.c_rate_of(run)
    assert rates.critical_c_rate(run) == pytest.approx(expected)
