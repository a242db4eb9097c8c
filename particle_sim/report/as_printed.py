"""The printed picture beside a comparison: its part of the tree and its block of the page."""

from __future__ import annotations

import numpy as np
import xarray as xr

from particle_sim.figures import ASKED_FOR
from particle_sim.figures.style import ROLES
from particle_sim.studies.as_printed import AsPrinted
from particle_sim.studies.nearest_point import MaterialPoint, Point
from particle_sim.studies.printed_panel import printed_panel
from particle_sim.studies.printed_sentences import sentences

NODE = "as_printed"
QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)
POINTS = ("nearest", "freest")
_OF_MATERIAL = {
    "diffusivity": "m^2/s",
    "radius": "m",
    "diffusion_rate": "1/s",
    "spread": "1",
    "surface_excess": "1",
    "percentile": "1",
}
_OF_PAIR = {"c_rate": "1/h", "distance": "1"}


def printed_tree(found: AsPrinted) -> dict[str, xr.Dataset]:
    """What is stored, by its place in the tree of the comparison."""
    chosen = found.chosen
    groups = {
        f"/{NODE}": xr.Dataset(
            attrs={
                "printed": int(found.printed),
                "chosen": "" if chosen is None else chosen.state.name,
                "c_rate": found.settings.c_rate,
                "uniform_below": found.settings.uniform_below,
                "sentences": list(sentences(found)),
            }
        ),
        f"/{NODE}/regions": found.regions,
        f"/{NODE}/shares": found.shares,
        f"/{NODE}/readings": _readings(found),
        f"/{NODE}/points": _points(found),
        f"/{NODE}/plausible": _plausible(found),
    }
    if chosen is not None and chosen.nearest is not None:
        solved = printed_panel(found, chosen, chosen.nearest)
        groups |= {f"/{NODE}/panel/{role}": table for role, table in solved.items()}
    return groups


def asked_figures(tree: xr.DataTree) -> list[str]:
    """Names of the figures that this tree holds because they were asked for."""
    return [name for name, figure in ASKED_FOR.items() if f"/{figure.needs}" in tree.groups]


def _readings(found: AsPrinted) -> xr.Dataset:
    columns = {
        "title": [answer.state.title for answer in found.answers],
        "surface_richer": [answer.surface_richer for answer in found.answers],
        "desodiated": [answer.state.desodiated for answer in found.answers],
        "whole": [answer.holds_whole for answer in found.answers],
        "passed": [f"sodium {answer.state.direction.passed}" for answer in found.answers],
        "fraction": [answer.state.fraction for answer in found.answers],
        "direction": [answer.state.direction.value for answer in found.answers],
        "likeliest": [answer.likeliest for answer in found.answers],
    }
    return xr.Dataset(
        {name: ("state", column) for name, column in columns.items()},
        coords={"state": [answer.state.name for answer in found.answers]},
    )


def _points(found: AsPrinted) -> xr.Dataset:
    """NaN where there is no point."""
    shape = (len(POINTS), len(found.answers), len(ROLES))
    each = {name: np.full(shape, np.nan) for name in _OF_MATERIAL}
    both = {name: np.full(shape[:2], np.nan) for name in _OF_PAIR}
    for kind, name in enumerate(POINTS):
        for place, answer in enumerate(found.answers):
            point: Point | None = getattr(answer, name)
            if point is None:
                continue
            for key, array in both.items():
                array[kind, place] = getattr(point, key)
            for role, title in enumerate(ROLES):
                own: MaterialPoint = getattr(point, title)
                for key, array in each.items():
                    array[kind, place, role] = getattr(own, key)
    dims = ("point", "state", "role")
    return xr.Dataset(
        {name: (dims, array, {"units": _OF_MATERIAL[name]}) for name, array in each.items()}
        | {name: (dims[:2], array, {"units": _OF_PAIR[name]}) for name, array in both.items()},
        coords={
            "point": list(POINTS),
            "state": [answer.state.name for answer in found.answers],
            "role": list(ROLES),
        },
    )


def _plausible(found: AsPrinted) -> xr.Dataset:
    values = [np.quantile(own.diffusion_rates, QUANTILES) for own in found.pair]
    return xr.Dataset(
        {"diffusion_rate": (("role", "quantile"), np.array(values), {"units": "1/s"})},
        coords={"role": list(ROLES), "quantile": list(QUANTILES)},
    )
