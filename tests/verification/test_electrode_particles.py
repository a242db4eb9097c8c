"""Graphite and cobalt-oxide particles of a 1C discharge, with and without dilute stress drift.

Parameters of Ai et al., J. Electrochem. Soc. 167 (2020) 013512. Without drift Crank's constant-flux
series (The Mathematics of Diffusion, 1975, eq. 6.45); with drift J = -D (1 + k c) grad c solved by
Chebyshev collocation. The positive electrode shrinks as it fills (negative Omega).
"""

from __future__ import annotations

import numpy as np
import pytest
from reference import (
    Inputs,
    assert_close,
    assert_gates,
    column,
    elastic_material,
    index_at,
    load,
    spoiled,
    stress_scale,
)
from series import sphere_flux

import particle_sim as ps
from particle_sim.constants import GAS_CONSTANT
from particle_sim.transport.term import PhysicsTerm

PAIR = load("L1")
FICK = (ps.physics.fickian_diffusion,)
DILUTE = (*FICK, ps.physics.dilute_stress_drift)


def check_particle(inputs: Inputs, side: str, law: tuple[PhysicsTerm, ...]) -> None:
    rows = PAIR["exact" if law is FICK else "with_drift"][side]
    drift = PAIR["with_drift"][side][0]["theta_cmax"]
    reference = PAIR["inputs"][side]
    k = drift / (2 * reference["Omega"] ** 2 * reference["E"])
    cmax = k * 9 * GAS_CONSTANT * PAIR["T"] * (1 - reference["nu"])
    body = ps.Particle(
        material=elastic_material(inputs, maximum_concentration=cmax),
        mesh=ps.shapes.sphere(inputs["R"], cells=40, grading=20),
        physics=law,
    )
    times = column(rows, "t_s")
    start = inputs["c_init"] / cmax
    surface = ps.constant_flux(-inputs["J_in"], times[-1], initial_site_fraction=start)
    run = ps.solve_particle(body, surface, times=times, limits=None, tolerance=1e-6)
    assert_gates(run)
    where = [index_at(run, time) for time in times]
    stress = run.stress[where]
    taken = {
        "c_surface": run.concentration[where, -1],
        "c_mean": run.mean_site_fraction[where] * cmax,
        "hoop_surface": stress[:, -1, 1],
        "radial_centre": stress[:, 0, 0],
        "displacement": run.displacement[where, -1, 0],
    }
    for name in set(taken) & set(rows[0]):
        expected = column(rows, name)
        assert_close(name, taken[name], expected, scale=expected, tolerance=5e-4)
    if law is FICK:
        reach = reference["J_in"] * reference["R"] / reference["D"]
        scale = stress_scale(reference, reach)
        tau = times * reference["D"] / reference["R"] ** 2
        excess = [3 * value - sphere_flux(np.array([1.0]), value)[0] for value in tau]
        series = scale * np.array(excess)
        assert_close("series", taken["hoop_surface"], series, scale=series, tolerance=5e-4)


@pytest.mark.parametrize("law", [FICK, DILUTE])
@pytest.mark.parametrize("side", ["Negative", "Positive"])
def test_electrode_particle(side: str, law: tuple[PhysicsTerm, ...]) -> None:
    check_particle(PAIR["inputs"][side], side, law)


@pytest.mark.parametrize("wrong", [{"J_in": -1.0}, {"Omega": -1.0}, {"D": 1.02}, {"nu": 1.05}])
@pytest.mark.parametrize("law", [FICK, DILUTE])
def test_electrode_particle_notices(wrong: dict[str, float], law: tuple[PhysicsTerm, ...]) -> None:
    with pytest.raises(AssertionError, match="exceeds"):
        check_particle(spoiled(PAIR["inputs"]["Positive"], **wrong), "Positive", law)
