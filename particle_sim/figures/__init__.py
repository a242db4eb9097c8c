"""Figures: each draws one picture and returns it.

Those in :data:`FIGURES` draw a stored comparison; ``body_fields``, ``animation`` and ``body_view``
draw runs, and the fields and cuts named in capitals are what they can show.
"""

from particle_sim.figures.animation import animation as animation
from particle_sim.figures.as_printed import as_printed as as_printed
from particle_sim.figures.as_printed_map import as_printed_map as as_printed_map
from particle_sim.figures.body_fields import body_fields as body_fields
from particle_sim.figures.body_view import body_view as body_view
from particle_sim.figures.boundary_opening import boundary_opening as boundary_opening
from particle_sim.figures.crack_pair import crack_pair as crack_pair
from particle_sim.figures.crack_pair import crack_pair_film as crack_pair_film
from particle_sim.figures.crack_section import crack_film as crack_film
from particle_sim.figures.crack_section import crack_section as crack_section
from particle_sim.figures.fatigue_cracks import fatigue_cracks as fatigue_cracks
from particle_sim.figures.history import history as history
from particle_sim.figures.of_comparison import ComparisonFigure
from particle_sim.figures.particle_fields import particle_fields as particle_fields
from particle_sim.figures.quantities import FIRST_PRINCIPAL as FIRST_PRINCIPAL
from particle_sim.figures.quantities import GRAINS as GRAINS
from particle_sim.figures.quantities import HYDROSTATIC as HYDROSTATIC
from particle_sim.figures.quantities import NORMAL_TRACTION as NORMAL_TRACTION
from particle_sim.figures.quantities import SODIUM as SODIUM
from particle_sim.figures.quantities import VON_MISES as VON_MISES
from particle_sim.figures.quantities import Quantity as Quantity
from particle_sim.figures.radial_profiles import radial_profiles as radial_profiles
from particle_sim.figures.size_map import size_map as size_map
from particle_sim.figures.view import HALF as HALF
from particle_sim.figures.view import OCTANT as OCTANT
from particle_sim.figures.view import WHOLE as WHOLE
from particle_sim.figures.view import Cut as Cut
from particle_sim.figures.voltage import voltage as voltage

_KNOWN = sorted(
    (value for value in list(vars().values()) if isinstance(value, ComparisonFigure)),
    key=lambda figure: figure.place,
)
FIGURES = {figure.__name__: figure for figure in _KNOWN if not figure.needs}
"""Every figure of a comparison, by name, in reading order."""
ASKED_FOR = {figure.__name__: figure for figure in _KNOWN if figure.needs}
"""Figures of what a comparison holds only where it was asked for."""
