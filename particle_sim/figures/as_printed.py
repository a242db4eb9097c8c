"""The printed picture at the inputs nearest to the plausible centre, with what it assumes."""

from __future__ import annotations

from typing import Any

import xarray as xr

from particle_sim.figures.ball import ball_row, filling_radii, head_balls, name_balls
from particle_sim.figures.of_comparison import of_comparison
from particle_sim.figures.particle_fields import field_scale, state_profile
from particle_sim.figures.style import ROLES, SODIUM_MAP, Figure, figure_style, plain
from particle_sim.units import Array

_WHOLE, _STRETCHED, _STRESS = "whole", "stretched", "stress"


@of_comparison(
    place=60,
    caption="The picture as printed, at the inputs nearest to the plausible centre that give it "
    "under one Fickian law. Above: the whole range of sodium. Middle: the same sodium with the "
    "colours stretched over what the pair holds in each state, as pictures often are. Below: "
    "stress. The numbers under a ball are its own smallest and largest.",
    needs="as_printed/panel",
)
def as_printed(results: xr.DataTree) -> Figure:
    """Both materials: sodium on its whole range, on that of each state, and stress.

    ``results`` is the tree of a comparison that was asked for the picture, as
    :func:`particle_sim.open` gives it.

    >>> figure = as_printed(results)
    >>> figure.axes[-1].get_ylabel()
    'Von Mises stress [MPa]'

    Raises :class:`KeyError` for results in which it was not asked for.
    """
    node = results["as_printed"]
    panel = {role: node[f"panel/{role}"].to_dataset() for role in ROLES}
    fractions = sorted({float(f) for table in panel.values() for f in table.fraction.values})
    with figure_style() as figure_class:
        figure = figure_class(figsize=(1.5 * len(fractions) + 2.9, 10.6), layout="compressed")
        grid = figure.subplots(6, len(fractions), squeeze=False)
        for number, kind in enumerate((_WHOLE, _STRETCHED, _STRESS)):
            _rows(figure, grid, panel, fractions, (number, kind))
        _headings(figure, grid, results, fractions)
    return figure


def _rows(
    figure: Any,
    grid: Any,
    panel: dict[str, xr.Dataset],
    fractions: list[float],
    row: tuple[int, str],
) -> None:
    number, kind = row
    name, factor = ("shown_stress", 1e-6) if kind == _STRESS else ("site_fraction", 1.0)
    states = {
        role: [state_profile(panel[role], name, each, factor) for each in fractions]
        for role in ROLES
    }
    known = [values for each in states.values() for values in each if values is not None]
    scales = [field_scale(name, known)] * len(fractions)
    if kind == _STRETCHED:
        scales = [_stretched(pair) for pair in zip(*states.values(), strict=True)]
    fills = filling_radii({role: float(panel[role].radius[-1]) for role in ROLES})
    for place, role in enumerate(ROLES):
        ball_row(
            grid[2 * number + place],
            panel[role].radius.values,
            states[role],
            scales=scales,
            largest=fills[role],
        )
    title = str(panel["baseline"].shown_stress.attrs["long_name"])
    _bar(figure, grid[2 * number : 2 * number + 2], kind, scales[0], title)


def _stretched(pair: tuple[Array | None, ...]) -> tuple[Any, str]:
    """The colours of one state over what both materials hold in it."""
    from matplotlib.colors import Normalize

    known = [values for values in pair if values is not None]
    low, high = min(each.min() for each in known), max(each.max() for each in known)
    return Normalize(low, max(high, low + 1e-12)), SODIUM_MAP


def _bar(figure: Any, rows: Any, kind: str, scale: tuple[Any, str], title: str) -> None:
    from matplotlib import colormaps
    from matplotlib.cm import ScalarMappable
    from matplotlib.colors import Normalize

    norm, cmap = scale[0], colormaps[scale[1]]
    if kind == _STRETCHED:
        norm = Normalize(0, 1)
    bar = figure.colorbar(ScalarMappable(norm=norm, cmap=cmap), ax=rows, aspect=30)
    if kind == _STRESS:
        bar.set_label(f"{title[0].upper()}{title[1:]} [MPa]")
        return
    if kind == _STRETCHED:
        bar.set_ticks([0, 1], labels=["least", "most"])
    words = "Sodium, stretched over each state" if kind == _STRETCHED else "Sodium content"
    bar.set_label(f"{words}\n(filling of the sodium window)")


def _headings(figure: Any, grid: Any, results: xr.DataTree, fractions: list[float]) -> None:
    node = results["as_printed"]
    reading = node["readings"].to_dataset().sel(state=node.attrs["chosen"])
    titles = [plain(results[role].attrs["title"]) for role in ROLES]
    name_balls(grid, titles, fractions, reading.passed.item())
    words = "As printed" if node.attrs["printed"] else "As if printed"
    heading = (
        f"{words}: {reading.direction.item()} at {node.attrs['c_rate']:g}C, "
        f"read as {reading.title.item()}"
    )
    head_balls(figure, heading, _assumed(results, node.attrs["chosen"]))


def _assumed(results: xr.DataTree, chosen: str) -> list[str]:
    """D, R and D/R^2 of both materials, and how plausible the picture and the point are."""
    node = results["as_printed"]
    point = node["points"].to_dataset().sel(point="nearest", state=chosen)
    rate = node.attrs["c_rate"]
    share = float(node["shares"].picture.sel(state=chosen, c_rate=rate))
    lines = ["Assumes one Fickian law, constant D and constant current, and"]
    for role in ROLES:
        own = point.sel(role=role)
        lines.append(
            f"{plain(results[role].attrs['title'])}: D = {float(own.diffusivity):.2g} m²/s, "
            f"R = {1e6 * float(own.radius):.2g} µm, D/R² = {float(own.diffusion_rate):.2g} /s, "
            f"above {float(own.percentile):.0%} of what is plausible"
        )
    lines.append(
        f"{float(point.distance):.2g} standard deviations from the plausible centre; "
        f"{share:.0%} of all plausible inputs give the picture at {rate:g}C"
    )
    return lines
