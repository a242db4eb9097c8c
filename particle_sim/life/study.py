"""How many particles crack over cycles, and what is left of the capacity: everything a page says.

One tree: flaw-free statement, share cracked, order, retention, what carries it, a map over size and
rate, printed retentions beside rules without physics, and the mechanisms of a phase boundary.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TypeVar

import numpy as np
import xarray as xr

from particle_sim.cell.design import CellKind
from particle_sim.checks import arguments_checked
from particle_sim.damage.constants import SHIPPED
from particle_sim.life.asked import LifeStudy, cautions
from particle_sim.life.chain import Held, Rule, growth_of
from particle_sim.life.full_table import full_table
from particle_sim.life.mechanism_table import griffith, mechanism_table
from particle_sim.life.powder import Effects
from particle_sim.life.printed_table import printed_nodes
from particle_sim.life.sides import (
    SLOW_RATE,
    Side,
    by_cycling,
    largest_ratio,
    made_cracked,
    no_flaw_grows,
    retained,
    sides_of,
)
from particle_sim.life.size_map import safe_below, size_map
from particle_sim.plausible.sensitivity import rank_correlations
from particle_sim.progress import shows_progress
from particle_sim.studies.own_cell import cells_told
from particle_sim.units import Array

QUANTILES = (0.05, 0.5, 0.95)
TIE = 1e-3
"""Difference in the share cracked below which two materials are alike: a particle in a thousand."""
STRETCHES = 16
"""Equal stretches of the test in which a knee is looked for."""
KNEE_LOSS = 1e-3
"""Least loss of the stretch that counts as a knee."""
EFFECTS: Mapping[str, Effects] = {
    "contact lost": Effects(contact=False),
    "new surface and shorter paths": Effects(fragments=1),
}
"""What is switched off to see what it does."""
OWN_CONSTANTS = (
    "cracks grow by constants of your own ({}): retentions in print are held against them as "
    "drawn, and nothing is calibrated."
)
PRINTED_CELL = "Retentions and rate tests in print stand on the shipped cells."
Progress = Callable[[str, float], None]


@arguments_checked
@shows_progress
def life_study(study: LifeStudy, *, progress: Progress | None = None) -> xr.DataTree:
    """Everything about the life of one or two materials, as one labelled tree.

    Nodes ``flaw_free``, ``cracked``, ``order`` (of two), ``retention``, ``influence``, ``effects``,
    ``map``, ``mechanisms``, ``printed``, ``record`` and, if asked, ``full_cell``. Every cycle is
    like the first, and every crack is held against the fresh particle's stress. Raises
    :class:`InputError` for a material that cannot be simulated or lacks what cracks follow from.
    """
    report = progress or (lambda _text, _share: None)
    report("stress of a cycle", 0.0)
    sides = sides_of(study)
    report("cracks", 0.3)
    cycles = cycles_shown(study.cycles)
    through = {
        (side.name, end, rule): side.powders[end].cracked(
            growth_of(side.draws.values, rule), cycles
        )
        for side in sides
        for end in Held
        for rule in study.rules
    }
    report("size and rate", 0.5)
    plane = size_map(study, sides)
    report("printed retentions", 0.8)
    nodes = {
        "/": _head(study, sides),
        "/flaw_free": _flaw_free(sides, plane, study),
        "/cracked": _cracked(study, sides, through, cycles),
        "/retention": _retention(study, sides, through, cycles),
        "/influence": _influence(study, sides, through),
        "/effects": _effects(study, sides, through),
        "/map": plane,
        "/mechanisms": mechanism_table([side.material for side in sides]),
        **printed_nodes(study, sides),
    }
    if len(sides) > 1:
        nodes["/order"] = _order(study, sides, through)
    if study.cell is CellKind.FULL:
        nodes["/full_cell"] = full_table(study, sides)
    names = {"material": [side.name for side in sides]}
    ends = {"end": [end.name.lower() for end in Held]}
    known = {**names, **ends, "rule": [rule.name.lower() for rule in study.rules]}
    for place, table in nodes.items():
        given = {name: values for name, values in known.items() if name in table.dims}
        nodes[place] = table.assign_coords(given)
    return xr.DataTree.from_dict(nodes)


def cycles_shown(most: int) -> Array:
    """0, and up to ``most``: evenly for a knee, and in the logarithm."""
    even = np.linspace(0, most, STRETCHES + 1)
    return np.unique([*even, *np.geomspace(1, most, 33)])


def _head(study: LifeStudy, sides: tuple[Side, ...]) -> xr.Dataset:
    return xr.Dataset(
        attrs={
            "title": " and ".join(side.material.title for side in sides),
            "titles": [side.material.title for side in sides],
            "materials": [side.name for side in sides],
            "cycles": study.cycles,
            "c_rate": study.c_rate,
            "slow_rate": SLOW_RATE,
            "cut_offs": [
                value
                for side in sides
                for value in (
                    side.material.value("lower_voltage"),
                    side.material.value("upper_voltage"),
                )
            ],
            "rules": [rule.name.lower() for rule in study.rules],
            "samples": study.samples,
            "seed": study.seed,
            "rests": sides[0].rests or "none",
            "cautions": _cautions(study, sides) or ["none"],
            "radii": [side.material.value("particle_radius") for side in sides],
        }
    )


def _cautions(study: LifeStudy, sides: tuple[Side, ...]) -> list[str]:
    doubts = () if study.data is None else study.data.doubts
    own = [OWN_CONSTANTS.format(study.growth.title)] if study.constants != SHIPPED else []
    cells = [f"{told} {PRINTED_CELL}" for told in cells_told(study.design, study.cells)]
    return [*cautions([side.draws for side in sides]), *doubts, *sides[0].says, *own, *cells]


def _flaw_free(sides: tuple[Side, ...], plane: xr.Dataset, study: LifeStudy) -> xr.Dataset:
    """The statement that asks nothing about flaws, Griffith's radius, and what avoids growth."""
    both, per = ("material", "end"), [[side.powders[end] for end in Held] for side in sides]
    ratio = [[np.quantile(largest_ratio(each), QUANTILES) for each in row] for row in per]
    rates, radii = plane.c_rate.values, plane.radius.values
    at_rate = plane.none_grows.sel(c_rate=study.c_rate).values
    safe_radius = [[safe_below(radii, values) for values in row] for row in at_rate]
    safe_rate = [
        [
            safe_below(rates, plane.none_grows.values[place, end, _near(radii, side)])
            for end in range(len(Held))
        ]
        for place, side in enumerate(sides)
    ]
    return xr.Dataset(
        {
            "none_grows": (both, [[no_flaw_grows(p).mean() for p in row] for row in per]),
            "none_runs": (both, [[(largest_ratio(p) < 1).mean() for p in row] for row in per]),
            "largest_ratio": ((*both, "quantile"), ratio, {"units": "1"}),
            "safe_radius": (both, safe_radius, {"units": "m"}),
            "safe_rate": (both, safe_rate, {"units": "1/h"}),
            **griffith([side.draws for side in sides], QUANTILES),
        },
        coords={"quantile": list(QUANTILES)},
    )


