"""Fits in plain words."""

from __future__ import annotations

from particle_sim.inference.fit import Fit
from particle_sim.inference.form_words import score_lines
from particle_sim.inference.forms import TITLES
from particle_sim.inference.identify import DETERMINED, Knowledge
from particle_sim.inference.predict import HeldOut
from particle_sim.inference.scatter_words import is_beyond_belief, scatter_lines
from particle_sim.units import Array, told_apart

LABELS = {
    "diffusion_rate": ("D/R²", 1.0, "1/s"),
    "exchange_current": ("3 j0/(ρR)", 1.0, "mA/g"),
    "series_resistance": ("film resistance × loading", 1e3, "V per A/g"),
    "window_capacity": ("window capacity", 1.0, "mAh/g"),
    "size_spread": ("geometric sd of R", 1.0, ""),
    "diffusivity_fall": ("D(half)/D(full lattice)", 1.0, ""),
    "diffusivity": ("D", 1.0, "m²/s"),
    "particle_radius": ("R", 1e6, "µm"),
}
"""Name, factor from SI, unit of everything that is told."""

LEAST_FORGOTTEN = 0.7
"""Largest correlation with the start of the last stage at which draws count as new (a choice)."""
FEWEST_EFFECTIVE = 200
"""Draws from which the ends of a 90 % interval are known to a few per cent of its probability."""
UNLIKELY = 0.05


def fit_lines(fit: Fit) -> list[str]:
    """The report of a ``fit``, line by line.

    >>> from particle_sim.inference.example import example_fit
    >>> fit_lines(example_fit())[0]
    'Fit of LiFePO4 (LFP) to made up: 6 values of voltage.'

    Raises nothing.
    """
    material = fit.problem.cell.material
    lines = [
        f"Fit of {material.title} to {fit.name}: {len(fit.at)} values of {fit.problem.quantity}.",
        *scatter_lines(fit),
        *fit.notes,
        "",
        f"What the data determine: width of the 90 % interval below {DETERMINED:g} of before. "
        "Given is the median (5 to 95 %); before is what like powders have, or the file measured.",
    ]
    lines += [_group_line(fit, name) for name in fit.problem.parameters]
    lines += score_lines(fit.scores)
    lines += ["", "What no such data can determine", *_never_lines(fit), "", *_pair_lines(fit)]
    lines += [*_check_lines(fit), *_held_lines(fit), "", *_sampling_lines(fit)]
    return lines


def _unit(text: str) -> str:
    return text.replace("mA*h", "mAh")


def _group_line(fit: Fit, name: str) -> str:
    known = fit.identifiability.groups[name]
    closed = {profile.name: profile.closed for profile in fit.profiles}.get(name)
    verdict = "determined" if known.determined else "NOT determined"
    if known.determined and closed is not None and not all(closed):
        verdict = "determined with the prior's help"
    ends = bound_words(fit, name)
    return (
        f"  {LABELS[name][0]:<26} {verdict}: {_quantiles(name, known)}; "
        f"width {known.ratio:.2f} of before; {ends}"
    ).rstrip("; ") + _conflict(known)


def bound_words(fit: Fit, name: str) -> str:
    """On which sides the profile likelihood bounds a parameter; nothing without a profile."""
    closed = {profile.name: profile.closed for profile in fit.profiles}.get(name)
    return {
        (True, True): "bounded on both sides by the data alone",
        (True, False): "the data alone give a lower bound only",
        (False, True): "the data alone give an upper bound only",
        (False, False): "the data alone give no bound",
        None: "",
    }[closed]


def _conflict(known: Knowledge) -> str:
    low, _, high = known.prior
    if low <= known.posterior[1] <= high:
        return ""
    return "; OUTSIDE what was plausible (5 to 95 %): data, model or range is wrong"


def _quantiles(name: str, known: Knowledge) -> str:
    _, factor, unit = LABELS[name]
    after, before = (_median(each * factor) for each in (known.posterior, known.prior))
    return f"{after} {unit}, before {before}"


def _median(quantiles: Array) -> str:
    low, middle, high = told_apart(quantiles, 3)
    return f"{middle} ({low} to {high})"


