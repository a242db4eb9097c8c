"""A half cell: one active material against the metal of its carrier."""

from __future__ import annotations

import enum
from dataclasses import dataclass

import numpy as np

from particle_sim.cell.design import CellDesign, load_cell_design
from particle_sim.materials.material import Material

END_MARGIN = 5e-4
"""Sodium left at the empty end and room left at the full end, in site fraction."""


class CellModel(enum.Enum):
    """How much of the cell is resolved; the values are PyBaMM's model names."""

    SPM = "SPM"
    SPME = "SPMe"
    DFN = "DFN"


@dataclass(frozen=True, kw_only=True)
class Cell:
    """Material, design and model of a half cell."""

    material: Material
    design: CellDesign
    model: CellModel
    radial_points: int

    @property
    def active_mass(self) -> float:
        """[kg]"""
        return self.design.value("active_loading") * self.design.value("electrode_area")

    @property
    def one_c_current(self) -> float:
        """Current called 1C for this electrode [A]."""
        return self.material.value("one_c_current") * self.active_mass

    @property
    def electrode_thickness(self) -> float:
        """Loading / (density x active volume fraction) [m]."""
        solid = self.material.value("density") * self.design.value("active_volume_fraction")
        return self.design.value("active_loading") / solid

    def rest_filling(self, voltage: float) -> float:
        """Site fraction in equilibrium at ``voltage``, kept ``END_MARGIN`` inside the window.

        Behind a steep end of the potential the equilibrium filling is 0 or 1 to rounding, where
        the exchange current vanishes.
        """
        filling = float(self.material.potential.filling(np.array(voltage)))
        return min(max(filling, END_MARGIN), 1 - END_MARGIN)


def half_cell(
    material: Material,
    *,
    design: CellDesign | None = None,
    model: CellModel = CellModel.SPM,
    radial_points: int = 40,
) -> Cell:
    """A half cell of ``material`` against its carrier's metal, by default the shipped design.

    ``radial_points`` is the particle mesh of the cell model; the surface filling is good to about
    1e-4 with 40. The stress comes from the particle solver, never from here.
    """
    return Cell(
        material=material,
        design=design or load_cell_design(),
        model=model,
        radial_points=radial_points,
    )
