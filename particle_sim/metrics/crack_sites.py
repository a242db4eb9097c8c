"""Where flaws may sit in a run, and the tension there."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from particle_sim.fem.body_mesh import Symmetry
from particle_sim.metrics.flaw import FlawKind
from particle_sim.particle.mechanics import Lateral, MechanicalBoundary
from particle_sim.particle.run import ParticleRun
from particle_sim.particle.stiffness import stress_tensor
from particle_sim.units import Array, dimensionless

Flags = NDArray[np.bool_]

_BODY_AXES = ("x", "y", "z")
AXES = {
    Symmetry.SPHERICAL: ("radial", "hoop", "second_hoop"),
    Symmetry.CYLINDRICAL: ("radial", "hoop", "axial"),
    Symmetry.LAYERED: ("normal", "in_plane", "second_in_plane"),
    Symmetry.AXISYMMETRIC: ("r", "hoop", "z"),
    Symmetry.PLANE: _BODY_AXES,
    Symmetry.SOLID: _BODY_AXES,
}
"""Axes of stress; a position along a radius has the first alone."""


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


def crack_sites(run: ParticleRun) -> CrackSites:
    """The points of a run where a flaw may sit; shells and inert regions are left out."""
    active = np.flatnonzero(run.points.sodium >= 0)
    positions = run.positions[active]
    is_slab = run.mesh.symmetry is Symmetry.LAYERED
    return CrackSites(
        positions=positions,
        surface=_on_bare_surface(run)[active],
        region=run.points.regions[active],
        site_fraction=run.site_fraction_at_points[:, active],
        tension=run.first_principal_stress[:, active],
        tensor=lambda time: stress_tensor(run.stress[time, active]),
        axes=AXES[run.mesh.symmetry],
        extent=_thickness(run) if is_slab else run.length,
    )


def _thickness(run: ParticleRun) -> float:
    mesh = run.particle.radial_mesh
    return mesh.outer - mesh.inner


def _on_bare_surface(run: ParticleRun) -> Flags:
    space = run.elasticity.space.of_order(run.elasticity.sodium.order)
    mechanics, covered = run.particle.mechanics, _is_covered(run.particle.mechanics)
    bonded = run.mesh.symmetry is Symmetry.LAYERED and mechanics.lateral is Lateral.BONDED
    bare = [n for n in space.mesh.surfaces if not (bonded if n == "inner" else covered)]
    dofs = [space.boundary_dofs(name) for name in bare]
    return np.isin(run.points.nodes, np.concatenate(dofs) if dofs else np.zeros(0, dtype=int))


def _is_covered(mechanics: MechanicalBoundary) -> bool:
    """Whether a coating or a matrix is bonded to the outside, so that flaws there are embedded."""
    return mechanics.shell is not None or mechanics.matrix is not None
