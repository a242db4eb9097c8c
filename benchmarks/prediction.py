"""How well capacities at unseen rates are predicted, on all public rate tests.

    python benchmarks/prediction.py --learn   # parameters/evidence/hyperpriors.toml, 3 CPU minutes
    python benchmarks/prediction.py           # docs/prediction.md and the record, 3 CPU minutes

Nothing is learned or chosen on the held papers of ``parameters/evidence/corpus.toml``. The tasks:
the upper third of the rates from the lower ones, one inner rate from the others, and one series of
a paper from its sister. Scores are of single data, capacities over the largest fitted one.
"""

from __future__ import annotations

import argparse
import hashlib
import itertools
import json
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from prediction_page import NAMES, write_page

from particle_sim.inference.corpus import Series, fingerprint, held_papers, split, stand_in_cell
from particle_sim.inference.form import Form
from particle_sim.inference.hierarchy import Table, improved
from particle_sim.inference.joint import Prediction
from particle_sim.inference.learned import RIVAL, hyperpriors, model_weights
from particle_sim.inference.rate_prediction import (
    RECORD,
    Held,
    answer,
    log_density,
    quantiles,
    question,
)
from particle_sim.units import Array

ROOT = Path(__file__).resolve().parents[1]
HYPERPRIORS = ROOT / "parameters" / "evidence" / "hyperpriors.toml"
EXACT = "one-size-exact"
MEMBERS = (Form.SIZES.value, Form.DIFFUSIVITY.value)
MODELS = (EXACT, Form.ONE_SIZE.value, *MEMBERS, RIVAL)
TRIAL = {
    "diffusion_rate": (-3.3, 1.0),
    "exchange_current": (1.9, 0.8),
    "series_resistance": (-3.6, 0.4),
    "window_capacity": (0.02, 0.02),
    "size_spread": (0.0, 0.7),
    "diffusivity_fall": (0.0, 1.5),
    "discrepancy": (0.0, 0.10),
    "noise": (-2.3, 0.25),
    "characteristic_time": (2.0, 0.7),
    "exponent": (0.6, 0.2),
}
"""What a population is drawn to, with the strength of a few series (assumed)."""
CENTRED = ("size_spread", "discrepancy", "diffusivity_fall")
NO_DISCREPANCY = (0.0, 1e-4)
PASSES, PARTICLES = 4, 200
DRAWS = 400
ENOUGH = 0.05
"""Gain of ln evidence a series at which a population is taken as found (its scatter is 0.05)."""
SISTERS = (
    ("nvp_ncds_2024", "nvp_ncds_thick_2024"),
    ("nvp_cf_zns_na_2024", "nvp_plain_na_2024"),
    ("nvp_quasi_2024", "nvp_liquid_2024"),
    ("nvp_spe_2024", "nvp_sne_2024"),
    ("nfpp_2025", "he_nfpp_2025"),
    ("nfpp_cold_2025", "he_nfpp_cold_2025"),
)
BOUNDS = (0.0, 1.0, 2.5, 6.0)
"""Of the current over the highest fitted one, between which scores are told apart; the held papers
go no farther."""


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """One series: what was held out, and what every model said of it."""

    series: Series
    ratio: Array
    """Held-out currents over the highest fitted one (k,)"""
    observed: Array
    members: Mapping[str, Prediction]
    scale: float
    seconds: Mapping[str, float]


# Learning


def learned_hyperpriors(model: str, series: Sequence[Series]) -> Table:
    """The likeliest population after some passes from the present one."""
    trial = {**TRIAL, **({"discrepancy": NO_DISCREPANCY} if model == EXACT else {})}
    now: Table = hyperpriors(model)
    before = -np.inf
    for number in range(PASSES):
        problems = [
            question(
                form_of(model),
                stand_in_cell(each.material),
                each.current,
                each.capacity,
                whole=each.whole,
                learned=now,
            )
            for each in series
        ]
        now, evidence = improved(
            problems, now, trial, centred=CENTRED, particles=PARTICLES, seed=number
        )
        if model == EXACT:
            now = {**now, "discrepancy": NO_DISCREPANCY}
        print(f"{model} {number}: ln evidence {evidence / len(series):.3f} a series", flush=True)
        if evidence - before < ENOUGH * len(series):
            break
        before = evidence
    return now


