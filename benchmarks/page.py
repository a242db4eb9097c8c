"""Write ``docs/benchmarks.md`` from ``benchmarks/page.md`` and the records.

    python benchmarks/page.py

The text is written by hand; its places are filled from ``records/NAME.json``, which a benchmark
writes with ``--record``: ``{{table NAME KEY}}`` on a line of its own, ``{{value NAME KEY}}`` in a
sentence, and ``{{of NAME}}`` for the command, the machine, the date and the versions. A place
without a record, and a record, table or value without a place, is an error: nothing stays unsaid.
"""

from __future__ import annotations

import re
from pathlib import Path

from records import FOLDER, Record, kept

TEXT = Path(__file__).with_name("page.md")
PAGE = Path(__file__).resolve().parents[1] / "docs" / "benchmarks.md"
PLACE = re.compile(r"\{\{(table|value|of) ([\w-]+) ?([^}]*)\}\}")


def page(text: str, records: dict[str, Record]) -> str:
    """The text with its places filled; :class:`LookupError` where text and records differ."""
    wanted = {(kind, name, key) for kind, name, key in PLACE.findall(text)}
    there = {
        place
        for name, record in records.items()
        for place in [
            ("of", name, ""),
            *(("table", name, key) for key in record.tables),
            *(("value", name, key) for key in record.values),
        ]
    }
    if wanted != there:
        missing = ", ".join(sorted(" ".join(place).strip() for place in wanted - there))
        unused = ", ".join(sorted(" ".join(place).strip() for place in there - wanted))
        raise LookupError(
            f"page.md wants: {missing or '-'}; the records also hold: {unused or '-'}"
        )

    def filled(place: re.Match[str]) -> str:
        kind, name, key = place.groups()
        if kind == "of":
            return circumstances(records[name])
        found = records[name]
        return "\n".join(found.tables[key]) if kind == "table" else found.values[key]

    return PLACE.sub(filled, text)


def circumstances(record: Record) -> str:
    """Machine, date and versions, and the command."""
    versions = ", ".join(f"{name} {number}" for name, number in record.versions.items())
    what = "; ".join(part for part in (record.machine, record.date, versions) if part)
    return f"`{record.command}` ({what})."


def all_records() -> dict[str, Record]:
    """Every committed record by its name."""
    return {file.stem: kept(file.stem) for file in sorted(FOLDER.glob("*.json"))}


def main() -> None:
    """Write the page."""
    PAGE.write_text(page(TEXT.read_text(encoding="utf-8"), all_records()), encoding="utf-8")


if __name__ == "__main__":
    main()
