"""Energy, stress and tangent of an isotropic solid whose tensile part is damaged.

Strains and stresses (..., 4) are those of a section: two in-plane normals, the out-of-plane normal
and the engineering shear in the plane. One principal direction is out of the plane, so that the
others have closed forms. With <x>+ = max(x, 0), <x>- = min(x, 0), e the deviator:

    spectral               psi+ = lambda/2 <tr eps>+^2 + mu sum <eps_i>+^2, psi- likewise
    volumetric-deviatoric  psi+ = K/2 <tr eps>+^2 + mu e : e,  psi- = K/2 <tr eps>-^2

(Miehe, Welschinger & Hofacker, Int. J. Numer. Meth. Eng. 83 (2010) 1273; Amor, Marigo & Maurini,
J. Mech. Phys. Solids 57 (2009) 1209).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from particle_sim.damage.field.solid import Split
from particle_sim.units import Array

_NORMALS = np.array([1.0, 1.0, 1.0, 0.0])
_EVEN = np.outer(_NORMALS, _NORMALS)
_SHEAR = np.diag([2.0, 2.0, 2.0, 1.0])
_DEVIATORIC = _SHEAR - 2 / 3 * _EVEN
EQUAL = 1e-12
"""Principal strains closer than this, relative to their size, are one."""


@dataclass(frozen=True, kw_only=True)
class Response:
    """Energy density (...) and stress (..., 4) that damage takes, and that it leaves."""

    energy: Array
    kept_energy: Array
    stress: Array
    kept_stress: Array

    def times(self, factor: Array) -> Response:
        """Of a solid that is stiffer by ``factor`` (...)."""
        return Response(
            energy=factor * self.energy,
            kept_energy=factor * self.kept_energy,
            stress=factor[..., None] * self.stress,
            kept_stress=factor[..., None] * self.kept_stress,
        )


def respond(
    split: Split,
    lame: float,
    shear: float,
    strain: Array,
    opened: NDArray[np.bool_] | None = None,
) -> Response:
    """What elastic strains (..., 4) do; all energy of ``opened`` places (leading axes) is damaged.

    In an open crack the spectral split would hand shear from face to face.
    """
    whole = _WHOLE[split](lame, shear, strain)
    if split is Split.NONE or opened is None or not opened.any():
        return whole
    faces = _linear(lame, shear, strain[opened])
    for name in ("energy", "kept_energy", "stress", "kept_stress"):
        getattr(whole, name)[opened] = getattr(faces, name)
    return whole


def tangent(
    split: Split,
    lame: float,
    shear: float,
    strain: Array,
    left: Array,
    opened: NDArray[np.bool_] | None = None,
) -> Array:
    """d stress / d strain (e, q, 4, 4) where ``left`` (e, q) of the damaged part is left."""
    whole = _TANGENTS[split](lame, shear, strain, left)
    if split is not Split.NONE and opened is not None:
        whole[opened] = _linear_tangent(lame, shear, strain[opened], left[opened])
    return whole


def _linear(lame: float, shear: float, strain: Array) -> Response:
    stress = strain @ (lame * _EVEN + shear * _SHEAR)
    energy = 0.5 * (stress * strain).sum(axis=-1)
    return Response(
        energy=energy,
        kept_energy=np.zeros_like(energy),
        stress=stress,
        kept_stress=np.zeros_like(stress),
    )


def _volumetric(lame: float, shear: float, strain: Array) -> Response:
    bulk = lame + 2 / 3 * shear
    trace = strain[..., :3].sum(axis=-1)
    opens, closes = np.maximum(trace, 0), np.minimum(trace, 0)
    deviator = shear * strain @ _DEVIATORIC
    return Response(
        energy=0.5 * (bulk * opens**2 + (deviator * strain).sum(axis=-1)),
        kept_energy=0.5 * bulk * closes**2,
        stress=bulk * opens[..., None] * _NORMALS + deviator,
        kept_stress=bulk * closes[..., None] * _NORMALS,
    )


def _spectral(lame: float, shear: float, strain: Array) -> Response:
    trace = strain[..., :3].sum(axis=-1)
    principal, (cosine, sine) = _principal(strain)
    parts = []
    for cut in (np.maximum, np.minimum):
        even, own = cut(trace, 0), cut(principal, 0)
        energy = 0.5 * lame * even**2 + shear * (own**2).sum(axis=-1)
        mean, half = 0.5 * (own[..., 0] + own[..., 1]), 0.5 * (own[..., 0] - own[..., 1])
        turned = np.stack(
            [mean + half * cosine, mean - half * cosine, own[..., 2], half * sine], axis=-1
        )
        parts.append((energy, lame * even[..., None] * _NORMALS + 2 * shear * turned))
    (energy, stress), (kept_energy, kept_stress) = parts
    return Response(energy=energy, kept_energy=kept_energy, stress=stress, kept_stress=kept_stress)


def _principal(strain: Array) -> tuple[Array, tuple[Array, Array]]:
    """Principal strains (..., 3), the last out of the plane; cos and sin of twice their angle."""
    first, second, out, shear = np.moveaxis(strain, -1, 0)
    mean, half, off = 0.5 * (first + second), 0.5 * (first - second), 0.5 * shear
    radius = np.hypot(half, off)
    is_even = radius <= EQUAL * np.abs(mean)
    safe = np.where(is_even, 1.0, radius)
    safe = np.where(safe == 0, 1.0, safe)
    cosine, sine = np.where(is_even, 1.0, half / safe), np.where(is_even, 0.0, off / safe)
    return np.stack([mean + radius, mean - radius, out], axis=-1), (cosine, sine)


def _principal_tangent(strain: Array, left: Array) -> Array:
    """d (sum of the principal parts) / d strain over mu, in the axes of the section."""
    principal, (cosine, sine) = _principal(strain)
    shares = np.where(principal > 0, left[..., None], 1.0)
    one, two = principal[..., 0], principal[..., 1]
    gap = one - two
    is_even = gap <= EQUAL * (np.abs(one) + np.abs(two))
    safe = np.where(is_even, 1.0, gap)
    slope = shares[..., 0] + (shares[..., 0] - shares[..., 1]) * two / safe
    slope = np.where(is_even, 0.5 * (shares[..., 0] + shares[..., 1]), slope)
    own = np.zeros((*strain.shape, 4))
    for k in range(3):
        own[..., k, k] = 2 * shares[..., k]
    own[..., 3, 3] = slope
    turn = _turn(cosine, sine)
    return np.asarray(turn.swapaxes(-1, -2) @ own @ turn)


def _turn(cosine: Array, sine: Array) -> Array:
    """Strain in principal axes of strain in the section's axes, cos and sin of twice the angle."""
    turn = np.zeros((*cosine.shape, 4, 4))
    turn[..., 0, 0] = turn[..., 1, 1] = 0.5 * (1 + cosine)
    turn[..., 0, 1] = turn[..., 1, 0] = 0.5 * (1 - cosine)
    turn[..., 0, 3], turn[..., 1, 3] = 0.5 * sine, -0.5 * sine
    turn[..., 3, 0], turn[..., 3, 1] = -sine, sine
    turn[..., 3, 3] = cosine
    turn[..., 2, 2] = 1.0
    return turn


def _linear_tangent(lame: float, shear: float, strain: Array, left: Array) -> Array:
    return np.asarray(left[..., None, None] * (lame * _EVEN + shear * _SHEAR))


def _even_tangent(strain: Array, left: Array) -> Array:
    opens = strain[..., :3].sum(axis=-1) > 0
    return np.where(opens, left, 1.0)[..., None, None] * _EVEN


def _volumetric_tangent(lame: float, shear: float, strain: Array, left: Array) -> Array:
    even = (lame + 2 / 3 * shear) * _even_tangent(strain, left)
    return np.asarray(even + shear * left[..., None, None] * _DEVIATORIC)


def _spectral_tangent(lame: float, shear: float, strain: Array, left: Array) -> Array:
    turned = _principal_tangent(strain, left)
    return np.asarray(lame * _even_tangent(strain, left) + shear * turned)


_WHOLE = {
    Split.NONE: _linear,
    Split.SPECTRAL: _spectral,
    Split.VOLUMETRIC_DEVIATORIC: _volumetric,
}
_TANGENTS = {
    Split.NONE: _linear_tangent,
    Split.SPECTRAL: _spectral_tangent,
    Split.VOLUMETRIC_DEVIATORIC: _volumetric_tangent,
}
