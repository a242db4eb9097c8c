"""The printed picture at the inputs nearest to the plausible centre, with what it assumes."""

from __future__ import annotations

from typing import Any

import numpy as np
import xarray as xr

from particle_sim.figures.ball import draw_ball, draw_scale_bar, filling_radii
from particle_sim.figures.of_comparison import of_comparison
from particle_sim.figures.particle_fields import state_profile
from particle_sim.figures.sheet import say_not_reached, span_text
from particle_sim.figures.style import ROLES, SODIUM_MAP, STRESS_MAP, Figure, figure_style, plain
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
    """Rows: sodium on its whole range and on that of each state, and stress, of both materials."""
    node = results["as_printed"]
    panel = {role: node[f"panel/{role}"].to_dataset() for role in ROLES}
    fractions = sorted({float(f) for table in panel.values() for f in table.fraction.values})
    with figure_style() as figure_class:
        figure = figure_class(figsize=(1.5 * len(fractions) + 2.9, 10.6))
        grid = figure.add_gridspec(
            6, len(fractions) + 1, width_ratios=[*[1.0] * len(fractions), 0.07],
            left=0.17, right=0.89, top=0.87, bottom=0.035, hspace=0.28, wspace=0.06,
        )  # fmt: skip
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
    values = {
        (role, fraction): state_profile(panel[role], name, fraction)
        for role in ROLES
        for fraction in fractions
    }
    known = {key: factor * each for key, each in values.items() if each is not None}
    fills = filling_radii({role: float(panel[role].radius[-1]) for role in ROLES})
    for place, role in enumerate(ROLES):
        shown = [fraction for fraction in fractions if (role, fraction) in known]
        for column, fraction in enumerate(fractions):
            axes = figure.add_subplot(grid[2 * number + place, column])
            if fraction not in shown:
                say_not_reached(axes)
                continue
            radius, own = panel[role].radius.values, known[role, fraction]
            norm, cmap = _scale(kind, known, fraction)
            draw_ball(axes, radius, own, norm=norm, cmap=cmap, largest=fills[role])
            axes.text(
                0.5, -0.02, span_text(own), ha="center", va="top", fontsize=6.5,
                transform=axes.transAxes, color="#333333",
            )  # fmt: skip
            if fraction == shown[0]:
                draw_scale_bar(axes, float(radius[-1]), fills[role])
    _bar(figure, figure.add_subplot(grid[2 * number : 2 * number + 2, -1]), kind, known, panel)


def _scale(kind: str, known: dict[tuple[str, float], Array], fraction: float) -> tuple[Any, Any]:
    """The colours of a state; those of the stretched rows are of both materials in that state."""
    import matplotlib
    from matplotlib.colors import Normalize

    if kind == _WHOLE:
        return Normalize(0.0, 1.0), matplotlib.colormaps[SODIUM_MAP]
    if kind == _STRESS:
        highest = max(float(np.abs(each).max()) for each in known.values())
        lowest = min(float(each.min()) for each in known.values())
        return Normalize(min(lowest, 0.0), highest), matplotlib.colormaps[STRESS_MAP]
    here = [each for (_, at), each in known.items() if at == fraction]
    low, high = min(each.min() for each in here), max(each.max() for each in here)
    return Normalize(low, max(high, low + 1e-12)), matplotlib.colormaps[SODIUM_MAP]


def _bar(
    figure: Any, axes: Any, kind: str, known: dict[tuple[str, float], Array], panel: Any
) -> None:
    from matplotlib.cm import ScalarMappable
    from matplotlib.colors import Normalize

    norm, cmap = _scale(kind, known, next(at for _, at in known))
    if kind == _STRETCHED:
        bar = figure.colorbar(ScalarMappable(norm=Normalize(0, 1), cmap=cmap), cax=axes)
        bar.set_ticks([0, 1], labels=["least", "most"])
        bar.set_label("Sodium, stretched over each state\n(filling of the sodium window)")
        return
    bar = figure.colorbar(ScalarMappable(norm=norm, cmap=cmap), cax=axes)
    title = str(panel["baseline"].shown_stress.attrs["long_name"])
    bar.set_label(
        f"{title[0].upper()}{title[1:]} [MPa]"
        if kind == _STRESS
        else "Sodium content\n(filling of the sodium window)"
    )


def _headings(figure: Any, grid: Any, results: xr.DataTree, fractions: list[float]) -> None:
    node = results["as_printed"]
    chosen = node.attrs["chosen"]
    reading = node["readings"].to_dataset().sel(state=chosen)
    for column, fraction in enumerate(fractions):
        box = grid[0, column].get_position(figure)
        bold = "bold" if abs(fraction - float(reading.fraction)) < 1e-9 else "normal"
        figure.text(
            0.5 * (box.x0 + box.x1), box.y1 + 0.007, f"{fraction:.0%}", ha="center", fontweight=bold
        )
    for row in range(6):
        box = grid[row, 0].get_position(figure)
        figure.text(
            0.155, 0.5 * (box.y0 + box.y1) + 0.006, plain(results[ROLES[row % 2]].attrs["title"]),
            ha="right", va="center", fontsize=10, fontweight="bold",
        )  # fmt: skip
    left = grid[0, 0].get_position(figure).x0
    lines = _assumed(results, chosen)
    figure.text(
        left, 0.975, f"As printed: {reading.direction.item()} at {node.attrs['c_rate']:g}C, "
        f"read as {reading.title.item()}", fontsize=11, fontweight="bold",
    )  # fmt: skip
    figure.text(left, 0.967, "\n".join(lines), fontsize=8, color="#333333", va="top")
    box = grid[0, 0].get_position(figure)
    figure.text(0.155, box.y1 + 0.007, f"{reading.passed.item()}:", ha="right", fontsize=8)


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
