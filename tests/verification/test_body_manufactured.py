"""A manufactured solution of the fully coupled anisotropic equations, discretised by the engine.

Unit cube (and square, in plane strain), u and c given; -div sigma = f, dc/dt + div J = S with
J_i = -D_i c (1 - c) d_i mu and mu = ln(c/(1 - c)) [+ chi (1 - 2 c) - kappa lap c] - beta : sigma.
One implicit stage of the engine is solved with the body force, traction, source and surface flux
that make the fields exact; the time derivative is known there, so only space matters. Theta and u
converge with p + 1 and phi and stress with the order of their elements; in 3-D, where u is not
one order above theta, phi of the stress drift has order p and holds theta between p and p + 1.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

import numpy as np
import pytest
import sympy
from reference import RT, Case, assert_close, load

import particle_sim as ps
from particle_sim.fem.sparse_pattern import scatter
from particle_sim.materials.functions import LinearTable
from particle_sim.particle.crystal import Crystal
from particle_sim.particle.discretise import discretised
from particle_sim.particle.kinematics import rigid_modes
from particle_sim.particle.stiffness import stress_tensor
from particle_sim.particle.system import ParticleSystem
from particle_sim.particle.unknowns import Stage
from particle_sim.units import Array

CASE = load("P1")
GIVEN = CASE["parameters"]
AXES = sympy.symbols("x y z")
CLOCK = sympy.Symbol("t")
NOW, HALF = 0.1, sympy.Rational(1, 2)
BETA, RATIO = ([sympy.Rational(value) for value in GIVEN[name]] for name in ("beta", "D"))
SOLID_SOLUTION = (ps.physics.fickian_diffusion, ps.physics.stress_drift)
COHERENT = (ps.physics.coherent_phase_separation,)
LAWS = {"solid_solution": SOLID_SOLUTION, "cahn_hilliard": COHERENT}


def expressions(kind: str, dimension: int) -> dict[str, list[Any]]:
    """All fields as formulas; in two dimensions c at z = 0, u at z = 1/2 and no u_z."""
    names: dict[str, Any] = {**dict(zip("xyz", AXES, strict=True)), "t": CLOCK}
    c = sympy.sympify(CASE["expressions"]["c"], locals=names)
    u = [sympy.sympify(text, locals=names) for text in CASE["expressions"]["u"]]
    if dimension == 2:
        c = c.subs(AXES[2], 0)
        u = [u[0].subs(AXES[2], HALF), u[1].subs(AXES[2], HALF), sympy.Integer(0)]
    slope = [[sympy.diff(u[i], AXES[j]) for j in range(3)] for i in range(3)]
    elastic = [slope[i][i] - BETA[i] * (c - HALF) for i in range(3)]
    stiff = GIVEN["C"]
    sigma = sympy.zeros(3, 3)
    for i in range(3):
        sigma[i, i] = sum(stiff[f"C{min(i, j) + 1}{max(i, j) + 1}"] * elastic[j] for j in range(3))
    for k, (i, j) in enumerate(((1, 2), (0, 2), (0, 1))):
        sigma[i, j] = sigma[j, i] = stiff[f"C{k + 4}{k + 4}"] * (slope[i][j] + slope[j][i])
    phi, homogeneous = -sum(BETA[i] * sigma[i, i] for i in range(3)), sympy.log(c / (1 - c))
    if kind == "cahn_hilliard":
        homogeneous += sympy.Rational(GIVEN["chi"]) * (1 - 2 * c)
        phi -= sympy.Rational(GIVEN["kappa"]) * sum(sympy.diff(c, x, 2) for x in AXES)
    mu = homogeneous + phi
    flux = [-RATIO[i] * c * (1 - c) * sympy.diff(mu, AXES[i]) for i in range(3)]
    divergence = sum(sympy.diff(flux[i], AXES[i]) for i in range(3))
    force = [-sum(sympy.diff(sigma[i, j], AXES[j]) for j in range(3)) for i in range(3)]
    pairs = ((0, 0), (1, 1), (2, 2), (1, 2), (0, 2), (0, 1))
    return {
        "c": [c],
        "u": u,
        "phi": [phi],
        "mu": [mu],
        "flux": flux,
        "divergence": [divergence],
        "source_c": [divergence + sympy.diff(c, CLOCK)],
        "body_force": force,
        "sigma": [sigma[i, j] for i, j in pairs],
    }


@cache
def exact(kind: str, dimension: int) -> dict[str, Callable[[Array], Array]]:
    """Fields at points (..., d), each (..., components)."""

    def numeric(parts: list[Any]) -> Callable[[Array], Array]:
        functions = [sympy.lambdify(AXES, part.subs(CLOCK, NOW), "numpy") for part in parts]

        def field(x: Array) -> Array:
            places = [x[..., i] if i < x.shape[-1] else 0.0 for i in range(3)]
            values = [np.broadcast_to(f(*places), x.shape[:-1]) for f in functions]
            return np.stack(values, axis=-1)

        return field

    return {name: numeric(parts) for name, parts in expressions(kind, dimension).items()}


@dataclass(frozen=True, kw_only=True)
class Problem:
    """What the engine is given; ``factor`` spoils one of its parameters."""

    kind: str
    dimension: int
    order: int
    cells: int
    spoiled: str = ""
    factor: float = 1.0

    def value(self, name: str, value: float) -> float:
        return value * self.factor if name == self.spoiled else value


def system_of(problem: Problem) -> ParticleSystem:
    stiffness = np.zeros((6, 6))
    for name, value in GIVEN["C"].items():
        i, j = int(name[1]) - 1, int(name[2]) - 1
        stiffness[i, j] = stiffness[j, i] = problem.value(name, value)
    beta = [problem.value("beta", float(value)) for value in BETA]
    first, second, third = (LinearTable((0.0, 1.0), (0.0, b)) for b in beta)
    ratio = (float(RATIO[0]), problem.value("D", float(RATIO[1])), float(RATIO[2]))
    material = ps.material_from_values(
        maximum_concentration=1 / RT,
        diffusivity=1.0,
        stress_free_concentration=0.5 / RT,
        regular_solution_parameter=float(sympy.Rational(GIVEN["chi"])),
        gradient_coefficient=problem.value("kappa", float(sympy.Rational(GIVEN["kappa"]))),
    )
    n, d = problem.cells, problem.dimension
    cube = ps.shapes.box((1.0, 1.0, 1.0), cells=(n, n, n)) if d == 3 else None
    mesh = cube or ps.shapes.rectangle((1.0, 1.0), cells=(n, n))
    body = ps.Particle(
        material=material,
        mesh=mesh,
        physics=LAWS[problem.kind],
        crystal=Crystal(
            stiffness=stiffness, strain=(first, second, third), diffusivity_ratio=ratio
        ),
        order=problem.order,
    )
    closed = ps.constant_flux(0.0, 1.0, initial_site_fraction=0.5)
    return discretised(body, {"left": closed}, resolve_interface=False)


LENGTH = 1.0
"""Length of the stage in the engine's time unit: diffusion decides, not the history."""


