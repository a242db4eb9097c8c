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
from particle_sim.inference.usual_formula import LONGEST_PULSE
from particle_sim.inference.titration_words import titration_lines
from particle_sim.materials.load import load_material
from particle_sim.materials.material import Material
from particle_sim.metrics.gitt import gitt_diffusivity
from particle_sim.protocols.step import Mode, Protocol, Step

PULSES = 3
RATE = 0.1
ACCURACY = 0.05
FAST = 100.0
"""Times the file's exchange current: the overpotential is then below a tenth of a millivolt."""
DRIFT = 0.03
"""What a falling j0 may add: d eta = 2 R T/F d asinh(i/(2 j0)) during a pulse, counted as dU."""


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
    """With kinetics so fast that the voltage follows the surface; with the file's, j0 falls as the
    surface empties, and its overpotential adds to the slope that is read as diffusion."""
    for exchange, accuracy in ((FAST, ACCURACY), (1.0, ACCURACY + DRIFT)):
        material = sized(name, radius, exchange)
        data = measured(name, radius, hours, exchange=exchange)
        titration = titrate(data, material, radius=radius)
        assert len(titration.pulses) == PULSES
        assert not any(pulse.doubts for pulse in titration.pulses)
        assert np.all(errors(titration, material, radius) < accuracy)


def test_a_radius_wrong_by_two_fails() -> None:
    """Sabotage: D goes with the square of the radius, so it is wrong by four."""
    material = sized("he_v", 10e-6)
    titration = titrate(measured("he_v", 10e-6, 8.8), material, radius=5e-6)
    assert np.all(errors(titration, material, 10e-6) > 0.7)


def test_a_wrong_slope_of_the_potential_fails() -> None:
    """Sabotage: relaxed voltages whose steps are a fifth too large raise D by 1.2^2."""
    material, data = sized("he_v", 10e-6), measured("he_v", 10e-6, 8.8)
    first = data.voltage[np.abs(data.current) < 1e-9][0]
    rest = np.abs(data.current) < 1e-9
    wrong = np.where(rest, first + 1.2 * (data.voltage - first), data.voltage)
    titration = titrate(replace(data, voltage=wrong), material, radius=10e-6)
    assert np.all(errors(titration, material, 10e-6) > 0.3)


def test_two_phases_are_marked() -> None:
    """On NVP's plateau every pulse is doubted, whatever number it gives."""
    titration = titrate(measured("nvp", 5e-6, 8.0), sized("nvp", 5e-6))
    assert all(any("flat" in doubt for doubt in p.doubts) for p in titration.pulses)
    assert titration.diffusivity is None
    assert "0 with every condition met" in titration_lines(titration)[0]


def test_a_step_of_the_potential_is_marked() -> None:
    """Between the plateaus of HE-V the slope changes within one pulse."""
    titration = titrate(measured("he_v", 10e-6, 5.8), sized("he_v", 10e-6))
    assert all(any("bends" in doubt for doubt in p.doubts) for p in titration.pulses)


@pytest.mark.parametrize(
    ("pulse", "rest", "doubt"), [(6000.0, 28800.0, "too long"), (200.0, 1000.0, "rest")]
)
def test_long_pulses_and_short_rests_are_marked(pulse: float, rest: float, doubt: str) -> None:
    titration = titrate(measured("he_v", 10e-6, 8.8, pulse, rest), sized("he_v", 10e-6))
    doubts = [p.doubts for p in titration.pulses]
    assert all(doubts)
    assert any(doubt in text for texts in doubts for text in texts)


def test_slow_charge_transfer_is_marked() -> None:
    """At 200 mV of overpotential D is wrong by four, and that doubt is the only one."""
    radius = 10e-6
    data = measured("he_v", radius, 2.2, exchange=0.03)
    titration = titrate(data, sized("he_v", radius), radius=radius)
    assert np.all(errors(titration, sized("he_v", radius), radius) > 3)
    assert all(len(p.doubts) == 1 and "overpotential" in p.doubts[0] for p in titration.pulses)


def test_the_formula_is_weppner_and_huggins() -> None:
    """The same pulse by the metric, with the change of the voltage that the slope implies."""
    titration = titrate(measured("he_v", 10e-6, 8.8), sized("he_v", 10e-6), radius=10e-6)
    first = titration.pulses[0]
    expected = gitt_diffusivity(
        length=10e-6 / 3,
        pulse=first.duration,
        steady_change=first.steady_change,
        transient_change=first.root_slope * np.sqrt(first.duration),
    )
    assert titration.diffusivity is not None
    assert titration.diffusivity[0] == pytest.approx(expected, rel=1e-12)
    assert first.duration * first.diffusion_rate < LONGEST_PULSE


def test_a_file_without_rests_is_refused() -> None:
    data = TitrationData(
        name="no_rest.csv",
        time=np.arange(5.0),
        current=np.full(5, -3.0),
        voltage=np.linspace(3, 4, 5),
    )
    with pytest.raises(InputError, match="no pulse stands between two rests"):
        titrate(data, load_material("he_v"))
