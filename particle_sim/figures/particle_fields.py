"""The picture: one cut ball per state, sodium, stress and strain of both materials."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import xarray as xr

from particle_sim.figures.ball import ball_row, filling_radii, head_balls, name_balls
from particle_sim.figures.of_comparison import of_comparison
from particle_sim.figures.style import (
    ROLES,
    SIGNED_MAP,
    SODIUM_MAP,
    STRAIN_MAP,
    STRESS_MAP,
    Figure,
    figure_style,
    plain,
)
from particle_sim.figures.table import as_csv
from particle_sim.units import Array

if TYPE_CHECKING:
    from matplotlib.colors import Normalize

_ROWS = (
    ("site_fraction", "{} content", 1.0, "filling of the {} window"),
    ("shown_stress", None, 1e-6, "MPa"),
    ("shown_strain", None, 100.0, "%"),
)


def field_table(results: xr.DataTree) -> str:
    """CSV of what the balls show: every row of the figure along the radius [m], SI.

    ``results`` is the tree of a comparison, as :func:`particle_sim.open` gives it.

    >>> print(field_table(results).splitlines()[0])
    panel,curve,x,x of,y,y of

    Raises :class:`KeyError` for results that another verb wrote.
    """
    return as_csv(
        (
            f"{results[role].attrs['title']}, {fraction:.0%}",
            str(run[variable].attrs.get("long_name", variable)),
            float(radius),
            "radius [m]",
            float(value),
            f"{variable} [{run[variable].attrs['units']}]",
        )
        for role in ROLES
        for run in [results[role]["fields"].to_dataset()]
        for variable, *_ in _ROWS
        for fraction in np.atleast_1d(results.attrs["at"])
        for values in [state_profile(run, variable, float(fraction))]
        if values is not None
        for radius, value in zip(run.radius.values, values, strict=True)
    )


@of_comparison(
    place=10,
    table=field_table,
    caption="Filling, stress and strain in one particle of each material, under the law of "
    "transport named there; where the laws differ, so does more than the material. Each "
    "quantity has one colour scale for both; the numbers under a ball are its own smallest and "
    "largest. Sizes are those of the bars.",
)
def particle_fields(results: xr.DataTree) -> Figure:
    """Sodium, stress and strain of both materials; columns: fractions of the capacity.

    Each quantity has one colour scale for both materials; the numbers under a ball are its own
    smallest and largest value. Balls are drawn to one scale where their sizes allow it; a bar in
    each row tells it, and under the name stands the law of transport.

    ``results`` is the tree of a comparison, as :func:`particle_sim.open` gives it.

    >>> particle_fields(results).axes[-2].get_ylabel()
    'Von Mises stress [MPa]'

    Raises :class:`KeyError` for results that another verb wrote.
    """
    fractions = [float(value) for value in np.atleast_1d(results.attrs["at"])]
    fields = {role: results[role]["fields"].to_dataset() for role in ROLES}
    with figure_style() as figure_class:
        width = 1.5 * len(fractions) + 2.6
        figure = figure_class(figsize=(width, 9.6), layout="compressed")
        grid = figure.subplots(6, len(fractions), squeeze=False)
        for number, (variable, title, factor, unit) in enumerate(_ROWS):
            carrier = str(results.attrs["carrier"])
            words = (title and title.format(carrier), factor, unit.format(carrier))
            _draw_quantity(figure, grid, fields, fractions, number, (variable, *words))
        _headings(figure, grid, results)
    return figure


def state_profile(
    run: xr.Dataset, variable: str, fraction: float, factor: float = 1.0
) -> Array | None:
    """``factor`` times the field ``variable`` of ``run`` along the radius at a ``fraction``.

    ``None`` where that share of the capacity is not stored, within 1e-4. ``run`` holds the fields
    of a material in ``results``, the tree of a comparison, as :func:`particle_sim.open` gives it.

    >>> run = results["baseline/fields"].to_dataset()
    >>> state_profile(run, "site_fraction", 0.3).shape == run.radius.shape
    True
    >>> state_profile(run, "site_fraction", 0.31) is None
    True

    Raises :class:`KeyError` for a variable that is not stored.
    """
    distance = np.abs(run.fraction.values - fraction)
    index = int(np.argmin(distance))
    return np.asarray(factor * run[variable].values[index]) if distance[index] < 1e-4 else None


def _draw_quantity(
    figure: Any,
    grid: Any,
    fields: dict[str, xr.Dataset],
    fractions: list[float],
    number: int,
    row: tuple[str, str | None, float, str],
) -> None:
    from matplotlib import colormaps
    from matplotlib.cm import ScalarMappable

    variable, title, factor, unit = row
    profiles = {
        role: [state_profile(fields[role], variable, each, factor) for each in fractions]
        for role in ROLES
    }
    known = [values for row in profiles.values() for values in row if values is not None]
    norm, name = scale = field_scale(variable, known)
    fills = filling_radii({role: float(fields[role].radius[-1]) for role in ROLES})
    for place, role in enumerate(ROLES):
        ball_row(
            grid[2 * number + place],
            fields[role].radius.values,
            profiles[role],
            scales=[scale] * len(fractions),
            largest=fills[role],
        )
    label = title or str(fields["baseline"][variable].attrs["long_name"])
    label = label[0].upper() + label[1:]
    rows = grid[2 * number : 2 * number + 2]
    bar = figure.colorbar(ScalarMappable(norm=norm, cmap=colormaps[name]), ax=rows, aspect=30)
    bar.set_label(f"{label} [{unit}]" if unit in ("MPa", "%") else f"{label}\n({unit})")


def field_scale(variable: str, known: Sequence[Array]) -> tuple[Normalize, str]:
    """Norm and name of the colour map of the field ``variable`` over all its values ``known``.

    Filling has 0 to 1; a stress with compression (beyond 5 % of the tension) reaches as far to both
    sides of 0.

    >>> norm, name = field_scale("shown_stress", [np.array([-50.0, 100.0])])
    >>> (norm.vmin, norm.vmax), name
    ((-100.0, 100.0), 'PuOr_r')

    Raises nothing.
    """
    from matplotlib.colors import Normalize

    if variable == "site_fraction":
        return Normalize(0.0, 1.0), SODIUM_MAP
    low = min(float(values.min()) for values in known) if known else 0.0
    high = max(float(values.max()) for values in known) if known else 1.0
    if variable == "shown_stress" and low < -0.05 * high:
        reach = max(-low, high)
        return Normalize(-reach, reach), SIGNED_MAP
    floor = 0.0 if variable == "shown_stress" else low
    return Normalize(floor, high if high > floor else floor + 1e-12), (
        STRESS_MAP if variable == "shown_stress" else STRAIN_MAP
    )


def _headings(figure: Any, grid: Any, results: xr.DataTree) -> None:
    attrs = results.attrs
    titles = [plain(results[role].attrs["title"]) for role in ROLES]
    laws = [str(results[role].attrs["law_title"]) for role in ROLES]
    lines = [] if laws[0] == laws[1] else ["two laws of transport, each named below its material"]
    radii = {role: float(results[role]["fields"].radius[-1]) for role in ROLES}
    if len(set(filling_radii(radii).values())) > 1:
        lines.append("sizes too far apart for one scale, see the bars")
    heading = f"{attrs['direction'].capitalize()} at {attrs['c_rate']:g}C"
    name_balls(grid, titles, list(np.atleast_1d(attrs["at"])), attrs["passed"], laws)
    head_balls(figure, heading, lines)
