"""Python callers get sentences too: any argument of the wrong kind, at every public function."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from types import ModuleType
from typing import Any

import numpy as np
import pytest

import particle_sim as ps
from particle_sim.checks import arguments_checked
from particle_sim.errors import InputError
from particle_sim.metrics.diffraction import bragg_angle, hexagonal_cell, plane_distance
from particle_sim.metrics.metal_migration import barrier_of_share, hop_rate, share_moved

MATERIAL = ps.load_material("nvp")
MESH = ps.shapes.sphere(1e-6, cells=4)
PARTICLE = ps.Particle(material=MATERIAL, mesh=MESH)
FLUX = ps.constant_flux(1e-6, 1.0, initial_site_fraction=0.5)
CELL = ps.half_cell(MATERIAL)

DOORS: dict[str, tuple[Callable[..., Any], dict[str, Any]]] = {
    "sphere": (ps.shapes.sphere, {"radius": 1e-6}),
    "cylinder": (ps.shapes.cylinder, {"radius": 1e-6}),
    "slab": (ps.shapes.slab, {"thickness": 1e-6}),
    "ball": (ps.shapes.ball, {"radius": 1e-6}),
    "ball_section": (ps.shapes.ball_section, {"radius": 1e-6}),
    "disc": (ps.shapes.disc, {"radius": 1e-6}),
    "box": (ps.shapes.box, {"lengths": (1e-6, 1e-6, 1e-6)}),
    "rectangle": (ps.shapes.rectangle, {"lengths": (1e-6, 1e-6)}),
    "spheroid": (ps.shapes.spheroid, {"equatorial_radius": 1e-6, "polar_radius": 2e-6}),
    "agglomerate": (ps.shapes.agglomerate, {"centres": [(0, 0, 0)], "radii": [1e-6]}),
    "charge": (ps.protocols.charge, {"c_rate": 1.0}),
    "discharge": (ps.protocols.discharge, {"c_rate": 1.0}),
    "rest": (ps.protocols.rest, {"duration": 60.0}),
    "cc_cv": (ps.protocols.cc_cv, {"c_rate": 1.0}),
    "cycle": (ps.protocols.cycle, {"c_rate": 1.0}),
    "gitt": (ps.protocols.gitt, {"c_rate": 1.0, "pulse": 1.0, "pause": 1.0, "pulses": 1}),
    "voltage_sweep": (ps.protocols.sweep, {"scan_rate": 1e-4}),
    "written": (ps.protocols.written, {"text": "Rest for 1 hour"}),
    "impedance": (ps.impedance, {"cell": CELL, "frequency": [1.0]}),
    "voltammogram": (ps.voltammogram, {"run": None}),
    "scan_rate_exponent": (
        ps.scan_rate_exponent,
        {"scan_rate": np.array([1.0, 2.0]), "peak_current": np.array([1.0, 2.0])},
    ),
    "constant_flux": (
        ps.constant_flux,
        {"flux": 1e-6, "duration": 1.0, "initial_site_fraction": 0.5},
    ),
    "SurfaceFlux": (
        ps.SurfaceFlux,
        {"time": np.arange(2.0), "flux": np.arange(2.0), "initial_site_fraction": 0.5},
    ),
    "open": (ps.open, {"folder": "results"}),
    "rerun": (ps.rerun, {"folder": "results"}),
    "load_material": (ps.load_material, {"name": "nvp"}),
    "load_electrolyte": (ps.load_electrolyte, {"name": "sodium_half_cell"}),
    "material_from_values": (
        ps.material_from_values,
        {"maximum_concentration": 2e4, "diffusivity": 1e-15},
    ),
    "analyse": (ps.analyse, {"formula": "NaFeO2"}),
    "half_cell": (ps.half_cell, {"material": MATERIAL}),
    "full_cell": (ps.full_cell, {"positive": MATERIAL}),
    "Particle": (ps.Particle, {"material": MATERIAL, "mesh": MESH}),
    "Adaptive": (ps.Adaptive, {}),
    "Comparison": (ps.Comparison, {"baseline": "nvp", "candidate": "he_v"}),
    "solve_particle": (ps.solve_particle, {"particle": PARTICLE, "surface": FLUX}),
    "solve_stress": (ps.solve_stress, {"particle": PARTICLE, "site_fraction": np.zeros(3)}),
    "solve_cell": (ps.solve_cell, {"cell": CELL, "protocol": ps.protocols.charge(1.0)}),
    "plane_distance": (
        plane_distance,
        {"cell": hexagonal_cell(3e-10, 16e-10), "reflection": (0, 0, 3)},
    ),
    "bragg_angle": (bragg_angle, {"distance": 5e-10}),
    "hop_rate": (hop_rate, {"barrier": 1e5}),
    "share_moved": (share_moved, {"barrier": 1e5, "duration": 1.0}),
    "barrier_of_share": (barrier_of_share, {"share": 0.5, "duration": 1.0}),
    "compare": (ps.compare, {"settings": ps.Comparison(baseline="nvp", candidate="he_v")}),
    "as_printed": (ps.as_printed, {"settings": ps.Comparison(baseline="nvp", candidate="he_v")}),
}
"""Every public function that takes simple arguments, with arguments that suit it."""


class Stranger:
    """What no argument is meant to be."""

    def __repr__(self) -> str:
        return "a stranger"


def arguments() -> list[tuple[str, str]]:
    return [(door, name) for door in DOORS for name in inspect.signature(DOORS[door][0]).parameters]


@pytest.mark.parametrize(("door", "name"), arguments())
def test_a_stranger_is_refused_in_one_sentence(door: str, name: str) -> None:
    function, suiting = DOORS[door]
    with pytest.raises(InputError) as caught:
        function(**{**suiting, name: Stranger()})
    (sentence,) = caught.value.problems
    assert sentence.startswith(f"{function.__name__}: {name} is a stranger; give ")


def test_every_public_name_is_covered() -> None:
    functions = {
        name
        for name in ps.__all__
        if callable(getattr(ps, name)) and not isinstance(getattr(ps, name), ModuleType)
    }
    assert functions - set(DOORS) == {
        *("Material", "ResultFolder", "Stored", "progress_bar", "sweep")
    }, "built by functions, has its own, or is called by ours alone"


NUMBERS = [
    (ps.shapes.sphere, "radius", {}, "0.5 um", "give a number in m, here 5e-07"),
    (ps.shapes.ball, "radius", {}, "500 nm", "give a number in m, here 5e-07"),
    (ps.shapes.sphere, "radius", {}, 250, r"more than 100.0 m; .* 2.5e-07 m \(nm\)"),
    (ps.shapes.ball, "radius", {}, 250, r"more than 100.0 m; .* 2.5e-07 m \(nm\)"),
    (ps.shapes.sphere, "cells", {"radius": 1e-6}, 2.5, "give a whole number"),
    (ps.protocols.charge, "c_rate", {}, "1C", "'1C'; give a number"),
    (ps.protocols.charge, "c_rate", {}, "2", "give a number, here 2"),
    (ps.protocols.charge, "until", {"c_rate": 1.0}, "3.9 V", "give a number"),
    (ps.protocols.charge, "c_rate", {}, True, "give a number"),
    (ps.protocols.charge, "c_rate", {}, -1.0, "must be positive"),
    (ps.protocols.charge, "c_rate", {}, float("nan"), "must be positive and finite"),
    (ps.load_material, "name", {}, 3, "load_material: name is 3; give a text"),
    (ps.Comparison, "c_rate", DOORS["Comparison"][1], "1", "give a number, here 1"),
    (ps.Comparison, "direction", DOORS["Comparison"][1], "charge", "Direction.CHARGE or"),
    (ps.Comparison, "at", DOORS["Comparison"][1], (0.1, "x"), r"give a sequence \(numbers\)"),
    (ps.constant_flux, "flux", DOORS["constant_flux"][1], "1e-6 mol/(m^2 s)", "give a number"),
    (ps.constant_flux, "temperature", DOORS["constant_flux"][1], -3.0, "must be positive"),
    (ps.material_from_values, "maximum_concentration", {"diffusivity": 1.0}, -1.0, "positive"),
    (ps.material_from_values, "diffusivity", {"maximum_concentration": 1.0}, np.nan, "positive"),
    (ps.Particle, "mesh", DOORS["Particle"][1], None, "give a Mesh or a BodyMesh"),
]


@pytest.mark.parametrize(("function", "name", "rest", "value", "sentence"), NUMBERS)
def test_the_sentence_says_what_to_give(
    function: Callable[..., Any], name: str, rest: Mapping[str, Any], value: Any, sentence: str
) -> None:
    with pytest.raises(InputError, match=sentence):
        function(**{**rest, name: value})


def test_all_wrong_arguments_are_told_at_once() -> None:
    with pytest.raises(InputError) as caught:
        ps.shapes.sphere("1 um", cells="many")  # type: ignore[arg-type]
    assert len(caught.value.problems) == 2


@pytest.mark.parametrize("number", [np.float64(1e-6), np.float32(1e-6), np.array(1e-6)])
def test_numpy_scalars_are_numbers(number: Any) -> None:
    assert ps.shapes.sphere(number, cells=np.int64(4)).vertices[-1] == pytest.approx(1e-6)  # type: ignore[arg-type]
    assert ps.protocols.charge(np.int32(2)).steps[0].c_rate == 2  # type: ignore[arg-type]


def test_a_list_is_an_array() -> None:
    flux = ps.SurfaceFlux(time=[0, 1], flux=[1, 1], initial_site_fraction=0.5)  # type: ignore[arg-type]
    assert flux.scaled(2.0).passed(0.0, 1.0) == 2.0


def test_a_door_without_the_check_lets_the_stranger_in() -> None:
    """The same function without its check fails inside, with an error of Python."""
    bare = inspect.unwrap(ps.shapes.sphere)
    with pytest.raises(TypeError):
        bare("0.5 um")
    with pytest.raises(InputError):
        arguments_checked(bare)("0.5 um")
