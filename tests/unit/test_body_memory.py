"""The predicted memory of a solve is that of its process, and holds each part of it."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

import pytest

import particle_sim as ps
from particle_sim.errors import InputError
from particle_sim.particle import elastic_solvers, memory
from particle_sim.particle.discretise import discretised
from particle_sim.particle.system import ParticleSystem

R = 1e-7
SURFACE = ps.constant_flux(1e-6, 10.0, initial_site_fraction=0.5)
MATERIAL = ps.material_from_values(
    maximum_concentration=2e4, diffusivity=1e-16, partial_molar_volume=3e-6
)
WITHIN = 0.3
"""Of the peak, as /proc tells it: getrusage gives that of a larger process that starts another."""

RUN = """
import json, sys
import particle_sim as ps
given = json.loads(sys.argv[1])
R, D = 1e-7, 1e-15
material = ps.material_from_values(
    maximum_concentration=2e4, diffusivity=D, partial_molar_volume=3e-6
)
size = R / given["cells"]
mesh = (
    ps.shapes.spheroid_section(R, 1.3 * R, cell_size=size) if given["section"]
    else ps.shapes.ball(R, cell_size=size, octant=True, curved=False)
)
terms = [getattr(ps.physics, name) for name in given["law"]]
end = 0.02 * R**2 / D
run = ps.solve_particle(
    ps.Particle(material=material, mesh=mesh, physics=terms),
    ps.constant_flux(5e-5, end, initial_site_fraction=0.9),
    times=[end * (k + 1) / given["times"] for k in range(given["times"])],
    tolerance=1e-2,
)
run.von_mises_stress
status = dict(line.split(":", 1) for line in open("/proc/self/status"))
print(json.dumps([run.cost.memory, 1024 * int(status["VmHWM"].split()[0])]))
"""
FICK, DRIFT = ["fickian_diffusion"], ["fickian_diffusion", "stress_drift"]
RUNS = {
    "iterations on two levels": {"section": False, "cells": 12, "law": FICK, "times": 10},
    "many times": {"section": False, "cells": 6, "law": FICK, "times": 150},
    "stress drift by LU": {"section": False, "cells": 9, "law": DRIFT, "times": 10},
    "section": {"section": True, "cells": 30, "law": FICK, "times": 10},
}


def check_prediction(predicted: float, peak: float) -> None:
    told = f"{predicted / 1e6:.0f} MB predicted, {peak / 1e6:.0f} MB seen"
    assert abs(predicted / peak - 1) <= WITHIN, told


@pytest.mark.skipif(sys.platform != "linux", reason="peaks were counted on Linux")
@pytest.mark.parametrize("name", list(RUNS))
def test_prediction_is_the_peak_of_the_process_and_half_of_it_is_noticed(name: str) -> None:
    command = [sys.executable, "-c", RUN, json.dumps(RUNS[name])]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    predicted, peak = json.loads(done.stdout.splitlines()[-1])
    check_prediction(predicted, peak)
    with pytest.raises(AssertionError, match="predicted"):
        check_prediction(0.5 * predicted, peak)


def system(dimension: int, **changed: Any) -> ParticleSystem:
    meshes = {
        2: lambda: ps.shapes.rectangle((R, R), cells=(8, 8)),
        3: lambda: ps.shapes.box((R, R, R), cells=(4, 4, 4)),
    }
    mesh = meshes[dimension]()
    body = ps.Particle(material=MATERIAL, mesh=mesh, **changed)
    return discretised(body, {mesh.surfaces[0]: SURFACE})


@pytest.mark.parametrize("dimension", [2, 3])
@pytest.mark.parametrize("coupled", [False, True])
def test_every_stored_state_counts(dimension: int, coupled: bool) -> None:
    physics = [ps.physics.stress_drift if coupled else ps.physics.fickian_diffusion]
    body = system(dimension, physics=physics)
    n, m, fields = body.space.dimension, body.elasticity.size, 2 if coupled else 1
    state = (fields + 1) * n + (m if coupled else 0)
    shown = 2 * m + (2 * fields + memory.STORED) * n
    more = memory.predicted_memory(body, 7) - memory.predicted_memory(body, 2)
    assert more == pytest.approx(5 * 8 * (state + shown), rel=1e-12)


def test_factors_count_where_the_solver_is_direct(monkeypatch: pytest.MonkeyPatch) -> None:
    """64 N^(4/3) numbers in 3-D; else the columns of an iterative solve."""
    body = system(3)
    m = float(body.elasticity.size)
    factors = 64 * m ** (4 / 3)
    direct = memory.predicted_memory(body, 2)
    monkeypatch.setattr(elastic_solvers, "DIRECT_LIMIT", {2: 0, 3: 0})
    monkeypatch.setattr(memory, "find_spec", lambda _: None)
    iterative = memory.predicted_memory(body, 2)
    assert direct - iterative == pytest.approx(8 * (factors - memory.COLUMNS * m), rel=1e-9)
    monkeypatch.setattr(memory, "find_spec", lambda _: "numba")
    assert memory.predicted_memory(body, 2) - iterative == pytest.approx(memory.COMPILER)


def test_what_the_machine_lacks_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    body = system(3)
    needed = memory.predicted_memory(body, 2)
    monkeypatch.setattr(memory, "machine_memory", lambda: 1.01 * needed)
    assert memory.check_memory(body, 2) == needed
    monkeypatch.setattr(memory, "machine_memory", lambda: 0.99 * needed)
    with pytest.raises(InputError, match="of memory; you have"):
        memory.check_memory(body, 2)
