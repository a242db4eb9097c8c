"""Files for ParaView: do they hold the run's mesh and fields, and in VTK's order?"""

from __future__ import annotations

import base64
import functools
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

import h5py
import numpy as np
import pytest

import particle_sim as ps
from particle_sim.errors import InputError
from particle_sim.fem.body_mesh import BodyMesh
from particle_sim.files import written_whole
from particle_sim.manifest import has_its_seal
from particle_sim.particle import shapes
from particle_sim.particle.export import write_vtkhdf, write_vtu
from particle_sim.particle.run import ParticleRun
from particle_sim.units import Array

R = 1e-6
MATERIAL = ps.material_from_values(
    maximum_concentration=2e4,
    diffusivity=1e-14,
    youngs_modulus=1e11,
    poisson_ratio=0.3,
    partial_molar_volume=3e-6,
    stress_free_concentration=1e4,
)
ROUNDING = 1e-12
"""Relative; the files hold the numbers of the run."""

VOLUMES = 1e-9
"""Relative; volumes near 1e-18 m3 summed over some hundred curved cells."""

NAMES = [
    "concentration [mol m^-3]",
    "site fraction [1]",
    "displacement [m]",
    "stress [Pa]",
    "von Mises stress [Pa]",
    "hydrostatic stress [Pa]",
    "first principal stress [Pa]",
]


@dataclass(frozen=True)
class File:
    """What a file holds."""

    points: Array
    cells: Array
    kinds: Array
    regions: Array
    fields: dict[str, Array]


@functools.cache
def mesh_of(name: str) -> BodyMesh:
    if name == "ball":
        return shapes.ball(R, cell_size=R / 2)
    if name == "straight":
        return shapes.ball(R, cell_size=R / 2, curved=False)
    if name == "core":
        return shapes.ball(R, core_radius=0.5 * R, cell_size=R / 2)
    if name == "section":
        return shapes.ball_section(R, cell_size=R / 4)
    return shapes.disc(R, cell_size=R / 3)


MESHES = ("ball", "straight", "core", "section", "disc")


@functools.cache
def run_of(name: str, order: int = 2) -> ParticleRun:
    """A site fraction that falls along the first axis; the core of ``core`` is inert."""
    inert = {0: ps.crystal.Inert(youngs_modulus=2e11, poisson_ratio=0.2)}
    particle = ps.Particle(
        material=MATERIAL,
        mesh=mesh_of(name),
        order=order,
        inert=inert if name == "core" else {},
    )
    return ps.solve_stress(particle, lambda x: 0.5 - 0.3 * x[:, 0] / R)


@functools.cache
def stressed(name: str) -> ParticleRun:
    """A field without symmetry; a linear one leaves an even body free of stress."""
    inert = {0: ps.crystal.Inert(youngs_modulus=2e11, poisson_ratio=0.2)} if name == "core" else {}
    particle = ps.Particle(material=MATERIAL, mesh=mesh_of(name), inert=inert)

    def theta(x: Array) -> Array:
        first, last = x[:, 0] / R, x[:, -1] / R
        middle = x[:, 1] / R
        return np.asarray(0.5 + 0.2 * first**2 - 0.1 * first * middle + 0.1 * middle * last**2)

    return ps.solve_stress(particle, theta)


@functools.cache
def charge() -> ParticleRun:
    """Three stored times of a section."""
    particle = ps.Particle(material=MATERIAL, mesh=mesh_of("section"))
    flux = ps.constant_flux(1e-5, 30.0, initial_site_fraction=0.8)
    return ps.solve_particle(particle, flux, times=[10.0, 30.0], tolerance=1e-3)


def read_array(node: ElementTree.Element) -> Array:
    """One inline array of VTK's XML, by its documentation: UInt64 length in bytes, then data."""
    kind = {"Float64": "<f8", "Int64": "<i8", "UInt8": "u1"}[node.attrib["type"]]
    assert node.attrib["format"] == "binary"
    raw = base64.b64decode(node.text or "", validate=True)
    assert int.from_bytes(raw[:8], "little") == len(raw) - 8
    values = np.frombuffer(raw[8:], dtype=kind)
    columns = int(node.attrib.get("NumberOfComponents", 1))
    return values.reshape(-1, columns) if columns > 1 else values


