"""What PyBaMM's many-particle model (MPM) is told of a distribution of particle sizes.

Every size has the electrode's potential and takes the current that its own surface filling allows
(Kirk, Evans, Please & Chapman, SIAM J. Appl. Math. 82 (2022) 625, doi:10.1137/20M1365430); the
sizes are even steps of R between two ends, weighted by their surface.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from particle_sim.materials.sizes import SizeDistribution, surface_density

TAIL = 4.0
"""Spreads beyond the smallest median by surface and the largest by volume at which sizes end."""
SIZES = 50
"""Steps of R; capacities of a spread of 0.4 are then good to 1e-3."""
_TABLE = 2001


def size_parameters(sizes: SizeDistribution, pybamm: Any) -> dict[str, Any]:
    """PyBaMM's entries for the sizes of the positive electrode's particles.

    :class:`InputError` where a population is a single size.
    """
    by_surface = sizes.median_radius * np.exp(-(sizes.spread**2))
    low = float((by_surface * np.exp(-TAIL * sizes.spread)).min())
    high = float((sizes.median_radius * np.exp(TAIL * sizes.spread)).max())
    radii = np.geomspace(low, high, _TABLE)
    density = surface_density(sizes, radii)

    def weight(radius: Any) -> Any:
        return pybamm.Interpolant(radii, density, radius, "particle_sizes")

    return {
        "Positive minimum particle radius [m]": low,
        "Positive maximum particle radius [m]": high,
        "Positive area-weighted particle-size distribution [m-1]": weight,
    }
