"""Options that say which rate tests narrow what is plausible."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from particle_sim.errors import InputError, closest
from particle_sim.inputs import check_input
from particle_sim.studies.choices import EvidenceChoice

EvidenceOption = Annotated[
    EvidenceChoice | None,
    typer.Option(help="Rate tests that narrow D/R²: shipped, mine (with --data) or none."),
]
DataOption = Annotated[
    list[str] | None,
    typer.Option(help="Your own rate test: NAME=rates.csv, c_rate [1/h], capacity [mAh/g]."),
]


def asked_evidence(
    choice: EvidenceChoice | None,
    data: Sequence[str] | None,
    materials: Sequence[str],
    default: EvidenceChoice = EvidenceChoice.SHIPPED,
    option: str = "--data",
) -> tuple[EvidenceChoice, dict[str, str]]:
    """The choice, and the file of each of ``materials`` that has one by ``option``.

    >>> asked_evidence(None, None, ["nvp", "he_v"])
    (<EvidenceChoice.SHIPPED: 'shipped'>, {})
    """
    if not data:
        if choice is EvidenceChoice.MINE:
            raise InputError(
                f"--evidence mine needs {option}; give a file of measured rates, e.g. "
                f"{option} {materials[0]}=rates.csv."
            )
        return choice or default, {}
    if choice not in (None, EvidenceChoice.MINE):
        raise InputError(
            f"{option} is given, but --evidence is {choice.value}; leave --evidence out, or say "
            "mine."
        )
    return EvidenceChoice.MINE, dict(_file(text, materials, option) for text in data)


def _file(text: str, materials: Sequence[str], option: str) -> tuple[str, str]:
    name, equals, path = text.partition("=")
    if not (equals and name.strip() and path.strip()):
        file = (path or name).strip() or "rates.csv"
        whose = " or ".join(f"{Path(each).stem}={file}" for each in materials)
        raise InputError(f'{option} is "{text}"; say whose it is: {whose}.')
    for material in materials:
        if name.strip() in (material, material.partition("@")[0], Path(material).stem):
            check_input(Path(path.strip()))
            return material, path.strip()
    raise InputError(
        f'{option} names the material "{name.strip()}", which is not asked about; '
        f"{closest(name.strip(), materials)}"
    )
