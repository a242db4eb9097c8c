"""What pictures of particles can show: fields with their title, unit and colours."""

from __future__ import annotations

import enum
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from particle_sim.figures.style import SIGNED_MAP, SODIUM_MAP, STRESS_MAP
from particle_sim.particle.run import ParticleRun
from particle_sim.units import Array

if TYPE_CHECKING:
    from matplotlib.colors import Colormap, Normalize


class Colours(enum.Enum):
    """How values become colours.

    >>> VON_MISES.colours is Colours.STRESS
    True
    """

    FILLING = "viridis over the range that occurs"
    STRESS = "from zero; from -max to max in two colours where there is compression"
    GRAINS = "one colour per grain"


class Place(enum.Enum):
    """Where values are given.

    >>> NORMAL_TRACTION.place is Place.REGION_FACETS
    True
    """

    POINTS = "at the points of a run"
    REGION_FACETS = "on every facet between two regions, in the order of the mesh's facets"


@dataclass(frozen=True, kw_only=True)
class Quantity:
    """A field to draw: ``values(run, index)`` times ``factor`` is in ``unit``; ``title`` names it.

    ``values`` are those at the ``place``, the points (p,) of a run or the facets (f,) between its
    regions; ``colours`` says how they become colours.

    >>> from particle_sim.particle.example import example_run
    >>> radial = Quantity(
    ...     title="Radial stress", unit="MPa", factor=1e-6,
    ...     values=lambda run, index: run.component("radial")[index],
    ... )
    >>> radial.label, float(radial.shown(example_run(), 0)[-1].round(3)) + 0.0
    ('Radial stress [MPa]', 0.0)

    Raises nothing.
    """

    title: str
    unit: str
    factor: float
    values: Callable[[ParticleRun, int], Array]
    colours: Colours = Colours.STRESS
    place: Place = Place.POINTS

    @property
    def label(self) -> str:
        """Title with the unit."""
        return f"{self.title} [{self.unit}]" if self.unit else self.title

    def shown(self, run: ParticleRun, index: int) -> Array:
        """Values in the unit shown."""
        return np.asarray(self.factor * self.values(run, index))


def _normal_traction(run: ParticleRun, index: int) -> Array:
    from particle_sim.metrics.grain_boundary_traction import grain_boundary_traction

    return grain_boundary_traction(run, index).normal_traction


def _stress(title: str, field: str) -> Quantity:
    return Quantity(
        title=title,
        unit="MPa",
        factor=1e-6,
        values=lambda run, index: np.asarray(getattr(run, field)[index]),
    )


SODIUM = Quantity(
    title="Sodium content (filling)",
    unit="",
    factor=1.0,
    values=lambda run, index: np.asarray(run.site_fraction_at_points[index]),
    colours=Colours.FILLING,
)
VON_MISES = _stress("Von Mises stress", "von_mises_stress")
FIRST_PRINCIPAL = _stress("First principal stress", "first_principal_stress")
HYDROSTATIC = _stress("Hydrostatic stress", "hydrostatic_stress")
GRAINS = Quantity(
    title="Grain",
    unit="number",
    factor=1.0,
    values=lambda run, _: np.asarray(run.points.regions, dtype=float),
    colours=Colours.GRAINS,
)
NORMAL_TRACTION = Quantity(
    title="Normal stress on grain boundaries",
    unit="MPa",
    factor=1e-6,
    values=_normal_traction,
    place=Place.REGION_FACETS,
)

REST = 0.001
"""Share of the values, at either end, that may lie beyond the ends of the colour scale.

Stress peaks where edges and grain boundaries meet would hide the rest of the field.
"""

SPAN = 0.02
"""Narrowest range of fillings that the colours stretch over."""


@dataclass(frozen=True, kw_only=True)
class ColourScale:
    """Shared by all pictures of a quantity: matplotlib's ``norm`` and ``cmap``, and arrowed ends.

    Made by :func:`colour_scale`. ``extend`` names the ends beyond which values lie: ``neither``,
    ``min``, ``max`` or ``both``.
    """

    norm: Normalize
    cmap: Colormap
    extend: str

    def colours(self, values: Array) -> Array:
        """RGB (n, 3); grey where there is no value."""
        rgb = np.asarray(self.cmap(self.norm(values)))[..., :3]
        return np.where(np.isnan(values)[..., None], 0.78, rgb)


def colour_scale(quantity: Quantity, known: Sequence[Array]) -> ColourScale:
    """The colour scale of ``quantity`` over all values ``known``, arrays of any shape.

    One value in a thousand may lie beyond either end: stress peaks where edges and grain boundaries
    meet would hide the rest. Fillings stretch over at least 0.02; stress begins at 0, or reaches as
    far to both sides of it where compression exceeds 5 % of the tension.

    >>> scale = colour_scale(VON_MISES, [np.linspace(0.0, 1000.0, 2001)])
    >>> float(scale.norm.vmax), scale.cmap.name, scale.extend
    (999.0, 'magma_r', 'neither')

    Raises nothing.
    """
    import matplotlib
    from matplotlib.colors import Normalize

    values = np.concatenate([np.ravel(one) for one in known]) if known else np.zeros(1)
    values = values[np.isfinite(values)]
    if quantity.colours is Colours.GRAINS:
        return _grain_scale(int(values.max()) + 1)
    low, high = (float(x) for x in np.quantile(values, [REST, 1 - REST]))
    if quantity.colours is Colours.FILLING:
        low, high = _widened(float(values.min()), float(values.max()))
        return ColourScale(
            norm=Normalize(low, high), cmap=matplotlib.colormaps[SODIUM_MAP], extend="neither"
        )
    if low < -0.05 * high:
        low, high, name = -max(-low, high), max(-low, high), SIGNED_MAP
    else:
        low, high, name = 0.0, high if high > 0 else 1e-12, STRESS_MAP
    beyond = (bool(values.min() < 1.02 * low), bool(values.max() > 1.02 * high))
    extend = {(True, True): "both", (True, False): "min", (False, True): "max"}.get(beyond)
    return ColourScale(
        norm=Normalize(low, high), cmap=matplotlib.colormaps[name], extend=extend or "neither"
    )


def _widened(low: float, high: float) -> tuple[float, float]:
    missing = max(SPAN - (high - low), 0.0)
    low = max(low - 0.5 * missing, 0.0)
    return low, max(high, min(low + SPAN, 1.0))


def _grain_scale(count: int) -> ColourScale:
    """Light colours a golden angle apart, so that neighbours in number differ."""
    from matplotlib.colors import BoundaryNorm, ListedColormap, hsv_to_rgb

    number = np.arange(count)
    hue = (0.58 + number * 0.381966) % 1
    strength = np.array([0.3, 0.45, 0.2])[number % 3]
    rgb = hsv_to_rgb(np.stack([hue, strength, np.full(count, 0.95)], axis=1))
    edges = np.arange(count + 1) - 0.5
    return ColourScale(norm=BoundaryNorm(edges, count), cmap=ListedColormap(rgb), extend="neither")
