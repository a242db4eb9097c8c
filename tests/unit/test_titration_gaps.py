"""Is a table that does not say when its current began taken at its word?"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from particle_sim.inference.titration import titrate
from tests.verification.test_virtual_gitt import measured, sized

CASE = ("he_v", 10e-6, 8.8)


def test_a_missing_last_row_of_the_rest_is_told() -> None:
    data, material = measured(*CASE), sized(*CASE[:2])
    rests = np.flatnonzero((data.current[:-1] == 0) & (data.current[1:] != 0))
    begins = data.time[rests[-1]]
    sparse = (data.time > begins - 600) & (data.time <= begins)
    kept = ~sparse
    gap = replace(
        data, time=data.time[kept], current=data.current[kept], voltage=data.voltage[kept]
    )
    whole, broken = (titrate(table, material).pulses[-1] for table in (data, gap))
    assert whole.doubts == ()
    assert any("when the current began" in doubt for doubt in broken.doubts)
