"""Which knob lowers the stress, and by how much?

Many free spheres lose sodium at constant current until their surface is empty. In the units of
E eps/(1 - nu) the peak tension depends on one number only, q = N R/(D c_max).
"""

from __future__ import annotations

import math
from functools import cache
from typing import NamedTuple

import numpy as np

from particle_sim.batch.advance import Spheres, advance
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
from particle_sim.materials.functions import LinearTable
from particle_sim.transport.table import table_of
from particle_sim.units import Array

HOUR = 3600.0  # s; 1C moves the whole window in one hour (definition)
MAXIMUM_CONCENTRATION = 2e4  # mol/m3, rounded from he_v's 20210; it cancels from everything here
POISSON_RATIO = 0.28  # of the sodium NASICON host file, there from NASICON electrolytes
YOUNGS_MODULUS = 80e9  # Pa, as in he_v's file
VOLUME_CHANGE = 0.05  # empty to full, assumed; he_v prints 2.2 %, nvp 8.26 %
RADII, RATES, DIFFUSIVITIES = (0.2e-6, 5e-6), (0.1, 10.0), (1e-16, 1e-14)  # m, 1/h, m2/s, assumed
MODULI, CHANGES = (40e9, 160e9), (0.01, 0.1)  # Pa and 1, assumed: twice and half, 1 % to 10 %
RANDOM, SEED = 40, 1
FACTORS = np.array([0.25, 0.5, 1.0, 2.0, 4.0])
ERROR = 1e-3  # of fillings, asked of the solver; tensions are then good to 2e-4 of themselves
THIN_LAYER_FROM = 7.0  # q above which the thin-layer limit is drawn; it is then within 10 %


class Knobs(NamedTuple):
    """n particles in SI units, every field (n,)."""

    radius: Array
    c_rate: Array
    diffusivity: Array
    modulus: Array
    volume_change: Array

    @property
    def supply(self) -> Array:
        """q = N R/(D c_max) with N = C c_max R/(3 h): C R^2/(3 h D)."""
        return self.c_rate * self.radius**2 / (3 * HOUR * self.diffusivity)

    @property
    def unit(self) -> Array:
        """E eps/(1 - nu) [Pa], eps = volume change/3."""
        return self.modulus * self.volume_change / 3 / (1 - POISSON_RATIO)


def small_number_stress(supply: Array) -> Array:
    """Peak tension over E eps/(1 - nu) when the filling settles first: q/5."""
    return supply / 5


def thin_layer_stress(supply: Array) -> Array:
    """The same when the surface is empty before the inside notices: 1 - 3 pi/(4 q).

    A flat wall falls by q sqrt(4 Fo/pi) (Crank's flat limit), so it is empty at Fo = pi/(4 q^2);
    3 q Fo of the sodium has then left, and the surface lacks the rest against the mean.
    """
    return 1 - 3 * np.pi / (4 * supply)


def largest_radius(stress: float, c_rate: float, diffusivity: float) -> float:
    """Radius [m] at which q/5 E eps/(1 - nu) is ``stress``: sqrt(3 h D q/C)."""
    supply = 5 * stress * 3 * (1 - POISSON_RATIO) / (YOUNGS_MODULUS * VOLUME_CHANGE)
    return math.sqrt(3 * HOUR * diffusivity * supply / c_rate)


def knobs(radius: Array, c_rate: float, diffusivity: float) -> Knobs:
    """Particles that differ in radius only."""
    one = np.ones(len(radius))
    return Knobs(
        radius=radius,
        c_rate=c_rate * one,
        diffusivity=diffusivity * one,
        modulus=YOUNGS_MODULUS * one,
        volume_change=VOLUME_CHANGE * one,
    )


