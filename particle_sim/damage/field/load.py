"""What acts on a body: stress-free strain, prescribed displacements and tractions over time."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy import linalg, sparse

from particle_sim.damage.field.body import CrackBody
from particle_sim.errors import InputError, closest
from particle_sim.fem.body_mesh import is_symmetry
from particle_sim.fem.sparse_pattern import scatter
from particle_sim.particle.kinematics import rigid_modes
from particle_sim.particle.supports import Supports
from particle_sim.units import Array

FieldOfTime = Callable[[Array, float], Array]
"""Of positions [m] (p, d) and the time."""


@dataclass(frozen=True, kw_only=True)
class CrackLoad:
    """Functions of positions (p, d) [m] and time.

    ``strain``: even stress-free strain eps* (p,). ``displacement``: boundary name -> (p, d) [m],
    nan where a component is free. ``traction``: boundary name -> (p, d) [Pa]. Symmetry planes and
    the axis hold by their names; a body that nothing else holds is pinned against rigid motion.
    ``modulus`` and ``toughness`` (p,): what the sodium of that place and time makes of E and G_c,
    over those of the body; Poisson's ratio stays.

    >>> hot = CrackLoad(strain=lambda x, t: 1e-3 * t * np.ones(len(x)))
    >>> float(hot.strain(np.zeros((1, 2)), 2.0)[0])
    0.002

    Raises nothing; names that are no surface of the body are refused where cracks are run.
    """

    strain: FieldOfTime | None = None
    modulus: FieldOfTime | None = None
    toughness: FieldOfTime | None = None
    displacement: Mapping[str, FieldOfTime] = field(default_factory=dict)
    traction: Mapping[str, FieldOfTime] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Loading:
    """A load on a discretised body, scaled."""

    body: CrackBody
    load: CrackLoad

    def __post_init__(self) -> None:
        mesh = self.body.mesh
        surfaces = [name for name in mesh.boundaries if not is_symmetry(name)]
        for name in (*self.load.displacement, *self.load.traction):
            if name not in surfaces:
                raise InputError(
                    f'The load acts on "{name}", which is no surface; {closest(name, surfaces)}'
                )

    def at(self, time: float) -> Step:
        """The load at a time."""
        load = self.load
        return Step(
            strain=self._at_points(load.strain, time, 0.0),
            modulus=self._at_points(load.modulus, time, 1.0),
            toughness=self._at_points(load.toughness, time, 1.0),
            force=self._force(time),
            prescribed=self._prescribed(time),
        )

    def _at_points(self, field: FieldOfTime | None, time: float, otherwise: float) -> Array:
        points = self.body.moved.points
        if field is None:
            return np.full(points.shape[:2], otherwise)
        values = field(points.reshape(-1, points.shape[2]) * self.body.length, time)
        return np.asarray(values, dtype=float).reshape(points.shape[:2])

    def _force(self, time: float) -> Array:
        body, d = self.body, self.body.mesh.dimension
        force = np.zeros(body.size)
        for name, function in self.load.traction.items():
            facets = body.moved.boundary(name)
            places = facets.points.reshape(-1, d) * body.length
            traction = np.asarray(function(places, time), dtype=float) / body.solid.youngs_modulus
            pulls = traction.reshape(*facets.weights.shape, d) * facets.weights[..., None]
            parts = np.einsum("fqi,fqc->fic", facets.values, pulls)  # facet, node, component
            dofs = d * facets.dofs[..., None] + np.arange(d)
            force += scatter(dofs, parts, body.size)
        return force

    def _prescribed(self, time: float) -> Array:
        space, length = self.body.moved, self.body.length
        values = np.full(space.nodes.shape, np.nan)
        for name, function in self.load.displacement.items():
            dofs = space.boundary_dofs(name)
            given = np.asarray(function(space.nodes[dofs] * length, time), dtype=float) / length
            values[dofs] = np.where(np.isnan(given), values[dofs], given)
        return np.where(self._at_rest, 0.0, values.ravel())

    @cached_property
    def _at_rest(self) -> NDArray[np.bool_]:
        """Unknowns held by symmetry, and by pins where nothing holds the body."""
        body, d = self.body, self.body.mesh.dimension
        none = sparse.csr_array((body.size, body.size))
        held = Supports(space=body.moved, size=body.size, springs=none).by_symmetry
        moving = held.copy()
        for name in self.load.displacement:
            dofs = body.moved.boundary_dofs(name)
            given = self.load.displacement[name](body.moved.nodes[dofs] * body.length, 0.0)
            is_given = ~np.isnan(np.asarray(given, dtype=float))
            moving[(d * dofs[:, None] + np.arange(d))[is_given]] = True
        modes = rigid_modes(body.mesh.symmetry, body.moved.nodes)
        grip = modes[moving].T @ modes[moving]
        free = modes @ linalg.null_space(grip, rcond=1e-10) if moving.any() else modes
        if free.shape[1]:
            _, _, order = linalg.qr(free.T, mode="economic", pivoting=True)
            held[order[: free.shape[1]]] = True
        return held


@dataclass(frozen=True, kw_only=True)
class Step:
    """Scaled: at the points (e, q) stress-free strain and factors of E and G_c; nodal forces (m,)
    and prescribed displacements (m,), else nan."""

    strain: Array
    modulus: Array
    toughness: Array
    force: Array
    prescribed: Array

    @cached_property
    def is_free(self) -> NDArray[np.bool_]:
        """Unknowns that are solved for (m,)."""
        return np.isnan(self.prescribed)
