"""``particle-sim claims``: what papers say, and how far it follows from what is known."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Annotated

import typer

from particle_sim.cli.folding import whole_output
from particle_sim.cli.options import JsonOption, QuietOption
from particle_sim.cli.progress import progress_bar
from particle_sim.cli.told import print_json
from particle_sim.cli.verb import Aim, verb


@verb(
    Aim.SEE, 5, "what papers claim, and how far it follows from what is known", "claims --only C26"
)
def claims(
    only: Annotated[
        list[str] | None, typer.Option(help="A claim such as C26; C6 takes its parts. Repeatable.")
    ] = None,
    recompute: Annotated[
        bool, typer.Option("--recompute", help="Compute again even if nothing changed.")
    ] = False,
    folder: Annotated[
        Path | None, typer.Option(help="Folder of claim files; default: the shipped one.")
    ] = None,
    as_json: JsonOption = False,
    quiet: QuietOption = False,
    to_measure: Annotated[
        bool, typer.Option("--next", help="Print which measurements would settle most claims.")
    ] = False,
    markdown: Annotated[bool, typer.Option("--markdown", help="Print docs/claims.md.")] = False,
) -> None:
    """The ledger of claims; what changed since it was written is computed again."""
    from particle_sim.claims.interval import Verdict
    from particle_sim.claims.ledger import as_data, headline, update_ledger
    from particle_sim.claims.missing import missing_lines
    from particle_sim.claims.page import claims_page
    from particle_sim.claims.tools import simulations

    with progress_bar(enabled=not (quiet or as_json)) as report:
        entries = update_ledger(
            simulations,
            folder=folder,
            only=only or (),
            recompute=recompute,
            progress=report.solving,
        )
    if as_json:
        rows = [{**as_data(entry.answer), "says": entry.claim.file.claim.says} for entry in entries]
        print_json(rows)
        return
    if to_measure:
        print("\n".join(missing_lines(entries)))
        return
    if markdown:
        print(claims_page(entries), end="", file=whole_output())
        return
    for entry in entries:
        print(headline(entry))
        print(f"      {entry.claim.file.claim.says}")
        print(f"      {entry.answer.sentence}")
    counts = Counter(entry.answer.verdict for entry in entries)
    print(", ".join(f"{counts[verdict]} {verdict.value}" for verdict in Verdict))
