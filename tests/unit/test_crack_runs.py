"""Crack runs: predicted before they start, written for ParaView."""

from __future__ import annotations

import base64
import dataclasses
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest

import particle_sim as ps
from particle_sim.damage.field import (
    BrittleSolid,
    CrackBody,
    CrackLoad,
    CrackRun,
    LengthScale,
    Split,
    crack,
    notch,
    penny,
    write_crack_vtu,
)
from particle_sim.damage.run_cost import SPARE
from particle_sim.errors import InputError
from particle_sim.figures import crack_section
from particle_sim.units import Array

LENGTH = 25e-9
SIDE = 8 * LENGTH
SOLID = BrittleSolid(
    youngs_modulus=80e9, poisson_ratio=0.28, toughness=17.0, length_scale=LENGTH, split=Split.NONE
)
TIMES = (2e-9, 4e-9, 6e-9)


def wedged(**options: object) -> CrackRun:
    """A notched square whose ends tilt apart, so that its crack grows step by step."""

    def ends(x: Array, t: float) -> Array:
        up = np.sign(x[:, 1] - SIDE / 2) * t * (1 - 0.8 * x[:, 0] / SIDE)
        return np.stack([0 * up, up], axis=1)

    body = CrackBody(mesh=ps.shapes.rectangle((SIDE, SIDE), cells=(32, 32)), solid=SOLID)
    flaw = notch(body, (0.0, 0.52 * SIDE), (0.3 * SIDE, 0.52 * SIDE))
    load = CrackLoad(displacement={"top": ends, "bottom": ends})
    settings: dict[str, object] = {"meaning": LengthScale.NUMERICAL, "flaw": flaw} | options
    return crack(body, load, settings.pop("times", TIMES), **settings)


WITHIN = 1.5
"""Factor between the predicted memory and the peak, of which allocators keep what they like."""

MEASURED = """
import dataclasses, json, sys
import particle_sim as ps
sys.path.insert(0, sys.argv[1])
from particle_sim.damage.field import CrackBody, CrackLoad, LengthScale, Split, crack, forecast
from test_crack_runs import SOLID, grown_in

dimension, cells, split = json.loads(sys.argv[2])
body, load, flaw = grown_in(dimension, cells, Split[split])
until = 1.0001 * body.crack_size(flaw)
crack(body, load, [4e-9], meaning=LengthScale.NUMERICAL, flaw=flaw, until=until)
status = dict(line.split(":", 1) for line in open("/proc/self/status"))
print(json.dumps([forecast(body, 1).memory, 1024 * int(status["VmHWM"].split()[0])]))
"""


def grown_in(dimension: int, cells: int, split: Split) -> tuple[CrackBody, CrackLoad, Array]:
    """A block of ``cells`` along each edge, cut halfway, whose ends are drawn apart."""
    side = cells * LENGTH / 4
    shape = ps.shapes.rectangle if dimension == 2 else ps.shapes.box
    mesh = shape((side,) * dimension, cells=(cells,) * dimension)
    solid = dataclasses.replace(SOLID, split=split)
    body = CrackBody(mesh=mesh, solid=solid, order=4 - dimension)

    def ends(x: Array, t: float) -> Array:
        return np.where(np.arange(dimension) < dimension - 1, 0.0, np.sign(x - side / 2) * t)

    load = CrackLoad(displacement={"top": ends, "bottom": ends})
    if dimension == 2:
        return body, load, notch(body, (0.0, side / 2), (side / 2, side / 2))
    middle, up = (0.0, side / 2, side / 2), (0.0, 0.0, 1.0)
    return body, load, penny(body, middle, up, side / 2)


def check_memory(predicted: float, peak: float) -> None:
    assert peak / WITHIN < predicted < peak * WITHIN, f"{predicted:.3g} B for {peak:.3g} B"


