"""Cracks by damage: Newton steps against plain alternation, and a crack through a particle.

    python benchmarks/fracture.py                    both
    python benchmarks/fracture.py surfing            one: surfing, particle
    python benchmarks/fracture.py --record fracture  kept for docs/benchmarks.md

``surfing``: a boundary that moves a K field along a plate, half of l a step, on one mesh by both
methods; what is reached is compared. The plain one makes a factor of the stiffness for each
alternation, as scripts of alternate minimisation do.
``particle``: the section of a wire of 8 l, cells of at most l/4, whose outside shrinks more and
more: a flaw of 1.5 l at the surface grows towards the middle.
CPU seconds of this process.
"""

from __future__ import annotations

import sys
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
    forecast,
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


def particle() -> None:
    radius = 8 * LENGTH
    mesh = ps.shapes.disc(radius, cell_size=LENGTH / 5, curved=False)
    body = CrackBody(mesh=mesh, solid=SOLID)
    load = CrackLoad(strain=lambda p, t: -t * (p**2).sum(axis=1) / radius**2)
    flaw = notch(body, (0.0, radius), (0.0, radius - 1.5 * LENGTH))
    times, material = np.arange(0.03, 0.1, 0.005), LengthScale.MATERIAL
    most = body.crack_size(flaw) + 8 * LENGTH
    print(f"particle, expected: {forecast(body, len(times))}")
    run, spent = timed(lambda: crack(body, load, times, meaning=material, flaw=flaw, until=most))
    grown = (run.crack_size[-1] - body.crack_size(flaw)) / LENGTH
    print(
        f"particle, {len(mesh.cells):,} cells, {body.moved.dimension:,} nodes, {len(run.time)} "
        f"steps: {spent:.0f} s (aim <= 300), {run.alternations.sum()} alternations, grown by "
        f"{grown:.1f} l, {len(run.pop_ins)} pop-ins"
    )


PARTS = {"surfing": surfing, "particle": particle}

if __name__ == "__main__":
    with printed(["numpy", "scipy"]):
        for name in sys.argv[1:] or PARTS:
            PARTS[name]()
