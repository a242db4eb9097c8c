"""From a material's rate tests to the rows that narrow its draws.

The questions that draw inputs ask about spheres of one size with one D, so the rows are those of
the form ``one-size``; the draws of all ways to read the tests count alike. Not carried over: what
the tests say of their own cell (film times loading), of the slow capacity, and of how far the model
missed them; nor what other forms of the particles would say.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from particle_sim.cell.half_cell import half_cell
from particle_sim.errors import InputError
from particle_sim.inference.asked import effective_number, few_rates
from particle_sim.inference.consistency import doubts
from particle_sim.inference.consistency_curves import RATES, Rates
from particle_sim.inference.data import RateData, read_rates
from particle_sim.inference.experiments import is_public
from particle_sim.inference.form import Form
from particle_sim.inference.groups import GROUPS
from particle_sim.inference.known_rates import PARTICLES, SEED
from particle_sim.inference.rate_posteriors import rate_evidence
from particle_sim.inference.rate_prediction import learned_rates
from particle_sim.materials.load import MaterialRecord
from particle_sim.plausible.learned import Learned, why_not
from particle_sim.studies.choices import EvidenceChoice
from particle_sim.studies.own_cell import in_half_cell
from particle_sim.units import Array

FORM = Form.ONE_SIZE.value
UNPRINTED = "no rate test of it that shows how its capacity falls is in print"


@dataclass(frozen=True, kw_only=True)
class Carried:
    """What narrows the draws of one material, or why nothing does."""

    learned: Learned | None
    why: str = ""
    notes: tuple[str, ...] = ()
    """What must be known of the tests"""


def carried(record: MaterialRecord, choice: EvidenceChoice, data: Path | None = None) -> Carried:
    """Of the tests in print, of the rates in the file ``data``, or of none.

    Tests in print stand on the shipped half cell, your own on that of the material.

    :class:`InputError` where the file cannot be read or contradicts itself or the material.

    >>> from particle_sim.materials.load import load_record
    >>> found = carried(load_record("he_o3_li2024"), EvidenceChoice.SHIPPED)
    >>> found.learned.diffusion_rate.shape  # 400 draws of each of two ways to read its tests
    (800,)
    >>> carried(load_record("nvp"), EvidenceChoice.SHIPPED).why
    'no rate test of it that shows how its capacity falls is in print'
    """
    if choice is EvidenceChoice.NONE:
        return Carried(learned=None)
    if choice is EvidenceChoice.MINE and data is None:
        return Carried(learned=None, why="no file of it is given")
    if reason := why_not(record.material):
        return Carried(learned=None, why=reason)
    if data is not None:
        return _own(record, data)
    known = rate_evidence(in_half_cell(record, None), [FORM])  # tests in print are of other cells
    if not known.ways:
        return Carried(learned=None, why=UNPRINTED)
    rows = np.concatenate([way.found[FORM].draws for way in known.ways])
    public = (s.note for way in known.ways for s in way.series if is_public(s))
    notes = dict.fromkeys([known.note, *public, *effective_number(record.material)])
    return Carried(learned=learned_of(rows, known.labels), notes=tuple(filter(None, notes)))


def _own(record: MaterialRecord, path: Path) -> Carried:
    material = record.material
    data = _read(path, material.value("one_c_current"))
    found = doubts(data.place, RATES, Rates(data=data, material=material))
    learned = learned_rates(
        half_cell(material),
        data.current,
        data.capacity,
        stated=data.uncertainty,
        whole=float(data.capacity.max()),
        weights={FORM: 1.0},
        particles=PARTICLES,
        seed=SEED,
    )
    return Carried(
        learned=learned_of(learned.rows(FORM), (data.name,)),
        notes=(
            *data.notes,
            *(f"Doubt: {text}." for _, text in found),
            *few_rates(data),
            *effective_number(material),
        ),
    )


def _read(path: Path, one_c_current: float) -> RateData:
    try:
        return read_rates(path, one_c_current=one_c_current)
    except InputError as error:
        if any("--mass" in problem for problem in error.problems):
            raise InputError(
                f"{path.name}: its currents or capacities are those of a whole cell; write them "
                f'per gram with particle-sim read {path.name} --mass "2.1 mg" --out results/rates, '
                "and give results/rates/rates.csv."
            ) from None
        raise


def learned_of(rows: Array, labels: Sequence[str]) -> Learned:
    """Vectors (n, d) of the form, whose first entries are the log10 of the groups."""
    groups = dict(zip(GROUPS, 10 ** rows[:, : len(GROUPS)].T, strict=True))
    order = np.argsort(groups["diffusion_rate"], kind="stable")
    return Learned(
        diffusion_rate=groups["diffusion_rate"][order],
        exchange_current=groups["exchange_current"][order],
        learned_from=tuple(labels),
    )
