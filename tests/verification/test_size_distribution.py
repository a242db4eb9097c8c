"""Particles of many sizes at one potential: against closed forms, single sizes and PyBaMM's MPM."""

from __future__ import annotations

import numpy as np
import pybamm
import pytest

import particle_sim as ps
from particle_sim.batch.advance import Engine, Spheres
from particle_sim.batch.electrode import ElectrodeRun, Surfaces, advance_electrodes
from particle_sim.cell.parameters import pybamm_parameters
from particle_sim.constants import FARADAY, GAS_CONSTANT
from particle_sim.materials.sizes import (
    SizeDistribution,
    Weighting,
    counted,
    log_normal,
    size_classes,
    surface_density,
    surface_per_volume,
    volume_below,
)
from particle_sim.studies.choices import Direction
from particle_sim.studies.half_cell_batch import half_cell_batch
from particle_sim.studies.sized_half_cells import share_above, sized_half_cells
from particle_sim.transport.laws import SOLID_SOLUTION, STRESS_DRIFT, Law
from particle_sim.units import Array

TWO = SizeDistribution(
    median_radius=np.array([1e-7, 8e-7]),
    spread=np.array([0.3, 0.4]),
    volume_share=np.array([0.4, 0.6]),
)


def moment(sizes: SizeDistribution, power: float, count: int) -> float:
    """<R^power> by volume over its closed form, sum_p v_p M_p^power exp(power^2 s_p^2/2)."""
    radius, share = size_classes(sizes, count)
    closed = sizes.volume_share @ (
        sizes.median_radius**power * np.exp(power**2 * sizes.spread**2 / 2)
    )
    return float(share @ radius**power / closed)


@pytest.mark.parametrize("power", [-1, 1, 2])
def test_the_rule_gives_the_moments_of_radii(power: int) -> None:
    """-1 shares a uniform flux out, 2 the time of diffusion."""
    assert moment(log_normal(2e-7, 0.6), power, 9) == pytest.approx(1, abs=1e-6)
    assert moment(TWO, power, 9) == pytest.approx(1, abs=1e-6)


def test_three_sizes_are_too_few_for_a_wide_distribution() -> None:
    assert abs(moment(log_normal(2e-7, 0.8), 2, 3) - 1) > 1e-3


def test_medians_by_number_surface_and_volume_are_of_one_distribution() -> None:
    """By sums over a fine table of the number density: (dn/dR) R^3 is the volume density."""
    spread, radius = 0.5, np.geomspace(1e-9, 1e-5, 20001)
    number = np.exp(-(np.log(radius / 1e-7) ** 2) / (2 * spread**2)) / radius
    weights = number * np.gradient(radius)
    sizes = log_normal(1e-7, spread, Weighting.NUMBER)
    below = np.cumsum(weights * radius**3) / np.sum(weights * radius**3)
    middle = np.interp(0.5, below, radius)
    assert sizes.median_radius[0] == pytest.approx(middle, rel=1e-3)
    direct = 3 * np.sum(weights * radius**2) / np.sum(weights * radius**3)
    assert surface_per_volume(sizes) == pytest.approx(direct, rel=1e-6)
    density = number * radius**2 / np.trapezoid(number * radius**2, radius)
    assert surface_density(sizes, radius) == pytest.approx(
        density, rel=1e-5, abs=density.max() / 1e6
    )
    assert volume_below(sizes, np.array([middle]))[0] == pytest.approx(0.5, abs=1e-3)
    assert log_normal(1e-7, spread).median_radius[0] < 0.5 * middle


def test_a_count_of_particles_becomes_shares_of_volume() -> None:
    sizes = counted(np.array([3e-7, 1e-7]), np.array([1.0, 27.0]))
    radius, share = size_classes(sizes, 7)
    assert radius == pytest.approx([1e-7, 3e-7])
    assert share == pytest.approx([0.5, 0.5])


def electrode(
    radius: Array, share: Array, fall: float, half: float, rate: float, duration: float
) -> ElectrodeRun:
    """One electrode of linear U = -``fall`` theta and constant j0; D = 1e-14, from theta = 0.1."""
    ones = np.ones(len(radius))
    constant = (1.0, 0.0)
    return advance_electrodes(
        Spheres(
            radius=radius,
            diffusivity=1e-14 * ones,
            maximum_concentration=2e4 * ones,
            initial_site_fraction=0.1 * ones,
        ),
        Surfaces(
            volume_share=share,
            rest=lambda theta: (-fall * theta, np.full_like(theta, -fall)),
            exchange=lambda theta: tuple(np.full_like(theta, value) for value in constant),
            half=np.array([half]),
            stress=np.zeros(1),
            thermal=2 * GAS_CONSTANT * 298.15 / FARADAY,
        ),
        np.array([rate]),
        stop=np.array([-1e3]),
        duration=np.array([duration]),
    )


