"""What does a printed simulation prove, if its inputs are not printed?"""

from __future__ import annotations

import functools
import json
import math
from typing import Any, NamedTuple

import numpy as np
from scipy.optimize import brentq

import particle_sim as ps
from particle_sim.claims.interval import Verdict
from particle_sim.claims.ledger import LEDGER
from particle_sim.claims.schema import claims_folder
from particle_sim.constants import FARADAY, GAS_CONSTANT, REFERENCE_TEMPERATURE
from particle_sim.learn.controls import Choice, Slider
from particle_sim.learn.lesson import (
    Equation,
    Exercise,
    Lesson,
    Prediction,
    Scene,
    Sketch,
    run_as_script,
)
from particle_sim.learn.picture import Ball, Colour, Kind, Line, Mark, Number, Panel, Picture
from particle_sim.materials.load import load_material
from particle_sim.materials.material import Material
from particle_sim.materials.system import shared_sources
from particle_sim.particle.run import ParticleRun
from particle_sim.studies.as_printed import AsPrinted
from particle_sim.studies.choices import Direction
from particle_sim.studies.printed_sentences import reading_sentence
from particle_sim.studies.printed_states import STATES
from particle_sim.units import Array, readable

NVP, HE_V = load_material("nvp"), load_material("he_v")
PAPER = shared_sources().sources["zhang2025_hev"]
# All from the material file of NVP, each with its source there.
RADIUS, MODULUS, POISSON, INTERACTION = (
    NVP.value(name)
    for name in ("particle_radius", "youngs_modulus", "poisson_ratio", "regular_solution_parameter")
)
CLAIMS = ("C1", "C2a", "C2b", "C4")
UNEVEN = 0.05  # (max - min)/c_max that counts as uneven, as in the claim files
C_RATE = 1.0  # not printed for the simulation; as in the claim files
DONE = STATES[0].fraction  # as printed with the figure
WIDTH = 0.1  # of the radius; a matter of drawing only
SAMPLES = 1000  # draws of all inputs for the inverse question
LATE, EARLY = 0.18, 0.7  # fillings at which two-phase runs start: fast diffusion, slow diffusion
SLOW = 1e-3  # D/R^2 [1/s] below which they must start early, as the surface may run empty
REACTIONS = {
    "solid": "solid solution",
    "two_phase": "two phases",
    "coherent": "two phases in shells, if stress acts back",
}
READINGS = {state.name: state for state in STATES}
LAWS = {
    "solid": ps.physics.fickian_diffusion,
    "two_phase": ps.physics.phase_separation,
    "coherent": ps.physics.coherent_phase_separation,
}


class Window(NamedTuple):
    """Sodium that a particle gives and takes, and what that does to its size."""

    concentration: float
    """[mol/m3]"""
    rate: float
    """Share of the sites that 1C moves [1/s]"""
    strain: float


def window(source: Material, share: float) -> Window:
    """The first ``share`` of a material's window; strain -ln(1 - dV/V)/3."""
    concentration = source.maximum_concentration * share
    current = source.value("one_c_current") * source.value("density")
    return Window(
        concentration=concentration,
        rate=current / (FARADAY * concentration),
        strain=-math.log(1 - source.value("volume_change")) / 3,
    )


NVP_WINDOW = window(NVP, NVP.steps[0].share)  # Na3 to Na1, where its 8.26 % belongs
HE_V_WINDOW = window(HE_V, 1.0)


def group(source: Material) -> float:
    """D/R^2 [1/s] at the central values of the material file."""
    return source.value("diffusivity") / source.value("particle_radius") ** 2


def steady_unevenness(ratio: float | Array, rate: float = NVP_WINDOW.rate) -> Array:
    """(max - min)/c_max = q/2 = C_RATE rate/(6 D/R^2) of a steady solid solution.

    The parabola of Crank, eq. 6.45; while the surface is not empty.
    """
    return np.asarray(C_RATE * rate / (6 * np.asarray(ratio)))


def phases() -> tuple[float, float]:
    """Fillings of the two phases: ln(y/(1 - y)) + chi (1 - 2 y) = 0."""
    poor = brentq(lambda y: math.log(y / (1 - y)) + INTERACTION * (1 - 2 * y), 1e-9, 0.2)
    return poor, 1 - poor


