"""A radial stage's residual and tangent, by cell and assembled."""

from __future__ import annotations

from dataclasses import dataclass

from particle_sim.units import Array


@dataclass(frozen=True, kw_only=True)
class Cellwise:
    """Cell residuals and tangents that the forms add to; m counts global unknowns.

    residual (e, i), tangent (e, i, j), columns (e, i, m), rows (e, m, j),
    overall_residual (m,), corner (m, m).
    """

    residual: Array
    tangent: Array
    columns: Array
    rows: Array
    overall_residual: Array
    corner: Array


@dataclass(frozen=True, kw_only=True)
class Linearised:
    """A stage's residual and tangent in matrix order, and its surface fluxes."""

    residual: Array
    overall_residual: Array
    band: Array
    columns: Array
    rows: Array
    corner: Array
    flows: dict[int, float]
    """Sodium leaving per scaled time, by the dof of each surface with a flux."""
    is_linear: bool
    """Whether the residual is linear in the unknowns, so that one Newton step solves it."""
    held: dict[int, float]
    """Unbalanced sodium at held dofs, before their rows were replaced."""
