"""The picture and the data set of fatigue show the numbers of the run."""

from __future__ import annotations

import numpy as np
import pytest

import particle_sim as ps
from particle_sim.damage.field import (
    BrittleSolid,
    CrackBody,
    CrackLoad,
    Fatigue,
    FatigueEnd,
    FatigueRun,
    Jumps,
    LengthScale,
    Split,
    fatigue_cracks,
    jump_error,
)
from particle_sim.errors import InputError
from particle_sim.figures import fatigue_cracks as fatigue_figure

LENGTH = 40e-9


def pulled(opening: float, cycles: int = 30, until: float = np.inf) -> FatigueRun:
    """A bar of 10 l, its ends apart by twice ``opening`` and back."""
    solid = BrittleSolid(
        youngs_modulus=80e9,
        poisson_ratio=0.28,
        toughness=17.0,
        length_scale=LENGTH,
        split=Split.NONE,
    )
    mesh = ps.shapes.rectangle((10 * LENGTH, LENGTH), cells=(40, 4))
    ends = {"left": lambda x, t: 0 * x - (t, 0), "right": lambda x, t: 0 * x + (t, 0)}
    return fatigue_cracks(
        CrackBody(mesh=mesh, solid=solid),
        CrackLoad(displacement=ends),
        [opening, 0.0],
        cycles,
        fatigue=Fatigue(threshold=1e8),
        meaning=LengthScale.MATERIAL,
        until=until,
    )


@pytest.fixture(scope="module")
def worn() -> FatigueRun:
    return pulled(5e-9, until=0.5 * LENGTH)


def test_a_bar_breaks_by_cycles(worn: FatigueRun) -> None:
    """Whole at first, cut in two later; where no load acts nothing is worn."""
    assert worn.crack_size[0] == 0
    assert worn.end is FatigueEnd.RUNNING
    assert np.all(np.diff(worn.damage, axis=0) >= 0)
    assert np.all(np.diff(worn.cycle) == worn.counted[1:])
    still = pulled(0.0)
    assert still.accumulated.max() == 0
    assert still.grown.max() == 0
    assert still.end is FatigueEnd.CYCLES
    assert jump_error(still) == 0


def test_picture_and_data_are_the_runs(worn: FatigueRun) -> None:
    last = int(worn.cycle[-1])
    figure = fatigue_figure(worn, [1, last])
    first, second = (f for f in figure.subfigs[0].axes[:2])
    assert "1" in first.get_title()
    drawn = second.collections[0].get_array()
    assert drawn.max() == pytest.approx(worn.damage[-1].max())
    curves, right = figure.subfigs[1].axes
    np.testing.assert_allclose(curves.lines[0].get_ydata(), 1e6 * worn.grown)
    np.testing.assert_allclose(right.lines[0].get_ydata(), 1e6 * worn.elastic_energy)
    data = worn.to_dataset()
    np.testing.assert_array_equal(data["damage"], worn.damage)
    assert data["crack_size"].attrs["units"] == "m"
    assert data.attrs["fatigue_threshold"] == 1e8


def test_refusals(worn: FatigueRun) -> None:
    with pytest.raises(InputError, match="one to 4 from 1"):
        fatigue_figure(worn, [10**6])
    with pytest.raises(InputError, match="0 cycles"):
        pulled(1e-9, cycles=0)
    with pytest.raises(InputError, match="Jumps grow by 0"):
        Jumps(growth=0.9)
    with pytest.raises(InputError, match="positive exponent"):
        Fatigue(threshold=1.0, exponent=-1.0)
