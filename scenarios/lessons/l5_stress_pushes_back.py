"""Does the stress in a particle slow its sodium down, or help it out?"""

from __future__ import annotations

import math
from functools import lru_cache

import numpy as np
from scipy.optimize import brentq

import particle_sim as ps
from particle_sim.constants import FARADAY, GAS_CONSTANT, REFERENCE_TEMPERATURE
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
from particle_sim.particle.run import ParticleRun
from particle_sim.units import Array

NVP, HE_V = load_material("nvp"), load_material("he_v")
# All from the material file of NVP, each with its source there.
DIFFUSIVITY, MODULUS, POISSON = (
    NVP.value(name) for name in ("diffusivity", "youngs_modulus", "poisson_ratio")
)
CONCENTRATION = NVP.maximum_concentration * NVP.steps[0].share  # two sodium, Na3 to Na1
FILLING_RATE = NVP.value("one_c_current") * NVP.value("density") / (FARADAY * CONCENTRATION)
RADIUS = 1e-6  # assumed: four times the material file's, so that the gradient is easy to see
BEGIN, END = 0.99, 0.1
HALF = 0.5
NAMES = ("stress acts back", "stress ignored")


def linear_strain(volume_change: float) -> float:
    """-ln(1 - dV/V)/3 between full and empty."""
    return -math.log(1 - volume_change) / 3


def push_back(volume_change: float) -> float:
    """k = 2 Omega^2 E c_max/(9 R T (1 - nu)) with Omega c_max = 3 linear strains.

    Free sphere, constant Omega and E; Zhang, Shyy & Sastry (2007), eq. 9, times the empty sites.
    """
    energy = GAS_CONSTANT * REFERENCE_TEMPERATURE * CONCENTRATION * (1 - POISSON)
    return 2 * linear_strain(volume_change) ** 2 * MODULUS / energy


def flux_number(c_rate: float) -> float:
    """q = N R/(D c_max): without stress the steady centre leads the surface by q/2."""
    return c_rate * FILLING_RATE * RADIUS**2 / (3 * DIFFUSIVITY)


def steady_profile(x: Array, factor: float, flux: float, filling: float) -> Array:
    """theta at x = r/R once the profile no longer changes its shape.

    (1 + k theta (1 - theta)) d theta/dx = -q x, so theta + k (theta^2/2 - theta^3/3) = A - q x^2/2
    (Kirchhoff's transform), A from the mean filling.
    """
    theta = np.linspace(-0.5, 1.5, 2001)
    theta = theta[1 + factor * theta * (1 - theta) > 0]
    transformed = theta + factor * (theta**2 / 2 - theta**3 / 3)
    fine = np.linspace(0, 1, 201)

    def at(points: Array, offset: float) -> Array:
        return np.interp(offset - flux * points**2 / 2, transformed, theta)

    def excess(offset: float) -> float:
        return float(np.trapezoid(3 * fine**2 * at(fine, offset), fine)) - filling

    return at(x, brentq(excess, transformed[0], transformed[-1]))


def hoop_stress(x: Array, theta: Array, strain: float) -> Array:
    """sigma = E eps/(3 (1 - nu)) (2 mean + mean inside x - 3 theta) of a free sphere [Pa].

    Timoshenko & Goodier, Theory of Elasticity, thermal stress in a sphere.
    """
    shells = np.diff(x**3) * 0.5 * (theta[1:] + theta[:-1])
    inside = np.concatenate([[theta[0]], np.cumsum(shells) / x[1:] ** 3])
    scale = MODULUS * strain / (3 * (1 - POISSON))
    return np.asarray(scale * (2 * inside[-1] + inside - 3 * theta))


def material(volume_change: float) -> Material:
    """NVP between Na3 and Na1 as an ideal solid solution that swells evenly."""
    return ps.material_from_values(
        maximum_concentration=CONCENTRATION,
        diffusivity=DIFFUSIVITY,
        youngs_modulus=MODULUS,
        poisson_ratio=POISSON,
        partial_molar_volume=3 * linear_strain(volume_change) / CONCENTRATION,
    )


