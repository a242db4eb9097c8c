"""The table behind the headline: its ratios multiply, and its words say what it holds."""

import numpy as np
import pytest
import xarray as xr

from particle_sim.claims.law_table import bracket, factors, interval, law_table, row, solid_rows
from particle_sim.claims.readings import stress
from particle_sim.materials.load import load_material
from particle_sim.metrics.mechanisms import Mechanism
from particle_sim.plausible.draws import MaterialDraws, draw_material
from particle_sim.studies.choices import Direction

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


def test_at_one_diffusivity_only_the_materials_differ(
    draws: tuple[MaterialDraws, MaterialDraws],
) -> None:
    equal, plausible = solid_rows(draws, MAPS)
    spans = [each.values["volume_change"] / each.material.value("volume_change") for each in draws]
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
    assert 0.5e9 < he_v.upper.median < nvp.upper.median < 2.5e9


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
