"""Does a comparison say when two materials share the same numbers?"""

from __future__ import annotations

import dataclasses
from typing import Any

from particle_sim.claims.answer import Answer, Asked
from particle_sim.claims.compare import ComparisonResult, besides, summary
from particle_sim.claims.findings import BASELINE, CANDIDATE, SENTENCES, in_words
from particle_sim.claims.gathered import told
from particle_sim.claims.interval import Verdict
from particle_sim.materials.load import load_record
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
            record=load_record(name),
        )
        for result, name in zip(comparison.materials, ("nnfm_o3_111", "hnfm"), strict=True)
    ]
    pair = dataclasses.replace(comparison, baseline=members[0], candidate=members[1])
    assert "diffusivity" in pair.shared_stand_ins
    assert "upper_voltage" not in pair.shared_stand_ins
    assert any("diffusivity" in caution for caution in pair.cautions)
    assert "open_circuit_potential" not in pair.shared_stand_ins  # plateaus of their own

    other = dataclasses.replace(members[1], record=load_record("nvmp"))
    assert dataclasses.replace(pair, candidate=other).shared_stand_ins == ()


def test_a_material_of_lithium_is_not_said_to_hold_sodium(comparison: ComparisonResult) -> None:
    lithium = dataclasses.replace(comparison.candidate, material=load_record("lfp").material)
    asked = {BASELINE: comparison.baseline, CANDIDATE: lithium}
    words = in_words(SENTENCES["uniform"], asked)
    assert words.startswith("Lithium is uniform in")
    assert in_words(SENTENCES["heterogeneous"], asked).startswith("Sodium is heterogeneous in NVP")


def test_unlike_ions_are_told_before_the_answer_is_quoted(comparison: ComparisonResult) -> None:
    lithium = dataclasses.replace(comparison.candidate, material=load_record("lfp").material)
    pair = dataclasses.replace(comparison, candidate=lithium)
    assert pair.cautions[0].startswith("NVP exchanges sodium and")
    assert (pair.carrier, comparison.carrier) == ("ions", "sodium")


def test_json_says_what_is_open_as_pages_do(comparison: ComparisonResult) -> None:
    ways = "no if A, and if B; in 12 % of the draws if C"
    open_one = Answer(
        id="",
        verdict=Verdict.UNDECIDED,
        sentence=f"NVP cracks in 12 %. Left open: {ways}.",
        decided_by=ways,
        branches=(
            Asked(name="if A", share=0.0, draws=100, verdict=Verdict.CONTRADICTED, votes=True),
        ),
    )
    asked = dataclasses.replace(comparison.findings[0], answer=open_one)
    (said,) = summary(dataclasses.replace(comparison, findings=(asked,)))["findings"]
    assert said["sentence"] == told(open_one)
    assert said["sentence"].startswith("NVP cracks in 12 %. Open: the answer differs from case")
    assert said["sentence"].endswith(f"{said['decided_by']}.")
    assert said["branches"][0]["verdict"] == "contradicted", "every way is there"


def test_only_an_undecided_answer_is_called_open(comparison: ComparisonResult) -> None:
    finding = comparison.findings[0]

    def said(**parts: Any) -> list[str]:
        answer = Answer(id="", sentence="At 1C. Nothing gets there.", **parts)
        return besides(dataclasses.replace(finding, answer=answer))

    why = {"decided_by": "the assumed diffusivity", "share": 0.97}
    assert said(verdict=Verdict.UNDECIDED, **why) == ["Open: the assumed diffusivity"]
    unlike = {"decided_by": "no if A, and if B; in 12 % of the draws if C", "share": 0.03}
    assert said(verdict=Verdict.UNDECIDED, **unlike) == [
        "Open: the answer differs from case to case: false if A, or if B; "
        "unsettled, true in 12 % of the draws, if C"
    ]
    assert said(verdict=Verdict.SUPPORTED, **why) == ["Decided by: the assumed diffusivity"]
    assert said(verdict=Verdict.NOT_TESTABLE) == ["Nothing gets there"]
    gone = said(verdict=Verdict.NOT_TESTABLE, because="assumed", share=0.97, alike_share=0.4)
    assert gone == ["Only assumed: with one range for both 40 %"]