def charge(
    body: Material, c_rate: float, *fillings: float, acts_back: bool, last: float = END
) -> ParticleRun:
    """A charge at ``c_rate`` down to ``last``, with states stored at ``fillings``."""
    law = [ps.physics.fickian_diffusion, ps.physics.stress_drift][: 1 + acts_back]
    speed = c_rate * FILLING_RATE
    duration = (BEGIN - last) / speed
    asked = np.array([(BEGIN - x) / speed for x in fillings])
    even = np.linspace(0, duration, 19)[1:]
    apart = np.abs(even[:, None] - asked).min(axis=1, initial=duration) > 0.5 * even[0]
    moments = np.union1d(asked, even[apart | (even == duration)])
    return ps.solve_particle(
        ps.Particle(
            material=body, mesh=ps.shapes.sphere(RADIUS, cells=8, grading=1.0), physics=law
        ),
        ps.constant_flux(speed * CONCENTRATION * RADIUS / 3, duration, initial_site_fraction=BEGIN),
        times=moments,
        store=ps.Stored.STEPS,
        tolerance=1e-3,
    )


def surface_tension(body: Material, c_rate: float, filling: float, *, acts_back: bool) -> float:
    """Hoop stress at the surface [Pa]."""
    run = charge(body, c_rate, filling, acts_back=acts_back)
    return float(run.stress[np.abs(run.mean_site_fraction - filling).argmin(), -1, 1])


TAKEN = Slider(
    name="taken",
    label="Sodium taken out",
    low=20.0,
    high=80.0,
    start=50.0,
    unit="%",
    scale=0.01,
    positions=31,
)


@lru_cache(maxsize=64)
def whole_charge(
    volume_change: float, c_rate: float, acts_back: bool, also: float | None
) -> ParticleRun:
    """A charge with a state at every position of the slider, and one between two of them."""
    fillings = [1 - TAKEN.scale * taken for taken in TAKEN.values]
    body = material(volume_change)
    return charge(body, c_rate, *fillings, *([also] if also else []), acts_back=acts_back)


def draw(volume_change: float, c_rate: float, taken: float) -> Picture:
    """Sodium and hoop stress with and without the push, and the tension through the charge."""
    strain, x, filling = linear_strain(volume_change), np.linspace(0, 1, 41), 1 - taken
    between = not any(math.isclose(taken, TAKEN.scale * value) for value in TAKEN.values)
    factors, flux = (push_back(volume_change), 0.0), flux_number(c_rate)
    sodium, stress, history, surface, spread = [], [], [], [], []
    looks = zip(NAMES, factors, (Colour.CANDIDATE, Colour.BASELINE), strict=True)
    for name, factor, colour in looks:
        # without the push a strain changes no filling, and stress is in proportion to it
        own = volume_change if factor > 0 else VOLUME_CHANGE
        scale = strain / linear_strain(own) / 1e6
        run = whole_charge(own, c_rate, factor > 0, filling if between else None)
        now = int(np.abs(run.mean_site_fraction - filling).argmin())
        theory = steady_profile(x, factor, flux, filling)
        theta, tension = run.site_fraction[now], run.stress[now, :, 1] * scale
        surface.append(float(tension[-1]))
        spread.append(float(np.ptp(theta)))
        r = run.radius / RADIUS
        sodium.append(Line(label=name, x=r, y=theta, colour=colour))
        stress.append(Line(label=name, x=r, y=tension, colour=colour))
        solved, wave = hoop_stress(x, theory, strain) / 1e6, Kind.CLOSED_FORM
        sodium.append(Line(label="steady closed form", x=x, y=theory, colour=colour, kind=wave))
        stress.append(Line(label="steady closed form", x=x, y=solved, colour=colour, kind=wave))
        mean, tip = run.mean_site_fraction, run.stress[:, -1, 1] * scale
        settled = 0.2 * MODULUS * strain / (1 - POISSON) * flux / (1 + factor * mean * (1 - mean))
        history.append(Line(label=name, x=100 * (1 - mean), y=tip, colour=colour))
        history.append(
            Line(label="slow limit", x=100 * (1 - mean), y=settled / 1e6, colour=colour, kind=wave)
        )
    return Picture(
        panels=(
            Panel(
                title="Tension at the surface",
                x_label="sodium taken out [%]",
                y_label="hoop stress [MPa]",
                lines=history,
                marks=(Mark(label="profiles shown", x=100 * taken),),
            ),
            Panel(
                title="Sodium across the particle",
                x_label="distance from the centre, r/R [1]",
                y_label="share of sites filled [1]",
                lines=sodium,
                y_range=(0.0, 1.0),
            ),
            Panel(
                title="Hoop stress across the particle",
                x_label="distance from the centre, r/R [1]",
                y_label="hoop stress [MPa]",
                lines=stress,
                marks=(Mark(label="no stress", y=0.0),),
            ),
        ),
        sentences=(
            f"With {100 * taken:.0f} % of the sodium out, stress makes sodium move as if its "
            f"diffusion coefficient were {1 + factors[0] * filling * (1 - filling):.2f} times as "
            "large.",
            f"The centre is ahead of the surface by {spread[0]:.3f} of the sites instead of "
            f"{spread[1]:.3f}, and the surface is under {surface[0]:.3g} MPa of tension instead of "
            f"{surface[1]:.3g} MPa.",
        ),
        numbers=(
            Number(label="push-back number k", value=factors[0]),
            Number(label="surface tension, stress acts back", value=surface[0], unit="MPa"),
            Number(label="surface tension, stress ignored", value=surface[1], unit="MPa"),
        ),
    )


