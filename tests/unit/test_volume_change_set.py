"""What --set does to a volume change, which is a table."""

from __future__ import annotations

import numpy as np
import pytest

from particle_sim.materials.load import load_record

TOLERANCE = 0.0826**2 / 8
"""Strain is straight between points of the table, volume is not: v^2/8 for the largest change."""


@pytest.mark.parametrize("name", ["nvp", "he_v", "he_o3_li2024"])
def test_size_is_set_and_shape_stays(name: str) -> None:
    theta = np.linspace(0, 1, 9)
    before = load_record(name).material
    after = load_record(name, overrides={"volume_change": "4 %"}).material
    assert abs(after.value("volume_change")) == pytest.approx(0.04)
    volumes = [np.expm1(3 * m["chemical_strain"](theta)) for m in (before, after)]
    factor = 0.04 / abs(before.value("volume_change"))
    assert volumes[1] == pytest.approx(factor * volumes[0], abs=TOLERANCE)
    assert volumes[1] != pytest.approx(1.1 * factor * volumes[0], abs=TOLERANCE)
