"""The doors a user's file comes in by: good samples, the reader, and what must hold of anything
that it accepts. A reader may refuse with :class:`InputError`; nothing else may come out of it.
"""

from __future__ import annotations

import contextlib
import dataclasses
import io
import json
import math
import random
import re
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import mutations
import numpy as np

import particle_sim as ps
from particle_sim.errors import InputError
from particle_sim.resources import shipped_folder

Sample = Mapping[str, bytes]
"""Files by their place in a folder."""

PARAMETERS = shipped_folder("parameters")
SCENARIOS = shipped_folder("scenarios")
EXAMPLES = Path(__file__).resolve().parents[2] / "examples"
PULSES = Path(__file__).resolve().parents[2] / "docs" / "guides" / "pulses.csv"


@dataclass(frozen=True, kw_only=True)
class Door:
    """One kind of input.

    ``samples`` are good ones; ``changes`` spoil one of their files; ``read`` opens the folder and
    returns what it understood; ``wrong`` says which invariant that breaks, or "".
    """

    name: str
    samples: Callable[[], list[Sample]]
    read: Callable[[Path], Any]
    wrong: Callable[[Any, Sample], str]
    changes: tuple[mutations.Change, ...] = mutations.TEXT
    weight: float = 1.0
    """Cases relative to the other doors; below 1 where one costs a tenth of a second and more"""

    def case(self, source: random.Random) -> tuple[Sample, Sample]:
        """A good sample and the same with one file spoiled."""
        sample = source.choice(_samples(self))
        place = source.choice(sorted(sample))
        spoiled = mutations.spoiled(sample[place], source, self.changes)
        return sample, {**sample, place: spoiled}


@cache
def _samples(door: Door) -> list[Sample]:
    return door.samples()


def only_file(folder: Path) -> Path:
    (path,) = folder.iterdir()
    return path


def numbers_of(value: Any) -> Iterator[float]:
    """Every number anywhere in plain data, arrays and data classes."""
    if isinstance(value, bool | str | bytes | None):
        return
    if isinstance(value, int | float | np.number):
        yield float(value)
    elif isinstance(value, np.ndarray) and value.dtype.kind in "if":
        yield from value.ravel().tolist()
    for item in _members(value):
        yield from numbers_of(item)


def _members(value: Any) -> Iterable[Any]:
    """What plain data or a data class holds."""
    if isinstance(value, Mapping):
        return value.values()
    if isinstance(value, list | tuple | set | frozenset):
        return value
    if dataclasses.is_dataclass(value):
        return [getattr(value, field.name) for field in dataclasses.fields(value)]
    return ()


def not_finite(value: Any, sample: Sample) -> str:
    """Nothing that was read may be nan or infinite."""
    return next((f"read {x}" for x in numbers_of(value) if not math.isfinite(x)), "")


# --- formulas and materials ---------------------------------------------------------------------


def _files(*paths: Path) -> list[Sample]:
    return [{path.name: path.read_bytes()} for path in paths]


def _material_samples() -> list[Sample]:
    names = ("nvp", "he_v", "he_o3_li2024", "hnfm", "mts15", "si_anode", "lfp", "he_pba")
    return _files(*(PARAMETERS / "materials" / f"{name}.toml" for name in names))


def _read_material(folder: Path) -> Any:
    return ps.load_material(str(only_file(folder)))


RANGES = {
    "diffusivity": (1e-26, 1e-6),
    "poisson_ratio": (-1.0, 0.5),
    "youngs_modulus": (1e5, 1e13),
    "density": (200.0, 25000.0),
    "particle_radius": (1e-10, 1e-2),
    "maximum_concentration": (10.0, 2e5),
}
"""What no material can leave, in SI: a file that does must have been refused."""


def _wrong_material(material: Any, sample: Sample) -> str:
    for name, (low, high) in RANGES.items():
        if name in material.properties and not low <= material.value(name) <= high:
            return f"{name} is {material.value(name):g}, outside {low:g} to {high:g}"
    theta = np.linspace(0.01, 0.99, 25)
    voltage = material.potential(theta)
    if not np.all(np.isfinite(voltage)) or np.ptp(voltage) > 10 or abs(voltage).max() > 10:
        return f"open-circuit potential from {voltage.min():g} to {voltage.max():g} V"
    if not 0 <= material.stoichiometry_min < material.stoichiometry_max:
        return "the window is empty"
    return not_finite([prop.magnitude for prop in material.properties.values()], sample)


