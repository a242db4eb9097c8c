"""What the shell completes after Tab; nothing here loads a library."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

import typer

from particle_sim.resources import shipped_files


def complete_material(incomplete: str) -> list[str]:
    """Shipped materials and own TOML files that begin with ``incomplete``."""
    return _shipped_or_own(incomplete, shipped_files("parameters", "materials"))


def complete_cell(incomplete: str) -> list[str]:
    """Shipped cell designs and own TOML files that begin with ``incomplete``."""
    return _shipped_or_own(incomplete, shipped_files("parameters", "cells"))


def complete_scenario(incomplete: str) -> list[str]:
    """Shipped scenarios and sweeps, and own TOML files, that begin with ``incomplete``."""
    return _shipped_or_own(incomplete, shipped_files("scenarios"))


def complete_figure(context: typer.Context, incomplete: str) -> list[str]:
    """Figures of the result folder on the command line that begin with ``incomplete``."""
    words = [str(context.params.get("folder") or ""), *context.args]
    folders = [Path(word) for word in words if word and not word.startswith("-")]
    drawn = {path.stem for folder in folders for path in folder.glob("*.svg")}
    return [name for name in sorted({*drawn, "all"}) if name.startswith(incomplete)]


def _shipped_or_own(incomplete: str, shipped: Iterable[str]) -> list[str]:
    head = re.sub(r"[^/\\]*$", "", incomplete)  # as typed; a path would lose "./"
    folder = Path(head)
    found = sorted(path.name for path in folder.glob("*.toml")) if folder.is_dir() else []
    own = [head + name for name in found]
    return [name for name in (*shipped, *own) if name.startswith(incomplete)]
