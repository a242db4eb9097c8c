"""How public objects show themselves: three lines at a prompt, a table of text in a notebook."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from html.parser import HTMLParser
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

import particle_sim as ps
from particle_sim.cell.run import ElectrodeRun
from particle_sim.claims.compare import ComparisonResult
from particle_sim.particle.outcome import Balances
from particle_sim.particle.state_file import fingerprint
from particle_sim.shown import LINES, WIDTH, shown

SPOILED = "<script>alert(1)</script> & 'x'"
MATERIAL = dataclasses.replace(ps.load_material("nvp"), title=SPOILED)
CELL = ps.half_cell(MATERIAL)
FLUX = ps.constant_flux(1e-7, 20.0, initial_site_fraction=0.5)

OBJECTS: dict[str, tuple[Callable[[], Any], str]] = {
    "Material": (lambda: MATERIAL, "capacity 155.2 A h/kg"),
    "Particle": (
        lambda: ps.Particle(material=MATERIAL, mesh=ps.shapes.sphere(1e-6)),
        "mesh of a sphere, 0 to 1e-06 m",
    ),
    "Mesh": (lambda: ps.shapes.sphere(1e-6, cells=4), "cells 4"),
    "BodyMesh": (lambda: ps.shapes.box((1e-6, 1e-6, 1e-6)), "1e-06 x 1e-06 x 1e-06 m"),
    "SurfaceFlux": (lambda: FLUX, "filling at the start 0.5"),
    "Protocol": (lambda: ps.protocols.cc_cv(1.0), "steps 2: charge, hold"),
    "Cell": (lambda: CELL, "cut-offs 1.2 to 3.9 V"),
    "Comparison": (
        lambda: ps.Comparison(baseline="nvp", candidate="he_v"),
        "Comparison of he_v with nvp",
    ),
    "CompositionReport": (lambda: ps.analyse("NaFeO2"), "molar mass 110.83 g/mol"),
    "Impedance": (lambda: impedance(), "real part 1 to 2 ohm m2"),
    "Property": (lambda: MATERIAL["diffusivity"], "diffusivity 5e-16 m^2/s, proxy"),
    "PhysicsTerm": (lambda: ps.physics.stress_drift, "potentials stress"),
    "CellDesign": (lambda: CELL.design, "properties 14, of which"),
    "ElectrodeRun": (lambda: electrode(), "surface flux 1e-07 to 1e-07 mol/(m2 s)"),
    "Balances": (
        lambda: Balances(sodium=4e-16, equilibrium=0.0, site_fraction=(0.1, 0.9)),
        "error in space not estimated",
    ),
}


def electrode() -> ElectrodeRun:
    filling = np.array([0.5, 0.4])
    return ElectrodeRun(
        mean_site_fraction=filling, surface_site_fraction=filling, surface_flux=FLUX
    )


def impedance() -> Any:
    from particle_sim.cell.impedance import Impedance

    return Impedance(
        cell=CELL,
        state_of_charge=0.5,
        site_fraction=0.5,
        temperature=298.15,
        frequency=np.array([1.0, 10.0]),
        impedance=np.array([1 + 0j, 2 + 1j]),
    )


class Tags(HTMLParser):
    """The tags and the text of a table."""

    def __init__(self, table: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.words = ""
        self.feed(table)

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self.tags.add(tag)

    def handle_data(self, data: str) -> None:
        self.words += data


@pytest.mark.parametrize("name", OBJECTS)
def test_an_object_says_what_it_is(name: str) -> None:
    make, headline = OBJECTS[name]
    says_what_it_is(make(), name, headline)


def test_a_comparison_says_its_answer_and_every_verdict(comparison: ComparisonResult) -> None:
    says_what_it_is(comparison, "ComparisonResult", "is stressed")
    words = Tags(comparison._repr_html_()).words
    assert all(
        f"{each.short.rstrip('.')}{each.answer.verdict.value}" in words
        for each in comparison.findings
    )
    says_what_it_is(comparison.baseline, "MaterialResult", "of NVP")
    says_what_it_is(comparison.findings[0], "Finding", comparison.findings[0].short)


def says_what_it_is(thing: Any, name: str, headline: str) -> None:
    lines = repr(thing).splitlines()
    assert 1 < len(lines) <= LINES
    assert all(len(line) <= WIDTH for line in lines)
    assert lines[0].startswith(f"{name} ")
    assert headline in " ".join(line.strip() for line in lines)
    table = Tags(thing._repr_html_())
    assert table.tags == {"table", "caption", "tr", "th", "td"}
    assert all(words in table.words for words in thing.in_brief.values())


def test_what_a_file_calls_itself_is_no_markup() -> None:
    assert SPOILED in repr(MATERIAL)
    assert SPOILED in Tags(MATERIAL._repr_html_()).words


def test_markup_that_is_let_through_is_noticed() -> None:
    raw = f"<table>{SPOILED}</table>"
    assert Tags(raw).tags == {"table", "script"}


def test_a_long_one_is_cut_to_its_lines() -> None:
    @shown
    class Long(SimpleNamespace):
        in_brief: dict[str, str]

    long = Long(in_brief={"first": "x" * 500, **{f"n{k}": "word " * 9 for k in range(99)}})
    lines = repr(long).splitlines()
    assert len(lines) == LINES
    assert lines[0].endswith(" ...")
    assert lines[-1].endswith(" ...")


def test_a_checkpoint_knows_its_run_by_more_than_what_is_shown() -> None:
    """One value in the middle of a long history, or a property that no line names."""
    time = np.linspace(0.0, 1.0, 5000)
    histories = [
        ps.SurfaceFlux(time=time, flux=np.eye(1, 5000, place)[0], initial_site_fraction=0.5)
        for place in (2500, 2501)
    ]
    assert repr(histories[0]) == repr(histories[1])
    assert fingerprint(histories[0]) != fingerprint(histories[1])
    assert fingerprint(histories[1]) == fingerprint(dataclasses.replace(histories[1]))
    softer = MATERIAL.replaced(poisson_ratio=MATERIAL["poisson_ratio"].with_magnitude(0.2))
    assert repr(softer) == repr(MATERIAL)
    assert fingerprint(softer) != fingerprint(MATERIAL)
