"""Do the shipped radii and electronegativities agree, row by row, with another compilation?"""

from __future__ import annotations

import functools
from collections.abc import Mapping
from typing import Any

import pytest
from mendeleev.fetch import fetch_table

from particle_sim.composition.mismatch import ionic_radius, read_rows
from particle_sim.composition.oxidation import Ion

SPIN = {"high": "HS", "low": "LS", "": ""}


@functools.cache
def elements() -> list[dict[str, Any]]:
    """mendeleev's elements, by the columns of its table."""
    table: list[dict[str, Any]] = fetch_table("elements").to_dict("records")
    return table


@functools.cache
def compiled_radii() -> dict[tuple[str, int, str, str], float]:
    """Shannon's radii [pm] as mendeleev has them, by element, charge, coordination and spin."""
    symbols = {row["atomic_number"]: row["symbol"] for row in elements()}
    return {
        (
            symbols[row["atomic_number"]],
            row["charge"],
            row["coordination"],
            row["spin"] or "",
        ): float(row["ionic_radius"])
        for row in fetch_table("ionicradii").to_dict("records")
    }


def radius_agrees(row: Mapping[str, str]) -> bool:
    key = (row["ion"], int(row["charge"]), row["coordination"], SPIN[row["spin"]])
    return compiled_radii().get(key) == pytest.approx(float(row["radius_pm"]))


def test_every_radius() -> None:
    rows = read_rows("shannon_radii.csv")
    assert len(rows) > 90
    assert not [row for row in rows if not radius_agrees(row)]


def test_radius_comparison_notices_a_picometre() -> None:
    row = next(row for row in read_rows("shannon_radii.csv") if row["ion"] == "V")
    assert radius_agrees(row)
    assert not radius_agrees({**row, "radius_pm": str(float(row["radius_pm"]) + 1)})
    assert not radius_agrees({**row, "charge": "7"})


def test_every_electronegativity() -> None:
    compiled = {row["symbol"]: row["en_pauling"] for row in elements()}
    rows = read_rows("electronegativity.csv")
    assert len(rows) > 60
    assert {row["element"]: float(row["pauling"]) for row in rows} == {
        row["element"]: compiled[row["element"]] for row in rows
    }


# Effective six-fold radii in angstrom as printed in Shannon's Table 1.
TEXTBOOK = {
    ("Li", 1): 0.76,
    ("Na", 1): 1.02,
    ("K", 1): 1.38,
    ("Mg", 2): 0.72,
    ("Al", 3): 0.535,
    ("Ti", 4): 0.605,
    ("V", 3): 0.64,
    ("Cr", 3): 0.615,
    ("Mn", 2): 0.83,
    ("Mn", 3): 0.645,
    ("Mn", 4): 0.53,
    ("Fe", 2): 0.78,
    ("Fe", 3): 0.645,
    ("Co", 2): 0.745,
    ("Ni", 2): 0.69,
    ("Cu", 2): 0.73,
    ("Zn", 2): 0.74,
    ("Sn", 4): 0.69,
    ("Zr", 4): 0.72,
}


@pytest.mark.parametrize(("symbol", "charge"), TEXTBOOK)
def test_high_spin_is_the_default(symbol: str, charge: int) -> None:
    ion = Ion(element=symbol, charge=charge, amount=1.0, sublattice="")
    assert ionic_radius(ion) == pytest.approx(TEXTBOOK[symbol, charge] * 1e-10)
