"""Once a sweep is stored, ``check`` and ``show material`` say what moves the results."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from command_line import MATERIALS, RunCommand

from particle_sim.studies.sweep_functions import ProtocolChoice, particle_metrics
from particle_sim.sweeps.axes import Axis
from particle_sim.sweeps.sampling import Sampling
from particle_sim.sweeps.sweep import sweep


@pytest.fixture
def study(tmp_path: Path) -> Path:
    """64 half cells of NVP over its plausible diffusivity and modulus."""
    function = particle_metrics(
        material=["nvp"], metrics=["peak_hoop_stress"], protocol=ProtocolChoice.CELL_CHARGE
    )
    axes = [Axis.from_material("nvp", name) for name in ("diffusivity", "youngs_modulus")]
    data = sweep(
        function, axes, sampling=Sampling.LATIN_HYPERCUBE, samples=64, store=tmp_path / "study"
    )
    assert np.isfinite(data["peak_hoop_stress"].values).all()
    return tmp_path / "study"


def test_check_ranks_assumptions_by_what_they_move(run: RunCommand, study: Path) -> None:
    outcome = run("check", MATERIALS / "nvp.toml", "--study", study)
    assert outcome.code == 0
    assert outcome.out.index("diffusivity") < outcome.out.index("youngs modulus")
    shown = run("show", "material", "nvp", "--study", study, "--json")
    assert shown.code == 0
    assert "peak_hoop_stress" in shown.out


def test_a_file_of_one_s_own_is_found_by_the_name_inside(run: RunCommand, study: Path) -> None:
    text = (MATERIALS / "nvp.toml").read_text(encoding="utf-8")
    Path("copy.toml").write_text(text, encoding="utf-8")
    outcome = run("check", "copy.toml", "--study", study)
    assert outcome.code == 0
    assert "diffusivity" in outcome.out
    other = text.replace('name = "nvp"', 'name = "my_nasicon"', 1)
    Path("copy.toml").write_text(other, encoding="utf-8")
    assert "diffusivity" not in run("check", "copy.toml", "--study", study).out
