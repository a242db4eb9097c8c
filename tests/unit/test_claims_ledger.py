"""Is the ledger computed only when something changed, and is a bad file one sentence?"""

from __future__ import annotations

import datetime
import json
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from particle_sim.claims.interval import Verdict
from particle_sim.claims.kinds import NEEDS
from particle_sim.claims.ledger import (
    CHANGES,
    LEDGER,
    Entry,
    as_data,
    from_data,
    ledger_lines,
    read_ledger,
    update_ledger,
)
from particle_sim.claims.missing import missing_lines, missing_measurements
from particle_sim.claims.question import Tools
from particle_sim.claims.schema import claims_folder, load_claims
from particle_sim.claims.tools import simulations
from particle_sim.errors import InputError

TODAY = datetime.date(2026, 1, 2)

ARITHMETIC = (claims_folder() / "c50a.toml").read_text(encoding="utf-8")
OPEN = """
[claim]
id = "C41"
paper = "li2024_o3"
place = "Results; Fig. 1d"
says = "HE's migration barrier is 0.497 eV against 0.604 eV for NFM."
materials = ["he_o3_li2024", "nfm_li2024"]

[not_testable]
because = "assumed"
reason = "A claim without a test, for the tests of the ledger."
"""
RATE = (claims_folder() / "c26a.toml").read_text(encoding="utf-8")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "arithmetic.toml").write_text(ARITHMETIC, encoding="utf-8")
    (tmp_path / "open.toml").write_text(OPEN, encoding="utf-8")
    return tmp_path


def no_tools() -> Tools:
    raise AssertionError("nothing should be computed")


def verdicts(entries: list[Entry]) -> dict[str, Verdict]:
    return {entry.claim.id: entry.answer.verdict for entry in entries}


def test_what_did_not_change_is_not_computed(folder: Path) -> None:
    first = update_ledger(simulations, folder=folder, today=TODAY)
    assert verdicts(first) == {"C41": Verdict.NOT_TESTABLE, "C50a": Verdict.SUPPORTED}
    before = {name: (folder / name).read_bytes() for name in (LEDGER, CHANGES)}
    again = update_ledger(no_tools, folder=folder)
    assert [entry.answer for entry in again] == [entry.answer for entry in first]
    assert read_ledger(folder) == again
    assert {name: (folder / name).read_bytes() for name in before} == before


def test_a_repetition_keeps_no_answers(folder: Path) -> None:
    answered = update_ledger(simulations, folder=folder, kept=False)
    assert verdicts(answered) == {"C41": Verdict.NOT_TESTABLE, "C50a": Verdict.SUPPORTED}
    assert not {LEDGER, CHANGES} & {path.name for path in folder.iterdir()}


def test_a_comment_changes_nothing_and_recompute_computes(folder: Path) -> None:
    update_ledger(simulations, folder=folder, today=TODAY)
    path = folder / "arithmetic.toml"
    path.write_text(f"# A remark.\n{ARITHMETIC}", encoding="utf-8")
    update_ledger(no_tools, folder=folder)
    with pytest.raises(AssertionError, match="nothing"):
        update_ledger(no_tools, folder=folder, recompute=True)


def test_a_changed_verdict_is_written_down(folder: Path) -> None:
    update_ledger(simulations, folder=folder, today=TODAY)
    changed = ARITHMETIC.replace("value = 3.0", "value = 2.5")
    assert changed != ARITHMETIC
    (folder / "arithmetic.toml").write_text(changed, encoding="utf-8")
    assert [e.claim.id for e in read_ledger(folder) if e.stale] == ["C50a"]
    entries = update_ledger(simulations, folder=folder, today=TODAY)
    assert verdicts(entries)["C50a"] is Verdict.CONTRADICTED
    (folder / "open.toml").unlink()
    update_ledger(no_tools, folder=folder, today=TODAY)
    lines = (folder / CHANGES).read_text(encoding="utf-8").splitlines()
    assert lines[-4:] == [
        "| 2026-01-02 | C41 | | not testable (assumed) | new |",
        "| 2026-01-02 | C50a | | supported [arithmetic] | new |",
        "| 2026-01-02 | C50a | supported [arithmetic] | contradicted [arithmetic] | claim file |",
        "| 2026-01-02 | C41 | not testable (assumed) | gone | claim file |",
    ]


