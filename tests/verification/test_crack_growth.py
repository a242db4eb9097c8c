"""Cracks over depth and over cycles: half-plane, Paris' law with a threshold, arrest, populations.

Expected numbers are closed forms and quadratures of DM06, DM07 and DM17 (each checked there by a
second method), and a boundary's shell of DM12.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from reference import load
from scipy.integrate import quad

from particle_sim.damage import boundary_crack
from particle_sim.damage.driving import Driving
from particle_sim.damage.growth import (
    CrackGrowth,
    CycleLoad,
    cycles_left,
    depth_that_lasts,
    growing_depths,
)
from particle_sim.damage.population import Powder, cracked_share
from particle_sim.errors import InputError
from particle_sim.metrics.flaw_free_bound import parabola_intensity
from particle_sim.metrics.half_plane import edge_crack_rule
from particle_sim.units import Array

EDGE, LIFE, BOUNDS, FLAWS = load("DM06"), load("DM07"), load("DM12"), load("DM17")
TOUGH = 1e9
"""K_IC [Pa m^0.5] of what must not break."""


def check_edge(points: int, power: float) -> None:
    """F_n to 1e-8, and a thin skin; ``power`` 1/2 of the depth in K."""
    place, weight = edge_crack_rule(points)
    for order, expected in enumerate(EDGE["F_n"]):
        assert weight @ place**order == pytest.approx(expected, rel=1e-8)
    stress, width = EDGE["inputs"]["surface_hoop_stress"], EDGE["inputs"]["skin_width_w"]
    for row in EDGE["skin"]:
        sigma = stress * np.exp(-row["a"] * place / width)
        found = np.sqrt(np.pi) * row["a"] ** power * (weight @ sigma)
        assert found == pytest.approx(row["K"], rel=1e-8)


def test_any_stress_over_an_edge_crack() -> None:
    check_edge(24, 0.5)


@pytest.mark.parametrize("wrong", [(6, 0.5), (24, 0.49)])
def test_edge_crack_check_notices(wrong: tuple[int, float]) -> None:
    with pytest.raises(AssertionError):
        check_edge(*wrong)


def uniform(exponent: float, *, threshold: float = 0.0, points: int = 129, **wrong: Any) -> Any:
    """Law and load of the uniform stress; K_IC is ``TOUGH``."""
    given = {**LIFE["inputs"], **wrong}
    depth = np.geomspace(given["a_initial"], given["a_final"], points)
    ratio = given["Y"] * given["stress_range"] * np.sqrt(np.pi * depth) / TOUGH
    law = CrackGrowth(
        rate=given["growth_per_cycle_at_K_ref"],
        exponent=exponent,
        threshold=threshold / TOUGH,
        reference=given["K_ref"] / TOUGH,
    )
    return law, CycleLoad(depth=depth, ratio=ratio, swing=ratio)


def check_uniform(**wrong: Any) -> None:
    for row in LIFE["uniform"]:
        law, load_ = uniform(row["m"], **wrong)
        cycles = cycles_left(law, load_)[0]
        assert cycles == pytest.approx(row["N_no_threshold"], rel=1e-8)
        half = depth_that_lasts(law, load_, np.array([row["N_no_threshold"] / 2]))
        assert half == pytest.approx([row["a_at_half_life"]], rel=1e-8)


def test_life_in_uniform_stress() -> None:
    check_uniform()


@pytest.mark.parametrize("wrong", [{"Y": 1.13}, {"a_final": 81e-9}, {"stress_range": 901e6}])
def test_uniform_life_notices(wrong: dict[str, float]) -> None:
    with pytest.raises(AssertionError):
        check_uniform(**wrong)


@pytest.mark.parametrize("row", LIFE["uniform"], ids=lambda row: f"m={row['m']}")
def test_life_above_a_threshold(row: dict[str, float]) -> None:
    """Second order in the spacing of ln a; the closed form is met by extrapolation."""
    wanted, limit = row["N_power_threshold"], LIFE["inputs"]["K_threshold"]
    coarse, fine = (
        float(cycles_left(*uniform(row["m"], threshold=limit, points=points))[0])
        for points in (129, 257)
    )
    assert abs(coarse - wanted) / abs(fine - wanted) == pytest.approx(4, rel=0.05)
    assert fine == pytest.approx(wanted, rel=1e-5)
    assert (4 * fine - coarse) / 3 == pytest.approx(wanted, rel=1e-8)


def sphere(first: float, last: float, factor: float) -> tuple[CrackGrowth, CycleLoad]:
    """Law and load between two depths [m] of the sphere; ``factor`` 1 on its stress."""
    given, reference = LIFE["inputs"]["sphere"], 4e5
    depth = np.geomspace(first, last, 20_000)
    surface = factor * given["surface_hoop_range"] * np.sqrt(given["R"])
    ratio = np.maximum(surface * parabola_intensity(depth / given["R"]), 0.0) / given["K_IC"]
    law = CrackGrowth(
        rate=given["C"] * reference ** given["m"],
        exponent=given["m"],
        threshold=given["K_threshold"] / given["K_IC"],
        reference=reference / given["K_IC"],
    )
    return law, CycleLoad(depth=depth, ratio=ratio, swing=ratio)


def check_sphere(factor: float = 1.0) -> None:
    expected, radius = LIFE["sphere"], LIFE["inputs"]["sphere"]["R"]
    whole = sphere(1e-3 * radius, 0.45 * radius, factor)
    ((start, arrest),) = growing_depths(*whole)
    assert start == pytest.approx(expected["a_start"], rel=1e-8)
    assert arrest == pytest.approx(expected["a_arrest"], rel=1e-8)
    assert np.isinf(cycles_left(*whole)[0])
    for run in expected["runs"][1:]:
        for row in run["cycles_to"]:
            cycles = cycles_left(*sphere(run["a0"], row["a"], factor))[0]
            assert cycles == pytest.approx(row["N"], rel=1e-6)


def test_growth_and_arrest_under_falling_stress() -> None:
    check_sphere()


def test_arrest_check_notices() -> None:
    with pytest.raises(AssertionError):
        check_sphere(1.001)


def powder(case: dict[str, float], **other: float) -> Powder:
    values = {"toughness": TOUGH, "toughness_spread": 0.0, **other}
    return Powder(
        flaw_size=np.array([case["flaw_median"]]),
        flaw_spread=np.array([case["flaw_log_sd"]]),
        toughness=np.array([values["toughness"]]),
        toughness_spread=np.array([values["toughness_spread"]]),
    )


def pulled(case: dict[str, float], factor: float = 1.0) -> Driving:
    """Uniform stress over cracks up to the final size."""
    depth = np.geomspace(1e-9, case["a_final"], 200)[None]
    intensity = factor * case["Y"] * case["stress_range"] * np.sqrt(np.pi * depth)
    held = np.repeat(intensity[..., None], 2, axis=-1)
    return Driving(depth=depth, intensity=held, lasts=np.ones((1, 1)))


def check_population(**wrong: float) -> None:
    given = {**FLAWS["inputs"], **wrong}
    law = CrackGrowth(
        rate=given["growth_per_cycle_at_K_ref"],
        exponent=given["m"],
        threshold=0.0,
        reference=given["K_ref"] / TOUGH,
    )
    rows = FLAWS["rows"]
    cycles = np.array([float(row["N"]) for row in rows])
    found = cracked_share(law, powder(given), cycles, pulled(given))[0]
    assert found == pytest.approx([row["cracked_fraction"] for row in rows], rel=1e-8)


def test_share_of_a_powder_that_has_cracked() -> None:
    check_population()


@pytest.mark.parametrize("wrong", [{"flaw_log_sd": 0.501}, {"m": 8.01}, {"Y": 1.121}])
def test_population_check_notices(wrong: dict[str, float]) -> None:
    with pytest.raises(AssertionError):
        check_population(**wrong)


def test_share_that_pops_in_at_once() -> None:
    """Phi((ln(Y s sqrt(pi)) + mu/2 - ln K_IC)/sqrt(s^2/4 + s_K^2)), by many toughnesses."""
    given = FLAWS["inputs"]
    far = {**given, "a_final": 1e-4}  # beyond any flaw, so that only pop-in counts
    grains = powder(given, toughness=given["K_IC_median"], toughness_spread=given["K_IC_log_sd"])
    law = CrackGrowth(rate=0.0)
    found = cracked_share(law, grains, np.zeros(1), pulled(far), nodes=2000)[0, 0]
    assert found == pytest.approx(FLAWS["cracked_at_once"], rel=1e-4)
    blunt = replace(grains, toughness_spread=np.zeros(1))
    other = cracked_share(CrackGrowth(rate=0.0), blunt, np.zeros(1), pulled(far))[0, 0]
    assert other != pytest.approx(FLAWS["cracked_at_once"], rel=0.5)


def test_no_stress_no_growth_and_compression_closes() -> None:
    given = FLAWS["inputs"]
    law = CrackGrowth(rate=1e-7, exponent=2.0, threshold=0.0, slow_rate=1e-7)
    grains = powder(given, toughness=1e5)
    as_made = grains.share_beyond(np.array([[given["a_final"]]]))[0, 0]
    for factor in (0.0, -1.0):
        closed = replace(pulled(given), intensity=np.maximum(pulled(given, factor).intensity, 0.0))
        assert cracked_share(law, grains, np.array([1e12]), closed)[0, 0] == pytest.approx(
            as_made, rel=1e-12
        )
    assert cracked_share(law, grains, np.array([1e12]), pulled(given))[0, 0] > 0.99


def test_life_falls_with_stress_flaw_and_brittleness() -> None:
    given = FLAWS["inputs"]
    law, cycles = CrackGrowth(rate=1e-9, exponent=10.0), np.array([300.0])

    def share(factor: float = 1.0, flaw: float = 1.0, tough: float = 1.0) -> float:
        grains = powder(
            {**given, "flaw_median": flaw * given["flaw_median"]}, toughness=tough * 5e5
        )
        return float(cracked_share(law, grains, cycles, pulled(given, factor))[0, 0])

    for name in ("factor", "flaw"):
        shares = [share(**{name: value}) for value in (0.7, 0.85, 1.0, 1.2)]
        assert np.all(np.diff(shares) > 0), name
    assert np.all(np.diff([share(tough=value) for value in (0.8, 1.0, 1.2)]) < 0)


def test_slow_growth_counts_the_time_under_load() -> None:
    """Constant K for t seconds a cycle is fatigue of rate u t at the same exponent."""
    depth = np.geomspace(20e-9, 60e-9, 65)
    ratio = 0.6 * np.sqrt(depth / 20e-9) / 2
    slow = CrackGrowth(rate=0.0, slow_rate=1e-13, slow_exponent=12.0)
    by_time = cycles_left(slow, CycleLoad(depth=depth, ratio=ratio, swing=ratio, dwell=1800.0))
    cyclic = CrackGrowth(rate=1800e-13, exponent=12.0, threshold=0.0)
    assert by_time == pytest.approx(
        cycles_left(cyclic, CycleLoad(depth=depth, ratio=ratio, swing=ratio))
    )
    assert by_time[0] > 10


def test_both_rates_add() -> None:
    given = FLAWS["inputs"]
    cycles = np.array([1000.0])
    laws = [
        CrackGrowth(rate=rate, slow_rate=slow, exponent=8.0, threshold=0.0, slow_exponent=8.0)
        for rate, slow in ((1e-9, 0.0), (0.0, 1e-9), (0.5e-9, 0.5e-9))
    ]
    shares = [
        cracked_share(law, powder(given, toughness=6e5), cycles, pulled(given))[0, 0]
        for law in laws
    ]
    assert shares[0] == pytest.approx(shares[1], rel=1e-9)
    assert shares[2] == pytest.approx(shares[0], rel=1e-9)


def shell_by_quadrature(ratio: float, core: float, depth: float) -> float:
    """K/(S sqrt(R)) with the stress taken exactly on both sides of the boundary."""
    edge = min(1.0, (1 - core ** (1 / 3)) / depth)

    def integrand(angle: float) -> float:
        x = float(np.sin(angle))
        hoop = boundary_crack.shell_hoop(np.array(ratio), np.array(core), np.array(depth * x))
        return float(hoop) * (1.3 - 0.3 * x**1.25)

    split = np.arcsin(edge)
    total = quad(integrand, 0, split)[0] + quad(integrand, split, np.pi / 2)[0]
    return float(2 * np.sqrt(depth / np.pi) * total)


def check_shell(stress: float, yields: float) -> None:
    """The table against quadrature with a simple kernel, right to 1 %, where a boundary matters."""
    found = (
        boundary_crack.shell_intensity(np.array([stress]), np.array([yields]), np.array([1.0]))[0]
        / stress
    )
    ratio = max(stress / 1e9, 1.0)
    for place in (20, 35, 45, 52):
        depth = boundary_crack.DEPTHS[place]
        exact = [
            max(shell_by_quadrature(ratio, float(f), depth), 0.0)
            for f in (np.arange(64) + 0.5) / 64
        ]
        assert found[place].max() == pytest.approx(max(exact), rel=0.03)


@pytest.mark.parametrize("stress", [0.5e9, 2e9, 8e9])
def test_cracks_while_a_boundary_passes(stress: float) -> None:
    check_shell(stress, 1e9)


def test_boundary_check_notices_yielding() -> None:
    with pytest.raises(AssertionError):
        check_shell(2e9, 1.2e9)


def test_a_shell_s_hoop_is_hill_s() -> None:
    given = BOUNDS["inputs"]
    stress = given["E"] * given["misfit"] / (1 - given["nu"])
    ratio = np.array(stress / given["yield_stress"])
    for row in BOUNDS["rows"]:
        share = row["core_volume_fraction"]
        surface = boundary_crack.shell_hoop(ratio, np.array(share), np.zeros(1)) * stress
        assert surface == pytest.approx([row["surface_hoop"]], rel=1e-8)
        end = min(share ** (1 / 3) * row["c_over_a"], 1.0)
        largest = boundary_crack.shell_hoop(ratio, np.array(share), np.array([1 - end])) * stress
        assert largest == pytest.approx([row["max_hoop"]], rel=1e-8)
        inside = np.array([1 - share ** (1 / 3) + 1e-6])
        pressed = boundary_crack.shell_hoop(ratio, np.array(share), inside) * stress
        assert pressed == pytest.approx([-row["core_pressure"]], rel=1e-8)


@pytest.mark.parametrize(
    ("wrong", "word"),
    [({"rate": -1e-9}, "rate"), ({"rate": 1e-9, "exponent": 0.5}, "exponent"),
     ({"rate": 1e-9, "threshold": 1.0}, "threshold")],
)  # fmt: skip
def test_growth_that_cannot_be(wrong: dict[str, float], word: str) -> None:
    with pytest.raises(InputError, match=word):
        CrackGrowth(**wrong)


def test_a_crack_through_both_sides_of_its_toughness() -> None:
    """From K_IC on it jumps until K falls below, wherever the depths of the table lie."""
    law = CrackGrowth(rate=1e-9, exponent=10.0, threshold=0.0)

    def left(points: int) -> Array:
        depth = np.geomspace(10e-9, 90e-9, points)
        ratio = 1.6 * np.exp(-(np.log(depth / 30e-9) ** 2))
        return cycles_left(law, CycleLoad(depth=depth, ratio=ratio, swing=ratio))

    coarse, fine = left(60), left(601)
    assert coarse[0] == pytest.approx(fine[0], rel=0.01)
    assert np.all(np.isfinite(fine))


@pytest.mark.parametrize("points", [40, 73])
def test_growth_begins_at_the_threshold_wherever_the_depths_lie(points: int) -> None:
    """The flaw that lasts, few depths against 20,000; those of 40 lie 10 % apart."""
    law, wanted = CrackGrowth(rate=1e-11, exponent=12.0), np.array([1e3, 1e4, 1e6])

    def lasts(count: int) -> Array:
        depth = np.geomspace(10e-9, 400e-9, count)
        ratio = 0.45 * np.sqrt(depth / 10e-9)
        return depth_that_lasts(law, CycleLoad(depth=depth, ratio=ratio, swing=ratio), wanted)

    assert lasts(points) == pytest.approx(lasts(20_000), rel=5e-3)
    assert lasts(points)[-1] >= 10e-9 * (0.6 / 0.45) ** 2 * (1 - 1e-9)


def passage(site: str, ratio: float, parts: int) -> tuple[Array, Array]:
    """K (a, t) at S = 1 and shares of time of a boundary's passage, at its instants one by one."""
    core = 0.5 * (1 + np.cos(np.pi * np.arange(parts + 1) / parts))
    if site == "shell":
        place, weight = edge_crack_rule(48)
        at = np.maximum(core, 1e-12)[:, None]
        hoop = [
            boundary_crack.shell_hoop(np.array(ratio), at, depth * place) @ weight
            for depth in boundary_crack.DEPTHS
        ]
        pull = np.sqrt(np.pi * boundary_crack.DEPTHS)[:, None] * np.maximum(np.array(hoop), 0.0)
        return pull, -np.diff(core)
    least, kept = boundary_crack.DEPTHS[:, None] ** 3, np.maximum(core, 1e-12)
    end = np.minimum(max(ratio, 1.0) * kept, 1.0)
    tension = 2 / 3 * (np.log(end / kept) + 1 - end) / max(ratio, 1.0)
    return 2 * np.sqrt(boundary_crack.DEPTHS / np.pi)[:, None] * tension * (core >= least), (
        -np.diff(core)
    )


