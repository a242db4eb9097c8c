"""``particle-sim warm-up``: compile what numba compiles, before somebody waits for it."""

from __future__ import annotations

import time
from importlib.util import find_spec

from particle_sim.cli.verb import Aim, verb
from particle_sim.errors import InputError


@verb(Aim.USE, 9, "compile the fast kernels once, with numba", "warm-up")
def warm_up() -> None:
    """Compile the kernels of half cells by the thousand and of 3-D bodies; numba keeps them."""
    if find_spec("numba") is None:
        raise InputError(
            "numba is not installed, and nothing needs it; "
            'for faster batches and bodies "pip install particle-sim[fast]".'
        )
    from particle_sim.batch import warm as batch
    from particle_sim.fem import warm as bodies

    for what, is_ready, make in (
        ("The batch is", batch.kernel_is_ready, batch.compile_kernel),
        ("The stresses of bodies are", bodies.bodies_are_ready, bodies.compile_bodies),
    ):
        started = time.perf_counter()
        was_ready = is_ready()
        make()
        seconds = time.perf_counter() - started
        print(f"{what} {'ready' if was_ready else 'compiled'} ({seconds:.0f} s).")
