"""A BPX file's positive electrode as a draft of a material file.

BPX knows an electrode's transport, potential and kinetics, but not what its formula unit is, how
it swells or how stiff it is. Our own files carry that in the "User-defined" block. From others,
what follows from a formula is derived, what is usual is written as ``assumed`` with a note, and
what nobody can guess is left out and named: ``particle-sim check`` asks for it.

Every way to write an electrode is brought to one form before anything is read: one block
``Particle`` is the flat form, an expression is a number or a table, and the window is what
:func:`particle_sim.cell.bpx_draft.window` says, whatever form the potential has.

Numbers and tables are taken as they are; expressions are read as arithmetic and tabulated
(:mod:`particle_sim.cell.bpx_expression`). Nothing in a file is executed.
"""

from __future__ import annotations

import re
import warnings
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from particle_sim.cell.bpx_draft import WINDOW_KEYS, Draft, draft_material, window
from particle_sim.cell.bpx_expression import tabulated
from particle_sim.cell.pybamm_module import import_bpx
from particle_sim.errors import InputError
from particle_sim.files import read_json

SIZE_LIMIT = 5_000_000
"""Bytes; ours have a tenth of a million."""

TITLE_LIMIT = 200
"""Letters of a title that are kept."""

POSITIVE = "Positive electrode"

_NAME = re.compile(r"[a-z][a-z0-9_]{0,59}")
_TEXT_KEYS = ("description",)
_SALT = (1.0, 3000.0)
_DEPTH = 5


def from_bpx(path: Path, *, name: str, formula: str = "", carrier: str = "Na") -> Draft:
    """The positive electrode of a BPX file as a draft material file called ``name``.

    Raises :class:`InputError` for a file that is not BPX or holds more than arithmetic, for a
    blended electrode, and for a name that is not a plain word.
    """
    if not _NAME.fullmatch(name):
        raise InputError(
            f'The name "{name[:60]}" is not usable; take lower-case letters, digits and _, '
            "starting with a letter."
        )
    document = _read(path)
    blocks = _plain_blocks(path.name, document["Parameterisation"])
    positive, given, title = _positive(path.name, {**document, "Parameterisation": blocks})
    try:
        return draft_material(
            positive=positive, given=given, name=name, title=title, formula=formula, carrier=carrier
        )
    except InputError as error:
        raise InputError(*(f"{path.name}: {problem}" for problem in error.problems)) from None
    except (ArithmeticError, TypeError):
        raise InputError(
            f"{path.name}: a number of the positive electrode is zero, too large or a table where "
            "it cannot be; look at its maximum concentration and the User-defined block."
        ) from None


def _read(path: Path) -> dict[str, Any]:
    data = read_json(path, SIZE_LIMIT)
    if not isinstance(data, dict) or not isinstance(data.get("Parameterisation"), dict):
        raise InputError(f'{path.name}: has no block "Parameterisation"; is it a BPX file?')
    return data


def _plain_blocks(where: str, blocks: dict[str, Any]) -> dict[str, Any]:
    """The blocks in one form: electrodes flat, every expression a number or a table.

    Tables of an expression are over the salt in mol/m3 or the window in use
    (:func:`particle_sim.cell.bpx_draft.window`).
    """
    flat = {name: _flat(f"{where}: {name}", block) for name, block in blocks.items()}
    user = flat.get("User-defined")
    spans = {"Electrolyte": _SALT, "User-defined": _span(flat.get(POSITIVE), user)}
    return {
        name: _without_expressions(
            f"{where}: {name}", block, spans.get(name) or _span(block, user), depth=0
        )
        if isinstance(block, dict)
        else block
        for name, block in flat.items()
    }


def _flat(where: str, block: Any) -> Any:
    """An electrode whose one material stands in a block ``Particle``, without that block."""
    particles = block.get("Particle") if isinstance(block, dict) else None
    if not isinstance(particles, dict) or len(particles) != 1:
        return block
    (material,) = particles.values()
    if not isinstance(material, dict):
        return block
    outer = {key: value for key, value in block.items() if key != "Particle"}
    twice = sorted(outer.keys() & material.keys())
    if twice:
        raise InputError(
            f"{where} / {twice[0]} is given twice, beside Particle and inside it; keep one."
        )
    return {**outer, **material}


def _without_expressions(
    where: str, block: dict[str, Any], span: tuple[float, float], depth: int
) -> dict[str, Any]:
    if depth > _DEPTH:
        raise InputError(f"{where[:80]}: is nested too deep; is it a BPX file?")
    made: dict[str, Any] = {}
    for key, value in block.items():
        name = f"{where} / {key}"
        if isinstance(value, dict):
            made[key] = _without_expressions(name, value, span, depth + 1)
        elif isinstance(value, str) and key not in _TEXT_KEYS:
            made[key] = tabulated(name, value, span)
        else:
            made[key] = value
    return made


def _span(*blocks: Any) -> tuple[float, float]:
    """The window of blocks that have not been checked yet; 0 to 1 where they give none."""
    given = {key: v for block in blocks if isinstance(block, dict) for key, v in block.items()}
    try:
        return window({key: _constant(key, given[key]) for key in WINDOW_KEYS if key in given})
    except InputError:
        return 0.0, 1.0


def _constant(key: str, value: Any) -> Any:
    return tabulated(key, value, (0.0, 1.0)) if isinstance(value, str) else value


def _positive(where: str, document: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any], str]:
    """Fields of the positive electrode, those of the cell and the user, and the title."""
    bpx = import_bpx()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # older versions are converted with a warning
            parsed = bpx.parse_bpx_obj(document)
    except ValidationError as error:
        first = error.errors()[0]
        key = " / ".join(str(part) for part in first["loc"])
        raise InputError(
            f"{where}: {key or 'the file'} is not valid BPX: {first['msg'][:120]}; correct it."
        ) from None
    except (ValueError, TypeError, AttributeError, KeyError, RecursionError) as error:
        raise InputError(
            f"{where}: not valid BPX ({str(error)[:120]}); check it with the bpx package."
        ) from None
    blocks = parsed.parameterisation
    if blocks.positive_electrode is None or not hasattr(blocks.positive_electrode, "ocp"):
        raise InputError(
            f"{where}: its positive electrode is missing or a blend of materials; "
            "give a file with one positive material (one block in Particle)."
        )
    given: dict[str, Any] = {}
    for block in (blocks.user_defined, blocks.cell):
        given |= {} if block is None else block.model_dump(by_alias=True, exclude_none=True)
    positive = blocks.positive_electrode.model_dump(by_alias=True, exclude_none=True)
    title = str(parsed.header.title or "").encode("utf-8", "replace").decode()
    return positive, given, title[:TITLE_LIMIT]
