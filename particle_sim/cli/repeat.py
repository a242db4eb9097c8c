"""A stored result made again from its manifest alone: the verb, its options, its files."""

from __future__ import annotations

import sys
import zlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, redirect_stdout
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from typing import Any

import typer

from particle_sim.checks import arguments_checked
from particle_sim.cli.cell import cell
from particle_sim.cli.claims import claims
from particle_sim.cli.compare import compare
from particle_sim.cli.cracks import cracks
from particle_sim.cli.diffraction import diffraction
from particle_sim.cli.fit import fit
from particle_sim.cli.life import life
from particle_sim.cli.rate import rate
from particle_sim.cli.read import read
from particle_sim.cli.run import run
from particle_sim.errors import InputError, closest
from particle_sim.files import read_json
from particle_sim.inputs import Inputs, asking, inputs_of, plain_option
from particle_sim.manifest import MANIFEST_FILE, MOST_BYTES, is_unedited
from particle_sim.report.again import Differences, differences, refuse_place
from particle_sim.report.result_folder import sweep_of
from particle_sim.report.sweep_page import PAGE_FOLDER
from particle_sim.sweeps.layout import DATA_FOLDER
from particle_sim.workers import worker_pool

REPEATED = {
    verb.name: verb
    for verb in (cell, claims, compare, cracks, diffraction, fit, life, rate, read, run)
}
"""The verbs that write folders of results."""
OURS = ("out", "force", "quiet", "as_json", "workers", "scheduler")
"""Options that say where and how it is computed, not what: they are not taken from a manifest."""
EXPECTATION = 1
"""Exit code of a scenario that is not as expected; its folder is written all the same."""


@dataclass(frozen=True, kw_only=True)
class Made:
    """How a result was made: its verb, the options of what was computed, its files."""

    verb: str
    arguments: tuple[str, ...]
    inputs: Inputs


@dataclass(frozen=True, kw_only=True)
class Rerun:
    """A result that was made again, beside the first."""

    before: Path
    folder: Path
    """The new one"""
    differences: Differences

    def __repr__(self) -> str:
        return f"{self.before} made again in {self.folder}. {self.differences.sentence}"


@arguments_checked
def rerun(folder: str | Path, out: str | Path | None = None) -> Rerun:
    """Make a stored result again from its ``manifest.json`` alone, and hold both together.

    The manifest holds the verb, every option and every file that was read, whole; nothing else of
    the user's is read. It runs in a process of its own, with the versions that are installed.

    Parameters
    ----------
    folder
        Of ``compare``, ``rate``, ``fit``, ``life``, ``cell``, ``run``, ``claims``, ``cracks``,
        ``read`` or ``diffraction``; it stays as it is.
    out
        A new folder; ``results/NAME_again`` by default.

    Returns
    -------
    Rerun
        ``folder``, the new one, and ``differences``: ``same`` (to the last bit), ``sentence``,
        ``found`` (per variable where it differs most, and by how much of its largest magnitude),
        ``lacking`` (what could not be compared) and ``versions`` that differ.

    Raises
    ------
    InputError
        For a folder that no verb wrote, a manifest that is damaged, was edited or embeds no
        inputs, and an ``out`` that holds something.

    Notes
    -----
    The same versions on the same processor give the same bits; another version, processor or
    number of threads may round otherwise, which ``differences`` measures.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> from particle_sim.outputs import new_folder
    >>> with TemporaryDirectory() as place:
    ...     with new_folder(Path(place) / "mine", command="a call from Python"):
    ...         pass
    ...     rerun(Path(place) / "mine")  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    particle_sim.errors.InputError: ...mine says of no verb how it was made, ...
    """
    before = _stored(Path(folder))
    made = made_by(before)
    target = _target(before, None if out is None else Path(out))
    with worker_pool(1) as pool:
        pool.submit(repeat, made, target).result()
    return held_together(before, target)


def repeat_here(folder: Path, out: Path | None, *, shown: bool) -> Rerun:
    """The same in this process, for the command; how far it is, is ``shown``."""
    before = _stored(folder)
    made, target = made_by(before), _target(before, out)
    repeat(made, target, shown=shown)
    return held_together(before, target)


def held_together(before: Path, now: Path) -> Rerun:
    """Both folders and what differs; of a sweep's page alone, the page."""
    if (now / DATA_FOLDER).is_dir() and not (before / DATA_FOLDER).is_dir():
        now = now / PAGE_FOLDER
    return Rerun(before=before, folder=now, differences=differences(before, now))


