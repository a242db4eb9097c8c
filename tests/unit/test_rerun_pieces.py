"""What a repetition holds against what, number by number, and how its inputs are packed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import xarray as xr

from particle_sim.files import MOST_BYTES
from particle_sim.inputs import embedded, unpacked
from particle_sim.outputs import new_folder
from particle_sim.report.again import _difference as difference
from particle_sim.report.again import differences


@pytest.mark.parametrize(
    ("before", "now", "relative"),
    [(0.0, -0.0, 0.0), (1 + 1j, 1 + 2j, 2**-0.5), ("a", "b", 1.0), ("a", None, 1.0)],
)
def test_what_is_unlike_is_found_and_nothing_else(before: Any, now: Any, relative: float) -> None:
    old, new = (xr.DataArray(np.array([each, before])) for each in (before, now))
    (found,) = difference("x", old, new)
    assert found.relative == pytest.approx(relative, rel=1e-12)
    for same in (old, new, xr.DataArray(np.array(["a", np.nan], dtype=object))):
        assert list(difference("x", same, same)) == []


@pytest.mark.parametrize("text", ["x,x\n1,2\n", "# x\na,b\n1,2\n", "x\n1,2\n"])
def test_every_column_of_a_table_is_compared(text: str, tmp_path: Path) -> None:
    """Also the first of two of one name, and those that a first line does not name."""
    for name, content in (
        ("a", text),
        ("b", text.replace("1", "3")),
        ("c", text.replace("2", "3")),
    ):
        with new_folder(tmp_path / name, command="x") as work:
            (work / "a.csv").write_text(content, encoding="utf-8")
    for other in "bc":
        found = differences(tmp_path / "a", tmp_path / other)
        assert (found.compared, len(found.found)) == (2, 1)


def test_a_large_input_is_packed_and_comes_back_whole() -> None:
    """Beyond what is read without a reader's own bound, of which a record may have more."""
    content = b"\xb5A\n".ljust(MOST_BYTES + 10_000_000)
    entry = embedded(content)
    assert len(entry["zlib"]) < 0.01 * len(content)
    assert unpacked("record.csv", entry) == content
    assert "text" in embedded(b"1.0\n" * 1000)
    assert "zlib" in embedded(b"1.0\n" * 1_000_000)
