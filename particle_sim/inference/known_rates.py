"""What one way to read the rate tests of a material says, model by model."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

import numpy as np

from particle_sim.cell.half_cell import half_cell
from particle_sim.inference.form import Form
from particle_sim.inference.learned import RIVAL
from particle_sim.inference.rate_evidence import Readings
from particle_sim.inference.rate_prediction import LearnedRates, learned_rates
from particle_sim.inference.smc import Tempered
from particle_sim.materials.load import MaterialRecord

MODELS = (*(form.value for form in Form if form is not Form.MOVING_BOUNDARY), RIVAL)
"""Those with beliefs of their own, which public rate tests have taught."""
PARTICLES = 400
SEED = 1


@dataclass(frozen=True, kw_only=True)
class Known:
    """The series of a way, and the draws of every model that has learned from them."""

    series: Readings
    found: Mapping[str, Tempered]


def as_learned(
    record: MaterialRecord,
    way: Known,
    models: Collection[str] | None = None,
    seed: int = SEED,
) -> LearnedRates:
    """A way as what can be asked for other rates; a model that is not known yet learns now.

    ``models``: in place of those of a prediction. The largest measured capacity takes the place
    of the file's, and nothing that the file says of D, R or the cell counts.
    """
    material = record.material
    capacity = np.concatenate([series.capacity for series in way.series])
    return learned_rates(
        half_cell(material),
        np.concatenate([series.c_rate for series in way.series]) * material.value("one_c_current"),
        capacity,
        whole=float(capacity.max()),
        weights=None if models is None else dict.fromkeys(models, 1 / len(models)),
        found=way.found,
        particles=PARTICLES,
        seed=seed,
    )


def learned_now(record: MaterialRecord, series: Readings, models: Collection[str]) -> Known:
    """What ``models`` learn from a way, 0.1 CPU s each, D(theta) 5 s the first time."""
    learned = as_learned(record, Known(series=series, found={}), models)
    return Known(
        series=series,
        found={name: learned.posteriors[name].found for name in dict.fromkeys(models)},
    )
