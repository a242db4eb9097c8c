"""Is the compiled kernel ready, or would the next call compile for half a minute? Needs numba."""

from __future__ import annotations

import numpy as np

from particle_sim.batch import block
from particle_sim.batch.mesh import graded_elements
from particle_sim.batch.numba_kernel import advance_block, arguments, compiled_range
from particle_sim.fem.machine_code import is_ready
from particle_sim.transport.table import GRID, tabulated


def kernel_is_ready() -> bool:
    """Whether this process has compiled the kernel, or finds it kept by an earlier one."""
    return is_ready(compiled_range, 0, 1, *arguments(*_EXAMPLE))


def compile_kernel() -> None:
    """Compile the kernel for this process and, where it can be kept, for later ones."""
    advance_block(*_EXAMPLE)


_ONE, _LINE = np.ones(1), tabulated(GRID, is_straight=True)
_EXAMPLE = (
    graded_elements(0.2, 1.0, 4),
    block.Shapes(diffusivity=_LINE, mobile=_LINE, strain=_LINE),
    block.Lanes(
        start=0.5 * _ONE,
        drift=0 * _ONE,
        low=0 * _ONE,
        high=_ONE,
        knots=np.array([[0.0, 1e-3]]),
        flux=np.zeros((1, 2)),
        scale=_ONE,
    ),
    1e-3,
    0,
)
