"""The rate study: curves, losses, bands, maps and printed data of materials, as one tree."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass, field, replace
from functools import partial

import numpy as np
import xarray as xr

from particle_sim.cell.design import CellKind
from particle_sim.cell.full_cell import full_cell
from particle_sim.cell.half_cell import Cell, CellModel, half_cell
from particle_sim.cell.parameters import carried_law
from particle_sim.errors import InputError, refuse
from particle_sim.materials.load import MaterialRecord, load_record
from particle_sim.materials.system import short_name
from particle_sim.progress import shows_progress
from particle_sim.studies.choices import Footing, PhysicsChoice
from particle_sim.studies.footing import TRANSPORT, Levelled, level, with_own_transport
from particle_sim.studies.half_cell_batch import half_cell_batch
from particle_sim.studies.own_cell import cells_told, in_one_half_cell, own_cell, own_half_cell
from particle_sim.studies.rate_band import (
    Batch,
    PointVerdict,
    point_verdicts,
    rate_band,
    series_pass_share,
)
from particle_sim.studies.rate_curves import capacity_curve, group_per_c_rate, window_capacity
from particle_sim.studies.rate_data import (
    RateSeries,
    full_cell_design,
    printed_series,
    public_series,
)
from particle_sim.studies.rate_losses import loss_table
from particle_sim.studies.rate_map import rate_map
from particle_sim.studies.rate_sizes import ParticleSizes, rate_of_sizes
from particle_sim.transport.laws import law_of
from particle_sim.units import Array

RATES = (0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 50.0)
"""C-rates when none are asked for."""
HIGHEST_RATE = 1000.0
BAND_POINTS = 33
"""Rates of a band besides those asked for and in print."""
FEWEST_SAMPLES, MOST_SAMPLES = 20, 100_000

Learned = Callable[[MaterialRecord, Array], xr.Dataset | None]
"""A material and rates (k,) [1/h] -> quantiles of its capacity, or nothing to learn from."""
Progress = Callable[[str, float], None]
"""Called with what finished and the share that is done."""


@dataclass(frozen=True, kw_only=True)
class RateStudy:
    """What is asked: materials by name, C-rates of each one's printed 1C, cell models."""

    materials: tuple[str, ...]
    rates: tuple[float, ...] = RATES
    models: tuple[CellModel, ...] = (CellModel.SPM, CellModel.SPME)
    cells: tuple[CellKind, ...] = (CellKind.HALF,)
    physics: PhysicsChoice = PhysicsChoice.SOLID_SOLUTION
    footing: Footing = Footing.EQUAL
    samples: int = 200
    seed: int = 0
    sizes: ParticleSizes | None = None
    """Half cells of many sizes beside all else, which is of one"""
    overrides: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """Numbers in the place of a file's, by material as named: ``{"nvp": {"diffusivity": ...}}``"""
    design: str | None = None
    """A cell design of your own, by name or file, in the place of the shipped one of its kind"""

    def __post_init__(self) -> None:
        problems = [*_rate_problems(self.rates), *_sample_problems(self.samples)]
        if self.sizes is None and CellModel.MPM in self.models:
            problems.append("The model MPM needs sizes; give a size spread or counted sizes.")
        nodes = [short_name(name) for name in self.materials]
        repeated = [name for name in nodes if nodes.count(name) > 1]
        if repeated:
            problems.append(f"{repeated[0]} is named twice; name each material once.")
        refuse(problems)


