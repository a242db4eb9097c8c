"""Which printed tests there are, what members they make, and what comes with the package."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest

import particle_sim as ps
from particle_sim.cell.half_cell import half_cell
from particle_sim.errors import InputError
from particle_sim.inference import shipped
from particle_sim.inference.form import Form
from particle_sim.inference.rate_evidence import members, printed_tests
from particle_sim.inference.shipped import PAPERS, UNKNOWNS, learned_from, shipped_posterior
from particle_sim.resources import shipped_folder

PAIR = PAPERS["li2024_o3"]
MATERIALS = {name: ps.load_material(name) for name in PAIR}


def kept_at(rate: float, up_to: float, swapped: bool = False) -> float:
    """Share of the draws in which HE keeps more than NFM at a rate, from the slower ones."""
    names = PAIR[::-1] if swapped else PAIR
    (member, *_) = members(MATERIALS, up_to=up_to, forms=(Form.SIZES,), varied=False, particles=200)
    rng = np.random.default_rng(0)
    share = [
        member.capacities(name, np.array([rate]), rng)[:, 0]
        / 10 ** member.column(name, "window_capacity")
        for name in names
    ]
    return float(np.mean(share[0] > share[1]))


def test_a_test_printed_twice_is_one_with_two_readings() -> None:
    he = printed_tests("he_o3_li2024", 120.0)
    assert [len(readings) for readings in he] == [1, 2]
    (nfm,) = printed_tests("nfm_li2024", 120.0)
    assert sorted(series.capacity[-1] for series in nfm) == [42, 61]
    assert printed_tests("mts15", 120.0) == ()
    ((alone,),) = printed_tests("nvp", 100.0)
    assert alone.capacity.tolist() == [155.2]


def test_a_print_chooses_among_readings() -> None:
    asked = {"nfm_li2024": (5.0, 42.0)}
    every, agreeing = (
        members(
            {"nfm_li2024": MATERIALS["nfm_li2024"]},
            prints=prints,
            forms=(Form.SIZES,),
            varied=False,
            particles=40,
        )
        for prints in (None, asked)
    )
    assert (len(every), len(agreeing)) == (2, 1)
    problem = agreeing[0].posterior.joint.parts["nfm_li2024"]
    assert problem.observed[-1] == 42


def test_slow_rates_tell_which_keeps_more() -> None:
    """At 3C 98 of 117 and 61 or 84 of 134 mAh/g are printed; up to 1C is what is known."""
    assert kept_at(3.0, up_to=1.0) > 0.9
    assert kept_at(3.0, up_to=1.0, swapped=True) < 0.1
    assert kept_at(3.0, up_to=0.0) < 0.8  # nothing known: little to tell


def test_the_shipped_rows_are_up_to_date() -> None:
    for name in PAIR:
        found = shipped_posterior(name)
        assert found is not None
        assert not found.stale, "run python docs/_tools/posteriors.py"
        assert set(found.columns) == set(UNKNOWNS)


def test_shipped_draws_belong_together() -> None:
    """Film times loading is one number of the paper's cell, whatever the material."""
    draws = []
    for name, material in MATERIALS.items():
        found = shipped_posterior(name)
        assert found is not None
        draws.append(found.draws(half_cell(material), 300, seed=1))
    series = [each.values["film_resistance"] * each.values["active_loading"] for each in draws]
    assert series[0] == pytest.approx(series[1], rel=1e-6)
    for each in draws:
        rate = np.log10(each.values["diffusivity"] / each.values["particle_radius"] ** 2)
        found = shipped_posterior(each.material.name)
        assert found is not None
        assert np.median(rate) == pytest.approx(np.median(found.columns["diffusion_rate"]), abs=0.1)


def test_changed_inputs_make_the_rows_stale(monkeypatch: pytest.MonkeyPatch) -> None:
    changed = {**learned_from(PAIR), "hyperpriors": "0"}
    monkeypatch.setattr(shipped, "learned_from", lambda _: changed)
    found = shipped_posterior(PAIR[0])
    assert found is not None
    assert found.stale


def test_a_broken_table_is_one_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "posteriors"
    shutil.copytree(shipped_folder("parameters") / "posteriors", folder)
    (folder / "li2024_o3.npz").write_bytes(b"PK not an archive")
    assert json.loads((folder / "li2024_o3.json").read_text())["materials"] == list(PAIR)
    monkeypatch.setattr(shipped, "shipped_folder", lambda _: tmp_path)
    with pytest.raises(InputError, match=r"li2024_o3\.npz: holds no rows"):
        shipped_posterior(PAIR[0])
