"""Write ``docs/guides/pybamm_options.md``: which of PyBaMM's options run on our sets, by running.

``python docs/_tools/pybamm_options.py`` runs every option on two sets and writes the page (half a
minute); with ``--all`` it also runs what the sets are made for, all at once, on every one of them
and writes what it found into the page. Without it that part of the page stays as it is.
"""

from __future__ import annotations

import sys
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from particle_sim.cell.particle_damage import NEVER_DIFFUSED
from particle_sim.cell.pybamm_module import import_pybamm
from particle_sim.cell.pybamm_options import Options, lacking, model_with
from particle_sim.cell.pybamm_sets import FULL_CELL_ENDING, parameter_set, set_names
from particle_sim.errors import InputError

PAGE = Path(__file__).resolve().parents[1] / "guides" / "pybamm_options.md"
HALF, FULL = "nvp", "nvp_hard_carbon"
EVERY = "## Every set"
SHOWN = 3
"""Missing entries that a cell of the table names."""


@dataclass(frozen=True, kw_only=True)
class Row:
    """One choice of options: for a half cell, and for a full one where it is another."""

    half: Options
    full: Options | None = None
    model: str = "SPM"
    is_spectrum: bool = False
    for_all: bool = False
    """Whether the sets are made for it, so that every one of them is tried."""

    @property
    def title(self) -> str:
        """Its first option as Python would be given it."""
        name, value = next(iter(self.half.items()))
        more = [f"`{n}: {v}`" for n, v in list(self.half.items())[1:] if n not in NEVER_DIFFUSED]
        what = f"`{name}: {value}`" if name else f"`{value}`"
        kind = f" in {self.model}" if self.model != "SPM" else ""
        return ", ".join([what, *more]) + kind + (", impedance" if self.is_spectrum else "")


def _positive(option: str, value: str, **more: str) -> Row:
    """An option on particles, in a full cell on the positive side alone."""
    half = {option: value, **more, **NEVER_DIFFUSED}
    return Row(half=half, full={**half, option: ("none", value)}, for_all=True)


ROWS = (
    _positive("particle mechanics", "swelling only"),
    _positive("particle mechanics", "swelling and cracking"),
    _positive("loss of active material", "stress-driven"),
    Row(half={"loss of active material": "current-driven"}),
    Row(half={"loss of active material": "asymmetric stress-driven", **NEVER_DIFFUSED}),
    Row(half={"thermal": "lumped"}, for_all=True),
    Row(half={"thermal": "lumped", "use lumped thermal capacity": "true"}),
    Row(half={"thermal": "lumped", "surface temperature": "lumped"}),
    Row(half={"thermal": "lumped", "contact resistance": "true"}),
    Row(half={"thermal": "x-lumped", "cell geometry": "pouch"}),
    Row(half={"thermal": "x-full"}, model="DFN"),
    Row(half={"heat of mixing": "true", "thermal": "lumped"}),
    Row(half={"calculate heat source for isothermal models": "true"}),
    Row(half={"surface form": "differential"}, for_all=True),
    Row(half={"surface form": "differential"}, is_spectrum=True),
    Row(half={"surface form": "algebraic"}),
    Row(half={"intercalation kinetics": "linear"}),
    Row(half={"intercalation kinetics": "asymmetric Butler-Volmer"}),
    Row(half={"intercalation kinetics": "Marcus"}),
    Row(half={"SEI": "solvent-diffusion limited"}, for_all=True),
    Row(half={"SEI": "solvent-diffusion limited", "SEI porosity change": "true"}),
    Row(half={"SEI": "reaction limited"}),
    Row(half={"lithium plating": "reversible"}),
    Row(half={"particle size": "distribution"}, model="MPM"),
    Row(half={"particle": "quartic profile"}),
    Row(half={"open-circuit potential": "one-state hysteresis"}),
    Row(half={"transport efficiency": "tortuosity factor"}, model="DFN"),
    Row(half={"calculate discharge energy": "true"}),
)

HEAD = f"""# PyBaMM's options on our sets

*Which of PyBaMM's options run on our half cells and full cells, and what do the others lack?*

Every line was found by running it: a minute of the discharge that the set holds, by
`python docs/_tools/pybamm_options.py`; a test repeats a part of it. Half cell: `{HALF}`, full cell:
`{FULL}`. In a full cell an option on particles is given for the positive side,
`("none", "swelling only")`: of hard carbon no modulus, volume change or flaw is known to us.
`NEVER_DIFFUSED` goes with every option on mechanics and loss. What an option assumes is in
[Use a material in PyBaMM](pybamm.md).

| options | half cell | full cell |
|---|---|---|
"""

