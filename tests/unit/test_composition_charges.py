"""Does the charge balance find the oxidation states that the papers state for a formula?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import pairwise

import numpy as np
import pytest
from scipy.optimize import linprog  # type: ignore[attr-defined]  # not in its __all__

from particle_sim.composition import oxidation
from particle_sim.composition.formula import parse_formula
from particle_sim.composition.oxidation import ChargeBalance, balance_charges, mean_charge
from particle_sim.composition.structures import assign_sublattices, find_structure
from particle_sim.errors import InputError

HE_V = "Na3.2V1.5Cr0.1Mn0.1Fe0.1Al0.1Mg0.1(PO4)3"
HE_V_STATES = {"V": 3, "Cr": 3, "Mn": 2, "Fe": 3, "Al": 3, "Mg": 2}

# Mean charges: printed by the papers, or the only ones that balance.
STATES = [
    (HE_V, "nasicon", HE_V_STATES),
    ("NaNi0.2Fe0.2Mn0.3Mg0.1Cu0.1Sn0.1O2", "layered_o3",
     {"Ni": 2, "Fe": 3, "Mn": 4, "Mg": 2, "Cu": 2, "Sn": 4}),
    ("NaNi0.2Fe0.2Mn0.6O2", "layered_o3", {"Ni": 2, "Fe": 3, "Mn": 2 / 0.6}),
    ("Na3V2(PO4)3", "nasicon", {"V": 3}),
    ("Na4MnV(PO4)3", "nasicon", {"Mn": 2, "V": 3}),
    ("Na3FeV(PO4)3", "nasicon", {"Fe": 3, "V": 3}),
    ("Na4FeV(PO4)3", "nasicon", {"Fe": 2, "V": 3}),
    ("Na2TiV(PO4)3", "nasicon", {"Ti": 4, "V": 3}),
    ("LiFePO4", "olivine", {"Fe": 2}),
    ("Na3(VO)Fe(PO4)2F2", "fluorophosphate", {"V": 4, "Fe": 3}),
    ("LiNi0.8Co0.1Mn0.1O2", "layered", {"Co": 3, "Mn": 4, "Ni": 2.3 / 0.8}),
    ("Na0.67Ni0.33Mn0.67O2", "layered_p2", {"Ni": 2, "Mn": 2.67 / 0.67}),
    ("NaNi0.5Mn0.5O2", "layered_o3", {"Ni": 2, "Mn": 4}),
    ("NaTiO2", "layered", {"Ti": 3}),
    ("Na3Ni2RuO6", "layered_o3", {"Ni": 2, "Ru": 5}),
    ("Na4FeRuO6", "layered_o3", {"Fe": 3, "Ru": 5}),
    ("NaLi1/3Mn2/3O2", "layered", {"Mn": 4}),
    ("Fe3O4", "spinel", {"Fe": 8 / 3}),
    ("Li4Ti5O12", "spinel", {"Ti": 4}),
    ("FeS2", "generic", {"Fe": 2, "S": -1}),
    ("MoS2", "generic", {"Mo": 4, "S": -2}),
    ("Li5.5PS4.5Cl0.8Br0.7", "argyrodite", {"P": 5, "S": -2}),
    ("Li3(La,Pr,Nd)3(Te,W)2O12", "garnet", {"Te": 6, "W": 6, "La": 3}),
]  # fmt: skip


def balanced(text: str, structure: str) -> ChargeBalance:
    family = find_structure(structure)
    found = balance_charges(assign_sublattices(parse_formula(text), family), family)
    assert found is not None
    return found


@pytest.mark.parametrize(("text", "structure", "states"), STATES)
def test_states(text: str, structure: str, states: dict[str, float]) -> None:
    balance = balanced(text, structure)
    assert balance.excess == 0
    for element, charge in states.items():
        assert mean_charge(balance, element) == pytest.approx(charge, abs=1e-6), element


@pytest.mark.parametrize("x", [0.0, 0.05, 0.1, 0.15])
def test_mts_series_balances_on_nickel(x: float) -> None:
    text = "Na0.83Li0.1Ni0.25Co0.2MnxTixSn(0.45-2x)O(2-d)"
    family = find_structure("layered_o3")
    formula = parse_formula(text, variables={"x": x})
    balance = balance_charges(assign_sublattices(formula, family), family)
    assert balance is not None
    assert balance.excess == 0
    # 4 - 0.83 - 0.1 - 3 * 0.2 - 4 * 0.45 on 0.25 nickel
    assert mean_charge(balance, "Ni") == pytest.approx(0.67 / 0.25)


def test_charges_and_amounts_add_up() -> None:
    balance = balanced(HE_V, "nasicon")
    assert sum(ion.charge * ion.amount for ion in balance.ions) == pytest.approx(0, abs=1e-9)
    assert sum(i.amount for i in balance.ions if i.element == "O") == pytest.approx(12)


def test_carbon_and_nitrogen_coordinated_iron_differ() -> None:
    balance = balanced("K1.47Fe0.5Mn0.5[Fe(CN)6]·1.26H2O", "prussian_blue")
    assert balance.excess == 0
    # K 1.47 + N-bonded Mn2+ and Fe + C-bonded Fe2+ = 6: N-bonded iron takes the 0.53 left of 0.5
    assert mean_charge(balance, "Mn") == 2
    assert mean_charge(balance, "Fe", "carbon-coordinated metal") == pytest.approx(2.03)


def test_what_cannot_balance_is_an_excess_not_an_error() -> None:
    # 1.41 + 2 * 1.35 + 2 - 6 = 0.11 in the hexacyanoferrate as printed
    text = "Na1.41Mn0.32Fe0.11Co0.28Ni0.32Cu0.32[Fe(CN)6]"
    assert balanced(text, "prussian_blue").excess == pytest.approx(0.11)
    assert balanced("NaMgO", "generic").excess == pytest.approx(1.0)
    assert balanced("NaF6", "generic").excess == pytest.approx(-5.0)


def test_alloys_have_no_states_and_unknown_elements_are_named() -> None:
    family = find_structure("alloy")
    assert balance_charges(assign_sublattices(parse_formula("SnSb"), family), family) is None
    assert balanced("UO2", "generic").unknown == ("U",)
    with pytest.raises(InputError, match="There is no Xe in this charge balance"):
        mean_charge(balanced("NaCl", "generic"), "Xe")


def he_v_matches_the_paper() -> bool:
    balance = balanced(HE_V, "nasicon")
    return balance.excess == 0 and all(
        mean_charge(balance, element) == pytest.approx(charge)
        for element, charge in HE_V_STATES.items()
    )


def test_wrong_state_costs_are_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    assert he_v_matches_the_paper()
    right = oxidation._table()
    wrong: Mapping[str, object] = {
        **right,
        "phosphate": {**right["phosphate"], "Mn": {2: 5.0, 3: 0.0}, "V": {2: 0.0, 3: 1.0}},
    }
    monkeypatch.setattr(oxidation, "_table", lambda: wrong)
    assert not he_v_matches_the_paper()


def random_states(rng: np.random.Generator) -> list[oxidation.State]:
    """One to five elements with one to four states each, their costs at random."""
    states: list[oxidation.State] = []
    for place in map(str, range(rng.integers(1, 6))):
        charges = rng.choice(np.arange(-3, 7), size=rng.integers(1, 5), replace=False).tolist()
        amount = float(rng.uniform(0.1, 3))
        states += [(place, "X", charge, float(rng.uniform(0, 5)), amount) for charge in charges]
    return states


def least_cost(states: list[oxidation.State]) -> float:
    """Of the linear programme as its docstring states it, by SciPy."""
    rows = sorted({state[0] for state in states})
    columns = [[float(state[0] == row) for row in rows] + [state[2]] for state in states]
    columns += [[0.0] * len(rows) + [sign] for sign in (-1.0, 1.0)]
    totals = [next(state[4] for state in states if state[0] == row) for row in rows]
    costs = [state[3] for state in states] + [1e3] * 2
    return float(linprog(costs, A_eq=np.transpose(columns), b_eq=[*totals, 0.0]).fun)


def reached_cost(states: list[oxidation.State]) -> float:
    amounts, excess = oxidation._solve(states)
    return sum(s[3] * n for s, n in zip(states, amounts, strict=True)) + 1e3 * abs(excess)


def test_no_assignment_is_cheaper() -> None:
    """Both solve the same programme exactly; HiGHS' tolerances are 1e-7."""
    rng = np.random.default_rng(1)
    for states in (random_states(rng) for _ in range(60)):
        assert reached_cost(states) == pytest.approx(least_cost(states), abs=1e-5)


def test_steps_from_state_to_state_are_dearer(monkeypatch: pytest.MonkeyPatch) -> None:
    """The twin: to the next charge, whatever it costs, is not the lower hull."""

    def nearest(
        states: list[oxidation.State], now: int, row: list[int], way: int
    ) -> Iterator[tuple[float, int, int]]:
        ordered = sorted(row, key=lambda n: way * states[n][2])
        for one, other in pairwise(ordered[ordered.index(now) :]):
            size = abs(states[other][2] - states[one][2])
            yield (states[other][3] - states[one][3]) / size, one, other

    monkeypatch.setattr(oxidation, "_steps", nearest)
    rng = np.random.default_rng(1)
    found = [(reached_cost(s), least_cost(s)) for s in (random_states(rng) for _ in range(60))]
    assert sum(reached > least + 0.01 for reached, least in found) > 10