def _formula_samples() -> list[Sample]:
    texts = (
        "Na3V2(PO4)3", "Na3.2V1.5Cr0.1Mn0.1Fe0.1Al0.1Mg0.1(PO4)3", "(CrMnFeCoNi)3O4",
        "Na2/3Ni1/3Mn2/3O2", "Na0.67Mn0.5Fe0.5O2", "Li6PS5Cl", "Na2Fe[Fe(CN)6]·2H2O",
        "Na3V2O2(PO4)2F",
    )  # fmt: skip
    return [{"formula": text.encode()} for text in texts]


def _read_formula(folder: Path) -> Any:
    text = (folder / "formula").read_bytes().decode("utf-8", "replace")
    return ps.analyse(text).formula


def _wrong_formula(formula: Any, sample: Sample) -> str:
    amounts = formula.amounts
    if not amounts or not all(0 <= amount < 1e4 for amount in amounts.values()):
        return f"amounts {dict(amounts)}"
    return ""


# --- other text files ---------------------------------------------------------------------------


def _read_scenario(folder: Path) -> Any:
    from particle_sim.studies.scenario import load_scenario

    return load_scenario(only_file(folder))


def _scenario_samples() -> list[Sample]:
    return _files(*(path for path in sorted(SCENARIOS.glob("*.toml")) if b"[sweep" not in
                    path.read_bytes()))  # fmt: skip


def _read_sweep(folder: Path) -> Any:
    from particle_sim.studies.sweep_catalogue import FUNCTIONS
    from particle_sim.sweeps.scenario import load_sweep

    return load_sweep(only_file(folder), FUNCTIONS)


def _sweep_samples() -> list[Sample]:
    return _files(*(path for path in sorted(SCENARIOS.glob("*.toml")) if b"[sweep" in
                    path.read_bytes()))  # fmt: skip


def _accepted(value: Any, sample: Sample) -> str:
    return ""


def _read_cell(folder: Path) -> Any:
    from particle_sim.cell.design import load_cell_design

    return load_cell_design(str(only_file(folder)))


def _read_electrolyte(folder: Path) -> Any:
    from particle_sim.cell.electrolyte import load_electrolyte

    return load_electrolyte(str(only_file(folder)))


def _read_measurement(folder: Path) -> Any:
    from particle_sim.studies.rate_measurements import load_measurement

    return load_measurement(str(only_file(folder)))


def _read_retention_file(folder: Path) -> Any:
    from particle_sim.damage.printed_fade import load_retention

    return load_retention(str(only_file(folder)))


# --- measured tables ----------------------------------------------------------------------------

ONE_C = 117.0


def _read_rates(folder: Path) -> Any:
    from particle_sim.inference.consistency import doubts
    from particle_sim.inference.consistency_curves import RATES, Rates
    from particle_sim.inference.data import read_rates

    data = read_rates(only_file(folder), one_c_current=ONE_C)
    doubts(data.place, RATES, Rates(data=data, material=ps.load_material("he_o3_li2024")))
    return data


def _wrong_rates(rates: Any, sample: Sample) -> str:
    if not (np.all(rates.current > 0) and np.all(np.diff(rates.current) > 0)):
        return "rates that do not increase"
    if not np.all((rates.capacity > 0) & (rates.capacity < 1e4)):
        return f"capacities up to {rates.capacity.max():g} mAh/g"
    return not_finite([rates.current, rates.capacity], sample)


def _retention_samples() -> list[Sample]:
    rows = "\n".join(
        f"{n}, {104 * math.exp(-2e-3 * n):.2f}, {99.6 - 4 / n:.2f}, 1" for n in range(1, 41)
    )
    header = "cycle, capacity [mAh/g], coulombic_efficiency [%], c_rate [1/h]"
    return [{"cycles.csv": f"# made\n{header}\n{rows}\n".encode()}]


def _read_retention(folder: Path) -> Any:
    from particle_sim.readers.retention import read_retention

    return read_retention(only_file(folder))


