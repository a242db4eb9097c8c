"""Files of every kind read alike with the mark that some editors write first."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from particle_sim.cli.check import _checked
from particle_sim.resources import shipped_folder

KINDS = {
    "parameters/materials/nvp.toml": "material is fine",
    "parameters/hosts/sodium_nasicon.toml": "host is fine",
    "parameters/cells/sodium_half_cell.toml": "cell is fine",
    "parameters/electrolytes/*.toml": "electrolyte is fine",
    "parameters/measurements/*.toml": "measurement is fine",
    "parameters/retention/*.toml": "retention is fine",
    "parameters/damage/ceramic.toml": "growth is fine",
    "parameters/damage/calibration.toml": "calibration is fine",
    "parameters/damage/predictions.toml": "prediction is fine",
    "parameters/sources.toml": "sources are fine",
    "scenarios/claims/*.toml": "claim is fine",
    "scenarios/nvp_vs_he_v.toml": "scenario is fine",
    "scenarios/sweep_nvp_he_v.toml": "sweep is fine",
}


@pytest.mark.parametrize("name", KINDS)
def test_a_file_is_read_as_without_the_mark(name: str, tmp_path: Path) -> None:
    top, _, pattern = name.partition("/")
    original = min(shipped_folder(top).glob(pattern))
    copy = tmp_path / original.name
    copy.write_bytes(b"\xef\xbb\xbf" + original.read_bytes())
    assert _checked(copy, Counter()).startswith(KINDS[name])