INTENSITY = {"shell": boundary_crack.shell_intensity, "core": boundary_crack.core_intensity}


def time_under_load(site: str, ratio: float, exponent: float, *, held: bool = False) -> Array:
    """int K^n dt (a,) of a boundary's passage over that of four thousand instants; ``held``: each
    part at its largest K. The last depth is left out: its crack is barely open."""
    one = np.ones(1)
    pull = INTENSITY[site](ratio * one, one, one) / ratio
    time = boundary_crack.PASSAGE
    if held:
        pull, time = np.repeat(pull[..., 1::2], 2, axis=-1), np.repeat(time[::2], 2)
        time = np.where(np.arange(len(time)) % 2 == 0, 2 * time, 0.0)[:-1]
    exact, parts = passage(site, ratio, 4000)
    largest = exact.max(axis=1)
    found = Driving(depth=boundary_crack.DEPTHS[None], intensity=pull, lasts=time[None])
    fine = Driving(depth=boundary_crack.DEPTHS[None], intensity=exact[None], lasts=parts[None])
    n = np.array([exponent])
    off = found.dwell(n)[0] * (found.largest[0] / largest) ** exponent / fine.dwell(n)[0]
    return np.asarray(off[:-1])


CASES = [(site, ratio) for site in INTENSITY for ratio in (0.5, 1.5, 4.0)]


@pytest.mark.parametrize(("site", "ratio"), CASES)
@pytest.mark.parametrize("exponent", [15.0, 60.0])
def test_time_under_load_of_a_boundary(site: str, ratio: float, exponent: float) -> None:
    """Within 25 % at the median depth; an elastic shell has peaks that 33 instants tell to four
    times at worst, of a rate known to six decades."""
    off = time_under_load(site, ratio, exponent)
    assert 0.9 < np.median(off) < 1.25
    assert off.min() > 0.6
    assert off.max() < 4.5


def test_parts_held_at_their_largest_are_noticed() -> None:
    assert np.median(time_under_load("shell", 0.5, 60.0, held=True)) > 1.25
    assert time_under_load("shell", 0.5, 60.0, held=True).max() > 4.5
