"""The README's verdict lines say what the scenario expects, which another test runs."""

from __future__ import annotations

import re
from pathlib import Path

from particle_sim.studies.scenario import load_scenario

ROOT = Path(__file__).parents[2]
SUBJECTS = {
    "HE-V is uniform": "uniform",
    "NVP is heterogeneous": "heterogeneous",
    "sodium is retained": "surface_retained",
    "stress is lower": "lower_stress",
    "NVP cracks": "cracks",
    "HE-V does not crack": "no_cracks",
}


def readme_verdict(text: str) -> dict[str, str]:
    """Claim kind -> status, from the README's text block."""
    block = re.search(r"```text\n(.*?)```", text, re.S)
    assert block is not None
    found = {}
    for line in block[1].splitlines():
        kinds = [kind for words, kind in SUBJECTS.items() if words in line]
        assert len(kinds) == 1, line
        found[kinds[0]] = line.split()[0].lower()
    return found


def test_readme_states_the_expected_verdict() -> None:
    scenario = load_scenario(ROOT / "scenarios" / "nvp_vs_he_v.toml")
    expected = {e.claim: e.status for e in scenario.expectations if e.status is not None}
    assert readme_verdict((ROOT / "README.md").read_text(encoding="utf-8")) == expected


def test_a_wrong_line_is_noticed() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    scenario = load_scenario(ROOT / "scenarios" / "nvp_vs_he_v.toml")
    expected = {e.claim: e.status for e in scenario.expectations if e.status is not None}
    assert readme_verdict(text.replace("UNDECIDED     NVP", "SUPPORTED     NVP")) != expected
