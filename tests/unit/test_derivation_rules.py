"""Each rule that completes a material file, against hand arithmetic on what the papers print.

Capacities, rates and windows below are typed from the papers the library cites, masses are summed
here from atomic weights.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import pytest

from particle_sim.errors import InputError
from particle_sim.materials import derive
from particle_sim.materials.derive import RULES, Draft, c_rate, complete
from particle_sim.materials.hosts import load_host
from particle_sim.materials.printed import Fact
from particle_sim.materials.schema import Header, PropertyEntry
from particle_sim.materials.system import load_system, system_names

FARADAY = 96485.33
AVOGADRO = 6.02214e23
THERMAL_VOLTAGE = 0.025693
"""R T / F at 298.15 K [V]."""

WEIGHTS = {
    "Li": 6.94,
    "O": 15.999,
    "Na": 22.98977,
    "Mg": 24.305,
    "Ti": 47.867,
    "Cr": 51.9961,
    "Mn": 54.93804,
    "Fe": 55.845,
    "Co": 58.93319,
    "Ni": 58.6934,
    "Cu": 63.546,
    "K": 39.0983,
    "Ru": 101.07,
}
"""Standard atomic weights (IUPAC) [g/mol]."""

HNFM = {"Na": 1, "Mg": 0.08, "Cu": 0.12, "Ni": 0.2, "Fe": 0.2, "Mn": 0.2, "Ti": 0.2, "O": 2}
ONNR = {"Na": 3, "Ni": 2, "Ru": 1, "O": 6}
NFRO = {"Na": 4, "Fe": 1, "Ru": 1, "O": 6}
LNFMT = {"Na": 0.85, "Li": 0.05, "Ni": 0.3, "Fe": 0.1, "Mn": 0.5, "Ti": 0.05, "O": 2}
NCRT = {"Na": 0.85, "Cr": 0.85, "Ru": 0.1, "Ti": 0.05, "O": 2}
MNM_2 = {"Na": 0.7, "Mg": 0.2, "Mn": 0.6, "Ni": 0.2, "O": 2}
NALFCNM = {"Na": 2 / 3, "Li": 1 / 6, "Fe": 1 / 6, "Co": 1 / 6, "Ni": 1 / 6, "Mn": 1 / 3, "O": 2}
NA_K_MNO2 = {"Na": 0.612, "K": 0.056, "Mn": 1, "O": 2}

CLOSE = 1e-4
"""Relative; properties are rounded to five decimals."""


def mass_of(amounts: Mapping[str, float]) -> float:
    """Molar mass [g/mol]."""
    return sum(WEIGHTS[element] * amount for element, amount in amounts.items())


def exchanged(capacity: float, amounts: Mapping[str, float]) -> float:
    """dx = 3.6 Q M / F of a capacity in mAh/g."""
    return 3.6 * capacity * mass_of(amounts) / FARADAY


def per_carrier(amounts: Mapping[str, float]) -> float:
    """Capacity of one carrier per formula unit [mAh/g]."""
    return FARADAY / (3.6 * mass_of(amounts))


def value(entries: Mapping[str, PropertyEntry], name: str) -> float:
    number = entries[name].value
    assert number is not None
    return number


def ends(entries: Mapping[str, PropertyEntry], name: str) -> tuple[float, float]:
    found = entries[name].range
    assert found is not None
    return found


def fact(**statement: Any) -> Fact:
    return Fact(source="user", place="made up here", **statement)


def draft(
    formula: str = "NaNi0.5Mn0.5O2",
    host: str | None = "sodium_layered_o3",
    written: Mapping[str, PropertyEntry] | None = None,
    stress_free: float | None = None,
    **printed: list[Fact],
) -> Draft:
    """A member of a host with these printed facts."""
    header = Header(
        name="made_up",
        title="made up",
        formula=formula,
        family="layered",
        carrier="Na",
        host=host,
        stress_free_stoichiometry=stress_free,
    )
    loaded = None if host is None else load_host(host, "made_up.toml")
    return Draft(
        where="made_up.toml", header=header, printed=printed, host=loaded, entries=written or {}
    )


def number(magnitude: float, unit: str) -> PropertyEntry:
    """A number as somebody writes it into a file."""
    return PropertyEntry(value=magnitude, unit=unit, evidence="assumed", source="user")


NINI = {"Na": 1, "Ni": 0.5, "Mn": 0.5, "O": 2}
"""The formula a made-up draft has."""

# --- from the capacity to the window ------------------------------------------------------------

PRINTED_WINDOWS: dict[str, tuple[float, Mapping[str, float]]] = {
    "hnfm": (131, HNFM),
    "nfro": (120, NFRO),
    "onnr": (123, ONNR),
}
"""Capacity [mAh/g] and composition of members that hold all their carrier as made."""


def assert_window_from_capacity(name: str) -> None:
    """x_max is the carrier of the formula, x_min = x_max - 3.6 Q M / F."""
    capacity, amounts = PRINTED_WINDOWS[name]
    entries = load_system(name).entries
    assert value(entries, "molar_mass") == pytest.approx(mass_of(amounts), rel=CLOSE)
    assert value(entries, "capacity") == capacity
    assert entries["capacity"].evidence == "measured"
    top = amounts["Na"]
    assert value(entries, "stoichiometry_max") == pytest.approx(top, abs=1e-5)
    bottom = top - exchanged(capacity, amounts)
    assert value(entries, "stoichiometry_min") == pytest.approx(bottom, abs=2e-4)


@pytest.mark.parametrize("name", PRINTED_WINDOWS)
def test_the_window_follows_from_the_printed_capacity(name: str) -> None:
    assert_window_from_capacity(name)


def empty_below(draft: Draft) -> PropertyEntry:
    return number(0.0, "1")


@pytest.mark.parametrize("name", PRINTED_WINDOWS)
def test_another_factor_than_3p6_is_noticed(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(derive, "FARADAY", FARADAY * 3.6 / 3.5)
    with pytest.raises(AssertionError):
        assert_window_from_capacity(name)


@pytest.mark.parametrize("name", PRINTED_WINDOWS)
def test_a_window_from_the_formula_only_is_noticed(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(RULES, "stoichiometry_min", empty_below)
    with pytest.raises(AssertionError):
        assert_window_from_capacity(name)


@pytest.mark.parametrize(
    ("name", "capacity", "amounts", "left"),
    [("nalfcnm", 171, NALFCNM, 0.25), ("na0p612k0p056mno2", 241, NA_K_MNO2, None)],
)
def test_a_window_larger_than_the_formula_reaches_up_from_what_the_host_keeps(
    name: str, capacity: float, amounts: Mapping[str, float], left: float | None
) -> None:
    """P2 oxides keep 0.25 Na; 241 mAh/g of the second need all of the layer's one site."""
    dx = exchanged(capacity, amounts)
    low = 1 - dx if left is None else left
    entries = load_system(name).entries
    assert amounts["Na"] - dx < low
    assert value(entries, "stoichiometry_min") == pytest.approx(low, abs=2e-4)
    assert value(entries, "stoichiometry_max") == pytest.approx(low + dx, abs=2e-4)
    assert value(entries, "stoichiometry_max") <= 1 + 1e-5


