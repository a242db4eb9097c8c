"""Particle sizes counted in micrographs, from a table: ``radius [um]`` or ``diameter [um]``."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from particle_sim.errors import InputError
from particle_sim.materials.sizes import SizeDistribution, counted
from particle_sim.readers.table import Column, read_table

_COLUMNS = {
    "radius": Column(unit="m", example="um", required=False, positive=True),
    "diameter": Column(unit="m", example="um", required=False, positive=True),
    "count": Column(unit="1", example="1", required=False, positive=True),
}
_FEWEST = 3


def read_sizes(path: Path) -> SizeDistribution:
    """The distribution by volume of a table of sizes, with ``count [1]`` of each, else one.

    Every row stands for its share of count R^3, smoothed by a kernel of the width
    1.06 s n^(-1/5) in ln R (Silverman, Density Estimation, 1986, eq. 3.28), s the spread and n the
    count of the particles: large particles, of which a picture shows few, carry most of the volume.
    Raises :class:`InputError` with a sentence per problem.
    """
    table = read_table(path, _COLUMNS)
    given = [name for name in ("radius", "diameter") if name in table.columns]
    if len(given) != 1:
        raise InputError(
            f"{table.name}: has {'both' if given else 'neither'} of the columns radius [um] and "
            "diameter [um]; give one."
        )
    radius = table.columns[given[0]] / (2 if given[0] == "diameter" else 1)
    count = table.columns.get("count", np.ones(len(radius)))
    if len(np.unique(radius)) < _FEWEST:
        raise InputError(
            f"{table.name}: holds {len(np.unique(radius))} sizes; a distribution needs at least "
            f"{_FEWEST}, or say it in two numbers with --radius and --size-spread."
        )
    place, share = np.log(radius), count / count.sum()
    spread = float(np.sqrt(share @ (place - share @ place) ** 2))
    return counted(radius, count, 1.06 * spread * float(count.sum()) ** -0.2)
