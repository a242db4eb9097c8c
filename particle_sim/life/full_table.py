"""Full cells of a life as a table: what is kept, what takes it, and what is printed of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
import xarray as xr

from particle_sim.cell.design import CellDesign, CellKind
from particle_sim.cell.full_cell import FULL_CELL
from particle_sim.damage.printed_fade import PrintedFade, printed_of
from particle_sim.errors import InputError
from particle_sim.life.against_print import DELIVERS, miss_of
from particle_sim.life.asked import LifeStudy, read_window
from particle_sim.life.chain import Held
from particle_sim.life.full_cell import FullCells, draw_full_cells
from particle_sim.life.sides import Side
from particle_sim.materials.material import Material
from particle_sim.materials.system import load_system, system_names
from particle_sim.units import Array

DRAWS = 60
"""Full cells, of which one takes milliseconds in every state."""
SHOWN = np.array([0.0, 0.25, 1.0])
"""Of the cycles, even in the square root."""
QUANTILES = (0.05, 0.5, 0.95)
State = tuple[Array, Array]
"""Cracked share and lost sodium [A h/kg], (n, k) each"""
PARTS = ("film on the carbon", "film on cracks", "cracked particles")


def full_table(study: LifeStudy, sides: Sequence[Side]) -> xr.Dataset:
    """Retention (material, end, rule, quantile, cycle) of full cells, what each loss alone takes at
    the end (material, part), and printed full cells (print). The upper cut-off is the material's,
    and so is the lower one unless a full cell's window is in print, or the user's design has its
    own. Printed full cells stand on the shipped designs."""
    cycles, own = study.cycles * SHOWN, study.own_cell.get(CellKind.FULL)
    bands, takes, lost, prints, draws = [], [], [], [], []
    for side in sides:
        cells, fresh = _cells(side.material, study, study.c_rate, own)
        draws.append(len(fresh))
        through = [
            [cells.cracked(end, rule, cycles, side.tables) for rule in study.rules] for end in Held
        ]
        last = through[list(Held).index(Held.HELD)][0][:, [0, -1]]
        both = [_worn(cells, fresh, cycles, each) for row in through for each in row]
        alone = _alone(cells, fresh, cycles[[0, -1]], last)
        kept = _kept(cells, [*both, *alone])
        band = [np.quantile(each, QUANTILES, axis=0) for each in kept[: len(both)]]
        rules = len(study.rules)
        bands.append([band[place * rules : (place + 1) * rules] for place in range(len(Held))])
        takes.append([float(np.median(1 - each[:, -1])) for each in kept[len(both) :]])
        carbon, _ = cells.lost(fresh, cycles[-1:], last[:, -1:])
        lost.append(np.quantile(carbon[:, 0], QUANTILES))
        rows = _rows(side, study)
        tests = {(row.fade.c_rate, row.fade.cycles) for row in rows}
        left = {test: _left(study, side, *test) for test in tests}
        prints += [_printed(side, row, left[row.fade.c_rate, row.fade.cycles]) for row in rows]
    return xr.Dataset(
        {
            "retention": (("material", "end", "rule", "quantile", "cycle"), bands, {"units": "1"}),
            "taken": (("material", "part"), takes, {"units": "1"}),
            "carbon_film": (("material", "quantile"), lost, {"units": "mA h/g"}),
            "draws": ("material", draws, {"units": "1"}),
            **_columns(prints),
        },
        coords={"quantile": list(QUANTILES), "cycle": cycles, "part": list(PARTS)},
    )


def _cells(
    material: Material, study: LifeStudy, c_rate: float, own: CellDesign | None = None
) -> tuple[FullCells, Array]:
    """Drawn full cells that deliver at the rate, and their fresh capacity."""
    count = min(study.samples, DRAWS)
    given = study.window is not None or (own is not None and "lower_voltage" in own.properties)
    cells = draw_full_cells(
        material,
        count,
        study.seed,
        c_rate,
        design=FULL_CELL if own is None else str(study.design),
        lower_voltage=None if given else _lowest(material.name),
        constants=study.growth,
    )
    fresh = cells.fresh
    delivers = fresh >= DELIVERS * material.specific_capacity
    if not delivers.any():
        raise InputError(
            f"{material.title}: none of {count} full cells delivers at {c_rate:g}C; ask a "
            "smaller --c-rate, or half cells."
        )
    return cells.kept(delivers), fresh[delivers]


def _lowest(material: str) -> float | None:
    """Lower cut-off [V] of the full cells in print, if one is."""
    if material not in system_names():
        return None
    facts = load_system(material).file.printed.get("full_cell", [])
    windows = [fact.text("window") for fact in facts if fact.text("window")]
    return read_window(windows[0])[0] if windows else None


def _worn(cells: FullCells, fresh: Array, cycles: Array, cracked: Array) -> State:
    carbon, faces = cells.lost(fresh, cycles, cracked)
    return cracked, carbon + faces


def _alone(cells: FullCells, fresh: Array, cycles: Array, cracked: Array) -> list[State]:
    """Each of ``PARTS`` by itself."""
    carbon, faces = cells.lost(fresh, cycles, cracked)
    whole = np.zeros_like(cracked)
    return [(whole, carbon), (whole, faces), (cracked, whole)]


def _kept(cells: FullCells, states: Sequence[State]) -> list[Array]:
    """Retention (n, k) through each of the states, by one batch of cells."""
    cracked, lost = (np.concatenate(each, axis=1) for each in zip(*states, strict=True))
    ends = np.cumsum([each.shape[1] for each, _ in states])[:-1]
    found = np.split(cells.capacities(cracked, lost), ends, axis=1)
    return [np.asarray(each / each[:, :1]) for each in found]


def _rows(side: Side, study: LifeStudy) -> list[PrintedFade]:
    """Full cells in print, in the window that is asked for, if it is the file's."""
    if study.window is not None:
        return []
    name = side.material.name
    return [row for row in printed_of(name) if row.full_cell] if name in system_names() else []


