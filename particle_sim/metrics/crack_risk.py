"""Crack risk: the flaw in a particle that is closest to growing, and how close it is.

The stress field knows no flaws (upper bound before cracks relax it); a flaw is sharp, planar,
normal to the largest principal stress, and far smaller than the particle and than the length over
which stress varies. Rate effects, fatigue and crack paths are not in it.
"""

from __future__ import annotations

from dataclasses import dataclass

from particle_sim.metrics.crack_sites import CrackSites, crack_sites
from particle_sim.metrics.effective_moduli import effective_moduli
from particle_sim.metrics.flaw import LARGEST_FLAW, FlawBelief, FlawKind, flaw_belief
from particle_sim.metrics.fracture import energy_release_rate
from particle_sim.particle.run import ParticleRun
from particle_sim.units import readable

UNIFORM_ENOUGH = 0.8
"""Least uniformity of the stress over a flaw that passes without a warning (assumed)."""


@dataclass(frozen=True, kw_only=True)
class CrackRisk:
    """The worst flaw of a run against the toughness; made by :func:`crack_risk`.

    ``axes`` names the directions of stress and of ``direction``; ``warnings`` say where the
    estimate is rough.
    """

    position: tuple[float, ...]
    """Worst place [m]: the radius, or the coordinates in a body."""
    time: float
    """Worst time [s] among the stored ones."""
    mean_filling: float
    """Volume mean of theta at that time."""
    stress: float
    """Largest first principal stress there [Pa]; tension positive."""
    direction: tuple[float, float, float]
    """Unit vector along it, in ``axes``; the crack is normal to it."""
    axes: tuple[str, str, str]
    flaw: FlawKind
    flaw_size: float
    """a [m]"""
    intensity: float
    """K = Y sigma sqrt(a) [Pa m^0.5]"""
    toughness: float
    """K_IC [Pa m^0.5]"""
    energy_release_rate: float
    """G = K^2 (1 - nu^2)/E [J/m2] (plane strain, Irwin 1957)"""
    critical_energy_release_rate: float
    """G_c = K_IC^2 (1 - nu^2)/E [J/m2]"""
    critical_flaw_size: float
    """a_c = (K_IC/(Y sigma))^2 [m]; inf without tension"""
    ratio_range: tuple[float, float]
    """K/K_IC at the most and the least favourable corner of the plausible flaw sizes and
    toughnesses; equal to the ratio where both were given"""
    probability: float
    """Share of the plausible combinations of flaw size and toughness with K > K_IC"""
    uniformity: float
    """Least over largest stress across the crack within one flaw size; nan where the mesh is
    coarser than that. Well below 1, K is an upper bound."""
    warnings: tuple[str, ...] = ()

    @property
    def ratio(self) -> float:
        """K/K_IC; above 1 the flaw grows."""
        return self.intensity / self.toughness


def crack_risk(
    run: ParticleRun, *, flaw_size: float | None = None, toughness: float | None = None
) -> CrackRisk:
    """The flaw with the largest stress intensity over all points and stored times of ``run``.

    K = 1.12 sigma sqrt(pi a) for points on a bare surface, K = 2 sigma sqrt(a/pi) inside and under
    a coating, sigma the largest principal stress (nodal recovery). ``flaw_size`` a [m] and
    ``toughness`` K_IC [Pa m^0.5] are the material's unless given; the material's flaw size, its
    range included, is cut off at a tenth of the particle's size. Coatings are not judged. The bare
    face of a slab at its origin counts as a surface. At corners, and where grain boundaries meet
    each other or a surface, stress grows without bound as the mesh is refined: so does K.

    >>> from particle_sim.particle.example import example_run
    >>> risk = crack_risk(example_run())
    >>> print(f"{risk.flaw.value}, a = {risk.flaw_size * 1e9:.0f} nm: K/K_IC = {risk.ratio:.4f}")
    edge crack of depth a at a free surface, a = 20 nm: K/K_IC = 0.0053

    Raises :class:`InputError` where the material has neither number and none is given, and for a
    number that is not positive.
    """
    sites = crack_sites(run)
    belief = flaw_belief(run.particle.material, sites.extent, flaw_size, toughness)
    time, point = sites.worst
    kind, stress = sites.kind(point), float(sites.tension[time, point])
    driving = float(sites.driving[time, point])
    intensity, limit = kind.intensity(stress, belief.size), belief.toughness.magnitude
    moduli = effective_moduli(run, float(sites.site_fraction[time, point]))
    direction = [float(x) for x in sites.direction(time, point)]
    uniformity = sites.uniformity(time, point, belief.size)
    return CrackRisk(
        position=tuple(float(x) for x in sites.positions[point]),
        time=float(run.time[time]),
        mean_filling=float(run.mean_site_fraction[time]),
        stress=stress,
        direction=(direction[0], direction[1], direction[2]),
        axes=sites.axes,
        flaw=kind,
        flaw_size=belief.size,
        intensity=intensity,
        toughness=limit,
        energy_release_rate=energy_release_rate(intensity, *moduli),
        critical_energy_release_rate=energy_release_rate(limit, *moduli),
        critical_flaw_size=kind.critical_size(stress, limit),
        ratio_range=belief.ratio_range(driving),
        probability=belief.probability(driving),
        uniformity=uniformity,
        warnings=_warnings(sites, belief, uniformity),
    )


def _warnings(sites: CrackSites, belief: FlawBelief, uniformity: float) -> tuple[str, ...]:
    size, found = belief.size, []
    if size < belief.flaw_size.magnitude:
        found.append(
            f"The flaw size of {_nanometres(belief.flaw_size.magnitude)} nm was cut off at "
            f"{_nanometres(size)} nm, {LARGEST_FLAW:.0%} of the particle's size."
        )
    if size > LARGEST_FLAW * sites.extent:
        found.append(
            f"The flaw of {_nanometres(size)} nm is more than {LARGEST_FLAW:.0%} of the particle's "
            f"{_nanometres(sites.extent)} nm; the stress intensity is rough."
        )
    if uniformity < UNIFORM_ENOUGH:
        found.append(
            f"The stress across the crack falls to {uniformity:.0%} of its peak within one flaw "
            "size; the stress intensity is an upper bound."
        )
    return tuple(found)


def _nanometres(length: float) -> str:
    return readable(length * 1e9)
