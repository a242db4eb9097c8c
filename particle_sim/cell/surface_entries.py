"""What PyBaMM's options on surfaces need: double layer, transfer coefficient, hard carbon's film.

The film grows as ``{"SEI": "solvent-diffusion limited"}`` says, j = c D F/L, so that

    L^2 = L_0^2 + 2 (V/z) c D t,     lost sodium z F (L - L_0)/V per surface [C/m2],

which is the square root of time of :mod:`particle_sim.damage.sodium_films`: D follows from the
sodium that its film takes in the first hour per mass of carbon, a mass of c_max F/Q per volume.
Only the product c D acts. The film is sodium fluoride in volume, and has no resistance: the
cell's own stands under "Contact resistance".
"""

from __future__ import annotations

from collections.abc import Mapping

from particle_sim.cell.film_constants import load_film_constants
from particle_sim.cell.half_cell import Cell
from particle_sim.cell.impedance import DOUBLE_LAYER
from particle_sim.constants import FARADAY

HOUR = 3600.0
SIDES = ("Negative", "Positive")
AI2020_FILM = {"Bulk solvent concentration [mol.m-3]": 2636.0}
"""Of PyBaMM's set Ai2020; only its product with the diffusivity acts."""

CHOSEN_SURFACES: dict[str, tuple[float, str]] = {
    f"{side} electrode {name}": given
    for side in SIDES
    for name, given in {
        "double-layer capacity [F.m-2]": (DOUBLE_LAYER, "amid 10 to 40 uF/cm2, as in impedance"),
        "Butler-Volmer transfer coefficient": (0.5, "the symmetric law"),
    }.items()
}
CHOSEN_FILM: dict[str, tuple[float, str]] = {
    "Initial SEI thickness [m]": (1e-11, "a hundredth of the first hour's film"),
    "SEI partial molar volume [m3.mol-1]": (1.64e-5, "molar mass over density of NaF"),
    "Ratio of lithium moles to SEI moles": (1.0, "NaF"),
    "SEI resistivity [Ohm.m]": (0.0, "films are in the contact resistance"),
    "SEI growth activation energy [J.mol-1]": (0.0, "isothermal"),
}
"""Entries that nobody measured, and why they have the value they have."""

BEHIND_FILM: Mapping[str, tuple[str, ...]] = {
    "SEI solvent diffusivity [m2.s-1]": ("carbon_film", "carbon_capacity"),
}
"""The entry that the films' constants give, and which."""


def surface_parameters(cell: Cell) -> dict[str, float]:
    """Entries on a cell's surfaces; those on the film where it has a hard carbon."""
    chosen = {name: value for name, (value, _) in CHOSEN_SURFACES.items()}
    return chosen if cell.negative is None else {**chosen, **_film(cell)}


def _film(cell: Cell) -> dict[str, float]:
    chosen = {name: value for name, (value, _) in CHOSEN_FILM.items()}
    volume = chosen["SEI partial molar volume [m3.mol-1]"]
    start = chosen["Initial SEI thickness [m]"]
    first_hour = start + film_of_an_hour(cell) * volume / FARADAY
    product = (first_hour**2 - start**2) / (2 * volume * HOUR)
    return {
        **AI2020_FILM,
        **chosen,
        "SEI solvent diffusivity [m2.s-1]": product / AI2020_FILM[next(iter(AI2020_FILM))],
    }


def film_of_an_hour(cell: Cell) -> float:
    """Sodium in the first hour's film per surface of carbon, k m R/3 [C/m2], m = c_max F/Q."""
    if cell.negative is None:
        return 0.0
    films = {name: prop.magnitude for name, prop in load_film_constants().items()}
    own = cell.design.properties.get("negative_particle_radius")
    radius = cell.negative.values["Negative particle radius [m]"] if own is None else own.magnitude
    charge = cell.negative.maximum_concentration * FARADAY * radius / 3
    return float(charge * films["carbon_film"] / films["carbon_capacity"])
