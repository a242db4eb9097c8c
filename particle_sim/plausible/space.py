"""The space of plausible inputs: named variables with ranges, drawn by named streams.

    value = F^-1(p),   p one number of the variable's stream, F the belief over the range

Two variables with one stream are both high or both low, each in its own range: that is how inputs
are shared between materials.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from particle_sim.materials.material import Material
from particle_sim.materials.property import Property
from particle_sim.plausible.inputs import EVERYTHING, VARIED, Moves
from particle_sim.plausible.streams import evenly
from particle_sim.units import Array


@dataclass(frozen=True, kw_only=True)
class Space:
    """What varies, by name: a number with its range, and the stream that draws it."""

    beliefs: Mapping[str, Property]
    streams: Mapping[str, str]

    def at(self, probability: Mapping[str, Array]) -> dict[str, Array]:
        """Values (n,) of every variable at probabilities (n,) by stream."""
        return {
            name: belief.quantile(probability[self.streams[name]])
            for name, belief in self.beliefs.items()
        }

    def believing(self, beliefs: Mapping[str, Property]) -> Space:
        """The same streams with other beliefs; what is new has a stream of its own name."""
        new = {name: name for name in beliefs if name not in self.streams}
        return Space(beliefs={**self.beliefs, **beliefs}, streams={**self.streams, **new})


def draw(space: Space, count: int, seed: int) -> dict[str, Array]:
    """``count`` draws (count,) of every variable of ``space``."""
    streams = set(space.streams.values())
    return space.at({stream: evenly(stream, count, seed) for stream in streams})


def space_of(
    material: Material,
    design: Mapping[str, Property] | None = None,
    moves: frozenset[Moves] = EVERYTHING,
) -> Space:
    """What varies in a material and the design of its cell, of the inputs that ``moves`` names.

    An input that materials may differ in has a stream with the material's name.
    """
    known = {**(design or {}), **material.properties}
    varied = {
        name: f"{name} of {material.name}" if entry.own else name
        for name, entry in VARIED.items()
        if name in known and entry.moves in moves
    }
    return Space(beliefs={name: known[name] for name in varied}, streams=varied)
