"""Why does a battery give less at a high rate, although the sodium is still there?

A half cell of one particle size: the surface filling sets the voltage. Diffusion, reaction and the
potential of the shipped material he_o3_li2024; the metal electrode is taken as perfect.
"""

from __future__ import annotations

from functools import cache, lru_cache
from typing import NamedTuple

import numpy as np

import particle_sim as ps
from particle_sim.batch.accuracy import ERROR as FINE
from particle_sim.cell.design import CellDesign, load_cell_design
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
from particle_sim.materials.material import Material
from particle_sim.studies.half_cell_batch import HalfCellBatch, half_cell_batch
from particle_sim.units import Array

MATERIAL = "he_o3_li2024"  # a layered oxide with a sloping voltage; sources stand in its file
PERFECT = {"film_resistance": 0.0, "metal_exchange_current_density": 1e9}  # ohm m2, A/m2: no loss
RATES = (0.1, 50.0)  # 1/h, as in usual rate tests
CURVE_RATES = np.geomspace(*RATES, 25)
THERMAL = GAS_CONSTANT * REFERENCE_TEMPERATURE / FARADAY  # R T/F [V]
POINTS, MODES = 61, 200
ERROR = 1e-3  # of fillings at all rates, asked of the solver; capacities are good to 5e-3 mAh/g
SETTLED_UP_TO = 2.5  # q up to which the line q/5 is drawn


class Electrode(NamedTuple):
    """What the closed forms need, in SI units."""

    c_rate: float
    radius: float
    exchange: float
    diffusivity: float


@cache
def material() -> Material:
    """The shipped material."""
    return ps.load_material(MATERIAL)


@cache
def design() -> CellDesign:
    """The shipped half cell."""
    return load_cell_design()


def supply_number(body: Material, case: Electrode) -> float:
    """q = N R/(D c_max) with N = C I_1C rho R/(3 F)."""
    flux = case.c_rate * body.value("one_c_current") * body.value("density") * case.radius
    return flux / (3 * FARADAY) * case.radius / (case.diffusivity * body.maximum_concentration)


def surface_lead(fourier: Array) -> Array:
    """(theta_s - theta_0)/q of a sphere under constant flux in, Crank eq. 6.45; tan b_n = b_n.

    3 Fo + 1/5 - 2 sum_n exp(-b_n^2 Fo)/b_n^2
    """
    roots = np.arange(1, MODES + 1) * np.pi
    for _ in range(30):
        roots = np.arange(1, MODES + 1) * np.pi + np.arctan(roots)
    lead = 0.2 - 2 * np.exp(-np.outer(fourier, roots**2)) @ roots**-2.0
    return np.asarray(3 * fourier + np.where(fourier > 0, lead, 0.0))


def reaction_loss(body: Material, case: Electrode, surface: Array) -> Array:
    """Overpotential of symmetric Butler-Volmer kinetics [V]: 2 R T/F asinh(j/(2 j_0)).

    j_0 = j_half sqrt(y (1 - y)/(y_half (1 - y_half))), y the occupancy of the lattice at theta_s;
    j = C I_1C rho R/3 per particle surface.
    """
    density = case.c_rate * body.value("one_c_current") * body.value("density") * case.radius / 3
    full = np.clip(body.lattice.occupancy(surface), 1e-12, 1 - 1e-12)
    half = body.lattice.half
    exchange = case.exchange * np.sqrt(full * (1 - full) / (half * (1 - half)))
    return np.asarray(2 * THERMAL * np.arcsinh(density / (2 * exchange)))


def settled_capacity(body: Material, supply: Array | float, start: float) -> Array:
    """Capacity until the surface is full, theta_s - mean = q/5: (1 - q/5 - start) Q_window."""
    return np.asarray((1 - np.asarray(supply) / 5 - start) * body.specific_capacity)


def simulate(
    body: Material, case: Electrode, rates: Array, output: int = 0, error: float = FINE
) -> HalfCellBatch:
    """Discharges from rest at the upper to the lower cut-off voltage."""
    one = np.ones(len(rates))
    values = {
        "particle_radius": case.radius * one,
        "exchange_current_density": case.exchange * one,
        "diffusivity": case.diffusivity * one,
    }
    values |= {name: value * one for name, value in PERFECT.items()}
    return half_cell_batch(body, design(), c_rate=rates, values=values, output=output, error=error)


