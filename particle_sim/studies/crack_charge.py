"""A wire of a material that is charged: sodium along the radius, cracks, sodium around them.

One after the other, each exact for what it is given: the whole wire's sodium pulls, cracks follow
its misfit in balance, and the same charge is passed once more around the cracks of each time, as if
they had been there from the start. Cracks do not change the pull.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray

from particle_sim.checks import arguments_checked
from particle_sim.constants import FARADAY
from particle_sim.damage.charged_wire import ChargedWire
from particle_sim.damage.cracked_transport import CRACKED, wetted_area
from particle_sim.damage.cracked_transport import cracks as cracks_for_sodium
from particle_sim.damage.field.particle_cracks import crack_particle
from particle_sim.damage.field.resolution import LengthScale
from particle_sim.damage.field.result import CrackRun
from particle_sim.damage.field.solid import BrittleSolid
from particle_sim.errors import InputError
from particle_sim.fem.body_mesh import BodyMesh
from particle_sim.flux import constant_flux
from particle_sim.materials.material import Material
from particle_sim.particle import shapes
from particle_sim.particle.particle import Particle
from particle_sim.particle.run import ParticleRun
from particle_sim.particle.solve import solve_particle
from particle_sim.progress import shows_progress
from particle_sim.studies.choices import Direction
from particle_sim.studies.particle_case import rest_fillings
from particle_sim.units import Array, positive

LENGTHS = 8.0
"""Radius over l: strength decides, and a crack fits in many times."""

FLAW = 1.5
"""Depth of the flaw over l."""

CELL = 0.21
"""Cells over l: at most a quarter of it, as they come from the mesher."""

FASTEST = 1000.0
"""C-rates beyond any test [1/h]"""

SMALLEST, LARGEST = 1e-9, 1e-3
"""Radii [m] of wires: below, there are no cells to resolve; above, no cathode."""


@dataclass(frozen=True, kw_only=True)
class CrackCharge:
    """How a wire of each material is charged: radius [m], rate [1/h], ``frames`` even in charge."""

    radius: float
    c_rate: float
    frames: int = 12
    wetted: bool = False

    def __post_init__(self) -> None:
        positive("The wire's radius", self.radius, "m")
        positive("The C-rate", self.c_rate, "1/h")
        if self.c_rate > FASTEST:
            raise InputError(f"The C-rate is {self.c_rate:g}; give at most {FASTEST:g}.")
        if not SMALLEST <= self.radius <= LARGEST:
            raise InputError(
                f"The wire's radius is {self.radius:g} m; give {SMALLEST:g} to {LARGEST:g} m."
            )
        if not 2 <= self.frames <= 100:
            raise InputError(f"The film has {self.frames} frames; give 2 to 100.")


@arguments_checked
@shows_progress
def charged_wire(
    material: Material, case: CrackCharge, *, progress: Callable[[str], None] | None = None
) -> ChargedWire:
    """Charge a long wire from rest at its lower cut-off until it is charged or its surface empty.

    Fick's law with the material's D, E and nu at half filling, G_c = K_IC^2 (1 - nu^2)/E and
    l = R/8 as a property of the solid, and in each quarter a flaw of 1.5 l. The flux is even:
    N = C I_1C rho R/(2 F) on the whole wire; around cracks on the surface without their mouths
    (mean damage of a facet above 0.9) and on faces that are wetted, so much more or less that
    the same charge leaves. Damaged cells at a mouth may lose more than they have.
    """
    start, stop = rest_fillings(material, Direction.CHARGE)
    current = case.c_rate * material.value("one_c_current") * material.value("density")
    flux = current * case.radius / (2 * FARADAY)
    duration = (start - stop) * material.maximum_concentration * case.radius / (2 * flux)
    times = duration * np.arange(1, case.frames + 1) / case.frames
    whole = solve_particle(
        Particle(material=material, mesh=shapes.cylinder(case.radius)),
        constant_flux(flux, duration, initial_site_fraction=start),
        times=times,
    )
    end = float(whole.time[-1])
    kept = np.append(times[times < end * (1 - 1e-9)], end)
    solid = solid_of(material, case.radius)
    section = shapes.disc(
        case.radius, cell_size=CELL * solid.length_scale, quarter=True, curved=False
    )
    out, inner = (case.radius - depth * solid.length_scale for depth in (0.0, FLAW))
    cut = ((out / np.sqrt(2),) * 2, (inner / np.sqrt(2),) * 2)
    found = crack_particle(
        whole, solid, section, kept, meaning=LengthScale.MATERIAL, flaw=cut, progress=progress
    )
    return ChargedWire(
        title=material.title,
        cracks=found,
        charge=kept * case.c_rate * material.value("one_c_current") / 3600,
        around=_around(material, case, found, section, (flux, start)),
        c_rate=case.c_rate,
        wetted=case.wetted,
        emptied=end < duration * (1 - 1e-6),
    )


def solid_of(material: Material, radius: float) -> BrittleSolid:
    """The brittle solid of a material, at half filling, with l = R/8."""
    half = np.array(0.5)
    modulus = float(material["youngs_modulus"](half))
    ratio = float(material["poisson_ratio"](half))
    toughness = material.value("fracture_toughness") ** 2 * (1 - ratio**2) / modulus
    return BrittleSolid(
        youngs_modulus=modulus,
        poisson_ratio=ratio,
        toughness=toughness,
        length_scale=radius / LENGTHS,
    )


def _around(
    material: Material,
    case: CrackCharge,
    found: CrackRun,
    section: BodyMesh,
    given: tuple[float, float],
) -> tuple[ParticleRun, ...]:
    """Sodium on the section at each time, around the cracks of that time."""
    (flux, start), runs, whole = given, [], section.boundaries["surface"]
    lengths = np.linalg.norm(np.diff(section.points[whole], axis=1)[:, 0], axis=1)
    for time, damage in zip(found.time, found.damage, strict=True):
        around = cracks_for_sodium(
            section,
            damage,
            length_scale=found.body.solid.length_scale,
            wetted=case.wetted,
            surfaces=["surface"],
        )
        is_mouth = damage[whole].mean(axis=1) > CRACKED
        if is_mouth.all():
            raise InputError(
                f"{material.title}: the whole surface has broken after {time:.4g} s; charge more "
                "slowly, or a thinner wire."
            )
        open_length = lengths[~is_mouth].sum() + wetted_area(section, around)
        left = section.with_boundary("mouth", "surface", partial(_chosen, is_mouth))
        body = Particle(material=material, mesh=left, cracks=around, order=1)
        share = np.pi / 2 * case.radius / open_length
        passed = constant_flux(share * flux, float(time), initial_site_fraction=start)
        runs.append(solve_particle(body, passed, times=[float(time)], limits=None, tolerance=1e-3))
    return tuple(runs)


def _chosen(facets: NDArray[np.bool_], _: Array) -> NDArray[np.bool_]:
    return facets


def filling_around(wire: ChargedWire) -> Array:
    """The filling around the cracks (t, n) at ``wire.cracks.body.vertices``."""
    body, rows = wire.cracks.body, []
    for run in wire.around:
        at_vertices = np.empty(body.damaged.dimension)
        at_vertices[body.damaged.cell_dofs] = run.site_fraction[-1][run.elasticity.sodium.cell_dofs]
        rows.append(at_vertices)
    return np.stack(rows)
