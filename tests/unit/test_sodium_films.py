"""Does a full cell lose the sodium that films take, and no more?"""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from particle_sim.cell.film_constants import load_film_constants
from particle_sim.damage.sodium_films import SodiumFilms, draw_films
from particle_sim.errors import InputError
from particle_sim.life.full_cell import FullCells, draw_full_cells
from particle_sim.materials.load import load_material
from particle_sim.resources import shipped_folder
from particle_sim.units import Array

COUNT = 6


@cache
def cells(c_rate: float = 0.1) -> FullCells:
    found = draw_full_cells(load_material("he_o3_li2024"), COUNT, 3, c_rate, lower_voltage=0.5)
    films = SodiumFilms(
        carbon_film=np.full(COUNT, 2.0),
        carbon_capacity=np.full(COUNT, 300.0),
        crack_film=np.full(COUNT, 36.0),
    )
    return replace(found, films=films)


def of_time(power: float) -> Array:
    """Film after 100 cycles over that after 25."""
    carbon, _ = cells().lost(np.full(COUNT, 100.0), np.array([25.0, 100.0]), np.zeros((COUNT, 2)))
    return np.asarray(carbon[:, 1] / carbon[:, 0] / 4**power)


def test_a_film_goes_with_the_square_root_of_time() -> None:
    assert of_time(0.5) == pytest.approx(1.0)
    assert of_time(1.0) != pytest.approx(1.0, rel=0.1), "evenly is noticed"


def test_films_by_hand() -> None:
    """k m sqrt(t) of a hundred charges and discharges; faces of (2^1/3 - 1) 3/(rho R)."""
    found = cells()
    values, material = found.draws.values, found.draws.material
    hours = 100 * 2 * 10.0 / (0.1 * material.value("one_c_current"))
    cracked = np.full((COUNT, 1), 0.5)
    carbon, faces = found.lost(np.full(COUNT, 10.0), np.array([100.0]), cracked)
    more = values["maximum_concentration"] / material.maximum_concentration
    mass = values["negative_to_positive_ratio"] * material.specific_capacity * more / 300.0
    assert carbon[:, 0] == pytest.approx(2.0 * mass * np.sqrt(hours))
    area = (2 ** (1 / 3) - 1) * 3 / (material.value("density") * values["particle_radius"])
    assert faces[:, 0] == pytest.approx(36.0 / 3600 * area * 0.5)


def kept(lost: float) -> Array:
    """Slow capacity lost (n,) for ``lost`` sodium."""
    table = np.array([[0.0, lost]]).repeat(COUNT, axis=0)
    found = cells().capacities(np.zeros((COUNT, 2)), table)
    return np.asarray(found[:, 0] - found[:, 1])


def test_sodium_that_is_lost_is_capacity_at_a_slow_rate() -> None:
    """One to one where sodium is what ends the discharge, less where it is not, never more."""
    gone = kept(5.0)
    assert np.all(gone < 5.0 * 1.02)
    assert gone.max() == pytest.approx(5.0, rel=0.05)
    assert kept(0.0) == pytest.approx(0.0, abs=1e-9)


def test_shipped_ranges_hold_the_printed_ones() -> None:
    """0.72 to 2.78 mA h/g in an hour's pause."""
    films = draw_films(400, 1)
    assert films.carbon_film.min() < 0.72
    assert films.carbon_film.max() == pytest.approx(2.8, rel=0.02)
    assert np.all(films.crack_film >= 0)


@pytest.mark.parametrize(
    ("was", "now", "word"),
    [("value = 1.4", "value = -1.4", "carbon_film"), ("[0.24, 2.8]", "[2.8, 0.24]", "range"),
     ("[properties.crack_film]", "[properties.crack_flim]", "crack_film")],
)  # fmt: skip
def test_a_file_of_films_that_is_wrong(was: str, now: str, word: str, tmp_path: Path) -> None:
    place = shipped_folder("parameters") / "damage" / "sodium_films.toml"
    shipped = place.read_text(encoding="utf-8")
    path = tmp_path / "films.toml"
    path.write_text(shipped.replace(was, now), encoding="utf-8")
    with pytest.raises(InputError, match=word):
        load_film_constants(str(path))