def form_of(model: str) -> str:
    """What is asked of the package: without discrepancy it is a matter of the hyperpriors alone."""
    return Form.ONE_SIZE.value if model == EXACT else model


def write_hyperpriors() -> None:
    """Learn every model's population from the papers that teach, on from the present file."""
    series, _ = split()
    found = {model: learned_hyperpriors(model, series) for model in reversed(MODELS)}
    text = HYPERPRIORS.read_text("utf-8")
    lines = [text[: text.index("[learned]")] + "[learned]"]
    lines += [f"series = {len(series)}", f"points = {sum(len(s.current) for s in series)}"]
    lines += [
        f'sha256 = "{fingerprint(series)}"',
        'command = "python benchmarks/prediction.py --learn"',
    ]
    for model, table in found.items():
        lines += ["", f"[{model}]"]
        lines += [f"{name} = [{float(c):.4g}, {float(d):.4g}]" for name, (c, d) in table.items()]
    HYPERPRIORS.write_text("\n".join(lines) + "\n", encoding="utf-8")


# Tasks


def asked(
    series: Series,
    fit: NDArray[np.intp],
    hold: NDArray[np.intp],
    known: Mapping[str, Table] | None = None,
) -> Outcome:
    """Every model, fitted to some of the rates and asked for others."""
    tables = {model: hyperpriors(model) for model in MODELS} if known is None else known
    members, seconds = {}, {}
    for model in MODELS:
        form, start = form_of(model), time.process_time()
        given = question(
            form,
            stand_in_cell(series.material),
            series.current[fit],
            series.capacity[fit],
            whole=float(series.capacity[fit].max()),
            learned=tables[model],
        )
        members[model], _ = answer(form, given, series.current[hold], DRAWS)
        seconds[model] = time.process_time() - start
    return Outcome(
        series=series,
        ratio=series.current[hold] / series.current[fit].max(),
        observed=series.capacity[hold],
        members=members,
        scale=float(series.capacity[fit].max()),
        seconds=seconds,
    )


def upper_third(series: Series, known: Mapping[str, Table] | None = None) -> Outcome:
    """All but the lower two thirds of the rates held out."""
    count = len(series.current)
    kept = min(max(int(np.ceil(count * 2 / 3)), 2), count - 1)
    return asked(
        series, np.arange(kept, dtype=np.intp), np.arange(kept, count, dtype=np.intp), known
    )


def inner(series: Series) -> Outcome | None:
    """The middle rate held out."""
    hold = len(series.current) // 2
    fit = np.delete(np.arange(len(series.current), dtype=np.intp), hold)
    return asked(series, fit, np.array([hold])) if len(fit) > 2 else None


def sister(one: Series, other: Series) -> Outcome:
    """The other series from the first, whose capacity at the lowest common rate it takes.

    Rates are taken as C-rates; the lowest rate of the other is not scored.
    """
    pace = other.current / other.whole * one.whole
    both = replace(
        one,
        current=np.concatenate([one.current, pace]),
        capacity=np.concatenate([one.capacity, other.capacity]),
    )
    first = len(one.current)
    found = asked(
        both,
        np.arange(first, dtype=np.intp),
        np.arange(first, len(both.current), dtype=np.intp),
    )
    members = {name: _scaled(each, other.capacity[0]) for name, each in found.members.items()}
    return replace(
        found, series=other, ratio=found.ratio[1:], observed=other.capacity[1:], members=members,
        scale=other.whole,
    )  # fmt: skip


def _scaled(found: Prediction, low: float) -> Prediction:
    """Times what makes the mean of each draw the capacity ``low`` at its first rate, left out."""
    factor = low / found.mean[:, 0]
    return Prediction(
        mean=found.mean[:, 1:] * factor[:, None],
        covariance=found.covariance[:, 1:, 1:] * factor[:, None, None] ** 2,
        noise=found.noise * factor,
    )


# Scores


def scores(outcomes: Sequence[Outcome], weights: Mapping[str, float]) -> Iterator[dict[str, float]]:
    """One line per held-out datum."""
    for each in outcomes:
        low, median, high = quantiles(each.members, weights, seed=1)
        density = log_density(each.members, weights, each.observed) + np.log(each.scale)
        for k, value in enumerate(each.observed):
            yield {
                "log_score": float(density[k]),
                "inside": bool(low[k] <= value <= high[k]),
                "error": float(abs(value - median[k]) / each.scale),
                "ratio": float(each.ratio[k]),
            }


