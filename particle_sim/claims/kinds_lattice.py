"""Tests on what is printed of lattices and barriers: Bragg's law, hops, and rates by scaling.

They draw what print leaves open, its last digits and the named choices of the claim, and simulate
nothing.
"""

from __future__ import annotations

import numpy as np

from particle_sim.claims.question import Evidence, Numbers, Question, every
from particle_sim.constants import GAS_CONSTANT, REFERENCE_TEMPERATURE
from particle_sim.metrics.diffraction import CO_K_ALPHA, CU_K_ALPHA, bragg_angle
from particle_sim.metrics.metal_migration import (
    ATTEMPT_FREQUENCIES,
    ELECTRONVOLT,
    YEAR,
    barrier_of_share,
    hop_rate,
    share_moved,
)
from particle_sim.plausible.streams import evenly
from particle_sim.units import Array

LABORATORY = (293.15, 303.15)
"""Room temperature [K] (assumed: no paper of the ledger prints another)."""

THERMAL = GAS_CONSTANT * REFERENCE_TEMPERATURE / ELECTRONVOLT
"""k_B T [eV]"""

FIRST_RATES = (0.1, 0.3, 0.5, 1.0, 3.0, 5.0)
"""Rates [1/h] of the first material's capacities, ``first_0`` to ``first_5``."""

SECOND_RATES = ((0.1, 0.2, 0.3, 0.5, 1.0, 3.0, 5.0), FIRST_RATES)
"""Rates of ``second_0`` onwards: with a step missing from the printed list, or as listed."""

SERIES = (*(f"first_{i}" for i in range(6)), *(f"second_{i}" for i in range(7)))
BARRIERS = ("first_barrier", "second_barrier")


def lattice_moves_reflection(question: Question) -> Evidence:
    """Bragg's law on the printed change of c moves (003) by the printed shift, in both materials.

    d = d(O-Na-O) + d(O-TM-O) is c/3 of the filled layered cell. Drawn are the last digits of all
    numbers and whether a change is relative to the small or the large cell.
    """
    fits, words = [], []
    numbers: Numbers = {}
    for role, draws in zip(("first", "second"), question.draws, strict=True):
        title, printed = draws.material.title, question.claim.printed[f"{role}_shift"]
        distance, found = _reflection(question, role)
        near = np.abs(found - printed) <= question.number("shift_rounding")
        of_cobalt = _reflection(question, role, CO_K_ALPHA)[1]
        fits.append((near, np.abs(of_cobalt - printed) <= question.number("shift_rounding")))
        low, high = float(found.min()), float(found.max())
        words.append(f"c of {title} moves it by {low:.2f} to {high:.2f}, printed {printed:g}")
        numbers |= {
            f"shift of {title} by Bragg, median": (float(np.median(found)), "degree"),
            f"shift of {title} by Bragg, least": (low, "degree"),
            f"shift of {title} by Bragg, largest": (high, "degree"),
            f"change of c that {title}'s shift asks for": (_change_of(distance, printed), "1"),
            f"share of the draws that fit {title}": (float(near.mean()), "1"),
        }
    with_copper, with_cobalt = (np.all(both, axis=0) for both in zip(*fits, strict=True))
    numbers["share of the draws that would fit with Co K-alpha1"] = (float(with_cobalt.mean()), "1")
    holds, counted = every(with_copper)
    return Evidence(
        holds=holds,
        counted=counted,
        inputs={},
        text=(
            f"With Cu K-alpha1 {'; '.join(words)} degrees. Shifts and changes of c of one paper "
            "exclude each other, unless the sample moved in the beam or another anode was used: no "
            f"wavelength is printed, and Co K-alpha1 would fit {100 * with_cobalt.mean():.0f} % of "
            "the draws. Its refined c against the state of charge would settle which holds."
        ),
        numbers=numbers,
    )


def lattice_orders_reflections(question: Question) -> Evidence:
    """Bragg's law on the printed changes of c moves (003) of the second farther than the first's.

    As above; the printed shifts do not enter. Wavelengths of copper and cobalt order alike.
    """
    shifts = [_reflection(question, role)[1] for role in ("first", "second")]
    holds, counted = every(shifts[1] > shifts[0])
    titles = [each.material.title for each in question.draws]
    medians = [float(np.median(shift)) for shift in shifts]
    return Evidence(
        holds=holds,
        counted=counted,
        inputs={},
        text=(
            f"The printed changes of c move (003) of {titles[1]} by {medians[1]:.2f} and of "
            f"{titles[0]} by {medians[0]:.2f} degrees."
        ),
        numbers={
            **{
                f"shift of {title} by Bragg, median": (median, "degree")
                for title, median in zip(titles, medians, strict=True)
            },
            "least difference": (float((shifts[1] - shifts[0]).min()), "degree"),
        },
    )


