"""Does an answer grow old when what it depends on changes, and only then?"""

from __future__ import annotations

import importlib.util
import inspect
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from types import ModuleType

import pytest

from particle_sim.claims import (
    called,
    expected,
    fingerprint,
    kinds,
    kinds_field,
    kinds_inventory,
    kinds_learned,
    kinds_rate,
    kinds_retention,
)
from particle_sim.claims.fingerprint import changed_parts, fingerprints
from particle_sim.claims.kinds import KINDS, NEEDS, Kind
from particle_sim.claims.schema import Claim, claims_folder, load_claims
from particle_sim.damage import population
from particle_sim.inference import fade_law
from particle_sim.plausible import space, streams

ASKING = (kinds_field, kinds_inventory, kinds_learned, kinds_rate, kinds_retention)
Change = Callable[[ModuleType, str, str], None]


@pytest.fixture(scope="module")
def claims() -> list[Claim]:
    """All that are tested but the one that reads every material, which takes a second."""
    known = load_claims(claims_folder(), NEEDS)
    return [claim for claim in known if claim.file.test and not NEEDS[_kind(claim)].whole_library]


@pytest.fixture(scope="module")
def before(claims: list[Claim]) -> dict[str, dict[str, str]]:
    return fingerprints(claims)


@pytest.fixture
def change(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Change]:
    """Puts a module with one text replaced in the place of the real one, for every kind's test."""

    def changed(module: ModuleType, was: str, becomes: str) -> None:
        source = inspect.getsource(module)
        assert source.count(was) == 1, was
        path = tmp_path / f"{module.__name__}.py"
        path.write_text(source.replace(was, becomes), encoding="utf-8")
        spec = importlib.util.spec_from_file_location(module.__name__, path)
        assert spec is not None
        assert spec.loader is not None
        fresh = importlib.util.module_from_spec(spec)
        monkeypatch.setitem(sys.modules, module.__name__, fresh)
        spec.loader.exec_module(fresh)
        new = {name: _renewed(kind, fresh) for name, kind in KINDS.items()}
        monkeypatch.setattr(fingerprint, "KINDS", new)
        for user in (*ASKING, space):
            for name in vars(user).keys() & vars(fresh).keys():
                if getattr(vars(user)[name], "__module__", "") == module.__name__:
                    monkeypatch.setattr(user, name, vars(fresh)[name])
        _forget()

    yield changed
    _forget()


def _renewed(kind: Kind, fresh: ModuleType) -> Kind:
    if kind.test.__module__ != fresh.__name__:
        return kind
    return replace(kind, test=vars(fresh)[kind.test.__name__])


def _forget() -> None:
    called._texts.cache_clear()
    called._named.cache_clear()


def stale(claims: list[Claim], before: dict[str, dict[str, str]]) -> set[str]:
    """Kinds of test whose answers are out of date; all claims of a kind are, or none."""
    now = fingerprints(claims)
    old = {claim.id for claim in claims if changed_parts(before[claim.id], now[claim.id])}
    found = {_kind(claim) for claim in claims if claim.id in old}
    assert old == {claim.id for claim in claims if _kind(claim) in found}
    return found


def _kind(claim: Claim) -> str:
    assert claim.file.test is not None
    return claim.file.test.kind


def test_another_kind_makes_nothing_stale(
    claims: list[Claim], before: dict[str, dict[str, str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    more = {**KINDS, "sinks": replace(KINDS["cracks"], test=KINDS["uniform"].test)}
    monkeypatch.setattr(kinds, "KINDS", more)
    monkeypatch.setattr(fingerprint, "KINDS", more)
    assert stale(claims, before) == set()


@pytest.mark.parametrize(
    ("module", "was", "becomes", "kinds"),
    [
        (
            expected,
            "if high <= EDGE",
            "if high < EDGE",
            {
                "keeps_capacity",
                "inventory_capacity",
                "carbon_capacity",
                "full_cell_retention",
                "keeps_over_cycles",
                "keeps_as_in_print",
            },
        ),
        (kinds_field, '"surface_excess") > 0)', '"surface_excess") >= 0)', {"surface_richer"}),
        (
            kinds_learned,
            "KNOWN = 1 / 3",
            "KNOWN = 1 / 2",
            {"keeps_capacity", "keeps_at_least", "keeps_more"},
        ),
        (
            kinds_rate,
            "np.abs(runs.voltage - rest)",
            "np.square(runs.voltage - rest)",
            {"low_polarisation", "narrower_gap"},
        ),
        (
            population,
            "toughness.shape) >= 1,",
            "toughness.shape) > 1,",
            {
                "cracks_leave",
                "cracks_less_over_cycles",
                "cracks_over_cycles",
                "fades_less_by_cracks",
                "full_cell_retention",
                "keeps_as_in_print",
                "keeps_over_cycles",
                "stays_whole",
            },
        ),
        (streams, "source.random(count)", "source.random()", set(KINDS)),
    ],
    ids=[
        "a formula",
        "a formula inside a test",
        "a constant",
        "a helper of two",
        "crack growth",
        "the draws",
    ],
)
def test_another_formula_makes_those_stale_that_call_it(
    claims: list[Claim],
    before: dict[str, dict[str, str]],
    change: Change,
    module: ModuleType,
    was: str,
    becomes: str,
    kinds: set[str],
) -> None:
    change(module, was, becomes)
    asked = {_kind(claim) for claim in claims}
    assert stale(claims, before) == kinds & asked


@pytest.mark.parametrize(
    ("module", "was", "becomes"),
    [
        (fade_law, "np.exp(-cycles * fade)", "np.exp(cycles * fade)"),
        (fade_law, "np.isclose(row.fade.c_rate, test.c_rate)", "False"),
    ],
)
def test_another_law_of_fade_makes_what_asks_it_stale(
    change: Change, module: ModuleType, was: str, becomes: str
) -> None:
    before = {name: fingerprint._of_test(name) for name in ("keeps_as_in_print", "keeps_more")}
    change(module, was, becomes)
    now = {name: fingerprint._of_test(name) for name in before}
    assert now["keeps_as_in_print"] != before["keeps_as_in_print"]
    assert now["keeps_more"] == before["keeps_more"]


def test_words_make_nothing_stale(
    claims: list[Claim], before: dict[str, dict[str, str]], change: Change
) -> None:
    change(kinds_learned, '"""The expected share of the slow', '"""A share of the slow')
    assert stale(claims, before) == set()


def test_other_simulations_make_those_stale_that_ask_for_them(
    claims: list[Claim], before: dict[str, dict[str, str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    other = {**fingerprint.SIMULATIONS, "full_cells": fingerprint.SIMULATIONS["half_cells"]}
    monkeypatch.setattr(fingerprint, "SIMULATIONS", other)
    assert stale(claims, before) == {
        "full_cell_retention",
        "inventory_capacity",
        "inventory_energy",
    }


def test_more_draws_make_all_stale(
    claims: list[Claim], before: dict[str, dict[str, str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fingerprint, "SAMPLES", 1)
    assert stale(claims, before) == {_kind(claim) for claim in claims}
