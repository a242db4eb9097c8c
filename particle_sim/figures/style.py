"""Colours and sizes shared by all figures: colour-blind safe, readable in print."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from matplotlib.figure import Figure

BASELINE, CANDIDATE = "#D55E00", "#0072B2"
"""Vermilion and blue of the Okabe-Ito palette."""
COLOURS = {"baseline": BASELINE, "candidate": CANDIDATE}
ROLES = ("baseline", "candidate")
SODIUM_MAP, STRESS_MAP, STRAIN_MAP, SIGNED_MAP = "viridis", "magma_r", "cividis", "PuOr_r"

LAW_STYLES = {
    "solid_solution": "-",
    "two_phase": "--",
    "coherent": ":",
    "stress_drift": "-.",
}

_RC: Any = {
    "font.size": 9,
    "axes.titlesize": 10,
    "axes.labelsize": 9,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "legend.frameon": False,
    "legend.fontsize": 8,
    "figure.dpi": 150,
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