def _near(radii: Array, side: Side) -> int:
    return int(np.argmin(np.abs(radii - side.material.value("particle_radius"))))


Found = TypeVar("Found")
Through = Mapping[tuple[str, Held, Rule], Array]


def _each(
    study: LifeStudy, sides: tuple[Side, ...], of: Callable[[Side, Held, Rule], Found]
) -> list[list[list[Found]]]:
    """``of`` every material, end and rule."""
    return [[[of(side, end, rule) for rule in study.rules] for end in Held] for side in sides]


def _cracked(
    study: LifeStudy, sides: tuple[Side, ...], through: Through, cycles: Array
) -> xr.Dataset:
    def share(side: Side, end: Held, rule: Rule) -> Array:
        return by_cycling(side.powders[end], through[side.name, end, rule])

    dims = ("material", "end", "rule")
    bands = _each(study, sides, lambda *of: np.quantile(share(*of), QUANTILES, axis=0))
    means = _each(study, sides, lambda *of: share(*of).mean(axis=0))
    made = [made_cracked(side.powders[Held.RELIEVED]).mean() for side in sides]
    return xr.Dataset(
        {
            "share": ((*dims, "quantile", "cycle"), bands, {"units": "1"}),
            "mean": ((*dims, "cycle"), means, {"units": "1"}),
            "made": ("material", made, {"units": "1"}),
        },
        coords={"quantile": list(QUANTILES), "cycle": cycles},
    )


def _order(study: LifeStudy, sides: tuple[Side, ...], through: Through) -> xr.Dataset:
    """In which share of the joint draws the second has fewer cracks, as many, or more."""
    first, second = sides
    shares: dict[str, list[list[float]]] = {"fewer": [], "tie": [], "more": []}
    for end in Held:
        rows: dict[str, list[float]] = {name: [] for name in shares}
        for rule in study.rules:
            less, more = (
                by_cycling(each.powders[end], through[each.name, end, rule])[:, -1]
                for each in (second, first)
            )
            rows["fewer"].append(float(np.mean(less < more - TIE)))
            rows["tie"].append(float(np.mean(np.abs(less - more) <= TIE)))
            rows["more"].append(float(np.mean(less > more + TIE)))
        for name, row in rows.items():
            shares[name].append(row)
    return xr.Dataset({name: (("end", "rule"), rows) for name, rows in shares.items()})


