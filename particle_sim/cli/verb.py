"""What makes a function a verb of the command: where it is listed, its words, an example."""

from __future__ import annotations

import enum
from collections.abc import Callable, Mapping
from functools import update_wrapper, wraps
from pathlib import Path
from typing import Any, Generic, ParamSpec, get_args, get_type_hints

from typer.models import OptionInfo

from particle_sim.inputs import asking


class Aim(enum.Enum):
    """What somebody comes for, in the order of the list."""

    SEE = "See a result"
    BRING = "Bring my own material"
    VARY = "Vary the unknown"
    LEARN = "Learn"
    USE = "Use elsewhere"


Arguments = ParamSpec("Arguments")
Completions = Mapping[str, Callable[[str], list[str]]]


class Verb(Generic[Arguments]):
    """A function with typed options, and what the list of verbs says of it."""

    def __init__(
        self, run: Callable[Arguments, None], aim: Aim, place: int, says: str, example: str
    ) -> None:
        update_wrapper(self, run)
        self.run, self.aim, self.place, self.says, self.example = run, aim, place, says, example

    def __call__(self, *args: Arguments.args, **kwargs: Arguments.kwargs) -> None:
        self.run(*args, **kwargs)

    def asking(self) -> Callable[Arguments, None]:
        """The function, for the command: what it writes says which options it was given."""

        @wraps(self.run)
        def run(*args: Arguments.args, **kwargs: Arguments.kwargs) -> None:
            with asking(self.name, kwargs):
                self.run(*args, **kwargs)

        return run

    @property
    def name(self) -> str:
        """As it is typed, with hyphens; a trailing underscore keeps a word of Python apart."""
        return self.run.__name__.rstrip("_").replace("_", "-")


def verb(
    aim: Aim, place: int, says: str, example: str, *, completes: Completions | None = None
) -> Callable[[Callable[Arguments, None]], Verb[Arguments]]:
    """Decorator of a verb, the ``place``-th of its ``aim``.

    ``example`` runs as written where the files it names exist; ``completes`` says what the shell
    completes, by argument.
    """

    def made(run: Callable[Arguments, None]) -> Verb[Arguments]:
        hints = get_type_hints(run, include_extras=True)
        for argument, complete in (completes or {}).items():
            hints[argument].__metadata__[0].autocompletion = complete
        for hint in hints.values():
            _name_value(hint)
        run.__annotations__ = hints
        return Verb(run, aim, place, says, f"particle-sim {example}")

    return made


VALUES = {str: "TEXT", float: "NUMBER", int: "COUNT", Path: "PATH"}
"""What stands for the value of an option in its help."""


def _name_value(hint: Any) -> None:
    """Say what the value of an option is, where the option does not."""
    (about, *_), kinds = getattr(hint, "__metadata__", (None,)), str(get_args(hint)[:1])
    if isinstance(about, OptionInfo) and about.metavar is None:
        found = (word for kind, word in VALUES.items() if kind.__name__ in kinds)
        about.metavar = next(found, None)
