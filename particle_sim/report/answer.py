"""The first screen's numbers: as datasets for the stored tree, and as words for the page."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import astuple
from typing import Any

import numpy as np
import xarray as xr

from particle_sim.claims.compare import ComparisonResult
from particle_sim.claims.headline import ratio_text, stress_text
from particle_sim.claims.law_table import (
    EQUAL,
    HELD,
    PLAUSIBLE,
    QUANTILES,
    RELIEVED,
    SAME_AT_A_BOUNDARY,
    BoundaryRow,
    Bracket,
)
from particle_sim.claims.words import percent
from particle_sim.figures.style import ROLES
from particle_sim.materials.catalogue import CATALOGUE
from particle_sim.metrics.mechanisms import Branch, Mechanism, mechanisms
from particle_sim.metrics.stress_bracket import NEEDS, boundary_in
from particle_sim.report.branches import branch_text
from particle_sim.studies.choices import Direction
from particle_sim.studies.differences import Difference
from particle_sim.studies.result import MaterialResult

DIFFUSIVITIES = {EQUAL: "the same for both", PLAUSIBLE: "each one's plausible"}


def answer_nodes(result: ComparisonResult) -> dict[str, xr.Dataset]:
    """Groups below ``/answer``: laws, factors, differences and mechanisms, each in SI."""
    nodes = {
        "/answer": xr.Dataset(attrs={**vars(result.headline), "rate_tests": " ".join(result.told)}),
        "/answer/laws": _laws(result),
        "/answer/factors": _factors(result),
        "/answer/differences": _differences(result.differences),
    }
    if result.table.phases:
        nodes["/answer/phase_behaviour"] = _phase_behaviour(result)
    for role, material in zip(ROLES, result.materials, strict=True):
        branches = _branches(material, result.settings.direction)
        if branches:
            nodes[f"/answer/mechanisms_{role}"] = _mechanisms(branches)
    return nodes


def answer_block(result: ComparisonResult) -> dict[str, Any]:
    """What the page says first: answer, table of laws, factors, differences, mechanisms."""
    titles = [material.title for material in result.materials]
    return {
        "headline": result.headline,
        "rate_tests": result.told,
        "titles": titles,
        "laws": [
            {
                "law": row.law,
                "diffusivity": DIFFUSIVITIES[row.diffusivity],
                "stresses": [stress_text(row.baseline), stress_text(row.candidate)],
                "ratio": ratio_text(row.ratio),
                "share": percent(row.share),
            }
            for row in result.table.rows
        ],
        "boundary": _boundary_rows(result),
        "least": [_least_text(found) for found in result.table.brackets],
        "factors": [
            {"name": factor.name, "text": ratio_text(factor.factor)}
            for factor in result.table.factors
        ],
        "product": ratio_text(result.table.rows[1].ratio),
        "phases": [
            {
                "name": f"phase behaviour, boundary {each.end}",
                "factor": ratio_text(each.factor),
                "equal": ratio_text(each.equal.ratio),
                "plausible": ratio_text(each.plausible.ratio),
            }
            for each in result.table.phases
        ],
        "no_phases": _why_no_phases(result),
        "made_equal": [_row(each) for each in result.differences if each.common is not None],
        "kept": [_row(each) for each in result.differences if each.common is None],
        "mechanisms": _mechanism_rows(result),
    }


def _boundary_rows(result: ComparisonResult) -> list[dict[str, Any]]:
    """Both in two phases; of one alone, what is known of it."""
    table, ends = result.table, (("relieved", RELIEVED), ("upper", HELD))
    known = {row.end: row for row in table.boundary}
    return [
        {
            "law": f"two phases, boundary {end}",
            "stresses": [
                "not known" if each is None else stress_text(getattr(each, name))
                for each in table.brackets
            ],
            "ratio": _boundary_ratio(known.get(end)),
            "share": f"{percent(known[end].share)} of the draws" if end in known else "",
        }
        for name, end in ends
    ]


def _boundary_ratio(row: BoundaryRow | None) -> str:
    if row is None:
        return "not known of both"
    return "no ratio: 0 in many draws" if row.ratio is None else ratio_text(row.ratio)


def _least_text(found: Bracket | None) -> str:
    if found is None:
        return "not known"
    return (
        f"{found.least} in {percent(found.least_share)} of the draws; no flaw of any size grows in "
        f"{percent(found.safe_share)}"
    )


def _why_no_phases(result: ComparisonResult) -> str:
    """Why the phase behaviour is no factor, where it is none."""
    if result.table.phases:
        return ""
    if not any(material.law.separates for material in result.materials):
        return "1: both count as solid solutions"
    if result.settings.stress not in SAME_AT_A_BOUNDARY[result.settings.direction]:
        return "not given: of a boundary the largest tension is known, not this stress"
    return "not known: a file lacks what a boundary's stress follows from"


def _laws(result: ComparisonResult) -> xr.Dataset:
    rows = result.table.rows
    names = ("baseline", "candidate", "ratio")
    values = {
        f"{name}_{'stress' if name != 'ratio' else 'of_stresses'}": (
            ("row", "quantile"),
            [list(astuple(getattr(row, name))) for row in rows],
            {"units": "1" if name == "ratio" else "Pa"},
        )
        for name in names
    }
    brackets = {
        f"{role}_{end}": ("quantile", list(astuple(getattr(found, end))), {"units": "Pa"})
        for role, found in zip(ROLES, result.table.brackets, strict=True)
        if found is not None
        for end in ("relieved", "upper")
    }
    shares = {
        "share": ("row", [row.share for row in rows], {"units": "1"}),
        **{f"share_{row.end}": ((), row.share, {"units": "1"}) for row in result.table.boundary},
    }
    return xr.Dataset(
        {**values, **shares, **brackets},
        coords={
            "law": ("row", [row.law for row in rows]),
            "diffusivity": ("row", [row.diffusivity for row in rows]),
            "quantile": list(QUANTILES),
        },
    )


def _factors(result: ComparisonResult) -> xr.Dataset:
    factors = result.table.factors
    return xr.Dataset(
        {"factor": (("part", "quantile"), [list(astuple(each.factor)) for each in factors],
                    {"units": "1"})},
        coords={"part": [each.name for each in factors], "quantile": list(QUANTILES)},
    )  # fmt: skip


def _phase_behaviour(result: ComparisonResult) -> xr.Dataset:
    """The factor of the phase behaviour, and the ratio with each under its own law."""
    found = result.table.phases
    columns = {
        "factor": [each.factor for each in found],
        "ratio_equal": [each.equal.ratio for each in found],
        "ratio_plausible": [each.plausible.ratio for each in found],
    }
    return xr.Dataset(
        {
            name: (("end", "quantile"), [list(astuple(value)) for value in values], {"units": "1"})
            for name, values in columns.items()
        },
        coords={"end": [each.end for each in found], "quantile": list(QUANTILES)},
    )


def _differences(found: tuple[Difference, ...]) -> xr.Dataset:
    columns: Mapping[str, list[Any]] = {
        "baseline": [each.baseline for each in found],
        "candidate": [each.candidate for each in found],
        "common": [np.nan if each.common is None else each.common for each in found],
        "ratio": [each.ratio for each in found],
        "unit": [each.unit for each in found],
        "why": [each.why for each in found],
    }
    return xr.Dataset(
        {name: ("property", values) for name, values in columns.items()},
        coords={"property": [each.name for each in found]},
    )


def _branches(material: MaterialResult, direction: Direction) -> Mapping[Mechanism, Branch]:
    """At the central values, half the volume changed; nothing where the file lacks a number."""
    if not material.material.properties.keys() >= set(NEEDS):
        return {}
    extraction = direction is Direction.CHARGE
    return mechanisms(boundary_in(material.material, on_extraction=extraction))


def _mechanisms(branches: Mapping[Mechanism, Branch]) -> xr.Dataset:
    return xr.Dataset(
        {
            name: ("mechanism", [float(getattr(branch, name)) for branch in branches.values()],
                   {"units": unit})
            for name, unit in (("tension", "Pa"), ("von_mises", "Pa"), ("energy", "J"))
        },
        coords={"mechanism": [mechanism.value for mechanism in branches]},
    )  # fmt: skip


def _mechanism_rows(result: ComparisonResult) -> list[dict[str, Any]]:
    """A row per branch: tension and energy of both, the least energy marked."""
    columns = [_branches(material, result.settings.direction) for material in result.materials]
    names = list(dict.fromkeys(name for column in columns for name in column))
    return [
        {"name": name.value, "cells": [_branch_text(column, name) for column in columns]}
        for name in names
    ]


def _branch_text(branches: Mapping[Mechanism, Branch], name: Mechanism) -> str:
    if name not in branches:
        return "does not apply"
    least = min(float(branch.energy) for branch in branches.values())
    return branch_text(float(branches[name].tension), float(branches[name].energy), least)


def _row(each: Difference) -> dict[str, str]:
    kind = CATALOGUE[each.name]
    values = [each.baseline, each.candidate, *([] if each.common is None else [each.common])]
    unit = "" if kind.shown_unit == "1" else f" {kind.shown_unit}"
    shown = [f"{value * kind.shown_factor:.4g}{unit}" for value in values]
    if each.name == "open_circuit_potential":
        shown = ["a curve of its own"] * len(shown)
    return {
        "name": each.name.replace("_", " "),
        "baseline": shown[0],
        "candidate": shown[1],
        "common": shown[-1] if each.common is not None else "",
        "why": each.why,
        "ratio": "cannot be solved" if np.isnan(each.ratio) else f"{each.ratio:.3g}",
    }
