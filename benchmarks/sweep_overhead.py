"""What a sweep costs besides the samples: seconds per sample and overhead against sample count.

    python benchmarks/sweep_overhead.py            about ten minutes on two cores
    python benchmarks/sweep_overhead.py --quick    a few seconds, for continuous integration

Overhead is wall time of the sweep times workers, less the time inside the function, as measured
there; for processes the start of the interpreters is told apart. The last column is the wall time
of a million samples at the cost of the largest measured sweep.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from particle_sim.materials.property import Distribution
from particle_sim.studies.sweep_functions import ProtocolChoice, particle_metrics
from particle_sim.sweeps import work
from particle_sim.sweeps.axes import Axis
from particle_sim.sweeps.engines import Processes, Serial
from particle_sim.sweeps.evaluate import Answer
from particle_sim.sweeps.sweep import sweep

MILLION = 1_000_000
TASK_SECONDS = 0.005


@dataclass(frozen=True, kw_only=True)
class Case:
    """A function, where it runs, and the sizes to try."""

    title: str
    function: Callable[..., Any]
    axes: Sequence[Axis]
    sizes: Sequence[int]
    quick: Sequence[int]
    workers: int = 1
    stored: bool = False


def cheap(x: float, y: float) -> dict[str, float]:
    """A microsecond of work."""
    return {"sum": x + y, "product": x * y}


def five_milliseconds(x: float, y: float) -> dict[str, float]:
    """Five milliseconds of work."""
    end = time.perf_counter() + TASK_SECONDS
    while time.perf_counter() < end:
        pass
    return {"sum": x + y}


PLANE = (Axis("x", 0, 1), Axis("y", 0, 1))
PARTICLE = (
    Axis.from_material("he_v", "diffusivity"),
    Axis.from_material("he_v", "particle_radius"),
    Axis("c_rate", 0.2, 5, "1/h", Distribution.LOG_UNIFORM),
)
METRICS = ("peak_hoop_stress", "inhomogeneity")
RADIAL = particle_metrics(material="he_v", metrics=METRICS)
HALF_CELLS = particle_metrics(
    material="he_v", metrics=METRICS, protocol=ProtocolChoice.CELL_DISCHARGE
)
CASES = (
    Case(
        title="cheap, in memory",
        function=cheap,
        axes=PLANE,
        sizes=(100, 1000, 10_000, 100_000),
        quick=(100, 10_000),
    ),
    Case(
        title="cheap, stored",
        function=cheap,
        axes=PLANE,
        sizes=(100, 1000, 10_000, 100_000),
        quick=(100, 10_000),
        stored=True,
    ),
    Case(
        title="5 ms, stored",
        function=five_milliseconds,
        axes=PLANE,
        sizes=(100, 1000),
        quick=(100,),
        stored=True,
    ),
    Case(
        title="5 ms, stored, 2 processes",
        function=five_milliseconds,
        axes=PLANE,
        sizes=(100, 1000),
        quick=(),
        workers=2,
        stored=True,
    ),
    Case(
        title="radial particle, stored",
        function=RADIAL,
        axes=PARTICLE,
        sizes=(100, 1000),
        quick=(10,),
        stored=True,
    ),
    Case(
        title="half cells, batched, stored",
        function=HALF_CELLS,
        axes=PARTICLE,
        sizes=(100, 1000, 10_000, 100_000),
        quick=(),
        stored=True,
    ),
)


def measure(case: Case, samples: int) -> tuple[float, float, float]:
    """Wall time, time inside the function, and time until the first answer [s]."""
    inside: list[float] = []
    first: list[float] = []
    real = work.add
    began = time.perf_counter()

    def counted(store: Any, answer: Answer) -> None:
        if not first:
            first.append(time.perf_counter() - began - answer.seconds)
        inside.append(answer.seconds)
        real(store, answer)

    work.add = counted  # type: ignore[assignment]
    try:
        with tempfile.TemporaryDirectory() as scratch:
            sweep(
                case.function,
                case.axes,
                samples=samples,
                store=Path(scratch) / "sweep" if case.stored else None,
                engine=Serial() if case.workers == 1 else Processes(case.workers),
            )
    finally:
        work.add = real  # type: ignore[assignment]
    return time.perf_counter() - began, sum(inside), first[0]


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="small sizes")
    quick = parser.parse_args().quick
    sweep(cheap, PLANE, samples=10)  # what is imported on first use is no part of a sample
    if not quick:
        sweep(HALF_CELLS, PARTICLE, samples=10)  # numba loads its kernel, if it is warm
    print("| case | samples | us/sample | overhead us/sample | of compute | start s | 10^6, h |")
    print("|---|---|---|---|---|---|---|")
    for case in CASES:
        for samples in case.quick if quick else case.sizes:
            wall, inside, start = measure(case, samples)
            spawn = start if case.workers > 1 else 0.0
            over = max((wall - spawn) * case.workers - inside, 0.0)
            hours = (wall - spawn) / samples * MILLION / 3600
            print(
                f"| {case.title} | {samples} | {(wall - spawn) / samples * 1e6:.3g} "
                f"| {over / samples * 1e6:.3g} | {over / inside:.1%} | {start:.2g} "
                f"| {hours:.2g} |",
                flush=True,
            )


if __name__ == "__main__":
    main()
