"""Flux histories: values, jumps, integrals, and simplification."""

from __future__ import annotations

import numpy as np
import pytest

import particle_sim as ps
from particle_sim.errors import InputError
from particle_sim.flux import SurfaceFlux, SurfaceState

JUMPING = SurfaceFlux(
    time=np.array([0.0, 10.0, 10.0, 20.0, 30.0]),
    flux=np.array([1.0, 3.0, -2.0, -2.0, 0.0]),
    initial_site_fraction=0.5,
)


def state(time: float, piece: tuple[float, float]) -> SurfaceState:
    return SurfaceState(time=time, piece=piece, site_fraction=0.4, potential=7.0)


def test_flux_is_linear_between_its_points() -> None:
    assert JUMPING.between(0.0, 10.0, 5.0) == pytest.approx(2.0)
    assert JUMPING.between(20.0, 30.0, 25.0) == pytest.approx(-1.0)


def test_a_jump_belongs_to_the_piece_that_asks() -> None:
    assert JUMPING.between(0.0, 10.0, 10.0) == pytest.approx(3.0)
    assert JUMPING.between(10.0, 20.0, 10.0) == pytest.approx(-2.0)
    assert JUMPING.respond(state(10.0, (0.0, 10.0))).flux == pytest.approx(3.0)
    assert JUMPING.respond(state(10.0, (10.0, 20.0))).flux == pytest.approx(-2.0)


@pytest.mark.parametrize(
    ("start", "stop", "expected"),
    [
        (0.0, 10.0, 20.0),
        (0.0, 5.0, 7.5),
        (10.0, 20.0, -20.0),
        (0.0, 30.0, 20.0 - 20.0 - 10.0),
        (5.0, 15.0, 12.5 - 10.0),
        (12.0, 12.0, 0.0),
    ],
)
def test_passed_is_the_integral(start: float, stop: float, expected: float) -> None:
    assert JUMPING.passed(start, stop) == pytest.approx(expected, abs=1e-12)


def test_breaks_and_largest() -> None:
    assert JUMPING.breaks.tolist() == [0.0, 10.0, 20.0, 30.0]
    assert JUMPING.largest == 3.0
    assert JUMPING.held_site_fraction is None


def test_simplified_drops_what_lies_on_a_line_and_keeps_jumps() -> None:
    fine = SurfaceFlux(
        time=np.array([0.0, 2.5, 5.0, 10.0, 10.0, 13.0, 20.0, 25.0, 30.0]),
        flux=np.array([1.0, 1.5, 2.0, 3.0, -2.0, -2.0, -2.0, -1.0, 0.0]),
        initial_site_fraction=0.5,
        temperature=310.0,
    )
    short = fine.simplified()
    assert short.time.tolist() == JUMPING.time.tolist()
    assert short.flux.tolist() == JUMPING.flux.tolist()
    assert (short.initial_site_fraction, short.temperature) == (0.5, 310.0)


def test_simplified_keeps_the_history() -> None:
    rng = np.random.default_rng(3)
    time = np.sort(np.concatenate([np.linspace(0, 50, 401), [20.0, 35.0]]))
    bends = np.interp(time, [0.0, 12.5, 20.0, 40.0, 50.0], rng.normal(size=5))
    jumps = np.where(np.arange(len(time)) > 161, 2.0, 0.0)
    history = SurfaceFlux(time=time, flux=bends + jumps, initial_site_fraction=0.5)
    short = history.simplified()
    assert len(short.time) < 12
    for stop in np.linspace(0.1, 50, 60):
        assert short.passed(0.0, stop) == pytest.approx(history.passed(0.0, stop), abs=1e-7)


def test_simplified_stays_within_its_slack_on_a_curve() -> None:
    """Points are compared with the line that replaces them, however slowly it bends."""
    time = np.linspace(0.0, 1.0, 1001)
    curve = SurfaceFlux(time=time, flux=time**2, initial_site_fraction=0.5)
    short = curve.simplified(relative=1e-3)
    error = np.abs(np.interp(time, short.time, short.flux) - curve.flux).max()
    assert error <= 2e-3


def test_constant_flux() -> None:
    flux = ps.constant_flux(-2e-6, 100.0, initial_site_fraction=0.1, temperature=320.0)
    assert flux.passed(0.0, 100.0) == pytest.approx(-2e-4, rel=1e-14)
    assert (flux.initial_site_fraction, flux.temperature) == (0.1, 320.0)
    assert flux.simplified().time.tolist() == [0.0, 100.0]


@pytest.mark.parametrize(
    ("time", "flux"),
    [
        ([0.0], [1.0]),
        ([0.0, 1.0], [1.0]),
        ([0.0, 2.0, 1.0], [0.0, 0.0, 0.0]),
        ([0.0, 1.0], [0.0, np.nan]),
        ([0.0, np.nan], [0.0, 1.0]),
        ([0.0, np.inf], [0.0, 1.0]),
    ],
)
def test_bad_histories_are_refused(time: list[float], flux: list[float]) -> None:
    with pytest.raises(InputError, match="surface flux"):
        SurfaceFlux(time=np.array(time), flux=np.array(flux), initial_site_fraction=0.5)
