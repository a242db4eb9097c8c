"""``particle-sim warm-up``: compile what numba compiles, before somebody waits for it."""

from __future__ import annotations

import time
from importlib.util import find_spec

from particle_sim.cli.verb import Aim, verb
from particle_sim.errors import InputError


@verb(Aim.USE, 9, "compile the fast kernels once, with numba", "warm-up")
def warm_up() -> None:
    """Compile the kernel for thousands of half cells; later runs find it in numba's cache."""
    if find_spec("numba") is None:
        raise InputError(
            "numba is not installed, and nothing needs it; "
            'for faster batches "pip install particle-sim[fast]".'
        )
    from particle_sim.batch.warm import compile_kernel, kernel_is_ready

    started = time.perf_counter()
    was_ready = kernel_is_ready()
    compile_kernel()
    seconds = time.perf_counter() - started
    print(f"The batch is {'ready' if was_ready else 'compiled'} ({seconds:.0f} s).")
