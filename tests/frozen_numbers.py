"""What the product answers, held outside its code: a number that moves is seen, and told why.

    python tests/frozen_numbers.py --check      say which numbers are others than in the table
    python tests/frozen_numbers.py --write      write them down (two minutes of processor time)

The table is ``tests/validation/data/frozen_numbers.json``: short runs of the radial particle, the
answers of the shipped scenarios and sweeps, and the ledger of claims. Each entry names the
tolerance that it is held to; the tolerances stand at the head of the file, each with its reason.
These are no expected values: whether a number is right is asked in ``tests/verification`` and
``tests/validation``. Who moves one on purpose writes the table again and says why in CHANGELOG.md.
"""

from __future__ import annotations

import argparse
import json
import math
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from functools import cache, partial
from pathlib import Path
from typing import Any

import frozen_radial
import numpy as np
import xarray as xr

from particle_sim.claims.ledger import read_ledger
from particle_sim.constants import FARADAY, GAS_CONSTANT, REFERENCE_TEMPERATURE

TABLE = Path(__file__).parent / "validation" / "data" / "frozen_numbers.json"
DIGITS = 12
THERMAL_VOLTAGE = GAS_CONSTANT * REFERENCE_TEMPERATURE / FARADAY

Numbers = Mapping[str, float | str | None]
Groups = dict[str, dict[str, Callable[[], Numbers]]]


# --- the table ----------------------------------------------------------------------------------


@cache
def table() -> dict[str, Any]:
    """``tolerances`` by name, and ``groups`` of entries with ``tolerance`` and ``numbers``."""
    content: dict[str, Any] = json.loads(TABLE.read_text(encoding="utf-8"))
    return content


def moved(group: str, name: str, found: Numbers) -> list[str]:
    """A sentence for each number of an entry that is another than in the table."""
    entry = table()["groups"][group][name]
    relative = table()["tolerances"][entry["tolerance"]]["relative"]
    held: Numbers = entry["numbers"]
    told = [f"{key} is new" for key in found.keys() - held.keys()]
    told += [f"{key} is gone" for key in held.keys() - found.keys()]
    for key in held.keys() & found.keys():
        if not _alike(held[key], found[key], relative * _scale(key, held)):
            told.append(f"{key} was {held[key]} and is {found[key]}")
    return [f"{group}, {name}: {sentence}" for sentence in sorted(told)]


def assert_frozen(group: str, name: str, found: Numbers) -> None:
    """Nothing has moved; else what has, and what to do."""
    sentences = moved(group, name, found)
    advice = "if that is meant: tests/frozen_numbers.py --write, and a line in CHANGELOG.md"
    assert not sentences, "\n".join([*sentences, advice])


def _alike(held: float | str | None, found: float | str | None, slack: float) -> bool:
    if isinstance(held, str) or isinstance(found, str) or held is None or found is None:
        return held == found
    return abs(held - found) <= slack or (math.isnan(held) and math.isnan(found))


def _scale(key: str, numbers: Numbers) -> float:
    """What a tolerance is relative to: fillings to 1, a voltage to what its filling makes of that
    too, stresses of a run to its largest, balances to what the tests of a balance allow, every
    other number to itself.

    Where sites are all but full or empty, dU/dtheta = RT/(F theta (1 - theta)) makes 3e-8 V of the
    last bit of a filling, and another processor has another last bit.
    """
    if key == "sodium balance":
        return 1e-12 / 1e-9
    if key.endswith("site fraction"):
        return 1.0
    filling = numbers.get("surface site fraction")
    if key == "voltage" and isinstance(filling, float):
        steep = THERMAL_VOLTAGE / abs(filling * (1 - filling))
        return abs(float(numbers[key] or 0.0)) + steep
    largest = numbers.get("highest von Mises stress")
    own = largest if key.endswith("stress") and isinstance(largest, float) else numbers[key]
    return abs(float(own)) if isinstance(own, float | int) else 0.0


# --- what there is to answer --------------------------------------------------------------------


def scenario_numbers(results: xr.DataTree) -> Numbers:
    """Status and every number of each claim, and both capacities, of stored results."""
    verdict = results["verdict"].to_dataset()
    found: dict[str, float | str | None] = {}
    for index, kind in enumerate(verdict.kind.values):
        entry = verdict.isel(kind=index)
        found[f"{kind}: status"] = str(entry["status"].values)
        for name, (value, unit) in json.loads(str(entry["numbers"].values)).items():
            found[f"{kind}: {name} [{unit}]"] = float(value)
    for role in ("baseline", "candidate"):
        found[f"{role}: capacity [mAh/g]"] = float(results[f"{role}/cell"].capacity.values[-1])
    return found


