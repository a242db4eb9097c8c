"""Crack risk, crack number, critical C-rate and grain boundary traction against closed forms.

Uniform tension p: K = 1.12 p sqrt(pi a) at the surface, W = 3 (1 - 2 nu) p^2 V/(2 E). A core in a
misfitting shell (case I1): 2 sigma sqrt(a/pi) inside the core, traction sigma on the interface.
The steady parabola of a sphere (case O1), sigma_r = (S/5)(1 - x^2), sigma_theta = (S/5)(1 - 2 x^2),
gives the traction on any plane. A laminate clamped at its sides under tension p on top: traction p
across the layers, and p nu/(1 - nu) along them.
"""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from reference import Inputs, assert_close, assert_gates, elastic_material, load, spoiled

import particle_sim as ps
from particle_sim.errors import InputError
from particle_sim.fem.body_mesh import BodyMesh
from particle_sim.fem.mesh import Mesh
from particle_sim.materials.functions import LinearTable
from particle_sim.metrics.crack_number import (
    crack_number,
    critical_radius,
    critical_radius_of_flaw,
    cut_in_two,
)
from particle_sim.metrics.crack_risk import CrackRisk, crack_risk
from particle_sim.metrics.critical_c_rate import c_rate_of, critical_c_rate
from particle_sim.metrics.edge_crack import edge_crack_history
from particle_sim.metrics.flaw import FlawKind
from particle_sim.metrics.grain_boundary_traction import (
    GrainBoundaryTraction,
    grain_boundary_traction,
)
from particle_sim.metrics.linearity import why_not_linear
from particle_sim.particle.mechanics import MechanicalBoundary, Shell
from particle_sim.particle.outcome import ParticleEnd
from particle_sim.particle.run import ParticleRun
from particle_sim.particle.shapes import outlines
from particle_sim.units import Array

CRACKS, CORE = load("O1"), load("I1")
PULLED: Inputs = {"E": 8e10, "nu": 0.28, "Omega": 0.0, "D": 1e-15, "R": 4e-7, "p": 2e8}
FLAW, TOUGHNESS = 1e-8, 1.2e6
WIDE = {**CRACKS["inputs"], "cmax": 2e5}
"""The steady parabola in a window wide enough to hold it."""


def still(particle: ps.Particle[Mesh], site_fraction: float = 0.0) -> ParticleRun:
    surface = ps.constant_flux(0.0, 1.0, initial_site_fraction=site_fraction)
    return ps.solve_particle(particle, surface)


def stressed(particle: ps.Particle[BodyMesh], site_fraction: float = 0.0) -> ParticleRun:
    return ps.solve_stress(particle, lambda x: np.full(len(x), site_fraction))


def pulled(inputs: Inputs, mesh: str) -> ParticleRun:
    """A particle under uniform tension p from outside."""
    around = MechanicalBoundary(pressure=-inputs["p"])
    material, radius = elastic_material(inputs), inputs["R"]
    if mesh == "radial":
        sphere = ps.shapes.sphere(radius, cells=4)
        return still(ps.Particle(material=material, mesh=sphere, mechanics=around))
    section = ps.shapes.ball_section(radius, cell_size=radius / 4, half=True)
    return stressed(ps.Particle(material=material, mesh=section, mechanics=around))


