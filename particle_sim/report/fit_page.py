"""The page of what was learned from measurements: a fit, a titration, predicted rates."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from itertools import takewhile
from pathlib import Path

from particle_sim.figures.fit_curve import fit_curve
from particle_sim.figures.fit_pairs import fit_pairs
from particle_sim.figures.fit_profiles import fit_profiles
from particle_sim.figures.fit_titration import fit_titration
from particle_sim.figures.rate_prediction import rate_prediction
from particle_sim.report.pages import caption_of
from particle_sim.report.words_page import words_page

CAPTIONS = {
    name: caption_of(draw)
    for name, draw in (
        ("curve", fit_curve),
        ("profiles", fit_profiles),
        ("pairs", fit_pairs),
        ("titration", fit_titration),
        ("rate_prediction", rate_prediction),
    )
}
"""Of every figure that such a folder may hold, the first one first."""
DETERMINED = re.compile(r" *(?P<name>\S.*?) +(?P<mark>(?:NOT )?determined)(?P<rest>[^:]*: .*)")
"""A line of a fit's report on one parameter."""
WIDTH = re.compile(r"; width [^;]* of before")
"""What the mark says already."""
PICTURES = (".png", ".svg")
MOST = 6
"""Lines of the first screen."""


def fit_page(
    title: str, command: str, first: Sequence[tuple[str, str]] = (), headline: str = ""
) -> Callable[[Path, Sequence[str]], str]:
    """How the folder writes its page from its own files and the lines of its report.

    ``first``: marks and words of the first screen, in the place of :func:`first_lines`;
    ``headline``: the answer, in the place of the first line.
    """

    def page(folder: Path, lines: Sequence[str]) -> str:
        known = {path.stem for path in folder.glob("*.png")}
        answer = (headline or lines[0]).rstrip(".")
        return words_page(
            title,
            "what the measurement says, and what it cannot",
            f"{answer}.",
            first or first_lines(lines[1:]),
            captions={name: text for name, text in CAPTIONS.items() if name in known},
            words="\n".join(lines),
            data=sorted(path.name for path in folder.iterdir() if path.suffix not in PICTURES),
            command=command,
            folder=folder,
        )

    return page


def first_lines(lines: Sequence[str]) -> list[tuple[str, str]]:
    """Mark and words: what is determined and what not, or the first paragraph, as it stands.

    >>> first_lines(["", "  D/R2      NOT determined: 1 1/s; width 0.97 of before"])
    [('NOT determined', 'D/R2: 1 1/s')]
    >>> first_lines(["", "D is D/R2 times R2.", "", "more"])
    [('', 'D is D/R2 times R2.')]
    """
    told = [found for line in lines if (found := DETERMINED.fullmatch(line))]
    if told:
        return [(each["mark"], each["name"] + WIDTH.sub("", each["rest"])) for each in told]
    start = next((i for i, line in enumerate(lines) if line.strip()), len(lines))
    return [("", line.strip()) for line in takewhile(str.strip, lines[start:])][:MOST]
