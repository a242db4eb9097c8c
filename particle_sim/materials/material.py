"""A battery material: what is known about it, as properties with evidence."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from particle_sim.checks import arguments_checked
from particle_sim.constants import FARADAY
from particle_sim.errors import InputError
from particle_sim.materials.catalogue import CATALOGUE
from particle_sim.materials.functions import (
    Constant,
    Falling,
    LinearTable,
    SiteFunction,
    SquareRoot,
)
from particle_sim.materials.occupancy import Lattice
from particle_sim.materials.potential import (
    Plateau,
    PlateauPotential,
    Step,
    TabulatedPotential,
    steps_of,
)
from particle_sim.materials.property import Evidence, Property, assumed
from particle_sim.shown import shown


def _in_brief(self: Material) -> dict[str, str]:
    """Name, window, headline numbers and how many properties are only assumed."""
    low, high = self.stoichiometry_min, self.stoichiometry_max
    weak = sum(p.evidence is Evidence.ASSUMED for p in self.properties.values())
    headline = {"capacity": "A h/kg", "diffusivity": "m2/s", "particle_radius": "m"}
    return {
        "material": f"{self.title} ({self.name}), {self.formula}",
        "window": f"{self.carrier} {low:.4g} to {high:.4g}, reading {self.reading}",
        **{
            name.replace("_", " "): f"{self.value(name):.4g} {unit}"
            for name, unit in headline.items()
            if name in self.properties
        },
        "properties": f"{len(self.properties)}, of which {weak} assumed",
    }


@shown
@dataclass(frozen=True, kw_only=True)
class Material:
    """An intercalation material over its sodium window.

    Site fraction theta = (x - x_min)/(x_max - x_min), x from ``stoichiometry_min`` to
    ``stoichiometry_max``; concentration c = theta c_max. ``material[name]`` is a
    :class:`Property`, ``material.value(name)`` its number in SI; ``properties`` holds all.
    ``stress_free_site_fraction`` is where the lattice has its own size, ``reading`` which reading
    of its file this is, ``half_cell`` the design it stands in. ``name``, ``title``, ``formula`` and
    ``carrier`` say what it is. Made by ``load_material`` or :func:`material_from_values`.

    >>> import particle_sim as ps
    >>> nvp = ps.load_material("nvp")
    >>> nvp.value("particle_radius"), nvp["particle_radius"].evidence.value
    (2.5e-07, 'assumed')
    """

    name: str
    title: str
    formula: str
    carrier: str
    stoichiometry_min: float
    stoichiometry_max: float
    stress_free_site_fraction: float
    properties: Mapping[str, Property]
    reading: str = "default"
    two_phase: bool = False
    """Whether its source describes a first-order (two-phase) reaction."""
    half_cell: str | None = None
    """A cell design by name or file, where none is given; ``None`` for the carrier's shipped one"""

    def __getitem__(self, name: str) -> Property:
        return self.properties[name]

    in_brief = property(_in_brief)

    def value(self, name: str) -> float:
        """Magnitude of a property in its SI unit."""
        return self.properties[name].magnitude

    @property
    def maximum_concentration(self) -> float:
        """Mobile sodium at the full end of the window, c_max [mol/m3]."""
        return self.value("maximum_concentration")

    @property
    def potential(self) -> PlateauPotential | TabulatedPotential:
        """The measured open-circuit potential U(theta) [V]."""
        function = self.properties["open_circuit_potential"].function
        if not isinstance(function, PlateauPotential | TabulatedPotential):
            raise InputError(
                f"{self.name}: open_circuit_potential is a {type(function).__name__}; "
                "give plateaus or a table."
            )
        return function

    @cached_property
    def lattice(self) -> Lattice:
        """How full the carrier's sites are at both ends of the window."""
        ends = (self.stoichiometry_min, self.stoichiometry_max)
        return lattice_of(self.properties, ends)

    @cached_property
    def steps(self) -> tuple[Step, ...]:
        """The plateaus laid over [0, 1]; a single step when the potential is a table."""
        if isinstance(self.potential, PlateauPotential):
            return steps_of(self.potential.plateaus)
        return (Step(start=0.0, share=1.0),)

    @property
    def specific_capacity(self) -> float:
        """Capacity of the whole window c_max F / (3600 rho) [A h/kg], equal to mAh/g."""
        return self.maximum_concentration * FARADAY / (3600 * self.value("density"))

    def stoichiometry(self, site_fraction: float) -> float:
        """Sodium per formula unit at a site fraction."""
        window = self.stoichiometry_max - self.stoichiometry_min
        return self.stoichiometry_min + site_fraction * window

    def replaced(self, **changed: Property) -> Material:
        """The same material with some properties replaced; what follows from them follows.

        Raises :class:`InputError` for a bare number, which would have no unit and no source, and
        for a property under another name than its own.

        >>> import particle_sim as ps
        >>> nvp = ps.load_material("nvp")
        >>> slow = nvp.replaced(diffusivity=nvp["diffusivity"].with_magnitude(1e-16))
        >>> slow.value("diffusivity")
        1e-16
        """
        for name, value in changed.items():
            if getattr(value, "name", None) != name:
                raise InputError(
                    f"replaced({name}={value!r:.60}): a property called {name} must stand there, "
                    f'such as material["{name}"].with_magnitude(1.0) in SI units.'
                )
        ends = (self.stoichiometry_min, self.stoichiometry_max)
        properties = on_lattice({**self.properties, **_strained(changed)}, ends)
        return dataclasses.replace(self, properties=properties)


