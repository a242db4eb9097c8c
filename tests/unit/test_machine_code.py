"""Is code compiled where nothing can be kept: a read-only install, a full disk, a torn cache?"""

from __future__ import annotations

import errno
from typing import Any

import pytest

numba = pytest.importorskip("numba", reason="the compiled kernels need numba")

from numba.core import caching  # noqa: E402

from particle_sim.fem.machine_code import compiled, is_ready  # noqa: E402


def twice(x: float) -> float:
    return 2 * x


def test_an_install_that_cannot_be_written_compiles_without_a_cache(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(caching.CacheImpl, "_locator_classes", [])
    monkeypatch.setattr(caching.FunctionCache._impl_class, "_locator_classes", [])
    with pytest.raises(RuntimeError, match="cannot cache function"):
        numba.njit(cache=True)(twice)
    assert compiled()(twice)(1.5) == 3.0


def test_a_cache_that_fails_when_it_is_used_is_done_without(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Any
) -> None:
    def full(*_: Any) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(numba.config, "CACHE_DIR", str(tmp_path))
    monkeypatch.setattr(caching.IndexDataCacheFile, "save", full)
    with pytest.raises(OSError, match="No space left"):
        numba.njit(cache=True)(twice)(1.5)
    function = compiled()(twice)
    assert [function(1.5), function(2.5)] == [3.0, 5.0]


def test_what_is_kept_is_ready_and_what_is_not_is_not(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Any
) -> None:
    monkeypatch.setattr(numba.config, "CACHE_DIR", str(tmp_path))
    first = compiled()(twice)
    assert not is_ready(first, 1.5)
    first(1.5)
    later = compiled()(twice)
    assert is_ready(later, 1.5)
    assert not is_ready(later, 1)


def test_what_cannot_be_kept_is_ready_once_it_has_run(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(caching.CacheImpl, "_locator_classes", [])
    monkeypatch.setattr(caching.FunctionCache._impl_class, "_locator_classes", [])
    function = compiled()(twice)
    assert not is_ready(function, 1.5)
    function(1.5)
    assert is_ready(function, 1.5)
