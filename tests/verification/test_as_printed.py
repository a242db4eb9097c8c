"""The region of a printed picture: against Crank's series, half cells that run, and particles."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from series import slab_flux, sphere_flux

import particle_sim as ps
from particle_sim.constants import FARADAY
from particle_sim.metrics.inhomogeneity import inhomogeneity_history
from particle_sim.metrics.surface_excess import surface_excess_history
from particle_sim.studies.as_printed import AsPrinted, View, as_printed
from particle_sim.studies.choices import Direction
from particle_sim.studies.constant_flux import constant_flux_curves
from particle_sim.studies.drawn_half_cells import drawn_half_cells
from particle_sim.studies.particle_case import (
    ParticleCase,
    galvanostatic_flux,
    rest_fillings,
    run_case,
)
from particle_sim.studies.printed_panel import at_point
from particle_sim.studies.printed_states import STATES, State, subjects
from particle_sim.transport.laws import SOLID_SOLUTION
from particle_sim.units import Array

ENDS = np.array([1e-9, 1.0])
PASSED = (0.1, 0.9)
GROUPS = np.geomspace(0.01, 30, 12)
Series = Callable[[Array, float], Array]


@pytest.fixture(scope="module")
def found() -> AsPrinted:
    return as_printed(ps.Comparison(baseline="nvp", candidate="he_v", samples=400))


def check_curves(series: Series, shape: float = 3.0) -> None:
    """Spread and shift at every q, both at once, to 1e-4; ``shape``: surface over volume."""
    curves = constant_flux_curves()
    for passed in PASSED:
        exact = np.array([q * series(ENDS, passed / (shape * q)) for q in GROUPS])
        assert curves.spread(GROUPS, passed) == pytest.approx(exact[:, 1] - exact[:, 0], rel=1e-4)
        assert curves.shift(GROUPS, passed) == pytest.approx(exact[:, 1], rel=1e-4)


def test_spread_and_surface_are_those_of_the_series() -> None:
    check_curves(sphere_flux)


def test_those_of_a_slab_are_told_apart() -> None:
    with pytest.raises(AssertionError):
        check_curves(slab_flux, shape=1.0)


def check_edge(found: AsPrinted, spread_over_group: float) -> None:
    """The last uneven and the first even D/R^2 of the map bracket that of a steady sphere."""
    limit, rates = found.settings.uniform_below, found.regions.c_rate.values
    for place, role in enumerate(("baseline", "candidate")):
        material = found.pair[place].record.material
        unit = material.value("one_c_current") * material.value("density")
        unit /= 3 * FARADAY * material.maximum_concentration
        own = found.regions.sel(state="charge", role=role)
        places = own.diffusion_rate.values
        for column, rate in enumerate(rates):
            edge = spread_over_group * rate * unit / limit
            words = own.spread.values[:, column] > limit
            if own.reached.values[:, column].max() == 0 or not places[0] < edge < places[-1]:
                continue
            assert places[words].max(initial=0.0) <= edge * (1 + 1e-6)
            assert places[own.spread.values[:, column] < limit].min() >= edge * (1 - 1e-6)


def test_the_edge_is_at_half_the_flux_group(found: AsPrinted) -> None:
    """(max - min)/c_max = N R/(2 D c_max) of the parabola, Crank eq. 6.45."""
    check_edge(found, 0.5)


@pytest.mark.parametrize("wrong", [0.2, 1.0])
def test_an_edge_elsewhere_is_noticed(found: AsPrinted, wrong: float) -> None:
    """0.2: the surface off its mean; 1: a slab of the same flux group, twice as uneven."""
    with pytest.raises(AssertionError):
        check_edge(found, wrong)


def test_on_charge_the_sphere_is_empty_at_ten_times_the_even_rate(found: AsPrinted) -> None:
    """The surface is q/5 below its mean: with 10 % left q is below 1/2, the spread below 1/4."""
    known = found.regions.spread.where(found.regions.reached > 0).sel(role="baseline")
    assert known.sel(state="charge").max() < 0.25
    assert known.sel(state="early_discharge").max() > 0.5


@pytest.mark.parametrize("state", STATES, ids=lambda state: state.name)
@pytest.mark.parametrize("c_rate", [0.5, 3.0])
def test_what_is_reached_is_what_half_cells_reach(state: State, c_rate: float) -> None:
    """Every draw as a half cell that runs into its cut-off."""
    curves = constant_flux_curves()
    for own in subjects(ps.Comparison(baseline="nvp", candidate="he_v", samples=300)):
        rates = np.array([c_rate])
        room = own.drawn_room(state.direction, rates)
        view = View(curves=curves, own=own, state=state, c_rates=rates, room=room)
        reached = view.shown(0.05).reached.values[:, 0]
        cells = drawn_half_cells(own.draws, c_rate, state.direction)
        start, stop = rest_fillings(own.record.material, state.direction)
        gone = (cells.mean_site_fraction_end - start) / (stop - start)
        assert gone.max() >= state.fraction
        assert np.array_equal(reached, gone >= state.fraction)


def test_the_map_counts_who_arrives(found: AsPrinted) -> None:
    """Slow currents into fast spheres pass nearly all cells to a state, the reverse none."""
    reached = found.regions.reached.transpose("diffusion_rate", "c_rate", ...).values
    assert reached[-1, 0].min() > 0.9
    assert reached[0, -1].max() == 0


def test_particles_at_the_nearest_point_show_the_words(found: AsPrinted) -> None:
    limit = found.settings.uniform_below
    for answer in found.answers:
        assert answer.nearest is not None
        points = (answer.nearest.baseline, answer.nearest.candidate)
        for own, point, words in zip(found.pair, points, (np.greater, np.less), strict=True):
            spread, excess = solved(at_point(own.record.material, point), answer.state)
            assert words(spread, limit)
            assert spread == pytest.approx(point.spread, rel=1e-3)
            assert excess == pytest.approx(point.surface_excess, rel=1e-2)
        assert (excess > 0) is answer.surface_richer


def solved(material: ps.Material, state: State) -> tuple[float, float]:
    """Spread and surface excess of a particle in a state at 1C."""
    start, stop = rest_fillings(material, state.direction)
    last = start + state.fraction * (stop - start)
    run = run_case(
        ParticleCase(
            material=material,
            law=SOLID_SOLUTION,
            flux=galvanostatic_flux(material, 1.0, state.direction, start, last),
            fillings=(last,),
        )
    )
    return float(inhomogeneity_history(run)[-1]), float(surface_excess_history(run)[-1])


def test_sodium_is_retained_at_the_surface_of_no_charge(found: AsPrinted) -> None:
    """Nowhere on the map, where rounding leaves a sign."""
    excess = found.regions.surface_excess.sel(role="baseline")
    for state in STATES:
        own = excess.sel(state=state.name).values
        told = own[np.abs(own) > 1e-6]
        assert np.all(told > 0 if state.direction is Direction.DISCHARGE else told < 0)
        assert told.size > 0.5 * own.size
    whole = {answer.state.name for answer in found.answers if answer.holds_whole}
    assert whole == {"early_discharge"}
