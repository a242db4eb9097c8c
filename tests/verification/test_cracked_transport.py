"""Sodium in a cracked slab: m planes that electrolyte has entered, or that nothing passes.

Wetted planes share the current and shorten the way: mean - surface = J L/(3 D (m + 1)^2). Dry
planes leave only the two outer pieces, 2/(m + 1) of the volume, at J w/(3 D), w their width.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest
from reference import Inputs, assert_close, load, spoiled

import particle_sim as ps
from particle_sim.damage.cracked_transport import (
    cracks,
    reachable_share,
    reached_by_electrolyte,
    wetted_area,
    wetted_rate_factor,
)
from particle_sim.damage.field import CrackDensity
from particle_sim.fem.body_mesh import BodyMesh
from particle_sim.materials.material import Material
from particle_sim.particle.run import ParticleRun
from particle_sim.units import Array

CASE = load("DM14")
FULL = 40000.0
"""Maximum concentration [mol/m3]; the case starts at half of it."""

ACROSS = 80
"""Cells across each piece between cracks; the crack's length scale is four of them."""


@dataclass(frozen=True, kw_only=True)
class Slab:
    """A slab with m cracks of length scale a twentieth of a piece's half width."""

    inputs: Inputs
    planes: int
    broken_cells: bool = True

    @property
    def mesh(self) -> BodyMesh:
        width = 2 * self.inputs["half_width_L"]
        across = ACROSS * (self.planes + 1)
        return ps.shapes.rectangle((width, 2 * self.cell), cells=(across, 2))

    @property
    def cell(self) -> float:
        """Its width [m]."""
        return 2 * self.inputs["half_width_L"] / (ACROSS * (self.planes + 1))

    @property
    def scale(self) -> float:
        """l [m]"""
        return self.inputs["half_width_L"] / (self.planes + 1) / 20

    @property
    def damage(self) -> Array:
        x, width = self.mesh.points[:, 0], 2 * self.inputs["half_width_L"]
        middles = width * np.arange(1, self.planes + 1) / (self.planes + 1)
        broken = 1.0001 * self.cell if self.broken_cells else 0.0
        away = np.abs(x[:, None] - middles).min(axis=1, initial=width) - broken
        away = np.maximum(away, 0.0)
        return np.asarray(np.maximum(1 - away / (2 * self.scale), 0.0) ** 2)

    def run(self, *, flux: float, times: float, wetted: bool) -> ParticleRun:
        """Discharged for ``times`` relaxation times of the piece that sodium leaves."""
        inputs, mesh = self.inputs, self.mesh
        found = cracks(mesh, self.damage, length_scale=self.scale, wetted=wetted)
        body = ps.Particle(material=material(inputs["D"]), mesh=mesh, cracks=found)
        surface = ps.constant_flux(flux, times, initial_site_fraction=inputs["c0"] / FULL)
        return ps.solve_particle(
            body, surface, on=("left", "right"), limits=None, times=[times], tolerance=1e-4
        )


def material(diffusivity: float) -> Material:
    return ps.material_from_values(maximum_concentration=FULL, diffusivity=diffusivity)


def mean_minus_surface(run: ParticleRun, inside: Array) -> float:
    weights, theta = run.volume_weights[inside], run.site_fraction[-1]
    mean = float(weights @ theta[inside] / weights.sum())
    return FULL * (mean - float(run.surface_mean(run.site_fraction)[-1]))


def check_wetted(inputs: Inputs, planes: int, *, wetted: bool = True, share: int = 1) -> None:
    """``share``: cracks that the current is not shared with, planted."""
    row = CASE["rows"][planes]
    slab = Slab(inputs=inputs, planes=planes)
    run = slab.run(flux=share * row["flux"], times=6 * row["relaxation_time"], wetted=wetted)
    assert run.balances.sodium <= 1e-10
    everywhere = np.ones(run.site_fraction.shape[1], dtype=bool)
    expected = row["mean_minus_surface"]
    found = mean_minus_surface(run, everywhere)
    assert_close("mean - surface", found, expected, scale=expected, tolerance=0.03)


