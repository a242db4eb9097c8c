"""The map that answers the question: stress and inhomogeneity against D/R^2 at one rate.

D alone cannot be told from rate data; D/R^2 can. For a constant flux and one-way mechanics the
solid-solution map does not depend on anything else: N R / (D c_max) = rate R^2 / (3 D).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import xarray as xr

from particle_sim.materials.material import Material
from particle_sim.metrics.inhomogeneity import inhomogeneity_history
from particle_sim.metrics.surface_excess import surface_excess_history
from particle_sim.metrics.surface_tension import surface_tension_history
from particle_sim.particle.run import ParticleRun
from particle_sim.studies.choices import Direction, StressMeasure
from particle_sim.studies.measures import STRESSES
from particle_sim.studies.particle_case import (
    ParticleCase,
    galvanostatic_flux,
    rest_fillings,
    run_case,
)
from particle_sim.transport.laws import Law
from particle_sim.units import Array

SMOOTH_RATES = np.logspace(-6, 2, 17)
"""D/R^2 of the solid-solution map [1/s]."""
SEPARATED_RATES = np.logspace(-5, -2, 4)
"""D/R^2 of a two-phase map [1/s]; each point costs about fifty times more, and beyond the last one
the gap between the phases is all there is."""
HALF_SPACING = 0.5
"""Of those, in decades: a run nearer than this stands for its neighbour."""
LAST_FRACTION = 0.9

UNITS = {
    "peak_stress": "Pa",
    "peak_tension": "Pa",
    "inhomogeneity": "1",
    "surface_excess": "1",
    "reached": "1",
}
"""What the map keeps of a run: the tension is that at the surface; (max - min)/c_max and the excess
are those at 90 % of the capacity, or at the end; ``reached`` is the share of it exchanged then."""
MapPoint = Mapping[str, float]
"""D/R^2 and the numbers of ``UNITS`` of one run."""


@dataclass(frozen=True, kw_only=True)
class MapTask:
    """One point of the map."""

    case: ParticleCase
    stress: StressMeasure


def with_diffusion_rate(material: Material, rate: float) -> Material:
    """The material with its diffusivity set so that D/R^2 = ``rate`` at its radius."""
    diffusivity = rate * material.value("particle_radius") ** 2
    return material.replaced(diffusivity=material["diffusivity"].with_magnitude(diffusivity))


def map_rates(law: Law) -> Array:
    """D/R^2 values [1/s] at which a law is solved."""
    return SEPARATED_RATES if law.separates else SMOOTH_RATES


def rates_beside(run: float) -> Array:
    """Those of a two-phase map that a run at D/R^2 = ``run`` [1/s], itself a point, leaves over.

    >>> rates_beside(8e-3)
    array([1.e-05, 1.e-04, 1.e-03])
    """
    return np.asarray(SEPARATED_RATES[np.abs(np.log10(SEPARATED_RATES / run)) > HALF_SPACING])


def map_task(
    material: Material,
    law: Law,
    rate: float,
    *,
    c_rate: float,
    direction: Direction,
    stress: StressMeasure,
) -> MapTask:
    """The point at D/R^2 = ``rate`` [1/s], from rest at one cut-off to 90 % of the way."""
    start, stop = rest_fillings(material, direction)
    last = start + LAST_FRACTION * (stop - start)
    case = ParticleCase(
        material=with_diffusion_rate(material, rate),
        law=law,
        flux=galvanostatic_flux(material, c_rate, direction, start, last),
        fillings=(last,),
        tolerance=1e-3,
        history_points=2,
    )
    return MapTask(case=case, stress=stress)


def run_map_task(task: MapTask) -> MapPoint:
    """Solve one point."""
    run = run_case(task.case)
    start, last = task.case.flux.initial_site_fraction, task.case.fillings[-1]
    return map_point(run, start, last, task.stress)


def map_point(run: ParticleRun, start: float, last: float, stress: StressMeasure) -> MapPoint:
    """A run between the mean fillings ``start`` and ``last``, as a point of the map.

    What comes after ``last`` does not count; a run that ends before it counts as far as it goes.
    """
    index = state_index(run, last)
    index = len(run.time) - 1 if index is None else index
    material = run.particle.material
    rate = material.value("diffusivity") / material.value("particle_radius") ** 2
    exchanged = (run.mean_site_fraction[index] - start) / (last - start)
    measure = STRESSES[stress]
    return {
        "diffusion_rate": rate,
        "peak_stress": float(measure.size(measure.read(run.stress[: index + 1])).max()),
        "peak_tension": float(surface_tension_history(run)[: index + 1].max()),
        "inhomogeneity": float(inhomogeneity_history(run)[index]),
        "surface_excess": float(surface_excess_history(run)[index]),
        "reached": float(min(exchanged * LAST_FRACTION, 1.0)),
    }


def state_index(run: ParticleRun, filling: float) -> int | None:
    """Time index of a mean filling, or ``None`` when the run ended before."""
    distance = np.abs(run.mean_site_fraction - filling)
    index = int(np.argmin(distance))
    return index if distance[index] < 1e-4 else None


def map_dataset(points: Sequence[MapPoint], law: Law) -> xr.Dataset:
    """Points of one material and law along D/R^2."""
    ordered = sorted(points, key=lambda point: point["diffusion_rate"])
    return xr.Dataset(
        {
            name: ("diffusion_rate", [point[name] for point in ordered], {"units": unit})
            for name, unit in UNITS.items()
        },
        coords={
            "diffusion_rate": (
                "diffusion_rate",
                [point["diffusion_rate"] for point in ordered],
                {"units": "1/s", "long_name": "D/R^2"},
            )
        },
        attrs={"law": law.name, "title": law.title},
    )
