"""A volume change that is set, drawn or swept: its strain is ln(1 + dV/V)/3 through every door."""

from __future__ import annotations

import numpy as np
import pytest

from particle_sim.batch.accuracy import ERROR
from particle_sim.errors import InputError
from particle_sim.materials.functions import LinearTable, StrainTable
from particle_sim.materials.load import load_record
from particle_sim.materials.material import Material
from particle_sim.studies.choices import Direction
from particle_sim.studies.half_cell_batch import half_cell_batch
from particle_sim.studies.sweep_functions import with_values

TOLERANCE = 0.0826**2 / 8
"""Strain is straight between points of the table, volume is not: v^2/8 for the largest change."""


@pytest.mark.parametrize("name", ["nvp", "he_v", "he_o3_li2024"])
def test_size_is_set_and_shape_stays(name: str) -> None:
    theta = np.linspace(0, 1, 9)
    before = load_record(name).material
    after = load_record(name, overrides={"volume_change": "4 %"}).material
    assert abs(after.value("volume_change")) == pytest.approx(0.04)
    volumes = [np.expm1(3 * m["chemical_strain"](theta)) for m in (before, after)]
    factor = 0.04 / abs(before.value("volume_change"))
    assert volumes[1] == pytest.approx(factor * volumes[0], abs=TOLERANCE)
    assert volumes[1] != pytest.approx(1.1 * factor * volumes[0], abs=TOLERANCE)


def doors(name: str, change: float) -> list[Material]:
    """The material with that volume change, by a file's override, in a sweep, and in Python."""
    material = load_record(name).material
    wider = material["volume_change"].with_magnitude(change)
    return [
        load_record(name, overrides={"volume_change": f"{100 * change!r} %"}).material,
        with_values(material, {"volume_change": change}),
        material.replaced(volume_change=wider),
    ]


@pytest.mark.parametrize("name", ["nvp", "he_v", "nfm_zhou_2_3"])
@pytest.mark.parametrize("factor", [0.5, 2.0])
def test_every_door_gives_the_same_strain(name: str, factor: float) -> None:
    change = factor * load_record(name).material.value("volume_change")
    theta = np.linspace(0, 1, 101)
    first, *others = (each["chemical_strain"](theta) for each in doors(name, change))
    for other in others:
        assert other == pytest.approx(first, rel=1e-12, abs=1e-15)


def test_a_cell_that_shrinks_away_is_refused_at_every_door() -> None:
    nvp = load_record("nvp").material
    for door in (
        lambda: load_record("nvp", overrides={"volume_change": "130 %"}),
        lambda: with_values(nvp, {"volume_change": 1.3}),
        lambda: half_cell_batch(nvp, c_rate=np.ones(1), values={"volume_change": np.array([1.3])}),
    ):
        with pytest.raises(InputError, match=r"(-130 %|1\.3 of).*0\.9"):
            door()


def check_batch(name: str, factor: float) -> None:
    """Draws keep the shape of the strain: within (factor - 1) span/2 where the volume is bent.

    NVP strains on one straight line, so that only the batch's own error is left.
    """
    material = load_record(name).material
    span = material.value("volume_change")
    peaks = [
        half_cell_batch(
            own,
            c_rate=np.ones(1),
            values={"volume_change": np.array([factor * span])},
            direction=Direction.CHARGE,
        ).peak_hoop_stress[0]
        for own in (material, with_values(material, {"volume_change": factor * span}))
    ]
    bound = ERROR if name == "nvp" else abs(factor - 1) * span / 2
    assert peaks[0] == pytest.approx(peaks[1], rel=bound)


@pytest.mark.parametrize("name", ["nvp", "he_v", "nfm_zhou_2_3"])
def test_draws_are_strained_as_what_is_set(name: str) -> None:
    check_batch(name, 2.0)


def test_draws_notice_a_strain_that_is_scaled_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    """As linear strain NVP at twice its volume change had 4.5 % less stress."""
    monkeypatch.setattr(StrainTable, "stretch", lambda self, factor: factor)
    with pytest.raises(AssertionError):
        check_batch("nvp", 2.0)


def test_doors_notice_a_strain_that_is_scaled_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(StrainTable, "scaled", LinearTable.scaled)
    with pytest.raises(AssertionError):
        test_every_door_gives_the_same_strain("nvp", 2.0)
