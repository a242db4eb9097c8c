"""The page and the folder of ``particle-sim read``."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from particle_sim.cli.tables import print_table
from particle_sim.figures.record_overview import record_overview
from particle_sim.figures.save import draw_files
from particle_sim.files import write_file
from particle_sim.outputs import new_folder
from particle_sim.readers.record import Record
from particle_sim.readers.segments import Kind, segments
from particle_sim.readers.series import SAME_RATE, curve, rates, titration
from particle_sim.readers.summary import Summary
from particle_sim.units import Array

MOST_ROWS = 24
"""Segments that are printed; of more the first and the last."""
SEPARATORS = {"\t": "tabs", ";": "semicolons", ",": "commas", "|": "bars", " ": "blanks", "": ""}
Table = tuple[str, Sequence[str], Sequence[Array]]
"""Name of a file, its header and its columns."""


def print_summary(found: Summary, typed_file: str, options: str = "") -> None:
    """What was understood, and the command that comes next."""
    hours = found["duration_s"] / 3600
    between = SEPARATORS[found["separator"]]
    parted = f", columns between {between}" if between else ""
    print(f"{found['file']}: {found['program']} ({found['encoding']}{parted})")
    print(f"{found['rows']} rows over {hours:.4g} h; sign of the current: {found['sign']}.")
    taken = (f'{role} "{written}"' for role, written in found["columns"].items())
    print(f"Columns: {', '.join(taken)}.")
    print(_mass(found))
    print_table("Segments", _rows(found))
    for pair in found["rates"] or ():
        current, capacity = pair["current_mA_per_g"], pair["capacity_mAh_per_g"]
        print(f"  {current:.4g} mA/g: {capacity:.4g} mAh/g")
    options += _mass_option(found)
    for hold in found["holds"]:
        rate = " --c-rate ..." if hold["kind"] == "voltage" else ""
        command = (
            f"particle-sim fit {shlex.quote(typed_file)} --material NAME --kind {hold['kind']}"
        )
        print(f"Holds {hold['what']}: {command}{rate}{options}")
    for doubt in found["doubts"]:
        print(f"Doubt: {doubt}")
    for note in found["notes"]:
        print(f"Note: {note}")


def _mass_option(found: Summary) -> str:
    """The mass as ``fit`` needs it."""
    if found["unit_of_current"] == "mA":
        return ' --mass "... mg"'
    return f' --mass "{found["mass_mg"]:.6g} mg"' if found["mass_from"] == "--mass" else ""


def _mass(found: Summary) -> str:
    if found["mass_mg"] is not None:
        return f"Active mass: {found['mass_mg']:.4g} mg, from {found['mass_from']}."
    if found["unit_of_current"] == "mA/g":
        return "The currents are per active mass already."
    return 'The file states no active mass, so that a fit needs it: --mass "2.1 mg".'


def _rows(found: Summary) -> list[dict[str, str]]:
    unit = found["unit_of_current"]
    charge = "mAh" if unit == "mA" else "mAh/g"
    rows = [
        {
            "": str(one["number"]),
            "what": one["kind"] + ("" if one["constant"] else ", not constant"),
            "line": str(one["line"]),
            "from [h]": f"{one['start_s'] / 3600:.3f}",
            "for [h]": f"{one['duration_s'] / 3600:.3f}",
            unit: f"{one['current']:.4g}" if one["kind"] != "rest" else "",
            charge: f"{one['charge']:.4g}" if one["kind"] != "rest" else "",
            "V": f"{one['from_V']:.4f} to {one['to_V']:.4f}",
        }
        for one in found["segments"]
    ]
    if len(rows) <= MOST_ROWS:
        return rows
    half = MOST_ROWS // 2
    return [*rows[:half], dict.fromkeys(rows[0], "..."), *rows[-half:]]


def write_record(
    out: Path, record: Record, found: Summary, *, command: str, force: bool
) -> list[str]:
    """Segments, picture, and what there is to fit as tables of our own; the names of the files."""
    shown, unit = _shown(record)
    picture = record_overview(
        record.time, shown, record.voltage, segments(record), title=record.name, unit=unit
    )
    with new_folder(out, command=command, force=force) as work:
        keys = list(found["segments"][0])
        rows = [[str(one[key]) for key in keys] for one in found["segments"]]
        write_file(work / "segments.csv", _csv(keys, rows))
        for name, header, columns in _tables(record, found):
            write_file(work / name, _csv(header, _texts(columns)))
        draw_files(picture, work / "record")
        return sorted(path.name for path in work.iterdir())


def _shown(record: Record) -> tuple[Array, str]:
    """The current as it is drawn, and its unit."""
    if record.specific or record.mass is not None:
        return record.specific_current, "mA/g"
    return 1e3 * record.current, "mA"


def _tables(record: Record, found: Summary) -> Iterator[Table]:
    """What ``fit`` reads, with our names and units; nothing where the mass is not known."""
    if found["unit_of_current"] == "mA":
        return
    kinds = {hold["kind"] for hold in found["holds"]}
    if "gitt" in kinds:
        pulses, _ = titration(record)
        columns = (pulses.time, pulses.specific_current, pulses.voltage)
        yield "titration.csv", ("time [s]", "current [mA/g]", "voltage [V]"), columns
    if "rate" in kinds:
        capacities = rates(record)
        pairs = (capacities.current, capacities.capacity)
        yield "rates.csv", ("current [mA/g]", "capacity [mAh/g]"), pairs
    for number, current in enumerate(_currents(found), 1):
        one = curve(record, current)
        points = (one.capacity, one.voltage)
        yield f"curve_{number}.csv", ("capacity [mAh/g]", "voltage [V]"), points


def _currents(found: Summary) -> list[float]:
    """The currents of the discharges, each once [mA/g]."""
    kept: list[float] = []
    for one in found["segments"]:
        known = any(abs(one["current"] / other - 1) <= SAME_RATE for other in kept)
        if one["kind"] == Kind.DISCHARGE.value and not known:
            kept.append(one["current"])
    return kept


def _csv(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    return "\n".join([", ".join(header), *(", ".join(row) for row in rows)]) + "\n"


def _texts(columns: Sequence[Array]) -> list[list[str]]:
    return [[f"{value:.9g}" for value in row] for row in zip(*columns, strict=True)]
