"""Comparisons whose tables and maps hold few rates of diffusion, where no test looks at these."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from unittest.mock import patch

from particle_sim.life import loads
from particle_sim.studies import size_map

EVERY = 8
"""One rate in so many is kept."""


@contextmanager
def few_rates() -> Iterator[None]:
    """Not together with ``remembering``, which would keep such a table for others."""
    with (
        patch.object(loads, "RATES", loads.RATES[::EVERY]),
        patch.object(size_map, "SMOOTH_RATES", size_map.SMOOTH_RATES[::EVERY]),
    ):
        yield
