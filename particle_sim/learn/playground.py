"""The playground: two materials side by side, and what their numbers do to them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import lru_cache

import numpy as np

from particle_sim.errors import InputError
from particle_sim.learn.controls import Choice, Control, Slider
from particle_sim.learn.lesson import Scene
from particle_sim.learn.one_particle import OneParticle, charged
from particle_sim.learn.picture import Ball, Colour, Line, Number, Panel, Picture, Quantity
from particle_sim.learn.rate_tests import Both
from particle_sim.materials.material import Material
from particle_sim.materials.property import Property
from particle_sim.plausible.defaults import SEED
from particle_sim.plausible.learned import Learned, conditioned
from particle_sim.studies.choices import Direction, PhysicsChoice
from particle_sim.studies.drawn_half_cells import draw_half_cells, drawn_half_cells
from particle_sim.studies.footing import LEVELLED
from particle_sim.transport.laws import SOLID_SOLUTION, TWO_PHASE
from particle_sim.units import Array, readable

SHOWN_AT = 0.5
"""Share of the charge at which particles and profiles are shown."""
DRAWS = 200
LEAST_TENSION = 1e-4
"""Tension below which nothing is drawn on the logarithmic axis [MPa]."""
CACHED = 16
"""Runs of one pair that are kept; each takes 0.3 MB."""
MPA, PERCENT, MICROMETRE, GPA = 1e6, 1e-2, 1e-6, 1e9
PHYSICS = {
    PhysicsChoice.DECLARED.value: "as the material files say",
    **{law.typed: law.title for law in (SOLID_SOLUTION, TWO_PHASE)},
}
"""Laws that a slider can wait for."""


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
    def share_lower(c_rate: float) -> Sequence[float]:
        known: list[Both] = [(None, None), *([learned] if any(learned) else [])]
        return [_share_lower(pair, each, c_rate) for each in known]

    def draw(c_rate: float, physics: str, **values: float) -> Picture:
        choice = PhysicsChoice(physics)
        runs = [run(role, tuple(_own(role, values).items()), c_rate, choice) for role in ROLES]
        return Picture(
            panels=[*_balls(runs), *_panels(runs)],
            sentences=[_verdict(runs, share_lower(c_rate)), *_notes(runs)],
            numbers=[number for one in runs for number in _numbers(one)],
            command=_command(pair, runs, c_rate, choice, values),
        )

    return Scene(controls=_controls(pair), draw=draw)


ROLES = ("a", "b")
COLOURS = (Colour.BASELINE, Colour.CANDIDATE)


def _controls(pair: tuple[Material, Material]) -> tuple[Control, ...]:
    common: list[Control] = [
        Slider(
            name="c_rate",
            label="C-rate",
            unit="C",
            low=0.05,
            high=50.0,
            start=1.0,
            logarithmic=True,
            exported=4,
        ),
        Choice(
            name="physics",
            label="Phases",
            options=PHYSICS,
            start=PhysicsChoice.DECLARED.value,
            exported=(PhysicsChoice.DECLARED.value, PhysicsChoice.SOLID_SOLUTION.value),
        ),
    ]
    for role, material in zip(ROLES, pair, strict=True):
        common += _own_controls(role, material)
    return tuple(common)


def _own_controls(role: str, material: Material) -> list[Control]:
    def slider(
        key: str, label: str, unit: str, scale: float, reach: tuple[float, float], exported: int = 1
    ) -> Slider:
        known = material[key]
        sign = math.copysign(1.0, known.magnitude)
        centre = float(f"{abs(known.magnitude) / scale:.3g}")
        return Slider(
            name=f"{role}_{key}",
            label=label,
            unit=unit,
            scale=scale * sign,
            low=min(reach[0], centre),
            high=max(reach[1], centre),
            start=centre,
            logarithmic=True,
            exported=exported,
            plausible=_plausible(known, scale),
            group=material.title,
        )

    centre = material.value("diffusivity")
    decades = (float(f"{centre * 1e-3:.3g}"), float(f"{centre * 1e3:.3g}"))
    return [
        slider("particle_radius", "Particle radius", "µm", MICROMETRE, (0.02, 5.0)),
        slider("diffusivity", "Diffusivity D", "m²/s", 1.0, decades, exported=4),
        slider("volume_change", "Volume change", "%", PERCENT, (0.1, 15.0)),
        slider("youngs_modulus", "Young's modulus", "GPa", GPA, (5.0, 300.0)),
    ]


def _plausible(known: Property, scale: float) -> tuple[float, float] | None:
    if known.plausible is None:
        return None
    ends = sorted(abs(end) / scale for end in (known.plausible.low, known.plausible.high))
    return ends[0], ends[1]


def _own(role: str, values: dict[str, float]) -> dict[str, float]:
    prefix = f"{role}_"
    return {k.removeprefix(prefix): v for k, v in values.items() if k.startswith(prefix)}


def _shown(one: OneParticle) -> int:
    """Index of the state half way through the charge."""
    return int(np.argmin(np.abs(one.passed - SHOWN_AT * one.passed[-1])))


def _hoop(one: OneParticle) -> Array:
    assert one.run is not None
    return np.asarray(one.run.stress[:, :, 1] / MPA)


def _balls(runs: Sequence[OneParticle]) -> list[Ball]:
    balls: list[Ball] = []
    largest = max(one.material.value("particle_radius") for one in runs)
    peak = max((float(np.abs(_hoop(one)[_shown(one)]).max()) for one in runs if one.run), default=1)
    for one in runs:
        if one.run is None:
            continue
        shared = {
            "radius": one.run.radius / one.run.radius[-1],
            "size": max(0.35, (one.material.value("particle_radius") / largest) ** 0.25),
        }
        at = _shown(one)
        sodium = Ball(
            title=f"{one.material.title}: sodium",
            label="site fraction [1]",
            values=one.run.site_fraction[at],
            low=0.0,
            high=1.0,
            **shared,
        )
        stress = Ball(
            title=f"{one.material.title}: hoop stress",
            label="hoop stress [MPa]",
            values=_hoop(one)[at],
            low=-max(peak, 1e-9),
            high=max(peak, 1e-9),
            quantity=Quantity.STRESS,
            **shared,
        )
        balls += [sodium, stress]
    return balls


def _panels(runs: Sequence[OneParticle]) -> list[Panel]:
    def lines(of: str) -> list[Line]:
        found = []
        for one, colour in zip(runs, COLOURS, strict=True):
            x, y = _curve(one, of)
            found.append(Line(label=one.material.title, x=x, y=y, colour=colour))
        return found

    return [
        Panel(
            title="Sodium half way through the charge",
            x_label="r/R [1]",
            y_label="site fraction [1]",
            lines=lines("sodium"),
            y_range=(0.0, 1.0),
        ),
        Panel(
            title="Hoop stress half way through",
            x_label="r/R [1]",
            y_label="hoop stress [MPa]",
            lines=lines("stress"),
        ),
        Panel(
            title="Voltage of the half cell",
            x_label="capacity [mAh/g]",
            y_label="voltage [V]",
            lines=lines("voltage"),
        ),
        Panel(
            title="Largest tension through the charge",
            x_label="share of the window charged [1]",
            y_label="largest tension [MPa]",
            lines=lines("history"),
            log_y=True,
        ),
    ]


def _curve(one: OneParticle, of: str) -> tuple[Array, Array]:
    """x and y of one line; a cell that stops at once has none."""
    if of == "voltage":
        return one.cell.capacity_grid[0], one.cell.voltage[0]
    if one.run is None:
        return np.zeros(0), np.zeros(0)
    if of == "history":
        tension = one.largest_tension[1:] / MPA
        return one.passed[1:], np.where(tension > LEAST_TENSION, tension, np.nan)
    x = one.run.radius / one.run.radius[-1]
    at = _shown(one)
    return x, one.run.site_fraction[at] if of == "sodium" else _hoop(one)[at]


def _verdict(runs: Sequence[OneParticle], shares: Sequence[float]) -> str:
    if any(one.run is None for one in runs):
        stopped = [one.material.title for one in runs if one.run is None]
        return f"{' and '.join(stopped)}: past the cut-off voltage at once; nothing is charged."
    first, second = (float(one.largest_tension.max()) / MPA for one in runs)
    names = [one.material.title for one in runs]
    ratio = second / max(first, 1e-12)
    more = ratio if ratio >= 1 else 1 / ratio
    times = f"{readable(more)} times {'more' if ratio >= 1 else 'less'}"
    return (
        f"{names[1]} is pulled by up to {readable(second)} MPa, {names[0]} by "
        f"{readable(first)} MPa: {times}. Over everything plausible for both, as solid solutions "
        f"at this C-rate, {names[1]} is the lower one in {shares[0]:.0%} of {DRAWS} draws"
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


def _notes(runs: Sequence[OneParticle]) -> list[str]:
    notes = []
    for one in runs:
        if one.widened > 1:
            notes.append(
                f"The phase boundary of {one.material.title} is drawn {one.widened:.2g} times as "
                "wide as believed, for speed; that lowers its stress."
            )
    return notes


def _numbers(one: OneParticle) -> list[Number]:
    title = one.material.title
    found = [Number(label=f"{title}: capacity", value=float(one.cell.capacity[0]), unit="mAh/g")]
    if one.run is None:
        return found
    spread = np.ptp(one.run.site_fraction, axis=1).max()
    group = one.material.value("diffusivity") / one.material.value("particle_radius") ** 2
    return [
        *found,
        Number(label=f"{title}: D/R²", value=group, unit="1/s"),
        Number(label=f"{title}: largest spread of sodium", value=float(spread)),
        Number(
            label=f"{title}: largest tension",
            value=float(one.largest_tension.max()) / MPA,
            unit="MPa",
        ),
        Number(label=f"{title}: K/K_IC of the assumed flaw", value=one.crack_ratio),
    ]


UNITS = {
    "particle_radius": ("um", MICROMETRE),
    "diffusivity": ("m^2/s", 1.0),
    "volume_change": ("%", PERCENT),
    "youngs_modulus": ("GPa", GPA),
}


def _command(
    pair: tuple[Material, Material],
    runs: Sequence[OneParticle],
    c_rate: float,
    physics: PhysicsChoice,
    values: dict[str, float],
) -> str:
    """The comparison with the same numbers; only what was changed is set.

    What a comparison makes equal unless it is set, is set for both once it is changed for one.
    """
    parts = [f"particle-sim compare {pair[0].name} {pair[1].name} --c-rate {c_rate:g}"]
    if physics is not PhysicsChoice.DECLARED:
        parts.append(f"--physics {physics.value}")
    changed = {
        (role, key)
        for role, material in zip(ROLES, pair, strict=True)
        for key, value in _own(role, values).items()
        if not math.isclose(value, material.value(key), rel_tol=6e-3)
    }
    both = {key for _, key in changed} & LEVELLED.keys()
    for role, material, one in zip(ROLES, pair, runs, strict=True):
        for key, value in _own(role, values).items():
            unit, scale = UNITS[key]
            if (role, key) in changed or key in both:
                parts.append(f'--set {material.name}.{key}="{value / scale:.4g} {unit}"')
        if one.widened > 1:
            wide = one.material.value("gradient_coefficient") * one.widened**2
            parts.append(f'--set {material.name}.gradient_coefficient="{wide:.4g} J/m"')
    return " ".join(parts)