@pytest.mark.skipif(sys.platform != "linux", reason="peaks are read from /proc")
@pytest.mark.parametrize(
    "given",
    [
        pytest.param((2, 64, "NONE"), id="section", marks=pytest.mark.slow),
        pytest.param((3, 20, "NONE"), id="solid", marks=pytest.mark.slow),
        pytest.param((2, 64, "SPECTRAL"), id="section with a split", marks=pytest.mark.slow),
    ],
)
def test_memory_is_predicted(given: tuple[int, int, str]) -> None:
    command = [sys.executable, "-c", MEASURED, str(Path(__file__).parent), json.dumps(given)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    predicted, peak = json.loads(done.stdout)
    check_memory(predicted, peak)
    with pytest.raises(AssertionError):
        check_memory(SPARE, peak)


def test_a_body_too_large_for_the_machine_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("particle_sim.damage.run_cost.machine_memory", lambda: 1e8)
    with pytest.raises(InputError, match=r"about .* GB of memory and you have 0 GB: use fewer"):
        wedged()


def arrays_of(path: Path) -> dict[str, np.ndarray]:
    """Those of a .vtu file by name."""
    found = {}
    for each in ElementTree.parse(path).iter("DataArray"):
        raw = base64.b64decode(str(each.text))[8:]
        kind = {"Float64": "<f8", "Int64": "<i8", "UInt8": "u1"}[each.attrib["type"]]
        columns = int(each.attrib.get("NumberOfComponents", 1))
        found[each.attrib["Name"]] = np.frombuffer(raw, kind).reshape(-1, columns).squeeze()
    return found


@pytest.mark.parametrize("dimension", [2, 3])
def test_files_hold_the_fields_of_the_run(dimension: int, tmp_path: Path) -> None:
    """A pulled bar of known stress, a quarter of whose filling is gone."""
    shape, pull = ps.shapes.rectangle if dimension == 2 else ps.shapes.box, 2e8
    mesh = shape((SIDE,) * dimension, cells=(20, *(2,) * (dimension - 1)))
    body = CrackBody(mesh=mesh, solid=dataclasses.replace(SOLID, length_scale=SIDE / 10), order=1)

    def still(axis: int) -> Callable[[Array, float], Array]:
        return lambda x, t: np.where(np.arange(dimension) == axis, 0.0, np.nan) + 0 * x

    sides = {2: ("left", "bottom"), 3: ("left", "front", "bottom")}[dimension]
    held = {name: still(axis) for axis, name in enumerate(sides)}
    ends = {"right": lambda x, t: np.where(np.arange(dimension) == 0, t, 0.0) + 0 * x}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("particle_sim.damage.field.resolution.RESOLUTION", 0.1)
        run = crack(
            body, CrackLoad(displacement=held, traction=ends), [pull], meaning=LengthScale.MATERIAL
        )
    filling = np.full(run.damage.shape, 0.75)
    write_crack_vtu(run, tmp_path / "bar.pvd", site_fraction=filling)
    found = arrays_of(tmp_path / "bar" / "bar_0000.vtu")
    np.testing.assert_allclose(found["site fraction [1]"], 0.75)
    np.testing.assert_array_equal(found["damage [1]"], run.damage[0])
    stress = found["stress [Pa]"]
    np.testing.assert_allclose(stress[:, 0], pull, rtol=1e-6)
    out = SOLID.poisson_ratio * pull if dimension == 2 else 0.0
    np.testing.assert_allclose(stress[:, 2], out, atol=1e-6 * pull)
    np.testing.assert_allclose(stress[:, [1, 3, 4, 5]], 0.0, atol=1e-6 * pull)
    np.testing.assert_allclose(found["first principal stress [Pa]"], pull, rtol=1e-6)
    modulus = SOLID.plane_modulus if dimension == 2 else SOLID.youngs_modulus
    longer = np.ptp(found["displacement [m]"][:, 0])
    assert longer == pytest.approx(SIDE * pull / modulus, rel=1e-6)
    if dimension == 3:
        with pytest.raises(InputError, match="write_crack_vtu gives them"):
            crack_section(run)
    with pytest.raises(InputError, match="1 times and"):
        write_crack_vtu(run, tmp_path / "bar.pvd", site_fraction=filling[0])
    with pytest.raises(InputError, match=r"must end in \.pvd"):
        write_crack_vtu(run, tmp_path / "bar.vtu")
