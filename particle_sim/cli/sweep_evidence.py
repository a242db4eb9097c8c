"""Rate tests in a sweep: which axes they narrow, and the sentences that say so."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from particle_sim.cli.evidence_options import asked_evidence
from particle_sim.inference.carried import Carried, carried
from particle_sim.inference.learned_axes import RATE, check_narrowable, with_rate_tests
from particle_sim.materials.load import load_record
from particle_sim.studies.choices import EvidenceChoice
from particle_sim.sweeps.axes import AnyAxis
from particle_sim.sweeps.scenario import SweepScenario


def narrowed_axes(
    asked: SweepScenario, evidence: EvidenceChoice | None, data: Sequence[str] | None
) -> tuple[Sequence[AnyAxis], list[str]]:
    """The axes, and what rate tests did to them: nothing, unless it is asked for.

    Tests in print are used of all materials or of none.
    """
    if evidence is None and not data:
        return asked.axes, []
    named = dict(getattr(asked.function, "asked_as", {}))
    choice, files = asked_evidence(evidence, data, list(named.values()) or ["NAME"])
    if choice is EvidenceChoice.NONE:
        return asked.axes, []
    check_narrowable(asked.sampling, getattr(asked.function, "axis_units", {}))
    records = {name: load_record(given) for name, given in named.items()}
    known = {
        name: carried(record, choice, Path(files[given]) if given in files else None)
        for (name, given), record in zip(named.items(), records.values(), strict=True)
    }
    missing = {name: each.why for name, each in known.items() if each.learned is None}
    if missing and choice is EvidenceChoice.SHIPPED:
        whose = "; ".join(f"{name}: {why}" for name, why in missing.items())
        return asked.axes, [f"Rate tests in print are used of all materials or of none ({whose})."]
    axes, says = asked.axes, []
    for name, record in records.items():
        bare = len(named) == 1 and any(axis.name == "diffusivity" for axis in axes)
        axes = with_rate_tests(axes, record.material, "" if bare else f"{name}.", known[name])
        drawn = any(axis.name in (RATE, f"{name}.{RATE}") for axis in axes)
        says += [*known[name].notes, _sentence(name, known[name], drawn=drawn)]
    return axes, says


def _sentence(name: str, known: Carried, *, drawn: bool) -> str:
    if known.learned is None:
        return f"No rate test narrows {name}: {known.why}."
    if not drawn:
        return (
            f"No rate test narrows {name}: the sweep has no axis {name}.diffusivity over the range "
            "of its file."
        )
    tests = "; ".join(known.learned.learned_from)
    return (
        f"{name}: D/R² and 3 j0/(rho R) are drawn from what its rate tests leave ({tests}), read "
        "as spheres of one size with one D."
    )
