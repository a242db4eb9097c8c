"""The working half of ``rate --data``: from a file and typed rates to an answer."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from particle_sim.cli.options import typed
from particle_sim.cli.progress import reporting
from particle_sim.cli.told import print_json
from particle_sim.errors import InputError
from particle_sim.inference.answer_folder import write_answer
from particle_sim.inference.answer_tree import answer_tree
from particle_sim.inference.answer_words import (
    answer_data,
    answer_lines,
    expected_headline,
    expected_lines,
)
from particle_sim.inference.data import read_rates
from particle_sim.inference.rate_answer import answer_rates
from particle_sim.materials.load import load_material
from particle_sim.outputs import check_folder
from particle_sim.report.fit_page import fit_page
from particle_sim.units import positive, quantity


def predict_rates(
    materials: Sequence[str],
    data: Path,
    rates: Sequence[float],
    *,
    mass: str | None,
    seed: int,
    out: Path | None,
    force: bool,
    as_json: bool,
    quiet: bool,
) -> None:
    """Learn from the rates of a file, print what is expected at others, and write it."""
    if len(materials) != 1:
        raise InputError(
            f"--data is the test of one material, and {len(materials)} are named "
            f"({', '.join(materials)}); name the one that was measured."
        )
    folder = out or Path("results") / f"rate_{Path(materials[0]).stem}_{data.stem}"
    material = load_material(materials[0])
    read = read_rates(
        data,
        one_c_current=material.value("one_c_current"),
        mass=None if mass is None else positive("--mass", quantity("--mass", mass, "kg"), "kg"),
    )
    check_folder(folder, force=force)
    with reporting(enabled=not (quiet or as_json)) as report:
        tree = answer_tree(answer_rates(material, read, rates, seed=seed, progress=report.solving))
        report.writing("drawing")
        title = f"Rates of {material.title}, learned from {data.name}"
        page = fit_page(title, typed(), expected_lines(tree), expected_headline(tree))
        write_answer(tree, folder, typed(), force=force, page=page)
    if as_json:
        print_json({**answer_data(tree), "folder": folder})
        return
    print("\n".join(answer_lines(tree)))
    print(f"\nPicture and data: {folder}")
