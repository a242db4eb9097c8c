"""Does docs/architecture.md describe the walks that the code takes?"""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from test_floors import floors
from walks import Walk, walk

import particle_sim as ps

PAGE = (Path(__file__).parents[2] / "docs" / "architecture.md").read_text(encoding="utf-8")
WALKS: dict[str, Callable[[], Any]] = {
    'load_material("nvp")': lambda: ps.load_material("nvp"),
}
"""What is called, as the page writes it."""


def described(name: str) -> tuple[list[str], int, int]:
    """Modules in the order of the page's table, stays and returns."""
    _, found, text = PAGE.partition(f"The walk of `{name}`")
    assert found, f"the page does not describe {name}"
    head, _, table = text.partition("|---|---|\n")
    counted = re.search(r"(\d+) stays, of which (\d+) return", head)
    assert counted is not None
    rows = table.partition("\n\n")[0].splitlines()
    cells = [re.fullmatch(r"\| `([\w.]+)` \| (.+) \|", row) for row in rows]
    return [cell[1] for cell in cells if cell is not None], int(counted[1]), int(counted[2])


@pytest.mark.parametrize("name", WALKS)
def test_the_page_describes_the_walk(name: str) -> None:
    modules, stays, returns = described(name)
    taken = walk(WALKS[name])
    assert list(taken.modules) == modules
    assert (len(taken.stays), taken.returns) == (stays, returns)


def test_a_return_and_a_climb_are_counted() -> None:
    levels = [["particle_sim.cli"], ["particle_sim.materials"], ["particle_sim.units"]]
    there = Walk(("materials.load", "units", "materials.load", "cli.run"))
    assert there.modules == ("materials.load", "units", "cli.run")
    assert there.returns == 1
    assert there.climbs(levels) == [("units", "materials.load"), ("materials.load", "cli.run")]


def test_a_walk_is_what_is_called_first() -> None:
    from particle_sim import units

    taken = walk(lambda: [units.to_si(1.0, "um", "m") for _ in range(3)])
    assert taken.stays == ("units",)
    assert {f"particle_sim.{name.split('.')[0]}" for name in taken.modules} <= {
        name for floor in floors() for name in floor
    }
