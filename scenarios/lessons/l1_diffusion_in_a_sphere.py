"""How long does sodium take to get through a particle?

One radial particle, Fick's law, constant diffusivity. The closed forms are the series of Crank,
The Mathematics of Diffusion (1975), eqs 6.18, 6.20 and 6.45.
"""

from __future__ import annotations

import math
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
from particle_sim.learn.picture import Ball, Colour, Kind, Line, Mark, Number, Panel, Picture
from particle_sim.particle.run import ParticleRun
from particle_sim.units import Array

DIFFUSIVITY = 1e-15  # m2/s, assumed; the files of two sodium cathodes, he_v and he_o3_li2024, hold
# 2.5e-15 and 1.5e-15 with ranges of more than two decades
MAXIMUM_CONCENTRATION = 2e4  # mol/m3, rounded from he_v's 20210, which follows from its cell volume
HOUR = 3600.0  # s; 1C fills a particle in one hour (definition)
LONGEST = 2400.0  # s; the largest particle of the slider is not yet full at its surface at 1C
MODES = 200  # terms of the series; the last is below 1e-9 for Fourier numbers above 6e-5
HELD, FLUX = "held", "flux"


def fourier_number(radius: float, time: float) -> float:
    """Fo = D t / R^2."""
    return DIFFUSIVITY * time / radius**2


def supply_number(radius: float, c_rate: float, diffusivity: float = DIFFUSIVITY) -> float:
    """q = N R/(D c_max) with N = C c_max R/(3 h), so q = C R^2/(3 h D), h one hour."""
    return c_rate * radius**2 / (3 * HOUR * diffusivity)


def held_profile(x: Array, fourier: float) -> Array:
    """theta at x = r/R with the surface held full, Crank eq. 6.18.

    1 + 2/(pi x) sum_n (-1)^n/n sin(n pi x) exp(-n^2 pi^2 Fo)
    """
    n = np.arange(1, MODES + 1)
    decay = (-1.0) ** n * np.exp(-((n * np.pi) ** 2) * fourier)
    return np.asarray(1 + 2 * np.sinc(np.outer(x, n)) @ decay)


def held_mean(fourier: float) -> float:
    """Mean filling with the surface held full, Crank eq. 6.20."""
    n = np.arange(1, MODES + 1)
    return float(1 - 6 / np.pi**2 * np.sum(np.exp(-((n * np.pi) ** 2) * fourier) / n**2))


def flux_profile(x: Array, fourier: float) -> Array:
    """theta/q at x = r/R under a constant flux, Crank eq. 6.45; b_n > 0 solve tan b = b.

    3 Fo + x^2/2 - 3/10 - 2/x sum_n sin(b_n x)/(b_n^2 sin b_n) exp(-b_n^2 Fo)
    """
    roots = np.arange(1, MODES + 1) * np.pi
    for _ in range(30):
        roots = np.arange(1, MODES + 1) * np.pi + np.arctan(roots)
    decay = np.exp(-(roots**2) * fourier) / (roots * np.sin(roots))
    sines = np.sinc(np.outer(x, roots) / np.pi)
    return np.asarray(3 * fourier + x**2 / 2 - 0.3 - 2 * sines @ decay)


def settled_difference(radius: float, c_rate: float) -> float:
    """Surface minus centre under a constant flux once all shells fill alike: q/2.

    Sodium that passes the sphere r fills what is inside, D dtheta/dr = (r/3) dtheta/dt.
    """
    return supply_number(radius, c_rate) / 2


def simulate(
    supply: str,
    radius: float,
    times: Array,
    c_rate: float = 1.0,
    diffusivity: float = DIFFUSIVITY,
) -> ParticleRun:
    """An empty particle that takes in sodium until the last of ``times`` [s]."""
    particle = ps.Particle(
        material=ps.material_from_values(
            maximum_concentration=MAXIMUM_CONCENTRATION, diffusivity=diffusivity
        ),
        mesh=ps.shapes.sphere(radius),
    )
    end = float(times[-1])
    inward = -c_rate * MAXIMUM_CONCENTRATION * radius / (3 * HOUR)
    surface = (
        ps.surface.FixedConcentration(site_fraction=1.0, duration=end, initial_site_fraction=0.0)
        if supply == HELD
        else ps.constant_flux(inward, end, initial_site_fraction=0.0)
    )
    return ps.solve_particle(particle, surface, times=times, store=ps.Stored.STEPS, limits=None)


