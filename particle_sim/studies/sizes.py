"""What a comparison must say about sizes: unlike radii, and a radius that changes a measured D."""

from __future__ import annotations

import re

from particle_sim.materials.material import Material
from particle_sim.materials.property import Evidence, Property
from particle_sim.studies.settings import Comparison
from particle_sim.units import readable

ALIKE = 1.01
"""Ratio of radii up to which they count as one size."""
_OWN_MEASUREMENT = (Evidence.MEASURED, Evidence.DIGITISED)
_METHODS = re.compile(
    r"\b(GITT|PITT|EIS|CV|titration|impedance|Warburg|voltammetry|Randles)\b", re.IGNORECASE
)
"""Methods whose D is a rate times the square of a length or area that was put in."""


def size_cautions(settings: Comparison, baseline: Material, candidate: Material) -> tuple[str, ...]:
    """One sentence for materials of unlike size, and one for each whose D loses its meaning.

    Titration, impedance and voltammetry see the diffusion time R^2/D, or the area over which the
    current goes; a fit to rates does too. Their D holds for the radius that it was evaluated with
    (Weppner and Huggins, J. Electrochem. Soc. 124 (1977) 1569). Nothing is said of a D
    that the user sets as well, or that was measured on another material.
    """
    found = [_mixed(baseline, candidate)]
    given = (settings.baseline, settings.candidate)
    for name, material in zip(given, (baseline, candidate), strict=True):
        changed = settings.overrides.get(name, {})
        if "particle_radius" in changed and "diffusivity" not in changed:
            found.append(_lost_meaning(material))
    return tuple(dict.fromkeys(sentence for sentence in found if sentence))


def _mixed(baseline: Material, candidate: Material) -> str:
    radii = [each.value("particle_radius") for each in (baseline, candidate)]
    if max(radii) <= ALIKE * min(radii):
        return ""
    return (
        f"{baseline.title} has a radius of {_micrometre(radii[0])} and {candidate.title} one of "
        f"{_micrometre(radii[1])}, so the time of diffusion differs by a factor of "
        f"{readable((max(radii) / min(radii)) ** 2)} from size alone; --radius gives both one size."
    )


def _lost_meaning(material: Material) -> str:
    diffusivity = material["diffusivity"]
    method = measured_by(diffusivity)
    if not method:
        return ""
    return (
        f"The diffusivity of {material.title}, {_in_unit(diffusivity)}, comes from {method}, "
        "which sees D/R^2 of the radius it was evaluated with; the radius set here, "
        f"{_micrometre(material.value('particle_radius'))}, changes what was measured unless the "
        "diffusivity is set with it, in proportion to R^2."
    )


def measured_by(diffusivity: Property) -> str:
    """The method behind a D that stands for D/R^2, or nothing."""
    if diffusivity.evidence is Evidence.FITTED:
        return "a fit"
    named = _METHODS.search(f"{diffusivity.place} {diffusivity.note}")
    return named.group(0) if named and diffusivity.evidence in _OWN_MEASUREMENT else ""


def _in_unit(known: Property) -> str:
    """Magnitude and unit, with two digits."""
    return f"{known.magnitude:.2g} {known.unit}"


def _micrometre(radius: float) -> str:
    return f"{1e6 * radius:.3g} um"
