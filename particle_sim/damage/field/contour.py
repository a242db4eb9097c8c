"""The energy that flows to a crack tip: J as an integral over a ring."""

from __future__ import annotations

import numpy as np

from particle_sim.checks import arguments_checked
from particle_sim.damage.field.result import CrackRun
from particle_sim.errors import InputError
from particle_sim.fem.body_mesh import Symmetry
from particle_sim.units import Array, joule_per_square_metre


@arguments_checked
def energy_release(
    run: CrackRun,
    index: int,
    tip: tuple[float, float],
    radii: tuple[float, float],
    direction: tuple[float, float] = (1.0, 0.0),
) -> joule_per_square_metre:
    """J [J/m2] of a straight crack of ``run`` that points along ``direction``, at time ``index``.

    J = int (sigma_ij du_i/ds - psi n_j) dq/dx_j dA, n the direction and s along it, q falling
    from 1 within the first of ``radii`` [m] around ``tip`` [m] to 0 at the second (Li, Shih &
    Needleman, Eng. Fract. Mech. 21 (1985) 405). K^2/E' for a sharp crack in plane strain, doubled
    by nothing: a half model across a plane of symmetry gives half of it. The damage ahead of the
    tip must end inside the first radius. Of a bar without a crack it is nothing:

    >>> from particle_sim.damage.example import example_cracks
    >>> whole = energy_release(example_cracks(), 0, (2e-7, 1e-8), (2e-8, 1e-7))
    >>> bool(abs(whole) < 1e-6)
    True

    Raises :class:`InputError` for meridians and solids, where a stress-free strain or a modulus of
    its own acts, and for radii that do not rise.
    """
    body = run.body
    if body.mesh.symmetry is not Symmetry.PLANE or (
        run.load.strain is not None or run.load.modulus is not None
    ):
        raise InputError(
            "J is that of a plane section without stress-free strain; use the energies of the run."
        )
    inner, outer = radii
    if not 0 < inner < outer:
        raise InputError(f"The radii of the ring are {radii} m; give two rising ones.")
    along = np.asarray(direction, dtype=float) / np.linalg.norm(direction)
    distance = np.linalg.norm(body.vertices - np.asarray(tip), axis=1)
    weight = np.clip((outer - distance) / (outer - inner), 0.0, 1.0)
    stress, energy = run.stress(index)
    tensor = np.stack([stress[..., [0, 3]], stress[..., [3, 1]]], axis=-2)  # e, q, i, j
    change = _gradient(run, index) @ along
    flow = np.einsum("eqij,eqi->eqj", tensor, change) - energy[..., None] * along
    fall = (weight[body.damaged.cell_dofs][:, None, None] @ body.slopes)[:, :, 0]
    work = (flow * fall).sum(axis=-1)
    return float((work * body.moved.weights).sum()) * body.length


def _gradient(run: CrackRun, index: int) -> Array:
    """du_i/dx_j (e, q, i, j)."""
    space = run.body.moved
    local = run.scaled_displacement[index].reshape(-1, 2)[space.cell_dofs]
    return np.asarray(local.transpose(0, 2, 1)[:, None] @ space.gradients)
