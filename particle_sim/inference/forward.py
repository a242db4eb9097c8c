"""The model behind a fit: capacities or voltages of many sets of groups at once.

A material with one effective diffusivity is solved in closed form (``discharge``); one whose
diffusivity depends on the filling is integrated by the batched half cell. In that, the groups are
set through D, j0, the film resistance and c_max at the material's own radius and loading, which
is no loss: only the groups matter.
"""

from __future__ import annotations

import numpy as np

from particle_sim.cell.half_cell import Cell
from particle_sim.constants import REFERENCE_TEMPERATURE
from particle_sim.errors import InputError
from particle_sim.inference.discharge import capacities, discharge_of, voltages
from particle_sim.inference.form import Form
from particle_sim.inference.moving_boundary import CHI, gap_in
from particle_sim.inference.problem import Model
from particle_sim.units import Array


def has_closed_form(cell: Cell) -> bool:
    """Whether one diffusivity stands for the material's."""
    return cell.law.in_sphere(cell.material, REFERENCE_TEMPERATURE).constant is not None


def forms_of(cell: Cell) -> tuple[Form, ...]:
    """What the particles of a cell may be: a boundary moves in materials of two phases."""
    if not has_closed_form(cell):
        return (Form.ONE_SIZE,)
    return tuple(form for form in Form if form is not Form.MOVING_BOUNDARY or gap_in(cell.material))


def capacity_model(cell: Cell, current: Array, form: Form = Form.ONE_SIZE) -> Model:
    """log10 groups (and shape) (n, d) -> capacity [A h/kg] (n, m) at currents (m,) [A/kg].

    :class:`InputError` for a form other than one size where the material's own D(theta) is known,
    and for a moving boundary where the file of the material has no two phases.
    """
    if form is Form.MOVING_BOUNDARY and gap_in(cell.material) is None:
        raise InputError(
            f'{cell.material.name}: the form "{form.value}" needs two phases, and its file names '
            f'none; add phase_behaviour "two-phase" and a {CHI} above 2, or use '
            f'"{Form.ONE_SIZE.value}".'
        )
    if has_closed_form(cell):
        discharge = discharge_of(cell)
        return lambda vectors: capacities(discharge, vectors, current, form)
    if form is not Form.ONE_SIZE:
        raise InputError(
            f"{cell.material.name}: its diffusivity already depends on the filling, which the form "
            f'"{form.value}" has no closed form for; use "{Form.ONE_SIZE.value}", or --set the '
            "diffusivity of the material to one number."
        )
    return lambda groups: _batch_capacities(cell, groups, current)


def voltage_model(cell: Cell, current: float, capacity: Array) -> Model:
    """log10 groups (n, 4) -> voltage [V] (n, k) at capacities (k,) [A h/kg] of one current."""
    if has_closed_form(cell):
        discharge = discharge_of(cell)
        return lambda groups: voltages(discharge, groups, current, capacity)
    return lambda groups: _batch_voltages(cell, groups, current, capacity)


def group_values(cell: Cell, groups: Array) -> dict[str, Array]:
    """Property magnitudes (n,) in SI that have the log10 groups (n, 4) at the central radius."""
    rate, exchange, resistance, window = (10.0**groups).T
    material = cell.material
    radius = material.value("particle_radius")
    return {
        "diffusivity": rate * radius**2,
        "exchange_current_density": exchange * material.value("density") * radius / 3,
        "film_resistance": resistance / cell.design.value("active_loading"),
        "maximum_concentration": material.maximum_concentration
        * window
        / material.specific_capacity,
    }


def _batch_capacities(cell: Cell, groups: Array, current: Array) -> Array:
    from particle_sim.studies.half_cell_batch import half_cell_batch

    count = len(current)
    values = {n: np.repeat(v, count) for n, v in group_values(cell, groups).items()}
    rates = np.tile(current / cell.material.value("one_c_current"), len(groups))
    batch = half_cell_batch(cell.material, cell.design, c_rate=rates, values=values, law=cell.law)
    return np.asarray(batch.capacity).reshape(len(groups), count)


_OUTPUT = 200


def _batch_voltages(cell: Cell, groups: Array, current: float, capacity: Array) -> Array:
    from particle_sim.studies.half_cell_batch import half_cell_batch

    rate = np.full(len(groups), current / cell.material.value("one_c_current"))
    values = group_values(cell, groups)
    batch = half_cell_batch(
        cell.material, cell.design, c_rate=rate, values=values, law=cell.law, output=_OUTPUT
    )
    grid = np.linspace(0, 1, _OUTPUT)
    ends = np.asarray(batch.capacity)[:, None]
    lower = cell.voltage_limits[0]
    # past its end a discharge goes on falling, so that a fit finds back
    past = 20.0 * np.maximum(capacity / np.maximum(ends, 1e-12) - 1, 0)
    inside = [
        np.interp(capacity / max(end, 1e-12), grid, voltage, right=lower)
        for end, voltage in zip(ends[:, 0], np.asarray(batch.voltage), strict=True)
    ]
    return np.asarray(inside) - past
