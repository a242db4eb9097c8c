"""Cracks in a particle or its section, driven by the misfit of the sodium of a solved run."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from particle_sim.checks import arguments_checked
from particle_sim.damage.field.body import CrackBody
from particle_sim.damage.field.crack import crack, notch
from particle_sim.damage.field.load import CrackLoad, FieldOfTime
from particle_sim.damage.field.resolution import LengthScale
from particle_sim.damage.field.result import CrackRun
from particle_sim.damage.field.solid import BrittleSolid
from particle_sim.errors import InputError
from particle_sim.fem.body_mesh import BodyMesh, Symmetry
from particle_sim.particle.run import ParticleRun
from particle_sim.progress import shows_progress
from particle_sim.units import Array

REACH = 1e-6
"""Relative difference of the two outer radii that is rounding."""

MOST_BRITTLE = 0.5
"""Share of the toughness that an empty particle may have lost."""

RINGS = 400
"""Rings of one area, over whose middles a section's mean is taken."""


@arguments_checked
@shows_progress
def crack_particle(
    run: ParticleRun,
    solid: BrittleSolid,
    mesh: BodyMesh,
    times: Sequence[float] | Array,
    *,
    meaning: LengthScale,
    flaw: tuple[tuple[float, float], tuple[float, float]] | Array | None = None,
    embrittlement: float = 0.0,
    until: float = np.inf,
    order: int = 2,
    checkpoint: str | Path | None = None,
    progress: Callable[[str], None] | None = None,
) -> CrackRun:
    """Cracks of ``solid`` at ``times`` [s] of a radial ``run``, on ``mesh``: a meridian or plane
    section of its body, or a ball or an octant of it.

    The load is :func:`particle_load`, which ``embrittlement`` belongs to. Cracks do not act back on
    the sodium. On a meridian all cracks go around the axis. ``flaw``: start and end of a cut [m] in
    a section, or a damage (n,) as :func:`~particle_sim.damage.field.penny.penny` gives it.
    ``order`` of the displacement, best 1 in a solid; ``meaning``, ``until``, ``checkpoint`` and
    ``progress`` as in :func:`~particle_sim.damage.field.crack.crack`.

    >>> import particle_sim as ps
    >>> from particle_sim.damage.example import example_cracks
    >>> from particle_sim.particle.example import example_run
    >>> quarter = ps.shapes.ball_section(2.5e-7, cell_size=1e-8, half=True, curved=False)
    >>> solid = example_cracks().body.solid
    >>> found = crack_particle(
    ...     example_run(), solid, quarter, [60.0], meaning=LengthScale.MATERIAL
    ... )
    >>> float(found.damage.max())  # a minute of that flux breaks nothing
    0.0

    Raises :class:`InputError` for slabs, a mesh of another radius, a solid that is not of a sphere,
    times outside the run, and as ``crack`` does; :class:`ConvergenceError` as that.
    """
    load = particle_load(run, solid, mesh, times, embrittlement=embrittlement)
    body = CrackBody(mesh=mesh, solid=solid, order=order)
    found = crack(
        body,
        load,
        times,
        meaning=meaning,
        flaw=notch(body, *flaw) if isinstance(flaw, tuple) else flaw,
        until=until,
        checkpoint=checkpoint,
        progress=progress,
    )
    return replace(found, warnings=found.warnings + brittle_warnings(embrittlement))


@arguments_checked
def particle_load(
    run: ParticleRun,
    solid: BrittleSolid,
    mesh: BodyMesh,
    times: Sequence[float] | Array,
    *,
    embrittlement: float = 0.0,
) -> CrackLoad:
    """What the sodium of a radial ``run`` does to ``mesh``, a section of it, at ``times`` [s].

        eps*(r, t) = eps_ch(theta(r, t)) - eps_ch(theta_0)
        E = E(theta) of the run's material,   G_c = G_c0 (1 - q (1 - theta))

    theta straight between the stored times, q the ``embrittlement``, 0 to 0.5: no cathode's has
    been measured, so that a result belongs beside that of q = 0. Poisson's ratio is that of
    ``solid``; E is too where the material's does not depend on theta. A plane section is that of a
    long wire with the run's filling along r, whose ends are free: it is as long as the uncracked
    wire, int E eps* / int E over the section, which the displacement leaves out in the plane too.

    >>> import particle_sim as ps
    >>> from particle_sim.damage.example import example_cracks
    >>> from particle_sim.particle.example import example_run
    >>> ball = ps.shapes.ball_section(2.5e-7, cell_size=1e-7, half=True, curved=False)
    >>> load = particle_load(example_run(), example_cracks().body.solid, ball, [30.0, 60.0])
    >>> print(load.strain(np.array([[0.0, 0.0], [2.5e-7, 0.0]]), 60.0).round(5))
    [-0.01086 -0.01137]

    Raises :class:`InputError` as :func:`crack_particle` does of the run, the mesh and the times,
    and for q outside 0 to 0.5.
    """
    filling = _filling_of(run)
    _check_brittle(embrittlement)
    _check_run(run, mesh, times)
    law = run.particle.material["youngs_modulus"]
    is_constant = not np.any(law.slope(np.linspace(0, 1, 11)))
    strain = chemical_strain_of(run)

    def modulus(points: Array, time: float) -> Array:
        return np.asarray(law(filling(points, time)) / solid.youngs_modulus)

    def toughness(points: Array, time: float) -> Array:
        return np.asarray(1 - embrittlement * (1 - filling(points, time)))

    stiffness = None if is_constant else modulus
    return CrackLoad(
        strain=_without_mean(run, strain, stiffness) if mesh.symmetry.power == 2 else strain,
        modulus=stiffness,
        toughness=toughness if embrittlement else None,
    )


