"""Directional properties of a crystal, and how the crystal of each region lies in the particle."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.spatial.transform import Rotation

from particle_sim.errors import InputError
from particle_sim.materials.forms import STRAIN_ROUNDING
from particle_sim.materials.functions import LinearTable
from particle_sim.materials.lattice import LATTICE
from particle_sim.materials.material import Material
from particle_sim.materials.property import Property
from particle_sim.particle.stiffness import checked_stiffness, isotropic_stiffness
from particle_sim.units import Array


@dataclass(frozen=True, kw_only=True)
class Crystal:
    """What depends on direction, in crystal axes a, b, c (orthogonal); isotropic where left out.

    ``stiffness``: C (6, 6) [Pa], Voigt, from :mod:`particle_sim.particle.stiffness`. ``strain``:
    chemical strains along a, b and c as functions of the site fraction; differences from the
    material's stress-free composition count. ``diffusivity_ratio``: diffusivity along a, b, c over
    the material's (it multiplies every term). ``orientations``: rotations (regions, 3, 3), or one
    (3, 3) for all: v_lab = R v_crystal.

    >>> layered = Crystal(diffusivity_ratio=(1.0, 1.0, 0.1), orientations=rotation(("x", 90)))
    >>> (layered.orientations @ [0.0, 0.0, 1.0]).round(1) + 0.0  # where c points
    array([ 0., -1.,  0.])

    Raises :class:`InputError` for a stiffness that no stable crystal has, strains that are not
    known from 0 to 1, ratios that are not three positive numbers, and orientations that are no
    rotations.
    """

    stiffness: Array | None = None
    strain: tuple[LinearTable, LinearTable, LinearTable] | None = None
    diffusivity_ratio: tuple[float, float, float] = (1.0, 1.0, 1.0)
    orientations: Array | None = None

    def __post_init__(self) -> None:
        if self.stiffness is not None:
            checked_stiffness(self.stiffness)
        for axis, function in zip("abc", self.strain or (), strict=False):
            _check_window(axis, function)
        ratio = np.asarray(self.diffusivity_ratio, dtype=float)
        if ratio.shape != (3,) or not np.all((ratio > 0) & (ratio < np.inf)):
            raise InputError(
                f"diffusivity_ratio is {self.diffusivity_ratio}; give three positive numbers."
            )
        if self.orientations is not None:
            _check_rotations(self.orientations)

    def rotations(self, regions: int) -> Array:
        """One rotation per region (regions, 3, 3)."""
        if self.orientations is None:
            return np.broadcast_to(np.eye(3), (regions, 3, 3))
        if self.orientations.ndim == 2:
            return np.broadcast_to(self.orientations, (regions, 3, 3))
        if len(self.orientations) < regions:
            raise InputError(
                f"The crystal has {len(self.orientations)} orientations but the mesh {regions} "
                "regions; give one rotation per region."
            )
        return np.asarray(self.orientations[:regions])


@dataclass(frozen=True, kw_only=True)
class Inert:
    """A region that holds no sodium and lets all of it pass: a coating or a matrix.

    ``youngs_modulus`` [Pa] and ``poisson_ratio`` are its own; ``misfit_strain`` is its own
    stress-free strain: a number, or (6,) in engineering Voigt order.

    >>> Inert(youngs_modulus=100e9, poisson_ratio=0.25, misfit_strain=1e-3).strain
    array([0.001, 0.001, 0.001, 0.   , 0.   , 0.   ])

    Raises :class:`InputError` for a modulus that is not positive, Poisson's ratio outside -1 to
    0.5, and a misfit that is not finite or has another shape.
    """

    youngs_modulus: float
    poisson_ratio: float
    misfit_strain: float | Array = 0.0

    def __post_init__(self) -> None:
        isotropic_stiffness(self.youngs_modulus, self.poisson_ratio)
        if np.shape(self.misfit_strain) not in ((), (6,)) or not np.all(
            np.isfinite(self.misfit_strain)
        ):
            raise InputError(
                f"The misfit_strain of an inert region is {self.misfit_strain}; give one finite "
                "number or six."
            )

    @property
    def stiffness(self) -> Array:
        """C (6, 6) [Pa]."""
        return isotropic_stiffness(self.youngs_modulus, self.poisson_ratio)

    @property
    def strain(self) -> Array:
        """Stress-free strain (6,)."""
        if isinstance(self.misfit_strain, int | float):
            return self.misfit_strain * np.array([1.0, 1.0, 1.0, 0.0, 0.0, 0.0])
        return np.asarray(self.misfit_strain, dtype=float)


def lattice_strain(material: Material) -> tuple[LinearTable, LinearTable, LinearTable] | None:
    """Chemical strains along a, a and c of a hexagonal crystal, from its lattice parameters.

    eps_a(theta) = ln(a(theta)/a(theta_0)) and eps_c likewise, theta_0 the stress-free filling, so
    that 2 eps_a + eps_c = ln(V/V_0). Straight between the tabulated points, with corners rounded
    as those of the volume change. ``None`` where the ``material`` gives no lattice.

    >>> import particle_sim as ps
    >>> along_a, _, along_c = ps.crystal.lattice_strain(ps.load_material("nfm_li2024"))
    >>> [round(float(100 * strain(np.array(0.0))), 1) for strain in (along_a, along_c)]
    [-3.9, 2.3]

    Raises nothing.
    """
    tables = [material.properties[name] for name in LATTICE if name in material.properties]
    if len(tables) < len(LATTICE):
        return None
    along_a, along_c = (_logarithmic(each, material.stress_free_site_fraction) for each in tables)
    return along_a, along_a, along_c


def random_orientations(grains: int, seed: int) -> Array:
    """Rotations (grains, 3, 3) drawn evenly over all orientations, one for each of ``grains``.

    Equal ``seed``, equal rotations.

    >>> turned = random_orientations(4, seed=1)
    >>> turned.shape, np.linalg.det(turned).round(6).tolist()
    ((4, 3, 3), [1.0, 1.0, 1.0, 1.0])

    Raises nothing.
    """
    return np.asarray(Rotation.random(grains, rng=np.random.default_rng(seed)).as_matrix())


def rotation(*turns: tuple[str, float]) -> Array:
    """Rotation (3, 3) of ``turns`` about the fixed axes, e.g. ``("x", 35), ("z", 20)`` [degrees].

    The first turn is applied first: v_lab = R v_crystal.

    >>> (rotation(("z", 90)) @ [1.0, 0.0, 0.0]).round(1) + 0.0
    array([0., 1., 0.])

    Raises :class:`ValueError`, SciPy's, for an axis that is not x, y or z.
    """
    total = Rotation.identity()
    for axis, angle in turns:
        total = Rotation.from_euler(axis, angle, degrees=True) * total
    return np.asarray(total.as_matrix())


def _logarithmic(parameter: Property, rest: float) -> LinearTable:
    table = parameter.function
    if not isinstance(table, LinearTable):
        raise InputError(f"{parameter.name} is a {type(table).__name__}; give a table.")
    strain = np.log(np.asarray(table.values) / table(np.array(rest)))
    return LinearTable(table.points, tuple(float(each) for each in strain), STRAIN_ROUNDING)


def _check_window(axis: str, function: LinearTable) -> None:
    low, high = function.points[0], function.points[-1]
    if low > 0 or high < 1:
        raise InputError(
            f"The misfit table along {axis} covers site fractions {low:g} to {high:g}; it must "
            "cover 0 to 1: add its end points."
        )


def _check_rotations(orientations: Array) -> None:
    given = np.asarray(orientations, dtype=float)
    if given.shape[-2:] != (3, 3) or given.ndim not in (2, 3):
        raise InputError(
            f"The orientations have shape {given.shape}; give rotations of shape (regions, 3, 3)."
        )
    error = float(np.abs(given @ np.swapaxes(given, -1, -2) - np.eye(3)).max())
    if not error <= 1e-8 or np.any(np.linalg.det(given) < 0):
        raise InputError(
            f"An orientation is not a rotation (R R^T differs from the identity by {error:.1e}); "
            "use particle_sim.crystal.rotation or random_orientations."
        )
