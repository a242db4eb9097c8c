"""Sodium around boundaries that broke, on the mesh torn along them.

A wetted plane in the middle of a slab, torn but for a narrow bridge, shares the current: mean -
surface is J L/(12 D) where the intact slab has J L/(3 D).
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray
from reference import assert_close, load

import particle_sim as ps
from particle_sim.damage.interfaces.cohesive_law import CohesiveLaw
from particle_sim.damage.interfaces.cracked_mesh import DRY, cracked_mesh
from particle_sim.damage.interfaces.grain_boundaries import open_grain_boundaries, pull_apart
from particle_sim.damage.interfaces.opening import BoundaryOpening
from particle_sim.errors import InputError
from particle_sim.fem.body_mesh import BodyMesh
from particle_sim.fem.mesh_checks import pieces

CASE = load("DM14")
HALF = CASE["inputs"]["half_width_L"]
CELLS = (16, 80)
CELL = 2 * HALF / CELLS[0]
HEIGHT = CELL * CELLS[1]


def slab() -> ps.Particle:
    """Two grains that meet in the middle; only the facets around the boundary are its mouth."""
    mesh = ps.shapes.rectangle((2 * HALF, HEIGHT), cells=CELLS)
    right = (mesh.points[mesh.vertices, 0].mean(axis=1) > HALF).astype(np.intp)
    mouth = replace(mesh, regions=right).with_boundary(
        "mouth", "bottom", lambda x: np.abs(x[:, 0] - HALF) < CELL
    )
    material = ps.material_from_values(
        maximum_concentration=40000.0,
        diffusivity=CASE["inputs"]["D"],
        youngs_modulus=1e11,
        poisson_ratio=0.25,
        partial_molar_volume=0.0,
    )
    return ps.Particle(material=material, mesh=mouth)


def broken_up_to(body: ps.Particle, height: float) -> BoundaryOpening:
    """The boundary of the two grains, broken below a height."""
    law = CohesiveLaw(strength=0.6e9, energy=5.0, stiffness=60 * 1e11 / CELL)
    whole = pull_apart(body, law, np.array([1e-12]), sides=("left", "right"), axis=0)
    below = whole.positions[..., 1].max(axis=1) < height
    return broken_at(whole, below)


def broken_at(opening: BoundaryOpening, facets: NDArray[np.bool_]) -> BoundaryOpening:
    """The same boundaries, broken at some facets (f,) and nowhere else."""
    end = opening.law.opening_at_break
    largest = np.where(facets[None, :, None], end, np.zeros_like(opening.largest))
    return replace(opening, largest=largest)


def torn(*, wetted: bool) -> BodyMesh:
    body = slab()
    return cracked_mesh(body.mesh, broken_up_to(body, HEIGHT - CELL), 0, wetted=wetted)


def check_slab(mesh: BodyMesh, on: tuple[str, ...]) -> None:
    row = CASE["rows"][1]
    body = replace(slab(), mesh=mesh)
    time = 6 * row["relaxation_time"]
    surface = ps.constant_flux(row["flux"], time, initial_site_fraction=0.5)
    run = ps.solve_particle(body, surface, on=on, times=[time], tolerance=1e-4, limits=None)
    assert run.balances.sodium <= 1e-10
    sides = (run.nodes[:, 0] < 1e-3 * HALF) | (run.nodes[:, 0] > (2 - 1e-3) * HALF)
    theta = run.site_fraction[-1]
    found = 40000.0 * (run.mean_site_fraction[-1] - theta[sides].mean())
    expected = row["mean_minus_surface"]
    assert_close("mean - surface", found, expected, scale=expected, tolerance=0.03)


def test_a_wetted_boundary() -> None:
    check_slab(torn(wetted=True), ("left", "right", "mouth"))


def test_a_wetted_boundary_notices_that_it_is_dry() -> None:
    with pytest.raises(AssertionError, match="exceeds"):
        check_slab(torn(wetted=False), ("left", "right", "mouth"))


def test_both_faces_are_named() -> None:
    intact, wetted, dry = slab().mesh, torn(wetted=True), torn(wetted=False)
    faces = 2 * (CELLS[1] - 1)
    assert len(wetted.boundaries["mouth"]) == len(intact.boundaries["mouth"]) + faces
    assert DRY not in wetted.boundaries
    assert len(dry.boundaries[DRY]) == faces
    for mesh in (wetted, dry):
        named = sum(len(vertices) for vertices in mesh.boundaries.values())
        assert named == np.count_nonzero(mesh.facets.counts == 1)
        assert len(mesh.points) == len(intact.points) + CELLS[1] - 1
        assert pieces(mesh.facets, len(mesh.cells)).max() == 0


def test_a_buried_crack_stays_dry() -> None:
    body = slab()
    opening = broken_up_to(body, HEIGHT)
    inside = opening.positions[..., 1].min(axis=1) > 2 * CELL
    inside &= opening.positions[..., 1].max(axis=1) < HEIGHT - 2 * CELL
    buried = broken_at(opening, inside)
    assert DRY in cracked_mesh(body.mesh, buried, 0, wetted=True).boundaries


def test_curved_cells_are_torn_through_their_midpoints() -> None:
    """Two thirds of a boundary of a disc, whose cells carry midpoints."""
    outline = ps.shapes.outlines.disc(0.2e-6)
    mesh = ps.shapes.polycrystal(outline, grains=2, seed=1, cell_size=0.03e-6)
    assert mesh.is_curved
    body = replace(slab(), mesh=mesh)
    size = float(mesh.cell_sizes.min())
    law = CohesiveLaw(strength=0.6e9, energy=5.0, stiffness=60 * 1e11 / size)
    run = ps.solve_stress(body, lambda x: np.full(len(x), 0.0))
    opening = open_grain_boundaries(run, law)
    along = opening.positions[:, 1] @ np.array([0.0, 1.0])
    share = along < np.quantile(along, 0.66)
    crack = cracked_mesh(mesh, broken_at(opening, share), 0, wetted=False)
    facets = len(crack.boundaries[DRY]) // 2
    assert facets == np.count_nonzero(share)
    assert len(crack.points) - len(mesh.points) >= 2 * facets - 1  # vertices and midpoints


def test_refusals() -> None:
    body = slab()
    with pytest.raises(InputError, match="cut the body into 2 pieces"):
        cracked_mesh(body.mesh, broken_up_to(body, 2 * HEIGHT), 0, wetted=True)
    with pytest.raises(InputError, match="No facet is broken"):
        cracked_mesh(body.mesh, broken_up_to(body, 0.0), 0, wetted=True)
    other = ps.shapes.rectangle((2 * HALF, HEIGHT), cells=(2, 2))
    with pytest.raises(InputError, match="give the mesh of its particle"):
        cracked_mesh(other, broken_up_to(body, HEIGHT), 0, wetted=True)
