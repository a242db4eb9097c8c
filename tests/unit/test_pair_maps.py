"""Is each point of a two-phase map solved once, where it is read, on a mesh that is fine enough?"""

from __future__ import annotations

import numpy as np
import pytest

from particle_sim.claims.compare import _fields_read
from particle_sim.materials.load import load_material, load_record
from particle_sim.particle.interface import RESOLVED_NODES, interface_width
from particle_sim.studies import particle_case
from particle_sim.studies.choices import Direction, StressMeasure
from particle_sim.studies.size_map import MapPoint, map_task, rates_beside, run_map_task
from particle_sim.transport.laws import TWO_PHASE

REACHED = 1e-3
"""Tolerance of a map, in theta."""


@pytest.mark.parametrize(
    ("run", "left"),
    [
        (8e-3, (1e-5, 1e-4, 1e-3)),
        (1.2e-3, (1e-5, 1e-4, 1e-2)),
        (1e-7, (1e-5, 1e-4, 1e-3, 1e-2)),
    ],
)
def test_a_run_stands_for_the_point_beside_it(run: float, left: tuple[float, ...]) -> None:
    assert np.allclose(rates_beside(run), left)


@pytest.mark.parametrize(
    ("pair", "read"),
    [
        (("nfm_li2024", "he_o3_li2024"), (False, False)),
        (("nvp", "he_v"), (True, True)),
        (("nnmo_p2", "nmms2"), (True, True)),
    ],
)
def test_the_other_direction_is_solved_where_a_sentence_reads_it(
    pair: tuple[str, str], read: tuple[bool, bool]
) -> None:
    assert _fields_read(load_record(pair[0]), load_record(pair[1])) == read


@pytest.mark.parametrize("name", ["nvp", "nfm_li2024", "lcnfmf", "nafeo2"])
def test_the_narrowest_boundary_of_a_sphere_is_resolved(name: str) -> None:
    material = load_material(name)
    mesh = particle_case.sphere_mesh(material, TWO_PHASE, 298.15)
    width = interface_width(material, TWO_PHASE.terms, 298.15)
    assert width is not None
    shares = [step.share for step in material.steps]
    narrowest = width * np.sqrt(min(shares) / max(shares))
    distance = np.diff(mesh.vertices).max() / particle_case.ORDER
    assert narrowest / distance >= RESOLVED_NODES * (1 - 1e-9)


def slow_charge() -> MapPoint:
    """NFM at D/R^2 = 1e-4 1/s, whose surface runs empty half way."""
    material = load_material("nfm_li2024")
    task = map_task(
        material,
        TWO_PHASE,
        1e-4,
        c_rate=1.0,
        direction=Direction.CHARGE,
        stress=StressMeasure.VON_MISES,
    )
    return run_map_task(task)


def test_a_map_is_as_accurate_as_its_tolerance(monkeypatch: pytest.MonkeyPatch) -> None:
    """Against twice the cells; a quarter of them is noticed."""
    usual, cells = slow_charge(), particle_case.CELLS_PER_INTERFACE

    def off() -> float:
        other = slow_charge()
        names = ("inhomogeneity", "surface_excess", "reached")
        return max(abs(other[name] - usual[name]) for name in names)

    monkeypatch.setattr(particle_case, "CELLS_PER_INTERFACE", 2 * cells)
    assert off() < REACHED
    monkeypatch.setattr(particle_case, "_cells_across", lambda _: 0.6)
    assert off() > REACHED
