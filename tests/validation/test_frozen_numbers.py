"""Has a number moved that the product answers? Those of scenarios are asked where they are run."""

from __future__ import annotations

import frozen_numbers
import frozen_radial
import pytest
from frozen_numbers import assert_frozen, claim_numbers, moved, table

CASES = frozen_radial.cases()


@pytest.mark.parametrize("name", CASES)
def test_a_radial_run_gives_what_it_gave(name: str) -> None:
    assert_frozen("radial", name, frozen_radial.numbers(CASES[name]()))


def test_the_ledger_says_of_each_claim_what_it_said() -> None:
    claims = claim_numbers()
    for name, numbers in claims.items():
        assert_frozen("claims", name, numbers)


def test_the_table_holds_what_there_is() -> None:
    held = {group: list(entries) for group, entries in table()["groups"].items()}
    assert held == {group: list(entries) for group, entries in frozen_numbers.groups().items()}


def test_every_entry_is_held_to_a_tolerance_with_a_reason() -> None:
    tolerances = table()["tolerances"]
    for entries in table()["groups"].values():
        for entry in entries.values():
            assert 0 < tolerances[entry["tolerance"]]["relative"] <= 1e-4
            assert tolerances[entry["tolerance"]]["reason"]


@pytest.mark.parametrize(
    ("part", "factor"), [("diffusivity", 1 + 1e-7), ("youngs_modulus", 1 + 1e-7)]
)
def test_a_slightly_other_material_is_noticed(part: str, factor: float) -> None:
    material = frozen_radial.material()
    other = material.replaced(
        **{part: material[part].with_magnitude(material[part].magnitude * factor)}
    )
    found = frozen_radial.numbers(frozen_radial.solve("fickian", of=other))
    assert moved("radial", "fickian, sphere, flux", found)


def test_a_voltage_is_held_as_its_filling_allows() -> None:
    """A ten-millionth of a volt is told but where the surface is full to nine digits."""
    for name, told in {"fickian, sphere, flux": 1, "phase separation, out, rest and in": 0}.items():
        entry = table()["groups"]["radial"][name]["numbers"]
        other = {**entry, "voltage": entry["voltage"] + 1e-7}
        assert len(moved("radial", name, other)) == told


def test_every_number_is_held() -> None:
    """Each alone, moved by a thousandth, is told; so is one that is missing or new."""
    entry = table()["groups"]["radial"]["fickian, sphere, flux"]["numbers"]
    assert not moved("radial", "fickian, sphere, flux", entry)
    for key, value in entry.items():
        other = f"not {value}" if isinstance(value, str) else value * 1.001 + 2e-12
        told = moved("radial", "fickian, sphere, flux", {**entry, key: other})
        assert told == [f"radial, fickian, sphere, flux: {key} was {value} and is {other}"]
        rest = {name: number for name, number in entry.items() if name != key}
        assert moved("radial", "fickian, sphere, flux", rest) == [
            f"radial, fickian, sphere, flux: {key} is gone"
        ]
    assert moved("radial", "fickian, sphere, flux", {**entry, "more": 1.0})
