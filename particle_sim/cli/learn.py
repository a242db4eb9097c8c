"""``particle-sim learn``: lessons and playground in the browser, or as a folder of pages."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from particle_sim.cli.evidence_options import DataOption, EvidenceOption, asked_evidence
from particle_sim.cli.options import ForceOption
from particle_sim.cli.verb import Aim, verb


@verb(Aim.LEARN, 1, "short lessons with pictures to play with", "learn")
def learn(
    classroom: Annotated[
        bool,
        typer.Option(
            "--class",
            help="For a class: listen on this computer's address in its network, print it with a "
            "QR code, and keep the answers from the pages.",
        ),
    ] = False,
    host: Annotated[
        str | None,
        typer.Option(
            help="Address to listen on; the default is 127.0.0.1, for this computer only."
        ),
    ] = None,
    port: Annotated[int, typer.Option(min=0, max=65535, help="0: any free one.")] = 8765,
    browser: Annotated[bool, typer.Option(help="Open the browser.")] = True,
    export: Annotated[
        Path | None, typer.Option(help="Write pages that need no server into this folder.")
    ] = None,
    evidence: EvidenceOption = None,
    data: DataOption = None,
    force: ForceOption = False,
) -> None:
    """Lessons on diffusion-induced stress and a playground, in the browser."""
    from particle_sim.learn.site import require_extra

    require_extra()
    from particle_sim.learn.rate_tests import checked
    from particle_sim.learn.shipped import PAIR, shipped_titles

    asked = checked(*asked_evidence(evidence, data, list(shipped_titles()) if data else PAIR))
    if export is not None:
        from particle_sim.learn.export import export_site
        from particle_sim.outputs import check_folder

        check_folder(export, force=force, option="--export")
        print("Computing every state of every picture takes a minute or two.", flush=True)
        pages = export_site(export, force=force, asked=asked)
        print(f"{pages} pages: open {export / 'index.html'}")
        return
    from particle_sim.learn.classroom import class_address
    from particle_sim.learn.server import HOST, serve

    if host is None:
        host = class_address() if classroom else HOST
    serve(host, port, open_browser=browser, asked=asked, classroom=classroom)
    sys.stdout.flush()
    os._exit(0)  # a picture still being computed does not hold up the end