def test_more_than_there_is_room_for_is_one_sentence() -> None:
    dx = exchanged(400, NINI)
    with pytest.raises(InputError) as caught:
        complete(draft(capacity=[fact(capacity_mAh_g=400)]))
    (problem,) = caught.value.problems
    assert problem == (
        f"made_up.toml: 400 mAh/g is {dx:.3g} Na per formula unit, but there is room for 1 only; "
        "correct the capacity, the formula or the host."
    )


def test_all_the_room_is_allowed() -> None:
    entries = complete(draft(capacity=[fact(capacity_mAh_g=per_carrier(NINI))]))
    assert value(entries, "stoichiometry_min") == pytest.approx(0, abs=1e-4)


# --- which capacity -----------------------------------------------------------------------------

FAST_ONLY: dict[str, tuple[float, Mapping[str, float], float, tuple[float, float]]] = {
    "mnm_2": (57, MNM_2, 0.6, (0.3, 0.8)),
    "ncrt": (91.7, NCRT, 0.5, (0.35, 0.7)),
    "lnfmt": (116, LNFMT, 0.5, (0.35, 0.7)),
}
"""Capacity printed at 25C, 10 A/g and 10C only, and the carrier the host usually exchanges."""


def assert_usual_capacity(name: str) -> None:
    """dx F / (3.6 M) with the host's dx; the fast capacity only bounds it from below."""
    fast, amounts, usual, (fewest, most) = FAST_ONLY[name]
    entries = load_system(name).entries
    one = per_carrier(amounts)
    assert entries["capacity"].evidence == "assumed"
    assert value(entries, "capacity") == pytest.approx(max(usual * one, fast), rel=CLOSE)
    low, high = ends(entries, "capacity")
    assert low == pytest.approx(max(fewest * one, fast), rel=CLOSE)
    assert high == pytest.approx(max(most * one, fast), rel=CLOSE)