def steady_lag(half: float) -> float:
    """Largest distance of the mean fillings from theta_s - rate R^2/(15 D), alike for all sizes."""
    radius, share = size_classes(log_normal(2e-7, 0.5), 5)
    rate = 2e-3
    run = electrode(radius, share, 1.0, half, rate, 200.0)
    lag = rate * (radius**2 - share @ radius**2) / (15 * 1e-14)
    gained = run.mean_site_fraction_end[0] - 0.1 - rate * 200.0
    assert np.abs(share @ gained) < 1e-12
    return float(np.abs(gained + lag).max())


def test_with_fast_exchange_large_particles_lag_as_their_radius_squared() -> None:
    assert steady_lag(half=1e4) < 1e-4


def test_slow_exchange_is_noticed() -> None:
    assert steady_lag(half=1.0) > 1e-3


def uneven(power: float) -> float:
    """Largest error of the gained fillings over shares R^-power of a small current, U flat."""
    radius, share = size_classes(TWO, 6)
    run = electrode(radius, share, 1e-9, 1e-3, 1e-5, 3e3)
    gained = run.mean_site_fraction_end[0] - 0.1
    shared = radius**-power / (share @ radius**-power)
    return float(np.abs(gained / (3e-2 * shared) - 1).max())


def test_where_the_potential_is_flat_kinetics_share_the_current_by_surface() -> None:
    """All surfaces have one flux, so that d<theta>/dt goes with 3/R."""
    assert uneven(1) < 1e-6


def test_shares_by_volume_are_noticed() -> None:
    assert uneven(0) > 0.1


def both(name: str, law: Law, factor: float = 1.0) -> tuple[float, float, float]:
    """Errors of capacity, voltage and stress of one size against the batch of single sizes."""
    material = ps.load_material(name)
    size = log_normal(factor * material.value("particle_radius"), 0.0)
    c_rate = np.array([0.5, 8.0])
    ours = sized_half_cells(material, sizes=size, c_rate=c_rate, law=law, output=9, error=1e-5)
    batch = half_cell_batch(
        material, c_rate=c_rate, law=law, output=9, error=1e-6, engine=Engine.NUMPY
    )
    return (
        float(np.abs(ours.capacity / batch.capacity - 1).max()),
        float(np.abs(ours.voltage - batch.voltage)[:, :-1].max()),
        float(np.abs(ours.peak_hoop_stress[:, 0] / batch.peak_hoop_stress - 1).max()),
    )


@pytest.mark.parametrize(
    ("name", "law"),
    [("he_v", SOLID_SOLUTION), ("he_o3_li2024", SOLID_SOLUTION), ("he_o3_li2024", STRESS_DRIFT)],
    ids=["he_v", "he_o3", "he_o3_drift"],
)
def test_one_size_is_the_half_cell_of_one_size(name: str, law: Law) -> None:
    """Within the error asked of both, though one steps by SDIRK4 and the other by RODAS."""
    capacity, voltage, stress = both(name, law)
    assert capacity < 1e-5
    assert voltage < 1e-4
    assert stress < 3e-4


def test_another_size_is_noticed() -> None:
    assert both("he_o3_li2024", SOLID_SOLUTION, factor=1.02)[0] > 1e-4


def capacity_of(count: int, spread: float = 0.6) -> Array:
    material = ps.load_material("he_o3_li2024")
    sizes = log_normal(material.value("particle_radius"), spread)
    c_rate = np.array([0.5, 3.0])
    return sized_half_cells(material, sizes=sizes, c_rate=c_rate, classes=count).capacity


def test_seven_sizes_stand_for_a_table_of_many() -> None:
    """A table of 60 sizes of equal volume, midpoints of the distribution's own quantiles."""
    material = ps.load_material("he_o3_li2024")
    median, c_rate = material.value("particle_radius"), np.array([0.5, 3.0])
    fine = np.geomspace(median / 20, median * 20, 40001)
    below = volume_below(log_normal(median, 0.6), fine)
    radius = np.interp((np.arange(60) + 0.5) / 60, below, fine)
    spheres = SizeDistribution(
        median_radius=radius, spread=np.zeros(60), volume_share=np.full(60, 1 / 60)
    )
    twelve, seven = capacity_of(12), capacity_of(7)
    assert seven == pytest.approx(twelve, rel=3e-4)
    rule = size_classes(spheres, 15)
    table = SizeDistribution(median_radius=rule[0], spread=np.zeros(15), volume_share=rule[1])
    direct = sized_half_cells(material, sizes=table, c_rate=c_rate, classes=15).capacity
    assert seven == pytest.approx(direct, rel=1e-3)


