"""Is what retentions in print let one expect the law's own conditional density, and calibrated?"""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from scipy.special import logsumexp

from particle_sim.damage.fade import Fade
from particle_sim.inference.fade_law import FadeLaw, fades_in_print

ROWS = fades_in_print()


@pytest.mark.parametrize("place", [2, 20], ids=["a cell of several tests", "a cell of one"])
def test_a_density_is_the_ratio_of_two_evidences(place: int) -> None:
    """p(y | rows) = p(y, rows)/p(rows): the second needs no prediction at all."""
    row = ROWS[place]
    rest = FadeLaw(rows=ROWS).without(row.name, row.fade)
    expected = rest.expected(row.name, row.fade)
    for fade in (row.fade.per_cycle, 3 * row.fade.per_cycle):
        kept = float(np.exp(-fade * row.fade.cycles))
        other = dataclasses.replace(row, fade=dataclasses.replace(row.fade, retention=kept))
        with_it = FadeLaw(rows=[*rest.rows, other])
        before, after = (each._least_squares().evidence for each in (rest, with_it))
        ratio = np.exp(logsumexp(after) - logsumexp(before)) / np.sqrt(2 * np.pi)
        assert expected.density(np.log(fade)) == pytest.approx(ratio, rel=1e-8)


def test_a_test_that_is_left_out_is_left_out_whole() -> None:
    """Fewer cycles of one cell at one rate are the beginning of the test that is asked."""
    row = ROWS[2]
    asked = dataclasses.replace(row.fade, cycles=2 * row.fade.cycles)
    rest = FadeLaw(rows=ROWS).without(row.name, asked)
    assert rest.rows == [each for each in ROWS if each is not row]
    assert len(FadeLaw(rows=ROWS).without("unheard of", asked).rows) == len(ROWS)


def test_each_retention_in_print_is_expected_by_the_others() -> None:
    """90 % of what is left out lies in the band of 90 %, within three deviations of that count."""
    law = FadeLaw(rows=ROWS)
    ranks = [
        law.without(row.name, row.fade)
        .expected(row.name, row.fade)
        .below(float(np.log(row.fade.per_cycle)))
        for row in ROWS
    ]
    inside = np.mean([0.05 < rank < 0.95 for rank in ranks])
    assert abs(inside - 0.9) < 3 * np.sqrt(0.9 * 0.1 / len(ROWS))
    assert abs(np.mean(ranks) - 0.5) < 3 / np.sqrt(12 * len(ROWS))


def test_drawn_retentions_follow_the_density() -> None:
    test = Fade(retention=1.0, cycles=500, c_rate=5.0)
    expected = FadeLaw(rows=ROWS).expected("unheard of", test)
    kept = expected.retentions(500, 4000, seed=1)
    for quantile in (0.05, 0.5, 0.95):
        fade = -np.log(np.quantile(kept, quantile)) / 500
        assert expected.below(float(np.log(fade))) == pytest.approx(1 - quantile, abs=0.01)
