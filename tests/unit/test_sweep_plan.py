"""Are samples drawn as asked: distributions, shared and dependent inputs, grids, seeds, units?"""

from __future__ import annotations

import numpy as np
import pytest

from particle_sim.errors import InputError
from particle_sim.materials.load import load_material
from particle_sim.materials.property import Distribution
from particle_sim.sweeps import sampling
from particle_sim.sweeps.axes import AnyAxis, Axis, Ratio, same_draw
from particle_sim.sweeps.plan import Plan, make_plan
from particle_sim.sweeps.sampling import Sampling, unit_points

NAMES = ("diffusivity", "particle_radius", "c_rate")
DRAWN = [Sampling.RANDOM, Sampling.LATIN_HYPERCUBE, Sampling.SOBOL]


def plan(*axes: AnyAxis, how: Sampling = Sampling.SOBOL, samples: int = 64, seed: int = 3) -> Plan:
    return make_plan(axes, sampling=how, samples=samples, seed=seed)


@pytest.mark.parametrize("how", DRAWN)
def test_draws_fill_the_range_of_each_distribution(how: Sampling) -> None:
    made = plan(
        Axis("even", 1.0, 3.0),
        Axis("decades", 1e-4, 1.0, "1", Distribution.LOG_UNIFORM),
        Axis("normal", 1e-4, 1.0, "1", Distribution.LOG_NORMAL, decades=0.5),
        how=how,
        samples=4096,
    ).columns(0, 4096)
    assert made["even"].min() >= 1
    assert made["even"].max() <= 3
    # standard error of the mean of n uniform numbers over a span s: s / sqrt(12 n)
    assert np.mean(made["even"].astype(float)) == pytest.approx(2.0, abs=4 * 2 / np.sqrt(12 * 4096))
    logs = np.log10(made["decades"].astype(float))
    assert logs.mean() == pytest.approx(-2.0, abs=4 * 4 / np.sqrt(12 * 4096))
    logs = np.log10(made["normal"].astype(float))
    assert logs.mean() == pytest.approx(-2.0, abs=4 * 0.5 / np.sqrt(4096))


def test_latin_hypercube_has_one_sample_in_every_slice() -> None:
    points = unit_points(Sampling.LATIN_HYPERCUBE, NAMES, 50, 1, 0, 50)
    for column in points.T:
        assert sorted((column * 50).astype(int)) == list(range(50))
    random = unit_points(Sampling.RANDOM, NAMES, 50, 1, 0, 50)
    assert any(sorted((column * 50).astype(int)) != list(range(50)) for column in random.T)


@pytest.mark.parametrize("how", [Sampling.RANDOM, Sampling.LATIN_HYPERCUBE])
def test_another_axis_moves_no_other(how: Sampling) -> None:
    """Nor does its place: a column belongs to its name."""
    alone = unit_points(how, NAMES[1:2], 40, 2, 0, 40)
    beside = unit_points(how, NAMES, 40, 2, 0, 40)
    np.testing.assert_array_equal(alone[:, 0], beside[:, 1])
    assert not np.any(beside[:, 0] == beside[:, 1])


@pytest.mark.parametrize("how", DRAWN)
def test_samples_do_not_depend_on_how_they_are_cut(
    how: Sampling, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sampling, "BLOCK", 32)
    sampling._block.cache_clear()
    whole = unit_points(how, NAMES[:2], 100, 5, 0, 100)
    parts = [
        unit_points(how, NAMES[:2], 100, 5, a, b) for a, b in ((0, 7), (7, 64), (64, 99), (99, 100))
    ]
    np.testing.assert_array_equal(np.concatenate(parts), whole)
    assert len(np.unique(whole, axis=0)) == 100
    assert not np.array_equal(unit_points(how, NAMES[:2], 100, 6, 0, 100), whole)
    sampling._block.cache_clear()


def test_grid_has_both_ends_and_the_last_axis_runs_fastest() -> None:
    made = plan(
        Axis("a", 0.0, 1.0), Axis.values("b", [10, 20]), how=Sampling.GRID, samples=3
    ).columns(0, 6)
    assert made["a"].tolist() == [0, 0, 0.5, 0.5, 1, 1]
    assert made["b"].tolist() == [10, 20] * 3


def test_same_draw_is_one_dimension_and_each_keeps_its_range() -> None:
    axes: list[AnyAxis] = [Axis("nvp.e", 1.0, 2.0), Axis("he_v.e", 10.0, 30.0)]
    joined = plan(*axes, same_draw("e", of=["nvp.e", "he_v.e"]))
    assert len(joined.dimensions) == 1
    made = joined.columns(0, 64)
    np.testing.assert_allclose(
        made["nvp.e"].astype(float) - 1, (made["he_v.e"].astype(float) - 10) / 20
    )
    apart = plan(*axes).columns(0, 64)
    assert abs(np.corrcoef(apart["nvp.e"].astype(float), apart["he_v.e"].astype(float))[0, 1]) < 0.9


