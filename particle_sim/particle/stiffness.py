"""Elastic stiffness matrices of crystals and their rotation.

Voigt order xx, yy, zz, yz, xz, xy with engineering shear strains, so sigma = C eps. In a meridian
section the axes are r, hoop, z.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product

import numpy as np

from particle_sim.errors import InputError
from particle_sim.units import Array

VOIGT = ((0, 0), (1, 1), (2, 2), (1, 2), (0, 2), (0, 1))
"""Tensor indices of the six Voigt components."""


def isotropic_stiffness(youngs_modulus: float, poisson_ratio: float) -> Array:
    """Stiffness (6, 6) [Pa] of an isotropic solid of ``youngs_modulus`` [Pa] and ``poisson_ratio``.

    >>> isotropic_stiffness(100e9, 0.25)[0, :2] / 1e9
    array([120.,  40.])

    Raises :class:`InputError` for a modulus that is not positive and Poisson's ratio outside -1 to
    0.5.
    """
    if not (0 < youngs_modulus < np.inf and -1 < poisson_ratio < 0.5):
        raise InputError(
            f"An isotropic solid has the modulus {youngs_modulus:g} Pa and Poisson's ratio "
            f"{poisson_ratio:g}; the modulus must be positive and the ratio between -1 and 0.5."
        )
    shear = youngs_modulus / (2 * (1 + poisson_ratio))
    lame = 2 * shear * poisson_ratio / (1 - 2 * poisson_ratio)
    return cubic_stiffness(lame + 2 * shear, lame, shear)


def cubic_stiffness(c11: float, c12: float, c44: float) -> Array:
    """Stiffness (6, 6) [Pa] of a cubic crystal in its own axes, of ``c11``, ``c12``, ``c44`` [Pa].

    >>> cubic_stiffness(100e9, 60e9, 30e9)[0, :3] / 1e9
    array([100.,  60.,  60.])

    Raises :class:`InputError` for a crystal that is not stable.
    """
    stiffness = np.diag([c11, c11, c11, c44, c44, c44]).astype(float)
    stiffness[:3, :3] += c12 * (1 - np.eye(3))
    return checked_stiffness(stiffness)


def hexagonal_stiffness(c11: float, c12: float, c13: float, c33: float, c44: float) -> Array:
    """Stiffness (6, 6) [Pa] of a hexagonal crystal, c along the third axis; C66 = (C11 - C12)/2.

    Of ``c11``, ``c12``, ``c13``, ``c33`` and ``c44`` [Pa].

    >>> float(hexagonal_stiffness(136e9, 75e9, 66e9, 100e9, 30e9)[5, 5] / 1e9)
    30.5

    Raises :class:`InputError` for a crystal that is not stable.
    """
    return trigonal_stiffness(c11, c12, c13, c33, c44, c14=0.0)


def trigonal_stiffness(
    c11: float, c12: float, c13: float, c33: float, c44: float, *, c14: float
) -> Array:
    """Stiffness (6, 6) [Pa] of a trigonal crystal of class -3m or 3m, c along the third axis.

    Of ``c11``, ``c12``, ``c13``, ``c33``, ``c44`` and ``c14`` [Pa]; C66 = (C11 - C12)/2.

    >>> found = trigonal_stiffness(136e9, 75e9, 66e9, 100e9, 30e9, c14=5e9)
    >>> float(found[0, 3] / 1e9), float(found[1, 3] / 1e9)
    (5.0, -5.0)

    Raises :class:`InputError` for a crystal that is not stable.
    """
    c66 = 0.5 * (c11 - c12)
    return checked_stiffness(
        np.array(
            [
                [c11, c12, c13, c14, 0, 0],
                [c12, c11, c13, -c14, 0, 0],
                [c13, c13, c33, 0, 0, 0],
                [c14, -c14, 0, c44, 0, 0],
                [0, 0, 0, 0, c44, c14],
                [0, 0, 0, 0, c14, c66],
            ],
            dtype=float,
        )
    )


def checked_stiffness(stiffness: Array) -> Array:
    """The ``stiffness`` [Pa] itself, as an array (6, 6).

    >>> checked_stiffness(1e9 * np.eye(6)).shape
    (6, 6)

    Raises :class:`InputError` unless it is (6, 6), finite, symmetric and positive definite.
    """
    stiffness = np.asarray(stiffness, dtype=float)
    if not np.all(np.isfinite(stiffness)):
        raise InputError("The stiffness holds a number that is not finite; give pascals.")
    if stiffness.shape != (6, 6) or not np.allclose(stiffness, stiffness.T, rtol=1e-9):
        raise InputError(
            f"The stiffness has shape {stiffness.shape}; give a symmetric matrix of shape (6, 6)."
        )
    lowest = float(np.linalg.eigvalsh(stiffness)[0])
    if not lowest > 0:
        raise InputError(
            f"The stiffness is not positive definite (lowest eigenvalue {lowest:.3g} Pa); a stable "
            "crystal needs C44 > 0, C11 > |C12| and (C11 + C12) C33 > 2 C13^2."
        )
    return stiffness


def rotated_stiffness(stiffness: Array, rotation: Array) -> Array:
    """``stiffness`` C (6, 6) in the axes of the particle for v_lab = ``rotation`` @ v_crystal.

    >>> turned = np.array([[0.0, -1.0, 0.0], [1.0, 0.0, 0.0], [0.0, 0.0, 1.0]])
    >>> own = np.diag([3.0, 2.0, 1.0, 1.0, 1.0, 1.0])
    >>> np.diag(rotated_stiffness(own, turned)).round(6)
    array([2., 3., 1., 1., 1., 1.])

    Raises nothing.
    """
    first, second = np.array(VOIGT).T
    place = np.zeros((3, 3), dtype=np.intp)
    place[first, second] = place[second, first] = np.arange(6)
    tensor = stiffness[place[:, :, None, None], place[None, None]]
    turned = np.einsum("ai,bj,ck,dl,ijkl->abcd", *(rotation,) * 4, tensor, optimize=True)
    return np.asarray(turned[first[:, None], second[:, None], first, second])


def strain_voigt(tensor: Array) -> Array:
    """Engineering Voigt strain (..., 6) of symmetric ``tensor`` (..., 3, 3): shears count twice.

    >>> strain_voigt(np.array([[1.0, 0.5, 0.0], [0.5, 0.0, 0.0], [0.0, 0.0, 0.0]]))
    array([1., 0., 0., 0., 0., 1.])

    Raises nothing.
    """
    first, second = np.array(VOIGT).T
    return np.asarray(tensor[..., first, second] * np.array([1, 1, 1, 2, 2, 2]))


def stress_tensor(voigt: Array) -> Array:
    """Symmetric tensors (..., 3, 3) of ``voigt`` stresses (..., 6).

    >>> stress_tensor(np.array([1.0, 2.0, 3.0, 4.0, 5.0, 6.0]))
    array([[1., 6., 5.],
           [6., 2., 4.],
           [5., 4., 3.]])

    Raises nothing.
    """
    tensor = np.empty((*voigt.shape[:-1], 3, 3))
    for k, (i, j) in enumerate(VOIGT):
        tensor[..., i, j] = tensor[..., j, i] = voigt[..., k]
    return tensor


def principal_stresses(voigt: Array) -> Array:
    """Principal stresses (..., 3) of ``voigt`` stresses (..., 6), ascending, in their unit.

    >>> principal_stresses(np.array([0.0, 0.0, 0.0, 0.0, 0.0, 5.0])).round(6) + 0.0
    array([-5.,  0.,  5.])

    Raises nothing.
    """
    if not np.any(voigt[..., 3:]):
        return np.sort(voigt[..., :3], axis=-1)
    return np.asarray(np.linalg.eigvalsh(stress_tensor(voigt)))


def relaxed_stiffness(stiffness: Array, axes: Array, plane: Sequence[int]) -> Array:
    """What of ``stiffness`` C between strains ``axes`` (k, 6) is left (k, k) where the body may
    strain along n:

        a : C : b - (n . C : a) . (n . C . n)^-1 . (n . C : b),

    the mean over waves along n in the axes ``plane`` (Khachaturyan 1983, ch. 7). Isotropic and
    even: 2 E / (1 - nu).

    >>> even = np.array([[1.0, 1.0, 1.0, 0.0, 0.0, 0.0]])
    >>> left = relaxed_stiffness(isotropic_stiffness(90e9, 0.25), even, (0, 1, 2))
    >>> float(left[0, 0].round() / 1e9)  # 2 * 90 / 0.75
    240.0

    Raises nothing.
    """
    place = np.zeros((3, 3), dtype=np.intp)
    for k, (i, j) in enumerate(VOIGT):
        place[i, j] = place[j, i] = k
    tensor = stiffness[place[:, :, None, None], place[None, None]][np.ix_(*(plane,) * 4)]
    pull = stress_tensor(axes @ stiffness)[:, plane][:, :, plane]  # (k, a, b)
    waves = np.array(list(product((-1.0, 0.0, 1.0), repeat=len(plane))))
    left = np.zeros((len(axes), len(axes)))
    for wave in waves[np.any(waves != 0, axis=1)]:
        along = wave / np.linalg.norm(wave)
        acoustic = np.einsum("a,aibj,b->ij", along, tensor, along)
        force = pull @ along  # (k, a)
        left += axes @ stiffness @ axes.T - force @ np.linalg.solve(acoustic, force.T)
    return np.asarray(left / (len(waves) - 1))
