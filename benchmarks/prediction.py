"""How well capacities at unseen rates are predicted, on all public rate tests.

    python benchmarks/prediction.py --learn   # parameters/evidence/hyperpriors.toml first
    python benchmarks/prediction.py           # docs/prediction.md and the record, 5 CPU minutes

Nothing is learned on the held papers of ``parameters/evidence/corpus.toml``. The tasks:
the upper third of the rates from the lower ones, one inner rate from the others, and another cell
of a paper from the first. The teaching papers are scored by cross-validation: by what the others
teach. Scores are of single data, capacities over the largest fitted one.
"""

from __future__ import annotations

import argparse
import hashlib
import itertools
import json
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from prediction_learning import (
    DRAWS,
    FOLDS,
    HELD_SISTERS,
    HYPERPRIORS,
    MEMBERS,
    MODELS,
    SISTERS,
    WEIGHED,
    folds,
    form_of,
    learned_likeness,
    population,
    put,
    sister_question,
    write_hyperpriors,
)
from prediction_page import NAMES, write_page

from particle_sim.inference.corpus import (
    Series,
    corpus,
    fingerprint,
    held_papers,
    split,
    stand_in_cell,
)
from particle_sim.inference.hierarchy import Table
from particle_sim.inference.joint import Prediction
from particle_sim.inference.learned import RIVAL, hyperpriors, likeness, model_weights
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
    for model in tables:
        start = time.process_time()
        given = put(model, series, series.current[fit], series.capacity[fit], tables[model])
        members[model], _ = answer(form_of(model), given, series.current[hold], DRAWS)
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
    """The other series from the first and from its own capacity at its slowest rate."""
    members, seconds = {}, {}
    for model in MODELS:
        start = time.process_time()
        members[model] = sister_question(model, one, other, hyperpriors(model))(likeness())
        seconds[model] = time.process_time() - start
    return Outcome(
        series=other,
        ratio=other.current[1:] / other.whole * one.whole / one.current.max(),
        observed=other.capacity[1:],
        members=members,
        scale=other.whole,
        seconds=seconds,
    )


def sisters(pairs: Iterable[tuple[str, str]], known: Mapping[str, Series]) -> list[Outcome]:
    """Both of every pair from each other."""
    return [sister(known[one], known[other]) for pair in pairs for one, other in (pair, pair[::-1])]


def crossed(teaching: Sequence[Series]) -> list[Outcome]:
    """The upper third of every series that teaches, by what the papers of other folds teach."""
    return [
        upper_third(each, known)
        for taught, tested in folds(teaching)
        for known in [{model: population(model, taught) for model in WEIGHED}]
        for each in tested
    ]


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


def by_extrapolation(
    outcomes: Sequence[Outcome], weights: Mapping[str, float]
) -> Iterator[dict[str, object]]:
    """The mixture's and the rival's scores by how far a rate lies beyond the data."""
    lines = {
        "mixture": list(scores(outcomes, weights)),
        "rival": list(scores(outcomes, {RIVAL: 1.0})),
    }
    for low, high in itertools.pairwise(BOUNDS):
        chosen = {k: [x for x in v if low < x["ratio"] <= high] for k, v in lines.items()}
        if chosen["mixture"]:
            scored = {k: asdict(summary(v)) for k, v in chosen.items()}
            yield {"above": low, "up_to": high, **scored}


def main() -> None:
    """Learn, or score and write the page."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--learn", action="store_true", help="rewrite the hyperpriors first")
    build_tables(corpus())
    if parser.parse_args().learn:
        teaching, _ = split()
        tables = {model: population(model, teaching, hyperpriors(model)) for model in MODELS[::-1]}
        known = {each.name: each for each in teaching}
        write_hyperpriors(teaching, tables, learned_likeness(known, tables, model_weights()))
        hyperpriors.cache_clear()
    record = scored()
    ROOT.joinpath(*RECORD).write_text(json.dumps(record, indent=1) + "\n", encoding="utf-8")
    write_page(record)


def scored() -> dict[str, object]:
    """All tasks of all series, by the shipped hyperpriors, or crossed where papers taught them."""
    teaching, testing = split()
    known = {each.name: each for each in (*teaching, *testing)}
    outcomes = crossed(teaching)
    upper = [upper_third(each) for each in testing]
    middle = [found for each in testing if (found := inner(each))]
    tasks = {
        "upper third, test papers": upper,
        "upper third, teaching papers": outcomes,
        "middle rate, test papers": middle,
        "sister series": sisters(HELD_SISTERS, known),
        "sister series, teaching papers": sisters(SISTERS, known),
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
            "held": len(held_papers()),
            "draws": DRAWS,
            "folds": FOLDS,
            "likeness": likeness(),
            "pairs": len(SISTERS),
            "weights": ", ".join(f"{name} {share:.2f}" for name, share in weights.items()),
        },
        "tasks": {
            task: {name: entry(found, name) for name in NAMES if known_to(found, name)}
            for task, found in tasks.items()
        },
        "by_extrapolation": list(by_extrapolation([*upper, *middle], weights)),
        "by_extrapolation, teaching papers": list(by_extrapolation(outcomes, weights)),
        "series": {
            each.series.name: {name: list(scores([each], weights_of(name))) for name in NAMES}
            for each in upper
        },
    }


def build_tables(series: Iterable[Series]) -> None:
    """What is built once a process and stand-in, and counts for no series."""
    for material in {each.material for each in series}:
        for name in MEMBERS:
            given = question(name, stand_in_cell(material), np.array([10.0]), np.array([100.0]))
            given.model(np.array([[each.centre for each in given.coordinates][:5]]))


def known_to(outcomes: Sequence[Outcome], name: str) -> bool:
    """Whether a model, or all of a mixture, was asked."""
    return set(weights_of(name)) <= set(outcomes[0].members)


def weights_of(name: str) -> Mapping[str, float]:
    """Of a mixture by its name, or of one model alone."""
    mixtures = {"both": dict.fromkeys(MEMBERS, 0.5), "mixture": model_weights()}
    return mixtures.get(name, {name: 1.0})


if __name__ == "__main__":
    main()
