"""Public rate tests as files: rates, capacities, formula and source, checked before use."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from particle_sim.errors import closest, refuse
from particle_sim.materials.document import read_shared
from particle_sim.materials.schema import Source, Strict
from particle_sim.resources import named_file, shipped_files

PLACE = ("parameters", "measurements")
CAPACITIES = (1.0, 4000.0)
"""[mAh/g] From a poor electrode to beyond phosphorus and silicon (a choice)."""


class _Header(Strict):
    name: str
    title: str
    formula: str
    material: str = ""
    window: str = ""
    source: str
    note: str = ""


class _Series(Strict):
    rate_unit: Literal["mA/g", "C"]
    rates: list[float]
    capacity_mAh_g: list[float]  # noqa: N815 (a key of the file, with its unit)


class _MeasurementFile(Strict):
    measurement: _Header
    series: _Series
    sources: dict[str, Source]


@dataclass(frozen=True, kw_only=True)
class Measurement:
    """A published discharge rate test against sodium metal."""

    name: str
    title: str
    formula: str
    material: str
    """The library's material of the same composition; empty when there is none."""
    window: str
    rate_unit: str
    """``mA/g`` (equal to A/kg) or ``C`` of the paper's own, unnamed 1C"""
    rates: tuple[float, ...]
    capacity: tuple[float, ...]
    """[A h/kg], equal to mAh/g"""
    source: str
    citation: str
    note: str


def measurement_names() -> list[str]:
    """Names of the shipped measurements."""
    return list(shipped_files(*PLACE))


def load_measurement(name: str) -> Measurement:
    """A shipped measurement by name, or your own ``.toml`` file.

    Raises :class:`InputError` with every problem of the file.
    """
    path = named_file("measurement", name, *PLACE)
    file = read_shared(_MeasurementFile, path)
    refuse(_problems(path.name, file))
    header, series = file.measurement, file.series
    source = file.sources[header.source]
    return Measurement(
        name=header.name,
        title=header.title,
        formula=header.formula,
        material=header.material,
        window=header.window,
        rate_unit=series.rate_unit,
        rates=tuple(map(float, series.rates)),
        capacity=tuple(map(float, series.capacity_mAh_g)),
        source=header.source,
        citation=f"{source.citation}, doi {source.doi}" if source.doi else source.citation,
        note=header.note or source.note,
    )


def _problems(where: str, file: _MeasurementFile) -> list[str]:
    rates, values = file.series.rates, file.series.capacity_mAh_g
    problems = []
    if len(rates) != len(values) or not rates:
        problems.append(
            f"{where}: series has {len(rates)} rates and {len(values)} capacities; give equally "
            "many, at least one."
        )
    if any(rate <= 0 for rate in rates) or sorted(set(rates)) != rates:
        problems.append(f"{where}: series.rates is {rates}; rates must be positive and increase.")
    if any(value < 0 for value in values):
        problems.append(f"{where}: series.capacity_mAh_g is {values}; none may be negative.")
    low, high = CAPACITIES
    if values and not low <= max(values) <= high:
        problems.append(
            f"{where}: series.capacity_mAh_g reaches {max(values):g}, and an electrode gives "
            f"{low:g} to {high:g} mAh/g; check the unit."
        )
    if file.measurement.source not in file.sources:
        problems.append(
            f'{where}: measurement.source is "{file.measurement.source}", which is not in '
            f"[sources] of this file; {closest(file.measurement.source, file.sources)}"
        )
    return problems
