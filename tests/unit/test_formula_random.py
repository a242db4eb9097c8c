"""20,000 formulas from a grammar, mutated and random texts: amounts, or one sentence."""

from __future__ import annotations

import math
import random
import re
import tempfile

import pytest
from hypothesis import configuration, given, settings
from hypothesis import strategies as st

from particle_sim.composition.formula import parse_formula
from particle_sim.errors import InputError

configuration.set_hypothesis_home_dir(tempfile.gettempdir() + "/hypothesis_of_formulas")

BATCH = 10
"""Texts per drawn seed; 700 + 700 + 600 seeds make 20,000 texts."""

ELEMENTS = (
    "Na",
    "Li",
    "K",
    "V",
    "Cr",
    "Mn",
    "Fe",
    "Co",
    "Ni",
    "Cu",
    "Sn",
    "Ti",
    "P",
    "O",
    "F",
    "S",
)
LETTERS = "NaLiVCrMnFePOS0123456789.,()[]·+-/xyd □vac=é\n^_{}²"


def many(count: int) -> settings:
    """``count`` drawn examples, the same ones on every machine, without files."""
    return settings(max_examples=count, deadline=None, derandomize=True, database=None)


def drawn_formula(source: random.Random, depth: int = 0) -> tuple[str, dict[str, float]]:
    """A text and its amounts, built together; brackets always hold a number, so they multiply."""
    text = ""
    amounts: dict[str, float] = {}
    for _ in range(source.randint(1, 5)):
        amount = source.choice((1.0, source.randint(1, 900) / 100, source.randint(1, 9)))
        shown = "" if amount == 1.0 else f"{amount:g}"
        if depth < 4 and source.random() < 0.2:
            inner, species = drawn_formula(source, depth + 1)
            left, right = source.choice(("()", "[]"))
            text += f"{left}{inner}O2{right}{shown}"
            species["O"] = species.get("O", 0.0) + 2
        else:
            symbol = source.choice(ELEMENTS)
            text += symbol + shown
            species = {symbol: 1.0}
        for symbol, share in species.items():
            amounts[symbol] = amounts.get(symbol, 0.0) + amount * share
    return text, amounts


def may_be_something_else(text: str) -> bool:
    """Without a small letter it may be an abbreviation; P2 before sodium may be a label."""
    return text.upper() == text or re.match("[PO][123](Na|K|Li)", text) is not None


def round_trips(text: str, amounts: dict[str, float]) -> bool:
    if may_be_something_else(text):
        return is_understood_or_refused(text)
    if len(text) > 500 or max(amounts.values()) > 1000:
        return True
    found = parse_formula(text).amounts
    return set(found) == set(amounts) and all(
        math.isclose(found[symbol], amount, rel_tol=1e-9) for symbol, amount in amounts.items()
    )


def is_understood_or_refused(text: str) -> bool:
    """Finite positive amounts, or one sentence; any other exception fails the test."""
    try:
        formula = parse_formula(text, variables={"x": 0.1} if "x" in text else None)
    except InputError as error:
        return len(error.problems) == 1 and "\n" not in error.problems[0]
    return all(0 < amount <= 1000 for amount in formula.amounts.values())


@many(700)
@given(seed=st.integers(0, 2**32))
def test_formulas_of_the_grammar_keep_their_amounts(seed: int) -> None:
    source = random.Random(seed)
    for _ in range(BATCH):
        text, amounts = drawn_formula(source)
        if re.match(r"[OP][1-3]", text):
            continue  # a stacking label, or atoms: refused
        assert round_trips(text, amounts), text


def mutated(text: str, source: random.Random) -> str:
    position = source.randrange(len(text) + 1)
    kept = position + source.randint(0, 2)
    return text[:position] + "".join(source.choices(LETTERS, k=source.randint(0, 3))) + text[kept:]


@many(700)
@given(seed=st.integers(0, 2**32))
def test_mutations_are_understood_or_refused(seed: int) -> None:
    source = random.Random(seed)
    for _ in range(BATCH):
        text = mutated(drawn_formula(source)[0], source)
        assert is_understood_or_refused(text), text


@many(600)
@given(seed=st.integers(0, 2**32))
def test_random_letters_are_understood_or_refused(seed: int) -> None:
    source = random.Random(seed)
    for _ in range(BATCH):
        text = "".join(source.choices(LETTERS, k=source.randint(0, 30)))
        assert is_understood_or_refused(text), text


@many(600)
@given(text=st.text(max_size=40))
def test_any_unicode_is_understood_or_refused(text: str) -> None:
    assert is_understood_or_refused(text)


@pytest.mark.parametrize("wrong", [{"Na": 3.0, "O": 2.0}, {"Na": 6.0}, {"Na": 6.1, "O": 4.0}])
def test_round_trip_notices_wrong_amounts(wrong: dict[str, float]) -> None:
    assert round_trips("(Na3O2)2", {"Na": 6.0, "O": 4.0})
    assert not round_trips("(Na3O2)2", wrong)
