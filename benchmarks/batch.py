"""A thousand half-cell discharges in one run, side by side with PyBaMM. Never part of the tests.

    python benchmarks/batch.py            # 1,000 cells, 20 single Simulations, memory
    python benchmarks/batch.py --quick    # 200 cells, 3 single Simulations
    python benchmarks/batch.py --sizes    # particles of many sizes, beside PyBaMM's MPM

PyBaMM's fastest path is one built single-particle model with input parameters, IDAKLU with
compiled expressions, and one call with the list of all inputs; the radius enters as D (R0/R)^2 and
j0 (R0/R), which is exact. It solves 50 radial points and stops at its voltage event, with an error
of some 1e-4 in the capacity. Ours is asked for 1e-4, its default, and adds the peak stresses; the
errors of both are against ours at 1e-6. Times are CPU seconds of this process, so that other work
on the machine counts less; wall seconds show what threads bring. Set OMP_NUM_THREADS=1.
"""

from __future__ import annotations

import os
import resource
import sys
import time
from collections.abc import Callable
from typing import Any

import numpy as np
from records import printed

import particle_sim as ps
from particle_sim.cell.design import load_cell_design
from particle_sim.cell.parameters import pybamm_parameters
from particle_sim.materials.sizes import log_normal, surface_density
from particle_sim.studies.half_cell_batch import Engine, HalfCellBatch, half_cell_batch
from particle_sim.studies.sized_half_cells import sized_half_cells
from particle_sim.units import Array

RADIAL_POINTS = 50
MATERIAL = "he_v"
SIZED = "he_o3_li2024"
_MATERIAL, _DESIGN = ps.load_material(MATERIAL), load_cell_design()


def draws(count: int) -> tuple[Array, dict[str, Array]]:
    """C-rates 0.1 to 10 and properties a factor of three about their central values."""
    random = np.random.default_rng(7)
    material = ps.load_material(MATERIAL)
    names = ("diffusivity", "particle_radius", "exchange_current_density")
    values = {n: material.value(n) * 3 ** random.uniform(-1, 1, count) for n in names}
    return 10 ** random.uniform(-1, 1, count), values


def timed(action: Callable[[], Any], repeats: int = 1) -> tuple[float, float, Any]:
    """(CPU s, wall s, result), the shortest of ``repeats``."""
    best, result = (np.inf, np.inf), None
    for _ in range(repeats):
        cpu, wall = time.process_time(), time.perf_counter()
        result = action()
        best = min(best, (time.process_time() - cpu, time.perf_counter() - wall))
    return *best, result


def pybamm_list(rates: Array, values: dict[str, Array]) -> tuple[float, float, Array]:
    """PyBaMM's fastest path: (CPU s, wall s, capacities)."""
    import pybamm

    material = ps.load_material(MATERIAL)
    cell = ps.half_cell(material, radial_points=RADIAL_POINTS)
    filling = cell.rest_filling(cell.voltage_limits[1])
    parameters = pybamm.ParameterValues(
        pybamm_parameters(cell, pybamm, filling=filling, temperature=298.15)
    )
    half = material.value("exchange_current_density")
    design = cell.design

    def exchange(c_e: Any, c_surface: Any, c_max: Any, temperature: Any) -> Any:
        theta = c_surface / c_max
        salt = (c_e / design.value("salt_concentration")) ** 0.5
        scale = pybamm.InputParameter("exchange")
        return 2 * half * scale * salt * (theta * (1 - theta)) ** 0.5

    parameters.update(
        {
            "Current function [A]": "[input]",
            "Positive particle diffusivity [m2.s-1]": "[input]",
            "Positive electrode exchange-current density [A.m-2]": exchange,
        }
    )
    model = pybamm.lithium_ion.SPM({"working electrode": "positive", "contact resistance": "true"})
    solver = pybamm.IDAKLUSolver(options={"compile": True}, output_variables=["Voltage [V]"])
    simulation = pybamm.Simulation(
        model,
        parameter_values=parameters,
        solver=solver,
        var_pts={"x_n": 20, "x_s": 20, "x_p": 20, "r_n": 20, "r_p": RADIAL_POINTS},
    )
    simulation.build()
    ratio = values["particle_radius"] / material.value("particle_radius")
    inputs = [
        {
            "Current function [A]": float(rate * cell.one_c_current),
            "Positive particle diffusivity [m2.s-1]": float(d / k**2),
            "exchange": float(j / half / k),
        }
        for rate, d, k, j in zip(
            rates,
            values["diffusivity"],
            ratio,
            values["exchange_current_density"],
            strict=True,
        )
    ]
    hours = material.specific_capacity / material.value("one_c_current")
    longest = 1.2 * 3600 * hours / rates.min()

    def solve(some: list[dict[str, float]]) -> list[Any]:
        return list(solver.solve(simulation.built_model, [0, longest], inputs=some))

    solve(inputs[:2])
    cpu, wall, solutions = timed(lambda: solve(inputs))
    ends = np.array([solution.t[-1] for solution in solutions])
    return cpu, wall, rates * material.value("one_c_current") * ends / 3600


