"""Constants of growth that one printed retention tells, frozen before anything else is predicted.

``parameters/damage/calibration.toml`` holds, for every rule of growth and end of the bracket, which
of the drawn inputs can carry the datum by cracks alone, and with which constant. It names the datum
and has the hash of what it was made from; predictions are stored with the hash of the constants.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from particle_sim.checks import arguments_checked
from particle_sim.damage.constants import load_growth_constants
from particle_sim.damage.fade import Fade
from particle_sim.damage.printed_fade import printed_of
from particle_sim.errors import InputError
from particle_sim.life.calibration import calibrated, with_constant
from particle_sim.life.chain import Held, Rule, cycled, draw_powder
from particle_sim.life.loads import gradient_tables
from particle_sim.materials.document import read_toml, validated
from particle_sim.materials.schema import Strict
from particle_sim.plausible.draws import MaterialDraws
from particle_sim.resources import shipped_folder
from particle_sim.studies.footing import level_pair
from particle_sim.units import Array

MATERIAL, PARTNER = "nfm_li2024", "he_o3_li2024"
CYCLES, C_RATE = 200.0, 3.0
"""The datum: which printed retention of ``MATERIAL``, on one footing with ``PARTNER``."""
SAMPLES, SEED = 8000, 1
"""Of the draws, of which about one in a hundred carries the datum."""
AT_ONCE = 500
"""Draws whose cracks are followed together; more would only fill the memory."""
SCHEMA = 3
"""Raise it when the chain's equations change: what was predicted before is then known."""
FILE = ("damage", "calibration.toml")
COMMAND = "python docs/_tools/growth_calibration.py"


class _Header(Strict):
    material: str
    partner: str
    cycles: float
    c_rate: float
    samples: int = Field(gt=0)
    seed: int = Field(ge=0)
    made_from: str
    command: str


class _Constant(Strict):
    rule: str
    end: str
    share: float
    quantiles: list[float]
    draws: list[int]
    constants: list[float]


class _CalibrationFile(Strict):
    calibration: _Header
    constant: list[_Constant]


@dataclass(frozen=True, kw_only=True)
class Frozen:
    """The draws (k,), by number, that carry the datum by cracks alone, and their constants."""

    draws: NDArray[np.intp]
    constant: Array
    """[m per cycle] or [m/s]"""
    share: float
    """Of all draws"""

    @property
    def quantiles(self) -> list[float]:
        """5, 50 and 95 % of the constant."""
        return [float(each) for each in np.quantile(self.constant, (0.05, 0.5, 0.95))]


@dataclass(frozen=True, kw_only=True)
class Calibration:
    """What the datum told."""

    material: str
    partner: str
    datum: Fade
    samples: int
    seed: int
    frozen: Mapping[tuple[Rule, Held], Frozen]
    hash: str
    """Of the constants and of what they were made from"""


def datum() -> Fade:
    """The printed retention that the constants are calibrated on.

    >>> datum()
    Fade(retention=0.402, cycles=200.0, c_rate=3.0)
    """
    rows = [row.fade for row in printed_of(MATERIAL) if not row.full_cell]
    return next(fade for fade in rows if (fade.cycles, fade.c_rate) == (CYCLES, C_RATE))


