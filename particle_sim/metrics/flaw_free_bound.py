"""The largest stress intensity that any flaw of a particle can have, whatever its size.

In stress that falls from the surface inwards, K grows with the depth of an edge crack and falls
again. Where the largest K is below the toughness no flaw of any size grows, so nothing need be
assumed about flaws. The surface is taken as flat (within some 20 % of a sphere's for depths to
0.3 R), and the crack as open over its whole depth.
"""

from __future__ import annotations

import math

import numpy as np

from particle_sim.checks import arguments_checked
from particle_sim.errors import InputError
from particle_sim.fem.mesh import Coordinates, Mesh
from particle_sim.metrics.edge_crack import edge_crack_history
from particle_sim.metrics.half_plane import edge_crack_rule
from particle_sim.particle.run import ParticleRun
from particle_sim.units import Array, stress_intensity_unit

PARABOLA_DEPTH = 0.15160436271415803
"""Depth over R of the edge crack with the largest K in the parabola below."""


def parabola_intensity(depth: Array | float) -> Array:
    """K/(sigma_s sqrt(R)) (n,) of an edge crack of ``depth`` a/R in steady galvanostatic stress.

    sigma_hoop = sigma_s (1 - 4 s + 2 s^2), s the depth over R, so that K = sigma_s sqrt(pi a) (F_0
    - 4 (a/R) F_1 + 2 (a/R)^2 F_2), F_n the half-plane's factors of the stress (x/a)^n
    (:func:`~particle_sim.metrics.half_plane.edge_crack_rule`).

    >>> parabola_intensity(np.array([0.05, PARABOLA_DEPTH, 0.3])).round(3)
    array([0.391, 0.505, 0.385])

    Raises nothing; a negative depth gives nan.
    """
    share = np.asarray(depth, dtype=float)
    place, weight = edge_crack_rule()
    first, second, third = (float(weight @ place**power) for power in range(3))
    return np.sqrt(np.pi * share) * (first - 4 * share * second + 2 * share**2 * third)


PARABOLA_AT_BEST = float(parabola_intensity(PARABOLA_DEPTH))
"""0.505: largest K/(sigma_s sqrt(R)) in the parabola."""

SHELL_AT_BEST = 0.534895
"""Largest K/(S sqrt(R)) of an edge crack in a coherent shell under tension, over depths and core
shares f (f = 0.539, as deep as the shell, 0.186 R): S (f/3) (2 + R^3/r^3) in the shell and
-2 S (1 - f)/3 in the core, S = E e/(1 - nu), with the half-plane's rule."""

PENNY_AT_BEST = 4 / (3 * math.sqrt(math.pi)) * 6 / 7 * 7 ** (-1 / 6)
"""Largest K/(S sqrt(R)) of a penny crack as wide as a core under the tension 2 S (1 - f)/3, over f
(f = 1/7): 2 sqrt(a/pi) times it, Sneddon's infinite body, so rough at a = 0.52 R."""

DEEPEST = 0.3
"""Depth over R beyond which a half-plane says nothing about a sphere."""
_DEPTHS = 20


@arguments_checked
def flaw_free_bound(surface_hoop: Array, radius: Array) -> Array:
    """Largest K [Pa m^0.5] (n,) of any surface flaw: 0.505 sigma_s sqrt(R), at the depth 0.152 R.

    For the parabola of steady galvanostatic diffusion with ``surface_hoop`` sigma_s [Pa] and
    ``radius`` R [m]; 0 under compression. Not for phase boundaries, whose stress is no parabola:
    see :class:`~particle_sim.metrics.mechanisms.PhaseBoundary`.

    >>> bound = flaw_free_bound(np.array([300e6]), np.array([250e-9]))
    >>> print(f"{bound[0] / 1e6:.4f} MPa m^0.5")
    0.0757 MPa m^0.5

    Raises :class:`InputError` for what is no array of numbers.
    """
    return np.asarray(PARABOLA_AT_BEST * np.maximum(surface_hoop, 0.0) * np.sqrt(radius))


@arguments_checked
def largest_edge_intensity(run: ParticleRun) -> stress_intensity_unit:
    """Largest K [Pa m^0.5] of an edge crack to 0.3 R deep, over all times of a radial ``run``.

    The stress is the run's own, phase boundaries included
    (:func:`~particle_sim.metrics.edge_crack.edge_crack_history` at 20 depths, evenly spaced in the
    root of the depth). The example's stress is the steady parabola:

    >>> from particle_sim.particle.example import example_run
    >>> found = largest_edge_intensity(example_run())
    >>> bound = flaw_free_bound(np.array([22.86e6]), np.array([2.5e-7]))
    >>> print(f"{found / 1e3:.2f} of {bound[0] / 1e3:.2f} kPa m^0.5")
    5.77 of 5.77 kPa m^0.5

    Raises :class:`InputError` for slabs, sections and bodies.
    """
    mesh = run.particle.mesh
    if not isinstance(mesh, Mesh) or mesh.coordinates is Coordinates.SLAB:
        raise InputError(
            "The bound over all edge cracks follows the radius of a sphere or cylinder; for a body "
            "use crack_risk with a flaw size."
        )
    roots = np.linspace(0, math.sqrt(DEEPEST * (mesh.outer - mesh.inner)), _DEPTHS + 1)[1:]
    return float(max(edge_crack_history(run, depth).max() for depth in roots**2))
