"""A sweep as a labelled data set, from memory or from its folder."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr
import zarr
from numpy.typing import NDArray

from particle_sim.errors import InputError
from particle_sim.files import read_json
from particle_sim.sweeps.damage import DONE, FAILED, STATUS, check_store, ledger_file
from particle_sim.sweeps.layout import DATA_FOLDER
from particle_sim.sweeps.manifest import has_checksums, read_manifest
from particle_sim.sweeps.sealed import Damaged, read_sealed
from particle_sim.sweeps.store import Failure, SweepStore, failures

MOST_SHOWN = 1000
"""Failures a data set carries; the folder has them all."""


def dataset(store: SweepStore, content: Mapping[str, Any]) -> xr.Dataset:
    """Everything in an open store; see :func:`open_sweep`."""
    ledger = [asdict(failure) for failure in failures(store)]
    data = _labelled(store.group, content, ledger)
    if store.repairs:
        data.attrs["repairs"] = json.dumps(store.repairs)
    return data


def open_sweep(folder: Path) -> xr.Dataset:
    """The sweep stored in ``folder``, finished or not.

    Results over ``sample``, or over the axes of a grid. Inputs are coordinates in SI with
    ``units``; what is not computed, or failed, is nan, and ``status`` says which (0 open, 1 done, 2
    failed). ``attrs`` hold the manifest's content and the first failures as JSON. Raises
    :class:`InputError` when the folder holds no sweep, or a damaged one; warns when it was written
    without checksums.

    >>> from tempfile import TemporaryDirectory
    >>> from particle_sim.sweeps.axes import Axis
    >>> from particle_sim.sweeps.sweep import sweep
    >>> from particle_sim.units import metre
    >>> def doubled(radius: float) -> metre:
    ...     return 2 * radius
    >>> with TemporaryDirectory() as place:
    ...     _ = sweep(doubled, [Axis("radius", 0, 1, "m")], samples=4, store=Path(place) / "mine")
    ...     open_sweep(Path(place) / "mine")["status"].values
    array([1, 1, 1, 1], dtype=uint8)
    """
    manifest = read_manifest(folder)
    if not (folder / DATA_FOLDER / STATUS).is_dir():
        raise InputError(f"{folder} has no samples yet; run the sweep again.")
    if has_checksums(folder):
        check_store(folder)
    group = zarr.open_group(str(folder / DATA_FOLDER), mode="r")
    return _labelled(group, manifest["content"], [asdict(f) for f in read_failures(folder)])


def read_failures(folder: Path) -> list[Failure]:
    """The failure ledger of a stored sweep, in order of sample."""
    array: Any = zarr.open_group(str(folder / DATA_FOLDER), mode="r")[STATUS]
    failed = np.flatnonzero(np.asarray(array[:]) == FAILED)
    entries = [
        Failure(**entry)
        for chunk in np.unique(failed // array.chunks[0]).tolist()
        for entry in _entries(ledger_file(folder, chunk))
    ]
    known = set(failed.tolist())
    return [entry for entry in entries if entry.sample in known]


def _entries(path: Path) -> list[dict[str, Any]]:
    try:
        entries: list[dict[str, Any]] = read_sealed(path)["failures"]
    except Damaged as damage:
        entries = read_json(path)
        if not isinstance(entries, list):  # as it is in stores without checksums
            raise InputError(f"{path} is damaged ({damage}); run the same sweep again.") from None
    return entries


def failures_of(data: xr.Dataset) -> list[Failure]:
    """The failures that a data set carries (at most ``MOST_SHOWN``)."""
    return [Failure(**entry) for entry in json.loads(data.attrs["failures"])]


def _labelled(group: Any, content: Mapping[str, Any], ledger: list[dict[str, Any]]) -> xr.Dataset:
    inputs = [str(m["name"]) for entry in content["axes"] for m in entry["members"]]
    inputs += [str(entry["name"]) for entry in content["dependent axes"]]
    found = {str(name): array for name, array in group.arrays()}
    arrays = {name: found[name] for name in [*inputs, *sorted(set(found) - set(inputs))]}
    status = np.asarray(arrays.pop(STATUS)[:])
    flat = xr.Dataset(
        {
            name: ("sample", array[:], _said(name, array))
            for name, array in arrays.items()
            if array.attrs["kind"] == "result"
        },
        coords={
            name: ("sample", _decoded(array), _said(name, array))
            for name, array in arrays.items()
            if array.attrs["kind"] == "input"
        },
        attrs={
            "content": json.dumps(content),
            "failures": json.dumps(ledger[:MOST_SHOWN]),
            "failed": len(ledger),
            "computed": int(np.count_nonzero(status == DONE)),
        },
    )
    meaning = "0 open, 1 done, 2 failed"
    flat[STATUS] = ("sample", status, {"units": "1", "long_name": meaning, "meaning": meaning})
    return flat if content["shape"] is None else _as_grid(flat, content)


def _said(name: str, array: Any) -> dict[str, str]:
    """``"nvp.peak_stress"`` is "peak stress of nvp"; a user's function names its own."""
    *whose, what = name.rsplit(".", 1)
    words = " of ".join([what.replace("_", " "), *whose])
    return {"units": str(array.attrs["units"]), "long_name": words}


def _decoded(array: Any) -> NDArray[Any]:
    values: NDArray[Any] = array[:]
    categories = array.attrs.get("categories")
    return values if categories is None else np.asarray(["", *categories])[values + 1]


def _as_grid(flat: xr.Dataset, content: Mapping[str, Any]) -> xr.Dataset:
    """Samples laid out over the dimensions; an input keeps only the dimensions it follows."""
    shape = tuple(content["shape"])
    names = [str(entry["dimension"]) for entry in content["axes"]]
    follows = {
        str(member["name"]): {name}
        for name, entry in zip(names, content["axes"], strict=True)
        for member in entry["members"]
    }
    for entry in content["dependent axes"]:
        follows[str(entry["name"])] = set().union(*(follows[name] for name in entry["of"]))

    def laid(variable: xr.Variable) -> xr.Variable:
        return xr.Variable(names, variable.values.reshape(shape), variable.attrs)

    coordinates = {}
    for name, coordinate in flat.coords.items():
        kept = laid(coordinate.variable)
        fixed = {other: 0 for other in names if other not in follows[str(name)]}
        coordinates[str(name)] = kept.isel(fixed)
    return xr.Dataset(
        {str(name): laid(variable.variable) for name, variable in flat.data_vars.items()},
        coords=coordinates,
        attrs=flat.attrs,
    )
