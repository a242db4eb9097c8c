"""Do batches say what is wrong with their input, and does the size of a batch change nothing?"""

from __future__ import annotations

import numpy as np
import pytest

import particle_sim as ps
from particle_sim.batch import advance as advance_module
from particle_sim.batch.advance import Engine, Spheres, advance
from particle_sim.batch.history import passed
from particle_sim.batch.mesh import graded_elements
from particle_sim.constants import FARADAY
from particle_sim.errors import InputError
from particle_sim.materials.functions import LinearTable
from particle_sim.studies.half_cell_batch import HalfCellEnd, half_cell_batch
from particle_sim.transport.table import table_of
from particle_sim.units import Array

TWO = np.ones(2)


def spheres(**changed: Array) -> Spheres:
    given = dict.fromkeys(("radius", "diffusivity", "maximum_concentration"), TWO)
    return Spheres(**{**given, "initial_site_fraction": 0.5 * TWO, **changed})  # type: ignore[arg-type]


@pytest.mark.parametrize("ready", [True, False])
def test_nothing_is_compiled_unasked(
    ready: bool, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """NumPy computes until the kernel is ready, and one line says what would make it so."""
    warm = pytest.importorskip("particle_sim.batch.warm")
    monkeypatch.setattr(warm, "kernel_is_ready", lambda: ready)
    machine_code = pytest.importorskip("particle_sim.fem.machine_code")
    machine_code._say_once.cache_clear()
    chosen = {advance_module._kernel(Engine.AUTOMATIC).__module__ for _ in range(3)}
    assert chosen == {f"particle_sim.batch.{'numba' if ready else 'numpy'}_kernel"}
    assert ["warm-up" in line for line in caplog.messages] == [True] * (not ready)
    assert advance_module._kernel(Engine.NUMBA).__module__ == "particle_sim.batch.numba_kernel"


def test_an_unknown_name_is_answered_with_the_closest() -> None:
    with pytest.raises(InputError, match=r"difusivity .* did you mean diffusivity"):
        half_cell_batch(ps.load_material("nvp"), c_rate=TWO, values={"difusivity": TWO})


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"diffusivity": np.ones(3)}, "shape"),
        ({"diffusivity": np.array([1e-15, -1e-15])}, "-1e-15"),
        ({"film_resistance": np.array([0.0, np.nan])}, "nan"),
        ({"volume_change": np.array([0.05, -0.05])}, "-0.05"),
        ({"poisson_ratio": np.array([0.3, 0.5])}, "0.5"),
    ],
)
def test_values_that_are_not_allowed_are_refused(values: dict[str, Array], message: str) -> None:
    with pytest.raises(InputError, match=message):
        half_cell_batch(ps.load_material("nvp"), c_rate=TWO, values=values)


def test_rates_must_be_positive() -> None:
    with pytest.raises(InputError, match="c_rate"):
        half_cell_batch(ps.load_material("nvp"), c_rate=np.array([1.0, 0.0]))


def test_spheres_and_fluxes_must_fit() -> None:
    time = np.array([0.0, 1.0])
    with pytest.raises(InputError, match="radius"):
        advance(spheres(radius=np.array([1.0, -1.0])), time, np.zeros((2, 2)))
    with pytest.raises(InputError, match="shape"):
        advance(spheres(), time, np.zeros((3, 2)))
    with pytest.raises(InputError, match="rising"):
        advance(spheres(), time[::-1], np.zeros((2, 2)))
    with pytest.raises(InputError, match="positive for every"):
        advance(
            spheres(shape=table_of(LinearTable((0.0, 1.0), (1.0, -1.0)))), time, np.zeros((2, 2))
        )  # type: ignore[arg-type]


