"""The page of a study that is told in words and pictures: rates, fits, cells."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from particle_sim.claims.interval import Verdict
from particle_sim.report.pages import picture, render, verdict_line

KINDS = {
    "determined": "supported",
    "NOT determined": "undecided",
    **{verdict.value: verdict.value.replace(" ", "-") for verdict in Verdict},
}
"""Colours of marks; all others have none."""


def words_page(
    title: str,
    subtitle: str,
    answer: str,
    lines: Sequence[tuple[str, str]],
    *,
    captions: Mapping[str, str],
    words: str,
    data: Sequence[str],
    command: str,
    folder: Path,
    cautions: Sequence[str] = (),
) -> str:
    """The page as text; ``lines`` are marks with what is said of each, ``captions`` those of the
    figures in ``folder``, the first of which is on the first screen.
    """
    pictures = [picture(folder, name, text) for name, text in captions.items()]
    return render(
        "words.html",
        title=title,
        subtitle=subtitle,
        answer=answer,
        lines=[verdict_line(mark, text, kind=KINDS.get(mark, "plain")) for mark, text in lines],
        cautions=cautions,
        hero=pictures[0],
        pictures=pictures[1:],
        words=words,
        data=data,
        command=command,
    )
