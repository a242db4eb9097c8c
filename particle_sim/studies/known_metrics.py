"""The metrics that sweeps and scenarios may name: every one that the package exports."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from particle_sim import metrics

METRICS: Mapping[str, Callable[[Any], float]] = {
    name: value for name, value in vars(metrics).items() if callable(value)
}
"""From a particle run to a number, by name; its unit is in the return type."""
