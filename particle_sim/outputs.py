"""Results on disk: whole or not at all, in the place of nothing but an earlier result.

A folder of results holds ``manifest.json``, which lists each of its files with its SHA-256. A
folder is replaced only if it is empty or holds just the files of its manifest, unchanged; a single
file only if it has its seal, or the very bytes it would get. Anything else is left alone and
refused, before the computation where the place alone tells, unless the caller forces it. Even then
no file goes that is not one of the result.
"""

from __future__ import annotations

import os
import platform
import stat
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Any

from particle_sim import variables
from particle_sim.errors import InputError
from particle_sim.files import write_file
from particle_sim.inputs import asked_record
from particle_sim.manifest import (
    MANIFEST_FILE,
    has_its_seal,
    is_own,
    listed_in,
    names_below,
    relist,
    sha256,
    stranger_in,
    verb_of,
    write_manifest,
)
from particle_sim.scratch import held_signals, probe, scratch_folder

if TYPE_CHECKING:
    import xarray as xr

PACKAGES = (
    "particle-sim", "pybamm", "numpy", "scipy", "numba", "fenics-basix", "matplotlib", "xarray",
)  # fmt: skip
FROM_PYTHON = "a call from Python"
"""In the place of the command in a manifest."""

FORCE = "--force (force=True in Python)"

_FINISHED: ContextVar[tuple[Path, ...]] = ContextVar("finished", default=())


def finished() -> tuple[Path, ...]:
    """The folders and files this process has completed: what an interruption no longer stops."""
    return _FINISHED.get()


@contextmanager
def new_folder(
    folder: Path,
    *,
    command: str,
    details: Mapping[str, Any] | None = None,
    force: bool = False,
    option: str = "--out",
) -> Iterator[Path]:
    """An empty folder to fill, which takes the place of ``folder`` with a manifest, in one move.

    ``details`` go into the manifest. On any error, or when the process is stopped, ``folder`` is
    what it was; where the process is killed, the next one restores it. A command that replaces the
    result of another verb says so on standard error. Raises
    :class:`InputError` as :func:`check_folder` does, and for a disk that does not take the files.

    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as place:
    ...     for text in ("first", "second"):  # its own result is replaced
    ...         with new_folder(Path(place) / "result", command="example") as work:
    ...             write_file(work / "a.txt", text)
    ...     (Path(place) / "result" / "a.txt").read_text()
    'second'
    """
    real = check_folder(folder, force=force, option=option)
    try:
        with scratch_folder(real.parent) as scratch:
            work = scratch / "new"
            work.mkdir()
            yield work
            write_manifest(
                work, {"command": command, **_versions(), **(details or {}), **asked_record()}
            )
            before, now = verb_of(real), verb_of(work)
            _take_place(work, real, force, (option, folder))
            if before and now and before != now:
                print(f"Replaced: the {before} result that stood in {folder}.", file=sys.stderr)
            _FINISHED.set((*finished(), folder))
    except OSError as error:
        raise _unwritable(folder, error, option) from None


def check_folder(folder: Path, *, force: bool = False, option: str = "--out") -> Path:
    """The folder itself, links followed, if a result may take its place; asked before computing.

    Raises :class:`InputError` where it cannot be written, or holds what no result wrote.
    """
    try:
        if folder.is_symlink() and not folder.exists():
            raise InputError(f"{option} is {folder}, a link to nothing; give a folder.")
        real = folder.resolve()
        if folder.exists() and not real.is_dir():
            raise InputError(f"{option} is {folder}, which is a file; give a folder.")
        if real == Path.cwd() or real in Path.cwd().parents:
            raise InputError(
                f"{option} is {folder}, the folder you are in; give a folder below it."
            )
        if os.path.ismount(real):
            raise InputError(f"{option} is {folder}, a disk of its own; give a folder below it.")
        probe(real)
        stranger = stranger_in(real)
    except (OSError, ValueError, RuntimeError) as error:  # a null character, a loop of links
        raise _unwritable(folder, error, option) from None
    if stranger and not force:
        raise _refused(folder, real, stranger, option)
    return real


@contextmanager
def new_files(target: Path, *, force: bool = False) -> Iterator[Path]:
    """An empty folder; the files made in it move beside ``target``, all of them or none.

    A file that is there with the same bytes stays, and one with its seal or unchanged in the
    manifest of its folder is replaced; any other is an :class:`InputError`, unless it is forced.
    """
    check_file(target)
    try:
        with scratch_folder(target.parent.resolve()) as scratch:
            work = scratch / "new"
            work.mkdir()
            yield work
            _move_beside(work, target.parent, force)
            _FINISHED.set((*finished(), target))
    except OSError as error:
        raise unwritable_file(target, error) from None


def write_new(target: Path, content: str | bytes, *, force: bool = False) -> None:
    """One file, under the rule of :func:`new_files`."""
    with new_files(target, force=force) as work:
        write_file(work / target.name, content)


