"""The radial mesh of a particle that came without cells of its own."""

from __future__ import annotations

import dataclasses
import math

from particle_sim.errors import InputError
from particle_sim.fem.mesh import Layers, Mesh, layered_vertices
from particle_sim.particle.interface import interface_width
from particle_sim.particle.particle import Particle
from particle_sim.particle.surface.condition import SurfaceCondition

MOST_CELLS = 4000
"""Radial meshes of more cells are refused."""

_LARGEST, _GROWTH = 0.47, 3.0
"""Largest cell over the one whose own interpolation error is half the tolerance, and growth of the
cells per distance over that cell: what holds the error of Crank's series below the tolerance."""
_INSIDE = 0.2
"""Growth at the inside of a hollow particle over that at the outside; its 1/r^3 is steeper."""
_OUTERMOST = 10.0
"""Cell at an open surface over the tolerance: a flux unresolved in it errs by about 0.04 of it."""


def chosen_mesh(
    particle: Particle,
    surface: SurfaceCondition,
    inner: SurfaceCondition | None,
    tolerance: float,
) -> Mesh:
    """Cells for ``tolerance`` in place of those of an automatic mesh.

    An element of order p and size h errs by theta^(p+1) h^(p+1)/(2^(2p+1) (p+1)!). Cells grow with
    the distance from open surfaces, where layers sqrt(D t) begin, and from the inside of a hollow
    particle, where stress falls as 1/r^3; a phase boundary gets the cells it needs throughout.
    """
    mesh, order = particle.radial_mesh, particle.order
    if not mesh.automatic:
        return mesh
    power = order + 1
    missed = 2 ** (2 * order + 1) * math.factorial(power)
    usual = _LARGEST * (missed * tolerance / 2) ** (1 / power)
    growth = min(_GROWTH * usual, 1.0)
    outermost = min(_OUTERMOST * tolerance, 0.02)
    layers = Layers(
        growth=growth,
        inner_growth=_INSIDE * growth,
        outermost=outermost * (1 - mesh.inner / mesh.outer),
        innermost=_innermost(mesh, inner, _INSIDE * growth, outermost),
        largest=min(
            usual * (1 - mesh.inner / mesh.outer), _boundary_cell(particle, surface, usual)
        ),
    )
    vertices = layered_vertices(mesh.inner, mesh.outer, layers)
    if len(vertices) - 1 > MOST_CELLS:
        raise InputError(
            f"{particle.material.title}: a tolerance of {tolerance:g} needs {len(vertices) - 1} "
            f"radial cells; at most {MOST_CELLS} are allowed: use a larger tolerance, a smaller "
            "particle, a larger gradient_coefficient, or cells of your own."
        )
    return dataclasses.replace(mesh, vertices=vertices, automatic=False)


def _innermost(
    mesh: Mesh, inner: SurfaceCondition | None, inside: float, outermost: float
) -> float:
    """Cell at the inner boundary: free where there is no surface."""
    if inner is not None:
        return outermost * (1 - mesh.inner / mesh.outer)
    return inside * mesh.inner / mesh.outer if mesh.is_hollow else math.inf


def _boundary_cell(particle: Particle, surface: SurfaceCondition, usual: float) -> float:
    """Largest cell where phases part; four node distances cross their boundary at least."""
    width = interface_width(particle.material, particle.physics, surface.temperature)
    if width is None:
        return math.inf
    return min(usual, particle.order / 4) * width / particle.radial_mesh.outer
