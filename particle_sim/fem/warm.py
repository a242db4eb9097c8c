"""Are the compiled kernels of 3-D bodies ready, or would the next call compile? Needs numba."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from particle_sim.fem import matrix_free_numba, smoothing_numba
from particle_sim.fem.machine_code import is_ready

PRECISIONS = (np.float32, np.float64)


def bodies_are_ready() -> bool:
    """Whether this process has compiled them, or finds them kept by an earlier one."""
    return all(is_ready(function, *arguments) for function, arguments in _calls())


def compile_bodies() -> None:
    """Compile them for this process and, where they can be kept, for later ones."""
    for function, arguments in _calls():
        function(*arguments)


def _calls() -> list[tuple[Callable[..., None], tuple[NDArray[Any], ...]]]:
    """Every kernel with arguments of the kinds that it is called with: one cell, no stiffness."""
    calls: list[tuple[Callable[..., None], tuple[NDArray[Any], ...]]] = []
    for kind in PRECISIONS:
        for width, kernel in matrix_free_numba.KERNELS.items():
            fields = np.zeros((2, 10, 3 * width), dtype=kind)
            tables = (np.zeros(shape, dtype=kind) for shape in ((1, 4, 3), (1, 21), 2))
            calls.append((kernel, (np.arange(10, dtype=np.int32)[None], *tables, *fields)))
    fields = np.zeros((4, 10, 1), dtype=np.float32)
    inverse, factors = fields[0, :, 0].copy(), np.zeros(3, dtype=np.float32)
    calls.append((smoothing_numba.begin, (inverse, *fields[:3], factors[:2])))
    calls.append((smoothing_numba.advance, (inverse, *fields, factors)))
    return calls