def _retention(
    study: LifeStudy, sides: tuple[Side, ...], through: Through, cycles: Array
) -> xr.Dataset:
    """At the rate of the test and at ``SLOW_RATE``, and the knee at the rate of the test."""
    tables = {
        (side.name, end): (None, side.powders[end].capacities(SLOW_RATE))
        for side in sides
        for end in Held
    }

    def found(side: Side, end: Held, rule: Rule) -> list[Array]:
        known = through[side.name, end, rule]
        return [retained(side.powders[end], known, c) for c in tables[side.name, end]]

    curves = _each(study, sides, found)
    dims, even = ("material", "end", "rule"), np.isin(cycles, np.linspace(0, study.cycles, 17))
    knees = [[[knee(c[0][:, even], cycles[even]) for c in row] for row in s] for s in curves]
    bands = [[[[quantiles(each) for each in c] for c in row] for row in s] for s in curves]
    means = [[[[_mean(each) for each in c] for c in row] for row in s] for s in curves]
    tell = [[[np.mean(~np.isnan(c[0][:, -1])) for c in row] for row in s] for s in curves]
    with_knee = [[[np.isfinite(each).mean() for each in row] for row in s] for s in knees]
    where = [[[_middle(each) for each in row] for row in s] for s in knees]
    return xr.Dataset(
        {
            "retention": ((*dims, "c_rate", "quantile", "cycle"), bands, {"units": "1"}),
            "mean": ((*dims, "c_rate", "cycle"), means, {"units": "1"}),
            "delivering": (dims, tell),
            "knee_share": (dims, with_knee),
            "knee": (dims, where, {"units": "cycles"}),
        },
        coords={
            "c_rate": [study.c_rate, SLOW_RATE],
            "quantile": list(QUANTILES),
            "cycle": cycles,
        },
    )


def quantiles(values: Array) -> Array:
    """``QUANTILES`` (q, k) of the rows (n, k) that are known; nan without any."""
    known = _known(values)
    return (
        np.quantile(known, QUANTILES, axis=0)
        if len(known)
        else np.full((3, values.shape[1]), np.nan)
    )


def _known(values: Array) -> Array:
    return values[~np.isnan(values).any(axis=1)]


def _mean(values: Array) -> Array:
    known = _known(values)
    return known.mean(axis=0) if len(known) else np.full(values.shape[1], np.nan)


def knee(retention: Array, cycles: Array) -> Array:
    """Cycle (n,) from which an equal stretch costs twice what the first did, and ``KNEE_LOSS``; inf
    where none does. ``cycles`` (k,) evenly spaced.

    >>> knee(np.array([[1.0, 0.99, 0.98, 0.9], [1.0, 0.9, 0.85, 0.82]]), np.arange(4.0))
    array([ 2., inf])
    """
    loss = -np.diff(retention, axis=1)
    steep = (loss >= 2 * loss[:, :1]) & (loss > KNEE_LOSS)
    return np.asarray(np.where(steep.any(axis=1), cycles[steep.argmax(axis=1)], np.inf))


def _middle(found: Array) -> float:
    known = found[np.isfinite(found)]
    return float(np.median(known)) if len(known) else np.inf


def _influence(study: LifeStudy, sides: tuple[Side, ...], through: Through) -> xr.Dataset:
    """Spearman's rho of every input with the capacity kept at the end."""
    names = list(dict.fromkeys(name for side in sides for name in side.draws.values))

    def rho(side: Side, end: Held, rule: Rule) -> list[float]:
        kept = retained(side.powders[end], through[side.name, end, rule])[:, -1]
        known = ~np.isnan(kept)
        inputs = {name: values[known] for name, values in side.draws.values.items()}
        table = rank_correlations(inputs, {"kept": kept[known]}).influence.sel(result="kept")
        return [float(table.sel(property=n)) if n in inputs else np.nan for n in names]

    return xr.Dataset(
        {"rho": (("material", "end", "rule", "property"), _each(study, sides, rho))},
        coords={"property": names},
    )


def _effects(study: LifeStudy, sides: tuple[Side, ...], through: Through) -> xr.Dataset:
    """Mean change of the capacity kept at the end that an effect makes, all else on: its sign."""

    def change(side: Side, end: Held, rule: Rule) -> list[list[float]]:
        powder, known = side.powders[end], through[side.name, end, rule][:, [0, -1]]
        rows = []
        for effects in EFFECTS.values():
            without = replace(powder, effects=effects)
            pairs = [(None, None), (powder.capacities(SLOW_RATE), without.capacities(SLOW_RATE))]
            rows.append(
                [
                    float(
                        np.nanmean(
                            retained(powder, known, on) - retained(without, known, off), axis=0
                        )[-1]
                    )
                    for on, off in pairs
                ]
            )
        return rows

    dims = ("material", "end", "rule", "effect", "c_rate")
    return xr.Dataset(
        {"change": (dims, _each(study, sides, change), {"units": "1"})},
        coords={"effect": list(EFFECTS), "c_rate": [study.c_rate, SLOW_RATE]},
    )
