"""A result is made again from its manifest alone, and a manifest can do nothing else."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import xarray as xr
from command_line import MATERIALS, RunCommand

import particle_sim
from particle_sim.claims.schema import claims_folder
from particle_sim.cli import progress
from particle_sim.cli.repeat import REPEATED, command_of
from particle_sim.cli.verbs import VERBS
from particle_sim.errors import InputError
from particle_sim.inputs import (
    Inputs,
    asking,
    input_file,
    read_input,
    take_over,
)
from particle_sim.manifest import MANIFEST_FILE, sha256, write_manifest
from particle_sim.outputs import new_folder, write_netcdf
from particle_sim.report.again import differences
from particle_sim.sweeps.sealed import write_sealed
from particle_sim.workers import worker_pool

SWEEP = """
[sweep]
question = "Is the surface ahead at any rate?"
function = "particle_metrics"
sampling = "grid"
samples = 2
[function]
material = "mine.toml"
metrics = ["surface_excess"]
[axes.c_rate]
low = 0.5
high = 1.0
unit = "1/h"
"""


def made(place: Path, verb: str, *arguments: str) -> Path:
    """What a verb writes of a user's own material, which is gone afterwards."""
    mine = (MATERIALS / "nvp.toml").read_text("utf-8")
    named = mine.replace("[material]\n", '[material]\nbaseline = ["base"]\n', 1)
    (place / "mine.toml").write_text(named, encoding="utf-8")
    (place / "base.toml").write_text(mine, encoding="utf-8")
    (place / "swept.toml").write_text(SWEEP, encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(place)
        command_of(verb).main([*arguments, "--out", "first"], standalone_mode=False)
    (place / "mine.toml").write_text("changed since\n", encoding="utf-8")
    (place / "base.toml").unlink()
    (place / "swept.toml").unlink()
    return place / "first"


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return made(tmp_path_factory.mktemp("first"), "diffraction", "mine.toml", "--states", "4")


def manifest(folder: Path) -> Any:
    return json.loads((folder / MANIFEST_FILE).read_text("utf-8"))


def forged(folder: Path, place: Path, change: Callable[[Any], None]) -> Path:
    """A copy whose manifest says something else, with the right hash."""
    shutil.copytree(folder, place)
    content = manifest(folder)
    (place / MANIFEST_FILE).unlink()
    change(content)
    write_manifest(place, content)
    return place


def test_the_files_of_the_user_are_not_needed(first: Path, run: RunCommand) -> None:
    outcome = run("rerun", first, "--out", "again")
    assert (outcome.code, outcome.err) == (0, "")
    assert outcome.out.startswith("Same to the last bit: all 5 variables and columns.")
    old, new = (manifest(folder)["asked"] for folder in (first, Path("again")))
    for asked in (old, new):
        del asked["options"]["out"]
    assert old == new, "what was made again can be made again"
    assert "mine.toml" in old["inputs"]["yours"]
    assert Path("again/diffraction.csv").read_bytes() == (first / "diffraction.csv").read_bytes()
    refused = run("rerun", first, "--out", "again")
    assert refused.code == 2
    assert "--out is again, which holds files; give a new folder" in refused.err
    assert "inside the result itself" in run("rerun", first, "--out", first / "new").err


def test_a_sweep_is_made_again_and_not_gone_on_with(tmp_path: Path, run: RunCommand) -> None:
    before = made(tmp_path, "run", "swept.toml", "--workers", "1", "--quiet")
    outcome = run("rerun", before, "--json")
    assert outcome.code == 0
    told = json.loads(outcome.out)
    assert (told["same"], told["compared"], told["folder"]) == (True, 5, "results/first_again")
    drawn = run("plot", before, "--format", "svg")
    assert (drawn.code, drawn.out.strip()) == (0, str(before / "report" / "sweep_results.svg"))
    page = run("rerun", before / "report", "--json", "--out", "page")
    assert json.loads(page.out)["same"], "the page is the sweep's"
    (tmp_path / "alone").mkdir()
    alone = shutil.copytree(before / "report", tmp_path / "alone" / "copy")
    assert json.loads(run("rerun", alone, "--json", "--out", "third").out)["same"]


def test_a_film_of_cracks_is_made_again(tmp_path: Path, run: RunCommand) -> None:
    before = made(tmp_path, "cracks", "mine.toml", "--radius", "1 um", "--frames", "2", "--quiet")
    outcome = run("rerun", before, "--out", "again")
    assert (outcome.code, outcome.out.startswith("Same to the last bit")) == (0, True)
    assert (before / "cracks.gif").read_bytes() == Path("again/cracks.gif").read_bytes()
    assert "is a film of cracks, which has no figures" in run("plot", before).err
    both = run("cracks", "nvp", "--out", "x", "--file", "y.gif")
    assert "and --file the film alone; give one" in both.err


def test_what_differs_is_named_with_its_place_and_why(first: Path, run: RunCommand) -> None:
    """A sabotaged result: one number larger by a hundredth, one table changed afterwards."""

    def change(content: Any) -> None:
        content["versions"]["numpy"] = "1.0"
        table = Path("other/diffraction.csv")
        text = table.read_text("utf-8")
        number = text.splitlines()[1].split(",")[1]
        table.write_text(text.replace(number, f"{1.01 * float(number):.8g}", 1), encoding="utf-8")

    other = forged(first, Path("other"), change)
    outcome = run("rerun", other)
    assert outcome.code == 1
    assert "1 of 5 variables and columns differ; most in diffraction.csv: " in outcome.out
    assert "row=0" in outcome.out
    assert "0.01 of its largest value" in outcome.out
    assert "another surrounding may round otherwise (numpy was 1.0 and is" in outcome.out
    (other / "diffraction.csv").write_text("mine", encoding="utf-8")
    outcome = run("rerun", other, "--out", "third")
    assert outcome.code == 1
    assert "diffraction.csv (changed in other since it was written)" in outcome.out


def nothing(_content: Any) -> None:
    pass


def options(**given: Any) -> Callable[[Any], None]:
    return lambda content: content["asked"]["options"].update(given)


def asked(**given: Any) -> Callable[[Any], None]:
    return lambda content: content["asked"].update(given)


def without_inputs(content: Any) -> None:
    del content["asked"]


def edited(content: Any) -> None:
    content["asked"]["inputs"]["yours"]["mine.toml"]["text"] += "# mine\n"


def edited_package(content: Any) -> None:
    content["asked"]["inputs"]["shipped"]["zlib"] = "eJyrrgUAAXUA+Q=="


def spoiled_package(content: Any) -> None:
    content["asked"]["inputs"]["shipped"]["zlib"] = "AAAA"


def torn(content: Any) -> None:
    content["asked"]["inputs"]["yours"] = ["mine.toml"]


HOSTILE = {
    "a file of the system": (options(name="/etc/passwd.toml"), "embeds no such file"),
    "a file above": (options(name="../mine.toml"), "../mine.toml: the manifest of the result"),
    "an option as a place": (options(name="--force"), 'There is no material "--force"'),
    "an unknown verb": (asked(verb="diffracton"), "did you mean diffraction?"),
    "a verb that writes elsewhere": (asked(verb="export"), 'names "export", which makes no folder'),
    "no verb": (asked(verb=["rm"]), "is damaged or was edited"),
    "an unknown option": (options(colour="red"), "the option colour, which this version has not"),
    "a value of another kind": (options(states={"a": 1}), "is damaged or was edited"),
    "a value out of range": (options(states="many"), "what this version does not take"),
    "a switch half set": (asked(verb="claims", options={"recompute": ""}), "is damaged or was"),
    "no inputs": (without_inputs, "says of no verb how it was made, with its files"),
    "an edited file": (edited, 'the embedded file "mine.toml" was edited'),
    "an edited package": (edited_package, "was edited"),
    "a spoiled package": (spoiled_package, "is damaged or was edited"),
    "a torn list": (torn, "is damaged or was edited"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_manifest_does_nothing_but_compute(name: str, first: Path, run: RunCommand) -> None:
    change, sentence = HOSTILE[name]
    folder = forged(first, Path("forged"), change)
    before = sorted(Path().rglob("*"))
    outcome = run("rerun", folder)
    assert outcome.code == 2
    (error,) = outcome.errors
    assert sentence in error
    assert sorted(Path().rglob("*")) == before, "nothing was written"


def test_answers_to_claims_are_made_again_and_no_ledger_is_written(
    tmp_path: Path, run: RunCommand
) -> None:
    claim = (claims_folder() / "c50a.toml").read_text("utf-8")
    header, test = claim.replace("[claim]", "[[claim]]").split("[test]", 1)
    text = f"{header}[claim.test]{test.replace('[test.', '[claim.test.')}"
    own = re.sub(r"id = .*\npaper", 'id = "three"\nsource', text)
    Path("own.toml").write_text(own, encoding="utf-8")
    assert run("claims", "--own", "own.toml", "--out", "said", "--quiet").code == 0
    Path("own.toml").unlink()
    outcome = run("rerun", "said")
    assert (outcome.code, outcome.out.startswith("Same to the last bit")) == (0, True)

    def elsewhere(content: Any) -> None:
        content["asked"]["options"] = {"folder": str(tmp_path)}

    (tmp_path / "c50a.toml").write_text(claim, encoding="utf-8")
    refused = run("rerun", forged(Path("said"), Path("forged"), elsewhere), "--out", "new")
    assert refused.code == 2
    assert "claims of another folder are not made again" in refused.err
    assert not (tmp_path / "ledger.json").exists()


@pytest.mark.parametrize("option", ["--quiet", "--json"])
def test_how_far_it_is_can_be_left_out(
    option: str, monkeypatch: pytest.MonkeyPatch, run: RunCommand
) -> None:
    told: list[bool] = []

    def reporting(*, enabled: bool) -> Any:
        told.append(enabled)
        return progress.reporting(enabled=False)

    monkeypatch.setattr("particle_sim.cli.cell_run.reporting", reporting)
    discharge = ("--protocol", "discharge", "--c-rate", "1")
    assert run("cell", "nvp", *discharge, "--out", "first").code == 0
    assert run("rerun", "first", "--out", "loud").code == 0
    assert run("rerun", "first", "--out", "still", option).code == 0
    assert told == [True, True, False]


def test_its_places_are_not_taken_from_the_manifest(first: Path, run: RunCommand) -> None:
    """Not the folder it writes to, nor names of files that lead out of it, nor links."""

    def change(content: Any) -> None:
        content["asked"]["options"] |= {"out": "../stolen", "force": True, "scheduler": "tcp://x:1"}
        content["asked"]["inputs"]["yours"]["../../written.toml"] = {
            "sha256": "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855", "text": ""
        }  # fmt: skip

    folder = forged(first, Path("forged"), change)
    Path("secret.csv").write_text("a\n1\n", encoding="utf-8")
    content = manifest(folder)
    del content["sha256"]
    content["files"]["../secret.csv"] = sha256(Path("secret.csv"))
    write_sealed(folder / MANIFEST_FILE, content)
    (folder / "diffraction.csv").unlink()
    (folder / "diffraction.csv").symlink_to(Path("secret.csv").resolve())
    outcome = run("rerun", folder, "--out", "new")
    assert outcome.code == 1
    for said in ("../secret.csv (taken away from", "diffraction.csv (changed in forged since it"):
        assert said in outcome.out
    assert sorted(each.name for each in Path().iterdir()) == ["forged", "new", "secret.csv"]
    assert not Path("../stolen").exists()
    assert not Path("../../written.toml").exists()


@pytest.mark.parametrize("text", ["", "[]", '{"asked": 3}', '{"asked": {}, "sha256": ""}'])
def test_a_damaged_manifest_is_one_sentence(text: str, run: RunCommand) -> None:
    Path("torn").mkdir()
    assert "holds no manifest.json" in run("rerun", "torn").err
    assert "is no folder" in run("rerun", "none").err
    Path("torn", MANIFEST_FILE).write_text(text, encoding="utf-8")
    outcome = run("rerun", "torn")
    assert (outcome.code, len(outcome.errors)) == (2, 1)
    assert MANIFEST_FILE in outcome.err


# --- pieces --------------------------------------------------------------------------------------


def written(place: Path, stress: list[float], word: str = "one") -> Path:
    tree = xr.Dataset(
        {"stress": ("time", stress, {"units": "Pa"}), "law": ("x", [word])},
        coords={"time": np.arange(len(stress)) * 10.0},
    )
    with new_folder(place, command="x") as work:
        write_netcdf(xr.DataTree.from_dict({"run": tree}), work / "cell.nc")
    return place


def test_numbers_are_the_same_to_the_bit_or_not(tmp_path: Path) -> None:
    first = written(tmp_path / "a", [1.0, np.nan, -4.0])
    assert differences(first, written(tmp_path / "b", [1.0, np.nan, -4.0])).same
    last_bit = written(tmp_path / "c", [float(np.nextafter(1.0, 2.0)), np.nan, -4.0])
    (found,) = differences(first, last_bit).found
    assert (found.variable, found.place) == ("cell.nc: /run/stress", "time=0")
    assert found.relative == pytest.approx(np.finfo(float).eps / 4, rel=1e-12)
    other = differences(first, written(tmp_path / "d", [1.0, 2.0, -4.0], "two"))
    assert {(each.variable, each.relative) for each in other.found} == {
        ("cell.nc: /run/stress", 1.0),
        ("cell.nc: /run/law", 1.0),
    }
    assert "its shape" in differences(first, written(tmp_path / "e", [1.0])).found[0].place


def test_workers_and_libraries_are_served_too(tmp_path: Path) -> None:
    served = Inputs(yours={"data/mine.nda": b"theta"})
    with asking("rerun", {}, served):
        with worker_pool(1) as pool:
            assert pool.submit(read_input, Path("data/mine.nda")).result() == b"theta"
        with input_file(Path("data/mine.nda")) as copy:
            assert (copy.suffix, copy.read_bytes()) == (".nda", b"theta")
        assert not copy.exists()
        (tmp_path / "other.nda").write_bytes(b"phi")
        with pytest.raises(InputError, match="embeds no such file"):
            read_input(tmp_path / "other.nda")
    assert read_input(tmp_path / "other.nda") == b"phi"
    take_over(None)


WRITES_FOLDERS = {
    "cell": True, "claims": True, "compare": True, "cracks": True, "diffraction": True,
    "fit": True, "life": True, "rate": True, "read": True, "run": True,
    "new": False,  # a draft, of no computation
    "plot": False,  # pictures of a folder that was made otherwise
    "rerun": False,  # its folder is that of the verb it repeats
}  # fmt: skip
"""Every verb with --out, and whether rerun makes its folder again."""


def test_every_verb_that_writes_a_folder_can_be_made_again() -> None:
    writing = {name for name, verb in VERBS.items() if "out" in verb.run.__annotations__}
    assert writing == set(WRITES_FOLDERS)
    assert set(REPEATED) == {name for name, again in WRITES_FOLDERS.items() if again}


OURS = {
    "cell.bpx_import", "claims.ledger", "figures.film", "inputs", "manifest", "outputs",
    "resources", "variables",
}  # fmt: skip
"""What reads no input of a verb that writes a folder, or is the door itself; and whole packages."""
OTHERS = ("batch", "cli", "learn", "particle", "report", "sweeps")


def test_no_input_comes_in_by_another_door() -> None:
    root = Path(particle_sim.__file__).parent
    reading = re.compile(r"files import .*\b(read_\w+|check_regular)|\.read_(text|bytes)\(")
    found = {
        ".".join(path.relative_to(root).with_suffix("").parts)
        for path in root.rglob("*.py")
        if reading.search(path.read_text("utf-8"))
    }
    assert {name for name in found if name.partition(".")[0] not in OTHERS} <= OURS
