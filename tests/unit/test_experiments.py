"""Are the rate tests of a material found where they stand, with every way to read them?"""

from __future__ import annotations

import numpy as np
import pytest

from particle_sim.inference.evidence_words import data_of, lines_of, overview
from particle_sim.inference.experiments import LEARNED, UNUSED, experiments, ways
from particle_sim.materials.load import load_record, material_names

SEEDS = ("nvp", "he_v", "nfm_li2024", "he_o3_li2024")


def uses(name: str) -> dict[str, str]:
    return {each.id.partition(":")[2]: each.use for each in experiments(load_record(name))}


def test_five_readings_of_he_and_nfm_are_learned_from() -> None:
    """Fig. 3e of HE, and 3f of both as printed and with a step missing."""
    tests = [each for name in SEEDS[2:] for each in experiments(load_record(name))]
    learned = {each.id: each.readings for each in tests if each.use == LEARNED}
    assert list(learned) == ["nfm_li2024:fig_3f", "he_o3_li2024:fig_3e", "he_o3_li2024:fig_3f"]
    readings = [series for each in learned.values() for series in each]
    assert [series.capacity[-1] for series in readings] == [61, 42, 94, 96, 90]


@pytest.mark.parametrize("name", SEEDS)
def test_numbers_are_those_of_the_material_s_file(name: str) -> None:
    text = load_record(name).path.read_text("utf-8")
    for each in experiments(load_record(name)):
        for series in each.readings:
            assert series.source in text
            assert series.place in text
            assert all(f"{q:g}" in text for q in series.capacity)


def test_what_is_not_learned_from_says_why() -> None:
    he = uses("he_o3_li2024")
    assert he["introduction"] == he["fig_3h"] == UNUSED["repeat"]
    assert he["fig_6c"] == he["fig_6b"] == UNUSED["full"]
    assert uses("nvp") == {"fig_3a_b": UNUSED["few"]}
    assert uses("mts15") == {"3_1_2_1": UNUSED["share"]}
    assert uses("he_hcf") == {"3_1_1_2": UNUSED["aged"]}
    assert uses("ncnfmt") == {"ncnfmt_public_rate_test": LEARNED}


def test_every_experiment_has_an_id_of_its_own_and_every_way_is_one() -> None:
    for name in material_names():
        record = load_record(name)
        found = experiments(record)
        assert len({each.id for each in found}) == len(found)
        used = [each for each in found if each.use == LEARNED]
        assert bool(used) == bool(ways(record))
        for way in ways(record):
            for series in way:
                assert any(
                    np.array_equal(series.capacity, other.capacity)
                    for each in used
                    for other in each.readings
                )


def test_lines_and_data_tell_the_same() -> None:
    (told,) = data_of(["nfm_li2024"])
    text = "\n".join(lines_of(["nfm_li2024"]))
    for test in told["experiments"]:
        assert f"{test['id']}: {test['use']}" in text
        for reading in test["readings"]:
            assert f"{', '.join(f'{q:.4g}' for q in reading['capacity'])} mAh/g" in text
    for ends in told["diffusion_rate"].values():
        assert f"{', '.join(f'{x:.2g}' for x in ends['after'])}" in text
        assert ends["before"][0] < ends["before"][2]
    assert "Nothing is learned" in "\n".join(lines_of(["nvp"]))
    lines = overview()
    assert any(line.startswith("he_o3_li2024:fig_3f") and "2 readings" in line for line in lines)
    assert not any(line.startswith("Stale") for line in lines)