def check_uniform_tension(inputs: Inputs, mesh: str) -> None:
    run = pulled(inputs, mesh)
    risk, true = crack_risk(run, flaw_size=FLAW, toughness=TOUGHNESS), PULLED
    modulus = true["E"] / (1 - true["nu"] ** 2)
    intensity = 1.12 * true["p"] * math.sqrt(math.pi * FLAW)
    assert risk.flaw is FlawKind.SURFACE
    energy = 3 * (1 - 2 * true["nu"]) * true["p"] ** 2 / (2 * true["E"])  # per volume
    release = energy * 4 / 3 * true["R"]
    expected = {
        "stress": (risk.stress, true["p"]),
        "place": (np.linalg.norm(risk.position), true["R"]),
        "K": (risk.intensity, intensity),
        "ratio": (risk.ratio, intensity / TOUGHNESS),
        "ratio range": (np.array(risk.ratio_range), intensity / TOUGHNESS),
        "G": (risk.energy_release_rate, intensity**2 / modulus),
        "G_c": (risk.critical_energy_release_rate, TOUGHNESS**2 / modulus),
        "critical flaw": (risk.critical_flaw_size, (TOUGHNESS / (1.12 * true["p"])) ** 2 / math.pi),
        "W/A": (cut_in_two(run).energy_per_area, release),
        "critical radius": (
            critical_radius(run, toughness=TOUGHNESS),
            true["R"] * TOUGHNESS**2 / modulus / release,
        ),
        "critical radius of the flaw": (
            critical_radius_of_flaw(run, flaw_size=FLAW, toughness=TOUGHNESS),
            true["R"] * (TOUGHNESS / intensity) ** 2,
        ),
    }
    for what, (value, exact) in expected.items():
        assert_close(what, value, exact, scale=exact, tolerance=2e-4)


MESHES = pytest.mark.parametrize("mesh", ["radial", "section"])


@MESHES
def test_uniform_tension(mesh: str) -> None:
    check_uniform_tension(PULLED, mesh)


@MESHES
@pytest.mark.parametrize("wrong", [{"p": 1.01}, {"E": 0.99}, {"nu": 1.01}, {"R": 1.01}])
def test_uniform_tension_notices(mesh: str, wrong: dict[str, float]) -> None:
    with pytest.raises(AssertionError, match="exceeds"):
        check_uniform_tension(spoiled(PULLED, **wrong), mesh)


def test_compression_opens_nothing() -> None:
    run = pulled({**PULLED, "p": -1e8}, "radial")
    risk = crack_risk(run, flaw_size=FLAW, toughness=TOUGHNESS)
    assert risk.intensity == risk.ratio == risk.probability == 0
    assert math.isinf(risk.critical_flaw_size)
    assert math.isinf(critical_radius_of_flaw(run, flaw_size=FLAW, toughness=TOUGHNESS))


def coated(inputs: Inputs, mesh: str) -> ParticleRun:
    """Case I1: an empty core in a shell that wants to be larger."""
    material = elastic_material({**PULLED, "E": inputs["E1"], "nu": inputs["nu1"]})
    core, outside = inputs["a"], inputs["b"]
    if mesh == "radial":
        shell = Shell(
            thickness=outside - core,
            youngs_modulus=inputs["E2"],
            poisson_ratio=inputs["nu2"],
            misfit_strain=inputs["e2"],
        )
        held = MechanicalBoundary(shell=shell)
        sphere = ps.shapes.sphere(core, cells=6)
        return still(ps.Particle(material=material, mesh=sphere, mechanics=held))
    inert = ps.crystal.Inert(
        youngs_modulus=inputs["E2"], poisson_ratio=inputs["nu2"], misfit_strain=inputs["e2"]
    )
    section = ps.shapes.ball_section(outside, core_radius=core, cell_size=outside / 16, half=True)
    return stressed(ps.Particle(material=material, mesh=section, inert={1: inert}))


def check_core(inputs: Inputs, mesh: str) -> None:
    """Inside the core and at its interface a flaw is embedded: the shell covers it."""
    run, stress = coated(inputs, mesh), CORE["sphere"]["rows"][0]["sigma_r"]
    risk = crack_risk(run, flaw_size=FLAW, toughness=TOUGHNESS)
    intensity = 2 * stress * math.sqrt(FLAW / math.pi)
    assert risk.flaw is FlawKind.EMBEDDED
    assert_close("K", risk.intensity, intensity, scale=intensity, tolerance=5e-4)
    release = CORE["sphere"]["elastic_energy_J"] / (math.pi * CORE["inputs"]["b"] ** 2)
    value = cut_in_two(run).energy_per_area
    assert_close("W/A", value, release, scale=release, tolerance=1e-4)
    check_interface(grain_boundary_traction(run, -1), stress, 1.0 if mesh == "radial" else 0.5)


