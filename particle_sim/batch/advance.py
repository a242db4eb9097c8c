"""advance: sodium and stress of thousands of spheres, each with its own numbers and history."""

from __future__ import annotations

import enum
from dataclasses import dataclass, fields
from importlib.util import find_spec

import numpy as np
from numpy.typing import NDArray

from particle_sim.batch import block
from particle_sim.batch.accuracy import ERROR, counted, meshes, tolerance_of
from particle_sim.batch.control import LARGEST_STEPS
from particle_sim.batch.history import passed
from particle_sim.errors import ConvergenceError, InputError
from particle_sim.transport.table import GRID, Table, tabulated
from particle_sim.units import Array

ONE, NOTHING = (tabulated(0 * GRID + value, is_straight=True) for value in (1.0, 0.0))
FREE_SITES = tabulated(GRID * (1 - GRID))
"""theta (1 - theta), which the drift of an ideal solid solution goes with."""


class BatchEnd(enum.IntEnum):
    """Why a particle of a batch stopped; the values stand in ``end``."""

    TIME = block.TIME
    EMPTY = block.EMPTY
    FULL = block.FULL


class Engine(enum.Enum):
    """What runs the inner loops."""

    AUTOMATIC = "automatic"
    """Numba if it is installed and has compiled its kernel (``particle-sim warm-up``)"""
    NUMPY = "numpy"
    NUMBA = "numba"
    """Compiles at the first call, for half a minute"""


@dataclass(frozen=True, kw_only=True)
class Spheres:
    """n free solid spheres in SI units; every array is (n,).

    D(theta) = ``diffusivity`` (``shape`` + ``drift`` ``mobile``), see
    :class:`~particle_sim.transport.sphere.SphereTransport`. ``strain``: linear chemical strain is
    ``strain_scale`` times it; no strain, no stress.
    """

    radius: Array
    diffusivity: Array
    maximum_concentration: Array
    initial_site_fraction: Array
    shape: Table = ONE
    mobile: Table = FREE_SITES
    drift: Array | None = None
    """``None``: stress does not act back"""
    strain: Table = NOTHING
    strain_scale: Array | float = 1.0
    youngs_modulus: Array | float = 0.0
    poisson_ratio: Array | float = 0.0


@dataclass(frozen=True, kw_only=True)
class BatchRun:
    """Results of n spheres. Peaks are over all nodes and times and at least 0."""

    time_end: Array
    """[s] from the first time of the history"""
    end: NDArray[np.int64]
    """:class:`BatchEnd` codes"""
    mean_site_fraction_end: Array
    surface_site_fraction_end: Array
    peak_inhomogeneity: Array
    """max - min of theta"""
    peak_hoop_stress: Array
    """[Pa]"""
    peak_tension: Array
    """First principal stress at the surface [Pa]"""
    peak_hydrostatic_stress: Array
    """[Pa]"""
    sodium_error: Array
    """Inventory gained plus outflow over the window's inventory, at the end"""
    steps: NDArray[np.int64]
    """Time steps tried"""
    time: Array
    """Equal parts of each run [s] (n, k)"""
    mean_site_fraction: Array
    surface_site_fraction: Array


def advance(
    spheres: Spheres,
    time: Array,
    flux: Array,
    *,
    limits: tuple[Array | float, Array | float] = (0.0, 1.0),
    error: float = ERROR,
    output: int = 0,
    engine: Engine = Engine.AUTOMATIC,
) -> BatchRun:
    """Advance every sphere under its surface flux until the history or the room ends.

        dc/dt = 1/r^2 d/dr (r^2 D dc/dr),   -D dc/dr = N(t) at r = R,
        D = diffusivity (shape(theta) + drift mobile(theta)),   theta = c/c_max

    ``flux`` (n, m) [mol/(m2 s)], positive out, is linear between ``time`` (m,) or (n, m) [s]; a
    time given twice is a jump. A sphere stops when its surface filling meets ``limits``.
    ``output`` = k asks for k equal parts of each run. Working memory does not grow with n beyond
    the results. RODAS in time with a step of its own per sphere; isothermal, small strain, one
    phase (D positive).

    ``error`` (1e-6 to 1e-2) is what fillings at the end may be off by, and a thirtieth of what peak
    stresses may, as shares of the peak: 1e-4 promises 0.3 %. Steps and elements follow from it
    (:mod:`particle_sim.batch.accuracy`), for N R/(D c_max) up to 30; a faster particle is full or
    empty at its surface at once, and its stress less certain.

    Raises :class:`InputError` for shapes that do not fit, numbers that are not positive or an error
    that cannot be met, and :class:`ConvergenceError` if a sphere needs more than 20,000 steps.
    """
    tolerance = tolerance_of(error)
    lanes, unit = scaled_lanes(spheres, time, flux, limits, tolerance)
    shapes = shapes_of(spheres)
    kernel = _kernel(engine)
    count = len(lanes.start)
    results = block.BlockRun.unfinished(count, output)
    for mesh, which in meshes(np.abs(lanes.flux).max(axis=1), shapes.diffusivity.values, error):
        run = kernel(mesh, shapes, lanes.part(which), tolerance, output)
        for item in fields(run):
            getattr(results, item.name)[which] = getattr(run, item.name)
    return _in_si(spheres, results, lanes, unit)


