"""Is a formula read as the papers mean it, and is what is no formula refused in one sentence?"""

from __future__ import annotations

import time

import periodictable
import pytest

from particle_sim.composition.formula import Formula, molar_mass, parse_formula
from particle_sim.errors import InputError

READ = {
    "Na3.2V1.5Cr0.1Mn0.1Fe0.1Al0.1Mg0.1(PO4)3": {
        "Na": 3.2, "V": 1.5, "Cr": 0.1, "Mn": 0.1, "Fe": 0.1, "Al": 0.1, "Mg": 0.1, "P": 3, "O": 12,
    },
    "Na₃V₂(PO₄)₃": {"Na": 3, "V": 2, "P": 3, "O": 12},
    "Na_{0.83} MnO_2": {"Na": 0.83, "Mn": 1, "O": 2},
    "(CrMnFeCoNi)3O4": {"Cr": 0.6, "Mn": 0.6, "Fe": 0.6, "Co": 0.6, "Ni": 0.6, "O": 4},
    "La(CrMnFeCoNi)O3": {"La": 1, "Cr": 0.2, "Mn": 0.2, "Fe": 0.2, "Co": 0.2, "Ni": 0.2, "O": 3},
    "Li(Ti,Zr,Sn,Hf)2(PO4)3": {
        "Li": 1, "Ti": 0.5, "Zr": 0.5, "Sn": 0.5, "Hf": 0.5, "P": 3, "O": 12,
    },
    "Li3(La,Pr,Nd)3(Te,W)2O12": {"Li": 3, "La": 1, "Pr": 1, "Nd": 1, "Te": 1, "W": 1, "O": 12},
    "Li6PS5(Cl,Br)": {"Li": 6, "P": 1, "S": 5, "Cl": 0.5, "Br": 0.5},
    "(Mg0.2Co0.2Ni0.2Cu0.2Zn0.2)O": {
        "Mg": 0.2, "Co": 0.2, "Ni": 0.2, "Cu": 0.2, "Zn": 0.2, "O": 1,
    },
    "Na2/3Li1/6Mn5/6O2": {"Na": 2 / 3, "Li": 1 / 6, "Mn": 5 / 6, "O": 2},
    "Li1.0[Li0.15Mn0.85]O2": {"Li": 1.15, "Mn": 0.85, "O": 2},
    "Na3(VO)Fe(PO4)2F2": {"Na": 3, "V": 1, "O": 9, "Fe": 1, "P": 2, "F": 2},
    "Na(FeMn)[Fe(CN)6]": {"Na": 1, "Fe": 1.5, "Mn": 0.5, "C": 6, "N": 6},
    "Li1.3Mn0.2Mn0.2O2": {"Li": 1.3, "Mn": 0.4, "O": 2},
    "Fe[Fe(CN)6]1.26.H2O": {"Fe": 2, "C": 6, "N": 6, "H": 2.52, "O": 1.26},
    "Fe[Fe(CN)6]·1.26H2O": {"Fe": 2, "C": 6, "N": 6, "H": 2.52, "O": 1.26},
    "Fe[Fe(CN)6]*1.26H2O": {"Fe": 2, "C": 6, "N": 6, "H": 2.52, "O": 1.26},
    "Fe[Fe(CN)6].1.26H2O": {"Fe": 2, "C": 6, "N": 6, "H": 2.52, "O": 1.26},
    "Fe[Fe(CN)6]0.9·2H2O": {"Fe": 1.9, "C": 5.4, "N": 5.4, "H": 4, "O": 2},
    "0.5Li2MnO3·0.5LiNiO2": {"Li": 1.5, "Mn": 0.5, "Ni": 0.5, "O": 2.5},
    "Sn(OH)4": {"Sn": 1, "O": 4, "H": 4},
    "$Na_3V_2(PO_4)_3$": {"Na": 3, "V": 2, "P": 3, "O": 12},
    r"Na_3V_2\left(PO_4\right)_3": {"Na": 3, "V": 2, "P": 3, "O": 12},
    r"CuSO_4\cdot 5H_2O": {"Cu": 1, "S": 1, "O": 9, "H": 10},
    "CuSO4·5H2O": {"Cu": 1, "S": 1, "O": 9, "H": 10},
    "NaCl.H2O": {"Na": 1, "Cl": 1, "H": 2, "O": 1},
    "KVPO4F": {"K": 1, "V": 1, "P": 1, "O": 4, "F": 1},
    "VN": {"V": 1, "N": 1},
    "K1O1H1": {"K": 1, "O": 1, "H": 1},
    "NaCN": {"Na": 1, "C": 1, "N": 1},
}  # fmt: skip

