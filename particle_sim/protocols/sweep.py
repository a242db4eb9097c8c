"""Cyclic voltammetry: the voltage goes up and down at a constant rate."""

from __future__ import annotations

from particle_sim.checks import arguments_checked
from particle_sim.errors import InputError
from particle_sim.protocols.step import Mode, Protocol, Step


@arguments_checked
def sweep(
    scan_rate: float,
    *,
    lower: float | None = None,
    upper: float | None = None,
    cycles: int = 1,
) -> Protocol:
    """``cycles`` times up and down at ``scan_rate`` [V/s], from rest at the lower voltage.

    ``lower`` and ``upper`` [V] are given together; left out, they are the cell's cut-offs.

    >>> [step.mode.value for step in sweep(1e-4, lower=2.5, upper=4.0).steps]
    ['upward sweep', 'downward sweep']

    Raises :class:`InputError` for fewer than one cycle, one end without the other or not below it,
    and a scan rate that is not positive and finite.
    """
    if cycles < 1:
        raise InputError(f"The number of cycles is {cycles}; it must be at least 1.")
    if (lower is None) != (upper is None):
        raise InputError("A sweep has one end only; give lower and upper, or neither.")
    window = None if lower is None or upper is None else (lower, upper)
    pair = tuple(
        Step(mode=mode, scan_rate=scan_rate, window=window)
        for mode in (Mode.SWEEP_UP, Mode.SWEEP_DOWN)
    )
    return Protocol(
        name=f"sweep at {1e3 * scan_rate:g} mV/s", steps=pair * cycles, starts_full=True
    )
