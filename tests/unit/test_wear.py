"""Does a worn cell have the numbers that wear leaves it, and does every field act by itself?"""

from __future__ import annotations

from dataclasses import asdict, fields, replace
from functools import cache

import numpy as np
import pytest

import particle_sim as ps
from particle_sim.cell.balance import cyclable_carrier, negative_thickness, positive_capacity
from particle_sim.cell.design import with_values
from particle_sim.cell.half_cell import Cell
from particle_sim.cell.wear import Wear, carrier_left, film_on_particles, worn
from particle_sim.cell.worn_cycles import Charge, worn_capacities
from particle_sim.errors import InputError
from particle_sim.studies.worn_full_cells import worn_full_cells
from particle_sim.studies.worn_half_cells import FELT, worn_half_cells
from particle_sim.transport.laws import LAWS
from particle_sim.units import Array

SOME = {
    "active_share": 0.7,
    "area_factor": 3.0,
    "path_factor": 0.5,
    "film_resistance": 0.02,
    "sodium_lost": 12.0,
    "lost_filling": 0.8,
}
RATES = [0.1, 3.0]


@cache
def half() -> Cell:
    return ps.half_cell(ps.load_material("nfm_li2024"))


@cache
def full() -> Cell:
    return ps.full_cell(ps.load_material("he_o3_li2024"))


def of_half(**fields: float) -> Wear:
    return Wear(**{name: value for name, value in fields.items() if name in FELT})


def test_no_wear_is_the_cell_itself() -> None:
    for cell in (half(), full()):
        for name, known in cell.design.properties.items():
            assert worn(cell, Wear()).design.value(name) == pytest.approx(known.magnitude)
        for name, known in cell.material.properties.items():
            assert worn(cell, Wear()).material.value(name) == pytest.approx(known.magnitude)


def test_what_is_left_carries_the_same_current_in_the_same_electrode() -> None:
    left = worn(half(), Wear(active_share=0.5))
    assert left.one_c_current == pytest.approx(half().one_c_current)
    assert left.electrode_thickness == pytest.approx(half().electrode_thickness)
    assert positive_capacity(left) == pytest.approx(0.5 * positive_capacity(half()))


def test_the_flux_on_what_is_left_rises() -> None:
    """j = I/(3 eps L A/R): the surface flux of PyBaMM's run, twice as large for half the eps."""
    flux = [
        ps.solve_cell(worn(half(), Wear(active_share=share)), ps.protocols.discharge(0.5))
        .positive.surface_flux.flux[0]
        for share in (1.0, 0.5)
    ]  # fmt: skip
    assert flux[1] == pytest.approx(2 * flux[0], rel=1e-6)


@pytest.mark.parametrize("share", [1.0, 0.6])
def test_the_carrier_of_a_full_cell_is_what_is_left_of_it(share: float) -> None:
    """In ampere hours: as made, less 12 A h/kg in films, less what the lost material holds."""
    wear = Wear(active_share=share, lost_filling=0.8, sodium_lost=12.0)
    cell = worn(full(), wear)
    made = cyclable_carrier(full()) * positive_capacity(full())
    buried = (1 - share) * 0.8 * positive_capacity(full())
    left = made - buried - 12.0 * full().active_mass
    assert cyclable_carrier(cell) * positive_capacity(cell) == pytest.approx(left)
    assert carrier_left(full(), wear) * positive_capacity(full()) == pytest.approx(left)


def test_the_negative_electrode_stays() -> None:
    cell, made = worn(full(), Wear(active_share=0.6)), full()
    assert cell.negative is not None
    assert negative_thickness(cell, cell.negative) == pytest.approx(
        negative_thickness(made, cell.negative)
    )


def test_a_film_is_spread_over_the_true_surface() -> None:
    """3 L/(rho R): the true surface per electrode area of the material as made."""
    design, material = half().design, half().material
    area = 3 * design.value("active_loading") / material.value("density")
    area /= material.value("particle_radius")
    wear = Wear(active_share=0.5, area_factor=4.0)
    assert film_on_particles(half(), wear, 1.0) == pytest.approx(1 / (2 * area))


