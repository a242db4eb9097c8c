"""``particle-sim new``: an explained file to fill in."""

from __future__ import annotations

import keyword
import tomllib
from importlib.resources import files
from pathlib import Path
from string import Template
from typing import Annotated

import typer

from particle_sim.cli.options import ForceOption, JsonOption, OutOption
from particle_sim.cli.told import print_json
from particle_sim.cli.verb import Aim, verb
from particle_sim.errors import InputError, closest
from particle_sim.resources import shipped_files

FILE_ENDINGS = {"material": ".toml", "cell": ".toml", "metric": ".py", "scenario": ".toml"}

CELLS = ("parameters", "cells")

LONGEST_NAME = 60
"""Characters of a name; it becomes a file name."""

NEXT_STEPS = {
    "material": 'Next: replace every FILL IN, then "particle-sim check {path}", then '
    '"particle-sim compare nvp {path}".',
    "cell": 'Next: replace the numbers you know, then "particle-sim check {path}", then '
    '"particle-sim {example} --cell {path}".',
    "metric": 'Next: run it with "python {path}", then write your own number into it.',
    "scenario": 'Next: run it with "particle-sim run {path}", then ask your own question in it.',
}

EXAMPLES = {"Na": "compare nvp he_v", "Li": "rate lfp", "K": "rate kfemn_pba"}
"""Where a cell of a carrier can be tried."""


def complete_kind(incomplete: str) -> list[str]:
    """Kinds of files that begin with ``incomplete``, for the shell."""
    return [kind for kind in FILE_ENDINGS if kind.startswith(incomplete)]


@verb(
    Aim.BRING,
    1,
    "an explained file to fill in: material, cell, metric or scenario",
    "new material my_nasicon",
    completes={"kind": complete_kind},
)
def new(
    kind: Annotated[str, typer.Argument(help="material, cell, metric or scenario")],
    name: Annotated[str, typer.Argument(help="Its name: letters, digits and underscores.")],
    carrier: Annotated[
        str | None, typer.Option(help="Metal of a cell: Na (default), Li or K.")
    ] = None,
    out: OutOption = None,
    force: ForceOption = False,
    as_json: JsonOption = False,
) -> None:
    """Write a file that explains itself, to fill in: your material, cell, metric or scenario."""
    from particle_sim.outputs import check_file, write_new

    if kind not in FILE_ENDINGS:
        raise InputError(f'new does not know "{kind}"; {closest(kind, FILE_ENDINGS)}')
    _refuse_name(kind, name)
    _refuse_carrier(kind, carrier)
    path = (out or Path()) / f"{name}{FILE_ENDINGS[kind]}"
    check_file(path)
    write_new(path, template_text(kind, name, carrier or "Na"), force=force)
    if as_json:
        print_json({"file": path})
        return
    print(f"Wrote {path}")
    print(NEXT_STEPS[kind].format(path=path, example=_example(carrier or "Na")))


def template_text(kind: str, name: str, carrier: str = "Na") -> str:
    """The template of ``kind`` with its name, what the host families hold (material), or the
    properties of the shipped half cell of a carrier (cell)."""
    file = files("particle_sim") / "templates" / f"{kind}{FILE_ENDINGS[kind]}.template"
    text = file.read_text(encoding="utf-8")
    known = {"name": name, "title": name.replace("_", " ")}
    if kind == "material":
        from particle_sim.materials.host_spans import host_families

        known |= host_families(text)
    if kind == "cell":
        known |= _half_cell(carrier)
    return Template(text).substitute(known)


def _half_cell(carrier: str) -> dict[str, str]:
    """What the shipped half cell of a carrier puts into the template."""
    from particle_sim.cell.half_cell import HALF_CELLS
    from particle_sim.materials.carriers import CARRIER_NAMES

    path = shipped_files(*CELLS)[HALF_CELLS[carrier]]
    text, example = path.read_text(encoding="utf-8"), _example(carrier)
    verbs = [verb for verb in ("compare", "life", "rate", "cell") if verb != example.split()[0]]
    return {
        "metal": CARRIER_NAMES[carrier],
        "carrier": carrier,
        "others": " or ".join(each for each in HALF_CELLS if each != carrier),
        "electrolyte": tomllib.loads(text)["cell"]["electrolyte"],
        "example": example,
        "verbs": f"{', '.join(verbs)} and fit",
        "properties": text[text.index("[properties.") :],
    }


def _example(carrier: str) -> str:
    return EXAMPLES.get(carrier, "rate MATERIAL")


def _refuse_carrier(kind: str, carrier: str | None) -> None:
    """A sentence for a carrier of what has none here, or one without a shipped half cell."""
    if carrier is None:
        return
    if kind != "cell":
        raise InputError(
            f"--carrier is {carrier}, which is of cells, not of a {kind}; leave it out."
        )
    from particle_sim.cell.half_cell import HALF_CELLS

    if carrier not in HALF_CELLS:
        raise InputError(f'--carrier is "{carrier}"; {closest(carrier, HALF_CELLS)}')


def _refuse_name(kind: str, name: str) -> None:
    """A sentence for a name that cannot be one, or that is taken."""
    example = f'e.g. "particle-sim new {kind} my_{kind}".'
    if not (name.isascii() and name.isidentifier()) or len(name) > LONGEST_NAME:
        shown = name if len(name) <= LONGEST_NAME else f"{name[:LONGEST_NAME]}..."
        raise InputError(
            f'NAME is "{shown}"; use up to {LONGEST_NAME} letters, digits and underscores, not a '
            f"digit first, {example}"
        )
    if keyword.iskeyword(name):
        raise InputError(f'NAME is "{name}", a word of Python; choose another, {example}')
    if name in _taken(kind):
        raise InputError(
            f'"{name}" is the name of a shipped {kind}; choose another, e.g. '
            f'"particle-sim new {kind} my_{name}".'
        )


def _taken(kind: str) -> list[str]:
    if kind == "material":
        from particle_sim.materials.system import system_names

        return system_names()
    if kind == "metric":
        from particle_sim import metrics

        return list(vars(metrics))
    return list(shipped_files(*(CELLS if kind == "cell" else ("scenarios",))))
