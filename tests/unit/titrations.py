"""Virtual titrations in closed form: a sphere of constant diffusivity under steps of flux.

The surface filling is a sum of step responses (Crank 1975, eq. 6.45), the voltage the potential at
the surface minus charge transfer and a resistance. No solver, and nothing that reads titrations.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from particle_sim.inference.sphere import rise_at
from particle_sim.materials.load import load_material
from particle_sim.materials.material import Material
from particle_sim.materials.potential import Plateau, PlateauPotential
from particle_sim.units import Array

HEADER = "time [s], current [mA/g], voltage [V]"
THERMAL = 2 * 0.025693
"""2RT/F at 298.15 K [V]"""


@dataclass(frozen=True, kw_only=True)
class Protocol:
    """Pulses of one current and rests; charge is negative."""

    c_rate: float = -0.5
    pulse: float = 60.0
    rest: float = 7200.0
    pulses: int = 4
    start: float = 0.52
    radius: float = 3e-6
    diffusivity: float = 5e-15
    every: float = 3.0
    """[s] between rows of a pulse"""
    rests_every: float = 600.0
    noise: float = 0.0
    """[V]"""
    resistance: float = 5e-4
    """[V per mA/g]"""


def solid_solution(voltage: float = 3.4, width: float = 1.0) -> Material:
    """HE-V's numbers with one sloping plateau."""
    material = load_material("he_v")
    potential = PlateauPotential((Plateau(voltage=voltage, share=1.0, width=width),))
    prop = replace(material["open_circuit_potential"], function=potential)
    return material.replaced(open_circuit_potential=prop)


def titration(material: Material, plan: Protocol, seed: int = 1) -> Array:
    """Rows (n, 3) of time [s], current [mA/g] and voltage [V]; every change has a row on both
    sides.
    """
    rows, edges = _plan(plan, plan.c_rate * material.value("one_c_current"))
    return _answered(material, plan, rows, edges, seed, kinetics=True)


def stepped(
    material: Material, plan: Protocol, *, hold: float, decay: float, seed: int = 1
) -> Array:
    """As :func:`titration`, with a current that falls as exp(-t/decay) after ``hold`` [s] of
    every pulse, constant from row to row, and a resistance for all charge transfer.
    """
    first = plan.c_rate * material.value("one_c_current")
    rows, edges = _rest(0.0, plan.rest, plan.rests_every), []
    for index in range(plan.pulses):
        begin = (index + 1) * plan.rest + index * plan.pulse
        times = np.arange(begin, begin + plan.pulse + plan.every / 2, plan.every)
        middle = (times[:-1] + times[1:]) / 2 - begin
        currents = first * np.exp(-np.maximum(middle - hold, 0.0) / decay)
        rows += [(begin, first), *zip(times[1:], currents, strict=True)]
        edges += list(zip(times, np.diff(currents, prepend=0.0, append=0.0), strict=True))
        rows += _rest(begin + plan.pulse, begin + plan.pulse + plan.rest, plan.rests_every)
    return _answered(material, plan, rows, edges, seed, kinetics=False)


def _plan(
    plan: Protocol, current: float
) -> tuple[list[tuple[float, float]], list[tuple[float, float]]]:
    """Rows (time, current), and the steps of the current."""
    rows = _rest(0.0, plan.rest, plan.rests_every)
    edges = []
    for index in range(plan.pulses):
        begin = (index + 1) * plan.rest + index * plan.pulse
        end = begin + plan.pulse
        edges += [(begin, current), (end, -current)]
        inner = np.arange(begin, end, plan.every)
        rows += [(t, current) for t in [*inner, end]]
        rows += _rest(end, end + plan.rest, plan.rests_every)
    return rows, edges


def _answered(
    material: Material,
    plan: Protocol,
    rows: list[tuple[float, float]],
    edges: list[tuple[float, float]],
    seed: int,
    *,
    kinetics: bool,
) -> Array:
    """The rows with their voltages."""
    time, flowing = np.array(rows).T
    per_second = 1 / (3600 * material.specific_capacity)
    scale = plan.radius**2 / plan.diffusivity
    surface = np.full(len(time), plan.start)
    for at, step in edges:
        since = np.maximum(time - at, 0.0)
        surface += step * per_second * scale / 3 * np.where(
            time >= at, rise_at(since / scale), 0.0
        )  # fmt: skip
    current = abs(plan.c_rate) * material.value("one_c_current")
    voltage = material.potential(surface) - plan.resistance * flowing
    if kinetics:
        exchange = 4 * current * 2 * np.sqrt(surface * (1 - surface))
        voltage = voltage - THERMAL * np.arcsinh(flowing / exchange)
    noise = plan.noise * np.random.default_rng(seed).standard_normal(len(time))
    return np.column_stack([time, flowing, voltage + noise])


def _rest(begin: float, end: float, every: float) -> list[tuple[float, float]]:
    return [(t, 0.0) for t in [*np.arange(begin, end, every), end]]


def text_of(rows: Array, header: str = HEADER) -> str:
    """Rows as a table."""
    lines = [header, *(", ".join(f"{value:.8g}" for value in row) for row in rows)]
    return "\n".join(lines) + "\n"


def written(folder: Path, text: str) -> Path:
    """A file of that text."""
    path = folder / "data.csv"
    path.write_text(text, encoding="utf-8")
    return path
