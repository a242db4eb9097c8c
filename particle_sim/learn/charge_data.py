"""What the playground's page charges by itself, and what it is told of charges it cannot compute.

A material in one phase, with constant diffusivity and stiffness, is charged in the page by closed
forms (``assets/kernel.js``); any other by :mod:`particle_sim.learn.one_particle`. Both give the
page one kind of data: the same states at even shares of the usable capacity.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from particle_sim.cell.half_cell import END_MARGIN, half_cell
from particle_sim.constants import REFERENCE_TEMPERATURE
from particle_sim.learn.one_particle import OneParticle
from particle_sim.learn.picture import numbers
from particle_sim.materials.carriers import CARRIER_NAMES
from particle_sim.materials.functions import Constant, LinearTable
from particle_sim.materials.load import MaterialRecord
from particle_sim.materials.material import Material
from particle_sim.metrics.flaw import FlawKind
from particle_sim.studies.choices import PhysicsChoice
from particle_sim.studies.footing import LEVELLED, level
from particle_sim.studies.measures import STRESSES
from particle_sim.transport.laws import SOLID_SOLUTION, law_of
from particle_sim.units import Array

STATES = np.linspace(0.0, 1.0, 41)
"""Shares of the usable capacity at which fields are sent: the positions of the charge slider."""
SPAN = (0.05, 5.5)
"""Voltages that a table reaches over [V]."""
WITHIN = 1e-4
"""Largest distance of a thinned potential from the whole one [V]."""
NUMBERS = (
    "particle_radius",
    "diffusivity",
    "volume_change",
    "youngs_modulus",
    "poisson_ratio",
    "exchange_current_density",
    "lower_voltage",
    "upper_voltage",
    "maximum_concentration",
    "density",
    "one_c_current",
    "flaw_size",
    "fracture_toughness",
    "gradient_coefficient",
)
DESIGN = {
    "active_loading": "active_loading",
    "metal_exchange": "metal_exchange_current_density",
    "film_resistance": "film_resistance",
}
FLAW = FlawKind.SURFACE.shape_factor
"""K of the assumed flaw over stress and the root of its depth."""


def material_data(material: Material) -> dict[str, Any]:
    """Numbers in SI and tables of one material, as a charge in the page reads them."""
    design = half_cell(material).design
    filling, potential = thinned(*_potential(material))
    exchange = material["exchange_current_density"].with_magnitude(1.0)
    return {
        "name": material.name,
        "title": material.title,
        "carrier": CARRIER_NAMES[material.carrier],
        "in_page": _in_page(material),
        "parts": law_of(PhysicsChoice.DECLARED.value, material) is not SOLID_SOLUTION,
        "numbers": {k: material.value(k) for k in NUMBERS if k in material.properties},
        "plausible": {k: _plausible(material, k) for k in NUMBERS if k in material.properties},
        "design": {name: design.value(key) for name, key in DESIGN.items()},
        "margin": END_MARGIN,
        "filling": _rounded(filling, 8),
        "potential": _rounded(potential, 6),
        "exchange": _rounded(exchange(np.clip(filling, 0.0, 1.0), REFERENCE_TEMPERATURE), 5),
        "strain": _strain(material),
    }


def run_data(one: OneParticle) -> dict[str, Any]:
    """A charge that the program computed, at ``STATES`` and in every step of the solver."""
    start, stop = one.rest
    curve = (start - one.cell.mean_site_fraction[0]) / (start - stop)
    gradient = one.drawn.properties.get("gradient_coefficient")
    told: dict[str, Any] = {
        "title": one.material.title,
        "capacity": float(one.cell.capacity[0]),
        "widened": one.widened,
        "gradient": None if gradient is None else gradient.magnitude,
        "voltage": {"x": numbers(100 * curve), "y": numbers(one.cell.voltage[0])},
        "reached": max(float(curve[-1]), 0.0),
        "states": None,
    }
    if one.run is None:
        return told
    passed = (start - np.asarray(one.run.mean_site_fraction)) / (start - stop)
    stress = one.run.stress[:, :, :3] / 1e6
    fields = {
        "filling": one.run.site_fraction,
        "radial": stress[:, :, 0],
        "hoop": stress[:, :, 1],
    }
    rows = {name: at_states(passed, values) for name, values in fields.items()}
    peaks = {
        measure.value: numbers(known.size(known.read(stress)).max(axis=1))
        for measure, known in STRESSES.items()
    }
    return {
        **told,
        "reached": float(passed[-1]),
        "states": {
            "radius": numbers(one.run.radius / one.run.radius[-1]),
            **{name: [numbers(row) for row in found] for name, found in rows.items()},
        },
        "history": {"passed": numbers(100 * passed), **peaks},
        "tension": float(one.largest_tension.max()) / 1e6,
        "spread": float(np.ptp(one.run.site_fraction, axis=1).max()),
    }


def at_states(passed: Array, values: Array) -> Array:
    """Rows (41, r) of values (t, r) at ``STATES``, straight between two steps, held at both ends.

    >>> at_states(np.array([0.0, 0.5]), np.array([[0.0], [1.0]]))[[0, 10, 40], 0].tolist()
    [0.0, 0.5, 1.0]
    """
    columns = [np.interp(STATES, passed, column) for column in values.T]
    return np.stack(columns, axis=1)


def thinned(x: Array, y: Array, within: float = WITHIN) -> tuple[Array, Array]:
    """The points of a curve that straight lines between them need to stay ``within`` of it.

    >>> thinned(np.arange(5.0), np.array([0.0, 1.0, 2.0, 2.0, 2.0]))[0].tolist()
    [0.0, 2.0, 4.0]
    """
    kept, pieces = {0, len(x) - 1}, [(0, len(x) - 1)]
    while pieces:
        left, right = pieces.pop()
        if right - left < 2:
            continue
        inner = slice(left + 1, right)
        share = (x[inner] - x[left]) / (x[right] - x[left])
        off = np.abs(y[inner] - y[left] - share * (y[right] - y[left]))
        if off.max() > within:
            middle = left + 1 + int(off.argmax())
            kept.add(middle)
            pieces += [(left, middle), (middle, right)]
    index = sorted(kept)
    return x[index], y[index]


def library(records: Sequence[MaterialRecord]) -> dict[str, Any]:
    """Every material as its file has it, and what each ordered pair of them shares.

    ``shared[i][j]``: bits 2 k and 2 k + 1 say that of ``levelled[k]`` the first or the second of
    the pair takes the other's number (:func:`~particle_sim.studies.footing.level`).
    """
    names = [name for name in NUMBERS if name in LEVELLED]
    shared = [[_shared(one, other, names) for other in records] for one in records]
    return {
        "materials": [material_data(record.material) for record in records],
        "levelled": names,
        "shared": shared,
    }


def _shared(one: MaterialRecord, other: MaterialRecord, names: Sequence[str]) -> int:
    if one is other:
        return 0
    filed = (one.material, other.material)
    solved, steps = level((one, other))
    changed = {step.name for step in steps}
    bits = 0
    for k, name in enumerate(names):
        for side in (0, 1) if name in changed else ():
            own, taken = filed[side][name], solved[side][name]
            if (own.magnitude, own.plausible) != (taken.magnitude, taken.plausible):
                bits |= 1 << (2 * k + side)
    return bits


def _in_page(material: Material) -> bool:
    """Whether the closed forms hold."""
    stiff = all(
        isinstance(material[name].function, Constant)
        for name in ("youngs_modulus", "poisson_ratio")
    )
    carried = SOLID_SOLUTION.in_sphere(material, REFERENCE_TEMPERATURE)
    return stiff and carried.constant is not None and _strain(material) is not None


def _potential(material: Material) -> tuple[Array, Array]:
    """U against the filling, fine where either changes fast."""
    voltage = np.linspace(*SPAN, 1500)
    theta = np.linspace(1e-6, 1 - 1e-6, 1500)
    known = material.potential
    x = np.concatenate([known.filling(voltage, REFERENCE_TEMPERATURE), theta])
    y = np.concatenate([voltage, known(theta, REFERENCE_TEMPERATURE)])
    order = np.argsort(x, kind="stable")
    x, y = x[order], y[order]
    keep = np.concatenate([[True], np.diff(x) > 1e-9])
    return x[keep], y[keep]


def _strain(material: Material) -> dict[str, Any] | None:
    """Linear chemical strain as straight pieces."""
    table = material["chemical_strain"].function
    if not isinstance(table, LinearTable):
        return None
    return {"points": table.points, "values": table.values, "rounding": table.rounding}


def _plausible(material: Material, name: str) -> list[float] | None:
    known = material[name].plausible
    return None if known is None else [known.low, known.high]


def _rounded(values: ArrayLike, digits: int) -> list[float]:
    return [float(f"{value:.{digits}g}") for value in np.asarray(values)]
