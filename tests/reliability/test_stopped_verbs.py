"""Ctrl-C, SIGTERM and kill -9 while a verb works: a sentence, no rest, and the next run works."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

WORK = """
import signal, sys, time
from pathlib import Path
from particle_sim.cli.ending import run_to_the_end
from particle_sim.files import write_file
from particle_sim.outputs import check_folder, new_folder

def tell(moment):
    print(moment, flush=True)
    if moment == sys.argv[1]:
        time.sleep(60)

def verb():
    signal.signal(signal.SIGINT, signal.getsignal(signal.SIGTERM))  # a shell's "&" ignores it
    check_folder(Path("deep/out"))
    tell("computing")
    with new_folder(Path("deep/out"), command="test") as work:
        write_file(work / "a", "new")
        tell("writing")
    tell("telling")

run_to_the_end(verb)
"""
INTERRUPTED = {
    "computing": "Interrupted; nothing was written.",
    "writing": "Interrupted; nothing was written.",
    "telling": "Interrupted; deep/out is complete.",
}


def stopped(place: Path, moment: str, number: int) -> tuple[int, str]:
    """Exit code and standard error of a run that gets a signal at a moment of its work."""
    child = subprocess.Popen(
        [sys.executable, "-c", WORK, moment],
        cwd=place,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert child.stdout is not None
    while child.stdout.readline().strip() != moment:
        assert child.poll() is None
    child.send_signal(number)
    return child.wait(60), child.communicate()[1]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize("moment", INTERRUPTED)
def test_a_signal_ends_with_one_sentence_and_nothing_left(
    moment: str, number: int, tmp_path: Path
) -> None:
    assert stopped(tmp_path, moment, number) == (128 + number, INTERRUPTED[moment] + "\n")
    whole = {"deep", "deep/out", "deep/out/a", "deep/out/manifest.json"}
    found = {path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*")}
    assert found == (whole if moment == "telling" else set())


def test_after_a_kill_the_next_run_removes_the_scratch_folder(tmp_path: Path) -> None:
    assert stopped(tmp_path, "writing", signal.SIGKILL)[0] == -signal.SIGKILL
    assert [path.name[:14] for path in (tmp_path / "deep").iterdir()] == [".particle-sim-"]
    assert stopped(tmp_path, "telling", signal.SIGTERM)[0] == 128 + signal.SIGTERM
    assert [path.name for path in (tmp_path / "deep").iterdir()] == ["out"]


ENDS = """
import sys
from particle_sim.cli.ending import run_to_the_end

class Late:
    def __del__(self):
        import signal
        signal.raise_signal(signal.SIGTERM)

def destructor():
    import time
    Late()
    time.sleep(30)

def printing():
    for number in range(100_000):
        print(number)

run_to_the_end(globals()[sys.argv[1]])
"""


def test_a_signal_inside_a_destructor_is_not_lost() -> None:
    ended = subprocess.run(
        [sys.executable, "-c", ENDS, "destructor"], capture_output=True, text=True, check=False
    )
    assert (ended.returncode, ended.stderr) == (143, "Interrupted; nothing was written.\n")


def test_a_reader_that_goes_away_is_no_error() -> None:
    reading, writing = os.pipe()
    os.close(reading)
    with os.fdopen(writing, "wb") as pipe:
        ended = subprocess.run(
            [sys.executable, "-c", ENDS, "printing"],
            stdout=pipe,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
    assert (ended.returncode, ended.stderr) == (128 + signal.SIGPIPE, "")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no /dev/full here")
def test_output_into_a_full_disk_is_one_sentence() -> None:
    with Path("/dev/full").open("wb") as full:
        ended = subprocess.run(
            [sys.executable, "-c", ENDS, "printing"],
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
    assert ended.returncode == 2
    assert ended.stderr == "Error: No space left on device; nothing more was done.\n"
