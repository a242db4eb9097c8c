"""Do all engines give the same bytes, and what does a worker that dies cost?"""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from particle_sim.errors import InputError
from particle_sim.sweeps.axes import Axis
from particle_sim.sweeps.engines import Dask, Processes
from particle_sim.sweeps.result import failures_of
from particle_sim.sweeps.sampling import Sampling
from particle_sim.sweeps.sweep import sweep
from particle_sim.sweeps.work import DIED

AXIS = Axis("x", 0.0, 1.0)


def slow_square(x: float) -> dict[str, float]:
    time.sleep(0.003)
    return {"square": x * x}


def deadly(x: float) -> dict[str, float]:
    if x == 0.5:
        os.kill(os.getpid(), signal.SIGKILL)
    return {"square": x * x}


def stored(folder: Path, samples: int, engine: Any = None) -> dict[str, bytes]:
    sweep(slow_square, [AXIS], samples=samples, store=folder, engine=engine)
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted((folder / "samples.zarr").rglob("*"))
        if path.is_file()
    }


def test_engines_give_the_same_bytes(tmp_path: Path) -> None:
    serial = stored(tmp_path / "serial", 60)
    with ThreadPoolExecutor(3) as threads:
        assert stored(tmp_path / "threads", 60, threads) == serial
    assert stored(tmp_path / "processes", 60, Processes(2)) == serial
    assert stored(tmp_path / "more", 61) != serial, "the comparison notices one more sample"


def test_sample_that_kills_its_worker_is_named_and_all_others_are_done() -> None:
    data = sweep(deadly, [AXIS], sampling=Sampling.GRID, samples=5, engine=Processes(1))
    assert [(f.sample, f.error) for f in failures_of(data)] == [(2, DIED)]
    x = data.x.values
    np.testing.assert_array_equal(data.square.values, np.where(x == 0.5, np.nan, x * x))


def test_function_that_cannot_travel_is_refused() -> None:
    with pytest.raises(InputError, match=r"<lambda> cannot be sent to other processes .* Serial"):
        sweep(lambda x: x, [AXIS], samples=4, engine=Processes(2))


@contextmanager
def cluster() -> Iterator[Any]:
    distributed = pytest.importorskip("distributed")
    with distributed.LocalCluster(
        n_workers=2,
        threads_per_worker=1,
        processes=True,
        dashboard_address=None,
        silence_logs=50,
    ) as local:
        yield local


def test_dask_loses_a_worker_and_no_sample(tmp_path: Path) -> None:
    killed: list[int] = []
    with cluster() as local:

        def kill_one(finished: int, samples: int, failed: int) -> None:
            if not killed and finished > samples // 10:
                killed.append(next(iter(local.workers.values())).pid)
                os.kill(killed[0], signal.SIGKILL)

        data = sweep(
            slow_square,
            [AXIS],
            samples=400,
            store=tmp_path / "a",
            engine=Dask(local.scheduler_address),
            progress=kill_one,
        )
    assert killed
    np.testing.assert_array_equal(data.square.values, data.x.values**2)
    assert data.attrs["failed"] == 0


def test_scheduler_that_does_not_answer_is_one_sentence() -> None:
    pytest.importorskip("distributed")
    began = time.perf_counter()
    with pytest.raises(InputError) as caught:
        sweep(slow_square, [AXIS], samples=4, engine=Dask("tcp://127.0.0.1:9", timeout=1.0))
    assert time.perf_counter() - began < 5
    assert str(caught.value) == (
        "The scheduler tcp://127.0.0.1:9 cannot be reached (no answer); start it with "
        '"dask scheduler" and check the address.'
    )