def check_interface(traction: GrainBoundaryTraction, stress: float, share: float) -> None:
    """``share`` of the ball is modelled."""
    area = share * 4 * math.pi * CORE["inputs"]["a"] ** 2
    assert_close("normal", traction.normal_traction, stress, scale=stress, tolerance=5e-4)
    assert_close("shear", traction.shear_traction, 0.0, scale=stress, tolerance=5e-4)
    assert_close("area", traction.areas.sum(), area, scale=area, tolerance=1e-4)
    assert traction.mismatch < 1e-3
    assert traction.worst_boundary.grains == (0, 1)
    assert traction.area_fraction_above(0.99 * stress) == 1
    assert traction.area_fraction_above(1.01 * stress) == 0
    along = [0, 2] if traction.positions.shape[1] == 2 else [0]
    outwards = np.einsum("fd,fd->f", traction.normals[:, along], traction.positions)
    assert_close("normals", outwards, CORE["inputs"]["a"], scale=3e-7, tolerance=5e-3)
    expected = 2 * stress * math.sqrt(FLAW / math.pi)
    assert_close("K", traction.intensity(FLAW), expected, scale=expected, tolerance=5e-4)


@MESHES
def test_core_in_a_misfitting_shell(mesh: str) -> None:
    check_core(CORE["inputs"], mesh)


@MESHES
@pytest.mark.parametrize("wrong", [{"e2": 1.01}, {"E1": 0.97}, {"a": 1.01}])
def test_core_notices(mesh: str, wrong: dict[str, float]) -> None:
    with pytest.raises(AssertionError, match="exceeds"):
        check_core(spoiled(CORE["inputs"], **wrong), mesh)


def flowing(inputs: Inputs, sign: float, scale: float = 1.0) -> ParticleRun:
    """Constant flux until the parabola is steady; negative is insertion."""
    mesh = ps.shapes.sphere(inputs["R"], cells=24, grading=5)
    body = ps.Particle(material=elastic_material(inputs), mesh=mesh)
    flux, duration = sign * scale * inputs["J"], inputs["R"] ** 2 / inputs["D"]
    surface = ps.constant_flux(flux, duration, initial_site_fraction=0.5)
    run = ps.solve_particle(body, surface, tolerance=1e-6)
    assert_gates(run)
    return run


def check_parabola(inputs: Inputs, sign: float = 1.0) -> None:
    removing, inserting = flowing(inputs, sign), flowing(inputs, -sign)
    true, top = WIDE, CRACKS["S_Pa"] / 5
    for row in CRACKS["rows"][:2]:
        size = row["a_m"]
        edge = crack_risk(removing, flaw_size=size, toughness=TOUGHNESS)
        expected = row["K_surface_112"]
        assert_close("edge K", edge.intensity, expected, scale=expected, tolerance=2e-3)
        inside = crack_risk(inserting, flaw_size=size, toughness=TOUGHNESS)
        expected = row["K_penny_centre"] / (1 - 4 / 3 * row["a_over_R"] ** 2)
        assert_close("penny K", inside.intensity, expected, scale=expected, tolerance=2e-3)
        ratio = row["a_over_R"]
        exact = 1.1215 - 4 * 0.6826 * ratio + 2 * 0.5255 * ratio**2
        exact *= top * math.sqrt(math.pi * size)
        graded = edge_crack_history(removing, size)[-1]
        assert_close("edge K of varying stress", graded, exact, scale=exact, tolerance=1e-2)
        at_depth = 2 * (1 - ratio) ** 2 - 1
        assert_close("uniformity", edge.uniformity, at_depth, scale=1, tolerance=0.1)
    energy = CRACKS["strain_energy_steady_J"]
    release = energy / (math.pi * true["R"] ** 2)
    value = cut_in_two(inserting).energy_per_area
    assert_close("W/A", value, release, scale=release, tolerance=5e-3)
    spread = true["J"] * true["R"] / (true["D"] * true["cmax"])
    number = 4 * spread**2 / (175 * (1 - true["nu"]))
    assert_close("Z", crack_number(inserting), number, scale=number, tolerance=5e-3)
    assert edge.flaw is FlawKind.SURFACE
    assert edge.position == (true["R"],)
    assert edge.direction == (0.0, 1.0, 0.0)
    assert inside.flaw is FlawKind.EMBEDDED
    assert inside.position == (0.0,)


