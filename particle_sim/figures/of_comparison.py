"""What makes a function a figure of a stored comparison: its place on the page and its caption."""

from __future__ import annotations

from collections.abc import Callable
from functools import update_wrapper

import xarray as xr

from particle_sim.figures.style import Figure


class ComparisonFigure:
    """A function from stored results to a figure; on a page, lower ``place`` comes first.

    Made by :func:`of_comparison`. ``draw`` is the function, ``caption`` what a report says below,
    ``needs`` the node without which there is nothing to draw (empty: always there), ``table`` its
    numbers as CSV where they are not its lines.
    """

    __name__: str

    def __init__(
        self,
        draw: Callable[[xr.DataTree], Figure],
        place: int,
        caption: str,
        needs: str,
        table: Callable[[xr.DataTree], str] | None,
    ) -> None:
        update_wrapper(self, draw)
        self.draw, self.place, self.caption, self.needs = draw, place, caption, needs
        self.table = table

    def __call__(self, results: xr.DataTree) -> Figure:
        return self.draw(results)


def of_comparison(
    *,
    place: int,
    caption: str,
    needs: str = "",
    table: Callable[[xr.DataTree], str] | None = None,
) -> Callable[[Callable[[xr.DataTree], Figure]], ComparisonFigure]:
    """Decorator of a figure that every report shows and ``particle-sim plot`` draws.

    ``place`` orders figures on a page, ``caption`` stands below. ``needs``: the part of the tree
    without which there is nothing to draw, where it was asked for. ``table``: its numbers as CSV,
    where they are not its lines.

    >>> @of_comparison(place=35, caption="The voltage once more.")
    ... def voltage_again(results):
    ...     return Figure()
    >>> voltage_again.place, voltage_again.caption
    (35, 'The voltage once more.')

    Raises nothing.
    """
    return lambda draw: ComparisonFigure(draw, place, caption, needs, table)