def test_dependent_axis_follows_and_adds_no_dimension() -> None:
    made = plan(
        Axis("radius", 1.0, 5.0, "um"),
        Axis.function_of("half", ["radius"], Ratio(factor=0.5), "m"),
        Axis.function_of("sum", ["radius", "half"], np.add, "m"),
        how=Sampling.RANDOM,
    )
    assert len(made.dimensions) == 1
    columns = made.columns(0, 64)
    radius = columns["radius"].astype(float)
    assert 1e-6 <= radius.min() <= radius.max() <= 5e-6
    np.testing.assert_allclose(columns["sum"].astype(float), 1.5 * radius)


def test_material_axis_is_the_range_of_its_file() -> None:
    found = load_material("he_v")["diffusivity"]
    assert found.plausible is not None
    axis = Axis.from_material("he_v", "diffusivity", name="he_v.diffusivity")
    assert (axis.low, axis.high, axis.unit) == (found.plausible.low, found.plausible.high, "m^2/s")
    share = np.linspace(0, 1, 11)
    np.testing.assert_allclose(axis.at(share), found.quantile(share))


def test_choices_are_names() -> None:
    made = plan(Axis.values("physics", ["a", "b"]), how=Sampling.GRID).columns(0, 2)
    assert made["physics"].tolist() == ["a", "b"]


BAD: dict[str, tuple[list[AnyAxis], str]] = {
    "twice": ([Axis("a", 0, 1), Axis("a", 0, 2)], "The axis a is given 2 times; give it once."),
    "none": ([], "The sweep has no axis; give at least one."),
    "draw of unknown": (
        [Axis("nvp.e", 0, 1), Axis("x", 0, 1), same_draw("e", of=["nvp.e", "nvp.ee"])],
        "same_draw e names nvp.ee, which is no axis; did you mean nvp.e?",
    ),
    "draw of kinds": (
        [Axis("a", 0, 1), Axis.values("b", [1, 2]), same_draw("e", of=["a", "b"])],
        "same_draw e joins axes of different kinds; give ranges, or lists of equal length.",
    ),
    "follows unknown": (
        [Axis("radius", 0, 1), Axis.function_of("b", ["raduis"], abs)],
        "The axis b follows raduis, which is no axis before it; did you mean radius?",
    ),
    "unknown unit": (
        [Axis("a", 0, 1, "parsnip")],
        'The unit "parsnip" is not known; write it like "m^2/s", or "1" without one.',
    ),
}


@pytest.mark.parametrize("case", BAD)
def test_axes_that_contradict_each_other(case: str) -> None:
    axes, sentence = BAD[case]
    with pytest.raises(InputError) as caught:
        plan(*axes)
    assert caught.value.problems == (sentence,)


def test_empty_and_impossible_ranges() -> None:
    with pytest.raises(InputError, match=r"a goes from 2 to 1 m, which is empty; put the lower"):
        Axis("a", 2, 1, "m")
    with pytest.raises(InputError, match="must start above 0"):
        Axis("a", 0, 1, "m", Distribution.LOG_UNIFORM)
    with pytest.raises(InputError, match="mode 3; it must lie between 0 and 1"):
        Axis("a", 0, 1, "m", Distribution.TRIANGULAR, 3.0)
    with pytest.raises(InputError, match="lists no values"):
        Axis.values("a", [])
    with pytest.raises(InputError, match="lists names and numbers"):
        Axis.values("a", [1.0, "x"])
    with pytest.raises(InputError, match=r"nvp has no difusivity; did you mean diffusivity\?"):
        Axis.from_material("nvp", "difusivity")
    with pytest.raises(InputError, match="no plausible range; give low and high"):
        Axis.from_material("nvp", "molar_mass")


def test_unit_of_the_wrong_dimension() -> None:
    with pytest.raises(InputError) as caught:
        make_plan(
            [Axis("radius", 1, 2, "s")],
            sampling=Sampling.RANDOM,
            samples=2,
            seed=0,
            known_units={"radius": "m"},
        )
    start = 'The axis radius: the unit "s" has the wrong dimension; use "m"'
    assert str(caught.value).startswith(start)


def test_too_many_samples_are_counted_in_the_sentence() -> None:
    axes = [Axis(name, 0, 1) for name in "abcd"]
    meant = r"\(a grid takes samples = 100 along each range: 100 x 100 x 100 x 100\)"
    with pytest.raises(InputError, match=f"has 100000000 samples {meant}; more than 1000000 need"):
        make_plan(axes, sampling=Sampling.GRID, samples=100, seed=0)
    with pytest.raises(InputError, match=r"8000000 samples .*most=8000000.*draw samples in all"):
        make_plan(axes[:3], sampling=Sampling.GRID, samples=200, seed=0)
    million = make_plan(axes, sampling=Sampling.GRID, samples=100, seed=0, most=10**9)
    assert million.columns(99_999_999, 100_000_000) == {name: np.array([1.0]) for name in "abcd"}
    with pytest.raises(InputError, match=r"has 1000000000000 samples .*; at most 1000000000 can"):
        make_plan(axes, sampling=Sampling.GRID, samples=1000, seed=0, most=10**15)
