"""Why does the hundredth charge differ from the first?"""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache

import numpy as np

from particle_sim.damage.constants import load_growth_constants
from particle_sim.damage.driving import Driving
from particle_sim.damage.fade import Fade, as_partner, as_per_hour, retention_after
from particle_sim.damage.growth import (
    CrackGrowth,
    CycleLoad,
    cycles_left,
    growing_depths,
)
from particle_sim.damage.population import Powder, cracked_share
from particle_sim.damage.printed_fade import printed_of
from particle_sim.learn.controls import Slider
from particle_sim.learn.lesson import (
    Equation,
    Exercise,
    Lesson,
    Prediction,
    Scene,
    Sketch,
    run_as_script,
)
from particle_sim.learn.picture import Colour, Kind, Line, Mark, Number, Panel, Picture
from particle_sim.materials.load import load_material
from particle_sim.metrics.flaw_free_bound import parabola_intensity
from particle_sim.units import Array

NFM = load_material("nfm_li2024")
RADIUS, TOUGHNESS, FLAW = (
    NFM.value(name) for name in ("particle_radius", "fracture_toughness", "flaw_size")
)
CONSTANTS = load_growth_constants().properties
LAW = CrackGrowth(
    rate=CONSTANTS["growth_rate"].magnitude,
    exponent=CONSTANTS["growth_exponent"].magnitude,
    threshold=CONSTANTS["growth_threshold"].magnitude,
)
SPREAD = CONSTANTS["flaw_spread"].magnitude
DEPTHS = np.geomspace(2e-3, 0.3, 300) * RADIUS  # to where a flat surface stands for a sphere's
CYCLES = np.geomspace(1, 1e6, 121)
TESTED, ASKED = (
    next(each.fade for each in printed_of("nfm_li2024") if each.fade.c_rate == rate)
    for rate in (3.0, 5.0)
)  # NFM's cycling as printed
SAME = 200.0  # cycles of the prediction


def load_at(tension: float, depth: Array = DEPTHS) -> CycleLoad:
    """A cycle whose charge ends with a parabola of tension, largest at the surface [Pa]."""
    intensity = tension * np.sqrt(RADIUS) * parabola_intensity(depth / RADIUS)
    ratio = np.maximum(intensity, 0.0) / TOUGHNESS
    return CycleLoad(depth=depth, ratio=ratio, swing=ratio)


@lru_cache(maxsize=64)
def history(tension: float, flaw: float, law: CrackGrowth) -> Array:
    """Depth [m] of a crack after every one of ``CYCLES``; it stays where growth ends."""
    grows = [ends for ends in growing_depths(law, load_at(tension)) if ends[0] <= flaw < ends[1]]
    if not grows:
        return np.full_like(CYCLES, flaw)
    depth = np.geomspace(flaw, grows[0][1], 800)
    cycle = load_at(tension, depth)
    depth = depth[law.per_cycle(cycle.ratio, cycle.swing) > 0]  # up to where it arrests
    left = cycles_left(law, load_at(tension, depth))
    return np.asarray(np.interp(CYCLES, left[0] - left, depth))


@lru_cache(maxsize=16)
def share_through(tension: float, flaw: float, law: CrackGrowth) -> Array:
    """Share [%] of a powder that has cracked, its flaws log-normal around ``flaw``."""
    load = load_at(tension)
    driving = Driving(
        depth=DEPTHS[None],
        intensity=TOUGHNESS * load.ratio[None, :, None],
        lasts=np.ones((1, 1)),
    )
    powder = Powder(
        flaw_size=np.array([flaw]),
        flaw_spread=np.array([SPREAD]),
        toughness=np.array([TOUGHNESS]),
        toughness_spread=np.array([CONSTANTS["toughness_spread"].magnitude]),
    )
    return np.asarray(100 * cracked_share(law, powder, CYCLES, driving, nodes=60)[0])


