"""Are rate tests in print read as they stand, with both readings of what contradicts itself?

Expected values: J. Mater. Chem. A 12 (2024) 31145, d4ta05924g (lists of Figs. 3e, 3f and 6c) and
the tables behind the public series.
"""

from __future__ import annotations

import dataclasses
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from particle_sim.cell.design import CellKind
from particle_sim.composition.formula import parse_formula
from particle_sim.errors import InputError
from particle_sim.materials.load import load_material
from particle_sim.materials.printed import Fact
from particle_sim.materials.system import load_system, system_names
from particle_sim.resources import shipped_folder
from particle_sim.studies.rate_data import (
    RateSeries,
    as_series,
    full_cell_design,
    printed_series,
    public_series,
)
from particle_sim.studies.rate_measurements import load_measurement, measurement_names

STEPS = [0.1, 0.3, 0.5, 1, 3, 5]


def labelled(name: str, one_c: float = 120.0) -> dict[str, RateSeries]:
    return {series.label: series for series in printed_series(load_system(name), one_c)}


def test_both_lists_and_both_readings_of_he() -> None:
    found = labelled("he_o3_li2024")
    expected = {
        "A: first charge-discharge curves": [117, 113, 107, 101, 98, 94],
        "B: rate test, in the printed order": [117, 116, 113, 107, 101, 96],
        "B: rate test, if a step is missing in print": [117, 113, 107, 101, 96, 90],
    }
    for label, values in expected.items():
        np.testing.assert_array_equal(found[label].c_rate, STEPS)
        np.testing.assert_array_equal(found[label].capacity, values)


def test_both_readings_of_nfm_with_eight_values_on_seven_steps() -> None:
    found = labelled("nfm_li2024")
    ordered = found["rate test, in the printed order"]
    missing = found["rate test, if a step is missing in print"]
    np.testing.assert_array_equal(ordered.capacity, [134, 124, 110, 91, 84, 61])
    np.testing.assert_array_equal(missing.capacity, [134, 110, 91, 84, 61, 42])
    np.testing.assert_array_equal(missing.c_rate, STEPS)


def test_a_list_that_agrees_with_itself_has_one_reading() -> None:
    """The twin: with a return value above the fastest step nothing is contradictory."""
    system = load_system("he_o3_li2024")
    old = system.file.printed["rate_series"][1]
    values = [117, 116, 113, 107, 101, 96, 116]
    healed = Fact.model_validate({**old.model_dump(), "capacity_mAh_g": values})
    printed = {**system.file.printed, "rate_series": [healed]}
    file = system.file.model_copy(update={"printed": printed})
    labels = [s.label for s in printed_series(dataclasses.replace(system, file=file), 120.0)]
    assert "B: rate test" in labels
    assert not any("missing" in label for label in labels)


def test_repeated_facts_are_listed_once() -> None:
    """Figs. 3e and 3f are printed as lists and again value by value."""
    series = printed_series(load_system("he_o3_li2024"), 120.0)
    at_half_c = [s for s in series if s.cell is CellKind.HALF and 0.5 in s.c_rate]
    assert len(at_half_c) == 3


def test_full_cell_list() -> None:
    series = labelled("he_o3_li2024")["full cell, hard carbon"]
    assert series.cell is CellKind.FULL
    np.testing.assert_array_equal(series.capacity, [115, 114, 105, 101, 97, 95])


def test_aged_cells_are_not_fresh() -> None:
    aged = labelled("he_nmnc", 100.0)["after 100 cycles"]
    assert not aged.fresh
    assert labelled("he_nmnc", 100.0)["single values"].fresh


def test_a_warm_cell_is_not_comparable() -> None:
    assert not labelled("he_hcf", 100.0)["at 60 C"].fresh


def test_currents_become_rates() -> None:
    """10 A/g at 1C = 120 mA/g."""
    series = labelled("ncrt")["single values"]
    np.testing.assert_allclose(series.c_rate, [10_000 / 120])


