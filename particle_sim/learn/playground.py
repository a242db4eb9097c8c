"""The playground: two materials side by side, and what their numbers do to them.

The page draws. What is in one phase it also computes; of anything else, and of how sure an answer
is over everything plausible, it asks the program.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import numpy as np

from particle_sim.errors import InputError
from particle_sim.learn.charge_data import FLAW, STATES, material_data, run_data
from particle_sim.learn.controls import Choice, Control, Slider
from particle_sim.learn.lesson import Scene
from particle_sim.learn.one_particle import OneParticle, charged
from particle_sim.learn.picture import Picture
from particle_sim.learn.rate_tests import Both
from particle_sim.materials.material import Material
from particle_sim.materials.property import Property
from particle_sim.plausible.defaults import SEED
from particle_sim.plausible.learned import Learned, conditioned
from particle_sim.studies.choices import Direction, PhysicsChoice, StressMeasure
from particle_sim.studies.drawn_half_cells import draw_half_cells, drawn_half_cells
from particle_sim.studies.footing import LEVELLED
from particle_sim.studies.measures import STRESSES
from particle_sim.studies.settings import Comparison
from particle_sim.transport.laws import SOLID_SOLUTION, TWO_PHASE
from particle_sim.units import Array

DRAWS = 200
CACHED = 16
"""Runs of one pair that are kept; each takes 0.3 MB."""
MPA, PERCENT, MICROMETRE, GPA = 1e6, 1e-2, 1e-6, 1e9
PHYSICS = {
    SOLID_SOLUTION.typed: f"{SOLID_SOLUTION.title.partition(' (')[0]} in both",
    PhysicsChoice.DECLARED.value: "as the material files say",
    TWO_PHASE.typed: TWO_PHASE.title,
}
"""Laws that a slider can wait for; the first is the one law that any two materials can share."""
CHARGE = "charge"
ROLES = ("a", "b")
UNITS = {
    "particle_radius": ("um", MICROMETRE),
    "diffusivity": ("m^2/s", 1.0),
    "volume_change": ("%", PERCENT),
    "youngs_modulus": ("GPa", GPA),
}
"""Of each material's own sliders, as a command line writes them, in SI."""
REACH = {
    "particle_radius": (0.02, 5.0),
    "volume_change": (0.1, 15.0),
    "youngs_modulus": (5.0, 300.0),
}
"""Of those sliders, in their units; a diffusivity reaches three decades either way."""


def playground(baseline: Material, candidate: Material, learned: Both = (None, None)) -> Scene:
    """Controls and picture for two materials that can be simulated.

    ``learned``: what rate tests leave of the draws behind the sentence.

    Raises :class:`InputError` when both are the same: their controls would have one name.
    """
    if baseline.name == candidate.name:
        raise InputError(f"Both materials are {baseline.name}; choose two different ones.")
    pair = (baseline, candidate)

    @lru_cache(maxsize=CACHED)
    def run(
        role: str, values: tuple[tuple[str, float], ...], c_rate: float, physics: PhysicsChoice
    ) -> OneParticle:
        """Only the material that moved is computed again."""
        return charged(pair[ROLES.index(role)], dict(values), c_rate, physics)

    @lru_cache(maxsize=CACHED)
    def sentence(c_rate: float) -> str:
        known: list[Both] = [(None, None), *([learned] if any(learned) else [])]
        return _how_sure(pair, [_share_lower(pair, each, c_rate) for each in known])

    def draw(c_rate: float, physics: str, **values: Any) -> Picture:
        choice = PhysicsChoice(physics)
        runs = [run(role, tuple(_own(role, values).items()), c_rate, choice) for role in ROLES]
        return Picture(
            panels=(), runs=[run_data(one) for one in runs], sentences=[sentence(c_rate)]
        )

    return Scene(controls=_controls(pair), draw=draw, history=CHARGE, charges=charges_data(pair))