def _kernel(engine: Engine) -> block.Kernel:
    has_numba = find_spec("numba") is not None
    if engine is Engine.NUMBA and not has_numba:
        raise InputError("The batch engine is numba, which is not installed; use numpy.")
    if engine is Engine.NUMBA or (engine is Engine.AUTOMATIC and has_numba and _is_ready()):
        from particle_sim.batch.numba_kernel import advance_block as compiled

        return compiled
    from particle_sim.batch.numpy_kernel import advance_block

    return advance_block


def _is_ready() -> bool:
    """Whether numba's kernel is compiled; says once what would compile it."""
    from particle_sim.batch.warm import kernel_is_ready
    from particle_sim.fem.machine_code import announced

    return announced(kernel_is_ready(), "the batch")


def shapes_of(spheres: Spheres) -> block.Shapes:
    """The functions that all share; :class:`InputError` where D is not positive."""
    lowest = spheres.shape.values.min()
    if not lowest > 0:
        raise InputError(
            f"The shape of the diffusivity falls to {lowest:g}; "
            "it must be positive for every site fraction."
        )
    return block.Shapes(diffusivity=spheres.shape, mobile=spheres.mobile, strain=spheres.strain)


def scaled_lanes(
    spheres: Spheres,
    time: Array,
    flux: Array,
    limits: tuple[Array | float, Array | float],
    tolerance: float,
) -> tuple[block.Lanes, Array]:
    """Checked lanes, and the unit of time R^2/D [s] (n,)."""
    count = len(spheres.radius)
    for name in ("radius", "diffusivity", "maximum_concentration"):
        values = np.asarray(getattr(spheres, name))
        if values.shape != (count,) or not np.all((values > 0) & np.isfinite(values)):
            raise InputError(
                f"The {name} of the spheres must be {count} finite positive numbers; check it."
            )
    time, flux = np.asarray(time, dtype=float), np.asarray(flux, dtype=float)
    if flux.ndim != 2 or len(flux) != count or time.shape not in (flux.shape, flux.shape[1:]):
        raise InputError(
            f"The flux has the shape {flux.shape} and its times {time.shape}; {count} spheres need "
            f"({count}, m) and (m,) or ({count}, m)."
        )
    if flux.shape[1] < 2 or not np.all(np.isfinite(flux)) or np.any(np.diff(time) < 0):
        raise InputError("A flux history needs two or more finite values at rising times.")
    unit = spheres.radius**2 / spheres.diffusivity
    scaled = flux * (unit / (spheres.radius * spheres.maximum_concentration))[:, None]
    low, high = (np.broadcast_to(np.asarray(limit, dtype=float), count) for limit in limits)
    drift = np.zeros(count) if spheres.drift is None else np.asarray(spheres.drift, dtype=float)
    return block.Lanes(
        start=np.asarray(spheres.initial_site_fraction, dtype=float),
        drift=drift,
        low=low,
        high=high,
        knots=np.broadcast_to(time, flux.shape) / unit[:, None],
        flux=scaled,
        scale=counted(np.abs(scaled).max(axis=1), tolerance),
    ), unit


def tried_enough(ends: NDArray[np.int64], what: str) -> None:
    """:class:`ConvergenceError` where one was given up."""
    if np.any(ends == block.FAILED):
        first = int(np.flatnonzero(ends == block.FAILED)[0])
        raise ConvergenceError(
            f"{what} {first} of the batch needs more than {LARGEST_STEPS} steps.",
            last_state=None,
            residuals=(),
        )


def stress_unit(spheres: Spheres) -> Array:
    """E strain_scale/(1 - nu) [Pa], a number or (n,)."""
    stiffness = np.asarray(spheres.youngs_modulus) / (1 - np.asarray(spheres.poisson_ratio))
    return np.asarray(stiffness * spheres.strain_scale)


def _in_si(spheres: Spheres, results: block.BlockRun, lanes: block.Lanes, unit: Array) -> BatchRun:
    tried_enough(results.end, "Sphere")
    stress = stress_unit(spheres)
    wanted = results.time[:, None] * np.linspace(0, 1, results.histories.shape[1])
    out = passed(lanes.knots, lanes.flux, results.time[:, None])[:, 0]
    return BatchRun(
        time_end=results.time * unit,
        end=results.end,
        mean_site_fraction_end=results.mean,
        surface_site_fraction_end=results.surface,
        peak_inhomogeneity=results.inhomogeneity,
        peak_hoop_stress=results.hoop * stress,
        peak_tension=results.tension * stress,
        peak_hydrostatic_stress=results.hydrostatic * stress,
        sodium_error=np.abs(results.mean - lanes.start + 3 * out),
        steps=results.steps,
        time=wanted * unit[:, None],
        mean_site_fraction=lanes.start[:, None] - 3 * passed(lanes.knots, lanes.flux, wanted),
        surface_site_fraction=results.histories,
    )
