"""Occupancy of the lattice in a material: from files, typed numbers and replaced properties."""

from __future__ import annotations

import numpy as np
import pytest

import particle_sim as ps
from particle_sim.errors import InputError
from particle_sim.materials.functions import Falling
from particle_sim.materials.load import load_record
from particle_sim.materials.occupancy import WHOLE, Lattice
from particle_sim.materials.property import assumed

THETA = np.linspace(0, 1, 11)


def test_a_window_that_empties_and_fills_the_lattice_has_its_filling_as_occupancy() -> None:
    assert np.array_equal(WHOLE.occupancy(THETA), THETA)
    assert np.array_equal(WHOLE.mobile(THETA), THETA * (1 - THETA))
    assert np.array_equal(WHOLE.mobile_slope(THETA), 1 - 2 * THETA)
    values = ps.material_from_values(maximum_concentration=2e4, diffusivity=1e-15)
    assert values.lattice == WHOLE


def test_mobile_carriers_undo_the_ideal_entropy() -> None:
    """m d/dtheta ln(y/(1 - y)) = 1 at every filling."""
    lattice, step = Lattice(empty=0.25, full=0.91), 1e-6

    def potential(theta: np.ndarray) -> np.ndarray:
        y = 0.25 + 0.66 * theta
        return np.asarray(np.log(y / (1 - y)))

    slope = (potential(THETA + step) - potential(THETA - step)) / (2 * step)
    assert lattice.mobile(THETA) * slope == pytest.approx(1, rel=1e-8)
    change = (lattice.mobile(THETA + step) - lattice.mobile(THETA - step)) / (2 * step)
    assert lattice.mobile_slope(THETA) == pytest.approx(change, abs=1e-8)


def test_occupancy_at_the_cut_offs_is_that_of_the_sites() -> None:
    """NVP: Na1 and Na3.639 on four sites; HE-V's Na4.2 takes all; HE-O3's window ends half full."""
    nvp, he_v, he_o3 = (ps.load_material(n).lattice for n in ("nvp", "he_v", "he_o3_li2024"))
    assert (nvp.empty, nvp.full) == pytest.approx((0.25, 3.639 / 4))
    assert (he_v.empty, he_v.full) == pytest.approx((1.306 / 4.2, 1.0))
    assert he_v.half == pytest.approx((1.306 / 4.2 + 1.0) / 2)
    assert (he_o3.empty, he_o3.full) == pytest.approx((0.4978, 1.0))


def test_more_sites_are_taken_over_and_fewer_than_are_filled_are_refused() -> None:
    more = load_record("he_v", overrides={"carrier_sites": "6"}).material
    assert more.lattice.full == pytest.approx(0.7)
    with pytest.raises(InputError, match=r"carrier_sites is 4; it must be at least .*4\.2\."):
        load_record("he_v", overrides={"carrier_sites": "4"})


def test_a_typed_fall_shapes_the_diffusivity() -> None:
    material = load_record("nvp", overrides={"diffusivity_fall": "1.2"}).material
    size, full = material.value("diffusivity"), 3.639 / 4
    assert material["diffusivity"](np.array(0.3)) == size
    at_full = size * 10 ** (-1.2 * (2 * full - 1))
    assert material["diffusivity"](np.array(1.0)) == pytest.approx(at_full, rel=1e-12)


def test_fall_and_size_of_the_diffusivity_are_replaced_apart() -> None:
    material = load_record("nvp", overrides={"diffusivity_fall": "1.2"}).material
    size = material.value("diffusivity")
    fall = material["diffusivity_fall"].with_magnitude(0.4)
    other = material.replaced(diffusivity_fall=fall)
    other = other.replaced(diffusivity=other["diffusivity"].with_magnitude(3 * size))
    assert other["diffusivity"].function == Falling(3 * size, 0.4, material.lattice)
    assert other["diffusivity"].plausible == material["diffusivity"].plausible


def test_a_fall_of_nothing_can_be_changed() -> None:
    none = assumed("diffusivity_fall", 0.0, "1")
    material = ps.load_material("nvp").replaced(diffusivity_fall=none)
    again = material.replaced(diffusivity_fall=none.with_magnitude(1.0))
    assert again["diffusivity"](np.array(1.0)) < material["diffusivity"](np.array(1.0))


def test_a_fall_beside_a_table_is_refused() -> None:
    material = ps.material_from_values(
        maximum_concentration=2e4, diffusivity=ps.load_material("nvp")["chemical_strain"].function
    )
    with pytest.raises(InputError, match="give the table or a number that falls"):
        material.replaced(diffusivity_fall=assumed("diffusivity_fall", 1.0, "1"))
