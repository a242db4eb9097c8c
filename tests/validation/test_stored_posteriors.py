"""Are the stored posteriors those of today's files, and what learning again gives?"""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from particle_sim.errors import InputError
from particle_sim.inference.experiments import ways
from particle_sim.inference.form import Form
from particle_sim.inference.groups import GROUPS
from particle_sim.inference.known_rates import MODELS, PARTICLES, Known, learned_now
from particle_sim.inference.posterior_store import (
    DRAWS,
    INDEX,
    changed,
    evidence_folder,
    hashes,
    index,
    stale,
    store,
    stored,
)
from particle_sim.inference.rate_posteriors import rate_evidence
from particle_sim.inference.smc import Tempered
from particle_sim.materials.load import load_record, material_names

NAME, TEST = "nfm_li2024", Form.ONE_SIZE.value
SHARES = (0.1, 0.5, 0.9)
SPREADS = 4.0
"""Standard errors by which a quantile of two independent sets of draws may differ."""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of what is stored."""
    copied = tmp_path / "evidence"
    shutil.copytree(evidence_folder(), copied)
    return copied


def test_every_hash_is_of_today() -> None:
    """And every file of draws is listed, of every material that has a test, and no other."""
    assert stale(evidence_folder()) == {}
    listed = index(evidence_folder())
    assert set(listed) == {name for name in material_names() if ways(load_record(name))}
    files = {path.stem for path in (evidence_folder() / DRAWS).iterdir()}
    assert files == set(listed)
    for name, entry in listed.items():
        readings = ways(load_record(name))
        for way in stored(evidence_folder(), name, entry, readings):
            assert list(way.found) == list(MODELS)
            for found in way.found.values():
                assert len(found.draws) == len(found.log_likelihood) == PARTICLES
                assert np.isfinite(found.draws).all()


def disagreement(one: Tempered, other: Tempered) -> float:
    """Largest difference of quantiles of log10 D/R², in standard errors from both sets of draws.

    The error of a quantile at p is sqrt(p (1 - p)/n_eff) over the density there, which a
    difference quotient over 10 % gives.
    """
    column = GROUPS.index("diffusion_rate")
    worst = 0.0
    for share in SHARES:
        values, errors = [], []
        for found in (one, other):
            rates = found.draws[:, column]
            low, middle, high = np.quantile(rates, (share - 0.1, share, share + 0.1))
            values.append(middle)
            errors.append((high - low) / 0.2 * np.sqrt(share * (1 - share) / found.effective))
        worst = max(worst, abs(values[0] - values[1]) / float(np.hypot(*errors)))
    return worst


@pytest.fixture(scope="module")
def known() -> tuple[Known, Known]:
    """Both readings of NFM's rate test, as stored."""
    first, second = rate_evidence(load_record(NAME)).ways
    return first, second


def test_learning_again_gives_what_is_stored(known: tuple[Known, Known]) -> None:
    again = learned_now(load_record(NAME), known[0].series, [TEST]).found[TEST]
    assert disagreement(known[0].found[TEST], again) < SPREADS


def test_learning_from_other_rates_does_not(known: tuple[Known, Known]) -> None:
    """The twin: capacities that fall later."""
    (series,) = known[0].series
    slower = replace(
        series, capacity=series.capacity.max() - (series.capacity.max() - series.capacity) / 5
    )
    other = learned_now(load_record(NAME), (slower,), [TEST]).found[TEST]
    assert disagreement(known[0].found[TEST], other) > SPREADS


@pytest.mark.parametrize("part", ["experiments", "hyperpriors", "material", "schema"])
def test_a_stale_hash_is_a_sentence_and_not_a_use(folder: Path, part: str) -> None:
    data = json.loads((folder / INDEX).read_text("utf-8"))
    data["materials"][NAME]["hashes"][part] = "0"
    (folder / INDEX).write_text(json.dumps(data), "utf-8")
    shutil.rmtree(folder / DRAWS)  # nothing there can be used
    record = load_record(NAME)
    assert changed(index(folder)[NAME], record, ways(record)) == [part]
    found = rate_evidence(record, [TEST], folder)
    assert f"was learned with other {part}" in found.note
    assert "particle-sim evidence --write" in found.note
    assert [way.found[TEST].draws.shape[0] for way in found.ways] == [PARTICLES] * 2


def test_hashes_know_what_a_posterior_depends_on() -> None:
    record = load_record(NAME)
    readings, now = ways(record), hashes(record, ways(record))
    assert now["experiments"] != hashes(record, readings[:1])["experiments"]
    other = load_record("he_o3_li2024")
    assert hashes(other, readings)["material"] != now["material"]
    assert hashes(other, readings)["experiments"] == now["experiments"]


def test_draws_of_another_file_are_refused(folder: Path) -> None:
    shutil.copy(folder / DRAWS / "he_o3_li2024.npz", folder / DRAWS / f"{NAME}.npz")
    with pytest.raises(InputError, match=r"the draws are not those that posteriors.json lists"):
        rate_evidence(load_record(NAME), [TEST], folder)
    (folder / DRAWS / "he_o3_li2024.npz").unlink()
    assert stale(folder) == {"he_o3_li2024": ["draws"], NAME: ["draws"]}


def test_what_is_not_the_file_as_it_stands_is_learned_now() -> None:
    """Numbers set by hand, another reading, the cut-offs of another material's test."""
    filed = load_record(NAME)
    lower = filed.material["lower_voltage"].with_magnitude(1.5)
    for record in (
        replace(filed, material=filed.material.replaced(lower_voltage=lower)),
        load_record(NAME, overrides={"youngs_modulus": "100 GPa"}),
        load_record(f"{NAME}@rate_test"),
    ):
        found = rate_evidence(record, [TEST])
        assert found.note == ""
        assert list(found.ways[0].found) == [TEST]  # what is stored has every model


def test_what_is_gone_is_taken_away(folder: Path) -> None:
    data = json.loads((folder / INDEX).read_text("utf-8"))
    data["materials"]["nobody"] = data["materials"][NAME]
    (folder / INDEX).write_text(json.dumps(data), "utf-8")
    shutil.copy(folder / DRAWS / f"{NAME}.npz", folder / DRAWS / "nobody.npz")
    assert stale(folder) == {"nobody": ["no test is in print"]}
    store(["nobody"], folder)
    assert stale(folder) == {}
    assert not (folder / DRAWS / "nobody.npz").exists()
