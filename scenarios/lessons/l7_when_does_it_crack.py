"""When does a particle crack, and how well can anyone know?"""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import cache

import numpy as np
from scipy.optimize import brentq

import particle_sim as ps
from particle_sim.constants import FARADAY
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
from particle_sim.materials.material import Material
from particle_sim.metrics.crack_number import critical_radius
from particle_sim.metrics.critical_c_rate import critical_c_rate
from particle_sim.metrics.flaw import FlawBelief, FlawKind, flaw_belief
from particle_sim.metrics.fracture import EDGE_CRACK, critical_flaw_size, edge_crack_intensity
from particle_sim.particle.run import ParticleRun
from particle_sim.units import Array

NVP, HE_V = load_material("nvp"), load_material("he_v")
# All from the material file of NVP, each with its source there.
DIFFUSIVITY, MODULUS, POISSON = (
    NVP.value(name) for name in ("diffusivity", "youngs_modulus", "poisson_ratio")
)
CONCENTRATION = NVP.maximum_concentration * NVP.steps[0].share  # two sodium, Na3 to Na1
FILLING_RATE = NVP.value("one_c_current") * NVP.value("density") / (FARADAY * CONCENTRATION)
RADIUS = 2e-6  # largest of the material file's plausible radii, where gradients are steepest
BEGIN = 0.99
ENDS = np.array([0.0, 1.0])  # of a plausible range
RATES = (0.3, 1.0, 2.0, 4.0, 6.0, 10.0, 14.0, 20.0)
ROOTS = np.arange(1, 401) * np.pi
for _ in range(30):  # alpha = tan(alpha), one root in each branch
    ROOTS = np.arange(1, 401) * np.pi + np.arctan(ROOTS)


def linear_strain(material: Material) -> float:
    """-ln(1 - dV/V)/3 between full and empty."""
    return -math.log(1 - material.value("volume_change")) / 3


NVP_STRAIN, LESS = linear_strain(NVP), linear_strain(HE_V) / linear_strain(NVP)
FULL_TENSION = MODULUS * NVP_STRAIN / (1 - POISSON)
"""Surface tension if the surface were empty and all the rest full [Pa]."""


def flux_number(c_rate: float) -> float:
    """q = N R/(D c_max)."""
    return c_rate * FILLING_RATE * RADIUS**2 / (3 * DIFFUSIVITY)


def surface_lag(time: float, flux: float) -> float:
    """Mean minus surface filling at t D/R^2: q (1/5 - 2 sum exp(-alpha^2 t)/alpha^2).

    Constant flux out of a sphere, tan(alpha) = alpha (Crank, eq. 6.45).
    """
    return flux * (0.2 - 2 * float(np.sum(np.exp(-(ROOTS**2) * time) / ROOTS**2)))


def empty_time(flux: float) -> float:
    """t D/R^2 at which the surface is empty, which ends the charge."""

    def left(time: float) -> float:
        return BEGIN - 3 * flux * time - surface_lag(time, flux)

    return float(brentq(left, 0.0, BEGIN / (3 * flux)))


def peak_tension(c_rate: float) -> float:
    """Largest hoop stress at the surface, E strain/(1 - nu) times the lag when it is empty [Pa]."""
    flux = flux_number(c_rate)
    return FULL_TENSION * surface_lag(empty_time(flux), flux)


def steady_tension(c_rate: float) -> float:
    """Of slow charging: E strain q/(5 (1 - nu)) [Pa]."""
    return FULL_TENSION * flux_number(c_rate) / 5


def misfit_tension() -> float:
    """Largest surface tension of NVP in two phases, E strain (rich - poor)/(1 - nu) [Pa].

    Fillings of the phases from ln(y/(1 - y)) + chi (1 - 2 y) = 0.
    """
    chi = NVP.value("regular_solution_parameter")
    poor: float = brentq(lambda y: math.log(y / (1 - y)) + chi * (1 - 2 * y), 1e-9, 0.2)
    return FULL_TENSION * (1 - 2 * poor)


def material(strain: float = NVP_STRAIN) -> Material:
    """NVP between Na3 and Na1 as a solid solution."""
    plain = ps.material_from_values(
        maximum_concentration=CONCENTRATION,
        diffusivity=DIFFUSIVITY,
        youngs_modulus=MODULUS,
        poisson_ratio=POISSON,
        partial_molar_volume=3 * strain / CONCENTRATION,
    )
    return plain.replaced(one_c_current=NVP["one_c_current"], density=NVP["density"])


