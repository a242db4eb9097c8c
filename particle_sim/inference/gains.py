"""How the mean filling of an electrode's particles follows that of their surfaces, form by form."""

from __future__ import annotations

from collections.abc import Callable

from particle_sim.inference.falling import falling_gain
from particle_sim.inference.form import Form
from particle_sim.inference.gap import Gap
from particle_sim.inference.moving_boundary import moving_gain
from particle_sim.inference.population import time_of_rise
from particle_sim.inference.sphere import time_of_rise as time_of_a_sphere
from particle_sim.materials.occupancy import Lattice
from particle_sim.units import Array

Gain = Callable[[Array, Array, Array], Array]
"""Rise of the surface filling (n, m), pace (n, m) and log10 of the shape (n, 0 or 1) -> gain.

The pace is I/(3600 Q k) with k = D/R^2: what the mean filling gains in one R^2/D.
"""


def gain_of(form: Form, start: float, lattice: Lattice, gap: Gap | None = None) -> Gain:
    """How the mean filling follows the surface's from ``start`` on; a boundary needs a ``gap``."""
    if form is Form.MOVING_BOUNDARY and gap is not None:
        return moving_gain(start, gap)
    if form is Form.DIFFUSIVITY:
        return falling_gain(start, lattice)
    if form is Form.SIZES:
        return lambda rise, pace, spread: pace * time_of_rise(3 * rise / pace, spread)
    return lambda rise, pace, _: pace * time_of_a_sphere(3 * rise / pace)
