"""Bad input to bodies: one sentence each, that says what, where and what to do."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

import particle_sim as ps
from particle_sim.errors import InputError
from particle_sim.fem.body_mesh import BodyMesh, Symmetry
from particle_sim.materials.functions import LinearTable
from particle_sim.particle.crystal import Crystal, Inert
from particle_sim.particle.mechanics import MechanicalBoundary, Shell

RADIUS = 2e-7
SQUARE = {
    "points": np.array([[0.0, 0.0], [1.0, 0.0], [0.0, 1.0], [1.0, 1.0]]),
    "cells": np.array([[0, 1, 2], [3, 2, 1]]),
    "symmetry": Symmetry.PLANE,
    "regions": np.zeros(2, dtype=np.intp),
    "boundaries": {"surface": np.array([[0, 1], [1, 3], [3, 2], [2, 0]])},
}
MATERIAL = ps.material_from_values(
    maximum_concentration=2e4,
    diffusivity=1e-16,
    partial_molar_volume=3e-6,
    open_circuit_potential=3.4,
    regular_solution_parameter=3.0,
    gradient_coefficient=1e-10,
)
SURFACE = ps.constant_flux(1e-6, 100.0, initial_site_fraction=0.8)


def mesh() -> BodyMesh:
    return ps.shapes.ball_section(RADIUS, cell_size=RADIUS / 3, half=True)


def square(**changed: Any) -> BodyMesh:
    return BodyMesh(**{**SQUARE, **changed})


def solved(
    surface: Any = SURFACE, *, on: tuple[str, ...] = (), times: Any = (), **fields: Any
) -> Any:
    particle = ps.Particle(**{"material": MATERIAL, "mesh": mesh(), **fields})
    return ps.solve_particle(particle, surface, on=on, times=times)


def crystal(**fields: Any) -> Crystal:
    return Crystal(**fields)


TABLE = LinearTable((0.1, 1.0), (0.0, 0.01))
MISTAKES: dict[str, tuple[Callable[[], Any], str]] = {
    "open surface": (
        lambda: square(boundaries={"surface": np.array([[0, 1], [1, 3]])}),
        "surface is open: 2 outer facets",
    ),
    "inverted element": (
        lambda: square(points=np.array([[0.0, 0.0], [1.0, 0.0], [0.0, 1.0], [0.2, 0.2]])),
        "is inverted",
    ),
    "flat element": (
        lambda: square(points=np.array([[0.0, 0.0], [1.0, 0.0], [0.0, 1.0], [0.5, 0.5]])),
        "is flat",
    ),
    "inner facet named": (
        lambda: square(boundaries={"surface": np.array([[1, 2], [0, 1]])}),
        "not on its outside",
    ),
    "zero-thickness shell": (
        lambda: Shell(thickness=0.0, youngs_modulus=1e10, poisson_ratio=0.3),
        "both must be positive",
    ),
    "stiffness not positive definite": (
        lambda: ps.stiffness.cubic_stiffness(100e9, 120e9, 50e9),
        "not positive definite",
    ),
    "misfit table outside its window": (
        lambda: crystal(strain=(TABLE, TABLE, TABLE)),
        "covers site fractions 0.1 to 1",
    ),
    "not a rotation": (lambda: crystal(orientations=2 * np.eye(3)), "is not a rotation"),
    "negative diffusivity ratio": (
        lambda: crystal(diffusivity_ratio=(1.0, 1.0, -1.0)),
        "give three positive numbers",
    ),
    "a diffusivity ratio that is no number": (
        lambda: crystal(diffusivity_ratio=(1.0, 1.0, math.nan)),
        "give three positive numbers",
    ),
    "two diffusivity ratios": (
        lambda: crystal(diffusivity_ratio=(1.0, 2.0)),
        "give three positive numbers",
    ),
    "an orientation without numbers": (
        lambda: crystal(orientations=np.full((3, 3), math.nan)),
        "is not a rotation",
    ),
    "a stiffness without numbers": (
        lambda: crystal(stiffness=np.full((6, 6), math.nan)),
        "not finite",
    ),
    "incompressible coating": (
        lambda: Inert(youngs_modulus=1e10, poisson_ratio=0.5),
        "between -1 and 0.5",
    ),
    "coating of negative modulus": (
        lambda: Inert(youngs_modulus=-1e10, poisson_ratio=0.3),
        "modulus must be positive",
    ),
    "misfit of five numbers": (
        lambda: Inert(youngs_modulus=1e10, poisson_ratio=0.3, misfit_strain=np.zeros(5)),
        "one finite number or six",
    ),
    "misfit that is no number": (
        lambda: Inert(youngs_modulus=1e10, poisson_ratio=0.3, misfit_strain=math.inf),
        "one finite number or six",
    ),
    "turned crystal in a meridian": (
        lambda: solved(
            crystal=crystal(
                stiffness=ps.stiffness.hexagonal_stiffness(2e11, 6e10, 4e10, 1.2e11, 3.5e10),
                orientations=ps.crystal.rotation(("x", 30.0)),
            )
        ),
        "not the same all around the axis",
    ),
    "boundary narrower than the mesh resolves": (
        lambda: solved(physics=[ps.physics.phase_separation]),
        "the phase boundary is .* nm wide but",
    ),
    "flux that empties before the first output": (
        lambda: solved(ps.constant_flux(1e-4, 100.0, initial_site_fraction=0.8), times=[90.0]),
        "empties the particle after about .* before the first output at 90 s",
    ),
    "unknown boundary": (lambda: solved(on=("surfacee",)), 'no boundary "surfacee".*surface'),
    "unknown inert region": (
        lambda: solved(inert={3: Inert(youngs_modulus=1e10, poisson_ratio=0.3)}),
        "Region 3 is declared inert",
    ),
    "nothing but inert": (
        lambda: solved(inert={0: Inert(youngs_modulus=1e10, poisson_ratio=0.3)}),
        "Every region of the particle is inert",
    ),
    "surface stress on a body": (
        lambda: solved(mechanics=MechanicalBoundary(surface_stress=1.0)),
        "use a radial particle",
    ),
    "filling of the wrong shape": (
        lambda: ps.solve_stress(ps.Particle(material=MATERIAL, mesh=mesh()), np.ones(3)),
        "give one finite value per dof",
    ),
    "point outside": (
        lambda: ps.solve_stress(
            ps.Particle(material=MATERIAL, mesh=mesh()), lambda x: np.full(len(x), 0.5)
        ).at(np.array([[2 * RADIUS, 0.0]])),
        "outside the particle",
    ),
    "part of a boundary": (
        lambda: mesh().with_boundary("contact", "surface", lambda x: x[:, 0] < -1),
        "would take 0 of",
    ),
}


@pytest.mark.parametrize("name", list(MISTAKES))
def test_mistake_is_told_in_one_sentence(name: str) -> None:
    make, pattern = MISTAKES[name]
    with pytest.raises(InputError, match=pattern) as caught:
        make()
    text = str(caught.value)
    assert "\n" not in text
    assert text[-1] in ".?"


def test_what_is_refused_works_once_repaired() -> None:
    """The same calls without the mistakes raise nothing: no check fires by itself."""
    assert square().cell_sizes.max() == pytest.approx(np.sqrt(2))
    run = solved(on=("surface",), times=[50.0])
    assert run.balances.sodium < 1e-12
    assert replace(run).at(np.array([[0.5 * RADIUS, 0.0]])).site_fraction.size == len(run.time)
