"""Short deterministic runs of the radial particle: every law, shape and surface there is.

One material serves all: a diffusivity that falls with filling, coherency k c_max = 1.2, chi = 3.2,
and one plateau or, under the laws of phases, two (0.4 and 0.6 of the window), on 8 cells over 1 um.
A run ends after 0.1 R^2/D at a tolerance of 1e-6. What none of them varies (order, mechanics,
jumps, temperature, an inner surface, a start, a mesh that the solver chooses, the reasons to end)
varies alone in :func:`special`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache, partial
from typing import Any

import numpy as np

import particle_sim as ps
from particle_sim.constants import FARADAY, GAS_CONSTANT, REFERENCE_TEMPERATURE
from particle_sim.fem.mesh import Mesh
from particle_sim.materials.functions import Polynomial
from particle_sim.materials.material import Material
from particle_sim.materials.potential import Plateau, PlateauPotential
from particle_sim.metrics.particle_voltage import particle_voltage_history
from particle_sim.particle.mechanics import (
    Axial,
    Lateral,
    Matrix,
    MechanicalBoundary,
    Shell,
    free_surface,
)
from particle_sim.particle.run import ParticleRun
from particle_sim.particle.surface.condition import SurfaceCondition
from particle_sim.transport.term import PhysicsTerm
from particle_sim.units import Array

RADIUS, FULL, DIFFUSIVITY, MODULUS, RATIO = 1e-6, 2e4, 1e-14, 5e10, 0.25
UNIT = RADIUS**2 / DIFFUSIVITY
FLUX = 0.4 * DIFFUSIVITY * FULL / RADIUS
RT = GAS_CONSTANT * REFERENCE_TEMPERATURE
COUPLING, CHI, WIDTH = 1.2, 3.2, 0.12 * RADIUS
TOLERANCE = 1e-6

Numbers = dict[str, float | str]

LAWS: Mapping[str, tuple[PhysicsTerm, ...]] = {
    "fickian": (ps.physics.fickian_diffusion,),
    "darken": (ps.physics.darken_diffusion,),
    "stress drift": (ps.physics.fickian_diffusion, ps.physics.stress_drift),
    "dilute stress drift": (ps.physics.fickian_diffusion, ps.physics.dilute_stress_drift),
    "darken and stress drift": (ps.physics.darken_diffusion, ps.physics.stress_drift),
    "phase separation": (ps.physics.phase_separation,),
    "coherent phase separation": (ps.physics.coherent_phase_separation,),
}
SHAPES: Mapping[str, Callable[..., Mesh]] = {
    "sphere": partial(ps.shapes.sphere, RADIUS),
    "hollow sphere": partial(ps.shapes.sphere, RADIUS, inner_radius=0.4 * RADIUS),
    "cylinder": partial(ps.shapes.cylinder, RADIUS),
    "hollow cylinder": partial(ps.shapes.cylinder, RADIUS, inner_radius=0.4 * RADIUS),
    "slab": partial(ps.shapes.slab, RADIUS),
}
SURFACES = ("flux", "held", "Butler-Volmer", "linear exchange", "galvanostatic")


@cache
def material(plateaus: int = 1) -> Material:
    """The material of all runs, with one plateau or two."""
    volume = np.sqrt(COUPLING * 9 * RT * (1 - RATIO) / (2 * MODULUS * FULL))
    steps = ((3.5, 1.0, 0.8),) if plateaus == 1 else ((3.6, 0.4, 0.9), (3.4, 0.6, 0.7))
    curve = PlateauPotential(tuple(Plateau(voltage=u, share=s, width=w) for u, s, w in steps))
    return ps.material_from_values(
        maximum_concentration=FULL,
        diffusivity=Polynomial((1.3 * DIFFUSIVITY, -0.6 * DIFFUSIVITY)),
        youngs_modulus=MODULUS,
        poisson_ratio=RATIO,
        partial_molar_volume=float(volume),
        stress_free_concentration=0.5 * FULL,
        open_circuit_potential=curve,
        exchange_current_density=2 * FLUX * FARADAY,
        regular_solution_parameter=CHI,
        gradient_coefficient=WIDTH**2 * RT * FULL,
    )


def made_of(law: str) -> Material:
    """Phases meet at a plateau's edge."""
    return material(2 if "phase" in law else 1)


