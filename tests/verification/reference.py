"""Reference numbers, comparisons and the pieces every verification run shares.

The reference tables count a flux J into the particle as positive; ``particle_sim`` counts fluxes
out of it, so every test hands over ``-J``.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np

import particle_sim as ps
from particle_sim.constants import GAS_CONSTANT, REFERENCE_TEMPERATURE
from particle_sim.fem.mesh import Coordinates, Mesh, line_mesh
from particle_sim.fem.space import Space
from particle_sim.materials.material import Material
from particle_sim.particle.mechanics import free_surface
from particle_sim.particle.run import ParticleRun, von_mises
from particle_sim.units import Array

Inputs = dict[str, float]
Case = dict[str, Any]

DATA = Path(__file__).parent / "data"
RT = GAS_CONSTANT * REFERENCE_TEMPERATURE


def load(name: str) -> Case:
    """Inputs and reference rows of a case, SI units."""
    content: Case = json.loads((DATA / f"{name}.json").read_text(encoding="utf-8"))
    return content


def spoiled(inputs: Inputs, **factors: float) -> Inputs:
    """Inputs with one of them multiplied by a wrong factor."""
    return {**inputs, **{name: inputs[name] * factor for name, factor in factors.items()}}


def elastic_material(inputs: Inputs, **more: Any) -> Material:
    """Material of a case: E, nu, Omega, D and c_max, stress-free when empty."""
    values: dict[str, Any] = {
        "maximum_concentration": inputs.get("cmax", 22900.0),
        "diffusivity": inputs["D"],
        "youngs_modulus": inputs["E"],
        "poisson_ratio": inputs["nu"],
        "partial_molar_volume": inputs["Omega"],
    }
    return ps.material_from_values(**{**values, **more})


def stress_scale(inputs: Inputs, concentration: float) -> float:
    """S = E Omega c / (3 (1 - nu)) [Pa]."""
    return inputs["E"] * inputs["Omega"] * concentration / (3 * (1 - inputs["nu"]))


def molar_volume(coupling: float, *, modulus: float, ratio: float, concentration: float) -> float:
    """Omega for which 2 Omega^2 E c / (9 R T (1 - nu)) is ``coupling`` at 298.15 K."""
    squared = coupling * 9 * RT * (1 - ratio) / (2 * modulus * concentration)
    return float(np.sqrt(squared))


def left_by_rounding(order: int) -> float:
    """Relative stress that a direct solution of elements of ``order`` leaves where none belongs.

    Machine epsilon times the condition number of the stiffness, which grows as order^4; 1e-10 at
    order 2. How much of it appears differs between processors.
    """
    return 1e-10 * max(1.0, (order / 2) ** 4)


def assert_close(what: str, value: Any, expected: Any, *, scale: Any, tolerance: float) -> None:
    """|value - expected| / scale stays within ``tolerance`` everywhere."""
    error = float(np.max(np.abs(np.asarray(value) - np.asarray(expected)) / np.abs(scale)))
    assert error <= tolerance, f"{what}: error {error:.2e} exceeds {tolerance:.1e}"


def assert_balanced(run: ParticleRun) -> None:
    """Sodium and forces are balanced."""
    assert run.balances.sodium <= 1e-12, f"sodium balance {run.balances.sodium:.1e}"
    assert run.balances.equilibrium <= 1e-9, f"equilibrium {run.balances.equilibrium:.1e}"


def assert_gates(run: ParticleRun) -> None:
    """Balanced, free surfaces free of traction, and a solid sphere isotropic at its centre."""
    assert_balanced(run)
    largest = max(float(von_mises(run.stress).max()), 1.0)
    mesh = run.particle.mesh
    if mesh.coordinates is Coordinates.SPHERE and not mesh.is_hollow:
        difference = float(np.abs(run.stress[:, 0, 0] - run.stress[:, 0, 1]).max())
        assert difference <= 1e-9 * largest, f"centre: {difference:.1e} Pa"
    if run.particle.mechanics == free_surface:
        traction = float(np.abs(run.stress[1:, -1, 0]).max())
        assert traction <= 1e-2 * largest, f"traction on the free surface: {traction:.1e} Pa"


def index_at(run: ParticleRun, time: float) -> int:
    """Index of a requested time."""
    index = int(np.argmin(np.abs(run.time - time)))
    assert abs(run.time[index] - time) <= 1e-9 * time, f"time {time} s was not hit"
    return index


def at_rows(run: ParticleRun, rows: list[Case], variable: str, time_unit: float) -> Array:
    """A field at the tau and x = r/R of reference rows."""
    positions = sorted({row["x"] for row in rows})
    table = run.profile(np.array(positions) * run.particle.mesh.outer)[variable].values
    where = [(index_at(run, row["tau"] * time_unit), positions.index(row["x"])) for row in rows]
    return np.array([table[place] for place in where])


def column(rows: list[Case], name: str) -> Array:
    """One column of reference rows."""
    return np.array([row[name] for row in rows])


def times_of(rows: list[Case], time_unit: float) -> Array:
    """Distinct times of reference rows [s]."""
    return np.unique(column(rows, "tau")) * time_unit


def extreme(times: Array, values: Array) -> tuple[float, float]:
    """Time and value of the largest |value|: a parabola through the three points around it."""
    middle = int(np.argmax(np.abs(values)))
    if middle in (0, len(values) - 1):
        return float(times[middle]), float(values[middle])
    part = slice(middle - 1, middle + 2)
    a, b, c = np.polyfit(times[part] - times[middle], values[part], 2)
    return float(times[middle] - b / (2 * a)), float(c - b * b / (4 * a))


def radial_space(mesh: Mesh, order: int) -> Space:
    """The elements that a radial particle's sodium has on a mesh."""
    return Space(mesh=line_mesh(mesh), order=order, degree=2 * order + 4)