def material(values: Window, ratio: float, reaction: str) -> Material:
    """A particle of RADIUS with D/R^2 = ``ratio`` [1/s]."""
    energy = GAS_CONSTANT * REFERENCE_TEMPERATURE * values.concentration
    separates = reaction != "solid"
    kappa = (WIDTH * RADIUS / 0.9) ** 2 / 2 * energy * (INTERACTION / 2 - 1)
    return ps.material_from_values(
        maximum_concentration=values.concentration,
        diffusivity=ratio * RADIUS**2,
        youngs_modulus=MODULUS,
        poisson_ratio=POISSON,
        partial_molar_volume=3 * values.strain / values.concentration,
        regular_solution_parameter=INTERACTION if separates else 0.0,
        gradient_coefficient=kappa if separates else 0.0,
    )


def run_to(values: Window, ratio: float, reaction: str, reading: str = "charge") -> ParticleRun:
    """A charge or discharge to the state read, or until the surface is empty or full.

    Two phases start with their boundary in place where the state is late; an early one is not
    parted yet. A discharge mirrors a charge.
    """
    state = READINGS[reading]
    two_phase, mirrored = reaction == "two_phase", state.direction is Direction.DISCHARGE
    parted = two_phase and state.fraction > 0.5
    begin = (LATE if ratio >= SLOW else EARLY) if parted else 0.99
    poor, rich = phases()
    core = max((begin - poor) / (rich - poor), 0.0) ** (1 / 3) * RADIUS

    def filled(theta: Array) -> Array:
        return 1 - theta if mirrored else theta

    def before(radius: Array) -> Array:
        step = np.tanh(2 * (radius - core) / (WIDTH * RADIUS))
        return filled(np.asarray(0.5 * (poor + rich) - 0.5 * (rich - poor) * step))

    speed = C_RATE * values.rate
    duration = (begin - (1 - state.fraction)) / speed
    flux = speed * values.concentration * RADIUS / 3
    cells = {"solid": 8, "two_phase": 22, "coherent": 8}[reaction]
    return ps.solve_particle(
        ps.Particle(
            material=material(values, ratio, reaction),
            mesh=ps.shapes.sphere(RADIUS, cells=cells, grading=1.0),
            physics=[LAWS[reaction]],
        ),
        ps.constant_flux(
            -flux if mirrored else flux,
            duration,
            initial_site_fraction=1 - begin if mirrored else begin,
        ),
        initial_site_fraction=before if parted else None,
        times=[duration],
        tolerance=5e-3 if two_phase else 1e-3,
    )


def unevenness(run: ParticleRun) -> float:
    """(max - min)/c_max at the end."""
    return float(np.ptp(run.site_fraction[-1]))


def surface_excess(run: ParticleRun) -> float:
    """Surface filling minus mean filling at the end."""
    return float(run.site_fraction[-1, -1] - run.mean_site_fraction[-1])


def largest_stress(run: ParticleRun) -> float:
    """Largest tension anywhere at the end [Pa]."""
    return float(run.stress[-1].max())