@shows_progress
def rate_study(
    study: RateStudy,
    *,
    progress: Progress | None = None,
    batch: Batch = half_cell_batch,
    learned: Learned | None = None,
) -> xr.DataTree:
    """One node per material with ``curves``, ``losses``, ``band``, ``map`` and ``printed``.

    ``learned`` adds what the material's own measurements leave of the band.
    """
    report = progress or (lambda _text, _share: None)
    records, levelled = _on_one_footing(study)
    for record in records:
        for cell in (cell for kind in study.cells for cell in _cells(study, record, kind)):
            carried_law(cell)  # what cannot be built or carried is told before any run
    same = [f"{step.name.replace('_', ' ')} {step.common:g} {step.unit}" for step in levelled]
    tree: dict[str, xr.Dataset] = {
        "/": xr.Dataset(attrs={**_settings(study), "same_for_all": same})
    }
    for place, record in enumerate(records):
        for step, (name, dataset) in enumerate(_parts(study, record, batch, learned)):
            tree[f"/{short_name(study.materials[place])}{name}"] = dataset
            done = (place + step / _STEPS) / len(records)
            report(f"{record.material.title}: {name.strip('/') or 'started'}", done)
    return xr.DataTree.from_dict(tree)


_STEPS = 7


def _on_one_footing(study: RateStudy) -> tuple[list[MaterialRecord], tuple[Levelled, ...]]:
    """The materials with what their tests share made equal; each keeps its own transport."""
    half = own_half_cell(study.design, study.cells)
    named = [load_record(name, overrides=study.overrides.get(name, {})) for name in study.materials]
    filed = in_one_half_cell(named, half)
    materials, levelled = level(filed, study.footing)
    records = [
        replace(record, material=with_own_transport(material, record.material))
        for record, material in zip(filed, materials, strict=True)
    ]
    return records, tuple(step for step in levelled if step.name not in TRANSPORT)


def _parts(
    study: RateStudy, record: MaterialRecord, batch: Batch, learned: Learned | None
) -> Iterator[tuple[str, xr.Dataset]]:
    material, rates = record.material, np.asarray(study.rates)
    law = law_of(study.physics.value, material)
    one_c = material.value("one_c_current")
    batch = partial(batch, law=law)
    cell = half_cell(material)
    series = (
        *printed_series(record.system, one_c),
        *public_series(material.name, one_c),
    )
    yield (
        "",
        xr.Dataset(
            attrs={
                "title": material.title,
                "one_c_current": one_c,
                "capacity_at_rest": window_capacity(cell),
                "group_per_c_rate": group_per_c_rate(material),
                "particle_radius": material.value("particle_radius"),
                "two_phase": int(material.two_phase),
                "law": law.name,
                "law_title": law.title,
            }
        ),
    )
    curves = {
        kind.value: capacity_curve(_cells(study, record, kind), rates) for kind in study.cells
    }
    yield "/curves", xr.Dataset(curves)
    yield "/losses", loss_table(replace(cell, model=CellModel.SPME, law=law), rates)
    together = _with_printed_rates(rates, series)
    band = rate_band(
        material, cell.design, together, samples=study.samples, seed=study.seed, batch=batch
    )
    yield "/band", band
    known = None if learned is None else learned(record, together)
    if known is not None:
        yield "/learned", known
    if study.sizes is not None and not material.two_phase:
        yield "/sizes", rate_of_sizes(replace(cell, law=law), rates, study.sizes)
    yield "/map", rate_map(material, cell.design, batch=batch)
    yield "/printed", _printed(record, band, series)


def _cells(study: RateStudy, record: MaterialRecord, kind: CellKind) -> list[Cell]:
    """The cell of a kind under every model."""
    material, law = record.material, law_of(study.physics.value, record.material)
    if kind is CellKind.FULL:
        own = own_cell(study.design, study.cells).get(kind)
        made = full_cell(material, design=own or full_cell_design(record.system), law=law)
    else:
        made = half_cell(material, law=law)
    return list(_of_models(study, made))


