"""Width of a phase boundary against the exact profile, and the warnings that use it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

import particle_sim as ps
from particle_sim import transport
from particle_sim.constants import GAS_CONSTANT
from particle_sim.materials.load import load_material
from particle_sim.particle.validity import interface_width

DATA = Path(__file__).parents[1] / "verification" / "data" / "H1.json"
ROWS: list[dict[str, Any]] = json.loads(DATA.read_text(encoding="utf-8"))["rows"]
CONCENTRATION, KAPPA, KELVIN = 2e4, 5e-10, 298.15
LENGTH = float((KAPPA / (GAS_CONSTANT * KELVIN * CONCENTRATION)) ** 0.5)


def width(chi: float) -> float | None:
    material = ps.material_from_values(
        maximum_concentration=CONCENTRATION,
        diffusivity=1e-15,
        regular_solution_parameter=chi,
        gradient_coefficient=KAPPA,
    )
    return interface_width(material, (transport.phase_separation,), KELVIN)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"chi={row['chi']}")
def test_width_is_within_a_tenth_of_the_exact_one(row: dict[str, Any]) -> None:
    """Cahn & Hilliard 1958: width by the steepest slope, in units of sqrt(kappa / R T c_max)."""
    found = width(row["chi"])
    assert found is not None
    relative = found / LENGTH / row["width_slope_over_lam"]
    assert abs(relative - 1) <= 0.1


@pytest.mark.parametrize("chi", [-1.0, 1.0, 2.0])
def test_one_phase_has_no_boundary(chi: float) -> None:
    assert width(chi) is None


def test_laws_without_gradient_energy_have_no_boundary() -> None:
    material = load_material("nvp")
    for term in (transport.fickian_diffusion, transport.darken_diffusion, transport.stress_drift):
        assert interface_width(material, (term,), KELVIN) is None


def test_width_counts_the_share_of_the_widest_plateau() -> None:
    """Only s c_max of the sodium takes part, so the width goes with sqrt(s)."""
    nvp = load_material("nvp")
    found = interface_width(nvp, (transport.coherent_phase_separation,), KELVIN)
    length = (5e-10 * 0.7578 / (GAS_CONSTANT * KELVIN * nvp.maximum_concentration)) ** 0.5
    assert found == pytest.approx(0.9 * length * (2 / 0.5) ** 0.5, rel=1e-3)
