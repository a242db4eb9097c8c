"""A comparison as one labelled tree of datasets: what is stored, and what figures read."""

from __future__ import annotations

import json

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from particle_sim.cell.run import differential_capacity
from particle_sim.claims.compare import ComparisonResult
from particle_sim.claims.readings import RESULTS
from particle_sim.figures.style import ROLES
from particle_sim.materials.catalogue import CATALOGUE
from particle_sim.metrics.inhomogeneity import inhomogeneity_history
from particle_sim.metrics.surface_excess import surface_excess_history
from particle_sim.metrics.surface_tension import surface_tension_history
from particle_sim.particle.run import ParticleRun
from particle_sim.plausible.draws import MaterialDraws, diffusion_rate, stress_factor
from particle_sim.plausible.sensitivity import rank_correlations
from particle_sim.report.answer import answer_nodes
from particle_sim.report.as_printed import printed_tree
from particle_sim.report.bodies import body_dataset, how_it_ran
from particle_sim.studies.measures import STRAINS, STRESSES
from particle_sim.studies.result import MaterialResult
from particle_sim.studies.settings import Comparison
from particle_sim.transport.laws import LAWS
from particle_sim.units import Array

BAND = (0.05, 0.5, 0.95)
"""Quantiles of the plausible band."""
STATES = 31
"""Even times at which fields are stored; histories are stored at every step."""
PASSED = {"units": "1", "long_name": "capacity passed"}


def to_tree(result: ComparisonResult) -> xr.DataTree:
    """Everything that a comparison's ``result`` computed, with units in attrs.

    >>> "verdict" in to_tree(result).children  # of particle_sim.compare
    True

    Raises nothing.
    """
    settings = result.settings
    groups = {
        "/": xr.Dataset(
            attrs={
                "title": f"{result.baseline.title} and {result.candidate.title}",
                "c_rate": settings.c_rate,
                "direction": settings.direction.value,
                "carrier": result.carrier,
                "passed": f"{result.carrier} {settings.direction.passed}",
                "at": list(settings.at),
                "stress": settings.stress.value,
                "strain": settings.strain.value,
                "uniform_below": settings.uniform_below,
                "footing": settings.footing.value,
            }
        ),
        "/verdict": _verdict(result),
        **answer_nodes(result),
    }
    learned = zip(result.learned.before, result.draws, strict=True)
    for role, material, (before, drawn) in zip(ROLES, result.materials, learned, strict=True):
        band = np.asarray(BAND)
        plausible = {
            "diffusion_rate": (np.quantile(diffusion_rate(drawn), band), "1/s"),
            "stress_factor": (np.quantile(stress_factor(drawn), band), "1"),
        }
        if before is not drawn:
            plausible["diffusion_rate_before"] = (np.quantile(diffusion_rate(before), band), "1/s")
        groups[f"/{role}"] = xr.Dataset(attrs=_heading(material))
        groups[f"/{role}/inputs"] = _inputs(material)
        groups[f"/{role}/cell"] = _cell(material)
        groups[f"/{role}/plausible"] = xr.Dataset(
            {name: ("quantile", values, {"units": u}) for name, (values, u) in plausible.items()},
            coords={"quantile": list(BAND)},
        )
        for law, run in material.runs.items():
            groups[f"/{role}/particle/{law}"] = _histories(material, run, settings, law)
        groups[f"/{role}/fields"] = _fields(material, settings)
        if material.body is not None:
            groups[f"/{role}/body"] = body_dataset(material.body)
        groups[f"/{role}/influence"] = _influence(drawn, material)
        for law, table in material.maps.items():
            groups[f"/{role}/map/{law}"] = table
    if result.as_printed is not None:
        groups |= printed_tree(result.as_printed)
    return xr.DataTree.from_dict(groups)


def _influence(drawn: MaterialDraws, material: MaterialResult) -> xr.Dataset:
    """What every input does to the results that the map of the material's law gives."""
    table = material.maps[material.law.name]
    return rank_correlations(
        drawn.values, {name: read(drawn, table) for name, read in RESULTS.items()}
    )


def _heading(material: MaterialResult) -> dict[str, object]:
    run = material.particle
    return {
        "name": material.name,
        "title": material.title,
        "formula": material.material.formula,
        "reading": material.material.reading,
        "law": material.law.name,
        "law_title": material.law.title,
        "transport_law": run.particle.law,
        "cell_end": material.cell.end.value,
        "particle_end": run.end.value,
        "reached": material.reached,
        "warnings": list(run.warnings) or ["none"],
        "diffusion_rate": material.material.value("diffusivity")
        / material.material.value("particle_radius") ** 2,
    }