def check_file(target: Path) -> None:
    """Refuse the name of a folder, a link or a device, and one that cannot be written here."""
    try:
        if target.is_symlink():
            raise InputError(f"{target}: this is a link; give the name of a file.")
        if target.is_dir():
            raise InputError(f"{target}: this is a folder; give the name of a file.")
        if target.exists() and not stat.S_ISREG(target.stat().st_mode):
            raise InputError(f"{target}: this is a device, pipe or socket; give a file.")
        probe(target.parent.resolve() / target.name)
    except (OSError, ValueError, RuntimeError) as error:
        raise unwritable_file(target, error) from None


def write_netcdf(
    data: xr.DataTree | xr.Dataset, path: Path, encoding: Mapping[str, Any] | None = None
) -> None:
    """Write NetCDF by way of memory; HDF5 itself ends the process where the disk is full.

    Every variable says what it is, and the file how to open it (:mod:`particle_sim.variables`).
    """
    content: Any = variables.described(data).to_netcdf(None, engine="h5netcdf", encoding=encoding)
    write_file(path, bytes(content))


def unwritable_file(target: Path, error: OSError | ValueError | RuntimeError) -> InputError:
    """The sentence for a file that the disk does not take."""
    return InputError(f"{target}: cannot be written ({_reason(error)}); choose another place.")


def _unwritable(folder: Path, error: Exception, option: str) -> InputError:
    return InputError(
        f"{option} is {folder}, which cannot be written ({_reason(error)}); choose another folder."
    )


def _reason(error: Exception) -> str:
    return str(getattr(error, "strerror", None) or error)


def _refused(folder: Path, real: Path, stranger: str, option: str) -> InputError:
    way_out = (
        f"give a new folder or an earlier result, or {FORCE} to replace the files of the result in "
        "it and leave all others."
    )
    if stranger in listed_in(real):
        return InputError(
            f"{option} is {folder}, where {stranger} was changed since it was written; {way_out}"
        )
    return InputError(f"{option} is {folder}, which holds other files ({stranger}); {way_out}")


def _versions() -> dict[str, Any]:
    found = {"python": platform.python_version()}
    for name in PACKAGES:
        try:
            found[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            found[name] = "not installed"
    return {"versions": found, "platform": platform.platform()}


def _take_place(work: Path, real: Path, force: bool, named: tuple[str, Path]) -> None:
    """Move ``work`` to ``real``; the folder that was there waits in the scratch folder."""
    option, folder = named
    stranger = stranger_in(real)
    if not stranger:
        aside = work.parent / "old"
        aside.mkdir()
        with held_signals():
            if real.exists():
                os.rename(real, aside / real.name)
            os.rename(work, real)
    elif force:
        _merge(work, real)
    else:  # it came while we computed
        raise _refused(folder, real, stranger, option)


def _merge(work: Path, real: Path) -> None:
    """Put the files of ``work`` into ``real`` instead of an earlier result's, the manifest last."""
    listed = listed_in(real)
    new = sorted(_files(work), key=lambda name: name == MANIFEST_FILE)
    gone = [
        name for name in set(listed) - set(new)
        if os.path.lexists(real / name) and is_own(real, name, listed)
    ]  # fmt: skip
    for name in new:
        _check_room(real, name)
    with held_signals():
        for name in gone:
            (real / name).unlink()
        for name in new:
            (real / name).parent.mkdir(parents=True, exist_ok=True)
            os.replace(work / name, real / name)


def _check_room(folder: Path, name: str) -> None:
    """Refuse a folder where a file belongs, and a file or a link where a folder belongs."""
    path = folder / name
    above = [folder / part for part in Path(name).parents if part != Path()]
    blocked = [
        one for one in above if os.path.lexists(one) and (one.is_symlink() or not one.is_dir())
    ]
    if path.is_dir() and not path.is_symlink():
        blocked.append(path)
    if blocked:
        raise InputError(f"{blocked[0]} is in the way of a file of the result; move it away.")


def _files(folder: Path) -> list[str]:
    return [name for name in sorted(names_below(folder)) if not (folder / name).is_dir()]


def _move_beside(work: Path, folder: Path, force: bool) -> None:
    """Give every file of ``work`` its place in ``folder``, or none."""
    listed = listed_in(folder)
    moved = [name for name in _files(work) if not _is_same(work / name, folder / name)]
    for name in moved:
        _check_room(folder, name)
        if not (force or _is_replaceable(folder, name, listed)):
            raise InputError(
                f"{folder / name} exists already, with other content; give another name, or "
                f"{FORCE} to replace it."
            )
    with held_signals():
        for name in moved:
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            os.replace(work / name, folder / name)
        relist(folder, [name for name in moved if name in listed], work)


def _is_replaceable(folder: Path, name: str, listed: Mapping[str, str]) -> bool:
    path = folder / name
    return not os.path.lexists(path) or is_own(folder, name, listed) or has_its_seal(path)


def _is_same(one: Path, other: Path) -> bool:
    regular = not other.is_symlink() and other.is_file()
    return regular and sha256(one) == sha256(other)