TIME = Slider(
    name="time",
    label="Time",
    low=10.0,
    high=LONGEST,
    start=60.0,
    unit="s",
    logarithmic=True,
)


@lru_cache(maxsize=64)
def whole_run(supply: str, radius: float, times: tuple[float, ...]) -> ParticleRun:
    """A run through ``times`` [s], and through more for the curve against time."""
    return simulate(supply, radius, np.union1d(np.geomspace(1.0, LONGEST, 30), times))


def draw(*, supply: str, radius: float, time: float) -> Picture:
    """Sodium in the particle at ``time`` [s], and the way there."""
    run = whole_run(supply, radius, moments(TIME, time))
    index = state_at(run.time, time)
    x, theta, fourier = run.radius / radius, run.site_fraction[index], fourier_number(radius, time)
    q = supply_number(radius, 1.0)
    exact = held_profile(x, fourier) if supply == HELD else q * flux_profile(x, fourier)
    mean, surface, centre = float(run.mean_site_fraction[index]), theta[-1], theta[0]
    profile = Panel(
        title="Filling along the radius",
        x_label="r / R [1]",
        y_label="filling [1]",
        lines=[
            Line(label="simulation", x=x, y=theta),
            Line(label="Crank's series", x=x, y=exact, colour=Colour.INK, kind=Kind.CLOSED_FORM),
        ],
        y_range=(-0.02, 1.02),
    )
    return Picture(
        panels=[
            Ball(
                title=f"Cut particle after {time:.0f} s",
                label="filling [1]",
                radius=x,
                values=theta,
                low=0.0,
                high=1.0,
            ),
            profile,
            _history(run, supply, radius, time),
        ],
        sentences=[
            f"After {time:.0f} s the particle of {radius * 1e6:.3g} µm radius is {mean:.1%} full: "
            f"{surface:.1%} at the surface and {centre:.1%} at the centre.",
            f"Its diffusion time R²/D is {radius**2 / DIFFUSIVITY:.0f} s, so the Fourier number is "
            f"{fourier:.2g}: {_stage(fourier)}.",
        ],
        numbers=[
            Number(label="Fourier number D t/R²", value=fourier),
            Number(label="diffusion time R²/D", value=radius**2 / DIFFUSIVITY, unit="s"),
            Number(label="mean filling", value=mean),
            Number(label="surface minus centre", value=float(surface - centre)),
        ],
    )


def _history(run: ParticleRun, supply: str, radius: float, time: float) -> Panel:
    """Against time: mean and centre for a held surface, surface and centre for a flux."""
    late = run.time >= 1.0
    times, q = run.time[late], supply_number(radius, 1.0)
    ends = np.array([0.0, 1.0])
    if supply == HELD:
        first, upper = "mean", run.mean_site_fraction[late]
        exact = [
            (held_mean(fo), held_profile(ends, fo)[0])
            for fo in (fourier_number(radius, t) for t in times)
        ]
    else:
        first, upper = "surface", run.site_fraction[late, -1]
        exact = [tuple(q * flux_profile(ends, fourier_number(radius, t))[::-1]) for t in times]
    above, below = np.array(exact).T
    dashed = Kind.CLOSED_FORM
    return Panel(
        title="Filling against time",
        x_label="time [s]",
        y_label="filling [1]",
        lines=[
            Line(label=f"{first}, simulation", x=times, y=upper, colour=Colour.BASELINE),
            Line(label="centre, simulation", x=times, y=run.site_fraction[late, 0]),
            Line(label=f"{first}, Crank", x=times, y=above, colour=Colour.INK, kind=dashed),
            Line(label="centre, Crank", x=times, y=below, colour=Colour.INK, kind=dashed),
        ],
        log_x=True,
        marks=[Mark(label="now", x=time)],
        y_range=(-0.02, 1.02),
    )


def _stage(fourier: float) -> str:
    """The boundaries are round: skin of 3 sqrt(D t) below a third of R, and 1/pi^2 twice over."""
    if fourier < 0.01:
        return "only a skin below the surface knows that anything has changed"
    if fourier < 0.2:
        return "the news is on its way to the centre"
    return "the whole particle has had time to respond"


def half_full_time(radius: float) -> float:
    """When a particle with its surface held full is half full in the simulation [s]."""
    guess = 0.0305 * radius**2 / DIFFUSIVITY  # Crank's mean is 1/2 near Fo = 0.0305
    run = simulate(HELD, radius, guess * np.linspace(0.5, 2.0, 31))
    return float(np.interp(0.5, run.mean_site_fraction, run.time))


