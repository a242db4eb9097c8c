"""Do the redox steps of a formula follow from its charges, and what do they pay for?"""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest

from particle_sim.errors import InputError
from particle_sim.materials import redox_ladder as ladder
from particle_sim.materials.derive import complete
from particle_sim.materials.derive_potential import LEAST_SHARE
from particle_sim.materials.draft import Draft
from particle_sim.materials.hosts import host_names, load_host
from particle_sim.materials.printed import Fact
from particle_sim.materials.schema import Header, PropertyEntry
from particle_sim.materials.system import load_system, shared_sources
from particle_sim.resources import shipped_folder


def volts(value: float) -> PropertyEntry:
    return PropertyEntry(value=value, unit="V", evidence="assumed", source="user")


def nasicon(formula: str, low: float = 2.0, high: float = 4.2, **printed: list[Fact]) -> Draft:
    header = Header(name="own", title="own", formula=formula, family="NASICON", carrier="Na")
    return Draft(
        where="own.toml",
        header=header,
        printed=printed,
        host=load_host("sodium_nasicon", "own.toml"),
        entries={"lower_voltage": volts(low), "upper_voltage": volts(high)},
    )


def steps_of(draft: Draft) -> list[tuple[str, tuple[int, int], float, float]]:
    return [
        (rung.step.element, rung.step.charges, round(rung.poor, 6), round(rung.rich, 6))
        for rung in ladder.redox_ladder(draft)
    ]


def test_the_ladder_of_na4mnv() -> None:
    """Made as Na4 with Mn2+ and V3+: one electron can be put in, four can be taken out."""
    assert steps_of(nasicon("Na4MnV(PO4)3")) == [
        ("Mn", (3, 4), 0.0, 1.0),
        ("V", (4, 5), 1.0, 2.0),
        ("Mn", (2, 3), 2.0, 3.0),
        ("V", (3, 4), 3.0, 4.0),
        ("V", (2, 3), 4.0, 5.0),
    ]


@pytest.mark.parametrize(
    "formula",
    ["Na3V2(PO4)3", "Na3FeV(PO4)3", "Na2TiV(PO4)3", "Na3.4Fe0.4Mn0.4V0.4Cr0.4Ti0.4(PO4)3"],
)
def test_the_charges_balance_all_along_the_ladder(formula: str) -> None:
    """Na and metals carry +9 per (PO4)3; with all couples oxidised x = 9 - sum n_e q_e(highest)."""
    draft = nasicon(formula)
    assert draft.formula is not None
    highest = {"V": 5, "Fe": 3, "Ti": 4, "Mn": 4, "Cr": 4}
    amounts = draft.formula.amounts
    metals = sum(amounts.get(element, 0.0) * charge for element, charge in highest.items())
    rungs = ladder.redox_ladder(draft)
    assert rungs[0].poor == pytest.approx(9 - metals)
    for poorer, richer in pairwise(rungs):
        assert poorer.rich == pytest.approx(richer.poor)
        assert poorer.step.voltage > richer.step.voltage


IN_DOUBT = (ladder.Doubtful.LEFT_OUT, ladder.Doubtful.COUNTED, ladder.Doubtful.TAKEN)
SODIUM = {
    "Na3FeV(PO4)3": (2.0, 2.5, 3.0),
    "Na2TiV(PO4)3": (2.0, 2.0, 2.0),
    "Na3MnTi(PO4)3": (3.0, 3.0, 3.0),
    "Na3MnZr(PO4)3": (2.0, 2.0, 2.0),
    "Na4FeV(PO4)3": (2.0, 2.5, 3.0),
    "Na4MnAl(PO4)3": (2.0, 2.0, 2.0),
    "Na4MnCr(PO4)3": (2.0, 2.0, 2.0),
    "Na4VMn0.5Fe0.5(PO4)3": (2.5, 3.0, 3.0),
}
"""Without V5+/V4+, with half of it and with all of it; three sodium leave one, which stays."""


