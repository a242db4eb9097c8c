"""Cracks by damage: Newton steps against plain alternation on one mesh.

    python benchmarks/fracture.py                    all
    python benchmarks/fracture.py --record fracture  kept for docs/benchmarks.md

A boundary that moves a K field along a plate, half of l a step, on one mesh by both
methods; what is reached is compared. The plain one makes a factor of the stiffness for each
alternation, as scripts of alternate minimisation do.
CPU seconds of this process.
"""

from __future__ import annotations

import time
from collections.abc import Callable

import numpy as np
from records import printed

import particle_sim as ps
from particle_sim.damage.field import (
    BrittleSolid,
    CrackBody,
    CrackLoad,
    CrackRun,
    LengthScale,
    Method,
    Split,
    crack,
    notch,
)
from particle_sim.units import Array

LENGTH = 25e-9
SOLID = BrittleSolid(
    youngs_modulus=80e9,
    poisson_ratio=0.28,
    toughness=17.0,
    length_scale=LENGTH,
    split=Split.NONE,
)


def timed(action: Callable[[], CrackRun]) -> tuple[CrackRun, float]:
    began = time.process_time()
    run = action()
    return run, time.process_time() - began


def k_field(drive: float) -> Callable[[Array, float], Array]:
    """The displacement of a crack along y = 0 whose tip is at x = t; ``drive`` is J / G_c."""
    nu = SOLID.poisson_ratio
    size = np.sqrt(SOLID.plane_modulus * SOLID.toughness * drive) / (2 * SOLID.shear_modulus)

    def moved(p: Array, t: float) -> Array:
        x, y = p[:, 0] - t, p[:, 1] - 5 * LENGTH
        angle = np.arctan2(y, x)
        length = size * np.sqrt(np.hypot(x, y) / (2 * np.pi)) * (3 - 4 * nu - np.cos(angle))
        return length[:, None] * np.stack([np.cos(angle / 2), np.sin(angle / 2)], axis=1)

    return moved


def surfing() -> None:
    mesh = ps.shapes.rectangle((12 * LENGTH, 10 * LENGTH), cells=(48, 40))
    body = CrackBody(mesh=mesh, solid=SOLID)
    sides = CrackLoad(displacement=dict.fromkeys(("left", "right", "top", "bottom"), k_field(1.44)))
    flaw = notch(body, (0.0, 5 * LENGTH), (3 * LENGTH, 5 * LENGTH))
    times = np.arange(4.0, 8.1, 0.5) * LENGTH
    found = {}
    for method in Method:
        run, spent = timed(
            lambda way=method: crack(
                body, sides, times, meaning=LengthScale.NUMERICAL, flaw=flaw, method=way
            )
        )
        found[method] = run, spent
        print(
            f"surfing, {len(mesh.cells):,} cells, {body.moved.dimension:,} nodes, {len(times)} "
            f"steps, {method.name}: {spent:.1f} s, {run.alternations.sum()} alternations, crack "
            f"{run.crack_size[-1] / LENGTH:.3f} l"
        )
    (fast, quick), (slow, plain) = found[Method.NEWTON], found[Method.ALTERNATE]
    apart = np.abs(fast.crack_size / slow.crack_size - 1).max()
    print(f"ratio {plain / quick:.1f} (aim >= 3); lengths differ by at most {apart:.1e}")


if __name__ == "__main__":
    with printed(["numpy", "scipy"]):
        surfing()
