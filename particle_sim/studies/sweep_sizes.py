"""A function to sweep: capacity and stress of half cells whose particles have many sizes.

``sized_metrics(...)`` takes ``c_rate`` [1/h], ``size_spread`` (the standard deviation of ln R),
``stress`` [Pa] and properties of the material in SI; ``particle_radius`` is the median by volume.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from particle_sim.errors import InputError, located
from particle_sim.materials.document import validated
from particle_sim.materials.load import load_record
from particle_sim.materials.material import Material
from particle_sim.materials.schema import Block
from particle_sim.materials.sizes import log_normal
from particle_sim.studies.choices import PhysicsChoice
from particle_sim.studies.half_cell_batch import MATERIAL_NAMES
from particle_sim.studies.rate_sizes import WIDEST, flaw_stress
from particle_sim.studies.sized_half_cells import share_above, sized_half_cells
from particle_sim.studies.sweep_functions import ProtocolChoice, record_files
from particle_sim.transport.laws import law_of

UNITS = {"capacity": "A*h/kg", "share_above": "1", "peak_tension": "Pa"}


@dataclass(frozen=True, kw_only=True)
class SizedMetrics:
    """Half cells of one material at a potential shared by all sizes."""

    material: Material
    files: Mapping[str, str]
    protocol: ProtocolChoice
    physics: PhysicsChoice
    c_rate: float
    size_spread: float
    stress: float

    def __call__(self, **inputs: float) -> dict[str, float]:
        """Capacity, the share of the volume that passes ``stress``, and the largest tension."""
        own = {**self._defaults, **inputs}
        c_rate, spread, stress = (own.pop(name) for name in ("c_rate", "size_spread", "stress"))
        if not 0 <= spread <= WIDEST:
            raise InputError(f"size_spread is {spread:g}; it must lie from 0 to {WIDEST:g}.")
        median = own.pop("particle_radius", self.material.value("particle_radius"))
        run = sized_half_cells(
            self.material,
            sizes=log_normal(median, spread),
            c_rate=np.array([c_rate]),
            values={name: np.array([value]) for name, value in own.items()},
            direction=self.protocol.direction,
            law=law_of(self.physics.value, self.material),
        )
        return {
            "capacity": float(run.capacity[0]),
            "share_above": float(share_above(run, stress, run.peak_tension)[0]),
            "peak_tension": float(run.peak_tension.max()),
        }

    @property
    def _defaults(self) -> dict[str, float]:
        return {"c_rate": self.c_rate, "size_spread": self.size_spread, "stress": self.stress}

    @property
    def units(self) -> dict[str, str]:
        """Unit of every result."""
        return UNITS

    @property
    def axis_units(self) -> dict[str, str]:
        """SI unit of every input it takes."""
        own = {name: self.material[name].unit for name in MATERIAL_NAMES}
        return {"c_rate": "1/h", "size_spread": "1", "stress": "Pa", **own}

    def content(self) -> dict[str, Any]:
        """What its answers depend on."""
        return {
            "function": "sized_metrics",
            "material": self.material.name,
            "files": dict(self.files),
            "protocol": self.protocol.value,
            "physics": self.physics.value,
            **self._defaults,
        }


def sized_metrics(
    *,
    material: str,
    protocol: ProtocolChoice = ProtocolChoice.CELL_CHARGE,
    physics: PhysicsChoice = PhysicsChoice.SOLID_SOLUTION,
    c_rate: float = 1.0,
    size_spread: float = 0.4,
    stress: float | None = None,
) -> SizedMetrics:
    """A function for :func:`particle_sim.sweep`: one material's half cell of many sizes.

    ``stress`` [Pa]: without one, that at which the material's edge flaw grows
    (:func:`~particle_sim.studies.rate_sizes.flaw_stress`). Raises :class:`InputError` for an
    unknown material, one of two phases, or a protocol without a cell.
    """
    record = load_record(material)
    if not protocol.in_cell:
        raise InputError(
            f"sized_metrics has the protocol {protocol.value}; sizes share a current in a cell "
            f"only, so use {ProtocolChoice.CELL_CHARGE.value} or "
            f"{ProtocolChoice.CELL_DISCHARGE.value}."
        )
    return SizedMetrics(
        material=record.material,
        files=record_files(record),
        protocol=protocol,
        physics=physics,
        c_rate=float(c_rate),
        size_spread=float(size_spread),
        stress=flaw_stress(record.material) if stress is None else float(stress),
    )


class _Arguments(Block):
    """The [function] block of a sweep file."""

    material: str
    protocol: ProtocolChoice = ProtocolChoice.CELL_CHARGE
    physics: PhysicsChoice = PhysicsChoice.SOLID_SOLUTION
    c_rate: float = 1.0
    size_spread: float = 0.4
    stress: float | None = None


def sized_metrics_from(arguments: dict[str, Any], where: str) -> SizedMetrics:
    """From the [function] block of the file ``where``; ``stress`` in Pa."""
    read = validated(_Arguments, arguments, f"{where}: function")
    with located(where):
        return sized_metrics(**{name: getattr(read, name) for name in _Arguments.model_fields})