def charge(c_rate: float, body: Material | None = None, *, fine: bool = False) -> ParticleRun:
    """A charge until the surface is empty; ``fine`` cells at the surface for enormous rates."""
    duration = BEGIN / (c_rate * FILLING_RATE)
    flux = c_rate * FILLING_RATE * CONCENTRATION * RADIUS / 3
    cells, grading = (24, 1000.0) if fine else (8, 10.0)
    mesh = ps.shapes.sphere(RADIUS, cells=cells, grading=grading)
    return ps.solve_particle(
        ps.Particle(material=body or material(), mesh=mesh),
        ps.constant_flux(flux, duration, initial_site_fraction=BEGIN),
        times=np.linspace(0, 0.95 * duration, 15)[1:],
        store=ps.Stored.STEPS,
        tolerance=1e-3,
    )


def surface_tension(run: ParticleRun) -> Array:
    """Hoop stress at the surface at every time [Pa]."""
    return np.asarray(run.stress[:, -1, 1])


@cache
def tensions() -> tuple[Array, Array]:
    """Largest tension at every rate of the pictures, simulated and from the series [Pa]."""
    simulated = [surface_tension(charge(rate)).max() for rate in RATES]
    return np.array(simulated), np.array([peak_tension(rate) for rate in RATES])


def plausible_share(tension: Array) -> Array:
    """Share [%] of the plausible flaws and toughnesses of the material file in which one grows."""
    driving = FlawKind.SURFACE.shape_factor * np.asarray(tension)
    return np.array([100 * BELIEF.probability(float(value)) for value in driving])


BELIEF: FlawBelief = flaw_belief(NVP, RADIUS, None, None)


@cache
def whole_charge(c_rate: float, toughness: float) -> tuple[ParticleRun, float]:
    """A charge, and the radius below which no particle like it can be cut in two [m]."""
    run = charge(c_rate)
    return run, critical_radius(run, toughness=toughness)


def draw(flaw: float, toughness: float, c_rate: float, passed: float = 0.5) -> Picture:
    """Stress intensity through one charge, the flaw that grows and the plausible share by rate."""
    (tension, theory), rates = tensions(), np.array(RATES)
    run, whole = whole_charge(c_rate, toughness)
    now = surface_tension(run)
    theory_now = FULL_TENSION * np.array(
        [surface_lag(time * DIFFUSIVITY / RADIUS**2, flux_number(c_rate)) for time in run.time]
    )
    out, largest = 100 * (1 - run.mean_site_fraction), float(now.max())
    two_phase, both = np.array([misfit_tension()]), "NVP in two phases, any rate"
    intensity = edge_crack_intensity(largest, flaw)
    share = float(plausible_share(np.array([largest]))[0])
    out_now = passed * float(out[-1])
    pull_now = float(np.interp(out_now, out, now))
    intensity_now = edge_crack_intensity(pull_now, flaw) / 1e6
    verb = "grows" if intensity > toughness else "does not grow"
    chosen = Mark(label="chosen rate", x=c_rate)

    def intensities(stress: Array) -> Array:
        return np.array([edge_crack_intensity(float(value), flaw) / 1e6 for value in stress])

    def depths(stress: Array) -> Array:
        return np.array([1e9 * critical_flaw_size(float(value), toughness) for value in stress])

    return Picture(
        panels=(
            Panel(
                title="Smallest flaw that grows",
                x_label="charging rate [C]",
                y_label="flaw depth [nm]",
                lines=_curves(rates, depths, tension, theory),
                log_x=True,
                log_y=True,
                marks=(
                    chosen,
                    Mark(label=both, y=float(depths(two_phase)[0])),
                    Mark(label="chosen flaw", y=flaw * 1e9),
                ),
                y_range=(1.0, 1e6),
            ),
            Panel(
                title="Stress intensity during the charge",
                x_label="sodium taken out [%]",
                y_label="stress intensity [MPa √m]",
                lines=(
                    *_curves(out, intensities, now, theory_now),
                    Line(
                        label="now",
                        x=[out_now],
                        y=[intensity_now],
                        colour=Colour.FIFTH,
                        kind=Kind.POINTS,
                    ),
                ),
                marks=(Mark(label="toughness", y=toughness / 1e6),),
                y_range=(0.0, 2.0),
            ),
            Panel(
                title="Plausible flaws that grow",
                x_label="charging rate [C]",
                y_label="share of combinations [%]",
                lines=_curves(rates, plausible_share, tension, theory),
                log_x=True,
                marks=(chosen, Mark(label=both, y=float(plausible_share(two_phase)[0]))),
                y_range=(0.0, 100.0),
            ),
        ),
        sentences=(
            f"With {out_now:.0f} % of the sodium out the surface is pulled by "
            f"{pull_now / 1e6:.0f} MPa, and the flaw is at "
            f"{1e6 * intensity_now / toughness:.0%} of the toughness.",
            f"At {c_rate:.3g}C the surface comes under {largest / 1e6:.0f} MPa of tension, and a "
            f"flaw of {flaw * 1e9:.3g} nm {verb}: its stress intensity is {intensity / 1e6:.2g}, "
            f"the toughness {toughness / 1e6:.2g} MPa √m.",
            f"Over all flaws and toughnesses of the material file, {share:.0f} % of the "
            "combinations grow at this rate; by energy alone, particles with this pattern of "
            f"sodium below {whole * 1e6:.2g} µm cannot be cut through their middle.",
        ),
        numbers=(
            Number(label="largest surface tension", value=largest / 1e6, unit="MPa"),
            Number(label="stress intensity of that flaw", value=intensity / 1e6, unit="MPa √m"),
            Number(label="smallest flaw that grows", value=float(depths(now).min()), unit="nm"),
            Number(label="radius that cannot be cut in two", value=whole * 1e6, unit="µm"),
            Number(label="plausible combinations that grow", value=share, unit="%"),
        ),
    )


