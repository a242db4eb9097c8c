"""What every test shares: one thread per process, no telemetry, progress, one small comparison,
and the particles that tests have solved already.

The environment is set before anything imports NumPy or PyBaMM, which read it on import.
"""

from __future__ import annotations

import gc
import math
import os
import sys
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    import xarray as xr

    from particle_sim.claims.compare import ComparisonResult
    from particle_sim.studies.settings import Comparison

for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(_name, "1")
os.environ["PYBAMM_DISABLE_TELEMETRY"] = "true"
os.environ["MPLBACKEND"] = "Agg"


# --- progress: a long run says how far it is, instead of thousands of dots ----------------------

LONG = 300
"""Tests from which a run is long."""


def pytest_report_header(config: pytest.Config) -> str | None:
    """What a newcomer has started."""
    if config.args_source is not pytest.Config.ArgsSource.TESTPATHS:
        return None
    return "all tests: ten to fifteen minutes on two cores; failures are listed at the end"


def pytest_collection_finish() -> None:
    """What is loaded by now stays, and is not to be searched for garbage again and again."""
    from particle_sim.cli.entry import YOUNG

    gc.collect()
    gc.freeze()
    gc.set_threshold(YOUNG)


def pytest_configure(config: pytest.Config) -> None:
    """Only the process that shows the run tells; those that xdist starts do not."""
    if config.get_verbosity() == 0 and not os.environ.get("PYTEST_XDIST_WORKER"):
        config.pluginmanager.register(Progress(config))


class Progress:
    """A line for every twentieth of a long run, and no dot for a test that passes."""

    def __init__(self, config: pytest.Config) -> None:
        self.config = config
        self.done = 0
        self.began = time.monotonic()

    @property
    def total(self) -> int:
        """Tests of this run; 0 before they are collected, and of a short run."""
        reporter: Any = self.config.pluginmanager.get_plugin("terminalreporter")
        count = int(reporter._session.testscollected)
        return count if count >= LONG else 0

    def pytest_report_teststatus(self, report: pytest.TestReport) -> tuple[str, str, str] | None:
        """An empty letter counts the test and writes nothing."""
        silent = self.total and report.when == "call" and report.passed
        return ("passed", "", "") if silent else None

    @pytest.hookimpl(trylast=True)
    def pytest_runtest_logfinish(self) -> None:
        """Tell where a twentieth is complete."""
        self.done += 1
        total = self.total
        if total and 20 * self.done // total > 20 * (self.done - 1) // total:
            seconds = int(time.monotonic() - self.began)
            reporter: Any = self.config.pluginmanager.get_plugin("terminalreporter")
            reporter.ensure_newline()
            reporter.write_line(
                f"{self.done / total:4.0%}  {self.done} of {total} tests, "
                f"{seconds // 60} min {seconds % 60:02d} s"
            )


_approx = pytest.approx


def _approx_of_any_size(expected: Any, rel: Any = None, abs: Any = None, **more: Any) -> Any:
    """``pytest.approx``, whose 1e-12 is at most that part of the largest number expected.

    As an absolute tolerance it makes all diffusivities [m2/s] and all volumes [m3] equal.
    """
    largest = _largest(expected)
    if abs is None and largest:
        rel, abs = 1e-6 if rel is None else rel, 1e-12 * min(largest, 1.0)
    return _approx(expected, rel=rel, abs=abs, **more)


def _largest(expected: Any) -> float:
    """Largest magnitude in a number, sequence, mapping or array; 0 where there is none."""
    values = list(expected.values()) if isinstance(expected, dict) else expected
    try:
        sizes = [abs(float(value)) for value in _flat(values)]
    except (TypeError, ValueError):
        return 0.0
    return max((size for size in sizes if math.isfinite(size)), default=0.0)


def _flat(values: Any) -> Iterable[Any]:
    if hasattr(values, "ravel"):
        return values.ravel()
    return values if isinstance(values, list | tuple) else [values]


pytest.approx = _approx_of_any_size


@pytest.fixture(scope="session")
def answers(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that all processes of this session share."""
    base = tmp_path_factory.getbasetemp()
    folder = (base.parent if os.environ.get("PYTEST_XDIST_WORKER") else base) / "answers"
    folder.mkdir(exist_ok=True)
    return folder


@pytest.fixture
def known_particles(answers: Path) -> Iterator[None]:
    """Comparisons and lives do not solve again what another test asked for."""
    from remembered import remembering

    with remembering(answers):
        yield


@pytest.fixture
def one_picture(monkeypatch: pytest.MonkeyPatch) -> None:
    """Comparisons draw one picture of five, where a test does not look at pictures."""
    from particle_sim import figures

    monkeypatch.setattr(figures, "FIGURES", {"voltage": figures.FIGURES["voltage"]})


Told = list[tuple[str, float]]


@pytest.fixture(scope="session")
def compared(answers: Path) -> tuple[ComparisonResult, Told]:
    """The NASICON pair as solid solutions, and what was said meanwhile; once in a session."""
    from remembered import once, remembering

    from particle_sim.studies.choices import PhysicsChoice
    from particle_sim.studies.settings import Comparison

    settings = Comparison(
        baseline="nvp",
        candidate="he_v",
        physics=PhysicsChoice.SOLID_SOLUTION,
        at=(0.3, 0.9),
        samples=500,
    )
    with remembering(answers):
        found: tuple[ComparisonResult, Told] = once(answers, _compared, settings)
    return found


def _compared(settings: Comparison) -> tuple[ComparisonResult, Told]:
    """No mesher is needed for it."""
    from particle_sim.claims.compare import compare

    told: Told = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(sys.modules, "netgen", None)
        return compare(settings, progress=lambda *each: told.append(each)), told


@pytest.fixture(scope="session")
def comparison(compared: tuple[ComparisonResult, Told]) -> ComparisonResult:
    """The small comparison that tests share."""
    return compared[0]


@pytest.fixture(scope="session")
def progress_told(compared: tuple[ComparisonResult, Told]) -> Told:
    """What it said while it ran."""
    return compared[1]


@pytest.fixture(scope="session")
def stored(comparison: ComparisonResult, tmp_path_factory: pytest.TempPathFactory) -> xr.DataTree:
    """The comparison written to disk and read back."""
    from particle_sim.report.folder import DATA_FILE, open_folder
    from particle_sim.report.tree import to_tree

    folder = tmp_path_factory.mktemp("comparison")
    to_tree(comparison).to_netcdf(folder / DATA_FILE, engine="h5netcdf")
    return open_folder(folder)


# --- stored data: what any test writes says what it is ------------------------------------------


def unsaid(data: Any) -> list[str]:
    """The variables of data as they are stored that lack a long name or a unit."""
    return [
        f"{node.path}/{name} has no {lacking}"
        for node in data.subtree
        for name, variable in node.variables.items()
        for lacking in ("long_name", "units")
        if not variable.attrs.get(lacking)
    ]


@pytest.fixture(autouse=True, scope="session")
def every_variable_says_what_it_is() -> Iterator[None]:
    """Results that a verb or a study writes anywhere; data made up for a test have no title."""
    from particle_sim import variables

    described: Any = variables.described

    def checked(data: Any) -> Any:
        told = described(data)
        lacking = unsaid(told) if {"title", "materials"} & set(data.attrs) else []
        assert not lacking, f"write these into particle_sim/variables.toml: {lacking}"
        return told

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(variables, "described", checked)
        yield
