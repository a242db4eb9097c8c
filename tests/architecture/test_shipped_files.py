"""Are shipped files found from a checkout and from a wheel, and free of one machine's paths?"""

from __future__ import annotations

import re
import shutil
import subprocess
import tomllib
from pathlib import Path

import pytest

from particle_sim import resources
from particle_sim.errors import ParticleSimError
from particle_sim.materials.load import load_material, material_names

ROOT = Path(__file__).parents[2]
FOLDERS = ("parameters", "scenarios")
MACHINE_PATH = re.compile("/(?:" + "|".join(("root", "home", "Users")) + ")/|[A-Z]:\\\\Users")
BINARY = {".png", ".nc", ".npz", ".ico", ".pdf", ".gz"}


@pytest.mark.parametrize("name", FOLDERS)
def test_checkout_has_the_folder_beside_the_package(name: str) -> None:
    folder = resources.shipped_folder(name)
    assert folder.name == name
    assert list(folder.rglob("*.toml"))


def wheel_layout(target: Path) -> Path:
    """A package directory as the wheel lays it out, following the build settings."""
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    included = settings["tool"]["hatch"]["build"]["targets"]["wheel"]["force-include"]
    for source, place in included.items():
        shutil.copytree(resources.shipped_folder(source), target / place)
    return target / "particle_sim"


def test_wheel_carries_the_folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = material_names()
    monkeypatch.setattr(resources, "_PACKAGE", wheel_layout(tmp_path))
    for name in FOLDERS:
        found = resources.shipped_folder(name)
        assert found == tmp_path / "particle_sim" / "_shipped" / name
    assert material_names() == before
    assert load_material("nvp").title == "NVP"


def test_inside_the_package_comes_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = wheel_layout(tmp_path)
    (tmp_path / "parameters").mkdir()
    monkeypatch.setattr(resources, "_PACKAGE", package)
    assert resources.shipped_folder("parameters").parent.name == "_shipped"


def test_missing_folder_says_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(resources, "_PACKAGE", tmp_path / "particle_sim")
    with pytest.raises(ParticleSimError, match="reinstall"):
        resources.shipped_folder("parameters")


def project_files() -> list[Path]:
    """Tracked and new files; the whole folder where there is no git."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
    if (ROOT / ".git").exists():
        answer = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
        paths = [ROOT / line for line in answer.stdout.splitlines()]
    else:
        paths = [path for path in ROOT.rglob("*") if "__pycache__" not in path.parts]
    return [path for path in paths if path.is_file() and path.suffix not in BINARY]


def machine_paths(text: str) -> list[str]:
    return [line for line in text.splitlines() if MACHINE_PATH.search(line)]


def test_no_file_names_a_path_of_one_machine() -> None:
    files = project_files()
    assert ROOT / "pyproject.toml" in files
    found = {
        str(path.relative_to(ROOT)): lines
        for path in files
        if (lines := machine_paths(path.read_text(encoding="utf-8")))
    }
    assert not found


@pytest.mark.parametrize("user", ["root", "home", "Users"])
def test_path_check_notices(user: str) -> None:
    assert machine_paths(f"see /{user}/someone/file.txt")
    assert not machine_paths(f"see https://example.org/{user} and {user}/x")


# --- the README as a package index shows it -----------------------------------------------------

RELATIVE = re.compile(r"\]\((?!https://|#)[^)]+\)|<img[^>]+src=[\"'](?!https://)")


def as_indexed(text: str) -> str:
    """The text after the substitutions of the build settings."""
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    hook = settings["tool"]["hatch"]["metadata"]["hooks"]["fancy-pypi-readme"]
    assert hook["fragments"] == [{"path": "README.md"}]
    for rule in hook["substitutions"]:
        text = re.sub(rule["pattern"], rule["replacement"], text)
    return text


def test_a_package_index_shows_no_link_to_a_file_that_it_lacks() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    shown = as_indexed(text)
    assert RELATIVE.search(text)
    assert not RELATIVE.search(shown)
    named = re.findall(r"\((docs/[^)]+)\)", text)
    assert [name for name in named if f"`{name}`" not in shown] == []
    assert [name for name in named if not (ROOT / name).is_file()] == []


def test_outside_links_stay_on_a_package_index() -> None:
    link = "see [a page](https://example.org/a) and [below](#below)"
    assert as_indexed(link) == link
