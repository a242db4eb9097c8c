"""Is a titration that contradicts itself or its material refused or doubted, and no other?"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from particle_sim.cli.fit_data import titration_of
from particle_sim.errors import InputError
from particle_sim.figures.fit_titration import fit_titration
from particle_sim.inference.consistency import doubts
from particle_sim.inference.consistency_pulses import TITRATION
from particle_sim.inference.data import TitrationData, read_titration
from particle_sim.inference.pulses import Pulses, pulses_of
from particle_sim.inference.titration import Titration, titrate
from particle_sim.inference.titration_words import titration_lines
from particle_sim.inference.tree import titration_dataset
from particle_sim.materials.load import load_material
from particle_sim.units import Array
from tests.unit.titrations import HEADER, Protocol, solid_solution, text_of, titration, written

MATERIAL = solid_solution()
CHARGE, DISCHARGE = Protocol(), Protocol(c_rate=0.5)
ALL = [0, 1, 2, 3]
GUIDE = Path(__file__).parents[2] / "docs" / "guides" / "pulses.csv"


def read(folder: Path, rows: Array) -> Titration:
    return titrate(read_titration(written(folder, text_of(rows))), MATERIAL)


def series_of(rows: Array) -> Pulses:
    time, current, voltage = rows.T
    return pulses_of(
        TitrationData(name="virtual", time=time, current=current, voltage=voltage), MATERIAL
    )


def flowing(rows: Array) -> Array:
    return rows[:, 1] != 0


def begins(rows: Array) -> Array:
    """First rows of the pulses."""
    return np.flatnonzero(np.diff(flowing(rows).astype(int)) == 1) + 1


def ends(rows: Array) -> Array:
    """Last rows of the pulses."""
    return np.flatnonzero(np.diff(flowing(rows).astype(int)) == -1)


def scaled(rows: Array, column: int, factor: float) -> Array:
    changed = rows.copy()
    changed[:, column] *= factor
    return changed


def shifted(rows: Array, by: float) -> Array:
    changed = rows.copy()
    changed[:, 2] += by
    return changed


def without(rows: Array, gone: Array) -> Array:
    return rows[~gone]


def since(rows: Array, anchors: Array) -> Array:
    """Time since the last anchor row at or before each row [s]; infinite before the first."""
    place = np.searchsorted(anchors, np.arange(len(rows)), side="right") - 1
    passed = rows[:, 0] - rows[anchors[np.maximum(place, 0)], 0]
    return np.where(place < 0, np.inf, passed)


def end_not_logged(rows: Array, share: float) -> Array:
    return without(rows, flowing(rows) & (since(rows, begins(rows)) > (1 - share) * 60))


def begin_not_logged(rows: Array) -> Array:
    gone = np.zeros(len(rows), dtype=bool)
    for row in begins(rows):
        gone |= (rows[:, 0] > rows[row, 0] - 601) & (rows[:, 0] <= rows[row, 0]) & ~flowing(rows)
    return without(rows, gone)


def taper(rows: Array, to: float) -> Array:
    changed = rows.copy()
    part = np.where(flowing(rows), since(rows, begins(rows)) / 60, 0)
    changed[:, 1] *= 1 - (1 - to) * part
    return changed


def spiked(rows: Array) -> Array:
    changed = rows.copy()
    changed[begins(rows)[1] + 9, 1] *= 3
    return changed


def constant_voltage_tail(rows: Array) -> Array:
    changed = rows.copy()
    late = flowing(rows) & (since(rows, begins(rows)) > 48)
    changed[late, 1] *= 0.6
    return changed


def one_row_rests(rows: Array) -> Array:
    """Only the last row of each rest is kept."""
    last = np.append(flowing(rows)[1:], True)
    return without(rows, ~flowing(rows) & ~last)


def late_rows_only(rows: Array) -> Array:
    """Rests of two rows, a second apart at their end."""
    last = np.flatnonzero(np.append(flowing(rows)[1:], True) & ~flowing(rows))
    extra = rows[last] - [1.0, 0.0, 0.0]
    kept = np.concatenate([one_row_rests(rows), extra])
    return kept[np.lexsort((flowing(kept) & False, kept[:, 0]))]


def rest_missing(rows: Array, which: int) -> Array:
    begin, end = ends(rows)[which] + 1, begins(rows)[which + 1]
    return np.delete(rows, np.arange(begin, end), axis=0)


def pulse_missing(rows: Array, which: int) -> Array:
    return np.delete(rows, np.arange(begins(rows)[which], ends(rows)[which] + 1), axis=0)


def hole(rows: Array, low: float, high: float) -> Array:
    passed = since(rows, begins(rows))
    return without(rows, flowing(rows) & (passed > low) & (passed < high))


def doubled(rows: Array) -> Array:
    """Every row twice, with another last digit of the voltage."""
    twice = np.repeat(rows, 2, axis=0)
    twice[1::2, 2] += 1e-6
    return twice


def one_pulse_of_other_sign(rows: Array) -> Array:
    changed = rows.copy()
    first, last = begins(rows)[2], ends(rows)[2]
    changed[first : last + 1, 1] *= -1
    return changed


def reference_drifts(rows: Array) -> Array:
    """The rest voltage goes the other way."""
    changed = rows.copy()
    changed[:, 2] += 0.02 * np.sign(rows[begins(rows)[0], 1]) * np.linspace(0, 1, len(rows))
    return changed


def cut_number(rows: Array) -> Array:
    """The file ends within its last number: 3.4012 -> 3."""
    changed = rows.copy()
    changed[-1, 2] = 3.0
    return changed


def stuck_current(rows: Array) -> Array:
    """Rests in which the column keeps the pulse's current."""
    changed = rows.copy()
    changed[:, 1] = changed[begins(rows)[0], 1]
    return changed