@cache
def together(kind: str, charge: Charge) -> Array:
    """Every field alone, all of them, and none, by one model."""
    cell, fields = (half(), of_half(**SOME)) if kind == "half" else (full(), Wear(**SOME))
    return worn_capacities(cell, [*alone(fields), fields, Wear()], RATES, charge=charge)


def alone(wear: Wear) -> list[Wear]:
    off = asdict(Wear())
    return [Wear(**{name: value}) for name, value in asdict(wear).items() if value != off[name]]


def check_inputs(kind: str, charge: Charge, spoil: float = 1.0) -> None:
    """Against a model of its own, to ten times the solver's tolerance: every field alone in a half
    cell, all of them at once in the others."""
    cell, fields = (half(), of_half(**SOME)) if kind == "half" else (full(), Wear(**SOME))
    found = together(kind, charge)
    states = list(enumerate([*alone(fields), fields]))
    for row, wear in states if (kind, charge) == ("half", Charge.FULL) else states[-1:]:
        own = replace(wear, active_share=wear.active_share * spoil)
        for column, rate in enumerate(RATES):
            protocol = ps.protocols.discharge if charge is Charge.FULL else ps.protocols.cycle
            run = ps.solve_cell(worn(cell, own), protocol(rate))
            last = run.step == run.step[-1]
            passed = np.ptp(run.time[last]) if charge is Charge.FULL else _length(run)
            current = rate * cell.one_c_current
            capacity = current * passed / 3600 / cell.active_mass
            assert found[row, column] == pytest.approx(capacity, rel=1e-5)


def _length(run: ps.cell.run.CellRun) -> float:
    """Seconds of the last step: it begins where the one before it ends."""
    return float(run.time[-1] - run.time[run.step < run.step[-1]][-1])


@pytest.mark.parametrize("charge", Charge)
@pytest.mark.parametrize("kind", ["half", "full"])
def test_wear_told_by_inputs_is_the_worn_cell(kind: str, charge: Charge) -> None:
    check_inputs(kind, charge)


def test_another_share_left_is_noticed() -> None:
    with pytest.raises(AssertionError):
        check_inputs("half", Charge.FULL, spoil=0.99)


@pytest.mark.parametrize("kind", ["half", "full"])
def test_every_effect_has_its_sign(kind: str) -> None:
    """Lost material, a film and lost sodium take capacity; area and shorter paths give some."""
    rows = together(kind, Charge.FULL)
    made = rows[-1]
    sign = {"active_share": -1, "film_resistance": -1, "sodium_lost": -1}
    fields = [
        next(iter(_on(wear))) for wear in alone(Wear(**SOME) if kind == "full" else of_half(**SOME))
    ]
    for name, row in zip(fields, rows, strict=False):
        if name == "lost_filling":  # nothing was lost that could have held it
            assert row == pytest.approx(made)
        else:
            assert np.all(sign.get(name, 1) * (row - made) > 0), name


def _on(wear: Wear) -> list[str]:
    return [name for name, value in asdict(wear).items() if value != getattr(Wear(), name)]


def check_batch(spoil: float) -> None:
    """Within 1e-3 of the capacity as made: 40 shells of PyBaMM's, and the batch's error of 1e-4."""
    material = half().material
    wears = [Wear(), *alone(of_half(**SOME)), of_half(**SOME)]
    known = worn_capacities(half(), wears, RATES, charge=Charge.FULL)
    states = {name: np.array([[getattr(wear, name) for wear in wears]]) for name in FELT}
    states["path_factor"] = states["path_factor"] * spoil
    found = worn_half_cells(material, wear=states, c_rates=RATES)
    assert found.shape == (1, len(wears), len(RATES))
    assert found[0] == pytest.approx(known, abs=1e-3 * known.max())


def test_thousands_at_once_are_pybamms_one() -> None:
    check_batch(1.0)


def test_paths_of_another_length_are_noticed() -> None:
    with pytest.raises(AssertionError):
        check_batch(1.5)


def test_draws_and_their_own_wear_go_together() -> None:
    """Each draw is as if it were alone."""
    material = half().material
    diffusivity = material.value("diffusivity") * np.array([0.1, 1.0, 10.0])
    share = np.array([[1.0, 0.9], [1.0, 0.5], [1.0, 0.7]])
    values = {"diffusivity": diffusivity}
    found = worn_half_cells(material, wear={"active_share": share}, c_rates=RATES, values=values)
    assert found.shape == (3, 2, 2)
    for row in range(3):
        one = worn_half_cells(
            material,
            wear={"active_share": share[row : row + 1]},
            c_rates=RATES,
            values={"diffusivity": diffusivity[row : row + 1]},
        )
        assert found[row] == pytest.approx(one[0], rel=1e-9)


