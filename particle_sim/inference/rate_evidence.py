"""What the printed rate tests of materials say together, whichever way they are to be read.

A test printed twice, or in a way that contradicts itself, is one test with readings. Every *member*
takes one form of the particles, one reading of each test and one set of beliefs; what all members
say does not hang on a choice of ours. The beliefs are those of :mod:`.learned`, those with half and
twice the discrepancy, and those with diffusion ``SHIFT`` decades slower and faster before the data.
Where a material parts, a boundary that moves in it is a form too; materials that do not have many
sizes there.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np

from particle_sim.cell.design import CellKind
from particle_sim.cell.half_cell import Cell, half_cell
from particle_sim.inference.form import Form
from particle_sim.inference.joint import SHARED, Joint, Posterior, learn, predict
from particle_sim.inference.learned import beliefs_of
from particle_sim.inference.moving_boundary import gap_in
from particle_sim.inference.rate_problem import rate_problem
from particle_sim.materials.material import Material
from particle_sim.materials.system import System, load_system
from particle_sim.studies.rate_data import RateSeries, printed_series
from particle_sim.units import Array

FEWEST = 3
"""Rates of a series from which it is a test; fewer repeat one, where there is one."""
PARTICLES = 500
SHIFT = 0.5
"""Decades that the centre of D/R^2 over other powders may be off for this one's kind (a choice:
about five standard errors of a centre that was learned from 41 powders)."""
FORMS = {
    Form.SIZES: "many sizes",
    Form.DIFFUSIVITY: "D falling with filling",
    Form.MOVING_BOUNDARY: "a moving boundary",
}

Readings = tuple[RateSeries, ...]
"""One test, read in different ways."""
Beliefs = Mapping[str, tuple[float, float]]


@dataclass(frozen=True, kw_only=True)
class Member:
    """One form, reading and set of beliefs, and what is learned with them."""

    label: str
    form: Form
    cells: Mapping[str, Cell]
    posterior: Posterior

    def has(self, material: str, name: str) -> bool:
        """Whether this form has the unknown."""
        return name in self.posterior.joint.parts[material].names

    @property
    def is_one_diffusivity(self) -> bool:
        """Whether D is that of the same thing in all materials: behind a boundary it is that of one
        phase, without one that of the whole filling."""
        parts = self.posterior.joint.parts.values()
        return len({part.form is Form.MOVING_BOUNDARY for part in parts}) == 1

    def column(self, material: str, name: str) -> Array:
        """Draws (n,) of one unknown of a material, as in the problem's vectors."""
        names = self.posterior.joint.parts[material].names
        return np.asarray(self.posterior.rows(material)[:, names.index(name)])

    def capacities(
        self, material: str, c_rate: Array, rng: np.random.Generator, *, noisy: bool = False
    ) -> Array:
        """Capacity (n, k) [A h/kg] of every draw at C-rates (k,)."""
        cell = self.cells[material]
        current = c_rate * cell.material.value("one_c_current")
        form = self.posterior.joint.parts[material].form
        elsewhere = rate_problem(cell, current, np.zeros(len(current)), form=form)
        return predict(self.posterior, material, elsewhere).draws(rng, noisy=noisy)


def printed_tests(name: str, one_c_current: float) -> tuple[Readings, ...]:
    """The printed discharge tests of a material, as :func:`tests_of` has them."""
    return tests_of(load_system(name.partition("@")[0]), one_c_current)


def tests_of(system: System, one_c_current: float) -> tuple[Readings, ...]:
    """The printed discharge tests of half cells in a material's file, each with its readings.

    Of one source, a place that prints fewer than ``FEWEST`` rates repeats another, or is all there
    is.
    """
    places: dict[tuple[str, str], list[RateSeries]] = {}
    for series in printed_series(system, one_c_current):
        if series.cell is CellKind.HALF and series.fresh and not series.relative:
            places.setdefault((series.source, series.place), []).append(series)
    tests = sorted(map(tuple, places.values()), key=lambda each: -len(each[0].c_rate))
    whole = [test for test in tests if len(test[0].c_rate) >= FEWEST]
    return tuple(whole or tests[:1])


