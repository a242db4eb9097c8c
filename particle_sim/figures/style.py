"""Colours and sizes shared by all figures: colour-blind safe, readable in print."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import cycle
from typing import TYPE_CHECKING, Any

from particle_sim.transport.laws import LAWS

if TYPE_CHECKING:
    from matplotlib.figure import Figure as Figure
else:  # matplotlib is loaded when something is drawn
    Figure = Any

BASELINE, CANDIDATE = "#D55E00", "#0072B2"
"""Vermilion and blue of the Okabe-Ito palette."""
COLOURS = {"baseline": BASELINE, "candidate": CANDIDATE}
ROLES = ("baseline", "candidate")
SODIUM_MAP, STRESS_MAP, STRAIN_MAP, SIGNED_MAP = "viridis", "magma_r", "cividis", "PuOr_r"

LAW_STYLES = dict(zip(LAWS, cycle(("-", "-.", "--", ":", (0, (5, 1)))), strict=False))
"""A line style for every law by name."""

_RC: Any = {
    "font.size": 9,
    "axes.titlesize": 10,
    "axes.labelsize": 9,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "legend.frameon": False,
    "legend.fontsize": 8,
    "figure.dpi": 100,
    "savefig.dpi": 200,
    "svg.hashsalt": "particle_sim",
    "svg.fonttype": "none",
}


@contextmanager
def figure_style() -> Iterator[type[Figure]]:
    """Matplotlib's pyplot-free figure class under the shared style."""
    import matplotlib

    with matplotlib.rc_context(_RC):
        from matplotlib.figure import Figure as FigureClass

        yield FigureClass


def plain(text: str) -> str:
    r"""A text of a user's file as Matplotlib must get it: a dollar is no formula there.

    >>> plain("5 $ a kilogram")
    '5 \\$ a kilogram'
    """
    return str(text).replace("$", r"\$")
