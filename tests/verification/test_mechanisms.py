"""A misfitting core in a sphere: coherent, yielding, letting go, cut; and flaws of any size.

Expected numbers are closed forms of DM08 and DM12 (checked there by quadrature of the fields and by
radial integration) and DM06's exact half-plane factors.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from reference import Case, load
from scipy.integrate import quad
from scipy.optimize import minimize_scalar

from particle_sim.materials.load import load_material
from particle_sim.metrics import mechanisms as module
from particle_sim.metrics.flaw_free_bound import (
    PARABOLA_AT_BEST,
    PARABOLA_DEPTH,
    PENNY_AT_BEST,
    SHELL_AT_BEST,
    flaw_free_bound,
    parabola_intensity,
)
from particle_sim.metrics.mechanisms import Mechanism, PhaseBoundary, mechanisms
from particle_sim.metrics.stress_bracket import boundary_in, stress_bracket
from particle_sim.units import Array

GRIFFITH, BOUNDS, CRACKS = load("DM08"), load("DM12"), load("DM06")


def boundary(case: Case, **other: Any) -> PhaseBoundary:
    """The boundary of a case's inputs; G_c of the case as a toughness."""
    given = case["inputs"]
    modulus, ratio = given["E"], given["nu"]
    values: dict[str, Any] = {
        "misfit": given["misfit"],
        "youngs_modulus": modulus,
        "poisson_ratio": ratio,
        "radius": given["R"],
        "yield_stress": given.get("yield_stress", 1e12),
        "interface_energy": given.get("interface_energy_incoherent", 0.3),
        "toughness": np.sqrt(given["Gc"] * modulus / (1 - ratio**2)),
        "flaw_size": 20e-9,
    }
    return PhaseBoundary(**{**values, **other})


def shares(case: Case) -> Array:
    return np.array([row["core_volume_fraction"] for row in case["rows"]])


def column(case: Case, name: str) -> Array:
    return np.array([row[name] for row in case["rows"]])


def check_griffith(**wrong: Any) -> None:
    sphere = boundary(GRIFFITH, **wrong)
    coherent = mechanisms(sphere, shares(GRIFFITH))[Mechanism.COHERENT]
    area = np.pi * GRIFFITH["inputs"]["R"] ** 2
    for name, found in (
        ("strain_energy", coherent.energy),
        ("core_pressure", coherent.core_pressure),
        ("shell_hoop_at_interface", coherent.tension),
        ("surface_hoop", coherent.surface_hoop),
        ("energy_over_cut", coherent.energy / area),
    ):
        assert found == pytest.approx(column(GRIFFITH, name), rel=1e-6), name
    assert sphere.critical_radius == pytest.approx(GRIFFITH["critical_radius"], rel=1e-6)


def check_bounds(**wrong: Any) -> None:
    sphere = boundary(BOUNDS, **wrong)
    found = mechanisms(sphere, shares(BOUNDS))
    plastic = found[Mechanism.PLASTIC]
    for name, value in (
        ("elastic_max_hoop", found[Mechanism.COHERENT].tension),
        ("core_pressure", plastic.core_pressure),
        ("max_hoop", plastic.tension),
        ("surface_hoop", plastic.surface_hoop),
        ("energy_coherent", found[Mechanism.COHERENT].energy),
        ("energy_incoherent", found[Mechanism.INCOHERENT].energy),
        ("energy_cut", found[Mechanism.CUT].energy),
    ):
        assert value == pytest.approx(column(BOUNDS, name), rel=1e-8), name
    assert sphere.smallest_incoherent == pytest.approx(BOUNDS["a_star"], rel=1e-8)
    spacing = sphere.spacing(BOUNDS["inputs"]["burgers"])
    assert spacing == pytest.approx(BOUNDS["dislocation_spacing"], rel=1e-8)
    elastic_or_free = (Mechanism.COHERENT, Mechanism.INCOHERENT, Mechanism.CUT)
    for row in range(len(BOUNDS["rows"])):
        least = min(elastic_or_free, key=lambda name: found[name].energy[row])
        assert least.value == BOUNDS["rows"][row]["least"]


def test_griffith_radius_of_a_two_phase_sphere() -> None:
    check_griffith()