ONE_FORMULA = (
            "P2-Na2/3Mn1O2", "P'2-Na2/3MnO2", "O3/P2-Na2/3MnO2", "P2 - Na2/3 Mn O2", "α-Na2/3MnO2",
            "$Na_{2/3}MnO_2$", "Na$_{2/3}$MnO$_{2}$", r"\mathrm{Na_{2/3}MnO_2}",
            r"P2-\mathrm{Na}_{\frac{2}{3}}\mathrm{MnO}_2", r"\ce{Na_{2/3}MnO2}",
            "Na<sub>2/3</sub>MnO<sub>2</sub>", "Na₂⁄₃MnO₂", "Na2/3\u200bMnO2", "{Na2/3MnO2}",
            r"\alpha-Na2/3MnO2", "Na2/3 MnO2", "Na2∕3MnO2", "Na（2/3）MnO2",
        )  # fmt: skip
"""All of them mean Na2/3MnO2."""

WITH_LETTERS = [
    (
        "Na0.83Li0.1Ni0.25Co0.2MnxTixSn(0.45-2x)O(2-d)",
        {"x": 0.15},
        {"Ti": 0.15, "Sn": 0.15, "O": 2},
    ),
    ("Na0.83Li0.1Ni0.25Co0.2MnxTixSn(0.45-2x)O(2-d)", {"x": 0.0}, {"Ti": None, "Sn": 0.45}),
    ("MnxTixO(2-d)", {"x": 0.5, "d": 0.1}, {"O": 1.9}),
    ("MnO2-δ", {"d": 0.25}, {"O": 1.75}),
    ("(CrMnFeCoNi)3O4-x", {"x": 0.5}, {"O": 3.5, "Cr": 0.6}),
    ("ClxBr(1.5-x)", {"x": 0.8}, {"Cl": 0.8, "Br": 0.7}),
    ("Lix(Co0.5Ni0.5)OFx", {"x": 0.3}, {"Li": 0.3, "F": 0.3}),
    ("(Mg,Co,Ni,Cu,Zn)1-xLixO", {"x": 0.1}, {"Mg": 0.18, "Li": 0.1}),
    ("NaCl·nH2O", {"n": 2.0}, {"H": 4.0, "O": 2.0}),
    ("Li(1+x)Mn(2-x)O4", {"x": 0.1}, {"Li": 1.1, "Mn": 1.9}),
]

