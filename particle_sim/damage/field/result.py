"""What a run of cracks found."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from particle_sim.damage.field.balance import Displacements
from particle_sim.damage.field.body import CrackBody
from particle_sim.damage.field.load import CrackLoad, Loading
from particle_sim.damage.field.minimise import Minimum
from particle_sim.shown import shown
from particle_sim.units import Array


@shown
@dataclass(frozen=True, kw_only=True)
class CrackRun:
    """Cracks at t times on n vertices; per metre of a plane section.

    Made by :func:`particle_sim.damage.field.crack.crack` of ``body`` under ``load``; ``time`` (t,)
    is what the load is a function of, [s] of a particle. ``elastic_energy``, ``crack_energy``
    [J/m], or [J] of a meridian or a solid (t,); ``alternations``, ``newton_steps`` (t,): how often
    damage was minimised and how many Newton steps were kept. ``warnings``: what to know of the
    length scale.
    """

    body: CrackBody
    load: CrackLoad
    time: Array
    flaw: Array
    """Damage at the start (n,)"""
    damage: Array
    """d (t, n) at ``body.vertices``"""
    scaled_displacement: Array
    """Over ``body.length``, interleaved (t, m)"""
    elastic_energy: Array
    crack_energy: Array
    alternations: Array
    newton_steps: Array
    is_held: Array
    """Whether the crack had come to rest (t,)"""
    warnings: tuple[str, ...]

    @property
    def displacement(self) -> Array:
        """[m] (t, nodes, d) at ``body.moved.nodes * body.length``."""
        shape = (len(self.time), *self.body.moved.nodes.shape)
        return (self.scaled_displacement * self.body.length).reshape(shape)

    @property
    def crack_size(self) -> Array:
        """Of all cracks (t,), the crack energy over G_c: length [m], area [m2] of a meridian or
        a solid."""
        return np.array([self.body.crack_size(damage) for damage in self.damage])

    @property
    def pop_ins(self) -> Array:
        """Times at which more than l of crack grew in one step: of a meridian a ring, of a solid a
        strip of that width across half of its reach."""
        before = np.concatenate([[self.body.crack_size(self.flaw)], self.crack_size])
        return self.time[np.diff(before) > self.body.crack_unit]

    def stress(self, index: int) -> tuple[Array, Array]:
        """[Pa] (e, q, c) and energy density [J/m3] (e, q) at the quadrature points.

        Of a section two in-plane normals, the out-of-plane normal and the shear; of a solid xx, yy,
        zz, yz, xz, xy.
        """
        step = Loading(body=self.body, load=self.load).at(float(self.time[index]))
        moving = Displacements(body=self.body, step=step)
        unit = self.body.solid.youngs_modulus
        stress, energy = moving.stress(self.damage[index], self.scaled_displacement[index])
        return stress * unit, energy * unit

    @property
    def toughness_in_words(self) -> str:
        """The toughness that was asked for and what the finest cells were given instead."""
        body, share = self.body, float(self.body.share.max())
        solid = body.solid
        return (
            f"G_c = {solid.toughness:.4g} J/m2 and l = {solid.length_scale:.3g} m; cells of "
            f"{body.cell_size.min():.3g} m are given {share * solid.toughness:.4g} J/m2 and "
            f"{share * solid.length_scale:.3g} m, so that a crack one of them wide costs G_c"
        )

    @property
    def in_brief(self) -> dict[str, str]:
        """The law, the mesh, how far the crack came, and what its toughness means."""
        what, unit = ("length", "m") if self.body.mesh.symmetry.power == 2 else ("area", "m2")
        return {
            "cracks": f"by {self.body.solid.density.name}, {len(self.body.cell_dofs):,} cells, "
            f"{len(self.time)} times",
            f"crack {what}": f"{self.crack_size[-1]:.4g} {unit}",
            "largest damage": f"{self.damage[-1].max():.3g}",
            "pop-ins": f"{len(self.pop_ins)}",
            "warnings": f"{len(self.warnings)}",
            "toughness": self.toughness_in_words,
        }


@dataclass(frozen=True, kw_only=True)
class Found:
    """What is kept of one step: damage (n,), displacement (m,), scaled energies, counts."""

    damage: Array
    displacement: Array
    elastic: float
    crack: float
    alternations: int
    newton_steps: int
    is_held: bool = True

    @classmethod
    def at_start(cls, body: CrackBody, flaw: Array) -> Found:
        """Before the first step."""
        return cls(
            damage=flaw,
            displacement=np.zeros(body.size),
            elastic=0.0,
            crack=0.0,
            alternations=0,
            newton_steps=0,
        )

    @classmethod
    def of(cls, minimum: Minimum) -> Found:
        return cls(
            damage=minimum.damage,
            displacement=minimum.balance.displacement,
            elastic=minimum.elastic,
            crack=minimum.crack,
            alternations=len(minimum.energies),
            newton_steps=minimum.newton_steps,
            is_held=minimum.is_held,
        )


def run_of(
    found: Sequence[Found], loading: Loading, time: Array, flaw: Array, warnings: tuple[str, ...]
) -> CrackRun:
    """The steps as one run, in SI units."""
    unit = loading.body.energy_unit
    return CrackRun(
        body=loading.body,
        load=loading.load,
        time=time,
        flaw=flaw,
        damage=np.stack([each.damage for each in found]),
        scaled_displacement=np.stack([each.displacement for each in found]),
        elastic_energy=np.array([each.elastic for each in found]) * unit,
        crack_energy=np.array([each.crack for each in found]) * unit,
        alternations=np.array([each.alternations for each in found]),
        newton_steps=np.array([each.newton_steps for each in found]),
        is_held=np.array([each.is_held for each in found]),
        warnings=warnings,
    )