@pytest.mark.parametrize(
    "wrong",
    [
        {"misfit": 0.0276},
        {"poisson_ratio": 0.281},
        {"youngs_modulus": 8.01e10},
        {"radius": 2.51e-7},
    ],
)
def test_griffith_radius_notices(wrong: dict[str, float]) -> None:
    with pytest.raises(AssertionError):
        check_griffith(**wrong)


def test_bounds_of_the_stress_at_a_boundary() -> None:
    check_bounds()


@pytest.mark.parametrize(
    "wrong",
    [
        {"yield_stress": 1.601e9},
        {"interface_energy": 0.301},
        {"toughness": 1.2e6},
        {"misfit": 0.0276},
    ],
)
def test_bounds_notice(wrong: dict[str, float]) -> None:
    with pytest.raises(AssertionError):
        check_bounds(**wrong)


def test_bounds_notice_an_elastic_shell(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "plastic_shell", module._coherent)
    with pytest.raises(AssertionError, match="core_pressure"):
        check_bounds()


@pytest.mark.parametrize("share", [0.05, 0.5, 0.8])
@pytest.mark.parametrize("sign", [1, -1])
def test_work_of_a_yielding_shell_is_that_of_its_pressure(share: float, sign: int) -> None:
    """3 V_core int p de, p of every smaller misfit; less than coherency costs."""

    def pressure(misfit: float) -> float:
        at = module.plastic_shell(boundary(BOUNDS, misfit=sign * misfit), np.asarray(share))
        return float(sign * at.core_pressure)

    misfit, radius = BOUNDS["inputs"]["misfit"], BOUNDS["inputs"]["R"]
    sphere = boundary(BOUNDS, misfit=sign * misfit)
    kinks = misfit * sphere.yield_stress / sphere.stress * np.array([1.0, 1 / share])
    inside = [float(kink) for kink in kinks if kink < misfit]
    work = quad(pressure, 0, misfit, points=inside, epsrel=1e-11)[0]
    found = mechanisms(sphere, share)
    expected = 3 * share * 4 / 3 * np.pi * radius**3 * work
    assert found[Mechanism.PLASTIC].energy == pytest.approx(expected, rel=1e-8)
    assert found[Mechanism.PLASTIC].energy < found[Mechanism.COHERENT].energy


def edge_factor(depth: float) -> float:
    return float(parabola_intensity(depth) / np.sqrt(np.pi * depth))


def test_edge_cracks_in_the_steady_parabola() -> None:
    for row in CRACKS["edge"]:
        assert edge_factor(row["a_over_R"]) == pytest.approx(row["F"], rel=1e-8)
    assert pytest.approx(CRACKS["a_over_R_of_largest_K"], rel=1e-8) == PARABOLA_DEPTH
    best = minimize_scalar(lambda depth: -parabola_intensity(depth), bounds=(0.05, 0.4))
    assert pytest.approx(-best.fun, rel=1e-8) == PARABOLA_AT_BEST
    assert best.x == pytest.approx(PARABOLA_DEPTH, rel=1e-3)
    given = CRACKS["inputs"]
    bound = flaw_free_bound(np.array([given["surface_hoop_stress"]]), np.array([given["R"]]))
    assert np.all(bound >= max(row["K"] for row in CRACKS["edge"]))
    assert bound[0] == pytest.approx(75.74e3, rel=1e-3)  # F = 0.73157 at 0.1516 R


def test_edge_cracks_notice_a_uniform_stress() -> None:
    for row in CRACKS["edge"]:
        assert abs(1.12 / row["F"] - 1) > 0.04


def shell_intensity(share: float, depth: float) -> float:
    """K/(S sqrt(R)) of an edge crack through the shell of a core of ``share``."""
    core = np.cbrt(share)

    def stress(x: float) -> float:
        return share * (2 + (1 - x) ** -3) / 3 if 1 - x > core else -2 * (1 - share) / 3

    def integrand(angle: float) -> float:
        return stress(depth * np.sin(angle)) * (1.3 - 0.3 * np.sin(angle) ** 1.25)

    edge = np.arcsin(min(1.0, (1 - core) / depth))
    total = quad(integrand, 0, edge)[0] + quad(integrand, edge, np.pi / 2)[0]
    return float(2 * np.sqrt(depth / np.pi) * total)