def single_simulations(rates: Array, values: dict[str, Array], count: int) -> float:
    """CPU s per cell with a Simulation each."""
    material = ps.load_material(MATERIAL)

    def one(i: int) -> None:
        own = {name: material[name].with_magnitude(float(v[i])) for name, v in values.items()}
        cell = ps.half_cell(material.replaced(**own), radial_points=RADIAL_POINTS)
        ps.solve_cell(cell, ps.protocols.discharge(float(rates[i])))

    one(0)
    return timed(lambda: [one(i) for i in range(count)])[0] / count


def batch(engine: Engine, rates: Array, values: dict[str, Array]) -> HalfCellBatch:
    """Ours."""
    return half_cell_batch(_MATERIAL, _DESIGN, c_rate=rates, values=values, engine=engine)


def compiled(threads: int = 1) -> Engine:
    """The fastest engine installed, set to so many threads."""
    try:
        import numba
    except ImportError:
        return Engine.NUMPY
    numba.set_num_threads(threads)
    return Engine.NUMBA


def flops(elements: int) -> int:
    """Of one step of one particle with a constant D and a straight strain, as written."""
    nodes = 2 * elements + 1
    factors, sides, solves = 42 * elements, 60 * nodes, 6 * 16 * elements
    products, ends = 6 * 36 * elements, (7 * 2 + 8) * nodes
    seen = 2 * (13 * nodes + 20 * elements + 2 * 9 * elements)
    return factors + sides + solves + products + ends + seen


def arithmetic(rates: Array, values: dict[str, Array]) -> None:
    """Flops of the compiled kernel against a matrix product, and where the rest goes."""
    from particle_sim.batch import compiled_parts as parts
    from particle_sim.batch import numba_kernel

    kernel, spent, done, useful, steps = numba_kernel.advance_block, 0.0, 0, 0, 0

    def watched(elements: Any, shapes: Any, lanes: Any, tolerance: float, output: int) -> Any:
        nonlocal spent, done, useful, steps
        seconds, _, run = timed(lambda: kernel(elements, shapes, lanes, tolerance, output), 5)
        each = flops(len(elements.mass))
        blocks = range(0, len(run.steps), parts.L)
        tried = sum(parts.L * int(run.steps[i : i + parts.L].max()) for i in blocks)
        spent, done = spent + seconds, done + each * tried
        useful, steps = useful + each * int(run.steps.sum()), steps + int(run.steps.sum())
        return run

    numba_kernel.advance_block = watched
    batch(Engine.NUMBA, rates, values)
    numba_kernel.advance_block = kernel
    square = np.random.default_rng(1).random((1000, 1000))
    peak = 2e9 / timed(lambda: square @ square, 5)[0]
    buffer = np.zeros(parts.ROWS * parts.L)
    parts.right_side(buffer, np.ones((4, 6)), np.ones((4, 6)), np.zeros(parts.L))
    machine = "".join(parts.right_side.inspect_asm().values())
    width = 512 if "zmm" in machine else 256 if "ymm" in machine else 128
    print(
        f"kernel: {1e6 * spent / len(rates):.1f} us a run, {steps / len(rates):.0f} steps, "
        f"{useful / steps:.0f} flops a step, vectors of {width} bits, {done / spent / 1e9:.1f} "
        f"GFlop/s, {done / spent / peak:.0%} of a matrix product's {peak / 1e9:.0f}; lanes that "
        f"wait for the slowest of thirty-two: {1 - useful / done:.0%}"
    )


def memory(engine: Engine) -> None:
    """Largest resident memory against the number of cells, in one process, growing."""
    for count in (1_000, 10_000, 100_000):
        rates, values = draws(count)
        cpu = timed(lambda: batch(engine, rates, values))[0]  # noqa: B023
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(f"{count:7d} cells: {count / cpu:9.0f} runs per CPU s, peak memory {peak:6.0f} MB")


