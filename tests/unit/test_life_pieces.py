"""What a life is asked, refused and told: each piece by itself."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
import xarray as xr

from particle_sim.errors import InputError
from particle_sim.life.asked import (
    LEAST_SURFACES,
    LifeStudy,
    cautions,
    check_toughness,
    energy_release,
    read_window,
)
from particle_sim.life.chain import Rule, draw_powder
from particle_sim.life.phrases import between, percent
from particle_sim.life.rows import row_verdict
from particle_sim.life.size_map import safe_below
from particle_sim.life.study import knee, quantiles
from particle_sim.materials.load import load_material, load_record
from particle_sim.studies.choices import GrowthChoice


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"cycles": 0}, "The cycles are 0; the law supports 1 to 100000"),
        ({"cycles": 100_001}, "The cycles are 100001; the law supports 1 to 100000"),
        ({"c_rate": 0.0}, "The C-rate is 0; it must lie above 0"),
        ({"samples": 10}, "The samples are 10; give 50 to 20000"),
        ({"materials": ()}, "0 materials are named"),
        ({"materials": ("nvp", "he_v", "nvmp")}, "3 materials are named"),
        ({"seed": 2**63}, "The seed is 9223372036854775808; give 0 to"),
        ({"materials": ("nvp", "nvp")}, "The materials are nvp, nvp; name none twice"),
    ],
)
def test_what_the_law_does_not_support_is_refused(changed: dict[str, object], words: str) -> None:
    with pytest.raises(InputError) as refused:
        replace(LifeStudy(materials=("nvp", "he_v")), **changed)  # type: ignore[arg-type]
    assert len(refused.value.problems) == 1
    assert words in refused.value.problems[0]


def test_a_law_is_one_rule_or_both() -> None:
    rules = {
        law: LifeStudy(materials=("nvp",), law=law).rules
        for law in (GrowthChoice.FATIGUE, GrowthChoice.SLOW, GrowthChoice.BOTH)
    }
    assert list(rules.values()) == [
        (Rule.FATIGUE,),
        (Rule.SLOW,),
        (Rule.FATIGUE, Rule.SLOW),
    ]


@pytest.mark.parametrize("text", ["4-2 V", "2", "a-b", "2-2", "2-inf", "", "2-4-5"])
def test_a_window_is_two_increasing_voltages(text: str) -> None:
    with pytest.raises(InputError, match="--window is"):
        read_window(text)


def test_a_window_replaces_the_cut_offs_of_all() -> None:
    study = LifeStudy(materials=("nfm_li2024",), window=read_window("2.1-3.9 V"))
    material = load_record("nfm_li2024", overrides=study.overrides).material
    assert material.value("lower_voltage") == 2.1
    assert material.value("upper_voltage") == 3.9


def test_a_toughness_below_that_of_any_solid_is_refused() -> None:
    """G_c = K^2 (1 - nu^2)/E by hand, and the sentence at either side of the limit."""
    nvp = load_material("nvp")
    poisson, modulus = nvp.value("poisson_ratio"), nvp.value("youngs_modulus")
    assert energy_release(nvp) == pytest.approx(
        nvp.value("fracture_toughness") ** 2 * (1 - poisson**2) / modulus
    )
    limit = math.sqrt(LEAST_SURFACES * modulus / (1 - poisson**2))
    for factor, refused in ((1.01, False), (0.99, True)):
        record = load_record("nvp", overrides={"fracture_toughness": f"{factor * limit} Pa*m^0.5"})
        if not refused:
            check_toughness(record.material)
            continue
        with pytest.raises(InputError, match="less than the surfaces it makes in any solid"):
            check_toughness(record.material)


def test_cautions_say_in_how_many_draws_and_of_whom() -> None:
    nfm, lfp = load_material("nfm_li2024"), load_material("lfp")
    drawn = [draw_powder(material, 200, 1) for material in (nfm, lfp)]
    said = cautions(drawn)
    weak = np.mean(energy_release(nfm, drawn[0]) < 1.0)
    assert any(
        text.startswith("NFM: ") and percent(float(weak)) in text and "surface energy" in text
        for text in said
    )
    wide = [np.mean(d.values["flaw_size"] > 0.1 * d.values["particle_radius"]) for d in drawn]
    assert wide[1] > wide[0]
    assert any(percent(float(wide[1])) in text and "a tenth is taken" in text for text in said)
    safe = drawn[0].having(fracture_toughness=np.full(200, 1e6), flaw_size=np.full(200, 1e-9))
    assert cautions([safe]) == ()


def test_shares_in_words_never_round_to_nothing_or_to_all() -> None:
    assert [percent(x) for x in (0, 1e-9, 0.0015, 0.5, 0.9991, 1 - 1e-9, 1)] == [
        "0 %", "below 0.1 %", "0.1 %", "50 %", "99.9 %", "above 99.9 %", "100 %",
    ]  # fmt: skip
    assert between([0.2, 0.05]) == "5.0 to 20 %"
    assert percent(float("nan")) == "nothing"


def test_a_knee_is_where_a_stretch_costs_twice_the_first() -> None:
    cycles = np.linspace(0, 100, 6)
    straight = 1 - 0.002 * cycles
    bent = np.where(cycles > 50, straight - 0.01 * (cycles - 50), straight)
    slowing = 1 - 0.1 * np.sqrt(cycles / 100)
    flat = np.ones(6)
    found = knee(np.stack([straight, bent, slowing, flat]), cycles)
    assert found.tolist() == [np.inf, 40.0, np.inf, np.inf]


def test_draws_that_deliver_nothing_are_in_no_band() -> None:
    rows = np.array([[1.0, 0.5], [np.nan, np.nan], [1.0, 0.7]])
    assert quantiles(rows)[1].tolist() == [1.0, 0.6]
    assert np.isnan(quantiles(rows[1:2])).all()


@pytest.mark.parametrize(
    ("share", "place"), [([1, 1, 1], np.inf), ([0.5, 1, 1], 0.0), ([1.0, 0.9, 0.7], 10.0)]
)
def test_what_avoids_growth_ends_where_nine_in_ten_ends(share: list[float], place: float) -> None:
    assert safe_below(np.array([1.0, 10.0, 100.0]), np.array(share)) == place


def row(misses: list[float], null: list[float], label: str = "predicted") -> xr.Dataset:
    names = ["relieved fatigue", "held fatigue"]
    return xr.Dataset(
        {
            "miss": ("variant", misses),
            "null_miss": ("null_rule", null),
            "of_label": ((), label),
        },
        coords={"variant": names, "null_rule": ["N0, a", "N1, b", "N2, c"]},
    )


@pytest.mark.parametrize(
    ("misses", "null", "words"),
    [
        ([0.1, 0.2], [0.3, 0.4, 0.5], "closer than all three rules"),
        ([np.inf, 0.2], [0.3, 0.4, 0.5], "closer than all three rules where held fatigue"),
        ([np.inf, 0.35], [0.3, 0.4, 0.5], "closer than N1 and N2 alone: it adds little"),
        ([np.inf, 0.6], [0.3, 0.4, 0.5], "beats none of the three rules: it adds nothing here"),
        ([0.3, 0.3], [0.3, 0.3, 0.3], "beats none of the three rules: it adds nothing here"),
    ],
)
def test_a_model_that_beats_no_rule_says_so(
    misses: list[float], null: list[float], words: str
) -> None:
    assert row_verdict(row(misses, null)) == words
    assert "says nothing" in row_verdict(row(misses, null, "calibrated"))
