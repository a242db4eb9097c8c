"""The ledger as a page in Markdown."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from particle_sim.claims.gathered import bare, decision
from particle_sim.claims.interval import Verdict
from particle_sim.claims.kinds import KINDS
from particle_sim.claims.kinds_inventory import RUNS
from particle_sim.claims.ledger import Entry, share_in_words, verdict_in_words
from particle_sim.claims.measurements import MEASUREMENTS
from particle_sim.claims.missing import missing_measurements, worth_in_words
from particle_sim.claims.schema import Claim
from particle_sim.inference.rate_evidence import PARTICLES
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

Each claim is asked of {SAMPLES} random combinations of plausible inputs. It is *supported* when the
whole 95 % interval (Clopper and Pearson) of the share in which it holds lies above 90 %,
*contradicted* when it lies below 10 %, and *undecided* in between. The share counts combinations
of what we believe plausible; it is not the chance that the sentence is true of the powder in the
paper.

A claim is asked more than once, and an answer must be the same each time:

- in both directions, unless the sentence names one;
- of stress and cracks, in one phase or with a relieved boundary, with a boundary that holds its
  misfit up to the yield stress, and as the papers describe the two materials: the law of a material
  follows from its phase evidence and is the same in every claim. The same mechanism stands for both
  materials of a comparison; a boundary in the less likely one alone is shown and has no vote;
- with the cut-offs that are printed of one material alone for both;
- with the same range of an assumed property for both materials of a comparison;
- of the baseline, where the claim praises one material: a test that the baseline passes as well
  does not tell the two apart.

*Given C39* means that the answer takes the order of two diffusivities from another measurement of
the same paper, which it prints without numbers; both are then drawn from one range, and the share
without it is shown. *Arithmetic*, *tautology* (the sentence is an input of ours) and
*inconsistency* (the paper contradicts itself) are labels: such claims are listed and not counted as
support.

What is kept at a rate is asked of what slower rates let one expect: prints of the paper up to a
third of the claim's rate, never its own datum, and public rate tests of other cathodes
([prediction](prediction.md)), all of sodium, also where a lithium material is asked (C35). Every
form of the particles (many sizes, D falling with filling, or a boundary that moves where a material
parts), reading of a list that contradicts itself and set of beliefs (the learned ones, half and
twice the discrepancy, diffusion half a decade slower and faster) gives {PARTICLES} draws; all must
agree. A
measured capacity is *as expected* where 5 to 95 % of the draws reach it, *higher* or *lower than
expected* beyond; *in a wide band* where the draws span more than half of the slow capacity, which
says little of one powder.

What a full cell delivers at one rate is predicted from what is printed of it at the others: a draw
of its inventory weighs as much as it agrees with those, never with the capacity that is asked.
{RUNS} discharges are shared among the rates.

*Not testable* has three reasons. *Assumed*: our own input is the answer. *Not modelled*: no half
cell, full cell or particle of ours has what the sentence speaks of. *Not printed*: the paper gives
no number to hold it against.

Cracks after cycling, and what they take from the capacity, are asked of drawn particles over the
test's cycles at its rate: with a boundary relieved of its misfit and with one that holds it up
to yielding, and by growth per cycle and per second. Constants of growth are those of ceramics in
general, the same for both materials of a pair; no retention has set them but where the answer
names the one that did. How many cracks are many or few is assumed and asked at two limits. Growth
per second and the other limit are shown where they change a verdict, and leave the claim open then.
Particles that were cracked as made do not count, nor draws that deliver nothing at the rate. That
cracks take no more than was lost says nothing of what else takes capacity, and no measured
retention counts as lower than expected because of that.

Half cells are single-particle models: no electrolyte, and no ageing but by cracks.
"""


def claims_page(entries: Sequence[Entry]) -> str:
    """The ledger as Markdown: counts, one row a claim, the answers in words, the tests, papers."""
    papers = sorted({entry.claim.file.claim.paper for entry in entries})
    numbers = {paper: n for n, paper in enumerate(papers, 1)}
    counts = Counter(entry.answer.verdict for entry in entries)
    total = ", ".join(f"{counts[verdict]} {verdict.value}" for verdict in Verdict)
    missing = missing_measurements(entries)
    lines = [
        _HEAD,
        f"{len(entries)} claims and parts of claims: {total}. {_counted(entries)}",
        "",
        "| claim | verdict | holds in | says | paper |",
        "|---|---|---|---|---|",
        *(_row(entry, numbers) for entry in entries),
        "",
        "## What to measure next",
        "",
        "Missing measurements by the number of undecided claims that one of each is expected to",
        "settle, from the draws at hand: the share of its readings after which at least 90 %, or",
        "at most 10 %, of the draws agree with the claim in every way it is asked. Then the claims",
        "whose files let them wait for it, or for what they take for true.",
        "",
        "| measurement | expected to settle | waits alone | with others |",
        "|---|---|---|---|",
        *(
            f"| {each.title} | {each.expected:.1f} | {_names(each.alone)} "
            f"| {_names(each.with_others)} |"
            for each in missing
        ),
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


def _counted(entries: Sequence[Entry]) -> str:
    """How many answers are neither arithmetic nor put in, and how many measurements fit."""
    found = [entry.answer for entry in entries]
    settled = [each for each in found if each.settled]
    given = sum(bool(each.given) for each in settled)
    fits = Counter(each.fit for each in found if each.fit)
    said = ", ".join(f"{count} {name}" for name, count in fits.items())
    return (
        f"Of the supported and contradicted, {len(settled)} are neither arithmetic nor tautology, "
        f"{given} of them given another claim. Measured numbers among the undecided: {said}."
    )


def _names(claims: Sequence[str]) -> str:
    return f"{len(claims)}: {', '.join(claims)}" if claims else ""


def _row(entry: Entry, numbers: dict[str, int]) -> str:
    header, found = entry.claim.file.claim, entry.answer
    share, verdict = share_in_words(found), verdict_in_words(found)
    place = f"[{numbers[header.paper]}](#papers) {header.place}"
    says = header.says if entry.claim.file.test else f"{header.says} *{found.sentence}*"
    return f"| {entry.claim.id} | {verdict} | {share} | {says} | {place} |"


def _section(entry: Entry) -> list[str]:
    header, test = entry.claim.file.claim, entry.claim.file.test
    assert test is not None
    about = f", {' against '.join(f'`{name}`' for name in header.materials)}" * bool(
        header.materials
    )
    lines = [f"**{entry.claim.id}** (`{test.kind}`{about}). {bare(entry.answer)}", ""]
    numbers = [
        f"{name} {readable(value)}{'' if unit == '1' else ' ' + unit}"
        for name, (value, unit) in entry.answer.numbers.items()
    ]
    decided = decision(entry.answer)
    lines += [] if decided is None else [f"- {': '.join(decided)}."]
    if entry.answer.settled_by:
        wanted = "; ".join(MEASUREMENTS[name] for name in entry.answer.settled_by)
        lines += [f"- Would settle it: {wanted}."]
    if entry.answer.worth:
        worth = "; ".join(worth_in_words(*each) for each in entry.answer.worth.items())
        lines += [f"- One measurement would settle it: {worth}."]
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
