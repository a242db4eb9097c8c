"""The one sentence that a fit or a titration answers with."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from particle_sim.inference.headlines import fit_headline, titration_headline
from particle_sim.inference.identify import Knowledge

MATERIAL = SimpleNamespace(title="HE")


def fit(low: float, high: float, closed: tuple[bool, bool]) -> Any:
    known = Knowledge(prior=np.array([1e-5, 1e-3, 1e-1]), posterior=np.array([low, 2e-3, high]))
    capacity = Knowledge(prior=np.array([90, 100, 111]), posterior=np.array([99, 100, 101]))
    return SimpleNamespace(
        identifiability=SimpleNamespace(
            groups={"diffusion_rate": known, "window_capacity": capacity}
        ),
        profiles=[SimpleNamespace(name="diffusion_rate", closed=closed)],
        problem=SimpleNamespace(cell=SimpleNamespace(material=MATERIAL)),
    )


@pytest.mark.parametrize(
    ("low", "high", "closed", "decided"),
    [
        (
            *(6e-4, 2e-2, (True, False)),
            "(5 to 95 %: 0.0006 to 0.02), which the data do not determine: the data alone give a "
            "lower bound only; of 2 parameters they determine window capacity.",
        ),
        (
            *(1.6e-3, 2.5e-3, (True, True)),
            "(5 to 95 %: 0.0016 to 0.0025), which the data determine to 0.048 of the width before.",
        ),
    ],
)
def test_a_fit_says_its_number_its_interval_and_whether_the_data_decide(
    low: float, high: float, closed: tuple[bool, bool], decided: str
) -> None:
    assert fit_headline(fit(low, high, closed)) == f"D/R² of HE is 0.002 1/s {decided}"


def test_a_value_on_its_limit_is_told_with_another_digit() -> None:
    assert "is 0.002 1/s (5 to 95 %: 0.00196 to 0.00204)" not in fit_headline(
        fit(6e-4, 2e-2, (True, True))
    )
    assert "is 0.002 1/s (5 to 95 %: 0.00196 to 0.00204)" in fit_headline(
        fit(1.96e-3, 2.04e-3, (True, True))
    )


def pulse(rate: float, *, trusted: bool = True) -> SimpleNamespace:
    return SimpleNamespace(diffusion_rate=rate, low=0.9 * rate, high=1.2 * rate, trusted=trusted)


@pytest.mark.parametrize(
    ("rates", "radius", "said"),
    [
        ([1e-4, 3e-4, 2e-4], None,
         "D/R² of HE is 0.0002 1/s (9e-05 to 0.00036 over 3 of 4 pulses without a doubt, 5 to 95 % "
         "of each); D itself needs the radius."),
        ([1e-4], 2e-6,
         "D of HE is 4e-16 m²/s at R = 2 µm (3.6e-16 to 4.8e-16 over 1 of 2 pulses without a "
         "doubt, 5 to 95 % of each)."),
        ([], 2e-6, "No pulse of HE tells D/R² without a doubt: the record does not decide."),
    ],
)  # fmt: skip
def test_a_titration_says_what_its_pulses_without_a_doubt_span(
    rates: list[float], radius: float | None, said: str
) -> None:
    pulses = [*map(pulse, rates), pulse(1.0, trusted=False)]
    given: Any = SimpleNamespace(pulses=pulses, radius=radius, material=MATERIAL)
    assert titration_headline(given) == said
