"""Do the tests of claims find a truth that was put in, and only that? Simulations are stand-ins."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import xarray as xr
from scipy.stats import binomtest

from particle_sim.cell.half_cell import half_cell
from particle_sim.claims.answer import Answer, answer
from particle_sim.claims.called import called_text
from particle_sim.claims.expected import HIGHER, LOWER, WIDE
from particle_sim.claims.interval import (
    Verdict,
    region_of,
    share_interval,
    verdict_of,
)
from particle_sim.claims.kinds import KINDS
from particle_sim.claims.kinds_print import fade_points
from particle_sim.claims.question import (
    COHERENT,
    SOLID,
    FullCells,
    Learned,
    Tools,
)
from particle_sim.claims.schema import Claim, ClaimFile
from particle_sim.claims.tools import level
from particle_sim.constants import FARADAY
from particle_sim.damage.boundary_crack import DEPTHS
from particle_sim.life.loads import STEPS, GradientTable, Site
from particle_sim.materials.load import load_material
from particle_sim.materials.material import Material
from particle_sim.materials.property import Distribution, PlausibleRange
from particle_sim.materials.system import load_system
from particle_sim.plausible.defaults import SAMPLES, SEED
from particle_sim.plausible.draws import MaterialDraws, diffusion_rate
from particle_sim.studies.choices import Direction
from particle_sim.studies.drawn_half_cells import draw_half_cells
from particle_sim.units import Array

SUPPORTED, CONTRADICTED, UNDECIDED, NOT_TESTABLE = (
    Verdict.SUPPORTED,
    Verdict.CONTRADICTED,
    Verdict.UNDECIDED,
    Verdict.NOT_TESTABLE,
)
GRID = np.logspace(-8, 2, 41)


@dataclass(frozen=True, kw_only=True)
class Runs:
    """Half-cell runs, as far as a test reads them."""

    capacity: Array
    peak_tension: Array
    voltage: Array = field(default_factory=lambda: np.zeros((0, 0)))
    mean_site_fraction: Array = field(default_factory=lambda: np.zeros((0, 0)))


def with_diffusivity(name: str, factor: float) -> Material:
    """A shipped material whose D is log-uniform over two decades around ``factor`` x 1e-15."""
    material = load_material(name)
    centre = factor * 1e-15
    plausible = PlausibleRange(
        low=centre / 10, high=centre * 10, distribution=Distribution.LOG_UNIFORM
    )
    diffusivity = replace(material["diffusivity"].with_magnitude(centre), plausible=plausible)
    radius = replace(material["particle_radius"].with_magnitude(1e-6), plausible=None)
    return material.replaced(diffusivity=diffusivity, particle_radius=radius)


def film_share(draws: MaterialDraws) -> Array:
    """0 to 1, uniform over the draws: where the film resistance lies in its range."""
    film = half_cell(draws.material).design.properties["film_resistance"].plausible
    assert film is not None
    return (draws.values["film_resistance"] - film.low) / (film.high - film.low)


def window(draws: MaterialDraws) -> Array:
    """Capacity of every draw's own window [A h/kg]."""
    held = draws.values["maximum_concentration"] / draws.material.maximum_concentration
    return np.asarray(held * draws.material.specific_capacity)


def kept_by_film(draws: MaterialDraws, c_rate: float, direction: Direction, output: int) -> Runs:
    """A cell that keeps a share of its window which is uniform between 0 and 1."""
    share = film_share(draws)
    filling = np.full((len(share), max(output, 1)), 0.5)
    rest = draws.material.potential(filling)
    return Runs(
        capacity=share * window(draws),
        peak_tension=share * 2 * draws.material.value("fracture_toughness") / 1e-4,
        voltage=rest - 0.1 * share[:, None],
        mean_site_fraction=filling,
    )


def kept_by_diffusion(
    draws: MaterialDraws, c_rate: float, direction: Direction, output: int
) -> Runs:
    """A cell that keeps x/(1 + x) of its window, x = D/R^2 over 1e-3/s."""
    x = diffusion_rate(draws) / 1e-3
    kept = x / (1 + x) * window(draws)
    return Runs(capacity=kept, peak_tension=np.zeros_like(x))