@pytest.mark.parametrize("name", FAST_ONLY)
def test_a_fast_capacity_never_makes_the_window(name: str) -> None:
    assert_usual_capacity(name)


@pytest.mark.parametrize("name", FAST_ONLY)
def test_taking_a_fast_capacity_is_noticed(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(derive, "SLOW_ENOUGH", 1000.0)
    with pytest.raises(AssertionError):
        assert_usual_capacity(name)


def test_a_fast_capacity_above_the_usual_one_is_the_least() -> None:
    entries = complete(draft(capacity=[fact(capacity_mAh_g=150, rate="5C")]))
    assert 0.5 * per_carrier(NINI) < 150 < 0.7 * per_carrier(NINI)
    assert value(entries, "capacity") == 150
    assert ends(entries, "capacity") == (150, pytest.approx(0.7 * per_carrier(NINI), rel=CLOSE))


def test_the_usual_capacity_counts_the_units_of_the_host() -> None:
    """Na3Ni2RuO6 is three NaMO2: three times the host's 0.5 (0.35 to 0.7) sodium leave it."""
    entries = complete(draft(formula="Na3Ni2RuO6"))
    one = 3 * per_carrier(ONNR)
    assert value(entries, "capacity") == pytest.approx(0.5 * one, rel=CLOSE)
    assert ends(entries, "capacity") == pytest.approx((0.35 * one, 0.7 * one), rel=CLOSE)


def test_the_largest_slow_capacity_is_taken_wherever_it_stands() -> None:
    facts = [
        fact(capacity_mAh_g=100, rate="0.1C"),
        fact(capacity_mAh_g=120, rate="1C"),
        fact(capacity_mAh_g=125, rate="1.1C"),
        fact(capacity_mAh_g=110),
    ]
    assert value(complete(draft(capacity=facts)), "capacity") == 120


@pytest.mark.parametrize(
    ("text", "rate"),
    [
        ("0.2C", 0.2),
        ("86C", 86),
        ("C/10", 0.1),
        ("C/20 at 25 degrees", 0.05),
        ("10 mA/g", 0.1),
        ("0.01 A/g", 0.1),
        ("10 A/g", 100),
        ("GITT", None),
        ("not stated", None),
        ("about 1C", None),
        ("", None),
    ],
)
def test_printed_rates(text: str, rate: float | None) -> None:
    """In C, where 1C is 100 mA/g; what does not start with a rate is none."""
    assert c_rate(text, 100.0) == (None if rate is None else pytest.approx(rate, rel=1e-12))


@pytest.mark.parametrize(
    ("name", "current", "evidence"),
    [
        ("p2_tmcnr", 15000 / 86, "measured"),
        ("heo424", 140, "measured"),
        ("nfro", 100, "measured"),
        ("hnfm", 120, "measured"),
        ("ncrt", 120, "assumed"),
    ],
)
def test_the_current_called_1c(name: str, current: float, evidence: str) -> None:
    """15,000 mA/g is called 86C, 14 mA/g 0.1C; of NCRT no 1C is printed, so its host's stands."""
    entries = load_system(name).entries
    assert value(entries, "one_c_current") == pytest.approx(current, rel=1e-12)
    assert entries["one_c_current"].unit == "mA/g"
    assert entries["one_c_current"].evidence == evidence


# --- volume, density, concentration -------------------------------------------------------------

CELLS: dict[str, tuple[Mapping[str, float], float, int]] = {
    "hnfm": (HNFM, 131, 1),
    "onnr": (ONNR, 123, 3),
    "nfro": (NFRO, 120, 3),
}
"""Composition, capacity and units of NaMO2: Na3Ni2RuO6 = 3 x Na(Ni2/3Ru1/3)O2."""


@pytest.mark.parametrize("name", CELLS)
def test_volume_density_and_concentration_follow_from_the_formula(name: str) -> None:
    """V counts the host's 42.2 (40.5 to 45.0) angstrom^3 per two oxygen."""
    amounts, capacity, units = CELLS[name]
    entries = load_system(name).entries
    assert value(entries, "formula_unit_volume") == pytest.approx(42.2 * units)
    assert ends(entries, "formula_unit_volume") == pytest.approx((40.5 * units, 45.0 * units))
    per_volume = [1e30 / (AVOGADRO * cell * units) for cell in (42.2, 45.0, 40.5)]
    for prop, amount in (
        ("density", mass_of(amounts) * 1e-3),
        ("maximum_concentration", exchanged(capacity, amounts)),
    ):
        found = (value(entries, prop), *ends(entries, prop))
        assert found == pytest.approx([amount * inverse for inverse in per_volume], rel=5e-4)


def test_one_unit_instead_of_three_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(derive, "_units", lambda draft: 1.0)
    with pytest.raises((AssertionError, InputError)):
        test_volume_density_and_concentration_follow_from_the_formula("onnr")


def test_a_printed_volume_change_is_spread_evenly_from_the_crystal_as_made() -> None:
    """5.3 % over the window, zero at the formula's one sodium, 20 % off at most by assumption."""
    entries = complete(draft(volume_change=[fact(text="small"), fact(pct=5.3)]))
    entry = entries["volume_change"]
    assert (entry.filling, entry.values) == ([0.0, 1.0], pytest.approx([-5.3, 0.0]))
    assert entry.range == pytest.approx((0.8 * 5.3, 1.2 * 5.3))
    assert entry.evidence == "measured"


def test_the_volume_change_is_zero_where_the_crystal_is_free_of_stress() -> None:
    """A window of 0.4 to 0.9 made at 0.6 Na is stress-free at 0.4 of its filling."""
    written = {
        "stoichiometry_min": number(0.4, "1"),
        "stoichiometry_max": number(0.9, "1"),
    }
    entries = complete(draft(written=written, stress_free=0.6, volume_change=[fact(pct=5.0)]))
    entry = entries["volume_change"]
    assert entry.filling == pytest.approx([0.0, 0.4, 1.0])
    assert entry.values == pytest.approx([-2.0, 0.0, 3.0])


# --- voltages -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "window"),
    [("nfro", (2.0, 4.0)), ("hnfm", (2.0, 4.3)), ("ncrt", (1.5, 3.92)), ("lnfmt", (2.0, 4.2))],
)
def test_cut_offs_are_those_of_the_capacity(name: str, window: tuple[float, float]) -> None:
    entries = load_system(name).entries
    found = (value(entries, "lower_voltage"), value(entries, "upper_voltage"))
    assert found == window


