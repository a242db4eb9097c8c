"""Random numbers by name.

What a stream gives depends on its name, the seed and the count alone, so that a variable or a
material more moves the numbers of no other.
"""

from __future__ import annotations

import hashlib

import numpy as np

from particle_sim.units import Array


def generator(seed: int, *name: str | int) -> np.random.Generator:
    """The generator of a name: a seed sequence of the seed and the name's hash."""
    text = "\0".join(str(part) for part in name)
    key = int.from_bytes(hashlib.sha256(text.encode()).digest()[:16], "little")
    return np.random.default_rng([seed, key])


def evenly(name: str, count: int, seed: int) -> Array:
    """``count`` random numbers in [0, 1), one in every slice of 1/count, in random order.

    A column of a Latin hypercube: the share in which something holds scatters at most as much as
    over independent draws (Owen, J. Stat. Softw. 1997; n/(n - 1) in variance).

    >>> sorted((10 * evenly("diffusivity of nvp", 10, seed=1)).astype(int).tolist())
    [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]
    """
    source = generator(seed, name)
    return np.asarray((source.permutation(count) + source.random(count)) / count)
