"""What holds a radial particle's displacement where stress acts back on the sodium."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from particle_sim.particle.linearised import Cellwise
from particle_sim.units import Array

if TYPE_CHECKING:
    from particle_sim.particle.system import ParticleSystem


@dataclass(frozen=True, kw_only=True)
class Bordered:
    """Assembled residual and tangent that the surfaces add to."""

    residual: Array
    band: Array
    columns: Array
    rows: Array


def add_support(
    system: ParticleSystem, matrix: Bordered, cellwise: Cellwise, packed: Array, overall: Array
) -> None:
    """Surface tractions and springs, and w = 0 at the innermost dof (see ``elasticity``)."""
    elasticity, (first, *_, last) = system.elasticity, system.numbering.u
    tractions, spring = elasticity.surface_forces
    outer = elasticity.outer
    expansion = overall[-1] if elasticity.is_hollow else 0.0
    outside = spring * (packed[last] + expansion * outer) - tractions[1]
    matrix.residual[last] += outside
    system.pattern.add(matrix.band, int(last), int(last), spring)
    if elasticity.is_hollow:
        inside = tractions[0] * system.space.mesh.inner
        cellwise.overall_residual[-1] += outside * outer - inside
        cellwise.corner[-1, -1] += spring * outer**2
        matrix.columns[last, -1] += spring * outer
        matrix.rows[-1, last] += spring * outer
    system.pattern.make_identity_row(matrix.band, int(first))
    matrix.residual[first] = packed[first]
    matrix.columns[first] = 0.0
