"""What a fit takes the active particles to be: one sphere, many sizes, or D(theta).

Each form but the first has one parameter more than the groups, known as its log10 as they are, with
a normal prior about 0 that is cut off: particles of one size and a constant D are the likeliest
before any datum is seen.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from particle_sim.inference.form import Form
from particle_sim.units import Array

WIDEST = 1.0
"""Largest log10 of the geometric standard deviation: a decade of radius."""
STEEPEST = 3.0
"""Most decades that D falls, or rises, by between half a lattice and a full one."""


@dataclass(frozen=True, kw_only=True)
class Shape:
    """The parameter that a form has beside the groups, as its log10."""

    name: str
    meaning: str
    deviation: float
    """Of the normal prior about 0 [decades]"""
    low: float
    high: float


TITLES = {
    Form.ONE_SIZE: "one size of sphere, constant D",
    Form.SIZES: "log-normal sizes, constant D",
    Form.DIFFUSIVITY: "one size of sphere, D falling beyond half occupancy",
}
SHAPES = {
    Form.ONE_SIZE: (),
    Form.SIZES: (
        Shape(
            name="size_spread",
            meaning="geometric standard deviation of the radius, by volume",
            deviation=0.5,  # assumed: micrographs give 0.1 to 0.3, agglomerates more
            low=0.0,
            high=WIDEST,
        ),
    ),
    Form.DIFFUSIVITY: (
        Shape(
            name="diffusivity_fall",
            meaning="D up to half occupancy over D of a full lattice",
            deviation=1.5,  # assumed: NVPF's table falls by two decades (Chayambuka et al. 2022)
            low=-STEEPEST,
            high=STEEPEST,
        ),
    ),
}


def log_shape_prior(form: Form, values: Array) -> Array:
    """Log density (n,) of shape parameters (n, p), up to a constant; -inf outside the limits."""
    density = np.zeros(len(values))
    for shape, column in zip(SHAPES[form], values.T, strict=True):
        inside = (column >= shape.low) & (column <= shape.high)
        density += np.where(inside, -0.5 * (column / shape.deviation) ** 2, -np.inf)
    return density


def draw_shapes(form: Form, count: int, rng: np.random.Generator) -> Array:
    """Draws (count, p) from the prior, limits kept."""
    columns = []
    for shape in SHAPES[form]:
        kept = np.empty(0)
        while len(kept) < count:
            more = shape.deviation * rng.standard_normal(4 * count)
            kept = np.append(kept, more[(more >= shape.low) & (more <= shape.high)])
        columns.append(kept[:count])
    return np.array(columns).reshape(len(columns), count).T
