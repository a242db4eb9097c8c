"""What a material's own printed and public rates leave of the capacities that are plausible.

Each way to read the prints of the material's own tests is learned from as measured rates are
(:mod:`particle_sim.inference.rate_prediction`); the draws of all ways count alike. Where nothing of
its own is in print, each public test of the same composition is a way. So the band holds what the
models may be wrong by at other rates, and spans readings that contradict each other.
"""

from __future__ import annotations

import numpy as np
import xarray as xr

from particle_sim.inference.known_rates import SEED, as_learned
from particle_sim.inference.learned import model_weights
from particle_sim.inference.rate_posteriors import rate_evidence
from particle_sim.inference.rate_prediction import SHARES, asked_of, drawn
from particle_sim.materials.load import MaterialRecord
from particle_sim.units import Array


def learned_band(record: MaterialRecord, rates: Array) -> xr.Dataset | None:
    """Quantiles (quantile, c_rate) [A h/kg] of the capacity at ``rates`` (k,) [1/h].

    Half cells at 25 degrees, one phase. ``None`` where no test shows how the capacity falls.
    """
    known = rate_evidence(record, model_weights())
    if not known.ways:
        return None
    fastest = max(float(series.c_rate.max()) for way in known.ways for series in way.series)
    current = rates * record.material.value("one_c_current")
    rows, weights = [], []
    for way in known.ways:
        learned = as_learned(record, way)
        members = asked_of(learned, current).members
        for each, weight in drawn(members, learned.weights, SEED, noisy=False):
            rows.append(each)
            weights.append(np.full(len(each), weight / len(each)))
    quantiles = np.quantile(
        np.concatenate(rows),
        SHARES,
        axis=0,
        weights=np.concatenate(weights),
        method="inverted_cdf",
    )
    return xr.Dataset(
        {"quantiles": (("quantile", "c_rate"), quantiles, {"units": "mA h/g"})},
        coords={"c_rate": rates, "quantile": list(SHARES)},
        attrs={"learned_from": list(known.labels), "fastest": fastest, "note": known.note},
    )
