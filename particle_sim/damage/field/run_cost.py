"""What a crack run will take, before it starts: memory of the process, and about how long.

Counted on Linux on sections of 2,000 to 33,000 triangles and blocks of 750 to 48,000 tetrahedra,
with and without a split: the memory is the peak of a step in which a crack grows, within a factor
of 1.5. The time is that of one core of one machine, to be read as an order of magnitude.
"""

from __future__ import annotations

import math

from particle_sim.damage.field.body import CrackBody
from particle_sim.damage.field.solid import Split
from particle_sim.damage.run_cost import SPARE, Forecast, affordable
from particle_sim.fem.body_mesh import Symmetry
from particle_sim.particle.memory import FACTORS, FLOAT

CELLS = {(2, False): 7.0, (2, True): 14.0, (3, False): 6.0, (3, True): 7.0}
"""Arrays as large as the strain matrix (e, q, c, j) that are held at once, by dimension and
whether there is a split; its tangent makes more of them."""

ALTERNATIONS = (3, 40)
"""Of a step in which nothing grows, and of one in which a crack does."""

SECONDS = {(2, False): 1.4e-5, (2, True): 1.6e-4, (3, False): 1.1e-5, (3, True): 5.5e-5}
"""Of an alternation, per cell and per cube root (in 2-D: logarithm) of the unknowns over ten."""


def forecast(body: CrackBody, steps: int) -> Forecast:
    """What a run of ``body`` over ``steps`` times will take.

    B + L with B = a e q c j numbers for the cells, and L = 30 m log2 m or 64 m^(4/3) for the
    factors of m displacements. Memory [bytes] and seconds, least and most.

    >>> import particle_sim as ps
    >>> from particle_sim.damage.field import BrittleSolid, CrackBody
    >>> solid = BrittleSolid(
    ...     youngs_modulus=80e9, poisson_ratio=0.28, toughness=17.0, length_scale=25e-9
    ... )
    >>> mesh = ps.shapes.rectangle((2e-7, 2e-7), cells=(32, 32))
    >>> print(forecast(CrackBody(mesh=mesh, solid=solid), 10))
    2,048 cells, 8,450 displacements and 1,089 damages, 10 times: about 0.23 GB of memory, and \
13 s without a growing crack to 2.8 min with one in every step

    Raises nothing.
    """
    e, d, m = len(body.moved.cell_dofs), body.mesh.dimension, float(body.size)
    strains = 6 if body.mesh.symmetry is Symmetry.SOLID else 4
    key = (d, body.solid.split is not Split.NONE)
    points, moved = len(body.moved.rule_weights), d * body.moved.cell_dofs.shape[1]
    growth = math.log2(m + 1) if d == 2 else math.cbrt(m)
    numbers = CELLS[key] * e * points * strains * moved + FACTORS[d] * m * growth
    once = SECONDS[key] * e * growth / 10
    return Forecast(
        size=f"{e:,} cells, {body.size:,} displacements and {body.damaged.dimension:,} damages, "
        f"{steps} times",
        memory=FLOAT * numbers + SPARE,
        seconds=(ALTERNATIONS[0] * steps * once, ALTERNATIONS[1] * steps * once),
        when=("without a growing crack", "with one in every step"),
    )


def check_forecast(body: CrackBody, steps: int) -> Forecast:
    """The forecast; raises :class:`InputError` where the machine has less memory."""
    advice = (
        f"use fewer than the mesh's {len(body.cell_dofs):,} cells, fine only where a crack may go, "
        "or a displacement of order 1"
    )
    return affordable(forecast(body, steps), "The cracks need", advice)
