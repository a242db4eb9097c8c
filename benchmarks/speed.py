"""What a user waits for, beside a peer in the same run, with the error reached. CPU seconds.

    python benchmarks/speed.py                  all of it, minutes
    python benchmarks/speed.py radial phases    some: radial, phases, show, fit, compare
    python benchmarks/speed.py --record speed   kept for docs/benchmarks.md
    python benchmarks/speed.py --once           each timed once: does it run?

``radial``: one NVP discharge at 1C by ``solve_particle`` (quadratic elements, error-controlled)
over one repeated solve of PyBaMM's built single-particle model of the same particle with IDAKLU.
PyBaMM's run includes voltage and events but no stress; ours includes stress but no voltage. Errors
are those in surface filling and hoop stress against a refined run.
``phases``: the same particle in which phases part, coherent and not, as a comparison solves it;
errors in time against a tolerance of 1e-5, in space as the run estimates them.
``show``, ``fit``, ``compare``: a command with all its processes, over Python that imports what no
such command can do without.
"""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from records import printed

import particle_sim as ps
from particle_sim.cell.parameters import pybamm_parameters
from particle_sim.particle.run import ParticleRun
from particle_sim.studies.particle_case import sphere_mesh
from particle_sim.transport.laws import COHERENT, TWO_PHASE
from particle_sim.units import Array

TOLERANCE = 1e-4
SCRIPT = str(Path(sys.executable).with_name("particle-sim"))
ONCE = "--once" in sys.argv
RATES = str(Path(__file__).parent.parent / "examples" / "he_o3_rates.csv")


def best(action: Callable[[], object], repeats: int) -> float:
    """Least CPU time of ``repeats`` runs in this process [s]."""
    times = []
    for _ in range(1 if ONCE else repeats):
        began = time.process_time()
        action()
        times.append(time.process_time() - began)
    return min(times)


def command(*words: str, repeats: int = 3) -> float:
    """Least CPU time of a command and its children [s]."""
    times = []
    for _ in range(1 if ONCE else repeats):
        before = _children()
        subprocess.run(words, check=True, capture_output=True)
        times.append(_children() - before)
    return min(times)


def _children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def python(code: str, repeats: int = 3) -> float:
    """Least CPU time of a fresh interpreter that runs ``code`` [s]."""
    return command(sys.executable, "-c", code, repeats=repeats)


def radial() -> None:
    """One particle against one PyBaMM particle."""
    import pybamm

    material = ps.load_material("nvp")
    cell = ps.half_cell(material, radial_points=20)
    run = ps.solve_cell(cell, ps.protocols.discharge(1.0))
    flux = run.positive.surface_flux

    def ours(cells: int = 24, order: int = 2, tolerance: float = TOLERANCE) -> ParticleRun:
        mesh = ps.shapes.sphere(material.value("particle_radius"), cells=cells, grading=100.0)
        particle = ps.Particle(material=material, mesh=mesh, order=order)
        return ps.solve_particle(particle, flux, tolerance=tolerance, times=times)

    times = np.linspace(0, flux.time[-1], 6)[1:-1]
    first = best(ours, 1)
    mine, found = best(ours, 20), ours()
    error = _errors(found, ours(cells=80, order=3, tolerance=1e-7), times)

    model = pybamm.lithium_ion.SPM({"working electrode": "positive", "contact resistance": "true"})
    values = pybamm.ParameterValues(
        pybamm_parameters(cell, pybamm, filling=flux.initial_site_fraction, temperature=298.15)
    )
    simulation = pybamm.Simulation(model, parameter_values=values, solver=pybamm.IDAKLUSolver())
    end = [0.0, float(run.time[-1])]
    simulation.solve(end)
    theirs = best(lambda: simulation.solve(end), 20)
    print(
        f"radial NVP discharge: {mine * 1e3:.1f} ms ({found.cost.steps} steps; the first run of "
        f"its mesh {first * 1e3:.1f} ms); PyBaMM's SPM with IDAKLU {theirs * 1e3:.1f} ms; ratio "
        f"{mine / theirs:.1f} (aim <= 5)\n  errors: filling {error[0]:.1e} of its spread, hoop "
        f"stress {error[1]:.1e} of its peak"
    )


