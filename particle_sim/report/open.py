"""One call for any folder of results."""

from __future__ import annotations

from pathlib import Path

from particle_sim.checks import arguments_checked
from particle_sim.report.result_folder import ResultFolder, open_result


@arguments_checked
def open(folder: str | Path) -> ResultFolder:
    """What a verb wrote into ``folder``, whichever verb it was.

    Parameters
    ----------
    folder
        Of ``compare``, ``rate``, ``fit``, ``life``, ``cell --out``, ``claims --out`` or ``run``.

    Returns
    -------
    ResultFolder
        Its ``kind``, its ``tree`` (an :class:`xarray.DataTree` whose variables have ``units`` and
        ``long_name``, SI unless the unit says otherwise), the names of its ``figures``, which
        ``draw`` draws again, and its ``manifest``: command, versions, every file's SHA-256.

    Raises
    ------
    InputError
        For a folder that no verb wrote, one written by another version with other content, and
        data that are damaged or were changed since they were written.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> import xarray as xr
    >>> from particle_sim.outputs import new_folder, write_netcdf
    >>> run = xr.Dataset(
    ...     {"voltage": ("time", [3.4, 3.3], {"units": "V"})},
    ...     coords={"time": ("time", [0.0, 10.0], {"units": "s"})},
    ... )
    >>> with TemporaryDirectory() as place:  # what "particle-sim cell he_v --out ..." does
    ...     with new_folder(Path(place) / "cell", command="particle-sim cell he_v") as work:
    ...         write_netcdf(xr.DataTree.from_dict({"run_1": run}), work / "cell.nc")
    ...     result = open(Path(place) / "cell")
    >>> result.kind.value, result.figures
    ('cell', ('run_1',))
    >>> result.tree["run_1"].voltage.attrs
    {'units': 'V', 'long_name': 'voltage of the cell'}
    """
    return open_result(Path(folder))
