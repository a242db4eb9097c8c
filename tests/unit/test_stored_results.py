"""Are the results of a comparison opened only as they were written?"""

from __future__ import annotations

import hashlib
import json
import random
from pathlib import Path

import numpy as np
import pytest
import xarray as xr

from particle_sim.errors import InputError
from particle_sim.report.folder import open_folder

VALUES = np.linspace(0.1, 0.9, 50)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Results and a manifest such as :func:`write_folder` leaves, with little in them."""
    tree = xr.DataTree.from_dict({"/verdict": xr.Dataset({"share": ("sample", VALUES)})})
    data = tmp_path / "results.nc"
    tree.to_netcdf(data, engine="h5netcdf")
    files = {"results.nc": hashlib.sha256(data.read_bytes()).hexdigest()}
    (tmp_path / "manifest.json").write_text(json.dumps({"files": files}), encoding="utf-8")
    return tmp_path


def flip(path: Path, byte: int, bit: int = 0) -> None:
    data = bytearray(path.read_bytes())
    data[byte] ^= 1 << bit
    path.write_bytes(data)


def test_one_flipped_bit_or_a_missing_end_is_one_sentence(folder: Path) -> None:
    data = folder / "results.nc"
    whole, numbers = data.read_bytes(), random.Random(0)
    np.testing.assert_array_equal(open_folder(folder)["verdict/share"], VALUES)
    for _ in range(50):
        flip(data, numbers.randrange(len(whole)), numbers.randrange(8))
        with pytest.raises(InputError, match=r"results\.nc is damaged or was changed: its SHA-256"):
            open_folder(folder)
        data.write_bytes(whole)
    data.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(InputError, match="run compare again"):
        open_folder(folder)


def test_without_the_manifest_a_flipped_bit_changes_a_value(folder: Path) -> None:
    """So it is the manifest that finds it; what HDF5 cannot read is a sentence all the same."""
    data = folder / "results.nc"
    (folder / "manifest.json").unlink()
    flip(data, data.read_bytes().index(VALUES.tobytes()))
    assert open_folder(folder)["verdict/share"].values[0] != VALUES[0]
    data.write_bytes(data.read_bytes()[:2000])
    with pytest.raises(InputError, match=r"results\.nc cannot be read"):
        open_folder(folder)


def test_a_torn_manifest_is_one_sentence(folder: Path) -> None:
    for torn in ("", '{"files": {"resul', "[]", '{"files": {}}'):
        (folder / "manifest.json").write_text(torn, encoding="utf-8")
        with pytest.raises(InputError, match=r"manifest\.json is damaged; run compare again"):
            open_folder(folder)
