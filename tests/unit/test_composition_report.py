"""Does the report join sites, charges, entropy, mismatch, capacity and rules in plain words?"""

from __future__ import annotations

import subprocess
import sys
import tomllib

import pytest

from particle_sim.composition.capacity import theoretical_capacity
from particle_sim.composition.mismatch import PICOMETRE
from particle_sim.composition.report import analyse, rows, sentences
from particle_sim.composition.rules import Effect, design_rules
from particle_sim.composition.structures import structure_names
from particle_sim.constants import FARADAY
from particle_sim.errors import InputError
from particle_sim.resources import shipped_folder

HE_V = "Na3.2V1.5Cr0.1Mn0.1Fe0.1Al0.1Mg0.1(PO4)3"
HE_O3 = "NaNi0.2Fe0.2Mn0.3Mg0.1Cu0.1Sn0.1O2"
HCF = "Na1.41Mn0.32Fe0.11Co0.28Ni0.32Cu0.32[Fe(CN)6]"


def test_capacity_of_he_v_is_the_printed_one() -> None:
    report = analyse(HE_V, structure="nasicon", electrons=3.0)
    assert report.capacity == pytest.approx(176.2, abs=0.05)
    assert report.capacity == pytest.approx(3 * FARADAY / 3600 / report.molar_mass)
    assert analyse(HE_V, structure="nasicon", electrons=2.0).capacity != pytest.approx(
        176.2, rel=0.1
    )


@pytest.mark.parametrize("electrons", [0.0, -1.0, float("nan"), 101.0])
def test_impossible_electrons_are_refused(electrons: float) -> None:
    with pytest.raises(InputError, match="must lie above 0"):
        theoretical_capacity(0.1, electrons)


def test_redox_roles_of_he_v() -> None:
    redox = analyse(HE_V, structure="nasicon").redox
    assert redox is not None
    assert redox.active_elements == ("V",)
    assert (redox.active, redox.dilute, redox.inactive) == pytest.approx((0.75, 0.15, 0.10))
    assert redox.electrons_out == pytest.approx(3.0)  # V3+ to V5+, 1.5 times 2
    assert redox.electrons_in == pytest.approx(1.5)  # V3+ to V2+


def test_nickel_is_active_in_layers_and_not_in_prussian_blue() -> None:
    layered = analyse("NaNi0.5Mn0.5O2", structure="layered_o3").redox
    blue = analyse(HCF, structure="prussian_blue").redox
    assert layered is not None
    assert blue is not None
    assert layered.active_elements == ("Ni",)
    assert layered.active == pytest.approx(0.5)
    assert "Ni" not in blue.active_elements
    assert blue.inactive == pytest.approx(0.32 / 2.35)


def test_electrons_are_bounded_by_the_mobile_ions() -> None:
    report = analyse("NaNi0.5Mn0.5O2", structure="layered_o3")
    assert report.electrons == pytest.approx(1.0)
    assert report.capacity == pytest.approx(FARADAY / 3.6 / 111.803, rel=1e-4)
    assert any("voltage window usually allows less" in note for note in report.notes)


def test_radius_mismatch_is_the_formula_on_shannons_radii() -> None:
    mismatch = analyse("NaNi0.5Mn0.5O2", structure="layered_o3").mismatch
    assert mismatch is not None
    assert mismatch.mean_radius == pytest.approx(61.0 * PICOMETRE)  # Ni2+ 69 pm, Mn4+ 53 pm
    assert mismatch.radius == pytest.approx(8.0 / 61.0)
    assert mismatch.electronegativity == pytest.approx((1.91 - 1.55) / 2)


def test_spin_states() -> None:
    layered = analyse("LiCoO2", structure="layered", carrier="Li").mismatch
    iron = analyse("NaFeO2", structure="layered").mismatch
    assert layered is not None
    assert iron is not None
    assert layered.mean_radius == pytest.approx(54.5 * PICOMETRE)  # Co3+ low spin
    assert iron.mean_radius == pytest.approx(64.5 * PICOMETRE)  # Fe3+ high spin


def test_missing_radius_is_named_and_not_guessed() -> None:
    mismatch = analyse("UO2").mismatch
    assert mismatch is not None
    assert mismatch.radius is None
    assert "U" in mismatch.missing


def test_he_v_label_depends_on_the_normalisation() -> None:
    said = " ".join(sentences(analyse(HE_V, structure="nasicon")))
    assert "depends on the normalisation: low with 0.965 R per cation site (eq 1)" in said
    assert "high with 1.93 R per formula unit (eq 4)" in said


def test_photoelectron_manganese_is_reported_against_the_balance() -> None:
    said = " ".join(sentences(analyse(HE_O3, structure="layered_o3")))
    assert "69 % Mn3+" in said
    assert "balances with Mn +4.00" in said


