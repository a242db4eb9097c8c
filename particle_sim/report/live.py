"""The numbers a page draws from as its reader moves the charge: fields, voltage, scales."""

from __future__ import annotations

import base64
import json
from typing import Any

import numpy as np
from numpy.typing import NDArray

from particle_sim.claims.compare import ComparisonResult
from particle_sim.figures.ball import filling_radii
from particle_sim.figures.sheet import length_text, round_length
from particle_sim.figures.style import ROLES, SIGNED_MAP, SODIUM_MAP, STRESS_MAP
from particle_sim.particle.run import ParticleRun
from particle_sim.studies.result import MaterialResult
from particle_sim.transport.laws import LAWS, SOLID_SOLUTION
from particle_sim.units import Array

STATES, RADII = 101, 121
"""Even fractions of the usable capacity, and even radii from the centre to the surface."""
LEVELS = 65535
"""Steps of a stored value between the smallest and the largest of its state."""
QUANTITIES = {
    "site_fraction": ("{carrier} filling", "", 1.0),
    "von_mises_stress": ("von Mises stress", "MPa", 1e-6),
    "hoop_stress": ("hoop stress", "MPa", 1e-6),
    "radial_stress": ("radial stress", "MPa", 1e-6),
}
"""Variable: title, unit, and what makes SI of it the unit."""


def live_json(result: ComparisonResult) -> str:
    """:func:`live_numbers` as JSON that may stand in a page: it holds no ``<``."""
    numbers = json.dumps(live_numbers(result), separators=(",", ":"), allow_nan=False)
    return numbers.replace("<", "\\u003c")


def live_numbers(result: ComparisonResult) -> dict[str, Any]:
    """Everything the page draws with; spheres only, under every law that was run."""
    radii = {
        role: float(own.particle.radius[-1])
        for role, own in zip(ROLES, result.materials, strict=True)
    }
    fills = filling_radii(radii)
    return {
        "passed": f"{result.carrier} {result.settings.direction.passed}",
        "shown": list(result.settings.at),
        "radii": RADII,
        "quantities": [
            {"title": title.format(carrier=result.carrier), "unit": unit}
            for title, unit, _ in QUANTITIES.values()
        ],
        "maps": {
            kind: colour_map(name)
            for kind, name in (
                ("filling", SODIUM_MAP), ("stress", STRESS_MAP), ("signed", SIGNED_MAP),
            )
        },
        "materials": [
            {
                "role": role,
                "title": own.title,
                "size": radii[role] / fills[role],
                "bar": round_length(0.7 * fills[role]) / fills[role],
                "bar_text": length_text(round_length(0.7 * fills[role])),
                "voltage": _voltage(own),
                "runs": [_run(own, law, run) for law, run in own.runs.items()],
                "first": list(own.runs).index(law_first(result, own)),
            }
            for role, own in zip(ROLES, result.materials, strict=True)
        ],
    }  # fmt: skip


def law_first(result: ComparisonResult, own: MaterialResult) -> str:
    """The law that a page opens with: where the materials' own differ, a solid solution of both.

    Each material's own where that was not run of both.
    """
    one_law = len({each.law.name for each in result.materials}) == 1
    both = all(SOLID_SOLUTION.name in each.runs for each in result.materials)
    return SOLID_SOLUTION.name if both and not one_law else own.law.name


def colour_map(name: str) -> str:
    """The 256 colours of a map of the figures, three bytes each, in base64."""
    from matplotlib import colormaps

    colours = colormaps[name](np.linspace(0, 1, 256), bytes=True)
    return _base64(np.asarray(colours)[:, :3])


def at_states(passed: Array, values: Array, fractions: Array) -> Array:
    """Values (t, r) at fractions of the capacity: between two steps of the solver, straight.

    ``passed`` (t,) increases; the result ends with the last fraction that was reached.

    >>> at_states(np.array([0.0, 0.5]), np.array([[0.0], [1.0]]), np.array([0.0, 0.25, 1.0]))
    array([[0. ],
           [0.5]])
    """
    reached = fractions[fractions <= passed[-1] + 1e-9]
    after = np.clip(np.searchsorted(passed, reached), 1, len(passed) - 1)
    span = passed[after] - passed[after - 1]
    share = np.clip((reached - passed[after - 1]) / np.where(span > 0, span, 1.0), 0.0, 1.0)
    found: Array = (1 - share)[:, None] * values[after - 1] + share[:, None] * values[after]
    return found


def packed(values: Array, radius: Array) -> dict[str, Any]:
    """Rows of values (s, r) at even radii as bytes, between the smallest and largest of each row.

    The largest error is half a step, 0.5/65535 of the row's range, and that of straight lines
    between the radii.
    """
    low, high = values.min(axis=1), values.max(axis=1)
    even = np.linspace(0.0, radius[-1], RADII)
    rows = np.array([np.interp(even, radius, row) for row in values]).reshape(-1, RADII)
    span = np.where(high > low, high - low, 1.0)
    levels = np.rint(LEVELS * (rows - low[:, None]) / span[:, None]).clip(0, LEVELS)
    return {"low": _short(low), "high": _short(high), "rows": _base64(levels.astype("<u2"))}


def _run(own: MaterialResult, law: str, run: ParticleRun) -> dict[str, Any]:
    data = run.to_dataset()
    passed = (run.mean_site_fraction - own.start) / (own.stop - own.start)
    fractions = np.linspace(0.0, 1.0, STATES)
    return {
        "law": LAWS[law].title,
        "own": law == own.law.name,
        "reached": round(float(min(passed[-1], 1.0)), 4),
        "fields": [
            packed(
                at_states(np.asarray(passed), factor * data[name].values, fractions),
                data.radius.values,
            )
            for name, (_, _, factor) in QUANTITIES.items()
        ],
    }


def _voltage(own: MaterialResult) -> dict[str, list[float]]:
    data = own.cell.to_dataset()
    passed = (data.mean_site_fraction.values - own.start) / (own.stop - own.start)
    return {"x": _short(passed), "y": _short(data.voltage.values)}


def _short(values: Array) -> list[float]:
    """Six digits, which no screen shows."""
    return [float(f"{value:.6g}") for value in values]


def _base64(values: NDArray[Any]) -> str:
    return base64.b64encode(np.ascontiguousarray(values).tobytes()).decode("ascii")