def read_vtu(path: Path) -> File:
    root = ElementTree.parse(path).getroot()
    assert root.attrib["header_type"] == "UInt64"
    piece = root.find("UnstructuredGrid/Piece")
    assert piece is not None

    def arrays(section: str) -> dict[str, Array]:
        nodes = piece.findall(f"{section}/DataArray") if piece is not None else []
        return {node.attrib["Name"]: read_array(node) for node in nodes}

    cells, count = arrays("Cells"), int(piece.attrib["NumberOfCells"])
    per = len(cells["connectivity"]) // count
    assert np.array_equal(cells["offsets"], per * np.arange(1, count + 1))
    points = arrays("Points")["Points"]
    assert len(points) == int(piece.attrib["NumberOfPoints"])
    return File(
        points=points,
        cells=cells["connectivity"].reshape(count, per),
        kinds=cells["types"],
        regions=arrays("CellData")["region"],
        fields=arrays("PointData"),
    )


def read_vtkhdf(path: Path, step: int) -> File:
    """One time of a VTKHDF file, by the offsets its specification names."""
    with h5py.File(path) as file:
        root = file["VTKHDF"]
        assert root.attrs["Type"] == b"UnstructuredGrid"
        assert tuple(root.attrs["Version"]) == (2, 2)
        steps = root["Steps"]
        count, points = int(root["NumberOfCells"][0]), int(root["NumberOfPoints"][0])
        offsets = root["Offsets"][:]
        assert (offsets[0], offsets[-1]) == (0, int(root["NumberOfConnectivityIds"][0]))
        start = {name: int(steps[f"PointDataOffsets/{name}"][step]) for name in root["PointData"]}
        assert int(steps["PointOffsets"][step]) == int(steps["CellDataOffsets/region"][step]) == 0
        return File(
            points=root["Points"][:],
            cells=root["Connectivity"][:].reshape(count, -1),
            kinds=root["Types"][:],
            regions=root["CellData/region"][:],
            fields={
                name: root[f"PointData/{name}"][start[name] : start[name] + points]
                for name in root["PointData"]
            },
        )


def read_both(run: ParticleRun, folder: Path, step: int = 0) -> tuple[File, File]:
    write_vtu(run, folder / "run.pvd")
    write_vtkhdf(run, folder / "run.vtkhdf")
    return (
        read_vtu(folder / "run" / f"run_{step:04d}.vtu"),
        read_vtkhdf(folder / "run.vtkhdf", step),
    )


def volume(points: Array, cells: Array) -> tuple[float, float]:
    """Volume [m3], or area [m2], of VTK's linear or quadratic cells, and the smallest Jacobian.

    Collapsed Gauss rule on the simplex; VTK's midpoints lie on (0,1), (1,2), (0,2), (0,3), (1,3),
    (2,3).
    """
    d = 3 if cells.shape[1] in (4, 10) else 2
    nodes, weights = np.polynomial.legendre.leggauss(5)
    u, w = 0.5 * (nodes + 1), 0.5 * weights
    grid = np.stack(np.meshgrid(*[u] * d, indexing="ij"), axis=-1).reshape(-1, d)
    weight = np.prod(np.stack(np.meshgrid(*[w] * d, indexing="ij"), axis=-1), axis=-1).ravel()
    x = grid.copy()
    for axis in range(1, d):
        left = np.prod(1 - grid[:, :axis], axis=1)
        x[:, axis] *= left
        weight = weight * left
    share = np.column_stack([1 - x.sum(axis=1), x])
    slope = np.vstack([-np.ones(d), np.eye(d)])
    if cells.shape[1] == d + 1:
        slopes = np.broadcast_to(slope, (len(x), d + 1, d))
    else:
        ends = [(0, 1), (1, 2), (0, 2), (0, 3), (1, 3), (2, 3)][: 3 if d == 2 else 6]
        corner = (4 * share - 1)[:, :, None] * slope
        middle = [4 * (share[:, [a]] * slope[b] + share[:, [b]] * slope[a]) for a, b in ends]
        slopes = np.concatenate([corner, np.stack(middle, axis=1)], axis=1)
    used = [0, 1, 2] if d == 3 else ([0, 1] if np.ptp(points[:, 1]) > 0 else [0, 2])
    jacobian = np.einsum("qia,eic->eqac", slopes, points[cells][:, :, used])
    determinant = np.linalg.det(jacobian)
    return float((determinant @ weight).sum()), float(determinant.min())


@pytest.mark.parametrize("name", MESHES)
@pytest.mark.parametrize("order", [1, 2, 3])
def test_files_hold_the_mesh_and_its_volume(name: str, order: int, tmp_path: Path) -> None:
    run = run_of(name, order)
    space = run.elasticity.space
    total = space.weights.sum()
    if name == "section":
        total = (space.weights / (2 * np.pi * space.points[..., 0])).sum()
    expected = total * run.length**run.particle.mesh.dimension
    for file in read_both(run, tmp_path):
        assert len(file.cells) == len(run.particle.mesh.cells)
        assert np.array_equal(file.regions, run.particle.mesh.regions)
        found, smallest = volume(file.points, file.cells)
        assert found == pytest.approx(expected, rel=VOLUMES)
        assert smallest > 0
        solid = run.particle.mesh.dimension == 3
        second = order > 1 or name != "straight"
        assert set(file.kinds) == {(24 if second else 10) if solid else 22}


