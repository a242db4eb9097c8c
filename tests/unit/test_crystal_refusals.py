"""What no crystal reflects and no hop explains is refused in one sentence."""

from __future__ import annotations

from collections.abc import Callable

import pytest

import particle_sim as ps
from particle_sim.errors import InputError
from particle_sim.metrics.diffraction import (
    UnitCell,
    bragg_angle,
    hexagonal_cell,
    plane_distance,
    reflection_angle,
)
from particle_sim.metrics.metal_migration import barrier_of_share, hop_rate

A, C = 8.73e-10, 21.6e-10


@pytest.mark.parametrize(
    ("ask", "says"),
    [
        (lambda: plane_distance(hexagonal_cell(A, C), (0, 0, 0)), "no plane; give e.g."),
        (lambda: bragg_angle(0.5e-10), "choose a lower reflection"),
        (lambda: bragg_angle(5e-10, wavelength=0.0), "wavelength is 0.0 m; it must be positive"),
        (lambda: UnitCell(a=A, b=-A, c=A), "b is -8.73e-10 m; it must be positive"),
        (lambda: UnitCell(a=A, b=A, c=A, alpha=170.0, beta=10.0), "enclose no volume"),
        (
            lambda: reflection_angle(ps.load_material("he_v"), (0, 0, 3), 0.5),
            "he_v: diffraction needs lattice_a and lattice_c",
        ),
    ],
)
def test_what_cannot_reflect_is_refused(ask: Callable[[], object], says: str) -> None:
    with pytest.raises(InputError, match=says):
        ask()


@pytest.mark.parametrize(
    ("share", "energy", "says"),
    [
        (0.6, 0.0, "between 0 and the settled share, 0.5"),
        (0.0, None, "between 0 and the settled share, 1"),
        (1.0, None, "between 0 and the settled share, 1"),
    ],
)
def test_a_share_that_no_barrier_gives_is_refused(
    share: float, energy: float | None, says: str
) -> None:
    with pytest.raises(InputError, match=says):
        barrier_of_share(share, 3600.0, site_energy=energy)


@pytest.mark.parametrize(
    "wrong", [{"temperature": 0.0}, {"attempt_frequency": -1.0}, {"temperature": float("nan")}]
)
def test_impossible_conditions_are_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(InputError, match="it must be above 0"):
        hop_rate(1e5, **wrong)
    with pytest.raises(InputError, match="it must be at least 0"):
        hop_rate(-1.0)
