"""The particles at the point of a printed picture: sodium and stress in every state shown."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import xarray as xr

from particle_sim.materials.functions import Constant
from particle_sim.materials.material import Material
from particle_sim.particle.run import ParticleRun
from particle_sim.studies.as_printed import AsPrinted, StateAnswer
from particle_sim.studies.measures import STRESSES
from particle_sim.studies.nearest_point import MaterialPoint, Point
from particle_sim.studies.particle_case import (
    ParticleCase,
    galvanostatic_flux,
    rest_fillings,
    run_case,
)
from particle_sim.studies.printed_states import Subject
from particle_sim.studies.settings import Comparison
from particle_sim.studies.size_map import state_index
from particle_sim.transport.laws import SOLID_SOLUTION


def printed_panel(found: AsPrinted, answer: StateAnswer, point: Point) -> dict[str, xr.Dataset]:
    """Both materials at ``point`` by role, each with site_fraction and shown_stress (fraction,
    radius) under Fick's law with the constant D of the point.

    Fractions are those of the comparison and that of the state; one that the surface does not
    reach with sodium is left out.
    """
    return {
        "baseline": _solved(found.settings, answer, found.pair[0], point.baseline),
        "candidate": _solved(found.settings, answer, found.pair[1], point.candidate),
    }


def at_point(material: Material, point: MaterialPoint) -> Material:
    """The material with the radius and the one constant diffusivity of a point."""
    diffusivity = replace(
        material["diffusivity"], function=Constant(point.diffusivity), magnitude=point.diffusivity
    )
    radius = material["particle_radius"].with_magnitude(point.radius)
    return material.replaced(diffusivity=diffusivity, particle_radius=radius)


def _solved(
    settings: Comparison, answer: StateAnswer, own: Subject, point: MaterialPoint
) -> xr.Dataset:
    state, material = answer.state, at_point(own.record.material, point)
    start, stop = rest_fillings(material, state.direction)
    fractions = sorted({*settings.at, state.fraction})
    fillings = tuple(start + fraction * (stop - start) for fraction in fractions)
    run = run_case(
        ParticleCase(
            material=material,
            law=SOLID_SOLUTION,
            flux=galvanostatic_flux(
                material, settings.c_rate, state.direction, start, fillings[-1]
            ),
            fillings=fillings,
            history_points=2,
        )
    )
    known = [
        (fraction, index)
        for fraction, filling in zip(fractions, fillings, strict=True)
        if (index := state_index(run, filling)) is not None
    ]
    return _dataset(
        run, [fraction for fraction, _ in known], [index for _, index in known], settings
    )


def _dataset(
    run: ParticleRun, fractions: list[float], indices: list[int], settings: Comparison
) -> xr.Dataset:
    measure, both = STRESSES[settings.stress], ("fraction", "radius")
    return xr.Dataset(
        {
            "site_fraction": (both, run.site_fraction[indices], {"units": "1"}),
            "shown_stress": (
                both,
                measure.read(run.stress[indices]),
                {"units": measure.unit, "long_name": measure.title},
            ),
        },
        coords={
            "fraction": np.array(fractions),
            "radius": ("radius", run.radius, {"units": "m"}),
        },
    )