def _wrong_retention(series: Any, sample: Sample) -> str:
    if series.cycle[0] > 1 or not np.all(np.diff(series.cycle) > 0):
        return "cycles that do not increase from the first"
    if not np.all(series.kept > 0) or series.kept[series.cycle == series.reference] != 1:
        return "a retention that does not refer to its reference"
    return not_finite([series.kept, series.capacity], sample)


def _voltage_samples() -> list[Sample]:
    capacity = np.linspace(1, 110, 40)
    voltage = 3.9 - 0.012 * capacity - 0.8 / (125 - capacity)
    rows = "\n".join(f"{q:.4f}, {v:.5f}" for q, v in zip(capacity, voltage, strict=True))
    return [{"curve.csv": f"# made\ncapacity [mAh/g], voltage [V]\n{rows}\n".encode()}]


def _read_voltage(folder: Path) -> Any:
    from particle_sim.inference.consistency import doubts
    from particle_sim.inference.consistency_curves import CURVE, Curve
    from particle_sim.inference.data import read_voltage

    data = read_voltage(only_file(folder), current=0.2 * ONE_C)
    doubts(data.place, CURVE, Curve(data=data, material=ps.load_material("he_o3_li2024")))
    return data


def _wrong_voltage(curve: Any, sample: Sample) -> str:
    if not np.all(np.diff(curve.capacity) > 0):
        return "capacities that do not increase"
    if curve.voltage[-1] > curve.voltage[0]:
        return "a charge curve"
    if np.any(abs(curve.voltage) > 10):
        return f"{abs(curve.voltage).max():g} V"
    return not_finite([curve.capacity, curve.voltage], sample)


def _read_titration(folder: Path) -> Any:
    from particle_sim.inference.data import read_titration
    from particle_sim.inference.titration import titrate

    return titrate(read_titration(only_file(folder)), _own_material(), radius=3e-6)


@cache
def _own_material() -> Any:
    """The material of the guide whose pulses these are."""
    page = (PULSES.parent / "own_material.md").read_text("utf-8")
    (text,) = re.findall(r":caption: my_nasicon.toml\n+(.*?)```", page, re.DOTALL)
    with placed({"my_nasicon.toml": text.encode()}) as folder:
        return ps.load_material(str(folder / "my_nasicon.toml"))


def _wrong_titration(titration: Any, sample: Sample) -> str:
    for pulse in titration.pulses:
        if not 0 <= pulse.site_fraction <= 1:
            return f"a filling of {pulse.site_fraction:g}"
    return ""


CYCLERS = ("neware", "neware_layered", "landt", "biologic", "maccor", "basytec", "digatron", "bdf")


def _cycler_samples() -> list[Sample]:
    sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "unit"))
    from cycler_files import WRITERS, rates

    return [{"cell.txt": WRITERS[name](rates((60.0, 360.0)))} for name in CYCLERS]


def _read_cycler(folder: Path) -> Any:
    from particle_sim.readers.record import read_record
    from particle_sim.readers.summary import summary

    record = read_record(only_file(folder))
    summary(record)
    return record


def _wrong_record(record: Any, sample: Sample) -> str:
    """Time goes on, no cell has such a voltage, and no row is invented."""
    if np.any(np.diff(record.time) < 0):
        return "time that goes back"
    if np.any(record.voltage < -5) or np.any(record.voltage > 60):
        return f"{record.voltage.max():g} V"
    if len(record.time) > len(next(iter(sample.values())).split(b"\n")):
        return f"{len(record.time)} rows"
    return not_finite([record.time, record.current, record.voltage], sample)


# --- BPX ----------------------------------------------------------------------------------------


def _bpx_samples() -> list[Sample]:
    from particle_sim.cell.bpx_export import to_bpx
    from particle_sim.materials.load import load_record

    documents = [to_bpx(load_record(name)).document for name in ("he_v", "nfm_li2024")]
    return [{"cell.json": json.dumps(document, indent=1).encode()} for document in documents]


def _read_bpx(folder: Path) -> Any:
    import tomllib

    from particle_sim.cell.bpx_import import from_bpx

    return tomllib.loads(from_bpx(only_file(folder), name="draft", formula="NaFeO2").text)


# --- meshes -------------------------------------------------------------------------------------