def peak_tension(particles: Knobs, error: float = ERROR) -> Array:
    """Largest tension at the surface while a full particle loses its sodium [Pa] (n,)."""
    one = np.ones(len(particles.radius))
    out = particles.c_rate * MAXIMUM_CONCENTRATION * particles.radius / (3 * HOUR)
    run = advance(
        Spheres(
            radius=particles.radius,
            diffusivity=particles.diffusivity,
            maximum_concentration=MAXIMUM_CONCENTRATION * one,
            initial_site_fraction=one,
            strain=table_of(LinearTable((0.0, 1.0), (0.0, 1.0))),
            strain_scale=particles.volume_change / 3,
            youngs_modulus=particles.modulus,
            poisson_ratio=POISSON_RATIO,
        ),
        np.stack([0 * one, HOUR / particles.c_rate], axis=1),
        np.stack([out, out], axis=1),
        limits=(0.0, 2.0),  # above 1: a full particle that loses sodium must not stop as full
        error=error,
    )
    return run.peak_tension


def random_particles() -> Knobs:
    """All five knobs at random, even in their logarithms."""
    generator = np.random.default_rng(SEED)
    drawn = [
        np.exp(generator.uniform(math.log(low), math.log(high), RANDOM))
        for low, high in (RADII, RATES, DIFFUSIVITIES, MODULI, CHANGES)
    ]
    return Knobs(
        radius=drawn[0],
        c_rate=drawn[1],
        diffusivity=drawn[2],
        modulus=drawn[3],
        volume_change=drawn[4],
    )


@cache
def random_peaks() -> tuple[Knobs, Array]:
    """Random particles and their largest tension [Pa]."""
    particles = random_particles()
    return particles, peak_tension(particles)


def draw(*, radius: float, c_rate: float, diffusivity: float) -> Picture:
    """The particle of the sliders among random ones, and each knob turned on its own."""
    here = knobs(np.array([radius]), c_rate, diffusivity)
    turned = _turned(here)
    groups = (here, *turned.values())
    parts = [np.concatenate(fields) for fields in zip(*groups, strict=True)]
    peaks = np.split(peak_tension(Knobs(*parts)), np.cumsum([len(g.radius) for g in groups])[:-1])
    stress, unit, supply = float(peaks[0][0]), float(here.unit[0]), float(here.supply[0])
    ratios = dict(zip(turned, [peak / stress for peak in peaks[1:]], strict=True))
    twice = {name: float(np.interp(2.0, FACTORS, ratio)) for name, ratio in ratios.items()}
    colours = (Colour.CANDIDATE, Colour.BASELINE, Colour.THIRD, Colour.FOURTH)
    knob_panel = Panel(
        title="Turn one knob of your particle",
        x_label="knob / its value now [1]",
        y_label="tension / its value now [1]",
        lines=[
            Line(label=name, x=FACTORS, y=ratio, colour=colour)
            for (name, ratio), colour in zip(ratios.items(), colours, strict=True)
        ],
        log_x=True,
        log_y=True,
        marks=[Mark(label="now", x=1.0)],
        y_range=(0.04, 25.0),
    )
    return Picture(
        panels=[_master(*random_peaks(), (supply, stress / unit)), knob_panel],
        sentences=[
            f"Your particle has q = {supply:.3g} and a peak tension of {_mega(stress)} MPa, "
            f"{stress / unit:.2%} of the most that is possible, {_mega(unit)} MPa.",
            f"The line q/5 gives {_mega(supply / 5 * unit)} MPa: {_verdict(supply)}.",
            "Doubling one knob multiplies the tension by "
            + ", ".join(f"{factor:.2f} ({name})" for name, factor in twice.items())
            + ".",
        ],
        numbers=[
            Number(label="q", value=supply),
            Number(label="peak tension", value=stress / 1e6, unit="MPa"),
            Number(label="E ε / (1 − ν)", value=unit / 1e6, unit="MPa"),
        ],
    )


