"""Automatic warnings: where a result leaves the range in which its model is valid."""

from __future__ import annotations

import numpy as np

from particle_sim.fem.body_mesh import BodyMesh, Symmetry
from particle_sim.fem.mesh_checks import pieces
from particle_sim.materials.material import Material
from particle_sim.particle.interface import interface_width, node_distance
from particle_sim.particle.run import ParticleRun
from particle_sim.units import Array, readable

SMALL_STRAIN = 0.03
"""Linear chemical strain above which small-strain elasticity is off by several per cent."""


SIZES = (1e-9, 1e-3)
"""Sizes of a particle [m] below and above which another unit was probably meant."""


THICKEST = 0.1
"""Thickness of a coating, over a body's size, up to which a membrane stands for it."""


def warnings_for(
    run: ParticleRun, tolerance: float, *, boundary_nodes: float | None = None
) -> tuple[str, ...]:
    """Sentences for the user, most serious first; ``tolerance`` is the one the run was asked for.

    ``boundary_nodes``: node distances that cross a phase boundary which the mesh followed.

    The material's yield stress is held against its own stress, not that of inert regions.
    """
    particle, peaks = run.particle, run.in_material(run.von_mises_stress)
    width = interface_width(particle.material, particle.physics, run.temperature)
    cell = _largest_cell(run)
    if boundary_nodes is not None and width is not None:
        cell = width * particle.order / boundary_nodes
    strains, _, _ = run.elasticity.regions.chemical_strain(run.site_fraction)
    checks = (
        range_warning(run.balances.site_fraction, tolerance),
        space_warning(run.balances.space, tolerance),
        size_warning(run.length),
        interface_warning(width, cell, particle.order),
        yield_warning(particle.material, float(peaks.max())),
        strain_warning(strains),
        _radial_phase_separation(run, width),
        _closed_pieces(run),
        _thick_coating(run),
        _uncracked_stress(run),
    )
    notes = particle.mesh.notes if isinstance(particle.mesh, BodyMesh) else ()
    return (*(text for text in checks if text is not None), *notes)


def _largest_cell(run: ParticleRun) -> float:
    """[m]"""
    mesh, order = run.elasticity.sodium.mesh, run.particle.order
    scaled = float(mesh.cell_sizes.max())
    return run.length * (scaled if mesh.dimension == 1 else order * node_distance(mesh, order))


def range_warning(extent: tuple[float, float], slack: float) -> str | None:
    """Where theta left 0..1 by more than ``slack``."""
    low, high = extent
    if low >= -slack and high <= 1 + slack:
        return None
    return (
        f"The site fraction runs from {low:.3g} to {high:.3g}, but a crystal holds only 0 to 1; "
        "the fields beyond mean nothing: use finer cells, or limits that end the run."
    )


def space_warning(error: float | None, tolerance: float) -> str | None:
    """Where the estimated error in space exceeds the tolerance."""
    if error is None or error <= tolerance:
        return None
    return (
        f"The mesh leaves an error of about {error:.1g} in space, above the tolerance of "
        f"{tolerance:g}; use more cells or a higher order."
    )


def size_warning(size: float) -> str | None:
    """Where a particle's ``size`` [m] looks like a number in another unit."""
    if SIZES[0] <= size <= SIZES[1]:
        return None
    return (
        f"The particle's size is {size:.3g} m, which no battery particle has; sizes are in metres, "
        "so half a micrometre is 0.5e-6."
    )


def strain_warning(strain: Array) -> str | None:
    """Where linear chemical strain (any shape) spans more than small strain allows."""
    span = float(strain.max() - strain.min())
    if span <= SMALL_STRAIN:
        return None
    return (
        f"The linear chemical strain spans {span:.1%}; small-strain elasticity is meant for up to "
        f"{SMALL_STRAIN:.0%}, so stresses are rough."
    )


def yield_warning(material: Material, peak: float) -> str | None:
    """Where the largest von Mises stress [Pa] exceeds the material's yield stress."""
    limit = material.properties.get("yield_stress")
    if limit is None or peak <= limit.magnitude:
        return None
    return (
        f"The largest von Mises stress, {readable(peak / 1e6)} MPa, exceeds the yield stress of "
        f"{readable(limit.magnitude / 1e6)} MPa; elasticity gives an upper bound there."
    )


def interface_warning(width: float | None, cell: float, order: int) -> str | None:
    """Where a phase boundary of ``width`` [m] has fewer than four node distances."""
    if width is None or cell <= width * order / 4:
        return None
    return (
        f"The phase boundary is {width * 1e9:.2g} nm wide but the largest cell {cell * 1e9:.2g} "
        f"nm; use cells of at most {width * order / 4 * 1e9:.2g} nm."
    )


def _radial_phase_separation(run: ParticleRun, width: float | None) -> str | None:
    mesh = run.mesh
    solid = mesh.symmetry is Symmetry.SPHERICAL and "inner" not in mesh.boundaries
    if not solid or width is None:
        return None
    return (
        "Radial symmetry lets only shells separate; a sphere's first instability is one-sided "
        "and sets in at a radius 2.16 times smaller than a radial model says."
    )


def _closed_pieces(run: ParticleRun) -> str | None:
    """Where parts that hold sodium are cut off from every open surface by inert ones."""
    mesh = run.elasticity.sodium.mesh
    piece = pieces(mesh.facets, len(mesh.cells))
    count = int(piece.max()) + 1
    reached = np.concatenate([piece[mesh.boundary(name)[:, 0]] for name in run.surface_flux])
    closed = count - len(np.unique(reached))
    if closed == 0:
        return None
    return (
        f"{closed} of the {count} pieces that hold sodium touch no open surface, so that theirs "
        'stays where it is; name their surfaces in "on" or join them.'
    )


def _thick_coating(run: ParticleRun) -> str | None:
    shell, meshed = run.particle.mechanics.shell, run.mesh.dimension == 1
    if shell is None or meshed or shell.thickness <= THICKEST * run.length:
        return None
    return (
        f"The coating is {readable(shell.thickness * 1e9)} nm thick on a body that reaches "
        f"{readable(run.length * 1e9)} nm from its middle; a membrane stands for up to a "
        "tenth of that: mesh it as an inert region."
    )


def _uncracked_stress(run: ParticleRun) -> str | None:
    if run.particle.cracks is None:
        return None
    return "The cracks act on the sodium alone; stress and strain are those of the uncracked body."
