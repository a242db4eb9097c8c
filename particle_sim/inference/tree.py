"""Fits and titrations as labelled data with units, for files and figures."""

from __future__ import annotations

import numpy as np
import xarray as xr

from particle_sim.inference.fit import Fit
from particle_sim.inference.form import Form
from particle_sim.inference.forms import SHAPES
from particle_sim.inference.groups import MEANINGS, UNITS
from particle_sim.inference.identify import DETERMINED
from particle_sim.inference.predict import BAND, HeldOut
from particle_sim.inference.problem import DISCREPANCY, scatter_of
from particle_sim.inference.profiles import NINETY_PERCENT
from particle_sim.inference.titration import FLATTEST, Titration

AT_UNITS = {"current": "A/kg", "capacity": "A*h/kg"}
_SHAPES = [shape for form in Form for shape in SHAPES[form]]
_UNITS = {
    **UNITS,
    **{shape.name: "1" for shape in _SHAPES},
    "diffusivity": "m^2/s",
    "particle_radius": "m",
}
_MEANINGS = {**MEANINGS, **{shape.name: shape.meaning for shape in _SHAPES}}


def fit_tree(fit: Fit) -> xr.DataTree:
    """Posterior and prior draws, data, bands, profiles and verdicts of a ``fit``, SI with units.

    >>> from particle_sim.inference.example import example_fit
    >>> sorted(fit_tree(example_fit()).children)
    ['band', 'data', 'knowledge', 'posterior', 'prior']

    Raises nothing.
    """
    nodes = {
        "/": xr.Dataset(attrs=_attributes(fit)),
        "/posterior": _draws(fit.draws, fit).merge(_scatter(fit)),
        "/prior": _draws(fit.identifiability.prior_draws, fit),
        "/data": _data(fit),
        "/band": _band(fit),
        "/knowledge": _knowledge(fit),
    }
    for profile in fit.profiles:
        nodes[f"/profile/{profile.name}"] = xr.Dataset(
            {"loss": ("value", profile.loss, {"units": "1"})},
            coords={"value": ("value", 10**profile.values, {"units": _UNITS[profile.name]})},
            attrs={"ninety_percent": NINETY_PERCENT},
        )
    rival = None if fit.rival is None else fit.rival.held_out
    both = {"/held_out": fit.held_out, "/rival_held_out": rival}
    nodes |= {name: _held_out(held, fit) for name, held in both.items() if held is not None}
    return xr.DataTree.from_dict(nodes)


def _held_out(held: HeldOut, fit: Fit) -> xr.Dataset:
    unit = {"units": fit.problem.unit}
    return xr.Dataset(
        {
            "observed": ("current", held.observed, unit),
            "predicted": (("quantile", "current"), held.predicted, unit),
        },
        coords={"current": ("current", held.current, {"units": "A/kg"}), "quantile": list(BAND)},
        attrs={"error": held.error, "log_score": held.log_score, "inside": held.inside},
    )


def titration_dataset(titration: Titration) -> xr.Dataset:
    """One row per pulse and one per fitted row of the record, SI with units.

    ``trusted`` where nothing speaks against the number.
    """
    pulses, trace = titration.pulses, titration.trace
    units = {
        "duration": "s",
        "site_fraction": "1",
        "filling": "1",
        "diffusion_rate": "1/s",
        "low": "1/s",
        "high": "1/s",
        "left": "V",
        "correlated": "1",
        "potential_slope": "V",
    }
    columns = {
        name: ("pulse", np.array([getattr(pulse, name) for pulse in pulses]), {"units": unit})
        for name, unit in units.items()
    }
    columns["usual_rate"] = ("pulse", np.array([p.usual.rate for p in pulses]), {"units": "1/s"})
    rows = {"record_time": (trace.time, "s"), "record_voltage": (trace.voltage, "V"),
            "record_model": (trace.model, "V")}  # fmt: skip
    columns |= {name: ("row", values, {"units": unit}) for name, (values, unit) in rows.items()}
    start = np.array([pulse.start for pulse in pulses])
    table = xr.Dataset(
        columns,
        coords={"start": ("pulse", start, {"units": "s"})},
        attrs={
            "material": titration.material.name,
            "title": titration.material.title,
            "flattest": FLATTEST,
            "notes": " ".join(titration.notes),
        },
    )
    table["trusted"] = ("pulse", np.array([p.trusted for p in pulses]).astype(np.int8))
    for name, texts in (("doubts", [p.doubts for p in pulses]),
                        ("usual_misses", [p.usual.misses for p in pulses])):  # fmt: skip
        table[name] = ("pulse", np.array(["; ".join(text) for text in texts], dtype=object))
    if titration.diffusivity is not None and titration.radius is not None:
        table["diffusivity"] = ("pulse", titration.diffusivity, {"units": "m^2/s"})
        table.attrs["radius"] = titration.radius
    return table


