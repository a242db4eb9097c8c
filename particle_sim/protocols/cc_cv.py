"""Charge at constant current, then at constant voltage."""

from __future__ import annotations

from particle_sim.checks import arguments_checked
from particle_sim.protocols.step import Mode, Protocol, Step


@arguments_checked
def cc_cv(c_rate: float, *, cutoff_c_rate: float = 0.05) -> Protocol:
    """Charge at ``c_rate`` to the upper cut-off and hold it until ``cutoff_c_rate``."""
    steps = (
        Step(mode=Mode.CHARGE, c_rate=c_rate),
        Step(mode=Mode.HOLD, c_rate=cutoff_c_rate),
    )
    return Protocol(name=f"CC-CV charge at {c_rate:g}C", steps=steps, starts_full=True)