REFUSED = {
    "": "it is empty",
    "   ": "it is empty",
    "Na3V2(PO4": "balance the brackets",
    "Na3V2)PO4": "no opening bracket",
    "Na(V]": "balance the brackets",
    "Vn2O5": "Vn is not an element; did you mean V?",
    "NaNz": "Nz is not an element",
    "LixMPS3": "M is not an element; write the elements it stands for",
    "TMO2": "TM is not an element; write the elements it stands for",
    "Qa3": "Qa is not an element",
    "nacl": "it has no capital letter",
    "Nafe": '"f" is in lower case',
    "Na1e5": '"e" is in lower case',
    "Na0": "leave it out",
    "Na-1": "does not follow a number",
    "Na1/0": "correct the fraction",
    "Na1/O": "/O joins two materials",
    "Na1001": "at most 1000 is allowed",
    "Na" + "9" * 400: "at most 1000 is allowed",
    "(Na900)2": "at most 1000 is allowed",
    "Na600Na600": "at most 1000 is allowed",
    "O(2-x-y)": "work it out first",
    "O(2-x)x": "no place",
    "Na(x-1)": "work it out first",
    "Nax": "write a number in its place, as in 0.67",
    "NaO2-x": "the amount x of O is free; write a number in its place",
    "Nad": "the amount d of Na is free",
    "(" * 9 + "Na" + ")" * 9: "nested deeper than 8",
    "Na" * 251: "at most 500 are allowed",
    "N" * 1_000_000: "at most 500 are allowed",
    "Fe-doped MoS2": "doped",
    "FeS/C": "joins two materials",
    "HESe2 (HE = Mn,Co,Ni,Cu,Fe,Zn)": "explanation",
    "MgO or CoO": "more than one formula",
    "K[Fe(CN)6]0.9.H2O": "may count the bracket or the water",
    "CuSO4.5H2O": "may be a decimal point",
    "Na,K": "has no place",
    "(Na,)O": "comma",
    "(Na,K Li)O": "comma",
    "(Na0.5,K)O": "all of them or none",
    "()Na": "bracket is empty",
    "Na·": "no element",
    "(□)": "no capital letter",
    "Na³": "a charge or a raised number",
    "Na^+": "a charge or a raised number",
    "__import__('os')": "no capital letter",
    "Na.67MnO2": ".67 may be the number 0.67 or a part behind a dot; write 0.67 or ·",
    "Na0.67.MnO2": "has two dots, of which one may be a decimal point",
    "Na0.67.5MnO2": "0.67.5 has two dots",
    "0.5Li2MnO3.0.5LiNiO2": "3.0.5 has two dots, of which one may be a decimal point",
    "CuSO4.5(H2O)": "may be a decimal point",
    "NaCl.2H2O": ".2 may be the number 0.2 or a part behind a dot",
    "HfO..": "begins with a dot that is no decimal point",
    "NaMnO2.": "begins with a dot that is no decimal point",
    "Na0,67MnO2": "0,67 has a decimal comma; write a point, 0.67",
    "Na067MnO2": "067 has a zero in front and no point",
    "NaFeO2 (O3)": "(O3) may be a label (stacking, coating) or atoms",
    "(P2)Na2/3MnO2": "(P2) may be a label",
    "Na2/3MnO2[P2]": "[P2] may be a label",
    "P2Na2/3MnO2": "P2 may be a label",
    "O3 NaFeO2": "O3 may be a label",
    "Na2/3MnO2 (P2-type)": '"type" is a word beside the formula',
    "Na3V2(PO4)3 cathode": '"cathode" is a word beside the formula',
    "Na3V2(PO4)3 NVP": '"NVP" is a word beside the formula',
    "NVP": "it is an abbreviation, or elements without amounts",
    "NFPP": "it is an abbreviation",
    "NCO": "it is an abbreviation",
    "NCM811": "it is an abbreviation",
    "HE-V-O": "it is an abbreviation",
    "NICOO2": "write two-letter symbols like Co, not CO",
    "Na3V2(PO4)3/C": "/C joins two materials (or names a coating); give one of them",
    "Na3V2(PO4)3@C": "@C joins two materials (or names a coating)",
    "Na3V2(PO4)3(C)": "(C) may be a label",
    "Na3V2(PO4)3-C": "-C behind a dash is another material or a label",
    "[Fe(CN)6]4-": "is a charge",
    "Fe3+O2": "is a charge",
    "PO4³⁻": "is a charge",
    "NaxMnO2": "the amount x of Na is free; write a number in its place, as in 0.67",
    "NaxMnO2, x = 0.67": "an explanation with =; write each number or element in the place",
    "NaxMO2": "M is not an element; write the elements it stands for",
    "NaMeO2": "Me is not an element; write the elements it stands for",
    r"Na_{2/3}\nu MnO_2": r"\nu is LaTeX that is not read",
    "NaFeО2": "is not a Latin letter; type the element symbol again",
    "Na(2*3)": "work it out first",
    "NaO(__import__('os'))": '"import" is a word',
}  # fmt: skip