def _attributes(fit: Fit) -> dict[str, str | int | float]:
    material, found = fit.problem.cell.material, fit.posterior.found
    return {
        "data": fit.name,
        "material": material.name,
        "title": material.title,
        "one_c_current": material.value("one_c_current"),
        "noise": "learned" if fit.problem.scatter.stated is None else "given with the data",
        "seed": fit.seed,
        "notes": " ".join(fit.notes),
        "form": fit.problem.form.value,
        "effective_draws": found.effective,
        "remembered": found.remembered,
        "stages": found.stages,
        "log_evidence": found.log_evidence,
        "chi_squared": fit.check.chi_squared,
        "posterior_predictive_p": fit.check.probability,
        "radius": material.value("particle_radius"),
    }


def _draws(draws: np.ndarray, fit: Fit) -> xr.Dataset:
    columns = {
        name: ("draw", 10 ** draws[:, i], {"units": _UNITS[name], "meaning": _MEANINGS[name]})
        for i, name in enumerate(fit.problem.parameters)
    }
    return xr.Dataset(columns)


def _scatter(fit: Fit) -> xr.Dataset:
    """Discrepancy and noise of every draw in the unit of the data."""
    problem, unit = fit.problem, fit.problem.unit
    wrong, noise = scatter_of(problem, fit.draws)
    meaning = next(each.meaning for each in problem.coordinates if each.name == DISCREPANCY)
    scale = problem.scatter.scale
    columns = {DISCREPANCY: ("draw", scale * wrong, {"units": unit, "meaning": meaning})}
    if problem.scatter.stated is None:
        note = {"units": unit, "meaning": "standard deviation of one datum"}
        columns["noise"] = ("draw", scale * noise, note)
    return xr.Dataset(columns)


def _data(fit: Fit) -> xr.Dataset:
    problem, best = fit.problem, fit.best[None]
    unit = {"units": problem.unit}
    stated = problem.scatter.stated
    spread = np.full(len(fit.at), problem.scatter.scale * scatter_of(problem, best)[1])
    return xr.Dataset(
        {
            "observed": ("at", problem.observed, unit),
            "deviation": ("at", spread if stated is None else stated, unit),
            "best_fit": ("at", problem.model(best[:, : len(problem.parameters)])[0], unit),
        },
        coords={"at": ("at", fit.at, {"units": AT_UNITS[fit.at_name]})},
        attrs={"quantity": problem.quantity, "at": fit.at_name,
               "noise_known": int(stated is not None)},
    )  # fmt: skip


def _band(fit: Fit) -> xr.Dataset:
    bands = {"model": fit.band} | ({} if fit.rival is None else {"rival": fit.rival.band})
    unit = {"units": fit.problem.unit}
    return xr.Dataset(
        {name: (("quantile", "at"), values, unit) for name, values in bands.items()},
        coords={
            "at": ("at", fit.band_at, {"units": AT_UNITS[fit.at_name]}),
            "quantile": list(BAND),
        },
    )


def _knowledge(fit: Fit) -> xr.Dataset:
    found = {**fit.identifiability.groups, **fit.identifiability.never}
    names = list(fit.identifiability.groups)
    determined = [name in names and item.determined for name, item in found.items()]

    def stacked(which: str) -> np.ndarray:
        return np.array([getattr(item, which) for item in found.values()])

    return xr.Dataset(
        {
            "prior": (("parameter", "quantile"), stacked("prior")),
            "posterior": (("parameter", "quantile"), stacked("posterior")),
            "width_ratio": ("parameter", stacked("ratio")),
            "determined": ("parameter", np.array(determined).astype(np.int8)),
            "unit": ("parameter", np.array([_UNITS[name] for name in found], dtype=object)),
            "correlation": (("group", "other"), fit.identifiability.correlation),
        },
        coords={
            "parameter": list(found),
            "quantile": list(BAND),
            "group": names,
            "other": names,
        },
        attrs={"determined_below": DETERMINED},
    )