def _check_run(run: ParticleRun, mesh: BodyMesh, times: Sequence[float] | Array) -> None:
    if abs(mesh.extent / run.length - 1) > REACH:
        raise InputError(
            f"The mesh reaches {mesh.extent:.6g} m and the run's particle {run.length:.6g} m; give "
            "a section of the same radius with its middle at the origin."
        )
    low, high = float(np.min(times)), float(np.max(times))
    if low < run.time[0] or high > run.time[-1]:
        raise InputError(
            f"The times of the cracks are {low:g} to {high:g} s; the run has {run.time[0]:g} to "
            f"{run.time[-1]:g} s."
        )
    if mesh.dimension == 3 and run.mesh.symmetry is not Symmetry.SPHERICAL:
        raise InputError(
            f"The run's particle is {run.mesh.symmetry.value} and the mesh a solid; give a section "
            "of a wire, or a ball for the run of a sphere."
        )


def _check_brittle(embrittlement: float) -> None:
    if not 0 <= embrittlement <= MOST_BRITTLE:
        raise InputError(
            f"The embrittlement is {embrittlement:g}; give the share of the toughness that an "
            f"empty particle has lost, 0 to {MOST_BRITTLE:g}."
        )


def brittle_warnings(embrittlement: float) -> tuple[str, ...]:
    """A result with an assumed loss of toughness belongs beside one without."""
    if not embrittlement:
        return ()
    return (
        f"An empty particle is taken to have lost {embrittlement:.0%} of its toughness, which is "
        "assumed; show the same with embrittlement 0 beside it.",
    )


def chemical_strain_of(run: ParticleRun) -> FieldOfTime:
    """eps* at positions [m] and times [s] of a run of a sphere or cylinder."""
    law, filling = run.particle.material["chemical_strain"], _filling_of(run)
    rest = float(law(np.array(run.particle.material.stress_free_site_fraction)))
    return lambda points, time: np.asarray(law(filling(points, time)) - rest)


def _filling_of(run: ParticleRun) -> FieldOfTime:
    if run.mesh.symmetry not in (Symmetry.SPHERICAL, Symmetry.CYLINDRICAL):
        raise InputError(
            f"The run's particle is {run.mesh.symmetry.value}; cracks are driven by the run of a "
            "sphere or cylinder."
        )

    def filling(points: Array, time: float) -> Array:
        later = int(np.clip(np.searchsorted(run.time, time), 1, len(run.time) - 1))
        share = (time - run.time[later - 1]) / (run.time[later] - run.time[later - 1])
        profile = (1 - share) * run.site_fraction[later - 1] + share * run.site_fraction[later]
        radius = np.linalg.norm(points, axis=1)
        return np.asarray(np.interp(radius, run.radius, profile))

    return filling


def _without_mean(
    run: ParticleRun, strain: FieldOfTime, modulus: FieldOfTime | None
) -> FieldOfTime:
    """eps* less its mean over the section, each part as heavy as it is stiff.

    Plane strain then has a free wire's axial strain: int sigma_z dA = 0, where the in-plane
    stresses, times one Poisson's ratio, have no resultant either.
    """
    ends = run.radius[[0, -1]] ** 2
    radii = np.sqrt(ends[0] + (ends[1] - ends[0]) * (np.arange(RINGS) + 0.5) / RINGS)
    rings = np.stack([radii, 0 * radii], axis=1)

    def kept(points: Array, time: float) -> Array:
        weights = None if modulus is None else modulus(rings, time)
        return np.asarray(strain(points, time) - np.average(strain(rings, time), weights=weights))

    return kept
