"""When does a comparison warn of sizes, and of a radius that changes a measured diffusivity?"""

from __future__ import annotations

from dataclasses import replace

import pytest

import particle_sim as ps
from particle_sim.materials.load import load_record
from particle_sim.materials.property import Evidence
from particle_sim.studies.sizes import size_cautions

LARGER = {"particle_radius": "0.5 um"}


def settings(**overrides: dict[str, str]) -> ps.Comparison:
    return ps.Comparison(baseline="nvp", candidate="he_v", overrides=overrides)


def materials(asked: ps.Comparison) -> tuple[ps.Material, ps.Material]:
    baseline, candidate = (
        load_record(name, overrides=asked.overrides.get(name, {})).material
        for name in ("nvp", "he_v")
    )
    return baseline, candidate


def having(material: ps.Material, evidence: Evidence, note: str) -> ps.Material:
    known = replace(material["diffusivity"], evidence=evidence, place="", note=note)
    return material.replaced(diffusivity=known)


def test_one_size_is_no_caution() -> None:
    both = settings(nvp=LARGER, he_v=LARGER)
    assert size_cautions(both, *materials(both)) == ()
    assert size_cautions(settings(), *materials(settings())) == ()


def test_unlike_sizes_are_one() -> None:
    (sentence,) = size_cautions(settings(he_v=LARGER), *materials(settings(he_v=LARGER)))
    assert "0.25 um" in sentence
    assert "0.5 um" in sentence
    assert "a factor of 4.00 from size alone" in sentence


@pytest.mark.parametrize(
    ("evidence", "note", "method"),
    [
        (Evidence.MEASURED, "by GITT at 0.1C", "GITT"),
        (Evidence.DIGITISED, "Warburg slope", "Warburg"),
        (Evidence.FITTED, "", "a fit"),
        (Evidence.MEASURED, "by tracer diffusion", ""),
        (Evidence.PROXY, "GITT of a relative", ""),
        (Evidence.MEASURED, "the CVs", ""),
    ],
)
def test_a_radius_changes_what_a_method_measured(
    evidence: Evidence, note: str, method: str
) -> None:
    asked = settings(nvp=LARGER, he_v=LARGER)
    baseline, candidate = materials(asked)
    found = size_cautions(asked, having(baseline, evidence, note), candidate)
    assert len(found) == bool(method)
    if method:
        assert f"NVP, 5e-16 m^2/s, comes from {method}, which sees D/R^2" in found[0]


def test_a_radius_that_nobody_set_or_a_diffusivity_set_with_it_is_none() -> None:
    measured = having(materials(settings())[0], Evidence.MEASURED, "GITT")
    candidate = materials(settings())[1]
    assert size_cautions(settings(), measured, candidate) == ()
    with_both = {"particle_radius": "0.25 um", "diffusivity": "1e-15 m^2/s"}
    assert size_cautions(settings(nvp=with_both), measured, candidate) == ()