def _curves(x: Array, measure: Callable[[Array], Array], *stress: Array) -> tuple[Line, ...]:
    (tension, theory), colour, wave = stress, Colour.BASELINE, Kind.CLOSED_FORM
    return (
        Line(label="NVP", x=x, y=measure(tension), colour=colour),
        Line(label="NVP, Crank's series", x=x, y=measure(theory), colour=colour, kind=wave),
        Line(label="with HE-V's strain", x=x, y=measure(LESS * tension)),
    )


FLAW, TOUGHNESS = NVP.value("flaw_size"), NVP.value("fracture_toughness")
LEAST_FLAW, LARGEST_FLAW = (float(x) for x in NVP["flaw_size"].quantile(ENDS))
WEAKEST, TOUGHEST = (float(x) for x in NVP["fracture_toughness"].quantile(ENDS))
DEPTHS = (200.0, 190.0, 180.0, 170.0, 195.0)  # nm; of the exercise: cracks at moderate rates
TOUGHNESSES = (WEAKEST / 1e6, 0.52, 0.54, 0.56)  # MPa sqrt(m); of the exercise
TESTED = (1.0, 10.0, 1000.0)  # C-rates of the prediction, the last far beyond any battery


def cracks_at(c_rate: float) -> bool:
    """Whether the central flaw grows in a simulated charge."""
    tension = surface_tension(charge(c_rate, fine=True)).max()
    return edge_crack_intensity(float(tension), FLAW) > TOUGHNESS


def predicted() -> int:
    """Option: the first of the tested rates that grows the flaw, or none."""
    return next((i for i, rate in enumerate(TESTED) if cracks_at(rate)), len(TESTED))


def needed_tension() -> float:
    """K_IC/(1.12 sqrt(pi a)) of the central flaw [Pa]."""
    return TOUGHNESS / (EDGE_CRACK * math.sqrt(math.pi * FLAW))


def revealed() -> str:
    """Why, with numbers."""
    return (
        f"The flaw needs {needed_tension() / 1e9:.2f} GPa. A gradient is largest when the surface "
        "is empty and all the rest full, which is E strain/(1 − ν) = "
        f"{FULL_TENSION / 1e9:.2f} GPa for NVP. More current only empties the surface sooner and "
        f"ends the charge. At {TESTED[1]:g}C the series gives {peak_tension(TESTED[1]) / 1e9:.2f} "
        "GPa. So at these central numbers no rate grows the flaw. With a toughness of "
        f"{WEAKEST / 1e6:g} MPa √m, also plausible, the same flaw needs "
        f"{needed_tension() * WEAKEST / TOUGHNESS / 1e9:.2f} GPa, and fast "
        "charging can grow it."
    )


def _times(c_rate: float) -> str:
    return f"{needed_tension() / peak_tension(c_rate):.2g}"


def needed(depth: float, toughness: float) -> float:
    """Tension that a flaw needs [Pa]; depth in nm, toughness in MPa sqrt(m)."""
    return 1e6 * toughness / edge_crack_intensity(1.0, 1e-9 * depth)


def critical_rate(depth: float = DEPTHS[0], toughness: float = TOUGHNESSES[0]) -> float:
    """C-rate at which K_IC = 1.12 sqrt(pi a) sigma: steady tension is proportional to the rate."""
    return needed(depth, toughness) / steady_tension(1.0)


