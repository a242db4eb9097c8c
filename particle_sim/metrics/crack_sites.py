"""Where flaws may sit in a run, and the tension there: one view of radial particles and bodies."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from particle_sim.fem.body_mesh import Symmetry
from particle_sim.fem.mesh import Coordinates
from particle_sim.metrics.flaw import FlawKind
from particle_sim.particle.body.run import BodyRun
from particle_sim.particle.mechanics import Lateral, MechanicalBoundary
from particle_sim.particle.run import ParticleRun
from particle_sim.particle.runs import Run
from particle_sim.particle.stiffness import stress_tensor
from particle_sim.units import Array, dimensionless

Flags = NDArray[np.bool_]

RADIAL_AXES = {
    Coordinates.SPHERE: ("radial", "hoop", "second_hoop"),
    Coordinates.CYLINDER: ("radial", "hoop", "axial"),
    Coordinates.SLAB: ("normal", "in_plane", "second_in_plane"),
}
"""Axes of stress in radial particles; a position has the first alone."""

BODY_AXES = {True: ("r", "hoop", "z"), False: ("x", "y", "z")}
"""Axes of stress in a meridian section, and in all other bodies."""


@dataclass(frozen=True, kw_only=True)
class CrackSites:
    """Points p of the sodium-holding material, in all regions, at t times.

    positions (p, d) [m]; surface (p,): on a bare surface; region (p,); site_fraction and
    tension (largest principal stress [Pa]) (t, p); ``tensor(t)`` gives stresses (p, 3, 3) [Pa].
    """

    positions: Array
    surface: Flags
    region: NDArray[np.intp]
    site_fraction: Array
    tension: Array
    tensor: Callable[[int], Array]
    axes: tuple[str, str, str]
    extent: float
    """Size that a flaw must be small against: radius, half-width, or thickness of a slab [m]."""

    def kind(self, point: int) -> FlawKind:
        """The flaw that a point is given."""
        return FlawKind.SURFACE if self.surface[point] else FlawKind.EMBEDDED

    @property
    def driving(self) -> Array:
        """Y sigma_1 [Pa] (t, p), which times sqrt(a) is the stress intensity of a flaw a."""
        surface, inside = (kind.shape_factor for kind in (FlawKind.SURFACE, FlawKind.EMBEDDED))
        return np.asarray(np.maximum(self.tension, 0.0) * np.where(self.surface, surface, inside))

    @property
    def worst(self) -> tuple[int, int]:
        """(time, point) of the largest stress intensity; of the largest stress without tension."""
        driving = self.driving
        field = driving if driving.max() > 0 else self.tension
        time, point = np.unravel_index(int(np.argmax(field)), field.shape)
        return int(time), int(point)

    def direction(self, time: int, point: int) -> Array:
        """Unit vector (3,) along the largest principal stress, the normal of the worst crack.

        The first of the axes where several principal stresses are equal to rounding.
        """
        values, vectors = np.linalg.eigh(self.tensor(time)[point])
        equal = values[-1] - values <= 1e-9 * np.abs(values).max()
        direction = vectors[:, int(np.argmax(equal))]
        return np.asarray(direction * np.sign(direction[np.argmax(np.abs(direction))]))

    def uniformity(self, time: int, point: int, size: float) -> dimensionless:
        """Smallest over largest stress across the crack within ``size`` [m] of a point.

        Over the points of the same region in a ball; nan if there is no other or no tension.
        """
        distance = np.linalg.norm(self.positions - self.positions[point], axis=1)
        near = (distance <= size) & (self.region == self.region[point])
        if near.sum() < 2 or self.tension[time, point] <= 0:
            return float("nan")
        normal = self.direction(time, point)
        across = np.einsum("i,pij,j->p", normal, self.tensor(time)[near], normal)
        return float(across.min() / across.max())


def crack_sites(run: Run) -> CrackSites:
    """The points of a run where a flaw may sit; shells and inert regions are left out."""
    return _radial_sites(run) if isinstance(run, ParticleRun) else _body_sites(run)


def _radial_sites(run: ParticleRun) -> CrackSites:
    mesh, mechanics = run.particle.mesh, run.particle.mechanics
    surface = np.zeros(len(run.radius), dtype=bool)
    surface[-1] = not _is_covered(mechanics)
    is_slab = mesh.coordinates is Coordinates.SLAB
    surface[0] = mesh.is_hollow or (is_slab and mechanics.lateral is not Lateral.BONDED)
    return CrackSites(
        positions=run.radius[:, None],
        surface=surface,
        region=np.zeros(len(run.radius), dtype=np.intp),
        site_fraction=run.site_fraction,
        tension=run.first_principal_stress,
        tensor=lambda time: run.stress[time][:, :, None] * np.eye(3),
        axes=RADIAL_AXES[mesh.coordinates],
        extent=mesh.outer - mesh.inner if is_slab else mesh.outer,
    )


def _body_sites(run: BodyRun) -> CrackSites:
    active = np.flatnonzero(run.points.sodium >= 0)
    return CrackSites(
        positions=run.positions[active],
        surface=_on_bare_surface(run)[active],
        region=run.points.regions[active],
        site_fraction=run.site_fraction_at_points[:, active],
        tension=run.first_principal_stress[:, active],
        tensor=lambda time: stress_tensor(run.stress[time, active]),
        axes=BODY_AXES[run.particle.mesh.symmetry is Symmetry.AXISYMMETRIC],
        extent=run.particle.mesh.extent,
    )


def _on_bare_surface(run: BodyRun) -> Flags:
    space = run.elasticity.space.of_order(run.elasticity.sodium.order)
    covered = _is_covered(run.particle.mechanics)
    bare = [name for name in space.mesh.surfaces if name == "inner" or not covered]
    dofs = [space.boundary_dofs(name) for name in bare]
    return np.isin(run.points.nodes, np.concatenate(dofs) if dofs else np.zeros(0, dtype=int))


def _is_covered(mechanics: MechanicalBoundary) -> bool:
    """Whether a coating or a matrix is bonded to the outside, so that flaws there are embedded."""
    return mechanics.shell is not None or mechanics.matrix is not None
