"""sweep: run one function over many combinations of its inputs."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import Executor
from pathlib import Path
from typing import Any

import xarray as xr

from particle_sim.progress import shows_progress
from particle_sim.sweeps.axes import AnyAxis
from particle_sim.sweeps.engines import Engine, Given, Serial
from particle_sim.sweeps.evaluate import Function, check_axes
from particle_sim.sweeps.identity import content_of
from particle_sim.sweeps.plan import MOST_SAMPLES, Plan, make_plan
from particle_sim.sweeps.result import dataset
from particle_sim.sweeps.sampling import NAMED, Sampling
from particle_sim.sweeps.store import open_store
from particle_sim.sweeps.work import Progress, compute


@shows_progress
def sweep(
    function: Function,
    axes: Sequence[AnyAxis],
    *,
    sampling: Sampling = Sampling.LATIN_HYPERCUBE,
    samples: int = 100,
    seed: int = 0,
    store: Path | str | None = None,
    engine: Engine | Executor | None = None,
    most: int = MOST_SAMPLES,
    progress: Progress | None = None,
) -> xr.Dataset:
    """Results of ``function`` over ``axes``, with units, over ``sample`` or a grid's axes.

    ``function`` takes the axes by name as SI floats (or the name of a choice) and returns a float,
    a mapping of floats or a data set of scalars; see :mod:`particle_sim.sweeps.evaluate`. A grid
    has ``samples`` points along each range, every other sampling ``samples`` in all.

    With ``store``, results go to that folder while the sweep runs: killed at any moment and called
    again, it computes what is missing and ends with the same bytes; called once more, it computes
    nothing. A folder of another function, axes, seed or version is refused.

    ``engine`` is :class:`Serial` (default), :class:`Processes`, :class:`Dask` or any executor. A
    sample that raises, or returns nan, stays nan and goes to the failure ledger. Raises
    :class:`InputError` for contradictory axes, a unit of the wrong dimension and more than
    ``most`` samples. ``progress`` is told how many are done, of how many, and how many failed,
    or is ``ps.progress_bar``.

    >>> from particle_sim.sweeps.axes import Axis
    >>> from particle_sim.units import metre
    >>> def doubled(radius: float) -> metre:
    ...     return 2 * radius
    >>> data = sweep(doubled, [Axis("radius", 0, 1, "m")], sampling=Sampling.GRID, samples=3)
    >>> data["doubled"].values.tolist()
    [0.0, 1.0, 2.0]
    """
    chosen = for_axes(function, axes)
    plan = make_plan(
        axes,
        sampling=sampling,
        samples=samples,
        seed=seed,
        most=most,
        known_units=getattr(chosen, "axis_units", None),
    )
    named = {"streams": "by name"} if sampling in NAMED else {}
    settings = {"sampling": sampling.value, "seed": seed, **named}
    return run_plan(chosen, plan, settings=settings, store=store, engine=engine, progress=progress)


def for_axes(function: Function, axes: Sequence[AnyAxis]) -> Function:
    """The function, or the faster one it offers for these inputs; checked against them."""
    names = [axis.name for axis in axes if hasattr(axis, "unit")]
    check_axes(function, names)
    offer = getattr(function, "for_axes", None)
    if offer is None:
        return function
    chosen: Function = offer(names)
    return chosen


def run_plan(
    function: Function,
    plan: Plan,
    *,
    settings: dict[str, Any],
    store: Path | str | None,
    engine: Engine | Executor | None,
    progress: Progress | None = None,
) -> xr.Dataset:
    """Compute a plan; shared by sweeps and sensitivities."""
    content = content_of(function, plan, settings)
    runner: Engine = Serial() if engine is None else _opened(engine)
    folder = None if store is None else Path(store)
    with open_store(folder, content, plan) as kept:
        compute(function, kept, runner, progress)
        return dataset(kept, content)


def _opened(engine: Engine | Executor) -> Engine:
    return Given(engine) if isinstance(engine, Executor) else engine
