"""Phase-field fracture: where cracks start, how far they go, what they cost."""

from particle_sim.damage.field.body import CrackBody as CrackBody
from particle_sim.damage.field.contour import energy_release as energy_release
from particle_sim.damage.field.crack import crack as crack
from particle_sim.damage.field.crack import notch as notch
from particle_sim.damage.field.crack_files import write_crack_vtu as write_crack_vtu
from particle_sim.damage.field.fatigue import Fatigue as Fatigue
from particle_sim.damage.field.fatigue import cycles_to_damage as cycles_to_damage
from particle_sim.damage.field.fatigue import fatigue_bar as fatigue_bar
from particle_sim.damage.field.load import CrackLoad as CrackLoad
from particle_sim.damage.field.minimise import Method as Method
from particle_sim.damage.field.particle_cracks import crack_particle as crack_particle
from particle_sim.damage.field.penny import penny as penny
from particle_sim.damage.field.point import strength as strength
from particle_sim.damage.field.point import strength_in_words as strength_in_words
from particle_sim.damage.field.point import uniform_bar as uniform_bar
from particle_sim.damage.field.resolution import LengthScale as LengthScale
from particle_sim.damage.field.result import CrackRun as CrackRun
from particle_sim.damage.field.run_cost import Forecast as Forecast
from particle_sim.damage.field.run_cost import forecast as forecast
from particle_sim.damage.field.solid import BrittleSolid as BrittleSolid
from particle_sim.damage.field.solid import CrackDensity as CrackDensity
from particle_sim.damage.field.solid import Split as Split
