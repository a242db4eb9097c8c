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

NOT_OWN: Mapping[Evidence, str] = {
    Evidence.PROXY: "a relative's",
    Evidence.ASSUMED: "assumed",
}

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
    materials = tuple(record.material for record in records)
    if footing is Footing.AS_FILED:
        return materials, ()
    hosts = {record.file.material.host for record in records}
    shared = {**same_test(materials), **POWDER}
    if len(hosts) == 1 and None not in hosts:
        shared |= FAMILY
    chosen = {name for record in records for name in record.overrides}
    return made_equal(materials, {name: why for name, why in shared.items() if name not in chosen})


def same_test(materials: Sequence[Material]) -> Mapping[str, str]:
    """The cut-offs, where all are measured against one metal and their windows overlap."""
    lower, upper = ([material.value(name) for material in materials] for name in CUT_OFFS)
    one_metal = len({material.carrier for material in materials}) == 1
    return CUT_OFFS if one_metal and max(lower) < min(upper) else {}


def made_equal(
    materials: Sequence[Material], shared: Mapping[str, str]
) -> tuple[tuple[Material, ...], tuple[Levelled, ...]]:
    """The materials with every property of ``shared`` (with its reason) equal, as in ``level``."""
    equal, steps = tuple(materials), []
    for name, why in shared.items():
        filed = [each.properties[name] for each in equal if name in each.properties]
        if len(filed) < len(equal):
            continue
        common = _common(name, filed)
        if all(_stays(prop, common) for prop in filed):
            continue
        equal = tuple(
            each if _stays(each[name], common) else each.replaced(**{name: common})
            for each in equal
        )
        magnitudes = tuple(prop.magnitude for prop in filed)
        steps.append(Levelled(name=name, filed=magnitudes, common=common.magnitude, why=why))
    return equal, tuple(steps)


def _stays(prop: Property, common: Property) -> bool:
    """Whether it is known of its material, or is the common number with the common belief."""
    return prop.evidence in OWN or (
        type(prop.function),
        prop.magnitude,
        prop.plausible,
        prop.activation_energy,
    ) == (type(common.function), common.magnitude, common.plausible, common.activation_energy)


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


def rests_on(records: Sequence[MaterialRecord], name: str) -> str:
    """Whose number of this property is not its own nor the user's, a sentence; empty where none.

    >>> rests_on([load_record("nvp"), load_record("nvp@na1_to_na4")], "volume_change")
    "NVP's volume change is a relative's, not measured on it."
    """
    words, said = name.replace("_", " "), []
    for record in records:
        evidence = record.material[name].evidence
        if name in record.overrides or evidence in OWN:
            continue
        host = record.system.host if name in record.system.stand_ins else None
        family = "" if host is None else f" (stand-in of {host.host.title})"
        title = record.material.title
        said.append(f"{title}'s {words} is {NOT_OWN[evidence]}, not measured on it{family}.")
    return " ".join(said)


def with_own_transport(levelled: Material, filed: Material) -> Material:
    """A levelled material with what its own file believes of diffusivity and exchange current."""
    own = {name: filed[name] for name in TRANSPORT if name in filed.properties}
    return levelled.replaced(**own)
