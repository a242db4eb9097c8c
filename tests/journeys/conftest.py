"""The command line as a fixture."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path
from typing import Any

import pytest
from command_line import RunCommand, runner

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


@pytest.fixture
def few_draws(monkeypatch: pytest.MonkeyPatch) -> None:
    """Comparisons with a file of one's own, whose sentences no ledger holds, ask a tenth of the
    draws, where a test does not look at shares."""

    def asked(**given: Any) -> Comparison:
        own = given["candidate"].endswith(".toml")
        return Comparison(**given, **({"samples": SAMPLES // 10} if own else {}))

    monkeypatch.setattr(sys.modules["particle_sim.cli.compare"], "Comparison", asked)
