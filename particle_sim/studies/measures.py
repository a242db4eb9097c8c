"""Scalars read from principal stresses and strains, or from a free sphere's components.

A sphere's three normal components are principal; the shears that follow them are zero.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from particle_sim.particle.outcome import von_mises
from particle_sim.studies.choices import StrainMeasure, StressMeasure
from particle_sim.units import Array


@dataclass(frozen=True)
class FieldMeasure:
    """A scalar read from principal stresses or strains (..., 3), or the six of a sphere."""

    title: str
    unit: str
    read: Callable[[Array], Array]
    size: Callable[[Array], Array] = np.abs
    """What a peak is the largest of: either sign, but of a first principal stress tension alone"""


def _component(index: int) -> Callable[[Array], Array]:
    def read(principal: Array) -> Array:
        return np.asarray(principal[..., index])

    return read


def _largest(principal: Array) -> Array:
    return np.asarray(principal[..., :3].max(axis=-1))


def _tension(stress: Array) -> Array:
    return np.maximum(stress, 0.0)


def _mean(principal: Array) -> Array:
    return np.asarray(principal[..., :3].mean(axis=-1))


def _trace(principal: Array) -> Array:
    return np.asarray(principal[..., :3].sum(axis=-1))


STRESSES = {
    StressMeasure.VON_MISES: FieldMeasure("von Mises stress", "Pa", von_mises),
    StressMeasure.HOOP: FieldMeasure("hoop stress", "Pa", _component(1)),
    StressMeasure.RADIAL: FieldMeasure("radial stress", "Pa", _component(0)),
    StressMeasure.HYDROSTATIC: FieldMeasure("hydrostatic stress", "Pa", _mean),
    StressMeasure.FIRST_PRINCIPAL: FieldMeasure("first principal stress", "Pa", _largest, _tension),
}
STRAINS = {
    StrainMeasure.VOLUMETRIC: FieldMeasure("volumetric strain", "1", _trace),
    StrainMeasure.HOOP: FieldMeasure("hoop strain", "1", _component(1)),
    StrainMeasure.RADIAL: FieldMeasure("radial strain", "1", _component(0)),
}
