"""Is every file of a folder that others extend exported? A forgotten line is noticed here."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from types import ModuleType
from typing import Any

import pytest

from particle_sim import claims, cli, figures, metrics, transport
from particle_sim.claims.kind import Kind
from particle_sim.claims.kinds import KINDS
from particle_sim.cli.verb import Verb
from particle_sim.cli.verbs import VERBS
from particle_sim.figures import ASKED_FOR, FIGURES
from particle_sim.figures.of_comparison import ComparisonFigure
from particle_sim.particle import shapes
from particle_sim.transport.term import PhysicsTerm

NEEDS_A_TOUGHNESS = ["crack_number"]
"""Metrics of materials with properties that not every material has; asked for by their module."""


@dataclass(frozen=True)
class Socket:
    """A folder, what in its files is meant for others, and what they get."""

    package: ModuleType
    meant: Callable[[str, Any], bool]
    """Of a module's name and a value in it."""
    exported: Iterable[Any]
    forgotten: tuple[str, ...] = ()


def is_metric(module: str, value: Any) -> bool:
    """The function that a file is called after, of a run alone, with a unit."""
    if not inspect.isfunction(value) or value.__name__ != module:
        return False
    takes = list(inspect.signature(value).parameters)
    hint = inspect.get_annotations(value, eval_str=True)["return"]
    return takes == ["run"] and hasattr(hint, "__metadata__")


def is_shape(module: str, value: Any) -> bool:
    return inspect.isfunction(value) and value.__name__ == module


def of_type(kind: type) -> Callable[[str, Any], bool]:
    return lambda module, value: isinstance(value, kind)


SOCKETS = {
    "metric": Socket(metrics, is_metric, vars(metrics).values(), tuple(NEEDS_A_TOUGHNESS)),
    "shape": Socket(shapes, is_shape, vars(shapes).values()),
    "physics term": Socket(transport, of_type(PhysicsTerm), vars(transport).values()),
    "figure": Socket(figures, of_type(ComparisonFigure), [*FIGURES.values(), *ASKED_FOR.values()]),
    "claim kind": Socket(claims, of_type(Kind), KINDS.values()),
    "verb": Socket(cli, of_type(Verb), VERBS.values()),
}


def not_exported(socket: Socket) -> list[str]:
    exported = {id(value) for value in socket.exported}
    left = []
    for found in pkgutil.iter_modules(socket.package.__path__):
        module = importlib.import_module(f"{socket.package.__name__}.{found.name}")
        meant = [value for value in vars(module).values() if socket.meant(found.name, value)]
        left += [found.name for value in meant if id(value) not in exported]
    return left


@pytest.mark.parametrize("name", SOCKETS)
def test_no_export_line_is_forgotten(name: str) -> None:
    assert not_exported(SOCKETS[name]) == list(SOCKETS[name].forgotten)