def _errors(run: ParticleRun, fine: ParticleRun, times: Array) -> Array:
    """Worst errors of surface filling and stress at ``times``, relative to their spans."""
    worst = np.zeros(2)
    for time_ in times:
        a, b = (int(np.argmin(np.abs(r.time - time_))) for r in (run, fine))
        spread = np.ptp(fine.site_fraction[b])
        peak = np.abs(fine.stress[..., 1]).max()
        filling = abs(run.site_fraction[a, -1] - fine.site_fraction[b, -1]) / spread
        stress = abs(run.stress[a, -1, 1] - fine.stress[b, -1, 1]) / peak
        worst = np.maximum(worst, [filling, stress])
    return worst


def phases() -> None:
    """One charge of NVP at 1C with its 5.2 nm boundary."""
    material = ps.load_material("nvp")
    flux = ps.solve_cell(ps.half_cell(material), ps.protocols.charge(1.0)).positive.surface_flux
    times = np.linspace(0, flux.time[-1], 21)[1:-1]
    for law in (TWO_PHASE, COHERENT):
        mesh = sphere_mesh(material, law, flux.temperature)
        particle = ps.Particle(material=material, mesh=mesh, physics=law.terms)

        def solve(tolerance: float = 1e-3, particle: ps.Particle = particle) -> ParticleRun:
            return ps.solve_particle(particle, flux, tolerance=tolerance, times=times)

        spent, run, fine = best(solve, 3), solve(), solve(1e-5)
        off = np.abs(run.site_fraction - fine.site_fraction).max()
        stress = np.abs(run.stress - fine.stress).max() / np.abs(fine.stress).max()
        attempts = run.cost.steps + run.cost.rejected_steps
        print(
            f"{law.title}: {spent:.2f} s (aim <= 0.5), {run.cost.steps} steps of {attempts} tried, "
            f"{len(mesh.vertices) - 1} cells, {spent / attempts / 6 * 1e6:.0f} us a stage\n"
            f"  errors: filling {off:.1e} in time and {run.balances.space:.1e} in space, "
            f"stress {stress:.1e}"
        )


def show() -> None:
    """The price of a look at a material."""
    mine = command(SCRIPT, "show", "material", "he_v", repeats=5)
    bare = python("import numpy, scipy", repeats=5)
    used = python("import numpy, scipy.linalg, scipy.sparse", repeats=5)
    needed = python("import numpy, typer, pydantic, periodictable", repeats=5)
    print(
        f"particle-sim show: {mine:.2f} s; over numpy and the bare scipy package ({bare:.2f}) "
        f"{mine / bare:.1f}, over numpy with scipy.linalg and scipy.sparse ({used:.2f}) "
        f"{mine / used:.1f} (aim <= 1.5), over numpy, typer, pydantic and periodictable, which it "
        f"reads with, ({needed:.2f}) {mine / needed:.1f}"
    )


def fit() -> None:
    """Four groups of one half cell from its rate series."""
    with tempfile.TemporaryDirectory() as folder:
        out = str(Path(folder) / "out")
        words = ("fit", RATES, "--material", "he_o3_li2024", "--out", out)
        mine = command(SCRIPT, *words, repeats=1)
    theirs = python("import scipy.optimize, scipy.special, matplotlib.pyplot, xarray, h5netcdf")
    print(f"particle-sim fit: {mine:.1f} s (aim <= 5); its libraries alone {theirs:.1f} s")


PEER = """
import os; os.environ["PYBAMM_DISABLE_TELEMETRY"] = "true"
import pybamm
for _ in range(2):
    model = pybamm.lithium_ion.SPM({"working electrode": "positive"})
    values = pybamm.ParameterValues("Xu2019")
    pybamm.Simulation(model, parameter_values=values).solve([0, 3600])
"""


def compare() -> None:
    """The main job against starting PyBaMM and solving two cells."""
    with tempfile.TemporaryDirectory() as folder:
        out = str(Path(folder) / "out")
        mine = command(SCRIPT, "compare", "nvp", "he_v", "--out", out, "--json", repeats=1)
    theirs = python(PEER)
    print(
        f"particle-sim compare: {mine:.1f} s (aim <= 12); import of PyBaMM and two of its SPM "
        f"{theirs:.1f} s; ratio {mine / theirs:.1f}"
    )


PARTS = {part.__name__: part for part in (radial, phases, show, fit, compare)}

if __name__ == "__main__":
    os.environ["PYBAMM_DISABLE_TELEMETRY"] = "true"
    with printed(("numpy", "scipy", "pybamm")):
        for name in [word for word in sys.argv[1:] if word != "--once"] or PARTS:
            PARTS[name]()
