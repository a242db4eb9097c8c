"""Lessons 5 to 9 draw everywhere, and their answers follow from the physics."""

from __future__ import annotations

import itertools
import math
import subprocess
import sys
from collections.abc import Callable
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from particle_sim.claims.interval import Verdict
from particle_sim.learn.controls import Choice, Slider, State, keywords, start_state
from particle_sim.learn.history import other_controls
from particle_sim.learn.lesson import Lesson, load_lesson
from particle_sim.learn.picture import Ball, Kind, Line, Panel, Picture, as_json
from particle_sim.resources import shipped_folder

NAMES = (
    "l5_stress_pushes_back",
    "l6_two_phases_and_misfit",
    "l7_when_does_it_crack",
    "l8_reading_a_paper_critically",
    "l9_the_hundredth_charge",
)
FOLDER = shipped_folder("scenarios") / "lessons"
MOST_STATES = 150


def module_of(name: str) -> ModuleType:
    """The lesson's own functions: the globals of its drawing function."""
    module = ModuleType(name)
    module.__dict__.update(load_lesson(name).scene.draw.__globals__)
    return module


@pytest.fixture(scope="module", params=NAMES)
def lesson(request: pytest.FixtureRequest) -> Lesson:
    return load_lesson(request.param)


@pytest.fixture(scope="module")
def modules() -> dict[str, ModuleType]:
    return {name[:2]: module_of(name) for name in NAMES}


def drawn(lesson: Lesson, state: State) -> Picture:
    return lesson.scene.draw(**keywords(tuple(lesson.scene.controls), state))


def at_start(lesson: Lesson) -> Picture:
    return drawn(lesson, start_state(tuple(lesson.scene.controls)))


def corners(lesson: Lesson) -> list[State]:
    ends: list[Any] = [
        (control.values[0], control.values[-1])
        if isinstance(control, Slider)
        else tuple(control.options)
        for control in lesson.scene.controls
    ]
    names = [control.name for control in lesson.scene.controls]
    return [dict(zip(names, values, strict=True)) for values in itertools.product(*ends)]


def check_line(line: Line) -> None:
    x, y = np.asarray(line.x, dtype=float), np.asarray(line.y, dtype=float)
    assert x.shape == y.shape
    assert x.size > (0 if line.kind is Kind.POINTS else 1)
    assert np.isfinite(x).all()
    assert np.isfinite(y).any()
    assert len(line.label) <= 32


def test_without_the_push_the_tension_is_in_proportion_to_the_strain() -> None:
    """One run serves all volume changes: settled, q/5 E eps/(1 - nu); that of another does not."""
    lesson = load_lesson(NAMES[0])
    start = start_state(tuple(lesson.scene.controls))
    found = []
    for change in (2.0, 5.0):
        panel = drawn(lesson, start | {"volume_change": change}).panels[0]
        assert isinstance(panel, Panel)
        found.append([np.asarray(line.y)[-3] for line in panel.lines[2:]])
    for simulated, settled in found:
        assert simulated == pytest.approx(settled, rel=1e-6)
    assert found[0][0] != pytest.approx(found[1][1], rel=0.1)


def check_picture(picture: Picture) -> None:
    assert 1 <= len(picture.panels) <= 3
    assert 1 <= len(picture.sentences) <= 3
    assert all(math.isfinite(number.value) for number in picture.numbers)
    assert "nan" not in " ".join(picture.sentences).lower().split()
    for panel in picture.panels:
        assert len(panel.title) <= 40
        if isinstance(panel, Ball):
            assert np.shape(panel.radius) == np.shape(panel.values)
            assert np.isfinite(np.asarray(panel.values)).all()
            continue
        for label in (panel.x_label, panel.y_label):
            assert label.endswith("]")
            assert "[" in label
        assert len(panel.lines) <= 4
        for line in panel.lines:
            check_line(line)
    as_json(picture)


def test_draws_at_the_start_and_at_every_corner(lesson: Lesson) -> None:
    for state in [start_state(tuple(lesson.scene.controls)), *corners(lesson)]:
        check_picture(drawn(lesson, state))


def test_same_picture_twice(lesson: Lesson) -> None:
    assert as_json(at_start(lesson)) == as_json(at_start(lesson))


def test_controls_are_few_enough_to_export(lesson: Lesson) -> None:
    assert 2 <= len(other_controls(lesson.scene)) <= 3
    states = math.prod(len(control.exported_values) for control in other_controls(lesson.scene))
    assert states <= MOST_STATES
    for control in lesson.scene.controls:
        assert isinstance(control, Choice) or control.start in control.values


def test_exercise_is_what_the_simulation_gives(lesson: Lesson) -> None:
    exercise = lesson.exercise
    assert exercise.tolerance <= 0.05
    assert exercise.simulated() == pytest.approx(exercise.answer(), rel=exercise.tolerance)
    assert f"{exercise.answer():.3g}"[:3] in exercise.solution()


