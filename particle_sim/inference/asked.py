"""Rates whose capacity is asked for, held against those that were measured."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from particle_sim.errors import refuse
from particle_sim.inference.data import RateData
from particle_sim.materials.material import Material
from particle_sim.units import Array

FASTEST = 1000.0
"""[1/h]"""
MOST_ASKED = 20
_SAME_RATE = 1e-3
FEW_RATES = 3
"""Below so many, data do not show how a capacity falls (a curve of three parameters is met by
any)."""


def asked_currents(rates: Sequence[float], data: RateData, one_c_current: float) -> Array:
    """Currents (k,) [A/kg] of increasing ``rates`` [1/h], none of them measured.

    :class:`InputError` with a sentence for each that no prediction is made for.
    """
    wanted = [float(rate) for rate in rates]
    refuse(list(_problems(wanted, data, one_c_current)))
    return np.sort(wanted) * one_c_current


def few_rates(data: RateData) -> tuple[str, ...]:
    """A sentence where the data are too few to show how the capacity falls with the rate."""
    count = len(data.current)
    if count >= FEW_RATES:
        return ()
    told = "one rate, which says nothing of" if count == 1 else f"{count} rates, which hardly say"
    return (
        f"Doubt: {data.name} holds {told} how the capacity falls; the bands are mostly what other "
        "powders do.",
    )


def effective_number(material: Material) -> tuple[str, ...]:
    """A sentence where the material parts into two phases, which no prediction of rates knows."""
    if not material.two_phase:
        return ()
    return (
        f"{material.title} parts into two phases, and one phase with a smooth potential stands in "
        "for its moving boundary: what is learned of D/R² is an effective number; particle-sim fit "
        "weighs the boundary against it.",
    )


def _problems(rates: Sequence[float], data: RateData, one_c: float) -> Iterator[str]:
    if not rates or len(rates) > MOST_ASKED:
        yield f"--predict names {len(rates)} rates; give 1 to {MOST_ASKED}, e.g. 3C,5C,10C."
        return
    measured = data.current / one_c
    for place, rate in enumerate(rates):
        if not 0 < rate <= FASTEST:
            yield (
                f"--predict names {rate:g}C; rates must lie above 0 and up to {FASTEST:g}C, "
                "e.g. 3C,5C,10C."
            )
        elif rate in rates[:place]:
            yield f"--predict names {rate:g}C twice; name each rate once."
        elif (near := np.abs(measured / rate - 1) < _SAME_RATE).any():
            yield (
                f"--predict names {rate:g}C, which {data.name} holds "
                f"({data.capacity[near][0]:.4g} mAh/g); ask for another rate, or take the row out "
                "of the file to see it predicted."
            )
        elif rate < measured.min():
            yield (
                f"--predict names {rate:g}C, which is slower than all of {data.name} "
                f"({measured.min():.3g}C and faster); what a slower discharge gives beyond that "
                "is not learned from rates, so ask for faster ones."
            )
