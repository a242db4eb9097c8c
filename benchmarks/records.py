"""What a benchmark found, printed as Markdown tables and kept in ``benchmarks/records``.

A record holds the machine, the date, the versions, the command and the tables as they were printed;
``python benchmarks/page.py`` makes ``docs/benchmarks.md`` from all of them.
"""

from __future__ import annotations

import datetime
import io
import json
import os
import platform
import shlex
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, redirect_stdout
from dataclasses import asdict, dataclass, field
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

FOLDER = Path(__file__).parent / "records"


@dataclass(frozen=True, kw_only=True)
class Record:
    """``tables``: lines of Markdown, as printed; ``values``: single numbers."""

    machine: str
    date: str
    command: str
    versions: dict[str, str]
    tables: dict[str, list[str]]
    values: dict[str, str] = field(default_factory=dict)


def markdown(table: Sequence[Sequence[str]]) -> str:
    """A table whose first line is the header."""
    header, *rows = table
    lines = ["|".join(f" {cell} " if cell else " " for cell in line) for line in (header, *rows)]
    lines.insert(1, "|".join(["---"] * len(header)))
    return "\n".join(f"|{line}|" for line in lines)


def record_of(
    tables: dict[str, list[list[str]]], values: dict[str, str], packages: Sequence[str]
) -> Record:
    """With what is known of this run, which was asked to ``--record NAME``."""
    words, script = sys.argv[1:], f"benchmarks/{Path(sys.argv[0]).name}"
    at = words.index("--record") if "--record" in words else len(words)
    return Record(
        machine=machine(),
        date=datetime.datetime.now(datetime.UTC).date().isoformat(),
        command=shlex.join(["python", script, *words[:at], *words[at + 2 :]]),
        versions=versions(packages),
        tables={key: markdown(table).splitlines() for key, table in tables.items()},
        values=values,
    )


@contextmanager
def printed(packages: Sequence[str], *, as_code: bool = True) -> Iterator[None]:
    """Keep what is printed, as table ``printed``, where the command ends in ``--record NAME``.

    These two words are taken off the command's.
    """
    if "--record" not in sys.argv:
        yield
        return
    name = sys.argv[-1]
    del sys.argv[-2:]
    told = _Told()
    with redirect_stdout(told):
        yield
    lines = "".join(told.parts).strip().splitlines()
    record = record_of({}, {}, packages)
    record.tables["printed"] = ["```text", *lines, "```"] if as_code else lines
    keep(name, record)


class _Told(io.TextIOBase):
    """Prints, and remembers it."""

    def __init__(self) -> None:
        self.parts: list[str] = []

    def write(self, text: str) -> int:
        self.parts.append(text)
        return sys.__stdout__.write(text) if sys.__stdout__ else len(text)


def keep(name: str, record: Record) -> None:
    """Write ``records/NAME.json``."""
    text = json.dumps(asdict(record), indent=1, ensure_ascii=False)
    (FOLDER / f"{name}.json").write_text(text + "\n", encoding="utf-8")


def kept(name: str) -> Record:
    """Read it."""
    return Record(**json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8")))


def machine() -> str:
    """The processor and how many cores this process may use; no names of hosts or folders."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return f"{_processor()}, {cores} cores"


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    names = [line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()


def versions(packages: Sequence[str]) -> dict[str, str]:
    """Of Python and what is installed of the packages."""
    found = {"Python": platform.python_version()}
    for name in packages:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found
