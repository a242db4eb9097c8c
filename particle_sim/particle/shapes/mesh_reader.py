"""Reads one mesh file with meshio, in a process of its own: run by ``mesh_file``, never imported.

A parser of forty formats meets broken and hostile files here, where it can do no harm: it may
crash, print, wait or ask for any memory. The answer is a NumPy archive on the standard output:
``points`` (n, k), ``kinds`` (b,), blocks ``cells_0``, ..., ``groups_0``, ... and the names of
groups, or ``problem``, why there is none.
"""

from __future__ import annotations

import contextlib
import io
import os
import stat
import sys
import warnings
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import numpy as np

GROUPS = "gmsh:physical"
"""Name under which meshio keeps the groups that regions and boundaries are made of."""

NODES = {"line": 2, "line3": 3, "triangle": 3, "triangle6": 6, "tetra": 4, "tetra10": 10}
"""Nodes of the kinds of cells that are used."""

XML = (".vtu", ".xdmf", ".xmf", ".xml", ".svg")

Answer = dict[str, Any]


def answer(path: Path) -> Answer:
    """What the file holds, or ``problem``, whatever happens while it is read."""
    said = io.StringIO()
    try:
        with warnings.catch_warnings(), np.errstate(all="ignore"):
            warnings.simplefilter("ignore")
            with contextlib.redirect_stdout(said), contextlib.redirect_stderr(io.StringIO()):
                return parsed(path)
    except MemoryError:
        return {"problem": "it asks for more memory than a file of its size can need"}
    except SystemExit:  # how meshio ends when every reader of a format failed; it prints why
        return {"problem": _short(said.getvalue()) or "no reader understands it"}
    except Exception as problem:  # a foreign parser: what it raises is known to nobody
        return {"problem": _short(f"{type(problem).__name__}: {problem}").rstrip(": ")}


def _short(text: str) -> str:
    printable = "".join(c if c.isprintable() else " " for c in text)
    return " ".join(printable.split()).rstrip(".")[:160]


def parsed(path: Path) -> Answer:
    """Points, cells and groups as arrays without objects."""
    import meshio

    check_references(path)
    mesh = meshio.read(path)
    points = np.asarray(mesh.points, dtype=float)
    if points.ndim != 2:
        raise ValueError(f"its points have shape {points.shape}")
    found: Answer = {"points": points, "kinds": np.array([str(b.type) for b in mesh.cells])}
    marks = mesh.cell_data.get(GROUPS)
    for i, block in enumerate(mesh.cells):
        if block.type == "polygon" or block.type.startswith("polyhedron"):
            found[f"cells_{i}"] = np.zeros((len(block.data), 0), dtype=np.int64)
            continue
        cells = found[f"cells_{i}"] = _whole(block.data)
        if cells.ndim != 2 or cells.shape[1] != NODES.get(block.type, cells.shape[-1]):
            raise ValueError(f"its cells of the kind {block.type} have shape {cells.shape}")
        if marks is not None:
            found[f"groups_{i}"] = _whole(marks[i]).reshape(len(cells))
    tags = [(str(name), *map(int, np.ravel(tag)[:2])) for name, tag in mesh.field_data.items()]
    found["names"] = np.array([name for name, *_ in tags], dtype=str)
    found["tags"] = np.array([tag for _, *tag in tags], dtype=np.int64).reshape(-1, 2)
    return found


def _whole(values: Any) -> Any:
    return np.asarray(values).astype(np.int64, casting="same_kind")


def check_references(path: Path) -> None:
    """Raise ValueError where a file of markup reaches for others or defines entities."""
    if path.suffix.lower() not in XML:
        return
    if b"<!ENTITY" in path.read_bytes():
        raise ValueError("it defines XML entities; remove them")
    if path.suffix.lower() not in (".xdmf", ".xmf"):
        return
    for element in ElementTree.parse(path).getroot().iter():
        kind = element.attrib.get("Format", "XML")
        name = (element.text or "").strip().partition(":")[0]
        if kind == "HDF" and name == Path(name).name and _is_file(path.parent / name):
            continue
        if kind != "XML" or element.tag.endswith("include"):
            raise ValueError(
                f"it refers to data outside itself ({kind} {name[:40]}); only an HDF file in the "
                "same folder is read"
            )


def _is_file(path: Path) -> bool:
    return path.exists() and stat.S_ISREG(path.stat().st_mode)


def _bound(memory: int) -> None:
    """Bound the process's memory [bytes], where the system can (not on Windows)."""
    with contextlib.suppress(ImportError, ValueError, OSError):
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def main() -> None:
    """``mesh_reader.py FILE BYTES``: what is printed meanwhile goes nowhere."""
    output = os.fdopen(os.dup(1), "wb")
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    _bound(int(sys.argv[2]))
    with output:
        np.savez(output, **answer(Path(sys.argv[1])))


if __name__ == "__main__":
    main()
