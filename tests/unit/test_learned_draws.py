"""Do rate tests narrow what they tell, and nothing else?"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from particle_sim.cell.half_cell import half_cell
from particle_sim.claims.learned_pair import LearnedPair, band, known_pair, learned_pair
from particle_sim.errors import InputError
from particle_sim.inference.carried import UNPRINTED, carried
from particle_sim.inference.discharge import capacities, discharge_of
from particle_sim.inference.groups import GROUPS
from particle_sim.inference.learned_axes import check_narrowable, with_rate_tests
from particle_sim.inference.rate_posteriors import rate_evidence
from particle_sim.materials.load import load_record
from particle_sim.materials.material import Material
from particle_sim.materials.property import Evidence
from particle_sim.plausible.draws import MaterialDraws, diffusion_rate, draw_material
from particle_sim.plausible.learned import Learned, conditioned, exchange_of, why_not
from particle_sim.plausible.sensitivity import rank_correlation
from particle_sim.plausible.streams import evenly
from particle_sim.studies.choices import EvidenceChoice
from particle_sim.studies.half_cell_batch import half_cell_batch
from particle_sim.studies.settings import Comparison
from particle_sim.studies.sweep_functions import ProtocolChoice, particle_metrics
from particle_sim.sweeps.axes import Axis, same_draw
from particle_sim.sweeps.plan import make_plan
from particle_sim.sweeps.sampling import Sampling
from particle_sim.units import Array

HE, NFM = load_record("he_o3_li2024"), load_record("nfm_li2024")
COUNT, SEED = 4000, 1
RATES = "c_rate [1/h], capacity [mAh/g]\n0.1, 117\n0.3, 113\n0.5, 107\n1, 101\n"


@pytest.fixture(scope="module")
def learned() -> Learned:
    found = carried(HE, EvidenceChoice.SHIPPED).learned
    assert found is not None
    return found


@pytest.fixture(scope="module")
def before() -> MaterialDraws:
    return draw_material(HE.material, COUNT, SEED)


def exchange_current(draws: MaterialDraws) -> Array:
    """3 j0/(rho R) [A/kg] of every draw."""
    values, density = draws.values, draws.material.value("density")
    return 3 * values["exchange_current_density"] / (density * values["particle_radius"])


def differences(before: MaterialDraws, after: MaterialDraws) -> set[str]:
    return {
        name
        for name, values in before.values.items()
        if not np.array_equal(values, after.values[name])
    }


# --- one material -------------------------------------------------------------------------------


def test_draws_take_d_over_r_squared_of_the_posterior(
    learned: Learned, before: MaterialDraws
) -> None:
    """4000 draws are five of each of 800 rows; D follows the radius that was drawn."""
    after = conditioned(before, learned, SEED)
    assert differences(before, after) == {"diffusivity", "exchange_current_density"}
    np.testing.assert_allclose(
        np.sort(diffusion_rate(after)), np.repeat(learned.diffusion_rate, 5), rtol=1e-12
    )
    radius = after.values["particle_radius"]
    assert abs(rank_correlation(radius, diffusion_rate(after))) < 0.05
    assert rank_correlation(radius, after.values["diffusivity"]) > 0.3


def test_a_draw_that_was_fast_is_fast(learned: Learned, before: MaterialDraws) -> None:
    after = conditioned(before, learned, SEED)
    order = np.argsort(before.values["diffusivity"], kind="stable")
    assert (np.diff(np.log(diffusion_rate(after)[order])) > -1e-9).all()


def joint_by_row(learned: Learned, before: MaterialDraws) -> MaterialDraws:
    return conditioned(before, learned, SEED)


def joint_by_chance(learned: Learned, before: MaterialDraws) -> MaterialDraws:
    """The twin: j0 of another row than D."""
    after = conditioned(before, learned, SEED)
    rows = learned.rows(evenly("another stream", COUNT, SEED))
    radius = before.values["particle_radius"]
    exchange = learned.exchange_current[rows] * HE.material.value("density") * radius / 3
    return after.having(exchange_current_density=exchange)


def belongs_together(
    made: Callable[[Learned, MaterialDraws], MaterialDraws],
    learned: Learned,
    before: MaterialDraws,
) -> bool:
    """Whether slow kinetics go with fast diffusion in the draws as in the rows."""
    after = made(learned, before)
    in_rows = rank_correlation(learned.diffusion_rate, learned.exchange_current)
    return abs(rank_correlation(diffusion_rate(after), exchange_current(after)) - in_rows) < 0.05


def test_d_and_j0_come_from_one_row(learned: Learned, before: MaterialDraws) -> None:
    assert rank_correlation(learned.diffusion_rate, learned.exchange_current) < -0.3
    assert belongs_together(joint_by_row, learned, before)
    assert not belongs_together(joint_by_chance, learned, before)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"evidence": Evidence.MEASURED}, "measured D"),
        ({"plausible": None}, "set by hand"),
    ],
)
def test_what_is_known_of_d_stays(learned: Learned, change: dict[str, object], reason: str) -> None:
    known = replace(HE.material["diffusivity"], **change)  # type: ignore[arg-type]
    draws = draw_material(HE.material.replaced(diffusivity=known), COUNT, SEED)
    assert reason in why_not(draws.material)
    assert conditioned(draws, learned, SEED) is draws


def test_what_is_set_of_j0_stays(learned: Learned) -> None:
    record = load_record("he_o3_li2024", overrides={"exchange_current_density": "0.2 A/m^2"})
    draws = draw_material(record.material, COUNT, SEED)
    assert differences(draws, conditioned(draws, learned, SEED)) == {"diffusivity"}


def test_d_of_the_filling_is_not_narrowed() -> None:
    material: Material = load_record("nvp").material
    fall = replace(material["particle_radius"], name="diffusivity_fall", magnitude=1.0, unit="1")
    assert "depends on the filling" in why_not(material.replaced(diffusivity_fall=fall))


def at_its_own_radius(rate: Array, radius: Array) -> Array:
    return rate * radius**2


def at_the_central_radius(rate: Array, radius: Array) -> Array:
    """The twin: D of a particle that nobody drew."""
    return rate * HE.material.value("particle_radius") ** 2


@pytest.mark.parametrize(
    ("diffusivity", "agrees"), [(at_its_own_radius, True), (at_the_central_radius, False)]
)
def test_a_cell_of_a_row_gives_the_capacity_that_the_row_was_learned_with(
    diffusivity: Callable[[Array, Array], Array], agrees: bool
) -> None:
    """At any radius, in another code: the batched half cell against the closed form at 1C and 5C.

    With the test's own cell and capacity too, which draws do not take; 0.05 mAh/g is what the
    batch's time steps leave.
    """
    material, cell = HE.material, half_cell(HE.material)
    rows = rate_evidence(HE).ways[0].found["one-size"].draws[::10, : len(GROUPS)]
    rate, exchange, resistance, window = (10**rows).T
    radius = 10 ** np.random.default_rng(1).uniform(-6.7, -5.5, len(rows))
    values = {
        "particle_radius": radius,
        "diffusivity": diffusivity(rate, radius),
        "exchange_current_density": exchange_of(material, exchange, radius),
        "film_resistance": resistance / cell.design.value("active_loading"),
        "maximum_concentration": material.maximum_concentration
        * window
        / material.specific_capacity,
    }
    for c_rate in (1.0, 5.0):
        current = np.array([c_rate * material.value("one_c_current")])
        expected = capacities(discharge_of(cell), rows, current)[:, 0]
        run = half_cell_batch(material, c_rate=np.full(len(rows), c_rate), values=values)
        assert bool(np.abs(run.capacity - expected).max() < 0.05) is agrees


# --- two materials ------------------------------------------------------------------------------


def pair_of(
    baseline: str,
    candidate: str,
    evidence: EvidenceChoice = EvidenceChoice.SHIPPED,
    data: dict[str, str] | None = None,
) -> LearnedPair:
    settings = Comparison(
        baseline=baseline, candidate=candidate, evidence=evidence, data=data or {}, samples=COUNT
    )
    records = load_record(baseline), load_record(candidate)
    first, second = (draw_material(each.material, COUNT, SEED) for each in records)
    return learned_pair(known_pair(settings, records), (first, second), SEED)


def test_both_or_neither() -> None:
    both = pair_of("nfm_li2024", "he_o3_li2024")
    assert both.narrowed
    for one, other in zip(both.before, both.after, strict=True):
        (low, _, high), (least, _, most) = band(other), band(one)
        assert high / low < 0.5 * most / least
    alone = pair_of("nvp", "he_o3_li2024")
    assert alone.after == alone.before
    assert not alone.narrowed
    assert alone.known.says == (
        "Rate tests of HE are in print, but not used, because NVP would stay as it is "
        f"({UNPRINTED}): D/R² of both is what is plausible.",
    )
    none = pair_of("nvp", "he_v")
    assert none.after == none.before
    assert "No rate test of NVP or HE-V" in none.known.says[0]
    asked = pair_of("nfm_li2024", "he_o3_li2024", EvidenceChoice.NONE)
    assert (asked.after, asked.known.says) == (asked.before, ())


def test_a_material_is_the_same_beside_any_other() -> None:
    beside = [
        pair_of("nfm_li2024", "he_o3_li2024").after[1],
        pair_of("nfpp_he", "he_o3_li2024").after[1],
    ]
    assert differences(*beside) == set()


def test_your_own_test_of_one_side_is_used_with_a_caution(tmp_path: Path) -> None:
    path = tmp_path / "rates.csv"
    path.write_text(RATES, "utf-8")
    found = pair_of("nvp", "he_o3_li2024", EvidenceChoice.MINE, {"he_o3_li2024": str(path)})
    assert found.after[0] is found.before[0]
    assert differences(found.before[1], found.after[1]) >= {"diffusivity"}
    assert found.known.caution.startswith("Only HE is narrowed by a rate test (NVP: no file of it")
    path.write_text("c_rate [1/h], capacity [mAh]\n0.1, 0.2\n1, 0.18\n", "utf-8")
    with pytest.raises(
        InputError, match="those of a whole cell; write them per gram with particle-sim read"
    ):
        pair_of("nvp", "he_o3_li2024", EvidenceChoice.MINE, {"he_o3_li2024": str(path)})
    path.write_text("c_rate [1/h], capacity [mAh/g]\n0.1, 0.117\n1, 0.101\n", "utf-8")
    with pytest.raises(InputError, match="the capacity and the material disagree"):
        pair_of("nvp", "he_o3_li2024", EvidenceChoice.MINE, {"he_o3_li2024": str(path)})


# --- sweeps -------------------------------------------------------------------------------------


def axes_of(*names: str) -> list[Axis]:
    return [Axis.from_material(HE.material, name, name=f"he_o3_li2024.{name}") for name in names]


def test_a_sweep_draws_both_columns_from_one_row(learned: Learned) -> None:
    known = carried(HE, EvidenceChoice.SHIPPED)
    given = axes_of("diffusivity", "exchange_current_density", "particle_radius")
    made = with_rate_tests(given, HE.material, "he_o3_li2024.", known)
    plan = make_plan(
        made, sampling=Sampling.LATIN_HYPERCUBE, samples=COUNT, seed=SEED,
        known_units=particle_metrics(material="he_o3_li2024", metrics=["inhomogeneity"]).axis_units,
    )  # fmt: skip
    columns = plan.columns(0, COUNT)
    assert set(columns) == {
        f"he_o3_li2024.{name}" for name in ("diffusion_rate", "exchange_current", "particle_radius")
    }
    rate, exchange = (columns[f"he_o3_li2024.{n}"] for n in ("diffusion_rate", "exchange_current"))
    rows = np.searchsorted(learned.diffusion_rate, rate)
    same = learned.diffusion_rate[rows] == rate
    assert same.all()
    np.testing.assert_array_equal(np.sort(rate), np.repeat(learned.diffusion_rate, 5))
    pairs = set(zip(learned.diffusion_rate, learned.exchange_current, strict=True))
    assert set(zip(rate, exchange, strict=True)) <= pairs


def test_a_sample_s_radius_makes_d_of_it() -> None:
    """The batched kernel: the same k at twice the radius is the same sodium, R^2 in D."""
    function = particle_metrics(
        material="he_o3_li2024", metrics=["inhomogeneity"], protocol=ProtocolChoice.CELL_CHARGE
    ).for_axes(["he_o3_li2024.diffusion_rate", "he_o3_li2024.exchange_current", "particle_radius"])
    found = function(
        diffusion_rate=np.array([1e-3, 1e-3, 2e-3]),
        exchange_current=np.array([50.0, 50.0, 50.0]),
        particle_radius=np.array([0.5e-6, 1e-6, 1e-6]),
    )["inhomogeneity"]
    assert found[0] == pytest.approx(found[1], rel=1e-6)
    assert found[2] < 0.9 * found[1]


def test_a_range_of_the_sweep_s_own_stays() -> None:
    known = carried(HE, EvidenceChoice.SHIPPED)
    own = Axis("he_o3_li2024.diffusivity", 1e-16, 1e-15, "m^2/s")
    assert with_rate_tests([own], HE.material, "he_o3_li2024.", known) == (own,)
    exchange = Axis("he_o3_li2024.exchange_current_density", 0.1, 1.0, "A/m^2")
    given = [*axes_of("diffusivity"), exchange]
    made = with_rate_tests(given, HE.material, "he_o3_li2024.", known)
    assert [axis.name for axis in made] == [exchange.name, "he_o3_li2024.diffusion_rate"]


def test_axes_that_cannot_be_narrowed_are_refused() -> None:
    known = carried(HE, EvidenceChoice.SHIPPED)
    given = axes_of("diffusivity", "exchange_current_density")
    joined = same_draw("fast", of=[axis.name for axis in given])
    with pytest.raises(InputError, match="which same_draw fast joins with others"):
        with_rate_tests([*given, joined], HE.material, "he_o3_li2024.", known)
    with pytest.raises(InputError, match="the sweep is a grid"):
        check_narrowable(Sampling.GRID, ["diffusion_rate"])
    with pytest.raises(InputError, match="spheres of one size"):
        check_narrowable(Sampling.SOBOL, ["size_spread"])


def test_rows_are_of_the_form_that_is_asked() -> None:
    """One size: the two ways to read NFM's test, 400 draws each."""
    found = carried(NFM, EvidenceChoice.SHIPPED).learned
    assert found is not None
    known = np.concatenate([way.found["one-size"].draws[:, 0] for way in rate_evidence(NFM).ways])
    np.testing.assert_array_equal(found.diffusion_rate, np.sort(10**known))
    assert found.learned_from == (
        "rate test, in the printed order (Fig. 3f)",
        "rate test, if a step is missing in print (Fig. 3f)",
    )


def test_another_powder_s_test_says_so() -> None:
    note, phases = carried(load_record("ncnfmt"), EvidenceChoice.SHIPPED).notes
    assert note.endswith("whether it is the same sample is not known.")
    assert phases.endswith("weighs the boundary against it.")
    assert carried(HE, EvidenceChoice.SHIPPED).notes == ()
