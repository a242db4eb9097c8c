"""``particle-sim design``: what a formula says, and a draft material file for it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from particle_sim.cli.complete import complete_material
from particle_sim.cli.options import FileOption, ForceOption, JsonOption
from particle_sim.cli.told import print_json
from particle_sim.cli.verb import Aim, verb
from particle_sim.errors import InputError


@verb(
    Aim.BRING,
    2,
    "a draft material from its formula, after a known one",
    "design NaNi0.4Fe0.2Mn0.2Ti0.2O2 --like nfm_li2024 --name my_oxide",
    completes={"like": complete_material},
)
def design(
    formula: Annotated[str, typer.Argument(help='Such as "Na3.3V1.4Cr0.2Mn0.2Fe0.2(PO4)3".')],
    like: Annotated[str, typer.Option(help="The simulable material it is made after.")],
    name: Annotated[str, typer.Option(help="Name of the new material.")] = "my_material",
    file: FileOption = None,
    force: ForceOption = False,
    as_json: JsonOption = False,
) -> None:
    """Composition report of a formula and a draft material file after a known material."""
    from particle_sim.cli.tables import print_lines, print_table
    from particle_sim.composition.report import analyse, rows, sentences
    from particle_sim.files import write_file
    from particle_sim.materials.design import draft_material, material_text
    from particle_sim.materials.load import load_record
    from particle_sim.materials.system import load_system, system_names
    from particle_sim.materials.trends import trends
    from particle_sim.outputs import check_file, new_files

    if not name.isidentifier():
        raise InputError(f'--name is "{name}"; use letters, digits and underscores.')
    if name in system_names():
        raise InputError(f'--name is "{name}", a material of the library; choose another name.')
    target = file or Path(f"{name}.toml")
    if target.suffix != ".toml":
        raise InputError(f"--file is {target}; give it a name that ends in .toml.")
    check_file(target)
    tables = draft_material(name, formula, like)
    known = load_system(like)
    report = analyse(formula, structure=known.structure, carrier=known.file.material.carrier)
    with new_files(target, force=force) as work:
        write_file(work / target.name, material_text(tables))
        load_record(str(work / target.name))
    told: dict[str, Any] = {
        "composition": rows(report),
        "in words": list(sentences(report)),
        "trends": [trend.sentence(known.citation(trend.source)) for trend in trends()],
        "file": target,
    }
    if as_json:
        print_json(told)
        return
    print_table(f"Composition of {formula}", told["composition"])
    print_lines("In words", told["in words"])
    print_lines("Trends people design by, and what the library holds of them", told["trends"])
    print(f"Draft after {like}: {target}")
    print(f"Next: replace its assumed numbers, then particle-sim compare {like} {target}")
