"""What a whole run of a 3-D body costs through ``solve_particle``, by law and size.

One eighth of a ball, straight quadratic tetrahedra, the same tolerance and outputs for all laws.
Under a constant flux: constant D, D(theta), and solid-solution stress drift. Closed, inside the
miscibility gap (chi = 3): separation without and with coherency. Every run has a process of its
own, on one thread, beside peers at the same time. CPU seconds are those of the solve with the
stresses at all outputs.

    python benchmarks/body_laws.py --cells-per-radius 9 12 16
    python benchmarks/body_laws.py --cells-per-radius 9 --peers ngsolve,skfem
    python benchmarks/body_laws.py --cells-per-radius 9 --laws separation,"coherent separation" \\
        --peers ngsolve,skfem

With ``--peers`` other codes solve the same equations (``body_peers.py``) on the same mesh, elements
and integration points, with as many steps of one length as give our error. Errors are those of all
outputs and of the last one against our run at a hundredth of the tolerance: of theta, and of the
von Mises stress over its largest value. A peer that solved other equations would show there.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from body_peers import PEERS, start
from records import keep, markdown, record_of

RADIUS, DIFFUSIVITY, FULL, TEMPERATURE = 1e-6, 1e-15, 2e4, 298.15
MOLAR_VOLUME, GAS_CONSTANT = 3e-6, 8.31446261815324
TOLERANCE, OUTPUTS = 1e-4, 10
UNIT = RADIUS**2 / DIFFUSIVITY
DISTINCT = 1e-3
"""Error that no step of either code explains."""
PACKAGES = ("numpy", "scipy", "ngsolve", "scikit-fem")
NAMES = {"ngsolve": "NGSolve", "skfem": "scikit-fem"}


@dataclass(frozen=True, kw_only=True)
class Law:
    """A law in lengths over R and times over R^2/D; ``steps`` are those of the peers."""

    law: str
    flux: float = 0.0
    mean: float = 0.5
    spread: float = 0.0
    chi: float = 0.0
    gradient: float = 0.0
    modulus: float = 5e10
    has_phi: bool = True
    coupled: bool = False
    duration: float = 0.2
    steps: int = 50


LAWS = {
    each.law: each
    for each in (
        Law(law="constant D", flux=0.25, mean=0.9, has_phi=False),
        Law(law="D(theta)", flux=0.25, mean=0.9, has_phi=False),
        Law(law="stress drift", flux=0.25, mean=0.9, coupled=True),
        Law(law="separation", spread=0.1, chi=3.0, gradient=0.04, modulus=2e10,
            duration=0.6, steps=40),
        Law(law="coherent separation", spread=0.1, chi=3.0, gradient=0.04, modulus=2e10,
            coupled=True, duration=0.6, steps=40),
    )
}  # fmt: skip


def measure(law: Law, cells_per_radius: float, tolerance: float, file: str) -> dict[str, float]:
    """One run of ours in this process; its fields go to ``file`` where one is named."""
    import particle_sim as ps

    particle, duration = particle_of(law, cells_per_radius), law.duration * UNIT
    flux = law.flux * DIFFUSIVITY * FULL / RADIUS
    solve, peak = ps.solve_particle, ps.metrics.peak_von_mises_stress  # loads what they need
    began = time.process_time()
    run = solve(
        particle,
        ps.constant_flux(flux, duration, initial_site_fraction=law.mean),
        initial_site_fraction=lambda x: start(law.mean, law.spread, *(x / RADIUS).T),
        times=np.linspace(0, duration, OUTPUTS + 1)[1:],
        tolerance=tolerance,
    )
    stress = peak(run)
    seconds = time.process_time() - began
    if file:
        fields = run.to_dataset()
        np.savez(
            file,
            positions=fields["position"].values / RADIUS,
            theta=fields["site_fraction"].values[1:],
            von_mises=fields["von_mises_stress"].values[1:] / law.modulus,
        )
    return {
        "cells": len(particle.mesh.cells),
        "seconds": seconds,
        "steps": run.cost.steps + run.cost.rejected_steps,
        "stress": stress,
        "peak": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024,
        "predicted": run.cost.memory,
    }


def particle_of(law: Law, cells_per_radius: float) -> Any:
    """The octant with its material and terms."""
    import particle_sim as ps
    from particle_sim.materials.functions import LinearTable

    table = LinearTable((0.0, 1.0), (0.5 * DIFFUSIVITY, 1.5 * DIFFUSIVITY))
    material = ps.material_from_values(
        maximum_concentration=FULL,
        diffusivity=table if law.law == "D(theta)" else DIFFUSIVITY,
        youngs_modulus=law.modulus,
        partial_molar_volume=MOLAR_VOLUME,
        regular_solution_parameter=law.chi,
        gradient_coefficient=law.gradient * RADIUS**2 * FULL * GAS_CONSTANT * TEMPERATURE,
    )
    terms = {
        "stress drift": [ps.physics.fickian_diffusion, ps.physics.stress_drift],
        "separation": [ps.physics.phase_separation],
        "coherent separation": [ps.physics.coherent_phase_separation],
    }
    size = RADIUS / cells_per_radius
    return ps.Particle(
        material=material,
        mesh=ps.shapes.ball(RADIUS, cell_size=size, octant=True, curved=False),
        physics=terms.get(law.law, [ps.physics.fickian_diffusion]),
    )


def apart(arguments: list[str], limit: float) -> str | None:
    """What a process of its own prints, on one thread; ``None`` beyond the limit of its seconds."""
    try:
        done = subprocess.run(
            [sys.executable, *arguments],
            check=True,
            stdout=subprocess.PIPE,
            text=True,
            timeout=limit,
            env={**os.environ, "OMP_NUM_THREADS": "1", "PYBAMM_DISABLE_TELEMETRY": "true"},
        )
    except subprocess.TimeoutExpired:
        return None
    return done.stdout


def ours(law: Law, size: float, file: Path | str = "", tolerance: float = TOLERANCE) -> Any:
    """Our run in a process of its own."""
    words = ["--inside", law.law, "--file", str(file), "--tolerance", str(tolerance)]
    printed = apart([__file__, *words, "--cells-per-radius", str(size)], limit=3600)
    assert printed is not None
    return json.loads(printed.splitlines()[-1])


def beside(law: Law, size: float, peers: list[str], limit: float) -> list[list[str]]:
    """Lines of the table of a law: ours and the peers'."""
    with tempfile.TemporaryDirectory() as name, ThreadPoolExecutor(len(peers) + 2) as pool:
        files = {code: Path(name) / f"{code}.npz" for code in ("reference", "ours", *peers)}
        problem = Path(name) / "problem.npz"
        write_problem(problem, law, size)
        exact = pool.submit(ours, law, size, files["reference"], TOLERANCE / 100)
        mine = pool.submit(ours, law, size, files["ours"])
        script = str(Path(__file__).with_name("body_peers.py"))
        theirs = {
            peer: pool.submit(apart, [script, peer, str(problem), str(files[peer])], limit)
            for peer in peers
        }
        exact.result()
        reference, cost = read(files["reference"]), mine.result()
        seconds = cost["seconds"]
        found = read(files["ours"])
        lines = [[law.law, "particle_sim", *numbers(cost, found, reference, seconds)]]
        for peer, printed in theirs.items():
            if printed.result() is None:
                rest = [f"stopped after {limit:.0f} s", "", "", "", "", ""]
            else:
                found = read(files[peer])
                rest = numbers(found, found, reference, seconds)
            lines.append([law.law, NAMES[peer], *rest])
    return lines


