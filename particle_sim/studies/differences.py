"""Every difference between the two sides of a comparison, and what taking it away would do.

The measure is the ratio of peak stresses as solid solutions, the one law that both can have.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from particle_sim.errors import ParticleSimError
from particle_sim.materials.catalogue import CATALOGUE
from particle_sim.materials.material import Material
from particle_sim.studies.footing import LEVELLED, Levelled
from particle_sim.studies.settings import Comparison
from particle_sim.studies.size_map import map_task, run_map_task
from particle_sim.transport.laws import SOLID_SOLUTION

ACTING = (
    "volume_change",
    "maximum_concentration",
    "density",
    "one_c_current",
    "open_circuit_potential",
    *LEVELLED,
)
"""What the stress of a solid solution, its cut-offs or a crack can depend on."""


@dataclass(frozen=True, kw_only=True)
class Difference:
    """A property in which the sides differ, or would as filed."""

    name: str
    unit: str
    baseline: float
    candidate: float
    common: float | None
    """What stands for both [SI]; ``None`` where each side keeps its own"""
    why: str
    """Why it was made equal, or how each side's number is known"""
    ratio: float
    """Of peak stresses, baseline over candidate, with the difference taken away, or put back where
    it had been made equal; nan where that material cannot be solved"""


def differences(
    settings: Comparison,
    solved: tuple[Material, Material],
    levelled: Sequence[Levelled],
    filed: tuple[Material, Material],
) -> tuple[Difference, ...]:
    """Those made equal first, then those that stay, each with the ratio it changes."""
    put_back = [_put_back(settings, step, solved, filed) for step in levelled]
    return (*put_back, *_kept(settings, solved))


def peak_ratio(settings: Comparison, first: Material, second: Material) -> float:
    """Peak stress of the first over that of the second, both as solid solutions."""
    peaks = [
        run_map_task(
            map_task(
                material,
                SOLID_SOLUTION,
                material.value("diffusivity") / material.value("particle_radius") ** 2,
                c_rate=settings.c_rate,
                direction=settings.direction,
                stress=settings.stress,
            )
        )["peak_stress"]
        for material in (first, second)
    ]
    return peaks[0] / peaks[1] if peaks[1] > 0 else float("inf")


def _put_back(
    settings: Comparison,
    step: Levelled,
    solved: tuple[Material, Material],
    filed: tuple[Material, Material],
) -> Difference:
    first, second = (
        material.replaced(**{step.name: own[step.name]})
        for material, own in zip(solved, filed, strict=True)
    )
    return Difference(
        name=step.name,
        unit=step.unit,
        baseline=step.filed[0],
        candidate=step.filed[1],
        common=step.common,
        why=step.why,
        ratio=_ratio(settings, first, second),
    )


def _kept(settings: Comparison, solved: tuple[Material, Material]) -> Iterator[Difference]:
    first, second = solved
    for name in ACTING:
        one, other = first.properties.get(name), second.properties.get(name)
        if one is None or other is None:
            continue
        if one.magnitude == other.magnitude and (
            name in LEVELLED or one.function == other.function
        ):
            continue
        yield Difference(
            name=name,
            unit=CATALOGUE[name].unit,
            baseline=one.magnitude,
            candidate=other.magnitude,
            common=None,
            why=f"{one.evidence.value}, {other.evidence.value}",
            ratio=_ratio(settings, first, _without(name, first, second)),
        )


def _without(name: str, first: Material, second: Material) -> Material:
    """The second material with the first's number."""
    if name != "volume_change":
        return second.replaced(**{name: first[name]})
    return second.replaced(volume_change=second[name].with_magnitude(first.value(name)))


def _ratio(settings: Comparison, first: Material, second: Material) -> float:
    try:
        return peak_ratio(settings, first, second)
    except ParticleSimError:  # a borrowed potential may leave no window between the cut-offs
        return float("nan")