def test_volume_check_notices_swapped_midpoints(tmp_path: Path) -> None:
    file, _ = read_both(run_of("ball"), tmp_path)
    swapped = file.cells[:, [0, 1, 2, 3, 4, 6, 5, 7, 8, 9]]
    right, wrong = volume(file.points, file.cells), volume(file.points, swapped)
    assert abs(wrong[0] / right[0] - 1) > 1e-3 or wrong[1] < 0


@pytest.mark.parametrize("name", ["straight", "ball", "disc"])
def test_midpoints_lie_between_their_ends(name: str, tmp_path: Path) -> None:
    file, _ = read_both(run_of(name), tmp_path)
    solid = file.cells.shape[1] == 10
    ends = [(0, 1), (1, 2), (0, 2), (0, 3), (1, 3), (2, 3)][: 6 if solid else 3]
    corners = file.points[file.cells]
    middles = np.stack([0.5 * (corners[:, a] + corners[:, b]) for a, b in ends], axis=1)
    off = np.linalg.norm(corners[:, 4 if solid else 3 :] - middles, axis=2)
    length = np.stack(
        [np.linalg.norm(corners[:, a] - corners[:, b], axis=1) for a, b in ends], axis=1
    )
    bent = off > ROUNDING * R
    assert (off / length).max() < 0.25  # a chord of 90 degrees is off by 0.21 of its length
    if name == "straight":
        assert not bent.any()
    on_surface = np.linalg.norm(corners, axis=2) > (1 - 1e-6) * R
    both_ends = np.stack([on_surface[:, a] & on_surface[:, b] for a, b in ends], axis=1)
    assert not np.any(bent & ~both_ends)


@pytest.mark.parametrize("name", MESHES)
@pytest.mark.parametrize("order", [2, 3])
def test_a_linear_field_comes_back(name: str, order: int, tmp_path: Path) -> None:
    run = run_of(name, order)
    for file in read_both(run, tmp_path):
        assert sorted(file.fields) == sorted(NAMES)
        theta = file.fields["site fraction [1]"]
        known = np.isfinite(theta)
        expected = 0.5 - 0.3 * file.points[:, 0] / R
        assert np.abs(theta - expected)[known].max() < 1e3 * ROUNDING
        concentration = file.fields["concentration [mol m^-3]"]
        assert np.allclose(concentration[known], 2e4 * theta[known], rtol=ROUNDING)
        inert = np.unique(file.cells[file.regions == 0]) if name == "core" else []
        assert sorted(np.flatnonzero(~known)) == sorted(inert)


@pytest.mark.parametrize("name", ["ball", "core", "section"])
def test_stress_and_displacement_are_those_of_the_run(name: str, tmp_path: Path) -> None:
    """Compared at some nodes with interpolation inside the run, by name of the component."""
    run = stressed(name)
    file, _ = read_both(run, tmp_path)
    region, scale = int(file.regions.max()), float(np.abs(run.stress).max())
    chosen = np.unique(file.cells[file.regions == region])[::7]
    axes = [0, 2] if name == "section" else [0, 1, 2]
    data = run.at(file.points[chosen][:, axes], region=region)
    stress = file.fields["stress [Pa]"][chosen]
    for column, names in enumerate(
        ({"xx", "rr"}, {"yy", "hoop"}, {"zz"}, {"xy", "r_hoop"}, {"yz", "hoop_z"}, {"xz", "rz"})
    ):
        (component,) = names & set(run.component_names)
        inside = data.stress.sel(component=component).values[0]
        assert np.abs(stress[:, column] - inside).max() < 1e-6 * scale
        assert np.abs(inside).max() > 1e-3 * scale or component in ("r_hoop", "hoop_z")
    for title in ("von Mises", "hydrostatic", "first principal"):
        nodal = getattr(run, f"{title.lower().replace(' ', '_')}_stress")[0]
        values = file.fields[f"{title} stress [Pa]"]
        assert np.abs(np.sort(values) - np.sort(nodal)).max() < ROUNDING * scale
    moved = np.linalg.norm(file.fields["displacement [m]"], axis=1).max()
    nodes = np.linalg.norm(run.displacement[0], axis=1).max()
    assert moved == pytest.approx(nodes, rel=1e-2)