REFUSED: dict[str, tuple[Callable[[Array], Array], str]] = {
    "the sign of the current turned": (lambda r: scaled(r, 1, -1), "turn its sign"),
    "the current without sign": (np.abs, "turn its sign"),
    "millivolt as volt": (lambda r: scaled(r, 2, 1e3), "is the column in mV"),
    "20 V": (lambda r: shifted(r, 20.0), "no cell of one material"),
    "volt as kilovolt": (lambda r: scaled(r, 2, 1e-3), "another material"),
    "a full cell": (lambda r: shifted(r, -1.2), "a full cell"),
    "another material": (lambda r: shifted(r, 0.7), "another material"),
    "current a thousand times too large": (lambda r: scaled(r, 1, 1e3), "check the units"),
    "current a million times too large": (lambda r: scaled(r, 1, 1e6), "check the units"),
    "hours as seconds, twice": (lambda r: scaled(r, 0, 3600), "check the units"),
    "current a thousand times too small": (lambda r: scaled(r, 1, 1e-3), "unit of the current"),
    "seconds as hours": (lambda r: scaled(r, 0, 1 / 3600), "unit of the current"),
    "time backwards": (lambda r: r[::-1], "must not decrease"),
    "time starts again": (lambda r: np.vstack([r, r]), "must not decrease"),
    "two rows exchanged": (lambda r: r[[*range(5), 6, 5, *range(7, len(r))]], "must not decrease"),
    "no rest": (lambda r: r[flowing(r)], "no pulse stands between two rests"),
    "no current": (lambda r: scaled(r, 1, 0), "no pulse stands between two rests"),
    "a current that never stops": (stuck_current, "no pulse stands between two rests"),
    "cut off in the first pulse": (lambda r: r[: ends(r)[0]], "no pulse stands between two rests"),
}


@pytest.mark.parametrize("plan", [CHARGE, DISCHARGE], ids=["charge", "discharge"])
@pytest.mark.parametrize("fault", REFUSED)
def test_a_contradiction_in_all_of_a_file_is_refused(
    fault: str, plan: Protocol, tmp_path: Path
) -> None:
    change, says = REFUSED[fault]
    if fault == "the current without sign" and plan is DISCHARGE:
        pytest.skip("a discharge has no other sign")
    with pytest.raises(InputError) as caught:
        read(tmp_path, change(titration(MATERIAL, plan)))
    (sentence,) = caught.value.problems
    assert sentence.startswith("data.csv")
    assert says in sentence
    if "no pulse" not in says:
        assert ", line " in sentence


