"""1,000 real material files with a few things broken: each a material, or clear sentences."""

from __future__ import annotations

import copy
import math
import random
import tempfile
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tomli_w
from hypothesis import configuration, given, settings
from hypothesis import strategies as st
from pydantic import BaseModel

from particle_sim.errors import InputError
from particle_sim.materials import system
from particle_sim.materials.document import read_toml
from particle_sim.materials.load import build_record
from particle_sim.materials.property import Property
from particle_sim.materials.schema import PropertyEntry
from particle_sim.materials.system import System, load_system
from particle_sim.resources import shipped_folder

configuration.set_hypothesis_home_dir(tempfile.gettempdir() + "/hypothesis_of_material_files")

FOLDER = shipped_folder("parameters") / "materials"
ORIGINALS = {
    name: tomllib.loads((FOLDER / f"{name}.toml").read_text("utf-8"))
    for name in ("nvp", "hnfm", "mts15", "si_anode")
}

BATCH = 10
"""Files per drawn seed; 4 x 25 seeds make 1,000 files."""

LONGEST_SENTENCE = 600
"""Characters."""

FEW = settings(max_examples=25, deadline=None, derandomize=True, database=None)

HOSTILE = ("", " ", "no", "../../x", "0.2C", "C/0", "1.2.3C", "é\u202e\n", "x" * 3000, "__import__")
NUMBERS = (0, -1, 1e-320, 1e308, -1e308, 10**30, 10**400, 0.5, 3.0, -0.0, 7)
VALUES: tuple[Any, ...] = (
    *HOSTILE,
    *NUMBERS,
    True,
    False,
    [],
    [1.0, 2.0],
    ["a"],
    [[1]],
    {},
    {"a": 1},
    {"value": {"value": {}}},
)

CHANGES = ("delete", "insert", "nest", "swap", "value", *["like"] * 3, *["scale"] * 3)
"""``like`` and ``scale`` keep the type, so that they reach the rules behind the types."""

CLOSED = (("material", 2), ("properties", 2), ("properties", 3))
"""Tables that take known keys only, and how deep their keys lie."""

Place = tuple[str | int, ...]


def places(node: Any, place: Place = ()) -> Iterator[Place]:
    """The place of every key and list item below ``node``."""
    items = node.items() if isinstance(node, dict) else enumerate(node)
    for key, child in items:
        yield (*place, key)
        if isinstance(child, dict | list):
            yield from places(child, (*place, key))


def at(node: Any, place: Place) -> Any:
    for key in place:
        node = node[key]
    return node


def kind(value: Any) -> str:
    """What a TOML value is, integers and decimals alike."""
    if isinstance(value, bool):
        return "truth"
    if isinstance(value, int | float):
        return "number"
    return type(value).__name__


def is_free(place: Place) -> bool:
    """Whether a printed fact may hold anything flat here."""
    return len(place) > 3 and place[0] == "printed" and place[3] not in ("source", "place")


def broken(tables: dict[str, Any], source: random.Random) -> bool:
    """Change one thing in place; whether the file must now be refused for a type or a key."""
    place = source.choice(list(places(tables)))
    parent, key = at(tables, place[:-1]), place[-1]
    change = source.choice(CHANGES)
    old = parent[key]
    if change == "delete":
        del parent[key]
        return False
    if change == "insert" and isinstance(parent, dict):
        parent["unknown_key"] = source.choice(VALUES)
        return (place[0], len(place)) in CLOSED
    if change == "scale" and kind(old) == "number" and abs(old) <= 1e308:
        parent[key] = old * source.choice((0, -1, 1e-300, 1e300, 1e3, 0.99, 2))
        return False
    if change in ("like", "scale") and kind(old) in ("str", "number"):
        parent[key] = source.choice(HOSTILE if kind(old) == "str" else NUMBERS)
        return False
    if change == "nest":
        parent[key] = {str(key): old}
        return kind(old) != "dict"
    if change == "swap" and kind(old) == "str":
        parent[key] = copy.deepcopy(at(tables, source.choice(list(places(tables)))))
    else:
        parent[key] = copy.deepcopy(source.choice(VALUES))
    return kind(parent[key]) != kind(old) and not is_free(place)


