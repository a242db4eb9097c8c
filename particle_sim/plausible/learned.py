"""What measurements leave of a material's draws.

A rate test tells D/R^2, not D: a draw keeps its radius R and takes

    D = k R^2,    j0 = x rho R/3,    (k, x) one row of a posterior,

k = D/R^2 [1/s] and x = 3 j0/(rho R) [A/kg] of one row, because data tell them together. The row is
the quantile of the draw's own number: rows are ordered by k, and the stream of the material's
diffusivity says which. So a draw that was fast before is fast after, every question about a
material sees the same rows, and no other input and no other material moves.

Rows may narrow only what they mean: spheres of one size with one D. What is measured of D or j0 of
the material itself, or set by the user, stays.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from particle_sim.materials.functions import Constant
from particle_sim.materials.material import Material
from particle_sim.materials.property import Evidence
from particle_sim.plausible.draws import MaterialDraws
from particle_sim.plausible.streams import evenly
from particle_sim.units import Array

OWN = frozenset({Evidence.MEASURED, Evidence.DIGITISED, Evidence.FITTED})
"""Evidence of the material itself, which a rate test would count twice or contradict."""
DIFFUSIVITY, EXCHANGE = "diffusivity", "exchange_current_density"


@dataclass(frozen=True, kw_only=True, eq=False)
class Learned:
    """Rows (n,) of what measurements say of one material, from slow to fast."""

    diffusion_rate: Array
    """D/R^2 [1/s], increasing"""
    exchange_current: Array
    """3 j0/(rho R) [A/kg]"""
    learned_from: tuple[str, ...]
    """The measurements, in words"""

    def rows(self, probability: Array) -> NDArray[np.intp]:
        """Number of the row at each probability (m,) in [0, 1]."""
        count = len(self.diffusion_rate)
        return np.minimum((probability * count).astype(np.intp), count - 1)


def why_not(material: Material) -> str:
    """Why a rate test narrows no draws of this material; empty where it does."""
    known = material[DIFFUSIVITY]
    if not isinstance(known.function, Constant):
        return "its file gives D that depends on the filling, and the test was read with one D"
    if known.evidence in OWN:
        return "its file gives a measured D"
    return "its D is set by hand" if known.plausible is None else ""


def conditioned(draws: MaterialDraws, learned: Learned, seed: int) -> MaterialDraws:
    """The draws, of the same ``seed``, with what was learned; unchanged where :func:`why_not`.

    >>> from particle_sim.materials.load import load_material
    >>> from particle_sim.plausible.draws import diffusion_rate, draw_material
    >>> rows = Learned(diffusion_rate=np.array([1e-4, 1e-3]),
    ...     exchange_current=np.array([10.0, 20.0]), learned_from=("a rate test",))
    >>> before = draw_material(load_material("he_o3_li2024"), 4, seed=1)
    >>> after = conditioned(before, rows, seed=1)
    >>> sorted(diffusion_rate(after).round(9).tolist())
    [0.0001, 0.0001, 0.001, 0.001]
    >>> bool((after.values["particle_radius"] == before.values["particle_radius"]).all())
    True
    """
    material, radius = draws.material, draws.values["particle_radius"]
    if why_not(material):
        return draws
    rows = learned.rows(evenly(f"{DIFFUSIVITY} of {material.name}", len(radius), seed))
    found = {DIFFUSIVITY: learned.diffusion_rate[rows] * radius**2}
    if takes_exchange(material):
        found[EXCHANGE] = exchange_of(material, learned.exchange_current[rows], radius)
    return draws.having(**found)


def takes_exchange(material: Material) -> bool:
    """Whether j0 is neither measured of the material nor set by hand."""
    known = material[EXCHANGE]
    return known.evidence not in OWN and known.plausible is not None


def exchange_of(material: Material, exchange_current: Array, radius: Array) -> Array:
    """j0 [A/m2] (n,) of particles of ``radius`` (n,) [m] with x (n,) [A/kg]."""
    return np.asarray(exchange_current * material.value("density") * radius / 3)