def draw(tension: float, flaw: float, exponent: float, cycles: float = 100.0) -> Picture:
    """Stress intensity over depth; one crack and a powder over cycles, with a moment of both."""
    law = law_with(exponent)
    load, depth = load_at(tension), 1e9 * DEPTHS
    own = history(tension, flaw, law)
    other = {name: history(tension, factor * flaw, law) for name, factor in FACTORS.items()}
    through = share_through(tension, flaw, law)
    threshold = float(np.asarray(law.threshold)) * TOUGHNESS
    first, last, deep = float(own[0]), float(own[-1]), _at(own, cycles)
    now = Mark(label="now", x=cycles)
    return Picture(
        panels=(
            Panel(
                title="How hard one cycle pulls",
                x_label="depth of the crack [nm]",
                y_label="stress intensity [MPa √m]",
                lines=(Line(label="largest in a cycle", x=depth, y=load.ratio * TOUGHNESS / 1e6),),
                log_x=True,
                marks=(
                    Mark(label="toughness", y=TOUGHNESS / 1e6),
                    Mark(label="threshold", y=threshold / 1e6),
                    Mark(label="flaw" if deep < 1.05 * flaw else "crack now", x=1e9 * deep),
                ),
                y_range=(0.0, 1.0),
            ),
            Panel(
                title="One crack",
                x_label="cycles [1]",
                y_label="depth [nm]",
                lines=(
                    Line(label="this flaw", x=CYCLES, y=1e9 * own, colour=Colour.BASELINE),
                    *(
                        Line(
                            label=name,
                            x=CYCLES,
                            y=1e9 * values,
                            colour=colour,
                            kind=Kind.CLOSED_FORM,
                        )
                        for colour, (name, values) in zip(COLOURS, other.items(), strict=True)
                    ),
                ),
                log_x=True,
                log_y=True,
                marks=(now,),
                y_range=(1.0, 1.5e9 * float(DEPTHS[-1])),
            ),
            Panel(
                title="A powder with flaws around it",
                x_label="cycles [1]",
                y_label="cracked through [%]",
                lines=(Line(label="share", x=CYCLES, y=through),),
                log_x=True,
                marks=(now,),
                y_range=(0.0, 100.0),
            ),
        ),
        sentences=(
            f"After {cycles:.3g} cycles the crack is {1e9 * deep:.0f} nm deep, and "
            f"{_at(through, cycles):.0f} % of the powder have cracked through.",
            f"In one cycle the flaw of {1e9 * flaw:.3g} nm is pulled at "
            f"{_ratio(tension, flaw):.0%} of its toughness. {_fate(first, last, flaw)}",
            f"Of a powder whose flaws scatter around it, {through[0]:.0f} % have cracked through "
            f"in the first cycle and {_at(through, 1e4):.0f} % after ten thousand.",
        ),
        numbers=(
            Number(label="stress intensity over toughness", value=_ratio(tension, flaw), unit="1"),
            Number(label="depth after 100 cycles", value=1e9 * _at(own, 100), unit="nm"),
            Number(label="depth after 10 000 cycles", value=1e9 * _at(own, 1e4), unit="nm"),
            Number(label="cracked through after 10 000", value=_at(through, 1e4), unit="%"),
        ),
    )


@lru_cache(maxsize=64)
def law_with(exponent: float) -> CrackGrowth:
    """The same object for one exponent, so that its curves are computed once."""
    return replace(LAW, exponent=exponent)


FACTORS = {"a flaw half as deep": 0.5, "a flaw twice as deep": 2.0}
COLOURS = (Colour.THIRD, Colour.CANDIDATE)


def _ratio(tension: float, flaw: float) -> float:
    return float(np.interp(flaw, DEPTHS, load_at(tension).ratio))


def _at(values: Array, cycles: float) -> float:
    return float(np.interp(np.log(cycles), np.log(CYCLES), values))


def _fate(first: float, last: float, flaw: float) -> str:
    if last <= flaw * (1 + 1e-6):
        return "Below the threshold it never grows, however many cycles follow."
    if first >= 0.98 * DEPTHS[-1]:
        return "It runs to the middle in the first cycle."
    jump = f"It jumps to {1e9 * first:.0f} nm at once, then" if first > 1.05 * flaw else "It"
    if last >= 0.98 * DEPTHS[-1]:
        return f"{jump} creeps on towards the middle."
    return f"{jump} creeps to {1e9 * last:.0f} nm, where it stops."


def options_answer() -> int:
    """Option: what the printed fade at 5C leaves after as many cycles as at 3C."""
    kept = retention_after(ASKED.per_cycle, SAME)
    return [kept < TESTED.retention - 0.05, abs(kept - TESTED.retention) <= 0.05, True].index(True)


def revealed() -> str:
    """Why, with numbers."""
    kept = retention_after(ASKED.per_cycle, SAME)
    by_cycle = retention_after(as_partner(TESTED), ASKED.cycles)
    by_hour = retention_after(as_per_hour(TESTED, ASKED.c_rate), ASKED.cycles)
    return (
        f"Printed at {ASKED.c_rate:g}C are {ASKED.retention:.1%} after {ASKED.cycles:.0f} cycles, "
        f"which is {kept:.0%} after {SAME:.0f}: more than at {TESTED.c_rate:g}C. Two rules that "
        f"know nothing of cracks guess the {ASKED.cycles:.0f} cycles from the "
        f"{TESTED.c_rate:g}C test: the same loss per cycle leaves {by_cycle:.0%}, the same loss "
        f"per hour {by_hour:.0%}. A cycle at {ASKED.c_rate:g}C is shorter. So a law in which "
        "a larger current makes larger stress, and larger stress more fade, has the sign wrong "
        "here. Any model of life must beat the rule of hours before its words are worth anything."
    )


