"""Write answers to claims to a folder: page, table, data and picture, all or nothing."""

from __future__ import annotations

import csv
import io
import json
import re
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from textwrap import shorten

import numpy as np
import xarray as xr

from particle_sim.claims.gathered import decision, told
from particle_sim.claims.interval import Verdict
from particle_sim.claims.ledger import Entry, share_in_words, verdict_in_words
from particle_sim.claims.missing import missing_lines
from particle_sim.claims.own import answers_data
from particle_sim.figures.claims_verdicts import claims_verdicts
from particle_sim.figures.save import draw_with_data
from particle_sim.figures.style import Figure
from particle_sim.files import write_file
from particle_sim.materials.schema import Source
from particle_sim.materials.system import shared_sources
from particle_sim.outputs import FROM_PYTHON, new_folder, write_netcdf
from particle_sim.report.pages import caption_of, picture, render, text_of, verdict_line

PAGE_FILE, TABLE_FILE, DATA_FILE = "report.html", "claims.csv", "claims.json"
TREE_FILE = "claims.nc"
FIGURE = "claims_verdicts"
LONGEST_LABEL = 32
LONGEST_TITLE = 24
MEANING = {
    Verdict.SUPPORTED: "true in more than 90 % of the draws from what is plausible",
    Verdict.CONTRADICTED: "true in less than 10 % of the draws",
    Verdict.UNDECIDED: "neither: what is known does not settle it",
    Verdict.NOT_TESTABLE: "assumed, not modelled, or no number is printed",
}
COLUMNS = ("id", "verdict", "share", "says", "materials", "paper", "place", "answer")


def write_claims_folder(
    entries: Sequence[Entry], folder: Path, command: str = FROM_PYTHON, *, force: bool = False
) -> None:
    """Write everything into ``folder``; earlier answers there are replaced in one move.

    Raises :class:`InputError` as :func:`particle_sim.outputs.new_folder` does.
    """
    rows = claim_rows(entries)
    counts = {paper: Counter[str]() for paper in sorted({row["paper"] for row in rows})}
    for row, entry in zip(rows, entries, strict=True):
        counts[row["paper"]][entry.answer.verdict.value] += 1
    table = _csv(("paper", *(each.value for each in Verdict)), [
        [paper, *(str(found[each.value]) for each in Verdict)] for paper, found in counts.items()
    ])  # fmt: skip
    with new_folder(folder, command=command, force=force) as work:
        tree = claims_tree(entries, counts)
        write_netcdf(tree, work / TREE_FILE)
        draw_with_data(FIGURES[FIGURE](tree), work / FIGURE, table)
        write_file(work / TABLE_FILE, _csv(COLUMNS, [[row[k] for k in COLUMNS] for row in rows]))
        write_file(work / DATA_FILE, json.dumps(answers_data(entries), indent=1) + "\n")
        write_file(work / PAGE_FILE, claims_report(entries, rows, command, work))


def claims_tree(entries: Sequence[Entry], counts: Mapping[str, Mapping[str, int]]) -> xr.DataTree:
    """Every answer with its share and 95 % interval, and how many of each verdict a paper has."""
    found = [entry.answer for entry in entries]
    verdicts = [each.value for each in Verdict]
    shares = [
        (np.nan if a.share is None else a.share, *(a.interval or (np.nan,) * 2)) for a in found
    ]
    answers = {
        "verdict_of": ("claim", [a.verdict.value for a in found], {"long_name": "verdict"}),
        "draws": ("claim", [a.draws for a in found], {"units": "1", "long_name": "draws judged"}),
        "share": (
            ("claim", "end"),
            shares,
            {"units": "1", "long_name": "share of the draws in which the claim holds"},
        ),
        "counts": (
            ("paper", "verdict"),
            [[each.get(verdict, 0) for verdict in verdicts] for each in counts.values()],
            {"units": "1", "long_name": "claims of a paper with a verdict"},
        ),
    }
    coordinates = {
        "claim": ("claim", [entry.claim.id for entry in entries], {"long_name": "id of a claim"}),
        "end": ("end", ["share", "low", "high"], {"long_name": "share, and its 95 % interval"}),
        "paper": ("paper", list(counts), {"long_name": "paper"}),
        "verdict": ("verdict", verdicts, {"long_name": "verdict"}),
    }
    return xr.DataTree(xr.Dataset(answers, coords=coordinates, attrs={"title": "Claims"}))


def _drawn(tree: xr.DataTree) -> Figure:
    table = tree.dataset["counts"]
    verdicts = list(map(str, table.verdict.values))
    rows = zip(map(str, table.paper.values), table.values.tolist(), strict=True)
    return claims_verdicts({paper: dict(zip(verdicts, row, strict=True)) for paper, row in rows})


