"""The table behind the headline: its ratios multiply, and its words say what it holds."""

import numpy as np
import pytest
import xarray as xr

from particle_sim.claims.law_table import (
    HELD,
    RELIEVED,
    bracket,
    factors,
    interval,
    law_table,
    phase_behaviour,
    row,
    solid_rows,
)
from particle_sim.claims.readings import stress
from particle_sim.materials.load import load_material
from particle_sim.metrics.mechanisms import Mechanism
from particle_sim.metrics.stress_bracket import boundary_in, stress_bracket
from particle_sim.plausible.draws import MaterialDraws, draw_material
from particle_sim.studies.choices import Direction, StressMeasure
from particle_sim.units import Array

RATES = np.logspace(-6, 2, 9)


def falling(peak: float) -> xr.Dataset:
    """A map of the quasi-steady sphere: stress falls as R^2/D."""
    return xr.Dataset(
        {"peak_stress": ("diffusion_rate", peak * 1e-3 / RATES)}, coords={"diffusion_rate": RATES}
    )


@pytest.fixture(scope="module")
def draws() -> tuple[MaterialDraws, MaterialDraws]:
    first, second = (draw_material(load_material(name), 400, 1) for name in ("nvp", "he_v"))
    return first, second


MAPS = (falling(4e6), falling(1e6))


def span_of_strain(draws: MaterialDraws) -> Array:
    """Of ln(1 + s v)/3 over the window, over that at s = 1."""
    volume = np.expm1(3 * draws.material["chemical_strain"](np.array([0.0, 1.0])))
    scale = draws.values["volume_change"] / draws.material.value("volume_change")
    return np.asarray(np.ptp(np.log1p(np.outer(scale, volume)), axis=1) / np.ptp(np.log1p(volume)))


def test_at_one_diffusivity_only_the_materials_differ(
    draws: tuple[MaterialDraws, MaterialDraws],
) -> None:
    equal, plausible = solid_rows(draws, MAPS)
    spans = [span_of_strain(each) for each in draws]
    held = [
        each.values["maximum_concentration"] / each.material.maximum_concentration for each in draws
    ]
    expected = interval(4 * spans[0] / spans[1] * held[1] / held[0])
    assert equal.ratio.median == pytest.approx(expected.median, rel=1e-3)
    assert plausible.ratio.high / plausible.ratio.low > 10 * equal.ratio.high / equal.ratio.low


def test_the_factors_of_a_draw_multiply_to_its_ratio(
    draws: tuple[MaterialDraws, MaterialDraws],
) -> None:
    one = tuple(each.kept(np.array([7])) for each in draws)
    found = factors((one[0], one[1]), MAPS)
    whole = stress(one[0], MAPS[0], "peak_stress") / stress(one[1], MAPS[1], "peak_stress")
    assert np.prod([each.factor.median for each in found]) == pytest.approx(float(whole[0]))
    assert found[1].factor.median == 1.0  # both have one size


def test_a_row_counts_the_draws() -> None:
    found = row("law", "equal", np.array([2.0, 2.0, 1.0, 4.0]), np.array([1.0, 1.0, 2.0, 1.0]))
    assert found.share == 0.75
    assert found.ratio.median == 2.0


def test_the_bracket_names_the_branch_of_least_energy(
    draws: tuple[MaterialDraws, MaterialDraws],
) -> None:
    nvp, he_v = (bracket(each, Direction.CHARGE) for each in draws)
    assert nvp is not None
    assert he_v is not None
    assert nvp.least == Mechanism.INCOHERENT.value
    assert nvp.relieved.median == 0.0
    assert nvp.relief_share > 0.5 > he_v.relief_share
    assert 0.1e9 < he_v.upper.median < 0.5 * nvp.upper.median < 1.25e9


@pytest.mark.parametrize("end", [RELIEVED, HELD])
def test_the_phase_behaviour_of_a_draw_completes_its_product(
    draws: tuple[MaterialDraws, MaterialDraws], end: str
) -> None:
    """Stress of NVP in two phases, of HE-V as a solid solution, from their definitions."""
    one = draws[0].kept(np.array([7])), draws[1].kept(np.array([7]))
    smooth = [stress(each, table, "peak_stress") for each, table in zip(one, MAPS, strict=True)]
    boundary = stress_bracket(boundary_in(one[0].material, one[0].values))
    own = max(float((boundary.relieved if end == RELIEVED else boundary.upper)[0]), smooth[0][0])
    found = next(each for each in phase_behaviour(one, MAPS, Direction.CHARGE) if each.end == end)
    others = np.prod([each.factor.median for each in factors(one, MAPS)])
    assert found.plausible.ratio.median == pytest.approx(own / smooth[1][0])
    assert others * found.factor.median == pytest.approx(found.plausible.ratio.median)
    if end == HELD:
        assert found.factor.median > 10  # a factor of 1 would not do


def test_the_phase_behaviour_is_no_factor_of_solid_solutions(
    draws: tuple[MaterialDraws, MaterialDraws],
) -> None:
    pair = draws[1], draws[1]
    assert law_table(pair, MAPS, Direction.CHARGE).phases == ()
    assert law_table(draws, MAPS, Direction.CHARGE).phases != ()


@pytest.mark.parametrize(
    ("direction", "measure", "given"),
    [
        (Direction.CHARGE, StressMeasure.VON_MISES, True),
        (Direction.CHARGE, StressMeasure.HYDROSTATIC, False),
        (Direction.DISCHARGE, StressMeasure.VON_MISES, False),
        (Direction.DISCHARGE, StressMeasure.FIRST_PRINCIPAL, True),
    ],
)
def test_a_boundary_s_tension_is_held_against_no_other_stress(
    draws: tuple[MaterialDraws, MaterialDraws],
    direction: Direction,
    measure: StressMeasure,
    given: bool,
) -> None:
    assert bool(law_table(draws, MAPS, direction, measure).phases) is given


def test_no_ratio_where_a_boundary_relieves_everything(
    draws: tuple[MaterialDraws, MaterialDraws],
) -> None:
    relieved, held = law_table(draws, MAPS, Direction.CHARGE).boundary
    assert (relieved.end, held.end) == (RELIEVED, HELD)
    assert relieved.ratio is None
    assert held.ratio is not None
    assert held.ratio.low < held.ratio.median < held.baseline.high / held.candidate.low


def test_on_charge_the_shell_is_pulled_and_on_discharge_the_core(
    draws: tuple[MaterialDraws, MaterialDraws],
) -> None:
    """Any flaw: K/(S sqrt(R)) is at most 0.535 in the shell and 0.466 in the core."""
    charge, discharge = (bracket(draws[0], way) for way in (Direction.CHARGE, Direction.DISCHARGE))
    assert charge is not None
    assert discharge is not None
    assert charge.safe_share < discharge.safe_share


def test_no_bracket_without_a_toughness(draws: tuple[MaterialDraws, MaterialDraws]) -> None:
    bare = {k: v for k, v in draws[0].values.items() if k != "fracture_toughness"}
    known = draws[0].material.properties
    material = draws[0].material.replaced()
    without = MaterialDraws(
        material=type(material)(
            **{
                **vars(material),
                "properties": {k: v for k, v in known.items() if k != "fracture_toughness"},
            }
        ),
        values=bare,
    )
    assert law_table((without, draws[1]), MAPS, Direction.CHARGE).brackets[0] is None