def sweep_numbers(data: xr.Dataset) -> Numbers:
    """Mean and quantiles of every result of a sweep, and of its inputs."""
    found: dict[str, float | str | None] = {}
    for name, variable in data.variables.items():
        values = variable.values
        if name == "status" or values.dtype.kind != "f":
            continue
        found[f"{name}: mean"] = float(np.nanmean(values))
        for share in (0.05, 0.5, 0.95):
            found[f"{name}: quantile {share}"] = float(np.nanquantile(values, share))
    return found


def claim_numbers() -> dict[str, Numbers]:
    """Verdict, shares and central values of every claim, as stored in the ledger."""
    return {
        entry.claim.id: {
            "verdict": entry.answer.verdict.value,
            "because": entry.answer.because,
            "draws": entry.answer.draws,
            "share": entry.answer.share,
            "share alike": entry.answer.alike_share,
            **{f"{name} [{unit}]": value for name, (value, unit) in entry.answer.numbers.items()},
        }
        for entry in read_ledger()
    }


def groups() -> Groups:
    """Everything in the table, each entry a function that answers it."""
    from particle_sim.resources import shipped_folder

    files = sorted(shipped_folder("scenarios").glob("*.toml"))
    claims = claim_numbers()
    return {
        "radial": {name: partial(_radial, name) for name in frozen_radial.cases()},
        "claims": {name: partial(claims.__getitem__, name) for name in claims},
        "scenarios": {path.stem: partial(_run, path) for path in files},
    }


def _radial(name: str) -> Numbers:
    return frozen_radial.numbers(frozen_radial.cases()[name]())


def _run(path: Path) -> Numbers:
    """A scenario or a sweep, by the way that its verb takes."""
    from particle_sim.claims.compare import compare
    from particle_sim.materials.document import read_toml
    from particle_sim.report.tree import to_tree
    from particle_sim.studies.scenario import load_scenario
    from particle_sim.studies.sweep_catalogue import FUNCTIONS
    from particle_sim.sweeps.scenario import load_sweep
    from particle_sim.sweeps.sweep import sweep

    if "sweep" not in read_toml(path):
        return scenario_numbers(to_tree(compare(load_scenario(path).comparison)))
    asked = load_sweep(path, FUNCTIONS)
    with tempfile.TemporaryDirectory() as folder:
        return sweep_numbers(
            sweep(
                asked.function,
                asked.axes,
                sampling=asked.sampling,
                samples=asked.samples,
                seed=asked.seed,
                store=Path(folder, "sweep"),
            )
        )


# --- the command --------------------------------------------------------------------------------


def _check() -> int:
    """Print every number that moved; 1 where one did."""
    told = [sentence for group, name, found in _all() for sentence in _told(group, name, found)]
    asked = {(group, name) for group, entries in groups().items() for name in entries}
    held = {(group, name) for group, entries in table()["groups"].items() for name in entries}
    told += [f"{', '.join(gone)}: nothing answers it any more" for gone in sorted(held - asked)]
    print(*told, sep="\n")
    print(f"{len(told)} numbers moved")
    return 1 if told else 0


def _told(group: str, name: str, found: Numbers) -> list[str]:
    if name not in table()["groups"].get(group, {}):
        return [f"{group}, {name}: not in the table"]
    return moved(group, name, found)


def _write() -> int:
    """All numbers anew, each entry with the tolerance that it had."""
    before = table()
    new: dict[str, Any] = {}
    for group, name, found in _all():
        old = before["groups"].get(group, {}).get(name, {})
        tolerance = old.get("tolerance", before["defaults"][group])
        entry = {"tolerance": tolerance, "numbers": {k: _digits(v) for k, v in found.items()}}
        new.setdefault(group, {})[name] = entry
    content = {**before, "groups": new}
    TABLE.write_text(json.dumps(content, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    return 0


def _all() -> Iterator[tuple[str, str, Numbers]]:
    for group, entries in groups().items():
        for name, function in entries.items():
            yield group, name, function()


def _digits(value: float | str | None) -> float | str | None:
    return float(f"{value:.{DIGITS}g}") if isinstance(value, float) else value


def main() -> int:
    """The command in the head of this file."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    choice = parser.add_mutually_exclusive_group(required=True)
    choice.add_argument("--check", action="store_true")
    choice.add_argument("--write", action="store_true")
    return _write() if parser.parse_args().write else _check()


if __name__ == "__main__":
    sys.exit(main())