FIGURES = {FIGURE: _drawn}


def claims_report(
    entries: Sequence[Entry], rows: Sequence[Mapping[str, str]], command: str, folder: Path
) -> str:
    """The page as text; its picture is read from ``folder``."""
    from markupsafe import Markup

    verdicts = {entry.answer.verdict for entry in entries}
    choices = {
        "verdict": [each.value for each in Verdict if each in verdicts],
        "paper": sorted({row["paper"] for row in rows}),
        "material": sorted({name for row in rows for name in row["materials"].split(", ") if name}),
    }
    return render(
        "claims.html",
        title="Claims",
        subtitle="what is said of the materials, and how far it follows from what is known",
        answer=_answer(entries),
        lines=_lines(entries),
        cautions=(),
        hero=picture(folder, FIGURE, caption_of(claims_verdicts)),
        rows=rows,
        choices=choices,
        missing="\n".join(missing_lines(entries)),
        data=(TABLE_FILE, DATA_FILE, TREE_FILE),
        command=command,
        filters=Markup(text_of("claims.js")),
    )


def _lines(entries: Sequence[Entry]) -> list[dict[str, str]]:
    """How many got each verdict; of a single claim what was found."""
    if len(entries) == 1:
        found = entries[0].answer
        lines = [(found.verdict, told(found))]
    else:
        counts = Counter(entry.answer.verdict for entry in entries)
        lines = [(v, f"{counts[v]}: {MEANING[v]}") for v in Verdict if counts[v]]
    return [verdict_line(v.value, text, kind=v.value.replace(" ", "-")) for v, text in lines]


def _answer(entries: Sequence[Entry]) -> str:
    """How many are settled; of a single claim its verdict."""
    if len(entries) == 1:
        return f"{verdict_in_words(entries[0].answer)}: {entries[0].claim.file.claim.says}"
    settled = sum(entry.answer.settled for entry in entries)
    return (
        f"What is known settles {settled} of {len(entries)} claims, those not counted that "
        "follow from their own words or from an input."
    )


def claim_rows(entries: Sequence[Entry]) -> list[dict[str, str]]:
    """A row for each claim, in words."""
    papers = {entry.claim.file.claim.paper for entry in entries}
    labels = labels_of(papers, shared_sources().sources)
    rows = []
    for entry in entries:
        header, found = entry.claim.file.claim, entry.answer
        rows.append(
            {
                "id": entry.claim.id,
                "plain": found.verdict.value,
                "kind": found.verdict.value.replace(" ", "-"),
                "verdict": verdict_in_words(found),
                "share": share_in_words(found),
                "says": header.says,
                "materials": ", ".join(dict.fromkeys(map(_name, header.materials))),
                "paper": labels[header.paper],
                "place": header.place,
                "answer": told(found),
                "decided": ": ".join(decision(found) or ())
                if told(found) == found.sentence
                else "",
            }
        )
    return rows


def _name(material: str) -> str:
    return Path(material).stem if material.endswith(".toml") else material.partition("@")[0]


def labels_of(papers: Collection[str], known: Mapping[str, Source]) -> dict[str, str]:
    """``Li 2024`` for each paper by its key, with words of its title, and else its key, where two
    would be alike; your own source as it is."""
    told = {paper: known[paper].citation if paper in known else "" for paper in papers}
    labels = {p: (_author_and_year(said) or p)[:LONGEST_LABEL] for p, said in told.items()}
    titles = {p: _shortened(said.partition(", ")[2]) for p, said in told.items()}
    return _apart(_apart(labels, titles), {paper: paper for paper in papers})


def _apart(labels: dict[str, str], by: Mapping[str, str]) -> dict[str, str]:
    """The labels, with more words where two are alike."""
    count = Counter(labels.values())
    return {
        paper: f"{label}, {by[paper]}" if count[label] > 1 and by[paper] else label
        for paper, label in labels.items()
    }


def _author_and_year(citation: str) -> str:
    """First authors and year; of a citation without authors, words of its title and the year."""
    year = re.search(r"\((\d{4})\)", citation)
    if year is None:
        return ""
    first = citation.partition(", ")[0]
    if len(first) >= LONGEST_LABEL:
        return f"{_shortened(first)} {year[1]}"
    names = re.split(" & | and ", first.removesuffix(" et al."))
    return f"{' and '.join(name.split()[-1] for name in names)} {year[1]}"


def _shortened(title: str) -> str:
    return shorten(title, LONGEST_TITLE, placeholder=" ...")


def _csv(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows([header, *rows])
    return text.getvalue()
