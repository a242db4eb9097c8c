"""Cracks in a particle or its section, driven by the misfit of the sodium of a solved run."""

from __future__ import annotations

from collections.abc import Callable, Sequence
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
from particle_sim.units import Array

REACH = 1e-6
"""Relative difference of the two outer radii that is rounding."""

RINGS = 400
"""Rings of one area, over whose middles a section's mean is taken."""


@arguments_checked
def crack_particle(
    run: ParticleRun,
    solid: BrittleSolid,
    mesh: BodyMesh,
    times: Sequence[float] | Array,
    *,
    meaning: LengthScale,
    flaw: tuple[tuple[float, float], tuple[float, float]] | Array | None = None,
    until: float = np.inf,
    order: int = 2,
    checkpoint: str | Path | None = None,
    progress: Callable[[str], None] | None = None,
) -> CrackRun:
    """Cracks at ``times`` [s] of a radial run, on ``mesh``: a meridian or plane section of its
    body, or a ball or an octant of it.

    eps*(r, t) = eps_ch(theta(r, t)) - eps_ch(theta_0), theta straight between the stored times.
    Cracks do not act back on the sodium, and E does not depend on it. On a meridian all cracks go
    around the axis. A plane section is that of a long wire with the run's filling along r, whose
    ends are free: it is as long as the uncracked wire, the section's mean of eps*, which the
    displacement leaves out in the plane too. ``flaw``: start and end of a cut [m] in a section, or
    a damage (n,) as :func:`~particle_sim.damage.field.penny.penny` gives it. ``order`` of the
    displacement, best 1 in a solid; the rest as in :func:`~particle_sim.damage.field.crack.crack`.

    Raises :class:`InputError` for slabs, a mesh of another radius, a solid that is not of a sphere,
    and times outside the run.
    """
    strain = chemical_strain_of(run)
    load = CrackLoad(strain=_without_mean(run, strain) if mesh.symmetry.power == 2 else strain)
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
    body = CrackBody(mesh=mesh, solid=solid, order=order)
    cut = notch(body, *flaw) if isinstance(flaw, tuple) else flaw
    return crack(
        body,
        load,
        times,
        meaning=meaning,
        flaw=cut,
        until=until,
        checkpoint=checkpoint,
        progress=progress,
    )


def chemical_strain_of(run: ParticleRun) -> FieldOfTime:
    """eps* at positions [m] and times [s] of a run of a sphere or cylinder."""
    if run.mesh.symmetry not in (Symmetry.SPHERICAL, Symmetry.CYLINDRICAL):
        raise InputError(
            f"The run's particle is {run.mesh.symmetry.value}; cracks are driven by the run of a "
            "sphere or cylinder."
        )
    law = run.particle.material["chemical_strain"]
    rest = float(law(np.array(run.particle.material.stress_free_site_fraction)))

    def strain(points: Array, time: float) -> Array:
        later = int(np.clip(np.searchsorted(run.time, time), 1, len(run.time) - 1))
        share = (time - run.time[later - 1]) / (run.time[later] - run.time[later - 1])
        filling = (1 - share) * run.site_fraction[later - 1] + share * run.site_fraction[later]
        radius = np.linalg.norm(points, axis=1)
        return np.asarray(law(np.interp(radius, run.radius, filling)) - rest)

    return strain


def _without_mean(run: ParticleRun, strain: FieldOfTime) -> FieldOfTime:
    """eps* less its mean over the section: plane strain then has a free wire's axial strain."""
    ends = run.radius[[0, -1]] ** 2
    radii = np.sqrt(ends[0] + (ends[1] - ends[0]) * (np.arange(RINGS) + 0.5) / RINGS)
    rings = np.stack([radii, 0 * radii], axis=1)
    return lambda points, time: strain(points, time) - strain(rings, time).mean()