def wrong_l5(module: ModuleType) -> float:
    """A particle that swells by a tenth more."""
    return float(module.eased(module.material(1.1 * module.VOLUME_CHANGE)))


def wrong_l6(module: ModuleType) -> float:
    """A misfit a tenth larger."""
    return float(module.simulated_tension(strain=1.1 * module.NVP_STRAIN)) / 1e9


def wrong_l7(module: ModuleType) -> float:
    """A particle that swells by a twentieth less."""
    return float(module.simulated_rate(module.material(0.95 * module.NVP_STRAIN)))


def wrong_l8(module: ModuleType) -> float:
    """A tenth more current."""
    values = module.NVP_WINDOW
    return float(module.simulated_threshold(values._replace(rate=1.1 * values.rate)))


def wrong_l9(module: ModuleType) -> float:
    """An exponent a fortieth larger."""
    return float(module.counted(power=1.025 * module.POWER))


@pytest.mark.parametrize("wrong", [wrong_l5, wrong_l6, wrong_l7, wrong_l8, wrong_l9])
def test_exercise_notices(wrong: Callable[[ModuleType], float]) -> None:
    name = next(name for name in NAMES if name.startswith(wrong.__name__[-2:]))
    exercise, found = load_lesson(name).exercise, wrong(module_of(name))
    assert found == pytest.approx(exercise.answer(), rel=0.5)
    assert found != pytest.approx(exercise.answer(), rel=exercise.tolerance)


def test_stress_takes_away_between_the_bounds(modules: dict[str, ModuleType]) -> None:
    """k = 2 Omega^2 E c_max/(9 R T (1 - nu)) as the batched kernel has it, at half filling."""
    from particle_sim.transport.sphere import stress_drift_factor

    lesson, module = load_lesson(NAMES[0]), modules["l5"]
    volume = 3 * module.linear_strain(module.VOLUME_CHANGE) / module.CONCENTRATION
    k = float(
        stress_drift_factor(
            np.array(volume), module.MODULUS, module.POISSON, module.CONCENTRATION, 298.15
        )
    )
    assert module.push_back(module.VOLUME_CHANGE) == pytest.approx(k, rel=1e-12)
    lost = 100 * (1 - 1 / (1 + k / 4))
    assert lesson.prediction.answer() == [lost > 75, 10 < lost <= 75, abs(lost) <= 10].index(True)


def test_misfit_has_no_rate(modules: dict[str, ModuleType]) -> None:
    """A closed form without the rate falls by a factor of 1: the last option."""
    prediction = load_lesson(NAMES[1]).prediction
    assert prediction.answer() == len(prediction.options) - 1
    module = modules["l6"]
    solid = [
        module.tension(module.charge(module.material(), rate, 0.5), 0.5) for rate in (1.0, 0.1)
    ]
    assert solid[0] / solid[1] == pytest.approx(10.0, rel=1e-2)


def test_no_gradient_reaches_the_tension_that_the_flaw_needs() -> None:
    """K_IC/(1.12 sqrt(pi a)) above E eps/(1 - nu): 4.27 and 3.19 GPa by hand."""
    needed = 1.2e6 / (1.12 * math.sqrt(math.pi * 20e-9))
    most = 80e9 * -math.log(1 - 0.0826) / 3 / (1 - 0.28)
    assert needed > most
    prediction = load_lesson(NAMES[2]).prediction
    assert prediction.answer() == len(prediction.options) - 1


def test_a_weak_particle_would_crack(modules: dict[str, ModuleType]) -> None:
    """The prediction's simulation does see a flaw grow where the toughness is low."""
    module = modules["l7"]
    tension = module.surface_tension(module.charge(10.0, fine=True)).max()
    assert module.edge_crack_intensity(float(tension), 60e-9) > 0.5e6


def test_printed_fade_is_slower_per_cycle_at_the_higher_rate(
    modules: dict[str, ModuleType],
) -> None:
    """40.2 % after 200 at 3C; 34.9 % after 500 at 5C are 0.349^0.4 = 66 % after 200."""
    prediction = load_lesson(NAMES[4]).prediction
    assert prediction.answer() == 2
    assert f"{0.349**0.4:.0%} after 200" in prediction.reveal()
    module = modules["l9"]
    assert module.retention_after(module.TESTED.per_cycle, 200) == pytest.approx(0.402)


def test_a_crack_below_the_threshold_or_out_of_its_tension_stops(
    modules: dict[str, ModuleType],
) -> None:
    module = modules["l9"]
    still = module.history(1e8, 20e-9, module.LAW)
    assert np.all(still == 20e-9)
    crept = module.history(1e9, 40e-9, module.LAW)
    assert np.all(np.diff(crept) >= 0)
    assert 40e-9 < crept[-1] < module.DEPTHS[-1]
    (ends,) = module.growing_depths(module.LAW, module.load_at(1e9))
    assert crept[-1] <= ends[1]