def _of_models(study: RateStudy, made: Cell) -> Iterator[Cell]:
    """Only half cells of one phase are asked for many sizes; refused where nothing is left."""
    single = made.negative is not None or made.material.two_phase
    if single and set(study.models) == {CellModel.MPM}:
        raise InputError(
            f"{made.material.name}: only half cells of one phase take many sizes (MPM); "
            "add a model such as SPM."
        )
    for model in study.models:
        if model is not CellModel.MPM:
            yield replace(made, model=model)
        elif study.sizes is not None and not single:
            yield replace(made, model=model, sizes=study.sizes.of(made.material))


def _with_printed_rates(rates: Array, series: tuple[RateSeries, ...]) -> Array:
    """The asked-for rates, those in print, and enough between that a band is drawn smooth."""
    wanted = np.concatenate([rates, *(s.c_rate for s in series)])
    between = np.geomspace(wanted.min(), wanted.max(), BAND_POINTS)[1:-1]
    return np.unique(np.concatenate([wanted, between]))


def _printed(
    record: MaterialRecord, band: xr.Dataset, series: tuple[RateSeries, ...]
) -> xr.Dataset:
    rows = [row for one in series for row in _rows(record, band, one)]
    own = ("cell", "source", "place", "relative", "fresh", "series_pass_share")
    names = (*PointVerdict.__dataclass_fields__, *own)
    return xr.Dataset(
        {name: ("point", [row[name] for row in rows], _UNITS.get(name, {})) for name in names}
    )


_UNITS = {
    "c_rate": {"units": "1/h"},
    "printed": {"units": "mA h/g, or 1 where relative"},
    "low": {"units": "as printed"},
    "high": {"units": "as printed"},
    "slowest": {"units": "1/s"},
    "slowest_drawn": {"units": "1/s"},
}


def _rows(
    record: MaterialRecord, band: xr.Dataset, series: RateSeries
) -> Iterator[dict[str, object]]:
    """A row for each point; what only a new half cell can be asked is nan for the others."""
    comparable = series.fresh and series.cell is CellKind.HALF
    share = series_pass_share(band, series) if comparable else math.nan
    for verdict in point_verdicts(record.material, band, series):
        row: dict[str, object] = asdict(verdict)
        if not comparable:
            row |= dict.fromkeys(("low", "high", "pass_share", "reach_share", "slowest"), math.nan)
        yield row | {
            "cell": series.cell.value,
            "source": series.source,
            "place": series.place,
            "relative": series.relative,
            "fresh": series.fresh,
            "series_pass_share": share,
        }


def _settings(study: RateStudy) -> dict[str, object]:
    return {
        "materials": [short_name(name) for name in study.materials],
        "c_rates": list(study.rates),
        "models": [model.value for model in study.models],
        "physics": study.physics.value,
        "samples": study.samples,
        "seed": study.seed,
        **({} if study.design is None else {"design": study.design}),
        "cautions": cells_told(study.design, study.cells) or ["none"],
        **({} if study.sizes is None else {"sizes": _told(study.sizes)}),
    }


def _told(sizes: ParticleSizes) -> str:
    return "counted" if sizes.spread is None else f"standard deviation of ln R {sizes.spread:g}"


def _rate_problems(rates: tuple[float, ...]) -> Iterator[str]:
    if not rates:
        yield "No C-rate is given; give at least one, e.g. 0.1,1,10."
        return
    wrong = [rate for rate in rates if not 0 < rate <= HIGHEST_RATE]
    if wrong:
        yield (
            f"A C-rate is {wrong[0]:g}; rates must lie above 0 and up to {HIGHEST_RATE:g}, "
            "e.g. 0.1,1,10."
        )
    elif list(rates) != sorted(set(rates)):
        yield (
            f"The C-rates are {','.join(f'{rate:g}' for rate in rates)}; give them in increasing "
            "order, each once."
        )


def _sample_problems(samples: int) -> Iterator[str]:
    if not FEWEST_SAMPLES <= samples <= MOST_SAMPLES:
        yield (
            f"The number of samples is {samples}; give {FEWEST_SAMPLES} to {MOST_SAMPLES}, "
            "200 is usual."
        )