def test_a_cell_does_not_depend_on_its_company() -> None:
    """But for rounding: a stress is the difference of fillings that are some 1e-3 apart."""
    rng = np.random.default_rng(2)
    material = ps.load_material("nvp")
    rates = 10 ** rng.uniform(-1, 1, 7)
    radius = material.value("particle_radius") * 3 ** rng.uniform(-1, 1, 7)
    together = half_cell_batch(
        material, c_rate=rates, values={"particle_radius": radius}, engine=Engine.NUMPY
    )
    alone = half_cell_batch(
        material, c_rate=rates[3:4], values={"particle_radius": radius[3:4]}, engine=Engine.NUMPY
    )
    assert alone.capacity[0] == pytest.approx(together.capacity[3], rel=1e-12)
    assert alone.peak_hoop_stress[0] == pytest.approx(together.peak_hoop_stress[3], rel=1e-11)


def test_stress_scales_with_modulus_and_strain_and_capacity_does_not() -> None:
    material = ps.load_material("he_v")
    modulus = material.value("youngs_modulus") * np.array([1.0, 2.0])
    volume = material.value("volume_change") * np.array([1.0, 0.5])
    ratio = np.array([0.2, 0.4])
    run = half_cell_batch(
        material,
        c_rate=TWO,
        values={"youngs_modulus": modulus, "volume_change": volume, "poisson_ratio": ratio},
    )
    ends = np.expm1(3 * material["chemical_strain"](np.array([0.0, 1.0])))
    spans = [np.ptp(np.log1p(factor * ends)) for factor in (1.0, 0.5)]
    expected = 2.0 * spans[1] / spans[0] * 0.8 / 0.6
    for peaks in (run.peak_hoop_stress, run.peak_hydrostatic_stress, run.peak_tension):
        assert peaks[1] == pytest.approx(expected * peaks[0], rel=1e-12)
    assert run.capacity[1] == run.capacity[0]


def test_an_impossible_film_ends_a_cell_at_once() -> None:
    run = half_cell_batch(
        ps.load_material("nvp"),
        c_rate=TWO,
        values={"film_resistance": np.array([0.006, 10.0])},
        output=3,
    )
    assert run.capacity[1] == 0
    assert run.capacity[0] > 100
    assert (run.end == HalfCellEnd.LOWER_VOLTAGE).all()


def test_slow_and_fast_diffusion_give_the_whole_window() -> None:
    """At a vanishing rate the mean ends where the surface does; capacity is c_max F/rho of it."""
    material = ps.load_material("he_o3_li2024")
    run = half_cell_batch(material, c_rate=np.array([1e-3]), output=2)
    moved = run.mean_site_fraction_end - run.mean_site_fraction[:, 0]
    window = material.maximum_concentration * FARADAY / (3600 * material.value("density"))
    assert run.capacity == pytest.approx(window * moved, rel=1e-9)
    assert run.surface_site_fraction_end == pytest.approx(run.mean_site_fraction_end, abs=1e-4)


def test_element_matrices_lose_no_sodium() -> None:
    """Rows of K sum to zero, halves and M integrate x^2 over the unit sphere: 1/3."""
    for surface, depth in ((0.1, 1.0), (1e-3, 0.05), (1.0, 1.0)):
        elements = graded_elements(surface, depth, 12)
        ll, lm, lr, mm, mr, rr = elements.stiffness.T
        sums = np.stack([ll + lm + lr, lm + mm + mr, lr + mr + rr])
        assert np.abs(sums).max() < 1e-12 * np.abs(elements.stiffness).max()
        assert elements.volumes.sum() == pytest.approx(1, rel=1e-13)
        assert elements.halves.sum() == pytest.approx(1 / 3, rel=1e-13)


def test_passed_is_the_integral_of_the_history() -> None:
    """1 for one second, a jump to 2, down to 0 within two seconds: 1, then 1 + 2 t - t^2/2."""
    knots, flux = np.array([[5.0, 6.0, 6.0, 8.0]]), np.array([[1.0, 1.0, 2.0, 0.0]])
    after = np.array([[0.0, 0.5, 1.0, 2.0, 3.0]])
    assert passed(knots, flux, after) == pytest.approx(np.array([[0.0, 0.5, 1.0, 2.5, 3.0]]))
