"""Do batches of two phases say what they cannot do?"""

from __future__ import annotations

import numpy as np
import pytest

from particle_sim.batch.advance import Spheres
from particle_sim.batch.two_phase import RegularSolutions, TwoPhaseRun, advance_two_phase
from particle_sim.errors import InputError
from particle_sim.units import Array

TWO = np.ones(2)


def run(
    chi: float = 3.0,
    kappa: float = 0.0,
    start: float = 0.02,
    flux: tuple[float, float] = (-0.1, -0.1),
    drift: Array | None = None,
) -> TwoPhaseRun:
    spheres = Spheres(
        radius=TWO,
        diffusivity=TWO,
        maximum_concentration=TWO,
        initial_site_fraction=start * TWO,
        drift=drift,
    )
    solutions = RegularSolutions(
        regular_solution_parameter=chi * TWO, gradient_coefficient=kappa * TWO
    )
    return advance_two_phase(spheres, solutions, np.array([0.0, 0.3]), np.array([flux, flux]))


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"chi": 2.0}, r"\[2. 2.\]; phases part where it is above 2.* use advance\(\)"),
        ({"kappa": -1.0}, "gradient_coefficient is .* not negative"),
        ({"kappa": 10.0}, "lambda/R is .* at most 0.03; use solve_particle"),
        ({"start": 0.3}, "initial site fraction is 0.3 and must be outside the spinodal"),
        ({"flux": (-0.1, 0.1)}, "of one sign"),
        ({"flux": (-2.0, -2.0)}, "at most 1"),
        ({"drift": TWO}, "no stress drift"),
    ],
)
def test_what_a_sharp_boundary_cannot_do_is_refused(given: dict[str, float], message: str) -> None:
    with pytest.raises(InputError, match=message):
        run(**given)  # type: ignore[arg-type]


def test_a_sphere_that_stays_poor_has_no_shell() -> None:
    """0.02 + 3 x 0.1 x 0.3 < the spinodal's 0.21."""
    found = run()
    assert np.isnan(found.time_parted).all()
    assert found.mean_site_fraction_end == pytest.approx(0.11, abs=1e-12)
