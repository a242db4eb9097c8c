"""Equal footing: what no paper prints of both is the same for both, and what is printed stays."""

import numpy as np
import pytest

from particle_sim.materials.load import load_record
from particle_sim.studies.choices import Footing
from particle_sim.studies.differences import differences, peak_ratio
from particle_sim.studies.footing import LEVELLED, level, with_own_transport
from particle_sim.studies.settings import Comparison

PAIR = ("nvp", "he_v")


def records(**overrides: dict[str, str]):  # type: ignore[no-untyped-def]
    return [load_record(name, overrides=overrides.get(name, {})) for name in PAIR]


def test_a_window_printed_of_one_is_that_of_both() -> None:
    (nvp, he_v), steps = level(records())
    assert [m.value("lower_voltage") for m in (nvp, he_v)] == [1.5, 1.5]  # HE-V's, as printed
    assert [m.value("upper_voltage") for m in (nvp, he_v)] == [4.1, 4.1]
    made = {step.name: step for step in steps}
    assert made["lower_voltage"].filed == (1.2, 1.5)


def test_what_is_assumed_of_both_is_the_first_ones() -> None:
    (nvp, he_v), _ = level(records())
    assert he_v["diffusivity"] == nvp["diffusivity"]
    assert with_own_transport(he_v, records()[1].material).value("diffusivity") == 2.5e-15


def test_what_is_printed_of_each_stays() -> None:
    (nvp, he_v), steps = level(records())
    assert nvp.value("volume_change") != he_v.value("volume_change")
    assert nvp.value("one_c_current") == 100.0
    assert {step.name for step in steps} <= set(LEVELLED)


def test_what_the_user_set_stays() -> None:
    chosen = records(nvp={"diffusivity": "1e-16 m^2/s"})
    (nvp, he_v), steps = level(chosen)
    assert (nvp.value("diffusivity"), he_v.value("diffusivity")) == (1e-16, 2.5e-15)
    assert "diffusivity" not in {step.name for step in steps}


def test_as_filed_changes_nothing() -> None:
    filed = records()
    materials, steps = level(filed, Footing.AS_FILED)
    assert list(materials) == [record.material for record in filed]
    assert steps == ()


def test_families_share_no_modulus_and_metals_no_window() -> None:
    nvp, o3, lfp = (load_record(name) for name in ("nvp", "he_o3_li2024", "lfp"))
    _, between = level([nvp, o3])
    assert not {"youngs_modulus", "diffusivity"} & {step.name for step in between}
    _, metals = level([nvp, lfp])
    assert not {"lower_voltage", "upper_voltage"} & {step.name for step in metals}


def test_the_ratio_on_one_footing_is_the_closed_form() -> None:
    """Steady sphere: sigma = E (dbeta/dtheta) N R/(5 D c_max (1 - nu)), and N ~ rho I R."""
    (nvp, he_v), _ = level(records())
    found = peak_ratio(Comparison(baseline=PAIR[0], candidate=PAIR[1]), nvp, he_v)
    slopes = [
        float(np.ptp(m["chemical_strain"](np.linspace(0, 0.7, 2)))) / 0.7 for m in (nvp, he_v)
    ]
    flux = [m.value("density") / m.value("maximum_concentration") for m in (nvp, he_v)]
    assert found == pytest.approx(slopes[0] * flux[0] / (slopes[1] * flux[1]), rel=0.02)


def test_taking_a_difference_away_takes_its_factor_away() -> None:
    filed = records()
    materials, steps = level(filed)
    settings = Comparison(baseline=PAIR[0], candidate=PAIR[1])
    base = peak_ratio(settings, *materials)
    found = {
        each.name: each
        for each in differences(settings, materials, steps, tuple(r.material for r in filed))
    }
    assert found["volume_change"].common is None
    shrinking = -0.0144 * np.array([1, 8.26 / 2.2])  # HE-V below its stress-free filling
    narrower, wider = np.log1p(shrinking)
    assert found["volume_change"].ratio == pytest.approx(base * narrower / wider, rel=1e-3)
    assert found["diffusivity"].ratio == pytest.approx(base * 5, rel=0.01)  # D as filed: 1 to 5
