"""Pieces of the rate studies that need no discharge."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import pytest

import particle_sim as ps
from particle_sim.cell.design import CellKind
from particle_sim.cell.half_cell import CellModel
from particle_sim.errors import InputError
from particle_sim.materials.load import load_record
from particle_sim.studies.choices import PhysicsChoice
from particle_sim.studies.rate_capability import RateStudy, _cells, rate_study
from particle_sim.studies.rate_curves import UNIFORM, group_per_c_rate, uniform_share
from particle_sim.studies.rate_losses import Resistance, without
from particle_sim.studies.size_map import state_index, with_diffusion_rate

HE_V = ps.load_material("he_v")

BELONGS = {
    Resistance.KINETICS: {"exchange_current_density", "metal_exchange_current_density"},
    Resistance.ELECTROLYTE: {"electrolyte_conductivity", "electrolyte_diffusivity"},
    Resistance.SERIES: {"electrode_conductivity"},
}
"""What becomes a million times larger with each resistance gone; the film becomes zero, and D as
large as the solver bears."""


@pytest.mark.parametrize("gone", list(Resistance))
def test_a_resistance_takes_its_own_numbers_along(gone: Resistance) -> None:
    factors = without(HE_V, frozenset({gone}))
    larger = {name for name, factor in factors.items() if factor == 1e6}
    assert larger - {"diffusivity"} == BELONGS.get(gone, set())
    faster = factors.get("diffusivity", 1.0)
    assert faster > 1e3 if gone is Resistance.DIFFUSION else faster == 1
    assert factors.get("film_resistance", 1.0) == (0.0 if gone is Resistance.SERIES else 1.0)


def test_a_map_sets_the_diffusivity_for_the_materials_radius() -> None:
    changed = with_diffusion_rate(HE_V, 1e-3)
    assert changed.value("diffusivity") == pytest.approx(1e-3 * HE_V.value("particle_radius") ** 2)


def test_a_state_that_was_not_reached_has_no_place() -> None:
    run = cast(Any, SimpleNamespace(mean_site_fraction=np.array([0.0, 0.3, 0.6])))
    assert state_index(run, 0.3) == 1
    assert state_index(run, 0.4) is None


def test_the_diffusion_group_is_r2_over_d_over_the_time_of_the_window() -> None:
    seconds = 3600 * HE_V.specific_capacity / HE_V.value("one_c_current")
    group = HE_V.value("particle_radius") ** 2 / HE_V.value("diffusivity") / seconds
    assert group_per_c_rate(HE_V) == pytest.approx(group)
    radius = np.array([HE_V.value("particle_radius")])
    at = np.array([HE_V.value("diffusivity")])
    slow = np.array([0.1 * UNIFORM / group])
    assert uniform_share(HE_V, radius, at, slow) == pytest.approx([0.1])
    assert uniform_share(HE_V, radius, at, 100 * slow) == pytest.approx([1.0])


@pytest.mark.parametrize(
    ("material", "physics", "model", "reason"),
    [
        ("nvp", PhysicsChoice.TWO_PHASE, CellModel.SPM, "its gradient energy"),
        ("nvp", PhysicsChoice.DECLARED, CellModel.SPM, "its gradient energy"),
        ("he_v", PhysicsChoice.STRESS_DRIFT, CellModel.SPM, "not one straight line"),
        ("hnfm", PhysicsChoice.STRESS_DRIFT, CellModel.DFN, "a DFN does not tell"),
    ],
)
def test_a_law_that_no_cell_carries_is_refused_before_any_run(
    material: str, physics: PhysicsChoice, model: CellModel, reason: str
) -> None:
    def never(*_: object, **__: object) -> None:
        raise AssertionError("a batch was run")

    study = RateStudy(materials=(material,), physics=physics, models=(model,), samples=20)
    with pytest.raises(InputError, match=reason):
        rate_study(study, batch=never)


def test_a_named_cell_is_the_cell_of_its_kind() -> None:
    own = "sodium_full_cell_presodiated"
    study = RateStudy(materials=("nvp",), cells=tuple(CellKind), design=own, samples=20)
    names = [_cells(study, load_record("nvp"), kind)[0].design.name for kind in CellKind]
    assert names == ["sodium_half_cell", own]
    with pytest.raises(InputError, match=f"{own} is a full cell.*add --full"):
        rate_study(RateStudy(materials=("nvp",), design=own, samples=20))
