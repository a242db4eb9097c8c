"""A picture of how verdicts come about: shares of draws of one paper's sentences, and the bands.

It draws what ``particle-sim claims --json`` prints. Run by ``python docs/_tools/pictures.py``.
"""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

from matplotlib.figure import Figure

from particle_sim.claims.interval import SUPPORTED_FROM
from particle_sim.figures.style import BASELINE, CANDIDATE, figure_style

SENTENCES = {
    "C4": "HE-V is stressed less than NVP",
    "C7": "fewer cracks in HE-V than in NVP",
    "C53b": "a solid solution diffuses fast",
    "C6b": "HE-V is intact after cycling",
    "C1": "sodium is uniform in HE-V",
    "C52": "HE-V's dQ/dV peaks are closer",
    "C30b": "HE-V keeps more at high rates",
    "C30a": "HE-V works up to 50C",
    "C2a": "sodium is uneven in NVP at 90 %",
    "C6a": "NVP shows many cracks",
    "C2b": "sodium stays at NVP's surface",
}
"""Claims of the pair NVP and HE-V, shortened."""
COLOURS = {"supported": CANDIDATE, "contradicted": BASELINE, "undecided": "#888888"}


def draw(claims: dict[str, Any]) -> Figure:
    """A row for each sentence: every way it is asked, with the interval of the first."""
    figure = Figure(figsize=(7.1, 3.9), layout="constrained")
    axes = figure.subplots()
    for low, high, verdict in (
        (100 * SUPPORTED_FROM, 103, "supported"),
        (-3, 100 * (1 - SUPPORTED_FROM), "contradicted"),
    ):
        axes.axvspan(low, high, color=COLOURS[verdict], alpha=0.15, linewidth=0)
    for row, name in enumerate(reversed(SENTENCES)):
        claim = claims[name]
        colour = COLOURS[claim["verdict"]]
        votes = [claim["share"], *(b["share"] for b in claim["branches"] if b["votes"])]
        axes.plot([100 * min(votes), 100 * max(votes)], [row, row], color=colour, linewidth=1.2)
        low, high = claim["interval"]
        axes.plot([100 * low, 100 * high], [row, row], color=colour, linewidth=5)
        axes.plot([100 * share for share in votes], [row] * len(votes), "o", color=colour, ms=4.5)
        shown = [100 * b["share"] for b in claim["branches"] if not b["votes"]]
        axes.plot(shown, [row] * len(shown), "o", mfc="none", mec=colour, ms=4.5)
    axes.set_yticks(range(len(SENTENCES)), [f"{SENTENCES[n]} ({n})" for n in reversed(SENTENCES)])
    axes.tick_params(axis="y", length=0)
    axes.spines["left"].set_visible(False)
    axes.set(xlim=(-3, 103), xlabel="Draws in which the sentence holds [%]")
    for place, words in ((5, "contradicted"), (50, "undecided"), (95, "supported")):
        axes.annotate(words, (place, 1.01), xycoords=("data", "axes fraction"), ha="center",
                      fontsize=8, color=COLOURS[words])  # fmt: skip
    return figure


if __name__ == "__main__":
    words = [sys.executable, "-m", "particle_sim", "claims", "--json"]
    printed = subprocess.run(words, check=True, capture_output=True, text=True).stdout
    with figure_style():
        draw({claim["id"]: claim for claim in json.loads(printed)}).savefig("verdicts.png")