def calibrate(samples: int = SAMPLES, seed: int = SEED) -> Calibration:
    """The constants that the datum tells, from drawn inputs of everything else."""
    material, _ = level_pair(MATERIAL, PARTNER)
    draws, tables, known = draw_powder(material, samples, seed), gradient_tables(material), datum()
    found: dict[tuple[Rule, Held], list[tuple[NDArray[np.intp], Array]]] = {}
    for end in Held:
        for rows in np.array_split(np.arange(samples), max(samples // AT_ONCE, 1)):
            tested = cycled(draws.kept(rows), known.c_rate, end, tables=tables)
            for rule in Rule:
                constant, carries = calibrated(tested, rule, known.cycles, known.retention)
                found.setdefault((rule, end), []).append((rows[carries], constant[carries]))
    return _whole(known, samples, seed, _joined(found, samples), made_from())


def _joined(
    found: Mapping[tuple[Rule, Held], list[tuple[NDArray[np.intp], Array]]], samples: int
) -> dict[tuple[Rule, Held], Frozen]:
    frozen = {}
    for end in Held:
        for rule in Rule:
            rows, constant = (np.concatenate(each) for each in zip(*found[rule, end], strict=True))
            frozen[rule, end] = Frozen(
                draws=rows,
                constant=np.array([float(f"{each:.5e}") for each in constant]),
                share=len(rows) / samples,
            )
    return frozen


def _whole(
    known: Fade, samples: int, seed: int, frozen: Mapping[tuple[Rule, Held], Frozen], source: str
) -> Calibration:
    stated = [
        [rule.name, end.name, each.draws.tolist(), each.constant.tolist()]
        for (rule, end), each in frozen.items()
    ]
    return Calibration(
        material=MATERIAL,
        partner=PARTNER,
        datum=known,
        samples=samples,
        seed=seed,
        frozen=frozen,
        hash=_hash([source, samples, seed, stated]),
    )


def made_from() -> str:
    """Hash of the file of growth, the datum, and the version of the chain."""
    known = datum()
    numbers = [MATERIAL, PARTNER, known.retention, known.cycles, known.c_rate]
    return _hash([read_toml(load_growth_constants().path), numbers, SCHEMA])


def _hash(data: Any) -> str:
    text = json.dumps(data, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


@arguments_checked
def load_calibration(path: Path | None = None) -> Calibration:
    """The frozen constants.

    Raises :class:`InputError` where the file of growth, the datum or the chain has changed since
    they were made: they would then be constants of something else.

    >>> found = load_calibration()
    >>> print(found.material, found.datum.retention, found.samples)
    nfm_li2024 0.402 8000
    """
    path = path or shipped_folder("parameters").joinpath(*FILE)
    file = validated(_CalibrationFile, read_toml(path), path.name)
    header, known = file.calibration, datum()
    if header.made_from != made_from():
        raise InputError(
            f"{path.name}: it was made from other constants, another datum or another chain; "
            f"write it again with {header.command}."
        )
    frozen = {
        (Rule[each.rule.upper()], Held[each.end.upper()]): Frozen(
            draws=np.array(each.draws, dtype=np.intp),
            constant=np.array(each.constants),
            share=each.share,
        )
        for each in file.constant
    }
    return _whole(known, header.samples, header.seed, frozen, header.made_from)


def calibration_text(found: Calibration) -> str:
    """The file."""
    return "\n".join(_lines(found)) + "\n"


def _lines(found: Calibration) -> Iterator[str]:
    yield "# Constants of crack growth that one printed retention tells, for every draw of the"
    yield "# other inputs that can carry it by cracks alone. Frozen before others are predicted."
    yield ""
    yield "[calibration]"
    yield f'material = "{found.material}"'
    yield f'partner = "{found.partner}"'
    yield f"cycles = {found.datum.cycles}"
    yield f"c_rate = {found.datum.c_rate}"
    yield f"samples = {found.samples}"
    yield f"seed = {found.seed}"
    yield f'made_from = "{made_from()}"'
    yield f'command = "{COMMAND}"'
    for (rule, end), each in found.frozen.items():
        quantiles = ", ".join(f"{value:.3g}" for value in each.quantiles)
        yield ""
        yield "[[constant]]"
        yield f'rule = "{rule.name.lower()}"'
        yield f'end = "{end.name.lower()}"'
        yield f"share = {each.share}"
        yield f"quantiles = [{quantiles}]"
        yield f"draws = {each.draws.tolist()}"
        yield f"constants = {each.constant.tolist()}"


def frozen_draws(found: Calibration, every: MaterialDraws, rule: Rule, end: Held) -> MaterialDraws:
    """Of ``every`` draw of a material, those that carry the datum, with their constants.

    ``every``: by :func:`~particle_sim.life.chain.draw_powder`, as many and with the seed of the
    calibration. Shared inputs are those of the datum's powder, quantile by quantile; diffusivity,
    volume change and what else is a material's own are its own.
    """
    each = found.frozen[rule, end]
    return with_constant(
        every.kept(each.draws), rule, each.constant, np.ones(len(each.draws), dtype=bool)
    )