DOUBTED: dict[str, tuple[Callable[[Array], Array], str, list[int]]] = {
    "one pulse of the other sign": (one_pulse_of_other_sign, "says that sodium goes", [2]),
    "rests against the current": (reference_drifts, "but the rest voltage", ALL),
    "half of each pulse not logged": (
        lambda r: end_not_logged(r, 0.5), "the end of the pulse is not logged", ALL),
    "a third of each pulse not logged": (
        lambda r: end_not_logged(r, 0.33), "the end of the pulse is not logged", ALL),
    "a tenth of each pulse not logged": (
        lambda r: end_not_logged(r, 0.1), "the end of the pulse is not logged", ALL),
    "the last row of each rest missing": (begin_not_logged, "when the current began", ALL),
    "current falls to a third": (lambda r: taper(r, 0.3), "is not constant", ALL),
    "current falls by a tenth": (lambda r: taper(r, 0.9), "is not constant", ALL),
    "current rises by a tenth": (lambda r: taper(r, 1.1), "is not constant", ALL),
    "constant voltage at the end": (constant_voltage_tail, "is not constant", ALL),
    "another current in one row": (spiked, "is not constant", [1]),
    "rests of one row": (one_row_rests, "one row", ALL),
    "rests of two rows in a second": (late_rows_only, "2 rows in 1 s", ALL),
    "a pulse not logged": (lambda r: pulse_missing(r, 1), "turns within a rest", [0, 1]),
    "no row for half of a pulse": (
        lambda r: hole(r, 10, 42), "within the pulse", ALL),
    "every row twice": (doubled, "two rows of the pulse", ALL),
    "0.3 V too low": (lambda r: shifted(r, -0.3), "another material", ALL),
    "0.3 V too high": (lambda r: shifted(r, 0.3), "another material", ALL),
    "0.2 V too low": (lambda r: shifted(r, -0.2), "moves the potential", ALL),
    "current forty times too small": (
        lambda r: scaled(r, 1, 1 / 40), "times more than the charge", ALL),
    "current twenty times too large": (
        lambda r: scaled(r, 1, 20), "times less than the charge", ALL),
    "cut within the last number": (cut_number, "", [3]),
}  # fmt: skip


@pytest.mark.parametrize("plan", [CHARGE, DISCHARGE], ids=["charge", "discharge"])
@pytest.mark.parametrize("fault", DOUBTED)
def test_a_contradiction_in_a_pulse_is_a_doubt(fault: str, plan: Protocol, tmp_path: Path) -> None:
    change, says, pulses = DOUBTED[fault]
    found = read(tmp_path, change(titration(MATERIAL, plan)))
    for index in pulses:
        assert any(says in doubt for doubt in found.pulses[index].doubts), found.pulses[index]
    assert all(p.site_fraction != p.site_fraction or 0 <= p.site_fraction <= 1
               for p in found.pulses)  # fmt: skip


@pytest.mark.parametrize("which", [0, 1, 2])
def test_behind_a_missing_rest_the_filling_is_unknown(which: int, tmp_path: Path) -> None:
    rows = rest_missing(titration(MATERIAL, CHARGE), which)
    found = read(tmp_path, rows)
    assert len(found.pulses) == 2
    known = [not np.isnan(p.site_fraction) for p in found.pulses]
    assert known == [which > 0, which > 1]
    text = "\n".join(titration_lines(found))
    assert "a rest is missing" in text
    assert ("unknown" in text.split("doubts\n")[1]) is (which < 2)


def test_a_discharge_beyond_a_full_particle_prints_no_filling(tmp_path: Path) -> None:
    """The first rest says 0.985; three pulses of 0.0083 on discharge do not fit."""
    rows = titration(MATERIAL, DISCHARGE)
    filled = shifted(rows, float(MATERIAL.potential(np.array(0.99))) - rows[0, 2])
    found = read(tmp_path, filled)
    last = found.pulses[-1]
    assert np.isnan(last.site_fraction)
    assert any("above 1" in doubt for doubt in last.doubts)


GOOD = {
    "charge": CHARGE,
    "discharge": DISCHARGE,
    "slow": Protocol(c_rate=-0.05, pulse=600, radius=1e-5),
    "fast and short": Protocol(c_rate=-2.0, pulse=15, every=1.0),
    "near the end": Protocol(start=0.65),
    "near the beginning": Protocol(c_rate=0.5, start=0.38),
    "dense rests": Protocol(rests_every=30.0),
    "sparse rows": Protocol(every=6.0, rests_every=3600.0),
    "large particles": Protocol(radius=1e-5, pulse=300, rest=36000),
    "small particles": Protocol(radius=3e-7, diffusivity=5e-17),
    "noise": Protocol(c_rate=-2.0, noise=2e-5),
    "noise on discharge": Protocol(c_rate=2.0, noise=2e-5, rests_every=60.0),
}


@pytest.mark.parametrize("plan", GOOD.values(), ids=GOOD)
def test_a_good_file_is_not_doubted(plan: Protocol, tmp_path: Path) -> None:
    found = read(tmp_path, titration(MATERIAL, plan))
    assert len(found.pulses) == plan.pulses
    assert not found.notes
    assert [p.doubts for p in found.pulses] == [()] * plan.pulses
    expected = plan.start + np.arange(plan.pulses) * plan.c_rate * plan.pulse / 3600 * (
        MATERIAL.value("one_c_current") / MATERIAL.specific_capacity
    )
    np.testing.assert_allclose([p.site_fraction for p in found.pulses], expected, atol=2e-3)