def test_the_first_printed_window_of_nfro_is_another_one() -> None:
    first = load_system("nfro").file.printed["voltage_window"][0]
    assert (first.number("lo_V"), first.number("hi_V")) == (1.5, 4.0)


def test_without_a_window_of_a_capacity_the_first_printed_one_stands() -> None:
    windows = [fact(hi_V=4.3), fact(lo_V=2.2, hi_V=4.1)]
    entries = complete(draft(voltage_window=windows))
    assert value(entries, "upper_voltage") == 4.3
    assert value(entries, "lower_voltage") == 2.2


def test_plateaus_outside_the_cut_offs_are_left_out() -> None:
    """Of 3.5, 3.05 and 2.75 V with 0.35, 0.30 and 0.35 only the first lies above 3.3 V."""
    entries = complete(draft(voltage_window=[fact(lo_V=2.0, hi_V=3.3)]))
    plateaus = entries["open_circuit_potential"].plateaus or []
    assert [plateau.voltage for plateau in plateaus] == [3.05, 2.75]
    assert [p.share for p in plateaus] == pytest.approx([0.30 / 0.65, 0.35 / 0.65])


SIMULABLE = [name for name in system_names() if load_system(name).status.simulable]


def shares(name: str) -> list[tuple[float, float, float]]:
    """Voltage, share and width of every plateau of a material."""
    found = load_system(name).entries["open_circuit_potential"].plateaus or []
    return [(plateau.voltage, plateau.share, plateau.width) for plateau in found]


def inside(name: str) -> float:
    """Part of the window that lies between the cut-offs.

    A plateau fills with the potential as 1 / (1 + exp((V - V_i) F / (w R T))).
    """
    entries = load_system(name).entries
    low, high = value(entries, "lower_voltage"), value(entries, "upper_voltage")
    filled = {low: 0.0, high: 0.0}
    for end in filled:
        for voltage, share, width in shares(name):
            reduced = (end - voltage) / (width * THERMAL_VOLTAGE)
            filled[end] += share / (1 + math.exp(reduced))
    return filled[low] - filled[high]


