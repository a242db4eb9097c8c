"""Points in the unit cube by which a sweep draws its samples; every block can be made alone."""

from __future__ import annotations

import enum
import warnings
from collections.abc import Sequence
from functools import lru_cache

import numpy as np

from particle_sim.plausible.streams import evenly, generator
from particle_sim.units import Array

BLOCK = 1 << 16
"""Samples made together; a power of two, as Sobol sequences like it."""


class Sampling(enum.Enum):
    """How samples are laid in the unit cube of a sweep's dimensions.

    >>> Sampling("sobol") is Sampling.SOBOL
    True
    """

    GRID = "grid"
    RANDOM = "random"
    LATIN_HYPERCUBE = "latin-hypercube"
    SOBOL = "sobol"


NAMED = (Sampling.RANDOM, Sampling.LATIN_HYPERCUBE)
"""Samplings whose columns belong to the names of their dimensions."""


def unit_points(
    sampling: Sampling, names: Sequence[str], samples: int, seed: int, start: int, stop: int
) -> Array:
    """Points (stop - start, dimensions) in [0, 1), numbers ``start`` to ``stop`` of ``samples``.

    Random columns depend on the seed and the name of their dimension only, those of a Latin
    hypercube also on ``samples``; a Sobol sequence is one of all dimensions, whatever their names.
    None depends on how the samples are cut into pieces.
    """
    if not names:
        return np.zeros((stop - start, 0))
    if sampling is Sampling.LATIN_HYPERCUBE:
        return _latin_hypercube(tuple(names), samples, seed)[start:stop]
    blocks = range(start // BLOCK, -(-stop // BLOCK))
    made = [_block(sampling, tuple(names), seed, block) for block in blocks]
    first = blocks.start * BLOCK
    return np.concatenate(made)[start - first : stop - first]


@lru_cache(maxsize=2)
def _latin_hypercube(names: tuple[str, ...], samples: int, seed: int) -> Array:
    return np.stack([evenly(name, samples, seed) for name in names], axis=1)


@lru_cache(maxsize=4)
def _block(sampling: Sampling, names: tuple[str, ...], seed: int, block: int) -> Array:
    if sampling is Sampling.RANDOM:
        columns = [generator(seed, name, block).random(BLOCK) for name in names]
        return np.stack(columns, axis=1)
    from scipy.stats import qmc

    with warnings.catch_warnings():  # about sizes that are no power of two
        warnings.simplefilter("ignore", UserWarning)
        sampler = qmc.Sobol(len(names), seed=np.random.default_rng(seed))
        if block > 0:
            sampler.fast_forward(block * BLOCK)
        return np.asarray(sampler.random(BLOCK))


def grid_points(shape: Sequence[int], ranges: Sequence[bool], start: int, stop: int) -> Array:
    """Points ``start`` to ``stop`` of a grid, last dimension fastest.

    Along a range of k points the probability is i/(k - 1), both ends included; along a list of k
    values it is (i + 1/2)/k.
    """
    places = np.unravel_index(np.arange(start, stop), tuple(shape)) if shape else ()
    points = np.empty((stop - start, len(shape)))
    for column, (place, size, is_range) in enumerate(zip(places, shape, ranges, strict=True)):
        even = place / (size - 1) if size > 1 else np.full(len(place), 0.5)
        points[:, column] = even if is_range else (place + 0.5) / size
    return points