def _stored(folder: Path) -> Path:
    """The folder itself, or the sweep whose page it is."""
    return sweep_of(folder) or folder


def _target(before: Path, out: Path | None) -> Path:
    target = out or Path("results") / f"{before.resolve().name}_again"
    refuse_place(before, target)
    return target


def made_by(folder: Path) -> Made:
    """What the manifest of a folder says of how it was made; :class:`InputError` otherwise."""
    path = folder / MANIFEST_FILE
    if not folder.is_dir():
        raise InputError(f"{folder} is no folder; give one that a verb wrote with --out.")
    if not path.exists():
        raise InputError(f"{folder} holds no {MANIFEST_FILE}; give a folder that a verb wrote.")
    manifest = read_json(path, MOST_BYTES)
    damaged = InputError(f"{path} is damaged or was edited; nothing can be made again from it.")
    if not isinstance(manifest, dict):
        raise damaged
    if "asked" not in manifest:
        raise InputError(
            f"{folder} says of no verb how it was made, with its files: it is of an earlier "
            f"version, or of {manifest.get('command', 'a call from Python')}; make it once more "
            "yourself."
        )
    try:
        asked = manifest["asked"]
        inputs = inputs_of(asked)
        arguments = typed_again(asked["verb"], asked["options"])
    except (LookupError, TypeError, AttributeError, ValueError, RecursionError, zlib.error):
        raise damaged from None
    if not is_unedited(manifest):
        raise damaged
    return Made(verb=asked["verb"], arguments=tuple(arguments), inputs=inputs)


def command_of(verb: str) -> Any:
    """A verb as the parser of command lines has it."""
    if verb not in REPEATED:
        known = closest(str(verb), REPEATED)
        raise InputError(f'The manifest names "{verb}", which makes no folder of results; {known}')
    app = typer.Typer(add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False)
    app.command(name=verb)(REPEATED[verb].asking())
    return typer.main.get_command(app)


def typed_again(verb: str, options: Mapping[str, Any]) -> list[str]:
    """The arguments that give these options, without those that are ours to choose.

    >>> typed_again("compare", {"baseline": "nvp", "candidate": "he_v", "c_rate": 2.0})
    ['--c-rate=2.0', '--', 'nvp', 'he_v']
    """
    parameters = {each.name: each for each in command_of(verb).params}
    unknown = [name for name in options if name not in parameters and name not in OURS]
    if unknown:
        raise InputError(
            f"The manifest gives {verb} the option {unknown[0]}, which this version has not; "
            f"{closest(unknown[0], parameters)}"
        )
    flags: list[str] = []
    places: list[str] = []
    for name, about in parameters.items():
        value = options.get(name)
        if name in OURS or value is None or value == plain_option(about.default):
            continue
        values = value if isinstance(value, list) else [value]
        if not all(isinstance(one, str | int | float) for one in values):
            raise TypeError(name)
        if about.param_type_name == "argument":
            places += map(str, values)
        elif about.is_flag:
            flags += [about.opts[0] if value else about.secondary_opts[0]]
        else:
            flags += [f"{about.opts[0]}={one}" for one in values]
    return [*flags, "--", *places]


def repeat(made: Made, out: Path, *, shown: bool = True) -> None:
    """Run the verb with the embedded files, into ``out``; what it prints is not shown."""
    command = command_of(made.verb)
    quiet = ["--quiet"] if not shown and "quiet" in {each.name for each in command.params} else []
    arguments = [f"--out={out}", *quiet, *made.arguments]
    with (
        asking("rerun", {}, made.inputs),
        _typing(made.verb, arguments),
        redirect_stdout(StringIO()),
    ):
        try:
            command.main(args=list(arguments), prog_name="particle-sim", standalone_mode=False)
        except SystemExit as end:
            if end.code != EXPECTATION:
                raise
        except USAGE_ERROR as error:
            said: str = error.format_message()  # type: ignore[attr-defined]
            raise InputError(
                f"The manifest gives {made.verb} what this version does not take: {said}"
            ) from None


USAGE_ERROR: type[Exception] = typer.BadParameter.__mro__[1]


@contextmanager
def _typing(verb: str, arguments: Sequence[str]) -> Iterator[None]:
    """The repetition's own manifest and page name the command that made it."""
    before = sys.argv
    sys.argv = ["particle-sim", verb, *arguments]
    try:
        yield
    finally:
        sys.argv = before