def test_points_where_regions_meet_are_given_once_for_each(tmp_path: Path) -> None:
    file, _ = read_both(run_of("core"), tmp_path)
    core = set(file.cells[file.regions == 0].ravel())
    shell = set(file.cells[file.regions == 1].ravel())
    assert not core & shell
    on_core = np.abs(np.linalg.norm(file.points, axis=1) - 0.5 * R) < 1e-3 * R
    places = np.unique(np.round(file.points[on_core] / R, 9), axis=0)
    assert np.count_nonzero(on_core) == 2 * len(places)
    stress = file.fields["von Mises stress [Pa]"]
    assert np.isfinite(stress).all()


def test_sections_lie_in_their_planes(tmp_path: Path) -> None:
    file, _ = read_both(run_of("section"), tmp_path)
    assert np.ptp(file.points[:, 1]) == 0
    assert file.points[:, 0].min() > -1e-12 * R
    assert np.ptp(file.fields["displacement [m]"][:, 1]) == 0
    file, _ = read_both(run_of("disc"), tmp_path)
    assert np.ptp(file.points[:, 2]) == 0


def test_every_stored_time_is_written(tmp_path: Path) -> None:
    run = charge()
    path = write_vtu(run, tmp_path / "a charge & more.pvd")
    entries = ElementTree.parse(path).getroot().findall("Collection/DataSet")
    assert [float(entry.attrib["timestep"]) for entry in entries] == run.time.tolist()
    write_vtkhdf(run, tmp_path / "charge.vtkhdf")
    with h5py.File(tmp_path / "charge.vtkhdf") as file:
        assert file["VTKHDF/Steps"].attrs["NSteps"] == len(run.time) == 3
        assert file["VTKHDF/Steps/Values"][:].tolist() == run.time.tolist()
    for step, entry in enumerate(entries):
        listed = read_vtu(tmp_path / entry.attrib["file"])
        single = read_vtkhdf(tmp_path / "charge.vtkhdf", step)
        assert np.array_equal(listed.points, single.points)
        for name in NAMES:
            assert np.array_equal(listed.fields[name], single.fields[name])
        mean = listed.fields["site fraction [1]"]
        assert np.sort(mean) == pytest.approx(np.sort(run.site_fraction_at_points[step]))
    times = read_array(_time_node(tmp_path / entries[-1].attrib["file"]))
    assert times.tolist() == [30.0]
    assert not list(tmp_path.rglob("*.part"))


def _time_node(path: Path) -> ElementTree.Element:
    node = ElementTree.parse(path).getroot().find("UnstructuredGrid/FieldData/DataArray")
    assert node is not None
    assert node.attrib["Name"] == "TimeValue"
    return node


def test_a_radial_run_is_refused(tmp_path: Path) -> None:
    ball = ps.Particle(material=MATERIAL, mesh=shapes.sphere(R, cells=4))
    run = ps.solve_stress(ball, lambda x: np.full(len(x), 0.5))
    for write, name in ((write_vtu, "run.pvd"), (write_vtkhdf, "run.vtkhdf")):
        with pytest.raises(InputError, match="no cells to export; use a section or a body"):
            write(run, tmp_path / name)


def test_wrong_names_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"must end in \.pvd"):
        write_vtu(run_of("disc"), tmp_path / "run.vtu")
    with pytest.raises(InputError, match=r"must end in \.vtkhdf"):
        write_vtkhdf(run_of("disc"), tmp_path / "run.h5")
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(("write", "name"), [(write_vtkhdf, "a.vtkhdf"), (write_vtu, "a.pvd")])
def test_an_export_replaces_its_own_files_and_no_others(
    write: Callable[..., Path], name: str, tmp_path: Path
) -> None:
    path = write(run_of("disc"), tmp_path / name)
    first = path.read_bytes()
    write(run_of("ball"), path)
    for file in (path, *tmp_path.glob("a/a_0000.vtu")):
        assert has_its_seal(file), file
        whole = file.read_bytes()
        for edited in (whole[:-1], whole + b" ", bytes([whole[0] ^ 1]) + whole[1:]):
            file.write_bytes(edited)
            with pytest.raises(InputError, match=f"{file.name} exists already"):
                write(run_of("disc"), path)
            assert file.read_bytes() == edited
        file.write_bytes(whole)
    path.write_bytes(b"mine")
    write(run_of("disc"), path, force=True)
    assert path.read_bytes() == first


def test_files_that_fail_leave_the_last_good_one(tmp_path: Path) -> None:
    path = tmp_path / "run.pvd"
    path.write_text("good", encoding="utf-8")

    def fail() -> None:
        with written_whole(path) as part:
            part.write_text("half", encoding="utf-8")
            raise OSError("disk full")

    with pytest.raises(OSError, match="disk full"):
        fail()
    assert path.read_text(encoding="utf-8") == "good"
    assert [file.name for file in tmp_path.iterdir()] == ["run.pvd"]
