"""The working half of ``rate --data``: from a file and typed rates to an answer."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from pathlib import Path

from particle_sim.cli.fit_data import positive, rates_of
from particle_sim.cli.options import typed
from particle_sim.cli.progress import progress_bar
from particle_sim.errors import InputError, refuse
from particle_sim.outputs import check_folder


def show_prediction(
    materials: Sequence[str],
    data: Path | None,
    predict: str | None,
    mass: str | None,
    *,
    seed: int,
    out: Path | None,
    force: bool,
    as_json: bool,
) -> None:
    """Learn from the rates of a file and print what is expected at others."""
    from particle_sim.inference.data import read_rates
    from particle_sim.materials.load import load_material
