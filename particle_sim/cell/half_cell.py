"""A cell: one active material against the metal of its carrier, or a negative electrode."""

from __future__ import annotations

import enum
from dataclasses import dataclass

import numpy as np

from particle_sim.cell.design import CellDesign, CellKind, load_cell_design
from particle_sim.cell.negative import NegativeElectrode
from particle_sim.checks import arguments_checked
from particle_sim.constants import REFERENCE_TEMPERATURE
from particle_sim.errors import InputError
from particle_sim.materials.material import Material
from particle_sim.materials.sizes import SizeDistribution
from particle_sim.shown import shown
from particle_sim.transport.laws import SOLID_SOLUTION, Law

END_MARGIN = 5e-4
"""Sodium left at the empty end and room left at the full end, in site fraction."""

HALF_CELLS = {"Na": "sodium_half_cell", "Li": "lithium_half_cell", "K": "potassium_half_cell"}
"""The shipped design for each carrier."""


class CellModel(enum.Enum):
    """How much of the cell is resolved; the values are PyBaMM's model names."""

    SPM = "SPM"
    SPME = "SPMe"
    DFN = "DFN"
    MPM = "MPM"
    """SPM with particles of many sizes"""


@shown
@dataclass(frozen=True, kw_only=True)
class Cell:
    """Materials, design and model of a half cell or full cell."""

    material: Material
    """Of the positive electrode"""
    design: CellDesign
    model: CellModel
    radial_points: int
    law: Law = SOLID_SOLUTION
    """Of the transport in the positive electrode's particles"""
    negative: NegativeElectrode | None = None
    """A half cell has none: its counter electrode is the carrier's metal."""
    sizes: SizeDistribution | None = None
    """Of the positive electrode's particles, in an MPM; else all have the material's radius."""

    def __post_init__(self) -> None:
        if (self.sizes is not None) is not (self.model is CellModel.MPM):
            raise InputError(
                f"{self.material.name}: a cell of the model {self.model.value} has "
                f"{'no' if self.sizes is None else 'a'} size distribution; give sizes with "
                "CellModel.MPM and with no other model."
            )
        if self.sizes is not None and self.negative is not None:
            raise InputError(
                f"{self.material.name}: a full cell has no distribution of sizes for its negative "
                "electrode, which an MPM needs; use a half cell, or another model."
            )

    @property
    def in_brief(self) -> dict[str, str]:
        """Electrodes, design, cut-offs and 1C."""
        lower, upper = self.voltage_limits
        opposite = (
            f"{self.material.carrier} metal" if self.negative is None else self.negative.title
        )
        return {
            "cell": f"of {self.material.title} ({self.material.name}) against {opposite}",
            "design": self.design.title,
            "model": f"{self.model.value}, {self.law.title}",
            "cut-offs": f"{lower:.4g} to {upper:.4g} V",
            "1C": f"{self.one_c_current * 1e3:.4g} mA",
        }

    @property
    def active_mass(self) -> float:
        """[kg]"""
        return self.design.value("active_loading") * self.design.value("electrode_area")

    @property
    def one_c_current(self) -> float:
        """Current called 1C for this electrode [A]."""
        return self.material.value("one_c_current") * self.active_mass

    @property
    def voltage_limits(self) -> tuple[float, float]:
        """Lower and upper cut-off [V]: the design's, or where it gives none the material's."""
        own = self.design.properties
        lower, upper = (
            own[name].magnitude if name in own else self.material.value(name)
            for name in ("lower_voltage", "upper_voltage")
        )
        return lower, upper

    @property
    def electrode_thickness(self) -> float:
        """Loading / (density x active volume fraction) [m]."""
        solid = self.material.value("density") * self.design.value("active_volume_fraction")
        return self.design.value("active_loading") / solid

    def rest_filling(self, voltage: float, temperature: float = REFERENCE_TEMPERATURE) -> float:
        """Site fraction in equilibrium at ``voltage`` against metal.

        Kept ``END_MARGIN`` inside the window: behind a steep end of the potential the equilibrium
        filling is 0 or 1 to rounding, where the exchange current vanishes.
        """
        filling = float(self.material.potential.filling(np.array(voltage), temperature))
        return min(max(filling, END_MARGIN), 1 - END_MARGIN)


@arguments_checked
def half_cell(
    material: Material,
    *,
    design: CellDesign | None = None,
    model: CellModel = CellModel.SPM,
    radial_points: int = 40,
    law: Law = SOLID_SOLUTION,
    sizes: SizeDistribution | None = None,
) -> Cell:
    """A half cell of ``material`` against its carrier's metal, by default the shipped ``design``,
    or that of ``material.half_cell``.

    ``model`` is how much of it PyBaMM resolves, ``law`` the transport in the particles,
    ``radial_points`` is the particle mesh of the cell model; the surface filling is good to about
    1e-4 with 40. ``sizes`` goes with ``CellModel.MPM``. The stress comes from the particle solver,
    never from here.

    >>> import particle_sim as ps
    >>> half_cell(ps.load_material("nvp")).voltage_limits
    (1.2, 3.9)

    Raises :class:`InputError` for a design of another carrier or kind.
    """
    chosen = design or load_cell_design(_default_design(material))
    check_design(material, chosen, CellKind.HALF)
    return Cell(
        material=material,
        design=chosen,
        model=model,
        radial_points=radial_points,
        law=law,
        sizes=sizes,
    )


def check_design(material: Material, design: CellDesign, kind: CellKind) -> None:
    """:class:`InputError` when the design is of another kind or for another carrier."""
    if design.kind is not kind:
        raise InputError(
            f'{design.name}: cell.kind is "{design.kind.value}"; a {kind.value} cell needs a '
            f'design with kind = "{kind.value}".'
        )
    if design.electrolyte.carrier != material.carrier:
        shipped = HALF_CELLS.get(material.carrier) if kind is CellKind.HALF else None
        raise InputError(
            f"{design.name}: its electrolyte {design.electrolyte.name} carries "
            f"{design.electrolyte.carrier} but {material.name} takes up {material.carrier}; "
            f"choose an electrolyte for {material.carrier}"
            + (f", or a cell with one, e.g. {shipped}." if shipped else ".")
        )


def _default_design(material: Material) -> str:
    if material.half_cell is not None:
        return material.half_cell
    if material.carrier in HALF_CELLS:
        return HALF_CELLS[material.carrier]
    raise InputError(
        f"{material.name}: no cell design for {material.carrier} is shipped, only for "
        f"{', '.join(HALF_CELLS)}; write one like parameters/cells/sodium_half_cell.toml with "
        "an electrolyte of its own and give it as --cell, in Python as "
        "design=load_cell_design(...)."
    )
