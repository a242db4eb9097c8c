"""Does a comparison say when two materials share the same numbers?"""

from __future__ import annotations

import dataclasses

from particle_sim.claims.compare import ComparisonResult
from particle_sim.materials.system import load_system


def test_a_member_stands_on_its_host_and_says_where() -> None:
    hnfm = load_system("hnfm")
    assert "diffusivity" in hnfm.stand_ins
    assert "capacity" not in hnfm.stand_ins  # printed
    assert "density" not in hnfm.stand_ins  # derived from its own formula
    own = {"diffusivity", "volume_change", "youngs_modulus", "capacity"}
    assert own.isdisjoint(load_system("he_v").stand_ins)
    assert load_system("si_anode").stand_ins == ()


def test_what_a_reading_gives_is_no_stand_in() -> None:
    assert "volume_change" not in load_system("nfm_zhou_2_3@discharge").stand_ins


def test_materials_with_numbers_of_their_own_need_no_caution(comparison: ComparisonResult) -> None:
    assert comparison.shared_stand_ins == ()
    assert comparison.cautions == ()


def test_members_of_one_host_are_told_apart_by_nothing_shared(comparison: ComparisonResult) -> None:
    members = [
        dataclasses.replace(
            result,
            record=dataclasses.replace(result.record, system=load_system(name)),
        )
        for result, name in zip(comparison.materials, ("nnfm_o3_111", "hnfm"), strict=True)
    ]
    pair = dataclasses.replace(comparison, baseline=members[0], candidate=members[1])
    assert "diffusivity" in pair.shared_stand_ins
    assert "upper_voltage" not in pair.shared_stand_ins
    assert any("diffusivity" in caution for caution in pair.cautions)

    other = dataclasses.replace(
        members[1], record=dataclasses.replace(members[1].record, system=load_system("nvmp"))
    )
    assert dataclasses.replace(pair, candidate=other).shared_stand_ins == ()