def _reflection(
    question: Question, role: str, wavelength: float = CU_K_ALPHA
) -> tuple[float, Array]:
    """Median distance of the layers [m], and the shift that the printed change of c gives (n,)."""
    layers = [
        _rounded(question, f"{role}_{layer}", question.number(f"{layer}_rounding"))
        for layer in ("sodium_layer", "metal_layer")
    ]
    change = _rounded(question, f"{role}_c_change", 0.01 * question.number("change_rounding"))
    of_small = _drawn(question, f"what the change of the {role} is relative to") < 0.5
    distance = 1e-10 * (layers[0] + layers[1])
    grown = distance * np.where(of_small, 1 + change, 1 / (1 - change))
    before, after = (bragg_angle(d, wavelength=wavelength) for d in (distance, grown))
    return float(np.median(distance)), np.asarray(before - after)


def barrier_holds_metal(question: Question) -> Evidence:
    """In one charge fewer than ``limit`` of the first's ions cross, and more of the second's.

    Hops of transition-state theory with nothing coming back; drawn are attempt frequency,
    temperature, the time spent charged, and the error of both computed barriers.
    """
    limit, duration = question.number("limit"), _duration(question)
    conditions = _conditions(question)
    shares = [
        np.asarray(share_moved(ELECTRONVOLT * _barrier(question, name), duration, **conditions))
        for name in BARRIERS
    ]
    holds, counted = every((shares[0] < limit) & (shares[1] >= limit))
    needed = np.asarray(barrier_of_share(limit, duration, **conditions)) / ELECTRONVOLT
    low, high = float(needed.min()), float(needed.max())
    waits = [1 / hop_rate(ELECTRONVOLT * question.claim.printed[name]) for name in BARRIERS]
    return Evidence(
        holds=holds,
        counted=counted,
        inputs={},
        text=(
            f"At the printed barriers an ion waits {waits[0]:.2g} s and {waits[1]:.2g} s for its "
            "hop (1e13 attempts per second, 25 C), so neither holds its metal through a charge; to "
            f"hold all but {100 * limit:.0f} % takes {low:.2f} to {high:.2f} eV. What holds it is "
            "then the energy of the new site; that against the sodium content would settle it."
        ),
        numbers={
            "wait at the first barrier": (float(waits[0]), "s"),
            "wait at the second barrier": (float(waits[1]), "s"),
            "least barrier that holds": (low, "eV"),
            "largest barrier that holds": (high, "eV"),
        },
    )


def barrier_carries_share(question: Question) -> Evidence:
    """In the time of the experiment the printed share of the ions crosses the printed barrier.

    As the test above, of one material; the share may stop lower, so more hops hold as well.
    """
    share, duration = question.claim.printed["share"] / 100, _duration(question)
    conditions = _conditions(question)
    barrier = _barrier(question, "barrier")
    moved = np.asarray(share_moved(ELECTRONVOLT * barrier, duration, **conditions))
    holds, counted = every(moved >= share)
    needed = np.asarray(barrier_of_share(share, duration, **conditions)) / ELECTRONVOLT
    low, high = float(needed.min()), float(needed.max())
    wait = -np.log1p(-share) / hop_rate(ELECTRONVOLT * question.claim.printed["barrier"])
    return Evidence(
        holds=holds,
        counted=counted,
        inputs={"error of the barrier": barrier, "time charged": duration},
        text=(
            f"At the printed {question.claim.printed['barrier']:g} eV the printed "
            f"{100 * share:.0f} % takes {wait / YEAR:.2g} years; moved in one charge it means "
            f"{low:.2f} to {high:.2f} eV. That ions moved is a measurement and stands; the barrier "
            "is not the one they crossed. Barriers at lower sodium, or the share against time, "
            "would settle it."
        ),
        numbers={
            "time for the share at the barrier": (float(wait), "s"),
            "least barrier for the share": (low, "eV"),
            "largest barrier for the share": (high, "eV"),
            "median share moved": (float(np.median(moved)), "1"),
        },
    )


def barrier_carries_gain(question: Question) -> Evidence:
    """exp((E_2 - E_1)/(k_B T)) is at least the speed-up of the printed rate test.

    The speed-up is the ratio of the rates at which both keep the same share: under diffusion that
    depends on filling alike in both, Q/Q_0 depends on D/(R^2 C) only. Losses of film and reaction
    do not scale and make it a lower bound of the ratio of D/R^2. Drawn are the rate and the reading
    of the second series, the digits, and the error of both computed barriers.
    """
    speed_up = _speed_up(question)
    gap = _barrier(question, BARRIERS[1]) - _barrier(question, BARRIERS[0])
    holds, counted = every(np.exp(gap / THERMAL) >= speed_up)
    return Evidence(
        holds=holds,
        counted=counted,
        inputs={"difference of the barriers": gap, "speed-up of the printed rates": speed_up},
        text=(
            f"{_speed_words(question, speed_up)} As printed the barriers carry it several times "
            "over; within the error of such computations they need not. Rate tests at two "
            "temperatures would settle it."
        ),
        numbers=_speed_numbers(question, speed_up),
    )


