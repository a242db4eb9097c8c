"""Do the worked examples hold the printed numbers, and does the fit say of them what is true?"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from particle_sim.inference.data import RateData, read_rates
from particle_sim.inference.fit import Fit, FitSettings, fit_rates
from particle_sim.inference.form import Form
from particle_sim.inference.words import fit_lines
from particle_sim.materials.load import load_material
from particle_sim.materials.system import load_system

EXAMPLES = Path(__file__).parents[2] / "examples"
FILES = {
    "he_o3_rates": "he_o3_li2024",
    "nfpp_he_rates": "nfpp_he",
    "p2_tmcnr_rates": "p2_tmcnr",
}
QUICK = FitSettings(particles=500, profile_points=0)
PRECISION = 1.0
"""Last digit of the printed capacities [mAh/g]."""


def data_of(stem: str) -> RateData:
    one_c = load_material(FILES[stem]).value("one_c_current")
    return read_rates(EXAMPLES / f"{stem}.csv", one_c_current=one_c)


def fitted(stem: str, *, hold_out: tuple[float, ...] = (), form: Form = Form.ONE_SIZE) -> Fit:
    material = load_material(FILES[stem])
    return fit_rates(material, data_of(stem), hold_out=hold_out, form=form, settings=QUICK)


@pytest.mark.parametrize("stem", FILES)
def test_capacities_are_the_printed_ones(stem: str) -> None:
    printed = load_system(FILES[stem]).file.printed["capacity"]
    facts = {(f.statement["rate"], float(f.statement["capacity_mAh_g"])) for f in printed}
    labels = {
        "he_o3_rates": ("0.1C", "0.3C", "0.5C", "1C", "3C", "5C"),
        "nfpp_he_rates": ("0.1C", "50C"),
        "p2_tmcnr_rates": ("0.1C", "86C"),
    }[stem]
    data = data_of(stem)
    assert len(labels) == len(data.capacity)
    assert set(zip(labels, data.capacity, strict=True)) <= facts
    one_c = (
        15000 / 86
        if stem == "p2_tmcnr_rates"
        else load_material(FILES[stem]).value("one_c_current")
    )
    rates = [float(label.rstrip("C")) for label in labels]
    np.testing.assert_allclose(data.current, np.array(rates) * one_c, rtol=1e-3)


def test_two_points_fix_no_diffusion_rate() -> None:
    for stem in ("nfpp_he_rates", "p2_tmcnr_rates"):
        fit = fitted(stem)
        assert not fit.identifiability.groups["diffusion_rate"].determined
        assert not fit.identifiability.groups["exchange_current"].determined
        assert any("cannot contradict" in line for line in fit_lines(fit))


def test_one_sphere_size_does_not_explain_the_o3_oxide() -> None:
    """The best draw misses by more than the printed digits, and low rates do not predict high ones:
    117 to 101 mAh/g from 0.1C to 1C, then only 101 to 94 up to 5C. Sizes come half as near.
    """
    assert fitted("he_o3_rates").check.misfit > 3 * PRECISION
    one = fitted("he_o3_rates", hold_out=(3.0, 5.0)).held_out
    sizes = fitted("he_o3_rates", hold_out=(3.0, 5.0), form=Form.SIZES).held_out
    assert one is not None
    assert sizes is not None
    assert np.all(one.observed > one.predicted[1] + 15)
    assert sizes.error < 0.75 * one.error