def simulated_rate(
    body: Material | None = None,
    depth: float = DEPTHS[0],
    toughness: float = TOUGHNESSES[0],
) -> float:
    """The same from a run at 0.5C whose flux is scaled until the flaw grows."""
    run = charge(0.5, body)
    rate = critical_c_rate(run, flaw_size=1e-9 * depth, toughness=1e6 * toughness)
    return math.nan if rate is None else rate


def question(depth: float = DEPTHS[0], toughness: float = TOUGHNESSES[0]) -> str:
    """Of the exercise."""
    return (
        f"A worse particle: a flaw of {depth:g} nm and a toughness of {toughness:g} MPa √m. "
        f"E = {MODULUS / 1e9:g} GPa, ν = {POISSON:g}, ε = {NVP_STRAIN:.5f}, and "
        f"q = {flux_number(1.0):.3f} at 1C. From which C-rate on does the flaw grow? Take the "
        "steady gradient."
    )


def solution(depth: float = DEPTHS[0], toughness: float = TOUGHNESSES[0]) -> str:
    """Step by step."""
    return (
        f"The flaw needs K_IC/(1.12 √(π a)) = {needed(depth, toughness) / 1e6:.0f} MPa. At 1C the "
        f"steady tension is E ε/(1 − ν) × q/5 = {steady_tension(1.0) / 1e6:.0f} MPa. The rate is "
        f"their ratio, {critical_rate(depth, toughness):.2f}C."
    )


def drawn_tension() -> tuple[Array, Array]:
    """C-rate and largest tension at the surface [GPa]."""
    return np.array(RATES), tensions()[0] / 1e9


