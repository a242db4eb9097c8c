"""Are sensitivity indices those of functions whose indices are known exactly?"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pytest
import xarray as xr

from particle_sim.errors import InputError
from particle_sim.sweeps.axes import AnyAxis, Axis, same_draw
from particle_sim.sweeps.evaluate import vectorised
from particle_sim.sweeps.influence import influences
from particle_sim.sweeps.sensitivity import Method, sensitivity
from particle_sim.sweeps.sweep import sweep
from particle_sim.units import Array

A, B = 7.0, 0.1
ANGLES: list[AnyAxis] = [Axis(name, -math.pi, math.pi) for name in ("x1", "x2", "x3")]


@vectorised
def ishigami(x1: Array, x2: Array, x3: Array) -> Array:
    """sin x1 + 7 sin^2 x2 + 0.1 x3^4 sin x1"""
    return np.sin(x1) + A * np.sin(x2) ** 2 + B * x3**4 * np.sin(x1)


@vectorised
def without_interaction(x1: Array, x2: Array, x3: Array) -> Array:
    """The same without its last term."""
    return np.sin(x1) + A * np.sin(x2) ** 2 + 0 * x3


def exact() -> tuple[Array, Array]:
    """First-order and total indices; Ishigami and Homma, Proc. ISUMA 1990, p. 398."""
    alone = np.array([0.5 * (1 + B * math.pi**4 / 5) ** 2, A**2 / 8, 0.0])
    both = 8 * B**2 * math.pi**8 / 225
    variance = alone.sum() + both
    return alone / variance, (alone + np.array([both, 0.0, both])) / variance


def indices(function: Callable[..., Array]) -> xr.Dataset:
    return sensitivity(function, ANGLES, samples=4096, seed=2).isel(result=0)


def error_of(found: xr.Dataset) -> float:
    first, total = exact()
    return float(max(np.abs(found.first_order - first).max(), np.abs(found.total - total).max()))


def test_sobol_indices_of_ishigami() -> None:
    found = indices(ishigami)
    assert found.input.values.tolist() == ["x1", "x2", "x3"]
    assert error_of(found) < 0.02
    first, total = exact()
    for estimate, width, truth in (
        (found.first_order, found.first_order_confidence, first),
        (found.total, found.total_confidence, total),
    ):
        assert (np.abs(estimate - truth) <= 2 * width).all(), "twice the 95 % half-width"
    assert error_of(indices(without_interaction)) > 0.1, "another function has other indices"


def test_morris_effects_of_a_plane_are_its_slopes() -> None:
    def plane(x: float, y: float, z: float) -> float:
        return 3 * x - 2 * y + 0 * z

    axes = [Axis("x", 0, 1), Axis("y", 0, 2), Axis("z", 0, 1)]
    found = sensitivity(plane, axes, method=Method.MORRIS, samples=10).isel(result=0)
    np.testing.assert_allclose(found.mu, [3, -4, 0], atol=1e-12)
    np.testing.assert_allclose(found.mu_star, [3, 4, 0], atol=1e-12)
    np.testing.assert_allclose(found.sigma, 0, atol=1e-12)


def test_shared_draws_are_one_input() -> None:
    @vectorised
    def total(a: Array, b: Array, c: Array) -> dict[str, Array]:
        return {"sum": a + b + c, "constant": 0 * a + 1}

    axes = [*(Axis(name, 0, 1) for name in "abc"), same_draw("ab", of=["a", "b"])]
    found = sensitivity(total, axes, samples=1024)
    assert found.input.values.tolist() == ["ab", "c"]
    # Var(2 u) = 4 Var(u)
    np.testing.assert_allclose(found.first_order.sel(result="sum"), [0.8, 0.2], atol=0.02)
    np.testing.assert_array_equal(found.total.sel(result="constant"), 0)


def test_failed_samples_leave_their_block_out() -> None:
    def fragile(x: float, y: float) -> float:
        if x > 0.98:
            raise ValueError("too large")
        return x + 2 * y

    found = sensitivity(fragile, [Axis("x", 0, 1), Axis("y", 0, 1)], samples=256)
    assert 0 < found.attrs["blocks_left_out"] < 30
    assert found.attrs["blocks"] + found.attrs["blocks_left_out"] == 256
    np.testing.assert_allclose(found.first_order.isel(result=0), [0.2, 0.8], atol=0.1)


def test_samples_must_be_a_power_of_two() -> None:
    with pytest.raises(InputError) as caught:
        sensitivity(ishigami, ANGLES, samples=100)
    assert str(caught.value) == "samples is 100; Sobol indices need a power of two, e.g. 64."


class Pair:
    """A function of two materials that says so."""

    axis_units = {"nvp.diffusivity": "m^2/s", "he_v.diffusivity": "m^2/s", "c_rate": "1/h"}  # noqa: RUF012

    def __call__(self, **inputs: float) -> dict[str, float]:
        return {
            "nvp.stress": -inputs["nvp.diffusivity"],
            "he_v.stress": inputs["c_rate"],
            "he_v.spread": -(inputs["he_v.diffusivity"] ** 3),
        }

    def content(self) -> dict[str, list[str]]:
        return {"materials": ["nvp", "he_v"]}


def test_influences_name_the_result_a_property_moves_most() -> None:
    axes = [
        Axis("nvp.diffusivity", 1, 2, "m^2/s"),
        Axis("he_v.diffusivity", 1, 2, "m^2/s"),
        Axis("c_rate", 1, 2, "1/h"),
    ]
    found = influences(sweep(Pair(), axes, samples=50))
    assert found.keys() == {"nvp", "he_v"}
    assert found["nvp"] == {"diffusivity": ("stress", pytest.approx(-1.0))}
    assert found["he_v"] == {"diffusivity": ("spread", pytest.approx(-1.0))}
    with pytest.raises(InputError, match="names no materials"):
        influences(sweep(ishigami, ANGLES, samples=50))