def check_full_batch(spoil: float) -> None:
    """Within 4e-3 of the capacity as made, which PyBaMM's 20 shells of carbon leave."""
    design = with_values(full().design, lower_voltage=0.5, negative_particle_radius=1e-6)
    cell, wears = replace(full(), design=design), [Wear(), *alone(Wear(**SOME)), Wear(**SOME)]
    rates = [0.1, 1.0]
    known = worn_capacities(cell, wears, rates, charge=Charge.FULL)
    names = [field.name for field in fields(Wear)]
    states = {name: np.array([[getattr(wear, name) for wear in wears]]) for name in names}
    states["sodium_lost"] = states["sodium_lost"] * spoil
    found = worn_full_cells(cell.material, cell.design, wear=states, c_rates=rates)
    assert found[0] == pytest.approx(known, abs=4e-3 * known.max())


def test_full_cells_at_once_are_pybamms_one() -> None:
    check_full_batch(1.0)


def test_sodium_lost_by_a_tenth_more_is_noticed() -> None:
    with pytest.raises(AssertionError):
        check_full_batch(1.1)


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"active_share": 0.0}, "active_share is 0; it must be above 0 and at most 1"),
        ({"active_share": 1.2}, "active_share is 1.2; it must"),
        ({"area_factor": 0.0}, "area_factor is 0; it must be positive and finite"),
        ({"path_factor": float("nan")}, "path_factor is nan; it must be positive"),
        ({"film_resistance": -1.0}, "film_resistance is -1; it must be finite and not < 0"),
        ({"sodium_lost": float("inf")}, "sodium_lost is inf; it must be finite"),
        ({"lost_filling": 1.1}, "lost_filling is 1.1; it must lie between 0 and 1"),
        ({"active_share": "0.9"}, "active_share is '0.9'; give a number"),
    ],
)
def test_no_state_of_wear(fields: dict[str, float], sentence: str) -> None:
    with pytest.raises(InputError, match=sentence):
        Wear(**fields)


def test_a_half_cell_loses_no_sodium() -> None:
    with pytest.raises(InputError, match="half cell, whose metal replaces whatever is lost"):
        worn(half(), Wear(sodium_lost=5.0))
    with pytest.raises(
        InputError, match="sodium_lost is no state of wear that this cell feels; leave"
    ):
        worn_half_cells(half().material, wear={"sodium_lost": np.ones((1, 1))}, c_rates=RATES)


def test_a_full_cell_has_no_more_sodium_than_it_was_made_with() -> None:
    with pytest.raises(InputError, match="the cell holds -"):
        worn_capacities(full(), [Wear(sodium_lost=500.0)], RATES)


@pytest.mark.parametrize("rates", [[], [0.0], [-1.0], [float("nan")]])
def test_rates_are_positive(rates: list[float]) -> None:
    with pytest.raises(InputError, match="give positive numbers"):
        worn_capacities(half(), [Wear()], rates)


def test_stress_drift_needs_a_model_of_its_own_each() -> None:
    cell = replace(half(), law=LAWS["stress_drift"])
    with pytest.raises(InputError, match="use solve_cell"):
        worn_capacities(cell, [Wear()], RATES)


def test_shapes_that_do_not_go_together() -> None:
    wear = {"active_share": np.ones((3, 2)), "path_factor": np.ones((1, 4))}
    with pytest.raises(InputError, match=r"shapes active_share \(3, 2\), path_factor \(1, 4\)"):
        worn_half_cells(half().material, wear=wear, c_rates=RATES)
    with pytest.raises(InputError, match="active_sare is no state of wear"):
        worn_half_cells(half().material, wear={"active_sare": np.ones((1, 1))}, c_rates=RATES)


def test_a_current_that_cannot_begin_gives_nothing() -> None:
    assert worn_capacities(half(), [Wear(film_resistance=100.0)], RATES)[0, 1] == 0.0
