"""What a shell starts: signals are heeded before anything else is loaded."""

from __future__ import annotations

from particle_sim.cli.ending import run_to_the_end


def main() -> None:
    """Load the verbs and run the command."""
    run_to_the_end(_run)


def _run() -> None:
    from particle_sim.cli.main import run_verb

    run_verb()
