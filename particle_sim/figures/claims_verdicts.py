"""How many claims of each paper are supported, contradicted, undecided or not testable."""

from __future__ import annotations

from collections.abc import Mapping

from particle_sim.figures.style import Figure, figure_style, plain

COLOURS = {
    "supported": "#009e73",
    "contradicted": "#d55e00",
    "undecided": "#e6b800",
    "not testable": "#9aa3ad",
}
"""By verdict, in the order of the bars."""
SEEN = 0.04
"""Share of the longest bar below which a number has no room."""


def claims_verdicts(counts: Mapping[str, Mapping[str, int]]) -> Figure:
    """Claims of each paper by verdict; the number stands in its bar."""
    from matplotlib.ticker import MaxNLocator

    longest = max((sum(each.values()) for each in counts.values()), default=1)
    with figure_style() as figure_class:
        figure = figure_class(figsize=(7.0, 0.55 * len(counts) + 1.5), layout="constrained")
        axis = figure.subplots()
        for row, found in enumerate(counts.values()):
            left = 0
            for verdict, colour in COLOURS.items():
                width = found.get(verdict, 0)
                label = verdict if row == 0 else None
                axis.barh(row, width, left=left, height=0.62, color=colour, label=label)
                if width > SEEN * longest:
                    axis.text(left + width / 2, row, str(width), ha="center", va="center", size=8)
                left += width
        axis.set_yticks(range(len(counts)), [plain(paper) for paper in counts])
        axis.invert_yaxis()
        axis.xaxis.set_major_locator(MaxNLocator(integer=True))
        axis.set_xlabel("Claims and parts of claims [1]")
        figure.legend(loc="outside upper center", ncols=len(COLOURS), frameon=False)
    return figure
