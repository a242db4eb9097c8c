"""The boundary between two phases of a regular solution: binodals, width, and how late it forms.

Scaled: lengths by R, fillings in the sphere that is filled, chemical potentials mu by R T,
lambda = sqrt(kappa/(R T c_max)). A planar boundary has lambda dtheta/dx = sqrt(2 df), df the energy
above the common tangent (Cahn & Hilliard, J. Chem. Phys. 28 (1958) 258).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from particle_sim.units import Array

HELD = 1.1651
"""Largest m for which v'' = v^2 - x has a solution on x > -m with v'(-m) = 0, v ~ sqrt(x)."""
PASSING = 7.2
"""How much further the surface gets while a boundary forms, over the 2/3 power of the pace; fitted
to six runs of the particle solver (chi 2.5 to 3.5, N R/(D c_max) 0.02 to 0.1, lambda/R 0.005 to
0.02), which give 6.8 to 7.5."""
NODES = 64


@dataclass(frozen=True, kw_only=True)
class Boundary:
    """What a boundary of finite width does, to first order in lambda/R (n,).

    Moving at v in r and passed by the flux q per area (quasi-steady, from the shell alone),

        (mu_core + mu_shell)/2 = -energy/s - drag q,   mu_core - mu_shell = bypass q:

    Gibbs & Thomson's shift, and that sodium is more mobile inside the boundary than beside it.
    """

    energy: Array
    drag: Array
    bypass: Array
    layer: Array
    """Depth in which a surface holds back a boundary, times q^0.2"""
    pace: Array
    """Time in which it forms there, times q^0.8"""
    least: Array
    """Least thermodynamic factor of the core, where its gradient energy keeps it from parting"""

    def part(self, which: NDArray[np.intp]) -> Boundary:
        """Those of some spheres."""
        return Boundary(**{name: values[which] for name, values in vars(self).items()})


def binodal_filling(chi: Array) -> Array:
    """The poor phase's theta in ln(theta/(1 - theta)) + chi (1 - 2 theta) = 0, for chi above 2.

    The rich phase's is 1 - theta.

    >>> print(f"{binodal_filling(np.array([3.0]))[0]:.4f}")
    0.0707
    """
    low, high = np.zeros_like(chi), spinodal_filling(chi)
    for _ in range(200):
        middle = 0.5 * (low + high)
        below = np.log(middle / (1 - middle)) + chi * (1 - 2 * middle) < 0
        low, high = np.where(below, middle, low), np.where(below, high, middle)
    return np.asarray(0.5 * (low + high))


def spinodal_filling(chi: Array) -> Array:
    """The lower theta at which theta (1 - theta) = 1/(2 chi).

    >>> print(f"{spinodal_filling(np.array([3.0]))[0]:.4f}")
    0.2113
    """
    return np.asarray(0.5 - np.sqrt(0.25 - 0.5 / chi))


def boundary_of(chi: Array, length: Array, flux: Array) -> Boundary:
    """Of lambda/R ``length`` and the largest scaled ``flux``.

    With M = theta (1 - theta), D its jump of theta and M_0 beside it, J = (J_c + J_s)/2 + (theta -
    1/2) v through it: mu_s - mu_c = J lambda int (1/M_0 - 1/M) dx. Multiplied by dtheta/dx and
    integrated, mu = f' - lambda^2 lap theta gives the mean of both.
    """
    low = binodal_filling(chi)
    jump = 1 - 2 * low
    nodes, weights = np.polynomial.legendre.leggauss(NODES)
    theta = 0.5 + 0.25 * jump[:, None] * (nodes + 1)
    energy = _mixing(theta, chi[:, None]) - _mixing(low, chi)[:, None]
    steep, weight = np.sqrt(2 * energy), 0.25 * jump[:, None] * weights
    mobile, beside = theta * (1 - theta), (low * (1 - low))[:, None]
    half, rest = theta - 0.5, 1 - low[:, None] - theta
    outer = 0.5 * jump[:, None] / beside - half / mobile
    inner = 2 * half * rest / mobile / jump[:, None]
    layer, pace, least = _forming(chi, length, flux)
    return Boundary(
        energy=4 * length * (weight * steep).sum(axis=1) / jump,
        drag=length * (weight * (outer + inner) / steep).sum(axis=1) / jump,
        bypass=length * (weight * (1 / beside - 1 / mobile) / steep).sum(axis=1),
        layer=layer,
        pace=pace,
        least=least,
    )


def _forming(chi: Array, length: Array, flux: Array) -> tuple[Array, Array, Array]:
    """Layer, pace and least factor, from the expansion about the spinodal.

    With u = theta - theta_spinodal, f''' = -g and M there, a steady flux q obeys
    lambda^2 u'' = -g u^2/2 - mu + q y/M, y below the surface: v'' = v^2 - x in units of
    l = (2 lambda^4 M/(g q))^(1/5).
    """
    mobile, bent = 0.5 / chi, 4 * chi**2 * np.sqrt(1 - 2 / chi)
    layer = (2 * length**4 * mobile / bent) ** 0.2
    pace = layer**4 / (2 * mobile * np.where(length > 0, length, 1.0) ** 2)
    ratio = length / np.where(layer > 0, layer, 1.0)
    return layer, pace, np.minimum(2 * mobile * ratio**2 * flux**0.4, 0.5)


def held_back(boundary: Boundary, flux: Array, resistance: Array) -> Array:
    """By how much the surface's Phi passes the spinodal's before the shell forms.

    (HELD + PASSING p^(2/3)) q l, p = (dPhi/dt) t/(q l) with t the time of the fastest wave in the
    layer l and dPhi/dt = 3 q/``resistance``, the mean of 1/(thermodynamic factor).
    """
    steady = HELD * boundary.layer * flux**0.8
    swift = (3 * boundary.pace / resistance) ** (2 / 3) * boundary.layer ** (1 / 3)
    return np.asarray(steady + PASSING * swift * flux**0.4)


def _mixing(theta: Array, chi: Array) -> Array:
    """f/(R T)"""
    entropy = theta * np.log(theta) + (1 - theta) * np.log(1 - theta)
    return np.asarray(entropy + chi * theta * (1 - theta))