def _strained(changed: Mapping[str, Property]) -> Mapping[str, Property]:
    """A changed volume change takes the chemical strain along."""
    if "volume_change" not in changed:
        return changed
    strain = dataclasses.replace(changed["volume_change"], name="chemical_strain")
    return {"chemical_strain": strain, **changed}


def lattice_of(properties: Mapping[str, Property], window: tuple[float, float]) -> Lattice:
    """The lattice that a window of x lies on; without ``carrier_sites`` it is full at x_max."""
    low, high = window
    known = properties.get("carrier_sites")
    sites = high if known is None else max(known.magnitude, high)
    return Lattice(empty=low / sites, full=high / sites)


def on_lattice(
    properties: Mapping[str, Property], window: tuple[float, float]
) -> dict[str, Property]:
    """The properties, with those that go with the occupancy of the lattice laid on it.

    j0 is a :class:`SquareRoot`; D is :class:`Falling` where there is a ``diffusivity_fall``.
    Doing it again changes nothing.
    """
    lattice, laid = lattice_of(properties, window), dict(properties)
    exchange, fall = laid.get("exchange_current_density"), laid.get("diffusivity_fall")
    if exchange is not None and isinstance(exchange.function, SquareRoot):
        function = dataclasses.replace(exchange.function, lattice=lattice)
        laid["exchange_current_density"] = dataclasses.replace(exchange, function=function)
    if fall is not None:
        laid["diffusivity"] = _fallen(laid["diffusivity"], fall.magnitude, lattice)
    return laid


def _fallen(diffusivity: Property, decades: float, lattice: Lattice) -> Property:
    if not isinstance(diffusivity.function, Constant | Falling):
        raise InputError(
            "properties.diffusivity_fall stands beside a diffusivity that is a table; "
            "give the table or a number that falls, not both."
        )
    function = Falling(diffusivity.function.value, decades, lattice)
    return dataclasses.replace(diffusivity, function=function)


@arguments_checked
def material_from_values(
    *,
    maximum_concentration: float,
    diffusivity: float | SiteFunction,
    name: str = "material",
    youngs_modulus: float | SiteFunction = 1e10,
    poisson_ratio: float = 0.3,
    partial_molar_volume: float = 0.0,
    stress_free_concentration: float = 0.0,
    open_circuit_potential: float | SiteFunction = 0.0,
    exchange_current_density: float = 1.0,
    regular_solution_parameter: float = 0.0,
    gradient_coefficient: float = 0.0,
) -> Material:
    """A material ``name`` from plain SI numbers, for scripts and tests; all marked ``assumed``.

    Takes ``maximum_concentration``, ``diffusivity``, ``youngs_modulus``, ``poisson_ratio``,
    ``open_circuit_potential``, ``gradient_coefficient``, ``regular_solution_parameter``; strain
    ``partial_molar_volume`` c / 3, none at ``stress_free_concentration``; 2 sqrt(theta (1 - theta))
    ``exchange_current_density``. Raises :class:`InputError` for impossible numbers.

    >>> material_from_values(maximum_concentration=2e4, diffusivity=1e-15).name
    'material'
    """
    positive = {
        "maximum_concentration": maximum_concentration,
        "diffusivity": diffusivity,
        "youngs_modulus": youngs_modulus,
    }
    _refuse_impossible(positive, poisson_ratio, exchange_current_density)
    strain = partial_molar_volume * maximum_concentration / 3
    values = {
        **positive,
        "poisson_ratio": poisson_ratio,
        "chemical_strain": LinearTable((0.0, 1.0), (0.0, strain)),
        "open_circuit_potential": _flat(open_circuit_potential),
        "exchange_current_density": SquareRoot(exchange_current_density),
        "regular_solution_parameter": regular_solution_parameter,
        "gradient_coefficient": gradient_coefficient,
    }
    return Material(
        name=name,
        title=name,
        formula="",
        carrier="Na",
        stoichiometry_min=0.0,
        stoichiometry_max=1.0,
        stress_free_site_fraction=stress_free_concentration / maximum_concentration,
        properties={key: _assumed(key, value) for key, value in values.items()},
    )


def _flat(potential: float | SiteFunction) -> SiteFunction:
    """A number as a potential: a single ideal step at that voltage."""
    if isinstance(potential, int | float):
        return PlateauPotential((Plateau(voltage=potential, share=1.0, width=1.0),))
    return potential


def _assumed(name: str, value: float | SiteFunction) -> Property:
    unit = "1" if name == "chemical_strain" else CATALOGUE[name].unit
    if isinstance(value, int | float):
        return assumed(name, float(value), unit)
    return dataclasses.replace(assumed(name, 1.0, unit), function=value)


def _refuse_impossible(
    positive: Mapping[str, float | SiteFunction], poisson_ratio: float, exchange: float
) -> None:
    """Numbers that no material has; functions are taken as they are."""
    problems = [
        f"{name} is {value:g}; it must be positive and finite, in SI units."
        for name, value in positive.items()
        if isinstance(value, int | float) and not 0 < value < math.inf
    ]
    if not -1 < poisson_ratio < 0.5:
        problems.append(f"poisson_ratio is {poisson_ratio:g}; it must lie between -1 and 0.5.")
    if not 0 <= exchange < math.inf:
        problems.append(
            f"exchange_current_density is {exchange:g} A/m^2; it must not be negative or infinite."
        )
    if problems:
        raise InputError(*(f"material_from_values: {problem}" for problem in problems))
