"""Does every atom of a formula land on the sublattice where its structure family has it?"""

from __future__ import annotations

import pytest

from particle_sim.composition.amounts import VACANCY
from particle_sim.composition.formula import parse_formula
from particle_sim.composition.structures import (
    Site,
    Sublattice,
    assign_sublattices,
    find_structure,
    occupancy_notes,
    structure_names,
)
from particle_sim.errors import InputError

EXPECTED = {
    "layered_o3",
    "layered_p2",
    "layered",
    "layered_lithium_rich",
    "disordered_rock_salt",
    "rock_salt",
    "spinel",
    "nasicon",
    "nasicon_electrolyte",
    "mixed_phosphate",
    "olivine",
    "fluorophosphate",
    "prussian_blue",
    "garnet",
    "argyrodite",
    "thiophosphate",
    "perovskite",
    "pyrochlore",
    "alloy",
    "generic",
}


def sites(text: str, structure: str, **letters: float) -> dict[str, Sublattice]:
    filled = assign_sublattices(parse_formula(text, variables=letters), find_structure(structure))
    return {sublattice.name: sublattice for sublattice in filled}


# Expected occupations are those the papers or the structure type give in words.
CASES = [
    ("NaNi0.2Fe0.2Mn0.6O2", "layered_o3", "alkali site", {"Na": 1.0}),
    ("Na0.83Li0.1Ni0.25Co0.2Sn0.45O2", "layered_o3", "metal site",
     {"Li": 0.1, "Ni": 0.25, "Co": 0.2, "Sn": 0.45}),
    ("Na0.83Li0.1Ni0.25Co0.2Sn0.45O2", "layered_o3", "alkali site", {"Na": 0.83, VACANCY: 0.17}),
    ("Na0.898K0.058Ni0.4Mn0.6O2", "layered_o3", "alkali site",
     {"Na": 0.898, "K": 0.058, VACANCY: 0.044}),
    ("Li1.2Mn0.54Ni0.13Co0.13O2", "layered_lithium_rich", "alkali site", {"Li": 1.0}),
    ("Li1.2Mn0.54Ni0.13Co0.13O2", "layered_lithium_rich", "metal site",
     {"Li": 0.2, "Mn": 0.54, "Ni": 0.13, "Co": 0.13}),
    ("Li1.0[Li0.15Mn0.85]O2", "layered", "metal site", {"Li": 0.15, "Mn": 0.85}),
    ("Na0.76Ca0.05[Ni0.23vac0.08Mn0.69]O2", "layered_p2", "metal site",
     {"Ni": 0.23, VACANCY: 0.08, "Mn": 0.69}),
    ("Na0.7Mg0.05[Mn0.6Ni0.2Mg0.15]O2", "layered_p2", "alkali site",
     {"Na": 0.7, "Mg": 0.05, VACANCY: 0.25}),
    ("Na0.7Mg0.05Mn0.6Ni0.35O2", "layered_p2", "metal site",
     {"Mg": 0.05, "Mn": 0.6, "Ni": 0.35}),
    ("[Na0.67Zn0.05]Ni0.18Cu0.1Mn0.67O2", "layered", "alkali site",
     {"Na": 0.67, "Zn": 0.05, VACANCY: 0.28}),
    ("Na4FeRuO6", "layered_o3", "metal site", {"Na": 1.0, "Fe": 1.0, "Ru": 1.0}),
    ("Na3Ni2RuO6", "layered_o3", "alkali site", {"Na": 3.0}),
    ("MnTiO(4-d)Na2", "layered_o3", "metal site", {"Mn": 1.0, "Ti": 1.0}),
    ("Na3.2V1.5Cr0.5(PO4)3", "nasicon", "12c metal site", {"V": 1.5, "Cr": 0.5}),
    ("Na3.2V1.5Cr0.5(PO4)3", "nasicon", "alkali site", {"Na": 3.2, VACANCY: 0.8}),
    ("Na3.2Ca0.1Zr1.9Si2PO12", "nasicon_electrolyte", "tetrahedral site", {"Si": 2.0, "P": 1.0}),
    ("Na3.2Ca0.1Zr1.9Si2PO12", "nasicon_electrolyte", "12c metal site", {"Ca": 0.1, "Zr": 1.9}),
    ("Li(Ti,Zr)2(PO4)3", "nasicon_electrolyte", "alkali site", {"Li": 1.0, VACANCY: 3.0}),
    ("Na4Fe2.85(Ni,Co)0.15(PO4)2P2O7", "mixed_phosphate", "metal site",
     {"Fe": 2.85, "Ni": 0.075, "Co": 0.075}),
    ("Na3(VO)Fe(PO4)2F2", "fluorophosphate", "ligand site", {"F": 2.0, "O": 1.0}),
    ("K1.47Fe0.5Mn0.5[Fe(CN)6]1.26.H2O", "prussian_blue", "nitrogen-coordinated metal",
     {"Fe": 0.5, "Mn": 0.5}),
    ("K1.47Fe0.5Mn0.5[Fe(CN)6]1.26.H2O", "prussian_blue", "carbon-coordinated metal", {"Fe": 1.0}),
    ("Na1.5(FeMnNiCuCo)[Fe(CN)6]0.9□0.1", "prussian_blue", "carbon-coordinated metal",
     {"Fe": 0.9, VACANCY: 0.1}),
    ("Li3(La,Pr,Nd)3(Te,W)2O12", "garnet", "octahedral site", {"Te": 1.0, "W": 1.0}),
    ("Li5.5PS4.5Cl0.8Br0.7", "argyrodite", "free anion site", {"S": 0.5, "Cl": 0.8, "Br": 0.7}),
    ("La(CrMn)O2.9", "perovskite", "anion site", {"O": 2.9, VACANCY: 0.1}),
    ("(La0.5Nd0.5)2Zr2O7", "pyrochlore", "A site", {"La": 1.0, "Nd": 1.0}),
    ("LiNiOF", "disordered_rock_salt", "cation site", {"Li": 1.0, "Ni": 1.0}),
    ("Li0.5(FeCo)PS3", "thiophosphate", "metal site", {"Fe": 0.5, "Co": 0.5}),
    ("SnSbMnBiTe", "alloy", "atom site", {"Sn": 1, "Sb": 1, "Mn": 1, "Bi": 1, "Te": 1}),
    ("InGeSiP3", "generic", "anion site", {"P": 3.0}),
    ("LiFePO4", "generic", "cation site", {"Li": 1.0, "Fe": 1.0}),
]  # fmt: skip


