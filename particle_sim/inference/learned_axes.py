"""A sweep's axes with what rate tests leave of D/R², in the place of plausible diffusivities.

An axis ``NAME.diffusivity`` over the range of its material's file becomes ``NAME.diffusion_rate``
and ``NAME.exchange_current``, two columns of one posterior that one random number reads; the
sample's own radius makes D and j0 of them. Ranges that a sweep states itself stay, and so does all
else.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

from particle_sim.errors import InputError
from particle_sim.inference.carried import Carried
from particle_sim.materials.material import Material
from particle_sim.plausible.learned import DIFFUSIVITY, EXCHANGE, takes_exchange
from particle_sim.studies.sweep_batches import GROUPS
from particle_sim.sweeps.axes import AnyAxis, Axis, RowsAxis, SameDraw, same_draw
from particle_sim.sweeps.sampling import Sampling

RATE, CURRENT = GROUPS


def check_narrowable(sampling: Sampling, inputs: Collection[str]) -> None:
    """:class:`InputError` for a grid, whose points no posterior gives, and for a function whose
    ``inputs`` are not those of spheres of one size.
    """
    if sampling is Sampling.GRID:
        raise InputError(
            "--evidence narrows samples that are drawn, and the sweep is a grid; choose another "
            "sampling, or leave it out."
        )
    if RATE not in inputs:
        raise InputError(
            "--evidence narrows spheres of one size, and the sweep's function asks about others; "
            "leave it out."
        )


def with_rate_tests(
    axes: Sequence[AnyAxis], material: Material, prefix: str, learned: Carried
) -> tuple[AnyAxis, ...]:
    """The axes with rows of a material, whose own axes begin with ``prefix``.

    They stay as they are where none is the material's plausible diffusivity.
    """
    rows = learned.learned
    known = {key: f"{prefix}{key}" for key in (DIFFUSIVITY, EXCHANGE)}
    drawn = [axis for axis in axes if _is_plausible(axis, material, known)]
    if rows is None or known[DIFFUSIVITY] not in [axis.name for axis in drawn]:
        return tuple(axes)
    replaced = {axis.name for axis in drawn}
    for axis in axes:
        if isinstance(axis, SameDraw) and replaced & {*axis.of}:
            raise InputError(
                f"--evidence takes the place of {' and '.join(sorted(replaced))}, which same_draw "
                f"{axis.name} joins with others; leave one of both out."
            )
    kept = [axis for axis in axes if axis.name not in replaced]
    columns = {RATE: rows.diffusion_rate}
    if takes_exchange(material) and known[EXCHANGE] not in [axis.name for axis in kept]:
        columns[CURRENT] = rows.exchange_current
    made = [
        RowsAxis(name=f"{prefix}{key}", rows=values, unit=GROUPS[key])
        for key, values in columns.items()
    ]
    names = [axis.name for axis in made]
    joined = [same_draw(f"rate tests of {material.name}", of=names)] if len(made) > 1 else []
    return (*kept, *made, *joined)


def _is_plausible(axis: AnyAxis, material: Material, names: dict[str, str]) -> bool:
    """Whether an axis is D or j0 over the range of the material's file."""
    for key, name in names.items():
        if isinstance(axis, Axis) and axis.name == name and material[key].plausible is not None:
            return axis == Axis.from_material(material, key, name=name)
    return False
