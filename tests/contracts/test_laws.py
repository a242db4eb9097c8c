"""Does every law say what follows from it, and do the choices offer every law?"""

from __future__ import annotations

from dataclasses import replace

import pytest

from particle_sim.errors import InputError
from particle_sim.materials.load import load_material
from particle_sim.studies.choices import PhysicsChoice
from particle_sim.transport.laws import COHERENT, LAWS, TWO_PHASE, Law, law_of


def test_every_law_is_a_choice_and_declared_is_the_material_s() -> None:
    assert [choice.value for choice in PhysicsChoice] == [
        "declared",
        *(name.replace("_", "-") for name in LAWS),
    ]
    material = load_material("he_v")
    chosen = {choice.value: law_of(choice.value, material).name for choice in PhysicsChoice}
    assert chosen.pop("declared") == "solid_solution"
    assert list(chosen.values()) == list(LAWS)
    assert law_of(PhysicsChoice.DECLARED.value, load_material("nvp")) is TWO_PHASE


@pytest.mark.parametrize("law", LAWS.values(), ids=list(LAWS))
def test_phases_part_where_there_is_a_gradient_energy(law: Law) -> None:
    assert law.separates == (law in (TWO_PHASE, COHERENT))
    assert ("gradient_coefficient" in law.needs) == law.separates
    assert ("chemical_strain" in law.needs) == (law.name in ("stress_drift", "coherent"))


@pytest.mark.parametrize("law", LAWS.values(), ids=list(LAWS))
def test_a_material_without_what_a_law_needs_is_refused(law: Law) -> None:
    material = load_material("nvp")
    law.check(material)
    for name in law.needs:
        left = {key: known for key, known in material.properties.items() if key != name}
        with pytest.raises(InputError, match=f"needs {name}; add it"):
            law.check(replace(material, properties=left))
