"""Why do two phases stress a particle that carries hardly any current?"""

from __future__ import annotations

import math
from functools import lru_cache

import numpy as np
from scipy.optimize import brentq

import particle_sim as ps
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
from particle_sim.metrics.stress_bracket import boundary_in, stress_bracket
from particle_sim.particle.run import ParticleRun
from particle_sim.particle.validity import interface_width
from particle_sim.units import Array

NVP, HE_V = load_material("nvp"), load_material("he_v")
# All from the material file of NVP, each with its source there.
DIFFUSIVITY, MODULUS, POISSON, RADIUS, INTERACTION = (
    NVP.value(name)
    for name in (
        "diffusivity",
        "youngs_modulus",
        "poisson_ratio",
        "particle_radius",
        "regular_solution_parameter",
    )
)
CONCENTRATION = NVP.maximum_concentration * NVP.steps[0].share  # two sodium, Na3 to Na1
FILLING_RATE = NVP.value("one_c_current") * NVP.value("density") / (FARADAY * CONCENTRATION)
ENERGY = GAS_CONSTANT * REFERENCE_TEMPERATURE * CONCENTRATION  # J/m3
WIDTHS = {"wide": 0.14, "medium": 0.1, "narrow": 0.07}  # of the radius; a matter of drawing only
APPROACH = 0.08  # share of sites that leave before we look, so that the boundary settles
SLOWER = 10.0
SLOPE = INTERACTION / 2 - 1
TRUE_WIDTH = interface_width(NVP, [ps.physics.phase_separation], REFERENCE_TEMPERATURE) or 0.0
"""Width of the boundary by the numbers of the material file [m]."""


def linear_strain(material: Material) -> float:
    """-ln(1 - dV/V)/3 between full and empty."""
    return -math.log(1 - material.value("volume_change")) / 3


NVP_STRAIN, HE_V_STRAIN = linear_strain(NVP), linear_strain(HE_V)


def phases(interaction: float = INTERACTION) -> tuple[float, float]:
    """Fillings of the poor and the rich phase: ln(y/(1 - y)) + chi (1 - 2 y) = 0, y and 1 - y."""

    def potential(y: float) -> float:
        return math.log(y / (1 - y)) + interaction * (1 - 2 * y)

    poor: float = brentq(potential, 1e-9, 0.5 * (1 - math.sqrt(1 - 2 / interaction)))
    return float(poor), float(1 - poor)


def core_radius(filling: float) -> float:
    """a/R of the rich core, from the sodium: (a/R)^3 = (theta - poor)/(rich - poor)."""
    poor, rich = phases()
    return math.cbrt((filling - poor) / (rich - poor))


def misfit_stress(x: Array, core: float, strain: float) -> Array:
    """Hoop stress [Pa] at x = r/R: a core larger by ``strain`` inside a shell, free outside.

    With S = E strain/(1 - nu), f = (a/R)^3: core -(2/3) S (1 - f), shell (S/3) ((a/r)^3 + 2 f).
    One stiffness; from Lame's sphere under pressure (Timoshenko & Goodier, Theory of Elasticity).
    """
    scale, volume = MODULUS * strain / (1 - POISSON), core**3
    shell = (core**3 / np.maximum(x, core) ** 3 + 2 * volume) / 3
    return np.asarray(scale * np.where(x < core, -2 * (1 - volume) / 3, shell))


def misfit() -> float:
    """Linear strain between the phases: their share of the strain from full to empty."""
    poor, rich = phases()
    return NVP_STRAIN * (rich - poor)


def misfit_tension(filling: float, modulus: float = MODULUS) -> float:
    """Hoop stress at the surface, S (a/R)^3 [Pa]: no rate, no size in it."""
    plain = float(misfit_stress(np.ones(1), core_radius(filling), misfit())[0])
    return plain * modulus / MODULUS


