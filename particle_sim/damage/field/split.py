"""Energy, stress and tangent of an isotropic solid whose tensile part is damaged.

Strains and stresses (..., c) have the four components of a section or the six of a solid
(:mod:`~particle_sim.damage.field.principal`). With <x>+ = max(x, 0), <x>- = min(x, 0) and the
deviator e:

    spectral               psi+ = lambda/2 <tr eps>+^2 + mu sum <eps_i>+^2, psi- likewise
    volumetric-deviatoric  psi+ = K/2 <tr eps>+^2 + mu e : e,  psi- = K/2 <tr eps>-^2

(Miehe, Welschinger & Hofacker, Int. J. Numer. Meth. Eng. 83 (2010) 1273; Amor, Marigo & Maurini,
J. Mech. Phys. Solids 57 (2009) 1209).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from particle_sim.damage.field.principal import EQUAL, NORMALS, principal
from particle_sim.damage.field.solid import Split
from particle_sim.units import Array


@dataclass(frozen=True, kw_only=True)
class Response:
    """Energy density (...) and stress (..., c) that damage takes, and that it leaves."""

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
    """What elastic strains (..., c) do; all energy of ``opened`` places (leading axes) is damaged.

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
    """d stress / d strain (e, q, c, c) where ``left`` (e, q) of the damaged part is left."""
    whole = _TANGENTS[split](lame, shear, strain, left)
    if split is not Split.NONE and opened is not None:
        whole[opened] = _linear_tangent(lame, shear, strain[opened], left[opened])
    return whole


def _even(strain: Array) -> Array:
    """d (trace) (trace) / d strain^2 (c, c)."""
    normals = NORMALS[strain.shape[-1]]
    return np.outer(normals, normals)


def _shear(strain: Array) -> Array:
    """Of 2 eps : eps, with engineering shears (c, c)."""
    return np.diag(1 + NORMALS[strain.shape[-1]])


def _deviatoric(strain: Array) -> Array:
    return _shear(strain) - 2 / 3 * _even(strain)


def _linear(lame: float, shear: float, strain: Array) -> Response:
    stress = strain @ (lame * _even(strain) + shear * _shear(strain))
    energy = 0.5 * (stress * strain).sum(axis=-1)
    return Response(
        energy=energy,
        kept_energy=np.zeros_like(energy),
        stress=stress,
        kept_stress=np.zeros_like(stress),
    )


def _volumetric(lame: float, shear: float, strain: Array) -> Response:
    bulk, normals = lame + 2 / 3 * shear, NORMALS[strain.shape[-1]]
    trace = strain[..., :3].sum(axis=-1)
    opens, closes = np.maximum(trace, 0), np.minimum(trace, 0)
    deviator = shear * strain @ _deviatoric(strain)
    return Response(
        energy=0.5 * (bulk * opens**2 + (deviator * strain).sum(axis=-1)),
        kept_energy=0.5 * bulk * closes**2,
        stress=bulk * opens[..., None] * normals + deviator,
        kept_stress=bulk * closes[..., None] * normals,
    )


def _spectral(lame: float, shear: float, strain: Array) -> Response:
    normals, trace = NORMALS[strain.shape[-1]], strain[..., :3].sum(axis=-1)
    own, axes = principal(strain)
    parts = []
    for cut in (np.maximum, np.minimum):
        even, part = cut(trace, 0), cut(own, 0)
        energy = 0.5 * lame * even**2 + shear * (part**2).sum(axis=-1)
        turned = axes.spread(part)
        parts.append((energy, lame * even[..., None] * normals + 2 * shear * turned))
    (energy, stress), (kept_energy, kept_stress) = parts
    return Response(energy=energy, kept_energy=kept_energy, stress=stress, kept_stress=kept_stress)


def _principal_tangent(strain: Array, left: Array) -> Array:
    """d (sum of the principal parts) / d strain over mu, in the axes of the body."""
    values, axes = principal(strain)
    shares = np.where(values > 0, left[..., None], 1.0)
    own = np.zeros((*strain.shape, strain.shape[-1]))
    for k in range(3):
        own[..., k, k] = 2 * shares[..., k]
    for k, (one, two) in enumerate(axes.shears):
        pair = (one, two)
        own[..., 3 + k, 3 + k] = _shear_slope(values[..., pair], shares[..., pair])
    turn = axes.turn
    return np.asarray(turn.swapaxes(-1, -2) @ own @ turn)


def _shear_slope(pair: Array, shares: Array) -> Array:
    """(s_1 e_1 - s_2 e_2) / (e_1 - e_2) of two principal strains (..., 2)."""
    one, two = pair[..., 0], pair[..., 1]
    gap = one - two
    is_even = np.abs(gap) <= EQUAL * (np.abs(one) + np.abs(two))
    safe = np.where(is_even, 1.0, gap)
    slope = shares[..., 0] + (shares[..., 0] - shares[..., 1]) * two / safe
    return np.where(is_even, 0.5 * (shares[..., 0] + shares[..., 1]), slope)


def _linear_tangent(lame: float, shear: float, strain: Array, left: Array) -> Array:
    return np.asarray(left[..., None, None] * (lame * _even(strain) + shear * _shear(strain)))


def _even_tangent(strain: Array, left: Array) -> Array:
    opens = strain[..., :3].sum(axis=-1) > 0
    return np.where(opens, left, 1.0)[..., None, None] * _even(strain)


def _volumetric_tangent(lame: float, shear: float, strain: Array, left: Array) -> Array:
    even = (lame + 2 / 3 * shear) * _even_tangent(strain, left)
    return np.asarray(even + shear * left[..., None, None] * _deviatoric(strain))


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
