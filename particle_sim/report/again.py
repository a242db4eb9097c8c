"""Two folders of the same verb held against each other: every number, and the versions."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr

from particle_sim.errors import InputError
from particle_sim.files import read_json, read_text
from particle_sim.manifest import MANIFEST_FILE, MOST_BYTES, is_own, listed_in, names_below
from particle_sim.report.folder import stored_tree
from particle_sim.sweeps.layout import DATA_FOLDER
from particle_sim.sweeps.result import open_sweep

TIMED = ("seconds",)
"""Names of numbers that say how long it took."""
MOST_NAMED = 3

Variables = dict[str, xr.DataArray]


@dataclass(frozen=True, kw_only=True)
class Difference:
    """A variable whose numbers or words are not the same.

    ``relative`` is the largest difference over the largest magnitude that the variable had; 1 where
    a shape, a word or what is not a number differs.
    """

    variable: str
    """File and name in it"""
    place: str
    """Where the difference is largest"""
    before: str
    now: str
    relative: float


@dataclass(frozen=True, kw_only=True)
class Differences:
    """What two folders have in common, and what not."""

    compared: int
    """Variables and columns held against each other"""
    found: tuple[Difference, ...]
    lacking: tuple[str, ...]
    """What could not be compared, with the reason"""
    versions: Mapping[str, tuple[str, str]]
    """Those that differ, before and now, the platform among them"""

    @property
    def same(self) -> bool:
        """Whether everything is, to the last bit."""
        return self.compared > 0 and not self.found and not self.lacking

    @property
    def sentence(self) -> str:
        """Same to the last bit, or what differs, where most, and why it may."""
        if self.same:
            return f"Same to the last bit: all {self.compared} variables and columns."
        said = [f"{len(self.found)} of {self.compared} variables and columns differ"]
        for each in self.found[:1]:
            said.append(
                f"most in {each.variable} at {each.place} ({each.before} then, {each.now} now, "
                f"{each.relative:.1g} of its largest value)"
            )
        if self.lacking:
            more = len(self.lacking) - MOST_NAMED
            named = ", ".join(self.lacking[:MOST_NAMED]) + (f" and {more} more" if more > 0 else "")
            said.append(f"not compared: {named}")
        return "; ".join(said) + f"; {self._why()}."

    def _why(self) -> str:
        named = [f"{name} was {old} and is {new}" for name, (old, new) in self.versions.items()]
        if not self.found:
            return "everything else is the same" if self.compared else "there is nothing to compare"
        if "particle-sim" in self.versions:
            return f"another version may compute otherwise ({', '.join(named)})"
        if named:
            return f"another surrounding may round otherwise ({', '.join(named)})"
        return (
            "versions and platform are the same, so that another processor, number of threads or "
            "warm-up rounds otherwise, or the code was changed"
        )


def differences(before: Path, now: Path) -> Differences:
    """Every number of the data files and tables of ``before`` against those of ``now``.

    Files that were changed or taken away since they were written are not compared, and named.
    """
    lacking: list[str] = []
    old, new = dict(_variables(before, lacking)), dict(_variables(now, lacking))
    lacking += [f"{name} (only {before} has it)" for name in old if name not in new]
    lacking += [f"{name} (only {now} has it)" for name in new if name not in old]
    common = [name for name in old if name in new]
    found = [each for name in common for each in _difference(name, old[name], new[name])]
    return Differences(
        compared=len(common),
        found=tuple(sorted(found, key=lambda each: -each.relative)),
        lacking=tuple(lacking),
        versions=_versions(before, now),
    )


def _versions(before: Path, now: Path) -> dict[str, tuple[str, str]]:
    told = []
    for folder in (before, now):
        manifest = read_json(folder / MANIFEST_FILE, MOST_BYTES)
        told.append({**manifest.get("versions", {}), "platform": manifest.get("platform", "")})
    names = dict.fromkeys([*told[0], *told[1]])
    pairs = {name: tuple(str(each.get(name, "absent")) for each in told) for name in names}
    return {name: (old, new) for name, (old, new) in pairs.items() if old != new}


def _variables(folder: Path, lacking: list[str]) -> Iterator[tuple[str, xr.DataArray]]:
    """Everything that is compared in a folder, by file and name."""
    if (folder / DATA_FOLDER).is_dir():
        yield from _of_nodes(DATA_FOLDER, xr.DataTree(open_sweep(folder)))
        return
    listed = listed_in(folder)
    there = set(names_below(folder))  # what a manifest lists may lie outside
    for name in sorted(listed):
        read = READERS.get(Path(name).suffix)
        if read is None or name == MANIFEST_FILE:
            continue
        if name not in there:
            lacking.append(f"{name} (taken away from {folder})")
        elif not is_own(folder, name, listed):
            lacking.append(f"{name} (changed in {folder} since it was written)")
        else:
            yield from read(name, folder / name)


def _of_netcdf(file: str, path: Path) -> Iterator[tuple[str, xr.DataArray]]:
    yield from _of_nodes(file, stored_tree(path, "the verb"))


def _of_nodes(file: str, tree: xr.DataTree) -> Iterator[tuple[str, xr.DataArray]]:
    for node in tree.subtree:
        table = node.to_dataset()
        for name in table.variables:
            yield f"{file}: {node.path.rstrip('/')}/{name}", table[name]
        for name, value in node.attrs.items():
            if not isinstance(value, str) and name not in TIMED:
                yield f"{file}: {node.path.rstrip('/')}@{name}", xr.DataArray(np.asarray(value))


def _of_csv(file: str, path: Path) -> Iterator[tuple[str, xr.DataArray]]:
    """Every column of a table, by its name and, where that is none of its own, by its number."""
    rows = list(csv.reader(read_text(path, MOST_BYTES).splitlines()))
    names = [name.strip() for name in rows[0]] if rows else []
    for place in range(max(map(len, rows), default=0)):
        name = names[place] if place < len(names) else ""
        own = name if names.count(name) == 1 else f"{name} (column {place + 1})".strip()
        cells = [row[place] if place < len(row) else "" for row in rows[1:]]
        yield f"{file}: {own}", xr.DataArray(_numbers(cells), dims="row")


def _of_json(file: str, path: Path) -> Iterator[tuple[str, xr.DataArray]]:
    for name, value in _leaves(read_json(path, MOST_BYTES), ""):
        if name.rpartition(".")[2] not in TIMED:
            yield f"{file}: {name}", xr.DataArray(np.asarray(value))


READERS = {".nc": _of_netcdf, ".csv": _of_csv, ".json": _of_json}


def _leaves(data: Any, name: str) -> Iterator[tuple[str, Any]]:
    if isinstance(data, dict):
        items = [(str(key), value) for key, value in data.items()]
    elif isinstance(data, list):
        items = [(str(place), value) for place, value in enumerate(data)]
    else:
        yield name, float("nan") if data is None else data
        return
    for key, value in items:
        yield from _leaves(value, f"{name}.{key}".lstrip("."))


def _numbers(cells: list[str]) -> Any:
    try:
        return np.array([float(cell) if cell.strip() else np.nan for cell in cells])
    except ValueError:
        return np.array(cells)


def _difference(name: str, old: xr.DataArray, new: xr.DataArray) -> Iterator[Difference]:
    """Nothing for the same bits, the sign of a zero and not-a-number (or no word) included."""
    if old.shape != new.shape:
        yield Difference(
            variable=name, place="its shape", before=str(old.shape), now=str(new.shape), relative=1
        )
        return
    numeric = all(each.dtype.kind in "biufc" for each in (old, new))
    first, second = np.asarray(old.values), np.asarray(new.values)
    unlike = ~((first == second) | ((first != first) & (second != second)))
    if all(each.dtype.kind == "f" for each in (old, new)):
        unlike |= (first == 0) & (second == 0) & (np.signbit(first) != np.signbit(second))
    if not np.any(unlike):
        return
    sizes = np.where(unlike, 1.0, 0.0)
    if numeric:
        sizes = _relative(first, second, unlike)
    at = np.unravel_index(int(np.argmax(sizes)), sizes.shape)
    yield Difference(
        variable=name,
        place=_place(old, at),
        before=_shown(first[at]),
        now=_shown(second[at]),
        relative=float(sizes[at]),
    )


def _relative(first: Any, second: Any, unlike: Any) -> Any:
    """Differences over the largest magnitude of the first; 1 where one of the two is no number."""
    wide = complex if "c" in (first.dtype.kind, second.dtype.kind) else float
    first, second = first.astype(wide), second.astype(wide)
    largest = np.nanmax(np.abs(first), initial=0.0, where=np.isfinite(first))
    with np.errstate(invalid="ignore"):
        sizes = np.abs(second - first) / (largest or 1.0)
    return np.where(unlike, np.where(np.isfinite(sizes), sizes, 1.0), 0.0)


def _place(data: xr.DataArray, at: tuple[Any, ...]) -> str:
    """``time=10.0, radius=3``: coordinates where there are any, and else counted from 0."""
    named = [
        f"{name}={_shown(data[name].values[i]) if name in data.coords else int(i)}"
        for name, i in zip(data.dims, at, strict=True)
    ]
    return ", ".join(named) or "its only place"


def _shown(value: Any) -> str:
    return f"{value:.12g}" if isinstance(value, float | np.floating) else str(value)


def refuse_place(before: Path, out: Path) -> None:
    """Refuse to write over anything, the earlier result above all."""
    if out.is_dir() and any(out.iterdir()):
        raise InputError(
            f"--out is {out}, which holds files; give a new folder, for nothing is written over."
        )
    if out.resolve().is_relative_to(before.resolve()):
        raise InputError(f"--out is {out}, inside the result itself; give a folder beside it.")


def as_data(found: Differences) -> dict[str, Any]:
    """For JSON."""
    return {
        "same": found.same,
        "sentence": found.sentence,
        "compared": found.compared,
        "differences": [vars(each) for each in found.found],
        "not compared": list(found.lacking),
        "versions": {name: list(pair) for name, pair in found.versions.items()},
    }
