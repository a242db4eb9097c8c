"""Phase-field fracture of sections."""

from particle_sim.damage.field.point import strength as strength
from particle_sim.damage.field.point import strength_in_words as strength_in_words
from particle_sim.damage.field.point import uniform_bar as uniform_bar
from particle_sim.damage.field.solid import BrittleSolid as BrittleSolid
from particle_sim.damage.field.solid import CrackDensity as CrackDensity
from particle_sim.damage.field.solid import Split as Split