def gradient_tension(c_rate: float, strain: float = NVP_STRAIN) -> float:
    """Hoop stress at the surface of a steady solid solution, E strain q/(5 (1 - nu)) [Pa].

    q = N R/(D c_max); the parabola's mean leads its surface by q/5 (Crank, eq. 6.45).
    """
    flux = c_rate * FILLING_RATE * RADIUS**2 / (3 * DIFFUSIVITY)
    return MODULUS * strain * flux / (5 * (1 - POISSON))


def most_tension(strain: float = NVP_STRAIN) -> float:
    """E strain/(1 - nu) [Pa]: an empty skin on a full ball, the most of any gradient."""
    return MODULUS * strain / (1 - POISSON)


def material(
    *, strain: float = NVP_STRAIN, width: float = 0.0, modulus: float = MODULUS
) -> Material:
    """NVP between Na3 and Na1; a boundary of ``width`` [m] if not zero, else a solid solution.

    width = 0.9 sqrt(2 kappa/(R T c_max (chi/2 - 1))) gives the gradient coefficient kappa.
    """
    return ps.material_from_values(
        maximum_concentration=CONCENTRATION,
        diffusivity=DIFFUSIVITY,
        youngs_modulus=modulus,
        poisson_ratio=POISSON,
        partial_molar_volume=3 * strain / CONCENTRATION,
        regular_solution_parameter=INTERACTION if width else 0.0,
        gradient_coefficient=(width / 0.9) ** 2 / 2 * ENERGY * SLOPE,
    )


def charge(body: Material, c_rate: float, *fillings: float) -> ParticleRun:
    """A charge with states at ``fillings``, which fall; two phases start with their boundary."""
    width, speed = drawn_width(body), c_rate * FILLING_RATE
    start = fillings[0] + APPROACH if width else 0.99
    poor, rich = phases()

    def before(radius: Array) -> Array:
        steps = np.tanh(2 * (radius - core_radius(start) * RADIUS) / max(width, 1e-12))
        return np.asarray(0.5 * (poor + rich) - 0.5 * (rich - poor) * steps)

    mesh = ps.shapes.sphere(RADIUS, cells=28 if width else 8, grading=1.0)
    law = ps.physics.phase_separation if width else ps.physics.fickian_diffusion
    times = [(start - filling) / speed for filling in fillings]
    return ps.solve_particle(
        ps.Particle(material=body, mesh=mesh, physics=[law]),
        ps.constant_flux(
            speed * CONCENTRATION * RADIUS / 3, times[-1], initial_site_fraction=start
        ),
        initial_site_fraction=before if width else None,
        times=times,
        tolerance=5e-3 if width else 1e-3,
    )


TAKEN = Slider(
    name="taken",
    label="Sodium taken out",
    low=30.0,
    high=80.0,
    start=50.0,
    unit="%",
    scale=0.01,
    positions=26,
)


@lru_cache(maxsize=64)
def whole_charge(strain: float, width: float, c_rate: float, also: float | None) -> ParticleRun:
    """A charge with a state at every position of the slider, and one between two of them."""
    fillings = {1 - TAKEN.scale * taken for taken in TAKEN.values} | ({also} if also else set())
    return charge(material(strain=strain, width=width), c_rate, *sorted(fillings, reverse=True))


def drawn_width(body: Material) -> float:
    """Width of the boundary [m]; zero for a solid solution."""
    return 0.9 * math.sqrt(2 * body.value("gradient_coefficient") / (ENERGY * SLOPE))


def tension(run: ParticleRun, filling: float) -> float:
    """Hoop stress at the surface at a filling [Pa]."""
    return float(run.stress[state_at(run, filling), -1, 1])


def state_at(run: ParticleRun, filling: float) -> int:
    """Index of the state with this mean filling."""
    return int(np.abs(run.mean_site_fraction - filling).argmin())


