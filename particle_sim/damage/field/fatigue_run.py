"""What fatigue of a section found, cycle by cycle."""

from __future__ import annotations

import enum
from dataclasses import dataclass

import numpy as np
import xarray as xr

from particle_sim.damage.field.cycling import Cycling, Worn
from particle_sim.shown import shown
from particle_sim.units import Array


class FatigueEnd(enum.Enum):
    """Why the cycles ended.

    >>> FatigueEnd("all cycles are done") is FatigueEnd.CYCLES
    True
    """

    CYCLES = "all cycles are done"
    RUNNING = "a crack ran and passed the size at which the run was to end"
    COARSE = "damage has reached cells too coarse for it"
    UNSETTLED = "a cycle could not be solved"


@shown
@dataclass(frozen=True, kw_only=True)
class FatigueRun:
    """Cracks at the ends of t cycles, on n vertices; per metre of a plane section.

    Made by :func:`particle_sim.damage.field.fatigue_cracks.fatigue_cracks`, of the body, load and
    choices in ``cycling``. ``cycle`` N (t,), of which each row's solved cycle counted ``counted``
    times (t,); ``elastic_energy`` and ``crack_energy`` [J/m], of a meridian [J] (t,), the elastic
    one at its largest within the cycle; ``alternations`` of each (t,). ``end`` is why the cycles
    ended, ``warnings`` what to know of the length scale. Between rows cracks grow at an even pace.
    """

    cycling: Cycling
    flaw: Array
    """Damage before the first cycle (n,)"""
    cycle: Array
    counted: Array
    damage: Array
    """d (t, n) at ``cycling.body.vertices``"""
    accumulated: Array
    """Largest A of the body [J/m3] (t,)"""
    elastic_energy: Array
    crack_energy: Array
    """What the cracks would cost now, with the toughness that is left"""
    alternations: Array
    end: FatigueEnd
    said: str
    """The sentence of whatever ended the cycles early, else nothing"""
    warnings: tuple[str, ...]

    @property
    def crack_size(self) -> Array:
        """Length [m], of a meridian area [m2], of all cracks (t,)."""
        return np.array([self.cycling.body.crack_size(each) for each in self.damage])

    @property
    def grown(self) -> Array:
        """Crack size that cycles have added (t,)."""
        return self.crack_size - self.cycling.body.crack_size(self.flaw)

    def index_at(self, cycle: int) -> int:
        """The last row at ``cycle`` or before; the first where there is none."""
        return max(0, int(np.searchsorted(self.cycle, cycle, side="right")) - 1)

    def to_dataset(self) -> xr.Dataset:
        """All rows with units in attrs, and the damage field of each, to be kept in a file."""
        size = "m2" if self.cycling.body.mesh.symmetry.power == 3 else "m"
        energy = "J" if size == "m2" else "J/m"
        rows = {
            "counted": (self.counted, "1"),
            "crack_size": (self.crack_size, size),
            "elastic_energy": (self.elastic_energy, energy),
            "crack_energy": (self.crack_energy, energy),
            "accumulated": (self.accumulated, "J/m3"),
        }
        fatigue, jumps = self.cycling.fatigue, self.cycling.jumps
        data = xr.Dataset({name: ("cycle", v, {"units": unit}) for name, (v, unit) in rows.items()})
        data["damage"] = (("cycle", "vertex"), self.damage, {"units": "1"})
        data["flaw"] = ("vertex", self.flaw, {"units": "1"})
        data["position"] = (("vertex", "axis"), self.cycling.body.vertices, {"units": "m"})
        return data.assign_coords(cycle=self.cycle).assign_attrs(
            end=self.end.value,
            fatigue_threshold=fatigue.threshold,
            fatigue_exponent=fatigue.exponent,
            fatigue_floor=fatigue.floor,
            jump_growth=jumps.growth,
            jump_advance=jumps.advance,
        )

    @property
    def in_brief(self) -> dict[str, str]:
        """How many cycles, why it ended, and how far the crack came."""
        what, unit = (
            ("area", "m2") if self.cycling.body.mesh.symmetry.power == 3 else ("length", "m")
        )
        return {
            "cycles": f"of {self.cycle[-1]:,} cycles, {len(self.cycle):,} of them solved",
            f"crack {what}": f"{self.crack_size[-1]:.4g} {unit}",
            "added by cycles": f"{self.grown[-1]:.4g} {unit}",
            "end": self.end.value.rstrip("."),
            "warnings": f"{len(self.warnings)}",
        }


@dataclass(frozen=True, kw_only=True)
class SolvedCycle:
    """What is kept of one solved cycle."""

    cycle: int
    counted: int
    damage: Array
    accumulated: float
    elastic_energy: float
    crack_energy: float
    alternations: int

    @classmethod
    def of(cls, state: Worn) -> SolvedCycle:
        return cls(
            cycle=state.cycle,
            counted=state.many,
            damage=state.damage,
            accumulated=float(state.accumulated.max()),
            elastic_energy=state.elastic,
            crack_energy=state.crack,
            alternations=state.alternations,
        )