@pytest.mark.parametrize(("text", "structure", "name", "species"), CASES)
def test_occupation(text: str, structure: str, name: str, species: dict[str, float]) -> None:
    assert sites(text, structure)[name].species == pytest.approx(species)


def test_all_families_are_there_and_well_formed() -> None:
    assert set(structure_names()) >= EXPECTED
    for key in structure_names():
        kinds = find_structure(key).sublattices
        assert len({kind.name for kind in kinds}) == len(kinds)
        assert any("*" in kind.elements for kind in kinds)


def test_no_atom_is_lost() -> None:
    formula = parse_formula("Na3.2V1.5Cr0.1Mn0.1Fe0.1Al0.1Mg0.1(PO4)3")
    for key in structure_names():
        total: dict[str, float] = {}
        for sublattice in assign_sublattices(formula, find_structure(key)):
            for name, amount in sublattice.species.items():
                total[name] = total.get(name, 0.0) + amount
        total.pop(VACANCY, None)
        assert total == pytest.approx(dict(formula.amounts)), key


def test_sites_that_do_not_close_are_noted() -> None:
    overfull = sites("Na1.41Mn0.67Fe0.68[Fe(CN)6]", "prussian_blue")
    (note,) = occupancy_notes(overfull.values())
    assert "over-full: 1.35 on 1" in note
    assert not occupancy_notes(sites("NaNi0.62Mn0.4O2", "layered").values())
    (note,) = occupancy_notes(sites("NaNi0.4Mn0.4O2", "layered").values())
    assert "metal site is under-full" in note


def test_kinds_tell_the_mobile_ion_apart() -> None:
    kinds = {name: site.kind for name, site in sites("Na3V2(PO4)3", "nasicon").items()}
    assert kinds["alkali site"] is Site.CARRIER
    assert kinds["12c metal site"] is Site.METAL


def test_unknown_structure_is_suggested() -> None:
    with pytest.raises(InputError, match="did you mean nasicon"):
        find_structure("nasicom")
