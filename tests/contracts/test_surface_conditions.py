"""What every surface condition promises: a flux out of the particle and its exact slopes."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

import particle_sim as ps
from particle_sim.constants import FARADAY
from particle_sim.flux import SurfaceResponse, SurfaceState
from particle_sim.materials.load import load_material
from particle_sim.particle import surface
from particle_sim.particle.surface.condition import SurfaceCondition

SIMPLE = ps.material_from_values(
    maximum_concentration=2e4,
    diffusivity=1e-15,
    open_circuit_potential=3.4,
    exchange_current_density=0.1,
)


def held_at(voltage: float, *, stress: bool = True, name: str = "") -> SurfaceCondition:
    material = load_material(name) if name else SIMPLE
    return surface.ButlerVolmer(
        material=material,
        voltage=voltage,
        duration=100.0,
        initial_site_fraction=0.5,
        stress_in_kinetics=stress,
    )


CONDITIONS: dict[str, SurfaceCondition] = {
    "SurfaceFlux": ps.constant_flux(1e-6, 100.0, initial_site_fraction=0.5),
    "FixedConcentration": surface.FixedConcentration(
        site_fraction=0.2, duration=100.0, initial_site_fraction=0.5
    ),
    "LinearExchange": surface.LinearExchange(
        coefficient=1e-9,
        reservoir_site_fraction=0.2,
        maximum_concentration=2e4,
        duration=100.0,
        initial_site_fraction=0.5,
    ),
    "ButlerVolmer": held_at(3.42),
    "ButlerVolmer below": held_at(3.37),
    "ButlerVolmer without stress": held_at(3.42, stress=False),
    "ButlerVolmer on plateaus": held_at(3.40, name="nvp"),
}


def test_every_exported_condition_is_here() -> None:
    exported = {name for name, value in vars(surface).items() if isinstance(value, type)}
    assert exported <= {"Galvanostatic", *(name.split()[0] for name in CONDITIONS)}


def state(theta: float, phi: float) -> SurfaceState:
    return SurfaceState(
        time=50.0, piece=(0.0, 100.0), site_fraction=np.array(theta), potential=np.array(phi)
    )


def check_slopes(respond: Callable[[SurfaceState], SurfaceResponse], theta: float) -> None:
    """Slopes with theta and phi against central differences."""
    phi = 250.0
    answer = respond(state(theta, phi))
    for slope, move, step in (
        (answer.slope, (1.0, 0.0), 1e-6),
        (answer.potential_slope, (0.0, 1.0), 1e-2),
    ):
        low, high = (
            respond(state(theta + s * move[0], phi + s * move[1])).flux for s in (-step, step)
        )
        difference = (high - low) / (2 * step)
        slack = 1e-6 * abs(difference) + 1e-9 * abs(answer.flux)
        assert abs(slope - difference) <= slack, f"slope {slope:.8g}, difference {difference:.8g}"


@pytest.mark.parametrize("theta", [0.1, 0.35, 0.5, 0.7, 0.95])
@pytest.mark.parametrize("name", list(CONDITIONS))
def test_slopes_are_derivatives(name: str, theta: float) -> None:
    check_slopes(CONDITIONS[name].respond, theta)


@pytest.mark.parametrize("wrong", ["slope", "potential_slope"])
def test_slope_check_notices(wrong: str) -> None:
    def respond(state: SurfaceState) -> SurfaceResponse:
        answer = CONDITIONS["ButlerVolmer"].respond(state)
        changed = {wrong: 1.0001 * getattr(answer, wrong)}
        return replace(answer, **changed)

    with pytest.raises(AssertionError, match="difference"):
        check_slopes(respond, 0.3)


@pytest.mark.parametrize("name", list(CONDITIONS))
def test_history_starts_and_ends(name: str) -> None:
    condition = CONDITIONS[name]
    assert condition.breaks.tolist() == [0.0, 100.0]
    assert condition.initial_site_fraction == 0.5
    assert condition.temperature == 298.15
    assert condition.largest > 0


@pytest.mark.parametrize("name", list(CONDITIONS))
def test_only_a_fixed_concentration_is_held(name: str) -> None:
    held = CONDITIONS[name].held_site_fraction
    assert held == (0.2 if name == "FixedConcentration" else None)


def test_linear_exchange_is_zero_at_the_reservoir() -> None:
    assert CONDITIONS["LinearExchange"].respond(state(0.2, 0.0)).flux == 0
    assert CONDITIONS["LinearExchange"].respond(state(0.3, 0.0)).flux == pytest.approx(2e-6)


def test_butler_volmer_by_hand() -> None:
    """theta = 1/2: U = 3.4 V, j0 = 0.1 A/m2, so N F = 0.2 sinh(0.02 V / (2 R T / F))."""
    thermal = 2 * 8.31446261815324 * 298.15 / FARADAY
    expected = 0.2 * math.sinh(0.02 / thermal) / FARADAY
    assert CONDITIONS["ButlerVolmer"].respond(state(0.5, 0.0)).flux == pytest.approx(
        expected, rel=1e-12
    )


def test_butler_volmer_balances_at_the_shifted_potential() -> None:
    """phi = -Omega sigma_h < 0 under tension: U_eff = U - phi/F rises."""
    condition = CONDITIONS["ButlerVolmer"]
    balanced = condition.respond(state(0.5, -0.02 * FARADAY)).flux
    assert abs(balanced) <= 1e-12 * condition.respond(state(0.5, 0.0)).flux
    deaf = CONDITIONS["ButlerVolmer without stress"]
    assert deaf.respond(state(0.5, -2000.0)) == deaf.respond(state(0.5, 0.0))


@pytest.mark.parametrize("theta", [-0.1, 0.0, 1.0, 1.1])
def test_butler_volmer_is_finite_beyond_the_window(theta: float) -> None:
    answer = CONDITIONS["ButlerVolmer"].respond(state(theta, 0.0))
    assert np.isfinite([answer.flux, answer.slope, answer.potential_slope]).all()


SHARING = surface.Galvanostatic(
    material=load_material("nvp"), total=ps.constant_flux(1e-6, 100.0, initial_site_fraction=0.5)
)


def settled(theta: float, phi: float, voltage: float) -> SurfaceState:
    """A state whose flux obeys the kinetics."""
    held = replace(held_at(voltage, name="nvp"), voltage=voltage)
    flux = held.respond(state(theta, phi)).flux
    return replace(state(theta, phi), voltage=voltage, flux=flux)


@pytest.mark.parametrize("theta", [0.1, 0.35, 0.7, 0.95])
def test_shared_current_is_butler_volmer_once_settled(theta: float) -> None:
    """Flux and slopes equal those of a particle held at the same potential."""
    where = settled(theta, 250.0, 3.4 if theta < 0.7 else 1.65)
    shared = SHARING.respond(where)
    held = held_at(where.voltage, name="nvp").respond(where)
    for name in ("flux", "slope", "potential_slope", "voltage_slope"):
        assert getattr(shared, name) == pytest.approx(getattr(held, name), rel=1e-9), name


def test_shared_current_iterates_to_butler_volmer() -> None:
    """Newton on the flux alone, from a flux a tenth off, converges quadratically."""
    where = settled(0.5, 0.0, 3.45)
    wanted, errors, flux = float(where.flux), [], 0.9 * float(where.flux)
    for _ in range(4):
        flux = float(SHARING.respond(replace(where, flux=flux)).flux)
        errors.append(abs(flux / wanted - 1))
    assert errors[0] < 0.02
    assert errors[1] < errors[0] ** 2
    assert errors[3] < 1e-12


def test_shared_current_starts_and_ends_with_its_total() -> None:
    assert SHARING.breaks.tolist() == [0.0, 100.0]
    assert SHARING.initial_site_fraction == 0.5
    assert SHARING.largest == 1e-6
    assert SHARING.held_site_fraction is None