def test_worst_flaws_of_the_steady_parabola() -> None:
    """Coefficients 1.1215, 0.6826 and 0.5255 of an edge crack under 1, x/a and (x/a)^2: Buchalet &
    Bamford, ASTM STP 590 (1976) 385."""
    check_parabola(WIDE)


@pytest.mark.parametrize("wrong", [{"Omega": 1.02}, {"E": 0.98}, {"J": 1.02}])
def test_parabola_notices(wrong: dict[str, float]) -> None:
    with pytest.raises(AssertionError, match="exceeds"):
        check_parabola(spoiled(WIDE, **wrong))


def test_parabola_notices_the_sign_of_the_flux() -> None:
    with pytest.raises(AssertionError, match="exceeds"):
        check_parabola(WIDE, sign=-1.0)


def check_critical_rate(scale: float = 1.0) -> None:
    """A run at the critical C-rate has K = K_IC."""
    run, flaw = flowing(WIDE, 1.0), 1e-7
    toughness = 1.5 * crack_risk(run, flaw_size=flaw, toughness=1.0).intensity
    rate = critical_c_rate(run, flaw_size=flaw, toughness=toughness)
    assert rate is not None
    current = 3 * WIDE["J"] / (WIDE["cmax"] * WIDE["R"]) * 3600  # windows per hour
    assert_close("C-rate", c_rate_of(run), current, scale=current, tolerance=1e-6)
    again = flowing(WIDE, 1.0, scale=scale * rate / c_rate_of(run))
    ratio = crack_risk(again, flaw_size=flaw, toughness=toughness).ratio
    assert_close("K/K_IC", ratio, 1.0, scale=1.0, tolerance=2e-4)


def test_critical_c_rate_brings_the_worst_flaw_to_its_toughness() -> None:
    check_critical_rate()


def test_critical_c_rate_of_a_run_that_the_surface_cuts_short() -> None:
    """At 9 times the flux the steady state is out of reach; K = K_IC just before the end."""
    run, flaw = flowing(WIDE, 1.0), 1e-7
    toughness = 9 * crack_risk(run, flaw_size=flaw, toughness=1.0).intensity
    rate = critical_c_rate(run, flaw_size=flaw, toughness=toughness)
    assert rate is not None
    again = flowing(WIDE, 1.0, scale=rate / c_rate_of(run))
    assert again.end is ParticleEnd.EMPTY
    assert 0.999 < crack_risk(again, flaw_size=flaw, toughness=toughness).ratio < 1.03


def test_critical_c_rate_of_a_section_is_that_of_the_sphere() -> None:
    radial = flowing(WIDE, 1.0)
    mesh = ps.shapes.ball_section(WIDE["R"], cell_size=WIDE["R"] / 5, half=True)
    body = ps.Particle(material=elastic_material(WIDE), mesh=mesh)
    surface = ps.constant_flux(WIDE["J"], radial.time[-1], initial_site_fraction=0.5)
    section = ps.solve_particle(body, surface, times=radial.time[-1:] * [0.5, 1.0])
    risk = crack_risk(section, flaw_size=1e-7, toughness=5e4)
    assert risk.axes == ("r", "hoop", "z")
    outwards = np.array(risk.position) / WIDE["R"]
    assert abs(np.array(risk.direction)[[0, 2]] @ outwards) < 0.05
    rates = [critical_c_rate(run, flaw_size=1e-7, toughness=5e4) for run in (radial, section)]
    assert rates[0] is not None
    assert rates[1] == pytest.approx(rates[0], rel=2e-2)


