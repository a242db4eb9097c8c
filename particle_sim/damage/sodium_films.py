"""Sodium that films take over cycles: on the hard carbon of a full cell, and on fresh faces.

    q = k m sqrt(t)          on the carbon: k in the first hour per mass of carbon m, t in hours
    q = f A                  on faces of cracks of area A, all at once

A film that thickens slows its own growth, hence the square root (M. Broussely et al., J. Power
Sources 97-98 (2001) 13), which holds of many cells and not of all (P. M. Attia, W. C. Chueh & S. J.
Harris, J. Electrochem. Soc. 167 (2020) 090535). Time counts from the end of the first cycle, whose
film is the design's ``first_cycle_loss``: the most that the law allows, as a film that is there
already would grow more slowly.
"""

from __future__ import annotations

from dataclasses import dataclass

from particle_sim.cell.film_constants import FILM_CATALOGUE, load_film_constants
from particle_sim.plausible.streams import evenly
from particle_sim.units import Array


@dataclass(frozen=True, kw_only=True)
class SodiumFilms:
    """Drawn constants (n,) of the films, SI."""

    carbon_film: Array
    """[A h/kg of carbon] in the first hour"""
    carbon_capacity: Array
    """[A h/kg of carbon]"""
    crack_film: Array
    """[C/m2]"""

    def on_carbon(self, carbon: Array, hours: Array) -> Array:
        """Sodium [A h/kg] (n, k) in the film on ``carbon`` (n,) after ``hours`` (n, k).

        ``carbon`` [A h/kg], capacity of the negative electrode per mass of positive material.

        >>> import numpy as np
        >>> films = SodiumFilms(
        ...     carbon_film=np.array([1.5]), carbon_capacity=np.array([300.0]),
        ...     crack_film=np.array([15.0]),
        ... )
        >>> films.on_carbon(np.array([150.0]), np.array([[0.0, 1.0, 100.0]]))
        array([[0.  , 0.75, 7.5 ]])
        """
        return (self.carbon_film * carbon / self.carbon_capacity)[:, None] * hours**0.5

    def on_faces(self, faces: Array) -> Array:
        """Sodium [A h/kg] (n, k) in the film on ``faces`` (n, k) [m2/kg of positive material]."""
        return self.crack_film[:, None] * faces / 3600


def draw_films(count: int, seed: int) -> SodiumFilms:
    """``count`` draws of the constants, each by a stream of its own name."""
    known = load_film_constants()
    return SodiumFilms(
        **{name: known[name].quantile(evenly(name, count, seed)) for name in FILM_CATALOGUE}
    )