def _never_lines(fit: Fit) -> list[str]:
    material = fit.problem.cell.material
    radius = material.value("particle_radius")
    rate = fit.identifiability.groups["diffusion_rate"].posterior
    lines = [
        "  D, j0 and R one by one: R, 4 D, 2 j0 at twice the radius discharge exactly alike.",
    ]
    for name, known in fit.identifiability.never.items():
        lines.append(
            f"  {LABELS[name][0]:<26} with R as the file has it: {_quantiles(name, known)}"
        )
    own = _median(rate * radius**2)
    lines.append(f"  If R were {radius * 1e6:.3g} µm (the material's file), D would be {own} m²/s.")
    return lines


def _pair_lines(fit: Fit) -> list[str]:
    pairs = fit.identifiability.strong_pairs
    if not pairs:
        return ["No two groups trade against each other strongly (|correlation| below 0.7)."]
    return [
        f"{LABELS[first][0]} and {LABELS[second][0]} trade against each other: correlation "
        f"{value:+.2f}."
        for first, second, value in pairs
    ]


def _check_lines(fit: Fit) -> list[str]:
    check, unit = fit.check, _unit(fit.problem.unit)
    lines = [
        f"Check: the best draw misses by {check.misfit:.2g} {unit} (rms) without its discrepancy; "
        f"with it and the noise chi-squared is {check.chi_squared:.3g} for {len(fit.at)} values, "
        f"posterior predictive p {check.probability:.2f}.",
    ]
    if check.probability < UNLIKELY or is_beyond_belief(fit):
        lines.append("The model does not produce such data: do not use its parameters.")
    count = len(fit.problem.parameters)
    if len(fit.at) < count:
        lines.append(
            f"{len(fit.at)} values cannot contradict a model with {count} parameters: a good fit "
            "proves nothing here."
        )
    return lines


def _held_lines(fit: Fit) -> list[str]:
    held = fit.held_out
    if held is None:
        return []
    unit = _unit(fit.problem.unit)
    one_c = fit.problem.cell.material.value("one_c_current")
    lines = [
        "",
        f"Held out, {len(held.observed)} values: how many inside the 90 % band, log score a value "
        "(capacities over the largest fitted one; higher is better), rms error of the median.",
        *_score_table(held, None if fit.rival is None else fit.rival.held_out, unit),
    ]
    for current, seen, (low, middle, high) in zip(
        held.current, held.observed, held.predicted.T, strict=True
    ):
        verdict = "inside" if low <= seen <= high else "OUTSIDE"
        lines.append(
            f"  {current / one_c:.3g}C: measured {seen:.4g}, predicted {middle:.4g} "
            f"({low:.4g} to {high:.4g}) {unit}: {verdict} the 90 % band."
        )
    return lines


def _score_table(held: HeldOut, rival: HeldOut | None, unit: str) -> list[str]:
    """The fit beside the curve without physics, and a sentence where that is the better one."""
    rows = [("this fit", held), *([("curve without physics", rival)] if rival else [])]
    lines = [
        f"  {name:<22} {each.inside} of {len(each.observed)}   {each.log_score:6.2f}   "
        f"{each.error:.3g} {unit}"
        for name, each in rows
    ]
    if rival is not None and rival.log_score > held.log_score:
        lines.append(
            f"  The curve without physics (Tian 2019) predicts them better, by "
            f"{rival.log_score - held.log_score:.2f} a value; where the two differ, trust it more."
        )
    return lines


def _sampling_lines(fit: Fit) -> list[str]:
    found = fit.posterior.found
    good = found.remembered < LEAST_FORGOTTEN and found.effective > FEWEST_EFFECTIVE
    verdict = "the draws will do" if good else "too few or NOT moved enough; use more (--particles)"
    return [
        f"Sampling: {len(found.draws)} particles in {found.stages} stages from the prior to the "
        f"posterior, worth {found.effective:.0f} independent draws; the last stage remembers "
        f"{found.remembered:.2f} of where it began (correlation): {verdict}. Seed {fit.seed}.",
        f"Model: single-particle half cell, {TITLES[fit.problem.form]}, constant temperature, "
        "every discharge from rest at the upper cut-off; the electrolyte and the electrode's "
        "thickness do not limit. "
        f"{LABELS['exchange_current'][0]} is the exchange current of a gram's whole surface.",
    ]
