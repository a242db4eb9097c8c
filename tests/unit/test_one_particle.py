"""What a run says of itself, whatever the shape, and what every dimension now can."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

import particle_sim as ps
from particle_sim.errors import InputError
from particle_sim.materials.functions import LinearTable
from particle_sim.metrics.particle_voltage import particle_voltage_history
from particle_sim.particle.mechanics import MechanicalBoundary, Shell
from particle_sim.studies.choices import StressMeasure
from particle_sim.studies.measures import STRESSES

R, FULL, D = 1e-6, 2e4, 1e-14
DRIFT = (ps.physics.fickian_diffusion, ps.physics.stress_drift)


def material(**changed: float | LinearTable) -> ps.Material:
    given: dict[str, float | LinearTable] = {
        "maximum_concentration": FULL,
        "diffusivity": D,
        "youngs_modulus": 1e10,
        "poisson_ratio": 0.3,
        "partial_molar_volume": 3e-6,
        "open_circuit_potential": 3.4,
        "exchange_current_density": 0.5,
    }
    return ps.material_from_values(**{**given, **changed})


def flux(duration: float = 20.0) -> ps.SurfaceFlux:
    return ps.constant_flux(0.3 * D * FULL / R, duration, initial_site_fraction=0.6)


def ball(**changed: object) -> ps.Particle:
    plain = ps.Particle(material=material(), mesh=ps.shapes.sphere(R, cells=12, grading=4.0))
    return replace(plain, **changed)


def test_a_run_says_in_three_lines_what_it_is() -> None:
    run = ps.solve_particle(ball(material=replace(material(), title="A <b> & c")), flux())
    lines = repr(run).splitlines()
    assert len(lines) == 3
    assert lines[0].startswith("ParticleRun of A <b> & c, 1 um, spherical")
    peak = run.first_principal_stress.max() / 1e6
    assert f"peak tensile stress {peak:.4g} MPa" in lines[1]
    assert f"mean filling 0.6 to {run.mean_site_fraction[-1]:.4g}" in lines[1]
    assert f"{len(run.time)} from 0 to 20 s." in lines[1] + lines[2]
    table = run._repr_html_()
    assert "A &lt;b&gt; &amp; c" in table
    assert table.count("<tr>") == len(run.in_brief) == 7


@pytest.mark.parametrize("mesh", ["radial", "section"])
def test_requested_times_are_those_stored(mesh: str) -> None:
    shapes = {
        "radial": ps.shapes.sphere(R, cells=8),
        "section": ps.shapes.ball_section(R, cell_size=R / 3),
    }
    particle = ball(mesh=shapes[mesh])
    asked = [5.0, 12.0]
    run = ps.solve_particle(particle, flux(), times=asked)
    assert run.time == pytest.approx([0.0, *asked, 20.0])
    every = ps.solve_particle(particle, flux(), times=asked, store=ps.Stored.STEPS)
    assert len(every.time) == every.cost.steps + 1 > 4
    assert set(np.round(run.time, 9)) <= set(np.round(every.time, 9))
    assert every.site_fraction[-1] == pytest.approx(run.site_fraction[-1], abs=1e-14)


def test_a_current_on_a_line_has_its_voltage() -> None:
    body = ball()
    current = ps.surface.Galvanostatic(material=body.material, total=flux())
    run = ps.solve_particle(body, current)
    assert run.voltage is not None
    assert run.voltage[1:] == pytest.approx(particle_voltage_history(run)[1:], abs=1e-12)
    assert run.outflow[1:] == pytest.approx(0.3 * D * FULL / R, rel=1e-12)
    assert ps.solve_particle(body, flux()).voltage is None


def under(modulus: float | None) -> ps.ParticleRun:
    shell = None
    if modulus is not None:
        shell = Shell(thickness=0.1 * R, youngs_modulus=modulus, poisson_ratio=0.3)
    boundary = MechanicalBoundary(shell=shell)
    return ps.solve_particle(ball(physics=DRIFT, mechanics=boundary), flux(), tolerance=1e-6)


def test_drift_inside_a_shell_goes_from_free_to_pressed() -> None:
    """A shell of no stiffness is none; a stiff one presses, evenly, and moves no sodium by that.

    Stress that is the same everywhere has no gradient: only its hoop part reaches the field.
    """
    bare, soft, stiff = under(None), under(1.0), under(1e11)
    assert soft.site_fraction[-1] == pytest.approx(bare.site_fraction[-1], abs=1e-8)
    assert soft.in_material(soft.stress)[-1] == pytest.approx(bare.stress[-1], abs=1e-2)
    assert stiff.in_material(stiff.hydrostatic_stress)[-1].mean() < -1e6  # it holds back
    assert stiff.balances.sodium < 1e-12
    assert stiff.site_fraction[-1] == pytest.approx(bare.site_fraction[-1], abs=1e-5)


def test_a_table_of_poissons_ratio_is_the_same_in_every_dimension() -> None:
    table = LinearTable((0.0, 1.0), (0.2, 0.4))
    found = []
    for mesh in (
        ps.shapes.sphere(R, cells=24, grading=4.0),
        ps.shapes.ball_section(R, cell_size=R / 10, half=True),
    ):
        own = material()
        ratio = replace(own["poisson_ratio"], function=table)
        body = ball(material=own.replaced(poisson_ratio=ratio), mesh=mesh)
        run = ps.solve_stress(body, _ramp)
        found.append([run.principal_stress.max(), run.principal_stress.min()])
    plain = ps.solve_stress(ball(), _ramp).principal_stress
    assert found[1] == pytest.approx(found[0], rel=5e-3)
    assert abs(found[0][0] / plain.max() - 1) > 0.05


def _ramp(positions: np.ndarray) -> np.ndarray:
    radius = positions if positions.ndim == 1 else np.linalg.norm(positions, axis=1)
    return np.asarray(0.2 + 0.6 * (radius / R) ** 2)


def test_a_line_refuses_what_it_cannot_hold() -> None:
    crystal = ps.crystal.Crystal(diffusivity_ratio=(1.0, 1.0, 2.0))
    with pytest.raises(InputError, match="no crystal axes"):
        ps.solve_particle(ball(crystal=crystal), flux())
    with pytest.raises(InputError, match='no boundary "inner"'):
        ps.solve_particle(ball(), flux(), inner_surface=flux())
    section = ps.Particle(material=material(), mesh=ps.shapes.ball_section(R, cell_size=R / 2))
    with pytest.raises(InputError, match="needs a radial one"):
        ps.metrics.particle_voltage(ps.solve_particle(section, flux()))
    box = ps.Particle(material=material(), mesh=ps.shapes.box((R, R, R), cells=(1, 1, 1)))
    with pytest.raises(InputError, match='no component "hoop"'):
        ps.metrics.peak_hoop_stress(ps.solve_stress(box, lambda x: np.full(len(x), 0.5)))


def test_a_measure_reads_the_stress_of_a_sphere_as_its_run_does() -> None:
    """Three normal components are stored, and three shears that count in no mean and no maximum."""
    run = ps.solve_particle(ball(), flux())
    known = {
        StressMeasure.VON_MISES: run.von_mises_stress,
        StressMeasure.HYDROSTATIC: run.hydrostatic_stress,
        StressMeasure.FIRST_PRINCIPAL: run.first_principal_stress,
    }
    assert run.first_principal_stress.min() < 0, "the centre is squeezed from all sides"
    for measure, expected in known.items():
        np.testing.assert_allclose(STRESSES[measure].read(run.stress), expected, rtol=1e-12)
    tension = STRESSES[StressMeasure.FIRST_PRINCIPAL].size(run.first_principal_stress)
    assert (tension.min(), tension.max()) == (0.0, run.first_principal_stress.max())