def surface(
    name: str, of: Material, *, duration: float = 0.1 * UNIT, start: float = 0.75
) -> SurfaceCondition:
    """Sodium leaves a particle that is ``start`` full."""
    hold: dict[str, float] = {"duration": duration, "initial_site_fraction": start}
    if name == "held":
        return ps.surface.FixedConcentration(site_fraction=0.3, **hold)
    if name == "Butler-Volmer":
        return ps.surface.ButlerVolmer(material=of, voltage=3.55, **hold)
    if name == "linear exchange":
        return ps.surface.LinearExchange(
            coefficient=2 * DIFFUSIVITY / RADIUS,
            reservoir_site_fraction=0.2,
            maximum_concentration=FULL,
            **hold,
        )
    flux = ps.constant_flux(FLUX, duration, initial_site_fraction=start)
    return flux if name == "flux" else ps.surface.Galvanostatic(material=of, total=flux)


def solve(
    law: str = "fickian",
    shape: str = "sphere",
    at: SurfaceCondition | str = "flux",
    *,
    cells: int | None = 8,
    order: int = 2,
    boundary: MechanicalBoundary = free_surface,
    of: Material | None = None,
    **how: Any,
) -> ParticleRun:
    """A run, by default of a sphere under Fick's law and constant flux."""
    made = of or made_of(law)
    particle = ps.Particle(
        material=made,
        mesh=SHAPES[shape](**({} if cells is None else {"cells": cells, "grading": 4.0})),
        physics=LAWS[law],
        order=order,
        mechanics=boundary,
    )
    condition = surface(at, made) if isinstance(at, str) else at
    return ps.solve_particle(particle, condition, **{"tolerance": TOLERANCE, **how})


def jumps() -> SurfaceCondition:
    """Out, a rest, a ramp back in."""
    time, flux = np.array([0, 0.1, 0.1, 0.15, 0.15, 0.3]), np.array([1, 1, 0, 0, 0, -2])
    return ps.SurfaceFlux(time=time * UNIT, flux=flux * FLUX, initial_site_fraction=0.6)


def to_a_voltage() -> SurfaceCondition:
    """A current that the lower of two potentials ends."""
    flux = ps.constant_flux(-FLUX, UNIT, initial_site_fraction=0.3)
    return ps.surface.Galvanostatic(material=material(), total=flux, voltage_limits=(3.46, 4.0))


def warm(of: Material) -> SurfaceCondition:
    """A hold at another temperature, whose kinetics feel no stress."""
    return ps.surface.ButlerVolmer(
        material=of,
        voltage=3.55,
        duration=0.1 * UNIT,
        initial_site_fraction=0.75,
        stress_in_kinetics=False,
        temperature=330.0,
    )


def between_two(shape: str, law: str) -> ParticleRun:
    """Inside and outside held."""
    inner = ps.surface.FixedConcentration(
        site_fraction=0.6, duration=0.1 * UNIT, initial_site_fraction=0.75
    )
    return solve(law, shape, "held", inner_surface=inner)


def from_a_bump(law: str) -> ParticleRun:
    """A closed particle that is not uniform at the start."""
    closed = ps.constant_flux(0.0, 0.1 * UNIT, initial_site_fraction=0.5)
    return solve(law, at=closed, initial_site_fraction=_bump)


def _bump(radius: Array) -> Array:
    return np.asarray(0.5 + 0.2 * np.cos(np.pi * radius / RADIUS))


BOUNDARIES: Mapping[str, tuple[str, MechanicalBoundary]] = {
    "pressure": ("sphere", MechanicalBoundary(pressure=5e7)),
    "inner pressure": ("hollow sphere", MechanicalBoundary(pressure=5e7, inner_pressure=2e7)),
    "surface stress": ("sphere", MechanicalBoundary(surface_stress=1.0, surface_modulus=20.0)),
    "surface stress of a cylinder": ("cylinder", MechanicalBoundary(surface_stress=1.0)),
    "matrix": ("sphere", MechanicalBoundary(matrix=Matrix(youngs_modulus=2e9, poisson_ratio=0.3))),
    "fixed ends": ("cylinder", MechanicalBoundary(axial=Axial.FIXED)),
    "fixed ends of a tube": ("hollow cylinder", MechanicalBoundary(axial=Axial.FIXED)),
    "bending": ("slab", MechanicalBoundary(lateral=Lateral.BENDING)),
    "bonded": ("slab", MechanicalBoundary(lateral=Lateral.BONDED)),
}
SHELL = MechanicalBoundary(
    shell=Shell(thickness=3e-8, youngs_modulus=1e11, poisson_ratio=0.2, misfit_strain=1e-3)
)


