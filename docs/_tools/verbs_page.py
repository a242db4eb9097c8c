"""Write ``docs/commands.md``, every verb with its options, from the code; nothing in it is typed.

``python docs/_tools/verbs_page.py`` writes the page; a test holds it equal to the code.
"""

from __future__ import annotations

from collections.abc import Iterator
from enum import Enum
from pathlib import Path
from typing import Any, get_args, get_type_hints

import typer.main

from particle_sim.cli.main import app
from particle_sim.cli.verb import Aim
from particle_sim.cli.verbs import VERBS

PAGE = Path(__file__).resolve().parents[1] / "commands.md"
SHARED = ("--cell", "--full", "--set", "--out", "--force", "--json", "--quiet", "--workers")
"""Options of several verbs that the first table shows, in its order."""

HEAD = """# Commands

Every verb and option, written from the code by `python docs/_tools/verbs_page.py`; a
test keeps it equal to the code. `particle-sim VERB --help` says the same, and
`particle-sim --install-completion` lets Tab complete verbs, options, materials, files and figures.

## The same everywhere

An option has one name and one meaning in every verb that has it.
"""


def page() -> str:
    """The page as Markdown."""
    commands = getattr(typer.main.get_command(app), "commands", {})
    options = {name: list(_options(commands[name])) for name in VERBS}
    lines = [HEAD, *_shared(options)]
    for aim in Aim:
        lines += ["", f"## {aim.value}"]
        for name, verb in VERBS.items():
            if verb.aim is aim:
                lines += ["", f"### {name}", "", f"{_capital(verb.says)}.", ""]
                hints = get_type_hints(verb.run)
                lines += [f"`{verb.example}`", "", *_table(options[name], hints)]
    return "\n".join(lines) + "\n"


def _options(command: Any) -> Iterator[Any]:
    yield from (each for each in command.params if each.name != "help")


def _shared(options: dict[str, list[Any]]) -> Iterator[str]:
    known = {opt: each for own in options.values() for each in own for opt in each.opts}
    yield "| option | what it says |"
    yield "|---|---|"
    for option in SHARED:
        yield f"| `{_named(known[option])}` | {_cell(known[option].help)} |"
    yield ""
    yield "| verb | " + " | ".join(f"`{option}`" for option in SHARED) + " |"
    yield "|---|" + ":-:|" * len(SHARED)
    for name, own in options.items():
        has = ["•" if any(option in o.opts for o in own) else "" for option in SHARED]
        yield f"| [{name}](#{name}) | " + " | ".join(has) + " |"


def _table(options: list[Any], hints: dict[str, Any]) -> Iterator[str]:
    if not options:
        yield "It has no options."
        return
    yield "| option | what it says | default |"
    yield "|---|---|---|"
    for each in options:
        yield f"| `{_named(each)}` | {_cell(each.help)} | {_default(each, hints[each.name])} |"


def _named(option: Any) -> str:
    """As it is typed: ``--c-rate NUMBER``, ``--full``, ``NAME``."""
    name = option.opts[0]
    if not name.startswith("-"):
        return name.upper() + ("..." if option.nargs == -1 else "")
    off = f" / {option.secondary_opts[0]}" if option.secondary_opts else ""
    return f"{name}{off}" if option.is_flag else f"{name} {option.metavar or 'CHOICE'}"


def _cell(text: str | None) -> str:
    return (text or "").replace("|", "\\|").replace("*", "\\*")


def _default(option: Any, hint: Any) -> str:
    """What it is if it is not given, and what it may be."""
    choices = [f"`{member.value}`" for member in _choices(hint)]
    of = f"of {', '.join(choices)}" if choices else ""
    if option.required:
        return "must be given" + (f"; {of}" if of else "")
    if option.default in (None, False, ()) or callable(option.default):
        return of
    return " ".join([f"`{getattr(option.default, 'value', option.default)}`", of]).strip()


def _choices(hint: Any) -> Iterator[Any]:
    """The members of an enum anywhere in a type such as ``list[Format] | None``."""
    if isinstance(hint, type) and issubclass(hint, Enum):
        yield from hint
    for part in get_args(hint):
        yield from _choices(part)


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
