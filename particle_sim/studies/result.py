"""What a comparison knows of one material."""

from __future__ import annotations

from dataclasses import dataclass, replace

import xarray as xr

from particle_sim.cell.run import CellRun
from particle_sim.materials.load import MaterialRecord
from particle_sim.materials.material import Material
from particle_sim.particle.run import ParticleRun
from particle_sim.shown import shown
from particle_sim.studies.body_case import BodyResult
from particle_sim.studies.footing import with_own_transport
from particle_sim.studies.size_map import state_index
from particle_sim.transport.laws import Law


def _in_brief(self: MaterialResult) -> dict[str, str]:
    """Which material it is, under which laws it was solved, and its two runs."""
    peak = float(self.particle.first_principal_stress.max())
    return {
        "result": f"of {self.title}",
        "laws": ", ".join(self.runs),
        "cell": f"{self.cell.capacity[-1]:.4g} mA h/g, {self.cell.end.value.rstrip('.')}",
        "peak tensile stress": f"{peak / 1e6:.4g} MPa",
    }


@shown
@dataclass(frozen=True, kw_only=True)
class MaterialResult:
    """One material of a comparison: cell, particle under its law, and the same under others."""

    record: MaterialRecord
    """As its file has it"""
    material: Material
    """As it was solved: on one footing with the other"""
    law: Law
    cell: CellRun
    start: float
    stop: float
    """Mean fillings at rest at the two cut-offs, between which fractions are counted"""
    runs: dict[str, ParticleRun]
    """Particle runs by law name; the material's own law first"""
    maps: dict[str, xr.Dataset]
    """Stress and inhomogeneity against D/R^2, by law name; the material's own law first"""
    opposite_maps: dict[str, xr.Dataset]
    """The same in the other direction; of phases that part only where a sentence reads it"""
    body: BodyResult | None = None
    """The same material in another shape, under its own law; ``None`` for spheres"""

    in_brief = property(_in_brief)

    @property
    def believed(self) -> Material:
        """As it was solved, but with what its own file believes of diffusivity and exchange."""
        return with_own_transport(self.material, self.record.material)

    @property
    def name(self) -> str:
        return self.material.name

    @property
    def title(self) -> str:
        """The material's title, with its reading where that is not the file's default."""
        material = self.material
        if material.reading == self.record.file.material.default_reading.name:
            return material.title
        return f"{material.title} ({material.reading.replace('_', ' ')})"

    @property
    def particle(self) -> ParticleRun:
        """The run under the material's own law."""
        return self.runs[self.law.name]

    def filling(self, fraction: float) -> float:
        """Mean filling after a fraction of the capacity between the cut-offs."""
        return self.start + fraction * (self.stop - self.start)

    def index(self, fraction: float, law: str | None = None) -> int | None:
        """Time index of a state, ``None`` when the run ended before it."""
        return state_index(self.runs[law or self.law.name], self.filling(fraction))

    @property
    def never_moved(self) -> bool:
        """Whether a cut-off was met as the current began, so that capacity is 0."""
        return float(self.cell.capacity[-1]) == 0.0

    @property
    def reached(self) -> float:
        """Fraction of the capacity exchanged when the particle run ended."""
        last = float(self.particle.mean_site_fraction[-1])
        return (last - self.start) / (self.stop - self.start)


def as_it_reacts(result: MaterialResult) -> Material:
    """The material with what its file believes, in two phases where the law it ran under parts."""
    return replace(result.believed, two_phase=result.law.separates)