def test_chemistry_in_words() -> None:
    said = " ".join(sentences(analyse(HE_V, structure="nasicon")))
    assert "The charges balance with V3+, Cr3+, Mn2+, Fe3+, Al3+, Mg2+ (formal charges)." in said
    assert "75 % of its metals are redox-active ions (V; zhang2025_hev)." in said


def test_unusual_states_are_said() -> None:
    # 2/3 + 1/6 + 3/6 + 3/6 + 4/3 leaves 5/6 for 1/6 Ni: Ni4+ and part of the iron 4+
    said = sentences(analyse("Na2/3Li1/6Fe1/6Co1/6Ni1/6Mn1/3O2", structure="layered"))
    assert any("balance only with Fe4+" in sentence for sentence in said)
    usual = sentences(analyse(HE_O3, structure="layered_o3"))
    assert not any("balance only with" in sentence for sentence in usual)


def test_rules_speak_about_the_right_sublattice() -> None:
    met = {f.rule.id: f.met for f in analyse(HE_V, structure="nasicon").flags}
    assert met["framework_dopants"] == ("Cr", "Mn", "Fe", "Al", "Mg")
    assert met["vanadium_activators"] == ("Cr3+", "Mn2+", "Fe3+", "Al3+", "Mg2+")
    pillar = analyse("Na0.7Mg0.05[Mn0.6Ni0.2Mg0.15]O2", structure="layered_p2")
    assert {f.rule.id: f.met for f in pillar.flags}["pillars"] == ("Mg",)
    no_pillar = analyse("Na0.7Mn0.6Ni0.2Mg0.2O2", structure="layered_p2")
    assert "pillars" not in {f.rule.id for f in no_pillar.flags}
    blue = {f.rule.id for f in analyse(HCF, structure="prussian_blue").flags}
    assert "nickel_in_prussian_blue" in blue
    assert "active_ions" not in blue


def test_jahn_teller_needs_trivalent_manganese() -> None:
    ids = [f.rule.id for f in analyse("NaNi0.2Fe0.2Mn0.6O2", structure="layered_o3").flags]
    assert "jahn_teller_manganese" in ids
    ids = [f.rule.id for f in analyse("NaNi0.5Mn0.5O2", structure="layered_o3").flags]
    assert "jahn_teller_manganese" not in ids


def test_rules_are_data_with_sources_and_known_families() -> None:
    rules = design_rules()
    assert len(rules) >= 27
    for rule in rules:
        assert set(rule.families) <= {"all", *structure_names()}
        assert rule.source in {
            "zhang2025_hev", "li2024_o3", "jian2024", "review_he_2025", "anodes_he_2025",
        }  # fmt: skip
        assert rule.place
        assert rule.text.endswith(".")
        assert isinstance(rule.effect, Effect)


def test_every_source_key_is_in_the_bibliography() -> None:
    folder = shipped_folder("parameters")
    known = tomllib.loads((folder / "sources.toml").read_text(encoding="utf-8"))["sources"]
    used = {rule.source for rule in design_rules()}
    for name in ("redox", "printed_entropies", "printed_states"):
        data = tomllib.loads((folder / "composition" / f"{name}.toml").read_text(encoding="utf-8"))
        entries = [e for v in data.values() for e in (v if isinstance(v, list) else [v])]
        used |= {entry["source"] for entry in entries}
    assert used <= set(known)


def test_rows_have_units_and_say_how_they_are_counted() -> None:
    table = rows(analyse(HE_V, structure="nasicon", electrons=3.0))
    assert all(set(row) == {"quantity", "value", "unit", "meaning"} for row in table)
    entropies = [row for row in table if row["quantity"] == "configurational entropy"]
    assert [row["unit"] for row in entropies] == ["R"] * 4
    assert all("(eq " in row["meaning"] for row in entropies)
    assert any(row["value"] == "176.2" and row["unit"] == "mAh/g" for row in table)


def test_bad_requests_are_one_sentence() -> None:
    with pytest.raises(InputError, match='There is no carrier "Ma"'):
        analyse("NaCl", carrier="Ma")
    with pytest.raises(InputError, match="did you mean spinel"):
        analyse("NaCl", structure="spinell")
    with pytest.raises(InputError, match="already read"):
        analyse(analyse("NaCl").formula, variables={"x": 1.0})
    assert analyse("MgO", carrier="not stated").carrier_amount == 0


def test_every_family_reads_every_formula() -> None:
    for structure in structure_names():
        for text in (HE_V, HCF, "SnSbMnBiTe", "Si", "NaCl·2H2O", "[□]O2Na", "NaCa[vac]O2"):
            assert sentences(analyse(text, structure=structure))


def test_import_is_light() -> None:
    code = (
        "import sys, particle_sim.composition.report;"
        "print([m for m in ('numpy', 'scipy', 'periodictable', 'pydantic') if m in sys.modules])"
    )
    answer = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert answer.stdout.strip() == "[]"
