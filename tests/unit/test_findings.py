"""What a comparison makes of the claims: one answer of the claims engine per sentence."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import pytest

from particle_sim.claims import central
from particle_sim.claims import findings as findings_module
from particle_sim.claims.answer import Answer, answer
from particle_sim.claims.compare import (
    DRAWN_SHARE,
    RUN_SHARE,
    SAID_SHARE,
    ComparisonResult,
    lines,
)
from particle_sim.claims.findings import SENTENCES, Finding, findings
from particle_sim.claims.interval import Verdict, verdict_of
from particle_sim.claims.kinds import NEEDS
from particle_sim.claims.known import as_known
from particle_sim.claims.ledger import read_ledger
from particle_sim.claims.missing import next_lines
from particle_sim.claims.schema import Claim, claims_folder, load_claims
from particle_sim.claims.tools import simulations
from particle_sim.materials.load import load_record
from particle_sim.materials.property import Evidence
from particle_sim.materials.schema import ClaimEntry
from particle_sim.plausible.defaults import SAMPLES
from particle_sim.studies.choices import PhysicsChoice, StressMeasure
from particle_sim.studies.result import MaterialResult
from particle_sim.studies.settings import Comparison
from particle_sim.transport.laws import SOLID_SOLUTION, TWO_PHASE

WHOSE = {"C1": "uniform"}
"""Claims on HE-V alone, which is a solid solution, by the kind of sentence of its file."""


def by_kind(found: tuple[Finding, ...]) -> dict[str, Finding]:
    return {finding.kind: finding for finding in found}


def again(comparison: ComparisonResult, *kinds: str, **settings: Any) -> dict[str, Finding]:
    """The findings of these kinds alone, at other settings."""
    asked = replace(comparison.settings, **settings)
    every = findings_module._claims
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(
            findings_module, "_claims", lambda pair: [c for c in every(pair) if c.kind in kinds]
        )
        return by_kind(findings(asked, comparison.baseline, comparison.candidate))


def test_every_kind_of_a_material_file_can_be_asked() -> None:
    kinds = ClaimEntry.model_json_schema()["properties"]["kind"]["enum"]
    assert set(SENTENCES) == set(kinds)


@pytest.mark.parametrize("name", WHOSE)
def test_at_the_ledgers_settings_the_answer_is_the_ledgers(
    comparison: ComparisonResult, name: str
) -> None:
    """The same draws, judged the same way: equal to the last digit but for the first words.

    The baseline has the cut-offs of the pair in a comparison and its own in the ledger, which moves
    what its half cell exchanges in a cycle, and so a few of its draws.
    """
    found = again(comparison, WHOSE[name], samples=SAMPLES)[WHOSE[name]]
    claim = next(c for c in load_claims(claims_folder(), NEEDS) if c.id == name)
    expected = answer(claim, simulations())
    bare = {"sentence": "", "numbers": {}, "branches": ()}
    assert replace(found.answer, **bare) == replace(expected, **bare)
    for one, other in zip(found.answer.branches, expected.branches, strict=True):
        near = 0.002 if one.name.startswith("asked of") else 0.0
        assert replace(one, share=other.share) == other
        assert one.share == pytest.approx(other.share, abs=near)
    after_the_words = expected.sentence.partition("C. ")[2].partition(" Asked of")[0]
    assert after_the_words in found.answer.sentence
    assert found.numbers["draws"] == (expected.draws, "1")


@pytest.mark.usefixtures("known_particles")
def test_other_settings_are_another_question(comparison: ComparisonResult) -> None:
    kinds = ("uniform", "no_cracks")
    usual, strict = again(comparison, *kinds), again(comparison, *kinds, uniform_below=1e-4)
    assert strict["uniform"].answer.id == "C1"
    assert strict["uniform"].numbers["share"][0] < usual["uniform"].numbers["share"][0] - 0.3
    assert strict["no_cracks"].answer == usual["no_cracks"].answer


def test_verdicts_are_those_of_their_intervals(comparison: ComparisonResult) -> None:
    """Every branch that votes must agree; a few cracks in one charge speak against none."""
    for finding in comparison.findings:
        share, draws = (finding.numbers[name][0] for name in ("share", "draws"))
        verdicts = {verdict_of(round(share * draws), int(draws))}
        verdicts |= {each.verdict for each in finding.answer.branches if each.votes}
        expected = verdicts.pop() if len(verdicts) == 1 else Verdict.UNDECIDED
        if "tell the two apart" in finding.answer.decided_by:
            assert expected is Verdict.SUPPORTED
            expected = Verdict.UNDECIDED
        if finding.kind == "cracks" and expected is Verdict.CONTRADICTED:
            expected = Verdict.UNDECIDED
            assert "cycles" in finding.answer.decided_by
        if finding.answer.because == "assumed":
            assert finding.numbers["share_with_equal_ranges"][0] != share
            expected = Verdict.NOT_TESTABLE
        assert finding.answer.verdict is expected
        assert f"{100 * share:.0f} %" in finding.answer.sentence


def test_a_comparison_says_what_to_measure_next(comparison: ComparisonResult) -> None:
    """By readings that would settle an open sentence; the twin: nothing where all are settled."""
    open_ = [each for each in comparison.findings if each.answer.verdict is Verdict.UNDECIDED]
    assert len(open_) >= 2
    title, *rows = next_lines(comparison.findings)
    assert f"of {len(open_)} open sentences" in title
    assert lines(comparison)[-len(rows) - 1 :] == [title, *rows]
    expected = [float(row.split()[0]) for row in rows]
    assert expected == sorted(expected, reverse=True)
    assert 0 < expected[-1] <= expected[0] <= len(open_)
    settled = [
        replace(each, answer=replace(each.answer, verdict=Verdict.SUPPORTED)) for each in open_
    ]
    assert next_lines(settled) == []
    worthless = [
        replace(each, answer=replace(each.answer, worth={})) for each in comparison.findings
    ]
    assert "no single measurement" in next_lines(worthless)[0]


@pytest.mark.parametrize(
    ("evidence", "said", "asked"),
    [
        (("measured", "measured"), "the particle radius", False),
        (("measured", "assumed"), "the assumed particle radius", True),
        (("fitted", "measured"), "the particle radius", True),
    ],
)
def test_a_measured_input_is_neither_called_assumed_nor_asked_for(
    comparison: ComparisonResult, evidence: tuple[str, str], said: str, asked: bool
) -> None:
    worth = {"particle_radius": 0.4, "diffusivity of NVP": 0.3}
    found = replace(
        comparison.findings[0].answer, decided_by="the assumed particle radius", worth=worth
    )
    materials = []
    for result, known in zip(comparison.materials, evidence, strict=True):
        radius = replace(result.material["particle_radius"], evidence=Evidence(known))
        materials.append(result.material.replaced(particle_radius=radius))
    told = as_known(found, materials)
    assert told.decided_by == said
    assert ("particle_radius" in told.worth) is asked
    assert told.worth["diffusivity of NVP"] == 0.3


def test_what_a_charge_contradicts_a_discharge_supports(comparison: ComparisonResult) -> None:
    """Sodium that leaves through the surface is poorer there, sodium that enters is richer."""
    charge = again(comparison, "surface_retained")["surface_retained"]
    assert charge.answer.verdict is Verdict.CONTRADICTED
    back = {each.name: each.verdict for each in charge.answer.branches}
    assert back["on discharge"] is Verdict.SUPPORTED


@pytest.mark.usefixtures("known_particles")
def test_nothing_is_judged_where_no_sodium_moved(comparison: ComparisonResult) -> None:
    stopped = cast(Any, SimpleNamespace(capacity=np.zeros(3)))
    still = replace(comparison.baseline, cell=stopped)
    asked = replace(comparison.settings, c_rate=200.0)
    found = by_kind(findings(asked, still, comparison.candidate))
    for kind in ("heterogeneous", "lower_stress"):
        assert found[kind].answer.verdict is Verdict.NOT_TESTABLE
        assert (
            "At 200C the current alone takes NVP beyond a voltage limit"
            in found[kind].answer.sentence
        )
        assert found[kind].numbers == {}
    assert found["uniform"].numbers["draws"][0] > 0


@pytest.mark.usefixtures("known_particles")
def test_without_a_toughness_no_crack_is_judged(comparison: ComparisonResult) -> None:
    material = comparison.baseline.material
    known = {n: p for n, p in material.properties.items() if n != "fracture_toughness"}
    bare = replace(comparison.baseline, material=replace(material, properties=known))
    found = by_kind(findings(comparison.settings, bare, comparison.candidate))["cracks"]
    assert found.answer.verdict is Verdict.NOT_TESTABLE
    assert "add fracture_toughness" in found.answer.sentence


# Central runs; their fields are stand-ins


def two_phase(title: str, own: Any, coherent: Any) -> MaterialResult:
    """A result at 90 % with the field of its own law and of a coherent boundary."""
    return cast(
        MaterialResult,
        SimpleNamespace(
            title=title,
            law=TWO_PHASE,
            runs={SOLID_SOLUTION.name: own},
            coherent=coherent,
            particle=own,
            index=lambda *_: 0,
            filling=lambda fraction: 1 - fraction,
            material=SimpleNamespace(
                stoichiometry=lambda filling: filling,
                carrier="Na",
                properties={},
            ),
        ),
    )


SETTINGS = cast(
    Comparison, SimpleNamespace(uniform_below=0.1, stress=StressMeasure.FIRST_PRINCIPAL)
)


def test_a_coherent_boundary_is_told_beside_the_central_run(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(central, "inhomogeneity_history", np.atleast_1d)
    monkeypatch.setattr(
        central, "coherent_beside", lambda _, result: {"inhomogeneity": result.coherent}
    )
    found = central.spread(SETTINGS, two_phase("A", 0.5, 0.05))
    assert found.numbers["inhomogeneity"] == (0.5, "1")
    assert found.numbers["coherent_inhomogeneity"] == (0.05, "1")
    assert "If the phases stay coherent, side by side, it varies by 5.00 %" in found.text


def pulled(stress: float) -> Any:
    return SimpleNamespace(stress=np.array([[[stress, 0.0, 0.0]]]))


def test_peaks_are_those_of_the_baseline_over_the_candidate() -> None:
    """On one law, whatever the law of either."""
    low, high = (two_phase(n, pulled(s), None) for n, s in (("A", 3e8), ("B", 2e8)))
    found = central.peaks(SETTINGS, high, low)
    assert found.numbers["ratio"] == (pytest.approx(1.5), "1")
    assert "As solid solutions" in found.text
    assert "300 MPa in A and 200 MPa in B" in found.text


def test_cycles_are_not_asked_again_where_the_ledger_has_just_asked() -> None:
    known = load_claims(claims_folder(), NEEDS)
    asked = next(each for each in known if each.id == "C6a")
    pair: Any = {"baseline": SimpleNamespace(name="nvp"), "candidate": SimpleNamespace(name="he_v")}

    def stored(claim: Claim = asked, **settings: Any) -> Answer | None:
        usual = Comparison(baseline="nvp", candidate="he_v", **settings)
        return findings_module._stored(usual, pair, claim, known)

    found = stored()
    assert found is not None
    ledger = {entry.claim.id: entry.answer for entry in read_ledger()}
    assert found == ledger["C6a"]
    assert stored(samples=1000) is None
    assert stored(overrides={"nvp": {"youngs_modulus": "70 GPa"}}) is None
    assert stored(physics=PhysicsChoice.SOLID_SOLUTION) is None
    own = Comparison(baseline="mine/nvp.toml", candidate="he_v")
    assert findings_module._stored(own, pair, asked, known) is None, "a file named as a shipped one"
    faster = replace(asked, parameters={**asked.parameters, "c_rate": 2.0})
    assert stored(faster) is None


def test_a_comparison_says_what_it_does_behind_the_runs(
    comparison: ComparisonResult, progress_told: list[tuple[str, float]]
) -> None:
    assert comparison.findings
    names, shares = zip(*progress_told, strict=True)
    at = names.index("draws from the plausible ranges")
    asked = [name.partition(":")[0] for name in names[at + 1 : -1]]
    assert asked == [f"sentence {number} of 6" for number in range(1, 7)]
    assert names[-1] == "the ratio without each difference"
    assert list(shares) == sorted(shares)
    assert max(shares[:at]) <= shares[at] == RUN_SHARE
    assert (shares[at + 1], shares[-1]) == (DRAWN_SHARE, SAID_SHARE)


def test_each_sentence_that_is_asked_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """The longest stage of a comparison does not stand still."""
    sides = [
        SimpleNamespace(name=name, title=record.material.title, material=record.material,
                        record=record)
        for name, record in ((name, load_record(name)) for name in ("nvp", "he_v"))
    ]  # fmt: skip
    told: list[tuple[str, float]] = []
    monkeypatch.setattr(findings_module, "_finding", lambda *_: None)
    settings = Comparison(baseline="nvp", candidate="he_v")
    found = findings(settings, *cast(Any, sides), lambda text, share: told.append((text, share)))
    assert len(found) == len(told) == 6
    assert told[0][0].startswith("sentence 1 of 6: Sodium is")
    assert [share for _, share in told] == pytest.approx(np.arange(6) / 6)
