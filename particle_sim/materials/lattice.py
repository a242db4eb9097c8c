"""Occupancy of the lattice: how many of the carrier's sites are full, and not how much of a window.

The window of use, x_min to x_max, ends where the cell is cut off, mostly far from an empty or a
full lattice. What depends on carriers and on vacant sites beside them (mobility, ideal entropy,
exchange current) therefore reads

    y = x/x_sites = empty + theta (full - empty),   empty = x_min/x_sites,   full = x_max/x_sites,

and is finite at a cut-off composition. Where x_min = 0 and x_max = x_sites, y is theta.
"""

from __future__ import annotations

from dataclasses import dataclass

from particle_sim.units import Array


@dataclass(frozen=True, kw_only=True)
class Lattice:
    """Share of the carrier's sites that are full at either end of the window, both in 0..1.

    Ideal: every site is as good as every other, and those of one formula unit are alike.
    """

    empty: float = 0.0
    full: float = 1.0

    @property
    def window(self) -> float:
        """Sites that the window fills, of all: (x_max - x_min)/x_sites."""
        return self.full - self.empty

    @property
    def half(self) -> float:
        """y at half filling of the window."""
        return 0.5 * (self.empty + self.full)

    def occupancy(self, site_fraction: Array) -> Array:
        """y at fillings theta of the window."""
        return self.empty + self.window * site_fraction

    def mobile(self, site_fraction: Array) -> Array:
        """m = y (1 - y) x_sites/(x_max - x_min), carriers beside vacant sites over c_max.

        1/m is d ln(y/(1 - y))/d theta: with the mobility D_self c_max m/(R T), carriers without
        interactions have the chemical diffusivity D_self at every filling.
        """
        occupancy = self.occupancy(site_fraction)
        return occupancy * (1 - occupancy) / self.window

    def mobile_slope(self, site_fraction: Array) -> Array:
        """dm/dtheta = 1 - 2 y."""
        return 1 - 2 * self.occupancy(site_fraction)


WHOLE = Lattice()
"""A window that empties and fills the lattice."""
