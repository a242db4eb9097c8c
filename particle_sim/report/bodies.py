"""What a comparison of bodies adds to a result folder: picture, fields and a table."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import xarray as xr

from particle_sim import figures
from particle_sim.claims.compare import ComparisonResult
from particle_sim.figures.save import draw_files
from particle_sim.figures.style import ROLES
from particle_sim.files import write_file
from particle_sim.metrics.inhomogeneity import inhomogeneity_history
from particle_sim.particle.export.vtkhdf import vtkhdf_bytes
from particle_sim.particle.run import ParticleRun
from particle_sim.studies.body_case import BodyResult
from particle_sim.studies.body_numbers import body_numbers
from particle_sim.studies.body_shapes import BODY_TITLES
from particle_sim.studies.result import MaterialResult
from particle_sim.studies.size_map import state_index

BODY_FIGURE = "body_fields"


def bodies_of(result: ComparisonResult) -> dict[str, BodyResult]:
    """Bodies by the material's title; empty for spheres."""
    return {m.title: m.body for m in result.materials if m.body is not None}


def write_bodies(result: ComparisonResult, folder: Path) -> None:
    """Draw the bodies and store their fields for ParaView."""
    bodies = bodies_of(result)
    if not bodies:
        return
    draw_bodies(result, folder)
    for role, material in zip(ROLES, result.materials, strict=True):
        if material.body is not None:
            write_file(folder / f"{role}.vtkhdf", vtkhdf_bytes(material.body.run))


def draw_bodies(result: ComparisonResult, folder: Path) -> None:
    """Sodium and largest principal stress of both bodies at the fractions of the comparison."""
    settings = result.settings
    quantities = [figures.SODIUM, figures.FIRST_PRINCIPAL]
    drawn = figures.body_fields(
        {title: body.run for title, body in bodies_of(result).items()},
        states={m.title: _states(m, settings.at) for m in result.materials},
        headings=(
            f"{result.carrier} {settings.direction.passed}",
            [f"{x:.0%}" for x in settings.at],
        ),
        quantities=quantities,
    )
    draw_files(drawn, folder / BODY_FIGURE)


def _states(material: MaterialResult, at: Sequence[float]) -> list[int | None]:
    """Time index of every fraction of the capacity; ``None`` where it was not reached."""
    assert material.body is not None
    return [state_index(material.body.run, material.filling(fraction)) for fraction in at]


def body_dataset(body: BodyResult) -> xr.Dataset:
    """Histories and headline numbers of a body, for the stored tree."""
    run = body.run
    histories = {
        "inhomogeneity": (inhomogeneity_history(run), "1"),
        "peak_von_mises": (run.von_mises_stress.max(axis=1), "Pa"),
        "peak_tension": (run.first_principal_stress.max(axis=1), "Pa"),
    }
    numbers = {
        n.name: ((), n.value, {"units": n.unit, "long_name": n.title}) for n in body_numbers(body)
    }
    return xr.Dataset(
        {
            **{name: ("time", v, {"units": unit}) for name, (v, unit) in histories.items()},
            **{f"{name}_value": entry for name, entry in numbers.items()},
        },
        coords={
            "time": ("time", run.time, {"units": "s"}),
            "mean_site_fraction": ("time", run.mean_site_fraction, {"units": "1"}),
        },
        attrs={
            "law": run.particle.law,
            **how_it_ran(run),
            "cells": len(run.mesh.cells),
            "methods": list(run.cost.methods),
            "notes": [*body.notes, *run.warnings] or ["none"],
        },
    )


def how_it_ran(run: ParticleRun) -> dict[str, Any]:
    """Why a run ended, and how well its balances close."""
    return {
        "end": run.end.value,
        "sodium_balance": run.balances.sodium,
        "equilibrium_balance": run.balances.equilibrium,
    }


def body_table(result: ComparisonResult) -> dict[str, object] | None:
    """Rows for the page: title and text per material; ``None`` for spheres."""
    bodies = bodies_of(result)
    if not bodies:
        return None
    columns = [{n.name: n for n in body_numbers(body)} for body in bodies.values()]
    names = list(dict.fromkeys(name for column in columns for name in column))
    rows = [
        {
            "title": next(c[name].title for c in columns if name in c).partition(", grains")[0],
            "values": [c[name].text if name in c else "does not apply" for c in columns],
        }
        for name in names
    ]
    runs = [body.run for body in bodies.values()]
    return {
        "shape": BODY_TITLES[result.settings.shape],
        "titles": list(bodies),
        "rows": rows,
        "notes": [note for b in bodies.values() for note in (*b.notes, *b.run.warnings)],
        "effort": [
            f"{len(run.mesh.cells):,} cells, {run.cost.steps} steps; " + "; ".join(run.cost.methods)
            for run in runs
        ],
        "balances": [f"{run.balances.sodium:.1e}" for run in runs],
    }
