"""What a shell starts: signals are heeded before anything else is loaded."""

from __future__ import annotations

import gc

from particle_sim.cli.ending import run_to_the_end

YOUNG = 50_000
"""New objects between two searches for garbage: what is loaded stays, and is not to be searched at
every 700th, which takes a twentieth of a short verb."""


def main() -> None:
    """Load the verbs and run the command."""
    run_to_the_end(_run)


def _run() -> None:
    gc.set_threshold(YOUNG)
    from particle_sim.cli.main import run_verb

    run_verb()