def test_critical_c_rate_notices_another_rate() -> None:
    with pytest.raises(AssertionError, match="exceeds"):
        check_critical_rate(scale=1.01)


def test_surface_runs_empty_before_a_tough_flaw_grows() -> None:
    run = flowing(WIDE, 1.0)
    assert critical_c_rate(run, flaw_size=1e-7, toughness=1e9) == math.inf


def bent(run: ParticleRun) -> ParticleRun:
    """The same run of a material whose diffusivity changes with the filling."""
    diffusivity = run.particle.material["diffusivity"]
    table = LinearTable((0.0, 1.0), (1e-15, 2e-15))
    material = run.particle.material.replaced(diffusivity=replace(diffusivity, function=table))
    return replace(run, particle=replace(run.particle, material=material))


def test_no_critical_c_rate_where_stress_is_not_proportional_to_the_flux() -> None:
    run = flowing(WIDE, 1.0)
    assert why_not_linear(run) is None
    two_phase = replace(run.particle, physics=(ps.physics.phase_separation,))
    for other, reason in (
        (replace(run, particle=two_phase), "Cahn-Hilliard"),
        (bent(run), "bends"),
        (coated(CORE["inputs"], "radial"), "stressed before"),
    ):
        assert reason in (why_not_linear(other) or "")
        assert critical_c_rate(other, flaw_size=FLAW, toughness=TOUGHNESS) is None


def nvp_risk(**given: float) -> CrackRisk:
    """NVP under tension, in a particle so large that no flaw size is cut off."""
    mesh = ps.shapes.sphere(5e-6, cells=4)
    around = MechanicalBoundary(pressure=-3e9)
    body = ps.Particle(material=ps.load_material("nvp"), mesh=mesh, mechanics=around)
    return crack_risk(still(body, 0.5), **given)


def check_plausible_ranges(strength: float = 1.0) -> None:
    """Flaws of 5 to 60 nm (log-uniform) against a toughness of 0.5 to 1.6 MPa m^0.5."""
    risk = nvp_risk()
    assert risk.flaw_size == pytest.approx(20e-9)
    unit = strength * 1.12 * 3e9 * math.sqrt(math.pi)
    low, high = unit * math.sqrt(5e-9) / 1.6e6, unit * math.sqrt(60e-9) / 0.5e6
    assert_close("corners", np.array(risk.ratio_range), (low, high), scale=high, tolerance=1e-3)
    share = math.log(60e-9 / (1.2e6 / unit) ** 2) / math.log(12)
    value = nvp_risk(toughness=1.2e6).probability
    assert_close("probability", value, share, scale=1.0, tolerance=6e-3)
    assert nvp_risk(flaw_size=20e-9, toughness=1.2e6).probability in (0.0, 1.0)


def test_plausible_ranges() -> None:
    check_plausible_ranges()


def test_plausible_ranges_notice_another_strength() -> None:
    with pytest.raises(AssertionError, match="exceeds"):
        check_plausible_ranges(strength=1.05)


def test_flaws_are_cut_off_at_a_tenth_of_the_particle() -> None:
    mesh = ps.shapes.sphere(1e-7, cells=4)
    body = ps.Particle(material=ps.load_material("nvp"), mesh=mesh)
    risk = crack_risk(still(body, 0.5))
    assert risk.flaw_size == pytest.approx(1e-8)
    assert any("cut off at 10.0 nm" in text for text in risk.warnings)
    given = crack_risk(still(body, 0.5), flaw_size=2e-8)
    assert given.flaw_size == 2e-8
    assert any("rough" in text for text in given.warnings)


