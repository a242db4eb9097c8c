"""Write a rate study to a folder: data, table, pictures and words, all or nothing."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import xarray as xr

from particle_sim.claims.ledger import Entry
from particle_sim.claims.own import own_lines
from particle_sim.figures.rate_curves import rate_curves
from particle_sim.figures.rate_losses import rate_losses
from particle_sim.figures.rate_map import rate_map
from particle_sim.figures.save import draw_with_data
from particle_sim.files import write_file
from particle_sim.outputs import FROM_PYTHON, new_folder, write_netcdf
from particle_sim.report.pages import caption_of
from particle_sim.report.words_page import words_page
from particle_sim.studies.rate_sentences import cautions_of, rate_csv, sentence, summary

DATA_FILE, TABLE_FILE, SUMMARY_FILE = "rate.nc", "rate.csv", "summary.txt"
PAGE_FILE = "report.html"
FIGURES = {"rate_curves": rate_curves, "rate_losses": rate_losses, "rate_map": rate_map}


def write_rate_folder(
    tree: xr.DataTree,
    folder: Path,
    command: str = FROM_PYTHON,
    *,
    force: bool = False,
    own: Sequence[Entry] = (),
) -> None:
    """Write everything into ``folder``; an earlier rate study there is replaced in one move.

    ``own``: the user's own claims about the materials, answered; told beneath the summary.

    Raises :class:`InputError` when the folder cannot be written, or holds something else and is
    not forced (:func:`particle_sim.outputs.new_folder`).
    """
    with new_folder(folder, command=command, force=force) as work:
        write_netcdf(tree, work / DATA_FILE)
        write_file(work / TABLE_FILE, rate_csv(tree))
        words = summary(tree)
        if own:
            words += "\n".join(["", "Your own claims:", *own_lines(own), ""])
        write_file(work / SUMMARY_FILE, words)
        for name, figure in FIGURES.items():
            draw_with_data(figure(tree), work / name)
        write_file(work / PAGE_FILE, rate_page(tree, words, command, work, own))


def rate_page(
    tree: xr.DataTree, words: str, command: str, folder: Path, own: Sequence[Entry] = ()
) -> str:
    """The page as text; pictures are read from ``folder``."""
    nodes = [tree.children[name] for name in tree.attrs["materials"]]
    titles = [str(node.attrs["title"]) for node in nodes]
    return words_page(
        f"Rates of {' and '.join(titles)}",
        "capacity against C-rate, cell models and plausible inputs against print",
        rate_answer(nodes),
        [
            *(
                (title, _behind(title, sentence(node)))
                for title, node in zip(titles, nodes, strict=True)
            ),
            *((each.answer.verdict.value, each.claim.file.claim.says) for each in own),
        ],
        cautions=cautions_of(tree),
        captions={name: caption_of(figure) for name, figure in FIGURES.items()},
        words=words,
        data=(DATA_FILE, TABLE_FILE, SUMMARY_FILE),
        command=command,
        folder=folder,
    )


def _behind(title: str, words: str) -> str:
    """A sentence without the name that its mark has already."""
    rest = words.removeprefix(f"{title}: ")
    return rest[:1].upper() + rest[1:]


def rate_answer(nodes: Sequence[xr.DataTree]) -> str:
    """What plausible inputs give at the highest rate: median, and 5 to 95 % of the draws."""
    said = []
    for node in nodes:
        band = node["band"].to_dataset()
        low, middle, high = (f"{value:.3g}" for value in band.quantiles.values[:, -1])
        rate = float(band.c_rate[-1])
        said.append(f"{node.attrs['title']} gives {middle} mAh/g at {rate:g}C ({low} to {high})")
    return f"With plausible inputs {', '.join(said)}; median and 5 to 95 % of the draws."