def _mesh_samples() -> list[Sample]:
    import meshio

    points = np.array([[x, y, z] for x in (0, 1, 2) for y in (0, 1) for z in (0, 1)], float)
    boxes = ([0, 1, 2, 3, 4, 5, 6, 7], [4, 5, 6, 7, 8, 9, 10, 11])
    split = ((0, 1, 3, 7), (0, 3, 2, 7), (0, 2, 6, 7), (0, 6, 4, 7), (0, 4, 5, 7), (0, 5, 1, 7))
    cells = [[box[i] for i in corner] for box in boxes for corner in split]
    solid = meshio.Mesh(points, [("tetra", cells)])
    flat = meshio.Mesh(points[::2] * [1, 1, 0], [("triangle", [[0, 2, 3], [0, 3, 1],
                                                              [2, 4, 5], [2, 5, 3]])])  # fmt: skip
    found: list[Sample] = []
    with tempfile.TemporaryDirectory() as name:
        for stem, mesh in (("solid", solid), ("flat", flat)):
            for ending, options in _FORMATS.items():
                path = Path(name) / f"{stem}{ending[ending.index('.') :]}"
                mesh.write(path, **options)
                found.append({path.name: path.read_bytes()})
    return found


_FORMATS: dict[str, dict[str, Any]] = {
    "a.vtk": {"binary": False},
    "b.vtk": {"binary": True},
    "a.vtu": {"binary": False},
    "b.vtu": {"binary": True},
    "a.msh": {"file_format": "gmsh22", "binary": False},
    "b.msh": {"file_format": "gmsh", "binary": False},
    "c.msh": {"file_format": "gmsh", "binary": True},
    "a.xdmf": {"data_format": "XML"},
    "a.inp": {},
    "a.mesh": {},
}


def _read_mesh(folder: Path) -> Any:
    return ps.shapes.imported(only_file(folder), unit=1e-7)


