"""The surface shrinks first. Which part of the particle is pulled?

A free elastic sphere of constant modulus whose stress-free size follows its filling. Stress of a
sphere with any radial misfit: Timoshenko & Goodier, Theory of Elasticity, thermal stress in a
sphere, with chemical in place of thermal strain (Christensen & Newman 2006).
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import numpy as np

import particle_sim as ps
from particle_sim.learn.controls import Choice, Slider
from particle_sim.learn.history import moments, state_at
from particle_sim.learn.lesson import (
    Equation,
    Exercise,
    Lesson,
    Prediction,
    Scene,
    Sketch,
    run_as_script,
)
from particle_sim.learn.picture import (
    Ball,
    Colour,
    Kind,
    Line,
    Mark,
    Number,
    Panel,
    Picture,
    Quantity,
)
from particle_sim.particle.run import ParticleRun
from particle_sim.units import Array

RADIUS = 2e-6  # m, chosen: large enough that the sodium takes minutes
DIFFUSIVITY = 1e-15  # m2/s, assumed; he_v and he_o3_li2024 have 2.5e-15 and 1.5e-15 in their files
MAXIMUM_CONCENTRATION = 2e4  # mol/m3, rounded from he_v's 20210
YOUNGS_MODULUS = 80e9  # Pa, as in he_v's file, there from indentation of isostructural phosphates
POISSON_RATIO = 0.28  # of the sodium NASICON host file, there from NASICON electrolytes
VOLUME_CHANGE = 0.05  # empty to full, assumed; he_v prints 2.2 %, nvp 8.26 %
HOUR = 3600.0  # s; 1C moves the whole window in one hour (definition)
LONGEST = 2400.0  # s; the surface has then not yet run full or empty
MODES = 200
INSERT, EXTRACT = "insert", "extract"
SWELLS, SHRINKS = "swells", "shrinks"

SUPPLY = RADIUS**2 / (3 * HOUR * DIFFUSIVITY)  # q = N R/(D c_max) at 1C
STIFFNESS = YOUNGS_MODULUS / (1 - POISSON_RATIO)  # Pa


def flux_profile(x: Array, fourier: float) -> Array:
    """(theta - theta_0)/q at x = r/R under a constant flux in, Crank eq. 6.45; tan b_n = b_n.

    3 Fo + x^2/2 - 3/10 - 2/x sum_n sin(b_n x)/(b_n^2 sin b_n) exp(-b_n^2 Fo)
    """
    roots = np.arange(1, MODES + 1) * np.pi
    for _ in range(30):
        roots = np.arange(1, MODES + 1) * np.pi + np.arctan(roots)
    decay = np.exp(-(roots**2) * fourier) / (roots * np.sin(roots))
    return np.asarray(
        3 * fourier + x**2 / 2 - 0.3 - 2 * np.sinc(np.outer(x, roots) / np.pi) @ decay
    )


def hoop_stress(misfit: Array, misfit_inside: Array) -> Array:
    """E/(1 - nu) [m_inside(r)/3 - m(r)], positive in tension [Pa].

    m(r) is the free strain of the shell r less that of the whole particle, m_inside(r) its mean
    over the ball inside r. Timoshenko & Goodier's 2 mean(R)/3 + mean(r)/3 - strain(r), with
    mean(R) = 0 because the misfit is counted from the particle's mean.
    """
    return np.asarray(STIFFNESS * (misfit_inside / 3 - misfit))


def crank_misfit(x: Array, time: float, sign: float) -> tuple[Array, Array]:
    """Misfit of the shells x and its mean over the ball inside x (x rising from 0)."""
    fourier = DIFFUSIVITY * time / RADIUS**2
    fine = np.linspace(0, 1, 401)
    misfit = sign * VOLUME_CHANGE / 3 * SUPPLY * (flux_profile(fine, fourier) - 3 * fourier)
    steps = 0.5 * (misfit[1:] + misfit[:-1]) * np.diff(fine**3)
    inside = np.concatenate([[misfit[0]], np.cumsum(steps) / fine[1:] ** 3])
    return np.interp(x, fine, misfit), np.interp(x, fine, inside)


def settled_stress(
    supply: float = SUPPLY, change: float = VOLUME_CHANGE, modulus: float = YOUNGS_MODULUS
) -> float:
    """Hoop stress late in a constant flux [Pa]: + at the centre, - at the surface when swelling.

    E eps/(1 - nu) q/5, eps = volume change/3. (Cheng & Verbrugge 2009, late limit.)
    """
    return modulus / (1 - POISSON_RATIO) * change / 3 * supply / 5


def simulate(
    step: str,
    sense: str,
    times: Sequence[float],
    modulus: float = YOUNGS_MODULUS,
    volume_change: float = VOLUME_CHANGE,
) -> ParticleRun:
    """A particle at 1C through ``times`` [s], from empty (insert) or full (extract)."""
    change = volume_change if sense == SWELLS else -volume_change
    start = 0.0 if step == INSERT else 1.0
    material = ps.material_from_values(
        maximum_concentration=MAXIMUM_CONCENTRATION,
        diffusivity=DIFFUSIVITY,
        youngs_modulus=modulus,
        poisson_ratio=POISSON_RATIO,
        partial_molar_volume=change / MAXIMUM_CONCENTRATION,
        stress_free_concentration=start * MAXIMUM_CONCENTRATION,
    )
    out = MAXIMUM_CONCENTRATION * RADIUS / (3 * HOUR) * (-1 if step == INSERT else 1)
    return ps.solve_particle(
        ps.Particle(material=material, mesh=ps.shapes.sphere(RADIUS)),
        ps.constant_flux(out, times[-1], initial_site_fraction=start),
        times=times,
        limits=None,
    )


TIME = Slider(
    name="time",
    label="Time at 1C",
    low=10.0,
    high=LONGEST,
    start=600.0,
    unit="s",
    logarithmic=True,
)


whole_run = lru_cache(maxsize=16)(simulate)


def draw(*, step: str, sense: str, time: float) -> Picture:
    """Misfit and stress at ``time`` [s]."""
    run = whole_run(step, sense, moments(TIME, time))
    now = state_at(run.time, time)
    x, stress = run.radius / RADIUS, run.stress[now] / 1e6
    change = VOLUME_CHANGE / 3 * (1 if sense == SWELLS else -1)
    misfit = 100 * change * (run.site_fraction[now] - run.mean_site_fraction[now])
    exact = crank_misfit(x, time, (1 if step == INSERT else -1) * (1 if sense == SWELLS else -1))
    zero = [Mark(label="zero", y=0.0)]
    return Picture(
        panels=[
            Ball(
                title="Sodium",
                label="filling [1]",
                radius=x,
                values=run.site_fraction[now],
                low=0.0,
                high=1.0,
            ),
            Ball(
                title="Stress that opens or shuts the cut",
                label="hoop stress [MPa]",
                radius=x,
                values=stress[:, 1],
                low=-200.0,
                high=200.0,
                quantity=Quantity.STRESS,
            ),
            Panel(
                title="Size that each shell wants",
                x_label="r / R [1]",
                y_label="free strain less its mean [%]",
                lines=[
                    Line(label="simulation", x=x, y=misfit, colour=Colour.THIRD),
                    Line(
                        label="Crank's series",
                        x=x,
                        y=100 * exact[0],
                        colour=Colour.INK,
                        kind=Kind.CLOSED_FORM,
                    ),
                ],
                marks=zero,
                y_range=(-0.25, 0.25),
            ),
            Panel(
                title="Stress that each shell gets",
                x_label="r / R [1]",
                y_label="stress, tension positive [MPa]",
                lines=[
                    Line(label="hoop, simulation", x=x, y=stress[:, 1]),
                    Line(label="radial, simulation", x=x, y=stress[:, 0], colour=Colour.BASELINE),
                    Line(
                        label="mean of the three directions",
                        x=x,
                        y=stress.mean(axis=1),
                        colour=Colour.FOURTH,
                    ),
                    Line(
                        label="hoop, closed form",
                        x=x,
                        y=hoop_stress(*exact) / 1e6,
                        colour=Colour.INK,
                        kind=Kind.CLOSED_FORM,
                    ),
                ],
                marks=zero,
                y_range=(-200.0, 200.0),
            ),
        ],
        sentences=_sentences(run, now, step),
        numbers=[
            Number(label="hoop stress at the centre", value=float(stress[0, 1]), unit="MPa"),
            Number(label="hoop stress at the surface", value=float(stress[-1, 1]), unit="MPa"),
            Number(label="radial stress at the surface", value=float(stress[-1, 0]), unit="MPa"),
            Number(label="mean filling", value=float(run.mean_site_fraction[now])),
        ],
    )


def _sentences(run: ParticleRun, now: int, step: str) -> tuple[str, ...]:
    mean, stress = run.mean_site_fraction[now], run.stress[now] / 1e6
    moved = mean if step == INSERT else 1 - mean
    verb = "has gone in" if step == INSERT else "has gone out"
    centre, surface = stress[0, 1], stress[-1, 1]
    pull, push = section_forces(run, now)
    return (
        f"{moved:.1%} of the sodium {verb}. The centre is {_state(centre)} with "
        f"{abs(centre):.1f} MPa, the surface is {_state(surface)} with {abs(surface):.1f} MPa.",
        f"Over the cut face, the pulled parts add up to {pull:.1f} µN and the squeezed parts to "
        f"{push:.1f} µN: they balance, because nothing holds the particle from outside.",
    )


def _state(stress: float) -> str:
    return "pulled" if stress > 0 else "squeezed"


def section_forces(run: ParticleRun, now: int = -1) -> tuple[float, float]:
    """Integrals of the hoop stress 2 pi r dr over the pulled and the squeezed part [uN]."""
    radius = np.linspace(0, RADIUS, 801)
    hoop = run.profile(radius, inner_side=True).hoop_stress.values[now]
    force = 2 * np.pi * radius * hoop * 1e6
    pull = np.trapezoid(np.maximum(force, 0), radius)
    push = np.trapezoid(np.maximum(-force, 0), radius)
    return float(pull), float(push)


def predicted() -> int:
    """Index of the option that the signs of the simulated hoop stress choose."""
    hoop = simulate(EXTRACT, SWELLS, [LONGEST / 2]).stress[-1, :, 1]
    signs = (bool(hoop[0] > 0), bool(hoop[-1] > 0))
    return {(True, False): 0, (False, True): 1, (True, True): 2, (False, False): 3}[signs]


def reveal() -> str:
    """Both steps."""
    out, back = (
        simulate(step, SWELLS, [LONGEST / 2]).stress[-1, :, 1] / 1e6 for step in (EXTRACT, INSERT)
    )
    return (
        f"The surface has {out[-1]:+.0f} MPa and the centre {out[0]:+.0f} MPa. The surface wants "
        "to be smaller than the rest lets it be, so it is stretched like a tight skin, and the "
        "skin squeezes the centre. The centre is pulled in the opposite step: when sodium goes in, "
        f"the surface swells first and drags the centre outwards ({back[0]:+.0f} MPa there, "
        f"{back[-1]:+.0f} MPa at the surface)."
    )


def drawn_stress() -> tuple[Array, Array]:
    """r/R and hoop stress [MPa] half-way through a charge."""
    run = simulate(EXTRACT, SWELLS, [LONGEST / 2])
    return run.radius / RADIUS, run.stress[-1, :, 1] / 1e6


CHANGES, MODULI = (0.05, 0.041, 0.036, 0.062, 0.023), (80.0, 60.0, 100.0, 120.0)  # 1, GPa; exercise


def question(change: float = CHANGES[0], modulus: float = MODULI[0]) -> str:
    """Of the exercise; the modulus in GPa."""
    return (
        f"Sodium goes in at 1C: R = {RADIUS * 1e6:g} µm, D = {DIFFUSIVITY:.0e} m²/s, volume change "
        f"{100 * change:g} %, E = {modulus:g} GPa, ν = {POISSON_RATIO:g}. How large is the tension "
        "at the centre in the end?"
    )


def tension(change: float = CHANGES[0], modulus: float = MODULI[0]) -> float:
    """The closed form [MPa]."""
    return settled_stress(change=change, modulus=1e9 * modulus) / 1e6


def simulated_tension(change: float = CHANGES[0], modulus: float = MODULI[0]) -> float:
    """Hoop stress at the centre after LONGEST of insertion [MPa]."""
    run = simulate(INSERT, SWELLS, [LONGEST], 1e9 * modulus, change)
    return float(run.stress[-1, 0, 1] / 1e6)


def solution(change: float = CHANGES[0], modulus: float = MODULI[0]) -> str:
    """Step by step."""
    strain, stiffness = change / 3, modulus / (1 - POISSON_RATIO)
    return (
        f"The linear strain is a third of the volume change, {100 * strain:.2f} %. The supply "
        f"number is q = R²/(3 h D) = ({RADIUS:.0e} m)²/(3 × {HOUR:.0f} s × {DIFFUSIVITY:.0e} m²/s) "
        f"= {SUPPLY:.3f}. Late filling is a parabola, q x²/2 plus what is the same everywhere. Its "
        f"mean is q/2 × 3/5 above the centre, which is {0.3 * SUPPLY:.3f}. At the centre the "
        f"stress is 2/3 E/(1 − ν) times the missing strain: 2/3 × {stiffness:.1f} GPa × "
        f"{0.3 * SUPPLY:.3f} × {100 * strain:.2f} % = {tension(change, modulus):.0f} MPa."
    )


LESSON = Lesson(
    title="From sodium to stress",
    question="The surface shrinks first. Which part of the particle is pulled?",
    minutes=14,
    background=[
        "Most cathodes shrink a little when sodium leaves and swell when it comes back. If the "
        "whole particle did so evenly, there would be no stress. But sodium leaves the surface "
        "first. Cut the particle into thin shells in your mind: each shell wants a size of its "
        "own. The shells are one solid, so no shell gets its wish.",
        "Stress has a direction. The radial stress acts along the radius. The hoop stress acts "
        "around, like the hoop of a barrel. On the face of a cut through the centre the hoop "
        "stress stands at a right angle, so it is what would open the cut. Pull is counted "
        "positive, squeeze negative.",
    ],
    explanation=[
        "A shell that wants to be smaller "
        "than its neighbours let it be is stretched. We call that tension and count it positive. A "
        "shell that wants to be larger is squeezed. The rule: what has shrunk more than the "
        "average is pulled, with a small correction for where it sits.",
        "Nothing pulls at the particle from outside. So the radial stress is zero at the surface, "
        "and on every cut face pull and push cancel. Where something is pulled, something else "
        "must be squeezed. Cracks need tension.",
    ],
    equations=[
        Equation(
            latex=r"m(r) = \frac{\Delta V}{3V}\left(\theta(r) - \bar\theta\right)",
            words="The misfit m: how much larger a shell wants to be than the average. ΔV/V is the "
            "volume change from empty to full; a third of it is the change of length.",
        ),
        Equation(
            latex=r"\sigma_\theta(r) = \frac{E}{1-\nu}\left(\frac{\bar m(r)}{3} - m(r)\right)"
            r",\qquad \sigma_r(r) = -\frac{2E}{3(1-\nu)}\,\bar m(r)",
            words="Hoop and radial stress. m̄(r) is the mean misfit of the ball inside r; it is "
            "zero for the whole particle. E is Young's modulus, the stiffness, and ν is Poisson's "
            "ratio.",
        ),
        Equation(
            latex=r"\tfrac13(\sigma_r + 2\sigma_\theta) = -\frac{2E}{3(1-\nu)}\,m(r)",
            words="The mean of the three directions, also called hydrostatic stress, is the misfit "
            "turned upside down. Compare the last two panels.",
        ),
    ],
    scene=Scene(
        controls=(
            Choice(
                name="step",
                label="Step",
                options={INSERT: "sodium goes in", EXTRACT: "sodium goes out"},
                start=INSERT,
            ),
            Choice(
                name="sense",
                label="With more sodium, the material",
                options={SWELLS: "swells", SHRINKS: "shrinks"},
                start=SWELLS,
            ),
            TIME,
        ),
        draw=draw,
        history="time",
    ),
    try_this=[
        "Start at the earliest time. Which has the larger stress, the surface or the centre? And "
        "which of the two kinds of stress takes up more room?",
        "Change only the step, then only the material. Each turns every sign around. Change both: "
        "nothing has changed.",
        "Find the radius at which the hoop stress is zero and the one at which the misfit is zero. "
        "They are not the same.",
    ],
    prediction=Prediction(
        question="The cell is charged: sodium leaves a cathode particle that shrinks as it "
        "empties. The surface shrinks first. What is pulled, going around (hoop stress)?",
        options=[
            "The centre is pulled, the surface is squeezed",
            "The surface is pulled, the centre is squeezed",
            "Everything is pulled, because everything shrinks",
            "Nothing is pulled, because the particle is free",
        ],
        answer=predicted,
        feedback=[
            "That is the opposite step. When sodium goes in, the surface swells first and drags "
            "the centre outwards.",
            "What has shrunk more than the rest is held open by the rest.",
            "Then every cut would be pulled open with nothing pulling from outside. Over a cut "
            "face pull and push must cancel.",
            "No force from outside does not mean no stress inside: parts of one solid that want "
            "different sizes pull at each other. Only if all shrank alike would a free particle "
            "be free of stress.",
        ],
        reveal=reveal,
        sketch=Sketch(
            question="Draw the hoop stress from the centre to the surface, after "
            f"{LONGEST / 120:.0f} minutes of this charge at 1C. Above zero is pull.",
            x_label="r / R [1]",
            y_label="hoop stress [MPa]",
            x_range=(0.0, 1.0),
            y_range=(-200.0, 200.0),
            curve=drawn_stress,
            look_at="One side is pulled and the other squeezed. The change of sign lies well "
            "outside the middle of the radius, because the outer half of the radius holds seven "
            "eighths of the volume. At the centre the curve is level: it is a ball, not a cone.",
        ),
    ),
    exercise=Exercise(
        question=question,
        unit="MPa",
        answer=tension,
        simulated=simulated_tension,
        tolerance=0.02,
        hint="Late in a constant flux the filling is a parabola; lesson 1 gives its height. How "
        "far is the centre of a parabola below its mean over a ball? At the centre the mean of the "
        "ball inside is the misfit itself.",
        solution=solution,
        drawn={"change": CHANGES, "modulus": MODULI},
        other_units={"GPa": 1e3, "Pa": 1e-6},
        slips={
            3.0: "three times too large: the length changes by a third of the volume change",
            1 - POISSON_RATIO: "the 1 − ν is missing: a shell is held in two directions at once",
            2.5: "q/2 is the centre against the surface; against the mean it is 3/5 of that",
            1.5: "2/3 is missing: at the centre the mean of the ball inside is the misfit itself",
        },
    ),
    left_out=[
        "Here every step starts from an even filling. Right after a current turns round, the skin "
        "already follows the new step while the inside still remembers the old one. The rule "
        "holds; the simple picture of one surface and one centre does not.",
        "The material is elastic, equally stiff at every filling and alike in all directions. Real "
        "crystals change their axes by different amounts; some layered cathodes even grow along "
        "one axis while sodium leaves.",
        "Strains are taken as small. Nothing flows, cracks or slips, so no stress is left over "
        "after the sodium has become even.",
        "Neighbouring grains, binder and coatings, which can hold a particle from outside, are "
        "absent. Two phases with a sharp boundary give far higher stress.",
    ],
    sources=[
        "S. P. Timoshenko and J. N. Goodier, Theory of Elasticity, 3rd ed., McGraw-Hill (1970)",
        "J. Christensen and J. Newman, J. Solid State Electrochem. 10 (2006) 293",
        "Y.-T. Cheng and M. W. Verbrugge, J. Power Sources 190 (2009) 453",
    ],
)

if __name__ == "__main__":
    run_as_script(LESSON)
