"""Functions that a sweep file can name, made from its [function] block."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from particle_sim.studies.sweep_functions import particle_metrics_from
from particle_sim.studies.sweep_sizes import sized_metrics_from

FUNCTIONS: Mapping[str, Callable[[dict[str, Any], str], Callable[..., Any]]] = {
    "particle_metrics": particle_metrics_from,
    "sized_metrics": sized_metrics_from,
}
