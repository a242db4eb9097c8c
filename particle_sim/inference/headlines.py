"""What a measurement says in one sentence: number, interval, and whether the data decide."""

from __future__ import annotations

import numpy as np

from particle_sim.inference.fit import Fit
from particle_sim.inference.titration import Titration
from particle_sim.inference.words import LABELS, bound_words
from particle_sim.units import told_apart


def fit_headline(fit: Fit) -> str:
    """D/R^2 of a fit: median, 5 to 95 %, and whether the data determine it."""
    known = fit.identifiability.groups["diffusion_rate"]
    low, middle, high = told_apart(known.posterior, 2)
    told = f"D/R² of {fit.problem.cell.material.title} is {middle} 1/s (5 to 95 %: {low} to {high})"
    groups = fit.identifiability.groups
    others = [LABELS[name][0] for name, each in groups.items() if each.determined]
    decide = f"of {len(groups)} parameters they determine {', '.join(others) or 'none'}"
    if known.determined:
        return f"{told}, which the data determine to {known.ratio:.2g} of the width before."
    bounds = bound_words(fit, "diffusion_rate")
    return f"{told}, which the data do not determine{': ' if bounds else ''}{bounds}; {decide}."


def titration_headline(titration: Titration) -> str:
    """D, or D/R^2 where no radius is known: the middle of the pulses without a doubt, and what
    they span with their intervals.
    """
    pulses = [pulse for pulse in titration.pulses if pulse.trusted]
    title, count = titration.material.title, f"{len(pulses)} of {len(titration.pulses)} pulses"
    if not pulses:
        return f"No pulse of {title} tells D/R² without a doubt: the record does not decide."
    size = 1.0 if titration.radius is None else titration.radius**2
    low, high = size * min(p.low for p in pulses), size * max(p.high for p in pulses)
    middle = size * float(np.median([p.diffusion_rate for p in pulses]))
    least, mid, most = told_apart([low, middle, high], 2)
    span = f"{least} to {most} over {count} without a doubt, 5 to 95 % of each"
    if titration.radius is None:
        return f"D/R² of {title} is {mid} 1/s ({span}); D itself needs the radius."
    return f"D of {title} is {mid} m²/s at R = {1e6 * titration.radius:.3g} µm ({span})."
