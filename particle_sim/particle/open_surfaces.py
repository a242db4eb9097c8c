"""The open surfaces of a particle: their flux, its slopes, and the total current of each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property, lru_cache
from typing import Any

import numpy as np

from particle_sim.fem.body_mesh import Integers
from particle_sim.fem.space import FacetPoints, Space
from particle_sim.fem.sparse_pattern import scatter
from particle_sim.flux import SurfaceFlux, SurfaceResponse, SurfaceState
from particle_sim.materials.material import Material
from particle_sim.particle.cracked import wetted_surfaces
from particle_sim.particle.surface.condition import SurfaceCondition
from particle_sim.particle.unknowns import Piece, Stage
from particle_sim.transport.kinetics import electrode_potential
from particle_sim.transport.scales import Scales
from particle_sim.units import Array


@dataclass(frozen=True, kw_only=True)
class OpenSurfaces:
    """Surface conditions by the name of their boundary, at its quadrature points.

    ``wetted`` (e,): scaled face of wetted cracks per volume of the cells, where there are cracks.
    ``wetting``: scaled surface energy of full minus empty material. Local fluxes of surfaces with
    an unknown electrode potential are unknowns too; they start at ``first_current``. A surface of
    one point, as on a line, has nothing to share out: its potential follows from its flux.
    """

    space: Space
    wetted: Array | None
    material: Material
    conditions: Mapping[str, SurfaceCondition]
    scales: Scales
    has_potential: bool
    separates: bool
    wetting: float
    first_current: int

    @property
    def size(self) -> int:
        """Number of sodium unknowns, theta and phi."""
        return self.space.dimension * (2 if self.has_potential else 1)

    @cached_property
    def currents(self) -> dict[str, slice]:
        """Places of the local fluxes of surfaces with an unknown potential, scaled (f q,)."""
        places, start = {}, self.first_current
        for name in self.unknown_voltages:
            count = self.facets[name].weights.size
            places[name] = slice(start, start + count)
            start += count
        return places

    @cached_property
    def facets(self) -> dict[str, FacetPoints]:
        if self.wetted is None:
            return {name: self.space.boundary(name) for name in self.conditions}
        return wetted_surfaces(self.space, self.wetted, tuple(self.conditions))

    def area(self, name: str) -> float:
        """Scaled area of an open boundary, wetted cracks included."""
        return self.facets[name].area

    @cached_property
    def unknown_voltages(self) -> tuple[str, ...]:
        """Surfaces with an unknown electrode potential."""
        conditions = self.conditions.items()
        return tuple(
            n for n, c in conditions if c.total is not None and self.facets[n].weights.size > 1
        )

    @cached_property
    def held(self) -> frozenset[str]:
        """Surfaces with a fixed concentration."""
        conditions = self.conditions.items()
        return frozenset(n for n, c in conditions if c.held_site_fraction is not None)

    def add(
        self,
        residual: Array,
        packed: Array,
        overall: Array,
        stage: Stage,
        known: Mapping[str, SurfaceResponse],
    ) -> Borders:
        """Add fluxes and wetting to a residual (t,); returns what goes to the tangent.

        Surfaces with an unknown potential are linearised as in the answers that are ``known``.
        """
        n, borders = self.space.dimension, Borders.empty(self.size, len(overall))
        if self.has_potential and self.wetting:
            for name in self.conditions:
                residual[n:] -= self.wetting * self._loads[name]
        for name, facets in self.facets.items():
            if name in self.held:
                continue
            given = self.given(name, stage)
            if given is not None:
                borders.flows[name] = given * facets.area / self.scales.flux
                residual[:n] += (stage.length * given / self.scales.flux) * self._loads[name]
                continue
            answer = self.respond(name, packed, overall, stage)
            if name in known:
                answer = self._frozen(name, answer, known[name], packed)
            flux = facets.weights / self.scales.flux * answer.flux
            borders.flows[name] = float(flux.sum())
            load = np.einsum("fq,fqi->fi", flux, facets.values)
            residual[:n] += stage.length * scatter(facets.dofs, load, n)
            if np.any(answer.slope) or np.any(answer.potential_slope):
                borders.reacts = True
                self._react(borders, name, answer, stage)
                if name in self.unknown_voltages:
                    borders.overall[self.unknown_voltages.index(name)] += float(flux.sum())
        return borders

    def _react(self, borders: Borders, name: str, answer: SurfaceResponse, stage: Stage) -> None:
        """What a flux that reacts to the sodium beneath it gives to the tangent."""
        facets, i = self.facets[name], self.space.cell_dofs.shape[1]
        per, values = facets.weights / self.scales.flux, facets.values
        slope = per * answer.slope
        pairs = np.einsum("fq,fqi,fqj->fij", stage.length * slope, values, values)
        borders.blocks.append((facets, 0, pairs))
        by_phi = per * answer.potential_slope * self.scales.energy
        if self.has_potential:
            pairs = np.einsum("fq,fqi,fqj->fij", stage.length * by_phi, values, values)
            borders.blocks.append((facets, i, pairs))
        if name in self.unknown_voltages:
            borders.answers[name] = answer
            self._border(borders, name, (slope, by_phi, per * answer.voltage_slope), stage)

    @cached_property
    def _loads(self) -> dict[str, Array]:
        """int N_i over each open surface (n,)."""
        return {
            name: scatter(
                f.dofs, np.einsum("fq,fqi->fi", f.weights, f.values), self.space.dimension
            )
            for name, f in self.facets.items()
        }

    def given(self, name: str, stage: Stage) -> float | None:
        """Flux [SI] of a surface through which the same passes everywhere, whatever the sodium."""
        ends = self._ends.get((name, stage.piece))
        if ends is None:
            history = self._history(name)
            if not isinstance(history, SurfaceFlux) or name in self.unknown_voltages:
                return None
            ends = tuple(history.between(*stage.piece, time) for time in stage.piece)
            self._ends[name, stage.piece] = ends
        first, last = stage.piece
        part = (stage.time * self.scales.time - first) / (last - first)
        return ends[0] + part * (ends[1] - ends[0])

    @cached_property
    def _ends(self) -> dict[tuple[str, Piece], tuple[float, ...]]:
        """Given fluxes at both ends of the pieces met so far."""
        return {}

    def _history(self, name: str) -> SurfaceCondition:
        """What tells the flux of a surface, or its mean."""
        return self.conditions[name].total or self.conditions[name]

    def _frozen(
        self, name: str, answer: SurfaceResponse, known: SurfaceResponse, packed: Array
    ) -> SurfaceResponse:
        """The same miss of the law in volts, with the slopes of another answer."""
        flux = self._present(name, packed, np.shape(answer.flux))
        gap = (answer.flux - flux) / answer.voltage_slope
        return replace(known, flux=flux + known.voltage_slope * gap)

    def _present(self, name: str, packed: Array, shape: tuple[int, ...]) -> Array:
        """The present local fluxes of a surface with an unknown potential [SI]."""
        return np.asarray(self.scales.flux * packed[self.currents[name]].reshape(shape))

    def flows(self, packed: Array, overall: Array, stage: Stage) -> dict[str, float]:
        """Sodium leaving per scaled time, by surface."""
        return {
            name: float((facets.weights * self._passing(name, packed, overall, stage)).sum())
            / self.scales.flux
            for name, facets in self.facets.items()
        }

    def _passing(self, name: str, packed: Array, overall: Array, stage: Stage) -> Array:
        """Local fluxes [SI]; unknown ones add up to the given current exactly."""
        if name in self.currents:
            return self._present(name, packed, self.facets[name].weights.shape)
        return self.respond(name, packed, overall, stage).flux

    def changes(self, packed: Array, overall: Array, stage: Stage, later: Stage) -> bool:
        """Whether time alone changes what passes."""

        def passing(name: str, at: Stage) -> Any:
            given = self.given(name, at)
            if given is not None:
                return given
            history = self._history(name)
            if isinstance(history, SurfaceFlux):
                return history.between(*at.piece, at.time * self.scales.time)
            return self.respond(name, packed, overall, at).flux

        return any(
            np.any(passing(name, stage) != passing(name, later))
            for name in self.conditions
            if name not in self.held
        )

    def _border(
        self, borders: Borders, name: str, slopes: tuple[Array, Array, Array], stage: Stage
    ) -> None:
        """The equation of the total current and what the voltage does to the sodium."""
        facets, k = self.facets[name], self.unknown_voltages.index(name)
        n, size = self.space.dimension, self.size
        per_theta, per_phi, per_volt = (
            scatter(facets.dofs, np.einsum("fq,fqi->fi", s, facets.values), n) for s in slopes
        )
        borders.columns[:n, k] = stage.length * per_volt
        borders.rows[k, :n] = per_theta
        if size > n:
            borders.rows[k, n:] = per_phi
        borders.corner[k, k] = float(slopes[2].sum())
        total = self.conditions[name].total
        assert total is not None
        wanted = total.between(*stage.piece, stage.time * self.scales.time)
        borders.overall[k] = -wanted * facets.area / self.scales.flux

    def respond(self, name: str, packed: Array, overall: Array, stage: Stage) -> SurfaceResponse:
        """What a surface answers at its quadrature points (f, q) [SI]."""
        condition = self.conditions[name]
        theta, phi = self.beneath(name, packed)
        voltage, flux = 0.0, np.array(0.0)
        if name in self.unknown_voltages:
            voltage = float(overall[self.unknown_voltages.index(name)])
            flux = self._present(name, packed, theta.shape)
        elif condition.total is not None:
            condition = condition.total
        return condition.respond(
            SurfaceState(
                time=stage.time * self.scales.time,
                piece=stage.piece,
                site_fraction=theta,
                potential=phi,
                voltage=voltage,
                flux=flux,
                separates=self.separates,
            )
        )

    def beneath(self, name: str, packed: Array) -> tuple[Array, Array]:
        """theta and phi [J/mol] at a surface's quadrature points (f, q)."""
        facets = self.facets[name]
        theta = np.einsum("fqi,fi->fq", facets.values, packed[facets.dofs])
        if not self.has_potential:
            return theta, np.zeros_like(theta)
        local = packed[facets.dofs + self.space.dimension]
        return theta, self.scales.energy * np.einsum("fqi,fi->fq", facets.values, local)

    def voltage(self, name: str, packed: Array, overall: Array, stage: Stage) -> float:
        """Electrode potential [V] of a surface whose total current is given."""
        if name in self.unknown_voltages:
            return float(overall[self.unknown_voltages.index(name)])
        theta, phi = self.beneath(name, packed)
        flux = self.respond(name, packed, overall, stage).flux
        temperature = self.scales.temperature
        value = electrode_potential(
            self.material, theta, phi, flux, temperature, separates=self.separates
        )
        return float(value[0, 0])