def flat_map(
    name: str, c_rate: float, law: str, direction: Direction = Direction.CHARGE
) -> xr.Dataset:
    """Inhomogeneity and stress inverse to D/R^2: 5 % at 1e-3/s; the surface is poorer."""
    spread = 5e-5 / GRID
    return xr.Dataset(
        {
            "inhomogeneity": ("diffusion_rate", spread),
            "peak_stress": ("diffusion_rate", 1e9 * spread),
            "peak_tension": ("diffusion_rate", 1e9 * spread),
            "surface_excess": ("diffusion_rate", -spread),
            "reached": ("diffusion_rate", np.full_like(GRID, 0.9)),
        },
        coords={"diffusion_rate": GRID},
    )


def full_cells(
    material: str, design: str, c_rate: float, lower: float | None, samples: int, seed: int
) -> FullCells:
    share = np.linspace(0.8, 1.2, samples)
    return FullCells(capacity=100 * share, energy=300 * share, inputs={"film_resistance": share})


def nothing_learned(*_: Any) -> tuple[Learned, ...]:
    raise AssertionError("no test here asks for rates")


def no_gradients(names: tuple[str, ...], place: int) -> dict[Site, GradientTable]:
    """Sodium that is even at any time loads no crack."""
    table = GradientTable(
        rates=GRID,
        reach=np.ones((1, len(GRID))),
        intensity=np.zeros((1, len(GRID), len(DEPTHS), STEPS + 1)),
    )
    return dict.fromkeys(Site, table)


def tools(**changed: Any) -> Tools:
    plain: dict[str, Any] = {
        "load": load_material,
        "half_cells": kept_by_film,
        "field_map": flat_map,
        "full_cells": full_cells,
        "learned": nothing_learned,
        "cycle_loads": no_gradients,
    }
    return Tools(**{**plain, **changed})


def claim(
    kind: str,
    materials: list[str],
    parameters: dict[str, float],
    printed: dict[str, float] | None = None,
    **test: Any,
) -> Claim:
    header = {"id": "C1", "paper": "x", "place": "x", "says": "A sentence.", "materials": materials}
    file = ClaimFile.model_validate({"claim": header, "test": {"kind": kind, **test}})
    return Claim(path=Path("c.toml"), file=file, parameters=parameters, printed=printed or {})


def ask(asked: Claim, **changed: Any) -> Answer:
    return answer(asked, tools(**changed))


# Intervals and regions


def agrees_with_scipy(interval: Callable[[int, int], tuple[float, float]]) -> bool:
    cases = [(0, 40), (40, 40), (3, 17), (450, 500), (1, 1), (250, 500)]
    return all(
        np.allclose(interval(k, n), binomtest(k, n).proportion_ci(0.95, "exact"), atol=1e-9)
        for k, n in cases
    )


def test_intervals_are_clopper_and_pearson() -> None:
    assert agrees_with_scipy(share_interval)


def test_the_interval_check_notices_another_interval() -> None:
    def normal(successes: int, draws: int) -> tuple[float, float]:
        share = successes / draws
        width = 1.96 * (share * (1 - share) / draws) ** 0.5
        return share - width, share + width

    assert not agrees_with_scipy(normal)


@pytest.mark.parametrize(
    ("successes", "draws", "verdict"),
    [
        (500, 500, SUPPORTED),
        (450, 500, UNDECIDED),
        (0, 500, CONTRADICTED),
        (50, 500, UNDECIDED),
        (40, 40, SUPPORTED),
        (9, 9, UNDECIDED),
        (0, 9, UNDECIDED),
    ],
)
def test_the_whole_interval_must_lie_beyond_the_line(
    successes: int, draws: int, verdict: Verdict
) -> None:
    assert verdict_of(successes, draws) is verdict


