"""Posteriors of shipped materials on disk, with hashes of all that they were learned from.

``posteriors.json`` lists every material with the hashes and, for each way to read its tests and
each model, how it was learned; ``posteriors/NAME.npz`` beside it holds the draws, (n, d + 1)
half-precision numbers a model (three digits; the last column is the log likelihood). Both are data:
nothing in them is executed.
"""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from particle_sim.cell.half_cell import HALF_CELLS
from particle_sim.errors import InputError
from particle_sim.files import write_file
from particle_sim.inference.experiments import ways
from particle_sim.inference.known_rates import MODELS, PARTICLES, SEED, Known, learned_now
from particle_sim.inference.learned import hyperpriors
from particle_sim.inference.rate_evidence import Readings
from particle_sim.inference.smc import Tempered
from particle_sim.inputs import input_text, is_input, read_input
from particle_sim.materials.load import MaterialRecord, load_record, material_names
from particle_sim.outputs import new_files
from particle_sim.resources import shipped_folder

SCHEMA = "1"
"""Of what is stored and how it is learned; another number makes every posterior stale."""
INDEX, DRAWS = "posteriors.json", "posteriors"
COMMAND = "particle-sim evidence --write"
_ARRAYS = ("draws", "log_likelihood")

Progress = Callable[[str, float], None]
Entry = Mapping[str, Any]


def evidence_folder() -> Path:
    """Where the index and the draws are."""
    return shipped_folder("parameters") / "evidence"


def index(folder: Path) -> dict[str, Entry]:
    """What is stored, by the name of the material."""
    path = folder / INDEX
    return dict(json.loads(input_text(path))["materials"]) if is_input(path) else {}


def hashes(record: MaterialRecord, readings: Sequence[Readings]) -> dict[str, str]:
    """SHA-256, shortened, by name of everything a posterior depends on.

    Files (of the material, its host and tables, and its half cell) count as text, line endings
    aside.
    """
    design = shipped_folder("parameters") / "cells" / f"{HALF_CELLS[record.material.carrier]}.toml"
    paths = [record.path, *record.system.tables, design]
    paths += [] if record.host_path is None else [record.host_path]
    read = [
        [[each.label, each.c_rate.tolist(), each.capacity.tolist()] for each in way]
        for way in readings
    ]
    return {
        "experiments": _hash(json.dumps(read)),
        "hyperpriors": _hash(json.dumps({model: dict(hyperpriors(model)) for model in MODELS})),
        "material": _hash("\n".join(line for path in paths for line in _lines(path))),
        "schema": f"{SCHEMA}, {PARTICLES} draws, seed {SEED}",
    }


def changed(entry: Entry, record: MaterialRecord, readings: Sequence[Readings]) -> list[str]:
    """Names of what a stored posterior was learned from and is not so any more."""
    now = hashes(record, readings)
    return [name for name, value in now.items() if entry["hashes"].get(name) != value]


def stored(folder: Path, name: str, entry: Entry, readings: Sequence[Readings]) -> list[Known]:
    """The draws of a material, about 1 ms.

    :class:`InputError` where the file is not the one that the index lists.
    """
    content = _listed_draws(folder, name, entry)
    if content is None:
        raise InputError(
            f"{DRAWS}/{name}.npz: the draws are not those that {INDEX} lists; run {COMMAND}."
        )
    with np.load(io.BytesIO(content), allow_pickle=False) as arrays:
        return [
            Known(
                series=series,
                found={
                    model: _tempered(arrays[_key(place, model)], told)
                    for model, told in way["models"].items()
                },
            )
            for place, (series, way) in enumerate(zip(readings, entry["ways"], strict=True))
        ]


def stale(folder: Path) -> dict[str, list[str]]:
    """What changed, by name of every shipped material whose stored posterior is not of today."""
    listed, names = index(folder), material_names()
    found: dict[str, list[str]] = {}
    for name in dict.fromkeys([*names, *listed]):
        record = load_record(name) if name in names else None
        readings, entry = [] if record is None else ways(record), listed.get(name)
        if record is None or not readings:
            parts = ["no test is in print"] if entry else []
        else:
            parts = changed(entry, record, readings) if entry else ["nothing is stored"]
            if entry and _listed_draws(folder, name, entry) is None:
                parts.append("draws")
        found |= {name: parts} if parts else {}
    return found


def store(names: Collection[str], folder: Path, progress: Progress | None = None) -> None:
    """Learn from the tests of these materials and store it; where there is none, take it away."""
    listed, known = index(folder), material_names()
    for place, name in enumerate(names):
        if progress is not None:
            progress(name, place / len(names))
        record = load_record(name) if name in known else None
        readings = [] if record is None else ways(record)
        if record is None or not readings:
            listed.pop(name, None)
            (folder / DRAWS / f"{name}.npz").unlink(missing_ok=True)
            continue
        learned = [learned_now(record, series, MODELS) for series in readings]
        listed[name] = {
            "hashes": hashes(record, readings),
            "draws": _write_draws(folder / DRAWS / f"{name}.npz", learned),
            "ways": [_told(way) for way in learned],
        }
    text = json.dumps({"command": COMMAND, "materials": dict(sorted(listed.items()))}, indent=1)
    with new_files(folder / INDEX, force=True) as work:
        write_file(work / INDEX, text + "\n")


def _listed_draws(folder: Path, name: str, entry: Entry) -> bytes | None:
    """The file of draws, if it is the one that the index lists."""
    path = folder / DRAWS / f"{name}.npz"
    content = read_input(path) if is_input(path) else b""
    return content if hashlib.sha256(content).hexdigest() == entry["draws"] else None


def _write_draws(path: Path, learned: Sequence[Known]) -> str:
    """The SHA-256 of the file."""
    arrays: dict[str, Any] = {
        _key(place, model): np.float16(np.column_stack([found.draws, found.log_likelihood]))
        for place, way in enumerate(learned)
        for model, found in way.found.items()
    }
    buffer = io.BytesIO()
    np.savez(buffer, **arrays)
    path.parent.mkdir(parents=True, exist_ok=True)
    with new_files(path, force=True) as work:
        write_file(work / path.name, buffer.getvalue())
    return hashlib.sha256(buffer.getvalue()).hexdigest()


def _key(place: int, model: str) -> str:
    return f"{place} {model}"


def _tempered(rows: np.ndarray[Any, Any], told: Entry) -> Tempered:
    draws = rows.astype(float)
    return Tempered(draws=draws[:, :-1], log_likelihood=draws[:, -1], **told)


def _told(way: Known) -> dict[str, Any]:
    """What was read, and how the draws of each model were reached."""
    return {
        "series": [f"{each.label} ({each.place})" for each in way.series],
        "models": {
            model: {
                name: float(f"{value:.4g}") if isinstance(value, float) else value
                for name, value in asdict(found).items()
                if name not in _ARRAYS
            }
            for model, found in way.found.items()
        },
    }


def _lines(path: Path) -> list[str]:
    return [path.name, *input_text(path).splitlines()]


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]
