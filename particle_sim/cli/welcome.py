"""What a newcomer is told: what there is, what to try first, and what to do after a mistake.

Nothing here imports what only a verb needs, so that it answers at once.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from particle_sim.cli.verb import Aim
from particle_sim.cli.verbs import VERBS
from particle_sim.errors import LONGEST_SENTENCE, one_line
from particle_sim.files import is_there

WHAT_IT_IS = (
    "particle-sim computes sodium and stress in battery particles, and says how\n"
    "sure it is that a high-entropy cathode stresses less than its baseline."
)

TRY_FIRST = (
    "particle-sim compare nvp he_v",
    "particle-sim show materials --carrier Na --simulable",
    "particle-sim learn",
)


def welcome() -> str:
    """What ``particle-sim`` alone prints."""
    width = max(map(len, VERBS)) + 2
    lines = [WHAT_IT_IS]
    for aim in Aim:
        listed = [verb for verb in VERBS.values() if verb.aim is aim]
        lines += ["", aim.value, *(f"  {verb.name:<{width}}{verb.says}" for verb in listed)]
    lines += ["", "Try first", *(f"  {command}" for command in TRY_FIRST)]
    lines += ["", "particle-sim VERB --help explains a verb."]
    lines += ["particle-sim --install-completion lets Tab complete verbs and materials."]
    return "\n".join(lines)


def advised(problems: Sequence[str], arguments: Sequence[str]) -> list[str]:
    """The problems as printed lines; the last with each next step also says that step."""
    steps = [next_step(problem, arguments) for problem in problems]
    return [
        _joined(problem, step if step not in steps[number + 1 :] else "")
        for number, (problem, step) in enumerate(zip(problems, steps, strict=True))
    ]


def readable(usage: str) -> str:
    """A sentence of the command line's parser, without what it says of its own inside."""
    sentence = usage.replace("Value error, ", "").replace("Input should be a", "it must be a")
    return sentence if sentence.endswith((".", "?")) else f"{sentence}."


def next_step(problem: str, arguments: Sequence[str]) -> str:
    """The command that helps after ``problem``; nothing where the problem names one itself."""
    if "particle-sim " in problem or "pip install" in problem:
        return ""
    extra = re.search(r"particle-sim\[\w+\]", problem)
    if extra is not None:
        return f'Run: pip install "{extra[0]}".'
    verb = arguments[0] if arguments and arguments[0] in VERBS else ""
    return (
        _after_a_file(problem, verb, arguments)
        or _after_a_property(problem, arguments)
        or _after_a_folder(problem, verb)
        or _usage(verb)
    )


def _after_a_file(problem: str, verb: str, arguments: Sequence[str]) -> str:
    """What to do about a TOML file that is named on the command line and in the problem."""
    for option, argument in _with_options(arguments):
        if not argument.endswith(".toml"):
            continue
        path = Path(argument)
        there = is_there(path)
        if there and path.is_file() and problem.startswith(f"{path.name}:"):
            if verb == "run" and problem.endswith("choose from expect, scenario, set."):
                return f'A material is for "particle-sim compare nvp {argument}".'
            return f'Correct it, then run "particle-sim check {argument}".'
        if not there and problem.startswith(f"{argument}:"):
            kind = "scenario" if verb == "run" and not option else _KINDS.get(option)
            if kind is None:
                return ""
            return f'"particle-sim new {kind} {_identifier(argument)}" writes one to fill in.'
    return ""


_KINDS = {"": "material", "--material": "material", "--like": "material", "--cell": "cell"}
"""What a TOML file is, by the option in front of it."""


def _with_options(arguments: Sequence[str]) -> list[tuple[str, str]]:
    """Each argument, behind the option that it is the value of or ""."""
    found = []
    for before, argument in zip(("", *arguments), arguments, strict=False):
        option, joined, value = argument.partition("=")
        if joined and option.startswith("--"):
            found.append((option, value))
        else:
            found.append((before if before.startswith("--") else "", argument))
    return found


def _identifier(path: str) -> str:
    """The name of a file that a newcomer could have meant to make."""
    stem = Path(path).name.removesuffix(".toml")
    return stem if stem.isidentifier() and len(stem) < 40 else "my_own"


def _after_a_property(problem: str, arguments: Sequence[str]) -> str:
    """Where the properties of the material that --set names are listed."""
    named = re.match(
        r"(\S+)\.toml: (.*) (is not a known property|was set to|is not a single)", problem
    )
    if named is None or "--set" not in " ".join(arguments):
        return ""
    return f'"particle-sim show material {named[1]}" lists its numbers with their units.'


def _after_a_folder(problem: str, verb: str) -> str:
    """Another folder where --out cannot be used."""
    if not problem.startswith("--out is") or verb not in ("compare", "rate", "run", "fit"):
        return ""
    return f'E.g. "{VERBS[verb].example} --out results/again".'


def _usage(verb: str) -> str:
    if not verb:
        return '"particle-sim" alone lists the verbs.'
    return f'E.g. "{VERBS[verb].example}"; "particle-sim {verb} --help" lists the options.'


def _joined(problem: str, step: str) -> str:
    """Problem and step on one line that is no longer than a sentence may be."""
    if not step:
        return one_line(problem)
    return f"{one_line(problem, LONGEST_SENTENCE - len(step) - 1)} {step}"