GROWN, POWER = 0.8, 4.0  # exercise: where to, over a toughness
PULLS, SLOW = (400.0, 350.0, 300.0, 380.0, 330.0), (1.0, 0.5, 2.0, 0.2)  # MPa, nm; of the exercise
SKETCHED, START = 1e9, 40e-9  # Pa, m; chosen so that the crack creeps and then arrests


def reach(pull: float = PULLS[0]) -> float:
    """Depth [m] at which K = 1.1215 sigma sqrt(pi a) is 0.8 of the toughness; the pull in MPa."""
    return float((GROWN * TOUGHNESS / (1.1215e6 * pull)) ** 2 / np.pi)


def thousands(pull: float = PULLS[0], slow: float = SLOW[0]) -> float:
    """da/dN = v (K/K_ref)^4 with K_ref at the end: N = (a_e/v) (a_e/a_0 - 1), in thousands."""
    end = reach(pull)
    return end / (1e-9 * slow) * (end / FLAW - 1) / 1e3


def counted(pull: float = PULLS[0], slow: float = SLOW[0], power: float = POWER) -> float:
    """The same from the growth law over depths."""
    depth = np.geomspace(FLAW, reach(pull), 400)
    ratio = 1.1215e6 * pull * np.sqrt(np.pi * depth) / TOUGHNESS
    law = CrackGrowth(rate=1e-9 * slow, exponent=power, threshold=0.0, reference=GROWN)
    return float(cycles_left(law, CycleLoad(depth=depth, ratio=ratio, swing=ratio))[0]) / 1e3


def question(pull: float = PULLS[0], slow: float = SLOW[0]) -> str:
    """Of the exercise."""
    return (
        f"A uniform tension of {pull:g} MPa in every cycle, a flaw of "
        f"{FLAW * 1e9:g} nm, a toughness of {TOUGHNESS / 1e6:g} MPa √m, m = {POWER:g}, no "
        f"threshold, and {slow:g} nm a cycle at {GROWN:g} of the toughness. After how many "
        f"thousand cycles is the crack at {GROWN:g} of its toughness? K = 1.1215 σ √(π a)."
    )


def solution(pull: float = PULLS[0], slow: float = SLOW[0]) -> str:
    """Step by step."""
    return (
        f"At the end a = ({GROWN:g} K_IC/(1.1215 σ))²/π = {1e9 * reach(pull):.0f} nm. da/dN = v "
        f"(a/a_e)², so N = (a_e/v)(a_e/a_0 - 1) = {thousands(pull, slow):.3g} thousand cycles. "
        "Half of the life is spent before the crack has doubled."
    )


def drawn_depth() -> tuple[Array, Array]:
    """Cycles, and depth of the crack [nm]."""
    return CYCLES, 1e9 * history(SKETCHED, START, LAW)


def fade_words(fade: Fade) -> str:
    return f"{fade.retention:.1%} after {fade.cycles:.0f} cycles at {fade.c_rate:g}C"