FACTORS = (math.sqrt(2), 2.0, 4.0, 8.0)
SMALL, SKETCHED = 1e-6, 300.0  # m, s; chosen for the questions
RADII, RATES = (0.8, 1.0, 1.2, 0.6, 0.5), (2.0, 1.0, 3.0, 1.5)  # um, 1/h; of the exercise


def predicted() -> int:
    """Index of the factor that the simulation finds for twice the radius."""
    ratio = half_full_time(2 * SMALL) / half_full_time(SMALL)
    return min(range(len(FACTORS)), key=lambda i: abs(math.log(ratio / FACTORS[i])))


def reveal() -> str:
    """The two times."""
    small, large = half_full_time(SMALL), half_full_time(2 * SMALL)
    return (
        f"The small particle is half full after {small:.1f} s, the large one after {large:.1f} s: "
        f"{large / small:.2f} times as long. Both have the Fourier number "
        f"{fourier_number(SMALL, small):.4f} at that moment, because only D t/R² counts. The large "
        "one has eight times the room, but four times the surface for sodium to come in and twice "
        "the way to go: twice eight over four is four."
    )


def mean_filling() -> tuple[Array, Array]:
    """Time [s] and mean filling of the small particle, its surface held full."""
    run = simulate(HELD, SMALL, np.geomspace(0.1, SKETCHED, 60))
    return run.time, run.mean_site_fraction


def question(radius: float = RADII[0], c_rate: float = RATES[0]) -> str:
    """Of the exercise; the radius in micrometres."""
    return (
        f"A particle of {radius:g} µm radius with D = {DIFFUSIVITY:.0e} m²/s fills at {c_rate:g}C. "
        "By how many per cent of the full filling is its surface ahead of its centre, once the "
        "difference no longer changes?"
    )


def difference(radius: float = RADII[0], c_rate: float = RATES[0]) -> float:
    """The closed form, in per cent of the full filling."""
    return 100 * settled_difference(1e-6 * radius, c_rate)


def simulated_difference(
    radius: float = RADII[0], c_rate: float = RATES[0], diffusivity: float = DIFFUSIVITY
) -> float:
    """Surface minus centre at half filling, in per cent of the full filling."""
    end = np.array([0.5 * HOUR / c_rate])
    run = simulate(FLUX, 1e-6 * radius, end, c_rate=c_rate, diffusivity=diffusivity)
    return float(100 * (run.site_fraction[-1, -1] - run.site_fraction[-1, 0]))


def solution(radius: float = RADII[0], c_rate: float = RATES[0]) -> str:
    """Step by step."""
    q = supply_number(1e-6 * radius, c_rate)
    return (
        f"At {c_rate:g}C every place fills by {c_rate / HOUR:.3g} of the full filling per "
        "second. The sodium for the sphere inside r comes through its surface, so the slope at r "
        "is (r/3) times this over D. Summed from the centre to the surface, the slopes give R²/6 "
        f"times it over D: ({1e-6 * radius:.2g} m)² × {c_rate / HOUR:.3g} 1/s / "
        f"(6 × {DIFFUSIVITY:.2g} m²/s) = {q / 2:.3f}, or {difference(radius, c_rate):.2f} %."
    )


