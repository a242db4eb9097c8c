"""For the teacher: a plan of 90 minutes, and of each lesson its aim and what students believe."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Step:
    """A part of the plan."""

    minutes: int
    title: str
    what: str


@dataclass(frozen=True, kw_only=True)
class Teaching:
    """What a lesson is for."""

    aim: str
    """What a student can do afterwards"""
    believed: str
    """The belief behind the wrong answers, and what helps against it"""


PLAN = (
    Step(
        minutes=5,
        title="Join in",
        what="Show the address and its code. Everybody opens lesson 1 and reads its question.",
    ),
    Step(
        minutes=15,
        title="Lesson 1, diffusion",
        what="Predict and sketch alone, vote by hand, argue in pairs for two minutes, then open.",
    ),
    Step(
        minutes=18,
        title="Lesson 2, stress",
        what="Ask first what a shell wants and what it gets. Scrub the charge on the projector.",
    ),
    Step(
        minutes=14,
        title="Lesson 3, the knobs",
        what="Each pair takes one slider and says how the tension goes with it before moving it.",
    ),
    Step(
        minutes=10,
        title="Exercise of lesson 3",
        what="On paper, each with the numbers of the own page, then checked there. Units first.",
    ),
    Step(
        minutes=14,
        title="Lesson 7, cracks",
        what="Let the class guess the rate. The point is that a gradient has a largest stress.",
    ),
    Step(
        minutes=10,
        title="Playground",
        what="In pairs: what would have to be true for the second material to crack later?",
    ),
    Step(
        minutes=4,
        title="Close",
        what="One sentence each: what I would not have believed. Lessons 4 to 6, 8 and 9 at home.",
    ),
)

TEACHING: Mapping[str, Teaching] = {
    "l1_diffusion_in_a_sphere": Teaching(
        aim="Estimates how long a particle takes to fill from R²/D.",
        believed="Diffusion has a speed, so twice the way takes twice the time. Ask how far a "
        "random walk gets in four times as many hops.",
    ),
    "l2_from_sodium_to_stress": Teaching(
        aim="Says which part of a particle is pulled, on charge and on discharge, without a model.",
        believed="What shrinks is squeezed, and a free particle has no stress. Ask what holds the "
        "shrunken shell open, and let pull and push over a cut be added up.",
    ),
    "l3_the_knobs": Teaching(
        aim="Predicts how the tension goes with rate, radius, diffusivity and volume change.",
        believed="The radius counts once. It counts twice: a longer way, and more sodium through "
        "each square metre of surface.",
    ),
    "l4_the_voltage_sees_it": Teaching(
        aim="Tells the voltage lost in the reaction from the capacity left inside the particle.",
        believed="At the cut-off the cell is empty, or only the overpotential is missing. Ask "
        "where the sodium is when the current stops.",
    ),
    "l5_stress_pushes_back": Teaching(
        aim="Decides from one number whether stress changes the flux of a material.",
        believed="Stress always opposes the sodium, or is always too weak to matter. Ask where an "
        "ion that takes up room would rather be.",
    ),
    "l6_two_phases_and_misfit": Teaching(
        aim="Tells a stress made by the current from one made by a misfit.",
        believed="Charge slowly enough and every stress goes away. Two crystals that do not fit "
        "do not fit at any speed.",
    ),
    "l7_when_does_it_crack": Teaching(
        aim="Compares tension, flaw and toughness, and says how well each of them is known.",
        believed="Enough current cracks everything. The gradient is complete when the surface is "
        "at one end and the inside at the other.",
    ),
    "l8_reading_a_paper_critically": Teaching(
        aim="Sorts printed statements into supported, undecided and wrong by varying the inputs.",
        believed="A plausible figure is evidence, and what is not shown is wrong. Undecided is "
        "the third answer, and the most frequent one.",
    ),
    "l9_the_hundredth_charge": Teaching(
        aim="Lets a crack grow cycle by cycle, and says what else fades a cell.",
        believed="More current always means more fade. Count the hours of a cycle, too.",
    ),
}