GRAINS: Inputs = {"E": 8e10, "nu": 0.25, "Omega": 3e-6, "D": 1e-15, "R": 1e-6, "cmax": 2e4}


def traction_of_grains(inputs: Inputs, mesh: BodyMesh) -> GrainBoundaryTraction:
    """Isotropic grains that fill a ball, with theta = 0.5 + 0.3 (r/R)^2."""
    body = ps.Particle(material=elastic_material(inputs), mesh=mesh)
    radius = inputs["R"]
    run = ps.solve_stress(body, lambda x: 0.5 + 0.3 * (x**2).sum(axis=1) / radius**2)
    return grain_boundary_traction(run, 0)


def rings(inputs: Inputs) -> BodyMesh:
    """The meridian of a ball, cut into grains that are rings."""
    outline = outlines.ball_section(inputs["R"])
    return ps.shapes.polycrystal(outline, grains=5, seed=1, cell_size=inputs["R"] / 8)


def grains(inputs: Inputs) -> BodyMesh:
    outline = outlines.ball(inputs["R"])
    return ps.shapes.polycrystal(outline, grains=6, seed=5, cell_size=inputs["R"] / 3)


def exact_traction(traction: GrainBoundaryTraction) -> tuple[Array, Array]:
    """Normal and shear traction over S = E Omega dc/(3 (1 - nu)) in the middles of the facets.

    sigma_r = (2 S/5)(1 - x^2) and sigma_theta = (2 S/5)(1 - 2 x^2), dc from centre to surface.
    """
    distance = np.linalg.norm(traction.positions, axis=1)
    x = distance / GRAINS["R"]
    radial, hoop = 0.4 * (1 - x**2), 0.4 * (1 - 2 * x**2)
    normals = traction.normals[:, [0, 2] if traction.positions.shape[1] == 2 else [0, 1, 2]]
    across = np.einsum("fd,fd->f", traction.positions, normals) / distance
    normal = radial * across**2 + hoop * (1 - across**2)
    return normal, np.abs(radial - hoop) * np.abs(across) * np.sqrt(1 - across**2)


def check_grains(found: GrainBoundaryTraction, tolerance: float) -> None:
    scale = GRAINS["E"] * GRAINS["Omega"] * 0.3 * GRAINS["cmax"] / (3 * (1 - GRAINS["nu"]))
    normal, shear = exact_traction(found)
    for what, value, exact in (
        ("normal", found.normal_traction, normal),
        ("shear", found.shear_traction, shear),
    ):
        assert_close(what, value / scale, exact, scale=0.4, tolerance=tolerance)
    assert found.mismatch < 2 * tolerance
    assert found.boundaries[0].mean_normal_traction > found.boundaries[-1].mean_normal_traction
    area = sum(boundary.area for boundary in found.boundaries)
    assert area == pytest.approx(float(found.areas.sum()))


@pytest.fixture(scope="module")
def between_grains() -> GrainBoundaryTraction:
    return traction_of_grains(GRAINS, grains(GRAINS))


def test_traction_between_rings() -> None:
    check_grains(traction_of_grains(GRAINS, rings(GRAINS)), tolerance=1e-2)


@pytest.mark.parametrize("wrong", [{"E": 0.97}, {"Omega": 1.03}, {"R": 0.98}])
def test_traction_between_rings_notices(wrong: dict[str, float]) -> None:
    inputs = spoiled(GRAINS, **wrong)
    with pytest.raises(AssertionError, match="exceeds"):
        check_grains(traction_of_grains(inputs, rings(inputs)), tolerance=1e-2)


def test_traction_between_grains_in_three_dimensions(
    between_grains: GrainBoundaryTraction,
) -> None:
    check_grains(between_grains, tolerance=8e-2)


