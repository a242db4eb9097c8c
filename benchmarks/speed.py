"""Speed side by side with a peer, in one run, as ratios. Never part of the test run.

    python benchmarks/speed.py

1. One radial NVP discharge at 1C by ``solve_particle`` (quadratic elements, error-controlled) over
   one repeated solve of PyBaMM's built single-particle model of the same particle with IDAKLU.
   PyBaMM's run includes voltage and events but no stress; ours includes stress but no voltage. The
   errors of ours in surface filling and hoop stress are printed beside it, against a refined run.
2. The same particle in which phases part, coherent and not, as a comparison solves it.
3. ``particle-sim show`` over importing numpy and scipy.
4. The whole default ``particle-sim compare`` over importing PyBaMM and two builds and solves.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

import particle_sim as ps
from particle_sim.cell.parameters import pybamm_parameters
from particle_sim.particle.run import ParticleRun
from particle_sim.studies.particle_case import sphere_mesh
from particle_sim.transport.laws import COHERENT, TWO_PHASE

TOLERANCE = 1e-4


def best(action: Callable[[], object], repeats: int) -> float:
    """Shortest wall time of ``repeats`` runs [s]."""
    times = []
    for _ in range(repeats):
        began = time.perf_counter()
        action()
        times.append(time.perf_counter() - began)
    return min(times)


def command(*words: str, repeats: int = 3) -> float:
    """Shortest wall time of a command [s]."""
    return best(lambda: subprocess.run(words, check=True, capture_output=True), repeats)


def radial_discharge() -> None:
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
    ours()
    mine = best(ours, 10)
    error = _errors(ours(), ours(cells=80, order=3, tolerance=1e-7), times)

    model = pybamm.lithium_ion.SPM({"working electrode": "positive", "contact resistance": "true"})
    values = pybamm.ParameterValues(
        pybamm_parameters(cell, pybamm, filling=flux.initial_site_fraction, temperature=298.15)
    )
    simulation = pybamm.Simulation(model, parameter_values=values, solver=pybamm.IDAKLUSolver())
    end = [0.0, float(run.time[-1])]
    simulation.solve(end)
    theirs = best(lambda: simulation.solve(end), 10)
    print(
        f"radial NVP discharge      {mine * 1e3:7.1f} ms   "
        f"PyBaMM SPM, IDAKLU {theirs * 1e3:6.1f} ms   ratio {mine / theirs:5.1f}  (aim <= 10)\n"
        f"  our errors: filling {error[0]:.1e} of its spread, "
        f"hoop stress {error[1]:.1e} of its peak"
    )


def phase_fields() -> None:
    """One charge of NVP at 1C with its 5.2 nm boundary; errors against a tolerance of 1e-5."""
    material = ps.load_material("nvp")
    flux = ps.solve_cell(ps.half_cell(material), ps.protocols.charge(1.0)).positive.surface_flux
    times = np.linspace(0, flux.time[-1], 21)[1:-1]
    for law in (TWO_PHASE, COHERENT):
        mesh = sphere_mesh(material, law, flux.temperature)
        particle = ps.Particle(material=material, mesh=mesh, physics=law.terms)

        def solve(tolerance: float, particle: ps.Particle = particle) -> ParticleRun:
            return ps.solve_particle(particle, flux, tolerance=tolerance, times=times)

        began = time.process_time()
        run = solve(1e-3)
        spent = time.process_time() - began
        fine = solve(1e-5)
        off = np.abs(run.site_fraction - fine.site_fraction).max()
        stress = np.abs(run.stress - fine.stress).max() / np.abs(fine.stress).max()
        print(
            f"{law.title:<40} {spent:5.2f} CPU s, {run.cost.steps} steps; errors: filling "
            f"{off:.1e} in time and {run.balances.space:.1e} in space, stress {stress:.1e}"
        )


def _errors(
    run: ParticleRun, fine: ParticleRun, times: np.typing.NDArray[np.float64]
) -> np.ndarray:
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


def show_command() -> None:
    """The price of a look at a material."""
    script = str(Path(sys.executable).with_name("particle-sim"))
    mine = command(script, "show", "material", "he_v")
    theirs = command(sys.executable, "-c", "import numpy, scipy")
    used = command(sys.executable, "-c", "import numpy, scipy.linalg, scipy.sparse")
    print(
        f"particle-sim show         {mine:7.2f} s    import numpy, scipy {theirs:5.2f} s"
        f"    ratio {mine / theirs:5.1f}  (aim <= 1.5; {mine / used:.1f} of numpy with scipy.linalg"
        " and scipy.sparse)"
    )


PEER = """
import os; os.environ["PYBAMM_DISABLE_TELEMETRY"] = "true"
import pybamm
for _ in range(2):
    model = pybamm.lithium_ion.SPM({"working electrode": "positive"})
    values = pybamm.ParameterValues("Xu2019")
    pybamm.Simulation(model, parameter_values=values).solve([0, 3600])
"""


def whole_compare() -> None:
    """The main job against starting PyBaMM and solving two cells."""
    script = str(Path(sys.executable).with_name("particle-sim"))
    with tempfile.TemporaryDirectory() as folder:
        out = str(Path(folder) / "out")
        mine = command(script, "compare", "nvp", "he_v", "--out", out, "--json", repeats=1)
    theirs = command(sys.executable, "-c", PEER)
    print(
        f"particle-sim compare      {mine:7.1f} s    import pybamm, two SPM {theirs:5.2f} s"
        f"  ratio {mine / theirs:5.1f}  (aim <= 6)"
    )


if __name__ == "__main__":
    os.environ["PYBAMM_DISABLE_TELEMETRY"] = "true"
    radial_discharge()
    phase_fields()
    show_command()
    whole_compare()