def check_dry(slab: Slab) -> None:
    row = CASE["rows"][3 + slab.planes]
    width = 2 * slab.inputs["half_width_L"] / (slab.planes + 1)
    time = 3 * width**2 / slab.inputs["D"] / (np.pi**2 / 4)
    run = slab.run(flux=slab.inputs["flux_out"], times=time, wetted=False)
    assert run.balances.sodium <= 1e-10
    x = run.nodes[:, 0]
    outer = np.minimum(x, 2 * slab.inputs["half_width_L"] - x) < width - slab.cell
    expected = row["steady_mean_minus_surface_of_outer_pieces"]
    found = mean_minus_surface(run, outer)
    assert_close("outer pieces", found, expected, scale=expected, tolerance=0.03)
    lost = run.site_fraction[0] - run.site_fraction[-1]
    reached = float(run.volume_weights @ (lost > 0.5 * lost[outer].min()))
    assert_close("reached", reached, row["reachable_volume_fraction"], scale=1, tolerance=0.03)


@pytest.mark.parametrize("planes", [1, 2, 3])
def test_closed_forms(planes: int) -> None:
    row, dry = CASE["rows"][planes], CASE["rows"][3 + planes]
    intact = CASE["inputs"]["flux_out"] * CASE["inputs"]["half_width_L"] / 3 / CASE["inputs"]["D"]
    expected = row["mean_minus_surface"]
    found = intact * wetted_rate_factor(planes)
    assert_close("wetted", found, expected, scale=expected, tolerance=1e-6)
    expected = dry["reachable_volume_fraction"]
    assert_close("dry", reachable_share(planes), expected, scale=1, tolerance=1e-6)


def test_closed_forms_notice_a_plane_more() -> None:
    found, expected = wetted_rate_factor(3), CASE["rows"][2]["ratio_to_intact"]
    with pytest.raises(AssertionError, match="exceeds"):
        assert_close("wetted", found, expected, scale=expected, tolerance=1e-6)


@pytest.mark.parametrize("planes", [0, 1, 3])
def test_wetted_planes(planes: int) -> None:
    check_wetted(CASE["inputs"], planes)


def test_wetted_planes_notice_the_diffusivity() -> None:
    with pytest.raises(AssertionError, match="exceeds"):
        check_wetted(spoiled(CASE["inputs"], D=1.05), 1)


def test_wetted_planes_notice_that_they_are_dry() -> None:
    with pytest.raises(AssertionError, match="exceeds"):
        check_wetted(CASE["inputs"], 1, wetted=False)


def test_wetted_planes_notice_a_current_that_is_not_shared() -> None:
    with pytest.raises(AssertionError, match="exceeds"):
        check_wetted(CASE["inputs"], 1, share=2)


@pytest.mark.parametrize("planes", [2, 3])
def test_dry_planes(planes: int) -> None:
    check_dry(Slab(inputs=CASE["inputs"], planes=planes))


def test_dry_planes_notice_a_crack_that_leaks() -> None:
    """Broken at single nodes a crack is passed by the cells on both sides of them."""
    with pytest.raises(AssertionError, match="exceeds"):
        check_dry(Slab(inputs=CASE["inputs"], planes=2, broken_cells=False))


def edge_crack(mesh: BodyMesh, start: float, stop: float, scale: float, cell: float) -> Array:
    """Damage around the segment y = 0.5 um from x = ``start`` to ``stop``."""
    x, y = mesh.points.T
    beyond = np.maximum(np.maximum(start - x, x - stop), 0.0)
    away = np.hypot(beyond, np.maximum(np.abs(y - 0.5e-6) - 1.001 * cell, 0.0))
    return np.asarray(np.maximum(1 - away / (2 * scale), 0.0) ** 2)


