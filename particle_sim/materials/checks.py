"""What can be wrong with a material file beyond single numbers: sentences, after the file's name.

First its texts, which are checked before any rule reads them; then the relations that tie its
numbers together.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping

from particle_sim.composition.formula import Formula, molar_mass, parse_formula
from particle_sim.composition.structures import structure_names
from particle_sim.constants import AVOGADRO, FARADAY
from particle_sim.errors import InputError, closest
from particle_sim.materials.potential import PlateauPotential
from particle_sim.materials.property import Property
from particle_sim.materials.schema import (
    Header,
    HostFile,
    MaterialFile,
    PhaseBehaviour,
    PropertyEntry,
)

CLOSURE = 0.01
"""Relative mismatch allowed between numbers that follow from one another (printed digits)."""

LEAST_WINDOW = 0.01
"""Smallest exchange of carrier per formula unit that is a capacity, and not one in another unit."""


def header_problems(header: Header, host: HostFile | None) -> Iterator[str]:
    """A structure or a host that cannot be this material's."""
    if header.structure is not None and header.structure not in structure_names():
        yield (
            f'material.structure is "{header.structure}", which is no structure family; '
            f"{closest(header.structure, structure_names())}"
        )
    if host is None:
        return
    if header.carrier != host.host.carrier:
        yield (
            f'material.carrier is "{header.carrier}", but the host {host.host.name} '
            f"holds {host.host.carrier}; correct one of them."
        )
    yield from _formula_problems(header)


def _formula_problems(header: Header) -> Iterator[str]:
    try:
        parse_formula(header.formula, variables=header.variables)
    except InputError as error:
        yield from (f"material.formula: {problem}" for problem in error.problems)


def mention_problems(file: MaterialFile, known: Collection[str]) -> list[str]:
    """Unknown sources of a mention or a printed fact."""
    named = [("material.named_in", mention.source) for mention in file.material.named_in]
    named += [(f"printed.{k}", fact.source) for k, facts in file.printed.items() for fact in facts]
    return _unknown(named, known)


def citation_problems(
    file: MaterialFile,
    phases: PhaseBehaviour | None,
    entries: Mapping[str, PropertyEntry],
    known: Collection[str],
) -> list[str]:
    """Unknown sources of a claim, of the phase behaviour or of a property."""
    named = [(f"claims.{number}", claim.source) for number, claim in enumerate(file.claims)]
    if phases is not None:
        named.append(("material.phase_behaviour", phases.source))
    return [*_unknown(named, known), *source_problems(entries, known)]


def source_problems(entries: Mapping[str, PropertyEntry], known: Collection[str]) -> list[str]:
    """Source keys of properties that no bibliography holds."""
    named = [(f"properties.{name}", entry.source) for name, entry in entries.items()]
    for name, entry in entries.items():
        named += [(f"properties.{name}.plateaus", p.source) for p in entry.plateaus or []]
        if entry.activation_energy is not None:
            named.append((f"properties.{name}.activation_energy", entry.activation_energy.source))
    return _unknown(named, known)


def _unknown(named: Iterable[tuple[str, str]], known: Collection[str]) -> list[str]:
    return [
        f'{key}.source is "{source}", which is not in sources.toml nor in [sources] of '
        f"this file; {closest(source, {'user', *known})}"
        for key, source in named
        if source != "user" and source not in known
    ]


def range_problems(
    header: Header, window: tuple[float, float] | None, rest: float | None
) -> Iterator[str]:
    """A carrier that no simulation knows, and a stress-free filling outside the window."""
    if window is not None and rest is not None and not window[0] <= rest <= window[1]:
        yield (
            f"material.stress_free_stoichiometry is {rest:g}; it must lie in the window "
            f"{window[0]:g} to {window[1]:g}."
        )
    if header.carrier not in ("Na", "Li", "K"):
        yield f'material.carrier is "{header.carrier}"; choose Na, Li or K.'


def closure_problems(
    properties: Mapping[str, Property], header: Header, formula: Formula | None
) -> list[str]:
    """Every relation between the numbers that does not close."""
    value = {name: prop.magnitude for name, prop in properties.items()}
    return [
        *_derived_numbers(value),
        *_voltages(value),
        *_plateaus_inside(properties, value),
        *(_formula_problems(header) if formula is None else _mass(value, formula)),
    ]


def _off(given: float, derived: float) -> bool:
    return not abs(given - derived) <= CLOSURE * derived


def _derived_numbers(value: Mapping[str, float]) -> Iterator[str]:
    """Capacity, concentration and density against window, molar mass and cell volume."""
    window = value["stoichiometry_max"] - value["stoichiometry_min"]
    mass, per_volume = value["molar_mass"], 1 / (AVOGADRO * value["formula_unit_volume"])
    given, derived = value["capacity"], window * FARADAY / (3600 * mass)
    say = f"properties.capacity is {given:.4g} mAh/g"
    if window < LEAST_WINDOW:
        yield (
            f"{say}, only {window:.2g} carrier ions per formula unit; check its unit, mA*h/g, and "
            "the window."
        )
    elif _off(given, derived):
        yield (
            f"{say} but the window of {window:.4g} Na gives {derived:.4g} mAh/g (dx F / 3.6 M); "
            "correct the capacity or the window."
        )
    sites, most = value.get("carrier_sites"), value["stoichiometry_max"]
    if sites is not None and sites < most:
        yield (
            f"properties.carrier_sites is {sites:g}; it must be at least stoichiometry_max, "
            f"{most:g}."
        )
    given, derived = value["maximum_concentration"], window * per_volume
    if _off(given, derived):
        yield (
            f"properties.maximum_concentration is {given:.5g} mol/m^3 but window and cell volume "
            f"give {derived:.5g} mol/m^3 (dx / N_A V); correct one of them."
        )
    given, derived = value["density"], mass * per_volume
    if _off(given, derived):
        yield (
            f"properties.density is {given:.4g} kg/m^3 but molar mass and cell volume give "
            f"{derived:.4g} kg/m^3 (M / N_A V); correct one of them."
        )


def _mass(value: Mapping[str, float], formula: Formula) -> Iterator[str]:
    given, mass = value["molar_mass"], molar_mass(formula)
    if _off(given, mass):
        yield (
            f"properties.molar_mass is {given * 1e3:.5g} g/mol but {formula.text} weighs "
            f"{mass * 1e3:.5g} g/mol; correct the formula or the molar mass."
        )


def _voltages(value: Mapping[str, float]) -> Iterator[str]:
    low, high = value["lower_voltage"], value["upper_voltage"]
    if high <= low:
        yield (
            f"properties.upper_voltage is {high:g} V; it must be above lower_voltage, {low:g} V."
        )


def _plateaus_inside(
    properties: Mapping[str, Property], value: Mapping[str, float]
) -> Iterator[str]:
    potential = properties["open_circuit_potential"].function
    low, high = value["lower_voltage"], value["upper_voltage"]
    for plateau in potential.plateaus if isinstance(potential, PlateauPotential) else ():
        if not low < plateau.voltage < high:
            yield (
                f"properties.open_circuit_potential has a plateau at {plateau.voltage:g} V, "
                f"outside the cut-offs {low:g} to {high:g} V; move the plateau or the cut-offs."
            )
