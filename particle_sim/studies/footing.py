"""Equal footing: what no paper prints of either material is the same for both.

A difference between two sides of a comparison must be printed or chosen by the user; any other
would be ours, and so would be whatever follows from it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from particle_sim.materials.catalogue import CATALOGUE
from particle_sim.materials.load import MaterialRecord
from particle_sim.materials.material import Material
from particle_sim.materials.property import Evidence, Property
from particle_sim.studies.choices import Footing

OWN = frozenset({Evidence.MEASURED, Evidence.DIGITISED, Evidence.DERIVED, Evidence.FITTED})
"""Evidence that is about the material itself; a proxy or an assumption is about none."""

TRANSPORT = frozenset({"diffusivity", "exchange_current_density"})
"""What decides how fast a material is. Headlines take one number for both; whatever is drawn takes
each material's own plausible range, and asks again with one range for both."""

LEVELLED: Mapping[str, str] = {
    "lower_voltage": "belongs to the test",
    "upper_voltage": "belongs to the test",
    "particle_radius": "belongs to the making of the powder",
    "flaw_size": "belongs to the making of the powder",
    "diffusivity": "printed of neither",
    "exchange_current_density": "printed of neither",
    "gradient_coefficient": "printed of neither",
    "youngs_modulus": "measured on relatives only",
    "poisson_ratio": "measured on relatives only",
    "tensile_strength": "measured on relatives only",
    "fracture_toughness": "measured on relatives only",
}
"""What is the same for both unless it is known of each, with why. Volume change, phases, potential
and capacity are what materials are compared for, and stay each file's own."""


@dataclass(frozen=True, kw_only=True)
class Levelled:
    """A property that was made equal: what the files say, and what stands for both [SI]."""

    name: str
    baseline: float
    candidate: float
    common: float
    why: str

    @property
    def unit(self) -> str:
        return CATALOGUE[self.name].unit


def level(
    baseline: MaterialRecord, candidate: MaterialRecord, footing: Footing = Footing.EQUAL
) -> tuple[Material, Material, tuple[Levelled, ...]]:
    """Both materials on one footing, and every number that was made equal.

    A number known of one material alone stands for both; known of neither, the baseline's does, and
    of two assumed cut-offs the wider. Where both are known, or the user set one, each keeps its own.
    ``Footing.AS_FILED`` changes nothing.
    """
    first, second = baseline.material, candidate.material
    common: dict[str, Property] = {}
    steps = []
    for name, why in LEVELLED.items() if footing is Footing.EQUAL else ():
        one, other = first.properties.get(name), second.properties.get(name)
        chosen = name in baseline.overrides or name in candidate.overrides
        if one is None or other is None or chosen or _same(one, other):
            continue
        if one.evidence in OWN and other.evidence in OWN:
            continue
        common[name] = _common(name, one, other)
        steps.append(
            Levelled(
                name=name,
                baseline=one.magnitude,
                candidate=other.magnitude,
                common=common[name].magnitude,
                why=why,
            )
        )
    return first.replaced(**common), second.replaced(**common), tuple(steps)


def with_own_transport(levelled: Material, filed: Material) -> Material:
    """A levelled material with what its own file believes of diffusivity and exchange current."""
    own = {name: filed[name] for name in TRANSPORT if name in filed.properties}
    return levelled.replaced(**own)


def _same(one: Property, other: Property) -> bool:
    """Whether value and belief agree, so that there is nothing to make equal."""
    return (one.function, one.magnitude, one.plausible, one.activation_energy) == (
        other.function,
        other.magnitude,
        other.plausible,
        other.activation_energy,
    )


def _common(name: str, one: Property, other: Property) -> Property:
    if one.evidence in OWN or other.evidence in OWN:
        return one if one.evidence in OWN else other
    if name == "lower_voltage":
        return min(one, other, key=lambda prop: prop.magnitude)
    if name == "upper_voltage":
        return max(one, other, key=lambda prop: prop.magnitude)
    return one
