"""Comparing other shapes than spheres: what is solved, written, shown and said."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import xarray as xr
from coarse import few_rates

from particle_sim import figures
from particle_sim.claims.compare import ComparisonResult, compare, summary
from particle_sim.report.folder import write_folder
from particle_sim.studies.body_case import surface_per_volume
from particle_sim.studies.body_shapes import body_mesh
from particle_sim.studies.choices import PhysicsChoice, ShapeChoice
from particle_sim.studies.settings import Comparison

AT = (0.3, 0.7)


@pytest.fixture(scope="module")
def result() -> ComparisonResult:
    settings = Comparison(
        baseline="nfm_li2024",
        candidate="he_o3_li2024",
        shape=ShapeChoice.POLYCRYSTAL,
        physics=PhysicsChoice.SOLID_SOLUTION,
        grains=3,
        cells_per_radius=1.2,
        at=AT,
        samples=200,
    )
    with few_rates():
        return compare(settings)


@pytest.fixture(scope="module")
def folder(result: ComparisonResult, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("bodies") / "result"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(figures, "FIGURES", {"voltage": figures.FIGURES["voltage"]})
        write_folder(result, path, "particle-sim compare ...")
    return path


def test_bodies_pass_the_same_sodium_as_the_spheres(result: ComparisonResult) -> None:
    """Same current per volume: both reach the wanted fillings at the same times."""
    for material in result.materials:
        assert material.body is not None
        for fraction in AT:
            sphere = material.particle.time[material.index(fraction)]
            run = material.body.run
            index = int(np.argmin(np.abs(run.mean_site_fraction - material.filling(fraction))))
            assert run.time[index] == pytest.approx(sphere, rel=1e-6)
            assert run.mean_site_fraction[index] == pytest.approx(
                material.filling(fraction), abs=1e-6
            )


def test_balances_hold(result: ComparisonResult) -> None:
    for material in result.materials:
        assert material.body is not None
        assert material.body.run.balances.sodium < 1e-12
        assert material.body.run.balances.equilibrium < 1e-6


def test_grains_press_on_each_other_although_sodium_is_even(result: ComparisonResult) -> None:
    """Anisotropic strain of turned grains: far more stress than a single sphere has."""
    for material in result.materials:
        assert material.body is not None
        assert material.body.traction is not None
        sphere = float(material.particle.von_mises_stress.max())
        assert float(material.body.run.von_mises_stress.max()) > 3 * sphere


def test_numbers_are_in_the_summary_the_data_and_the_page(
    result: ComparisonResult, folder: Path
) -> None:
    said = json.loads(json.dumps(summary(result)))["bodies"]["nfm_li2024"]
    with xr.open_datatree(folder / "results.nc", engine="h5netcdf") as tree:
        stored = tree["baseline/body"].to_dataset().load()
    for name in ("crack_ratio", "peak_first_principal", "grain_boundary_opening"):
        assert float(stored[f"{name}_value"]) == pytest.approx(said[name]["value"], rel=1e-12)
        assert stored[f"{name}_value"].attrs["units"] == said[name]["unit"]
    page = (folder / "report.html").read_text(encoding="utf-8")
    assert "polycrystalline ball (3-D)" in page
    assert "K/K_IC of the worst flaw" in page
    for name in ("body_fields.png", "body_fields.svg", "baseline.vtkhdf", "candidate.vtkhdf"):
        assert (folder / name).stat().st_size > 1000


def test_a_boundary_too_thin_for_the_mesh_is_widened_and_said() -> None:
    from particle_sim.materials.load import load_material
    from particle_sim.studies.body_case import _with_resolved_boundary
    from particle_sim.transport.laws import SOLID_SOLUTION, TWO_PHASE

    nvp = load_material("nvp")
    mesh = body_mesh(ShapeChoice.PLATE, 2.5e-7, grains=1, seed=1, cells_per_radius=3)
    wider, notes = _with_resolved_boundary(nvp, TWO_PHASE, mesh)
    assert wider.value("gradient_coefficient") > 4 * nvp.value("gradient_coefficient")
    assert "nm wide instead of 5.2 nm" in notes[0]
    assert _with_resolved_boundary(nvp, SOLID_SOLUTION, mesh) == (nvp, ())
    fine = body_mesh(ShapeChoice.PLATE, 2e-8, grains=1, seed=1, cells_per_radius=4)
    assert _with_resolved_boundary(nvp, TWO_PHASE, fine) == (nvp, ())


@pytest.mark.parametrize("shape", [s for s in ShapeChoice if s is not ShapeChoice.SPHERE])
def test_every_shape_has_a_mesh_of_its_size(shape: ShapeChoice) -> None:
    """A polycrystal is a ball, A/V = 3/R; a spheroid twice as long, 1.7094/a (closed form)."""
    radius = 3e-7
    mesh = body_mesh(shape, radius, grains=2, seed=1, cells_per_radius=2)
    ratio = surface_per_volume(mesh) * radius
    expected = {"polycrystal": 3.0, "spheroid": 2.5638}.get(shape.value)
    if expected is not None:
        assert ratio == pytest.approx(expected, rel=3e-3)
    assert 2 < ratio < 6