def test_the_mean_size_alone_is_noticed() -> None:
    assert np.abs(capacity_of(1) / capacity_of(7) - 1).max() > 3e-3


def test_share_above_follows_the_volume_above_a_radius() -> None:
    """The stress rises with the radius: the share above what R bears is the volume above R."""
    material = ps.load_material("he_o3_li2024")
    sizes = log_normal(material.value("particle_radius"), 0.5)
    run = sized_half_cells(material, sizes=sizes, c_rate=np.array([1.0]), classes=7)
    bears = run.peak_hoop_stress[0, 3]
    share = share_above(run, bears, run.peak_hoop_stress)[0]
    assert share == pytest.approx(1 - volume_below(sizes, run.radius[3]), abs=2e-3)
    assert share_above(run, 2 * bears, run.peak_hoop_stress)[0] < share - 0.05


def pybamm_mpm(name: str, spread: float, c_rate: float) -> float:
    """Capacity [A h/kg] of PyBaMM's many-particle half cell, 50 radial points and 50 sizes."""
    material = ps.load_material(name)
    cell = ps.half_cell(material, radial_points=50)
    start = cell.rest_filling(cell.voltage_limits[1])
    parameters = pybamm.ParameterValues(
        pybamm_parameters(cell, pybamm, filling=start, temperature=298.15)
    )
    median = material.value("particle_radius")
    surface = median * np.exp(-(spread**2))
    radii = surface * np.exp(np.linspace(-4, 5, 2001) * spread)
    density = surface_density(log_normal(median, spread), radii)
    parameters.update(
        {
            "Positive minimum particle radius [m]": radii[0],
            "Positive maximum particle radius [m]": radii[-1],
            "Positive area-weighted particle-size distribution [m-1]": lambda radius: (
                pybamm.Interpolant(radii, density, radius)
            ),
            "Current function [A]": c_rate * cell.one_c_current,
        },
        check_already_exists=False,
    )
    options = {
        "working electrode": "positive",
        "contact resistance": "true",
        "particle size": "distribution",
    }
    simulation = pybamm.Simulation(
        pybamm.lithium_ion.MPM(options),
        parameter_values=parameters,
        solver=pybamm.IDAKLUSolver(),
        var_pts={"x_n": 20, "x_s": 20, "x_p": 20, "r_n": 20, "r_p": 50, "R_n": 20, "R_p": 50},
    )
    end = simulation.solve([0, 1.3 * 3600 / c_rate]).t[-1]
    return float(end * c_rate * material.value("one_c_current") / 3600)


@pytest.mark.filterwarnings(  # the last step may end beyond the potential's table, by rounding
    "ignore:While solving .* extrapolation occurred.*:pybamm.SolverWarning"
)
@pytest.mark.parametrize("c_rate", [0.5, 4.0])
def test_capacity_is_that_of_pybamm_s_many_particles(c_rate: float) -> None:
    """Both share one current among spheres; PyBaMM's 50 sizes are cut at -4 and 5 spreads."""
    material = ps.load_material("he_o3_li2024")
    sizes = log_normal(material.value("particle_radius"), 0.4)
    ours = sized_half_cells(material, sizes=sizes, c_rate=np.array([c_rate])).capacity[0]
    theirs = pybamm_mpm("he_o3_li2024", 0.4, c_rate)
    assert ours == pytest.approx(theirs, rel=1e-3)
    single = half_cell_batch(material, c_rate=np.array([c_rate]), engine=Engine.NUMPY)
    if c_rate > 1:
        assert abs(single.capacity[0] / theirs - 1) > 3e-3


def test_a_charge_empties_all_sizes() -> None:
    """Sodium is conserved, small particles first, and the cut-off is the upper one."""
    material = ps.load_material("he_o3_li2024")
    sizes = log_normal(material.value("particle_radius"), 0.5)
    run = sized_half_cells(
        material, sizes=sizes, c_rate=np.array([4.0]), direction=Direction.CHARGE, output=5
    )
    assert run.stopped.all()
    assert run.sodium_error.max() < 1e-10
    assert np.all(np.diff(run.mean_site_fraction_end[0]) > 0)
    assert run.voltage[0, -1] == pytest.approx(ps.half_cell(material).voltage_limits[1], abs=1e-6)