@lru_cache(maxsize=64)
def capacities(radius: float, exchange: float) -> Array:
    """At every rate of the curve [mAh/g]."""
    body = material()
    case = Electrode(CURVE_RATES[0], radius, exchange, body.value("diffusivity"))
    return simulate(body, case, np.array(CURVE_RATES), error=ERROR).capacity


@cache
def start_filling() -> float:
    """Filling at rest at the upper cut-off."""
    body = material()
    return ps.half_cell(body, design=design()).rest_filling(body.value("upper_voltage"))


@lru_cache(maxsize=16)
def discharge(c_rate: float, radius: float, exchange: float) -> HalfCellBatch:
    """With curves."""
    body = material()
    case = Electrode(c_rate, radius, exchange, body.value("diffusivity"))
    return simulate(body, case, np.array([c_rate]), output=POINTS)


def draw(*, c_rate: float, radius: float, exchange: float, passed: float = 0.5) -> Picture:
    """One discharge after the share ``passed`` of it, and the capacity at every rate."""
    body = material()
    case = Electrode(c_rate, radius, exchange, body.value("diffusivity"))
    run = discharge(c_rate, radius, exchange)
    end = float(run.surface_site_fraction_end[0])
    capacity, mean = float(run.capacity[0]), float(run.mean_site_fraction_end[0])
    filling_panel, voltage_panel = _discharge(body, case, run, passed)
    surface_now, mean_now, voltage_now = _now(run, passed)
    loss = float(reaction_loss(body, case, np.array([surface_now]))[0])
    return Picture(
        panels=[
            filling_panel,
            voltage_panel,
            _rate_panel(body, case, capacities(radius, exchange)),
        ],
        sentences=[
            f"After {passed * capacity:.1f} mAh/g the surface is {surface_now:.0%} full and the "
            f"particle {mean_now:.0%}; the cell is at {voltage_now:.2f} V, after the "
            f"{1000 * loss:.0f} mV that the surface reaction costs.",
            f"At {c_rate:.3g}C the cell gives {capacity:.1f} mAh/g, "
            f"{capacity / body.specific_capacity:.1%} of what the material holds.",
            f"It stops at {body.value('lower_voltage'):g} V with particles that are {mean:.1%} "
            f"full on average and {end:.1%} full at their surface.",
        ],
        numbers=[
            Number(label="q = N R/(D c_max)", value=supply_number(body, case)),
            Number(label="capacity", value=capacity, unit="mAh/g"),
            Number(label="mean filling at the end", value=mean),
            Number(label="surface filling at the end", value=end),
        ],
    )


def _now(run: HalfCellBatch, share: float) -> tuple[float, float, float]:
    """Surface filling, mean filling and voltage [V] after a share of the discharge."""
    curves = (run.surface_site_fraction[0], run.mean_site_fraction[0], run.voltage[0])
    at = share * run.capacity_grid[0, -1]
    surface, mean, voltage = (float(np.interp(at, run.capacity_grid[0], y)) for y in curves)
    return surface, mean, voltage


def _discharge(
    body: Material, case: Electrode, run: HalfCellBatch, share: float
) -> tuple[Panel, Panel]:
    """Fillings and voltage against capacity, with the moment after a share of it."""
    surface_now, mean_now, voltage_now = _now(run, share)
    now = share * run.capacity_grid[0, -1]
    passed, start = run.capacity_grid[0], start_filling()
    mean = start + passed / body.specific_capacity
    supply = supply_number(body, case)
    surface = start + supply * surface_lead((mean - start) / (3 * supply))
    rest = body.potential(np.clip(surface, 0.0, 1.0))
    exact = rest - reaction_loss(body, case, surface)
    dashed = Kind.CLOSED_FORM
    fillings = Panel(
        title="Surface and mean filling",
        x_label="capacity [mAh/g]",
        y_label="filling [1]",
        lines=[
            Line(
                label="surface, simulation",
                x=passed,
                y=run.surface_site_fraction[0],
                colour=Colour.BASELINE,
            ),
            Line(label="mean, simulation", x=passed, y=run.mean_site_fraction[0]),
            Line(label="surface, Crank", x=passed, y=surface, colour=Colour.INK, kind=dashed),
            Line(
                label="now",
                x=[now, now],
                y=[surface_now, mean_now],
                colour=Colour.FIFTH,
                kind=Kind.POINTS,
            ),
        ],
        y_range=(0.0, 1.05),
    )
    voltage = Panel(
        title="Voltage during the discharge",
        x_label="capacity [mAh/g]",
        y_label="voltage against Na [V]",
        lines=[
            Line(label="cell, simulation", x=passed, y=run.voltage[0]),
            Line(label="cell, Crank and asinh", x=passed, y=exact, colour=Colour.INK, kind=dashed),
            Line(
                label="at rest, mean filling",
                x=passed,
                y=body.potential(mean),
                colour=Colour.THIRD,
                kind=dashed,
            ),
            Line(label="now", x=[now], y=[voltage_now], colour=Colour.FIFTH, kind=Kind.POINTS),
        ],
        marks=[Mark(label="cut-off", y=body.value("lower_voltage"))],
        y_range=(1.8, 4.1),
    )
    return fillings, voltage