def mutated(name: str, source: random.Random) -> tuple[dict[str, Any], bool]:
    """One to three changes, and whether the last of them must be refused."""
    tables = copy.deepcopy(ORIGINALS[name])
    for _ in range(source.randint(0, 2)):
        broken(tables, source)
    return tables, bool(tables) and broken(tables, source)


def numbers_of(entry: PropertyEntry) -> list[float]:
    """Every number an entry holds."""
    found = [entry.value, *(entry.range or ()), *(entry.values or []), *(entry.filling or [])]
    found += [plateau.voltage for plateau in entry.plateaus or []]
    return [number for number in found if number is not None]


def is_finite(prop: Property) -> bool:
    values = prop(np.linspace(0.0, 1.0, 5))
    return math.isfinite(prop.magnitude) and bool(np.all(np.isfinite(values)))


def assert_sound(found: System) -> None:
    """What was accepted can be used: finite numbers, and a material where it says so."""
    for name, entry in found.entries.items():
        assert all(map(math.isfinite, numbers_of(entry))), name
    if found.status.simulable or found.file.properties:
        material = build_record(found).material
        assert found.status.simulable
        assert 0 <= material.stoichiometry_min < material.stoichiometry_max < math.inf
        for prop in material.properties.values():
            assert is_finite(prop), prop


def is_a_sentence(text: str) -> bool:
    return 10 < len(text) < LONGEST_SENTENCE and "\n" not in text


def refused(path: Path) -> tuple[str, ...]:
    """The sentences about a file, or none; any other exception fails the test."""
    try:
        assert_sound(load_system(str(path)))
    except InputError as error:
        return error.problems or ("refused without a reason",)
    return ()


@pytest.mark.parametrize("name", ORIGINALS)
@FEW
@given(seed=st.integers(0, 2**32))
def test_a_broken_file_is_a_material_or_sentences(
    name: str, tmp_path_factory: pytest.TempPathFactory, seed: int
) -> None:
    source = random.Random(seed)
    path = tmp_path_factory.getbasetemp() / f"broken_{name}.toml"
    for _ in range(BATCH):
        tables, must_be_refused = mutated(name, source)
        text = tomli_w.dumps(tables)
        path.write_text(text, encoding="utf-8")
        problems = refused(path)
        for problem in problems:
            assert is_a_sentence(problem), (problem, text)
        assert problems or not must_be_refused, text


@pytest.mark.parametrize("name", ORIGINALS)
def test_an_unbroken_file_is_not_refused(name: str, tmp_path: Path) -> None:
    path = tmp_path / f"{name}.toml"
    path.write_text(tomli_w.dumps(ORIGINALS[name]), encoding="utf-8")
    assert refused(path) == ()


@pytest.mark.parametrize("text", ["too short", "a page " * 100, "two\nlines of a sentence"])
def test_what_is_no_sentence_is_noticed(text: str) -> None:
    assert not is_a_sentence(text)


def test_a_lenient_schema_is_noticed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Were texts taken as numbers, a wrong type would pass as a material."""
    tables = copy.deepcopy(ORIGINALS["nvp"])
    tables["properties"]["density"]["value"] = "3183.0"
    path = tmp_path / "nvp.toml"
    path.write_text(tomli_w.dumps(tables), encoding="utf-8")
    assert refused(path)
    monkeypatch.setattr(system, "read_shared", lambda model, file: lenient(model, read_toml(file)))
    assert not refused(path)


def lenient(model: type[BaseModel], data: dict[str, Any]) -> BaseModel:
    density = data.get("properties", {}).get("density", {})
    if "value" in density:
        density["value"] = float(density["value"])
    return model.model_validate(data)
