"""A disk that is full at any byte: one sentence, nothing left behind, the old result as it was.

Every writer runs with its computation replaced by a small stored result. A limit on the size of a
file stands for the disk; a small real file system is filled too, where one may be mounted.
"""

from __future__ import annotations

import ast
import os
import resource
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import xarray as xr
from matplotlib.figure import Figure

import particle_sim
from particle_sim.cell import bpx_export, bpx_import
from particle_sim.cli import design as design_verb
from particle_sim.cli import export as export_verb
from particle_sim.cli import import_ as import_verb
from particle_sim.cli import new as new_verb
from particle_sim.errors import InputError
from particle_sim.figures import film, save
from particle_sim.files import write_file
from particle_sim.inference import answer_folder
from particle_sim.inference import folder as fit_folder
from particle_sim.learn import export as lessons
from particle_sim.learn import site
from particle_sim.materials import design, load, trends
from particle_sim.outputs import finished, new_files
from particle_sim.particle.export import vtkhdf, vtu
from particle_sim.report import folder as report
from particle_sim.report import rate_folder

PICTURE = np.random.default_rng(1).bytes(3000)
TREE = xr.DataTree.from_dict({"/": xr.Dataset({"a": ("x", np.arange(400.0))})})


@pytest.fixture(autouse=True)
def stored(monkeypatch: pytest.MonkeyPatch) -> None:
    """Small results in the place of everything that is computed or drawn."""
    figure = Figure()
    swapped: dict[Any, dict[str, Any]] = {
        save: {"_drawn": lambda *_, **__: PICTURE},
        report: {
            "to_tree": lambda _result: TREE,
            "render_page": lambda *_: "page",
            "methods_text": lambda _result: "words",
            "references": lambda _result: "@misc{}",
            "_details": lambda _result: {},
            "write_bodies": lambda *_: None,
            "draw_figure": lambda _tree, name, work: save.draw_files(figure, work / name),
        },
        rate_folder: {
            "rate_csv": lambda _tree: "table",
            "summary": lambda _tree: "words",
            "rate_page": lambda *_: "page",
            "FIGURES": {"rate_map": lambda _tree: figure},
        },
        answer_folder: {
            "answer_lines": lambda _tree: ["words"],
            "rate_prediction": lambda _tree: figure,
        },
        fit_folder: {
            "titration_dataset": lambda _titration: TREE.to_dataset(),
            "titration_lines": lambda _titration: ["words"],
            "titration_texts": lambda _titration: {"pulses.csv": "words"},
            "fit_titration": lambda _table: figure,
        },
        lessons: {
            "lesson_names": lambda: (),
            "_pages": lambda _work, _asked: iter([("a.html", "page")]),
        },
        bpx_export: {
            "to_bpx": lambda *_, **__: SimpleNamespace(document={}, losses=["a"], provenance="b")
        },
        bpx_import: {
            "from_bpx": lambda *_, **__: SimpleNamespace(text="draft" * 99, assumed=[], missing=[])
        },
        load: {"load_record": lambda _name: None},
        design: {"draft_material": lambda *_: {}, "material_text": lambda _tables: "draft" * 99},
        trends: {"trends": lambda: ()},
        site: {"ASSETS": ("learn.css",)},
        film: {"_gif": lambda *_: PICTURE},
        vtkhdf: {"vtkhdf_bytes": lambda _run: PICTURE},
        vtu: {"grid_of": lambda _run: GRID, "document": lambda *_: "text" * 500},
    }
    for module, names in swapped.items():
        for name, value in names.items():
            monkeypatch.setattr(module, name, value)


RUN = SimpleNamespace(time=np.array([0.0, 1.0]))
GRID = SimpleNamespace(points=(), cells=(), cell_type=10, regions=(), fields=lambda _index: {})
WRITERS: dict[str, Callable[[Path], object]] = {
    "compare": lambda p: report.write_folder(None, p / "out", "compare"),  # type: ignore[arg-type]
    "rate": lambda p: rate_folder.write_rate_folder(TREE, p / "out", "rate"),
    "rate --data": lambda p: answer_folder.write_answer(TREE, p / "out", "rate"),
    "fit": lambda p: fit_folder.write_titration(None, p / "out", "fit"),  # type: ignore[arg-type]
    "learn --export": lambda p: lessons.export_site(p / "out"),
    "new": lambda p: new_verb.new("scenario", "mine", out=p),
    "export": lambda p: export_verb.export("nvp", file=p / "a.json"),
    "import": lambda p: import_verb.import_(p / "x.json", name="mine", file=p / "a.toml"),
    "design": lambda p: design_verb.design(
        "Na3V2(PO4)3", like="nvp", name="mine", file=p / "a.toml"
    ),
    "film": lambda p: film.write_film(None, (), p / "a.gif", 1.0, ()),  # type: ignore[arg-type]
    "vtkhdf": lambda p: vtkhdf.write_vtkhdf(None, p / "a.vtkhdf"),  # type: ignore[arg-type]
    "vtu": lambda p: vtu.write_vtu(RUN, p / "a.pvd"),  # type: ignore[arg-type]
}
FOLDERS = ("compare", "rate", "rate --data", "fit", "learn --export")


