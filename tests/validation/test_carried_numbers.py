"""Is every number that no paper of ours prints still the one that was taken from its source?

``data/carried_numbers.json`` holds, file by file, the digitised, proxy, derived and assumed
numbers of materials, hosts, cells, electrolytes, measurements and composition tables, the
tolerances of the claims, and beside them units, evidence, source keys and DOIs. It is kept by hand
beside the files, against the sources named in them; no script writes it, so a number changes only
where it is changed twice. (What the papers print stands in ``data/printed_numbers.json``.)
"""

from __future__ import annotations

import copy
import json
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from particle_sim.resources import shipped_folder

LISTED: dict[str, dict[str, Any]] = json.loads(
    (Path(__file__).parent / "data" / "carried_numbers.json").read_text("utf-8")
)
WORDS = ("doi", "unit", "evidence", "distribution", "source", "rate_unit")
"""Texts that say what a number means or where it comes from."""


def is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def carried(data: Any, place: tuple[str, ...] = ()) -> Iterator[tuple[str, Any]]:
    """Every number, list of numbers and word about one, by its place; not the printed facts."""
    if isinstance(data, dict):
        for key, value in data.items():
            if place or key != "printed":
                yield from carried(value, (*place, key))
    elif isinstance(data, list) and not (data and all(map(is_number, data))):
        for index, value in enumerate(data):
            yield from carried(value, (*place, str(index)))
    elif isinstance(data, list) or is_number(data) or place[-1] in WORDS:
        yield ".".join(place), data


COMPUTED = ("hyperpriors.toml", "calibration.toml", "predictions.toml")
"""Numbers of a command, which other tests compute again."""


def shipped() -> Iterator[tuple[str, Path]]:
    """The files that carry numbers, by the name the list gives them."""
    parameters, scenarios = shipped_folder("parameters"), shipped_folder("scenarios")
    for path in sorted([*parameters.rglob("*.toml"), *(scenarios / "claims").glob("*.toml")]):
        # computed: held against whole sections, and by the hash of what was learned from
        if path.parent.name == "fields" or path.name in COMPUTED:
            continue
        yield path.relative_to(parameters.parent).as_posix(), path


FILES = dict(shipped())


def tables(name: str) -> dict[str, Any]:
    return tomllib.loads(FILES[name].read_text("utf-8"))


@pytest.mark.parametrize("name", sorted(FILES))
def test_numbers_are_those_of_the_list(name: str) -> None:
    assert dict(carried(tables(name))) == LISTED.get(name, {})


def test_the_list_names_no_other_file() -> None:
    assert set(LISTED) <= set(FILES)


def _scaled(data: dict[str, Any], place: str, factor: float) -> None:
    *way, last = place.split(".")
    for key in way:
        data = data[int(key)] if isinstance(data, list) else data[key]
    data[last] *= factor


@pytest.mark.parametrize(
    ("name", "place", "factor"),
    [
        ("parameters/materials/nvp.toml", "properties.particle_radius.value", 1.1),
        ("parameters/materials/nvp.toml", "properties.capacity.value", 1.04),
        ("parameters/hosts/sodium_nasicon.toml",
         "properties.open_circuit_potential.plateaus.0.voltage", 1.005),
        ("parameters/cells/sodium_half_cell.toml", "properties.electrode_area.value", 1.01),
    ],
)  # fmt: skip
def test_a_changed_number_is_noticed(name: str, place: str, factor: float) -> None:
    data = tables(name)
    spoilt = copy.deepcopy(data)
    _scaled(spoilt, place, factor)
    assert dict(carried(data)) == LISTED[name] != dict(carried(spoilt))


def test_two_swapped_digits_of_a_doi_are_noticed() -> None:
    name = "parameters/sources.toml"
    data = tables(name)
    doi = data["sources"]["zhang2025_hev"]["doi"]
    data["sources"]["zhang2025_hev"]["doi"] = doi.replace("877", "787")
    assert dict(carried(data)) != LISTED[name]


def test_a_wider_tolerance_of_a_claim_is_noticed() -> None:
    found = [
        (name, place, value)
        for name, entries in LISTED.items()
        for place, value in entries.items()
        if name.startswith("scenarios/claims/") and place.endswith("tolerance.value")
    ]
    assert found, "some claim has a tolerance"
    name, place, value = found[0]
    data = tables(name)
    _scaled(data, place, 10.0)
    assert dict(carried(data))[place] == 10 * value != LISTED[name][place]
