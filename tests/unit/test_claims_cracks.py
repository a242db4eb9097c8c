"""Do the tests on stress and cracks ask every mechanism, and name the one that decides?"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import xarray as xr

from particle_sim.claims.answer import Answer
from particle_sim.claims.interval import Verdict
from particle_sim.claims.kinds_crack import HELD, RELIEVED
from particle_sim.materials.load import load_material
from particle_sim.materials.material import Material
from particle_sim.studies.choices import Direction
from tests.unit.test_claims import (
    CONTRADICTED,
    SUPPORTED,
    UNDECIDED,
    ask,
    claim,
    flat_map,
    with_diffusivity,
)

PAIR = {"c_rate": 1.0}


def calm(name: str, c_rate: float, law: str, direction: Direction) -> xr.Dataset:
    """No stress from gradients."""
    table = flat_map(name, c_rate, law)
    return table.assign(peak_tension=0 * table.peak_tension, peak_stress=0 * table.peak_stress)


def only_varied(name: str) -> Material:
    """NVP with a range for one property, stiff against yielding, at K = K_IC in the middle.

    K = 1.12 sigma sqrt(pi a), sigma = E e/(1 - nu) of a shell around a core; grains of 2 um let a
    flaw of 20 nm be far from the deepest that a shell can open.
    """
    material = load_material("nvp")
    fixed = {
        key: replace(prop, plausible=None)
        for key, prop in material.properties.items()
        if key != name and prop.plausible is not None
    }
    material = material.replaced(**fixed)
    strong = replace(material["yield_stress"].with_magnitude(1e12), plausible=None)
    large = replace(material["particle_radius"].with_magnitude(2e-6), plausible=None)
    modulus, change, ratio, flaw = (
        material.value(each)
        for each in ("youngs_modulus", "volume_change", "poisson_ratio", "flaw_size")
    )
    stress = modulus * change / 3 / (1 - ratio)
    toughness = material["fracture_toughness"].with_magnitude(1.12 * stress * np.sqrt(np.pi * flaw))
    return material.replaced(
        yield_stress=strong, particle_radius=large, fracture_toughness=toughness
    )


@pytest.mark.parametrize(
    ("varied", "share"),
    [
        ("flaw_size", np.log(60 / 20) / np.log(60 / 5)),
        ("youngs_modulus", 45 / 70),
        ("volume_change of NVP", None),
    ],
)
def test_what_decides_over_cracks_is_named(varied: str, share: float | None) -> None:
    """Shares: of a log-uniform 5 to 60 nm above 20 nm, and of a triangle above its peak."""
    material = only_varied(varied.partition(" ")[0])
    found = ask(claim("cracks", ["nvp"], PAIR), load=lambda _: material, field_map=calm)
    assert found.verdict is UNDECIDED
    assert found.region is not None
    assert found.region.name == varied
    assert f"in {100 * (found.share or 0):.0f} % of the draws {HELD}" in found.decided_by
    assert f"no {RELIEVED}" in found.decided_by
    if share is not None:
        assert found.share == pytest.approx(share, abs=0.01)
    assert [(each.verdict, each.share) for each in found.branches] == [(CONTRADICTED, 0.0)]


def test_the_flaw_decides_under_gradients() -> None:
    """K = K_IC at 20 nm under a tension that is everywhere the same; no boundary adds to it."""
    material = only_varied("flaw_size")
    flaw, toughness = (material.value(name) for name in ("flaw_size", "fracture_toughness"))
    still = replace(material["volume_change"].with_magnitude(1e-6), plausible=None)
    material = material.replaced(volume_change=still)
    tension = toughness / (1.12 * np.sqrt(np.pi * flaw))

    def pulled(name: str, c_rate: float, law: str, direction: Direction) -> xr.Dataset:
        table = calm(name, c_rate, law, direction)
        return table.assign(peak_tension=table.peak_tension + tension)

    found = ask(claim("cracks", ["nvp"], PAIR), load=lambda _: material, field_map=pulled)
    assert found.share == pytest.approx(np.log(60 / 20) / np.log(60 / 5), abs=0.01)
    assert found.region is not None
    assert found.region.name == "flaw_size"


@pytest.mark.parametrize(
    ("factor", "holds", "breaks"), [(1e6, SUPPORTED, UNDECIDED), (1e-3, CONTRADICTED, SUPPORTED)]
)
def test_gradients_alone_can_crack(factor: float, holds: Verdict, breaks: Verdict) -> None:
    material = with_diffusivity("he_v", factor)
    asked = {kind: claim(kind, ["he_v"], PAIR) for kind in ("holds_together", "cracks")}
    assert ask(asked["holds_together"], load=lambda name: material).verdict is holds
    found = ask(asked["cracks"], load=lambda name: material)
    assert found.verdict is breaks
    assert ("Left open" in found.sentence) == (breaks is UNDECIDED)


def test_a_lower_threshold_is_a_stricter_test() -> None:
    shares = [
        ask(claim("holds_together", ["nvp"], {**PAIR, "threshold": limit}), field_map=calm).share
        for limit in (1.0, 0.5, 0.1)
    ]
    assert shares == sorted(shares, reverse=True)
    assert shares[0] != shares[-1]


def torn(name: str, c_rate: float, law: str, direction: Direction) -> xr.Dataset:
    """Gradients that tear NVP and leave HE-V alone."""
    table = calm(name, c_rate, law, direction)
    return table if name == "he_v" else table.assign(peak_tension=table.peak_tension + 1e11)


def test_a_test_that_the_baseline_passes_says_nothing() -> None:
    asked = claim("holds_together", ["he_v"], PAIR, tells_apart="nvp")
    assert ask(asked, field_map=torn).verdict is SUPPORTED
    found = ask(asked, field_map=calm)
    assert found.verdict is UNDECIDED
    assert "does not tell the two apart" in found.decided_by


def test_mechanisms_that_differ_leave_a_claim_open() -> None:
    """A NASICON of 8 % is safe with a relieved boundary and not with one that holds."""
    weak = load_material("nvp")
    tough = replace(weak["fracture_toughness"].with_magnitude(2e5), plausible=None)
    weak = weak.replaced(fracture_toughness=tough)
    found = ask(claim("holds_together", ["nvp"], PAIR), load=lambda _: weak, field_map=calm)
    assert found.verdict is UNDECIDED
    assert found.decided_by == f"no {HELD}; yes {RELIEVED}"


def test_order_of_a_pair() -> None:
    own = {"he_v": with_diffusivity("he_v", 1e4), "nvp": with_diffusivity("nvp", 1.0)}
    right = ask(claim("lower_stress", ["he_v", "nvp"], PAIR), load=own.__getitem__)
    wrong = ask(claim("lower_stress", ["nvp", "he_v"], PAIR), load=own.__getitem__)
    assert (right.verdict, wrong.verdict) == (SUPPORTED, CONTRADICTED)


def given(names: list[str], **test: Any) -> Answer:
    own = {name: with_diffusivity(name, 1.0) for name in ("he_v", "nvp")}
    return ask(claim("lower_stress", names, PAIR, **test), load=own.__getitem__)


def test_a_claim_may_take_another_for_true() -> None:
    """Two decades of D each, one range: half of the draws have the order that is given."""
    order = {"claim": "C39", "higher": "diffusivity"}
    found = given(["he_v", "nvp"], given=order)
    assert (found.verdict, found.given) == (SUPPORTED, "C39")
    assert found.draws == pytest.approx(2000, abs=100)
    without = given(["he_v", "nvp"])
    assert without.verdict is UNDECIDED
    assert found.branches[-1].share == pytest.approx(without.share, abs=1e-9)
    assert given(["nvp", "he_v"], given=order).verdict is not SUPPORTED
