"""advance_electrodes: spheres of several sizes at one potential, many electrodes at once."""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from particle_sim.batch import block
from particle_sim.batch.accuracy import ERROR, meshes, tolerance_of
from particle_sim.batch.advance import Spheres, scaled_lanes, shapes_of, stress_unit, tried_enough
from particle_sim.batch.numpy_kernel import advance_block
from particle_sim.batch.sharing import Sharing, WithSlope
from particle_sim.constants import FARADAY
from particle_sim.units import Array


@dataclass(frozen=True, kw_only=True)
class Surfaces:
    """How n electrodes of k sizes meet the electrolyte; arrays (n,) but for the shares (k,)."""

    volume_share: Array
    rest: WithSlope
    """theta -> (U, dU/dtheta) [V]"""
    exchange: WithSlope
    """theta -> (f, df/dtheta) of j0 = half f"""
    half: Array
    """[A/m2]"""
    stress: Array
    """Taken off U per filling between surface and mean [V]"""
    thermal: float
    """2 R T/F [V]"""


@dataclass(frozen=True, kw_only=True)
class ElectrodeRun:
    """Results of n electrodes of k sizes; what :class:`BatchRun` has too means the same."""

    time_end: Array
    """[s] (n,)"""
    stopped: NDArray[np.bool_]
    """Whether the potential passed its limit (n,)"""
    mean_site_fraction_end: Array
    """(n, k)"""
    surface_site_fraction_end: Array
    peak_inhomogeneity: Array
    peak_hoop_stress: Array
    peak_tension: Array
    peak_hydrostatic_stress: Array
    sodium_error: Array
    """Of all sizes together (n,)"""
    steps: NDArray[np.int64]
    """(n,)"""
    time: Array
    """[s] (n, output)"""
    potential: Array
    """[V] (n, output)"""
    mean_site_fraction: Array
    """(n, k, output)"""
    surface_site_fraction: Array


def advance_electrodes(
    spheres: Spheres,
    surfaces: Surfaces,
    rate: Array,
    *,
    stop: Array,
    duration: Array,
    error: float = ERROR,
    output: int = 0,
) -> ElectrodeRun:
    """Fill or empty n electrodes at constant current until their potential passes ``stop``.

    The n k ``spheres`` of k sizes stand side by side, electrode by electrode. All sizes of an
    electrode have one potential (no ohmic drop in the electrolyte or between particles) and share

        d<theta>/dt = sum_k v_k d<theta_k>/dt = ``rate`` (n,) [1/s], positive when filled,
        V = U(theta_k) - S (theta_k - <theta_k>) + (2 R T/F) asinh(F N_k/(2 j0(theta_k))),

    theta_k at the surface (:mod:`particle_sim.batch.sharing`). ``stop`` [V] and ``duration`` [s]
    are (n,). Mesh, steps and ``error`` as in :func:`~particle_sim.batch.advance.advance`, with one
    step for all sizes of an electrode. In NumPy.
    """
    count, sizes = len(rate), len(surfaces.volume_share)
    tolerance = tolerance_of(error)
    share = np.tile(surfaces.volume_share, count)
    area = (share * 3 / spheres.radius).reshape(count, sizes).sum(axis=1)
    flux = (-rate / area).repeat(sizes) * spheres.maximum_concentration
    time = np.stack([np.zeros(count), duration], axis=1).repeat(sizes, axis=0)
    lanes, unit = scaled_lanes(spheres, time, np.stack([flux] * 2, axis=1), (0.0, 1.0), tolerance)
    half = surfaces.half.repeat(sizes)
    sharing = Sharing(
        count=sizes,
        rest=surfaces.rest,
        exchange=surfaces.exchange,
        thermal=surfaces.thermal,
        pace=1 / unit,
        weight=share / unit,
        outflow=(-rate / 3).repeat(sizes),
        resistance=FARADAY * spheres.radius * spheres.maximum_concentration / (2 * unit * half),
        stress=surfaces.stress.repeat(sizes),
        stop=stop.repeat(sizes),
    )
    lanes = block.Lanes(**{**vars(lanes), "sharing": sharing})
    return _in_si(spheres, _run(spheres, lanes, sharing, (error, output)), lanes, sharing)


def _run(
    spheres: Spheres, lanes: block.Lanes, sharing: Sharing, accuracy: tuple[float, int]
) -> block.BlockRun:
    """All electrodes, those of similar flux together."""
    error, output = accuracy
    sizes, shapes = sharing.count, shapes_of(spheres)
    count = len(lanes.start) // sizes
    results = block.BlockRun.unfinished(count * sizes, output)
    highest = np.abs(lanes.flux[:, 0]).reshape(count, sizes).max(axis=1)
    for mesh, which in meshes(highest, shapes.diffusivity.values, error, sizes):
        each = (which[:, None] * sizes + np.arange(sizes)).ravel()
        run = advance_block(mesh, shapes, lanes.part(each), tolerance_of(error), output)
        for item in fields(run):
            getattr(results, item.name)[each] = getattr(run, item.name)
    tried_enough(results.end[::sizes], "Electrode")
    return results


def _in_si(
    spheres: Spheres, results: block.BlockRun, lanes: block.Lanes, sharing: Sharing
) -> ElectrodeRun:
    sizes, output = sharing.count, results.histories.shape[1]
    shape = len(results.time) // sizes, sizes
    stress = np.broadcast_to(stress_unit(spheres), len(results.time))
    duration = (results.time / sharing.pace)[::sizes]
    share = sharing.weight / sharing.pace
    gained = (share * (results.mean - lanes.start)).reshape(shape).sum(axis=1)
    potential = np.empty((shape[0], output))
    for i in range(output):
        at = sharing.voltage(results.histories[:, i], results.means[:, i])
        potential[:, i] = at[::sizes]
    return ElectrodeRun(
        time_end=duration,
        stopped=results.end[::sizes] == block.VOLTAGE,
        mean_site_fraction_end=results.mean.reshape(shape),
        surface_site_fraction_end=results.surface.reshape(shape),
        peak_inhomogeneity=results.inhomogeneity.reshape(shape),
        peak_hoop_stress=(results.hoop * stress).reshape(shape),
        peak_tension=(results.tension * stress).reshape(shape),
        peak_hydrostatic_stress=(results.hydrostatic * stress).reshape(shape),
        sodium_error=np.abs(gained + 3 * sharing.outflow[::sizes] * duration),
        steps=results.steps[::sizes],
        time=duration[:, None] * np.linspace(0, 1, output),
        potential=potential,
        mean_site_fraction=results.means.reshape(*shape, output),
        surface_site_fraction=results.histories.reshape(*shape, output),
    )