def state(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): b"" if path.is_dir() else path.read_bytes()
        for path in folder.rglob("*")
    }


@contextmanager
def files_of_at_most(size: int) -> Iterator[None]:
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@pytest.mark.parametrize("verb", WRITERS)
def test_a_limit_at_any_byte_leaves_everything_as_it_was(
    verb: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write, clean = WRITERS[verb], tmp_path / "clean"
    write(clean)
    sizes = [len(content) for content in state(clean).values()]
    place = tmp_path / "place"
    place.mkdir()
    if verb in FOLDERS:
        write(place)
    before, done = state(place), finished()
    limits = {0, 1, *np.linspace(0, max(sizes) - 1, 9).astype(int).tolist(), max(sizes) - 1}
    for limit in sorted(limits):
        with files_of_at_most(limit), pytest.raises(InputError, match="cannot be written"):
            write(place)
        assert state(place) == before, limit
    assert finished() == done
    write(place)
    assert state(place).keys() == state(clean).keys()


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of its own with room for 256 kB."""
    disk = tmp_path / "disk"
    disk.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=256k", "tmpfs", str(disk)]
    try:
        made = subprocess.run(command, capture_output=True, text=True, check=False)
    except OSError as error:
        pytest.skip(f"no file system can be mounted here: {error}")
    if made.returncode:
        pytest.skip(f"no file system can be mounted here: {made.stderr.strip()}")
    try:
        yield disk
    finally:
        subprocess.run(["umount", str(disk)], check=True)


def free_pages(disk: Path) -> int:
    return os.statvfs(disk).f_bavail


@pytest.mark.parametrize("verb", WRITERS)
def test_a_small_disk_fills_at_any_page(verb: str, small_disk: Path) -> None:
    write, place = WRITERS[verb], small_disk / "place"
    write(small_disk / "clean")
    needed = sum(-(-len(content) // 4096) for content in state(small_disk / "clean").values())
    place.mkdir()
    if verb in FOLDERS:
        write(place)
    before = state(place)
    for pages in sorted({0, 1, needed // 3, needed // 2, needed - 1}):
        if pages < needed:
            ballast = small_disk / "ballast"
            ballast.write_bytes(b"x" * 4096 * (free_pages(small_disk) - pages))
            with pytest.raises(InputError, match="No space left on device"):
                write(place)
            assert state(place) == before, pages
            assert not [path for path in small_disk.iterdir() if path.name[0] == "."]
            ballast.unlink()
    write(place)


def test_a_writer_that_breaks_the_rule_is_noticed(tmp_path: Path) -> None:
    """The sabotage: one that writes in place is caught by the comparison above."""
    (tmp_path / "a").write_text("old")
    before = state(tmp_path)
    with files_of_at_most(1), pytest.raises(OSError, match="File too large"):
        (tmp_path / "a").write_text("longer than a byte")
    assert state(tmp_path) != before
    with files_of_at_most(1), pytest.raises(InputError), new_files(tmp_path / "a") as work:
        write_file(work / "a", "longer than a byte")
    assert (tmp_path / "a").read_bytes() == b"l"


WRITES = {"savefig", "to_netcdf", "write_text", "write_bytes", "replace", "rename", "rmtree"}
OWN_RULE = {
    *("files.py", "scratch.py", "outputs.py", "manifest.py", "checkpoint.py"),
    *("store.py", "sealed.py", "repair.py", "layout.py"),
}
"""Modules that hold the rule, and the stores that grow while a run lasts."""


def writing_calls(path: Path) -> Iterator[str]:
    """Calls that write a file by themselves; into memory is no file."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
            continue
        owner = ast.unparse(node.func.value)
        to_memory = bool(node.args) and ast.unparse(node.args[0]) == "buffer"
        moves = node.func.attr not in ("replace", "rename") or owner == "os"
        if node.func.attr in WRITES and moves and not to_memory:
            yield f"{path.name}:{node.lineno} {ast.unparse(node.func)}"


def test_nothing_writes_past_the_rule(tmp_path: Path) -> None:
    package = Path(particle_sim.__file__).parent
    modules = [path for path in package.rglob("*.py") if path.name not in OWN_RULE]
    assert [call for path in modules for call in writing_calls(path)] == []
    (tmp_path / "bad.py").write_text("figure.savefig('a.png')\nos.replace(a, b)\n")
    assert len(list(writing_calls(tmp_path / "bad.py"))) == 2


def test_figures_are_drawn_where_every_temporary_folder_is_full(small_disk: Path) -> None:
    """matplotlib keeps a list of fonts, which it does not need to store."""
    (small_disk / "ballast").write_bytes(b"x" * 4096 * free_pages(small_disk))
    script = "from particle_sim.figures.style import figure_style\nwith figure_style(): print('ok')"
    full = {"TMPDIR": str(small_disk), "MPLCONFIGDIR": str(small_disk), "HOME": str(small_disk)}
    ended = subprocess.run(
        [sys.executable, "-c", script],
        env={**os.environ, **full},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (ended.returncode, ended.stdout) == (0, "ok\n"), ended.stderr
    assert "Traceback" not in ended.stderr
