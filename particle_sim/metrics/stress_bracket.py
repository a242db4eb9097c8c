"""What a particle with a phase boundary bears during a charge: a bracket, never one number.

Energies say which relief is possible, not which happens: between the least stress of the possible
branches and the most that a boundary can hold, the stress is not known.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from particle_sim.checks import arguments_checked
from particle_sim.errors import InputError
from particle_sim.materials.material import Material
from particle_sim.metrics.flaw import LARGEST_FLAW
from particle_sim.metrics.mechanisms import HALF, Mechanism, PhaseBoundary, mechanisms
from particle_sim.units import Array

NEEDS = (
    "volume_change",
    "youngs_modulus",
    "poisson_ratio",
    "particle_radius",
    "yield_stress",
    "interface_energy",
    "fracture_toughness",
    "flaw_size",
)
"""Properties, or drawn values of these names, that a bracket is made of."""


@dataclass(frozen=True, kw_only=True)
class StressBracket:
    """Largest tension [Pa] over the whole passage of a boundary, (n,) each.

    Made by :func:`stress_bracket`. ``branches`` are the mechanisms that were weighed.
    """

    relieved: Array
    """Least of the branches that cost no more energy than coherency"""
    held: Array
    """min(coherent, yield): what a boundary holds that neither cracks nor is relieved"""
    pop_in: Array
    """Stress at which the flaw starts to grow"""
    flaw_free_bound: Array
    """Largest K [Pa m^0.5] of any flaw in the coherent particle"""
    toughness: Array
    """K_IC [Pa m^0.5]"""
    least: NDArray[np.int_]
    """Which of :attr:`branches` has the least energy when half the volume has changed"""
    branches: tuple[Mechanism, ...]

    @property
    def upper(self) -> Array:
        """min(coherent, yield, pop-in): a flaw that grows relieves what is above."""
        return np.asarray(np.minimum(self.held, self.pop_in))

    @property
    def no_flaw_grows(self) -> NDArray[np.bool_]:
        """Where the largest K of any flaw stays below K_IC; asks nothing about flaws."""
        return np.asarray(self.flaw_free_bound < self.toughness)

    @property
    def driving(self) -> tuple[Array, Array]:
        """K/K_IC of the assumed flaw at both ends: ``relieved`` and ``held``; the upper end is at
        most that of the flaw-free bound."""
        most = np.minimum(self.held / self.pop_in, self.flaw_free_bound / self.toughness)
        return np.asarray(np.minimum(self.relieved / self.pop_in, most)), np.asarray(most)

    def share(self, mechanism: Mechanism) -> float:
        """Share of the draws in which ``mechanism`` has the least energy."""
        if mechanism not in self.branches:
            return 0.0
        return float(np.mean(self.least == self.branches.index(mechanism)))


@arguments_checked
def stress_bracket(boundary: PhaseBoundary) -> StressBracket:
    """The bracket of ``boundary`` over all core shares f.

    Where the core is the larger: S = E |e|/(1 - nu) as the boundary leaves the surface (f -> 1), at
    most Y. Where the shell is: 2 S/3 in a vanishing core, at most (2 Y/3) (ln(S/Y) + 1), which a
    plastic shell can press on it. Branches are possible where they cost no more than coherency at f
    = 1/2.

    >>> nvp = PhaseBoundary(
    ...     misfit=0.0826 / 3, youngs_modulus=80e9, poisson_ratio=0.28, radius=250e-9,
    ...     yield_stress=1.6e9, interface_energy=0.3, toughness=1.2e6, flaw_size=20e-9,
    ... )
    >>> found = stress_bracket(nvp)
    >>> print(f"{found.relieved / 1e9:.1f} to {found.upper / 1e9:.1f} GPa")
    0.0 to 1.6 GPa
    >>> found.branches[int(found.least)].value, bool(found.no_flaw_grows)
    ('incoherent', True)

    Raises :class:`InputError` for what is no :class:`PhaseBoundary`.

    Limits: those of :func:`~particle_sim.metrics.mechanisms.mechanisms`. What gradients of sodium
    add within a phase is not in it.
    """
    found = mechanisms(boundary, HALF)
    stress, limit = boundary.stress, np.asarray(boundary.yield_stress)
    shell = np.minimum(stress, limit)
    ratio = np.maximum(stress / limit, 1.0)
    core = 2 / 3 * np.where(ratio > 1, limit * (np.log(ratio) + 1), stress)
    held = np.where(np.asarray(boundary.misfit) >= 0, shell, core)
    at_most = found[Mechanism.COHERENT].energy
    relieved = held
    for name in (Mechanism.INCOHERENT, Mechanism.CUT):
        relieved = np.where(found[name].energy <= at_most, 0.0, relieved)
    names = tuple(found)
    energies = np.broadcast_arrays(*(found[name].energy for name in names))
    return StressBracket(
        relieved=relieved,
        held=held,
        pop_in=boundary.pop_in,
        flaw_free_bound=boundary.flaw_free_bound,
        toughness=np.asarray(boundary.toughness),
        least=np.asarray(np.argmin(energies, axis=0)),
        branches=names,
    )


@arguments_checked
def boundary_in(
    material: Material,
    values: Mapping[str, Array] | None = None,
    *,
    on_extraction: bool = True,
) -> PhaseBoundary:
    """A boundary between two phases of ``material``, at its centre or at drawn ``values`` by name.

    The misfit is that of :func:`misfit_in`, its sign that of the core's: sodium leaves the shell
    first where ``on_extraction``. A flaw is at most a tenth of the radius deep.

    >>> from particle_sim.materials.load import load_material
    >>> boundary = boundary_in(load_material("nvp"), on_extraction=False)
    >>> print(f"{boundary.misfit:.4f}")
    -0.0275

    Raises :class:`InputError` for a material without one of ``NEEDS``.
    """
    drawn = dict(values or {})
    missing = [name for name in NEEDS if name not in drawn and name not in material.properties]
    if missing:
        raise InputError(
            f"{material.title}: a bracket over mechanisms needs {' and '.join(missing)}; add it to "
            "the material's file."
        )
    of = {name: np.asarray(drawn.get(name, material.value(name))) for name in NEEDS}
    return PhaseBoundary(
        misfit=misfit_in(material, {**drawn, **of}) * (1 if on_extraction else -1),
        youngs_modulus=of["youngs_modulus"],
        poisson_ratio=of["poisson_ratio"],
        radius=of["particle_radius"],
        yield_stress=of["yield_stress"],
        interface_energy=of["interface_energy"],
        toughness=of["fracture_toughness"],
        flaw_size=np.minimum(of["flaw_size"], LARGEST_FLAW * of["particle_radius"]),
    )


def misfit_in(material: Material, values: Mapping[str, Array]) -> Array:
    """Linear misfit of one boundary: a third of the volume change times the share that it has.

    ``values`` holds a ``volume_change``; the share is its ``misfit_share``, or that filed of
    ``material``, else that of the chemical strain on the plateau that strains most: phases of
    different plateaus are met one after the other.

    >>> from particle_sim.materials.load import load_material
    >>> nfm = load_material("nfm_li2024")
    >>> change = np.array(nfm.value("volume_change"))
    >>> print(f"{misfit_in(nfm, {'volume_change': change}):.4f} of {change / 3:.4f}")
    0.0062 of 0.0177

    Raises :class:`KeyError` without a volume change.
    """
    share = values.get("misfit_share")
    if share is None and "misfit_share" in material.properties:
        share = np.asarray(material.value("misfit_share"))
    if share is None:
        share = np.asarray(_share_of_one_plateau(material))
    return np.asarray(share * values["volume_change"] / 3)


def _share_of_one_plateau(material: Material) -> float:
    strain = material["chemical_strain"]
    whole = float(np.ptp(strain(np.linspace(0, 1, 201))))
    ends = [np.array([step.start, step.start + step.share]) for step in material.steps]
    return max(float(np.ptp(strain(end))) for end in ends) / whole if whole > 0 else 1.0