def many_particles(rate: float, spread: float, points: int) -> tuple[float, float]:
    """PyBaMM's many-particle model, so many radial points and sizes: (CPU s, capacity)."""
    import pybamm

    material = ps.load_material(SIZED)
    cell = ps.half_cell(material, radial_points=points)
    filling = cell.rest_filling(cell.voltage_limits[1])
    parameters = pybamm.ParameterValues(
        pybamm_parameters(cell, pybamm, filling=filling, temperature=298.15)
    )
    median = material.value("particle_radius")
    radii = median * np.exp(-(spread**2) + spread * np.linspace(-4, 5, 2001))
    density = surface_density(log_normal(median, spread), radii)
    parameters.update(
        {
            "Positive minimum particle radius [m]": radii[0],
            "Positive maximum particle radius [m]": radii[-1],
            "Positive area-weighted particle-size distribution [m-1]": lambda radius: (
                pybamm.Interpolant(radii, density, radius)
            ),
            "Current function [A]": pybamm.InputParameter("current"),
        },
        check_already_exists=False,
    )
    options = {
        "working electrode": "positive",
        "contact resistance": "true",
        "particle size": "distribution",
    }
    simulation = pybamm.Simulation(
        pybamm.lithium_ion.MPM(options),
        parameter_values=parameters,
        solver=pybamm.IDAKLUSolver(),
        var_pts={
            "x_n": 20,
            "x_s": 20,
            "x_p": 20,
            "r_n": 20,
            "R_n": 20,
            "r_p": points,
            "R_p": points,
        },
    )

    def solve() -> Any:
        return simulation.solve(
            [0, 1.3 * 3600 / rate], inputs={"current": rate * cell.one_c_current}
        )

    solve()
    cpu, _, solution = timed(solve, 3)
    return cpu, float(solution.t[-1]) * rate * material.value("one_c_current") / 3600


def sizes() -> None:
    """Electrodes of a log-normal distribution, spread 0.4, at 0.2 to 5C."""
    material, spread = ps.load_material(SIZED), 0.4
    powder = log_normal(material.value("particle_radius"), spread)
    rates = np.geomspace(0.2, 5, 100)
    exact = sized_half_cells(material, sizes=powder, c_rate=rates[::33], error=1e-5, classes=12)
    for points in (30, 60):
        made = [many_particles(float(rate), spread, points) for rate in rates[::33]]
        capacity = np.array([capacity for _, capacity in made])
        print(
            f"PyBaMM MPM, {points} x {points}: {np.mean([cpu for cpu, _ in made]):.3f} CPU s a run,"
            f" capacity error {_worst(capacity, exact.capacity):.1e}"
        )
    for classes in (5, 7):
        cpu, _, run = timed(
            lambda: sized_half_cells(material, sizes=powder, c_rate=rates, classes=classes)  # noqa: B023
        )
        print(
            f"ours, NumPy, {classes} sizes: {cpu / len(rates):.3f} CPU s a run, "
            f"{run.steps.mean():.0f} steps, capacity error "
            f"{_worst(run.capacity[::33], exact.capacity):.1e}"
        )


def main(quick: bool) -> None:
    """Print runs per second and ratios."""
    count, singles = (200, 3) if quick else (1000, 20)
    rates, values = draws(count)
    best = compiled()
    batch(best, rates[:64], {n: v[:64] for n, v in values.items()})
    cpu, _, capacity = pybamm_list(rates, values)
    fastest = count / cpu
    print(f"PyBaMM, list of inputs, compiled   {fastest:9.0f} runs per CPU s")
    alone = 1 / single_simulations(rates, values, singles)
    print(f"PyBaMM, a Simulation per run       {alone:9.1f}")
    fine = half_cell_batch(
        ps.load_material(MATERIAL), c_rate=rates, values=values, error=1e-6, engine=best
    )
    print(f"  its capacity error                 {_worst(capacity, fine.capacity):.1e}")
    cases = [(Engine.NUMPY, 1)]
    if best is Engine.NUMBA:
        cases += [(best, 1), (best, os.cpu_count() or 1)]
    for engine, threads in cases:
        compiled(threads)
        cpu, wall, made = timed(lambda: batch(engine, rates, values), 5)  # noqa: B023
        own = count / cpu
        print(
            f"{engine.value}, {threads} thread(s)".ljust(35)
            + f"{own:9.0f} runs per CPU s ({count / wall:.0f} per wall s): "
            f"{own / fastest:6.1f} x the list, {own / alone:8.0f} x a Simulation per run; "
            f"errors: capacity {_worst(made.capacity, fine.capacity):.1e}, "
            f"peak stress {_worst(made.peak_hoop_stress, fine.peak_hoop_stress):.1e}"
        )
    if best is Engine.NUMBA:
        compiled()
        arithmetic(rates, values)
    if not quick:
        memory(best)


def _worst(some: Array, reference: Array) -> float:
    """Largest difference relative to each run's own capacity; cells that start empty apart."""
    started = reference > 0
    return float(np.abs(some[started] / reference[started] - 1).max())


if __name__ == "__main__":
    os.environ["PYBAMM_DISABLE_TELEMETRY"] = "true"
    with printed(("numpy", "scipy", "numba", "pybamm")):
        sizes() if "--sizes" in sys.argv else main("--quick" in sys.argv)