def _rate_panel(body: Material, case: Electrode, capacity: Array) -> Panel:
    """Capacity against C-rate with the closed form of a surface that fills first."""
    supply = np.array([supply_number(body, case._replace(c_rate=c)) for c in CURVE_RATES])
    settled = settled_capacity(body, supply, start_filling())
    return Panel(
        title="Capacity at every rate",
        x_label="C-rate [C]",
        y_label="capacity [mAh/g]",
        lines=[
            Line(label="simulation", x=CURVE_RATES, y=capacity),
            Line(
                label="surface full, 1 − q/5",
                x=CURVE_RATES,
                y=np.where(supply < SETTLED_UP_TO, settled, np.nan),
                colour=Colour.INK,
                kind=Kind.CLOSED_FORM,
            ),
        ],
        log_x=True,
        marks=[Mark(label="chosen rate", x=case.c_rate)],
        y_range=(0.0, 125.0),
    )


LARGE, FAST = 2e-6, 1.0  # m, A/m2; chosen for the questions: slow diffusion, fast reaction
QUESTION_RATE = 10.0  # 1/h; chosen for the question
RADII, TEST_RATES = (2.0, 1.8, 1.6, 1.5, 1.9), (5.0, 4.0, 6.0, 3.0)  # um, 1/h; of the exercise
SMALL_RISE = 0.2  # V; of the option, just above the overpotential at the end


def question_case(body: Material, c_rate: float) -> Electrode:
    """The electrode of the prediction and the exercise."""
    return Electrode(c_rate, LARGE, FAST, body.value("diffusivity"))


def recovery() -> tuple[float, float, float]:
    """Mean filling at the cut-off, rest voltage of it, and overpotential at the end [V]."""
    body = material()
    case = question_case(body, QUESTION_RATE)
    run = simulate(body, case, np.array([QUESTION_RATE]))
    loss = reaction_loss(body, case, run.surface_site_fraction_end)
    mean = run.mean_site_fraction_end
    return float(mean[0]), float(body.potential(mean)[0]), float(loss[0])


def predicted() -> int:
    """Index of the option that the sodium of the simulation, once even, chooses."""
    _, rest, _ = recovery()
    rise = rest - material().value("lower_voltage")
    if abs(rise) < 1e-3:
        return 0
    return (1 if rise < SMALL_RISE else 2) if rise > 0 else 3


def reveal() -> str:
    """Where the voltage goes and why."""
    mean, rest, loss = recovery()
    low = material().value("lower_voltage")
    return (
        f"It rises from {low:.2f} V to {rest:.2f} V. At the cut-off the surface was nearly full, "
        f"but the particles were only {mean:.0%} full on average. Without current the sodium moves "
        "on inwards, the surface empties, and the voltage follows the surface. The overpotential "
        f"alone, {1000 * loss:.0f} mV, vanishes at once and explains only a part of it. The cell "
        "was not empty; it was too slow."
    )


def drawn_capacity() -> tuple[Array, Array]:
    """C-rate and capacity [mAh/g] of the large particles."""
    return CURVE_RATES, capacities(LARGE, FAST)


