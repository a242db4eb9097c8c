"""What a paper says of a comparison: a paragraph of methods and a list of references."""

from __future__ import annotations

import re
from collections.abc import Mapping
from importlib import metadata

from particle_sim.claims.compare import ComparisonResult
from particle_sim.materials.catalogue import CATALOGUE
from particle_sim.materials.schema import Source
from particle_sim.studies.result import MaterialResult
from particle_sim.transport.laws import LAWS

TOLD = {
    "particle_radius": "radius",
    "diffusivity": "diffusivity",
    "exchange_current_density": "exchange current density",
    "regular_solution_parameter": "regular solution parameter",
    "gradient_coefficient": "gradient coefficient",
    "volume_change": "volume change",
    "youngs_modulus": "Young's modulus",
    "poisson_ratio": "Poisson ratio",
    "fracture_toughness": "fracture toughness",
}
"""Numbers of a material that its sentence gives."""
PHASES = frozenset({"regular_solution_parameter", "gradient_coefficient"})
"""Those that only a law of two phases reads."""
UNPRINTED = frozenset({"arithmetic", "judgement"})
"""Sources that nobody can look up."""
SOFTWARE = {
    "particle_sim": Source(
        citation="The particle_sim authors, particle_sim: a continuum simulator of battery "
        "particles, version {particle-sim}"
    ),
    "pybamm": Source(
        citation="V. Sulzer, S. G. Marquis, R. Timms, M. Robinson, S. J. Chapman, Python Battery "
        "Mathematical Modelling (PyBaMM), J. Open Res. Softw. 9 (2021) 14; version {pybamm}",
        doi="10.5334/jors.309",
    ),
}
"""What computed the numbers."""


def methods_text(result: ComparisonResult) -> str:
    """One paragraph with the numbers of this comparison, to be pasted and shortened."""
    settings, (one, other) = result.settings, result.materials
    low, high = _window(one)
    equal = [each.name.replace("_", " ") for each in result.differences if each.common is not None]
    said = [
        f"{one.title} ({one.material.formula}) and {other.title} ({other.material.formula}) were "
        f"compared during {settings.direction.value} at {settings.c_rate:g}C between "
        f"{low:g} and {high:g} V "
        f"against {result.carrier} metal"
        + ("." if _window(other) == (low, high) else f" ({other.title}: {_span(other)})."),
        f"The current of half cells (PyBaMM {metadata.version('pybamm')}, single-particle model) "
        "drove transport and linear elasticity in a sphere of each material, by finite elements "
        f"along the radius (particle_sim {metadata.version('particle-sim')}).",
        *(_material_sentence(each) for each in result.materials),
        *(
            [f"What is known of one of them at most was made equal: {', '.join(equal)}."]
            if equal
            else []
        ),
        f"Sentences were tested on {settings.samples:,} draws of plausible inputs (seed "
        f"{settings.seed}) and count as supported where the 95 % interval of the share in which "
        "they hold lies above 90 %, as contradicted where it lies below 10 %.",
        result.headline.answer,
    ]
    return " ".join(said)


def _window(own: MaterialResult) -> tuple[float, float]:
    return own.material.value("lower_voltage"), own.material.value("upper_voltage")


def _span(own: MaterialResult) -> str:
    low, high = _window(own)
    return f"{low:g} to {high:g} V"


def _material_sentence(own: MaterialResult) -> str:
    run, known = own.particle, own.material.properties
    others = [LAWS[law].title for law in own.runs if law != own.law.name]
    values = []
    for name in TOLD:
        if name in known and (name in own.law.needs or name not in PHASES):
            kind = CATALOGUE[name]
            unit = "" if kind.shown_unit == "1" else f" {kind.shown_unit}"
            value = known[name].magnitude * kind.shown_factor
            values.append(f"{TOLD[name]} {value:.4g}{unit}")
    besides = f", and as {' and '.join(others)}" if others else ""
    return (
        f"{own.title} ran as {own.law.title}, {run.cost.steps} time steps, with "
        f"{', '.join(values)}{besides}; its {own.material.carrier} balance closes to "
        f"{run.balances.sodium:.0e} and its mechanical equilibrium to "
        f"{run.balances.equilibrium:.0e}."
    )


def references(result: ComparisonResult) -> str:
    """BibTeX of every source that an input of the comparison names, and of the software."""
    used: dict[str, Source] = dict(SOFTWARE)
    for own in result.materials:
        properties = [*own.material.properties.values(), *own.record.material.properties.values()]
        properties += own.cell.cell.design.properties.values()
        keys = {prop.source for prop in properties} | {own.record.phase_behaviour.source}
        known = own.record.system.sources
        used |= {key: known[key] for key in sorted(keys - UNPRINTED) if key in known}
    return bibtex(used)


def bibtex(sources: Mapping[str, Source]) -> str:
    """An ``@misc`` entry for each source, its citation as it stands.

    >>> print(bibtex({"b2020": Source(citation="A. B, J. {C} 1 (2020) 2", doi="10.1/x_y")}))
    @misc{b2020,
      key = {b2020},
      howpublished = {A. B, J. C 1 (2020) 2},
      doi = {10.1/x_y},
    }
    <BLANKLINE>
    """
    return "\n".join(_entry(key, source) for key, source in sources.items())


def _entry(key: str, source: Source) -> str:
    versions = {name: metadata.version(name) for name in ("particle-sim", "pybamm")}
    citation = source.citation
    for name, version in versions.items():
        citation = citation.replace(f"{{{name}}}", version)
    fields = {"key": key, "howpublished": citation, "doi": source.doi}
    lines = [f"  {name} = {{{_plain(text)}}}," for name, text in fields.items() if text]
    return "\n".join([f"@misc{{{re.sub(r'[^A-Za-z0-9:_.-]', '', key)},", *lines, "}\n"])


def _plain(text: str) -> str:
    """Without what TeX would take for a command."""
    words = " ".join(re.sub(r"[{}\\]", "", text).split())
    return re.sub(r"([&%$#])", r"\\\1", words)
