"""A sweep in a file: the function with its arguments, the axes, the sampling.

    [sweep]                                 question, function, sampling, samples, seed
    [function]                              arguments of the function
    [axes.c_rate]                           low, high, unit, distribution, mode, decades
    [axes."nvp.diffusivity"]                empty: the plausible range of the material's file
    [axes.physics]                          values = ["solid-solution", "stress-drift"]
    [axes."he_v.particle_radius"]           ratio = ["nvp.particle_radius", 1.5]
    [axes.radius]                           same_draw = ["nvp.particle_radius", ...]

Nothing in the file is executed: ``function`` is one of the names it is loaded with.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from pydantic import Field

from particle_sim.errors import InputError, closest, gathering, located, refuse
from particle_sim.materials.document import read_toml, validated
from particle_sim.materials.property import Distribution
from particle_sim.materials.schema import Block, DistributionName
from particle_sim.materials.system import short_name
from particle_sim.sweeps.axes import AnyAxis, Axis, DependentAxis, Ratio, same_draw
from particle_sim.sweeps.evaluate import Function
from particle_sim.sweeps.plan import arranged
from particle_sim.sweeps.sampling import Sampling

Builder = Callable[[dict[str, Any], str], Function]
"""From the [function] block and the file's name to a function."""


class _Sweep(Block):
    question: str
    function: str
    sampling: Literal["grid", "random", "latin-hypercube", "sobol"] = "latin-hypercube"
    samples: int
    seed: int = 0


class _AxisEntry(Block):
    low: float | None = None
    high: float | None = None
    unit: str = "1"
    distribution: DistributionName = "uniform"
    mode: float | None = None
    decades: float | None = None
    values: list[float] | list[str] | None = None
    ratio: tuple[str, float] | None = None
    same_draw: list[str] | None = None


class _SweepFile(Block):
    sweep: _Sweep
    function: dict[str, Any] = Field(default={})
    axes: dict[str, _AxisEntry]


@dataclass(frozen=True, kw_only=True)
class SweepScenario:
    """What :func:`sweep` needs, and the question it answers."""

    path: Path
    question: str
    function: Function
    axes: tuple[AnyAxis, ...]
    sampling: Sampling
    samples: int
    seed: int


def load_sweep(path: Path, functions: Mapping[str, Builder]) -> SweepScenario:
    """A sweep file with one of ``functions``; every problem of its axes is reported at once."""
    file = validated(_SweepFile, read_toml(path), path.name)
    if file.sweep.function not in functions:
        raise InputError(
            f'{path.name}: sweep.function is "{file.sweep.function}"; '
            f"{closest(file.sweep.function, functions)}"
        )
    function = functions[file.sweep.function](file.function, path.name)
    axes: list[AnyAxis] = []
    problems: list[str] = []
    for name, entry in _with_members(file.axes).items():
        with gathering(problems), located(f"{path.name}: axes.{name}"):
            axes.append(_axis(name, entry, file))
    refuse(problems)
    with located(path.name):
        arranged(axes, getattr(function, "axis_units", None) or {})
    return SweepScenario(
        path=path,
        question=file.sweep.question,
        function=function,
        axes=tuple(axes),
        sampling=Sampling(file.sweep.sampling),
        samples=file.sweep.samples,
        seed=file.sweep.seed,
    )


def _with_members(entries: Mapping[str, _AxisEntry]) -> dict[str, _AxisEntry]:
    """Axes that a shared draw names and nothing else describes have their plausible range."""
    named = [name for entry in entries.values() for name in entry.same_draw or []]
    return {**entries, **{name: _AxisEntry() for name in named if name not in entries}}


def _axis(name: str, entry: _AxisEntry, file: _SweepFile) -> AnyAxis:
    kinds = {
        "low and high": entry.low is not None or entry.high is not None,
        "values": entry.values is not None,
        "ratio": entry.ratio is not None,
        "same_draw": entry.same_draw is not None,
    }
    given = [kind for kind, present in kinds.items() if present]
    if len(given) > 1:
        raise InputError(f"it has {' and '.join(given)}; give one of them.")
    if entry.values is not None:
        return Axis.values(name, entry.values, entry.unit)
    if entry.same_draw is not None:
        return same_draw(name, of=entry.same_draw)
    if entry.ratio is not None:
        source, factor = entry.ratio
        return DependentAxis(
            name=name, of=(source,), function=Ratio(factor=factor), unit=entry.unit
        )
    if entry.low is None and entry.high is None:
        return _plausible(name, file)
    if entry.low is None or entry.high is None:
        raise InputError("it has one end of a range; give low and high.")
    return Axis(
        name,
        entry.low,
        entry.high,
        entry.unit,
        Distribution(entry.distribution),
        entry.mode,
        entry.decades,
    )


def _plausible(name: str, file: _SweepFile) -> Axis:
    """The range in a material's own file: of the material in the name, or the only one."""
    material, _, key = name.rpartition(".")
    listed = file.function.get("material", [])
    given = [listed] if isinstance(listed, str) else list(listed)
    known = {short_name(each): each for each in given}
    if not material and len(known) == 1:
        (material,) = known
    if material not in known:
        right = " or ".join(f"{each}.{key}" for each in known or ("nvp",))
        raise InputError(
            f'it has no range, and "{name}" names no material of the sweep; give low, high and '
            f"unit, or call it {right}."
        )
    return Axis.from_material(known[material], key, name=name)