LESSON = Lesson(
    title="The hundredth charge",
    question="Why does the hundredth charge differ from the first?",
    minutes=14,
    background=(
        "A flaw that one charge does not break may still grow a little. Ceramics creep: below the "
        "toughness, each cycle can lengthen a crack by a fraction of a nanometre. Below a "
        "threshold, about six tenths of the toughness, nothing grows.",
        f"The particle is one of NFM: radius {1e9 * RADIUS:.0f} nm, toughness "
        f"{TOUGHNESS / 1e6:g} MPa √m. Its gradients at 1C pull with some tens of MPa; a boundary "
        "between two phases may hold a thousand. The constants of growth are those of other "
        "ceramics. Nobody has measured a sodium cathode.",
    ),
    explanation=(
        "Growth is a steep power of the pull: with an exponent of 15, a pull smaller by a tenth "
        "grows a crack five times more slowly. So most cracks either never move or are gone at "
        "once, and few are on their way.",
        "In a particle the tension lives at the surface and turns to compression inside. A crack "
        "runs out of it: it stops. Cracked but whole is the normal end.",
    ),
    equations=(
        Equation(
            latex=r"\frac{da}{dN} = v\left[\left(\frac{\Delta K}{K_{ref}}\right)^{m} - "
            r"\left(\frac{K_{th}}{K_{ref}}\right)^{m}\right]_{+}",
            words="What a cycle adds to a crack of depth a (Paris' law with a threshold). ΔK is "
            "the swing of the stress intensity in a cycle, v the growth at $K_{ref}$, 0.8 of the "
            "toughness. From the toughness on, the crack jumps.",
        ),
        Equation(
            latex=r"r = e^{-f N},\qquad f_{hour} = f\,\frac{C}{2}",
            words="A retention r after N cycles at the rate C as a fade per cycle, f, and per "
            "hour: two rules that know nothing of cracks.",
        ),
    ),
    scene=Scene(
        controls=(
            Slider(
                name="tension",
                label="Largest tension at the surface",
                low=50.0,
                high=4000.0,
                start=1200.0,
                unit="MPa",
                scale=1e6,
                logarithmic=True,
            ),
            Slider(
                name="flaw",
                label="Depth of the flaw",
                low=5.0,
                high=50.0,
                start=1e9 * FLAW,
                unit="nm",
                scale=1e-9,
                logarithmic=True,
                plausible=tuple(1e9 * NFM["flaw_size"].quantile(np.array([0.0, 1.0]))),
                exported=3,
            ),
            Slider(
                name="exponent",
                label="Exponent of growth",
                low=4.0,
                high=30.0,
                start=15.0,
                unit="",
                plausible=tuple(CONSTANTS["growth_exponent"].quantile(np.array([0.0, 1.0]))),
                exported=3,
            ),
            Slider(
                name="cycles",
                label="Cycles",
                low=1.0,
                high=1e6,
                start=100.0,
                logarithmic=True,
                positions=25,
            ),
        ),
        draw=draw,
        history="cycles",
    ),
    try_this=(
        "Lower the tension until the curve of the first picture lies below the threshold. No flaw "
        "of any depth grows then, and nothing need be known of flaws.",
        "Raise it until the curve meets the toughness. The crack jumps, and stops where the curve "
        "falls below the toughness again.",
        "Take the exponent from 4 to 30. Does the powder crack sooner or later? Look at which "
        "flaws are still on their way.",
    ),
    prediction=Prediction(
        question=f"NFM keeps {fade_words(TESTED)}. At {ASKED.c_rate:g}C the current is larger. "
        f"After as many cycles, {SAME:.0f}, it keeps ...",
        options=(
            "less: more current, more stress, more cracks",
            "the same: a cycle is a cycle",
            "more",
        ),
        answer=options_answer,
        feedback=(
            "That is the law most people have in mind, and it is a good guess for cracks by "
            "gradients. What was printed goes the other way, so something else than the size of "
            "the current must be at work: the hours, for one.",
            "Then nothing in a cycle would depend on how fast it is: not stress, and not the "
            "time that side reactions have.",
            "As printed. A cycle at the higher rate is shorter.",
        ),
        reveal=revealed,
        sketch=Sketch(
            question=f"A crack in this particle starts {1e9 * START:.0f} nm deep; every charge "
            f"ends with {SKETCHED / 1e6:.0f} MPa of tension at the surface. Draw its depth over "
            "the cycles.",
            x_label="cycles [1]",
            y_label="depth of the crack [nm]",
            x_range=(1.0, 1e6),
            y_range=(0.0, 160.0),
            curve=drawn_depth,
            look_at="For a hundred cycles hardly anything happens; then it runs, because a "
            "deeper crack is pulled harder; then it stops, where the tension ends.",
            log_x=True,
        ),
    ),
    exercise=Exercise(
        question=question,
        unit="thousand cycles",
        answer=thousands,
        simulated=counted,
        tolerance=0.02,
        hint="First the depth at the end. K² goes as a, so da/dN goes as a²; integrate da/a².",
        solution=solution,
        drawn={"pull": PULLS, "slow": SLOW},
        other_units={"cycles": 1e-3},
    ),
    left_out=(
        "Every cycle is like the first: cracks do not relax the stress, nor does the particle "
        "harden or soften.",
        "Growth by time under load, as water does it to glass, is as possible as growth by cycles.",
        "What a cracked particle costs the electrode: contact lost, new surface, shorter paths. "
        "Some of it helps.",
        "All else that fades: films, dissolved metal, lost sodium. Printed fades are of one cell "
        "each.",
    ),
    sources=(
        "P. C. Paris and F. Erdogan, J. Basic Eng. 85 (1963) 528",
        "R. H. Dauskardt, D. B. Marshall and R. O. Ritchie, J. Am. Ceram. Soc. 73 (1990) 893",
        "J. Mater. Chem. A 12 (2024) 31145, Fig. 3g and 3h: the printed retentions",
    ),
)

if __name__ == "__main__":
    run_as_script(LESSON)
