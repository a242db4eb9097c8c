"""Our materials as PyBaMM parameter sets: ``pybamm.ParameterValues("he_v")``.

PyBaMM finds sets by the entry points ``pybamm_parameter_sets`` of installed packages. Every
material gives a half cell under its own name, and every sodium material a full cell under
``<name>_hard_carbon``. The entry points are lines in ``pyproject.toml``, one per set
(:func:`entry_point_lines` writes them); each names an attribute of this module, which
:func:`__getattr__` makes when it is asked for:

    "he_v"              lithium_ion.SPM, SPMe, DFN with {"working electrode": "positive"}
    "he_v_hard_carbon"  sodium_ion.BasicDFN(); lithium_ion.SPM, SPMe, DFN

Central values at 298.15 K, at rest just below the upper cut-off, 1C. The film's resistance is read
by the lithium_ion models with {"contact resistance": "true"} only, entries on cracks and loss with
the options of :mod:`particle_sim.cell.particle_damage`, on heat with those of
:mod:`particle_sim.cell.heat_entries`, on surfaces with those of
:mod:`particle_sim.cell.surface_entries`. Where each number comes from is in
:func:`particle_sim.cell.provenance.provenance_table`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from particle_sim.cell.balance import RestState, rest_state
from particle_sim.cell.full_cell import full_cell
from particle_sim.cell.half_cell import HALF_CELLS, Cell, half_cell
from particle_sim.cell.heat_entries import heat_parameters
from particle_sim.cell.negative import NEGATIVE_ELECTRODES
from particle_sim.cell.parameters import pybamm_parameters
from particle_sim.cell.particle_damage import damage_parameters
from particle_sim.cell.pybamm_module import import_pybamm
from particle_sim.cell.surface_entries import surface_parameters
from particle_sim.cell.voltage import asymptotes
from particle_sim.constants import REFERENCE_TEMPERATURE
from particle_sim.errors import InputError
from particle_sim.materials.load import MaterialRecord, load_record, material_names

GROUP = "pybamm_parameter_sets"
FULL_CELL_ENDING = "_hard_carbon"
FULL_CELL_CARRIER = "Na"

BELOW = 1e-3
"""Of a set at its start, under the upper cut-off [V]."""

ParameterSet = Callable[[], dict[str, Any]]


def set_names() -> list[str]:
    """Names of all sets: half cells, and full cells of sodium materials."""
    names = []
    for name in material_names():
        carrier = load_record(name).material.carrier
        if carrier in HALF_CELLS:
            names.append(name)
        if carrier == FULL_CELL_CARRIER:
            names.append(name + FULL_CELL_ENDING)
    return names


def entry_point_lines() -> list[str]:
    """The lines of ``[project.entry-points.pybamm_parameter_sets]`` in ``pyproject.toml``."""
    return [f'{name} = "{__name__}:{name}"' for name in set_names()]


def set_cell(name: str) -> Cell:
    """The cell behind a set's name; :class:`InputError` for an unknown one."""
    return _cell(name, _record(name))


def parameter_set(name: str) -> ParameterSet:
    """A function that returns the set's parameter dictionary, with its sources as docstring."""
    record = _record(name)

    def get_parameter_values() -> dict[str, Any]:
        pybamm, cell = import_pybamm(), _cell(name, record)
        rest = _charged(cell)
        isothermal = pybamm_parameters(
            cell, pybamm, filling=rest.positive, temperature=REFERENCE_TEMPERATURE
        )
        values = {
            **isothermal,
            **damage_parameters(cell, pybamm),
            **heat_parameters(cell, pybamm, isothermal),
            **surface_parameters(cell),
        }
        if cell.negative is None:
            return values
        citations = [cell.negative.parameter_set]
        return {"chemistry": "sodium_ion", **values, "citations": citations}

    get_parameter_values.__name__ = name
    get_parameter_values.__doc__ = _description(name, record)
    return get_parameter_values


def _charged(cell: Cell) -> RestState:
    """At rest just below the upper cut-off, where PyBaMM's potential with its asymptote lies too.

    A model whose current charges a double layer first begins at rest, and ends there at once where
    that is at the cut-off.
    """
    upper = cell.voltage_limits[1]
    ends = np.array([rest_state(cell, upper).positive])
    return rest_state(cell, upper - BELOW - float(asymptotes(ends)[0]))


def __getattr__(name: str) -> ParameterSet:
    """The set of that name, so that a new material needs no code here."""
    if name.startswith("__"):
        raise AttributeError(name)
    try:
        return parameter_set(name)
    except InputError as error:
        raise AttributeError(str(error)) from None


def _record(name: str) -> MaterialRecord:
    return load_record(name.removesuffix(FULL_CELL_ENDING))


def _cell(name: str, record: MaterialRecord) -> Cell:
    if name.endswith(FULL_CELL_ENDING):
        return full_cell(record.material, negative=next(iter(NEGATIVE_ELECTRODES)))
    return half_cell(record.material)


def _description(name: str, record: MaterialRecord) -> str:
    kind = "Full cell with hard carbon" if name.endswith(FULL_CELL_ENDING) else "Half cell"
    sources = dict.fromkeys(prop.source for prop in record.material.properties.values())
    lines = "\n".join(f"* {record.citation(source)}" for source in sources)
    return (
        f"{kind} of {record.material.title}, {record.material.formula}.\n\n"
        "Central values of particle_sim; many are assumed, see its provenance table.\n\n"
        f"Sources of the material's numbers:\n\n{lines}\n"
    )
