"""The command line as a fixture, and the particles that tests have solved already."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest
from command_line import RunCommand, runner
from remembered import remembering

from particle_sim import figures
from particle_sim.claims import ledger
from particle_sim.claims.schema import claims_folder
from particle_sim.plausible.defaults import SAMPLES
from particle_sim.studies.settings import Comparison


@pytest.fixture(scope="session")
def copied_claims(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The shipped claims with their ledger, where a command may write it anew."""
    folder = tmp_path_factory.mktemp("shipped") / "claims"
    shutil.copytree(claims_folder(), folder)
    return folder


@pytest.fixture
def run(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
    copied_claims: Path,
) -> RunCommand:
    """``run("check", "x.toml")`` in an empty working folder, in this process alone.

    The tests fill the cores already; commands that start processes are asked for them. The shipped
    claims are a copy, so that no answer that is out of date is written into the checkout.
    """
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(ledger, "claims_folder", lambda: copied_claims)
    monkeypatch.setattr(os, "cpu_count", lambda: 1)
    return runner(monkeypatch, capsys)


@pytest.fixture(scope="session")
def answers(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that all processes of this session share."""
    base = tmp_path_factory.getbasetemp()
    folder = (base.parent if os.environ.get("PYTEST_XDIST_WORKER") else base) / "answers"
    folder.mkdir(exist_ok=True)
    return folder


@pytest.fixture
def known_particles(answers: Path) -> Iterator[None]:
    """Comparisons do not solve again what another test asked for."""
    with remembering(answers):
        yield


@pytest.fixture
def one_picture(monkeypatch: pytest.MonkeyPatch) -> None:
    """Comparisons draw one picture of five, where a test does not look at pictures."""
    monkeypatch.setattr(figures, "FIGURES", {"voltage": figures.FIGURES["voltage"]})


@pytest.fixture
def few_draws(monkeypatch: pytest.MonkeyPatch) -> None:
    """Comparisons ask a tenth of the draws, where a test does not look at shares."""
    monkeypatch.setattr(
        sys.modules["particle_sim.cli.compare"],
        "Comparison",
        partial(Comparison, samples=SAMPLES // 10),
    )