def draw(taken: float, c_rate: float, boundary: str) -> Picture:
    """NVP as two phases and as a solid solution, and HE-V's strain, at one filling and rate."""
    filling = 1 - taken
    between = not any(math.isclose(taken, TAKEN.scale * value) for value in TAKEN.values)
    rates, width = np.array([c_rate / SLOWER, c_rate]), WIDTHS[boundary] * RADIUS

    def at(strain: float, width: float, rate: float) -> ParticleRun:
        return whole_charge(strain, width, float(rate), filling if between else None)

    sharp = [at(NVP_STRAIN, width, rate) for rate in rates]
    smooth = [at(NVP_STRAIN, 0.0, rate) for rate in rates]
    little = at(HE_V_STRAIN, 0.0, c_rate)
    now, soft, row = sharp[-1], smooth[-1], state_at(sharp[-1], filling)
    two, mixed = ([tension(run, filling) for run in runs] for runs in (sharp, smooth))
    x, wave = np.linspace(0, 1, 161), Kind.CLOSED_FORM
    closed = misfit_stress(x, core_radius(filling), misfit())
    panels = (
        Ball(
            title="Sodium in NVP with two phases",
            label="share of sites filled [1]",
            radius=now.radius / RADIUS,
            values=now.site_fraction[row],
            low=0.0,
            high=1.0,
        ),
        Panel(
            title="Hoop stress across the particle",
            x_label="distance from the centre, r/R [1]",
            y_label="hoop stress [GPa]",
            lines=(
                _profile("NVP, two phases", now, filling, Colour.BASELINE),
                Line(
                    label="core in a shell, closed form",
                    x=x,
                    y=closed / 1e9,
                    colour=Colour.BASELINE,
                    kind=wave,
                ),
                _profile("NVP as a solid solution", soft, filling, Colour.THIRD),
                _profile("HE-V's strain, solid solution", little, filling, Colour.CANDIDATE),
            ),
            y_range=(-2.5, 3.5),
        ),
        Panel(
            title="Ten times slower",
            x_label="charging rate [C]",
            y_label="surface hoop stress [MPa]",
            lines=(
                _against("NVP, two phases", rates, two),
                _against("misfit, closed form", rates, [misfit_tension(filling)] * 2, wave),
                _against("NVP as a solid solution", rates, mixed),
                _against(
                    "gradient, closed form", rates, [gradient_tension(rate) for rate in rates], wave
                ),
            ),
            log_x=True,
            log_y=True,
            marks=(Mark(label="chosen rate", x=c_rate),),
            y_range=(1e-2, 1e4),
        ),
    )
    return Picture(
        panels=panels,
        sentences=(
            f"With {100 * taken:.0f} % of the sodium out, the two phases put the surface of "
            f"NVP under {two[-1] / 1e9:.2f} GPa of tension; as a solid solution it would be "
            f"under {mixed[-1] / 1e6:.2g} MPa, and with HE-V's strain under "
            f"{tension(little, filling) / 1e6:.2g} MPa.",
            f"Ten times slower, the two phases still make {two[0] / 1e9:.2f} GPa, the "
            f"solid solution {mixed[0] / 1e6:.2g} MPa.",
            f"The boundary is drawn {WIDTHS[boundary] * RADIUS * 1e9:.0f} nm wide; the material "
            f"file's value is {TRUE_WIDTH * 1e9:.1f} nm.",
        ),
        numbers=(
            Number(label="tension, two phases", value=two[-1] / 1e6, unit="MPa"),
            Number(label="its closed form", value=misfit_tension(filling) / 1e6, unit="MPa"),
            Number(label="tension, solid solution", value=mixed[-1] / 1e6, unit="MPa"),
            Number(
                label="tension, HE-V's strain", value=tension(little, filling) / 1e6, unit="MPa"
            ),
        ),
    )


def _profile(label: str, run: ParticleRun, filling: float, colour: Colour) -> Line:
    hoop = run.stress[state_at(run, filling), :, 1]
    return Line(label=label, x=run.radius / RADIUS, y=hoop / 1e9, colour=colour)


