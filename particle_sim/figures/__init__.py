"""Figures: each draws one picture from stored results and returns it."""

from particle_sim.figures.history import history as history
from particle_sim.figures.particle_fields import particle_fields as particle_fields
from particle_sim.figures.radial_profiles import radial_profiles as radial_profiles
from particle_sim.figures.size_map import size_map as size_map
from particle_sim.figures.voltage import voltage as voltage

FIGURES = {
    "particle_fields": particle_fields,
    "radial_profiles": radial_profiles,
    "voltage": voltage,
    "history": history,
    "size_map": size_map,
}
"""Every figure of a comparison, by name, in reading order."""