VOLUME_CHANGE, HE_V_CHANGE = (each.value("volume_change") for each in (NVP, HE_V))
SLOW = 0.1  # C-rate at which the gradient is so small that k theta (1 - theta) is one number
FILLINGS = (HALF, 0.4, 0.3, 0.25, 0.2)  # of the exercise
CHANGES = (100 * VOLUME_CHANGE, 6.0, 5.0, 4.0)  # %; of the exercise
SKETCHED = (10.0, 90.0)  # %
LEAST, MOST = (100 * float(x) for x in NVP["volume_change"].quantile(np.array([0.0, 1.0])))


def eased(
    body: Material | None = None,
    filling: float = FILLINGS[0],
    volume_change: float = CHANGES[0],
) -> float:
    """Simulated share [%] of the surface tension that the push takes away; change in per cent."""
    chosen = body or material(volume_change / 100)
    with_push, without = (
        surface_tension(chosen, SLOW, filling, acts_back=acts) for acts in (True, False)
    )
    return 100 * (1 - with_push / without)


def eased_closed_form(filling: float = FILLINGS[0], volume_change: float = CHANGES[0]) -> float:
    """100 (1 - 1/(1 + k theta (1 - theta))); the volume change in per cent."""
    return 100 * (1 - 1 / (1 + push_back(volume_change / 100) * filling * (1 - filling)))


def question(filling: float = FILLINGS[0], volume_change: float = CHANGES[0]) -> str:
    """Of the exercise."""
    strain = linear_strain(volume_change / 100)
    return (
        f"With c_max = {CONCENTRATION:.0f} mol/m³, E = {MODULUS / 1e9:g} GPa, ν = {POISSON:g}, T = "
        f"{REFERENCE_TEMPERATURE:g} K and a linear strain of {strain:.5f} from full to empty "
        "(Ω = 3 strain/c_max): by how much does the push lower the surface tension of a slowly "
        f"charged particle that is {100 * filling:g} % full?"
    )