def check_faces(profile: CrackDensity, taken: CrackDensity) -> None:
    """Plane cracks of the field's own profile: (1 - x/2l)^2, and exp(-x/l)."""
    mesh, scale = ps.shapes.rectangle((1e-6, 1e-7), cells=(400, 40)), 20e-9
    away = np.maximum(np.abs(mesh.points[:, 0] - 0.5e-6) - 2.51e-9, 0.0) / scale
    shapes = {CrackDensity.AT1: np.maximum(1 - away / 2, 0.0) ** 2, CrackDensity.AT2: np.exp(-away)}
    found = cracks(mesh, shapes[profile], length_scale=scale, density=taken, wetted=True)
    area = wetted_area(mesh, found) / 1e-7
    assert_close("faces", area, 2.0, scale=2.0, tolerance=5e-3)  # straight cells of l/8


@pytest.mark.parametrize("profile", list(CrackDensity))
def test_faces_of_a_crack(profile: CrackDensity) -> None:
    """They are twice its area."""
    check_faces(profile, profile)


def test_faces_of_a_crack_notice_another_profile() -> None:
    with pytest.raises(AssertionError, match="exceeds"):
        check_faces(CrackDensity.AT1, CrackDensity.AT2)


def test_electrolyte_reaches_what_hangs_together_with_the_surface() -> None:
    mesh = ps.shapes.rectangle((1e-6, 1e-6), cells=(40, 40))
    to_edge = edge_crack(mesh, 0.0, 0.4e-6, 50e-9, 25e-9)
    buried = edge_crack(mesh, 0.7e-6, 0.8e-6, 50e-9, 25e-9)
    reached = reached_by_electrolyte(mesh, np.maximum(to_edge, buried))
    middles = mesh.points[mesh.vertices].mean(axis=1)
    near = np.abs(middles[:, 1] - 0.5e-6) < 20e-9
    assert reached[near & (middles[:, 0] < 0.4e-6)].all()
    assert not reached[middles[:, 0] > 0.6e-6].any()
    only_left = reached_by_electrolyte(mesh, np.maximum(to_edge, buried), ("right",))
    assert not only_left.any()


def check_shared_potential(*, wetted: bool, face: float) -> None:
    """``face``: share of the wetted face through which the mean flux is taken to pass."""
    mesh = ps.shapes.rectangle((1e-6, 1e-6), cells=(24, 24))
    damage = edge_crack(mesh, 0.0, 0.6e-6, 60e-9, 1e-6 / 24)
    found = cracks(mesh, damage, length_scale=60e-9, wetted=wetted)
    nvp = ps.load_material("nvp")
    slow = ps.constant_flux(2e-6, 20.0, initial_site_fraction=0.6)
    surface = ps.surface.Galvanostatic(material=nvp, total=slow)
    body = ps.Particle(material=nvp, mesh=mesh, cracks=found, order=1)
    run = ps.solve_particle(body, surface, on=("left",), limits=None, times=[20.0], tolerance=1e-3)
    assert run.balances.sodium <= 1e-10
    assert any("uncracked body" in text for text in run.warnings)
    area = 1e-6 + face * wetted_area(mesh, found)
    left = run.mean_site_fraction[0] - run.mean_site_fraction[-1]
    expected = 2e-6 * 20.0 * area / (nvp.maximum_concentration * 1e-12)
    assert_close("left", left, expected, scale=expected, tolerance=1e-6)


@pytest.mark.parametrize("wetted", [False, True])
def test_a_shared_potential(wetted: bool) -> None:
    """A given current leaves through surface and crack at one potential, and none is lost."""
    check_shared_potential(wetted=wetted, face=1.0)


def test_a_shared_potential_notices_half_a_face() -> None:
    with pytest.raises(AssertionError, match="exceeds"):
        check_shared_potential(wetted=True, face=0.5)
