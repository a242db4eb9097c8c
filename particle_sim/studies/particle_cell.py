"""A cell under any law: PyBaMM's, or a half cell whose particle is our own.

A law that is no diffusivity in a sphere cannot be put into PyBaMM. At constant current the particle
can be solved as it is: its surface shares one potential, to which the counter metal and the films
add what they take,

    V = V_particle - eta(i, i_metal) - i R_film      (:mod:`particle_sim.transport.kinetics`),

so that the cut-offs of the cell are limits of the particle's potential.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from particle_sim.cell.balance import longest_run, rest_state
from particle_sim.cell.half_cell import Cell, CellModel
from particle_sim.cell.run import CellEnd, CellRun, ElectrodeRun
from particle_sim.cell.solve import NOTHING_FLOWS, solve_cell
from particle_sim.constants import FARADAY, REFERENCE_TEMPERATURE
from particle_sim.errors import InputError
from particle_sim.flux import SurfaceFlux, constant_flux
from particle_sim.metrics.particle_voltage import particle_voltage_history
from particle_sim.particle.outcome import ParticleEnd
from particle_sim.particle.particle import Particle
from particle_sim.particle.run import ParticleRun
from particle_sim.particle.solve import solve_particle
from particle_sim.particle.surface import Galvanostatic
from particle_sim.protocols.step import Mode, Protocol
from particle_sim.studies.particle_case import sphere_mesh
from particle_sim.transport.kinetics import series_drop

POINTS = 200
"""Output points of a run to the end of the sodium."""
TOLERANCE = 1e-3
"""Of a time step, in site fraction."""

_ENDS = {
    ParticleEnd.TIME: (CellEnd.TIME, CellEnd.TIME),
    ParticleEnd.EMPTY: (CellEnd.EMPTY, CellEnd.EMPTY),
    ParticleEnd.FULL: (CellEnd.FULL, CellEnd.FULL),
    ParticleEnd.VOLTAGE: (CellEnd.LOWER_VOLTAGE, CellEnd.UPPER_VOLTAGE),
}
"""Of a discharge, and of a charge."""


def run_cell(cell: Cell, protocol: Protocol, *, temperature: float | None = None) -> CellRun:
    """:func:`solve_cell` for a law that PyBaMM can carry, else :func:`particle_cell`."""
    kelvin = REFERENCE_TEMPERATURE if temperature is None else temperature
    if cell.law.fits_in_sphere(cell.material, kelvin):
        return solve_cell(cell, protocol, temperature=temperature)
    return particle_cell(cell, protocol, temperature=kelvin)


def particle_cell(
    cell: Cell, protocol: Protocol, *, temperature: float = REFERENCE_TEMPERATURE
) -> CellRun:
    """A charge or discharge at constant current of an SPM half cell with our own particle.

    From rest at the opposite cut-off, as :func:`solve_cell`; raises :class:`InputError` for any
    other protocol, model or cell.
    """
    step, *others = protocol.steps
    plain = step.c_rate is not None and step.mode in (Mode.CHARGE, Mode.DISCHARGE) and not others
    if not plain or cell.negative is not None or cell.model is not CellModel.SPM:
        raise InputError(
            f"{cell.material.name}: {cell.law.title} is solved in our own particle, which takes a "
            f"charge or discharge at constant current of an SPM half cell, not {protocol.name} of "
            f"this {cell.model.value} cell; choose that or --physics solid-solution."
        )
    discharges = step.mode is Mode.DISCHARGE
    current = (1 if discharges else -1) * (step.c_rate or 0.0) * cell.one_c_current
    drop = _drop(cell, current, temperature)
    lower, upper = (limit + drop for limit in cell.voltage_limits)
    if step.voltage is not None:
        lower = upper = step.voltage + drop
    total = _total(cell, current, step.duration, temperature)
    mesh = sphere_mesh(cell.material, cell.law, temperature)
    run = solve_particle(
        Particle(material=cell.material, mesh=mesh, physics=cell.law.terms),
        Galvanostatic(
            material=cell.material,
            total=total,
            voltage_limits=(lower, np.inf) if discharges else (-np.inf, upper),
        ),
        times=np.linspace(0, total.time[-1], POINTS + 1)[1:],
        tolerance=TOLERANCE,
    )
    return _cell_run(cell, protocol, run, (current, drop, total))


def _drop(cell: Cell, current: float, kelvin: float) -> float:
    """[V] of metal and films at a current [A]."""
    area, metal, film = (
        cell.design.value(name)
        for name in ("electrode_area", "metal_exchange_current_density", "film_resistance")
    )
    return float(series_drop(current / area, metal, film, kelvin))


def _total(cell: Cell, current: float, duration: float | None, kelvin: float) -> SurfaceFlux:
    """Mean flux of a particle at the cell's current [A], from rest at the opposite cut-off."""
    material = cell.material
    lower, upper = cell.voltage_limits
    per_volume = current / cell.active_mass * material.value("density")
    return constant_flux(
        -per_volume * material.value("particle_radius") / (3 * FARADAY),
        duration or longest_run(cell, current),
        initial_site_fraction=rest_state(cell, upper if current > 0 else lower, kelvin).positive,
        temperature=kelvin,
    )


def _cell_run(
    cell: Cell, protocol: Protocol, run: ParticleRun, given: tuple[float, float, SurfaceFlux]
) -> CellRun:
    current, drop, total = given
    passed = run.time - run.time[0]
    return CellRun(
        cell=cell,
        protocol=protocol,
        time=passed,
        current=np.full(len(passed), current),
        voltage=particle_voltage_history(run) - drop,
        capacity=abs(current) * passed / 3600 / cell.active_mass,
        step=np.zeros(len(passed), dtype=np.intp),
        positive=ElectrodeRun(
            mean_site_fraction=run.mean_site_fraction,
            surface_site_fraction=run.surface_site_fraction[:, 0],
            surface_flux=replace(total, time=np.array([0.0, passed[-1] or NOTHING_FLOWS])),
        ),
        end=_ENDS[run.end][current < 0],
    )
