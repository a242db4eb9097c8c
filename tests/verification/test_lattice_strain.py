"""Misfit from lattice parameters that bend: free stretch, laminate, hexagonal ball, core in shell.

A table a(x), c(x) reaches the exact solutions' strain at the fillings that occur, and turns there:
whoever reads only its two ends, as one ratio of strains does, gets other numbers.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from reference import assert_close, load

import particle_sim as ps
from particle_sim.fem.body_mesh import BodyMesh
from particle_sim.materials.functions import LinearTable
from particle_sim.materials.property import assumed
from particle_sim.particle.crystal import Crystal, Inert, lattice_strain
from particle_sim.particle.run import ParticleRun
from particle_sim.particle.stiffness import hexagonal_stiffness, strain_voigt
from particle_sim.units import Array

STRETCH, LAMINATE, HEXAGON, CORE = load("G1"), load("G2"), load("G4"), load("G6")
FULL, CELL = 2e4, {"a": 8.7e-10, "c": 21.6e-10}
Strains = dict[str, list[tuple[float, float]]]
"""Points (filling, strain) along a and c."""


def with_lattice(strains: Strains, rest: float = 0.0, **values: float) -> ps.Material:
    """A material whose lattice parameters are CELL exp(strain) at the points."""
    given = {"maximum_concentration": FULL, "diffusivity": 1e-14, **values}
    given["stress_free_concentration"] = rest * FULL
    material = ps.material_from_values(**given)
    tables = {
        f"lattice_{axis}": replace(
            assumed(f"lattice_{axis}", CELL[axis], "m"),
            function=LinearTable(
                tuple(at for at, _ in points),
                tuple(CELL[axis] * math.exp(strain) for _, strain in points),
            ),
        )
        for axis, points in strains.items()
    }
    return material.replaced(**tables)


def bent(first: float, last: float, at: float, beyond: float = -0.4) -> Strains:
    """From zero to the strains at filling ``at``, then back to ``beyond`` times them."""
    return {
        axis: [(0.0, 0.0), (at, strain), (1.0, beyond * strain)]
        for axis, strain in (("a", first), ("c", last))
    }


def ends_only(strains: Strains) -> Strains:
    """What a single ratio over the whole window knows of the tables."""
    return {axis: [points[0], points[-1]] for axis, points in strains.items()}


def crystal_of(
    material: ps.Material, stiffness: Array | None = None, orientations: Array | None = None
) -> Crystal:
    return Crystal(strain=lattice_strain(material), stiffness=stiffness, orientations=orientations)


def hexagonal() -> Array:
    c = HEXAGON["inputs"]["C"]
    return hexagonal_stiffness(c["C11"], c["C12"], c["C13"], c["C33"], c["C44"])


def check_stretch(know: Callable[[Strains], Strains]) -> None:
    """Case G1: dc of a turned crystal; every stress vanishes and the strain is beta dc, turned."""
    inputs, turn = STRETCH["inputs"], ps.crystal.rotation(("x", 35.0), ("z", 20.0))
    beta, dc, filled = inputs["beta"], inputs["dc"], 0.55
    strains = know(bent(beta[0] * dc, beta[2] * dc, 0.5, beyond=0.0))
    material = with_lattice(strains)
    body = ps.Particle(
        material=material,
        mesh=ps.shapes.ball(3e-6, cell_size=1e-6),
        crystal=crystal_of(material, stiffness=hexagonal(), orientations=turn),
    )
    run = ps.solve_stress(body, lambda x: np.full(len(x), filled))
    assert_close("stress", run.stress, 0.0, scale=205e9 * 7e-3, tolerance=1e-8)
    listed = np.array(STRETCH["strain_xx_yy_zz_yz_xz_xy"]) * [1, 1, 1, 2, 2, 2]  # tensor shears
    formula = strain_voigt(turn @ np.diag(beta) @ turn.T) * dc
    assert_close("formula", formula, listed, scale=1e-2, tolerance=1e-12)
    back = (1 - filled) / 0.5
    assert_close("strain", run.strain[0], back * formula, scale=1e-2, tolerance=1e-8)


def laminate_run(know: Callable[[Strains], Strains]) -> ParticleRun:
    """Case G2: layers with c along z and along x, an eighth of a wide plate."""
    inputs, width = LAMINATE["inputs"], 4.0
    mesh = ps.shapes.box((width, width, 1.0), cells=(6, 6, 5))
    planes = {"left": "symmetry_x", "front": "symmetry_y", "bottom": "symmetry_z"}
    layers = replace(
        mesh,
        regions=(mesh.points[mesh.cells].mean(axis=1)[:, 2] > 0.4).astype(np.intp),
        boundaries={planes.get(name, name): facets for name, facets in mesh.boundaries.items()},
    )
    beta, dc = inputs["beta"], inputs["layers"][0]["dc"]
    material = with_lattice(
        know(bent(beta[0] * dc, beta[2] * dc, 0.6)),
        youngs_modulus=inputs["E"],
        poisson_ratio=inputs["nu"],
    )
    turns = np.stack([np.eye(3), ps.crystal.rotation(("y", 90.0))])
    crystal = crystal_of(material, orientations=turns)
    body = ps.Particle(material=material, mesh=layers, order=1, crystal=crystal)
    return ps.solve_stress(body, lambda x: np.full(len(x), 0.58))


def check_laminate(know: Callable[[Strains], Strains]) -> None:
    """Free edges reach the middle with about 1/width^2."""
    run = laminate_run(know)
    for region, height in enumerate((0.2, 0.7)):
        listed = np.array(LAMINATE["layers"][region]["stress_voigt_xx_yy_zz_yz_xz_xy"])
        taken = run.at(np.array([[0.05, 0.05, height]]), region=region).stress.values[0, 0]
        expected = listed * 0.58 / 0.6
        assert_close("stress", taken, expected, scale=1.0752e9, tolerance=4e-3)


def check_ball(know: Callable[[Strains], Strains]) -> None:
    """Case G4: a quadratic filling below half; the table turns above half, where no point is."""
    inputs = HEXAGON["inputs"]
    beta, q = inputs["beta"], np.array(inputs["q"])
    strains = know(
        {
            axis: [(0.0, -0.5 * b * FULL), (0.6, 0.1 * b * FULL), (1.0, -0.3 * b * FULL)]
            for axis, b in (("a", beta[0]), ("c", beta[2]))
        }
    )
    material = with_lattice(strains, rest=0.5)

    def filling(x: Array) -> Array:
        squares = np.stack([np.ones(len(x)), x[:, 0] ** 2, np.zeros(len(x)), x[:, 1] ** 2])
        return np.asarray(0.5 + q @ squares / FULL)

    body = ps.Particle(
        material=material,
        mesh=ps.shapes.ball_section(3e-6, cell_size=3e-6 / 6),
        order=3,
        crystal=crystal_of(material, stiffness=hexagonal()),
    )
    run = ps.solve_stress(body, filling)
    rows = HEXAGON["rows"]
    x = np.array([row["xyz"] for row in rows])
    places = np.stack([np.hypot(x[:, 0], x[:, 1]), x[:, 2]], axis=1)
    taken = run.at(places * (1 - 1e-9)).von_mises_stress.values[0]
    listed = np.array([row["s_vm"] for row in rows])
    assert_close("von Mises", taken, listed, scale=float(listed.max()), tolerance=1e-3)


def core_mesh() -> BodyMesh:
    a, b = CORE["inputs"]["a"], CORE["inputs"]["b"]
    return ps.shapes.ball_section(b, core_radius=a, cell_size=a / 6)


def check_core(know: Callable[[Strains], Strains]) -> None:
    """Case G6: a core of directional misfit in a shell without sodium (exact l = 2 solution)."""
    inputs = CORE["inputs"]
    strains = know(bent(inputs["eps_x"], inputs["eps_z"], 0.4))
    elastic = {"youngs_modulus": inputs["E1"], "poisson_ratio": inputs["nu1"]}
    material = with_lattice(strains, **elastic)
    shell = Inert(youngs_modulus=inputs["E2"], poisson_ratio=inputs["nu2"])
    body = ps.Particle(
        material=material, mesh=core_mesh(), crystal=crystal_of(material), inert={1: shell}
    )
    run = ps.solve_stress(body, lambda x: np.full(len(x), 0.38))
    largest = max(row["s_vm"] for row in CORE["rows"])
    for row in CORE["rows"]:
        angle = np.deg2rad(row["theta_deg"])
        point = row["r"] * np.array([[np.sin(angle), np.cos(angle)]])
        taken = run.at(point, region=0 if row["side"] == "core" else 1)
        worst = taken.von_mises_stress.values[0, 0] * 0.4 / 0.38
        assert_close("von Mises", worst, row["s_vm"], scale=largest, tolerance=1e-2)


CHECKS = {
    "stretch": check_stretch,
    "laminate": check_laminate,
    "ball": check_ball,
    "core": check_core,
}


def as_given(strains: Strains) -> Strains:
    return strains


def swapped(strains: Strains) -> Strains:
    return {"a": strains["c"], "c": strains["a"]}


@pytest.mark.parametrize("case", list(CHECKS))
def test_bent_lattice_parameters(case: str) -> None:
    CHECKS[case](as_given)


@pytest.mark.parametrize("wrong", [ends_only, swapped])
@pytest.mark.parametrize("case", list(CHECKS))
def test_bent_lattice_parameters_notice(case: str, wrong: Callable[[Strains], Strains]) -> None:
    with pytest.raises(AssertionError, match="exceeds"):
        CHECKS[case](wrong)