def exercise_case(radius: float, c_rate: float, factor: float = 1.0) -> Electrode:
    """The electrode of the exercise; radius in um, ``factor`` multiplies the diffusivity."""
    return Electrode(c_rate, 1e-6 * radius, FAST, factor * material().value("diffusivity"))


def question(radius: float = RADII[0], c_rate: float = TEST_RATES[0]) -> str:
    """Of the exercise; the radius in micrometres."""
    body = material()
    return (
        f"The particles have a radius of {radius:g} µm and "
        f"D = {body.value('diffusivity'):.2g} m²/s. Empty to full would be "
        f"{body.specific_capacity:.1f} mAh/g, 1C is {body.value('one_c_current'):.0f} mA/g, the "
        "reaction is fast, and the discharge starts at a filling of "
        f"{start_filling():.3f}. What does the cell give at {c_rate:g}C?"
    )


def answer(radius: float = RADII[0], c_rate: float = TEST_RATES[0]) -> float:
    """Capacity by the closed form [mAh/g]."""
    body = material()
    supply = supply_number(body, exercise_case(radius, c_rate))
    return float(settled_capacity(body, supply, start_filling()))


def simulated_capacity(
    radius: float = RADII[0], c_rate: float = TEST_RATES[0], factor: float = 1.0
) -> float:
    """The same from the simulation [mAh/g]."""
    run = simulate(material(), exercise_case(radius, c_rate, factor), np.array([c_rate]))
    return float(run.capacity[0])


def solution(radius: float = RADII[0], c_rate: float = TEST_RATES[0]) -> str:
    """Step by step."""
    body = material()
    q, start = supply_number(body, exercise_case(radius, c_rate)), start_filling()
    hours = body.specific_capacity / (c_rate * body.value("one_c_current"))
    return (
        f"At this current the whole window of {body.specific_capacity:.1f} mAh/g would take "
        f"{hours * 3600:.0f} s. q = R²/(3 D × that time) = ({1e-6 * radius:.2g} m)²/(3 × "
        f"{body.value('diffusivity'):.2g} m²/s × {hours * 3600:.0f} s) = {q:.3f}. The surface runs "
        f"ahead of the mean by q/5 = {q / 5:.4f}. It starts at {start:.4f} and stops at 1, so the "
        f"mean rises by {1 - q / 5 - start:.4f} and the cell gives {answer(radius, c_rate):.1f} "
        "mAh/g."
    )