def test_region_finds_the_input_and_the_place() -> None:
    stream = np.random.default_rng(3)
    first, second = stream.random(2000), stream.random(2000)
    counted = np.ones(2000, dtype=bool)
    found = region_of(first > 0.3, counted, {"first": first, "second": second})
    assert found is not None
    assert found.name == "first"
    assert found.correlation > 0.5
    assert found.split == pytest.approx(0.3, abs=0.03)
    assert found.below < 0.1
    assert found.above > 0.95
    assert region_of(first > -1, counted, {"first": first}) is None
    assert region_of(first > 0.3, counted, {"second": second}) is None


def test_draws_differ_only_where_materials_may() -> None:
    materials = [load_material("he_v"), load_material("nvp")]
    first, second = (draw_half_cells(each, 50, SEED) for each in materials)
    for name in ("particle_radius", "youngs_modulus", "film_resistance"):
        assert np.array_equal(first.values[name], second.values[name])
    for name in ("diffusivity", "exchange_current_density"):
        ranks = [np.argsort(each.values[name]) for each in (first, second)]
        assert not np.array_equal(*ranks)


# Tests on half cells


def test_what_only_repeats_an_assumption_is_no_answer() -> None:
    own = {"he_v": with_diffusivity("he_v", 1e4), "nvp": with_diffusivity("nvp", 1.0)}
    calm = replace(own["he_v"]["regular_solution_parameter"], plausible=None)
    own["he_v"] = own["he_v"].replaced(regular_solution_parameter=calm)
    parameters = {"c_rate": 1.0, "uniform_below": 0.05}
    asked = claim("uniform", ["he_v"], parameters, assumes=["diffusivity"], alike="nvp")
    found = ask(asked, load=own.__getitem__)
    assert (found.verdict, found.because) == (NOT_TESTABLE, "assumed")
    assert found.share == 1
    assert found.alike_share is not None
    assert found.alike_share < 0.9


def test_what_stands_without_the_assumption_is_an_answer() -> None:
    parameters = {"c_rate": 0.1, "polarisation_below": 0.11}
    asked = claim("low_polarisation", ["he_v"], parameters, assumes=["diffusivity"], alike="nvp")
    found = ask(asked)
    assert found.verdict is SUPPORTED
    assert found.alike_share == found.share


@pytest.mark.parametrize(
    ("limit", "verdict"), [(0.11, SUPPORTED), (0.05, UNDECIDED), (0.0, CONTRADICTED)]
)
def test_low_polarisation(limit: float, verdict: Verdict) -> None:
    parameters = {"c_rate": 0.1, "polarisation_below": limit}
    assert ask(claim("low_polarisation", ["he_v"], parameters)).verdict is verdict


def test_equal_gaps_are_not_narrower() -> None:
    found = ask(claim("narrower_gap", ["he_v", "nvp"], {"c_rate": 0.1}))
    assert found.share is not None
    assert found.share < 0.9  # equal up to rounding


# Tests on fields


@pytest.mark.parametrize(
    ("factor", "verdict"), [(1e4, SUPPORTED), (1.0, UNDECIDED), (1e-4, CONTRADICTED)]
)
def test_uniform(factor: float, verdict: Verdict) -> None:
    material = with_diffusivity("he_v", factor)
    calm = replace(material["regular_solution_parameter"], plausible=None)
    material = material.replaced(regular_solution_parameter=calm)
    asked = {
        kind: claim(kind, ["he_v"], {"c_rate": 1.0, "uniform_below": 0.05})
        for kind in ("uniform", "heterogeneous")
    }
    found = ask(asked["uniform"], load=lambda name: material)
    assert found.verdict is verdict
    if factor == 1.0:
        assert found.share == pytest.approx(0.5, abs=0.07)
        assert found.region is not None
        assert found.region.name == "diffusivity of HE-V"
    opposite = {SUPPORTED: CONTRADICTED, CONTRADICTED: SUPPORTED, UNDECIDED: UNDECIDED}
    assert ask(asked["heterogeneous"], load=lambda name: material).verdict is opposite[verdict]