def members(
    materials: Mapping[str, Material],
    *,
    up_to: float = np.inf,
    prints: Mapping[str, tuple[float, float]] | None = None,
    forms: Sequence[Form] = tuple(FORMS),
    varied: bool = True,
    particles: int = PARTICLES,
    seed: int = 1,
) -> tuple[Member, ...]:
    """What the prints of ``materials`` up to a C-rate [1/h] say, by every member.

    ``prints``: a rate and a capacity by material; of a test that reads so in one way, only that way
    is taken. ``varied``: with the other beliefs too.
    """
    cells = {name: half_cell(material) for name, material in materials.items()}
    tests = [
        (name, _agreeing(readings, (prints or {}).get(name)))
        for name, material in materials.items()
        for readings in printed_tests(name, material.value("one_c_current"))
    ]
    ways = list(product(*(readings for _, readings in tests)))
    made = []
    parting = any(gap_in(material) for material in materials.values())
    for form in (each for each in forms if parting or each is not Form.MOVING_BOUNDARY):
        for beliefs, changed in _beliefs(form) if varied else [(beliefs_of(form), "")]:
            for way in ways if not changed else ways[:1]:
                read = [(name, series) for (name, _), series in zip(tests, way, strict=True)]
                labels = [
                    f"{materials[name].title}'s {series.label}"
                    for (name, readings), series in zip(tests, way, strict=True)
                    if len(readings) > 1
                ]
                joint = _joint(cells, read, up_to, form, beliefs)
                made.append(
                    Member(
                        label=", ".join([FORMS[form], *labels, *([changed] if changed else [])]),
                        form=form,
                        cells=cells,
                        posterior=learn(joint, particles=particles, seed=seed),
                    )
                )
    return tuple(made)


def _agreeing(readings: Readings, printed: tuple[float, float] | None) -> Readings:
    """The readings with this capacity at this rate, or all where none has it."""
    if printed is None:
        return readings
    rate, capacity = printed
    at = [
        series
        for series in readings
        if np.any(np.isclose(series.c_rate, rate) & np.isclose(series.capacity, capacity))
    ]
    return tuple(at) or readings


def _beliefs(form: Form) -> Iterator[tuple[Beliefs, str]]:
    """The learned beliefs, and others that somebody might hold."""
    known = beliefs_of(form)
    yield known, ""
    centre, width = known["discrepancy"]
    yield {**known, "discrepancy": (centre, width / 2)}, "half the discrepancy"
    yield {**known, "discrepancy": (centre, 2 * width)}, "twice the discrepancy"
    centre, width = known["diffusion_rate"]
    yield {**known, "diffusion_rate": (centre - SHIFT, width)}, "slower diffusion at first"
    yield {**known, "diffusion_rate": (centre + SHIFT, width)}, "faster diffusion at first"


def _joint(
    cells: Mapping[str, Cell],
    read: Sequence[tuple[str, RateSeries]],
    up_to: float,
    form: Form,
    beliefs: Beliefs,
) -> Joint:
    """One problem per material, of all its tests; equal rates of two tests stay two data."""
    parts = {}
    for name, cell in cells.items():
        own = [series for whose, series in read if whose == name]
        rates = np.concatenate([[], *(series.c_rate for series in own)])
        values = np.concatenate([[], *(series.capacity for series in own)])
        seen = rates <= up_to
        current = rates[seen] * cell.material.value("one_c_current")
        alone = form is Form.MOVING_BOUNDARY and gap_in(cell.material) is None
        parts[name] = rate_problem(
            cell,
            current,
            values[seen],
            form=Form.SIZES if alone else form,
            learned=_beside(form, beliefs) if alone else beliefs,
        )
    return Joint(parts=parts)


def _beside(form: Form, beliefs: Beliefs) -> Beliefs:
    """Of a material in one phase beside one that parts: many sizes, as far off as the other."""
    sizes, usual = beliefs_of(Form.SIZES), beliefs_of(form)
    shared = {name: beliefs[name] for name in SHARED if name in beliefs}
    centre, width = sizes["diffusion_rate"]
    moved = beliefs["diffusion_rate"][0] - usual["diffusion_rate"][0]
    return {**sizes, **shared, "diffusion_rate": (centre + moved, width)}
