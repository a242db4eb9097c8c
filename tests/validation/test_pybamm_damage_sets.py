"""Do PyBaMM's options on cracks and loss run on our sets, with the stress that is ours?"""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import pytest

import particle_sim as ps
from particle_sim.cell.particle_damage import NEVER_DIFFUSED
from particle_sim.cell.pybamm_module import import_pybamm
from particle_sim.cell.pybamm_sets import parameter_set
from particle_sim.cell.solve import cell_options
from particle_sim.constants import FARADAY
from particle_sim.damage.active_loss import (
    ActiveLoss,
    active_fraction,
    active_fraction_at_constant_stress,
    stress_driven,
)
from particle_sim.materials.material import Material
from particle_sim.units import Array

SETS = ("nvp", "lfp")
OPTIONS = (
    {"particle mechanics": "swelling only"},
    {"particle mechanics": "swelling and cracking"},
    {"loss of active material": "stress-driven"},
)
STRESS = "X-averaged positive particle surface tangential stress [Pa]"
EXTRAPOLATION = pytest.mark.filterwarnings(
    "ignore:While solving .* extrapolation occurred.*:pybamm.SolverWarning"
)
"""PyBaMM says so where a particle runs past the ends of a table."""
CRACK = "X-averaged positive particle crack length [m]"
SOLID = "X-averaged positive electrode active material volume fraction"


def model_of(option: dict[str, str], **more: str) -> Any:
    options = {"working electrode": "positive", **option, **NEVER_DIFFUSED, **more}
    return import_pybamm().lithium_ion.SPM(options)


def charged(name: str, option: dict[str, str]) -> Any:
    """A charge at 1C from a nearly full particle, for half an hour.

    Its surface is emptier by 1e-10: the stress of an even particle is 0 but for rounding, and
    where that makes it negative PyBaMM's Paris law has no power of it, and no first step.
    """
    pybamm = import_pybamm()
    values = pybamm.ParameterValues(parameter_set(name)())
    full = values["Maximum concentration in positive electrode [mol.m-3]"]
    radius = values["Positive particle radius [m]"]

    def nearly_even(r: Any, x: Any) -> Any:
        return 0.95 * full * (1 - 1e-10 * (r / radius) ** 2)

    values.update(
        {
            "Initial concentration in positive electrode [mol.m-3]": nearly_even,
            "Current function [A]": -values["Current function [A]"],
            "Upper voltage cut-off [V]": 9.0,
        }
    )
    return pybamm.Simulation(model_of(option), parameter_values=values).solve([0, 1800])


@pytest.mark.parametrize("option", OPTIONS, ids=lambda option: next(iter(option.values())))
@pytest.mark.parametrize("name", SETS)
def test_every_option_runs_on_a_set(name: str, option: dict[str, str]) -> None:
    """Emptying a host that swells as it fills pulls at its surface, on which a crack grows."""
    solution = charged(name, option)
    assert solution.termination == "final time"
    stress = solution[STRESS].entries
    assert stress.max() > 0 >= stress.min() - 1.0
    if option == OPTIONS[1]:
        flaw = ps.load_material(name).value("flaw_size")
        length = solution[CRACK].entries
        assert length[0] == pytest.approx(flaw)
        assert length[-1] > length[0]


def hoop_stress(material: Material) -> float:
    """Largest tension at the surface, of a sphere of ours under the charge's flux [Pa]."""
    radius = material.value("particle_radius")
    one_c = material.value("one_c_current")
    flux = one_c * material.value("density") * radius / (3 * FARADAY)
    run = ps.solve_particle(
        ps.Particle(material=material, mesh=ps.shapes.sphere(radius=radius)),
        ps.constant_flux(flux, 1800.0, initial_site_fraction=0.95),
    )
    return float(run.stress[:, -1, 1].max())


def check_stress(name: str, found: float) -> None:
    """Within 1 %: PyBaMM's default 20 shells, the outermost of which is a twentieth of R wide."""
    assert found == pytest.approx(hoop_stress(ps.load_material(name)), rel=1e-2)


@pytest.mark.parametrize("name", ["nfm_li2024", "he_o3_li2024"])
def test_pybamms_stress_is_that_of_our_sphere(name: str) -> None:
    """Where volume follows sodium in a straight line; elsewhere PyBaMM averages over the radius."""
    check_stress(name, float(charged(name, OPTIONS[0])[STRESS].entries.max()))


def test_the_stress_of_another_material_is_another() -> None:
    with pytest.raises(AssertionError):
        check_stress("nfm_li2024", float(charged("he_o3_li2024", OPTIONS[0])[STRESS].entries.max()))


