"""What a run refuses, and what it says where its fields leave 0..1 or another unit was meant."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import particle_sim as ps
from particle_sim.errors import InputError
from particle_sim.particle.outcome import ParticleEnd
from particle_sim.particle.run import ParticleRun
from particle_sim.particle.validity import range_warning, size_warning

MATERIAL = ps.material_from_values(
    maximum_concentration=2e4,
    diffusivity=1e-15,
    open_circuit_potential=3.4,
    exchange_current_density=0.1,
)
RADIUS = 1e-6
FULL_FLUX = 2e4 * RADIUS / 3 / 3600
"""Flux that empties the full particle in an hour."""
NAN = float("nan")


def solve(surface: Any = None, radius: float = RADIUS, **more: Any) -> ParticleRun:
    usual = ps.constant_flux(FULL_FLUX, 600.0, initial_site_fraction=0.5)
    particle = ps.Particle(material=MATERIAL, mesh=ps.shapes.sphere(radius, cells=6))
    return ps.solve_particle(particle, surface or usual, **more)


def constant(flux: Any = 1e-6, duration: Any = 600.0, start: Any = 0.5) -> ps.SurfaceFlux:
    return ps.constant_flux(flux, duration, initial_site_fraction=start)


def held(**changes: Any) -> ps.surface.FixedConcentration:
    usual = {"site_fraction": 0.2, "duration": 10.0, "initial_site_fraction": 0.5}
    return ps.surface.FixedConcentration(**{**usual, **changes})


def history(time: Any, flux: Any) -> ps.SurfaceFlux:
    return ps.SurfaceFlux(time=time, flux=flux, initial_site_fraction=0.5)


def galvanostatic(limits: tuple[float, float], flux: float = 1e-9) -> ps.surface.Galvanostatic:
    return ps.surface.Galvanostatic(material=MATERIAL, total=constant(flux), voltage_limits=limits)


REFUSED: dict[str, tuple[Callable[[], object], str]] = {
    "start above 1": (lambda: constant(start=1.2), r"initial_site_fraction is 1\.2.*0 and 1"),
    "start below 0": (lambda: constant(start=-0.1), r"initial_site_fraction is -0\.1.*0 and 1"),
    "start nan": (lambda: constant(start=NAN), "initial_site_fraction is nan"),
    "no duration": (lambda: constant(duration=0.0), "duration is 0 s.*positive"),
    "negative duration": (lambda: constant(duration=-5.0), "duration is -5 s.*positive"),
    "endless": (lambda: constant(duration=np.inf), "duration is inf"),
    "duration in words": (lambda: constant(duration="1 h"), "duration is '1 h'.*in s"),
    "flux nan": (lambda: constant(flux=NAN), "flux's flux is .*finite"),
    "flux in words": (lambda: history([0, 1], ["a", "b"]), "flux is .*give an array of numbers"),
    "lengths differ": (lambda: history([0.0, 1.0], [1.0, 2.0, 3.0]), "2 times and 3 values"),
    "no times": (lambda: history([], []), "0 times and 0 values"),
    "unsorted history": (lambda: history([0, 2, 1], [1, 1, 1]), "fall back to 1 s; sort"),
    "no length": (lambda: history([1, 1], [1, 1]), "duration is 0 s"),
    "held beyond": (lambda: held(site_fraction=1.5), "held site_fraction is 1.5"),
    "held from beyond": (lambda: held(initial_site_fraction=2), "initial_site_fraction is 2"),
    "held for nothing": (lambda: held(duration=0), "duration is 0 s"),
    "held in the cold": (lambda: held(temperature=0), "temperature is 0 K"),
    "voltages exchanged": (lambda: galvanostatic((4.0, 3.0)), r"voltage_limits is \(4.0, 3.0\)"),
    "time nan": (lambda: solve(times=[NAN]), r"times are \[nan\]"),
    "time after the end": (lambda: solve(times=[700.0]), "700 s lies outside.*0 to 600 s"),
    "time before the start": (lambda: solve(times=[-1.0]), "-1 s lies outside"),
    "times in words": (lambda: solve(times="soon"), "times is 'soon'; give a sequence"),
    "times in a table": (lambda: solve(times=np.ones((2, 2))), "one row of finite seconds"),
    "profile of another mesh": (
        lambda: solve(initial_site_fraction=np.full(3, 0.5)),
        r"shape \(3,\).*\(13,\)",
    ),
    "profile with nan": (lambda: solve(initial_site_fraction=np.full(13, NAN)), "finite value"),
    "profile beyond": (
        lambda: solve(initial_site_fraction=np.linspace(0.5, 1.2, 13)),
        "from 0.5 to 1.2; it must lie between 0 and 1",
    ),
    "profile beyond, never ending": (
        lambda: solve(initial_site_fraction=np.full(13, -0.2), limits=None),
        "between 0 and 1",
    ),
    "start beyond the limits": (lambda: solve(limits=(0.6, 1.0)), "between 0.6 and 1"),
    "limits exchanged": (lambda: solve(limits=(1.0, 0.0)), r"limits are \(1.0, 0.0\)"),
    "tolerance in words": (lambda: solve(tolerance="fine"), "tolerance is 'fine'"),
}


@pytest.mark.parametrize("case", list(REFUSED))
def test_what_cannot_be_is_refused_in_one_sentence(case: str) -> None:
    call, words = REFUSED[case]
    with pytest.raises(InputError, match=words) as error:
        call()
    assert len(error.value.problems) == 1


def test_lists_and_whole_numbers_are_histories() -> None:
    assert history([0, 10], [1, 2]).between(0, 10, 5.0) == pytest.approx(1.5)


def test_times_may_come_in_any_order() -> None:
    run = solve(times=[500, 100])
    for wanted in (100.0, 500.0):
        assert np.abs(run.time - wanted).min() < 1e-9 * wanted


def test_a_run_within_its_range_has_no_warning() -> None:
    run = solve(tolerance=1e-3)
    low, high = run.balances.site_fraction
    assert 0 < low < high < 0.5 + 1e-3
    assert not any("holds only 0 to 1" in text for text in run.warnings)


def test_a_run_beyond_0_names_the_range() -> None:
    """An hour of twice the flux from half full: the mean ends at 0.5 - 2 = -1.5."""
    run = solve(constant(2 * FULL_FLUX, 3600.0), limits=None)
    assert run.balances.site_fraction[0] < -1.5
    assert any("from -1." in text and "holds only 0 to 1" in text for text in run.warnings)


@pytest.mark.parametrize(("extent", "warned"), [((0, 1), False), ((0, 1.02), True)])
def test_what_lies_beyond_the_slack_is_named(extent: tuple[float, float], *, warned: bool) -> None:
    assert (range_warning(extent, 1e-2) is not None) is warned


@pytest.mark.parametrize(("size", "warned"), [(0.5, True), (5e-7, False), (5e-10, True)])
def test_a_size_in_another_unit_is_questioned(size: float, *, warned: bool) -> None:
    assert (size_warning(size) is not None) is warned


def test_a_particle_of_half_a_metre_is_questioned() -> None:
    assert any("sizes are in metres" in text for text in solve(radius=0.5).warnings)


@pytest.mark.parametrize("start", [0.0, 1.0])
def test_a_full_or_empty_start_ends_at_once(start: float) -> None:
    sign = 1 if start == 0 else -1
    run = solve(constant(sign * 1e-6, start=start))
    assert run.end is (ParticleEnd.EMPTY if start == 0 else ParticleEnd.FULL)
    assert run.time[-1] < 1e-3


@pytest.mark.parametrize("sign", [1.0, -1.0])
def test_a_voltage_beyond_its_limits_at_once_is_a_result(sign: float) -> None:
    """2 R T/F asinh(N F/(2 j0)) is over 0.5 V at this flux, the limits are 0.2 V away."""
    run = solve(galvanostatic((3.2, 3.6), sign * 0.05))
    assert run.end is ParticleEnd.VOLTAGE
    assert run.time.tolist() == [0.0]
    assert run.mean_site_fraction == pytest.approx([0.5])


def test_a_voltage_within_its_limits_runs_on() -> None:
    run = solve(galvanostatic((3.2, 3.6), 1e-9))
    assert run.time[-1] == pytest.approx(600.0)