def solution(filling: float = FILLINGS[0], volume_change: float = CHANGES[0]) -> str:
    """Step by step."""
    strain, k = linear_strain(volume_change / 100), push_back(volume_change / 100)
    gain = 1 + k * filling * (1 - filling)
    return (
        f"Ω = 3 × {strain:.5f}/{CONCENTRATION:.0f} = {3 * strain / CONCENTRATION:.3g} m³/mol. "
        f"k = 2 Ω² E c_max/(9 R T (1 - ν)) = {k:.2f}. θ(1 - θ) = {filling * (1 - filling):.4g}, so "
        f"D grows by 1 + k θ(1 - θ) = {gain:.2f}. Gradient and tension shrink to {1 / gain:.3f} of "
        f"what they were: {eased_closed_form(filling, volume_change):.1f} % less."
    )


def drawn_tension() -> tuple[Array, Array]:
    """Sodium taken out [%] and surface tension with the push over that without."""
    out = np.linspace(*SKETCHED, 17)
    with_push, without = (
        charge(material(VOLUME_CHANGE), SLOW, *(1 - out / 100), acts_back=acts)
        for acts in (True, False)
    )
    first, second = (
        np.interp(out, 100 * (1 - run.mean_site_fraction), run.stress[:, -1, 1])
        for run in (with_push, without)
    )
    return out, first / second


BOUNDS = (-10.0, 10.0, 75.0)
"""Change of the tension [%] that parts the four options of the prediction."""


def predicted() -> int:
    """Option that the simulated change of the tension falls into."""
    return int(np.searchsorted([-BOUNDS[2], *BOUNDS[:2]], -eased()))


def revealed() -> str:
    """Why, with numbers."""
    return (
        "Sodium is drawn towards tension, because a stretched crystal has room for it. While the "
        "particle charges, its centre is squeezed and its surface is stretched. So stress pushes "
        "sodium the way it is going anyway, outwards, and less of a gradient is needed. The "
        f"simulation loses {eased():.0f} % of its tension. With HE-V's {100 * HE_V_CHANGE:.1f} % "
        "volume change, the same particle would have a push-back number of "
        f"{push_back(HE_V_CHANGE):.2f} instead of {push_back(VOLUME_CHANGE):.2f}."
    )