TAIL = """
What is missing is missing because nobody measured it of these materials; give values of your own to
`pybamm.ParameterValues`, or ask beforehand:

```python
from particle_sim.cell.pybamm_options import check_options

check_options("nvp", {"thermal": "lumped", "surface form": "differential"})
```

Heat of mixing needs the slope of the potential, and PyBaMM takes none of a table of straight lines.
A distribution of particle sizes is not in the sets, as a material file holds one radius; with a
distribution of yours, {py:func}`~particle_sim.half_cell` takes `sizes` and `CellModel.MPM`.

"""


WHY = """\
Where the solver gives up it is at the crack law: with a whole exponent, a `Paris' law constant m`
of 2 or 3 in place of Ai2020's 2.2, the two that were tried, `nfm_li2024` and `kfemn_pba`, run."""


def outcome(name: str, row: Row) -> str:
    """``runs``, or why it does not; PyBaMM's advice on its own options is left out."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return _outcome(name, row)


def _outcome(name: str, row: Row) -> str:
    own = row.full if row.full and name.endswith(FULL_CELL_ENDING) else row.half
    try:
        missing = lacking(name, own, model=row.model)
    except InputError as error:
        return _shortened(str(error))
    if missing:
        more = f" and {len(missing) - SHOWN} more" if len(missing) > SHOWN else ""
        return "lacks " + ", ".join(f"`{entry}`" for entry in missing[:SHOWN]) + more
    return _run(name, own, row)


def _run(name: str, options: Options, row: Row) -> str:
    pybamm = import_pybamm()
    model = model_with(name, options, model=row.model)
    values = pybamm.ParameterValues(parameter_set(name)())
    if row.is_spectrum:
        found = pybamm.EISSimulation(model, parameter_values=values).solve(np.array([1.0, 1e4]))
        return "runs" if np.all(np.isfinite(found.impedance)) else "gives no number"
    try:
        solution = pybamm.Simulation(model, parameter_values=values).solve([0, 60])
    except pybamm.SolverError as error:
        at_once = "initial conditions" in str(error)
        return "starts beyond a cut-off" if at_once else "PyBaMM's solver gives up"
    return "runs" if solution.termination == "final time" else f"ends: {solution.termination}"


def _shortened(text: str) -> str:
    """PyBaMM's own reason out of our sentence."""
    return "PyBaMM: " + text.partition(": ")[2].partition("; leave")[0].partition(". ")[0]


def told(row: Row, half: str, full: str) -> tuple[str, list[str]]:
    """The line of the table, and those below it on what does not run."""
    cells = {"half cell": half, "full cell": full}
    line = f"| {row.title} | {' | '.join(map(_in_a_word, cells.values()))} |"
    if half == full != "runs":
        return line, [f"* {row.title}: {half}"]
    left = [f"* {row.title}, {kind}: {why}" for kind, why in cells.items() if why != "runs"]
    return line, left


def _in_a_word(found: str) -> str:
    if found.startswith("PyBaMM: "):
        return "PyBaMM refuses"
    return "lacks entries" if found.startswith("lacks") else found


def table() -> str:
    """The table and what follows it."""
    found = [told(row, outcome(HALF, row), outcome(FULL, row)) for row in ROWS]
    return shown_as(found)


def shown_as(found: Sequence[tuple[str, list[str]]]) -> str:
    """Lines of the table first, then the reasons."""
    lines, left = [line for line, _ in found], [why for _, own in found for why in own]
    return "\n".join([*lines, "", "## What the others lack", "", *left]) + "\n"


def every_set() -> str:
    """Which sets run everything they are made for, at once in one model, and which do not."""
    together: dict[str, str | tuple[str, str]] = {}
    for row in (row for row in ROWS if row.for_all):
        together |= row.half
    film = together.pop("SEI")
    sided = {n: ("none", together[n]) for n in ("particle mechanics", "loss of active material")}
    row = Row(half=together, full={**together, **sided, "SEI": film})
    found = {name: outcome(name, row) for name in set_names()}
    lines = [f"{EVERY}\n", "All of these in one model, on each set:\n"]
    lines += [f"* `{name}: {value}`" for name, value in together.items()]
    lines += [f"* in full cells `SEI: {film}`\n"]
    for kind, is_full in (("half cells", False), ("full cells", True)):
        names = [n for n in found if n.endswith(FULL_CELL_ENDING) is is_full]
        ran = [name for name in names if found[name] == "runs"]
        left = [f"`{name}` ({found[name]})" for name in names if name not in ran]
        lines.append(f"{len(ran)} of {len(names)} {kind} run; not {', '.join(left) or 'none'}.\n")
    return "\n".join([*lines, WHY]) + "\n"


def kept() -> str:
    """What the page says of every set now."""
    _, mark, rest = PAGE.read_text("utf-8").partition(EVERY)
    return mark + rest


if __name__ == "__main__":
    head = HEAD + table() + TAIL
    PAGE.write_text(head + (every_set() if "--all" in sys.argv else kept()), encoding="utf-8")
