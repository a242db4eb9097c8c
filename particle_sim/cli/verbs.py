"""The verbs of the command, one line each."""

from __future__ import annotations

from particle_sim.cli.cell import cell as cell
from particle_sim.cli.check import check as check
from particle_sim.cli.claims import claims as claims
from particle_sim.cli.compare import compare as compare
from particle_sim.cli.cracks import cracks as cracks
from particle_sim.cli.design import design as design
from particle_sim.cli.diffraction import diffraction as diffraction
from particle_sim.cli.evidence import evidence as evidence
from particle_sim.cli.export import export as export
from particle_sim.cli.fit import fit as fit
from particle_sim.cli.import_ import import_ as import_
from particle_sim.cli.learn import learn as learn
from particle_sim.cli.life import life as life
from particle_sim.cli.migration import migration as migration
from particle_sim.cli.new import new as new
from particle_sim.cli.plot import plot as plot
from particle_sim.cli.rate import rate as rate
from particle_sim.cli.read import read as read
from particle_sim.cli.rerun import rerun as rerun
from particle_sim.cli.run import run as run
from particle_sim.cli.show import show as show
from particle_sim.cli.verb import Aim, Verb
from particle_sim.cli.warm_up import warm_up as warm_up

VERBS = {
    verb.name: verb
    for verb in sorted(
        (value for value in list(vars().values()) if isinstance(value, Verb)),
        key=lambda verb: (list(Aim).index(verb.aim), verb.place),
    )
}
"""Every verb by name, in the order of the list."""
