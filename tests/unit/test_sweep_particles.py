"""Do the functions offered to sweeps answer as single runs do?"""

from __future__ import annotations

import functools

import numpy as np
import pytest

from particle_sim import metrics
from particle_sim.cell.half_cell import half_cell
from particle_sim.errors import InputError
from particle_sim.materials.load import load_material
from particle_sim.studies import half_cell_batch as kernel
from particle_sim.studies.choices import Direction, PhysicsChoice, ShapeChoice
from particle_sim.studies.particle_case import ParticleCase, galvanostatic_flux, run_case
from particle_sim.studies.sweep_batches import BatchedHalfCells
from particle_sim.studies.sweep_functions import ProtocolChoice, particle_metrics, with_values
from particle_sim.sweeps.axes import Axis
from particle_sim.sweeps.result import failures_of
from particle_sim.sweeps.sampling import Sampling
from particle_sim.sweeps.sweep import for_axes, sweep
from particle_sim.transport.laws import STRESS_DRIFT


def test_sweep_of_one_sample_is_the_single_run() -> None:
    material = load_material("he_v")
    changed = material.replaced(diffusivity=material["diffusivity"].with_magnitude(2e-16))
    cell = half_cell(changed)
    start, stop = (
        cell.rest_filling(changed.value(name)) for name in ("lower_voltage", "upper_voltage")
    )
    last = start + 0.9 * (stop - start)
    flux = galvanostatic_flux(changed, 2.0, Direction.CHARGE, start, last)
    run = run_case(ParticleCase(material=changed, law=STRESS_DRIFT, flux=flux, fillings=(last,)))
    data = sweep(
        particle_metrics(material="he_v", metrics=["peak_hoop_stress", "inhomogeneity"], c_rate=2),
        [
            Axis.values("diffusivity", [2e-4, 1e-3], "um^2/s"),
            Axis.values("physics", ["stress-drift", "solid-solution"]),
        ],
        sampling=Sampling.GRID,
    )
    one = data.isel(diffusivity=0).sel(physics="stress-drift")
    assert float(one.diffusivity) == pytest.approx(2e-16)
    assert float(one.peak_hoop_stress) == pytest.approx(metrics.peak_hoop_stress(run), rel=1e-9)
    assert float(one.inhomogeneity) == pytest.approx(metrics.inhomogeneity(run), rel=1e-9)
    assert data.peak_hoop_stress.attrs["units"] == "Pa"
    other = data.isel(diffusivity=0).sel(physics="solid-solution")
    assert float(other.peak_hoop_stress) != pytest.approx(float(one.peak_hoop_stress), rel=1e-4)


def test_volume_change_takes_its_chemical_strain_along() -> None:
    """One-way stress is linear in the strain, which is ln(1 - 0.04)/3 over NVP's window."""
    function = particle_metrics(material="nvp", metrics=["peak_hoop_stress"])
    once = function(volume_change=0.04)["peak_hoop_stress"]
    twice = function(volume_change=0.08)["peak_hoop_stress"]
    assert twice == pytest.approx(np.log1p(-0.08) / np.log1p(-0.04) * once, rel=1e-6)


def test_batched_kernel_is_chosen_and_agrees_with_single_half_cells(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """With NumPy: compiling the numba kernel takes longer than this test."""
    batch = functools.partial(kernel.half_cell_batch, engine=kernel.Engine.NUMPY)
    monkeypatch.setattr(kernel, "half_cell_batch", batch)
    function = particle_metrics(
        material="he_v",
        metrics=["peak_hoop_stress", "inhomogeneity"],
        protocol=ProtocolChoice.CELL_DISCHARGE,
    )
    axes = [Axis.from_material("he_v", "diffusivity"), Axis("c_rate", 0.5, 3, "1/h")]
    assert isinstance(for_axes(function, axes), BatchedHalfCells)
    assert for_axes(function, [Axis.values("physics", ["coherent"])]) is function
    data = sweep(function, axes, samples=3, seed=1)
    assert not failures_of(data)
    inputs = {"diffusivity": float(data.diffusivity[0]), "c_rate": float(data.c_rate[0])}
    single = function(**inputs)
    # the cell's flux is good to its solver's tolerance, the peak to the particle's 1e-4
    for name, value in single.items():
        assert float(data[name][0]) == pytest.approx(value, rel=1e-3)
    assert float(data.inhomogeneity[1]) != pytest.approx(single["inhomogeneity"], rel=1e-3)


def test_value_that_a_property_may_not_have_is_a_failure() -> None:
    function = particle_metrics(material="he_v", metrics=["inhomogeneity"])
    data = sweep(function, [Axis.values("poisson_ratio", [0.3, 0.7])], sampling=Sampling.GRID)
    (failure,) = failures_of(data)
    assert failure.error == "he_v.poisson_ratio is 0.7 1; it must lie between -1 and 0.499."
    assert np.isfinite(data.inhomogeneity.values[0])


def test_bad_requests_are_sentences() -> None:
    with pytest.raises(InputError) as caught:
        particle_metrics(material="nvp", metrics=["peak_hop_stress"])
    sentence = 'There is no metric "peak_hop_stress"; did you mean peak_hoop_stress'
    assert str(caught.value).startswith(sentence)
    with pytest.raises(InputError, match="peak_hoop_stress needs a radial particle"):
        particle_metrics(material="nvp", metrics=["peak_hoop_stress"], shape=ShapeChoice.ROD)
    function = particle_metrics(material=["nvp", "he_v"], metrics=["inhomogeneity"])
    with pytest.raises(InputError, match=r"nvp\.difusivity is no input .* mean nvp\.diffusivity"):
        sweep(function, [Axis("nvp.difusivity", 1, 2, "m^2/s")], samples=2)
    with pytest.raises(InputError, match='the unit "s" has the wrong dimension; use "m"'):
        sweep(function, [Axis("particle_radius", 1, 2, "s")], samples=2)
    with pytest.raises(InputError, match='physics is "coherant"; did you mean coherent'):
        function(physics="coherant")
    assert PhysicsChoice("coherent").value == "coherent"
    with pytest.raises(InputError, match="must be positive"):
        with_values(load_material("nvp"), {"diffusivity": -1.0})
