"""A later stage of a step asks for a residual alone: is it that of the stage with its tangent?"""

from __future__ import annotations

import frozen_radial
import numpy as np
import pytest
from frozen_radial import LAWS, SHAPES

import particle_sim as ps
from particle_sim.particle.discretise import discretised
from particle_sim.particle.system import ParticleSystem
from particle_sim.particle.unknowns import Stage

CLOSE = 1e-9
"""Of the largest entry; coefficients in a table are good to 1e-11 of theirs."""


def misses(law: str, shape: str, spread: float, *, moved: float = 0.0) -> float:
    """Largest difference of both residuals over the largest entry, in a state that varies."""
    system, surface = system_of(law, shape)
    state, nothing = np.zeros(system.u.stop), np.zeros(0)
    wave = np.sin(3 * np.arange(len(state)) + 1.0)
    state[:] = 1e-3 * wave
    state[system.theta] = 0.5 + spread * wave[system.theta]
    piece = (float(surface.breaks[0]), float(surface.breaks[1]))
    stage = Stage(time=0.0, piece=piece, length=0.1, history=np.full_like(state[system.theta], 0.5))
    whole = system.linearise(state, nothing, stage).residual
    alone = system.missed(state + moved, nothing, stage, {}).residual
    return float(np.abs(alone - whole).max() / np.abs(whole).max())


def system_of(law: str, shape: str) -> tuple[ParticleSystem, ps.SurfaceFlux]:
    particle = ps.Particle(
        material=frozen_radial.material(2 if "phase" in law else 1),
        mesh=SHAPES[shape](cells=8),
        physics=LAWS[law],
    )
    surface = ps.constant_flux(frozen_radial.FLUX, 1.0, initial_site_fraction=0.5)
    return discretised(particle, {"surface": surface}), surface


@pytest.mark.parametrize("spread", [0.4, 0.7], ids=["inside", "beyond the table"])
@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("law", LAWS)
def test_a_residual_alone_is_that_with_the_tangent(law: str, shape: str, spread: float) -> None:
    assert misses(law, shape, spread) < CLOSE


@pytest.mark.parametrize("law", LAWS)
def test_another_state_is_noticed(law: str) -> None:
    assert misses(law, "sphere", 0.4, moved=1e-6) > CLOSE


def test_what_runs_of_one_mesh_share_is_what_each_would_make() -> None:
    """Elements, and the stress per error of materials that differ in what does not enter it."""
    first, other = (system_of("fickian", "sphere")[0] for _ in range(2))
    assert first.space is other.space
    finer, _ = system_of("fickian", "hollow sphere")
    assert finer.space is not first.space
