"""Does the playground say what rate tests leave of its share, and only where they are asked for?"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from particle_sim.learn.controls import keywords, start_state
from particle_sim.learn.lesson import Scene
from particle_sim.learn.rate_tests import Asked, checked
from particle_sim.learn.shipped import shipped_pair
from particle_sim.studies.choices import EvidenceChoice

PAIR = ("nfm_li2024", "he_o3_li2024")
NONE = Asked(evidence=EvidenceChoice.NONE)
NARROWED = re.compile(r"in (\d+)% of 200 draws, and in (\d+)% with D/R² as rate tests leave it\.")


def sentence(scene: Scene) -> str:
    controls = tuple(scene.controls)
    return str(scene.draw(**keywords(controls, start_state(controls))).sentences[0])


def test_both_shares_are_told() -> None:
    """The share over everything plausible is that without rate tests."""
    found = NARROWED.search(sentence(shipped_pair(*PAIR)))
    assert found is not None
    before, after = map(int, found.groups())
    plain = sentence(shipped_pair(*PAIR, NONE))
    assert plain.endswith(f"in {before}% of 200 draws.")
    assert after > before, "HE's rate test is the faster one"


def test_tests_in_print_are_of_both_or_of_neither(tmp_path: Path) -> None:
    pair = ("nvp", "he_o3_li2024")
    assert Asked().of(*pair) == (None, None)
    path = tmp_path / "rates.csv"
    path.write_text("c_rate [1/h], capacity [mAh/g]\n0.1, 117\n1, 101\n5, 94\n", "utf-8")
    own = checked(EvidenceChoice.MINE, {"he_o3_li2024": str(path)})
    first, second = own.of(*pair)
    assert first is None
    assert second is not None
    assert second.learned_from == ("rates.csv",)
    assert second.diffusion_rate[0] < second.diffusion_rate[-1]


@pytest.mark.parametrize("evidence", list(EvidenceChoice))
def test_without_a_test_nothing_is_narrowed(evidence: EvidenceChoice) -> None:
    assert Asked(evidence=evidence).of("nvp", "he_v") == (None, None)
