"""``particle-sim claims``: what papers say, and how far it follows from what is known."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from particle_sim.cli.folding import whole_output
from particle_sim.cli.options import ForceOption, JsonOption, OutOption, QuietOption, typed
from particle_sim.cli.progress import reporting
from particle_sim.cli.told import print_json
from particle_sim.cli.verb import Aim, verb
from particle_sim.errors import InputError
from particle_sim.inputs import served_inputs


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
    own: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Claims of your own, of any material and source."),
    ] = None,
    out: OutOption = None,
    force: ForceOption = False,
    as_json: JsonOption = False,
    quiet: QuietOption = False,
    to_measure: Annotated[
        bool, typer.Option("--next", help="Print which measurements would settle most claims.")
    ] = False,
    markdown: Annotated[bool, typer.Option("--markdown", help="Print docs/claims.md.")] = False,
) -> None:
    """The ledger of claims; what changed since it was written is computed again.

    With --own: your own claims, judged in the same way and kept nowhere. With --out: a page with
    filters by verdict, paper and material, a table and the answers as data.
    """
    from particle_sim.claims.missing import missing_lines
    from particle_sim.claims.own import answers_data
    from particle_sim.claims.page import claims_page
    from particle_sim.outputs import check_folder
    from particle_sim.report.claims_folder import write_claims_folder

    _refuse_misplaced(own, {"folder": folder, "recompute": recompute, "markdown": markdown})
    if out is not None:
        check_folder(out, force=force)
    with reporting(enabled=not (quiet or as_json)) as report:
        entries = _entries(own, folder, only or (), recompute, report.solving)
    if out is not None:
        write_claims_folder(entries, out, typed(), force=force)
    if as_json:
        print_json(answers_data(entries))
    elif to_measure:
        print("\n".join(missing_lines(entries)))
    elif markdown:
        print(claims_page(entries), end="", file=whole_output())
    else:
        _tell(entries, out)


def _refuse_misplaced(file: Path | None, given: dict[str, Any]) -> None:
    for name in (name for name, value in given.items() if value and file is not None):
        raise InputError(f"--{name} is of the ledger, and --own of yours; give one.")


def _entries(
    file: Path | None,
    folder: Path | None,
    only: Sequence[str],
    recompute: bool,
    progress: Callable[[str, float], None],
) -> Sequence[Any]:
    """The claims of one's own file, or those of the ledger, with their answers."""
    from particle_sim.claims.ledger import update_ledger
    from particle_sim.claims.own import load_own, own_entries
    from particle_sim.claims.tools import simulations

    again = served_inputs() is not None
    if again and folder is not None:
        raise InputError(
            f"--folder is {folder}, which keeps its own ledger; claims of another folder are not "
            "made again: run claims there."
        )
    if file is not None:
        return own_entries(load_own(file), simulations, only, progress)
    return update_ledger(
        simulations,
        folder=folder,
        only=only,
        recompute=recompute,
        kept=not again,
        progress=progress,
    )


def _tell(entries: Sequence[Any], folder: Path | None) -> None:
    from particle_sim.claims.gathered import told
    from particle_sim.claims.interval import Verdict
    from particle_sim.claims.ledger import headline
    from particle_sim.report.claims_folder import PAGE_FILE

    for entry in entries:
        print(headline(entry))
        print(f"      {entry.claim.file.claim.says}")
        print(f"      {told(entry.answer)}")
    counts = Counter(entry.answer.verdict for entry in entries)
    print(", ".join(f"{counts[verdict]} {verdict.value}" for verdict in Verdict))
    if folder is not None:
        print(f"Report: {folder / PAGE_FILE}")
