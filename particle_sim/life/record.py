"""The record of what was predicted of printed retentions, with which constants.

A row counts as predicted while the constants are those it was first held against. Once they have
changed, its datum was known when they were chosen, and it counts as calibrated.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from pydantic import Field

from particle_sim.checks import arguments_checked
from particle_sim.life.against_print import Label, Observed, Row, observed_of, row_of
from particle_sim.life.frozen import Calibration, load_calibration
from particle_sim.life.loads import gradient_tables
from particle_sim.materials.document import read_toml, validated
from particle_sim.materials.schema import Strict
from particle_sim.resources import shipped_folder
from particle_sim.studies.footing import level_pair

PAIRS = (("nfm_li2024", "he_o3_li2024"), ("nvp", "he_v"))
"""Whose printed retentions are recorded, each pair on its own footing."""
FILE = ("damage", "predictions.toml")


class Recorded(Strict):
    """One variant of the model against one datum."""

    row: str
    material: str
    c_rate: float
    since: float
    cycles: float
    observed: float
    rule: str
    end: str
    retention: list[float]
    delivering: float
    constants: str


class _Record(Strict):
    prediction: list[Recorded] = Field(default=[])


@arguments_checked
def load_predictions(path: Path | None = None) -> tuple[Recorded, ...]:
    """Every recorded prediction, oldest first."""
    path = path or shipped_folder("parameters").joinpath(*FILE)
    return tuple(validated(_Record, read_toml(path), path.name).prediction)


def label_of(row: str, calibration: Calibration, record: Sequence[Recorded]) -> Label:
    """Of a datum by its key: calibrated where it is the calibration's, seen before where it was
    held against other constants, else predicted.

    >>> found = load_calibration()
    >>> label_of("nfm_li2024 3C 0 to 200", found, ()).value
    'calibrated'
    >>> label_of("nfm_li2024 5C 0 to 500", found, ()).value
    'predicted'
    """
    known = Observed(
        material=calibration.material, fade=calibration.datum, since=0.0, place="", note=""
    )
    used = {each.constants for each in record if each.row == row}
    if row == known.key:
        return Label.CALIBRATED
    return Label.PREDICTED if used <= {calibration.hash} else Label.SEEN


def recorded_with_now() -> tuple[Recorded, ...]:
    """The record with what the constants of today say, after what other constants said."""
    calibration = load_calibration()
    before = load_predictions()
    old = tuple(each for each in before if each.constants != calibration.hash)
    return (*old, *_entries(calibration, old))


def _entries(calibration: Calibration, old: Sequence[Recorded]) -> Iterator[Recorded]:
    reference, _ = level_pair(calibration.material, calibration.partner)
    for pair in PAIRS:
        for name, material in zip(pair, level_pair(*pair), strict=True):
            tables = gradient_tables(material)
            for observed in observed_of(name):
                label = label_of(observed.key, calibration, old)
                row = row_of(observed, material, tables, calibration, reference, label)
                yield from _recorded(row)


def _recorded(row: Row) -> Iterator[Recorded]:
    observed, fade = row.observed, row.observed.fade
    for said in row.said:
        yield Recorded(
            row=observed.key,
            material=observed.material,
            c_rate=fade.c_rate,
            since=observed.since,
            cycles=fade.cycles,
            observed=float(f"{fade.retention:.6g}"),
            rule=said.rule.name.lower(),
            end=said.end.name.lower(),
            retention=[float(f"{each:.4f}") for each in said.retention],
            delivering=float(f"{said.delivering:.3f}"),
            constants=row.constants,
        )


def record_text(record: Sequence[Recorded]) -> str:
    """The file."""
    lines = [
        "# What the frozen constants of crack growth said of printed retentions, with the hash of",
        "# the constants. Nothing is taken away: a row that other constants were held against",
        "# counts as calibrated. retention: 5, 50 and 95 % of the draws.",
    ]
    for each in record:
        lines += ["", "[[prediction]]"]
        for key, value in each.model_dump().items():
            lines.append(f'{key} = "{value}"' if isinstance(value, str) else f"{key} = {value}")
    return "\n".join(lines) + "\n"