def test_a_chi_above_two_is_not_uniform() -> None:
    material = with_diffusivity("he_v", 1e4)
    high = replace(material["regular_solution_parameter"].with_magnitude(3.0), plausible=None)
    separated = material.replaced(regular_solution_parameter=high)
    asked = claim("uniform", ["he_v"], {"c_rate": 1.0, "uniform_below": 0.05})
    assert ask(asked, load=lambda name: separated).verdict is CONTRADICTED


def test_surface_richer() -> None:
    asked = claim("surface_richer", ["he_v"], {"c_rate": 1.0})
    assert ask(asked).verdict is CONTRADICTED
    richer = ask(asked, field_map=lambda n, c, law, way: -1 * flat_map(n, c, law))
    assert richer.verdict is SUPPORTED


def turned(name: str, c_rate: float, law: str, direction: Direction) -> xr.Dataset:
    """The surface is poorer on charge and richer on discharge."""
    return flat_map(name, c_rate, law) * (1 if direction is Direction.CHARGE else -1)


@pytest.mark.parametrize(
    ("named", "verdict"),
    [(None, UNDECIDED), ("charge", CONTRADICTED), ("discharge", SUPPORTED)],
)
def test_without_a_direction_both_must_agree(named: str | None, verdict: Verdict) -> None:
    asked = claim("surface_richer", ["he_v"], {"c_rate": 1.0}, direction=named)
    found = ask(asked, field_map=turned)
    assert found.verdict is verdict
    assert "n charge" in found.sentence
    assert "n discharge" in found.sentence
    if named is None:
        assert found.decided_by == "no on charge; yes on discharge"


def test_maps_of_one_direction_are_asked_in_it() -> None:
    asked = claim("surface_richer", ["he_v"], {"c_rate": 1.0}, direction="charge")
    found = ask(asked, field_map=turned, directions=(Direction.DISCHARGE,))
    assert (found.verdict, found.branches) == (SUPPORTED, ())


@pytest.mark.parametrize(("factor", "verdict"), [(1e4, SUPPORTED), (1e-4, CONTRADICTED)])
def test_cause_is_asked_by_exchange(factor: float, verdict: Verdict) -> None:
    own = {"he_v": with_diffusivity("he_v", factor), "nvp": with_diffusivity("nvp", 1e-3)}
    asked = claim("caused_by_diffusivity", ["nvp", "he_v"], {"c_rate": 1.0, "uniform_below": 0.05})
    found = ask(asked, load=own.__getitem__)
    assert found.verdict is verdict
    assert found.draws == SAMPLES


def test_draws_that_never_get_there_are_not_counted() -> None:
    asked = claim("uniform", ["he_v"], {"c_rate": 1.0, "uniform_below": 0.05})
    short = ask(asked, field_map=lambda n, c, law, way: 0.1 * flat_map(n, c, law))
    assert (short.verdict, short.because) == (NOT_TESTABLE, "not modelled")


# Tests on full cells, formulas and print


@pytest.mark.parametrize(("printed", "fit"), [(200.0, WIDE), (1000.0, HIGHER), (100.0, LOWER)])
def test_carbon_capacity_is_by_volume_over_a_density(printed: float, fit: str) -> None:
    """390 A h/L over the measured filling, 0.994 of it, and 1900 kg/m3 are 204 A h/kg."""
    parameters = {"capacity": printed, "within": 0.1, "density_low": 1300.0, "density_high": 2500.0}
    found = ask(claim("carbon_capacity", [], parameters))
    assert (found.verdict, found.fit) == (UNDECIDED, fit)
    assert found.numbers["median"][0] == pytest.approx(
        14540 * FARADAY / 3.6e6 * 0.994 / 1.9, rel=0.01
    )


@pytest.mark.parametrize(("electrons", "verdict"), [(3.0, SUPPORTED), (2.9, CONTRADICTED)])
def test_formula_capacity(electrons: float, verdict: Verdict) -> None:
    by_hand = 3 * FARADAY / (3.6 * 456.30)
    parameters = {"electrons": electrons, "tolerance": 0.001}
    found = ask(claim("formula_capacity", ["he_v"], parameters, {"capacity": by_hand}))
    assert found.verdict is verdict
    assert found.share is None


