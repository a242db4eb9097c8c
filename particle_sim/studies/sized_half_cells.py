"""Half cells whose electrode holds particles of many sizes at one potential, many cells at once.

A thin electrode has no ohmic drop: every size has the potential of the electrode and takes the
share of the current that its own surface filling allows,

    V = U(theta_k) - eta(j_k, j0(theta_k)),   sum_k v_k (3/R_k) j_k = current per volume,

less the drops of metal and film (:mod:`particle_sim.cell.voltage`). Small particles fill first, and
what is left for large ones grows towards the end. A few sizes stand for a distribution by a Gauss
rule (:func:`~particle_sim.materials.sizes.size_classes`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from scipy.interpolate import PchipInterpolator

from particle_sim.batch.accuracy import ERROR
from particle_sim.batch.electrode import ElectrodeRun, Surfaces, advance_electrodes
from particle_sim.cell.balance import LONGEST, rest_state
from particle_sim.cell.design import CellDesign
from particle_sim.cell.half_cell import half_cell
from particle_sim.cell.voltage import HalfCellVoltage
from particle_sim.constants import FARADAY, REFERENCE_TEMPERATURE
from particle_sim.errors import InputError
from particle_sim.materials.material import Material
from particle_sim.materials.sizes import SizeDistribution, size_classes, volume_below
from particle_sim.studies.choices import Direction
from particle_sim.studies.half_cell_batch import Cells, cells_of, drawn_of, rates_of, spheres_of
from particle_sim.transport.laws import SOLID_SOLUTION, Law
from particle_sim.units import Array

CLASSES = 7
"""Sizes that stand for a distribution: capacities of a log-normal with s = 0.6 within 1e-4."""
_REACH, _PARTS = 6.0, 4000
"""Of the integral over ln R: spreads beyond the outermost medians, and parts."""
_BEYOND = -100.0
"""dU/dtheta outside the window [V], where no filling is meant to stay."""
_EDGE = 1e-6
"""Fillings from the ends of the window where j0, which vanishes there, is read at the latest."""


@dataclass(frozen=True, kw_only=True)
class SizedHalfCells(ElectrodeRun):
    """Results of n half cells of k sizes; what it shares with :class:`ElectrodeRun` is the same."""

    sizes: SizeDistribution
    radius: Array
    """[m] (k,)"""
    volume_share: Array
    capacity: Array
    """Until the cut-off [A h/kg of active mass] (n,)"""
    voltage: Array
    """[V] (n, output)"""
    capacity_grid: Array
    """[A h/kg] (n, output)"""


def sized_half_cells(
    material: Material,
    design: CellDesign | None = None,
    *,
    sizes: SizeDistribution,
    c_rate: Array,
    values: Mapping[str, Array] | None = None,
    classes: int = CLASSES,
    direction: Direction = Direction.DISCHARGE,
    law: Law = SOLID_SOLUTION,
    temperature: float = REFERENCE_TEMPERATURE,
    output: int = 0,
    error: float = ERROR,
) -> SizedHalfCells:
    """Charge or discharge n half cells of ``material`` at constant current, from rest to a cut-off.

    ``sizes`` takes the place of the material's particle radius in every cell, in ``classes`` sizes
    of a Gauss rule in ln R; ``design``, ``c_rate`` (n,) [1/h], ``values`` (n,), ``direction``,
    ``law``, ``temperature`` [K] and ``output`` are as in
    :func:`~particle_sim.studies.half_cell_batch.half_cell_batch`, which one single size repeats. In
    NumPy: n cells of k classes take about the time of n k single ones.

    ``error`` = 1e-4 leaves, for a spread of 0.6: 5e-6 of the capacity, 2e-4 of the filling of the
    smallest sizes, 6e-5 V, and of the peak stress 1 % for small sizes and 2e-4 for the larger half.

    Each corner of U costs steps as the sizes pass it one after another: a material with a step of
    half a volt takes several times as long as one whose potential slopes.

    Raises :class:`InputError` as that does, where ``values`` holds a particle radius, and for a
    material of two phases, whose particles fill one by one (Dreyer et al., Nature Materials 9
    (2010) 448) and have no common diffusivity to share a current by.

    >>> import numpy as np, particle_sim as ps
    >>> from particle_sim.materials.sizes import log_normal
    >>> material = ps.load_material("he_o3_li2024")
    >>> sizes = log_normal(material.value("particle_radius"), 0.4)
    >>> run = sized_half_cells(material, sizes=sizes, c_rate=np.array([2.0]))
    >>> round(float(run.capacity[0]))
    115
    """
    if material.two_phase:
        raise InputError(
            f"{material.name}: particles of two phases fill one by one and do not share a current "
            "by diffusion; take a solid solution, or solve_particle for one size of it."
        )
    if "particle_radius" in (values or {}):
        raise InputError(
            f"{material.name}: particle_radius cannot be drawn beside a size distribution; "
            "draw the diffusivity, or give another distribution."
        )
    rates = rates_of(material, c_rate)
    cell = half_cell(material, design=design)
    drawn = drawn_of(cell, values or {}, len(rates))
    radius, share = size_classes(sizes, classes)
    discharge = direction is Direction.DISCHARGE
    lower, upper = cell.voltage_limits
    start = rest_state(cell, upper if discharge else lower, temperature).positive
    specific = rates * drawn["one_c_current"]
    each = {name: array.repeat(len(radius)) for name, array in drawn.items()}
    each["particle_radius"] = np.tile(radius, len(rates))
    spheres = spheres_of(material, each, start, law.in_sphere(material, temperature))
    signed = specific if discharge else -specific
    cells = cells_of(cell, each, signed.repeat(len(radius)), spheres, temperature)
    surfaces, drop = _surfaces(cells, share), cells.drop[:: len(radius)]
    filling = signed * drawn["density"] / (drawn["maximum_concentration"] * FARADAY)
    run = advance_electrodes(
        spheres,
        surfaces,
        filling,
        stop=(lower if discharge else upper) + drop,
        duration=LONGEST / np.abs(filling),
        error=error,
        output=output,
    )
    return SizedHalfCells(
        **vars(run),
        sizes=sizes,
        radius=radius,
        volume_share=share,
        capacity=specific * run.time_end / 3600,
        voltage=run.potential - drop[:, None],
        capacity_grid=specific[:, None] * run.time / 3600,
    )


def share_above(cells: SizedHalfCells, stress: float, peaks: Array) -> Array:
    """Share of the electrode's volume in particles whose peak passes ``stress`` [Pa] (n,).

    ``peaks`` (n, k): one of the run's peak stresses, of ``cells`` n of k classes. Between the
    classes it is the monotone cubic in ln R, beyond them that of the last; the volume is the
    distribution's own.

    >>> import particle_sim as ps
    >>> from particle_sim.materials.sizes import log_normal
    >>> sizes = log_normal(4e-7, 0.4)
    >>> run = sized_half_cells(
    ...     ps.load_material("he_o3_li2024"), sizes=sizes, c_rate=np.array([2.0]), classes=3
    ... )
    >>> share_above(run, 0.0, np.ones((1, 3))).round(3)
    array([1.])

    Raises nothing.
    """
    sizes = cells.sizes
    reach = _REACH * sizes.spread.max() + 1e-6
    middle = np.log(sizes.median_radius)
    edges = np.linspace(middle.min() - reach, middle.max() + reach, _PARTS + 1)
    volume = np.diff(volume_below(sizes, np.exp(edges)))
    places = np.log(cells.radius)
    if len(places) == 1:
        return np.asarray((peaks[:, 0] > stress).astype(float))
    inside = np.clip(0.5 * (edges[1:] + edges[:-1]), places[0], places[-1])
    return np.asarray((PchipInterpolator(places, peaks, axis=1)(inside) > stress) @ volume)


def _surfaces(cells: Cells, share: Array) -> Surfaces:
    """What ``cells``, one for each size of each electrode, say of the electrodes."""
    voltage: HalfCellVoltage = cells.cell
    places, potential = voltage.filling, voltage.potential
    slopes = np.diff(potential) / np.diff(places)
    slopes = np.concatenate([[_BEYOND], slopes, [_BEYOND]])
    places, potential = (np.concatenate([each[:1], each]) for each in (places, potential))

    def rest(theta: Array) -> tuple[Array, Array]:
        piece = np.searchsorted(places[1:], theta, side="right")
        return potential[piece] + slopes[piece] * (theta - places[piece]), slopes[piece]

    def exchange(theta: Array) -> tuple[Array, Array]:
        inside = np.clip(theta, _EDGE, 1 - _EDGE)
        law, temperature = voltage.exchange, voltage.temperature
        slope = np.where(inside == theta, law.slope(inside, temperature), 0.0)
        return law(inside, temperature), slope

    return Surfaces(
        volume_share=share,
        rest=rest,
        exchange=exchange,
        half=cells.half[:: len(share)],
        stress=cells.stress[:: len(share)],
        thermal=voltage.thermal,
    )