def check_sodium() -> None:
    for formula, expected in SODIUM.items():
        draft = nasicon(formula)
        found = [ladder.reach(draft, doubtful) for doubtful in IN_DOUBT]
        assert [x[1] - x[0] for x in found if x is not None] == pytest.approx(expected), formula


def test_sodium_between_the_cut_offs() -> None:
    check_sodium()


def test_counting_all_of_a_doubtful_step_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ladder, "_counted", lambda step, doubtful: 1.0)
    with pytest.raises(AssertionError):
        check_sodium()


@pytest.mark.parametrize(
    ("formula", "low", "high", "sodium"),
    [
        ("Na4MnCr(PO4)3", 2.0, 4.6, 3.0),
        ("Na3MnTi(PO4)3", 2.2, 4.2, 2.0),
        ("Na3V2(PO4)3", 1.5, 3.9, 3.0),
        ("Na3V2(PO4)3", 2.3, 3.9, 2.0),
    ],
)
def test_a_cut_off_opens_and_closes_steps(
    formula: str, low: float, high: float, sodium: float
) -> None:
    """Chromium above 4.5 V, titanium below 2.1 V, V3+/V2+ below 1.67 V into one vacant site."""
    reached = ladder.reach(nasicon(formula, low, high))
    assert reached is not None
    assert reached[1] - reached[0] == pytest.approx(sodium)


@pytest.mark.parametrize(
    ("text", "couple"),
    [
        ("V5+/V4+", ("V", (4, 5))),
        ("Mn2+/Mn3+", ("Mn", (2, 3))),
        ("Ni2+/3+", ("Ni", (2, 3))),
        ("Ni2+/Mn3+", None),
        ("oxygen", None),
    ],
)
def test_printed_couples(text: str, couple: tuple[str, tuple[int, int]] | None) -> None:
    fact = Fact.model_validate({"source": "user", "place": "here", "couple": text})
    assert ladder.couple_of(fact) == couple


def test_narrow_steps_are_joined_without_moving_the_mean() -> None:
    entry = load_system("nvmp").entries["open_circuit_potential"]
    assert min(plateau.share for plateau in entry.plateaus or []) >= LEAST_SHARE
    made = nasicon("Na3V1.9Fe0.1(PO4)3", 2.0, 3.9)
    completed = complete(made)["open_circuit_potential"]
    plateaus = completed.plateaus or []
    assert [plateau.voltage for plateau in plateaus] == [pytest.approx((1.9 * 3.4 + 0.1 * 2.5) / 2)]


@pytest.mark.parametrize("name", host_names())
def test_the_couples_of_a_host_are_whole_and_honest(name: str) -> None:
    parts: dict[tuple[str, str, tuple[int, int]], float] = {}
    for step in load_host(name, name).redox_steps:
        key = (step.element, step.sublattice, step.charges)
        parts[key] = parts.get(key, 0.0) + step.part
        assert step.range is not None
        assert step.range[0] < step.voltage < step.range[1]
        assert 0 <= step.counted <= 1
        assert (step.source == "judgement") == (step.evidence == "assumed")
        assert step.source in shared_sources().sources
    assert set(parts.values()) <= {1.0}


def test_weights_of_readings_that_exceed_one_are_one_sentence(tmp_path: Path) -> None:
    text = (shipped_folder("parameters") / "materials" / "nvp.toml").read_text("utf-8")
    path = tmp_path / "own.toml"
    path.write_text(
        text.replace("weight = 0.5", "weight = 0.7").replace(
            "[readings.one_plateau]\n", "[readings.one_plateau]\nweight = 0.6\n"
        ),
        encoding="utf-8",
    )
    with pytest.raises(InputError) as caught:
        load_system(str(path))
    (problem,) = caught.value.problems
    assert problem == (
        "own.toml: the weights of the readings sum to 1.3; together they may be 1 at most."
    )