def summary(lines: Sequence[Mapping[str, float]]) -> Held:
    """Means and the median of the lines."""
    return Held(
        log_score=float(np.mean([line["log_score"] for line in lines])),
        coverage=float(np.mean([line["inside"] for line in lines])),
        error=float(np.median([line["error"] for line in lines])),
        count=len(lines),
    )


def entry(outcomes: Sequence[Outcome], name: str) -> dict[str, float]:
    """A model's scores with the standard error over series, and its CPU seconds."""
    weights = weights_of(name)
    lines = list(scores(outcomes, weights))
    ours = [np.mean([x["log_score"] for x in scores([o], weights)]) for o in outcomes]
    rival = [np.mean([x["log_score"] for x in scores([o], {RIVAL: 1.0})]) for o in outcomes]
    gain = np.subtract(ours, rival)
    parts = [name] if name in MODELS else list(weights)
    return {
        **asdict(summary(lines)),
        "over_rival": float(gain.mean()),
        "over_rival_error": float(gain.std(ddof=1) / np.sqrt(len(gain))),
        "seconds": float(np.mean([sum(o.seconds[part] for part in parts) for o in outcomes])),
    }


def by_extrapolation(outcomes: Sequence[Outcome]) -> Iterator[dict[str, object]]:
    """The mixture's and the rival's scores by how far a rate lies beyond the data."""
    lines = {
        "mixture": list(scores(outcomes, model_weights())),
        "rival": list(scores(outcomes, {RIVAL: 1.0})),
    }
    for low, high in itertools.pairwise(BOUNDS):
        chosen = {k: [x for x in v if low < x["ratio"] <= high] for k, v in lines.items()}
        scored = {k: asdict(summary(v)) for k, v in chosen.items()}
        yield {"above": low, "up_to": high, **scored}


def main() -> None:
    """Learn, or score and write the page."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--learn", action="store_true", help="rewrite the hyperpriors")
    if parser.parse_args().learn:
        write_hyperpriors()
        return
    record = scored()
    ROOT.joinpath(*RECORD).write_text(json.dumps(record, indent=1) + "\n", encoding="utf-8")
    write_page(record)


def scored() -> dict[str, object]:
    """All tasks of all series, by the shipped hyperpriors."""
    teaching, testing = split()
    known = {each.name: each for each in (*teaching, *testing)}
    kept = held_papers()
    build_tables(known.values())
    upper = [upper_third(each) for each in known.values()]
    middle = [found for each in testing if (found := inner(each))]
    upper_tested = [o for o in upper if o.series.paper in kept]
    tasks = {
        "upper third, test papers": upper_tested,
        "upper third, teaching papers": [o for o in upper if o.series.paper not in kept],
        "middle rate, test papers": middle,
        "sister series": [sister(known[one], known[other]) for one, other in SISTERS],
    }
    weights = model_weights()
    return {
        "sha256": {
            "teaching": fingerprint(teaching),
            "test": fingerprint(testing),
            "hyperpriors": hashlib.sha256(HYPERPRIORS.read_bytes()).hexdigest(),
        },
        "counts": {
            "series": len(known),
            "papers": len({each.paper for each in known.values()}),
            "teaching": len(teaching),
            "testing": len(testing),
            "held": len(kept),
            "draws": DRAWS,
            "weights": ", ".join(f"{name} {share:.2f}" for name, share in weights.items()),
        },
        "tasks": {k: {name: entry(v, name) for name in NAMES} for k, v in tasks.items()},
        "by_extrapolation": list(by_extrapolation([*upper_tested, *middle])),
        "series": {
            each.series.name: {name: list(scores([each], weights_of(name))) for name in NAMES}
            for each in upper_tested
        },
    }


def build_tables(series: Iterable[Series]) -> None:
    """What is built once a process and stand-in, and counts for no series."""
    for material in {each.material for each in series}:
        for name in MEMBERS:
            given = question(name, stand_in_cell(material), np.array([10.0]), np.array([100.0]))
            given.model(np.array([[each.centre for each in given.coordinates][:5]]))


def weights_of(name: str) -> Mapping[str, float]:
    """Of a mixture by its name, or of one model alone."""
    mixtures = {"both": dict.fromkeys(MEMBERS, 0.5), "mixture": model_weights()}
    return mixtures.get(name, {name: 1.0})


if __name__ == "__main__":
    main()