def _against(label: str, rates: Array, stress: list[float], kind: Kind = Kind.SIMULATION) -> Line:
    colour = (
        Colour.BASELINE if label in ("NVP, two phases", "misfit, closed form") else Colour.THIRD
    )
    return Line(label=label, x=rates, y=np.asarray(stress) / 1e6, colour=colour, kind=kind)


FILLING = 0.5
TELLING_RATE = 1.0  # C; slow enough that no gradient stands beside the misfit


FILLINGS, MODULI = (FILLING, 0.4, 0.6, 0.45, 0.55), (MODULUS / 1e9, 65.0, 97.0, 119.0)  # 1, GPa


def simulated_tension(
    c_rate: float = TELLING_RATE,
    strain: float = NVP_STRAIN,
    filling: float = FILLING,
    modulus: float = MODULI[0],
) -> float:
    """Surface tension of two phases [Pa], narrow boundary; modulus in GPa."""
    body = material(strain=strain, width=WIDTHS["narrow"] * RADIUS, modulus=1e9 * modulus)
    return tension(charge(body, c_rate, filling), filling)


def drawn_stress() -> tuple[Array, Array]:
    """r/R and hoop stress [GPa] at half filling."""
    run = charge(material(width=WIDTHS["narrow"] * RADIUS), TELLING_RATE, FILLING)
    return run.radius / RADIUS, run.stress[-1, :, 1] / 1e9


def question(filling: float = FILLINGS[0], modulus: float = MODULI[0]) -> str:
    """Of the exercise."""
    return (
        f"The phases have {phases()[0]:.4f} and {phases()[1]:.4f} of their sites filled "
        f"and differ by {100 * misfit():.3f} % in length; E = {modulus:g} GPa, ν = "
        f"{POISSON:g}. The particle is {100 * filling:g} % full on average. How large is the "
        "tension at the surface?"
    )


def solution(filling: float = FILLINGS[0], modulus: float = MODULI[0]) -> str:
    """Step by step."""
    poor, rich = phases()
    return (
        f"The core takes ({filling:g} - {poor:.4f})/({rich:.4f} - {poor:.4f}) = "
        f"{core_radius(filling) ** 3:.3f} of the volume. E ε/(1 - ν) = "
        f"{modulus * misfit() / (1 - POISSON):.2f} GPa, times that share: "
        f"{misfit_tension(filling, 1e9 * modulus) / 1e9:.2f} GPa."
    )


BOUNDS = (1.1, 2.0, 5.0)
"""Fall of the tension, as a factor, that parts the four options of the prediction."""


def fall() -> float:
    """By which factor the simulated tension of two phases falls at a tenth of the rate."""
    return simulated_tension() / simulated_tension(TELLING_RATE / SLOWER)


def predicted() -> int:
    """Option that the simulated fall belongs to; the options are ordered from much to nothing."""
    return 3 - int(np.searchsorted(BOUNDS, fall()))


def revealed() -> str:
    """Why, with numbers."""
    return (
        f"The simulation falls by a factor of {fall():.2f} only. The stress is there because the "
        "two crystals do not fit, and they do not fit at any speed. A gradient "
        f"goes with the rate: {gradient_tension(1.0) / 1e6:.1f} MPa at 1C, "
        f"{gradient_tension(0.1) / 1e6:.2f} MPa at 0.1C. A misfit has no rate in its formula, and "
        "no particle size either."
    )


BRACKET = stress_bracket(boundary_in(NVP))

