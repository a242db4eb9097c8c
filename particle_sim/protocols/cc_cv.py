"""Charge at constant current, then at constant voltage."""

from __future__ import annotations

from particle_sim.checks import arguments_checked
from particle_sim.protocols.step import Mode, Protocol, Step


@arguments_checked
def cc_cv(c_rate: float, *, cutoff_c_rate: float = 0.05) -> Protocol:
    """Charge at ``c_rate`` [1/h] to the upper cut-off and hold it until ``cutoff_c_rate`` [1/h].

    Returns the two steps; rates count the material's printed 1C, and the cut-off is the cell's. It
    begins at rest, full of sodium.

    >>> [step.mode.value for step in cc_cv(0.5).steps]
    ['charge', 'hold']

    Raises :class:`InputError` for a rate that is not positive and finite.
    """
    steps = (
        Step(mode=Mode.CHARGE, c_rate=c_rate),
        Step(mode=Mode.HOLD, c_rate=cutoff_c_rate),
    )
    return Protocol(name=f"CC-CV charge at {c_rate:g}C", steps=steps, starts_full=True)
