"""Rate tests of materials as experiments: what was measured, where it stands, how it may be read.

Numbers stay where they were written: prints in the material's file, public tests in
``parameters/measurements``. An experiment is a place in one of them with its readings; a *way*
takes one reading of each experiment that is learned from.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import product

from particle_sim.cell.design import CellKind
from particle_sim.inference.rate_evidence import Readings, tests_of
from particle_sim.materials.load import MaterialRecord
from particle_sim.studies.rate_data import RateSeries, printed_series, public_series

FEWEST = 2
"""Rates from which a capacity is known to fall with the rate at all."""
PUBLIC = "public, "
"""How the label of a public test begins (:func:`~particle_sim.studies.rate_data.as_series`)."""


@dataclass(frozen=True, kw_only=True)
class Experiment:
    """One measurement of a material, with every way to read what is in print of it."""

    id: str
    readings: Readings
    use: str
    """``learned from``, or why not"""

    @property
    def public(self) -> bool:
        """Whether it is a public test."""
        return is_public(self.readings[0])


LEARNED = "learned from"
UNUSED = {
    "full": "a full cell, whose counter electrode limits too",
    "aged": "not of a fresh cell at 25 degrees",
    "share": "a share of a capacity that is not named",
    "few": f"fewer than {FEWEST} rates, which do not show how the capacity falls",
    "repeat": "repeats another print of the same paper, or the material's own print stands first",
}
"""Why an experiment is not learned from."""


def experiments(record: MaterialRecord) -> tuple[Experiment, ...]:
    """Every rate test of a material that is in print, and the public ones that name it.

    >>> from particle_sim.materials.load import load_record
    >>> found = experiments(load_record("nfm_li2024"))
    >>> [(each.id, len(each.readings)) for each in found]
    [('nfm_li2024:fig_3f', 2), ('nfm_li2024:fig_3b', 1)]
    """
    material = record.material
    one_c = material.value("one_c_current")
    used = {(series.source, series.place) for way in ways(record) for series in way}
    places: dict[tuple[str, str, CellKind, bool, bool], list[RateSeries]] = {}
    for series in (
        *printed_series(record.system, one_c),
        *public_series(material.name, one_c),
    ):
        key = (series.source, series.place, series.cell, series.fresh, series.relative)
        places.setdefault(key, []).append(series)
    names = _distinct([f"{material.name}:{_slug(readings[0])}" for readings in places.values()])
    return tuple(
        Experiment(id=name, readings=tuple(readings), use=_use(readings[0], used))
        for name, readings in zip(names, places.values(), strict=True)
    )


def ways(record: MaterialRecord) -> list[Readings]:
    """Ways to read what is measured of a material, each as the series of all its tests.

    Its own prints; where they do not tell how its capacity falls, each public test of the same
    composition is a way.
    """
    one_c = record.material.value("one_c_current")
    return _telling(product(*tests_of(record.system, one_c))) or _telling(
        (series,) for series in public_series(record.material.name, one_c)
    )


def is_public(series: RateSeries) -> bool:
    """Whether a series is a public test: of the same composition, perhaps of another powder."""
    return series.label.startswith(PUBLIC)


def named(series: RateSeries) -> str:
    """A series and where it stands, ``rate test, in the printed order (Fig. 3f)``."""
    return series.label if is_public(series) else f"{series.label} ({_last(series.place)})"


def _telling(found: Iterable[Sequence[RateSeries]]) -> list[Readings]:
    """Those with at least ``FEWEST`` rates."""
    return [
        tuple(way)
        for way in found
        if len({float(rate) for series in way for rate in series.c_rate}) >= FEWEST
    ]


def _use(series: RateSeries, used: set[tuple[str, str]]) -> str:
    if series.cell is CellKind.FULL:
        return UNUSED["full"]
    if series.relative:
        return UNUSED["share"]
    if not series.fresh:
        return UNUSED["aged"]
    if (series.source, series.place) in used:
        return LEARNED
    return UNUSED["repeat" if used else "few"]


def _slug(series: RateSeries) -> str:
    """The last part of a place, ``Results; Fig. 3f`` -> ``fig_3f``; of a public test its label."""
    public = is_public(series)
    text = series.label.removeprefix(PUBLIC) if public else _last(series.place)
    return re.sub(r"[^a-z0-9]+", "_", text.lower()).strip("_")


def _last(place: str) -> str:
    return place.rpartition(";")[2].strip()


def _distinct(names: Sequence[str]) -> list[str]:
    """The names, numbered from the second of its kind on."""
    return [
        name if names.index(name) == place else f"{name}_{names[: place + 1].count(name)}"
        for place, name in enumerate(names)
    ]
