"""Does docs/architecture.md describe the walks that the code takes?"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

from test_floors import floors
from walks import Walk, walk

PAGE = (Path(__file__).parents[2] / "docs" / "architecture.md").read_text(encoding="utf-8")
ROW = re.compile(r"\| ((?:`[\w.]+`(?:, )?)+) \| .+ \|")
STAYS = re.compile(r"(at most )?(\d+) stays, of which (?:at most )?(\d+)\s+return", re.IGNORECASE)


def described(name: str) -> tuple[list[str], int, int, bool]:
    """Modules in the order of the page's table, stays, returns, and whether these are bounds."""
    _, found, text = PAGE.partition(f"The walk of `{name}`")
    assert found, f"the page does not describe {name}"
    head, _, table = text.partition("|---|---|\n")
    counted = STAYS.search(" ".join(head.split()))
    assert counted is not None
    modules = []
    for row in table.partition("\n\n")[0].splitlines():
        cell = ROW.fullmatch(row)
        assert cell is not None, row
        modules += re.findall(r"[\w.]+", cell[1])
    return modules, int(counted[2]), int(counted[3]), counted[1] is not None


def test_the_page_describes_the_walks(tmp_path: Path) -> None:
    script = Path(__file__).with_name("taken.py")
    command = [sys.executable, str(script), str(tmp_path)]
    helpers = {**os.environ, "PYTHONPATH": str(script.parents[1])}
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, env=helpers)
    taken = json.loads((tmp_path / "walks.json").read_text(encoding="utf-8"))
    assert len(taken) == PAGE.count("The walk of `")
    for name, (stays, listed) in taken.items():
        modules, most, back, is_bound = described(name)
        assert modules == listed, name
        counts = len(stays), Walk(tuple(stays)).returns
        if is_bound:
            assert counts[0] <= most, name
            assert counts[1] <= back, name
        else:
            assert counts == (most, back), name


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


def test_a_walk_to_somewhere_is_the_way_there() -> None:
    from particle_sim import flux
    from particle_sim.flux import constant_flux

    def make() -> None:
        constant_flux(1.0, 2.0, initial_site_fraction=0.5)

    there = walk(make, lambda frame: frame.f_code is flux.positive.__code__)
    assert there.stays == ("checks", "flux", "units", "flux")
    assert walk(make, lambda frame: False).stays == ()
    assert there.then(Walk(("units", "checks"))).stays[3:] == ("flux", "units", "checks")
