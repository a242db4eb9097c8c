"""Where every number of a PyBaMM parameter set comes from, one row a parameter."""

from __future__ import annotations

import numbers
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from particle_sim.cell.film_constants import load_film_constants
from particle_sim.cell.half_cell import Cell
from particle_sim.cell.heat_entries import (
    AI2020_CARBON,
    AI2020_HEAT,
    BEHIND_HEAT,
    CHOSEN_CARBON,
    CHOSEN_HEAT,
    ENTROPIC,
    METAL,
)
from particle_sim.cell.particle_damage import AI2020, BEHIND, CHOSEN
from particle_sim.cell.pybamm_sets import parameter_set, set_cell
from particle_sim.cell.surface_entries import (
    AI2020_FILM,
    BEHIND_FILM,
    CHOSEN_FILM,
    CHOSEN_SURFACES,
)
from particle_sim.materials.potential import TabulatedPotential
from particle_sim.materials.property import Property

_METAL = "lithium metal electrode"
"""What PyBaMM calls any metal"""
_SIZE = ("active_loading", "active_volume_fraction", "density")

_MATERIAL = {
    "Positive electrode OCP [V]": "open_circuit_potential",
    "Positive electrode exchange-current density [A.m-2]": "exchange_current_density",
    "Positive particle radius [m]": "particle_radius",
    "Positive particle diffusivity [m2.s-1]": "diffusivity",
    "Maximum concentration in positive electrode [mol.m-3]": "maximum_concentration",
    **{entry: names[0] for entry, names in BEHIND.items() if len(names) == 1},
}
_DESIGN = {
    "Positive electrode active material volume fraction": "active_volume_fraction",
    "Positive electrode porosity": "porosity",
    "Positive electrode conductivity [S.m-1]": "electrode_conductivity",
    "Negative particle radius [m]": "negative_particle_radius",
    "Separator thickness [m]": "separator_thickness",
    "Separator porosity": "separator_porosity",
    "Initial concentration in electrolyte [mol.m-3]": "salt_concentration",
    "Cation transference number": "transference_number",
    "Thermodynamic factor": "thermodynamic_factor",
    "Electrolyte conductivity [S.m-1]": "electrolyte_conductivity",
    "Electrolyte diffusivity [m2.s-1]": "electrolyte_diffusivity",
    f"Exchange-current density for {_METAL} [A.m-2]": "metal_exchange_current_density",
}
_DERIVED: dict[str, tuple[str, ...]] = {
    "Electrode height [m]": ("electrode_area",),
    "Electrode width [m]": ("electrode_area",),
    "Contact resistance [Ohm]": ("film_resistance", "electrode_area"),
    "Current function [A]": ("one_c_current", "active_loading", "electrode_area"),
    "Nominal cell capacity [A.h]": (
        "maximum_concentration",
        "density",
        "active_loading",
        "electrode_area",
    ),
    "Positive electrode thickness [m]": _SIZE,
    "Initial concentration in positive electrode [mol.m-3]": (
        "open_circuit_potential",
        "maximum_concentration",
    ),
    "Negative electrode thickness [m]": ("negative_to_positive_ratio", *_SIZE),
    "Initial concentration in negative electrode [mol.m-3]": (
        "negative_initial_sodium",
        "negative_to_positive_ratio",
        "open_circuit_potential",
    ),
    **BEHIND,
    **BEHIND_HEAT,
    **BEHIND_FILM,
}
_AI2020 = {**AI2020, **AI2020_HEAT, **AI2020_CARBON, **AI2020_FILM}
_CUT_OFFS = {
    "Lower voltage cut-off [V]": "lower_voltage",
    "Open-circuit voltage at 0% SOC [V]": "lower_voltage",
    "Upper voltage cut-off [V]": "upper_voltage",
    "Open-circuit voltage at 100% SOC [V]": "upper_voltage",
}
_CHOSEN = {**CHOSEN_HEAT, **CHOSEN_CARBON, **CHOSEN_SURFACES, **CHOSEN_FILM}
_CHOICES = {
    "Ambient temperature [K]": "the temperature the files' values are given at",
    "Initial temperature [K]": "the temperature the files' values are given at",
    "Reference temperature [K]": "the temperature the files' values are given at",
    "Number of electrodes connected in parallel to make a cell": "one cell",
    "Number of cells connected in series to make a battery": "one cell",
    "Positive electrode Bruggeman coefficient (electrode)": "Bruggeman's exponent",
    "Positive electrode Bruggeman coefficient (electrolyte)": "Bruggeman's exponent",
    "Separator Bruggeman coefficient (electrolyte)": "Bruggeman's exponent",
    "Negative electrode thickness [m]": "metal; only options on heat use it",
    "Negative electrode conductivity [S.m-1]": "metal",
    "Negative electrode OCP [V]": "metal is the reference",
    "Lithium metal partial molar volume [m3.mol-1]": "molar mass over density of the metal",
    **CHOSEN,
    **{n: why for n, (_, why) in _CHOSEN.items()},
}


