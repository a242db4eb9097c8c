"""A full cell over cycles: cracks in the positive electrode, and sodium that films take.

Cracks are those of the half cell in the same test, whose window is the wider. A cracked particle is
cut off while it is empty, so that its sodium stays in the cell. Resistance and the hard carbon stay
as made; nothing else fades.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from particle_sim.cell.design import CellDesign, load_cell_design, with_values
from particle_sim.cell.full_cell import FULL_CELL, full_cell
from particle_sim.constants import FARADAY
from particle_sim.damage.constants import GrowthConstants
from particle_sim.damage.sodium_films import SodiumFilms, draw_films
from particle_sim.life.chain import Held, Rule, cycled, draw_powder, growth_of
from particle_sim.life.loads import GradientTable, Site
from particle_sim.life.powder import FEW, Effects
from particle_sim.materials.material import Material
from particle_sim.plausible.draws import MaterialDraws
from particle_sim.studies.worn_full_cells import worn_full_cells
from particle_sim.units import Array


@dataclass(frozen=True, kw_only=True)
class FullCells:
    """Drawn full cells (n,) in one test: inputs of material, design and growth, and films."""

    draws: MaterialDraws
    films: SodiumFilms
    design: CellDesign
    c_rate: float

    @property
    def fresh(self) -> Array:
        """Capacity [A h/kg of positive material] (n,) before cycling; 0 where it is no cell."""
        return self.capacities(np.zeros((len(self.films.crack_film), 1)), np.zeros((1, 1)))[:, 0]

    def cracked(
        self, held: Held, rule: Rule, cycles: Array, tables: Mapping[Site, GradientTable]
    ) -> Array:
        """Share (n, k) of particles with a crack through after ``cycles`` (k,)."""
        powder = cycled(self.draws, self.c_rate, held, tables=tables)
        return powder.cracked(growth_of(self.draws.values, rule), cycles)

    def capacities(self, cracked: Array, lost: Array, effects: Effects | None = None) -> Array:
        """Capacity [A h/kg as made] (n, k) with ``cracked`` shares (n, k) and ``lost`` sodium
        [A h/kg] (n, k)."""
        effects = effects or Effects()
        values, pieces = self.draws.values, effects.fragments
        gone = values["contact_lost"][:, None] * (1.0 if effects.contact else 0.0)
        active = np.maximum(1 - gone * cracked, FEW)
        broken = cracked * (1 - gone) / active
        shape = np.broadcast_shapes(active.shape, lost.shape)
        wear = {
            "active_share": active,
            "area_factor": 1 + broken * (pieces ** (1 / 3) - 1),
            "path_factor": (1 + broken * (pieces ** (2 / 3) - 1)) ** -0.5,
            "sodium_lost": lost,
        }
        found = worn_full_cells(
            self.draws.material,
            self.design,
            wear={name: np.broadcast_to(each, shape) for name, each in wear.items()},
            c_rates=[self.c_rate],
            values=values,
        )
        return np.asarray(found[..., 0])

    def lost(self, fresh: Array, cycles: Array, cracked: Array) -> tuple[Array, Array]:
        """Sodium [A h/kg] (n, k) in films on the carbon and on faces of cracks after ``cycles``
        (k,): time is that of as many charges and discharges of the ``fresh`` capacity (n,)."""
        values, material = self.draws.values, self.draws.material
        current = self.c_rate * material.value("one_c_current")
        hours = 2 * fresh[:, None] / current * cycles
        window = values["maximum_concentration"] * FARADAY / (3600 * material.value("density"))
        carbon = values["negative_to_positive_ratio"] * window
        surface = 3 / (material.value("density") * values["particle_radius"])
        faces = (Effects().fragments ** (1 / 3) - 1) * surface[:, None] * cracked
        return self.films.on_carbon(carbon, hours), self.films.on_faces(faces)

    def kept(self, rows: NDArray[np.bool_] | NDArray[np.intp]) -> FullCells:
        """Some of the draws."""
        films = SodiumFilms(**{name: each[rows] for name, each in vars(self.films).items()})
        return FullCells(
            draws=self.draws.kept(rows), films=films, design=self.design, c_rate=self.c_rate
        )


def draw_full_cells(
    material: Material,
    count: int,
    seed: int,
    c_rate: float,
    *,
    design: str = FULL_CELL,
    lower_voltage: float | None = None,
    constants: GrowthConstants | None = None,
) -> FullCells:
    """``count`` full cells with hard carbon; ``lower_voltage`` [V] of the full cell, ``None`` for
    the design's or the material's. Inputs that a half cell has too are drawn as there."""
    chosen = load_cell_design(design)
    if lower_voltage is not None:
        chosen = with_values(chosen, lower_voltage=lower_voltage)
    cell = full_cell(material, design=chosen)
    return FullCells(
        draws=draw_powder(material, count, seed, cell=cell, constants=constants),
        films=draw_films(count, seed),
        design=chosen,
        c_rate=c_rate,
    )