@pytest.mark.parametrize(("plateau", "verdict"), [(0.1, SUPPORTED), (0.6, CONTRADICTED)])
def test_carbon_plateau(plateau: float, verdict: Verdict) -> None:
    parameters = {"plateau": plateau, "within": 0.05}
    assert ask(claim("carbon_plateau", [], parameters)).verdict is verdict


def test_fade_is_per_cycle() -> None:
    points = fade_points([load_system("he_o3_li2024"), load_system("natio2")])
    assert points == [("HE", 2.6, pytest.approx(1 - 0.753 ** (1 / 500)))]


def test_every_kind_says_what_it_asks() -> None:
    for name, kind in KINDS.items():
        assert kind.meaning.endswith("."), name
        assert f"def {kind.test.__name__}(" in called_text([kind.test])


def test_a_cause_that_only_one_phase_would_have_is_shown() -> None:
    """With its own law NVP is heterogeneous whatever D; as a solid solution a faster D cures it."""
    own = {"he_v": with_diffusivity("he_v", 1e4), "nvp": with_diffusivity("nvp", 1e-3)}
    asked = claim("caused_by_diffusivity", ["nvp", "he_v"], {"c_rate": 1.0, "uniform_below": 0.05})

    def gap(name: str, c_rate: float, law: str, direction: Direction) -> xr.Dataset:
        table = flat_map(name, c_rate, law)
        return table if law == SOLID else table.assign(inhomogeneity=table.inhomogeneity * 0 + 0.6)

    found = ask(asked, load=own.__getitem__, field_map=gap)
    assert (found.verdict, found.share) == (CONTRADICTED, 0)
    (alone,) = (each for each in found.branches if "solid solution" in each.name)
    assert (alone.verdict, alone.votes) == (SUPPORTED, False)


def test_coherent_phases_that_differ_leave_it_open() -> None:
    material = with_diffusivity("nvp", 1e-4)
    asked = claim("heterogeneous", ["nvp"], {"c_rate": 1.0, "uniform_below": 0.05})

    def dissolved(name: str, c_rate: float, law: str, direction: Direction) -> xr.Dataset:
        return flat_map(name, c_rate, law).assign(
            inhomogeneity=flat_map(name, c_rate, law).inhomogeneity * (law != COHERENT)
        )

    assert ask(asked, load=lambda _: material).verdict is SUPPORTED
    found = ask(asked, load=lambda _: material, field_map=dissolved)
    assert found.verdict is UNDECIDED
    assert "coherent" in found.decided_by


def test_a_known_cut_off_stands_for_both() -> None:
    """HE-V's 1.5 to 4.1 V are printed and NVP's assumed; NFM's and HE's are both printed."""
    both = level((load_material("nvp"), load_material("he_v")))
    assert [each.value("lower_voltage") for each in both] == [1.5, 1.5]
    assert [each.value("upper_voltage") for each in both] == [4.1, 4.1]
    alone = (load_material("nvp"),)
    assert level(alone) == alone
    assumed = load_material("nvp"), with_cut_off(load_material("nvp"), 1.0)
    assert [each.value("lower_voltage") for each in level(assumed)] == [1.0, 1.0]


def with_cut_off(material: Material, lower: float) -> Material:
    return material.replaced(lower_voltage=material["lower_voltage"].with_magnitude(lower))


def test_a_label_is_no_support() -> None:
    parameters = {"electrons": 3.0, "tolerance": 0.001}
    printed = {"capacity": 3 * FARADAY / (3.6 * 456.30)}
    asked = claim("formula_capacity", ["he_v"], parameters, printed)
    header = asked.file.claim.model_copy(update={"label": "arithmetic"})
    labelled = replace(asked, file=asked.file.model_copy(update={"claim": header}))
    assert ask(asked).settled
    assert not ask(labelled).settled
