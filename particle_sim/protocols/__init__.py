"""Protocols: what is done to a cell, step by step."""

from particle_sim.protocols.cc_cv import cc_cv as cc_cv
from particle_sim.protocols.charge import charge as charge
from particle_sim.protocols.cycle import cycle as cycle
from particle_sim.protocols.discharge import discharge as discharge
from particle_sim.protocols.gitt import gitt as gitt
from particle_sim.protocols.rest import rest as rest
from particle_sim.protocols.sweep import sweep as sweep
from particle_sim.protocols.written import written as written
