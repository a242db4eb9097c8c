"""Does every simulable material run: a half-cell discharge, and the particle inside it?"""

from __future__ import annotations

import numpy as np
import pytest

import particle_sim as ps
from particle_sim.cell.run import CellEnd
from particle_sim.materials.load import load_material, material_names

NAMES = material_names()
LEAST_SIMULABLE = 45


def test_enough_materials_are_simulable() -> None:
    assert len(NAMES) >= LEAST_SIMULABLE


@pytest.mark.parametrize("name", NAMES)
def test_discharge_and_radial_particle(name: str) -> None:
    material = load_material(name)
    run = ps.solve_cell(ps.half_cell(material), ps.protocols.discharge(c_rate=0.1))
    assert run.end in (CellEnd.LOWER_VOLTAGE, CellEnd.FULL)
    window = material.specific_capacity  # c_max F / (3600 rho), what the papers' capacity closes to
    assert 0.9 * window < run.capacity[-1] < 1.001 * window
    assert run.voltage[-1] == pytest.approx(material.value("lower_voltage"), abs=2e-3)

    particle = ps.Particle(
        material=material, mesh=ps.shapes.sphere(material.value("particle_radius"))
    )
    flux = run.positive.surface_flux
    grain = ps.solve_particle(particle, flux)
    assert abs(grain.balances.sodium) < 1e-9
    reached = np.interp(grain.time[-1], run.time, run.positive.mean_site_fraction)
    assert grain.mean_site_fraction[-1] == pytest.approx(reached, abs=2e-3)
    assert np.isfinite(ps.metrics.peak_hoop_stress(grain))