@pytest.mark.parametrize("text", READ)
def test_amounts(text: str) -> None:
    assert parse_formula(text).amounts == pytest.approx(READ[text])


@pytest.mark.parametrize("text", ONE_FORMULA)
def test_decoration_does_not_change_a_formula(text: str) -> None:
    assert parse_formula(text).amounts == pytest.approx({"Na": 2 / 3, "Mn": 1, "O": 2})
    assert len(parse_formula(text).sites) == 1


@pytest.mark.parametrize(("text", "letters", "some"), WITH_LETTERS)
def test_letters(text: str, letters: dict[str, float], some: dict[str, float | None]) -> None:
    amounts = parse_formula(text, variables=letters).amounts
    for element, amount in some.items():
        assert amounts.get(element) == (None if amount is None else pytest.approx(amount))


@pytest.mark.parametrize("text", REFUSED)
def test_refused_in_one_sentence(text: str) -> None:
    with pytest.raises(InputError) as caught:
        parse_formula(text)
    assert len(caught.value.problems) == 1
    (problem,) = caught.value.problems
    assert REFUSED[text] in problem
    assert problem.startswith('Formula "')
    assert problem[-1] in ".?"
    assert len(problem) < 250


def test_vacancies_have_a_place_and_no_mass() -> None:
    for name in ("vac", "Vac", "Va", "□"):
        formula = parse_formula(f"Na0.76Ca0.05[Ni0.23{name}0.08Mn0.69]O2")
        assert formula.vacancies == pytest.approx(0.08)
        assert [site.bracket for site in formula.sites] == ["", "[", ""]
        assert formula.sites[1].vacancies == pytest.approx(0.08)
        assert molar_mass(formula) == molar_mass(parse_formula("Na0.76Ca0.05[Ni0.23Mn0.69]O2"))


def test_sites_keep_what_the_brackets_say() -> None:
    formula = parse_formula("Na4Fe2.85(Ni,Co,Mn,Cu,Mg)0.03(PO4)2P2O7")
    shared, phosphate = formula.sites[1:3]
    assert shared.equal_shares
    assert shared.multiplicity == pytest.approx(0.03)
    assert shared.species["Cu"] == pytest.approx(0.006)
    assert not phosphate.equal_shares
    assert phosphate.species == pytest.approx({"P": 2, "O": 8})
    water = parse_formula("K[Fe(CN)6]·2H2O").sites[-1]
    assert (water.bracket, water.multiplicity) == ("·", 2.0)


def test_letters_that_do_nothing_or_are_none() -> None:
    with pytest.raises(InputError, match=r"x = 0\.1 was given but is not in it"):
        parse_formula("NaCl", variables={"x": 0.1})
    with pytest.raises(InputError, match="the letters are x, y, z, d and n"):
        parse_formula("Nax", variables={"q": 0.1})
    with pytest.raises(InputError, match="must be a finite number"):
        parse_formula("Nax", variables={"x": float("nan")})
    with pytest.raises(InputError, match="must not be negative"):
        parse_formula("Sn(0.45-2x)O2", variables={"x": 0.3})
    assert parse_formula("MnO(2-d)").free_variables == ("d",)


PLAIN = ["Na3V2(PO4)3", "LiFePO4", "Na4Fe3(PO4)2P2O7", "Li4Ti5O12", "La0.4Nd0.4Sm1.2Zr2O7"]


def masses_agree(text: str, formula: Formula) -> bool:
    return molar_mass(formula) == pytest.approx(periodictable.formula(text).mass * 1e-3, rel=1e-12)


@pytest.mark.parametrize("text", PLAIN)
def test_mass_is_that_of_another_parser(text: str) -> None:
    assert masses_agree(text, parse_formula(text))


def test_mass_comparison_notices_a_lost_multiplier() -> None:
    assert not masses_agree("Na3V2(PO4)3", parse_formula("Na3V2PO4"))


def test_time_is_linear_in_length() -> None:
    text = "NaCl" * 125
    start = time.perf_counter()
    parse_formula(text)
    assert time.perf_counter() - start < 0.2
