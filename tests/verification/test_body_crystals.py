"""Uniformly filled crystals: one crystal of any shape is stress-free, turned layers are not.

A single orientation stretches freely, so all stress vanishes. A laminate of two orientations with
layers normal to z has one stress per layer: equal in-plane strains, sigma_zz = 0, no mean force.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

import numpy as np
import pytest
from reference import assert_close, left_by_rounding, load

import particle_sim as ps
from particle_sim.fem.body_mesh import BodyMesh
from particle_sim.materials.functions import LinearTable
from particle_sim.particle.crystal import Crystal, Inert
from particle_sim.particle.run import ParticleRun
from particle_sim.particle.shapes import outlines
from particle_sim.particle.stiffness import hexagonal_stiffness, strain_voigt
from particle_sim.units import Array

STRETCH, LAMINATE, HEXAGON = load("G1"), load("G2"), load("G4")
FULL, LENGTH = 2e4, 3e-6
TURN = ps.crystal.rotation(("x", 35.0), ("z", 20.0))


def uniform(
    mesh: BodyMesh,
    filling: float,
    crystal: Crystal | None,
    *,
    order: int = 2,
    inert: Mapping[int, Inert] | None = None,
    **material: float,
) -> ParticleRun:
    """Stress of a uniform filling; stress-free when empty."""
    values = {"maximum_concentration": FULL, "diffusivity": 1e-14, **material}
    body = ps.Particle(
        material=ps.material_from_values(**values),
        mesh=mesh,
        order=order,
        crystal=crystal,
        inert=inert or {},
    )
    return ps.solve_stress(body, lambda x: np.full(len(x), filling))


def vegard(beta: list[float]) -> tuple[LinearTable, LinearTable, LinearTable]:
    first, second, third = (LinearTable((0.0, 1.0), (0.0, b * FULL)) for b in beta)
    return first, second, third


def hexagonal(orientations: Array) -> Crystal:
    c = HEXAGON["inputs"]["C"]
    return Crystal(
        stiffness=hexagonal_stiffness(c["C11"], c["C12"], c["C13"], c["C33"], c["C44"]),
        strain=vegard(STRETCH["inputs"]["beta"]),
        orientations=orientations,
    )


SINGLE: dict[str, Callable[[], BodyMesh]] = {
    "ball": lambda: ps.shapes.ball(LENGTH, cell_size=LENGTH / 3),
    "spheroid": lambda: ps.shapes.spheroid(LENGTH, 2 * LENGTH, cell_size=LENGTH / 2),
    "rod": lambda: ps.shapes.rod(LENGTH, 3 * LENGTH, 0.5 * LENGTH, cell_size=LENGTH),
    "plate": lambda: ps.shapes.plate(LENGTH, LENGTH, 0.5 * LENGTH, cell_size=LENGTH),
    "box": lambda: ps.shapes.box((LENGTH, 2 * LENGTH, LENGTH), cells=(2, 3, 2)),
    "grains": lambda: ps.shapes.polycrystal(
        outlines.ball(LENGTH), grains=3, seed=1, cell_size=LENGTH / 2
    ),
}
SECTIONS: dict[str, Callable[[], BodyMesh]] = {
    "ball": lambda: ps.shapes.ball_section(LENGTH, cell_size=LENGTH / 3),
    "spheroid": lambda: ps.shapes.spheroid_section(2 * LENGTH, LENGTH, cell_size=LENGTH / 3),
    "rod": lambda: ps.shapes.rod_section(LENGTH, 4 * LENGTH, 0.5 * LENGTH, cell_size=LENGTH / 2),
    "plate": lambda: ps.shapes.plate_section(
        LENGTH, LENGTH, 0.3 * LENGTH, cell_size=LENGTH / 3, half=True
    ),
}


def check_free_stretch(mesh: BodyMesh, order: int, crystal: Crystal, lab: Array) -> None:
    """No stress to rounding, and the strain of the turned crystal."""
    dc, beta = STRETCH["inputs"]["dc"], STRETCH["inputs"]["beta"]
    run = uniform(mesh, dc / FULL, crystal, order=order)
    unit = HEXAGON["inputs"]["C"]["C11"] * np.abs(beta).max() * dc
    assert_close("stress", run.stress, 0.0, scale=unit, tolerance=left_by_rounding(order))
    expected = strain_voigt(lab @ np.diag(beta) @ lab.T * dc)
    assert_close("strain", run.strain[0], expected, scale=1e-2, tolerance=1e-8)


def check_turned_stretch(mesh: BodyMesh, order: int, turns: Array = TURN) -> None:
    listed = np.array(STRETCH["strain_xx_yy_zz_yz_xz_xy"]) * [1, 1, 1, 2, 2, 2]  # tensor shears
    formula = strain_voigt(TURN @ np.diag(STRETCH["inputs"]["beta"]) @ TURN.T)
    formula *= STRETCH["inputs"]["dc"]
    assert_close("formula", formula, listed, scale=1e-2, tolerance=1e-12)
    check_free_stretch(mesh, order, hexagonal(turns), TURN)


@pytest.mark.parametrize(
    ("name", "order"), [*((name, 2) for name in SINGLE), ("ball", 1), ("ball", 3), ("box", 4)]
)
def test_one_crystal_stretches_freely(name: str, order: int) -> None:
    check_turned_stretch(SINGLE[name](), order)


@pytest.mark.parametrize("order", [1, 2, 4])
@pytest.mark.parametrize("name", list(SECTIONS))
def test_one_crystal_stretches_freely_in_a_section(name: str, order: int) -> None:
    check_free_stretch(SECTIONS[name](), order, hexagonal(np.eye(3)), np.eye(3))


@pytest.mark.parametrize(
    ("turns", "what"),
    [
        (np.stack([TURN, TURN, np.eye(3)]), "stress"),
        (ps.crystal.rotation(("z", 20.0), ("x", 35.0)), "strain"),
        (TURN.T, "strain"),
    ],
)
def test_free_stretch_notices_other_turns(turns: Array, what: str) -> None:
    with pytest.raises(AssertionError, match=rf"{what}: .* exceeds"):
        check_turned_stretch(SINGLE["grains"](), 2, turns)


def laminate(width: float, cells: int, share: float = 0.4) -> BodyMesh:
    """An eighth of a plate, 2 high, of two layers and their mirror image."""
    mesh = ps.shapes.box((width, width, 1.0), cells=(cells, cells, 5))
    planes = {"left": "symmetry_x", "front": "symmetry_y", "bottom": "symmetry_z"}
    return replace(
        mesh,
        regions=(mesh.points[mesh.cells].mean(axis=1)[:, 2] > share).astype(np.intp),
        boundaries={planes.get(name, name): facets for name, facets in mesh.boundaries.items()},
    )


def check_laminate(run: ParticleRun, tolerance: float, stretch: Array) -> None:
    """Both layers in the middle of the plate; ``stretch`` (6,) is taken out of all strains."""
    for region, height in enumerate((0.2, 0.7)):
        layer = LAMINATE["layers"][region]
        taken = run.at(np.array([[0.05, 0.05, height]]), region=region)
        stress, strain = taken.stress.values[0, 0], taken.strain.values[0, 0] + stretch
        listed = layer["stress_voigt_xx_yy_zz_yz_xz_xy"]
        assert_close("stress", stress, listed, scale=1.0752e9, tolerance=tolerance)
        listed = layer["total_strain_voigt_eng"]
        assert_close("strain", strain, listed, scale=7.2e-3, tolerance=tolerance)


def layers_run(mesh: BodyMesh, turn: tuple[str, float] = ("y", 90.0)) -> ParticleRun:
    inputs = LAMINATE["inputs"]
    turns = np.stack([np.eye(3), ps.crystal.rotation(turn)])
    crystal = Crystal(strain=vegard(inputs["beta"]), orientations=turns)
    elastic = {"youngs_modulus": inputs["E"], "poisson_ratio": inputs["nu"]}
    return uniform(mesh, inputs["layers"][0]["dc"] / FULL, crystal, order=1, **elastic)


@pytest.mark.parametrize(("width", "tolerance"), [(4.0, 4e-3), (8.0, 1e-3)])
def test_laminate(width: float, tolerance: float) -> None:
    """The free edges reach the middle of a finite plate with about 1/width^2."""
    check_laminate(layers_run(laminate(width, int(width) + 2)), tolerance, np.zeros(6))


@pytest.mark.parametrize(
    ("turn", "share"), [(("x", 90.0), 0.4), (("y", 87.0), 0.4), (("y", 90.0), 0.6)]
)
def test_laminate_notices(turn: tuple[str, float], share: float) -> None:
    run = layers_run(laminate(4.0, 6, share), turn)
    with pytest.raises(AssertionError, match="exceeds"):
        check_laminate(run, 4e-3, np.zeros(6))


def clamped_layers(factor: float = 1.0) -> tuple[ParticleRun, Array]:
    """The layers between rigid walls, their common in-plane stretch taken out of both misfits."""
    inputs, mesh = LAMINATE["inputs"], laminate(1.0, 2)
    opposite = {"right": "symmetry_x", "back": "symmetry_y"}
    boundaries = {n: f for n, f in mesh.boundaries.items() if n not in opposite}
    for side, plane in opposite.items():
        boundaries[plane] = np.concatenate([boundaries[plane], mesh.boundaries[side]])
    common = LAMINATE["in_plane_strain"]
    stretch = np.array([common["xx"], common["yy"], 0.0, 0.0, 0.0, common["gxy"]])
    misfit = factor * np.array(inputs["beta"]) * inputs["layers"][0]["dc"]
    elastic = {"youngs_modulus": inputs["E"], "poisson_ratio": inputs["nu"]}
    second = np.concatenate([misfit[[2, 1, 0]], np.zeros(3)]) - stretch
    run = uniform(
        replace(mesh, boundaries=boundaries),
        1.0,
        Crystal(strain=vegard([float(x) / FULL for x in misfit - stretch[:3]])),
        order=1,
        inert={1: Inert(**elastic, misfit_strain=second)},
        **elastic,
    )
    return run, stretch


def test_clamped_laminate() -> None:
    check_laminate(clamped_layers()[0], 1e-9, clamped_layers()[1])


def test_clamped_laminate_notices() -> None:
    with pytest.raises(AssertionError, match="exceeds"):
        check_laminate(clamped_layers(1.001)[0], 1e-4, clamped_layers()[1])