def rates_allow_barriers(question: Question) -> Evidence:
    """The printed rates, sizes and attempt frequencies free, allow exp((E_2 - E_1)/(k_B T)).

    D_1/D_2 = s (R_1/R_2)^2 nu_2/nu_1 of the speed-up s as in ``barrier_carries_gain``, at least the
    factor of the printed barriers. Radii are drawn for each material on its own.
    """
    speed_up = _speed_up(question)
    radii = [
        each.material["particle_radius"].quantile(
            _drawn(question, f"radius of {each.material.name}")
        )
        for each in question.draws
    ]
    attempts = [
        _logarithmic(_drawn(question, f"attempts of {each.material.name}"), *ATTEMPT_FREQUENCIES)
        for each in question.draws
    ]
    found = speed_up * (radii[0] / radii[1]) ** 2 * attempts[1] / attempts[0]
    rounding = question.number("barrier_rounding")
    gap = _rounded(question, BARRIERS[1], rounding) - _rounded(question, BARRIERS[0], rounding)
    holds, counted = every(found >= np.exp(gap / THERMAL))
    titles = [each.material.title for each in question.draws]
    return Evidence(
        holds=holds,
        counted=counted,
        inputs={
            "speed-up of the printed rates": speed_up,
            **{f"particle_radius of {t}": r for t, r in zip(titles, radii, strict=True)},
            **{f"attempts of {t}": a for t, a in zip(titles, attempts, strict=True)},
        },
        text=(
            f"{_speed_words(question, speed_up)} Alike powders would not show the barriers; "
            f"{titles[0]} would have to be coarser, or attempt less often. Particle sizes of both, "
            "or rate tests at two temperatures, would settle it."
        ),
        numbers=_speed_numbers(question, speed_up),
    )


def _speed_up(question: Question) -> Array:
    """C of the first material over that at which the second keeps as much (n,)."""
    count = question.samples
    first = [_rounded(question, f"first_{i}", 0.5) for i in range(6)]
    second = [_rounded(question, f"second_{i}", 0.5) for i in range(7)]
    chosen = 1 + (5 * _drawn(question, "rate of the first")).astype(int)
    reading = (2 * _drawn(question, "reading of the second")).astype(int)
    found = np.empty(count)
    for k in range(count):
        rates = np.log(SECOND_RATES[reading[k]])
        kept = np.array([row[k] / second[0][k] for row in second])[: len(rates)]
        share = first[chosen[k]][k] / first[0][k]
        found[k] = FIRST_RATES[chosen[k]] / np.exp(np.interp(-share, -kept, rates))
    return found


def _speed_words(question: Question, speed_up: Array) -> str:
    low, high = (float(np.quantile(speed_up, q)) for q in (0.05, 0.95))
    factor = _factor(question)
    first, second = (each.material.title for each in question.draws)
    return (
        f"{first} keeps as much as {second} at {low:.1f} to {high:.0f} times its rate, that is "
        f"{THERMAL * np.log(low):.2f} to {THERMAL * np.log(high):.2f} eV at equal size and attempt "
        f"frequency, and more where film or reaction hold the first back; the printed barriers say "
        f"{factor:.0f} times."
    )


def _speed_numbers(question: Question, speed_up: Array) -> Numbers:
    return {
        "factor of the printed barriers": (_factor(question), "1"),
        "speed-up, 5 % of the draws below": (float(np.quantile(speed_up, 0.05)), "1"),
        "speed-up, median": (float(np.median(speed_up)), "1"),
        "speed-up, 95 % of the draws below": (float(np.quantile(speed_up, 0.95)), "1"),
    }


def _factor(question: Question) -> float:
    first, second = (question.claim.printed[name] for name in BARRIERS)
    return float(np.exp((second - first) / THERMAL))


def _change_of(distance: float, shift: float) -> float:
    """d'/d - 1 of a reflection that moves to lower angle by ``shift`` [degrees]."""
    angle = 0.5 * np.deg2rad(bragg_angle(distance) - shift)
    return float(CU_K_ALPHA / (2 * np.sin(angle)) / distance - 1)


def _drawn(question: Question, name: str) -> Array:
    return evenly(name, question.samples, question.seed)


def _rounded(question: Question, name: str, rounding: float) -> Array:
    """A printed number (n,) anywhere its rounding leaves it; a change in % as a share."""
    value = question.claim.printed[name]
    value = 0.01 * value if name.endswith("_change") else value
    return value + rounding * (2 * _drawn(question, f"digits of {name}") - 1)


def _barrier(question: Question, name: str) -> Array:
    """A computed barrier [eV] (n,) within the claim's error."""
    return _rounded(question, name, question.number("barrier_error"))


def _duration(question: Question) -> Array:
    return _logarithmic(
        _drawn(question, "time charged"), question.number("shortest"), question.number("longest")
    )


def _conditions(question: Question) -> dict[str, Array]:
    low, high = LABORATORY
    return {
        "temperature": low + (high - low) * _drawn(question, "temperature"),
        "attempt_frequency": _logarithmic(_drawn(question, "attempts"), *ATTEMPT_FREQUENCIES),
    }


def _logarithmic(probability: Array, low: float, high: float) -> Array:
    return np.asarray(low * (high / low) ** probability)
