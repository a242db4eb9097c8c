"""Predicted rates as labelled data with units, for files, figures and words."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import xarray as xr

from particle_sim.inference.rate_answer import Expected, RateAnswer
from particle_sim.inference.rate_prediction import SHARES

UNIT = {"units": "mA h/g"}
JUDGES = ("mixture", "rival")


def answer_tree(answer: RateAnswer) -> xr.DataTree:
    """Nodes ``data``, ``asked``, ``band``, ``public`` and ``next``."""
    one_c = answer.material.value("one_c_current")
    return xr.DataTree.from_dict(
        {
            "/": xr.Dataset(
                attrs={
                    "title": answer.material.title,
                    "material": answer.material.name,
                    "data": answer.data.name,
                    "one_c_current": one_c,
                    "seed": answer.seed,
                    "notes": list(answer.notes),
                }
            ),
            "/data": _data(answer, one_c),
            "/asked": _expected(answer.asked, one_c),
            "/band": _expected(answer.band, one_c),
            "/public": _public(answer, one_c),
            "/next": xr.Dataset(
                {
                    "today": ("c_rate", answer.worth.today, UNIT),
                    "width": (("datum", "c_rate"), answer.worth.widths, UNIT),
                },
                coords={
                    "datum": ("datum", np.array(answer.worth.names, dtype=object)),
                    "c_rate": ("c_rate", answer.asked.current / one_c, {"units": "1/h"}),
                },
            ),
        }
    )


def _data(answer: RateAnswer, one_c: float) -> xr.Dataset:
    data = answer.data
    columns = {"observed": ("c_rate", data.capacity, UNIT)}
    if data.uncertainty is not None:
        columns["uncertainty"] = ("c_rate", data.uncertainty, UNIT)
    return xr.Dataset(columns, coords={"c_rate": ("c_rate", data.current / one_c)})


def _expected(found: Expected, one_c: float) -> xr.Dataset:
    bands = {
        "capacity": found.capacity,
        "measurement": found.measurement,
        "before": found.before,
        "rival": found.rival,
    }
    return xr.Dataset(
        {name: (("quantile", "c_rate"), band, UNIT) for name, band in bands.items()},
        coords={
            "quantile": list(SHARES),
            "c_rate": ("c_rate", found.current / one_c, {"units": "1/h"}),
        },
    )


def _public(answer: RateAnswer, one_c: float) -> xr.Dataset:
    """nan, and a count of 0, where no public series was asked as far beyond its data."""
    names = ("log_score", "coverage", "error", "count")
    return xr.Dataset(
        {name: (("c_rate", "judged"), np.array(list(_rows(answer, name)))) for name in names},
        coords={"c_rate": answer.asked.current / one_c, "judged": list(JUDGES)},
    )


def _rows(answer: RateAnswer, name: str) -> Iterator[list[float]]:
    missing = 0.0 if name == "count" else np.nan
    for record in answer.public:
        yield [float(getattr(record[judge], name)) if record else missing for judge in JUDGES]
