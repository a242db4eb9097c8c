"""The ledger as a page in Markdown."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from particle_sim.claims.interval import Verdict
from particle_sim.claims.kinds import KINDS
from particle_sim.claims.kinds_inventory import FULL_CELL_DRAWS
from particle_sim.claims.ledger import Entry
from particle_sim.claims.schema import Claim
from particle_sim.materials.system import shared_sources
from particle_sim.plausible.defaults import SAMPLES
from particle_sim.units import readable

_HEAD = f"""# Claims

What five papers on high-entropy battery materials say, and how far it follows from what is known.
This page is written by

```bash
particle-sim claims --markdown
```

and a test keeps it equal to `scenarios/claims`, where each claim is a file: who says it and where,
the test, and every number the test needs with the reason for it. The sentences are ours, shortened
from the papers.

Each claim is asked of {SAMPLES} random combinations of plausible inputs ({FULL_CELL_DRAWS} for full
cells). It is *supported* when the whole 95 % interval (Clopper and Pearson) of the share in which
it holds lies above 90 %, *contradicted* when it lies below 10 %, and *undecided* in between. The
share counts combinations of what we believe plausible; it is not the chance that the sentence is
true of the powder in the paper.

*Not testable* has three reasons. *Assumed*: our own input is the answer. Most of all, no paper here
prints a diffusion coefficient, so that a faster high-entropy material is something we put in; where
a claim compares two materials, it is asked again with the same range of the assumed properties for
both, and an answer that does not survive is no answer. *Not modelled*: no half cell, full cell or
particle of ours has what the sentence speaks of. *Not printed*: the paper gives no number to hold
it against.

Three kinds of answer stay open whatever their share. A measurement cannot be contradicted by inputs
we assumed: it rules those out instead. Cracks are asked of one charge, so that few of them do not
speak against cracks over many cycles, and their absence makes no long life. And where a coherent
phase boundary, which nobody has excluded, turns the central answer round, that is what decides.

Half cells are single-particle models: no electrolyte, one particle size, no ageing. They keep more
capacity at high rates than real electrodes do, so a claim of a high rate is tested generously.
"""


def claims_page(entries: Sequence[Entry]) -> str:
    """The ledger as Markdown: counts, one row a claim, the answers in words, the tests, papers."""
    papers = sorted({entry.claim.file.claim.paper for entry in entries})
    numbers = {paper: n for n, paper in enumerate(papers, 1)}
    counts = Counter(entry.answer.verdict for entry in entries)
    total = ", ".join(f"{counts[verdict]} {verdict.value}" for verdict in Verdict)
    lines = [
        _HEAD,
        f"{len(entries)} claims and parts of claims: {total}.",
        "",
        "| claim | verdict | holds in | says | paper |",
        "|---|---|---|---|---|",
        *(_row(entry, numbers) for entry in entries),
        "",
        "## Answers",
        "",
        *(line for entry in entries if entry.claim.file.test for line in _section(entry)),
        "## Tests",
        "",
        "| kind | asks |",
        "|---|---|",
        *(
            f"| `{name}` | {kind.meaning.replace('|', chr(92) + '|')} |"
            for name, kind in KINDS.items()
        ),
        "",
        "## Papers",
        "",
        *(f"{n}. {_citation(paper)}" for paper, n in numbers.items()),
    ]
    return "\n".join(lines) + "\n"


def _row(entry: Entry, numbers: dict[str, int]) -> str:
    header, found = entry.claim.file.claim, entry.answer
    share = ""
    if found.share is not None and found.interval is not None:
        low, high = (100 * end for end in found.interval)
        share = f"{100 * found.share:.0f} % ({low:.0f} to {high:.0f})"
    verdict = found.verdict.value + (f": {found.because}" if found.because else "")
    place = f"[{numbers[header.paper]}](#papers) {header.place}"
    says = header.says if entry.claim.file.test else f"{header.says} *{found.sentence}*"
    return f"| {entry.claim.id} | {verdict} | {share} | {says} | {place} |"


def _section(entry: Entry) -> list[str]:
    header, test = entry.claim.file.claim, entry.claim.file.test
    assert test is not None
    about = f", {' against '.join(f'`{name}`' for name in header.materials)}" * bool(
        header.materials
    )
    lines = [f"**{entry.claim.id}** (`{test.kind}`{about}). {entry.answer.sentence}", ""]
    numbers = [
        f"{name} {readable(value)}{'' if unit == '1' else ' ' + unit}"
        for name, (value, unit) in entry.answer.numbers.items()
    ]
    if numbers:
        lines += [f"- Found: {'; '.join(numbers)}."]
    if test.printed:
        lines += [f"- Printed: {'; '.join(_printed(entry.claim, name) for name in test.printed)}."]
    lines += [
        f"- Chosen: {name.replace('_', ' ')} {choice.value:g}"
        f"{'' if choice.unit == '1' else ' ' + choice.unit}, {choice.why}."
        for name, choice in test.parameters.items()
    ]
    if test.assumes:
        names = ", ".join(name.replace("_", " ") for name in test.assumes)
        lines += [f"- Rests on assumed: {names}."]
    return [*lines, ""]


def _printed(claim: Claim, name: str) -> str:
    assert claim.file.test is not None
    reference = claim.file.test.printed[name]
    fact = reference.fact.replace("_", " ")
    return f"{name.replace('_', ' ')} {claim.printed[name]:g} ({fact} of `{reference.material}`)"


def _citation(paper: str) -> str:
    source = shared_sources().sources[paper]
    link = f" [doi:{source.doi}](https://doi.org/{source.doi})" if source.doi else ""
    return f"{source.citation}.{link}"
