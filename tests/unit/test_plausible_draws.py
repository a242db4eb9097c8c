"""Draws from plausible ranges: named streams, what is shared, what a draw says of a map."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
import xarray as xr
from scipy.stats import chi2

import particle_sim
from particle_sim.cell.half_cell import half_cell
from particle_sim.claims.readings import map_driving, read, spread, stress
from particle_sim.materials.load import load_material
from particle_sim.materials.material import Material
from particle_sim.materials.property import Distribution, PlausibleRange, assumed
from particle_sim.metrics.fracture import edge_crack_intensity
from particle_sim.plausible.draws import (
    MaterialDraws,
    diffusion_rate,
    draw_material,
    named_inputs,
    stress_factor,
)
from particle_sim.plausible.inputs import VARIED, Moves
from particle_sim.plausible.space import draw, space_of
from particle_sim.plausible.streams import evenly
from particle_sim.studies.drawn_half_cells import draw_half_cells

SHARED = [name for name, entry in VARIED.items() if not entry.own]
NVP, HE_V = load_material("nvp"), load_material("he_v")
BOTH = NVP.properties.keys() & HE_V.properties.keys()
OWN = [name for name, entry in VARIED.items() if entry.own and name in BOTH]


def drawn(material: Material, seed: int = 3) -> MaterialDraws:
    return draw_half_cells(material, 500, seed)


def test_same_seed_same_draws() -> None:
    first, again, other = drawn(NVP), drawn(NVP), drawn(NVP, seed=4)
    assert all(np.array_equal(first.values[n], again.values[n]) for n in first.values)
    assert not any(np.array_equal(first.values[n], other.values[n]) for n in first.values)


def test_a_property_more_or_less_moves_no_other() -> None:
    """Neither a missing property, nor fewer kinds of inputs, nor another cell or range."""
    whole = drawn(NVP).values
    gone = {name: p for name, p in NVP.properties.items() if name != "diffusivity"}
    fewer = drawn(replace(NVP, properties=gone)).values
    assert fewer.keys() == whole.keys() - {"diffusivity"}
    sodium = draw(space_of(NVP, moves=frozenset({Moves.SODIUM})), 500, 3)
    wider = draw_material(NVP, 500, 3, beliefs={"volume_change": HE_V["volume_change"]}).values
    for some in (fewer, sodium, {n: v for n, v in wider.items() if n != "volume_change"}):
        assert all(np.array_equal(values, whole[name]) for name, values in some.items())
    ranks = [np.argsort(values["volume_change"]) for values in (whole, wider)]
    np.testing.assert_array_equal(*ranks)


def test_streams_of_different_names_are_independent() -> None:
    """Counts in a 4 x 4 table of 4000 pairs, against chi-squared with 15 degrees of freedom."""
    names = [f"number {k}" for k in range(12)]
    columns = [evenly(name, 4000, 1) for name in names]
    for first, second in pairwise(columns):
        counts = np.histogram2d(first, second, bins=4)[0]
        assert np.sum((counts - 250) ** 2 / 250) < chi2.ppf(1 - 1e-5, 15)


def test_a_stream_fills_every_slice_once() -> None:
    column = evenly("diffusivity of nvp", 1000, 7)
    assert sorted(np.floor(1000 * column)) == list(range(1000))
    assert 0 <= column.min() < column.max() < 1


def test_shared_properties_are_drawn_once() -> None:
    """Equal numbers where the ranges are equal, equal ranks in any case."""
    equal = 0
    first, second = drawn(NVP), drawn(HE_V)
    for name in set(SHARED) & first.values.keys() & second.values.keys():
        ranks = [np.argsort(each.values[name], kind="stable") for each in (first, second)]
        np.testing.assert_array_equal(*ranks)
        equal += bool(np.array_equal(first.values[name], second.values[name]))
    assert equal >= 4


def test_own_properties_are_drawn_apart() -> None:
    first, second = drawn(NVP), drawn(HE_V)
    for name in OWN:
        ranks = [np.argsort(np.argsort(each.values[name])) for each in (first, second)]
        assert abs(np.corrcoef(*ranks)[0, 1]) < 0.2
    assert {f"{name} of {title}" for name in OWN for title in ("NVP", "HE-V")} < named_inputs(
        (first, second)
    ).keys()


@pytest.mark.parametrize("material", [NVP, HE_V])
def test_draws_stay_in_their_ranges(material: Material) -> None:
    design = half_cell(material).design.properties
    for name, values in drawn(material).values.items():
        known = {**design, **material.properties}[name].plausible
        assert known is not None
        assert known.low * (1 - 1e-12) <= values.min() <= values.max()
        assert values.max() <= known.high * (1 + 1e-12)


def test_a_fall_with_a_range_is_drawn_and_one_without_keeps_its_value() -> None:
    fall = replace(
        assumed("diffusivity_fall", 1.0, "1"),
        plausible=PlausibleRange(low=0.0, high=2.5, distribution=Distribution.UNIFORM),
    )
    values = drawn(NVP.replaced(diffusivity_fall=fall)).values["diffusivity_fall"]
    assert values.min() < 0.3 < 2.2 < values.max()
    plain = drawn(NVP.replaced(diffusivity_fall=assumed("diffusivity_fall", 1.0, "1"))).values
    assert np.ptp(plain["diffusivity_fall"]) == 0
    assert "diffusivity_fall" not in drawn(NVP).values


def test_every_input_says_why_it_varies() -> None:
    assert all(len(entry.why) > 20 for entry in VARIED.values())


def test_a_condition_keeps_whole_rows() -> None:
    whole = drawn(NVP)
    fast = diffusion_rate(whole) > np.median(diffusion_rate(whole))
    kept = whole.kept(fast)
    np.testing.assert_array_equal(diffusion_rate(kept), diffusion_rate(whole)[fast])
    assert all(len(values) == 250 for values in kept.values.values())


RANDOM_OF_THEIR_OWN = {
    "plausible/streams.py": "the streams",
    "sweeps/sampling.py": "a scrambled Sobol sequence of a sweep's dimensions",
    "inference/coordinates.py": "an example of beliefs",
    "inference/joint.py": "particles in a posterior",
    "inference/smc.py": "an example of a posterior",
    "inference/hierarchy.py": "an example of a population",
    "inference/rate_prediction.py": "one value per draw of a prediction",
    "inference/sisters.py": "sisters of a draw",
    "inference/rate_answer.py": "beliefs before the data",
    "inference/measure_next.py": "values that a next datum may have",
    "inference/next_datum.py": "an example of a next datum",
    "inference/identify.py": "draws of the fitted prior",
    "claims/worth.py": "hypothetical readings of a measurement",
    "inference/profiles.py": "first guesses of a search",
    "inference/predict.py": "one value per draw of a prediction",
}
"""Who makes random numbers, and of what, besides meshes, grains and linear solvers."""


def test_nobody_else_draws() -> None:
    folder = Path(particle_sim.__file__).parent
    words = ("default_rng", "qmc.", "SeedSequence", "RandomState")
    found = {
        path.relative_to(folder).as_posix()
        for path in folder.rglob("*.py")
        if any(word in path.read_text(encoding="utf-8") for word in words)
    }
    apart = {name for name in found if name.startswith(("fem/", "particle/"))}
    assert found - apart == set(RANDOM_OF_THEIR_OWN)


# What follows from a draw


def central(material: Material) -> dict[str, np.ndarray]:
    return {
        name: np.array([material.value(name)]) for name in VARIED if name in material.properties
    }


def test_derived_numbers_of_a_draw() -> None:
    middle = central(NVP)
    draws = MaterialDraws(
        material=NVP,
        values={
            **middle,
            "youngs_modulus": 2 * middle["youngs_modulus"],
            "volume_change": 0.5 * middle["volume_change"],
            "poisson_ratio": np.array([0.4]),
            "particle_radius": 3 * middle["particle_radius"],
        },
    )
    strain = np.log1p(-0.0413) / np.log1p(-0.0826)
    expected = 2 * strain * (1 - NVP.value("poisson_ratio")) / 0.6
    assert stress_factor(draws)[0] == pytest.approx(expected, rel=1e-12)
    rate = NVP.value("diffusivity") / (9 * NVP.value("particle_radius") ** 2)
    assert diffusion_rate(draws)[0] == pytest.approx(rate, rel=1e-12)


def map_of(material_rate: float) -> xr.Dataset:
    rates = material_rate * np.array([0.01, 1.0, 100.0])
    return xr.Dataset(
        {
            "inhomogeneity": ("diffusion_rate", [0.9, 0.5, 0.1]),
            "peak_tension": ("diffusion_rate", [1e8, 1e6, 1e4]),
        },
        coords={"diffusion_rate": rates},
    )


def test_maps_are_read_in_the_logarithm() -> None:
    rate = NVP.value("diffusivity") / NVP.value("particle_radius") ** 2
    values = {name: np.repeat(value, 4) for name, value in central(NVP).items()}
    values["diffusivity"] = values["diffusivity"] * np.array([1.0, 10.0, 1e-5, 1e5])
    draws = MaterialDraws(material=NVP, values=values)
    table = map_of(rate)
    assert np.allclose(read(draws, table, "inhomogeneity"), [0.5, 0.3, 0.9, 0.1], rtol=1e-12)
    assert np.allclose(spread(draws, table), [0.5, np.sqrt(0.05), 0.9, 0.1], rtol=1e-12)
    pulled = stress(draws, table, "peak_tension")
    assert np.allclose(pulled, [1e6, 1e5, 1e8, 1e4], rtol=1e-9)
    flaw, toughness = NVP.value("flaw_size"), NVP.value("fracture_toughness")
    expected = [edge_crack_intensity(float(s), flaw) / toughness for s in pulled]
    assert np.allclose(map_driving(draws, table), expected, rtol=1e-12)


def test_more_sodium_per_volume_is_read_as_a_faster_particle() -> None:
    """N R/(D c_max) is what counts: twice c_max is twice D."""
    middle = central(NVP)
    rate = float(middle["diffusivity"][0] / middle["particle_radius"][0] ** 2)
    twice = MaterialDraws(material=NVP, values=middle)
    held = twice.having(maximum_concentration=2 * middle["maximum_concentration"])
    faster = twice.having(diffusivity=2 * middle["diffusivity"])
    assert spread(held, map_of(rate)) == pytest.approx(spread(faster, map_of(rate)))


def test_a_drawn_flaw_is_a_tenth_of_its_particle_at_most() -> None:
    values = {name: np.repeat(value, 2) for name, value in central(NVP).items()}
    values["flaw_size"] = 0.1 * values["particle_radius"] * np.array([1.0, 4.0])
    known = {"peak_tension": ("diffusion_rate", [1e8, 1e8])}
    table = xr.Dataset(known, coords={"diffusion_rate": [1e-9, 1e9]})
    small, large = map_driving(MaterialDraws(material=NVP, values=values), table)
    assert small > 0
    assert large == pytest.approx(small)
