"""The negative electrode of a full cell, read from a PyBaMM set when it is asked for.

Nothing of the set is stored here: potential, diffusivity, exchange current, concentrations,
conductivity, radius, porosity and active fraction come from the installed PyBaMM.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from particle_sim.cell.pybamm_module import import_pybamm
from particle_sim.errors import InputError, closest
from particle_sim.materials.potential import TabulatedPotential

_FROM_DESIGN = (
    "Negative electrode thickness [m]",
    "Initial concentration in negative electrode [mol.m-3]",
)


@dataclass(frozen=True, kw_only=True)
class NegativeElectrode:
    """An intercalation electrode opposite the positive one."""

    name: str
    title: str
    carrier: str
    source: str
    """Key in the shared bibliography."""
    parameter_set: str
    """PyBaMM's name of the set it comes from."""
    potential: TabulatedPotential
    """U(theta) [V] against the carrier's metal; its ends bound the filling."""
    values: Mapping[str, Any]
    """The set's entries on this electrode, under PyBaMM's names."""

    @property
    def maximum_concentration(self) -> float:
        """c_max [mol/m3]."""
        return float(self.values["Maximum concentration in negative electrode [mol.m-3]"])

    @property
    def active_volume_fraction(self) -> float:
        """Active volume over electrode volume."""
        return float(self.values["Negative electrode active material volume fraction"])


def hard_carbon() -> NegativeElectrode:
    """The hard carbon of PyBaMM's Chayambuka2022 (Electrochim. Acta 404 (2022) 139764).

    Its capacity, c_max F / 3600, is 390 A h per litre of carbon; no density is part of the set.
    Isothermal: the set holds values for 298.15 K only.
    """
    pybamm = import_pybamm()
    name = "Chayambuka2022"
    given = dict(pybamm.parameter_sets[name])
    table = given["Negative electrode OCP [V]"](pybamm.Scalar(0.5))
    return NegativeElectrode(
        name="hard_carbon",
        title="Hard carbon",
        carrier="Na",
        source="chayambuka2022",
        parameter_set=name,
        potential=TabulatedPotential(
            tuple(float(x) for x in table.x[0]), tuple(float(y) for y in table.y)
        ),
        values={
            key: value
            for key, value in given.items()
            if key.lower().startswith(("negative", "maximum concentration in negative"))
            and key not in _FROM_DESIGN
        },
    )


NEGATIVE_ELECTRODES: dict[str, Callable[[], NegativeElectrode]] = {"hard_carbon": hard_carbon}


def load_negative(name: str) -> NegativeElectrode:
    """A negative electrode by name."""
    if name not in NEGATIVE_ELECTRODES:
        raise InputError(
            f'There is no negative electrode "{name}"; {closest(name, NEGATIVE_ELECTRODES)}'
        )
    return NEGATIVE_ELECTRODES[name]()