def _wrong_mesh(mesh: Any, sample: Sample) -> str:
    """Every cell has a volume, and all hang together by whole facets."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    d = mesh.points.shape[1]
    corners = mesh.points[mesh.cells[:, : d + 1]]
    edges = corners[:, 1:] - corners[:, :1]
    volumes = np.abs(np.linalg.det(edges)) / math.factorial(d)
    if not np.all(volumes > 0):
        return "a cell of no volume"
    count = len(mesh.cells)
    used = mesh.cells[:, : d + 1]
    links = coo_array(
        (np.ones(used.size), (np.repeat(np.arange(count), d + 1), used.ravel())),
        shape=(count, len(mesh.points)),
    ).tocsr()
    if connected_components(links @ links.T == d)[0] != 1:
        return "more than one body"
    return not_finite(mesh.points, sample)


# --- results, stores, checkpoints ---------------------------------------------------------------


def _same_as(read: Callable[[Path], Any]) -> Callable[[Any, Sample], str]:
    """Accepted only if it says what the good file says: damage has been found, or did none."""

    def wrong(found: Any, sample: Sample) -> str:
        with placed(sample) as folder:
            return "" if found == read(folder) else "other numbers than were written"

    return wrong


@contextlib.contextmanager
def placed(sample: Sample) -> Iterator[Path]:
    """A folder with these files."""
    with tempfile.TemporaryDirectory(prefix="fuzz-") as name:
        for place, content in sample.items():
            path = Path(name) / place
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        yield Path(name)


def gathered(folder: Path) -> Sample:
    """The files of a folder."""
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def _curved(x: float) -> float:
    return x**0.5


def _store_samples() -> list[Sample]:
    from particle_sim.sweeps.axes import Axis
    from particle_sim.sweeps.sweep import sweep

    with tempfile.TemporaryDirectory() as name:
        sweep(_curved, [Axis("x", 0.0, 1.0, "m")], samples=40, seed=1, store=Path(name) / "a")
        return [gathered(Path(name) / "a")]


def _read_store(folder: Path) -> Any:
    from particle_sim.sweeps.result import open_sweep

    data = open_sweep(folder)
    return {name: variable.values.tolist() for name, variable in data.variables.items()}


def _checkpoint_samples() -> list[Sample]:
    class Stopped(Exception):
        pass

    def stop(done: float) -> None:
        if done > 0.5:
            raise Stopped

    with tempfile.TemporaryDirectory() as name:
        path = Path(name) / "run.npz"
        with contextlib.suppress(Stopped):
            _checkpointed(path, progress=stop)
        return [{"run.npz": path.read_bytes()}]


def _checkpointed(path: Path, **options: Any) -> Any:
    material = ps.material_from_values(
        maximum_concentration=2e4, diffusivity=1e-16, partial_molar_volume=3e-6
    )
    grain = ps.Particle(
        material=material,
        mesh=ps.shapes.sphere(2e-7, cells=6),
        physics=[ps.physics.fickian_diffusion],
    )
    flux = ps.constant_flux(1e-6, 300.0, initial_site_fraction=0.8)
    return ps.solve_particle(grain, flux, times=(100.0, 200.0), checkpoint=path, **options)


def _read_checkpoint(folder: Path) -> Any:
    return _checkpointed(only_file(folder)).site_fraction.tolist()


def _result_samples() -> list[Sample]:
    import xarray as xr

    from particle_sim.outputs import new_folder, write_netcdf
    from particle_sim.report import folder as results

    tree = xr.DataTree.from_dict(
        {"verdict": xr.Dataset({"share": ("claim", np.linspace(0, 1, 40))}),
         "baseline": xr.Dataset({"theta": (("time", "r"), np.outer(np.arange(9.0), range(9)))})}
    )  # fmt: skip
    with tempfile.TemporaryDirectory() as name:
        place = Path(name) / "result"
        with new_folder(place, command="example") as work:
            write_netcdf(tree, work / results.DATA_FILE)
        return [gathered(place)]


def _read_result(folder: Path) -> Any:
    from particle_sim.report.folder import open_folder

    tree = open_folder(folder)
    return {
        f"{node.path}/{name}": variable.values.tolist()
        for node in tree.subtree
        for name, variable in node.variables.items()
    }


# --- command line and links ---------------------------------------------------------------------

COMMANDS = (
    "show material nvp --json",
    "show materials --carrier Na --family NASICON --simulable",
    "check nvp.toml",
    'design "Na3.3V1.4Cr0.2Mn0.2Fe0.2(PO4)3" --like nvp --name my_nasicon --file draft.toml',
    "new material my_cathode --out made",
    "export he_v --format bpx --file he_v.json",
    "claims --json --folder none",
    "plot results/none size_map",
    "compare nvp he_v --c-rate 0 --radius 0.5um --at 0.1,0.5",
    'compare nvp none --set nvp.diffusivity="1e-15 m^2/s" --workers 1',
    "rate nvp none --rates 0.1,0.5,1",
    "fit none.csv --material nvp --kind gitt --radius 3um --particles 200",
    "cell none --c-rate 0.2",
    "run none.toml --workers 2",
)
"""Commands that end at once: they show something, or name a file or material that is not there."""


def _command_samples() -> list[Sample]:
    material = (PARAMETERS / "materials" / "nvp.toml").read_bytes()
    return [{"command": text.encode(), "nvp.toml": material} for text in COMMANDS]


def _run_command(folder: Path) -> Any:
    import os
    import shlex

    from particle_sim.cli.main import main

    text = (folder / "command").read_bytes().decode("utf-8", "replace")
    try:
        arguments = shlex.split(text)
    except ValueError:
        raise InputError("no shell would take it.") from None
    if "learn" in arguments or not _ends_soon(arguments):
        raise InputError("would serve or solve.")
    out, err, code = io.StringIO(), io.StringIO(), 0
    before, old = sys.argv, Path.cwd()
    sys.argv = ["particle-sim", *arguments]
    os.chdir(folder)
    try:
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            main()
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else 0 if end.code is None else 1
    finally:
        sys.argv = before
        os.chdir(old)
    if code == 2:
        raise InputError(err.getvalue())
    return code, err.getvalue()


def _ends_soon(arguments: list[str]) -> bool:
    """Whether a verb that solves still names something that is not there."""
    solving = {"compare", "rate", "fit", "cell", "run"}
    stopped = {"none", "none.csv", "none.toml", "0"}
    return not solving & set(arguments[:1]) or bool(stopped & set(arguments))


def _wrong_command(found: Any, sample: Sample) -> str:
    code, err = found
    return "" if code == 0 and "Traceback" not in err else f"exit code {code}: {err[-200:]}"


def _link_samples() -> list[Sample]:
    queries = ("c_rate=2&physics=declared", "c_rate=0.1&a_diffusivity=1&b_particle_radius=0.3")
    return [{"query": query.encode()} for query in queries]


def _read_link(folder: Path) -> Any:
    from urllib.parse import parse_qsl

    from particle_sim.learn.controls import read_state

    query = dict(parse_qsl((folder / "query").read_bytes().decode("utf-8", "replace")))
    state, problems = read_state(_controls(), query)
    if problems and not _wrong_link(state, {}):
        raise InputError(*problems)
    return state


@cache
def _controls() -> Any:
    from particle_sim.learn.playground import playground

    return tuple(playground(ps.load_material("nvp"), ps.load_material("he_v")).controls)


def _wrong_link(state: Any, sample: Sample) -> str:
    for control in _controls():
        value = state[control.name]
        inside = value in control.options if hasattr(control, "options") else (
            control.low <= value <= control.high
        )  # fmt: skip
        if not inside:
            return f"{control.name} is {value}"
    return "" if len(state) == len(_controls()) else f"{len(state)} values"


DOORS: tuple[Door, ...] = (
    Door(
        name="formula",
        samples=_formula_samples,
        read=_read_formula,
        wrong=_wrong_formula,
    ),
    Door(
        name="material TOML", samples=_material_samples, read=_read_material, wrong=_wrong_material
    ),
    Door(name="scenario TOML", samples=_scenario_samples, read=_read_scenario, wrong=_accepted),
    Door(name="sweep TOML", samples=_sweep_samples, read=_read_sweep, wrong=_accepted),
    Door(
        name="cell TOML",
        samples=lambda: _files(*sorted((PARAMETERS / "cells").glob("*.toml"))),
        read=_read_cell,
        wrong=_accepted,
    ),
    Door(
        name="electrolyte TOML",
        samples=lambda: _files(*sorted((PARAMETERS / "electrolytes").glob("*.toml"))),
        read=_read_electrolyte,
        wrong=_accepted,
    ),
    Door(
        name="measurement TOML",
        samples=lambda: _files(*sorted((PARAMETERS / "measurements").glob("*.toml"))[:4]),
        read=_read_measurement,
        wrong=_accepted,
    ),
    Door(
        name="rates CSV",
        samples=lambda: _files(*sorted(EXAMPLES.glob("*.csv"))),
        read=_read_rates,
        wrong=_wrong_rates,
    ),
    Door(
        name="retention TOML",
        samples=lambda: _files(*sorted((PARAMETERS / "retention").glob("*.toml"))),
        read=_read_retention_file,
        wrong=_accepted,
    ),
    Door(
        name="retention CSV",
        samples=_retention_samples,
        read=_read_retention,
        wrong=_wrong_retention,
    ),
    Door(name="voltage CSV", samples=_voltage_samples, read=_read_voltage, wrong=_wrong_voltage),
    Door(
        name="titration CSV",
        weight=0.3,
        samples=lambda: _files(PULSES),
        read=_read_titration,
        wrong=_wrong_titration,
    ),
    Door(
        name="cycler file",
        samples=_cycler_samples,
        read=_read_cycler,
        wrong=_wrong_record,
        weight=0.5,
    ),
    Door(name="BPX", samples=_bpx_samples, read=_read_bpx, wrong=not_finite),
    Door(
        name="mesh",
        samples=_mesh_samples,
        read=_read_mesh,
        wrong=_wrong_mesh,
        weight=0.3,
    ),
    Door(
        name="results NetCDF",
        samples=_result_samples,
        read=_read_result,
        wrong=_same_as(_read_result),
        changes=mutations.BINARY,
    ),
    Door(
        name="sweep store",
        samples=_store_samples,
        read=_read_store,
        wrong=_same_as(_read_store),
    ),
    Door(
        name="checkpoint",
        samples=_checkpoint_samples,
        read=_read_checkpoint,
        wrong=_same_as(_read_checkpoint),
        changes=mutations.BINARY,
    ),
    Door(
        name="command line",
        samples=_command_samples,
        read=_run_command,
        wrong=_wrong_command,
        weight=0.5,
    ),
    Door(name="link", samples=_link_samples, read=_read_link, wrong=_wrong_link),
)


def cases_of(door: Door, cases: int) -> int:
    """How many of ``cases`` fall to a door, rounded up."""
    return math.ceil(cases * door.weight / sum(each.weight for each in DOORS))