LESSON = Lesson(
    title="Stress pushes back",
    question="Does the stress in a particle slow its sodium down, or help it out?",
    minutes=12,
    background=(
        "Take sodium out of a particle, and its surface empties first. The surface wants to "
        "shrink, the full inside does not let it. So the surface is stretched (tension, positive) "
        "and the centre is squeezed (compression, negative).",
        "Each sodium ion takes up room. It saves energy by moving from squeezed places to "
        "stretched ones. The stress that diffusion made now moves the sodium itself. What counts "
        "is the mean of the three stresses at a point, called hydrostatic stress.",
        f"The particle here is NVP between Na3 and Na1 with a radius of {RADIUS * 1e6:g} µm, "
        "treated as a solid solution (all fillings mix freely). Real NVP does not mix freely; the "
        "next lesson is about that.",
    ),
    explanation=(
        "The centre is squeezed and the surface stretched, so stress pushes sodium from the centre "
        "to the surface. That is the way it goes anyway on charge; on discharge both turn round.",
        "In a free ball of one stiffness this comes down to one factor: Fick's law stays, but with "
        "a larger diffusion coefficient. The gain is greatest half way, where there is both sodium "
        "to move and an empty site to move to.",
    ),
    equations=(
        Equation(
            latex=r"N = -D\left(\nabla c - "
            r"\frac{c\,(1-\theta)}{R\,T}\,\Omega\,\nabla\sigma_h\right)",
            words="Flux of sodium N, from its concentration c and from the hydrostatic stress "
            "$\\sigma_h$. θ is the share of sites filled, Ω the volume that a mole of sodium "
            "needs.",
        ),
        Equation(
            latex=r"D \to D\,\bigl(1 + k\,\theta(1-\theta)\bigr),\qquad "
            r"k = \frac{2\,\Omega^2 E\,c_{max}}{9\,R\,T\,(1-\nu)}",
            words="In a free ball. E is the stiffness, ν Poisson's ratio (how much the crystal "
            "narrows when stretched), R T the thermal energy.",
        ),
    ),
    scene=Scene(
        controls=(
            Slider(
                name="volume_change",
                label="Volume change, full to empty",
                low=0.5,
                high=10.0,
                start=100 * VOLUME_CHANGE,
                unit="%",
                scale=0.01,
                exported=6,
                plausible=(LEAST, MOST),
            ),
            Slider(
                name="c_rate",
                label="Charging rate",
                low=0.1,
                high=3.0,
                start=1.0,
                unit="C",
                logarithmic=True,
            ),
            TAKEN,
        ),
        draw=draw,
        history="taken",
    ),
    try_this=(
        f"Lower the volume change to HE-V's {100 * HE_V_CHANGE:.1f} %: the two colours nearly fall "
        "onto each other. Strain counts twice, once to make the stress and once to feel it, so "
        "the push goes as its square.",
        "Play the charge. The gap between the colours is widest in the middle.",
        "Change only the rate. Both tensions grow with it; their ratio hardly moves.",
        "Look at the start of the charge in the large picture: the dashed line is the slow limit, "
        "which the particle reaches only after sodium has had time to cross it.",
    ),
    prediction=Prediction(
        question="NVP charges slowly, half of its sites are filled. Now let the stress act back on "
        "the sodium. What happens to the tension at the surface?",
        options=(
            f"It falls by more than {BOUNDS[2]:.0f} %.",
            f"It falls by {-BOUNDS[0]:.0f} to {BOUNDS[2]:.0f} %.",
            f"It stays the same, within {BOUNDS[1]:.0f} %.",
            f"It grows by more than {BOUNDS[1]:.0f} %.",
        ),
        answer=predicted,
        feedback=(
            f"That would need a push-back number above {4 * (1 / (1 - BOUNDS[2] / 100) - 1):.0f}. "
            "It goes with the square of the strain: a crystal that swells half as much again.",
            "The push goes the way of the sodium and is as strong as diffusion itself.",
            "That is what a crystal with little strain would do, such as one with HE-V's. Strain "
            "counts twice: once to make the stress, once to feel it.",
            "For that, squeezed places would have to attract sodium. An ion that takes up room "
            "saves energy by leaving them.",
        ),
        reveal=revealed,
        sketch=Sketch(
            question="Draw the tension at the surface through a slow charge, stress acting back, "
            "as a share of the tension without it.",
            x_label="sodium taken out [%]",
            y_label="tension over that without [1]",
            x_range=SKETCHED,
            y_range=(0.0, 1.2),
            curve=drawn_tension,
            look_at="The push does most in the middle. At either end there is little sodium to "
            "push, or few empty sites to push it to: θ(1 − θ).",
        ),
    ),
    exercise=Exercise(
        question=question,
        unit="%",
        answer=eased_closed_form,
        simulated=eased,
        tolerance=0.02,
        hint="Put Ω into k. At one flux, the gradient goes as one over the diffusion coefficient, "
        "and the tension goes with the gradient.",
        solution=solution,
        drawn={"filling": FILLINGS, "volume_change": CHANGES},
        slips={0.01: "that is the share; per cent are asked for"},
    ),
    left_out=(
        "Sodium ions in the crystal also attract or repel each other. That changes how strongly a "
        "stress moves them; here they do not.",
        "The stiffness is the same full and empty, and the crystal swells alike in all directions. "
        "In real NVP neither is known to be true.",
        "Strains are treated as small. At several per cent of volume, stresses are rough.",
        "The surface also feels stress: it shifts the voltage. At a fixed current that changes "
        "the voltage and not the sodium, so it is not in the picture.",
    ),
    sources=(
        "X. Zhang, W. Shyy and A. M. Sastry, J. Electrochem. Soc. 154 (2007) A910",
        "J. Christensen and J. Newman, J. Solid State Electrochem. 10 (2006) 293",
        "S. P. Timoshenko and J. N. Goodier, Theory of Elasticity, 3rd ed. (1970)",
    ),
)

if __name__ == "__main__":
    run_as_script(LESSON)
