"""Traction on the boundaries between the regions of a body: what pulls grains apart.

t = sigma n, split into the normal traction n . sigma n (positive: opening) and the shear traction
|t - (n . t) n|. Equilibrium makes t the same on both sides; stress itself jumps.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from particle_sim.errors import InputError
from particle_sim.fem.body_mesh import Integers
from particle_sim.metrics.flaw import FlawKind
from particle_sim.metrics.region_facets import RegionFacets, region_facets
from particle_sim.particle.run import ParticleRun
from particle_sim.particle.stiffness import stress_tensor
from particle_sim.units import Array, dimensionless, pascal, stress_intensity_unit


@dataclass(frozen=True, kw_only=True)
class GrainBoundary:
    """One pair of ``grains`` that touch; from :attr:`GrainBoundaryTraction.boundaries`.

    Made by :func:`grain_boundary_traction`. ``area`` [m2] (per metre in plane strain) is shared;
    ``mean_normal_traction`` and ``mean_shear_traction`` are means over it,
    ``largest_normal_traction`` that of a facet [Pa].
    """

    grains: tuple[int, int]
    area: float
    mean_normal_traction: float
    largest_normal_traction: float
    mean_shear_traction: float


@dataclass(frozen=True, kw_only=True)
class GrainBoundaryTraction:
    """Area means over every facet f between two regions at one ``time`` [s].

    Made by :func:`grain_boundary_traction`. ``grains`` (f, 2): region numbers, ascending;
    ``positions`` (f, d) [m] and ``normals`` (f, 3) of the facets' middles, from the first grain
    into the second; ``areas`` (f,) [m2], around the axis in a meridian section, [m] in plane
    strain; ``normal_traction`` and ``shear_traction`` (f,) [Pa]; ``jump`` (f,): size of the
    difference of the two sides' traction vectors [Pa], zero in an exact solution.
    """

    time: float
    grains: Integers
    positions: Array
    normals: Array
    areas: Array
    normal_traction: Array
    shear_traction: Array
    jump: Array

    @property
    def largest_opening(self) -> pascal:
        """Largest normal traction of a facet [Pa]; 0 if every boundary is pressed together.

        Grows without bound with refinement where three grains, or a boundary and the surface, meet.
        """
        return max(float(self.normal_traction.max()), 0.0)

    @property
    def mismatch(self) -> dimensionless:
        """Root mean square of the jump over that of the traction, a sign of the error of both.

        The mean of both sides is usually off by half of it; errors that the sides share, as
        between equal grains in a smooth field, do not show.
        """
        squared = self.normal_traction**2 + self.shear_traction**2
        scale = float(self.areas @ squared)
        return float(np.sqrt(self.areas @ self.jump**2 / scale)) if scale > 0 else 0.0

    def area_fraction_above(self, strength: float) -> dimensionless:
        """Share of the grain boundary area whose normal traction exceeds ``strength`` [Pa]."""
        return float(self.areas[self.normal_traction > strength].sum() / self.areas.sum())

    @cached_property
    def boundaries(self) -> tuple[GrainBoundary, ...]:
        """Every pair of touching grains, the most opened (by mean normal traction) first."""
        pairs = [self._boundary(pair) for pair in np.unique(self.grains, axis=0)]
        return tuple(sorted(pairs, key=lambda pair: -pair.mean_normal_traction))

    @property
    def worst_boundary(self) -> GrainBoundary:
        """The pair of grains with the largest mean normal traction."""
        return self.boundaries[0]

    def intensity(self, flaw_size: float) -> stress_intensity_unit:
        """K = 2 t_n sqrt(a/pi) of a penny crack of radius ``flaw_size`` a [m] in the worst facet.

        Opening mode of a crack in the boundary; shear and the elastic mismatch of the grains, which
        mix the modes, are left out. Compare with the toughness of the boundary, which is at most
        that of the grains.
        """
        return FlawKind.EMBEDDED.intensity(self.largest_opening, flaw_size)

    def _boundary(self, pair: Integers) -> GrainBoundary:
        own = np.all(self.grains == pair, axis=1)
        areas, opening = self.areas[own], self.normal_traction[own]
        return GrainBoundary(
            grains=(int(pair[0]), int(pair[1])),
            area=float(areas.sum()),
            mean_normal_traction=float(areas @ opening / areas.sum()),
            largest_normal_traction=float(opening.max()),
            mean_shear_traction=float(areas @ self.shear_traction[own] / areas.sum()),
        )


def grain_boundary_traction(run: ParticleRun, index: int) -> GrainBoundaryTraction:
    """Tractions between all regions of ``run`` at the stored time ``index`` (-1: the last).

    The stress of each side is its nodal recovery within the region; the mean of both sides is
    given. That converges slowly in 3-D where misfit jumps from grain to grain: look at
    ``mismatch``, and use particles of order 3 or smaller cells. On symmetric parts of bodies, only
    the modelled part. Regions that hold no sodium (coatings) count too: here one of 20 nm, free of
    stress on a full sphere and pulled inwards by one that is half empty.

    >>> import particle_sim as ps
    >>> coat = ps.mechanics.Shell(thickness=2e-8, youngs_modulus=8e10, poisson_ratio=0.28)
    >>> coated = ps.Particle(
    ...     material=ps.load_material("nvp"), mesh=ps.shapes.sphere(2.5e-7, cells=10),
    ...     mechanics=ps.mechanics.MechanicalBoundary(shell=coat),
    ... )
    >>> run = ps.solve_particle(coated, ps.constant_flux(1e-6, 60.0, initial_site_fraction=0.5))
    >>> print(f"{grain_boundary_traction(run, -1).largest_opening / 1e6:.1f} MPa")
    170.5 MPa

    Raises :class:`InputError` for a body of one region, and a time index outside the run.
    """
    if not -len(run.time) <= index < len(run.time):
        raise InputError(
            f"The time index is {index}; the run has {len(run.time)} times, numbered from 0."
        )
    facets = region_facets(run.elasticity.space.of_order(run.elasticity.sodium.order))
    first, second = _tractions(run, index, facets)
    traction = 0.5 * (first + second)
    normal = np.einsum("fqi,fqi->fq", traction, facets.normals)
    shear = np.linalg.norm(traction - normal[..., None] * facets.normals, axis=2)
    areas = facets.weights.sum(axis=1)
    share = facets.weights / areas[:, None]
    normals = np.einsum("fq,fqi->fi", share, facets.normals)
    return GrainBoundaryTraction(
        time=float(run.time[index]),
        grains=facets.regions,
        positions=run.length * np.einsum("fq,fqd->fd", share, facets.points),
        normals=normals / np.linalg.norm(normals, axis=1, keepdims=True),
        areas=areas * run.length ** (run.mesh.symmetry.power - 1),
        normal_traction=np.sum(share * normal, axis=1),
        shear_traction=np.sum(share * shear, axis=1),
        jump=np.sum(share * np.linalg.norm(first - second, axis=2), axis=1),
    )


def _tractions(run: ParticleRun, index: int, facets: RegionFacets) -> tuple[Array, Array]:
    """Traction vectors (f, q, 3) [Pa] of both sides on the plane of the facets."""
    one = [index]
    tensors, _ = run.points.tensors(run.site_fraction[one], run.scaled_displacement[one])
    stress = tensors[0] * run.elasticity.regions.reference_modulus
    sides = []
    for side in (0, 1):
        nodal = stress[run.points.cell_points[facets.cells[:, side]]]
        tensor = stress_tensor(np.einsum("fqi,fik->fqk", facets.shapes[side], nodal))
        sides.append(np.einsum("fqij,fqj->fqi", tensor, facets.normals))
    return sides[0], sides[1]
