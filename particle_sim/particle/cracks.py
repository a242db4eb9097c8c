"""Cracks as the sodium meets them, cell by cell."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from particle_sim.errors import InputError
from particle_sim.units import Array


@dataclass(frozen=True, kw_only=True)
class Cracks:
    """What cracks do in the cells of a section or body (e,), in the order of its mesh.

    ``transmission``: factor on the flux of every physics term, 0 to 1 and not 0. ``wetted``: crack
    face per volume that electrolyte reaches [1/m]; sodium passes it as it passes the particle's
    (first) open boundary, with which it shares one potential. The stress of a run stays that of
    the uncracked body. :func:`particle_sim.damage.cracked_transport.cracks` makes both from a
    damage field.
    """

    transmission: Array
    wetted: Array

    def __post_init__(self) -> None:
        passed, wetted = np.asarray(self.transmission), np.asarray(self.wetted)
        if passed.ndim != 1 or not np.all((passed > 0) & (passed <= 1)):
            raise InputError(
                "The transmission of cracks must be one number per cell, above 0 and up to 1; it "
                f"has shape {passed.shape} and runs from {passed.min():.3g} to {passed.max():.3g}."
            )
        if wetted.shape != passed.shape or not np.all((wetted >= 0) & (wetted < np.inf)):
            raise InputError(
                f"The wetted crack face has shape {wetted.shape}, the transmission {passed.shape}; "
                "give one finite number per cell, not below 0 [1/m]."
            )