def test_only_what_is_asked_for_is_computed(folder: Path) -> None:
    entries = update_ledger(simulations, folder=folder, only=["C50"], today=TODAY)
    assert list(verdicts(entries)) == ["C50a"]
    assert [entry.claim.id for entry in read_ledger(folder)] == ["C50a"]
    with pytest.raises(InputError, match=r'There is no claim "C77"'):
        update_ledger(no_tools, folder=folder, only=["C77"])


def test_answers_survive_the_file(folder: Path) -> None:
    for entry in read_ledger():
        assert from_data(json.loads(json.dumps(as_data(entry.answer)))) == entry.answer


def waiting(folder: Path, name: str, *measurements: str) -> None:
    listed = ", ".join(f'"{each}"' for each in measurements)
    text = OPEN.replace('id = "C41"', f'id = "{name}"\nsettled_by = [{listed}]')
    (folder / f"{name}.toml").write_text(text, encoding="utf-8")


def test_what_settles_most_claims_is_measured_next(folder: Path) -> None:
    waiting(folder, "C71", "barriers")
    waiting(folder, "C72", "modulus")
    waiting(folder, "C73", "modulus")
    waiting(folder, "C74", "modulus", "toughness")
    found = missing_measurements(update_ledger(simulations, folder=folder, today=TODAY))
    assert [(each.name, each.alone, each.with_others) for each in found] == [
        ("modulus", ("C72", "C73"), ("C74",)),
        ("barriers", ("C71",), ()),
        ("toughness", (), ("C74",)),
    ]
    words = " 0.0 expected,  2 alone,  1 with others  Young's"
    entries = read_ledger(folder)
    assert missing_lines(entries)[0].startswith(words)
    assert missing_lines([]) == [
        "None of these claims waits for a measurement that is known to settle it."
    ]
    worth = {"flaw_size of A": 0.3, "flaw_size of B": 0.4}
    open_ = [replace(each, answer=replace(each.answer, worth=worth)) for each in entries[:2]]
    first = missing_measurements([*open_, *entries[2:]])[0]
    assert (first.name, first.expected) == ("flaws", pytest.approx(0.8))


def test_an_older_ledger_is_read(folder: Path) -> None:
    """Without what later answers hold, and with what they no longer do."""
    update_ledger(simulations, folder=folder, today=TODAY)
    data = json.loads((folder / LEDGER).read_text("utf-8"))
    for entry in data["claims"].values():
        for name in ("branches", "settled_by", "label", "given", "fit"):
            del entry["answer"][name]
        entry["answer"]["solid_share"] = None
    (folder / LEDGER).write_text(json.dumps(data), encoding="utf-8")
    assert [entry.answer.branches for entry in read_ledger(folder)] == [(), ()]


def test_lines_for_a_comparison(folder: Path) -> None:
    update_ledger(simulations, folder=folder, today=TODAY)
    lines = ledger_lines("nvp", "he_v@first_charge", folder)
    assert len(lines) == 1
    assert lines[0].startswith("C50a  SUPPORTED")
    assert [line[:3] for line in ledger_lines("nfm_li2024", "he_o3_li2024", folder)] == ["C41"]
    assert ledger_lines("lfp", "ncm811", folder) == []
    (folder / "arithmetic.toml").write_text(ARITHMETIC.replace("0.001", "0.002"), encoding="utf-8")
    assert "changed since" in ledger_lines("nvp", "he_v", folder)[0]


