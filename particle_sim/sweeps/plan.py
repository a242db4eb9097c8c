"""The plan of a sweep: which dimensions it has, how many samples, and the inputs of each."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray

from particle_sim.errors import InputError, closest, refuse
from particle_sim.sweeps.axes import (
    AnyAxis,
    Axis,
    DependentAxis,
    DrawnAxis,
    ListedAxis,
    RowsAxis,
    SameDraw,
)
from particle_sim.sweeps.quantity import in_si
from particle_sim.sweeps.sampling import Sampling, grid_points, unit_points
from particle_sim.units import Array

MOST_SAMPLES = 1_000_000
"""Samples that start without being asked for twice."""
MOST_CONFIRMED = 1_000_000_000
MOST_LATIN = 10_000_000
"""A Latin hypercube is a permutation of all samples, so it must fit into memory."""
MOST_DIMENSIONS = 1000

Column = NDArray[np.float64] | NDArray[np.str_]
Maker = Callable[[int, int], Array]


@dataclass(frozen=True, kw_only=True)
class Dimension:
    """One independent number of a sample, and the axes that read it."""

    name: str
    members: tuple[DrawnAxis, ...]

    @property
    def levels(self) -> int | None:
        """Number of listed values; ``None`` for ranges."""
        return self.members[0].levels


@dataclass(frozen=True, kw_only=True)
class Plan:
    """Every sample of a sweep, made when asked for; all units SI.

    ``shape`` is that of a grid, by dimension; ``None`` where samples are drawn. ``points`` gives
    the unit points of samples start to stop.
    """

    dimensions: tuple[Dimension, ...]
    dependents: tuple[DependentAxis, ...]
    samples: int
    shape: tuple[int, ...] | None
    points: Maker

    @property
    def axes(self) -> tuple[DrawnAxis, ...]:
        """All drawn axes, dimension by dimension."""
        return tuple(axis for dimension in self.dimensions for axis in dimension.members)

    @property
    def units(self) -> dict[str, str]:
        """SI unit of every input."""
        return {axis.name: axis.unit for axis in (*self.axes, *self.dependents)}

    def columns(self, start: int, stop: int) -> dict[str, Column]:
        """Inputs (stop - start,) of samples ``start`` to ``stop`` by name."""
        points = self.points(start, stop)
        made: dict[str, Column] = {}
        for number, dimension in enumerate(self.dimensions):
            for axis in dimension.members:
                made[axis.name] = axis.at(points[:, number])
        for dependent in self.dependents:
            answer = dependent.function(*(made[name] for name in dependent.of))
            made[dependent.name] = np.broadcast_to(np.asarray(answer, float), stop - start).copy()
        return made


def make_plan(
    axes: Sequence[AnyAxis],
    *,
    sampling: Sampling,
    samples: int,
    seed: int,
    most: int = MOST_SAMPLES,
    known_units: Mapping[str, str] | None = None,
) -> Plan:
    """The plan of ``axes``; on a grid ``samples`` is the number of points along each range.

    Raises :class:`InputError` when axes contradict each other, a unit has the wrong dimension, or
    there are more than ``most`` samples.
    """
    if samples < 1:
        raise InputError(f"samples is {samples}; give at least 1.")
    if seed < 0:
        raise InputError(f"seed is {seed}; give 0 or more.")
    dimensions, dependents = arranged(axes, known_units or {})
    meant = ""
    if sampling is Sampling.GRID:
        shape = tuple(dimension.levels or samples for dimension in dimensions)
        ranges = tuple(dimension.levels is None for dimension in dimensions)
        meant = _grid_in_words(shape, samples)
        samples, maker = math.prod(shape), partial(grid_points, shape, ranges)
    else:
        shape = None
        names = tuple(dimension.name for dimension in dimensions)
        maker = partial(unit_points, sampling, names, samples, seed)
    check_count(samples, most, sampling, meant=meant)
    return Plan(
        dimensions=dimensions, dependents=dependents, samples=samples, shape=shape, points=maker
    )


def _grid_in_words(shape: tuple[int, ...], samples: int) -> str:
    """What ``samples`` comes to on a grid, for the refusal of one that is too large."""
    return f" (a grid takes samples = {samples} along each range: {' x '.join(map(str, shape))})"


def check_count(count: int, most: int, sampling: Sampling, *, meant: str = "") -> None:
    """Refuse a sweep that nobody can have meant, before any sample is made."""
    if count > MOST_CONFIRMED:
        raise InputError(
            f"The sweep has {count} samples{meant}; at most {MOST_CONFIRMED} can be run, so give "
            "fewer points or axes, or draw samples instead of a grid."
        )
    if count > most:
        raise InputError(
            f"The sweep has {count} samples{meant}; more than {most} need --yes on the command "
            f"line or most={count} in Python, or give fewer points, or draw samples in all with "
            "latin-hypercube or sobol instead of a grid."
        )
    if sampling is Sampling.LATIN_HYPERCUBE and count > MOST_LATIN:
        raise InputError(
            f"The sweep has {count} samples; a Latin hypercube can have {MOST_LATIN}, so choose "
            "sobol or random."
        )


def arranged(
    axes: Sequence[AnyAxis], known_units: Mapping[str, str]
) -> tuple[tuple[Dimension, ...], tuple[DependentAxis, ...]]:
    """Axes as independent dimensions and dependents, everything in SI; all problems at once."""
    drawn = [axis for axis in axes if isinstance(axis, Axis | ListedAxis | RowsAxis)]
    shared = [axis for axis in axes if isinstance(axis, SameDraw)]
    dependents = tuple(axis for axis in axes if isinstance(axis, DependentAxis))
    problems = _problems(drawn, shared, dependents)
    refuse(problems)
    by_name = {axis.name: in_si(axis, known_units) for axis in drawn}
    owner = {name: draw for draw in shared for name in draw.of}
    made: dict[str, Dimension] = {}
    for axis in drawn:
        draw = owner.get(axis.name)
        if draw is None:
            made[axis.name] = Dimension(name=axis.name, members=(by_name[axis.name],))
        elif draw.name not in made:
            members = tuple(by_name[name] for name in draw.of)
            made[draw.name] = Dimension(name=draw.name, members=members)
    return tuple(made.values()), dependents


def _problems(
    drawn: Sequence[DrawnAxis], shared: Sequence[SameDraw], dependents: Sequence[DependentAxis]
) -> list[str]:
    names = [axis.name for axis in (*drawn, *dependents)]
    problems = [
        f"The axis {name} is given {names.count(name)} times; give it once."
        for name in dict.fromkeys(names)
        if names.count(name) > 1
    ]
    if not drawn and not dependents:
        problems.append("The sweep has no axis; give at least one.")
    if len(drawn) > MOST_DIMENSIONS:
        problems.append(f"The sweep has {len(drawn)} axes; at most {MOST_DIMENSIONS} are allowed.")
    levels = {axis.name: axis.levels for axis in drawn}
    taken: dict[str, str] = {}
    for draw in shared:
        problems += _draw_problems(draw, levels, taken)
    earlier = set(levels)
    for dependent in dependents:
        problems += [
            f"The axis {dependent.name} follows {name}, which is no axis before it; "
            f"{closest(name, earlier)}"
            for name in dependent.of
            if name not in earlier
        ]
        earlier.add(dependent.name)
    return problems


def _draw_problems(
    draw: SameDraw, levels: Mapping[str, int | None], taken: dict[str, str]
) -> list[str]:
    problems = []
    if len(set(draw.of)) < 2:
        problems.append(f"same_draw {draw.name} names {len(set(draw.of))} axis; give at least two.")
    for name in draw.of:
        if name not in levels:
            problems.append(
                f"same_draw {draw.name} names {name}, which is no axis; {closest(name, levels)}"
            )
        elif taken.setdefault(name, draw.name) != draw.name:
            problems.append(
                f"The axis {name} is in same_draw {taken[name]} and {draw.name}; choose one."
            )
    if draw.name in levels and draw.name not in draw.of:
        problems.append(f"same_draw {draw.name} has the name of an axis; choose another name.")
    if len({levels[name] for name in draw.of if name in levels}) > 1:
        problems.append(
            f"same_draw {draw.name} joins axes of different kinds; give ranges, or lists of equal "
            "length."
        )
    return problems
