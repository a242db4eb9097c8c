"""What may be replaced on a disk, what is left alone, and what a stopped process leaves."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from particle_sim.errors import InputError
from particle_sim.files import write_file
from particle_sim.inputs import asking
from particle_sim.manifest import OPEN_SEAL, sealed
from particle_sim.outputs import check_file, check_folder, new_files, new_folder, write_new
from particle_sim.scratch import held_signals, scratch_folder


def make(folder: Path, text: str, *, force: bool = False, names: tuple[str, ...] = ("a",)) -> None:
    with new_folder(folder, command="test", force=force) as work:
        for name in names:
            write_file(work / name, text)


def state(folder: Path) -> dict[str, str]:
    """Everything below a folder: the text of files, where links lead, folders with a slash."""
    return {
        path.relative_to(folder).as_posix() + "/" * (path.is_dir() and not path.is_symlink()): (
            str(path.readlink())
            if path.is_symlink()
            else ""
            if path.is_dir()
            else path.read_bytes().decode("latin-1")
        )
        for path in folder.rglob("*")
    }


def test_a_result_replaces_an_earlier_one_and_an_empty_folder(tmp_path: Path) -> None:
    folder = tmp_path / "new" / "out"
    make(folder, "one", names=("a", "deep/b"))
    make(folder, "two")
    assert (folder / "a").read_text() == "two"
    assert {path.name for path in folder.iterdir()} == {"a", "manifest.json"}
    assert [path.name for path in folder.parent.iterdir()] == ["out"]
    (tmp_path / "empty").mkdir()
    make(tmp_path / "empty", "one")
    assert (tmp_path / "empty" / "a").read_text() == "one"


def test_the_result_of_another_verb_is_named_when_it_is_replaced(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "out"
    said = []
    for verb in ("", "compare", "compare", "life", ""):
        with asking(verb, {}):
            make(folder, verb)
        said.append(capsys.readouterr().err)
    assert said == ["", "", "", f"Replaced: the compare result that stood in {folder}.\n", ""]


SPOILT = {
    "a file is added": (lambda f: (f / "notes").write_text("mine"), r"other files \(notes\)"),
    "a folder is added": (lambda f: (f / "notes").mkdir(), r"other files \(notes\)"),
    "a folder has a file's name": (
        lambda f: ((f / "a").unlink(), (f / "a").mkdir(), (f / "a" / "thesis").write_text("mine")),
        r"a was changed",
    ),
    "a file is changed": (lambda f: (f / "a").write_text("mine"), r"where a was changed"),
    "a link stands for a file": (
        lambda f: ((f / "a").rename(f.with_name("x")), (f / "a").symlink_to("../x")),
        r"where a was changed",
    ),
    "the manifest was edited": (
        lambda f: (f / "manifest.json").write_text(
            (f / "manifest.json").read_text().replace('"test"', '"mine"')
        ),
        r"other files \(a\)",
    ),
    "the manifest is another program's": (
        lambda f: (f / "manifest.json").write_text('{"files": {}}'),
        r"other files \(a\)",
    ),
}  # fmt: skip


@pytest.mark.parametrize("what", SPOILT)
def test_what_a_user_added_or_changed_is_refused_before_the_computation(
    what: str, tmp_path: Path
) -> None:
    spoil, words = SPOILT[what]
    make(tmp_path / "out", "one")
    spoil(tmp_path / "out")
    before = state(tmp_path)
    with pytest.raises(InputError, match=words) as told:
        check_folder(tmp_path / "out")
    assert "--force (force=True in Python)" in str(told.value)
    with pytest.raises(InputError, match=words):
        make(tmp_path / "out", "two")
    assert state(tmp_path) == before


def test_force_replaces_files_of_the_result_and_leaves_the_others(tmp_path: Path) -> None:
    folder = tmp_path / "out"
    make(folder, "one", names=("a", "b", "c"))
    (folder / "a").write_text("mine")
    (folder / "c").write_text("mine too")
    (folder / "notes").mkdir()
    (folder / "notes" / "a").write_text("precious")
    make(folder, "two", force=True)
    found = state(folder)
    listed = json.loads(found.pop("manifest.json"))["files"]
    assert found == {"a": "two", "c": "mine too", "notes/": "", "notes/a": "precious"}
    assert list(listed) == ["a"], "the unchanged b of the earlier result is gone, c is the user's"
    (folder / "a").unlink()
    (folder / "a").mkdir()
    with pytest.raises(InputError, match="in the way"):
        make(folder, "three", force=True)
    assert (folder / "a").is_dir()


def test_a_link_to_a_folder_stays_and_one_to_nothing_is_refused(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to("real")
    make(tmp_path / "link", "one")
    make(tmp_path / "link", "two")
    assert str((tmp_path / "link").readlink()) == "real"
    assert (tmp_path / "real" / "a").read_text() == "two"
    (tmp_path / "link").unlink()
    (tmp_path / "link").symlink_to("absent")
    with pytest.raises(InputError, match="a link to nothing"):
        make(tmp_path / "link", "three")
    assert str((tmp_path / "link").readlink()) == "absent"


def test_a_swap_that_fails_gives_the_old_result_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make(tmp_path / "out", "one")
    before, rename = state(tmp_path), os.rename

    def fail(source: Path, target: Path) -> None:
        if Path(source).name == "new":
            raise OSError(5, "Input/output error")
        rename(source, target)

    monkeypatch.setattr(os, "rename", fail)
    with pytest.raises(InputError, match=r"cannot be written \(Input/output error\)"):
        make(tmp_path / "out", "two")
    assert state(tmp_path) == before


KILLED = """
import os, sys
from pathlib import Path
from particle_sim import outputs, scratch
from particle_sim.files import write_file
rename, left = os.rename, int(sys.argv[1])
def dying(source, target):
    global left
    left -= 1
    if left < 0:
        os.kill(os.getpid(), 9)
    rename(source, target)
