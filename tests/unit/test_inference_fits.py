"""Do fits say what they know, keep to their seed, and refuse what they cannot do?"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import xarray as xr
from scipy.optimize import brentq

from particle_sim.cell.half_cell import Cell, half_cell
from particle_sim.cli.fit_data import rates_of
from particle_sim.constants import FARADAY, GAS_CONSTANT, REFERENCE_TEMPERATURE
from particle_sim.errors import InputError
from particle_sim.inference import fit as fitting
from particle_sim.inference.data import RateData, VoltageData
from particle_sim.inference.discharge import capacities, discharge_of, voltages
from particle_sim.inference.fit import Fit, FitSettings, fit_rates, fit_voltage
from particle_sim.inference.folder import write_fit
from particle_sim.inference.form import Form
from particle_sim.inference.groups import GROUPS, central_groups
from particle_sim.inference.learned import hyperpriors
from particle_sim.inference.problem import DISCREPANCY, NOISE
from particle_sim.inference.scatter_words import is_beyond_belief
from particle_sim.inference.sphere import rise_at, surface_rise, time_of_rise
from particle_sim.inference.words import fit_lines
from particle_sim.materials.load import load_material
from particle_sim.materials.potential import TabulatedPotential
from particle_sim.materials.property import assumed

QUICK = FitSettings(particles=300, profile_points=0)
FEW = FitSettings(particles=60, profile_points=0)
"""Particles that answer badly, and as reproducibly."""
RATES = np.array([0.2, 1.0, 5.0, 10.0, 20.0, 40.0, 60.0])


@pytest.fixture(scope="module")
def cell() -> Cell:
    return half_cell(load_material("he_o3_li2024"))


def synthetic(cell: Cell, *, seed: int = 3, deviation: float = 1.0) -> RateData:
    """Capacities at the central values with normal noise [mAh/g]."""
    current = RATES * cell.material.value("one_c_current")
    exact = capacities(discharge_of(cell), central_groups(cell)[None], current)[0]
    noise = deviation * np.random.default_rng(seed).standard_normal(len(exact))
    return RateData(
        name="synthetic",
        current=current,
        capacity=exact + noise,
        uncertainty=np.full(len(exact), deviation),
    )


@pytest.fixture
def unscored(monkeypatch: pytest.MonkeyPatch) -> None:
    """No form is scored, which takes most of a fit, where a test does not look at scores."""
    monkeypatch.setattr(fitting, "forms_of", lambda _cell: ())


@pytest.fixture(scope="module")
def fitted(cell: Cell) -> Fit:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(fitting, "forms_of", lambda _cell: ())
        return fit_rates(cell.material, synthetic(cell), settings=QUICK)


@pytest.fixture(scope="module")
def predicting(cell: Cell) -> Fit:
    """Two rates held out, with profiles: whatever a folder can hold."""
    settings = FitSettings(particles=300, profile_points=2)
    return fit_rates(cell.material, synthetic(cell), hold_out=(5.0, 10.0), settings=settings)


def test_a_fit_says_in_three_lines_what_it_determines(fitted: Fit) -> None:
    groups = fitted.identifiability.groups
    known = [name for name in fitted.problem.parameters if groups[name].determined]
    lines = repr(fitted).splitlines()
    assert known
    assert lines[0] == "Fit of HE to synthetic"
    assert f"7 values of capacity; determined {', '.join(known)}; not" in lines[1]
    assert len(lines) == 3


def test_both_forms_of_the_surface_rise_agree() -> None:
    early, late = surface_rise(np.array([0.02 * (1 - 1e-12), 0.02]))
    assert early == pytest.approx(late, rel=1e-11)
    tiny = 1e-8
    assert surface_rise(np.array(tiny)) == pytest.approx(2 * np.sqrt(tiny / np.pi) + tiny, rel=1e-6)
    assert surface_rise(np.array(50.0)) == pytest.approx(150.2, rel=1e-14)


def test_the_table_of_the_rise_and_its_inverse() -> None:
    tau = np.logspace(-12, 8, 777)
    np.testing.assert_allclose(rise_at(tau), surface_rise(tau), rtol=2e-6)
    np.testing.assert_allclose(time_of_rise(rise_at(tau)), tau, rtol=1e-9)


@pytest.mark.parametrize(("power", "same"), [(2.0, True), (1.0, False)])
def test_only_groups_matter(power: float, same: bool) -> None:
    """R -> 2R, D -> 4D, j0 -> 2j0 keeps the groups; D -> 2D does not."""
    material = load_material("he_v")
    values = {name: material.value(name) for name in ("particle_radius", "diffusivity")}
    exchange = material.value("exchange_current_density")
    other = material.replaced(
        particle_radius=assumed("particle_radius", 2 * values["particle_radius"], "m"),
        diffusivity=assumed("diffusivity", 2**power * values["diffusivity"], "m^2/s"),
        exchange_current_density=material["exchange_current_density"].with_magnitude(2 * exchange),
    )
    groups = [central_groups(half_cell(m)) for m in (material, other)]
    assert np.allclose(*groups, rtol=0, atol=1e-12) is same


def test_data_determine_what_they_should(fitted: Fit) -> None:
    known = fitted.identifiability
    assert known.groups["window_capacity"].ratio < 1
    assert known.groups["diffusion_rate"].ratio < 0.4
    assert known.groups["series_resistance"].determined  # drops far more than other cells do
    radius, diffusivity = known.never["particle_radius"], known.never["diffusivity"]
    assert radius.ratio == pytest.approx(1.0, abs=0.1)
    ends = np.log10(diffusivity.posterior[2] / diffusivity.posterior[0])
    assert ends > 1.9 * np.log10(radius.posterior[2] / radius.posterior[0])
    assert 0.01 < fitted.check.probability < 0.99


@pytest.mark.usefixtures("unscored")
def test_equal_seeds_give_equal_draws(cell: Cell) -> None:
    first, again, other = (
        fit_rates(cell.material, synthetic(cell), settings=FEW, seed=seed) for seed in (1, 1, 2)
    )
    np.testing.assert_array_equal(again.draws, first.draws)
    assert not np.array_equal(other.draws, first.draws)


def test_held_out_rates_are_predicted(predicting: Fit) -> None:
    fit = predicting
    assert fit.held_out is not None
    assert len(fit.at) == len(RATES) - 2
    low, _, high = fit.held_out.predicted
    assert np.all((fit.held_out.observed > low) & (fit.held_out.observed < high))
    assert fit.held_out.error < 5.0
    assert fit.held_out.inside == 2
    assert fit.held_out.log_score > 1.0
    assert any("Held out" in line for line in fit_lines(fit))


def test_the_curve_without_physics_stands_beside_and_is_named_where_it_wins(
    predicting: Fit,
) -> None:
    fit = predicting
    assert fit.rival is not None
    assert fit.held_out is not None
    assert fit.rival.held_out is not None
    assert fit.rival.band.shape == fit.band.shape
    for better, won in ((1.0, True), (-1.0, False)):
        score = fit.held_out.log_score + better
        other = replace(fit.rival.held_out, log_score=score)
        text = "\n".join(fit_lines(replace(fit, rival=replace(fit.rival, held_out=other))))
        assert f"{score:.2f}" in text
        assert ("predicts them better, by 1.00 a value" in text) is won


@pytest.mark.usefixtures("unscored")
def test_a_wrong_model_is_noticed(cell: Cell) -> None:
    """Sabotage: half the capacity at low rates, all of it at higher ones."""
    data = synthetic(cell)
    wrong = RateData(
        name="wrong",
        current=data.current,
        capacity=np.array([110.0, 60.0, 105.0, 60.0, 100.0, 60.0, 95.0]),
        uncertainty=data.uncertainty,
    )
    fit = fit_rates(cell.material, wrong, settings=QUICK)
    assert is_beyond_belief(fit)
    assert any("does not produce such data" in line for line in fit_lines(fit))
    assert any(line.startswith("Doubt: the capacity rises") for line in fit_lines(fit))


@pytest.mark.usefixtures("unscored")
def test_noise_is_given_or_learned(cell: Cell, fitted: Fit) -> None:
    assert NOISE not in fitted.problem.names
    assert fit_lines(fitted)[1] == "Noise: given with the data."
    data = synthetic(cell, deviation=2.0)
    bare = RateData(name="b", current=data.current, capacity=data.capacity, uncertainty=None)
    fit = fit_rates(cell.material, bare, settings=QUICK)
    assert fit.problem.names[-1] == NOISE
    assert "learned with the parameters" in fit_lines(fit)[1]


def test_a_voltage_curve_is_fitted(cell: Cell) -> None:
    """Truth within the 90 % interval of three groups: D of the file, in a cell as others are."""
    known = hyperpriors(Form.ONE_SIZE.value)
    truth, current = central_groups(cell), 10 * cell.material.value("one_c_current")
    truth[1:3] = known["exchange_current"][0], known["series_resistance"][0]
    capacity = np.linspace(1.0, 105.0, 60)
    exact = voltages(discharge_of(cell), truth[None], current, capacity)[0]
    noise = 0.005 * np.random.default_rng(0).standard_normal(len(exact))
    data = VoltageData(
        name="v",
        current=current,
        capacity=capacity,
        voltage=exact + noise,
        uncertainty=np.full(60, 0.005),
    )
    fit = fit_voltage(cell.material, data, settings=QUICK)
    found = fit.identifiability.groups
    assert found["diffusion_rate"].determined
    inside = [
        found[name].posterior[0] < 10 ** truth[i] < found[name].posterior[2]
        for i, name in enumerate(GROUPS)
    ]
    assert sum(inside) >= 3


def test_a_wrong_potential_is_a_discrepancy_and_not_noise(cell: Cell) -> None:
    """A potential that is wrong by a wave of 20 mV: the discrepancy takes it. Without the wave
    (sabotage) there is less than half of that.
    """
    current = cell.material.value("one_c_current")
    capacity = np.linspace(1.0, 105.0, 60)
    exact = voltages(discharge_of(cell), central_groups(cell)[None], current, capacity)[0]
    noise = 0.001 * np.random.default_rng(0).standard_normal(60)
    middle = {}
    for wave in (0.0, 0.02):
        data = VoltageData(
            name="v",
            current=current,
            capacity=capacity,
            voltage=exact + noise + wave * np.sin(2 * np.pi * capacity / 50),
            uncertainty=np.full(60, 0.001),
        )
        fit = fit_voltage(cell.material, data, settings=QUICK)
        middle[wave] = float(np.median(fit.draws[:, fit.problem.names.index(DISCREPANCY)]))
    assert 0.5 < middle[0.02] / (0.02 / np.sqrt(2)) < 2.0
    assert middle[0.0] < 0.5 * middle[0.02]


def test_a_table_that_reaches_a_full_surface_divides_by_nothing() -> None:
    """At filling 1 the exchange current is 0, because HE-O3's lattice is full. A discharge so slow
    that the surface is the mean ends where U - (2RT/F) asinh(I/(2 k f)) - I r - metal is the
    cut-off, f = sqrt(y (1 - y)/(y_h (1 - y_h))); here the table ends above it, so charge transfer
    ends it, and PyBaMM's asymptote of the potential, 205.06 V ln(1 + exp(-6910.2 (1 - theta +
    7.7e-4))). The grid in filling is good to 1e-4.
    """
    material = load_material("he_o3_li2024")
    fillings = np.linspace(0, 1, 30)
    table = TabulatedPotential(tuple(fillings), tuple(np.linspace(4.1, 2.1, 30)))
    potential = replace(material["open_circuit_potential"], function=table)
    cell = half_cell(material.replaced(open_circuit_potential=potential))
    discharge, groups = discharge_of(cell), np.array([3.0, 1.0, -4.0, 2.0])
    current = np.array([1.0, 30.0])
    found = capacities(discharge, groups[None], current)[0]
    thermal = 2 * GAS_CONSTANT * REFERENCE_TEMPERATURE / FARADAY
    for one, capacity in zip(current, found, strict=True):
        fixed = one * 1e-4 + thermal * np.arcsinh(
            one * discharge.loading / (2 * discharge.metal_exchange)
        )

        def left(theta: float, one: float = one, fixed: float = fixed) -> float:
            y, middle = 0.4978 + 0.5022 * theta, 0.4978 + 0.5022 / 2
            share = np.sqrt(y * (1 - y) / (middle * (1 - middle)))
            drop = thermal * np.arcsinh(one / (2 * 10.0 * share))
            bend = 205.0568621937484 * np.log1p(np.exp(-6910.192179565431 * (1 - theta + 7.7e-4)))
            return float(table(np.array(theta)) - bend - drop - fixed - discharge.lower_voltage)

        end = brentq(left, 0.5, 1 - 1e-12)
        assert capacity == pytest.approx(100 * (end - discharge.filling[0]), rel=1e-4)


def test_unknown_or_all_rates_held_out(cell: Cell) -> None:
    data = synthetic(cell)
    with pytest.raises(InputError, match="names 7C, which synthetic does not hold"):
        fit_rates(cell.material, data, hold_out=(7.0,), settings=QUICK)
    with pytest.raises(InputError, match="every rate is held out"):
        fit_rates(cell.material, data, hold_out=tuple(RATES), settings=QUICK)


def test_rates_on_the_command_line() -> None:
    assert rates_of("5C, 10") == (5.0, 10.0)
    for wrong in ("fast", "0C", "-1C", "nan", ""):
        with pytest.raises(InputError, match="--hold-out"):
            rates_of(wrong)


def test_the_folder_holds_data_with_units_words_and_figures(
    predicting: Fit, tmp_path: Path
) -> None:
    fit = predicting
    paths = write_fit(fit, tmp_path / "out")
    names = {path.name for path in paths}
    assert {"posterior.nc", "report.txt", "curve.png", "pairs.svg", "profiles.png"} <= names
    assert {path.name for path in (tmp_path / "out").iterdir()} == {*names, "manifest.json"}
    with xr.open_datatree(tmp_path / "out" / "posterior.nc", engine="h5netcdf") as tree:
        assert tree["posterior/diffusion_rate"].attrs["units"] == "1/s"
        assert tree["band/rival"].shape == tree["band/model"].shape
        assert tree["rival_held_out"].attrs["log_score"] == pytest.approx(
            fit.rival.held_out.log_score  # type: ignore[union-attr]
        )
        assert tree["held_out"].attrs["error"] == pytest.approx(fit.held_out.error)  # type: ignore[union-attr]
    (tmp_path / "file").write_text("")
    with pytest.raises(InputError, match="is a file"):
        write_fit(fit, tmp_path / "file")