@pytest.mark.parametrize("name", SIMULABLE)
def test_the_window_lies_between_the_cut_offs(name: str) -> None:
    parts = [share for _, share, _ in shares(name)]
    assert math.fsum(parts) == pytest.approx(1, abs=1e-3)
    assert inside(name) >= 0.99


def test_tails_that_are_not_narrowed_are_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(derive, "PLATEAU_REACH", 1.0)
    assert min(inside(name) for name in SIMULABLE) < 0.99


# --- whose number it is -------------------------------------------------------------------------

WRITTEN: dict[str, PropertyEntry] = {
    "molar_mass": number(100.0, "g/mol"),
    "one_c_current": number(77.0, "mA/g"),
    "capacity": number(99.0, "mA*h/g"),
    "stoichiometry_min": number(0.31, "1"),
    "stoichiometry_max": number(0.93, "1"),
    "carrier_sites": number(1.7, "1"),
    "formula_unit_volume": number(44.4, "angstrom^3"),
    "density": number(4321.0, "kg/m^3"),
    "maximum_concentration": number(12345.0, "mol/m^3"),
    "lower_voltage": number(1.9, "V"),
    "upper_voltage": number(4.4, "V"),
    "volume_change": number(3.3, "%"),
    "open_circuit_potential": number(3.2, "V"),
    "diffusivity": number(7e-15, "m^2/s"),
}


def test_every_rule_is_tried_with_a_written_number() -> None:
    assert RULES.keys() <= WRITTEN.keys()


@pytest.mark.parametrize("name", WRITTEN)
def test_a_written_number_wins_over_rules_and_host(name: str) -> None:
    facts: dict[str, list[Fact]] = {
        "capacity": [fact(capacity_mAh_g=120, window="2.1-3.9 V")],
        "one_C": [fact(mA_g=100)],
        "volume_change": [fact(pct=4.0)],
    }
    entries = complete(draft(written={name: WRITTEN[name]}, **facts))
    assert entries[name] is WRITTEN[name]
    without = complete(draft(**facts))
    assert without[name] != WRITTEN[name]


def test_the_carrier_has_the_sites_of_its_host_or_as_many_as_the_window_fills() -> None:
    """Two formula units of O3 are two sites; Na4.2 is taken as full though NASICON has four."""
    assert value(complete(draft(capacity=[fact(capacity_mAh_g=120)])), "carrier_sites") == 1.0
    twice = draft("Na1.6Ni2O4", capacity=[fact(capacity_mAh_g=120)])
    assert value(complete(twice), "carrier_sites") == 2.0
    he_v = load_system("he_v").entries
    assert value(he_v, "carrier_sites") == 4.2
    assert "the window goes to 4.2" in he_v["carrier_sites"].note
    assert value(load_system("nvp").entries, "carrier_sites") == 4.0


def test_without_a_host_only_the_formula_and_the_facts_speak() -> None:
    entries = complete(draft(host=None, capacity=[fact(capacity_mAh_g=120)]))
    assert set(entries) == {"molar_mass", "capacity"}


def test_a_measured_number_of_a_host_is_a_proxy_in_a_member() -> None:
    host = load_host("sodium_layered_o3", "made_up.toml")
    measured = number(4e-15, "m^2/s").model_copy(update={"evidence": "measured"})
    lent = host.model_copy(update={"properties": {"diffusivity": measured}})
    made = draft()
    entries = complete(Draft(**{**vars(made), "host": lent}))
    assert entries["diffusivity"].evidence == "proxy"
    assert value(entries, "diffusivity") == 4e-15


@pytest.mark.parametrize("name", SIMULABLE)
def test_what_is_measured_is_written_or_printed_of_the_material_itself(name: str) -> None:
    system = load_system(name)
    own = {(fact.source, fact.place) for facts in system.file.printed.values() for fact in facts}
    for prop, entry in system.entries.items():
        if prop in system.file.properties:
            continue
        assert entry.evidence in ("measured", "derived", "proxy", "assumed")
        if entry.evidence == "measured":
            assert (entry.source, entry.place) in own, prop
        if entry.evidence == "derived":
            assert prop in RULES, prop