def loads(system: ParticleSystem, fields: dict[str, Callable[[Array], Array]]) -> Array:
    """What the exact fields add to the residual: sources, surface flux, body force, traction."""
    size, modulus = system.scales.length, system.elasticity.regions.reference_modulus
    sodium, space, d = system.space, system.elasticity.space, system.space.mesh.dimension
    source = sodium.weights * fields["divergence"](sodium.points * size)[..., 0] * size**2
    theta = scatter(sodium.cell_dofs, source @ sodium.values, sodium.dimension)
    force = fields["body_force"](space.points * size)[..., :d] * size / modulus
    local = np.einsum("eq,eqa,qi->eia", space.weights, force, space.values)
    u = scatter(system.elasticity.cell_dofs, local, system.elasticity.size)
    for name in space.mesh.boundaries:
        side = sodium.boundary(name)
        leaving = fields["flux"](side.points * size)[..., :d] * side.normals * size
        per = side.weights * leaving.sum(axis=2)
        theta -= scatter(side.dofs, np.einsum("fq,fqi->fi", per, side.values), sodium.dimension)
        side = space.boundary(name)
        stress = stress_tensor(fields["sigma"](side.points * size))[..., :d, :d]
        pull = np.einsum("fqab,fqb->fqa", stress, side.normals) / modulus
        local = np.einsum("fq,fqa,fqi->fia", side.weights, pull, side.values)
        u += scatter(side.dofs[:, :, None] * d + np.arange(d), local, len(u))
    motions = system.elasticity.supports.free_modes
    u -= motions @ (motions.T @ u)  # quadrature leaves a resultant that pins must not carry
    u[system.elasticity.supports.fixed] = 0.0
    result = np.zeros(system.u.stop)
    result[system.theta], result[system.u] = LENGTH * theta, u
    return result


def solution(system: ParticleSystem, fields: dict[str, Callable[[Array], Array]]) -> Array:
    """theta, phi and u by Newton's method from a uniform, unstrained body.

    Steps that condense the displacement leave some hundredths of the residual each.
    """
    added = loads(system, fields)
    history = fields["c"](system.space.nodes * system.scales.length)[:, 0]
    stage = Stage(time=0.0, piece=(0.0, 1.0), length=LENGTH, history=history)
    packed = np.zeros(system.u.stop)
    packed[system.theta] = 0.5
    for _ in range(30):
        linearised = system.linearise(packed, np.zeros(0), stage)
        linearised = replace(linearised, residual=linearised.residual - added)
        if np.linalg.norm(linearised.residual) < 1e-11:
            return packed
        packed = packed + system.move(linearised, linearised)
    raise AssertionError("Newton's method does not converge")


