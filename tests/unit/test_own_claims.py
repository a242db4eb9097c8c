"""Claims of one's own are asked as the shipped ones are, and a mistake in them is one sentence."""

from __future__ import annotations

from dataclasses import replace
from html import unescape
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import xarray as xr

from particle_sim.claims.answer import answer
from particle_sim.claims.compare import ComparisonResult
from particle_sim.claims.kinds import NEEDS
from particle_sim.claims.ledger import as_data
from particle_sim.claims.own import claims_beside, load_own, own_entries
from particle_sim.claims.printed import library
from particle_sim.claims.schema import claims_folder, load_claim
from particle_sim.claims.tools import simulations
from particle_sim.cli.check import check
from particle_sim.cli.claims import claims
from particle_sim.cli.comparison import comparison_data, tell_comparison
from particle_sim.errors import InputError
from particle_sim.materials.load import load_record
from particle_sim.report import page
from particle_sim.resources import shipped_folder
from particle_sim.studies.known_metrics import METRICS
from particle_sim.studies.scenario import Expectation, failures

MATERIALS = shipped_folder("parameters") / "materials"
OWN = """
[[claim]]
id = "three_electrons"
source = "our notebook"
place = "Material design; Fig. 1e"
says = "Three electrons per formula unit of HE-V are 176.2 mAh/g."
materials = ["he_v"]
label = "arithmetic"
[claim.test]
kind = "formula_capacity"
parameters.electrons = { value = 3.0, unit = "1", why = "printed: three-electron transfer" }
parameters.tolerance = { value = 0.001, unit = "1", why = "half of the last printed digit" }
printed.capacity = { material = "he_v", fact = "theoretical_capacity", number = "mAh_g" }

[[claim]]
id = "less_stress"
source = "our notebook"
says = "My material is stressed less than HE-V at 2C."
materials = ["mine.toml", "he_v"]
[claim.test]
kind = "lower_stress"
parameters.c_rate = { value = 2.0, unit = "1/h", why = "the rate that we cycle at" }
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("own")
    text = (MATERIALS / "nvp.toml").read_text("utf-8")
    named = text.replace("[material]", '[material]\nclaims = "my_claims.toml"', 1)
    (place / "mine.toml").write_text(named, encoding="utf-8")
    (place / "my_claims.toml").write_text(OWN, encoding="utf-8")
    return place


def test_a_claim_of_ones_own_is_answered_as_the_shipped_one(folder: Path) -> None:
    own = load_own(folder / "my_claims.toml")[0]
    shipped = load_claim(claims_folder() / "c50a.toml", NEEDS, library())
    (entry,) = own_entries([own], simulations)
    expected = as_data(answer(shipped, simulations()))
    assert as_data(entry.answer) == {**expected, "id": "three_electrons"}
    assert own.file.claim.paper == "our notebook"


@pytest.mark.parametrize("path", ["c35.toml", "c65a.toml", "c26a.toml"])
def test_every_shape_of_a_shipped_test_can_be_asked(path: str, tmp_path: Path) -> None:
    """Capacities at a rate and retentions after cycles: the same block, numbers and all."""
    text = (claims_folder() / path).read_text("utf-8")
    header, test = text.replace("[claim]", "[[claim]]").split("[test]", 1)
    lines = [line for line in header.splitlines() if not line.startswith(("id", "paper"))]
    said = "\n".join(lines).replace("[[claim]]", '[[claim]]\nid = "x"\nsource = "print"')
    (tmp_path / "own.toml").write_text(
        f"{said}\n[claim.test]{test.replace('[test.', '[claim.test.')}", encoding="utf-8"
    )
    (own,) = load_own(tmp_path / "own.toml")
    shipped = load_claim(claims_folder() / path, NEEDS, library())
    assert (own.parameters, own.printed) == (shipped.parameters, shipped.printed)
    assert own.file.test == shipped.file.test


WRONG = {
    "kind": ('"lower_stress"', '"lower_stres"', "did you mean lower_stress"),
    "material": ('"mine.toml", "he_v"', '"mine.toml", "he_w"', "is no material; did you mean"),
    "file": ('"mine.toml", "he_v"', '"gone.toml", "he_v"', "gone.toml"),
    "bound": ("parameters.c_rate", "# parameters.c_rate", "test.parameters.c_rate is missing"),
    "unit": ('2.0, unit = "1/h"', '2.0, unit = "m"', "wrong dimension"),
    "twice": ('"less_stress"', '"three_electrons"', "stands twice; give each claim an id"),
    "key": ('source = "our notebook"\nsays', 'sourc = "our notebook"\nsays', "did you mean source"),
    "id": ('"less_stress"', '"C26"', "write small letters"),
    "parameter": ("parameters.c_rate", "parameters.crate", "did you mean c_rate"),
    "printed": (
        'number = "mAh_g"',
        'number = "Ah"',
        "0 facts theoretical_capacity of he_v hold Ah",
    ),
    "no rate": ('2.0, unit = "1/h"', '0.0, unit = "1/h"', "c_rate: it is 0 1/h; give 0.001 or"),
    "a rate too high": ('2.0, unit = "1/h"', '1e300, unit = "1/h"', "1/h; give 1000 or less"),
    "no electrons": ("value = 3.0", "value = 0.0", "electrons: it is 0 1; give more than 0."),
    "itself": ('"mine.toml", "he_v"', '"mine.toml", "mine.toml"', 'mine.toml" twice; give each'),
    "too few": ('"mine.toml", "he_v"', '"mine.toml"', "lower_stress needs 2"),
}


@pytest.mark.parametrize("name", WRONG)
def test_a_mistake_is_one_sentence(name: str, folder: Path) -> None:
    before, after, sentence = WRONG[name]
    assert before in OWN
    path = folder / f"{name}.toml"
    path.write_text(OWN.replace(before, after), encoding="utf-8")
    with pytest.raises(InputError) as caught:
        load_own(path)
    assert any(sentence in problem for problem in caught.value.problems)
    assert all(problem.startswith(path.name) for problem in caught.value.problems)
    assert len(caught.value.problems) <= 2


def test_those_about_the_materials_in_hand_are_asked(folder: Path) -> None:
    mine, other, third = (load_record(n) for n in (str(folder / "mine.toml"), "he_v", "nvp"))
    ids = lambda *records: [claim.id for claim in claims_beside(records)]  # noqa: E731
    assert ids(mine, other) == ["three_electrons", "less_stress"]
    assert ids(mine, third) == []
    assert ids(other, third) == []


def test_the_name_of_the_file_has_no_folder(folder: Path) -> None:
    text = (folder / "mine.toml").read_text("utf-8")
    (folder / "out.toml").write_text(text.replace("my_claims", "../my_claims"), encoding="utf-8")
    with pytest.raises(InputError, match="file beside this file, no folder"):
        claims_beside([load_record(str(folder / "out.toml"))])


def test_a_comparison_shows_them(
    folder: Path,
    comparison: ComparisonResult,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    entries = own_entries(load_own(folder / "my_claims.toml")[:1], simulations)
    asked = replace(comparison, own=tuple(entries))
    tell_comparison(asked, folder)
    shown = capsys.readouterr().out
    assert "Your own claims:\n  three_electrons SUPPORTED (ARITHMETIC)" in shown
    (told,) = comparison_data(asked, folder)["own_claims"]
    assert (told["id"], told["verdict"]) == ("three_electrons", "supported")
    assert "own_claims" not in comparison_data(comparison, folder)
    monkeypatch.setattr(page, "picture", lambda _, name, caption: drawn(name, caption))
    text = unescape(page.render_page(asked, xr.DataTree(), "particle-sim compare", folder))
    assert text.count(entries[0].claim.file.claim.says) == 2, "on the first screen, and whole"
    assert '<a href="#own_three_electrons">' in text
    assert entries[0].answer.sentence in text
    assert "Your own claims" not in page.render_page(comparison, xr.DataTree(), "", folder)


def drawn(name: str, caption: str) -> dict[str, Any]:
    return {"name": name, "caption": caption, "data": "", "files": []}


def test_the_verbs_take_them(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = folder / "my_claims.toml"
    check([file])
    claims(only=["three_electrons"], own=file, quiet=True)
    assert "1 supported, 0 contradicted" in capsys.readouterr().out
    with pytest.raises(InputError, match="--folder is of the ledger, and --own of yours"):
        claims(own=file, folder=folder, quiet=True)
    with pytest.raises(InputError, match='no claim "C26"'):
        claims(only=["C26"], own=file, quiet=True)


def test_a_metric_is_expected_in_any_unit(comparison: ComparisonResult) -> None:
    run = comparison.candidate.particle
    stress = METRICS["peak_hoop_stress"](run)
    low, high = 0.99e-6 * stress, 1.01e-6 * stress

    def wrong(unit: str) -> list[str]:
        asked = Expectation(
            metric="peak_hoop_stress", of="candidate", unit=unit, between=(low, high)
        )
        scenario: Any = SimpleNamespace(expectations=[asked])
        return failures(scenario, Any, {"candidate": run})  # type: ignore[arg-type]

    assert wrong("MPa") == []
    (sentence,) = wrong("GPa")
    assert sentence.startswith("the candidate's peak_hoop_stress [GPa] is ")
