"""What the library's own printed numbers say about the trends people design by.

Each trend gathers every material whose papers print both quantities, fits a straight line
y = a + b x by least squares and gives the scatter about it, s = sqrt(sum r^2 / (n - 2)), and
Pearson's r. With two points there is no scatter to give, and no trend is ever used for a number.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np

from particle_sim.composition.entropy import Normalisation
from particle_sim.materials.system import System, load_system, system_names
from particle_sim.units import Array

ENOUGH_POINTS = 3
"""Fewest points about which a straight line leaves a scatter."""


@dataclass(frozen=True, kw_only=True)
class Trend:
    """One trend: what is said, by whom, and the points behind it."""

    said: str
    source: str
    x: str
    y: str
    points: tuple[tuple[str, float, float], ...]

    @property
    def slope(self) -> float:
        """Slope of the least-squares line [y per x]."""
        x, y = self._columns()
        return float(np.polyfit(x, y, 1)[0])

    @property
    def scatter(self) -> float | None:
        """Standard deviation about the line, ``None`` with fewer than three points."""
        x, y = self._columns()
        if len(x) < ENOUGH_POINTS:
            return None
        residual = y - np.polyval(np.polyfit(x, y, 1), x)
        return float(np.sqrt(np.sum(residual**2) / (len(x) - 2)))

    @property
    def correlation(self) -> float | None:
        """Pearson's r, ``None`` with fewer than three points."""
        x, y = self._columns()
        return None if len(x) < ENOUGH_POINTS else float(np.corrcoef(x, y)[0, 1])

    def sentence(self, citation: str) -> str:
        """The trend with its data and scatter, in words; ``citation`` is its source in full."""
        shown = "; ".join(f"{name} {x:.3g}, {y:.3g}" for name, x, y in self.points)
        head = (
            f'"{self.said}" ({citation}). Printed of {len(self.points)} materials '
            f"({self.x}, {self.y}): {shown}."
        )
        if self.scatter is None or self.correlation is None:
            return f"{head} Too few points for a scatter: not used."
        return (
            f"{head} Line: {self.slope:+.3g} per unit, scatter {self.scatter:.2g}, "
            f"r = {self.correlation:+.2f}: not used for any number."
        )

    def _columns(self) -> tuple[Array, Array]:
        return np.array([p[1] for p in self.points]), np.array([p[2] for p in self.points])


Reader = Callable[[System], float | None]


def _layer_spacing(system: System) -> float | None:
    """Printed d(O-Na-O) [angstrom]."""
    for fact in system.file.printed.get("lattice_spacing", []):
        if fact.text("quantity").startswith("d(O-Na-O)"):
            return fact.number("value")
    return None


def _sodium_barrier(system: System) -> float | None:
    """Printed single migration barrier of the sodium ion [eV]."""
    for fact in system.file.printed.get("migration_barrier", []):
        low, high = fact.number("lo_eV"), fact.number("hi_eV")
        if fact.text("ion") == "Na" and low is not None and low == high:
            return low
    return None


def _volume_change(system: System) -> float | None:
    """Printed volume change of an intercalation cathode [%]."""
    if system.host is None:
        return None
    for fact in system.file.printed.get("volume_change", []):
        if fact.number("pct") is not None:
            return fact.number("pct")
    return None


def _mismatch(system: System) -> float | None:
    """Root-mean-square mismatch of the radii on the metal site [%]."""
    mismatch = system.composition().mismatch
    return None if mismatch is None or mismatch.radius is None else 100 * mismatch.radius


def _entropy(system: System) -> float | None:
    """Configurational entropy per cation site [R]."""
    return system.composition().entropy.values[Normalisation.PER_SITE]


_TRENDS: tuple[tuple[str, str, str, str, Reader, Reader], ...] = (
    (
        "a wider sodium layer lowers the migration barrier",
        "li2024_o3",
        "d(O-Na-O) in angstrom",
        "barrier in eV",
        _layer_spacing,
        _sodium_barrier,
    ),
    (
        "unlike radii on one site distort the lattice",
        "review_he_2025",
        "radius mismatch in %",
        "volume change in %",
        _mismatch,
        _volume_change,
    ),
    (
        "high entropy goes with a small lattice change",
        "review_he_2025",
        "entropy in R per cation site",
        "volume change in %",
        _entropy,
        _volume_change,
    ),
)


def trends(names: Iterable[str] | None = None) -> list[Trend]:
    """The trends over the library, or over the materials ``names``."""
    systems = [load_system(name) for name in (system_names() if names is None else names)]
    found = []
    for said, source, x, y, read_x, read_y in _TRENDS:
        points = []
        for system in systems:
            value = read_y(system)
            other = None if value is None else read_x(system)
            if value is not None and other is not None:
                points.append((system.file.material.title, other, value))
        found.append(Trend(said=said, source=source, x=x, y=y, points=tuple(points)))
    return found