def _left(study: LifeStudy, side: Side, c_rate: float, cycles: float) -> Array:
    """What films and cracks alone leave (3,) in a printed test, by a boundary that holds and the
    first rule of growth."""
    cells, fresh = _cells(replace(side.material, half_cell=None), study, c_rate)
    ends = np.array([0.0, cycles])
    cracked = cells.cracked(Held.HELD, study.rules[0], ends, side.tables)
    (kept,) = _kept(cells, [_worn(cells, fresh, ends, cracked)])
    return np.asarray(np.quantile(kept[:, 1], QUANTILES))


def _printed(side: Side, row: PrintedFade, left: Array) -> dict[str, float | str]:
    """A print beside films and cracks alone, and times what its half cell lost if that is printed
    at the same rate."""
    fade = row.fade
    half = _half(side.material.name, row)
    low, middle, high = (float(each) for each in left)
    return {
        "print_material": side.name,
        "print_rate": fade.c_rate,
        "print_cycles": fade.cycles,
        "print_kept": fade.retention,
        "print_low": low,
        "print_middle": middle,
        "print_high": high,
        "print_half": half,
        "print_miss": miss_of(middle, fade),
        "print_miss_with_half": miss_of(middle * half, fade),
        "print_miss_half_alone": miss_of(half, fade),
    }


def _half(material: str, row: PrintedFade) -> float:
    """What the half cell keeps over as many cycles at the rate, if it fades evenly; 1 where no
    half cell is printed at that rate."""
    rows = [each for each in printed_of(material) if not each.full_cell]
    same = [each.fade for each in rows if each.fade.c_rate == row.fade.c_rate]
    return float(np.exp(-same[0].per_cycle * row.fade.cycles)) if same else 1.0


def _columns(
    prints: Sequence[Mapping[str, float | str]],
) -> dict[str, tuple[str, list[float | str]]]:
    if not prints:
        return {}
    return {name: ("print", [each[name] for each in prints]) for name in prints[0]}
