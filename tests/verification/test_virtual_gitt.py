"""Does a titration of a half cell with a known diffusivity return that diffusivity, and only where
its conditions hold?

The cell is PyBaMM's, with 200 shells; what is read back never saw D.
"""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from particle_sim.cell.half_cell import half_cell
from particle_sim.cell.solve import solve_cell
from particle_sim.errors import InputError
from particle_sim.inference.data import TitrationData
from particle_sim.inference.titration import Titration, titrate
from particle_sim.inference.titration_words import titration_lines
from particle_sim.inference.usual_formula import LONGEST_PULSE
from particle_sim.materials.load import load_material
from particle_sim.materials.material import Material
from particle_sim.metrics.gitt import gitt_diffusivity
from particle_sim.protocols.step import Mode, Protocol, Step

PULSES = 3
RATE = 0.1
ACCURACY = 0.015
"""Of 200 shells: 1.0 % too low, and 0.25 % with 400."""
FAST = 100.0
"""Times the file's exchange current: the overpotential is then below a tenth of a millivolt."""
DRIFT = 0.05
"""What a falling j0 adds to the usual formula: d eta = 2 R T/F d asinh(i/(2 j0)) during a pulse,
counted as dU."""


def sized(name: str, radius: float, exchange: float = 1.0) -> Material:
    """The material with particles so large that seconds are a short time."""
    material = load_material(name)
    current = material["exchange_current_density"]
    return material.replaced(
        particle_radius=material["particle_radius"].with_magnitude(radius),
        exchange_current_density=current.with_magnitude(exchange * current.magnitude),
    )


@cache
def measured(
    name: str,
    radius: float,
    hours: float,
    pulse: float = 200.0,
    rest: float = 28800.0,
    exchange: float = 1.0,
) -> TitrationData:
    """Charged for ``hours`` at C/10, rested, then ``PULSES`` pulses and rests."""
    material = sized(name, radius, exchange)
    pair = (
        Step(mode=Mode.CHARGE, c_rate=RATE, duration=pulse),
        Step(mode=Mode.REST, duration=rest),
    )
    start = (
        Step(mode=Mode.CHARGE, c_rate=RATE, duration=hours * 3600),
        Step(mode=Mode.REST, duration=2 * rest),
    )
    cell = half_cell(material, radial_points=200)
    protocol = Protocol(name="GITT", steps=start + PULSES * pair, starts_full=True)
    run = solve_cell(cell, protocol)
    return TitrationData(
        name=f"virtual {name}",
        time=run.time,
        current=run.current / cell.active_mass,
        voltage=run.voltage,
    )


def errors(titration: Titration, material: Material, radius: float) -> np.ndarray:
    """Relative error of D at every pulse."""
    assert titration.diffusivity is not None
    known = material.value("diffusivity")
    return np.abs(titration.diffusivity / known - 1)


@pytest.mark.parametrize(
    ("name", "radius", "hours"), [("he_v", 10e-6, 8.8), ("he_o3_li2024", 8e-6, 5.0)]
)
def test_known_diffusivity_comes_back(name: str, radius: float, hours: float) -> None:
    """Whether the kinetics are so fast that the voltage follows the surface, or the file's."""
    for exchange in (FAST, 1.0):
        material = sized(name, radius, exchange)
        data = measured(name, radius, hours, exchange=exchange)
        titration = titrate(data, material, radius=radius)
        assert len(titration.pulses) == PULSES
        assert not any(pulse.doubts for pulse in titration.pulses)
        assert np.all(errors(titration, material, radius) < ACCURACY)


def test_a_falling_exchange_current_is_taken_for_diffusion_by_the_usual_formula() -> None:
    """j0 falls as the surface empties; the formula has its overpotential in the slope. The
    record's own overpotential, read from pulse to pulse, takes it out."""
    material = sized("he_v", 10e-6)
    titration = titrate(measured("he_v", 10e-6, 8.8), material, radius=10e-6)
    known = material.value("diffusivity") / 10e-6**2
    usual = np.array([pulse.usual.rate for pulse in titration.pulses]) / known
    assert np.all(usual - 1 > DRIFT)
    assert np.all(errors(titration, material, 10e-6) < ACCURACY)


def test_a_radius_wrong_by_two_fails() -> None:
    """Sabotage: D goes with the square of the radius, so it is wrong by four."""
    material = sized("he_v", 10e-6)
    titration = titrate(measured("he_v", 10e-6, 8.8), material, radius=5e-6)
    assert np.all(errors(titration, material, 10e-6) > 0.7)