def charges_data(pair: Sequence[Material]) -> dict[str, Any]:
    """What the page charges two materials with, and writes their numbers and command line of."""
    return {
        "materials": [material_data(material) for material in pair],
        "units": UNITS,
        "reach": REACH,
        "levelled": sorted(LEVELLED),
        "flaw": FLAW,
        "stress": Comparison.stress.value,
    }


def _controls(pair: tuple[Material, Material]) -> tuple[Control, ...]:
    common: list[Control] = [
        Slider(
            name=CHARGE,
            label="Usable capacity charged",
            unit="%",
            low=0.0,
            high=100.0,
            start=50.0,
            positions=len(STATES),
        ),
        Slider(
            name="c_rate",
            label="C-rate",
            unit="C",
            low=0.05,
            high=50.0,
            start=1.0,
            logarithmic=True,
            exported=1,
        ),
        Choice(name="physics", label="Phases", options=PHYSICS, start=SOLID_SOLUTION.typed),
        Choice(
            name="stress",
            label="Stress shown",
            options={measure.value: STRESSES[measure].title for measure in StressMeasure},
            start=Comparison.stress.value,
        ),
    ]
    for role, material in zip(ROLES, pair, strict=True):
        common += _own_controls(role, material)
    return tuple(common)


def _own_controls(role: str, material: Material) -> list[Control]:
    def slider(key: str, label: str, unit: str) -> Slider:
        known, (_, scale) = material[key], UNITS[key]
        sign = math.copysign(1.0, known.magnitude)
        centre = float(f"{abs(known.magnitude) / scale:.3g}")
        decades = (float(f"{centre * 1e-3:.3g}"), float(f"{centre * 1e3:.3g}"))
        low, high = REACH.get(key, decades)
        return Slider(
            name=f"{role}_{key}",
            label=label,
            unit=unit,
            scale=scale * sign,
            low=min(low, centre),
            high=max(high, centre),
            start=centre,
            logarithmic=True,
            exported=1,
            plausible=_plausible(known, scale),
            group=material.title,
        )

    return [
        slider("particle_radius", "Particle radius", "µm"),
        slider("diffusivity", "Diffusivity D", "m²/s"),
        slider("volume_change", "Volume change", "%"),
        slider("youngs_modulus", "Young's modulus", "GPa"),
    ]


def _plausible(known: Property, scale: float) -> tuple[float, float] | None:
    if known.plausible is None:
        return None
    ends = sorted(abs(end) / scale for end in (known.plausible.low, known.plausible.high))
    return ends[0], ends[1]


def _own(role: str, values: dict[str, Any]) -> dict[str, float]:
    prefix = f"{role}_"
    return {k.removeprefix(prefix): v for k, v in values.items() if k.startswith(prefix)}


def _how_sure(pair: Sequence[Material], shares: Sequence[float]) -> str:
    return (
        f"Over everything plausible for both, as solid solutions at this C-rate, {pair[1].title} "
        f"has the lower largest tension in {shares[0]:.0%} of {DRAWS} draws"
        + "".join(f", and in {share:.0%} with D/R² as rate tests leave it" for share in shares[1:])
        + "."
    )


def _share_lower(pair: Sequence[Material], learned: Both, c_rate: float) -> float:
    """In which share of the draws the second is pulled less."""
    first, second = (
        _drawn_peaks(material, known, c_rate) for material, known in zip(pair, learned, strict=True)
    )
    return float(np.mean(second < first))


def _drawn_peaks(material: Material, learned: Learned | None, c_rate: float) -> Array:
    """Largest tension on a solid-solution charge, over what is plausible [Pa] (d,)."""
    draws = draw_half_cells(material, DRAWS, SEED)
    draws = draws if learned is None else conditioned(draws, learned, SEED)
    run = drawn_half_cells(draws, c_rate, Direction.CHARGE)
    return np.maximum(run.peak_hoop_stress, run.peak_tension)