def write_problem(file: Path, law: Law, size: float) -> None:
    """Mesh and numbers for the peers."""
    mesh = particle_of(law, size).mesh
    coupling = law.modulus / (FULL * GAS_CONSTANT * TEMPERATURE)
    np.savez(
        file,
        points=mesh.points / RADIUS,
        cells=mesh.cells,
        strain=MOLAR_VOLUME * FULL / 3,
        coupling=coupling,
        outputs=OUTPUTS,
        **mesh.boundaries,
        **asdict(law),
    )


def read(file: Path) -> dict[str, Any]:
    """Fields of a run, its nodes in one order for all codes."""
    with np.load(file) as data:
        found = {name: data[name][()] for name in data.files}
    order = np.lexsort(np.round(found["positions"], 7).T)
    return {
        name: values[..., order] if name in ("theta", "von_mises") else values
        for name, values in found.items()
    } | {"positions": found["positions"][order]}


def numbers(cost: Any, found: Any, reference: Any, mine: float) -> list[str]:
    """Cells of a line."""
    apart_by = np.abs(found["positions"] - reference["positions"]).max()
    if apart_by > 1e-6:
        raise RuntimeError(f"nodes lie {apart_by:.1e} radii from those of the reference")
    errors = []
    for name, unit in (("theta", 1.0), ("von_mises", reference["von_mises"].max())):
        off = np.abs(found[name] - reference[name]) / unit
        if off.max() > DISTINCT:
            raise RuntimeError(f"{name} is {off.max():.1e} off: that code solves other equations")
        errors.append(f"{off.max():.1e}, {off[-1].max():.1e}")
    seconds = float(cost["seconds"])
    whole = [f"{seconds:.2f}", f"{mine / seconds:.2f}", f"{cost['peak'] / 1e6:.0f}"]
    return [*whole, f"{cost['steps']:.0f}", *errors]


