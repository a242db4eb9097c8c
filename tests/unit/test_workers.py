"""Do worker processes end with whoever started them, and is a script without a guard told so?

A script and its workers share one pipe for what they print; it is at its end when all have ended.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from textwrap import indent

import pytest

from particle_sim import workers
from particle_sim.errors import InputError
from particle_sim.workers import DIED, GUARD, worker_pool

PACKAGE = Path(workers.__file__).parent
PROMPT = 5.0
"""Seconds within which all must have ended; they need two, and the machine may be busy."""

BUSY = """
import signal, sys, time
from particle_sim import workers

def busy(_):
    print("busy", flush=True)
    return sum(range({numbers}))  # one call of compiled code, which lets no thread run

{sabotage}
if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell's "&" ignores it
    try:
        with workers.worker_pool(2) as pool:
            list(pool.map(busy, range(2)))
    except KeyboardInterrupt:
        print("stopped")
"""
FOREVER = 10**12


def started(folder: Path, script: str) -> subprocess.Popen[str]:
    """The script in a process group of its own, as a terminal starts it."""
    (folder / "script.py").write_text(script, encoding="utf-8")
    return subprocess.Popen(
        [sys.executable, "script.py"],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(PACKAGE.parent)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )


def ended(process: subprocess.Popen[str], whom: int, number: int) -> tuple[str, float]:
    """What is printed after a signal, and the seconds until nobody is left to print.

    Whoever is left after all ends here, or would compute for ever.
    """
    assert process.stdout is not None
    try:
        assert [process.stdout.readline() for _ in range(2)] == ["busy\n"] * 2
        began = time.monotonic()
        os.kill(whom, number)
        text, _ = process.communicate(timeout=60)
        return text, time.monotonic() - began
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)


SLOW_TO_START = """
import time
from particle_sim import workers

if __name__ == "__main__":
    with workers.worker_pool(2) as pool:
        list(pool.map(abs, range(2)))
print("busy", flush=True)
time.sleep(60)
"""

needs_signals = pytest.mark.skipif(sys.platform == "win32", reason="sends signals to a group")


@needs_signals
@pytest.mark.parametrize(("signal_name", "text"), [("SIGKILL", ""), ("SIGINT", "stopped\n")])
def test_workers_end_with_their_parent(signal_name: str, text: str, tmp_path: Path) -> None:
    """``kill -9`` reaches the parent alone, Ctrl-C everybody in the terminal; no traceback."""
    process = started(tmp_path, BUSY.format(numbers=FOREVER, sabotage=""))
    whom = process.pid if signal_name == "SIGKILL" else -process.pid
    printed, seconds = ended(process, whom, getattr(signal, signal_name))
    assert printed == text
    assert seconds < PROMPT


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux ends what has not begun to watch")
def test_workers_that_still_read_the_script_end_with_their_parent(tmp_path: Path) -> None:
    process = started(tmp_path, SLOW_TO_START)
    printed, seconds = ended(process, process.pid, signal.SIGKILL)
    assert printed == ""
    assert seconds < PROMPT


@needs_signals
def test_a_worker_that_does_not_watch_its_parent_is_noticed(tmp_path: Path) -> None:
    sabotage = "workers._end_with_parent = lambda: None\nworkers._Name = str\n"
    slow = BUSY.replace("sum(range({numbers}))", "time.sleep({numbers})")
    process = started(tmp_path, slow.format(numbers=60, sabotage=sabotage))
    assert process.stdout is not None
    process.stdout.readline()
    process.kill()
    with pytest.raises(subprocess.TimeoutExpired):
        process.communicate(timeout=1.5)
    os.killpg(process.pid, signal.SIGKILL)
    process.communicate()


UNGUARDED = """
from particle_sim.errors import InputError
from particle_sim.workers import worker_pool

try:
    with worker_pool(2) as pool:
        print(list(pool.map(abs, [-1, -2])))
except InputError as error:
    print(error)
"""


def printed(*command: str, folder: Path, given: str | None = None) -> str:
    """Everything that is printed, to standard error too."""
    answer = subprocess.run(
        [sys.executable, *command],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(PACKAGE.parent)},
        input=given,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=60,
        check=True,
    )
    return answer.stdout


def test_a_script_without_a_guard_is_one_sentence(tmp_path: Path) -> None:
    script = tmp_path / "script.py"
    script.write_text(UNGUARDED, encoding="utf-8")
    assert printed("script.py", folder=tmp_path) == f"{GUARD}\n"
    guarded = f'if __name__ == "__main__":\n{indent(UNGUARDED, "    ")}'
    script.write_text(guarded, encoding="utf-8")
    assert printed("script.py", folder=tmp_path) == "[1, 2]\n"


def test_a_script_from_a_pipe_is_one_sentence_and_a_command_works(tmp_path: Path) -> None:
    assert printed("-", folder=tmp_path, given=UNGUARDED) == (
        "The script comes from <stdin>, which worker processes cannot read; save it to a file or "
        "give workers=1.\n"
    )
    assert printed("-c", UNGUARDED, folder=tmp_path) == "[1, 2]\n"


def test_a_worker_that_dies_is_one_sentence() -> None:
    with pytest.raises(InputError) as caught, worker_pool(1) as pool:
        pool.submit(os._exit, 3).result()
    assert str(caught.value) == DIED
    with pytest.raises(InputError, match="workers is 0; give at least 1"), worker_pool(0):
        pass


def test_workers_are_started_in_one_place() -> None:
    """What else starts processes would have to learn all of this again."""
    words = ("ProcessPoolExecutor", "multiprocessing")
    found = {
        path.relative_to(PACKAGE).as_posix()
        for path in PACKAGE.rglob("*.py")
        if any(word in path.read_text(encoding="utf-8") for word in words)
    }
    assert found == {"workers.py"}