LESSON = Lesson(
    title="Two phases and misfit",
    question="Why do two phases stress a particle that carries hardly any current, and what "
    "limits either kind of stress?",
    minutes=14,
    background=(
        "Some crystals mix full and empty sites freely: a solid solution. NVP does not. Between "
        "Na3 and Na1 a part of the particle is nearly full and the rest nearly empty, with a "
        "thin boundary between. These are two phases. On charge the empty one grows inwards, like "
        "a shell around a core.",
        "The full crystal is larger: its volume differs by "
        f"{100 * NVP.value('volume_change'):.2f} %, which is {100 * NVP_STRAIN:.2f} % in length. "
        "Core and shell hold on to each other. The particle has a radius of "
        f"{RADIUS * 1e9:.0f} nm.",
    ),
    explanation=(
        "Neither core nor shell fits. The core is squeezed and the shell stretched. That is a "
        "misfit, and it needs no current. A gradient is only as large as the flux needs: half the "
        "rate, half the stress.",
        "Which can be larger? Both are E ε/(1 − ν) times a difference of filling that cannot pass "
        f"1. For a gradient that limit is {most_tension() / 1e9:.2f} GPa, but only if the surface "
        "is empty while all the rest is full, which takes a current that outruns diffusion. At 1C "
        f"this particle has {gradient_tension(1.0) / 1e6:.1f} MPa. The misfit of two phases has "
        f"at most {most_tension(misfit()) / 1e9:.2f} GPa at the surface, and "
        f"{misfit_tension(FILLING) / 1e9:.2f} GPa half-way, at every current. So two phases are "
        "not worse than any gradient; they are worse than any gradient that a slow charge makes.",
        "And a boundary need not hold. It may slip where the crystal yields, or let go where new "
        "boundary costs less than strain. With the numbers of the material file a boundary in NVP "
        f"then carries between {float(BRACKET.relieved) / 1e9:g} and "
        f"{float(BRACKET.upper) / 1e9:.1f} GPa, and the branch of least energy is "
        f"“{BRACKET.branches[int(BRACKET.least)].value}”. Yield stress and boundary energy of NVP "
        "are not measured. The picture shows a boundary that holds.",
        "HE-V is described as mostly a solid solution, with "
        f"{100 * HE_V.value('volume_change'):.1f} % volume change. Its blue line keeps NVP's size, "
        "diffusion and stiffness, so that you see what the strain alone does.",
        f"Drawn honestly: the boundary of the simulation is {100 * WIDTHS['narrow']:.0f}, "
        f"{100 * WIDTHS['medium']:.0f} or {100 * WIDTHS['wide']:.0f} % of the radius wide, so that "
        f"it is quick. The material file's numbers say {TRUE_WIDTH * 1e9:.1f} nm, "
        f"{100 * TRUE_WIDTH / RADIUS:.0f} % of the radius. The run starts with the boundary in "
        f"place, {TAKEN.values[0] - 100 * APPROACH:.0f} % of the sodium out.",
    ),
    equations=(
        Equation(
            latex=r"\sigma_{core} = -\frac{2}{3}\,\frac{E\,\varepsilon}{1-\nu}"
            r"\left(1-\frac{a^3}{R^3}\right)",
            words="The core of radius a is squeezed alike from all sides. ε is the misfit in "
            "length, E the stiffness, ν Poisson's ratio, R the particle's radius.",
        ),
        Equation(
            latex=r"\sigma_{hoop} = \frac{1}{3}\,\frac{E\,\varepsilon}{1-\nu}"
            r"\left(\frac{a^3}{r^3}+\frac{2a^3}{R^3}\right)\ \text{for}\ r>a",
            words="Tension around the shell. At the surface, r = R, it is E ε/(1 - ν) times the "
            "share of the volume that the core still has.",
        ),
    ),
    scene=Scene(
        controls=(
            TAKEN,
            Slider(
                name="c_rate",
                label="Charging rate",
                low=0.03,
                high=3.0,
                start=1.0,
                unit="C",
                logarithmic=True,
                exported=4,
            ),
            Choice(
                name="boundary",
                label="Boundary drawn",
                options={
                    name: f"{name}, {100 * share:.0f} % of the radius"
                    for name, share in WIDTHS.items()
                },
                start="medium",
            ),
        ),
        draw=draw,
        history="taken",
    ),
    try_this=(
        "Slow down to the lowest rate. Green falls with the rate; orange stays where it is.",
        "Play the charge. The core shrinks. Its own squeeze grows, and the "
        "tension at the surface falls with the volume of the core.",
        "Change the width of the boundary. Only the steep part of the orange line changes; away "
        "from it the line stays near the dashed one.",
    ),
    prediction=Prediction(
        question="NVP charges at 1C with two phases and is half full. You charge ten times slower. "
        "What happens to the tension at its surface?",
        options=(
            f"It falls more than {BOUNDS[2]:g}-fold.",
            f"It falls {BOUNDS[1]:g} to {BOUNDS[2]:g}-fold.",
            f"It falls {BOUNDS[0]:g} to {BOUNDS[1]:g}-fold.",
            f"It stays the same, within {100 * (BOUNDS[0] - 1):.0f} %.",
        ),
        answer=predicted,
        feedback=(
            "That is what a gradient does: a tenth of the current needs a tenth of the "
            "difference. Here the difference is not made by the current.",
            "That would be a stress with the root of the current, as where only a skin knows of "
            "it. No part of a misfit knows of the current.",
            "A part of the stress does come from gradients beside the boundary, and that part "
            f"falls. It is {100 * gradient_tension(TELLING_RATE) / misfit_tension(FILLING):.1f} % "
            "of the whole at 1C.",
            "Two crystals that do not fit do not fit at any speed.",
        ),
        reveal=revealed,
        sketch=Sketch(
            question="Draw the hoop stress from the centre to the surface, half of the sodium "
            "out, core and shell holding on to each other. Above zero is pull.",
            x_label="r / R [1]",
            y_label="hoop stress [GPa]",
            x_range=(0.0, 1.0),
            y_range=(-3.0, 3.0),
            curve=drawn_stress,
            look_at="The core is squeezed alike everywhere, a level line. At the boundary the "
            "stress jumps, and it is largest just outside it, not at the surface. Half of the "
            "volume lies inside 0.79 of the radius.",
        ),
    ),
    exercise=Exercise(
        question=question,
        unit="GPa",
        answer=lambda filling=FILLINGS[0], modulus=MODULI[0]: (
            misfit_tension(filling, 1e9 * modulus) / 1e9
        ),
        simulated=lambda **numbers: simulated_tension(**numbers) / 1e9,
        # A curved boundary of finite width shifts the fillings of the phases beside it.
        tolerance=0.04,
        hint="The sodium tells you how much of the volume is core. At the surface, r = R.",
        solution=solution,
        drawn={"filling": FILLINGS, "modulus": MODULI},
        other_units={"MPa": 1e-3, "Pa": 1e-9},
        slips={1 - POISSON: "the 1 − ν is missing: a shell is held in two directions at once"},
    ),
    left_out=(
        "The stress does not act back on the sodium here. If it does and the boundary stays "
        "coherent (no broken bonds), shells no longer form. NVP then comes apart to one side, with "
        "a wide gradient and about a quarter of the stress, because a sphere bends freely to a "
        "composition that changes along one axis. Nobody has shown which is right.",
        "No real crystal carries gigapascals of tension for long: it cracks, slips, or the "
        "boundary loses its bonds. Read the number as a reason for damage, not as a "
        "measured stress.",
        "A shell around a core is one arrangement. Phases side by side store a tenth to a fifth of "
        "its energy, with less stress.",
        "Shrinking alike in all directions is assumed; NVP may shrink mostly across one axis.",
        "HE-V's own diffusion coefficient and stiffness are not printed; only its strain is used.",
    ),
    sources=(
        "S. P. Timoshenko and J. N. Goodier, Theory of Elasticity, 3rd ed. (1970)",
        "J. W. Cahn and J. E. Hilliard, J. Chem. Phys. 28 (1958) 258",
        "J. Crank, The Mathematics of Diffusion, 2nd ed. (1975)",
    ),
)

if __name__ == "__main__":
    run_as_script(LESSON)
