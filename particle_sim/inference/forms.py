"""What a fit takes the active particles to be: one sphere, many sizes, D(theta), or two phases.

Many sizes and D(theta) have one parameter more than the groups, known as its log10 as they are and
within limits. What is believed of it before any datum: :mod:`particle_sim.inference.learned`.
"""

from __future__ import annotations

from dataclasses import dataclass

from particle_sim.inference.form import Form

WIDEST = 1.0
"""Largest log10 of the geometric standard deviation: a decade of radius."""
STEEPEST = 3.0
"""Most decades that D falls, or rises, by between half a lattice and a full one."""


@dataclass(frozen=True, kw_only=True)
class Shape:
    """The parameter that a form has beside the groups, as its log10."""

    name: str
    meaning: str
    low: float
    high: float


TITLES = {
    Form.ONE_SIZE: "one size of sphere, constant D",
    Form.SIZES: "log-normal sizes, constant D",
    Form.DIFFUSIVITY: "one size of sphere, D falling beyond half occupancy",
    Form.MOVING_BOUNDARY: "one size of sphere, a phase boundary that moves in",
}
SHAPES = {
    Form.ONE_SIZE: (),
    Form.SIZES: (
        Shape(
            name="size_spread",
            meaning="geometric standard deviation of the radius, by volume",
            low=0.0,
            high=WIDEST,
        ),
    ),
    Form.DIFFUSIVITY: (
        Shape(
            name="diffusivity_fall",
            meaning="D up to half occupancy over D of a full lattice",
            low=-STEEPEST,
            high=STEEPEST,
        ),
    ),
    Form.MOVING_BOUNDARY: (),
}