@dataclass(frozen=True, kw_only=True)
class ProvenanceRow:
    """One PyBaMM parameter: its value and where that comes from."""

    parameter: str
    """PyBaMM's name, its unit in brackets"""
    value: float | str
    """A number in ``unit``, or ``function`` with its central number"""
    unit: str
    our_property: str
    evidence: str
    plausible: tuple[float, float] | None
    """Range in the SI unit of ``our_property``"""
    source: str
    """Key in the bibliography"""


def provenance_table(name: str) -> list[ProvenanceRow]:
    """Rows for every parameter of the set ``name``, e.g. ``"he_v"`` or ``"he_v_hard_carbon"``.

    Where our property has only a range, the set holds its central value.

    >>> row = next(each for each in provenance_table("he_v") if "diffusivity" in each.our_property)
    >>> row.unit, row.evidence
    ('m2.s-1', 'assumed')

    Raises :class:`InputError` for an unknown set.
    """
    return cell_provenance(set_cell(name), parameter_set(name)())


def cell_provenance(cell: Cell, values: Mapping[str, object]) -> list[ProvenanceRow]:
    """Rows for the PyBaMM parameters ``values`` of any ``cell``."""
    films = {} if cell.negative is None else load_film_constants()
    properties = {**films, **cell.material.properties, **cell.design.properties}
    return [
        _row(parameter, value, _origin(parameter, cell, properties))
        for parameter, value in values.items()
        if parameter not in ("chemistry", "citations")
    ]


def _row(parameter: str, value: object, origin: _Origin) -> ProvenanceRow:
    prop = origin.prop
    plausible = None if prop is None else prop.plausible
    return ProvenanceRow(
        parameter=parameter,
        value=_shown(value, prop),
        unit=parameter.rpartition("[")[2].rstrip("]") if parameter.endswith("]") else "",
        our_property=origin.ours,
        evidence=origin.evidence,
        plausible=None if plausible is None else (plausible.low, plausible.high),
        source=origin.source,
    )


@dataclass(frozen=True, kw_only=True)
class _Origin:
    """What stands behind a parameter; ``prop`` when it is one property of ours alone."""

    ours: str
    evidence: str
    source: str
    prop: Property | None = None


def _origin(parameter: str, cell: Cell, properties: Mapping[str, Property]) -> _Origin:
    single = _MATERIAL.get(parameter) or _DESIGN.get(parameter) or _CUT_OFFS.get(parameter)
    if single is not None and single in properties:
        prop = properties[single]
        return _Origin(ours=single, evidence=prop.evidence.value, source=prop.source, prop=prop)
    negative = cell.negative
    if negative is not None and parameter in negative.values:
        return _Origin(ours=negative.parameter_set, evidence="proxy", source=negative.source)
    if negative is None and parameter in {**AI2020_CARBON, **CHOSEN_CARBON}:
        return _Origin(ours=METAL, evidence="assumed", source="judgement")
    if parameter in _AI2020:
        return _Origin(ours="Ai2020", evidence="proxy", source="pybamm_ai2020")
    parts = _DERIVED.get(parameter, ())
    if parameter == ENTROPIC and isinstance(cell.material.potential, TabulatedPotential):
        return _Origin(ours="of a table: none known", evidence="assumed", source="judgement")
    if parts and all(part in properties for part in parts):
        return _Origin(ours=", ".join(parts), evidence="derived", source="arithmetic")
    return _Origin(ours=_CHOICES[parameter], evidence="assumed", source="judgement")


def _shown(value: object, prop: Property | None) -> float | str:
    if isinstance(value, numbers.Real):
        return float(value)
    return "function" if prop is None else f"function, {prop.magnitude:.6g} {prop.unit}"


def as_text(rows: Iterable[ProvenanceRow]) -> str:
    """The rows as lines with tabs, for a file beside the results."""
    head = "parameter\tvalue\tproperty\tevidence\trange\tsource"
    lines = [head]
    for row in rows:
        limits = (
            "" if row.plausible is None else f"{row.plausible[0]:.4g} to {row.plausible[1]:.4g}"
        )
        value = row.value if isinstance(row.value, str) else f"{row.value:.6g}"
        fields = (row.parameter, value, row.our_property, row.evidence, limits, row.source)
        lines.append("\t".join(fields))
    return "\n".join(lines) + "\n"
