"""The door for mesh files made elsewhere: whatever is in one, arrays or one sentence come out."""

from __future__ import annotations

import importlib.util
import io
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from particle_sim.errors import InputError
from particle_sim.files import check_regular

MOST_BYTES = 1_000_000_000
"""Bytes of a mesh file; five million second-order tetrahedra in text take about that."""

MEMORY = (1_000_000_000, 100)
"""Memory that reading may take: for the interpreter, and for each byte of the file."""

SECONDS = (20.0, 2e-6)
"""Time that reading may take [s]: for any file, and for each byte."""


def read_mesh_file(path: Path) -> Mapping[str, Any]:
    """The arrays of a mesh file, named as ``mesh_reader`` says.

    meshio reads in a process of its own, with bounded memory and time. Raises
    :class:`InputError` for a file that is none, too large, damaged or of no known format.
    """
    if sys.modules.get("meshio", ...) is None or importlib.util.find_spec("meshio") is None:
        raise InputError(
            f'{path} cannot be read without meshio; run pip install "particle-sim[mesh]".'
        )
    check_regular(path, MOST_BYTES)
    found = _answer(path)
    if "problem" in found:
        raise unreadable(path, str(found["problem"]))
    return found


def unreadable(path: str | Path, problem: str) -> InputError:
    """The sentence for a file that is no mesh we can use."""
    return InputError(
        f"{Path(path).name}: cannot be read as a mesh ({problem}); save it as .msh, .vtk or .vtu."
    )


def _answer(path: Path) -> Mapping[str, Any]:
    size = path.stat().st_size
    seconds = SECONDS[0] + SECONDS[1] * size
    reader = Path(__file__).with_name("mesh_reader.py")
    memory = MEMORY[0] + MEMORY[1] * size
    try:
        done = subprocess.run(
            [sys.executable, "-P", str(reader), str(path.absolute()), str(memory)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={**os.environ, "OPENBLAS_NUM_THREADS": "1"},
            timeout=seconds,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return {"problem": f"reading it took longer than {seconds:.0f} s"}
    if done.returncode != 0:
        return {"problem": f"the reader of its format crashed, code {done.returncode}"}
    with np.load(io.BytesIO(done.stdout)) as arrays:
        return dict(arrays)