@dataclass(kw_only=True)
class Borders:
    """Rows and columns of the global unknowns while a stage is assembled."""

    columns: Array
    rows: Array
    corner: Array
    overall: Array
    flows: dict[str, float]
    answers: dict[str, SurfaceResponse]
    reacts: bool = False
    blocks: list[tuple[FacetPoints, int, Array]] = field(default_factory=list)
    """Facets, first column, and what their sodium's rows gain there (f, i, i)"""

    @property
    def outflow(self) -> float:
        """Sodium leaving per scaled time, through all surfaces with a flux."""
        return sum(self.flows.values())

    def add_to(self, tangent: Array) -> None:
        """Add the slopes of the fluxes to cell tangents (e, a, a), in place."""
        for facets, first, pairs in self.blocks:
            i = pairs.shape[1]
            _add(tangent[:, :i, first : first + i], facets.cells, pairs)

    def outflow_of(self, move: Array) -> float:
        """Sodium that the slopes of the fluxes let leave with a move of all unknowns."""
        if not self.reacts:
            return 0.0
        size, g = self.columns.shape
        n = size // 2 if any(first for _, first, _ in self.blocks) else size
        left = float(self.columns[:n].sum(axis=0) @ move[len(move) - g :])
        for facets, first, pairs in self.blocks:
            places = facets.dofs + (n if first else 0)
            left += float((pairs.sum(axis=1) * move[places]).sum())
        return left

    @staticmethod
    def empty(size: int, g: int) -> Borders:
        columns, rows, corner, overall = _nothing(size) if g == 0 else _zeros(size, g)
        return Borders(
            columns=columns, rows=rows, corner=corner, overall=overall, flows={}, answers={}
        )


def _zeros(size: int, g: int) -> tuple[Array, Array, Array, Array]:
    return np.zeros((size, g)), np.zeros((g, size)), np.zeros((g, g)), np.zeros(g)


@lru_cache(maxsize=16)
def _nothing(size: int) -> tuple[Array, Array, Array, Array]:
    """Without global unknowns there is nothing to write to."""
    return _zeros(size, 0)


def _add(target: Array, cells: Integers, values: Array) -> None:
    """Add to the cells of facets, of which a cell may have several, in place."""
    if len(cells) == 1:
        target[cells[0]] += values[0]
    else:
        np.add.at(target, cells, values)
