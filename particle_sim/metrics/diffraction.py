"""Where powder reflections stand: Bragg's law on the lattice parameters of a material.

    lambda = 2 d sin(theta_B),   1/d^2 = h . G^-1 h,   G_ij = a_i . a_j

with h the Miller indices; for a hexagonal cell 1/d^2 = 4/3 (h^2 + hk + k^2)/a^2 + l^2/c^2.
Positions only: no structure factor, so a reflection that a space group forbids has one too.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from particle_sim.batch.phase_boundary import binodal_filling
from particle_sim.checks import arguments_checked, check_fields
from particle_sim.errors import InputError
from particle_sim.materials.lattice import LATTICE
from particle_sim.materials.material import Material
from particle_sim.particle.run import ParticleRun
from particle_sim.units import Array

CU_K_ALPHA = 1.5406e-10
"""Wavelength of Cu K-alpha1 [m] (Hoelzer et al., Phys. Rev. A 56 (1997) 4554)."""

CO_K_ALPHA = 1.78900e-10
"""Wavelength of Co K-alpha1 [m] (the same)."""

Values = float | Array


@dataclass(frozen=True, kw_only=True)
class UnitCell:
    """A unit cell, or arrays of cells where they are arrays.

    Edges ``a``, ``b``, ``c`` [m]; angles ``alpha`` (between b and c), ``beta`` (a and c) and
    ``gamma`` (a and b) [degrees].

    >>> cell = UnitCell(a=5e-10, b=6e-10, c=7e-10, beta=100.0)
    >>> print(f"{1e30 * np.sqrt(np.linalg.det(cell.metric)):.1f} cubic angstrom")
    206.8 cubic angstrom

    Raises :class:`InputError` for an edge that is not positive, and angles that enclose no volume.
    """

    a: Values
    b: Values
    c: Values
    alpha: Values = 90.0
    beta: Values = 90.0
    gamma: Values = 90.0

    def __post_init__(self) -> None:
        check_fields(self)
        for name in ("a", "b", "c"):
            if not np.all(np.asarray(getattr(self, name)) > 0):
                raise InputError(
                    f"UnitCell: {name} is {getattr(self, name)} m; it must be positive."
                )
        if not np.all(np.linalg.det(self.metric) > 0):
            raise InputError(
                f"UnitCell: the angles {self.alpha}, {self.beta}, {self.gamma} enclose no volume; "
                "correct one of them."
            )

    @property
    def metric(self) -> Array:
        """G_ij = a_i . a_j [m^2] (..., 3, 3)"""
        a, b, c = np.broadcast_arrays(
            *(np.asarray(x, dtype=float) for x in (self.a, self.b, self.c))
        )
        cosines = (np.cos(np.deg2rad(x)) for x in (self.alpha, self.beta, self.gamma))
        bc, ac, ab = (x * y for x, y in zip((b * c, a * c, a * b), cosines, strict=True))
        rows = [[a * a, ab, ac], [ab, b * b, bc], [ac, bc, c * c]]
        return np.stack([np.stack(row, axis=-1) for row in rows], axis=-2)


def hexagonal_cell(a: Values, c: Values) -> UnitCell:
    """A hexagonal cell, or a rhombohedral one on hexagonal axes: ``a`` and ``c`` [m].

    >>> hexagonal_cell(2.955e-10, 16.38e-10).gamma
    120.0

    Raises :class:`InputError` for an edge that is not positive.
    """
    return UnitCell(a=a, b=a, c=c, gamma=120.0)


@arguments_checked
def plane_distance(cell: UnitCell, reflection: tuple[int, int, int]) -> Values:
    """Distance d [m] of the lattice planes of Miller indices ``reflection`` in ``cell``.

    >>> layer = plane_distance(hexagonal_cell(2.955e-10, 16.38e-10), (0, 0, 3))
    >>> print(f"{1e10 * layer:.2f} angstrom")
    5.46 angstrom

    Raises :class:`InputError` for the indices (0, 0, 0), which name no plane.
    """
    if not any(reflection):
        raise InputError("plane_distance: reflection is (0, 0, 0), no plane; give e.g. (0, 0, 3).")
    h = np.asarray(reflection, dtype=float)
    inverse = np.linalg.inv(cell.metric)
    found = 1 / np.sqrt(np.einsum("i,...ij,j->...", h, inverse, h))
    return found if found.ndim else float(found)


@arguments_checked
def bragg_angle(distance: Values, *, wavelength: float = CU_K_ALPHA) -> Values:
    """2 theta = 2 asin(lambda/(2 d)) [degrees] of planes ``distance`` d [m] apart.

    ``wavelength`` lambda [m] is that of copper's K-alpha1 unless given.

    >>> print(f"{bragg_angle(5.46e-10):.3f}")
    16.221

    Raises :class:`InputError` where no angle fits, lambda > 2 d, and for a wavelength that is not
    positive and finite.
    """
    if not 0 < wavelength < np.inf:
        raise InputError(f"bragg_angle: wavelength is {wavelength} m; it must be positive.")
    sine = wavelength / (2 * np.asarray(distance, dtype=float))
    if not np.all((sine > 0) & (sine <= 1)):
        raise InputError(
            f"bragg_angle: no reflection of planes {np.min(distance):.4g} m apart at a wavelength "
            f"of {wavelength:.4g} m, which must not exceed twice that; choose a lower reflection."
        )
    found = 2 * np.rad2deg(np.arcsin(sine))
    return found if found.ndim else float(found)


@dataclass(frozen=True, kw_only=True)
class Reflections:
    """One reflection at several states of charge (n,), of a poor and a rich phase where both exist.

    Made by :func:`equilibrium_reflections`. With a single phase both positions are its own and its
    share is 1.
    """

    site_fraction: Array
    """Mean filling theta (n,)"""
    angle: Array
    """2 theta [degrees] of the poor and the rich phase (n, 2)"""
    share: Array
    """Share of the volume in either phase (n, 2)"""
    spread: Array
    """Standard deviation of 2 theta inside either phase [degrees] (n, 2)"""

    @property
    def coexist(self) -> NDArray[np.bool_]:
        """Whether there are two phases (n,)."""
        return np.asarray(np.all(self.share > 0, axis=1), dtype=bool)

    @property
    def shift(self) -> Array:
        """Of the mean position, from the first state [degrees] (n,)."""
        mean = (self.share * self.angle).sum(axis=1)
        return np.asarray(mean - mean[0])


@arguments_checked
def reflection_angle(
    material: Material,
    reflection: tuple[int, int, int],
    site_fraction: Values,
    *,
    wavelength: float = CU_K_ALPHA,
) -> Values:
    """2 theta [degrees] of a uniform ``material`` at ``site_fraction``, on hexagonal axes.

    ``reflection`` is its Miller indices, ``wavelength`` [m] that of copper's K-alpha1 unless given.

    >>> from particle_sim.materials.load import load_material
    >>> angle = reflection_angle(load_material("nvp"), (0, 1, 2), np.array([0.0, 1.0]))
    >>> angle.round(2)
    array([14.71, 14.29])

    Raises :class:`InputError` for a material without lattice parameters, and as
    :func:`bragg_angle`.
    """
    theta = np.asarray(site_fraction, dtype=float)
    missing = [name for name in LATTICE if name not in material.properties]
    if missing:
        raise InputError(
            f"{material.name}: diffraction needs {' and '.join(missing)}, which the file does not "
            "give; add them as tables over the stoichiometry."
        )
    a, c = (material[name](theta) for name in LATTICE)
    return bragg_angle(plane_distance(hexagonal_cell(a, c), reflection), wavelength=wavelength)


@arguments_checked
def equilibrium_reflections(
    material: Material,
    reflection: tuple[int, int, int],
    site_fraction: Array,
    *,
    wavelength: float = CU_K_ALPHA,
) -> Reflections:
    """One ``reflection`` of a particle at rest at the mean fillings ``site_fraction`` (n,).

    Where the source of ``material`` speaks of two phases and chi > 2, the filling of a plateau
    between its binodals is a mixture of both by the lever rule; elsewhere, and for any other
    material, one phase fills the particle. ``wavelength`` [m] is that of copper's K-alpha1 unless
    given.

    >>> from particle_sim.materials.load import load_material
    >>> found = equilibrium_reflections(load_material("nvp"), (1, 1, 3), np.array([0.2, 0.5]))
    >>> found.share.round(2)
    array([[0.77, 0.23],
           [0.31, 0.69]])

    Raises :class:`InputError` as :func:`reflection_angle`.
    """
    theta = np.asarray(site_fraction, dtype=float)
    ends = np.stack([theta, theta], axis=1)
    share = np.stack([np.ones_like(theta), np.zeros_like(theta)], axis=1)
    for low, high in _gaps(material):
        inside = (theta > low) & (theta < high)
        ends[inside] = low, high
        rich = (theta[inside] - low) / (high - low)
        share[inside] = np.stack([1 - rich, rich], axis=1)
    angle = np.asarray(reflection_angle(material, reflection, ends, wavelength=wavelength))
    return Reflections(site_fraction=theta, angle=angle, share=share, spread=np.zeros_like(angle))


@arguments_checked
def run_reflections(
    run: ParticleRun, reflection: tuple[int, int, int], *, wavelength: float = CU_K_ALPHA
) -> Reflections:
    """One ``reflection`` of ``run`` at its stored times: position, share and width of each phase.

    Every quadrature point reflects where its own filling puts it, free of elastic strain. Where the
    run holds fillings on both sides of a gap's middle, they are its two phases. ``wavelength`` [m]
    is that of copper's K-alpha1 unless given.

    >>> from particle_sim.particle.example import example_run
    >>> run_reflections(example_run(), (1, 1, 3)).shift.round(3)
    array([0.  , 0.02, 0.04])

    Raises :class:`InputError` as :func:`reflection_angle`.
    """
    space = run.elasticity.sodium
    weight = space.weights / space.weights.sum()
    theta = run.site_fraction[:, space.cell_dofs] @ space.values.T
    material = run.particle.material
    angle = np.asarray(reflection_angle(material, reflection, theta, wavelength=wavelength))
    rows = [
        _phases(filling, positions, weight, _middle(material, mean))
        for filling, positions, mean in zip(theta, angle, run.mean_site_fraction, strict=True)
    ]
    position, share, spread = (np.array(column) for column in zip(*rows, strict=True))
    return Reflections(
        site_fraction=run.mean_site_fraction, angle=position, share=share, spread=spread
    )


def _phases(
    theta: Array, angle: Array, weight: Array, middle: float | None
) -> tuple[list[float], list[float], list[float]]:
    """Mean angle, share and standard deviation below and above ``middle``."""
    poor = np.ones_like(theta, dtype=bool) if middle is None else theta < middle
    found = []
    for part in (poor, ~poor):
        share = float(weight[part].sum())
        mean = float((weight[part] * angle[part]).sum() / share) if share else float("nan")
        square = float((weight[part] * (angle[part] - mean) ** 2).sum() / share) if share else 0.0
        found.append((mean, share, np.sqrt(square)))
    single = [row for row in found if row[1] > 0]
    if len(single) == 1:
        found = [single[0], (single[0][0], 0.0, 0.0)]
    means, shares, spreads = zip(*found, strict=True)
    return list(means), list(shares), list(spreads)


def _gaps(material: Material) -> list[tuple[float, float]]:
    """Poor and rich filling between which each plateau of a two-phase material is a mixture."""
    chi = material.properties.get("regular_solution_parameter")
    if not material.two_phase or chi is None or chi.magnitude <= 2:
        return []
    low = float(binodal_filling(np.array([chi.magnitude]))[0])
    return [(s.start + s.share * low, s.start + s.share * (1 - low)) for s in material.steps]


def _middle(material: Material, mean: float) -> float | None:
    """The middle of the gap that holds the mean filling, if one does."""
    return next((0.5 * (a + b) for a, b in _gaps(material) if a < mean < b), None)
