"""The walks of docs/architecture.md, taken in a process of their own: nothing is remembered yet.

python taken.py FOLDER      writes FOLDER/walks.json: stays by the walk's name on the page
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType
from unittest import mock

import xarray as xr
from coarse import few_rates
from walks import Walk, module_of, walk

import particle_sim as ps
from particle_sim.claims.compare import ComparisonResult
from particle_sim.cli.main import run_verb
from particle_sim.materials.material import Material
from particle_sim.report import folder as report
from particle_sim.report.tree import to_tree
from particle_sim.studies.particle_case import ParticleCase, run_case
from particle_sim.studies.settings import Comparison
from particle_sim.transport.laws import SOLID_SOLUTION

LOAD = 'load_material("nvp")'
DIFFUSIVITY, RATE, SCENARIO = "diffusivity", "c_rate", "particle-sim run"

FEW = 200
"""Draws of a comparison: more of them take the same way."""
FILE = """
[scenario]
question = "Is sodium as uniform in NVP as in HE-V where both are solid solutions?"
baseline = "nvp"
candidate = "he_v"
physics = "solid-solution"
at = [0.5]
"""


@dataclass
class Taken:
    """One comparison by the command, and what comes before and after it."""

    folder: Path
    material: Material = field(default_factory=lambda: ps.load_material("nvp"))
    results: list[ComparisonResult] = field(default_factory=list)

    def scenario(self) -> None:
        """What a shell runs."""
        file = self.folder / "small.toml"
        file.write_text(FILE, encoding="utf-8")
        words = ["run", str(file), "--out", str(self.folder / "out"), "--workers", "1"]
        settings = {**Comparison.__init__.__kwdefaults__, "samples": FEW}
        with (
            mock.patch.object(sys, "argv", ["particle-sim", *words]),
            mock.patch.object(report, "to_tree", self._remembered),
            mock.patch.object(Comparison.__init__, "__kwdefaults__", settings),
            few_rates(),
            suppress(SystemExit),
        ):
            run_verb()

    def _remembered(self, result: ComparisonResult) -> xr.DataTree:
        self.results.append(result)
        return to_tree(result)

    def cell(self) -> ps.SurfaceFlux:
        """From a C-rate to a flux."""
        run = ps.solve_cell(ps.half_cell(self.material), ps.protocols.charge(1.0))
        return run.positive.surface_flux

    def shared(self, flux: ps.SurfaceFlux) -> None:
        """The flux as a current that the points of a surface share."""
        particle = ps.Particle(
            material=self.material, mesh=ps.shapes.rectangle((1e-6, 1e-6), cells=(2, 2))
        )
        surface = ps.surface.Galvanostatic(material=self.material, total=flux)
        ps.solve_particle(particle, surface, on=["right"], times=[50.0])

    def particle(self, flux: ps.SurfaceFlux) -> None:
        """The particle of a scenario."""
        case = ParticleCase(material=self.material, law=SOLID_SOLUTION, flux=flux, fillings=(0.5,))
        run_case(case)

    def picture(self) -> None:
        """From the folder to a picture."""
        ps.figures.radial_profiles(report.open_folder(self.folder / "out"))


def carries_diffusivity(frame: FrameType) -> bool:
    """Whether it is read, or its system is solved, or the run is made of what came out."""
    module = module_of(frame.f_code)
    if module.startswith("materials."):
        return _is_diffusivity(frame) or _is_diffusivity(frame.f_back)
    return module in ("transport.fickian_diffusion", "particle.band_solver", "particle.result")


def _is_diffusivity(frame: FrameType | None) -> bool:
    names = frame.f_locals if frame else {}
    return "diffusivity" in (names.get("name"), getattr(names.get("self"), "name", None))


def enters(module: str, function: str) -> Callable[[FrameType], bool]:
    """Whether this function is entered."""
    return lambda frame: (module_of(frame.f_code), frame.f_code.co_name) == (module, function)


def taken(folder: Path) -> dict[str, tuple[Walk, tuple[str, ...]]]:
    """Each walk by its name on the page, with the modules that the page lists for it."""
    loading = walk(lambda: ps.load_material("nvp"))
    one = Taken(folder)
    flux = one.cell()
    cell = walk(one.cell)
    rate = cell.then(walk(lambda: one.shared(flux), enters("transport.kinetics", "shared_current")))
    particle = walk(lambda: one.particle(flux))
    scenario = walk(one.scenario)
    diffusivity = (
        walk(lambda: one.particle(flux), carries_diffusivity)
        .then(walk(lambda: to_tree(one.results[0]), enters("particle.run", "to_dataset")))
        .then(walk(one.picture))
    )
    inside = {*loading.modules, *cell.modules, *particle.modules}
    alone = tuple(module for module in scenario.modules if module not in inside)
    whole = {LOAD: loading, DIFFUSIVITY: diffusivity, RATE: rate}
    return {name: (way, way.modules) for name, way in whole.items()} | {SCENARIO: (scenario, alone)}


if __name__ == "__main__":
    out = Path(sys.argv[1])
    found = {name: [way.stays, listed] for name, (way, listed) in taken(out).items()}
    (out / "walks.json").write_text(json.dumps(found), encoding="utf-8")