def test_the_surface_is_poorer_on_charge_only(modules: dict[str, ModuleType]) -> None:
    """Flux runs from more to less: the option that denies it is the contradicted one."""
    module = modules["l8"]
    for reaction in module.REACTIONS:
        for reading, sign in (("charge", -1), ("discharge", 1), ("early_discharge", 1)):
            run = module.run_to(module.NVP_WINDOW, 1e-2, reaction, reading)
            assert sign * module.surface_excess(run) > 0
    prediction = load_lesson(NAMES[3]).prediction
    assert "surface" in prediction.options[prediction.answer()]
    verdicts = [Verdict(answer["verdict"]) for answer in module.answers()]
    assert verdicts.count(Verdict.CONTRADICTED) == 1


def test_all_words_of_the_picture_hold_on_an_early_discharge_alone(
    modules: dict[str, ModuleType],
) -> None:
    module = modules["l8"]
    whole = [answer.state.name for answer in module.inverse().answers if answer.holds_whole]
    assert whole == ["early_discharge"]
    told = module.revealed()
    assert told.count("Read as") == 3
    assert "Read as 90 % of a charge: " in told
    assert '"retained at the surface" has no region' in told
    limit = module.UNEVEN
    for reading in module.READINGS:
        shown = {n.label: n.value for n in module.draw(1e-4, "solid", reading).numbers}
        nvp, he_v = (shown[f"unevenness of {name}"] for name in ("NVP", "HE-V"))
        words = (nvp > limit, he_v < limit, shown["surface minus mean, NVP"] > 0)
        desodiated = module.run_to(module.NVP_WINDOW, 1e-4, "solid", reading).mean_site_fraction
        assert all((*words, desodiated[-1] < 0.5)) is (reading == "early_discharge")


def pair(panel: Panel | Ball, solid: int, dashed: int) -> tuple[Line, Line]:
    assert isinstance(panel, Panel)
    lines = panel.lines[solid], panel.lines[dashed]
    assert [line.kind for line in lines] == [Kind.SIMULATION, Kind.CLOSED_FORM]
    return lines


def distance(solid: Line, dashed: Line, keep: Callable[[Any], Any] = lambda x: x > -1) -> float:
    """Largest gap where ``keep(x)``, over the largest value of the closed form."""
    x, y = np.asarray(solid.x, dtype=float), np.asarray(solid.y, dtype=float)
    theory = np.interp(x, np.asarray(dashed.x), np.asarray(dashed.y))
    return float(np.abs(y - theory)[keep(x)].max() / np.abs(theory[keep(x)]).max())


AGREE = [
    # steady profiles; the closed form's integrals are trapezoids over 40 shells
    (0, 1, (0, 1), 2e-3, None),
    (0, 2, (0, 1), 2e-2, None),
    (0, 2, (2, 3), 2e-2, None),
    # away from the boundary, which is drawn wide
    (1, 1, (0, 1), 5e-2, lambda x: np.abs(x - 0.794) > 0.15),
    (1, 2, (0, 1), 3e-2, None),
    (1, 2, (2, 3), 1e-2, None),
    # Crank's series, rates from steady to a thin layer
    (2, 1, (0, 1), 1e-2, None),
    (2, 0, (0, 1), 2e-2, None),
]


@pytest.mark.parametrize(("which", "panel", "lines", "tolerance", "keep"), AGREE)
def test_solid_lies_on_dashed(
    which: int,
    panel: int,
    lines: tuple[int, int],
    tolerance: float,
    keep: Callable[[Any], Any] | None,
) -> None:
    solid, dashed = pair(at_start(load_lesson(NAMES[which])).panels[panel], *lines)
    assert distance(solid, dashed, *([keep] if keep else [])) < tolerance


def test_papers_particle_lies_on_the_closed_form(modules: dict[str, ModuleType]) -> None:
    solid, dashed = pair(at_start(load_lesson(NAMES[3])).panels[2], 0, 1)
    expected = modules["l8"].steady_unevenness(np.asarray(solid.x))
    assert np.asarray(solid.y) == pytest.approx(expected, rel=1e-2)
    assert np.asarray(dashed.y).max() <= 1


def test_runs_as_a_script(lesson: Lesson) -> None:
    name = next(name for name in NAMES if load_lesson(name).title == lesson.title)
    done = subprocess.run(
        [sys.executable, "-W", "error", str(FOLDER / f"{name}.py")],
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    assert lesson.question in done.stdout
    assert f"{lesson.exercise.answer():.3g}" in done.stdout
    assert "The simulation gives" in done.stdout
