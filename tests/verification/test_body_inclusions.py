"""Cores in shells that do not fit, in sections and 3-D bodies.

A core with a directional misfit in a shell (exact l = 2 solution), the same core in a large ball
(Eshelby, Proc. R. Soc. A 241 (1957) 376) and a misfitting shell (Lame's solution). Next to an
interface stress converges slowest: in 3-D elements of order 3 are needed for 3 %.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from reference import Inputs, assert_close, load, spoiled

import particle_sim as ps
from particle_sim.fem.body_mesh import BodyMesh
from particle_sim.materials.functions import LinearTable
from particle_sim.particle.crystal import Crystal, Inert
from particle_sim.particle.run import ParticleRun
from particle_sim.particle.stiffness import stress_tensor
from particle_sim.units import Array

CORE, MISFIT = load("G6"), load("I1")
FULL = 2e4
SECTION, SOLID = ps.shapes.ball_section, ps.shapes.ball


def elastic(modulus: float, ratio: float, **more: float) -> ps.Material:
    values = {"maximum_concentration": FULL, "diffusivity": 1e-14, **more}
    return ps.material_from_values(**values, youngs_modulus=modulus, poisson_ratio=ratio)


def filled(body: ps.Particle[BodyMesh], filling: float) -> ParticleRun:
    run = ps.solve_stress(body, lambda x: np.full(len(x), filling))
    assert run.balances.equilibrium <= 1e-9
    return run


def directions(mesh: BodyMesh) -> Array:
    """Unit vectors (40, d) all over the octant or the quarter meridian."""
    drawn = np.abs(np.random.default_rng(3).normal(size=(40, mesh.dimension)))
    return np.asarray(drawn / np.linalg.norm(drawn, axis=1)[:, None])


def radial_and_hoop(run: ParticleRun, radius: float, region: int = 0) -> tuple[Array, Array]:
    """sigma_r and the mean hoop stress in 40 directions."""
    unit = directions(run.particle.mesh)
    tensors = stress_tensor(run.at(radius * unit, region=region).stress.values[0])
    if unit.shape[1] == 2:  # a meridian's r and z are the first and third axis
        unit = np.stack([unit[:, 0], np.zeros(len(unit)), unit[:, 1]], axis=1)
    radial = np.einsum("pi,pij,pj->p", unit, tensors, unit)
    return radial, 0.5 * (np.trace(tensors, axis1=1, axis2=2) - radial)


def spread(values: Array, expected: float) -> float:
    """Root mean square error over the directions."""
    return float(np.sqrt(np.mean((values - expected) ** 2)))


def core_run(inputs: Inputs, mesh: BodyMesh, order: int = 2) -> ParticleRun:
    """A core stretched by eps_x across and eps_z along z in a shell without sodium."""
    across, along = (LinearTable((0.0, 1.0), (0.0, inputs[f"eps_{x}"])) for x in "xz")
    body = ps.Particle(
        material=elastic(inputs["E1"], inputs["nu1"]),
        mesh=mesh,
        order=order,
        crystal=Crystal(strain=(across, across, along)),
        inert={1: Inert(youngs_modulus=inputs["E2"], poisson_ratio=inputs["nu2"])},
    )
    return filled(body, 1.0)


def core_mesh(shape: Callable[..., BodyMesh], cells: float, **more: bool) -> BodyMesh:
    a, b = CORE["inputs"]["a"], CORE["inputs"]["b"]
    return shape(b, core_radius=a, cell_size=a / cells, **more)


def check_core(inputs: Inputs, mesh: BodyMesh, order: int, *, away: float, near: float) -> None:
    """All stresses at the points of the case; ``near`` the interface and ``away`` from it."""
    run, rows = core_run(inputs, mesh, order), CORE["rows"]
    largest = max(row["s_vm"] for row in rows)
    for row in rows:
        angle = np.deg2rad(row["theta_deg"])
        place = row["r"] * np.array([np.sin(angle), 0.0, np.cos(angle)])
        point = place[None] if mesh.dimension == 3 else place[None, [0, 2]]
        region = 0 if row["side"] == "core" else 1
        taken = run.at(point, region=region)
        expected = [row["s_rhorho"], row["s_pp"], row["s_zz"], 0.0, row["s_rhoz"], 0.0]
        tolerance = near if row["r"] == CORE["inputs"]["a"] else away
        what = f"stress at {row['r']:g} m"
        stress = taken.stress.values[0, 0]
        assert_close(what, stress, expected, scale=largest, tolerance=tolerance)
        worst = taken.von_mises_stress.values[0, 0]
        assert_close("von Mises", worst, row["s_vm"], scale=largest, tolerance=tolerance)


@pytest.mark.parametrize(
    ("shape", "cells", "order", "away", "near"),
    [
        (SECTION, 6, 2, 1e-3, 1e-2),
        (SECTION, 8, 3, 1e-4, 1e-3),
        (lambda *a, **b: SOLID(*a, **b, octant=True), 3, 3, 1e-2, 3e-2),
    ],
)
def test_core_with_a_directional_misfit(
    shape: Callable[..., BodyMesh], cells: float, order: int, away: float, near: float
) -> None:
    check_core(CORE["inputs"], core_mesh(shape, cells), order, away=away, near=near)


@pytest.mark.parametrize("wrong", [{"E2": 1.01}, {"nu1": 1.02}, {"eps_x": 1.01}, {"eps_z": -1.0}])
def test_core_with_a_directional_misfit_notices(wrong: dict[str, float]) -> None:
    mesh = core_mesh(SECTION, 6)
    with pytest.raises(AssertionError, match="exceeds"):
        check_core(spoiled(CORE["inputs"], **wrong), mesh, 2, away=1e-3, near=1e-2)


def inclusion_errors(inputs: Inputs, ratio: float) -> tuple[float, float]:
    """Relative deviations of a core's mean and deviatoric stress from the infinite matrix."""
    a = CORE["inputs"]["a"]
    mesh = SECTION(
        ratio * a,
        core_radius=a,
        cell_size=a * ratio / 6,
        surface_cell_size=a / 6,
        half=True,
    )
    stress = core_run(inputs, mesh).at(np.zeros((1, 2))).stress.values[0, 0]
    case, mean = CORE["eshelby_infinite_matrix_equal_moduli"], stress[:3].mean()
    return mean / case["sigma_h"] - 1, (stress[2] - mean) / case["s_zz_dev"] - 1


