"""How a command ends when it is stopped from outside: one sentence, an exit code, no traceback."""

from __future__ import annotations

import _thread
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from types import FrameType
from typing import Any, NoReturn

GIVE_UP = 3
"""Times somebody presses Ctrl-C before the process ends without tidying up."""

SOON = 0.02
"""Seconds after which a destructor has ended."""

BROKEN_PIPE = 128 + 13
"""Exit code where the reader of the output has gone, as shells have it."""


def run_to_the_end(command: Callable[[], None]) -> NoReturn:
    """Run a command and end the process: Ctrl-C is 130, SIGTERM 143, a full disk 2.

    The first signal becomes a KeyboardInterrupt, so that everything is tidied up on the way out.
    """
    with _signals() as caught:
        try:
            command()
            sys.stdout.flush()
            code: Any = 0
        except KeyboardInterrupt:
            code = _interrupted(caught)
        except SystemExit as end:
            code = _exit_code(end, caught)
        except OSError as error:
            code = _disk(error)
        with suppress(OSError, ValueError):  # what could not be printed is not tried again
            sys.stdout.flush()
    sys.exit(code)


def _interrupted(caught: list[int]) -> int:
    from particle_sim.outputs import finished

    written = ", ".join(map(str, finished()))
    said = f"{written} is complete" if written else "nothing was written"
    print(f"Interrupted; {said}.", file=sys.stderr)
    return 128 + (caught[0] if caught else signal.SIGINT)


def _exit_code(end: SystemExit, caught: list[int]) -> Any:
    """The code of a verb that ended itself, as a shell would name what made it."""
    if isinstance(end.__context__, BrokenPipeError):
        return BROKEN_PIPE
    if caught and end.code == 128 + signal.SIGINT:
        return 128 + caught[0]
    return end.code


def _disk(error: OSError) -> int:
    _mute()
    if isinstance(error, BrokenPipeError):
        return BROKEN_PIPE
    place = f"{error.filename}: " if error.filename else ""
    with suppress(OSError):
        print(f"Error: {place}{error.strerror or error}; nothing more was done.", file=sys.stderr)
    return 2


def _mute() -> None:
    """Send what is still to be printed nowhere, or Python would complain when it ends."""
    with suppress(OSError, ValueError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())
        os.close(nowhere)


def _send(number: int) -> None:
    """Send the main thread a signal, which also ends its sleep where the system can."""
    if hasattr(signal, "pthread_kill"):
        signal.pthread_kill(threading.main_thread().ident or 0, number)
    else:
        _thread.interrupt_main(signal.Signals(number))


@contextmanager
def _signals() -> Iterator[list[int]]:
    """The signals that came, of which the first is raised and the next ones wait for its end."""
    caught: list[int] = []

    def catch(number: int, _frame: FrameType | None) -> None:
        caught.append(number)
        if len(caught) == 1:
            raise KeyboardInterrupt
        if len(caught) > GIVE_UP:
            os._exit(128 + number)

    def raise_again(lost: Any) -> None:
        """A KeyboardInterrupt that fell into a destructor comes once more, after it."""
        if not issubclass(lost.exc_type, KeyboardInterrupt):
            complain(lost)
        elif caught:
            threading.Timer(SOON, _send, (caught.pop(),)).start()

    if threading.current_thread() is not threading.main_thread():
        yield caught
        return
    complain, sys.unraisablehook = sys.unraisablehook, raise_again
    numbers = [
        number
        for number in (int(signal.SIGINT), int(signal.SIGTERM))
        if signal.getsignal(number) is not signal.SIG_IGN
    ]
    before = {number: signal.signal(number, catch) for number in numbers}
    try:
        yield caught
    finally:
        sys.unraisablehook = complain
        for number, handler in before.items():
            signal.signal(number, signal.SIG_DFL if handler is None else handler)
