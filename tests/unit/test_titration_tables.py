"""Do the tables of a titration say what its pulses say, and load as a material's diffusivity?"""

from __future__ import annotations

import csv
import math
import tomllib
from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from particle_sim.cli.fit_data import titration_of
from particle_sim.errors import InputError
from particle_sim.inference.data import TitrationData
from particle_sim.inference.titration import Titration, titrate
from particle_sim.inference.titration_tables import titration_texts
from particle_sim.materials.functions import LogTable
from tests.unit.titrations import Protocol, solid_solution, text_of, titration, written

PLAN = Protocol()
RADIUS = 3e-6


@cache
def found() -> Titration:
    time, current, voltage = titration(solid_solution(), PLAN).T
    data = TitrationData(name="virtual", time=time, current=current, voltage=voltage)
    return titrate(data, solid_solution(), radius=RADIUS)


def rows(text: str) -> list[list[str]]:
    return list(csv.reader(text.splitlines()))


def test_the_table_is_the_diffusivity_that_was_put_in() -> None:
    """It covers the whole window, so that a material can read it, and rises along the filling."""
    header, *body = rows(titration_texts(found())["diffusivity.csv"])
    assert header == ["filling", "values"]
    filling, value = np.array(body, dtype=float).T
    assert (filling[0], filling[-1]) == (0.0, 1.0)
    assert np.all(np.diff(filling) > 0)
    np.testing.assert_allclose(value, PLAN.diffusivity, rtol=0.01)


def test_the_block_holds_the_mean_of_the_table() -> None:
    texts = titration_texts(found())
    entry = tomllib.loads(texts["diffusivity.toml"])["properties"]["diffusivity"]
    _, *body = rows(texts[entry["csv"]])
    low, high = entry["range"]
    mean = math.exp(np.mean([math.log(float(value)) for _, value in body]))
    assert low < mean < high
    assert entry["evidence"] == "measured"


def test_a_doubted_pulse_is_in_no_table_of_the_material() -> None:
    first, *others = found().pulses
    doubted = replace(found(), pulses=(replace(first, doubts=("why",)), *others))
    count = len(rows(titration_texts(found())["diffusivity.csv"]))
    assert len(rows(titration_texts(doubted)["diffusivity.csv"])) == count - 1
    assert len(rows(titration_texts(doubted)["pulses.csv"])) == 1 + len(found().pulses)


def test_without_a_radius_there_is_no_diffusivity() -> None:
    assert list(titration_texts(replace(found(), radius=None))) == ["pulses.csv"]


def test_an_area_is_a_radius(tmp_path: Path) -> None:
    """R = 3/(rho A): of 1 um, and of half for twice the area."""
    path = written(tmp_path, text_of(titration(solid_solution(), PLAN)))
    density = solid_solution().value("density")
    for radius in (1e-6, 5e-7):
        area = f"{3 / (density * radius)} m^2/kg"
        read = titration_of(path, "he_v", None, None, area=area)
        assert read.radius == pytest.approx(radius, rel=1e-6)
    with pytest.raises(InputError, match="--radius and --area"):
        titration_of(path, "he_v", "1 um", None, area="5 m^2/g")


def test_a_material_reads_the_table() -> None:
    _, *body = rows(titration_texts(found())["diffusivity.csv"])
    filling, value = (tuple(float(x) for x in column) for column in zip(*body, strict=True))
    middle = LogTable(filling, value)(np.array(0.5))
    assert float(middle) == pytest.approx(PLAN.diffusivity, rel=0.01)
