"""particle_sim: a continuum simulator of battery particles.

A material and a cell give a voltage and a flux; the flux and a particle give fields; fields give
numbers; numbers give figures and verdicts.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from particle_sim import figures as figures
    from particle_sim import metrics as metrics
    from particle_sim import protocols as protocols
    from particle_sim import transport
    from particle_sim.cell.electrolyte import load_electrolyte as load_electrolyte
    from particle_sim.cell.full_cell import full_cell as full_cell
    from particle_sim.cell.half_cell import half_cell as half_cell
    from particle_sim.cell.impedance import impedance as impedance
    from particle_sim.cell.solve import solve_cell as solve_cell
    from particle_sim.cell.voltammogram import scan_rate_exponent as scan_rate_exponent
    from particle_sim.cell.voltammogram import voltammogram as voltammogram
    from particle_sim.claims.compare import compare as compare
    from particle_sim.cli.repeat import rerun as rerun
    from particle_sim.composition.report import analyse as analyse
    from particle_sim.flux import SurfaceFlux as SurfaceFlux
    from particle_sim.flux import constant_flux as constant_flux
    from particle_sim.materials.load import load_material as load_material
    from particle_sim.materials.material import Material as Material
    from particle_sim.materials.material import material_from_values as material_from_values
    from particle_sim.particle import crystal as crystal
    from particle_sim.particle import export as export
    from particle_sim.particle import mechanics as mechanics
    from particle_sim.particle import shapes as shapes
    from particle_sim.particle import stiffness as stiffness
    from particle_sim.particle import surface as surface
    from particle_sim.particle.adaptive import Adaptive as Adaptive
    from particle_sim.particle.outcome import Stored as Stored
    from particle_sim.particle.particle import Particle as Particle
    from particle_sim.particle.solve import solve_particle as solve_particle
    from particle_sim.particle.solve_stress import solve_stress as solve_stress
    from particle_sim.progress import progress_bar as progress_bar
    from particle_sim.report.open import open as open
    from particle_sim.report.result_folder import ResultFolder as ResultFolder
    from particle_sim.studies.as_printed import as_printed as as_printed
    from particle_sim.studies.settings import Comparison as Comparison
    from particle_sim.sweeps.sweep import sweep as sweep

    physics = transport

_NAMES = {
    "particle_sim": "figures metrics protocols",
    "particle_sim.cell.electrolyte": "load_electrolyte",
    "particle_sim.cell.full_cell": "full_cell",
    "particle_sim.cell.half_cell": "half_cell",
    "particle_sim.cell.impedance": "impedance",
    "particle_sim.cell.solve": "solve_cell",
    "particle_sim.cell.voltammogram": "scan_rate_exponent voltammogram",
    "particle_sim.claims.compare": "compare",
    "particle_sim.cli.repeat": "rerun",
    "particle_sim.composition.report": "analyse",
    "particle_sim.flux": "SurfaceFlux constant_flux",
    "particle_sim.materials.load": "load_material",
    "particle_sim.materials.material": "Material material_from_values",
    "particle_sim.particle": "crystal export mechanics shapes stiffness surface",
    "particle_sim.particle.adaptive": "Adaptive",
    "particle_sim.particle.outcome": "Stored",
    "particle_sim.particle.particle": "Particle",
    "particle_sim.particle.solve": "solve_particle",
    "particle_sim.particle.solve_stress": "solve_stress",
    "particle_sim.progress": "progress_bar",
    "particle_sim.report.open": "open",
    "particle_sim.report.result_folder": "ResultFolder",
    "particle_sim.studies.as_printed": "as_printed",
    "particle_sim.studies.settings": "Comparison",
    "particle_sim.sweeps.sweep": "sweep",
}
"""Public names by the module or package that they are loaded from."""

_HOMES = {name: home for home, names in _NAMES.items() for name in names.split()}

_PACKAGES = {"physics": "particle_sim.transport"}
"""Packages that are public by another name: what users add are terms of the physics."""

__all__ = sorted([*_HOMES, *_PACKAGES])
__version__ = "0.1.0"


def __getattr__(name: str) -> Any:
    """Load a public name on first use, so that ``import particle_sim`` stays light."""
    if name in _PACKAGES:
        return importlib.import_module(_PACKAGES[name])
    if name not in _HOMES:
        raise AttributeError(f"module 'particle_sim' has no attribute {name!r}")
    home = _HOMES[name]
    try:
        value = importlib.import_module(f"{home}.{name}")
    except ModuleNotFoundError as error:
        if error.name != f"{home}.{name}":
            raise
        value = getattr(importlib.import_module(home), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return list(__all__)