def check_inclusion(inputs: Inputs) -> None:
    """The free surface at b costs (a/b)^3 of the mean stress and about 3.5 (a/b)^3 of the rest."""
    (mean_4, rest_4), (mean_8, rest_8) = (inclusion_errors(inputs, b) for b in (4.0, 8.0))
    for value, ratio in ((mean_4, 4), (mean_8, 8)):
        assert_close("mean stress", value, -(ratio**-3.0), scale=1.0, tolerance=2e-4)
    assert_close("deviatoric stress", rest_8, 0.0, scale=1.0, tolerance=1e-2)
    assert_close("decay", rest_4 / rest_8, 8.0, scale=8.0, tolerance=0.1)


def test_inclusion_in_a_large_ball() -> None:
    check_inclusion(CORE["inputs"])


@pytest.mark.parametrize("wrong", [{"E2": 1.01}, {"nu2": 1.02}, {"eps_x": 1.01}])
def test_inclusion_notices(wrong: dict[str, float]) -> None:
    with pytest.raises(AssertionError, match="exceeds"):
        check_inclusion(spoiled(CORE["inputs"], **wrong))


def check_misfit(inputs: Inputs, mesh: BodyMesh, order: int, tolerance: float) -> None:
    """Stress on both sides in every direction, and the elastic energy of the whole ball."""
    shell = Inert(
        youngs_modulus=inputs["E2"], poisson_ratio=inputs["nu2"], misfit_strain=inputs["e2"]
    )
    core = elastic(inputs["E1"], inputs["nu1"])
    run = filled(ps.Particle(material=core, mesh=mesh, order=order, inert={1: shell}), 0.5)
    case = MISFIT["sphere"]
    for row in case["rows"]:
        both = radial_and_hoop(run, row["r"], 0 if row["side"] == "core" else 1)
        for values, name in zip(both, ("sigma_r", "sigma_theta"), strict=True):
            error = spread(values, row[name])
            what = f"{name} at {row['r']:g} m"
            assert_close(what, error, 0.0, scale=2.35e8, tolerance=tolerance)
    parts = 8 if mesh.dimension == 3 else 2
    energy, expected = parts * run.strain_energy_history()[0], case["elastic_energy_J"]
    assert_close("energy", energy, expected, scale=expected, tolerance=1e-4)


@pytest.mark.parametrize(
    ("cells", "order", "tolerance", "solid"), [(8, 2, 1e-3, False), (5, 3, 1e-2, True)]
)
def test_misfitting_shell(cells: float, order: int, tolerance: float, solid: bool) -> None:
    a, b = MISFIT["inputs"]["a"], MISFIT["inputs"]["b"]
    part = {"octant": True} if solid else {"half": True}
    mesh = (SOLID if solid else SECTION)(b, core_radius=a, cell_size=a / cells, **part)
    check_misfit(MISFIT["inputs"], mesh, order, tolerance)


@pytest.mark.parametrize("wrong", [{"E1": 1.01}, {"nu2": 1.02}, {"e2": -1.0}])
def test_misfitting_shell_notices(wrong: dict[str, float]) -> None:
    a, b = MISFIT["inputs"]["a"], MISFIT["inputs"]["b"]
    mesh = SECTION(b, core_radius=a, cell_size=a / 8, half=True)
    with pytest.raises(AssertionError, match="exceeds"):
        check_misfit(spoiled(MISFIT["inputs"], **wrong), mesh, 2, 1e-3)
