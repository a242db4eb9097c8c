"""Any folder that a verb wrote opens with one call; any other is refused in one sentence."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import xarray as xr

import particle_sim as ps
from particle_sim.errors import InputError
from particle_sim.outputs import new_folder, write_netcdf
from particle_sim.report.result_folder import KNOWN, ResultKind
from particle_sim.sweeps.axes import Axis
from particle_sim.sweeps.sampling import Sampling
from particle_sim.units import pascal
from particle_sim.variables import about, described

RUN = xr.Dataset(
    {"voltage": ("time", [3.4, 3.3], {"units": "V"})},
    coords={"time": ("time", [0.0, 10.0], {"units": "s"})},
    attrs={"title": "NVP"},
)


def written(place: Path, file: str, nodes: tuple[str, ...], command: str) -> Path:
    """A folder with a small tree in its data file, as a verb leaves it."""
    tree = xr.DataTree.from_dict({"/": xr.Dataset(attrs=RUN.attrs), **dict.fromkeys(nodes, RUN)})
    with new_folder(place, command=command) as work:
        write_netcdf(tree, work / file)
    return place


@pytest.mark.parametrize("known", KNOWN, ids=lambda known: known.kind.name.lower())
def test_every_kind_says_what_it_is_in_three_lines(known: object, tmp_path: Path) -> None:
    kind, file, needs = (getattr(known, name) for name in ("kind", "file", "needs"))
    place = written(tmp_path / "x", file, needs or ("run_1",), "particle-sim verb nvp")
    found = ps.open(place)
    assert found.kind is kind
    assert found.manifest["command"] == "particle-sim verb nvp"
    first, second, *_ = repr(found).splitlines()
    assert f"ResultFolder of a {kind.value}, NVP, in {place}".startswith(first.removesuffix(" ..."))
    assert second.startswith("  written by particle-sim verb nvp; tree /")
    with pytest.raises(InputError, match="has no figure"):
        found.draw("none_such")


def doubled(c_rate: float) -> pascal:
    return 2 * c_rate


def test_a_sweep_opens_too(tmp_path: Path) -> None:
    ps.sweep(
        doubled,
        [Axis.values("c_rate", [1.0, 2.0], "1/h")],
        sampling=Sampling.GRID,
        store=tmp_path / "x",
    )
    found = ps.open(tmp_path / "x")
    assert (found.kind, found.figures) == (ResultKind.SWEEP, ("sweep_results",))
    assert found.tree.doubled.attrs["long_name"] == "doubled"
    assert found.tree.doubled.values.tolist() == pytest.approx([2 / 3600, 4 / 3600])
    assert all({"units", "long_name"} <= set(v.attrs) for v in found.tree.variables.values())
    with pytest.raises(InputError, match='has no figure "any"; '):
        found.draw("any")
    (axis, _) = found.draw("sweep_results").axes
    assert axis.get_xlabel() == "doubled [10$^{-3}$ Pa]"


def older(place: Path) -> None:
    written(place, "life.nc", ("cracked",), "particle-sim life nvp")


def without_data(place: Path) -> None:
    with new_folder(place, command="particle-sim cell nvp") as work:
        (work / "run_1.csv").write_text("time [s]\n", encoding="utf-8")


def foreign(place: Path) -> None:
    place.mkdir()
    (place / "notes.txt").write_text("mine", encoding="utf-8")


def changed(place: Path) -> None:
    written(place, "cell.nc", ("run_1",), "particle-sim cell nvp")
    (place / "cell.nc").write_bytes((place / "cell.nc").read_bytes() + b" ")


def a_file(place: Path) -> None:
    place.write_text("mine", encoding="utf-8")


REFUSED = {
    older: "is not what life writes today (it has no retention and no printed and no frozen); "
    'write it again with "particle-sim life nvp".',
    without_data: "holds no data file that opens, only tables or pictures; write it again",
    foreign: "is no result of particle-sim (it holds none of results.nc, rate.nc",
    changed: "is damaged or was changed: its SHA-256",
    a_file: "is no folder; give one that a verb wrote with --out.",
}


@pytest.mark.parametrize("make", REFUSED, ids=lambda make: make.__name__)
def test_what_is_no_result_is_one_sentence(make: object, tmp_path: Path) -> None:
    place = tmp_path / "x"
    make(place)  # type: ignore[operator]
    with pytest.raises(InputError) as caught:
        ps.open(place)
    (sentence,) = caught.value.problems
    assert str(place) in sentence
    assert REFUSED[make] in sentence  # type: ignore[index]


# --- what the data say of themselves ------------------------------------------------------------


def test_a_stored_file_says_what_it_is_and_how_to_open_it(tmp_path: Path) -> None:
    place = written(tmp_path / "x", "cell.nc", ("run_1",), "particle-sim cell nvp")
    with xr.open_datatree(place / "cell.nc", engine="h5netcdf") as tree:
        assert {"title", "source", "how_to_open", "version"} <= set(tree.attrs)
        assert tree["run_1"].voltage.attrs == {"units": "V", "long_name": "voltage of the cell"}
        assert tree["run_1"].time.attrs["long_name"] == "time since the start"


def test_a_variable_that_nobody_described_stops_the_test_that_writes_it(tmp_path: Path) -> None:
    """So that every verb's results are held to it wherever a test writes them."""
    new = xr.Dataset({"novel": ("x", [1.0])}, attrs={"title": "NVP"})
    with pytest.raises(AssertionError, match=r"//?novel has no long_name.*novel has no units"):
        write_netcdf(xr.DataTree(new), tmp_path / "x.nc")


def test_what_a_variable_says_itself_stays() -> None:
    own = {"long_name": "half cell", "units": "mV"}
    told = described(xr.Dataset({"voltage": ("x", [1.0], own)}))
    assert told.voltage.attrs == own


def test_a_node_may_mean_something_else_by_a_name() -> None:
    assert about("radius", "fields", "f", {})["long_name"] == "distance from the centre"
    assert about("radius", "map", "f", {})["long_name"] == "particle radius"
    assert about("nobody_wrote_this_down", "", "f", {}) == {}


def test_the_data_are_not_touched() -> None:
    """What is drawn is what was computed; only the stored copy is told more of."""
    before = RUN.copy(deep=True)
    described(RUN)
    assert RUN.identical(before)
    assert "long_name" not in RUN.voltage.attrs
    assert np.array_equal(described(RUN).voltage, RUN.voltage)
