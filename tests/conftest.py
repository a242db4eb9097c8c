"""What every test shares: one thread per process, no telemetry, and one small comparison.

The environment is set before anything imports NumPy or PyBaMM, which read it on import.
"""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING
from unittest.mock import patch

import pytest

if TYPE_CHECKING:
    import xarray as xr

    from particle_sim.studies.result import ComparisonResult

for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(_name, "1")
os.environ["PYBAMM_DISABLE_TELEMETRY"] = "true"
os.environ["MPLBACKEND"] = "Agg"


@pytest.fixture(scope="session")
def comparison() -> ComparisonResult:
    """The NASICON pair as solid solutions, about two seconds; no mesher is needed for it."""
    from particle_sim.studies.choices import PhysicsChoice
    from particle_sim.studies.compare import compare
    from particle_sim.studies.settings import Comparison

    settings = Comparison(
        baseline="nvp",
        candidate="he_v",
        physics=PhysicsChoice.SOLID_SOLUTION,
        at=(0.3, 0.9),
        samples=500,
    )
    with patch.dict(sys.modules, {"netgen": None}):
        return compare(settings)


@pytest.fixture(scope="session")
def stored(comparison: ComparisonResult, tmp_path_factory: pytest.TempPathFactory) -> xr.DataTree:
    """The comparison written to disk and read back."""
    from particle_sim.report.folder import DATA_FILE, open_folder
    from particle_sim.report.tree import to_tree

    folder = tmp_path_factory.mktemp("comparison")
    to_tree(comparison).to_netcdf(folder / DATA_FILE, engine="h5netcdf")
    return open_folder(folder)