def test_traction_between_grains_notices_a_turned_normal(
    between_grains: GrainBoundaryTraction,
) -> None:
    turned = replace(between_grains, normals=between_grains.normals[:, [1, 2, 0]])
    with pytest.raises(AssertionError, match="exceeds"):
        check_grains(turned, tolerance=8e-2)


def clamped(inputs: Inputs, sloping: bool) -> ParticleRun:
    """A square pulled at its top, held at its other sides, of two regions one above the other.

    Flat: two materials. Sloping: one material, cut along the diagonal x = y.
    """
    side = inputs["R"]
    mesh = ps.shapes.rectangle((side, side), cells=(4, 4))
    names = {"symmetry_x": ("left", "right"), "symmetry_y": ("bottom",), "surface": ("top",)}
    boundaries = {
        name: np.concatenate([mesh.boundaries[part] for part in parts])
        for name, parts in names.items()
    }
    middle = mesh.points[mesh.cells].mean(axis=1)
    upper = middle[:, 1] > (middle[:, 0] if sloping else 0.5 * side)
    layered: BodyMesh = replace(mesh, boundaries=boundaries, regions=upper.astype(np.intp))
    above = ps.crystal.Inert(
        youngs_modulus=(1.0 if sloping else 3.0) * inputs["E"], poisson_ratio=inputs["nu"]
    )
    around = MechanicalBoundary(pressure=-inputs["p"])
    material = elastic_material(inputs)
    body = ps.Particle(material=material, mesh=layered, mechanics=around, inert={1: above})
    return stressed(body)


def check_laminate(inputs: Inputs, sloping: bool) -> None:
    traction, pull = grain_boundary_traction(clamped(inputs, sloping), 0), PULLED["p"]
    along = pull * PULLED["nu"] / (1 - PULLED["nu"])
    normal, shear = (0.5 * (pull + along), 0.5 * (pull - along)) if sloping else (pull, 0.0)
    area = PULLED["R"] * (math.sqrt(2) if sloping else 1.0)
    assert_close("normal", traction.normal_traction, normal, scale=pull, tolerance=1e-9)
    assert_close("shear", traction.shear_traction, shear, scale=pull, tolerance=1e-9)
    assert_close("area", traction.areas.sum(), area, scale=area, tolerance=1e-9)
    assert traction.mismatch < 1e-9
    assert np.all(traction.normals[:, 1] > 0)


@pytest.mark.parametrize("sloping", [False, True])
def test_laminate(sloping: bool) -> None:
    check_laminate(PULLED, sloping)


@pytest.mark.parametrize("wrong", [{"p": 1.0001}, {"R": 1.0001}])
def test_laminate_notices(wrong: dict[str, float]) -> None:
    with pytest.raises(AssertionError, match="exceeds"):
        check_laminate(spoiled(PULLED, **wrong), sloping=True)


def test_missing_numbers_are_asked_for() -> None:
    run = pulled(PULLED, "radial")
    with pytest.raises(InputError, match="material: it has no flaw_size"):
        crack_risk(run, toughness=TOUGHNESS)
    with pytest.raises(InputError, match="pass toughness= in Pa"):
        crack_risk(run, flaw_size=FLAW)
    with pytest.raises(InputError, match="flaw_size is -1e-09 m"):
        crack_risk(run, flaw_size=-1e-9, toughness=TOUGHNESS)
    with pytest.raises(InputError, match="chemical strain is zero"):
        crack_number(run)


def test_what_has_no_answer_is_refused() -> None:
    slab = ps.Particle(material=elastic_material(PULLED), mesh=ps.shapes.slab(1e-7, cells=4))
    with pytest.raises(InputError, match="slab is endless"):
        critical_radius(still(slab), toughness=TOUGHNESS)
    one_grain = pulled(PULLED, "section")
    assert isinstance(one_grain, ParticleRun)
    with pytest.raises(InputError, match="one region"):
        grain_boundary_traction(one_grain, 0)
    with pytest.raises(InputError, match="time index is 1"):
        grain_boundary_traction(one_grain, 1)