os.rename = dying
with outputs.new_folder(Path("out"), command="test") as work:
    write_file(work / "a", "two")
"""


def test_the_next_run_restores_what_a_killed_one_left(tmp_path: Path) -> None:
    """Killed at each rename: the lock's, the old result's, the new one's, of probe and of swap."""
    seen = set()
    for number in range(6):
        folder = tmp_path / str(number)
        make(folder / "out", "one")
        child = [sys.executable, "-c", KILLED, str(number)]
        ended = subprocess.run(child, cwd=folder, check=False, capture_output=True)
        left = {path.name[:14] for path in folder.iterdir()}
        seen.add((ended.returncode, "out" in left, ".particle-sim-" in left))
        check_folder(folder / "out")
        assert [path.name for path in folder.iterdir()] == ["out"]
        assert (folder / "out" / "a").read_text() == ("one" if ended.returncode else "two")
    assert seen == {(-9, True, True), (-9, False, True), (0, True, False)}


def test_the_scratch_folder_of_a_living_process_is_left_alone(tmp_path: Path) -> None:
    with scratch_folder(tmp_path) as scratch:
        make(tmp_path / "out", "one")
        assert scratch.is_dir()
    assert not scratch.exists()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_waits_for_the_end_of_a_step(number: int) -> None:
    steps, came = [], []
    before = signal.signal(number, lambda *_: came.append(len(steps)))
    try:
        with held_signals():
            signal.raise_signal(number)
            steps.append("done")
        assert came == [1]
        signal.raise_signal(number)
        assert came == [1, 1], "the handler is back"
    finally:
        signal.signal(number, before)


def test_a_file_is_replaced_if_it_is_the_same_or_has_its_seal(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    write_new(path, "one")
    write_new(path, "one")
    with pytest.raises(InputError, match=r"exists already, with other content.* --force"):
        write_new(path, "two")
    assert path.read_text() == "one"
    write_new(path, "two", force=True)
    assert path.read_text() == "two"
    for text in ("one", "two"):
        write_new(tmp_path / "b.txt", sealed(f"{text} {OPEN_SEAL}".encode()))
    (tmp_path / "b.txt").write_bytes((tmp_path / "b.txt").read_bytes().replace(b"two", b"TWO"))
    with pytest.raises(InputError, match="exists already"):
        write_new(tmp_path / "b.txt", sealed(f"three {OPEN_SEAL}".encode()))
    assert (tmp_path / "b.txt").read_text().startswith("TWO")


def test_of_several_files_all_or_none_appear(tmp_path: Path) -> None:
    (tmp_path / "b").write_text("mine")

    def write_both() -> None:
        with new_files(tmp_path / "a") as work:
            write_file(work / "a", "new")
            write_file(work / "b", "new")

    with pytest.raises(InputError, match="exists already"):
        write_both()
    assert state(tmp_path) == {"b": "mine"}


def test_a_redrawn_file_of_a_result_is_still_its_own(tmp_path: Path) -> None:
    make(tmp_path / "out", "one")
    write_new(tmp_path / "out" / "a", "drawn again")
    write_new(tmp_path / "out" / "b", "added")
    with pytest.raises(InputError, match=r"other files \(b\)"):
        make(tmp_path / "out", "two")
    (tmp_path / "out" / "b").unlink()
    make(tmp_path / "out", "two")


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("folder", "this is a folder"),
        ("link", "this is a link"),
        ("pipe", "this is a device, pipe or socket"),
        ("file/below", "Not a directory"),
        ("x" * 300, "File name too long"),
        ("deep/" + "x" * 300 + "/a", "File name too long"),
        ("a\0b", "null"),
    ],
)
def test_a_place_where_no_file_can_be_is_refused_at_once(
    name: str, words: str, tmp_path: Path
) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "file").write_text("mine")
    (tmp_path / "link").symlink_to("file")
    os.mkfifo(tmp_path / "pipe")
    before = {path.name for path in tmp_path.iterdir()}
    with pytest.raises(InputError, match=words):
        check_file(tmp_path / name)
    if name != "folder":
        with pytest.raises(InputError):
            check_folder(tmp_path / name if name != "link" else tmp_path / "link")
    assert {path.name for path in tmp_path.iterdir()} == before
