"""PyBaMM and BPX as modules, imported when first needed and without their noise."""

from __future__ import annotations

import importlib
import os
import warnings
from typing import Any


def import_pybamm() -> Any:
    """PyBaMM with its telemetry off; what fails comes as an exception, not on the screen."""
    os.environ.setdefault("PYBAMM_DISABLE_TELEMETRY", "true")
    pybamm: Any = importlib.import_module("pybamm")
    pybamm.set_logging_level("CRITICAL")
    return pybamm


def import_bpx() -> Any:
    """The ``bpx`` package, which asks pyparsing for names that are going away."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        return importlib.import_module("bpx")
