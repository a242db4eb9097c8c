"""Experiments and what was learned from them, in lines and as data."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from particle_sim.inference.experiments import LEARNED, Experiment, experiments
from particle_sim.inference.form import Form
from particle_sim.inference.forms import TITLES
from particle_sim.inference.groups import GROUPS
from particle_sim.inference.learned import hyperpriors
from particle_sim.inference.posterior_store import COMMAND, evidence_folder, stale
from particle_sim.inference.rate_posteriors import RateEvidence, rate_evidence
from particle_sim.materials.load import MaterialRecord, load_record, material_names
from particle_sim.studies.rate_measurements import load_measurement, measurement_names
from particle_sim.units import Array

RATE = GROUPS.index("diffusion_rate")
SHARES = (0.05, 0.5, 0.95)
ABROAD = 1.645
"""Standard deviations from the middle of a normal distribution to its 5 and 95 %."""


def overview() -> list[str]:
    """A line for every rate test of every material, then what is stale."""
    tests: list[tuple[MaterialRecord, Experiment]] = []
    for name in material_names():
        record = load_record(name)
        tests += [(record, each) for each in experiments(record)]
    tests.sort(key=lambda pair: pair[1].use != LEARNED)
    unnamed = sum(not load_measurement(name).material for name in measurement_names())
    return [
        *(_line(record, each) for record, each in tests),
        "",
        f"{unnamed} more public tests are of powders that are not in the library; with these they "
        "teach what is believed of any powder.",
        *stale_lines(),
    ]


def stale_lines() -> list[str]:
    """A sentence for every stored posterior that is not of today's inputs."""
    return [
        f"Stale: {name} ({', '.join(parts)}); {COMMAND} learns and stores it again."
        for name, parts in stale(evidence_folder()).items()
    ]


def lines_of(names: Sequence[str]) -> list[str]:
    """Every reading of every test of these materials, and D/R² by each form."""
    lines: list[str] = []
    for name in names:
        record = load_record(name)
        found = experiments(record)
        lines += [f"{record.material.title} ({record.material.name})", ""]
        for each in found:
            lines += [f"{each.id}: {each.use}", *_readings(record, each)]
        known = rate_evidence(record)
        lines += ["", *_posterior(record, known), ""]
    return lines[:-1]


def data_of(names: Sequence[str] | None) -> list[dict[str, Any]]:
    """The same as plain data; without names of all materials that have a rate test."""
    found = [_data(load_record(name)) for name in names or material_names()]
    return [each for each in found if names or each["experiments"]]


def _line(record: MaterialRecord, test: Experiment) -> str:
    first = test.readings[0]
    rates = first.c_rate
    span = f"{rates[0]:.3g}C" if len(rates) == 1 else f"{rates[0]:.3g} to {rates[-1]:.3g}C"
    count = len(test.readings)
    ways = f", {count} readings" if count > 1 else ""
    return f"{test.id:42} {len(rates)} rate{'s' * (len(rates) > 1)}, {span}{ways}: {test.use}"


def _readings(record: MaterialRecord, test: Experiment) -> Iterator[str]:
    first = test.readings[0]
    where = first.place if test.public else f"{record.citation(first.source)}; {first.place}"
    yield f"  {where}"
    if test.public and first.note:
        yield f"  {first.note}"
    for series in test.readings:
        points = ", ".join(
            f"{100 * q:.3g} %" if series.relative else f"{q:.4g}" for q in series.capacity
        )
        rates = ", ".join(f"{rate:.3g}" for rate in series.c_rate)
        unit = "" if series.relative else " mAh/g"
        yield f"  {series.label}: {points}{unit} at {rates}C"


def _posterior(record: MaterialRecord, known: RateEvidence) -> Iterator[str]:
    """D/R² of the median particle before and after, form by form, over all ways to read."""
    if not known.ways:
        yield "Nothing is learned: no test shows how the capacity falls with the rate."
        return
    yield "D/R² of the median particle [1/s], 5 / 50 / 95 %, from other powders, then with tests:"
    for form in Form:
        if all(form.value in way.found for way in known.ways):
            before, after = (", ".join(f"{x:.2g}" for x in ends) for ends in _ends(form, known))
            yield f"  {TITLES[form]}:"
            yield f"    {before:26} then {after}"
    yield (
        "What is drawn and mapped as one size of sphere takes the first form; predicted rates take "
        "the others."
    )
    if known.note:
        yield known.note


def _ends(form: Form, known: RateEvidence) -> tuple[Array, Array]:
    centre, deviation = hyperpriors(form.value)["diffusion_rate"]
    before = 10 ** (centre + deviation * np.array([-ABROAD, 0.0, ABROAD]))
    rows = np.concatenate([way.found[form.value].draws[:, RATE] for way in known.ways])
    return before, 10 ** np.quantile(rows, SHARES)


def _data(record: MaterialRecord) -> dict[str, Any]:
    known = rate_evidence(record)
    return {
        "material": record.material.name,
        "experiments": [
            {
                "id": test.id,
                "use": test.use,
                "source": test.readings[0].source,
                "place": test.readings[0].place,
                "readings": [
                    {
                        "label": series.label,
                        "c_rate": series.c_rate.tolist(),
                        "capacity": series.capacity.tolist(),
                        "unit": "1" if series.relative else "mA h/g",
                    }
                    for series in test.readings
                ],
            }
            for test in experiments(record)
        ],
        "diffusion_rate": {
            form.value: dict(zip(("before", "after"), map(list, _ends(form, known)), strict=True))
            for form in Form
            if known.ways and all(form.value in way.found for way in known.ways)
        },
        "note": known.note,
    }