LESSON = Lesson(
    title="The voltage sees it",
    question="Why does a battery give less at a high rate, although the room is still there?",
    minutes=14,
    background=[
        "During discharge, sodium enters the cathode particles. The voltage of the cell falls as "
        "they fill. At a cut-off voltage the discharge is stopped.",
        "To step from the electrolyte into the solid, sodium needs a push. This push is called "
        "overpotential, and it costs voltage as long as a current flows.",
        "All particles are alike here and share the current evenly. This is the single-particle "
        "model, the simplest battery model that knows about diffusion.",
    ],
    explanation=[
        "The electrolyte touches the surface of a particle only. So the voltage tells how full "
        "the surface is, not how full the particle is.",
        "At a low rate surface and mean are equal. At a high rate the surface runs ahead, as in "
        "lesson 1. When it is full, the voltage drops to the cut-off and the cell stops. What "
        "remains empty inside is the capacity that is lost.",
        "The overpotential is a second loss. It grows in proportion to a small current but only "
        "with the logarithm of a large one; the function asinh does both. How easily the step "
        "goes is measured by the exchange current density.",
    ],
    equations=[
        Equation(
            latex=r"V = U(\theta_s) - \frac{2RT}{F}\,\operatorname{asinh}\frac{j}{2 j_0(\theta_s)}",
            words="V is the cell voltage in discharge, U the voltage at rest, $\\theta_s$ the "
            "filling of the surface, j the current through a square metre of particle surface, "
            "$j_0$ the exchange current density. RT/F is "
            f"{1000 * THERMAL:.1f} mV at room temperature.",
        ),
        Equation(
            latex=r"\theta_s - \bar\theta = \frac{q}{5},\qquad q = \frac{N R}{D\,c_{max}}",
            words="Once settled, the surface leads the mean by a fifth of the supply number q.",
        ),
        Equation(
            latex=r"Q = Q_{window}\left(1 - \frac{q}{5} - \theta_0\right)",
            words="The capacity when the surface is full. $\\theta_0$ is the filling at the start, "
            "$Q_{window}$ the capacity from empty to full.",
        ),
    ],
    scene=Scene(
        controls=(
            Slider(
                name="c_rate",
                label="C-rate",
                low=RATES[0],
                high=RATES[1],
                start=5.0,
                unit="C",
                logarithmic=True,
            ),
            Slider(
                name="radius",
                label="Radius",
                low=0.2,
                high=3.0,
                start=1.0,
                unit="µm",
                scale=1e-6,
                logarithmic=True,
                plausible=(0.2, 3.0),
                exported=3,
            ),
            Slider(
                name="exchange",
                label="Exchange current density",
                low=0.005,
                high=1.0,
                start=0.1,
                unit="A/m²",
                logarithmic=True,
                plausible=(0.005, 1.0),
                exported=3,
            ),
            Slider(
                name="passed",
                label="Discharged",
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
    try_this=[
        "Play the discharge: the surface runs ahead and the voltage follows it, not the mean.",
        "Raise the C-rate slowly and watch the gap between surface and mean in the first panel. "
        "The end of the discharge moves left by just this gap.",
        "Set a high exchange current density and a large radius: the loss is diffusion. Then set a "
        "low one and a small radius: the voltage sinks, but where does the discharge end?",
        "Halve the radius and find the C-rate that gives the capacity you had before.",
    ],
    prediction=Prediction(
        question=f"Large particles are discharged at {QUESTION_RATE:g}C until the cell reaches its "
        "cut-off voltage. Then you switch the current off and wait for an hour. What does the "
        "voltage do?",
        options=[
            "It stays at the cut-off, for the cell is empty",
            f"It rises by the overpotential, less than {SMALL_RISE:g} V",
            f"It rises by much more than {SMALL_RISE:g} V",
            "It goes on falling",
        ],
        answer=predicted,
        feedback=[
            "At a very low rate that would be nearly true: inside and surface are equally full "
            "when the cell stops. At a high rate the inside lags, and the cell is not empty.",
            "The overpotential vanishes at once, that part is right. If it were all, the sodium "
            "would have to be even when the current stops.",
            "More than the overpotential comes back: the sodium itself moves.",
            "Without current no sodium comes in. What is inside moves from where there is more to "
            "where there is less: from the surface inwards. The surface empties, so the voltage "
            "cannot fall.",
        ],
        reveal=reveal,
        sketch=Sketch(
            question=f"Draw the capacity of a cell with large particles, {LARGE * 1e6:g} µm in "
            f"radius, against the C-rate. The material holds "
            f"{material().specific_capacity:.0f} mAh/g.",
            x_label="C-rate [C]",
            y_label="capacity [mAh/g]",
            x_range=RATES,
            y_range=(0.0, 120.0),
            curve=drawn_capacity,
            look_at="At low rates the loss is in proportion to the rate and too small to see. It "
            "becomes large where the surface leads the mean by a good part of the whole window.",
            log_x=True,
        ),
    ),
    exercise=Exercise(
        question=question,
        unit="mAh/g",
        answer=answer,
        simulated=simulated_capacity,
        tolerance=0.02,
        hint="How long would the whole window take at this current? From it follow q and the lead "
        "of the surface over the mean.",
        solution=solution,
        drawn={"radius": RADII, "c_rate": TEST_RATES},
        other_units={"Ah/g": 1e3, "Ah/kg": 1.0},
    ),
    left_out=[
        "The electrolyte is taken as perfect. At high rates it often loses more than the "
        "particles: its salt runs low deep inside a thick electrode.",
        "The sodium metal and the contacts cost nothing here. In real half cells they cost tens of "
        "millivolts and more.",
        "One particle size stands for all. A mixture of sizes rounds the end of the curve off.",
        "Diffusivity, exchange current and the shape of the voltage of this material are partly "
        "assumed; its file says which numbers are and how far they may be off.",
    ],
    sources=[
        "J. Crank, The Mathematics of Diffusion, 2nd ed., Oxford University Press (1975)",
        "J. Newman and K. E. Thomas-Alyea, Electrochemical Systems, 3rd ed., Wiley (2004)",
    ],
)

if __name__ == "__main__":
    run_as_script(LESSON)
