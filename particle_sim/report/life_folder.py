"""Write the life of materials to a folder: data, words, pictures and page, all or nothing."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr

from particle_sim.figures.life_cracked import life_cracked
from particle_sim.figures.life_map import life_map
from particle_sim.figures.life_retention import life_retention
from particle_sim.figures.save import draw_with_data
from particle_sim.files import write_file
from particle_sim.life.rows import printed_rows
from particle_sim.life.words import (
    LIMITS,
    answer,
    carried_by,
    effect_rows,
    names_of,
    rests,
    verdict,
)
from particle_sim.outputs import FROM_PYTHON, new_folder, write_netcdf
from particle_sim.report.life_page import life_page, subtitle
from particle_sim.report.pages import caption_of

DATA_FILE, REPORT_FILE, PAGE_FILE = "life.nc", "report.txt", "report.html"
FIGURES = {
    "life_cracked": life_cracked,
    "life_retention": life_retention,
    "life_map": life_map,
}
NAME_WIDTH = 10


def write_life_folder(
    tree: xr.DataTree, folder: Path, command: str = FROM_PYTHON, *, force: bool = False
) -> None:
    """Write everything into ``folder``; an earlier life there is replaced in one move.

    Raises :class:`InputError` when the folder cannot be written, or holds something else and is
    not forced (:func:`particle_sim.outputs.new_folder`).
    """
    details = {"constants": tree["frozen"].attrs["hash"]}
    with new_folder(folder, command=command, details=details, force=force) as work:
        write_netcdf(tree, work / DATA_FILE)
        write_file(work / REPORT_FILE, "\n".join(report_lines(tree)) + "\n")
        for name, figure in FIGURES.items():
            draw_with_data(figure(tree), work / name)
        captions = {name: caption_of(figure) for name, figure in FIGURES.items()}
        write_file(work / PAGE_FILE, life_page(tree, captions, command, work))


def report_lines(tree: xr.DataTree) -> Iterator[str]:
    """The page in words, in its order."""
    yield f"Life of {tree.attrs['title']}: {subtitle(tree)}"
    yield ""
    yield answer(tree)
    yield from filter(None, [rests(tree)])
    yield ""
    for name, text in verdict(tree):
        yield f"{name:{NAME_WIDTH}}{text}"
    for text in np.atleast_1d(tree.attrs["cautions"]):
        if text != "none":
            yield f"{'caution':{NAME_WIDTH}}{text}"
    yield ""
    yield "What carries the capacity kept (Spearman's rho, boundary held):"
    for title, inputs in carried_by(tree):
        yield f"  {title}: {inputs}"
    yield "What cracks do to it, in points of percent at the rate of the test and at C/10:"
    for title, end, effect, test, slow in effect_rows(tree):
        yield f"  {title}, {end}, {effect}: {test}; {slow}"
    yield ""
    yield f"Calibrated or predicted (constants {tree['frozen'].attrs['hash']}):"
    for row in printed_rows(tree):
        yield f"  {row['label']}: {row['what']}, {row['observed']} {row['known']}"
        if row["in_print"]:
            yield f"    expected from others in print, without a model: {row['in_print']}"
        known = tree["printed"].to_dataset()
        for variant, said in zip(known.variant.values, row["said"], strict=True):
            yield f"    {variant}: {said}"
        for rule, said in zip(known.null_rule.values, row["null"], strict=True):
            yield f"    {rule}: {said}"
        yield f"    {row['verdict']} ({row['delivering']} of the draws deliver at that rate)"
    yield ""
    yield "Limits of the model:"
    yield from (f"  {limit}" for limit in LIMITS)


def summary(tree: xr.DataTree) -> dict[str, Any]:
    """The answer, the verdict and their numbers, for ``--json``."""
    flaw, cracked = tree["flaw_free"].to_dataset(), tree["cracked"].to_dataset().isel(cycle=-1)
    kept = tree["retention"].to_dataset().isel(cycle=-1)
    materials = {}
    for name, title in names_of(tree):
        materials[name] = {
            "title": title,
            **{
                str(end): {
                    "no_flaw_grows": float(flaw.none_grows.sel(material=name, end=end)),
                    "no_flaw_runs": float(flaw.none_runs.sel(material=name, end=end)),
                    "cracked": _by_rule(cracked["mean"].sel(material=name, end=end)),
                    "cracked_band": _by_rule(cracked.share.sel(material=name, end=end)),
                    "kept": _by_rule(kept.retention.sel(material=name, end=end).isel(c_rate=0)),
                    "kept_at_C/10": _by_rule(
                        kept.retention.sel(material=name, end=end).isel(c_rate=1)
                    ),
                }
                for end in flaw.end.values
            },
        }
    order = {}
    if "order" in tree.children:
        table = tree["order"].to_dataset()
        order = {
            str(end): {str(name): _by_rule(values.sel(end=end)) for name, values in table.items()}
            for end in table.end.values
        }
    cautions = [text for text in np.atleast_1d(tree.attrs["cautions"]) if text != "none"]
    return {
        "answer": answer(tree),
        "rests": rests(tree),
        "verdict": [{"about": name, "says": text} for name, text in verdict(tree)],
        "cautions": cautions,
        "cycles": int(tree.attrs["cycles"]),
        "c_rate": float(tree.attrs["c_rate"]),
        "materials": materials,
        "order": order,
        "printed": list(printed_rows(tree)),
        "constants": tree["frozen"].attrs["hash"],
        "limits": list(LIMITS),
    }


def _by_rule(values: xr.DataArray) -> dict[str, Any]:
    return {str(rule): _plain(values.sel(rule=rule).values) for rule in values.rule.values}


def _plain(values: Any) -> Any:
    """Numbers that JSON knows; what cannot be told is null."""
    found = [None if np.isnan(each) else float(each) for each in np.atleast_1d(values)]
    return found if np.ndim(values) else found[0]


def summary_text(tree: xr.DataTree) -> str:
    """The same as JSON."""
    return json.dumps(summary(tree), indent=2)
