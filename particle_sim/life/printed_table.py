"""Printed and measured retentions beside the model and beside rules without physics, as tables."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np
import xarray as xr

from particle_sim.damage.constants import SHIPPED
from particle_sim.damage.fade import fade_of
from particle_sim.errors import InputError
from particle_sim.inference.fade_law import FadeLaw, fades_in_print
from particle_sim.life.against_print import (
    QUANTILES,
    Label,
    Null,
    Observed,
    Row,
    miss_of,
    observed_of,
    row_of,
)
from particle_sim.life.asked import LifeStudy
from particle_sim.life.chain import Held, Rule, draw_powder
from particle_sim.life.frozen import Calibration, load_calibration
from particle_sim.life.record import Recorded, label_of, load_predictions
from particle_sim.life.sides import Side
from particle_sim.materials.material import Material
from particle_sim.materials.system import load_system, system_names
from particle_sim.plausible.draws import MaterialDraws
from particle_sim.studies.footing import level_pair

MEASURED = "your measurement"
DRAWN = 2000
"""Retentions drawn for the band of what is in print."""


def printed_nodes(study: LifeStudy, sides: tuple[Side, ...]) -> dict[str, xr.Dataset]:
    """``printed``: what is printed or measured of the materials, computed now; ``record``: the rest
    of the recorded predictions; ``frozen``: what the calibration found. What is printed stands on
    the shipped half cell, on which the constants were frozen."""
    calibration, record = load_calibration(), load_predictions()
    rows = tuple(_rows(study, sides, calibration, record))
    shown = {row.observed.key for row in rows}
    others = [each for each in record if each.row not in shown]
    nodes = {"/frozen": _frozen(calibration)}
    if rows:
        nodes["/printed"] = _table(rows)
    if others:
        nodes["/record"] = _recorded(others, calibration)
    if study.data is not None:
        nodes["/data"] = xr.Dataset(
            {"retention": ("cycle", study.data.kept, {"units": "1"})},
            coords={"cycle": study.data.cycle - study.data.reference},
            attrs={"name": study.data.name},
        )
    return nodes


def _rows(
    study: LifeStudy,
    sides: tuple[Side, ...],
    calibration: Calibration,
    record: Sequence[Recorded],
) -> Iterator[Row]:
    reference, _ = level_pair(calibration.material, calibration.partner)
    for side in sides:
        printed = _printed(side) if study.window is None else ()  # tests at the files' cut-offs
        observed = [*printed, *_measured(study, side)]
        for each in observed:
            material = side.material
            if each.note != MEASURED:
                material = replace(material, half_cell=None)
            if study.constants != SHIPPED:
                own, label = _own(study, material), Label.OWN
            else:
                own, label = None, label_of(each.key, calibration, record)
            yield row_of(each, material, side.tables, calibration, reference, label, own)


def _own(study: LifeStudy, material: Material) -> MaterialDraws:
    """Draws with the user's constants, of all that is plausible."""
    return draw_powder(material, study.samples, study.seed, constants=study.growth)


def _printed(side: Side) -> tuple[Observed, ...]:
    name = side.material.name
    return observed_of(name) if name in system_names() else observed_of(side.name)


def _measured(study: LifeStudy, side: Side) -> Iterator[Observed]:
    if study.data is None:
        return
    fade = fade_of(study.data, study.c_rate)
    if not fade.retention < 1:
        raise InputError(
            f"{study.data.name}: the capacity does not fall to the last cycle; there is no fade to "
            "hold a model against."
        )
    yield Observed(
        material=side.material.name, fade=fade, since=0.0, place=study.data.name, note=MEASURED
    )


def _table(rows: Sequence[Row]) -> xr.Dataset:
    columns = {
        "material": [row.observed.material for row in rows],
        "c_rate": [row.observed.fade.c_rate for row in rows],
        "since": [row.observed.since for row in rows],
        "cycles": [row.observed.fade.cycles for row in rows],
        "observed": [row.observed.fade.retention for row in rows],
        "label": [row.label.value for row in rows],
        "place": [row.observed.place for row in rows],
        "note": [row.observed.note for row in rows],
        "title": [row.observed.title for row in rows],
        "constants": [row.constants for row in rows],
    }
    dims = ("row", "variant")
    said = [[each.retention for each in row.said] for row in rows]
    misses = [[each.miss(row.observed.fade) for each in row.said] for row in rows]
    share = [[each.delivering for each in row.said] for row in rows]
    null = [[row.null[name] for name in Null] for row in rows]
    null_misses = [[miss_of(row.null[n], row.observed.fade) for n in Null] for row in rows]
    return xr.Dataset(
        {
            **{f"of_{name}": ("row", values) for name, values in columns.items()},
            "said": ((*dims, "quantile"), said, {"units": "1"}),
            "miss": (dims, misses, {"long_name": "|ln(half-life ratio)|"}),
            "delivering": (dims, share),
            "in_print": (("row", "quantile"), [_in_print(row.observed) for row in rows]),
            "null": (("row", "null_rule"), null, {"units": "1"}),
            "null_miss": (("row", "null_rule"), null_misses),
        },
        coords={
            "row": [row.observed.key for row in rows],
            "variant": [f"{s.end.name} {s.rule.name}".lower() for s in rows[0].said],
            "null_rule": [name.value for name in Null],
            "quantile": list(QUANTILES),
        },
    )


def _in_print(observed: Observed) -> list[float]:
    """5, 50 and 95 % of the retention that others in print let one expect; nan but of sodium."""
    name = observed.material
    if name in system_names() and load_system(name).file.material.carrier != "Na":
        return [np.nan] * len(QUANTILES)
    expected = FadeLaw(rows=fades_in_print()).of_others(observed.fade, name)
    kept = expected.retentions(observed.fade.cycles, DRAWN, seed=1)
    return list(np.quantile(kept, QUANTILES))


def _recorded(record: Sequence[Recorded], calibration: Calibration) -> xr.Dataset:
    """What was recorded of other materials, a row a variant."""
    labels = [label_of(each.row, calibration, record).value for each in record]
    return xr.Dataset(
        {
            "row": ("entry", [each.row for each in record]),
            "variant": ("entry", [f"{each.end} {each.rule}" for each in record]),
            "observed": ("entry", [each.observed for each in record]),
            "said": (("entry", "quantile"), [each.retention for each in record]),
            "label": ("entry", labels),
            "constants": ("entry", [each.constants for each in record]),
        }
    )


def _frozen(calibration: Calibration) -> xr.Dataset:
    """Of every rule and end: in which share of the draws cracks alone can carry the datum."""
    found = calibration.frozen
    dims = ("frozen_rule", "end")
    return xr.Dataset(
        {
            "share": (dims, [[found[rule, end].share for end in Held] for rule in Rule]),
            "constant": (
                (*dims, "quantile"),
                [[found[rule, end].quantiles for end in Held] for rule in Rule],
            ),
        },
        coords={
            "frozen_rule": [rule.name.lower() for rule in Rule],
            "quantile": [0.05, 0.5, 0.95],
        },
        attrs={
            "material": calibration.material,
            "title": load_system(calibration.material).file.material.title,
            "retention": calibration.datum.retention,
            "cycles": calibration.datum.cycles,
            "c_rate": calibration.datum.c_rate,
            "hash": calibration.hash,
            "samples": calibration.samples,
        },
    )