def alone(laws: list[str], sizes: list[float]) -> tuple[dict[str, list[list[str]]], dict[str, str]]:
    """A table of ours per size, and how the cost grows."""
    tables, found = {}, {law: [ours(LAWS[law], size) for size in sizes] for law in laws}
    for i in range(len(sizes)):
        first = found[laws[0]][i]
        header = [f"{first['cells']:,} tetrahedra, {OUTPUTS} outputs", "CPU s", "ratio", "steps"]
        lines = [[*header, "peak von Mises, MPa", "peak MB", "predicted"]]
        for law in laws:
            row = found[law][i]
            ratio = row["seconds"] / first["seconds"]
            cells = [f"{row['seconds']:.1f}", f"{ratio:.1f}", f"{row['steps']:.0f}"]
            sizes_mb = [f"{row[name] / 1e6:.0f}" for name in ("peak", "predicted")]
            lines.append([law, *cells, f"{row['stress'] / 1e6:.2f}", *sizes_mb])
        tables[str(first["cells"])] = lines
    powers = {}
    if len(sizes) > 2:
        for law, rows in found.items():
            cells, seconds = ([row[name] for row in rows] for name in ("cells", "seconds"))
            powers[f"power of {law}"] = f"{np.polyfit(np.log(cells), np.log(seconds), 1)[0]:.2f}"
    return tables, powers


def together(
    laws: list[str], sizes: list[float], peers: list[str], limit: float
) -> dict[str, list[list[str]]]:
    """All codes at the largest size, and how their costs grow up to it."""
    tables = []
    for size in sorted(sizes):
        cells = len(particle_of(LAWS[laws[0]], size).mesh.cells)
        lines = [[f"{cells:,} tetrahedra", "", "CPU s", "ours over it", "peak MB", "steps",
                  "error of theta: outputs, end", "of von Mises"]]  # fmt: skip
        for law in laws:
            lines += beside(LAWS[law], size, peers, limit)
            print(markdown([lines[0], *lines[-len(peers) - 1 :]]), flush=True)
        tables.append(lines)
    return {"largest": tables[-1], "growth": growth(tables)}


def growth(tables: list[list[list[str]]]) -> list[list[str]]:
    """CPU seconds by size, and the power of the cells that fits three sizes and more."""
    table = [["CPU s", "", *(lines[0][0] for lines in tables), "power"]]
    cells = [float(lines[0][0].split()[0].replace(",", "")) for lines in tables]
    for rows in zip(*(lines[1:] for lines in tables), strict=True):
        seconds = [row[2] for row in rows]
        power = ""
        if len(rows) > 2 and not any(word.startswith("stopped") for word in seconds):
            fit = np.polyfit(np.log(cells), np.log([float(word) for word in seconds]), 1)
            power = f"{fit[0]:.1f}"
        table.append([*rows[0][:2], *seconds, power])
    return table


def main() -> None:
    """Print one table per size, and how the cost grows."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cells-per-radius", type=float, nargs="+", default=[6.0])
    parser.add_argument(
        "--laws", default="constant D,D(theta),stress drift", help="comma separated"
    )
    parser.add_argument("--peers", default="", help=f"some of {','.join(PEERS)}")
    parser.add_argument("--limit", type=float, default=600.0, help="wall seconds of a peer's run")
    parser.add_argument("--record", metavar="NAME", help="keep the tables under this name")
    parser.add_argument("--inside", help=argparse.SUPPRESS)
    parser.add_argument("--file", default="", help=argparse.SUPPRESS)
    parser.add_argument("--tolerance", type=float, default=TOLERANCE, help=argparse.SUPPRESS)
    given = parser.parse_args()
    sizes, laws = given.cells_per_radius, given.laws.split(",")
    if given.inside:
        print(json.dumps(measure(LAWS[given.inside], sizes[0], given.tolerance, given.file)))
        return
    if given.peers:
        tables, powers = together(laws, sizes, given.peers.split(","), given.limit), {}
    else:
        tables, powers = alone(laws, sizes)
    for table in tables.values():
        print(f"\n{markdown(table)}")
    for name, power in powers.items():
        print(f"{name}: {power}")
    if given.record:
        keep(given.record, record_of(tables, powers, PACKAGES))


if __name__ == "__main__":
    main()