def draw(ratio: float, reaction: str, reading: str) -> Picture:
    """Fig. 5a rebuilt with stated inputs, and what another diffusion coefficient would change."""
    fast = group(HE_V)
    runs = [run_to(NVP_WINDOW, each, reaction, reading) for each in (ratio, fast)]
    he_v = run_to(HE_V_WINDOW, fast, "solid", reading)
    nvp, spread = runs[0], [unevenness(run) for run in runs]
    line, orange = np.geomspace(1e-4, 1.0, 41), Colour.BASELINE
    excess, kept = surface_excess(nvp), float(nvp.mean_site_fraction[-1])
    way = READINGS[reading].direction
    passed = 1 - kept if way is Direction.CHARGE else kept
    stresses = [largest_stress(run) / 1e6 for run in (nvp, he_v)]
    panel = Panel(
        title="How uneven is the sodium?",
        x_label="D/R² [1/s]",
        y_label="(max - min)/c_max [1]",
        lines=(
            Line(label="NVP: yours to HE-V's D/R²", x=(ratio, fast), y=spread, colour=orange),
            Line(
                label="NVP solid solution, closed form",
                x=line,
                y=np.minimum(steady_unevenness(line), 1.0),
                colour=orange,
                kind=Kind.CLOSED_FORM,
            ),
            Line(
                label="HE-V, closed form",
                x=line,
                y=np.minimum(steady_unevenness(line, HE_V_WINDOW.rate), 1.0),
                kind=Kind.CLOSED_FORM,
            ),
        ),
        log_x=True,
        log_y=True,
        marks=(
            Mark(label="called uneven", y=UNEVEN),
            Mark(label="NVP, yours", x=ratio),
            Mark(label="HE-V, assumed", x=fast),
        ),
        y_range=(1e-4, 1.5),
    )
    return Picture(
        panels=(_ball("NVP", nvp), _ball("HE-V", he_v), panel),
        sentences=(
            f"NVP at {100 * passed:.0f} % of the {way.value} is {_word(spread[0])}: its sodium "
            f"differs by {spread[0]:.2g} of the sites. HE-V is {_word(unevenness(he_v))}, with "
            f"{unevenness(he_v):.2g}.",
            f"NVP's surface holds {'more' if excess > 0 else 'less'} sodium than its mean. With "
            f"HE-V's D/R² NVP would be {_word(spread[1])}, with {spread[1]:.2g}.",
            f"The largest tension at this moment is {_two_digits(stresses[0])} MPa in NVP and "
            f"{_two_digits(stresses[1])} MPa in HE-V.",
        ),
        numbers=(
            Number(label="unevenness of NVP", value=spread[0]),
            Number(label="unevenness of HE-V", value=unevenness(he_v)),
            Number(label="surface minus mean, NVP", value=excess),
            Number(label="largest tension, NVP", value=stresses[0], unit="MPa"),
            Number(label="largest tension, HE-V", value=stresses[1], unit="MPa"),
        ),
    )


def _two_digits(value: float) -> str:
    return readable(float(f"{value:.2g}"))


def _word(spread: float) -> str:
    return "uneven" if spread > UNEVEN else "even"


def _ball(title: str, run: ParticleRun) -> Ball:
    return Ball(
        title=f"Sodium in {title}",
        label="share of sites filled [1]",
        radius=run.radius / RADIUS,
        values=run.site_fraction[-1],
        low=0.0,
        high=1.0,
    )


def answers() -> list[dict[str, Any]]:
    """The ledger's answers to CLAIMS, in their order, each from random plausible inputs."""
    ledger = json.loads((claims_folder() / LEDGER).read_text(encoding="utf-8"))
    return [ledger["claims"][name]["answer"] for name in CLAIMS]


def predicted() -> int:
    """The one claim of the four that the ledger's simulations contradict."""
    return [answer["verdict"] for answer in answers()].index(Verdict.CONTRADICTED.value)


def revealed() -> str:
    """Verdicts of all four, and why."""
    found = "; ".join(
        f"{option[0].lower()}{option[1:]}: {answer['verdict']}, "
        f"holds in {100 * answer['share']:.1f} %"
        for option, answer in zip(OPTIONS, answers(), strict=True)
    )
    run = run_to(NVP_WINDOW, group(NVP), "two_phase")
    return (
        f"Over random plausible inputs, during a charge at {C_RATE:g}C: {found}. That of uneven "
        "NVP rests on two phases; as a solid solution it depends on D, which nobody printed. "
        "Sodium leaves through the surface, and flows from where there is more to where there is "
        "less. So while it leaves, the surface is always poorer than the inside, whatever D, R "
        f"or reaction: with two phases by {-surface_excess(run):.3f} of the sites. On a "
        "discharge it is the other way round, and the caption speaks of depth of discharge.\n"
        "Asked the other way round: which inputs give uneven NVP and even HE-V, if plain diffusion "
        f"is all there is?\n{inverse_words()}"
    )


@functools.cache
def inverse() -> AsPrinted:
    """Which inputs give the picture, of every plausible half cell with both particles."""
    return ps.as_printed(
        ps.Comparison(baseline="nvp", candidate="he_v", c_rate=C_RATE, samples=SAMPLES)
    )


def inverse_words() -> str:
    """One sentence for each state that "90 %" may mean."""
    return "\n".join(reading_sentence(inverse(), answer) for answer in inverse().answers)


RADII, LIMITS = (RADIUS * 1e9, 200.0, 300.0, 150.0, 400.0), (UNEVEN, 0.07, 0.03, 0.045)  # nm, 1


def threshold(radius: float = RADII[0], limit: float = LIMITS[0]) -> float:
    """D [1e-17 m2/s] at which q/2 = limit: R^2 C_RATE rate/(6 limit); radius in nm."""
    return (1e-9 * radius) ** 2 * C_RATE * NVP_WINDOW.rate / (6 * limit) / 1e-17


