"""Titrations in plain words."""

from __future__ import annotations

from collections import Counter
from math import inf, isnan

from particle_sim.inference.titration import Pulse, Titration

_NO_NUMBER = "none"


def titration_lines(titration: Titration) -> list[str]:
    """The report: what the pulses without doubts say, one line per pulse, and the usual formula."""
    trusted = sorted(p.diffusion_rate for p in titration.pulses if p.trusted)
    told = sum(not isnan(p.diffusion_rate) for p in titration.pulses)
    lines = [
        f"Titration of {titration.material.title} in {titration.name}: "
        f"{len(titration.pulses)} pulses, {told} tell D/R², {len(trusted)} without a doubt.",
    ]
    if trusted:
        lines.append(
            f"D/R² of the pulses without a doubt: {trusted[0]:.3g} to {trusted[-1]:.3g} 1/s, "
            f"median {trusted[len(trusted) // 2]:.3g} 1/s."
        )
    lines += [_length(titration), *titration.notes, "", *_table(titration), ""]
    return [*lines, *_meaning(), "", *_usual(titration)]


def _length(titration: Titration) -> str:
    if titration.radius is None:
        return "No radius was given (--radius or --area), so D itself is not known."
    return f"D is D/R² times R² at R = {titration.radius * 1e6:.3g} µm."


def _table(titration: Titration) -> list[str]:
    size = titration.radius
    own = "" if size is None else f"{'D [m²/s]':<10}"
    head = (
        f"{'start [s]':<11} {'filling':<8} {'D/R² [1/s]':<10}  {'5 % to 95 %':<20}  {own}  doubts"
    )
    return [head, *(_row(pulse, size) for pulse in titration.pulses)]


def _row(pulse: Pulse, size: float | None) -> str:
    own = "" if size is None else f"{_number(pulse.diffusion_rate * size**2):<10}"
    filling = "unknown" if isnan(pulse.filling) else f"{pulse.filling:.4f}"
    doubts = "; ".join(pulse.doubts) or "none"
    return (
        f"{pulse.start:<11.6g} {filling:<8} {_number(pulse.diffusion_rate):<10}  "
        f"{_interval(pulse):<20}  {own}  {doubts}"
    )


def _number(value: float) -> str:
    return _NO_NUMBER if isnan(value) else f"{value:.3g}"


def _interval(pulse: Pulse) -> str:
    low, high = pulse.low, pulse.high
    if low > 0 and high < inf:
        return f"{low:.3g} to {high:.3g}"
    if low > 0:
        return f"above {low:.2g}"
    return f"below {high:.2g}" if high < inf else _NO_NUMBER


def _meaning() -> list[str]:
    return [
        "Fitted was the whole record: linear diffusion in spheres, one D/R² per pulse and its "
        "rest, what earlier pulses left included; the potential and the overpotential are the "
        "record's own. Filling is that for which D stands, between the particle's and its "
        "surface's. The interval knows of noise and slow misfit, not of particles of many sizes.",
    ]


def _usual(titration: Titration) -> list[str]:
    """What the usual formula gives, and its conditions that are missed."""
    rates = [(p.usual.rate, p) for p in titration.pulses if not isnan(p.usual.rate)]
    if not rates:
        return ["The usual formula (Weppner & Huggins 1977) gives no number of any pulse."]
    values = sorted(rate for rate, _ in rates)
    lines = [
        "By the usual formula, the slope over the root of time (Weppner & Huggins 1977), D/R² "
        f"would be {values[0]:.3g} to {values[-1]:.3g} 1/s"
        + _factors([rate / p.diffusion_rate for rate, p in rates if not isnan(p.diffusion_rate)])
    ]
    misses = Counter(text for pulse in titration.pulses for text in pulse.usual.misses)
    if misses:
        lines.append("Conditions of that formula that pulses miss:")
    lines += [
        f"  {text}: {count} of {len(titration.pulses)}" for text, count in misses.most_common()
    ]
    return lines


def _factors(ratios: list[float]) -> str:
    if not ratios:
        return "."
    return f", {min(ratios):.2g} to {max(ratios):.2g} times what the record says."