LESSON = Lesson(
    title="When does it crack?",
    question="When does a particle crack, and how well can anyone know?",
    minutes=14,
    background=(
        "Tension alone does not crack a crystal. It needs a flaw: a scratch, a pore, a notch. At "
        "the flaw's tip the pull is concentrated. The measure of it is the stress intensity K: "
        "it grows with the stress and with the square root of the flaw's depth.",
        "The crystal resists with its toughness. If K passes the toughness, the flaw grows. Two "
        "numbers decide, and both are hard to measure in a grain a thousandth of a millimetre "
        "small.",
        f"For NVP the material file has a flaw of {FLAW * 1e9:g} nm, plausible "
        f"{LEAST_FLAW * 1e9:g} to {LARGEST_FLAW * 1e9:g} nm, which is assumed: nobody has "
        f"measured one. The toughness is {TOUGHNESS / 1e6:g} MPa √m, plausible "
        f"{WEAKEST / 1e6:g} to {TOUGHEST / 1e6:g}, borrowed from related crystals.",
        f"The particle has a radius of {RADIUS * 1e6:g} µm, at the upper end of what is plausible, "
        "and is a solid solution. The charge ends when the surface has no sodium left to give.",
    ),
    explanation=(
        "The steeper the gradient, the larger the tension, but only until the surface is empty and "
        "all the rest is full. More current cannot go beyond that. So there is a largest tension, "
        "and a flaw that needs more never grows.",
        "Every flaw and every toughness of the material file is as believable as another. So the "
        "answer to the question is a share, not a yes or a no. NVP in two phases, whose boundary "
        "needs no current, is a mark across the pictures.",
    ),
    equations=(
        Equation(
            latex=r"K = 1.12\,\sigma\sqrt{\pi a}\;>\;K_{IC}",
            words="A flaw of depth a at a surface under the tension σ grows when its stress "
            "intensity K passes the toughness $K_{IC}$.",
        ),
        Equation(
            latex=r"\sigma = \frac{E\,\varepsilon}{1-\nu}\,\bigl(\bar\theta-\theta_{surface}\bigr)"
            r"\;\to\;\frac{E\,\varepsilon}{1-\nu}\,\frac{q}{5},\qquad q=\frac{N R}{D\,c_{max}}",
            words="Tension at the surface of a ball: how far its filling is behind the mean. ε is "
            "the strain in length from full to empty, N the flux, R the radius. The arrow is the "
            "steady gradient of slow charging.",
        ),
    ),
    scene=Scene(
        controls=(
            Slider(
                name="flaw",
                label="Depth of the flaw",
                low=2.0,
                high=200.0,
                start=1e9 * FLAW,
                unit="nm",
                scale=1e-9,
                logarithmic=True,
                plausible=(1e9 * LEAST_FLAW, 1e9 * LARGEST_FLAW),
                exported=3,
            ),
            Slider(
                name="toughness",
                label="Toughness",
                low=0.3,
                high=2.0,
                start=TOUGHNESS / 1e6,
                unit="MPa √m",
                scale=1e6,
                positions=35,
                plausible=(WEAKEST / 1e6, TOUGHEST / 1e6),
                exported=3,
            ),
            Slider(
                name="c_rate",
                label="Charging rate",
                low=0.1,
                high=20.0,
                start=5.0,
                unit="C",
                logarithmic=True,
            ),
            Slider(
                name="passed",
                label="Charged until the surface is empty",
                low=0.0,
                high=100.0,
                start=50.0,
                unit="%",
                scale=0.01,
                positions=21,
            ),
        ),
        draw=draw,
        history="passed",
    ),
    try_this=(
        "Take the flaw to the two ends of its plausible range, then the toughness. How far does "
        "the answer move?",
        "Raise the rate step by step. In the picture of the charge it ends earlier and earlier.",
        "Look at the bend in the large picture: a faster charge cannot pull harder than an empty "
        "surface around a full inside.",
        "Compare orange and blue there: HE-V's strain is "
        f"{1 / LESS:.1f} times smaller, so the flaw may be {1 / LESS**2:.0f} times as deep.",
    ),
    prediction=Prediction(
        question=f"NVP as a solid solution, radius {RADIUS * 1e6:g} µm, flaw {FLAW * 1e9:g} nm "
        f"and toughness {TOUGHNESS / 1e6:g} MPa √m. From which charging rate on does the flaw "
        "grow?",
        options=(
            f"Already at {TESTED[0]:g}C",
            f"Between {TESTED[0]:g}C and {TESTED[1]:g}C",
            f"Only above {TESTED[1]:g}C",
            "At no rate, however fast",
        ),
        answer=predicted,
        feedback=(
            f"At {TESTED[0]:g}C the gradient makes {peak_tension(TESTED[0]) / 1e9:.2f} GPa; the "
            f"flaw needs {needed_tension() / 1e9:.2f} GPa, {_times(TESTED[0])} times as much.",
            f"At {TESTED[1]:g}C it makes {peak_tension(TESTED[1]) / 1e9:.2f} GPa; the flaw needs "
            f"{needed_tension() / 1e9:.2f} GPa, {_times(TESTED[1])} times as much.",
            "For that, more current would have to make more stress for ever. The gradient is "
            "complete when the surface is empty and the inside full.",
            "The largest gradient there is does not reach what this flaw needs.",
        ),
        reveal=revealed,
        sketch=Sketch(
            question="Draw the largest tension at the surface against the charging rate.",
            x_label="charging rate [C]",
            y_label="largest surface tension [GPa]",
            x_range=(RATES[0], RATES[-1]),
            y_range=(0.0, 4.0),
            curve=drawn_tension,
            look_at=f"It rises with the rate and then bends: the limit is {FULL_TENSION / 1e9:.2f} "
            "GPa, an empty surface around a full inside.",
            log_x=True,
        ),
    ),
    exercise=Exercise(
        question=question,
        unit="C",
        answer=critical_rate,
        simulated=lambda **numbers: simulated_rate(None, **numbers),
        tolerance=0.02,
        hint="First find the tension that the flaw needs, then the rate that makes it.",
        solution=solution,
        drawn={"depth": DEPTHS, "toughness": TOUGHNESSES},
        slips={
            0.2: "the steady tension has q/5 in it, not q",
            EDGE_CRACK: "the 1.12 of a surface flaw is missing",
            math.sqrt(math.pi): "the π under the root is missing",
        },
    ),
    left_out=(
        "Many charges. A flaw that does not grow in one charge may creep on over thousands.",
        "The flaw does not change the stress here, and a crack that has started is not followed. "
        "A crack that relaxes its own stress may stop.",
        "Only flaws at the free surface; none inside or between crystals.",
        "The share counts plausible combinations, not particles that crack.",
        "Diffusion, size, strain and stiffness are uncertain as well; here only flaw and toughness "
        "vary.",
    ),
    sources=(
        "H. Tada, P. C. Paris and G. R. Irwin, The Stress Analysis of Cracks Handbook, 3rd ed. "
        "(2000)",
        "J. Crank, The Mathematics of Diffusion, 2nd ed. (1975)",
        "Y.-T. Cheng and M. W. Verbrugge, J. Power Sources 190 (2009) 453",
    ),
)

if __name__ == "__main__":
    run_as_script(LESSON)