def _master(others: Knobs, peaks: Array, here: tuple[float, float]) -> Panel:
    """Scaled peak tension against q, with both limits."""
    slow, fast = np.geomspace(3e-5, 5.0, 9), np.geomspace(THIN_LAYER_FROM, 300.0, 30)
    points, dashed = Kind.POINTS, Kind.CLOSED_FORM
    thin = thin_layer_stress(fast)
    return Panel(
        title="All particles on one curve",
        x_label="q = C R² / (3 h D) [1]",
        y_label="tension / (E ε/(1 − ν)) [1]",
        lines=[
            Line(label="random, simulated", x=others.supply, y=peaks / others.unit, kind=points),
            Line(
                label="your particle, simulated",
                x=[here[0]],
                y=[here[1]],
                colour=Colour.BASELINE,
                kind=points,
            ),
            Line(label="q/5", x=slow, y=small_number_stress(slow), colour=Colour.INK, kind=dashed),
            Line(label="thin layer", x=fast, y=thin, colour=Colour.THIRD, kind=dashed),
        ],
        log_x=True,
        log_y=True,
        y_range=(5e-6, 3.0),
    )


def _turned(here: Knobs) -> dict[str, Knobs]:
    """The particle with one knob multiplied by each factor."""
    base = knobs(np.full(len(FACTORS), here.radius[0]), here.c_rate[0], here.diffusivity[0])
    return {
        "radius": base._replace(radius=base.radius * FACTORS),
        "C-rate": base._replace(c_rate=base.c_rate * FACTORS),
        "modulus or volume change": base._replace(modulus=base.modulus * FACTORS),
        "diffusivity": base._replace(diffusivity=base.diffusivity * FACTORS),
    }


def _mega(stress: float) -> str:
    """A stress [Pa] in MPa, without an exponent."""
    return f"{stress / 1e6:.3g}" if stress < 1e8 else f"{stress / 1e6:.0f}"


def _verdict(supply: float) -> str:
    if supply < 1:
        return "the sodium settles long before the surface is empty"
    return "too much, because the surface is empty first"


CHANGED = ("half", "the same", "twice", "four times")
FACTOR_OF = (0.5, 1.0, 2.0, 4.0)
LIMITS, TEST_RATES = (50.0, 41.0, 62.0, 36.0, 57.0), (3.0, 2.0, 1.0, 4.0)  # MPa, 1/h; exercise
TEST_DIFFUSIVITY, SKETCH_RADIUS = 1e-15, 2e-6  # m2/s, m; chosen for the questions
SKETCHED = (0.1, 100.0)  # 1/h


def predicted() -> int:
    """Index of the simulated ratio for twice the radius and four times the diffusivity."""
    ratio = _pair()[1] / _pair()[0]
    return min(range(len(FACTOR_OF)), key=lambda i: abs(math.log(ratio / FACTOR_OF[i])))


def _pair() -> tuple[float, float]:
    """Peak tension [MPa] of 0.5 um and 1e-15 m2/s, and of twice and four times that, at 1C."""
    both = knobs(np.array([0.5e-6, 1e-6]), 1.0, 1e-15)
    stress = peak_tension(both._replace(diffusivity=np.array([1e-15, 4e-15]))) / 1e6
    return float(stress[0]), float(stress[1])


def reveal() -> str:
    """The two stresses and their common number."""
    first, second = _pair()
    q = float(knobs(np.array([0.5e-6]), 1.0, 1e-15).supply[0])
    return (
        f"{first:.2f} MPa and {second:.2f} MPa. The radius counts squared: more sodium has to "
        "leave through each square metre, and it has farther to go. Twice the radius needs four "
        f"times the diffusivity. Both particles have q = {q:.4f}, and only q counts."
    )


def drawn_tension() -> tuple[Array, Array]:
    """C-rate and peak tension over E eps/(1 - nu) of the particle to sketch."""
    rates = np.geomspace(*SKETCHED, 25)
    body = knobs(np.full(len(rates), SKETCH_RADIUS), 1.0, TEST_DIFFUSIVITY)._replace(c_rate=rates)
    return rates, peak_tension(body) / body.unit


def question(limit: float = LIMITS[0], c_rate: float = TEST_RATES[0]) -> str:
    """Of the exercise; the limit in MPa."""
    return (
        f"The tension must stay below {limit:g} MPa at {c_rate:g}C. "
        f"D = {TEST_DIFFUSIVITY:.0e} m²/s, E = {YOUNGS_MODULUS / 1e9:g} GPa, ν = "
        f"{POISSON_RATIO:g}, volume change {100 * VOLUME_CHANGE:g} %. What is the largest radius?"
    )


