"""The working half of ``rate --size-spread``: from typed options to the sizes of particles."""

from __future__ import annotations

from pathlib import Path

from particle_sim.errors import InputError
from particle_sim.inference.size_table import read_sizes
from particle_sim.studies.rate_sizes import ParticleSizes
from particle_sim.units import quantity


def sizes_of(spread: float | None, table: Path | None, stress: str | None) -> ParticleSizes | None:
    """The sizes that are asked for, if any."""
    if spread is None and table is None:
        if stress is not None:
            raise InputError("--share-above needs --size-spread or --sizes; give one of them.")
        return None
    return ParticleSizes(
        spread=spread,
        counted=None if table is None else read_sizes(table),
        stress=None if stress is None else quantity("--share-above", stress, "Pa"),
    )
