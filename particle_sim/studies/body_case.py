"""One body under one law: from a material and a cell's flux to fields and crack risk."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from particle_sim.constants import REFERENCE_TEMPERATURE
from particle_sim.fem.body_mesh import BodyMesh
from particle_sim.fem.space import Space
from particle_sim.flux import SurfaceFlux
from particle_sim.materials.functions import LinearTable
from particle_sim.materials.material import Material
from particle_sim.metrics.crack_risk import CrackRisk, crack_risk
from particle_sim.metrics.grain_boundary_traction import (
    GrainBoundaryTraction,
    grain_boundary_traction,
)
from particle_sim.particle.crystal import Crystal, lattice_strain, random_orientations
from particle_sim.particle.interface import RESOLVED_NODES, interface_width, node_distance
from particle_sim.particle.particle import Particle
from particle_sim.particle.run import ParticleRun
from particle_sim.particle.solve import solve_particle
from particle_sim.particle.stiffness import hexagonal_stiffness
from particle_sim.studies.body_shapes import body_mesh
from particle_sim.studies.choices import ShapeChoice
from particle_sim.studies.particle_case import times_of_fillings
from particle_sim.transport.laws import Law

STIFFNESS = ("stiffness_c11", "stiffness_c12", "stiffness_c13", "stiffness_c33", "stiffness_c44")


@dataclass(frozen=True, kw_only=True)
class BodyCase:
    """A body, the flux of the sphere that the cell run assumes, and wanted fillings."""

    material: Material
    law: Law
    flux: SurfaceFlux
    fillings: tuple[float, ...]
    shape: ShapeChoice
    grains: int
    seed: int
    cells_per_radius: float


@dataclass(frozen=True, kw_only=True)
class BodyResult:
    """Fields and crack risk of one body; ``notes`` say what was changed to make it solvable."""

    material: Material
    """As the file has it; the run's may have a wider phase boundary"""
    separates: bool
    run: ParticleRun
    crack: CrackRisk | None
    traction: GrainBoundaryTraction | None
    notes: tuple[str, ...]


def run_body_case(case: BodyCase) -> BodyResult:
    """Solve a body at the same current per volume as the cell's spheres."""
    material, radius = case.material, case.material.value("particle_radius")
    mesh = body_mesh(
        case.shape,
        radius,
        grains=case.grains,
        seed=case.seed,
        cells_per_radius=case.cells_per_radius,
    )
    material, notes = _with_resolved_boundary(material, case.law, mesh)
    flux = case.flux.scaled(3 / radius / surface_per_volume(mesh))
    times = times_of_fillings(case.flux, case.material, case.fillings)
    separates = case.law.separates
    run = solve_particle(
        Particle(
            material=material,
            mesh=mesh,
            physics=case.law.terms,
            crystal=crystal_of(material, mesh, case.seed),
        ),
        flux,
        times=times[np.isfinite(times)],
        tolerance=2e-3 if separates else 1e-3,
    )
    has_flaws = {"fracture_toughness", "flaw_size"} <= set(material.properties)
    crack = crack_risk(run) if has_flaws else None
    worst = int(np.argmax(run.first_principal_stress.max(axis=1)))
    polycrystal = case.shape is ShapeChoice.POLYCRYSTAL and case.grains > 1
    return BodyResult(
        material=case.material,
        separates=separates,
        run=run,
        crack=crack,
        traction=grain_boundary_traction(run, worst) if polycrystal else None,
        notes=notes,
    )


def crystal_of(material: Material, mesh: BodyMesh, seed: int) -> Crystal | None:
    """The material's crystal in random orientations, one per grain; sections have c along z.

    Chemical strain along a and c from the lattice parameters, else from the volume change and
    ``axial_strain_ratio`` r: beta_a = 3 beta/(2 + r), beta_c = r beta_a. ``None`` where the file
    gives neither a lattice nor elastic constants.
    """
    elastic = set(STIFFNESS) <= set(material.properties)
    lattice = lattice_strain(material)
    if not elastic and lattice is None:
        return None
    grains = int(mesh.regions.max()) + 1
    in_space = mesh.dimension == 3
    constants = [material.value(name) for name in STIFFNESS] if elastic else []
    return Crystal(
        stiffness=hexagonal_stiffness(*constants) if elastic else None,
        strain=lattice or _strain_of_ratio(material),
        orientations=random_orientations(grains, seed) if in_space else None,
    )


def _strain_of_ratio(material: Material) -> tuple[LinearTable, LinearTable, LinearTable] | None:
    strain, ratio = (
        material["chemical_strain"].function,
        material.properties.get("axial_strain_ratio"),
    )
    if ratio is None or not isinstance(strain, LinearTable):
        return None
    linear = LinearTable(strain.points, strain.values, strain.rounding)
    along_a = linear.scaled(3 / (2 + ratio.magnitude))
    return along_a, along_a, along_a.scaled(ratio.magnitude)


def surface_per_volume(mesh: BodyMesh) -> float:
    """Area of the open surface over the volume [1/m]."""
    space = Space(mesh=mesh.scaled(1 / mesh.extent), order=1, degree=4)
    return space.boundary("surface").area / float(space.weights.sum()) / mesh.extent


def _with_resolved_boundary(
    material: Material, law: Law, mesh: BodyMesh
) -> tuple[Material, tuple[str, ...]]:
    """A larger gradient coefficient where the mesh cannot hold the phase boundary, and a note."""
    width = interface_width(material, law.terms, REFERENCE_TEMPERATURE)
    if width is None:
        return material, ()
    least = RESOLVED_NODES * node_distance(mesh, order=2)
    if width >= least:
        return material, ()
    factor = (least / width) ** 2
    gradient = material["gradient_coefficient"]
    wider = material.replaced(
        gradient_coefficient=gradient.with_magnitude(factor * gradient.magnitude)
    )
    note = (
        f"{material.title}: the phase boundary is drawn {least * 1e9:.0f} nm wide instead of "
        f"{width * 1e9:.1f} nm (gradient coefficient times {math.ceil(factor)}), as wide as this "
        "mesh needs; misfit stress away from it does not depend on its width, the stress inside it "
        "and the smallest size that separates do. Use --cells-per-radius or a smaller --radius."
    )
    return wider, (note,)
