"""Every verb that writes asks before it computes, and says in one sentence why it cannot."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest
from command_line import RunCommand

from particle_sim.cell import bpx_export, bpx_import
from particle_sim.claims import compare as comparisons
from particle_sim.learn import export as lessons
from particle_sim.life import study as lives
from particle_sim.materials import design
from particle_sim.studies import rate_capability

FOLDER = {
    "compare": ("compare", "nvp", "he_v", "--out"),
    "rate": ("rate", "nvp", "--out"),
    "life": ("life", "nvp", "he_v", "--out"),
    "run": ("run", "nvp_vs_he_v", "--out"),
    "fit": ("fit", "rates.csv", "--material", "nvp", "--out"),
    "read": ("read", "cell.csv", "--out"),
    "learn": ("learn", "--export"),
}
FILE = {
    "export": ("export", "he_v", "--file"),
    "import": ("import", "cell.json", "--name", "mine", "--file"),
    "design": ("design", "Na3V2(PO4)3", "--like", "nvp", "--name", "mine", "--file"),
    "new": ("new", "scenario", "mine", "--out"),
}
VERBS = {**FOLDER, **FILE}


@pytest.fixture(autouse=True)
def no_computation(monkeypatch: pytest.MonkeyPatch) -> None:
    def computed(*_: object, **__: object) -> None:
        raise AssertionError("it computes before it asks")

    for module, name in (
        (comparisons, "compare"),
        (rate_capability, "rate_study"),
        (lives, "life_study"),
        (lessons, "export_site"),
        (bpx_export, "to_bpx"),
        (bpx_import, "from_bpx"),
        (design, "draft_material"),
    ):
        monkeypatch.setattr(module, name, computed)


def refused(run: RunCommand, *arguments: str) -> str:
    outcome = run(*arguments)
    assert outcome.code == 2, outcome
    assert outcome.err.count("\n") == 1, outcome.err
    assert outcome.out == ""
    return outcome.err


@pytest.mark.parametrize("verb", FOLDER)
def test_a_folder_of_the_user_is_refused_and_force_is_named(
    verb: str, run: RunCommand, tmp_path: Path
) -> None:
    mine = tmp_path / "mine" / "report.html" / "thesis.txt"
    mine.parent.mkdir(parents=True)
    mine.write_text("years of work", encoding="utf-8")
    told = refused(run, *FOLDER[verb], "mine")
    assert "which holds other files (report.html)" in told
    assert "--force" in told
    assert mine.read_text("utf-8") == "years of work"
    assert [path.name for path in tmp_path.iterdir()] == ["mine"]


@pytest.mark.parametrize(
    ("code", "words"),
    [(errno.EACCES, "Permission denied"), (errno.EROFS, "Read-only file system")],
)
@pytest.mark.parametrize("verb", VERBS)
def test_a_place_that_cannot_be_written_is_one_sentence(
    verb: str,
    code: int,
    words: str,
    run: RunCommand,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def refuse(path: object, *_: object, **__: object) -> None:
        raise OSError(code, os.strerror(code), str(path))  # modes do not stop a superuser

    target = "place.toml" if verb in ("design", "import") else "place"
    with monkeypatch.context() as patch:
        patch.setattr(os, "mkdir", refuse)
        told = refused(run, *VERBS[verb], target)
    assert f"cannot be written ({words})" in told
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["x" * 300, "file/x"])
@pytest.mark.parametrize("verb", VERBS)
def test_a_name_that_cannot_be_is_one_sentence(
    verb: str, name: str, run: RunCommand, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("mine", encoding="utf-8")
    told = refused(run, *VERBS[verb], f"{name}.toml")
    assert "cannot be written (File name too long)" in told or "(Not a directory)" in told
    assert [path.name for path in tmp_path.iterdir()] == ["file"]
    assert (tmp_path / "file").read_text("utf-8") == "mine"


def test_an_own_draft_that_was_filled_in_is_kept(run: RunCommand, tmp_path: Path) -> None:
    assert run("new", "scenario", "mine").code == 0
    assert run("new", "scenario", "mine").code == 0, "the same file once more"
    path = tmp_path / "mine.toml"
    path.write_text("filled in", encoding="utf-8")
    assert "mine.toml exists already, with other content" in refused(run, "new", "scenario", "mine")
    assert path.read_text("utf-8") == "filled in"
    assert run("new", "scenario", "mine", "--force").code == 0
    assert path.read_text("utf-8") != "filled in"
