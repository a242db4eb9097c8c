"""What the error that is asked of a batch needs: the mesh and the tolerance of a step."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from particle_sim.batch.mesh import MOST_ELEMENTS, RadialElements, graded_elements
from particle_sim.errors import InputError
from particle_sim.units import Array

ERROR = 1e-4
"""Of the site fraction, where nothing else is asked."""
FINEST, COARSEST = 1e-6, 1e-2
"""What may be asked."""
STRESS = 30.0
"""Error of the peak stresses over that of the site fraction, each as a share of the peak."""
STEP = 0.2
"""Error that one step may make, over the error asked: errors of a few steps add up."""
ELEMENTS = (4, 5, 6, 10, 13, 14, 15)
"""For an error of 1e-4 and N R/(D c_max) up to 1/9, 1/3, 1, 3, 9, 27 and above; see the tests."""
SURFACE = 0.17
"""Width of the outermost element over the depth in which the flux could fill the particle."""
LAYER = 5.0
"""Depth that is resolved, over the depth in which the flux could fill the particle."""
RATIO = 3.0
"""Flux ratio between two meshes: particles of similar flux share one."""
LEAST, MOST = -2, 13
"""Powers of that ratio that have a mesh; the last serves N R/(D c_max) above 3^12."""
ORDER = 4.5
"""Elements go with the error to minus one over this: the order seen at the surface and centre."""
LEAST_SHARED = 0.3
"""Least filling over which the tolerance counts where sizes share a potential: every corner of U
moves their fluxes a little, which no step should be spent on."""
SHARED = 5.0
"""Error that a step of such sizes may be estimated to make over that of others: the estimate of
SDIRK4 holds what is gone at the end of the step, some hundred times its error."""
ROUNDING = 1e-13
"""Least error of a step that is asked for: a thousand times that of a filling's last digit."""
BLOCK = 1024
"""Particles advanced at once, which bounds the working memory."""


def tolerance_of(error: float) -> float:
    """Error of one step in site fraction; :class:`InputError` where no mesh is fine enough."""
    if not FINEST <= error <= COARSEST:
        raise InputError(
            f"The error asked of a batch is {error:g}; it must be between {FINEST:g} and "
            f"{COARSEST:g}; take {ERROR:g} if in doubt."
        )
    return STEP * error


def counted(flux: Array, tolerance: float) -> Array:
    """Filling over which the tolerance counts: less where a small flux makes a small stress.

    The stress peaks at about q/5 in units of E strain/(1 - nu), so that its error is the asked
    one where the filling's is below STRESS q/5 times the error; half of it is left for peaks
    between the three times of a step at which stress is looked at.
    """
    return np.asarray(np.clip(STRESS / 10 * flux, ROUNDING / tolerance, 1.0))


def meshes(
    flux: Array, diffusivity: Array, error: float, sizes: int = 1
) -> Iterator[tuple[RadialElements, NDArray[np.intp]]]:
    """Mesh and particles of every block, similar fluxes together.

    A flux q fills the surface of a particle once it has built up a layer about D/q deep;
    ``diffusivity``: D over all fillings, without what drift adds. ``sizes``: particles that each
    flux stands for, the fastest of them.
    """
    level = np.log(np.maximum(flux, 1e-300)) / np.log(RATIO)
    number = np.clip(np.ceil(level), LEAST, MOST).astype(np.int64)
    order = np.argsort(flux, kind="stable")
    finer = ERROR / error
    for member in np.unique(number):
        layer = RATIO ** -float(max(member, 0))
        count = round(ELEMENTS[min(member - LEAST, len(ELEMENTS) - 1)] * finer ** (1 / ORDER))
        mesh = graded_elements(
            SURFACE * diffusivity.min() * layer * finer ** (-1 / 3),
            min(1.0, LAYER * diffusivity.max() * RATIO * layer),
            min(max(count, 3), MOST_ELEMENTS),
        )
        chosen = order[number[order] == member]
        for first in range(0, len(chosen), max(BLOCK // sizes, 1)):
            yield mesh, chosen[first : first + max(BLOCK // sizes, 1)]
