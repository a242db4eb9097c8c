"""Printed retentions held against the frozen constants and three rules without physics."""

from __future__ import annotations

import enum
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from particle_sim.cell.half_cell import half_cell
from particle_sim.damage.fade import (
    Fade,
    as_partner,
    as_per_hour,
    as_strain_squared,
    miss,
    retention_after,
)
from particle_sim.damage.printed_fade import PrintedFade, printed_of
from particle_sim.life.chain import Held, Rule, cycled, draw_powder, growth_of
from particle_sim.life.frozen import Calibration, frozen_draws
from particle_sim.life.loads import GradientTable, Site
from particle_sim.life.powder import CycledPowder
from particle_sim.materials.material import Material
from particle_sim.plausible.draws import MaterialDraws
from particle_sim.units import Array

QUANTILES = (0.05, 0.5, 0.95)
DELIVERS = 0.1
"""Least share of the capacity that a draw must deliver at the rate of a test to say anything of its
retention: with less, the cell in print was not that one (assumed)."""


class Label(enum.Enum):
    """How a row stands to the constants it is made with."""

    CALIBRATED = "calibrated"
    SEEN = "calibrated, seen before"
    """Held against other constants before: it counts as calibrated"""
    PREDICTED = "predicted"
    OWN = "own constants"
    """By constants of growth that the user gives, as drawn"""


class Null(enum.Enum):
    """What a model must beat, each from the calibration's datum alone."""

    PARTNER = "N0, the same per cycle"
    STRAIN = "N1, as volume change squared"
    HOUR = "N2, the same per hour"


@dataclass(frozen=True, kw_only=True)
class Observed:
    """A retention over ``fade.cycles`` cycles that begin after ``since``."""

    material: str
    fade: Fade
    since: float
    place: str
    note: str
    title: str = ""
    """Of a cell that is not the material's own paper's"""

    @property
    def key(self) -> str:
        """What tells a datum from any other.

        >>> fade = Fade(retention=0.349, cycles=500.0, c_rate=5.0)
        >>> Observed(material="nfm", fade=fade, since=0.0, place="", note="").key
        'nfm 5C 0 to 500'
        """
        span = f"{self.since:g} to {self.since + self.fade.cycles:g}"
        return f"{self.material} {self.fade.c_rate:g}C {span}"


@dataclass(frozen=True, kw_only=True)
class Said:
    """5, 50 and 95 % of the retention that one rule at one end of the bracket gives."""

    rule: Rule
    end: Held
    retention: tuple[float, float, float]
    delivering: float
    """Share of the draws that deliver ``DELIVERS`` at the rate"""

    def miss(self, observed: Fade) -> float:
        """|ln(half-life ratio)| of the median; infinite where it does not fade."""
        return miss_of(self.retention[1], observed)


@dataclass(frozen=True, kw_only=True)
class Row:
    """A datum, what is said of it, and how the three rules do."""

    observed: Observed
    label: Label
    said: tuple[Said, ...]
    null: Mapping[Null, float]
    """Retention by each rule"""
    constants: str
    """Hash of the constants"""


def miss_of(retention: float, observed: Fade) -> float:
    """|ln(half-life ratio)| of a retention after the same cycles; infinite where one does not
    fade or nothing is left.

    >>> round(miss_of(0.36, Fade(retention=0.349, cycles=500.0, c_rate=5.0)), 3)
    0.03
    """
    if not 0 < retention < 1 or not observed.retention < 1:
        return math.inf
    return miss(-math.log(retention) / observed.cycles, observed.per_cycle)


def observed_of(material: str) -> tuple[Observed, ...]:
    """Half cells in print, without the sum of stretches that are there one by one."""
    rows = [row for row in printed_of(material) if not row.full_cell]
    parts = any(row.span.startswith("latter") for row in rows)
    return tuple(
        _observed(row, material) for row in rows if not (parts and row.span == "throughout")
    )


def _observed(row: PrintedFade, material: str) -> Observed:
    return Observed(
        material=material,
        fade=row.fade,
        since=row.fade.cycles if row.span.startswith("latter") else 0.0,
        place=f"{row.citation}; {row.place}",
        note=row.note,
        title="" if row.name == row.material else f"{row.title} (another paper's cell)",
    )


def kept(powder: CycledPowder, rules: Sequence[Rule], since: float, until: float) -> Array:
    """Retention (n,) from cycle ``since`` to ``until``; nan for draws that deliver less than
    ``DELIVERS`` of their capacity when fresh."""
    share = powder.cracked(growth_of(powder.draws.values, *rules), np.array([0.0, since, until]))
    found = powder.retention(share, share[:, 1])[:, 2]
    return np.asarray(np.where(delivers(powder), found, np.nan))


def delivers(powder: CycledPowder) -> Array:
    """Whether each draw (n,) delivers ``DELIVERS`` of its capacity at the rate of the test."""
    return np.asarray(powder.at_test[:, 0] >= DELIVERS * powder.draws.material.specific_capacity)


def row_of(
    observed: Observed,
    material: Material,
    tables: Mapping[Site, GradientTable],
    calibration: Calibration,
    reference: Material,
    label: Label,
    own: MaterialDraws | None = None,
) -> Row:
    """A datum held against the frozen constants, or against ``own`` draws of growth as they are;
    ``reference`` is the calibration's material."""
    fade, said, cell = observed.fade, [], half_cell(material)
    every = own or draw_powder(material, calibration.samples, calibration.seed, cell=cell)
    for end in Held:
        for rule in Rule:
            draws = own or frozen_draws(calibration, every, rule, end)
            powder = cycled(draws, fade.c_rate, end, cell=cell, tables=tables)
            found = kept(powder, [rule], observed.since, observed.since + fade.cycles)
            good = found[~np.isnan(found)]
            low, middle, high = np.quantile(good, QUANTILES) if len(good) else [np.nan] * 3
            said.append(
                Said(
                    rule=rule,
                    end=end,
                    retention=(float(low), float(middle), float(high)),
                    delivering=len(good) / len(found),
                )
            )
    known = calibration.datum
    changes = material.value("volume_change"), reference.value("volume_change")
    fades = {
        Null.PARTNER: as_partner(known),
        Null.STRAIN: as_strain_squared(known, *changes),
        Null.HOUR: as_per_hour(known, fade.c_rate),
    }
    return Row(
        observed=observed,
        label=label,
        said=tuple(said),
        null={null: retention_after(each, fade.cycles) for null, each in fades.items()},
        constants="" if own else calibration.hash,
    )
