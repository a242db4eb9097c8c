"""The HTML report: one self-contained page."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import xarray as xr

from particle_sim import figures
from particle_sim.cell.design import CELL_CATALOGUE
from particle_sim.claims.compare import ComparisonResult, besides
from particle_sim.claims.findings import Finding
from particle_sim.claims.gathered import bare, decision, told
from particle_sim.claims.ledger import Entry, share_in_words, verdict_in_words
from particle_sim.claims.missing import next_lines
from particle_sim.materials.carriers import CARRIER_NAMES
from particle_sim.materials.table import input_rows, property_rows
from particle_sim.report.answer import answer_block
from particle_sim.report.as_printed import asked_figures
from particle_sim.report.bodies import BODY_FIGURE, bodies_of, body_table
from particle_sim.report.central import central_sentence
from particle_sim.report.live import live_json
from particle_sim.report.methods import methods_text, references
from particle_sim.report.pages import embedded, picture, render, verdict_line
from particle_sim.studies.printed_sentences import sentences
from particle_sim.studies.result import MaterialResult
from particle_sim.units import readable


def render_page(result: ComparisonResult, tree: xr.DataTree, command: str, folder: Path) -> str:
    """The page as text; figures are read from ``folder`` and embedded."""
    settings, bodies = result.settings, bodies_of(result)
    pictures = [picture(folder, name, each.caption) for name, each in figures.FIGURES.items()]
    return render(
        "page.html",
        live=live_json(result),
        title=f"{result.baseline.title} and {result.candidate.title}",
        subtitle=f"{settings.direction.value} at {settings.c_rate:g}C",
        answer=result.headline.answer,
        rests=result.headline.rests,
        lines=[*map(_line, result.findings), *map(_own_line, result.own)],
        hero=pictures[0],
        pictures=pictures[1:],
        command=command,
        findings=result.findings,
        own=result.own,
        central=central_sentence(result),
        decision=decision,
        bare=bare,
        told=told,
        following=next_lines(result.findings),
        **answer_block(result),
        cautions=result.cautions,
        materials=[_material(material) for material in result.materials],
        cell_inputs=property_rows(
            result.baseline.record, result.baseline.cell.cell.design.properties, CELL_CATALOGUE
        ),
        bodies=body_table(result),
        body_picture=embedded(folder / f"{BODY_FIGURE}.png") if bodies else "",
        printed=_printed(result, tree, folder),
        methods=methods_text(result),
        references=references(result),
        seconds=f"{result.seconds:.0f}",
    )


def _line(finding: Finding) -> dict[str, str]:
    """A finding on the first screen; the short of what must be said beside it comes first."""
    said = sorted(besides(finding), key=len)
    verdict = finding.answer.verdict.value
    return verdict_line(
        verdict,
        finding.short,
        kind=verdict.replace(" ", "-"),
        anchor=finding.kind,
        beside=" \N{MIDDLE DOT} ".join([share_in_words(finding.answer), *said]),
    )


def _own_line(entry: Entry) -> dict[str, str]:
    verdict = entry.answer.verdict.value
    return verdict_line(
        verdict_in_words(entry.answer),
        entry.claim.file.claim.says,
        kind=verdict.replace(" ", "-"),
        anchor=f"own_{entry.claim.id}",
        beside=" \N{MIDDLE DOT} ".join(filter(None, ["your own", share_in_words(entry.answer)])),
    )


def _printed(result: ComparisonResult, tree: xr.DataTree, folder: Path) -> dict[str, Any] | None:
    """The printed picture, where it was asked for."""
    if result.as_printed is None:
        return None
    return {
        "sentences": sentences(result.as_printed),
        "pictures": [
            picture(folder, name, figures.ASKED_FOR[name].caption) for name in asked_figures(tree)
        ],
    }


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
