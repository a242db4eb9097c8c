"""Drawn particles of one material in one cycling test: cracks after any number of cycles, and what
is left of the capacity.

A charge and a discharge are resolved once; every cycle is taken to be like them, at the fresh
particle's stress. A cracked particle loses the share ``contact_lost`` of itself; what stays in
contact has more surface and shorter paths.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from particle_sim.cell.half_cell import Cell
from particle_sim.damage.driving import Driving
from particle_sim.damage.growth import CrackGrowth
from particle_sim.damage.population import Powder, cracks_until
from particle_sim.inference.discharge import capacities, discharge_of
from particle_sim.inference.form import Form
from particle_sim.life.loads import Site
from particle_sim.metrics.flaw import LARGEST_FLAW
from particle_sim.plausible.draws import MaterialDraws, diffusion_rate
from particle_sim.units import Array

SHARES = np.linspace(0, 1, 17)
"""Cracked shares at which capacities are known; between them linear."""
FEW = 1e-9
"""Least active share: a powder of which nothing is left has no capacity."""


@dataclass(frozen=True, kw_only=True)
class Effects:
    """What cracks do to a half cell, each with its switch.

    ``contact``: a cracked particle loses ``contact_lost`` of itself, so that the rest carries more
    current. ``fragments`` n >= 1: what stays in contact falls into n wetted pieces, with n^(1/3)
    times the surface and n^(2/3) times D/R^2; 1 leaves both. Lost sodium costs a half cell
    nothing, as its metal has plenty; films on new surface are not in it.
    """

    contact: bool = True
    fragments: int = 2


@dataclass(frozen=True, kw_only=True)
class CycledPowder:
    """``draws`` (n,) of a material, cell and growth, cycled at ``c_rate``; see :func:`cycled`."""

    draws: MaterialDraws
    c_rate: float
    cell: Cell
    fresh: Array
    """Capacity (n,) before any cycle, as :meth:`capacities`"""
    drivings: Mapping[Site, tuple[Driving, ...]]
    effects: Effects = Effects()

    @cached_property
    def powder(self) -> Powder:
        values = self.draws.values
        return Powder(
            flaw_size=np.minimum(values["flaw_size"], LARGEST_FLAW * values["particle_radius"]),
            flaw_spread=values["flaw_spread"],
            toughness=values["fracture_toughness"],
            toughness_spread=values["toughness_spread"],
        )

    def cracked(self, growth: CrackGrowth, cycles: Array) -> Array:
        """Share (n, k) of particles with a crack through after ``cycles`` (k,), from the surface or
        the middle: 1 - sum_q w_q (1 - s_surface)(1 - s_middle), flaws being independent in
        particles of one toughness."""
        return self.cracked_until(np.max(cycles, axis=-1), growth)(cycles)

    def cracked_until(self, most: Array, growth: CrackGrowth) -> Callable[[Array], Array]:
        """:meth:`cracked` at any cycles up to ``most``, () or (n,), the load taken once."""
        every = [
            cracks_until(most, growth, self.powder, *found) for found in self.drivings.values()
        ]
        _, weight = self.powder.toughnesses()

        def after(cycles: Array) -> Array:
            whole = [1 - each(cycles) for each in every]
            found = np.einsum("nqk,q->nk", 1 - np.prod(whole, axis=0), weight)
            return np.asarray(np.minimum(found, 1.0))

        return after

    @cached_property
    def as_made(self) -> Array:
        """Share (n,) of particles that are cracked through before any cycle."""
        deepest = [found[0].depth[:, -1] for found in self.drivings.values()]
        whole = [1 - self.powder.share_beyond(each) for each in deepest]
        return np.asarray(1 - np.prod(whole, axis=0))

    def kept(self, rows: NDArray[np.bool_]) -> CycledPowder:
        """Some of the draws."""
        drivings = {
            site: tuple(each.kept(rows) for each in found) for site, found in self.drivings.items()
        }
        return replace(self, draws=self.draws.kept(rows), fresh=self.fresh[rows], drivings=drivings)

    def capacities(self, c_rate: float) -> Array:
        """Capacity [A h/kg of the electrode as built] (n, s) at the cracked ``SHARES``."""
        return worn_capacities(self.draws, self.cell, c_rate, SHARES, self.effects)

    @cached_property
    def at_test(self) -> Array:
        """As :meth:`capacities`, at the rate of the test."""
        return self.capacities(self.c_rate)

    def retention(self, cracked: Array, first: Array, capacity: Array | None = None) -> Array:
        """Capacity (n, k) at ``cracked`` shares (n, k) over that at the ``first`` cycle's (n,);
        nan where that is nothing."""
        table = self.at_test if capacity is None else capacity
        left, whole = _read(table, cracked), _read(table, first[:, None])
        return np.asarray(np.divide(left, whole, out=np.full_like(left, np.nan), where=whole > 0))


def share_that_keeps(powder: CycledPowder, retention: float, first: Array) -> Array:
    """The least cracked share (n,) above the ``first`` cycle's (n,) at which no more than
    ``retention`` of that cycle's capacity is left; inf where there is none.

    The least, because shorter paths can raise capacity before lost contact lowers it.
    """
    wanted = retention * _read(powder.at_test, first[:, None])
    below = (powder.at_test <= wanted) & (first[:, None] < SHARES) & (wanted > 0)
    node = np.argmax(below, axis=1)[:, None]
    before = np.maximum(SHARES[np.maximum(node - 1, 0)], first[:, None])
    high, low = _read(powder.at_test, before), np.take_along_axis(powder.at_test, node, axis=1)
    part = np.clip((high - wanted) / np.maximum(high - low, 1e-300), 0, 1)
    found = before + (SHARES[node] - before) * part
    return np.asarray(np.where(below.any(axis=1), found[:, 0], np.inf))


def worn_capacities(
    draws: MaterialDraws, cell: Cell, c_rate: float, shares: Array, effects: Effects
) -> Array:
    """Capacity [A h/kg as built] (n, s) of half cells where ``shares`` (s,) of the particles have
    cracked, at the ``c_rate`` of the fresh electrode.

        Q = e q(I/e; k (1 + c (n^(2/3) - 1)), j (1 + c (n^(1/3) - 1))),   e = 1 - phi s

    q the discharge of :mod:`particle_sim.inference.discharge`, phi ``contact_lost``, c = s (1 -
    phi)/e the cracked part of what is left, one mean particle standing for whole and cracked ones.
    In closed form, as a life asks tens of thousands of states; steps in time, for other laws too:
    :func:`~particle_sim.studies.worn_half_cells.worn_half_cells`.
    """
    values, material = draws.values, draws.material
    lost = values["contact_lost"][:, None] * (1.0 if effects.contact else 0.0)
    active = np.maximum(1 - lost * shares, FEW)
    cracked = shares * (1 - lost) / active
    pieces = effects.fragments
    per_mass = 3 / (material.value("density") * values["particle_radius"])
    own = material.value("exchange_current_density")
    exchange = values.get("exchange_current_density", np.full_like(per_mass, own))
    film = values.get("film_resistance", cell.design.value("film_resistance"))
    loading = values.get("active_loading", cell.design.value("active_loading"))
    window = material.specific_capacity * np.ones_like(per_mass)
    more = values.get("maximum_concentration")
    if more is not None:
        window = window * more / material.maximum_concentration
    groups = [  # each particle's I/e against k and j is I against e k and e j
        active * diffusion_rate(draws)[:, None] * (1 + cracked * (pieces ** (2 / 3) - 1)),
        active * (exchange * per_mass)[:, None] * (1 + cracked * (pieces ** (1 / 3) - 1)),
        np.reshape(film * loading, (-1, 1)),  # of the whole current, as the metal's
        window[:, None],
    ]
    shape = _fall(draws)
    if shape is not None:
        groups.append(shape[:, None])
    vectors = np.log10(np.stack(np.broadcast_arrays(*groups), axis=-1))
    found = capacities(
        discharge_of(cell),
        vectors.reshape(-1, vectors.shape[-1]),
        np.array([c_rate * material.value("one_c_current")]),
        Form.ONE_SIZE if shape is None else Form.DIFFUSIVITY,
    )
    return np.asarray(found.reshape(active.shape) * active)


def _fall(draws: MaterialDraws) -> Array | None:
    fall = draws.values.get("diffusivity_fall")
    if fall is None:
        own = draws.material.properties.get("diffusivity_fall")
        return None if own is None else np.full_like(draws.values["diffusivity"], own.magnitude)
    return fall


def _read(table: Array, share: Array) -> Array:
    """A table (n, s) over ``SHARES`` at shares (n, k)."""
    place = np.clip(share, 0, 1) * (len(SHARES) - 1)
    index = np.minimum(place.astype(int), len(SHARES) - 2)
    low, high = (np.take_along_axis(table, index + step, axis=1) for step in (0, 1))
    return np.asarray(low + (high - low) * (place - index))
