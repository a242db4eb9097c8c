"""What the teaching papers teach: hyperpriors, and how alike sisters are."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np
from scipy.optimize import minimize_scalar

from particle_sim.inference.corpus import Series, fingerprint, stand_in_cell
from particle_sim.inference.form import Form
from particle_sim.inference.hierarchy import Table, improved
from particle_sim.inference.joint import Joint, Prediction, learn
from particle_sim.inference.learned import RIVAL
from particle_sim.inference.problem import Problem
from particle_sim.inference.rate_prediction import log_density, question
from particle_sim.inference.sisters import sister_of
from particle_sim.units import Array

HYPERPRIORS = Path(__file__).resolve().parents[1] / "parameters" / "evidence" / "hyperpriors.toml"
EXACT = "one-size-exact"
MEMBERS = (Form.SIZES.value, Form.DIFFUSIVITY.value)
WEIGHED = (*MEMBERS, RIVAL)
MODELS = (EXACT, Form.ONE_SIZE.value, *WEIGHED)
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
PASSES, PARTICLES = 5, 200
DRAWS = 400
ENOUGH = 0.05
"""Gain of ln evidence a series at which a population is taken as found (its scatter is 0.05)."""
FOLDS = 5
SISTERS = (
    ("nvp_ncds_2024", "nvp_ncds_thick_2024"),
    ("nvp_quasi_2024", "nvp_liquid_2024"),
    ("nfpp_2025", "he_nfpp_2025"),
    ("nfpp_cold_2025", "he_nfpp_cold_2025"),
    ("t46_2pna0p67mn0p5fe0p38cu0p12o2_2020", "t47_2pna0p67mn0p5fe0p5o2_2020"),
    ("t10_na0p67mn0p72co0p14ni0p14o2_2016", "t11_k0p01na0p66mn0p72co0p14ni0p14o2_2016"),
    ("nfm424_2021", "t16_nati0p05mn0p38fe0p19ni0p38o2_2021"),
)
"""Pairs of teaching papers: one powder in two cells, or two of one recipe."""
HELD_SISTERS = (
    ("nvp_cf_zns_na_2024", "nvp_plain_na_2024"),
    ("nvp_spe_2024", "nvp_sne_2024"),
)


def form_of(model: str) -> str:
    """What is asked of the package: without discrepancy it is a matter of the hyperpriors alone."""
    return Form.ONE_SIZE.value if model == EXACT else model


def population(model: str, series: Sequence[Series], start: Table = TRIAL) -> Table:
    """The likeliest population after some passes from ``start``."""
    trial = {**TRIAL, **({"discrepancy": NO_DISCREPANCY} if model == EXACT else {})}
    now = start
    before = -np.inf
    for number in range(PASSES):
        problems = [put(model, each, each.current, each.capacity, now) for each in series]
        now, evidence = improved(
            problems, now, trial, centred=CENTRED, particles=PARTICLES, seed=number
        )
        if model == EXACT:
            now = {**now, "discrepancy": NO_DISCREPANCY}
        print(f"{model} {number}: ln evidence {evidence / len(series):.3f} a series", flush=True)
        if evidence - before < ENOUGH * len(series):
            break
        before = evidence
    return {name: now[name] for name in problems[0].names}


def put(
    model: str,
    series: Series,
    current: Array,
    capacity: Array,
    known: Mapping[str, tuple[float, float]],
) -> Problem:
    """A model's question about capacities of a series, whose largest counts as the whole."""
    return question(
        form_of(model),
        stand_in_cell(series.material),
        current,
        capacity,
        whole=float(capacity.max()),
        learned=known,
    )


def folds(series: Sequence[Series]) -> Iterator[tuple[list[Series], list[Series]]]:
    """Series that teach and that test, paper by paper in the order of the hash of the doi."""
    papers = sorted(
        {each.paper for each in series},
        key=lambda paper: hashlib.sha256(f"cv{paper}".encode()).hexdigest(),
    )
    for fold in range(FOLDS):
        apart = set(papers[fold::FOLDS])
        yield (
            [each for each in series if each.paper not in apart],
            [each for each in series if each.paper in apart],
        )


def learned_likeness(
    series: Mapping[str, Series], tables: Mapping[str, Table], weights: Mapping[str, float]
) -> float:
    """r with the best log score of the teaching sisters' data, each from the other."""
    asked = [
        {
            model: sister_question(model, series[one], series[other], tables[model])
            for model in weights
        }
        for pair in SISTERS
        for one, other in (pair, pair[::-1])
    ]
    observed = [series[name].capacity[1:] for pair in SISTERS for name in pair[::-1]]

    def loss(alike: float) -> float:
        scored = [
            log_density({model: each(alike) for model, each in one.items()}, weights, values)
            for one, values in zip(asked, observed, strict=True)
        ]
        return -float(np.concatenate(scored).sum())

    return float(minimize_scalar(loss, bounds=(0.0, 0.99), method="bounded").x)


def sister_question(
    model: str, one: Series, other: Series, known: Mapping[str, tuple[float, float]]
) -> Callable[[float], Prediction]:
    """What a model expects of ``other`` beyond its slowest rate, given ``one`` and a likeness."""
    slow = np.where(np.arange(len(other.current)) == 0, other.capacity, 0.0)
    given = put(model, one, one.current, one.capacity, known)
    own = put(model, other, other.current, slow, known)
    rows = learn(Joint(parts={"": given}), particles=DRAWS).rows("")

    def expected(alike: float) -> Prediction:
        rng = np.random.default_rng(1)
        return sister_of(given, rows, own, slow[:1], alike, rng).prediction

    return expected


def write_hyperpriors(
    series: Sequence[Series], tables: Mapping[str, Table], likeness: float
) -> None:
    """The file, whose head with the weights stays."""
    text = HYPERPRIORS.read_text("utf-8")
    lines = [text[: text.index("[sisters]")] + "[sisters]"]
    lines += [f"likeness = {likeness:.2f}", "", "[learned]"]
    lines += [f"series = {len(series)}", f"points = {sum(len(s.current) for s in series)}"]
    lines += [
        f'sha256 = "{fingerprint(series)}"',
        'command = "python benchmarks/prediction.py --learn"',
    ]
    for model, table in tables.items():
        lines += ["", f"[{model}]"]
        lines += [f"{name} = [{float(c):.4g}, {float(d):.4g}]" for name, (c, d) in table.items()]
    HYPERPRIORS.write_text("\n".join(lines) + "\n", encoding="utf-8")
