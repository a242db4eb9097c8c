"""Equal footing: what no paper prints of either material is the same for both.

A difference between two sides of a comparison must be printed or chosen by the user; any other
would be ours, and so would be whatever follows from it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from particle_sim.materials.catalogue import CATALOGUE
from particle_sim.materials.load import MaterialRecord, load_record
from particle_sim.materials.material import Material
from particle_sim.materials.property import Evidence, Property
from particle_sim.studies.choices import Footing

OWN = frozenset({Evidence.MEASURED, Evidence.DIGITISED, Evidence.DERIVED, Evidence.FITTED})
"""Evidence that is about the material itself; a proxy or an assumption is about none."""

TRANSPORT = frozenset({"diffusivity", "exchange_current_density"})
"""What decides how fast a material is. Headlines take one number for both; whatever is drawn takes
each material's own plausible range, and asks again with one range for both."""

CUT_OFFS: Mapping[str, str] = {
    "lower_voltage": "belongs to the test",
    "upper_voltage": "belongs to the test",
}
POWDER: Mapping[str, str] = {
    "particle_radius": "belongs to the making of the powder",
    "flaw_size": "belongs to the making of the powder",
}
FAMILY: Mapping[str, str] = {
    "diffusivity": "printed of neither",
    "exchange_current_density": "printed of neither",
    "gradient_coefficient": "printed of neither",
    "youngs_modulus": "measured on relatives only",
    "poisson_ratio": "measured on relatives only",
    "tensile_strength": "measured on relatives only",
    "fracture_toughness": "measured on relatives only",
}
"""What members of one host family share; between families the relatives differ too."""

LEVELLED: Mapping[str, str] = {**CUT_OFFS, **POWDER, **FAMILY}
"""What is the same for all unless it is known of each, with why. Volume change, phases, potential
and capacity are what materials are compared for, and stay each file's own."""


@dataclass(frozen=True, kw_only=True)
class Levelled:
    """A property that was made equal: what each file says, and what stands for all [SI]."""

    name: str
    filed: tuple[float, ...]
    common: float
    why: str

    @property
    def unit(self) -> str:
        return CATALOGUE[self.name].unit


def level(
    records: Sequence[MaterialRecord], footing: Footing = Footing.EQUAL
) -> tuple[tuple[Material, ...], tuple[Levelled, ...]]:
    """Materials on one footing, and every number that was made equal.

    A number known of some stands for the others too; known of none, the first's does, and of
    assumed cut-offs the widest. What is known of all, or set by the user, stays as it is. Between
    host families only the powder is shared, and cut-offs against one metal that overlap.
    ``Footing.AS_FILED`` changes nothing.
    """
    materials = [record.material for record in records]
    steps = []
    for name, why in _shared(records).items() if footing is Footing.EQUAL else ():
        if any(name in record.overrides for record in records):
            continue
        filed = [material.properties[name] for material in materials if name in material.properties]
        common = _common(name, filed)
        if len(filed) < len(materials) or all(_stays(prop, common) for prop in filed):
            continue
        materials = [
            material if _stays(material[name], common) else material.replaced(**{name: common})
            for material in materials
        ]
        magnitudes = tuple(prop.magnitude for prop in filed)
        steps.append(Levelled(name=name, filed=magnitudes, common=common.magnitude, why=why))
    return tuple(materials), tuple(steps)


def _shared(records: Sequence[MaterialRecord]) -> Mapping[str, str]:
    """What these materials can share: cut-offs of one carrier whose windows overlap, the powder,
    and within a host family what is known of relatives only."""
    materials = [record.material for record in records]
    lower, upper = ([material.value(name) for material in materials] for name in CUT_OFFS)
    one_window = len({material.carrier for material in materials}) == 1 and max(lower) < min(upper)
    hosts = {record.file.material.host for record in records}
    one_family = len(hosts) == 1 and None not in hosts
    return {**(CUT_OFFS if one_window else {}), **POWDER, **(FAMILY if one_family else {})}


def _stays(prop: Property, common: Property) -> bool:
    """Whether it is known of its material, or is the common number with the common belief."""
    return prop.evidence in OWN or (
        prop.function,
        prop.magnitude,
        prop.plausible,
        prop.activation_energy,
    ) == (common.function, common.magnitude, common.plausible, common.activation_energy)


def _common(name: str, filed: Sequence[Property]) -> Property:
    known = [prop for prop in filed if prop.evidence in OWN] or filed
    if name == "lower_voltage":
        return min(known, key=lambda prop: prop.magnitude)
    if name == "upper_voltage":
        return max(known, key=lambda prop: prop.magnitude)
    return known[0]


def level_pair(baseline: str, candidate: str) -> tuple[Material, Material]:
    """Two materials by name, on one footing."""
    (first, second), _ = level([load_record(name) for name in (baseline, candidate)])
    return first, second


def with_own_transport(levelled: Material, filed: Material) -> Material:
    """A levelled material with what its own file believes of diffusivity and exchange current."""
    own = {name: filed[name] for name in TRANSPORT if name in filed.properties}
    return levelled.replaced(**own)
