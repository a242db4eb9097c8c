"""The table and the folder of ``particle-sim diffraction``."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from particle_sim.cli.tables import print_table
from particle_sim.figures.reflection_positions import reflection_positions
from particle_sim.figures.save import draw_files
from particle_sim.files import write_file
from particle_sim.materials.load import MaterialRecord
from particle_sim.materials.material import Material
from particle_sim.metrics.diffraction import Reflections
from particle_sim.outputs import new_folder

Rows = list[dict[str, float]]
Shifts = list[dict[str, str | float]]


def reflection_rows(found: Reflections, material: Material) -> Rows:
    """One row per state: sodium, both positions, the share of the first, and the mean's shift."""
    return [
        {
            "sodium": material.stoichiometry(float(found.site_fraction[i])),
            "two_theta_first": float(found.angle[i, 0]),
            "two_theta_second": float(found.angle[i, 1]),
            "share_first": float(found.share[i, 0]),
            "shift": float(found.shift[i]),
        }
        for i in range(len(found.site_fraction))
    ]


def printed_shifts(record: MaterialRecord, indices: tuple[int, int, int]) -> Shifts:
    """Printed shifts of this reflection, each with its place."""
    key = f"shift_{''.join(map(str, indices))}_degree"
    facts = [(fact.number(key), fact) for fact in record.file.printed.get("phase", [])]
    return [
        {"degree": value, "place": fact.place, "source": record.citation(fact.source)}
        for value, fact in facts
        if value is not None
    ]


def print_reflections(title: str, rows: Rows, shifts: Shifts, record: MaterialRecord) -> None:
    """Positions from full to empty, the printed shifts, and readings with other lattices."""
    shown = []
    for row in rows:
        both = row["share_first"] < 1
        shown.append(
            {
                "sodium": f"{row['sodium']:.3f}",
                "2 theta": f"{row['two_theta_first']:.3f}",
                "share": f"{100 * row['share_first']:.0f} %",
                "beside it": f"{row['two_theta_second']:.3f}" if both else "",
                "mean moved by": f"{row['shift']:+.3f}",
            }
        )
    print_table(f"{title}: degrees, reading {record.material.reading}", shown)
    for shift in shifts:
        print(f"Printed: it moves by {shift['degree']:g} degrees ({shift['place']}).")
    known = record.file.readings.items()
    for name in (name for name, reading in known if "lattice_c" in reading.properties):
        if name != record.material.reading:
            print(f'Another lattice: "particle-sim diffraction {record.material.name}@{name}".')


def write_reflections(
    out: Path, rows: Rows, found: Reflections, title: str, *, command: str, force: bool
) -> None:
    """The rows as CSV, and the picture, as a folder of results."""
    lines = [",".join(rows[0])]
    lines += [",".join(f"{value:.6g}" for value in row.values()) for row in rows]
    sodium = np.array([row["sodium"] for row in rows])
    with new_folder(out, command=command, force=force) as work:
        write_file(work / "diffraction.csv", "\n".join(lines) + "\n")
        draw_files(reflection_positions(found, sodium, title=title), work / "diffraction")