def problems(folder: Path, name: str, text: str) -> list[str]:
    (folder / name).write_text(text, encoding="utf-8")
    with pytest.raises(InputError) as raised:
        load_claims(folder, NEEDS)
    return list(raised.value.problems)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('kind = "keeps_capacity"', 'kind = "keeps_capacitys"', "did you mean keeps_capacity"),
        ('["he_o3_li2024"]', '["he_o3_li2023"]', "did you mean he_o3_li2024"),
        ('["he_o3_li2024"]', "[]", "keeps_capacity needs 1"),
        ('paper = "li2024_o3"', 'paper = "li2024"', "not in sources.toml"),
        ('id = "C26a"', 'id = "26"', "write C and a number"),
        ('unit = "1/h"', 'unit = "V"', "test.parameters.c_rate"),
        ("parameters.c_rate", "parameters.c_rates", "did you mean c_rate"),
        ('fact = "capacity"', 'fact = "capacities"', "0 facts capacities"),
        ('rate = "5C", ', "", "6 facts capacity"),
        ('kind = "keeps_capacity"', 'kind = "keeps_capacity"\nassumes = ["speed"]', "speed"),
        ('kind = "keeps_capacity"', 'kind = "keeps_capacity"\nalike = "nvpp"', "nvp"),
        ('kind = "keeps_capacity"', 'kind = "keeps_capacity"\nexpect = "supported"', "expect"),
        ('kind = "keeps_capacity"', 'kind = "keeps_capacity"\ntells_apart = "nvpp"', "nvp"),
        ('kind = "keeps_capacity"', 'kind = "keeps_capacity"\ndirection = "up"', "direction"),
        ('id = "C26a"', 'id = "C26a"\nsettled_by = ["diffusivty"]', "did you mean diffusivity"),
        ('id = "C26a"', 'id = "C26a"\nlabel = "true"', "label"),
        (
            'kind = "keeps_capacity"',
            'kind = "keeps_capacity"\ngiven = { claim = "C39", higher = "diffusivity" }',
            "orders two materials",
        ),
        (
            'kind = "keeps_capacity"',
            'kind = "keeps_capacity"\ngiven = { claim = "39", higher = "diffusivity" }',
            "test.given.claim",
        ),
    ],
)
def test_a_bad_claim_is_one_sentence(folder: Path, old: str, new: str, said: str) -> None:
    assert old in RATE
    found = problems(folder, "bad.toml", RATE.replace(old, new))
    assert any(said in problem for problem in found), found
    assert all(problem.startswith("bad.toml: ") for problem in found)


def test_the_file_itself_is_not_bad(folder: Path) -> None:
    (folder / "good.toml").write_text(RATE, encoding="utf-8")
    assert [claim.id for claim in load_claims(folder, NEEDS)] == ["C26a", "C41", "C50a"]


def test_a_claim_needs_a_test_or_a_reason(folder: Path) -> None:
    header = OPEN.partition("[not_testable]")[0].replace("C41", "C43")
    assert "neither" in problems(folder, "bad.toml", header)[0]
    short = OPEN.replace("C41", "C43").partition("reason = ")[0] + 'reason = "no"\n'
    assert "not_testable.reason" in problems(folder, "bad.toml", short)[0]
    both = RATE + OPEN.partition("[not_testable]")[1] + OPEN.partition("[not_testable]")[2]
    assert "keep one of them" in problems(folder, "bad.toml", both)[0]


def test_two_claims_of_one_id(folder: Path) -> None:
    (found,) = problems(folder, "twin.toml", OPEN)
    assert found == (
        'twin.toml: claim.id is "C41", which open.toml has too; give each claim an id of its own.'
    )


def test_what_is_no_ledger(folder: Path) -> None:
    (folder / LEDGER).write_text('{"claims": {"C41": 3}}', encoding="utf-8")
    with pytest.raises(InputError, match="not a ledger"):
        update_ledger(no_tools, folder=folder)


def test_a_folder_without_claims(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no claim file"):
        update_ledger(no_tools, folder=tmp_path)


def test_a_material_that_cannot_be_simulated(folder: Path) -> None:
    text = ARITHMETIC.replace('["he_v"]', '["natio2"]')
    (folder / "arithmetic.toml").write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match=r"arithmetic.toml: natio2"):
        update_ledger(simulations, folder=folder)


def test_the_ledger_moves_with_its_folder(folder: Path, tmp_path: Path) -> None:
    update_ledger(simulations, folder=folder, today=TODAY)
    other = tmp_path / "copy"
    shutil.copytree(folder, other)
    update_ledger(no_tools, folder=other)
