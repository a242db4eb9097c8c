"""Which printed tests there are, and what members they make."""

from __future__ import annotations

from functools import cache

import numpy as np

import particle_sim as ps
from particle_sim.inference.form import Form
from particle_sim.inference.rate_evidence import Member, members, printed_tests

PAIR = ("he_o3_li2024", "nfm_li2024")
MATERIALS = {name: ps.load_material(name) for name in PAIR}


@cache
def member(up_to: float) -> Member:
    """The first of the members that the slower rates make."""
    found = members(MATERIALS, up_to=up_to, forms=(Form.SIZES,), varied=False, particles=200)
    return found[0]


def kept_at(rate: float, up_to: float, swapped: bool = False) -> float:
    """Share of the draws in which HE keeps more than NFM at a rate, from the slower ones."""
    names = PAIR[::-1] if swapped else PAIR
    rng = np.random.default_rng(0)
    share = [
        member(up_to).capacities(name, np.array([rate]), rng)[:, 0]
        / 10 ** member(up_to).column(name, "window_capacity")
        for name in names
    ]
    return float(np.mean(share[0] > share[1]))


def test_a_test_printed_twice_is_one_with_two_readings() -> None:
    he = printed_tests("he_o3_li2024", 120.0)
    assert [len(readings) for readings in he] == [1, 2]
    (nfm,) = printed_tests("nfm_li2024", 120.0)
    assert sorted(series.capacity[-1] for series in nfm) == [42, 61]
    assert printed_tests("mts15", 120.0) == ()
    ((alone,),) = printed_tests("nvp", 100.0)
    assert alone.capacity.tolist() == [155.2]


def test_a_print_chooses_among_readings() -> None:
    asked = {"nfm_li2024": (5.0, 42.0)}
    every, agreeing = (
        members(
            {"nfm_li2024": MATERIALS["nfm_li2024"]},
            prints=prints,
            forms=(Form.SIZES,),
            varied=False,
            particles=40,
        )
        for prints in (None, asked)
    )
    assert (len(every), len(agreeing)) == (2, 1)
    problem = agreeing[0].posterior.joint.parts["nfm_li2024"]
    assert problem.observed[-1] == 42


def test_slow_rates_tell_which_keeps_more() -> None:
    """At 3C 98 of 117 and 61 or 84 of 134 mAh/g are printed; up to 1C is what is known."""
    assert kept_at(3.0, up_to=1.0) > 0.9
    assert kept_at(3.0, up_to=1.0, swapped=True) < 0.1
    assert kept_at(3.0, up_to=0.0) < 0.8  # nothing known: little to tell
