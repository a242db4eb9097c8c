"""Two tests that ask for the same comparison, or the same life, solve its particles once.

Kept on disk for this session only, where every process of it looks, and keyed by everything that
the computation depends on besides the code.
"""

from __future__ import annotations

import hashlib
import os
import pickle
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial, wraps
from pathlib import Path
from typing import Any
from unittest.mock import patch

from particle_sim.claims import tools
from particle_sim.life import sides
from particle_sim.life.loads import gradient_tables
from particle_sim.studies import pair


@contextmanager
def remembering(folder: Path) -> Iterator[None]:
    """Comparisons and lives in one process keep in ``folder``, and take from it, each particle, or
    table of particles, that they solve."""
    submit = pair._Queue.submit

    def remembered(queue: Any, text: str, function: Callable[[Any], Any], argument: Any) -> Any:
        alone = queue.pool is None
        return submit(queue, text, partial(once, folder, function) if alone else function, argument)

    # wraps: the ledger's fingerprint reads the function behind
    tables = wraps(gradient_tables)(partial(once, folder, gradient_tables))
    with (
        patch.object(pair._Queue, "submit", remembered),
        patch.object(sides, "gradient_tables", tables),
        patch.object(tools, "gradient_tables", tables),
    ):
        yield


def once(folder: Path, function: Callable[[Any], Any], argument: Any) -> Any:
    """``function(argument)``, or what it gave before."""
    question = pickle.dumps((function.__module__, function.__qualname__, argument))
    path = folder / hashlib.sha256(question).hexdigest()
    if path.is_file():
        return pickle.loads(path.read_bytes())
    answer = function(argument)
    scratch = path.with_suffix(f".{os.getpid()}")
    scratch.write_bytes(pickle.dumps(answer))
    scratch.replace(path)
    return answer