def errors(problem: Problem) -> tuple[float, ...]:
    """Volume L2 errors of theta, phi, u (up to a rigid motion) and the stress at its points."""
    system, fields = system_of(problem), exact(problem.kind, problem.dimension)
    packed = solution(system, fields)
    sodium, space, size = system.space, system.elasticity.space, system.scales.length
    x, d = sodium.points * size, problem.dimension
    theta, phi = (packed[p][sodium.cell_dofs] @ sodium.values.T for p in (system.theta, system.phi))
    nodes = packed[system.u].reshape(-1, d)[space.cell_dofs]
    moved = np.einsum("qi,eia->eqa", space.values, nodes) - fields["u"](x)[..., :d] / size
    rigid = rigid_modes(space.mesh.symmetry, x.reshape(-1, d))
    root = np.repeat(np.sqrt(space.weights.ravel()), d)
    motion = np.linalg.lstsq(rigid * root[:, None], moved.ravel() * root, rcond=None)[0]
    moved -= (rigid @ motion).reshape(moved.shape)
    beta = np.zeros((*theta.shape, 6))
    beta[..., :3] = (theta - 0.5)[..., None] * np.array([float(b) for b in BETA])
    cells = np.arange(len(nodes))
    strain = system.elasticity.strains(cells).of(nodes.reshape(1, len(nodes), -1))
    regions = system.elasticity.regions
    stress = (strain[0] - beta) @ regions.stiffness[0] * regions.reference_modulus
    found = (theta[..., None], phi[..., None], moved, stress)
    wanted = (fields["c"](x), fields["phi"](x), 0.0, fields["sigma"](x))
    weights = space.weights[..., None] / space.weights.sum()
    return tuple(
        float(np.sqrt(np.sum(weights * (a - b) ** 2))) for a, b in zip(found, wanted, strict=True)
    )


WHAT = ("theta", "phi", "the displacement", "the stress")


def check_orders(problem: Problem, cells: tuple[int, int], least: tuple[float, ...]) -> None:
    coarse, fine = (errors(replace(problem, cells=n)) for n in cells)
    for what, first, second, order in zip(WHAT, coarse, fine, least, strict=True):
        found = np.log(first / second) / np.log(cells[1] / cells[0])
        assert found >= order, f"order of {what} is {found:.2f}, at least {order} is due"


def check_values(row: Case, kind: str, dimension: int = 3) -> None:
    """The formulas above against the check values of the case."""
    place = row["point"]
    numbers = {**{x: place[str(x)] for x in AXES}, CLOCK: place["t"]}
    formulas = expressions(kind, dimension)
    for name in ("c", "source_c", "flux", "body_force", "sigma", "mu"):
        values = [float(part.subs(numbers)) for part in formulas[name]]
        assert_close(name, values, np.ravel(row[name]), scale=1.0, tolerance=1e-12)


@pytest.mark.parametrize("kind", list(LAWS))
def test_formulas(kind: str) -> None:
    for row in CASE["check_values"][kind]:
        check_values(row, kind)


def test_formulas_notice_the_other_law() -> None:
    with pytest.raises(AssertionError, match="exceeds"):
        check_values(CASE["check_values"]["solid_solution"][0], "cahn_hilliard")


CASES = [
    # law, dimension, order, cells, least orders of theta, phi, u and stress
    ("solid_solution", 2, 1, (12, 24), (1.8, 1.8, 1.8, 1.8)),
    ("solid_solution", 2, 2, (6, 12), (2.7, 2.7, 2.8, 2.7)),
    ("solid_solution", 2, 3, (4, 8), (3.7, 3.6, 3.7, 3.6)),
    ("cahn_hilliard", 2, 2, (6, 12), (2.7, 2.7, 2.8, 2.7)),
    ("cahn_hilliard", 2, 3, (4, 8), (3.7, 3.6, 3.7, 3.6)),
    ("solid_solution", 3, 1, (4, 8), (1.5, 1.8, 1.5, 1.6)),
    ("solid_solution", 3, 2, (3, 6), (2.3, 1.6, 2.7, 1.7)),
    ("solid_solution", 3, 3, (2, 4), (3.3, 2.7, 3.7, 2.6)),
    ("cahn_hilliard", 3, 2, (3, 6), (2.7, 2.6, 2.7, 1.7)),
    ("cahn_hilliard", 3, 3, (2, 4), (3.6, 3.3, 3.7, 2.6)),
]


@pytest.mark.parametrize(("kind", "dimension", "order", "cells", "least"), CASES)
def test_orders(
    kind: str, dimension: int, order: int, cells: tuple[int, int], least: tuple[float, ...]
) -> None:
    problem = Problem(kind=kind, dimension=dimension, order=order, cells=0)
    check_orders(problem, cells, least)


@pytest.mark.parametrize(
    ("kind", "spoiled", "factor"),
    [
        ("solid_solution", "C44", 1.1),
        ("solid_solution", "C13", 0.95),
        ("solid_solution", "beta", 1.02),
        ("solid_solution", "D", 1.02),
        ("cahn_hilliard", "kappa", 1.02),
    ],
)
def test_orders_notice(kind: str, spoiled: str, factor: float) -> None:
    dimension = 3 if spoiled == "C44" else 2
    problem = Problem(
        kind=kind, dimension=dimension, order=3, cells=0, spoiled=spoiled, factor=factor
    )
    least = CASES[7][4] if dimension == 3 else CASES[2][4]
    with pytest.raises(AssertionError, match="order of"):
        check_orders(problem, (2, 4) if dimension == 3 else (4, 8), least)
