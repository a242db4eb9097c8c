"""What is damaged of a stored sweep is taken out, so that it is computed again, and told."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

from particle_sim.files import written_whole
from particle_sim.sweeps.damage import STATUS, damaged_chunks, ledger_file
from particle_sim.sweeps.layout import (
    DATA_FOLDER,
    LAYOUT_FILE,
    METADATA_FILE,
    Layout,
    mend_documents,
    mended_layout,
    read_layout,
    write_layout,
)
from particle_sim.sweeps.sealed import Damaged

REPAIR_FILE = "repairs.txt"


def mended(folder: Path, inputs: dict[str, Any], repairs: list[str], chunk: int) -> Layout:
    """The layout of a store with everything damaged taken out; ``repairs`` gets a line for each.

    ``inputs``: metadata of the arrays of a store without results.
    """
    layout = _layout(folder, inputs, repairs)
    repairs += [f"{DATA_FOLDER}/{name}: written again" for name in mend_documents(folder, layout)]
    damaged = damaged_chunks(folder, layout.results)
    repairs += [
        f"{damage}; samples {damage.chunk * chunk} to {(damage.chunk + 1) * chunk - 1} are "
        "computed again"
        for damage in damaged
    ]
    if repairs:
        _note(folder, repairs)
    _reset(folder, {damage.chunk for damage in damaged})
    return layout


def _layout(folder: Path, inputs: dict[str, Any], repairs: list[str]) -> Layout:
    """The stored layout, one found again in the Zarr group, or that of a store without data."""
    try:
        return read_layout(folder)
    except Damaged as damage:
        layout = mended_layout(folder)
        if (folder / DATA_FOLDER).exists():
            lost = "written again" if layout else "everything is computed again"
            repairs.append(f"{LAYOUT_FILE}: {damage}; {lost}")
    if layout is None:
        layout = Layout(documents=inputs)
        shutil.rmtree(folder / DATA_FOLDER, ignore_errors=True)
    write_layout(folder, layout)
    return layout


def _reset(folder: Path, numbers: set[int]) -> None:
    """Delete what is stored of chunks, their status first, so that they are computed again."""
    root = folder / DATA_FOLDER
    names = [path.parent.name for path in root.glob(f"*/{METADATA_FILE}")]
    for name in sorted(names, key=lambda name: name != STATUS):
        for number in numbers:
            (root / name / "c" / str(number)).unlink(missing_ok=True)
    for number in numbers:
        ledger_file(folder, number).unlink(missing_ok=True)


def _note(folder: Path, lines: list[str]) -> None:
    """Add lines to the ledger of what was damaged; earlier ones stay."""
    path = folder / REPAIR_FILE
    before = path.read_text(encoding="utf-8", errors="replace") if path.is_file() else ""
    with written_whole(path) as part:
        part.write_text("".join([before, *(f"{line}\n" for line in lines)]), encoding="utf-8")
