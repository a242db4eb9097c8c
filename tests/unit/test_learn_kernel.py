"""Does a charge that the playground's page computes agree with the program's solver?

The page has closed forms (Crank's series and its short-time limit, Timoshenko & Goodier's free
sphere), the program finite elements along the radius: neither is made from the other.
"""

from __future__ import annotations

import json
import shutil
import subprocess
from typing import Any

import numpy as np
import pytest

from particle_sim.learn import site
from particle_sim.learn.charge_data import STATES, material_data
from particle_sim.learn.one_particle import charged
from particle_sim.materials.load import load_material
from particle_sim.particle.run import ParticleRun
from particle_sim.studies.choices import Direction, PhysicsChoice, StressMeasure
from particle_sim.studies.measures import STRESSES
from particle_sim.studies.particle_case import ParticleCase, galvanostatic_flux, run_case
from particle_sim.transport.laws import SOLID_SOLUTION

NODE = shutil.which("node")
CAPACITY, FILLING, PEAK, FIELD = 5e-4, 5e-4, 1e-3, 2e-2
"""Of the capacity, of a filling, and of each measure's peak and of stresses along the radius over
the largest stress. The last is the program's: its 24 cells spread a corner of the strain."""
CASES: list[tuple[str, float, dict[str, float]]] = [
    ("nvp", 1.0, {}),
    ("he_v", 20.0, {}),
    ("nnmo_p2", 1.0, {}),
    ("ncm811", 1.0, {"particle_radius": 5e-6}),
    ("he_v", 5.0, {"diffusivity": 2.5e-18}),
    ("nvp", 50.0, {"volume_change": 0.05}),
]
"""Straight strain and bent; slow, fast, and so fast that only a skin is emptied."""


def page(kernel: str) -> list[dict[str, Any]]:
    """What the script of the page makes of the cases."""
    asked = []
    for name, c_rate, values in CASES:
        data = material_data(load_material(name))
        stretch = values.get("volume_change", data["numbers"]["volume_change"])
        known = {"stretch": stretch / data["numbers"]["volume_change"]}
        asked.append([{**data, **data["design"], **data["numbers"], **values, **known}, c_rate])
    script = f"{kernel}\nconsole.log(JSON.stringify({json.dumps(asked)}.map((c) => charge(...c))))"
    if NODE is None:
        pytest.skip("node is missing")
    done = subprocess.run([NODE], input=script, capture_output=True, text=True, check=True)
    return list(json.loads(done.stdout))


@pytest.fixture(scope="module")
def kernel() -> str:
    return site.asset("kernel.js").decode("utf-8")


@pytest.fixture(scope="module")
def solved() -> list[tuple[float, ParticleRun]]:
    """Capacity, and the report's particle run with states at the page's."""
    found = []
    for name, c_rate, values in CASES:
        one = charged(load_material(name), values, c_rate, PhysicsChoice.SOLID_SOLUTION)
        start, stop = one.rest
        end = float(one.cell.mean_site_fraction_end[0])
        fillings = start + STATES[5::5] * (stop - start)
        case = ParticleCase(
            material=one.material,
            law=SOLID_SOLUTION,
            flux=galvanostatic_flux(one.material, c_rate, Direction.CHARGE, start, end),
            fillings=tuple(fillings[fillings > end]),
        )
        found.append((float(one.cell.capacity[0]), run_case(case)))
    return found


def agree(drawn: list[dict[str, Any]], solved: list[tuple[float, ParticleRun]]) -> None:
    for (name, _, _), own, (capacity, run) in zip(CASES, drawn, solved, strict=True):
        assert own["capacity"] == pytest.approx(capacity, rel=CAPACITY), name
        stress, x = run.stress[:, :, :3] / 1e6, run.radius / run.radius[-1]
        for measure in StressMeasure:
            known = STRESSES[measure]
            peak = known.size(known.read(stress)).max()
            off = abs(max(own["history"][measure.value]) - peak)
            assert off < PEAK * np.abs(stress).max(), (name, measure)
        largest = np.abs(stress).max()
        start = float(run.mean_site_fraction[0])
        passed = (start - run.mean_site_fraction) * own["reached"]
        passed /= start - float(run.mean_site_fraction[-1])
        for place in range(5, len(STATES), 5):
            at = int(np.argmin(np.abs(passed - STATES[place])))
            if abs(passed[at] - STATES[place]) > 1e-6:
                continue
            fields = {"filling": (run.site_fraction[at], FILLING)}
            fields["radial"] = (stress[at, :, 0], FIELD * largest)
            fields["hoop"] = (stress[at, :, 1], FIELD * largest)
            for field, (values, off) in fields.items():
                row = np.interp(x, own["states"]["radius"], own["states"][field][place])
                assert np.abs(row - values).max() < off, (name, field, place)


def test_the_page_charges_as_the_program_does(
    kernel: str, solved: list[tuple[float, ParticleRun]]
) -> None:
    agree(page(kernel), solved)


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ("0.5 * x * x - 0.3", "0.5 * x * x - 0.29"),
        ("erfc(0.5 * s / root - root)", "erfc(0.5 * s / root)"),
        ("2 / 3 * whole + mean / 3", "2 / 3 * whole + mean / 2"),
    ],
)
def test_a_wrong_closed_form_is_seen(
    kernel: str, solved: list[tuple[float, ParticleRun]], right: str, wrong: str
) -> None:
    assert kernel.count(right) == 1
    with pytest.raises(AssertionError):
        agree(page(kernel.replace(right, wrong)), solved)