LESSON = Lesson(
    title="Diffusion in a sphere",
    question="How long does sodium take to get through a particle?",
    minutes=12,
    background=[
        "Sodium enters a particle through its surface only. Inside it hops from site to site, each "
        "hop in a random direction. More hops lead out of full places than out of empty ones, so "
        "differences even out. This is diffusion. The diffusivity $D$ says how fast it goes.",
        "There are two simple ways to supply sodium. If the voltage is held, the surface takes its "
        "new filling at once and keeps it. If the current is held, the same amount of sodium "
        "arrives every second. At 1C the particle would be full after one hour.",
    ],
    explanation=[
        "A random walker who wants to get twice as far needs four times as long. So a particle of "
        "radius $R$ needs a time of the order of $R^2/D$. For a radius of 1 µm and "
        f"$D$ = {DIFFUSIVITY:.0e} m²/s this is {(1e-6) ** 2 / DIFFUSIVITY:.0f} s, or "
        f"{(1e-6) ** 2 / DIFFUSIVITY / 60:.0f} minutes.",
        "The time that has passed, divided by $R^2/D$, is called the Fourier number. Two particles "
        "with equal Fourier numbers and a full surface look exactly alike, large or small.",
    ],
    equations=[
        Equation(
            latex=r"\frac{\partial\theta}{\partial t} = \frac{D}{r^2}"
            r"\frac{\partial}{\partial r}\left(r^2\frac{\partial\theta}{\partial r}\right)",
            words="θ is the filling: the share of the sodium sites that is taken, from 0 to 1. A "
            "shell at the radius r fills when more sodium flows into it than out of it.",
        ),
        Equation(
            latex=r"\mathrm{Fo} = \frac{D\,t}{R^2}",
            words="The Fourier number is time measured in the particle's own unit, R²/D.",
        ),
        Equation(
            latex=r"\theta_s - \theta_c \;\to\; \frac{q}{2},\qquad q = \frac{N R}{D\,c_{max}}",
            words="Under a constant flux N the surface s stays ahead of the centre c by q/2 in the "
            "end. $c_{max}$ is the sodium that a full particle holds per volume.",
        ),
    ],
    scene=Scene(
        controls=(
            Choice(
                name="supply",
                label="Sodium supply",
                options={HELD: "surface held full", FLUX: "constant flux, 1C"},
                start=HELD,
            ),
            Slider(
                name="radius",
                label="Radius",
                low=0.25,
                high=4.0,
                start=1.0,
                unit="µm",
                scale=1e-6,
                logarithmic=True,
                exported=7,
            ),
            TIME,
        ),
        draw=draw,
        history="time",
    ),
    try_this=[
        "Keep the surface held full and move the time slowly from left to right. At which Fourier "
        "number does the centre begin to fill?",
        "Double the radius, then make the time four times as long. The curve along the "
        "radius looks as it did before.",
        "Choose constant flux and a late time. The curve keeps its shape and only moves up. Now "
        "halve the radius: how much flatter does it get?",
    ],
    prediction=Prediction(
        question="Two particles of one material have their surfaces held full. One has twice the "
        "radius of the other. How much longer does it take until it is half full?",
        options=[
            "About 1.4 times as long",
            "Twice as long, because the way is twice as long",
            "Four times as long",
            "Eight times as long, because it has eight times the volume",
        ],
        answer=predicted,
        feedback=[
            "That would be a time that grows with the root of the radius. A larger particle would "
            "then take in more sodium per second through each square metre. But its way inside is "
            "longer, so each square metre lets less through.",
            "Something that moves at one speed needs twice the time for twice the way. Hops in "
            "random directions have no speed: twice as far takes four times as many hops.",
            "The time goes with the square of the radius.",
            "Eight times the room would need eight times as long if sodium came in no faster. But "
            "the surface is four times as large. You have counted the room and forgotten the door.",
        ],
        reveal=reveal,
        sketch=Sketch(
            question=f"Draw how full the small particle is on average, from 0 to {SKETCHED:.0f} s. "
            f"Its radius is {SMALL * 1e6:g} µm, D = {DIFFUSIVITY:.0e} m²/s, and its surface is "
            "held full from the start.",
            x_label="time [s]",
            y_label="mean filling [1]",
            x_range=(0.0, SKETCHED),
            y_range=(0.0, 1.0),
            curve=mean_filling,
            look_at="The curve is steepest at the very start, where sodium has the shortest way to "
            "an empty place: it rises with the root of time. It has no bend to wait for, and it "
            "never quite reaches 1.",
        ),
    ),
    exercise=Exercise(
        question=question,
        unit="%",
        answer=difference,
        simulated=simulated_difference,
        tolerance=0.02,
        hint="When the shape of the curve no longer changes, every place fills equally fast. How "
        "much sodium must then pass the sphere of radius r each second to fill all that is inside?",
        solution=solution,
        drawn={"radius": RADII, "c_rate": RATES},
        slips={
            2.0: "twice too large: the slope at r is r/3 times the rate over D, and its sum from "
            "0 to R holds a half",
            0.4: "that is how far the surface is ahead of the mean, not of the centre",
            0.01: "that is the share; per cent are asked for",
        },
    ),
    left_out=[
        "The diffusivity is the same at every filling. In real cathodes it can change tenfold or "
        "more while they fill.",
        "The particle is a perfect ball of one crystal without cracks, pores or grain boundaries.",
        "Sodium does not order and does not form two phases. Then a sharp front would move in.",
        "Stress does not push the sodium. The next lesson shows the stress that builds up.",
    ],
    sources=[
        "J. Crank, The Mathematics of Diffusion, 2nd ed., Oxford University Press (1975), "
        "chapter 6",
    ],
)

if __name__ == "__main__":
    run_as_script(LESSON)