def test_half_a_pulse_quadruples_what_the_usual_formula_says(tmp_path: Path) -> None:
    """Why a missing end is a doubt: dE_s is of all of the pulse, t_p of what is logged."""
    rows = titration(MATERIAL, CHARGE)
    whole, half = (read(tmp_path, r).pulses[1] for r in (rows, end_not_logged(rows, 0.5)))
    known = CHARGE.diffusivity / CHARGE.radius**2
    assert whole.diffusion_rate == pytest.approx(known, rel=0.01)
    assert whole.usual.rate == pytest.approx(known, rel=0.15)
    assert half.usual.rate > 3 * whole.usual.rate
    assert not half.trusted


def test_the_active_mass_is_used_by_the_command(tmp_path: Path) -> None:
    """In mA of 2.1 mg the pulses are those in mA/g."""
    rows = titration(MATERIAL, CHARGE)
    gram = titration_of(written(tmp_path, text_of(rows)), "he_v", None, None)
    header = HEADER.replace("current [mA/g]", "current [mA]")
    path = written(tmp_path, text_of(scaled(rows, 1, 2.1e-3), header))
    cell = titration_of(path, "he_v", None, "2.1 mg")
    np.testing.assert_allclose(
        [p.site_fraction for p in cell.pulses], [p.site_fraction for p in gram.pulses], rtol=1e-6
    )


@pytest.mark.parametrize("text", ["2.1", "2.1 mm", "-1 mg", "much"])
def test_a_wrong_mass_names_the_option(text: str, tmp_path: Path) -> None:
    path = written(tmp_path, text_of(titration(MATERIAL, CHARGE)))
    with pytest.raises(InputError, match=f'--mass is "{text}"'):
        titration_of(path, "he_v", None, text)


def test_rest_voltages_that_never_move_are_drawn() -> None:
    """A slope of 0 has no place on a logarithmic axis, and takes no logarithm."""
    rows = titration(MATERIAL, CHARGE)
    rows[~flowing(rows), 2] = 3.4
    found = titrate(series_of(rows).data, MATERIAL)
    assert all(pulse.potential_slope == 0 for pulse in found.pulses)
    above, *_ = fit_titration(titration_dataset(found)).axes
    assert above.get_yscale() == "log"


def test_noise_of_the_current_is_no_doubt() -> None:
    rows = titration(MATERIAL, Protocol(every=0.2))
    noise = 1 + 0.01 * np.random.default_rng(3).standard_normal(len(rows))
    rows[:, 1] *= noise
    assert doubts(series_of(rows).data.place, TITRATION, series_of(rows)) == []


def test_the_guide_is_not_doubted() -> None:
    data = read_titration(GUIDE)
    found = doubts(data.place, TITRATION, pulses_of(data, solid_solution()))
    assert found == []


@pytest.mark.parametrize("name", ["nvp", "he_v", "he_o3_li2024", "nfpp_he"])
@pytest.mark.parametrize("start", [0.2, 0.5, 0.8])
def test_no_shipped_potential_contradicts_its_own_titration(name: str, start: float) -> None:
    """Flat and stepped potentials are for the conditions of the method, not for these checks."""
    material = load_material(name)
    for rate in (-0.5, 0.5):
        rows = titration(material, Protocol(start=start, c_rate=rate, noise=2e-5))
        time, current, voltage = rows.T
        data = TitrationData(name=name, time=time, current=current, voltage=voltage)
        assert doubts(data.place, TITRATION, pulses_of(data, material)) == []


def test_every_check_finds_something() -> None:
    """Each entry of the table is there for a fault that it finds."""
    base = titration(MATERIAL, CHARGE)
    faults = [change for change, _ in REFUSED.values()] + [c for c, *_ in DOUBTED.values()]
    full = titration(MATERIAL, DISCHARGE)
    full[:, 2] += float(MATERIAL.potential(np.array(0.99))) - full[0, 2]
    moved = [
        rows for rows in (change(base) for change in faults) if (np.diff(rows[:, 0]) >= 0).all()
    ]
    changed = [series for series in map(series_of, moved) if series.runs]
    for check in TITRATION:
        assert any(list(check.find(series)) for series in [*changed, series_of(full)]), check.name