def special() -> dict[str, Callable[[], ParticleRun]]:
    """What the matrix of laws, shapes and surfaces leaves out."""
    found: dict[str, Callable[[], ParticleRun]] = {
        f"{law}, {name}": partial(solve, law, shape, boundary=boundary)
        for name, (shape, boundary) in BOUNDARIES.items()
        for law in ("fickian", "stress drift")
    }
    for order in (1, 3, 4):
        for law in ("fickian", "coherent phase separation"):
            found[f"{law}, order {order}"] = partial(solve, law, order=order)
    for shape in SHAPES:
        found[f"fickian, {shape}, mesh of the solver"] = partial(
            solve, shape=shape, cells=None, tolerance=1e-4
        )
        if shape != "slab":
            found[f"fickian, shell on a {shape}"] = partial(solve, shape=shape, boundary=SHELL)
    for shape in ("hollow sphere", "hollow cylinder", "slab"):
        for law in ("fickian", "stress drift"):
            found[f"{law}, {shape}, two held surfaces"] = partial(between_two, shape, law)
    for law in LAWS:
        found[f"{law}, out, rest and in"] = partial(solve, law, at=jumps())
        found[f"{law}, warm hold"] = partial(solve, law, at=warm(made_of(law)))
    few, to_empty = surface("flux", material(), duration=UNIT, start=0.3), {"limits": None}
    return found | {
        "fickian, requested times": partial(solve, times=np.linspace(0.02, 0.08, 4) * UNIT),
        "fickian, from a bump": partial(from_a_bump, "fickian"),
        "phase separation, from a bump": partial(from_a_bump, "phase separation"),
        "fickian, to empty": partial(solve, at=few),
        "fickian, emptied beyond its sites": partial(solve, at=few, **to_empty),
        "stress drift, to a voltage": partial(solve, "stress drift", at=to_a_voltage()),
        "darken, two plateaus": partial(solve, "darken", of=material(2)),
        "stress drift, two plateaus, held at a potential": partial(
            solve, "stress drift", at="Butler-Volmer", of=material(2)
        ),
    }


@cache
def cases() -> Mapping[str, Callable[[], ParticleRun]]:
    """All runs by name."""
    matrix = {
        f"{law}, {shape}, {name}": partial(solve, law, shape, name)
        for law in LAWS
        for shape in SHAPES
        for name in SURFACES
    }
    return matrix | special()


def numbers(run: ParticleRun) -> Numbers:
    """What is told of a run, SI units; peaks are over all places and times."""
    stress, theta = run.in_material(run.stress), run.site_fraction
    return {
        "end": run.end.name,
        "end time": float(run.time[-1]),
        "mean site fraction": float(run.mean_site_fraction[-1]),
        "surface site fraction": float(theta[-1, -1]),
        "centre site fraction": float(theta[-1, 0]),
        "surface flux": float(run.outflow[-1]),
        "voltage": float(particle_voltage_history(run)[-1]),
        "highest hoop stress": float(stress[..., 1].max()),
        "lowest hoop stress": float(stress[..., 1].min()),
        "highest hydrostatic stress": float(run.in_material(run.hydrostatic_stress).max()),
        "lowest hydrostatic stress": float(run.in_material(run.hydrostatic_stress).min()),
        "highest von Mises stress": float(run.in_material(run.von_mises_stress).max()),
        "last surface hoop stress": float(stress[-1, -1, 1]),
        "last centre radial stress": float(stress[-1, 0, 0]),
        "last strain energy": float(run.strain_energy_history()[-1]),
        "sodium balance": run.balances.sodium,
        "steps": run.cost.steps,
    }