def test_a_share_kept_is_relative() -> None:
    series = labelled("mts15")["share kept"]
    assert series.relative
    np.testing.assert_allclose([series.c_rate[0], series.capacity[0]], [10, 0.77])


@pytest.mark.parametrize("name", system_names())
def test_every_material_is_read(name: str) -> None:
    for series in printed_series(load_system(name), 100.0):
        assert len(series.c_rate) == len(series.capacity) > 0
        assert np.all(series.c_rate > 0)
        assert np.all(series.capacity > 0)


def test_full_cells_have_the_printed_window() -> None:
    design = full_cell_design(load_system("he_o3_li2024"))
    assert (design.value("lower_voltage"), design.value("upper_voltage")) == (0.5, 4.0)
    sodiated = full_cell_design(load_system("he_v"))
    assert sodiated.value("negative_initial_sodium") > 0
    assert sodiated.value("lower_voltage") == 1.5


# Public measurements

RISE = 0.015
"""Of the largest capacity: one series, t49, rises in print, by 2.1 of 153 mAh/g; a slipped digit or
two swapped values would be more."""


@pytest.mark.parametrize("name", measurement_names())
def test_measurements_are_sound(name: str) -> None:
    measurement = load_measurement(name)
    assert measurement.name == name
    assert measurement.capacity[-1] < measurement.capacity[0], "capacity falls with rate"
    assert np.all(np.diff(measurement.capacity) < RISE * max(measurement.capacity))
    assert "doi" in measurement.citation


@pytest.mark.parametrize("name", measurement_names())
def test_a_measurement_has_the_composition_of_its_material(name: str) -> None:
    measurement = load_measurement(name)
    if not measurement.material:
        return
    library = parse_formula(load_system(measurement.material).file.material.formula)
    assert dict(parse_formula(measurement.formula).amounts) == pytest.approx(dict(library.amounts))


def test_there_are_sixty_two_and_two_belong_to_library_materials() -> None:
    """NVP, NNMO and NFM111 give capacities that are not the library's: other windows."""
    names = measurement_names()
    assert len(names) == 62
    counts = Counter(load_measurement(n).material for n in names)
    assert counts == {"": 60, "nfm424": 1, "ncnfmt": 1}
    (nfm,) = public_series("nfm424", 120.0)
    np.testing.assert_allclose(nfm.c_rate[3] * 120, 140)
    assert nfm.capacity[3] == 116.8


def test_rates_of_an_unknown_one_c_are_kept() -> None:
    series = as_series(load_measurement("na0p94_tmfnc_2021"), 77.0)
    np.testing.assert_array_equal(series.c_rate, [0.1, 0.2, 0.3, 0.5, 1, 2, 4])


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("rates = [13, 26,", "rates = [26, 13,", "must be positive and increase"),
        ("rates = [13, 26,", "rates = [26,", "5 rates and 6 capacities"),
        ('rate_unit = "mA/g"', 'rate_unit = "mA"', "rate_unit"),
        ('source = "ensm2022"', 'source = "ensm2023"', "did you mean ensm2022"),
        ("[130, 129,", "[-130, 129,", "none may be negative"),
        ("[130, 129,", '["x", 129,', "capacity_mAh_g"),
        ("[130, 129,", "[130000, 129,", "check the unit"),
    ],
)
def test_broken_measurements_are_refused(tmp_path: Path, old: str, new: str, words: str) -> None:
    text = (shipped_folder("parameters") / "measurements" / "ncnfmt_2022.toml").read_text("utf-8")
    assert text.count(old) == 1
    path = tmp_path / "broken.toml"
    path.write_text(text.replace(old, new), encoding="utf-8")
    with pytest.raises(InputError, match=words):
        load_measurement(str(path))


def test_unknown_measurement() -> None:
    with pytest.raises(InputError, match="did you mean nfm424_2021"):
        load_measurement("nfm424_2012")


def test_printed_low_rates_match_the_material() -> None:
    """The library's capacity of NFM is that of its lowest printed rate, 136 mAh/g at 0.1C."""
    material = load_material("nfm_li2024")
    assert material.specific_capacity == pytest.approx(136, rel=0.01)
