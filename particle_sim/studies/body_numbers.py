"""The numbers of a comparison's bodies, labelled, as they are printed, stored and reported."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from particle_sim.metrics.crack_number import crack_number, critical_radius
from particle_sim.metrics.critical_c_rate import critical_c_rate
from particle_sim.metrics.inhomogeneity import inhomogeneity
from particle_sim.metrics.peak_first_principal_stress import peak_first_principal_stress
from particle_sim.metrics.peak_von_mises_stress import peak_von_mises_stress
from particle_sim.studies.body_case import BodyResult
from particle_sim.studies.separation import fastest_separating_rate, smallest_separating_radius
from particle_sim.units import readable


@dataclass(frozen=True, kw_only=True)
class Number:
    """A value in its SI unit, and how it is shown."""

    name: str
    title: str
    value: float
    unit: str
    factor: float = 1.0
    shown_unit: str = ""

    @property
    def text(self) -> str:
        """The value in its shown unit."""
        if np.isnan(self.value):
            return "does not apply"
        if np.isinf(self.value):
            return "never"
        if self.unit == "m" and self.value > 1e-3:
            return "above 1 mm"
        shown = self.value * self.factor
        digits = f"{shown:.1e}" if 0 < abs(shown) < 1e-4 else readable(shown)
        return f"{digits} {self.shown_unit}".strip()


def body_numbers(body: BodyResult) -> tuple[Number, ...]:
    """Inhomogeneity, peak stresses, crack risk and grain-boundary traction of one body."""
    run = body.run
    numbers = [
        _plain("inhomogeneity", "Largest sodium difference", inhomogeneity(run)),
        _stress("peak_von_mises", "Peak von Mises stress", peak_von_mises_stress(run)),
        _stress("peak_first_principal", "Peak tension", peak_first_principal_stress(run)),
        *_crack_numbers(body),
    ]
    if body.separates:
        material = body.material
        numbers += [
            _length(
                "smallest_radius",
                "Smallest sphere that separates",
                smallest_separating_radius(material),
            ),
            Number(
                name="fastest_rate",
                title="C-rate above which phases have no time to part",
                value=fastest_separating_rate(material),
                unit="1/h",
                shown_unit="C",
            ),
        ]
    if body.traction is not None:
        worst = body.traction.worst_boundary
        opening, mean = body.traction.largest_opening, worst.mean_normal_traction
        numbers += [
            _stress("grain_boundary_opening", "Largest opening traction of a facet", opening),
            _stress("worst_boundary", f"Worst boundary, grains {worst.grains[0]} and "
                    f"{worst.grains[1]}: mean opening traction", mean),
            _plain("traction_mismatch", "Mismatch of both sides (mesh error)",
                   body.traction.mismatch),
        ]  # fmt: skip
    return tuple(numbers)


def _crack_numbers(body: BodyResult) -> list[Number]:
    if body.crack is None:
        return []
    crack, run = body.crack, body.run
    low, high = crack.ratio_range
    rate = critical_c_rate(run)
    return [
        _plain("crack_ratio", "K/K_IC of the worst flaw", crack.ratio),
        _plain("crack_ratio_low", "K/K_IC, most favourable flaw and toughness", low),
        _plain("crack_ratio_high", "K/K_IC, least favourable", high),
        _plain("crack_probability", "Plausible flaws that would grow", crack.probability),
        _length("critical_flaw", "Critical flaw", crack.critical_flaw_size),
        _plain("crack_number", "Crack number Z", crack_number(run)),
        _length("critical_radius", "Radius below which it cannot split", critical_radius(run)),
        Number(
            name="critical_c_rate",
            title="C-rate at which the flaw would grow",
            value=float("nan") if rate is None else rate,
            unit="1/h",
            shown_unit="C",
        ),
    ]


def _plain(name: str, title: str, value: float) -> Number:
    return Number(name=name, title=title, value=value, unit="1")


def _stress(name: str, title: str, value: float) -> Number:
    return Number(name=name, title=title, value=value, unit="Pa", factor=1e-6, shown_unit="MPa")


def _length(name: str, title: str, value: float) -> Number:
    return Number(name=name, title=title, value=value, unit="m", factor=1e9, shown_unit="nm")