def radius_allowed(limit: float = LIMITS[0], c_rate: float = TEST_RATES[0]) -> float:
    """The closed form [um]."""
    return 1e6 * largest_radius(1e6 * limit, c_rate, TEST_DIFFUSIVITY)


def simulated_radius(
    limit: float = LIMITS[0],
    c_rate: float = TEST_RATES[0],
    diffusivity: float = TEST_DIFFUSIVITY,
) -> float:
    """Radius at which the simulated peak tension is the limit [um]."""
    radius = np.geomspace(0.2e-6, 2e-6, 41)
    stress = peak_tension(knobs(radius, c_rate, diffusivity))
    return float(1e6 * np.exp(np.interp(math.log(1e6 * limit), np.log(stress), np.log(radius))))


def solution(limit: float = LIMITS[0], c_rate: float = TEST_RATES[0]) -> str:
    """Step by step."""
    unit = YOUNGS_MODULUS * VOLUME_CHANGE / 3 / (1 - POISSON_RATIO)
    share = 1e6 * limit / unit
    q = 5 * share
    return (
        f"E ε/(1 − ν) = {YOUNGS_MODULUS / 1e9:.0f} GPa × {100 * VOLUME_CHANGE / 3:.2f} % / "
        f"{1 - POISSON_RATIO:.2f} = {unit / 1e6:.0f} MPa. The limit is {share:.4f} of it, "
        f"so q = 5 × {share:.4f} = {q:.3f}. R² = 3 h D q/C = 3 × {HOUR:.0f} s × "
        f"{TEST_DIFFUSIVITY:.0e} m²/s × {q:.3f} / {c_rate:g}, so R = "
        f"{radius_allowed(limit, c_rate):.2f} µm. As q is well below 1, "
        "the line q/5 may be used."
    )


