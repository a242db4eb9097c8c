"""From a particle and its surfaces to the discrete problem."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import lru_cache

import numpy as np

from particle_sim.errors import InputError, closest
from particle_sim.fem.body_mesh import BodyMesh, Integers, is_symmetry
from particle_sim.fem.mesh import Coordinates, Mesh, line_mesh
from particle_sim.fem.space import Space
from particle_sim.particle.cracked import check_cracks
from particle_sim.particle.crystal import Inert
from particle_sim.particle.elasticity import Elasticity
from particle_sim.particle.filling import check_temperatures
from particle_sim.particle.interface import check_interface
from particle_sim.particle.kinematics import motions_of
from particle_sim.particle.particle import Particle
from particle_sim.particle.regions import Regions
from particle_sim.particle.surface.condition import SurfaceCondition
from particle_sim.particle.surroundings import surroundings_of
from particle_sim.particle.system import ParticleSystem
from particle_sim.transport.coefficients import potentials_of
from particle_sim.transport.scales import Scales
from particle_sim.transport.term import Potential

SIZES = (1e-12, 100.0)
"""Reach of a body [m] from its middle; outside, its mesh is in another unit."""

SHELL = 1
"""Region of a meshed shell on a radial particle."""


def discretised(
    particle: Particle,
    surfaces: Mapping[str, SurfaceCondition],
    *,
    resolve_interface: bool = True,
) -> ParticleSystem:
    """The discrete problem; raises :class:`InputError` for what it cannot hold."""
    if particle.cracks is not None:
        check_cracks(particle, particle.cracks, surfaces)
    scaled, inert, length = _scaled_mesh(particle)
    regions = Regions(particle=particle, mesh=scaled, inert=inert)
    active = np.flatnonzero(regions.active[scaled.regions])
    _check_surfaces(surfaces, scaled, inert=len(active) < len(scaled.cells))
    temperature = next(iter(surfaces.values())).temperature
    if resolve_interface and isinstance(particle.mesh, BodyMesh):
        check_interface(particle, particle.mesh, temperature)
    elasticity = _elasticity(particle, scaled, regions, length)
    if Potential.STRESS in potentials_of(particle.physics) and not regions.has_constant_stiffness:
        raise InputError(
            f"{particle.material.title}: stress acts back on the sodium, so youngs_modulus and "
            "poisson_ratio must be constants; give one value or use fickian_diffusion alone."
        )
    return ParticleSystem(
        particle=particle,
        elasticity=elasticity,
        surfaces=surfaces,
        scales=Scales(
            length=length,
            diffusivity=float(particle.material["diffusivity"](np.array(0.5), temperature)),
            concentration=particle.material.maximum_concentration,
            temperature=temperature,
        ),
    )


def on_mesh(system: ParticleSystem, mesh: BodyMesh) -> ParticleSystem:
    """The same problem on another scaled mesh of the same body."""
    regions = replace(system.elasticity.regions, mesh=mesh)
    elasticity = _elasticity(system.particle, mesh, regions, system.scales.length)
    return replace(system, elasticity=elasticity)


def open_boundary(particle: Particle) -> str:
    """The boundary that sodium passes unless others are named."""
    if isinstance(particle.mesh, BodyMesh):
        return "interface" if particle.inert else "surface"
    return "surface" if particle.mechanics.shell is None else "interface"


def _scaled_mesh(particle: Particle) -> tuple[BodyMesh, Mapping[int, Inert], float]:
    """The mesh that is solved, what is inert in it, and the length [m] that scales it."""
    mesh, shell = particle.mesh, particle.mechanics.shell
    if isinstance(mesh, BodyMesh):
        if not SIZES[0] <= mesh.extent <= SIZES[1]:
            raise InputError(
                f"The body reaches {mesh.extent:.3g} m from its middle; {SIZES[0]:g} to "
                f"{SIZES[1]:g} m is allowed: give lengths in metres, with unit=1e-6 for a file in "
                "micrometres."
            )
        return mesh.scaled(1 / mesh.extent), particle.inert, mesh.extent
    if particle.crystal is not None or particle.inert:
        raise InputError(
            "A radial particle has no crystal axes and no inert regions but its shell; use a "
            "section or a body for them."
        )
    scaled = replace(mesh, vertices=mesh.vertices / mesh.outer)
    if shell is None:
        return line_mesh(scaled), {}, mesh.outer
    if mesh.coordinates is Coordinates.SLAB:
        raise InputError("A shell on a slab is not supported; use a sphere or a cylinder.")
    layer = Inert(
        youngs_modulus=shell.youngs_modulus,
        poisson_ratio=shell.poisson_ratio,
        misfit_strain=shell.misfit_strain,
    )
    line = line_mesh(scaled, (shell.thickness / mesh.outer, shell.cells))
    return line, {SHELL: layer}, mesh.outer


def _elasticity(
    particle: Particle, scaled: BodyMesh, regions: Regions, length: float
) -> Elasticity:
    active = np.flatnonzero(regions.active[scaled.regions])
    space, sodium = _spaces(particle, scaled, active)
    hollow = "inner" in scaled.boundaries
    motions = motions_of(scaled.symmetry, particle.mechanics, hollow=hollow)
    return Elasticity(
        regions=regions,
        space=space,
        sodium=sodium,
        active=active,
        motions=motions,
        surroundings=surroundings_of(
            space, motions, particle.mechanics, regions.reference_modulus, length
        ),
    )


def _spaces(particle: Particle, scaled: BodyMesh, active: Integers) -> tuple[Space, Space]:
    """Of displacement and sodium; those of a bare line serve every run of its mesh."""
    if isinstance(particle.mesh, Mesh) and len(active) == len(scaled.cells):
        vertices = scaled.points[:, 0].tolist()
        return _line_spaces(tuple(vertices), particle.mesh.coordinates, particle.order)
    sodium_mesh = scaled if len(active) == len(scaled.cells) else scaled.part(active)
    return _spaces_on(scaled, sodium_mesh, particle.order)


@lru_cache(maxsize=8)
def _line_spaces(
    vertices: tuple[float, ...], coordinates: Coordinates, order: int
) -> tuple[Space, Space]:
    mesh = line_mesh(Mesh(vertices=np.array(vertices), coordinates=coordinates))
    return _spaces_on(mesh, mesh, order)


def _spaces_on(mesh: BodyMesh, sodium_mesh: BodyMesh, order: int) -> tuple[Space, Space]:
    degree, moved = quadrature_degree(order, mesh), displacement_order(order, mesh)
    return (
        Space(mesh=mesh, order=moved, degree=degree),
        Space(mesh=sodium_mesh, order=order, degree=degree),
    )


def displacement_order(order: int, mesh: BodyMesh) -> int:
    """One above the concentration on lines and in sections; the same, at least 2, in 3-D."""
    return order + 1 if mesh.dimension < 3 else max(2, order)


def quadrature_degree(order: int, mesh: BodyMesh) -> int:
    """Exact for the products of a nonlinear flux on lines and in sections; in 3-D for mass and
    stiffness. Curved cells need more for a pressure to balance a uniform stress exactly.
    """
    extra = (4, 2, 0)[mesh.dimension - 1]
    moved = displacement_order(order, mesh)
    return max(2 * order + extra, moved + 2 if mesh.is_curved else 2 * moved - 2)


def _check_surfaces(
    surfaces: Mapping[str, SurfaceCondition], mesh: BodyMesh, *, inert: bool
) -> None:
    known = [name for name in mesh.boundaries if not is_symmetry(name)]
    known += ["interface"] if inert else []
    for name in surfaces:
        if name not in known:
            raise InputError(f'The mesh has no boundary "{name}"; {closest(name, known)}')
    check_temperatures(surfaces.values())
