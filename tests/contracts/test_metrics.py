"""What every metric promises: one finite number with a readable unit."""

from __future__ import annotations

import math
from collections.abc import Callable
from types import FunctionType

import pint
import pytest

import particle_sim as ps
from particle_sim import metrics
from particle_sim.metrics.gitt import gitt_diffusivity
from particle_sim.particle.run import ParticleRun
from particle_sim.units import unit_of

METRICS: dict[str, Callable[[ParticleRun], float]] = {
    name: metric for name, metric in vars(metrics).items() if isinstance(metric, FunctionType)
}
DIMENSIONS = {
    "stress": "[mass] / [length] / [time] ** 2",
    "energy_density": "[mass] / [length] / [time] ** 2",
    "voltage": "[length] ** 2 * [mass] / [current] / [time] ** 3",
}


def solved(flux: float) -> ParticleRun:
    material = ps.material_from_values(
        maximum_concentration=2e4,
        diffusivity=1e-15,
        youngs_modulus=8e10,
        partial_molar_volume=3e-6,
        open_circuit_potential=3.4,
    )
    surface = ps.constant_flux(flux, 60.0, initial_site_fraction=0.5)
    body = ps.Particle(material=material, mesh=ps.shapes.sphere(2e-7, cells=10))
    return ps.solve_particle(body, surface)


@pytest.fixture(scope="module")
def run() -> ParticleRun:
    return solved(1e-6)


@pytest.fixture(scope="module")
def resting() -> ParticleRun:
    return solved(0.0)


@pytest.mark.parametrize("name", list(METRICS))
def test_metric_is_a_finite_float(name: str, run: ParticleRun) -> None:
    value = METRICS[name](run)
    assert type(value) is float
    assert math.isfinite(value)
    assert value != 0


@pytest.mark.parametrize("name", list(METRICS))
def test_metric_has_a_readable_unit(name: str) -> None:
    registry: pint.UnitRegistry[float] = pint.UnitRegistry()
    unit = registry.Unit(unit_of(METRICS[name]))
    for ending, dimension in DIMENSIONS.items():
        if name.endswith(ending):
            assert unit.dimensionality == registry.get_dimensionality(dimension)


@pytest.mark.parametrize("name", [n for n in METRICS if n != "particle_voltage"])
def test_a_uniform_particle_has_none_of_it(
    name: str, resting: ParticleRun, run: ParticleRun
) -> None:
    assert abs(METRICS[name](resting)) <= 1e-9 * abs(METRICS[name](run))


@pytest.mark.parametrize("name", list(METRICS))
def test_metric_says_what_it_is(name: str) -> None:
    assert (METRICS[name].__doc__ or "").strip()
    assert METRICS[name].__name__ == name


@pytest.mark.parametrize("diffusivity", [1e-17, 3e-15])
@pytest.mark.parametrize(("length", "pulse"), [(1e-7, 100.0), (4e-7, 600.0)])
def test_titration_returns_the_diffusivity_of_a_deep_plane(
    diffusivity: float, length: float, pulse: float
) -> None:
    """A flux j raises the surface by 2 j sqrt(t/(pi D)) in the pulse and by j t/L in the end."""
    found = gitt_diffusivity(
        length=length,
        pulse=pulse,
        steady_change=pulse / length,
        transient_change=2 * math.sqrt(pulse / (math.pi * diffusivity)),
    )
    assert found == pytest.approx(diffusivity, rel=1e-12)
