"""In plain words, which form of the particles carries the data of a fit."""

from __future__ import annotations

from collections.abc import Sequence

from particle_sim.inference.form_scores import CARRIED, FormScore
from particle_sim.inference.forms import SHAPES, TITLES
from particle_sim.inference.groups import GROUPS

DECISIVE = 3.0
"""Difference of ln Z, a factor 20, from which the data prefer a form (Kass & Raftery, J. Am. Stat.
Assoc. 90 (1995) 773: strong)."""


def score_lines(scores: Sequence[FormScore]) -> list[str]:
    """A table of the forms and a sentence on which carries the data."""
    if not scores:
        return []
    lines = [
        "",
        "What the particles may be: least rms miss where 19 of 20 powders are, and ln evidence.",
    ]
    return lines + [_line(score) for score in scores] + [_verdict(scores)]


def _line(score: FormScore) -> str:
    names = SHAPES[score.form]
    shape = [
        f"{own.meaning} {10**value:.3g}"
        for own, value in zip(names, score.best[len(GROUPS) :], strict=True)
    ]
    detail = f" ({shape[0]})" if shape else ""
    return (
        f"  {TITLES[score.form]:<50} {score.misfit:.2g} mAh/g, ln Z {score.log_evidence:.1f} "
        f"± {score.evidence_error:.1f}{detail}"
    )


def _verdict(scores: Sequence[FormScore]) -> str:
    carrying = [score for score in scores if score.carries]
    limit = f"within {CARRIED:.0%} of the largest capacity"
    if not carrying:
        closest = min(scores, key=lambda score: score.misfit)
        return f"No form carries the data {limit}; the closest is {TITLES[closest.form]}."
    names = " and ".join(f'"{score.form.value}"' for score in carrying)
    verb = "carries" if len(carrying) == 1 else "carry"
    ranked = sorted((score.log_evidence for score in scores), reverse=True)
    weigh = (
        "the evidence prefers one"
        if ranked[0] - ranked[1] > DECISIVE
        else "the evidence does not tell the forms apart"
    )
    return f"{names} {verb} the data {limit}; {weigh}. Draws of another form: --form."
