"""Draws from plausible ranges, what decides, and the status of a claim."""

from __future__ import annotations

import numpy as np
import pytest
import xarray as xr

from particle_sim.materials.load import load_material
from particle_sim.metrics.fracture import edge_crack_intensity
from particle_sim.studies.draws import OWN, SHARED, MaterialDraws, draw, most_decisive
from particle_sim.studies.result import ComparisonResult
from particle_sim.studies.verdict import _status
from particle_sim.studies.verdict_types import SUPPORTED_FROM, Status

Pair = tuple[MaterialDraws, MaterialDraws]


@pytest.fixture(scope="module")
def pair(comparison: ComparisonResult) -> Pair:
    return draw(comparison.baseline, comparison.candidate, 500, seed=3)


def test_same_seed_same_draws(comparison: ComparisonResult, pair: Pair) -> None:
    again = draw(comparison.baseline, comparison.candidate, 500, seed=3)
    other = draw(comparison.baseline, comparison.candidate, 500, seed=4)
    for first, second in zip(pair, again, strict=True):
        assert all(np.array_equal(first.values[n], second.values[n]) for n in first.values)
    assert not np.array_equal(pair[0].values["diffusivity"], other[0].values["diffusivity"])


def test_shared_properties_are_drawn_once(comparison: ComparisonResult, pair: Pair) -> None:
    """Equal numbers where the ranges are equal, equal ranks in any case."""
    equal = 0
    for name in SHARED:
        first, second = (draws.values[name] for draws in pair)
        assert np.array_equal(np.argsort(first, kind="stable"), np.argsort(second, kind="stable"))
        known = [m.material[name] for m in comparison.materials]
        if (known[0].plausible, known[0].magnitude) == (known[1].plausible, known[1].magnitude):
            assert np.array_equal(first, second)
            equal += 1
    assert equal >= 3


def test_own_properties_are_drawn_apart(pair: Pair) -> None:
    for name in OWN:
        first, second = (np.argsort(np.argsort(draws.values[name])) for draws in pair)
        assert abs(np.corrcoef(first, second)[0, 1]) < 0.6


def test_candidate_is_never_slower(pair: Pair) -> None:
    slow, fast = (draws.values["diffusivity"] for draws in pair)
    assert (fast >= slow).all()
    assert 100 < len(slow) < 500


def test_draws_stay_in_their_ranges(comparison: ComparisonResult, pair: Pair) -> None:
    for result, draws in zip(comparison.materials, pair, strict=True):
        for name, values in draws.values.items():
            known = result.material[name].plausible
            assert known is not None
            assert known.low * (1 - 1e-12) <= values.min() <= values.max()
            assert values.max() <= known.high * (1 + 1e-12)


def test_derived_numbers_of_a_draw(comparison: ComparisonResult) -> None:
    material = comparison.baseline.material
    central = {name: np.array([material.value(name)]) for name in (*SHARED, *OWN)}
    changed = {
        **central,
        "youngs_modulus": 2 * central["youngs_modulus"],
        "volume_change": 0.5 * central["volume_change"],
        "poisson_ratio": np.array([0.4]),
        "particle_radius": 3 * central["particle_radius"],
    }
    draws = MaterialDraws(material=material, values=changed)
    expected = (1 - material.value("poisson_ratio")) / 0.6
    assert draws.stress_factor[0] == pytest.approx(expected, rel=1e-12)
    rate = material.value("diffusivity") / (9 * material.value("particle_radius") ** 2)
    assert draws.diffusion_rate[0] == pytest.approx(rate, rel=1e-12)


def map_of(material_rate: float) -> xr.Dataset:
    rates = material_rate * np.array([0.01, 1.0, 100.0])
    return xr.Dataset(
        {
            "inhomogeneity": ("diffusion_rate", [0.9, 0.5, 0.1]),
            "peak_tension": ("diffusion_rate", [1e8, 1e6, 1e4]),
        },
        coords={"diffusion_rate": rates},
    )


def test_maps_are_read_in_the_logarithm(comparison: ComparisonResult) -> None:
    material = comparison.baseline.material
    rate = material.value("diffusivity") / material.value("particle_radius") ** 2
    values = {name: np.full(4, material.value(name)) for name in (*SHARED, *OWN)}
    values["diffusivity"] = values["diffusivity"] * np.array([1.0, 10.0, 1e-5, 1e5])
    draws = MaterialDraws(material=material, values=values)
    table = map_of(rate)
    assert np.allclose(draws.read(table, "inhomogeneity"), [0.5, 0.3, 0.9, 0.1], rtol=1e-12)
    stress = draws.stress(table, "peak_tension")
    assert np.allclose(stress, [1e6, 1e5, 1e8, 1e4], rtol=1e-9)
    flaw, toughness = material.value("flaw_size"), material.value("fracture_toughness")
    expected = [edge_crack_intensity(float(s), flaw) / toughness for s in stress]
    assert np.allclose(draws.crack_driving(table), expected, rtol=1e-12)


def test_a_drawn_flaw_is_a_tenth_of_its_particle_at_most() -> None:
    material = load_material("nvp")
    values = {name: np.full(2, material.value(name)) for name in (*SHARED, *OWN)}
    values["flaw_size"] = 0.1 * values["particle_radius"] * np.array([1.0, 4.0])
    known = {"peak_tension": ("diffusion_rate", [1e8, 1e8])}
    table = xr.Dataset(known, coords={"diffusion_rate": [1e-9, 1e9]})
    small, large = MaterialDraws(material=material, values=values).crack_driving(table)
    assert small > 0
    assert large == pytest.approx(small)


def test_most_decisive_follows_the_outcome() -> None:
    rng = np.random.default_rng(5)
    inputs = {name: rng.random(400) for name in ("a", "b", "c")}
    inputs["fixed"] = np.ones(400)
    assert most_decisive(inputs["b"] > 0.7, inputs) == "b"
    assert most_decisive(inputs["c"] < 0.5, inputs) == "c"
    assert most_decisive(2 * inputs["a"] + 0.3 * inputs["b"] > 1.2, inputs) == "a"


def test_nothing_decides_what_does_not_change() -> None:
    inputs = {"a": np.linspace(0, 1, 50)}
    assert most_decisive(np.ones(50, dtype=bool), inputs) is None
    assert most_decisive(np.zeros(50, dtype=bool), inputs) is None
    assert most_decisive(inputs["a"] > 0.5, {"fixed": np.ones(50)}) is None


@pytest.mark.parametrize(
    ("share", "status"),
    [
        (1.0, Status.SUPPORTED),
        (0.9, Status.SUPPORTED),
        (0.899, Status.UNDECIDED),
        (0.5, Status.UNDECIDED),
        (0.101, Status.UNDECIDED),
        (0.099, Status.CONTRADICTED),
        (0.0, Status.CONTRADICTED),
    ],
)
def test_status_of_a_share(share: float, status: Status) -> None:
    assert SUPPORTED_FROM == 0.9
    assert _status(share) is status


def test_findings_carry_the_status_of_their_share(comparison: ComparisonResult) -> None:
    tested = [f for f in comparison.findings if f.status is not Status.NOT_TESTED]
    assert len(tested) >= 5
    for finding in tested:
        share, unit = finding.numbers["share"]
        assert unit == "1"
        expected = _status(share)
        if finding.kind == "cracks" and expected is Status.CONTRADICTED:
            expected = Status.UNDECIDED  # one run without cracks does not speak for many cycles
            assert "cycles" in finding.decided_by
        assert finding.status is expected
        assert f"{share:.0%}" in finding.sentence