def test_largest_intensity_of_any_flaw_in_a_coherent_shell() -> None:
    found = max(
        shell_intensity(share, factor * (1 - np.cbrt(share)))
        for share in np.linspace(0.45, 0.62, 18)
        for factor in (0.96, 0.98, 1.0, 1.02)
    )
    assert found == pytest.approx(SHELL_AT_BEST, rel=1e-3)
    for share, depth in ((0.05, 0.3), (0.2, 0.3), (0.8, 0.07), (0.95, 0.02), (0.53, 0.25)):
        assert shell_intensity(share, depth) < SHELL_AT_BEST
    wide = [4 / 3 / np.sqrt(np.pi) * f ** (1 / 6) * (1 - f) for f in np.linspace(0.01, 0.9, 90)]
    assert max(wide) == pytest.approx(PENNY_AT_BEST, rel=1e-3)


@pytest.mark.parametrize("share", [0.05, 0.5, 0.9])
def test_a_coherent_shell_is_lame_s(share: float) -> None:
    """Under a pressure p: hoop p (1 + 2 f)/(2 (1 - f)) inside, 3 p f/(2 (1 - f)) outside."""
    found = mechanisms(boundary(BOUNDS), share)[Mechanism.COHERENT]
    press = found.core_pressure / (2 * (1 - share))
    assert found.tension == pytest.approx(press * (1 + 2 * share), rel=1e-12)
    assert found.surface_hoop == pytest.approx(press * 3 * share, rel=1e-12)
    assert found.von_mises == pytest.approx(found.tension + found.core_pressure, rel=1e-12)


def test_a_boundary_lets_go_from_a_radius_on() -> None:
    """Half the sphere: gamma 4 pi a^2 = E e^2 V/(4 (1 - nu)), so that a is twice a*."""
    least = boundary(BOUNDS).smallest_incoherent
    given = BOUNDS["inputs"]
    unit = given["E"] * given["misfit"] ** 2 / (1 - given["nu"])
    assert least == pytest.approx(3 * boundary(BOUNDS).interface_energy / unit, rel=1e-12)
    radius = 2 * least * np.cbrt(2) * np.array([0.999, 1.001])
    found = stress_bracket(boundary(BOUNDS, radius=radius, toughness=1e9))
    assert found.relieved.tolist() == [found.held, 0.0]


def test_the_misfit_of_a_material_is_a_third_of_its_volume_change() -> None:
    """DM12's numbers are those of NVP: 8.26 % of volume."""
    nvp = load_material("nvp")
    assert boundary_in(nvp).misfit == pytest.approx(0.0826 / 3)
    assert boundary_in(nvp, on_extraction=False).misfit == pytest.approx(-0.0826 / 3)


@pytest.mark.parametrize("sign", [1, -1])
def test_bracket_is_the_largest_over_the_passage(sign: int) -> None:
    sphere = boundary(BOUNDS, misfit=sign * BOUNDS["inputs"]["misfit"])
    found, along = stress_bracket(sphere), np.linspace(1e-6, 1 - 1e-6, 2001)
    plastic = mechanisms(sphere, along)[Mechanism.PLASTIC].tension.max()
    assert found.held == pytest.approx(plastic, rel=1e-4)
    assert found.relieved == 0
    assert found.branches[int(found.least)] is Mechanism.INCOHERENT
    assert found.upper <= found.pop_in


def test_bracket_of_four_thousand_draws_is_that_of_each() -> None:
    chance = np.random.default_rng(7)
    drawn = {
        "misfit": chance.uniform(-0.03, 0.03, 4000),
        "yield_stress": chance.uniform(0.5e9, 4e9, 4000),
        "interface_energy": chance.uniform(0.1, 1.0, 4000),
        "radius": chance.uniform(20e-9, 2e-6, 4000),
        "flaw_size": chance.uniform(5e-9, 60e-9, 4000),
    }
    together = stress_bracket(boundary(BOUNDS, **drawn))
    assert np.all(together.relieved <= together.held)
    assert np.all(together.driving[0] <= together.driving[1])
    for index in (0, 17, 3999):
        one = {name: values[index] for name, values in drawn.items()}
        alone = stress_bracket(boundary(BOUNDS, **one))
        assert alone.relieved == pytest.approx(together.relieved[index])
        assert alone.upper == pytest.approx(together.upper[index])
        assert alone.least == together.least[index]
