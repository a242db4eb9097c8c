"""Are the sums over few entries those of whole matrices, and the slopes those of the values?"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from particle_sim.inference.data import TitrationData
from particle_sim.inference.pulses import Pulses, pulses_of
from particle_sim.inference.record_basis import (
    Band,
    beside,
    diagonal,
    jump_basis,
    legs_of,
    potential_basis,
)
from particle_sim.inference.surface_record import Record, excess, excess_by_rates, record_of
from particle_sim.units import Array
from tests.unit.titrations import Protocol, solid_solution, titration

MATERIAL = solid_solution()


@pytest.fixture(scope="module")
def series() -> Pulses:
    return there_and_back(2)


def there_and_back(pulses: int) -> Pulses:
    """Pulses of charge, then of discharge, so close that each begins in the last's tail."""
    short = Protocol(pulses=pulses, rest=300.0, rests_every=30.0)
    there = titration(MATERIAL, short)
    back = titration(MATERIAL, replace(short, c_rate=0.5))
    back[:, 0] += there[-1, 0] + 30
    time, current, voltage = np.vstack([there, back]).T
    data = TitrationData(name="there and back", time=time, current=current, voltage=voltage)
    return pulses_of(data, MATERIAL)


@pytest.fixture(scope="module")
def record(series: Pulses) -> Record:
    return record_of(series).averaged(25)


def whole(band: Band) -> Array:
    matrix = np.zeros((len(band.value), band.width))
    for row, (values, columns) in enumerate(zip(band.value, band.column, strict=True)):
        for value, column in zip(values, columns, strict=True):
            matrix[row, column] += value
    return matrix


def drawn(seed: int, rows: int, width: int, entries: int) -> Band:
    rng = np.random.default_rng(seed)
    column = rng.integers(0, width, (rows, entries))
    return Band(value=rng.normal(size=column.shape), column=column, width=width)


def test_sums_over_entries_are_those_of_the_matrix() -> None:
    """Entries of one column in one row among them."""
    one, two, three = drawn(1, 30, 7, 4), drawn(2, 30, 3, 2), drawn(3, 20, 5, 3)
    band = diagonal([beside(one, two), three])
    matrix = np.zeros((50, 15))
    matrix[:30, :7], matrix[:30, 7:10], matrix[30:, 10:] = whole(one), whole(two), whole(three)
    rng = np.random.default_rng(4)
    vector, rows = rng.normal(size=15), rng.normal(size=50)
    weight = rng.uniform(1, 2, 50)
    np.testing.assert_allclose(band.times(vector), matrix @ vector, atol=1e-12)
    np.testing.assert_allclose(band.onto(rows), matrix.T @ rows, atol=1e-12)
    np.testing.assert_allclose(band.normal(weight), matrix.T @ (weight[:, None] * matrix),
                               atol=1e-12)  # fmt: skip
    dense, columns = band.dense(slice(20, 40))
    np.testing.assert_allclose(dense, matrix[20:40][:, columns], atol=1e-12)
    assert not np.delete(matrix[20:40], columns, axis=1).any()


@pytest.mark.parametrize("pulses", [2, 6])
def test_slopes_of_the_bases_are_those_of_their_values(pulses: int) -> None:
    """Central differences, also beyond the rests; no place lies within the step of a knot. Six
    pulses give a cubic with knots inside."""
    step, series = 1e-7, there_and_back(pulses)
    for leg in legs_of(series, record_of(series).averaged(25)):
        span = np.ptp(leg.rests)
        at = np.linspace(leg.rests[0] - span / 3, leg.rests[-1] + span / 3, 84)
        for basis in (potential_basis, jump_basis):
            (low, _), (high, _), (_, slope) = (
                basis(leg, place) for place in (at - step, at + step, at)
            )
            difference = (whole(high) - whole(low)) / (2 * step)
            np.testing.assert_allclose(whole(slope), difference, rtol=1e-4, atol=1e-4 / span)


def test_derivatives_by_the_rates_are_those_of_the_excess(record: Record) -> None:
    """Central differences in ln k: what is left is that of the table of w, straight in ln s."""
    logs, step = np.log([4e-5, 6e-5, 5e-5, 7e-5]), 0.02
    assert len(record.slices) == 4
    largest = np.abs(excess(record, logs)).max()
    for q in range(4):
        change = step * (np.arange(4) == q)
        difference = (excess(record, logs + change) - excess(record, logs - change)) / (2 * step)
        for part, (low, table) in zip(record.slices, excess_by_rates(record, logs), strict=True):
            known = table[:, q - low] if low <= q < low + table.shape[1] else 0.0
            np.testing.assert_allclose(difference[part] - known, 0.0, atol=5e-4 * largest)