def test_our_cells_never_diffuse_by_pybamms_stress() -> None:
    """It is off in what we build, and on by PyBaMM's own default as soon as mechanics is."""
    lithium_ion = import_pybamm().lithium_ion
    for cell in (
        ps.half_cell(ps.load_material("nvp")),
        ps.full_cell(ps.load_material("nvp")),
    ):
        assert lithium_ion.SPM(cell_options(cell)).options["stress-induced diffusion"] == "false"
        swelling = {**cell_options(cell), **OPTIONS[0]}
        assert lithium_ion.SPM(swelling).options["stress-induced diffusion"] == "true"
        kept_off = {**swelling, **NEVER_DIFFUSED}
        assert lithium_ion.SPM(kept_off).options["stress-induced diffusion"] == "false"


@EXTRAPOLATION
def test_its_own_diffusion_by_stress_is_no_discharge_of_nvp() -> None:
    """The factor 1 + theta_M (c - c_0) is negative in an empty particle: over within seconds."""
    values = import_pybamm().ParameterValues(parameter_set("nvp")())
    ended = [
        import_pybamm()
        .Simulation(model_of(OPTIONS[0], **on), parameter_values=values)
        .solve([0, 1800])
        .t[-1]
        for on in ({}, {"stress-induced diffusion": "true"})
    ]
    assert ended[0] == 1800
    assert ended[1] < 10


HALF, CYCLES, LOST, EXPONENT = 3600.0, 40, 0.5, 2.0
"""Half cycle [s], cycles, share of the material lost in them, m."""


@cache
def worn_by_stress() -> tuple[ActiveLoss, Array]:
    """The law for NFM's set at C/4 with R^2/D of 1 % of a half cycle, and PyBaMM's eps (n,)."""
    pybamm, material = import_pybamm(), ps.load_material("nfm_li2024")
    given = parameter_set("nfm_li2024")()
    radius = material.value("particle_radius")
    diffusivity = radius**2 / (0.01 * HALF)
    current = given["Current function [A]"] / 4
    initial = given["Positive electrode active material volume fraction"]
    flux = material.value("one_c_current") / 4 * material.value("density") * radius / (3 * FARADAY)
    strain = given["Positive electrode partial molar volume [m3.mol-1]"] / 3
    stiffness = material.value("youngs_modulus") / (1 - material.value("poisson_ratio"))
    stress = 2 / 3 * stiffness * strain * flux * radius / (5 * diffusivity)
    last = CYCLES / (1 - (1 - LOST) ** (EXPONENT + 1))
    loss = stress_driven(
        initial=initial,
        proportional=initial / ((EXPONENT + 1) * last * HALF),
        exponent=EXPONENT,
        stress=stress,
        critical_stress=stress,
        time_under_tension=HALF,
    )
    given |= {
        "Positive particle diffusivity [m2.s-1]": diffusivity,
        "Positive electrode LAM constant proportional term [s-1]": loss.first_loss / HALF,
        "Positive electrode LAM constant exponential term": EXPONENT,
        "Positive electrode critical stress [Pa]": stress,
        "Initial concentration in positive electrode [mol.m-3]": (
            0.3 * material.maximum_concentration
        ),
        "Lower voltage cut-off [V]": -9.0,
        "Upper voltage cut-off [V]": 9.0,
    }
    steps = tuple(
        pybamm.step.current(sign * current, duration=HALF, period=HALF) for sign in (1, -1)
    )
    simulation = pybamm.Simulation(
        model_of(OPTIONS[2]),
        parameter_values=pybamm.ParameterValues(given),
        experiment=pybamm.Experiment([steps] * CYCLES),
        solver=pybamm.IDAKLUSolver(rtol=1e-8, atol=1e-10),
        var_pts={"x_n": 5, "x_s": 5, "x_p": 5, "r_n": 20, "r_p": 40},
    )
    cycles = simulation.solve(showprogress=False).cycles
    return loss, np.array([cycle[SOLID].entries[-1] for cycle in cycles])


def check_loss(expected: Array) -> None:
    """Within 1 % of what is lost, of which a transient of 1 % of a half cycle takes its part."""
    loss, found = worn_by_stress()
    assert len(found) == CYCLES
    assert loss.initial - found == pytest.approx(loss.initial - expected, rel=1e-2)


def test_pybamm_loses_what_the_closed_form_says() -> None:
    loss, _ = worn_by_stress()
    check_loss(active_fraction(loss, np.arange(1, CYCLES + 1)))


def test_pybamm_does_not_lose_at_a_constant_stress() -> None:
    """The twin: as if the current fell with the material that is left."""
    loss, _ = worn_by_stress()
    with pytest.raises(AssertionError):
        check_loss(active_fraction_at_constant_stress(loss, np.arange(1, CYCLES + 1)))
