"""The HTML report: one self-contained page."""

from __future__ import annotations

import base64
from importlib import resources
from pathlib import Path
from typing import Any

import xarray as xr

from particle_sim import figures
from particle_sim.cell.design import CELL_CATALOGUE
from particle_sim.claims.compare import ComparisonResult, besides
from particle_sim.claims.ledger import share_in_words
from particle_sim.claims.missing import next_lines
from particle_sim.materials.carriers import CARRIER_NAMES
from particle_sim.materials.table import input_rows, property_rows
from particle_sim.report.answer import answer_block
from particle_sim.report.as_printed import asked_figures, printed_block
from particle_sim.report.bodies import BODY_FIGURE, bodies_of, body_table
from particle_sim.studies.result import MaterialResult
from particle_sim.units import readable


def render_page(result: ComparisonResult, tree: xr.DataTree, command: str, folder: Path) -> str:
    """The page as text; figures are read from ``folder`` and embedded."""
    import jinja2

    environment = jinja2.Environment(autoescape=True, undefined=jinja2.StrictUndefined)
    settings = result.settings
    return environment.from_string(text_of("page.html")).render(
        look=text_of("look.css"),
        title=f"{result.baseline.title} and {result.candidate.title}",
        subtitle=f"{settings.direction.value} at {settings.c_rate:g}C",
        command=command,
        findings=result.findings,
        following=next_lines(result.findings),
        besides={finding.kind: besides(finding) for finding in result.findings},
        shares={finding.kind: share_in_words(finding.answer) for finding in result.findings},
        **answer_block(result),
        cautions=result.cautions,
        materials=[_material(material) for material in result.materials],
        cell_inputs=property_rows(
            result.baseline.record, result.baseline.cell.cell.design.properties, CELL_CATALOGUE
        ),
        pictures=[
            {"name": name, "caption": figure.caption, "data": embedded(folder / f"{name}.png")}
            for name, figure in figures.FIGURES.items()
        ],
        bodies=body_table(result),
        body_picture=embedded(folder / f"{BODY_FIGURE}.png") if bodies_of(result) else "",
        as_printed=_printed(result, tree, folder),
        seconds=f"{result.seconds:.0f}",
    )


def text_of(name: str) -> str:
    """A file of this package: a template, or the look that all pages share."""
    return resources.files("particle_sim.report").joinpath(name).read_text("utf-8")


def embedded(path: Path) -> str:
    """A picture as data of a page."""
    return "data:image/png;base64," + base64.b64encode(path.read_bytes()).decode("ascii")


def _printed(result: ComparisonResult, tree: xr.DataTree, folder: Path) -> str:
    """The block of the printed picture, or nothing."""
    if result.as_printed is None:
        return ""
    pictures = {name: embedded(folder / f"{name}.png") for name in asked_figures(tree)}
    return printed_block(result.as_printed, pictures)


def _material(material: MaterialResult) -> dict[str, Any]:
    run = material.particle
    readings = material.record.file.readings
    phases, carrier = material.record.phase_behaviour, CARRIER_NAMES[material.material.carrier]
    return {
        "title": material.title,
        "formula": material.material.formula,
        "carrier": carrier,
        "law": material.law.title,
        "transport": run.particle.law,
        "phase_source": material.record.citation(phases.source),
        "phase_place": phases.place,
        "phase_note": phases.note,
        "reading": _reading_title(material),
        "other_readings": [
            f"{material.name}@{name}: {reading.title}"
            for name, reading in readings.items()
            if name != material.material.reading
        ],
        "cell_end": material.cell.end.value.replace("sodium", carrier),
        "capacity": readable(float(material.cell.capacity[-1])),
        "particle_end": run.end.value.replace("sodium", carrier),
        "reached": f"{min(material.reached, 1.0):.0%}",
        "sodium_balance": f"{run.balances.sodium:.1e}",
        "equilibrium_balance": f"{run.balances.equilibrium:.1e}",
        "steps": run.cost.steps,
        "warnings": run.warnings,
        "inputs": input_rows(material.record),
    }


def _reading_title(material: MaterialResult) -> str:
    file = material.record.file
    chosen = material.material.reading
    if chosen in file.readings:
        return file.readings[chosen].title
    return file.material.default_reading.title