LESSON = Lesson(
    title="The knobs",
    question="Which knob lowers the stress, and by how much?",
    minutes=13,
    background=[
        "Suppose your particles crack. You can make them smaller, charge more slowly, find a "
        "material with faster diffusion, with less volume change or a softer one. What helps most?",
        "Stress comes from sodium that is not where it would like to be. Each knob changes how "
        "uneven it gets, or what the unevenness costs.",
    ],
    explanation=[
        "Two groups decide. The first is $E\\varepsilon/(1-\\nu)$: stiffness times the change of "
        "length from empty to full. It is the stress that would arise if an empty skin sat on "
        "a full ball. No even current can make the stress larger, for the skin cannot be emptier "
        "than empty.",
        "The second is the supply number $q$. It compares how fast sodium is taken with how fast "
        "it can follow. In it the radius stands squared, the C-rate and the diffusivity once.",
        "Every point on the one curve is a particle with its own radius, C-rate, diffusivity, "
        "modulus and volume change, all drawn by chance. In these two groups they fall on one "
        "curve. This is why one experiment can speak for many.",
    ],
    equations=[
        Equation(
            latex=r"q = \frac{N R}{D\,c_{max}} = \frac{C\,R^2}{3\,h\,D}",
            words="The supply number. N is the flux of sodium out of the surface, C the C-rate, "
            "h one hour, D the diffusivity, R the radius and $c_{max}$ the sodium of a full "
            "particle.",
        ),
        Equation(
            latex=r"\frac{\sigma_{max}}{E\varepsilon/(1-\nu)} \approx \frac{q}{5}\quad(q \ll 1)",
            words="For slow currents the peak tension at the surface is a fifth of q, times the "
            "largest possible stress. ε is a third of the volume change.",
        ),
        Equation(
            latex=r"\frac{\sigma_{max}}{E\varepsilon/(1-\nu)} \approx 1 - \frac{3\pi}{4q}"
            r"\quad(q \gg 1)",
            words="For fast currents only a thin layer is emptied before the surface has nothing "
            "left to give.",
        ),
    ],
    scene=Scene(
        controls=(
            Slider(
                name="radius",
                label="Radius",
                low=0.2,
                high=5.0,
                start=1.0,
                unit="µm",
                scale=1e-6,
                logarithmic=True,
            ),
            Slider(
                name="c_rate",
                label="C-rate",
                low=RATES[0],
                high=RATES[1],
                start=1.0,
                unit="C",
                logarithmic=True,
            ),
            Slider(
                name="diffusivity",
                label="Diffusivity",
                low=DIFFUSIVITIES[0],
                high=DIFFUSIVITIES[1],
                start=1e-15,
                unit="m²/s",
                logarithmic=True,
            ),
        ),
        draw=draw,
    ),
    try_this=[
        "Move the radius, then bring your particle back to the same point of the curve with the "
        "C-rate alone. How far must the C-rate go?",
        'Under "Turn one knob", read off what twice the radius does and what twice the C-rate '
        "does. "
        "At small q the line of the C-rate lies exactly under that of the modulus.",
        "Make the particle large, fast and slow in diffusion. Three of the knob's lines go "
        "flat. Which one does not, and why?",
    ],
    prediction=Prediction(
        question="You have a particle at 1C with little stress. Its partner has twice the radius "
        "and four times the diffusivity. What is the partner's peak tension?",
        options=[f"{word[0].upper()}{word[1:]}" for word in CHANGED],
        answer=predicted,
        feedback=[
            "That is right if the radius counts once: twice the way against four times the "
            "speed. It counts twice, because through each square metre more sodium has to pass "
            "as well.",
            "What the radius does, squared, the diffusivity undoes.",
            "That is right if the diffusivity counts with its root, as where only a skin knows of "
            "the current. With little stress the sodium has time to settle, and the difference "
            "goes with one over D.",
            "That is right if the diffusivity does not count: radius squared. But the faster "
            "sodium moves, the less uneven it gets.",
        ],
        reveal=reveal,
        sketch=Sketch(
            question=f"Draw the largest tension in a particle of {SKETCH_RADIUS * 1e6:g} µm radius "
            f"against the C-rate, for D = {TEST_DIFFUSIVITY:.0e} m²/s. One is the tension of an "
            "empty skin on a full ball.",
            x_label="C-rate [C]",
            y_label="peak tension / its limit [1]",
            x_range=SKETCHED,
            y_range=(0.0, 1.0),
            log_x=True,
            curve=drawn_tension,
            look_at="At low rates ten times the current is ten times the stress. At high rates it "
            "hardly matters any more: the surface cannot be emptier than empty. Whoever draws a "
            "straight line is right at one end only.",
        ),
    ),
    exercise=Exercise(
        question=question,
        unit="µm",
        answer=radius_allowed,
        simulated=simulated_radius,
        tolerance=0.02,
        hint="Work out E ε/(1 − ν) first, with ε a third of the volume change. Which share of it "
        "is allowed, and which q belongs to that share?",
        solution=solution,
        drawn={"limit": LIMITS, "c_rate": TEST_RATES},
        other_units={"um": 1.0, "nm": 1e-3, "m": 1e6},
        slips={
            3**-0.5: "ε is a third of the volume change",
            (1 - POISSON_RATIO) ** -0.5: "the 1 − ν is missing in E ε/(1 − ν)",
            5**-0.5: "the share of the largest stress is q/5, not q",
        },
    ),
    left_out=[
        "Whether a stress cracks a particle depends on the flaws it has. A smaller particle has "
        "less stress and also less energy to drive a crack.",
        "Diffusivity and modulus are the same at every filling, and the material is alike in all "
        "directions. Otherwise more groups appear, and the points spread.",
        "The current is shared evenly by all particles. In a thick electrode the ones near the "
        "separator work harder.",
        "A material that separates into two phases does not obey this curve. Slow charging does "
        "not remove the stress of its boundary.",
    ],
    sources=[
        "Y.-T. Cheng and M. W. Verbrugge, J. Power Sources 190 (2009) 453",
        "X. Zhang, W. Shyy and A. M. Sastry, J. Electrochem. Soc. 154 (2007) A910",
        "J. Crank, The Mathematics of Diffusion, 2nd ed., Oxford University Press (1975)",
    ],
)

if __name__ == "__main__":
    run_as_script(LESSON)
