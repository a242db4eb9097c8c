"""Stored results made up for the tests of figures: every number different, little to draw."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
import xarray as xr

from particle_sim.figures.fit_pairs import LABELS

ENDS, RULES, NAMES = ["relieved", "held"], ["fatigue", "slow"], ["a", "b"]
CYCLES = np.array([0.0, 1.0, 10.0, 100.0])
KNOWN = {"material": NAMES, "end": ENDS}
RULED = {**KNOWN, "rule": RULES}
RATES = np.array([0.1, 1.0, 10.0])
CENTRES = (1e-3, 20.0, 5e-2, 110.0, 2.0, 10.0)
VOLTAGE = np.array([2.0, 3.0, 4.0, 3.0, 2.0])
IMPEDANCE = np.array([3e-3 - 1e-3j, 2e-3 - 2e-3j, 1e-3 - 0.5e-3j])


# --- rate ---


@pytest.fixture
def rate() -> xr.DataTree:
    """One material whose every number is different."""
    quantiles = np.array([[90.0, 70.0, 20.0], [100.0, 80.0, 30.0], [110.0, 95.0, 45.0]])
    radius = np.array([3e-7, 1e-6, 4e-6])
    kept = np.array([[1.0, 0.95, 0.85], [0.93, 0.65, 0.45], [0.55, 0.25, 0.05]])
    crack = np.array([[0.002, 0.012, 0.07], [0.012, 0.12, 0.7], [0.12, 2.0, 8.0]])
    grid = ("radius", "c_rate")
    return xr.DataTree.from_dict(
        {
            "/": xr.Dataset(attrs={"materials": ["m"]}),
            "/m": xr.Dataset(attrs={"title": "M", "particle_radius": 2e-6}),
            "/m/band": xr.Dataset(
                {"quantiles": (("quantile", "c_rate"), quantiles)}, {"c_rate": RATES}
            ),
            "/m/curves": xr.Dataset(
                {"half": (("model", "c_rate"), [[101.0, 81.0, 31.0], [99.0, 75.0, 10.0]])},
                {"model": ["SPM", "DFN"], "c_rate": RATES},
            ),
            "/m/printed": xr.Dataset(
                {
                    "series": ("point", ["a", "a", "b"]),
                    "c_rate": ("point", [0.2, 2.0, 5.0]),
                    "printed": ("point", [97.0, 60.0, 0.5]),
                    "relative": ("point", [False, False, True]),
                    "pass_share": ("point", [0.5, 0.2, np.nan]),
                }
            ),
            "/m/losses": xr.Dataset(
                {
                    "delivered": ("c_rate", [100.0, 80.0, 30.0]),
                    "parts": (
                        ("resistance", "c_rate"),
                        [[1, 5, 20], [2, 6, 21], [3, -7, 22], [4, 8, 23]],
                    ),
                },
                {"c_rate": RATES, "resistance": ["w", "x", "y", "z"]},
            ),
            "/m/map": xr.Dataset(
                {
                    "capacity_kept": (grid, kept),
                    "charge_passed": (grid, 0.9 * kept),
                    "crack_number": (grid, crack),
                    "group": (grid, 10 * kept),
                    "stress_group": (grid, crack),
                },
                {"radius": radius, "c_rate": RATES},
            ),
        }
    )


@pytest.fixture
def answer() -> xr.DataTree:
    """Predicted rates whose every number is different."""
    quantiles = np.array([[90.0, 70.0, 20.0], [100.0, 80.0, 30.0], [110.0, 95.0, 45.0]])
    bands = {
        name: (("quantile", "c_rate"), quantiles + step)
        for step, name in enumerate(("capacity", "measurement", "before", "rival"))
    }
    return xr.DataTree.from_dict(
        {
            "/": xr.Dataset(attrs={"title": "M", "data": "mine.csv"}),
            "/data": xr.Dataset({"observed": ("c_rate", [99.0, 79.0])}, {"c_rate": [0.2, 0.9]}),
            "/band": xr.Dataset(bands, {"c_rate": RATES}),
            "/asked": xr.Dataset(bands, {"c_rate": 2 * RATES}),
        }
    )


# --- fit ---


@pytest.fixture
def fit() -> xr.DataTree:
    """A fit whose groups lie decades apart, before and after the data."""
    draw = np.random.default_rng(5)
    groups = {
        node: xr.Dataset(
            {
                name: ("draw", centre * 10 ** draw.uniform(-width, width, 50))
                for name, centre in zip(LABELS, CENTRES, strict=True)
            }
        )
        for node, width in (("/prior", 1.0), ("/posterior", 0.2))
    }
    profiles = {
        f"/profile/{name}": xr.Dataset(
            {"value": ("step", [1.0, 2.0, 4.0]), "loss": ("step", [3.0, 0.0, 5.0])},
            attrs={"ninety_percent": 2.71},
        )
        for name in LABELS
    }
    curve = {
        "/data": xr.Dataset(
            {
                "at": ("point", [10.0, 100.0]),
                "observed": ("point", [120.0, 60.0]),
                "deviation": ("point", [1.0, 2.0]),
            },
            attrs={"at": "current"},
        ),
        "/band": xr.Dataset(
            {"at": ("x", [10.0, 100.0]), "model": (("q", "x"), [[115, 50], [119, 58], [124, 66]])}
        ),
        "/held_out": xr.Dataset(
            {"current": ("point", [50.0]), "observed": ("point", [90.0])},
        ),
    }
    root = xr.Dataset(attrs={"title": "M", "data": "rate", "one_c_current": 50.0})
    return xr.DataTree.from_dict({"/": root, **groups, **profiles, **curve})


@pytest.fixture
def titration() -> xr.Dataset:
    """Four pulses: two trusted, one doubted, one with a lower bound alone."""
    none = float("nan")
    return xr.Dataset(
        {
            "filling": ("pulse", [0.2, 0.4, 0.8, 0.9]),
            "diffusion_rate": ("pulse", [1e-4, 1e-3, 1e-2, none]),
            "low": ("pulse", [9e-5, 9e-4, 9e-3, 5e-3]),
            "high": ("pulse", [2e-4, 2e-3, 2e-2, np.inf]),
            "usual_rate": ("pulse", [3e-4, none, 3e-2, 3e-3]),
            "trusted": ("pulse", [1, 0, 1, 0]),
            "potential_slope": ("pulse", [1.0, 0.01, 2.0, 2.0]),
            "record_time": ("row", [0.0, 3600.0]),
            "record_voltage": ("row", [3.0, 3.002]),
            "record_model": ("row", [3.0, 3.0]),
        },
        attrs={"title": "M", "flattest": 0.05, "radius": 2e-6},
    )


# --- life ---


def numbers(*shape: int) -> np.ndarray:
    """Every number different, from 0 to 1."""
    count = int(np.prod(shape))
    return (np.arange(count) + 1).reshape(shape) / (count + 1)


@pytest.fixture
def life() -> xr.DataTree:
    rule, curve = ("material", "end", "rule"), ("quantile", "cycle")
    share, kept = numbers(2, 2, 2, 3, 4), numbers(2, 2, 2, 2, 3, 4)
    rates, radii = np.array([0.1, 1.0, 10.0]), np.array([1e-7, 1e-6, 5e-6])
    return xr.DataTree.from_dict(
        {
            "/": xr.Dataset(
                attrs={
                    "titles": ["A", "B"],
                    "materials": NAMES,
                    "rules": RULES,
                    "cycles": 100,
                    "c_rate": 2.0,
                    "radii": [1e-6, 2e-6],
                }
            ),
            "/cracked": xr.Dataset(
                {
                    "share": ((*rule, *curve), share),
                    "mean": ((*rule, "cycle"), share[..., 1, :]),
                },
                {**RULED, "quantile": [0.05, 0.5, 0.95], "cycle": CYCLES},
            ),
            "/retention": xr.Dataset(
                {
                    "retention": ((*rule, "c_rate", *curve), kept),
                    "mean": ((*rule, "c_rate", "cycle"), kept[..., 1, :]),
                },
                {**RULED, "c_rate": [2.0, 0.1], "quantile": [0.05, 0.5, 0.95], "cycle": CYCLES},
            ),
            "/map": xr.Dataset(
                {
                    "cracked": (("material", "end", "radius", "c_rate"), numbers(2, 2, 3, 3)),
                    "none_grows": (
                        ("material", "end", "radius", "c_rate"),
                        numbers(2, 2, 3, 3)[::-1, ::-1],
                    ),
                },
                {**KNOWN, "radius": radii, "c_rate": rates},
            ),
            "/printed": xr.Dataset(
                {
                    "of_material": ("row", ["a", "a", "b"]),
                    "of_c_rate": ("row", [2.0, 5.0, 2.0]),
                    "of_since": ("row", [0.0, 0.0, 50.0]),
                    "of_cycles": ("row", [70.0, 60.0, 50.0]),
                    "of_observed": ("row", [0.55, 0.44, 0.33]),
                    "of_note": ("row", ["", "", ""]),
                }
            ),
            "/data": xr.Dataset(
                {"retention": ("cycle", [1.0, 0.9, 0.8])},
                {"cycle": [0, 10, 20]},
                {"name": "mine.csv"},
            ),
        }
    )


# --- cell ---


@pytest.fixture
def swept() -> Callable[[float], xr.Dataset]:
    """A sweep at a scan rate [V/s]."""
    return _swept


def _swept(rate: float) -> xr.Dataset:
    current = rate * np.array([0.0, 5.0, 1.0, -5.0, 0.0])
    return xr.Dataset(
        {"voltage": ("time", VOLTAGE), "current": ("time", current)},
        {"time": np.arange(5.0)},
        {
            "title": "M $",
            "scan_rate": rate,
            "reference": "Na",
            "peaks": [3.0, 5 * rate, 3.0, -5 * rate],
        },
    )


@pytest.fixture
def spectrum() -> xr.Dataset:
    """The impedance of three frequencies [ohm m2]."""
    impedance = IMPEDANCE
    return xr.Dataset(
        {
            "real": ("frequency", impedance.real),
            "imaginary": ("frequency", impedance.imag),
            "phase": ("frequency", np.degrees(np.angle(impedance))),
        },
        {"frequency": [1.0, 10.0, 100.0]},
        {"title": "M", "state_of_charge": 0.5},
    )


@pytest.fixture
def cell_run() -> xr.Dataset:
    """Two hours of a charge."""
    return xr.Dataset(
        {"voltage": ("time", [3.0, 3.5]), "specific_current": ("time", [-10.0, -10.0])},
        {"time": [0.0, 7200.0]},
        {"title": "M", "protocol": "charge at 1C", "reference": "hard carbon"},
    )