def test_only_the_usual_formula_needs_the_steps_of_the_rests() -> None:
    """Relaxed voltages whose steps are a fifth too large raise its D by 1.2^2; the record tells D
    by its shape in time."""
    material, data = sized("he_v", 10e-6), measured("he_v", 10e-6, 8.8)
    first = data.voltage[np.abs(data.current) < 1e-9][0]
    rest = np.abs(data.current) < 1e-9
    wrong = np.where(rest, first + 1.2 * (data.voltage - first), data.voltage)
    titration = titrate(replace(data, voltage=wrong), material, radius=10e-6)
    known = material.value("diffusivity") / 10e-6**2
    assert all(pulse.usual.rate > 1.3 * known for pulse in titration.pulses)
    assert np.all(errors(titration, material, 10e-6) < ACCURACY)


def test_a_slow_clock_fails() -> None:
    """Sabotage."""
    material, data = sized("he_v", 10e-6), measured("he_v", 10e-6, 8.8)
    titration = titrate(replace(data, time=1.05 * data.time), material, radius=10e-6)
    assert np.all(errors(titration, material, 10e-6) > 2 * ACCURACY)


def test_two_phases_are_marked() -> None:
    """On NVP's plateau no pulse has a diffusivity."""
    titration = titrate(measured("nvp", 5e-6, 8.0), sized("nvp", 5e-6))
    assert all(any("flat" in doubt for doubt in p.doubts) for p in titration.pulses)
    assert all(np.isnan(p.diffusion_rate) and p.high == np.inf for p in titration.pulses)
    assert titration.diffusivity is None
    assert "0 tell D/R², 0 without a doubt" in titration_lines(titration)[0]


def test_a_step_of_the_potential_is_marked() -> None:
    """Between the plateaus of HE-V the slope changes within one pulse."""
    titration = titrate(measured("he_v", 10e-6, 5.8), sized("he_v", 10e-6))
    assert all(any("slope changes" in doubt for doubt in p.doubts) for p in titration.pulses)
    assert all(any("bends" in miss for miss in p.usual.misses) for p in titration.pulses)


def test_pulses_so_long_that_three_hold_the_window_are_marked() -> None:
    titration = titrate(measured("he_v", 10e-6, 8.8, 6000.0, 28800.0), sized("he_v", 10e-6))
    assert all(any("not noise" in doubt for doubt in p.doubts) for p in titration.pulses)


def test_short_rests_are_carried_on() -> None:
    """After 1000 s the sphere has not relaxed: the formula is wrong by two and more."""
    material = sized("he_v", 10e-6)
    titration = titrate(measured("he_v", 10e-6, 8.8, 200.0, 1000.0), material, radius=10e-6)
    known = material.value("diffusivity") / 10e-6**2
    assert np.all(errors(titration, material, 10e-6) < ACCURACY)
    assert all(any("rest is too short" in miss for miss in p.usual.misses)
               for p in titration.pulses)  # fmt: skip
    assert all(pulse.usual.rate < 0.6 * known for pulse in titration.pulses)


def test_slow_charge_transfer_is_not_taken_for_diffusion() -> None:
    """At 200 mV of overpotential the usual formula is wrong by four and says why."""
    radius = 10e-6
    material = sized("he_v", radius)
    titration = titrate(measured("he_v", radius, 2.2, exchange=0.03), material, radius=radius)
    known = material.value("diffusivity") / radius**2
    assert np.all(errors(titration, material, radius) < 2 * ACCURACY)
    assert all(pulse.usual.rate > 4 * known for pulse in titration.pulses)
    assert all(len(p.usual.misses) == 1 and "overpotential" in p.usual.misses[0]
               for p in titration.pulses)  # fmt: skip


def test_the_formula_is_weppner_and_huggins() -> None:
    """The same pulse by the metric, with the change of the voltage that the slope implies."""
    titration = titrate(measured("he_v", 10e-6, 8.8), sized("he_v", 10e-6), radius=10e-6)
    first = titration.pulses[0]
    expected = gitt_diffusivity(
        length=10e-6 / 3,
        pulse=first.duration,
        steady_change=first.usual.steady_change,
        transient_change=first.usual.root_slope * np.sqrt(first.duration),
    )
    assert first.usual.rate * 10e-6**2 == pytest.approx(expected, rel=1e-12)
    assert first.duration * first.usual.rate < LONGEST_PULSE


def test_a_file_without_rests_is_refused() -> None:
    data = TitrationData(
        name="no_rest.csv",
        time=np.arange(5.0),
        current=np.full(5, -3.0),
        voltage=np.linspace(3, 4, 5),
    )
    with pytest.raises(InputError, match="no pulse stands between two rests"):
        titrate(data, load_material("he_v"))
