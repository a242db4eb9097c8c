"""A printed retention of a full cell against cracks, and the sodium that films take."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from particle_sim.claims.conditioned import NOISE, Others, predicted
from particle_sim.claims.expected import LOWER, expectation
from particle_sim.claims.interval import Verdict, verdict_of
from particle_sim.claims.kind import claim_kind
from particle_sim.claims.kinds_inventory import FULL_CELLS, OTHER_RATES, RUNS
from particle_sim.claims.kinds_life import MECHANISMS
from particle_sim.claims.question import (
    MEASURED,
    Branch,
    Evidence,
    Numbers,
    Question,
    every,
)
from particle_sim.damage.fade import Fade
from particle_sim.life.chain import Held, Rule
from particle_sim.life.full_cell import FullCells, draw_full_cells
from particle_sim.plausible.streams import generator
from particle_sim.units import Array

MOST = 200
"""Conditioned draws that are cycled."""
ALONE, BESIDES = "by films and cracks alone", "with what the half cell lost besides"
NOT_ALL = "films and cracks are not all that takes capacity in a full cell"


@dataclass(frozen=True, kw_only=True)
class _Member:
    name: str
    kept: Array
    """(n,)"""


def full_cell_keeps(question: Question) -> Evidence:
    """The retention of a full cell that films and cracks leave, against the printed one.

    ``holds`` where a draw keeps at least the print. Draws of the inventory weigh as much as they
    agree with the capacities printed of the fresh cell. Asked by films and cracks alone, and times
    what the half cell kept at the same rate over as many cycles if it faded evenly, which is
    printed and not computed. Nothing is fitted to a retention of a full cell. What else takes
    capacity leaves the claim open. Other mechanisms of a boundary and growth per second are shown
    where a verdict turns on them.
    """
    printed = _printed(question)
    cells, effective = _cells(question)
    members = tuple(_members(question, cells))
    noise = generator(question.seed, "noise of a retention")
    values = [each.kept + NOISE * noise.standard_normal(each.kept.size) for each in members]
    branches: list[Branch] = []
    for where, kept in printed.items():
        for each, found in zip(members, values, strict=True):
            holds, counted = every(found >= kept)
            branch = Branch(name=each.name + where, holds=holds, counted=counted)
            new = not branches or _verdict(branch) is not _verdict(branches[0])
            if new or each in members[:2]:
                branches.append(branch)
    fits = {expectation(values, kept, 1.0) for kept in printed.values()}
    fit = fits.pop() if len(fits) == 1 else ""
    return Evidence(
        holds=branches[0].holds,
        counted=branches[0].counted,
        inputs=_inputs(cells),
        follows=np.round(members[0].kept, 3),
        text=(
            f"Over {question.claim.printed['cycles']:g} cycles at {cells.c_rate:.3g}C, by "
            f"inventories that agree with what is printed of the fresh cell ({effective:.0f} "
            "effective draws). No constant is fitted to a retention of a full cell."
        ),
        name=branches[0].name,
        branches=tuple(branches[1:]),
        fit="" if fit == LOWER else fit,
        numbers=_numbers(question, members),
        cannot_support=NOT_ALL,
        cannot_contradict=MEASURED,
    )


def _verdict(branch: Branch) -> Verdict:
    return verdict_of(branch.successes, branch.draws)


def _printed(question: Question) -> dict[str, float]:
    """Retentions in print of the one test, by where."""
    given = question.claim.printed
    found = {"": given["kept"] / 100}
    if "kept_elsewhere" in given:
        found[f", against the {given['kept_elsewhere']:g} % printed elsewhere"] = (
            given["kept_elsewhere"] / 100
        )
    return found


def _cells(question: Question) -> tuple[FullCells, float]:
    """Full cells whose fresh capacities agree with the print, alike in weight."""
    given, rate = question.claim.printed, question.number("c_rate")
    names = {name: of for name, of in OTHER_RATES.items() if name in given}
    rates, runs = [*names.values(), rate], RUNS // (len(names) + 1)
    lower = question.claim.parameters.get("lower_voltage")
    design = FULL_CELLS[int(question.number("presodiated"))]
    drawn = np.stack(
        [
            question.tools.full_cells(
                question.names[0], design, each, lower, runs, question.seed
            ).capacity
            for each in rates
        ],
        axis=1,
    )
    printed = np.array([*(given[name] for name in names), given["fresh"]])
    known = Others(rates=np.array(rates), printed=printed, drawn=drawn)
    found = predicted(drawn[:, -1], rate, known, unit=given["fresh"], seed=question.seed)
    chosen = found.rows[np.linspace(0, found.rows.size - 1, min(MOST, found.rows.size)).astype(int)]
    material = question.draws[0].material
    every_cell = draw_full_cells(
        material, runs, question.seed, rate, design=design, lower_voltage=lower
    )
    return every_cell.kept(chosen), found.effective


def _members(question: Question, cells: FullCells) -> Iterator[_Member]:
    given, fresh = question.claim.printed, cells.fresh
    cells, fresh = cells.kept(fresh > 0), fresh[fresh > 0]
    half = (given["half_kept"] / 100) ** (given["cycles"] / given["half_cycles"])
    tables = question.tools.cycle_loads(question.names, 0)
    cycles = np.array([0.0, given["cycles"]])
    for held in Held:
        for rule in Rule:
            cracked = cells.cracked(held, rule, cycles, tables)
            carbon, faces = cells.lost(fresh, cycles, cracked)
            capacity = cells.capacities(cracked, carbon + faces)
            kept = capacity[:, 1] / capacity[:, 0]
            way = f", {MECHANISMS[held]}, cracks growing {rule.value}"
            yield _Member(name=ALONE + way, kept=kept)
            yield _Member(name=BESIDES + way, kept=half * kept)


def _inputs(cells: FullCells) -> Mapping[str, Array]:
    names = ("negative_to_positive_ratio", "negative_initial_sodium", "negative_particle_radius")
    found = {name: cells.draws.values[name] for name in names}
    return {**found, "sodium in the film on the carbon": cells.films.carbon_film}


def _numbers(question: Question, members: tuple[_Member, ...]) -> Numbers:
    """5, 50 and 95 % by every member together, and half-lives over the print's."""
    found: Numbers = {}
    for words in (ALONE, BESIDES):
        kept = np.concatenate([each.kept for each in members if each.name.startswith(words)])
        for part, name in ((0.05, "5 %"), (0.5, "median"), (0.95, "95 %")):
            found[f"kept {words}, {name}"] = float(np.quantile(kept, part)), "1"
        cycles, rate = question.claim.printed["cycles"], question.number("c_rate")
        fade = float(-np.log(np.median(kept))) / cycles
        for printed in _printed(question).values():
            own = Fade(retention=printed, cycles=cycles, c_rate=rate).per_cycle
            if fade > 0:
                name = f"half-life {words} over that of the printed {100 * printed:.1f} %"
                found[name] = own / fade, "1"
    return found


full_cell_retention = claim_kind(
    full_cell_keeps,
    {"c_rate": "1/h", "presodiated": "1"},
    optional={"lower_voltage": "V"},
    printed=("kept", "cycles", "fresh", "half_kept", "half_cycles"),
    optional_printed=("kept_elsewhere", *OTHER_RATES),
    cells=FULL_CELLS,
)