def _inputs(material: MaterialResult) -> xr.Dataset:
    """Central value and range of every single number of the material, SI."""
    known = {name: p for name, p in material.material.properties.items() if name in CATALOGUE}
    columns = {
        "value": [p.magnitude for p in known.values()],
        "low": [p.plausible.low if p.plausible else np.nan for p in known.values()],
        "high": [p.plausible.high if p.plausible else np.nan for p in known.values()],
        "unit": [p.unit for p in known.values()],
        "evidence": [p.evidence.value for p in known.values()],
        "source": [p.source for p in known.values()],
    }
    return xr.Dataset(
        {name: ("property", column) for name, column in columns.items()},
        coords={"property": list(known)},
    )


def _cell(material: MaterialResult) -> xr.Dataset:
    data = material.cell.to_dataset()
    capacity, slope = differential_capacity(material.cell)
    return data.assign(
        differential_capacity=("grid_capacity", slope, {"units": "mA h/(g V)"}),
    ).assign_coords(grid_capacity=("grid_capacity", capacity, {"units": "mA h/g"}))


def _histories(
    material: MaterialResult, run: ParticleRun, settings: Comparison, law_name: str
) -> xr.Dataset:
    """Histories of one run at every step."""
    stress = STRESSES[settings.stress]
    histories = {
        "inhomogeneity": (inhomogeneity_history(run), "1"),
        "surface_excess": (surface_excess_history(run), "1"),
        "peak_stress": (stress.size(stress.read(run.stress)).max(axis=1), "Pa"),
        "peak_tension": (surface_tension_history(run), "Pa"),
    }
    return xr.Dataset(
        {name: ("time", values, {"units": unit}) for name, (values, unit) in histories.items()},
        coords={
            "time": ("time", run.time, {"units": "s"}),
            "fraction": ("time", _passed(material, run), PASSED),
        },
        attrs={
            "law": run.particle.law,
            "law_title": LAWS[law_name].title,
            **how_it_ran(run),
            "steps": run.cost.steps,
            "warnings": list(run.warnings) or ["none"],
            "stress": stress.title,
            "strain": STRAINS[settings.strain].title,
        },
    )


def _fields(material: MaterialResult, settings: Comparison) -> xr.Dataset:
    """Fields under the material's own law, at the states asked for and at even times."""
    run, both = material.particle, ("time", "radius")
    stress, strain = STRESSES[settings.stress], STRAINS[settings.strain]
    kept = _states(run, material, settings)
    fields = run.to_dataset().drop_vars("mean_site_fraction").isel(time=kept)
    shown = {
        "shown_stress": (both, stress.read(run.stress[kept]), stress.unit, stress.title),
        "shown_strain": (both, strain.read(run.strain[kept]), "1", strain.title),
    }
    return fields.assign(
        {
            name: (dims, values, {"units": unit, "long_name": title})
            for name, (dims, values, unit, title) in shown.items()
        }
    ).assign_coords(fraction=("time", _passed(material, run)[kept], PASSED))


def _passed(material: MaterialResult, run: ParticleRun) -> Array:
    """Fraction of the capacity between the cut-offs that has passed (t,)."""
    return (run.mean_site_fraction - material.start) / (material.stop - material.start)


def _states(run: ParticleRun, material: MaterialResult, settings: Comparison) -> NDArray[np.intp]:
    """Which steps keep their fields: those asked for, and ``STATES`` evenly over the run."""
    even = np.linspace(run.time[0], run.time[-1], STATES)
    asked = [material.index(fraction) for fraction in settings.at]
    near = np.abs(run.time[:, None] - even).argmin(axis=0)
    return np.unique([*near, *(index for index in asked if index is not None)])


def _verdict(result: ComparisonResult) -> xr.Dataset:
    """One entry per claim: status, sentence and every number in it."""
    findings = result.findings
    columns = {
        "claim": [f.claim for f in findings],
        "subject": [f.subject for f in findings],
        "id": [f.answer.id for f in findings],
        "status": [f.answer.verdict.value for f in findings],
        "sentence": [f.answer.sentence for f in findings],
        "decided_by": [f.answer.decided_by for f in findings],
        "source": [f.source for f in findings],
        "place": [f.place for f in findings],
        "numbers": [
            json.dumps({name: list(pair) for name, pair in f.numbers.items()}) for f in findings
        ],
    }
    names = sorted({name for f in findings for name in f.numbers})
    values = {
        name: ("kind", [f.numbers.get(name, (np.nan, ""))[0] for f in findings]) for name in names
    }
    data = xr.Dataset(
        {**{name: ("kind", column) for name, column in columns.items()}, **values},
        coords={"kind": [f.kind for f in findings]},
    )
    for name in names:
        unit = next(f.numbers[name][1] for f in findings if name in f.numbers)
        data[name].attrs |= {"units": unit, "long_name": name.replace("_", " ")}
    return data
