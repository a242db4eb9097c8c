"""Rates that may be asked, and what is said of an answer."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest
import xarray as xr

from particle_sim.errors import InputError
from particle_sim.inference.answer_words import answer_data, answer_lines, expected_headline
from particle_sim.inference.asked import asked_currents, few_rates
from particle_sim.inference.data import RateData, read_rates

ONE_C = 120.0


def data(*rates: float) -> RateData:
    return RateData(
        name="mine.csv",
        current=np.array(rates) * ONE_C,
        capacity=100 - np.arange(len(rates), dtype=float),
        uncertainty=None,
    )


def test_asked_rates_become_increasing_currents() -> None:
    assert asked_currents((5, 3), data(0.1, 1), ONE_C).tolist() == [360, 600]
    assert asked_currents([0.5], data(0.1, 1), ONE_C).tolist() == [60]


@pytest.mark.parametrize(
    ("rates", "words"),
    [
        ((), "--predict names 0 rates; give 1 to 20"),
        (range(2, 23), "--predict names 21 rates; give 1 to 20"),
        ((0.0,), "0C; rates must lie above 0 and up to 1000C"),
        ((-3.0,), "-3C; rates must lie above 0"),
        ((1e6,), "1e+06C; rates must lie above 0 and up to 1000C"),
        ((float("nan"),), "nanC; rates must lie above 0"),
        ((3.0, 3.0), "--predict names 3C twice"),
        ((1.0,), "--predict names 1C, which mine.csv holds (99 mAh/g)"),
        ((0.05,), "--predict names 0.05C, which is slower than all of mine.csv (0.1C and faster)"),
    ],
)
def test_a_rate_that_is_not_predicted_is_refused(rates: tuple[float, ...], words: str) -> None:
    with pytest.raises(InputError) as caught:
        asked_currents(rates, data(0.1, 1), ONE_C)
    assert len(caught.value.problems) == 1
    assert words in caught.value.problems[0]


def test_few_rates_are_doubted_and_three_are_not() -> None:
    assert "holds one rate, which says nothing of" in few_rates(data(0.1))[0]
    assert "holds 2 rates, which hardly say" in few_rates(data(0.1, 1))[0]
    assert few_rates(data(0.1, 1, 2)) == ()


@pytest.fixture
def answer() -> xr.DataTree:
    """An answer whose every number is different; the rival is better at 5C."""
    quantile, rates = [0.05, 0.5, 0.95], [3.0, 5.0, 500.0]
    band = np.array([[60.0, 40.0, 1.0], [80.0, 70.0, 2.0], [99.0, 95.0, 4.0]])
    bands = {
        name: (("quantile", "c_rate"), band + step)
        for step, name in enumerate(("capacity", "measurement", "before", "rival"))
    }
    pair = ("c_rate", "judged")
    return xr.DataTree.from_dict(
        {
            "/": xr.Dataset(
                attrs={
                    "title": "HE", "material": "he", "data": "mine.csv", "one_c_current": ONE_C,
                    "seed": 0, "notes": ["Doubt: it is old."],
                }
            ),
            "/data": xr.Dataset(
                {"observed": ("c_rate", [117.0, 101.0])}, coords={"c_rate": [0.1, 1.0]}
            ),
            "/asked": xr.Dataset(bands, coords={"quantile": quantile, "c_rate": rates}),
            "/public": xr.Dataset(
                {
                    "log_score": (pair, [[1.1, 0.9], [0.7, 0.8], [np.nan, np.nan]]),
                    "coverage": (pair, [[0.91, 0.92], [0.93, 0.94], [np.nan, np.nan]]),
                    "error": (pair, [[0.051, 0.052], [0.053, 0.054], [np.nan, np.nan]]),
                    "count": (pair, [[33.0, 33.0], [44.0, 44.0], [0.0, 0.0]]),
                },
                coords={"c_rate": rates, "judged": ["mixture", "rival"]},
            ),
            "/next": xr.Dataset(
                {
                    "today": ("c_rate", [39.0, 55.0, 3.0]),
                    "width": (("datum", "c_rate"), [[30.0, 50.0, 2.0], [20.0, 25.0, 1.0]]),
                },
                coords={"datum": ["radius", "capacity at 2C"], "c_rate": rates},
            ),
        }
    )  # fmt: skip


def test_an_answer_is_told_with_its_record_and_what_to_measure(answer: xr.DataTree) -> None:
    told = "\n".join(answer_lines(answer))
    assert "learned from mine.csv (2 rates, 0.1C to 1C)" in told
    assert "3C  80.0 (60.0-99.0)  81.0 (61.0-100)   82.0 (62.0-101)   83.0 (63.0-102)" in told
    rows = [line for line in told.splitlines() if re.search(r"\S  +\S", line)]
    assert max(map(len, rows)) <= 80
    assert (
        "of 33 public capacities asked as far, 91% inside the 90 % band, median error 5.1%" in told
    )
    assert "Measure next: capacity at 2C. It is expected to leave 1.0 of the 3.0 mAh/g" in told
    assert told.endswith("Doubt: it is old.")


def test_the_page_opens_with_the_capacity_at_the_fastest_rate_asked_for(
    answer: xr.DataTree,
) -> None:
    assert expected_headline(answer) == (
        "At 500C HE should give 2.00 mAh/g (5 to 95 %: 1.00 to 4.00), as learned from 2 rates up "
        "to 1C in mine.csv."
    )


def test_a_better_rival_is_named_only_where_it_is_better(answer: xr.DataTree) -> None:
    lines = answer_lines(answer)
    wins = [i for i, line in enumerate(lines) if line.startswith("There the curve")]
    assert len(wins) == 1
    assert lines[wins[0] - 1].startswith("5C, 5 times the fastest measured rate: of 44 public")
    assert "predicts better; where the two differ, trust it more" in lines[wins[0]]


def test_a_rate_beyond_every_public_test_has_no_record(answer: xr.DataTree) -> None:
    (line,) = (line for line in answer_lines(answer) if line.startswith("500C, 500 times"))
    assert "no public series was asked as far" in line


def test_rates_with_one_record_share_a_line(answer: xr.DataTree) -> None:
    scores = (("c_rate", "judged"), [[1.1, 0.9], [1.1, 0.9], [np.nan, np.nan]])
    answer["public"] = answer["public"].to_dataset().assign(log_score=scores)
    lines = [line for line in answer_lines(answer) if "the fastest measured rate" in line]
    assert len(lines) == 2
    assert lines[0].startswith("3C and 5C, 3 to 5 times the fastest measured rate: of 33 public")


def test_what_hardly_helps_is_not_recommended(answer: xr.DataTree) -> None:
    answer["next"] = answer["next"].to_dataset().assign(today=("c_rate", [39.0, 55.0, 1.05]))
    told = "\n".join(answer_lines(answer))
    assert "Measure next: 500C itself. Nothing below is expected to narrow its 1.1 mAh/g" in told


def test_the_same_as_data(answer: xr.DataTree) -> None:
    found = answer_data(answer)
    assert [each["c_rate"] for each in found["rates"]] == [3, 5, 500]
    assert found["rates"][0]["measurement"] == {"low": 61, "median": 81, "high": 100}
    assert found["rates"][1]["public"]["rival"]["log_score"] == 0.8
    assert found["rates"][2]["public"]["mixture"]["log_score"] is None
    assert found["next"][1] == {"measurement": "capacity at 2C", "expected_width": [20, 25, 1]}


def test_capacities_a_thousand_times_too_small_are_refused(tmp_path: Path) -> None:
    import particle_sim as ps
    from particle_sim.inference.rate_answer import answer_rates

    path = tmp_path / "off.csv"
    path.write_text("c_rate [1/h], capacity [mAh/g]\n0.1, 0.117\n1, 0.101\n", encoding="utf-8")
    material = ps.load_material("he_o3_li2024")
    with pytest.raises(InputError, match=r"the largest capacity is 0.117 mAh/g .* holds 117"):
        answer_rates(material, read_rates(path, one_c_current=ONE_C), (3.0,))