def simulated_threshold(
    values: Window = NVP_WINDOW, radius: float = RADII[0], limit: float = LIMITS[0]
) -> float:
    """The same by bisection of log D over charges of a solid solution; D/R^2 is all that counts."""
    low, high = -4.0, -2.0
    for _ in range(12):
        middle = 0.5 * (low + high)
        uneven = unevenness(run_to(values, 10**middle, "solid")) > limit
        low, high = (middle, high) if uneven else (low, middle)
    return float(10 ** (0.5 * (low + high)) * (1e-9 * radius) ** 2 / 1e-17)


def question(radius: float = RADII[0], limit: float = LIMITS[0]) -> str:
    """Of the exercise."""
    return (
        f"NVP as a solid solution, R = {radius:g} nm, charging with "
        f"{C_RATE * NVP_WINDOW.rate:.3g} of its sites per second. Below which diffusion "
        f"coefficient is its sodium more uneven than {limit:g} of the sites?"
    )


def solution(radius: float = RADII[0], limit: float = LIMITS[0]) -> str:
    """Step by step."""
    return (
        f"q/2 = {limit:g} means rate R²/(6 D) = {limit:g}. So D = {NVP_WINDOW.rate:.3g} × "
        f"({1e-9 * radius:.3g})²/(6 × {limit:g}) = {threshold(radius, limit):.2f} × 10⁻¹⁷ m²/s. "
        f"The plausible range of NVP's D is {SLOWEST:.0e} to {FASTEST:.0e} m²/s, so both answers, "
        "even and uneven, are plausible. The figure alone decides nothing."
    )


SKETCHED = 3e-4  # 1/s; slow enough to see, and the surface is not empty yet


def drawn_sodium() -> tuple[Array, Array]:
    """r/R and filling at the printed state of a charge."""
    run = run_to(NVP_WINDOW, SKETCHED, "solid")
    return run.radius / RADIUS, run.site_fraction[-1]


OPTIONS = (
    "Sodium in HE-V is even",
    "Sodium in NVP is clearly uneven",
    "Sodium stays behind at NVP's surface",
    "Stress is lower in HE-V than in NVP",
)
SLOWEST, FASTEST = (float(x) for x in NVP["diffusivity"].quantile(np.array([0.0, 1.0])))

