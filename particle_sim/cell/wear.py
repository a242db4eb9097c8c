"""A cell at a given state of wear: what cycling has left of it, whatever the law that says how.

Per kilogram of active material as made, at the same current I, a worn half cell obeys the equations
of a new one with four numbers changed:

    window capacity       Q    -> active_share Q
    exchange current      k    -> active_share area_factor k,      k = 3 j0/(rho R)
    rate of diffusion     D/R2 -> D/R2 / path_factor^2
    series resistance     r    -> r + film_resistance

so the flux into each particle that is left rises as 1/active_share. In a full cell the carrier
falls by what films and lost material hold; the negative electrode stays as it was made.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

from particle_sim.cell.balance import cyclable_carrier
from particle_sim.cell.half_cell import Cell
from particle_sim.checks import arguments_checked, check_fields
from particle_sim.errors import InputError, refuse
from particle_sim.materials.property import assumed


@dataclass(frozen=True, kw_only=True)
class Wear:
    """What has changed since the cell was made; every field is off at the value it has here.

    >>> from dataclasses import replace
    >>> worn_out = Wear(active_share=0.8, area_factor=1.5, path_factor=0.7)
    >>> replace(worn_out, path_factor=1.0)  # the same without the shorter paths
    Wear(active_share=0.8, area_factor=1.5, path_factor=1.0, film_resistance=0.0, sodium_lost=0.0, \
lost_filling=0.0)

    Raises :class:`InputError` with every field that is out of its range.
    """

    active_share: float = 1.0
    """Active material still in contact, over that as made: less capacity, more flux on the rest."""
    area_factor: float = 1.0
    """True reacting surface of the material in contact over what it was: above 1 where cracks let
    electrolyte in, for a smaller overpotential. It is no diffusion path: that is the next field."""
    path_factor: float = 1.0
    """Length of diffusion over what it was: below 1 where cracks let electrolyte in. Particles in n
    equal pieces have the path n^(-1/3) and the area n^(1/3), a slab with m wetted cuts across its
    depth 1/(m + 1)."""
    film_resistance: float = 0.0
    """Added to the design's, per electrode area [ohm m2]: more overpotential."""
    sodium_lost: float = 0.0
    """Carrier that films hold [A h/kg of active material as made], since the first cycle: less in a
    full cell. A half cell's metal replaces it."""
    lost_filling: float = 0.0
    """Site fraction at which the lost material lost contact, which holds the carrier in it: 0 empty
    (at the end of charge), 1 full. Felt in a full cell."""

    def __post_init__(self) -> None:
        check_fields(self)
        refuse(_problems(self))


def _problems(wear: Wear) -> list[str]:
    rules = (
        ("active_share", 0 < wear.active_share <= 1, "it must be above 0 and at most 1"),
        ("area_factor", 0 < wear.area_factor < math.inf, "it must be positive and finite"),
        ("path_factor", 0 < wear.path_factor < math.inf, "it must be positive and finite"),
        ("film_resistance", 0 <= wear.film_resistance < math.inf, "it must be finite and not < 0"),
        ("sodium_lost", 0 <= wear.sodium_lost < math.inf, "it must be finite and not < 0"),
        ("lost_filling", 0 <= wear.lost_filling <= 1, "it must lie between 0 and 1"),
    )
    return [
        f"Wear: {name} is {getattr(wear, name):g}; {allowed}."
        for name, good, allowed in rules
        if not good
    ]


@arguments_checked
def worn(cell: Cell, wear: Wear) -> Cell:
    """``cell`` in the state ``wear``; everything that takes a cell takes the worn one.

    Loading and active volume fraction are those of the material in contact, and 1C is the current
    [A] it was before; capacities per mass are therefore per kilogram still in contact: times
    ``active_share`` they are per kilogram as made. The area is told as an exchange current times
    ``area_factor`` and the path as a diffusivity over ``path_factor`` squared, both exact for a
    sphere, whose radius stays. Raises :class:`InputError` for sodium lost in a half cell.

    >>> import particle_sim as ps
    >>> cell = ps.half_cell(ps.load_material("nvp"))
    >>> left = worn(cell, Wear(active_share=0.5))
    >>> left.active_mass / cell.active_mass, left.one_c_current / cell.one_c_current
    (0.5, 1.0)
    >>> left.electrode_thickness == cell.electrode_thickness
    True
    """
    if cell.negative is None and wear.sodium_lost:
        raise InputError(
            f"{cell.material.name}: sodium_lost is {wear.sodium_lost:g} A h/kg in a half cell, "
            "whose metal replaces whatever is lost; leave it out, or use full_cell."
        )
    factors = {
        "diffusivity": wear.path_factor**-2,
        "exchange_current_density": wear.area_factor,
        "one_c_current": 1 / wear.active_share,
    }
    material = cell.material
    changed = {
        name: material[name].with_magnitude(material.value(name) * factor)
        for name, factor in factors.items()
    }
    properties = dict(cell.design.properties)
    for name, value in _design_values(cell, wear).items():
        properties[name] = assumed(name, value, properties[name].unit)
    design = replace(cell.design, properties=properties)
    return replace(cell, material=material.replaced(**changed), design=design)


def _design_values(cell: Cell, wear: Wear) -> dict[str, float]:
    design, share = cell.design, wear.active_share
    values = {
        "active_loading": share * design.value("active_loading"),
        "active_volume_fraction": share * design.value("active_volume_fraction"),
        "film_resistance": design.value("film_resistance") + wear.film_resistance,
    }
    if cell.negative is None:
        return values
    missing = cyclable_carrier(cell) - carrier_left(cell, wear) / share
    return values | {
        "negative_to_positive_ratio": design.value("negative_to_positive_ratio") / share,
        "negative_initial_sodium": design.value("negative_initial_sodium") - missing,
    }


def carrier_left(cell: Cell, wear: Wear) -> float:
    """Cyclable carrier of a full cell, in windows of the positive electrode as it was made.

    n - (1 - active_share) lost_filling - sodium_lost/Q, with n as made and Q the window capacity.
    """
    buried = (1 - wear.active_share) * wear.lost_filling
    return cyclable_carrier(cell) - buried - wear.sodium_lost / cell.material.specific_capacity


def film_on_particles(cell: Cell, wear: Wear, resistance: float) -> float:
    """Resistance per electrode area [ohm m2] of a film of ``resistance`` [ohm m2] on all particles.

    r R / (3 eps L active_share area_factor): the film's current is spread over the true surface of
    the material in contact, eps L of it per electrode area.
    """
    design, material = cell.design, cell.material
    solid = design.value("active_loading") / material.value("density")
    surface = 3 * solid / material.value("particle_radius") * wear.active_share * wear.area_factor
    return resistance / surface