LESSON = Lesson(
    title="Reading a paper critically",
    question="What does a printed simulation prove, if its inputs are not printed?",
    minutes=15,
    background=(
        "A paper on the high-entropy cathode HE-V shows, in its Fig. 5a and b, simulated sodium "
        f"and stress in two particles. In words: at {100 * DONE:.0f} % NVP is clearly uneven and "
        "keeps sodium at its surface; HE-V is nearly the same inside and outside; so its stress "
        "is balanced and its strain less. The cause is said to be NVP's slower diffusion.",
        "The text names three inputs: diffusion coefficient, diffusion barrier and volume change. "
        "For the first it prints no value for either material. Particle size, stiffness, "
        "charging rate and the kind of reaction inside a particle are not printed for the figure. "
        f"It calls the {100 * DONE:.0f} % desodiated in one sentence and state of charge in the "
        "next, and the caption speaks of depth of discharge. A cathode discharged by "
        f"{100 * (1 - DONE):.0f} % is desodiated by {100 * DONE:.0f} %, so that is a third "
        "reading.",
        f"It does print volume changes: {100 * NVP.value('volume_change'):.2f} % for NVP, which "
        f"belongs to two sodium, and {100 * HE_V.value('volume_change'):.1f} % for HE-V over "
        "three. And it calls HE-V a mix of both reactions in which the solid solution seems to "
        "control.",
    ),
    explanation=(
        "So we fill the gaps ourselves and say so. D and R enter the shape of the sodium only as "
        f"D/R². You choose NVP's; HE-V keeps an assumed {group(HE_V):.2g}/s, "
        f"{group(HE_V) / group(NVP):.2g} times what we assume for NVP. Both charge at "
        f"{C_RATE:g}C in a {RADIUS * 1e9:.0f} nm particle. The boundary between two phases is "
        f"drawn {100 * WIDTH:.0f} % of the radius wide; in the material it is thinner.",
    ),
    equations=(
        Equation(
            latex=r"\Delta\theta=\frac{q}{2},\qquad "
            r"q=\frac{N R}{D\,c_{max}}=\frac{\text{rate}}{3\,D/R^2}",
            words="A solid solution that charges steadily: how uneven it is depends on the rate "
            "(share of sites per second) over D/R² alone.",
        ),
    ),
    scene=Scene(
        controls=(
            Slider(
                name="ratio",
                label="D/R² of NVP",
                low=1e-4,
                high=1.0,
                start=group(NVP),
                unit="1/s",
                logarithmic=True,
                exported=7,
            ),
            Choice(name="reaction", label="NVP reacts as", options=REACTIONS, start="solid"),
            Choice(
                name="reading",
                label=f"{100 * DONE:.0f} % means",
                options={name: state.title for name, state in READINGS.items()},
                start="charge",
            ),
        ),
        draw=draw,
    ),
    try_this=(
        "Stay with the solid solution. Where must D/R² be for NVP to look like the paper says? "
        "Nobody has printed that it is there. Then let particle-sim compare nvp he_v --as-printed "
        "find the whole region, draw the picture, and say how plausible its inputs are.",
        "Choose two phases. At 90 % NVP is uneven at any D/R², also with HE-V's. Then diffusion is "
        "not the cause, the reaction is.",
        "Choose two phases with stress that acts back. The unevenness goes away, but only because "
        "this model knows shells alone: a whole sphere would come apart to one side, uneven again.",
        f"Change what {100 * DONE:.0f} % means. On which readings does sodium stay at the surface, "
        "and in which of these is most of it out of the cathode? Stay there, with the solid "
        "solution: at which D/R² is every word of the paper true?",
    ),
    prediction=Prediction(
        question="Four statements on Fig. 5. During a charge, one of them is wrong for nearly all "
        "plausible inputs. Which?",
        options=OPTIONS,
        answer=predicted,
        feedback=(
            "That would need slow diffusion in HE-V. Its diffusion coefficient is not printed, so "
            "it can be even or not: undecided is not wrong.",
            "Two phases are uneven by their nature, and slow diffusion makes a solid solution "
            "uneven. It can well be true, for either reason.",
            "Sodium leaves through the surface, so on a charge the surface is the poorest place.",
            "Less strain, less stress: with a quarter of the volume change this holds for nearly "
            "every input.",
        ),
        reveal=revealed,
        sketch=Sketch(
            question=f"NVP as a solid solution with slow diffusion, D/R² = {SKETCHED:.0e} 1/s, at "
            f"{100 * DONE:.0f} % of a charge at {C_RATE:g}C. Draw its sodium from the centre to "
            "the surface.",
            x_label="r / R [1]",
            y_label="share of sites filled [1]",
            x_range=(0.0, 1.0),
            y_range=(0.0, 0.2),
            curve=drawn_sodium,
            look_at="Its mean over the volume is a tenth, and most of the volume is near the "
            "surface, where there is least sodium.",
        ),
    ),
    exercise=Exercise(
        question=question,
        unit="10⁻¹⁷ m²/s",
        answer=threshold,
        simulated=lambda **numbers: simulated_threshold(NVP_WINDOW, **numbers),
        tolerance=0.02,
        hint="Set q/2 to the limit and solve for D. R enters squared.",
        solution=solution,
        drawn={"radius": RADII, "limit": LIMITS},
        other_units={"m²/s": 1e17, "m2/s": 1e17},
        slips={
            2.0: "that is q; the centre leads the surface by q/2",
            0.4: "q/5 is the surface against the mean; the centre leads the surface by q/2",
        },
    ),
    left_out=(
        "We do not know the paper's inputs, so this is not a copy of its simulation. Its "
        "supplementary files, which may hold some of them, were not available to us.",
        "That sodium stays behind is read as: more at the surface than on average. If the paper "
        "only means that some is left there, that is true of almost any charge.",
        "One particle, all alike on its surface. Neighbours, carbon and electrolyte share the "
        "current out unevenly.",
        "HE-V has NVP's stiffness and size here, because none is printed for it, and its "
        "reaction is treated as a pure solid solution.",
        "A wrong picture does not make the measurements wrong: the capacity, the cycles and the "
        "microscope images of the paper stand on their own.",
    ),
    sources=(
        f"{PAPER.citation}, doi {PAPER.doi}",
        "J. Crank, The Mathematics of Diffusion, 2nd ed. (1975)",
    ),
)

if __name__ == "__main__":
    run_as_script(LESSON)
