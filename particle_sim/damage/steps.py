"""Steps of a long run, in memory and, where one is named, in a file from which it goes on.

One mechanism for cracks, for fatigue and for boundaries that open. A run says what its state and
what a row of its result is, and goes from state to state:

    with Steps(state=start, row=Found, file=file) as steps:
        while not is_last(steps.state):
            state = next_of(steps.state)
            steps.add(state, row_of(state))
    result = steps.rows

It ends at the same bits only if the next state follows from the state alone: what lives on from one
step to the next beside it, such as a factor, has to be left behind.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from types import TracebackType
from typing import TYPE_CHECKING, Any, Generic, TypeVar

import numpy as np

from particle_sim.fem.body_mesh import BodyMesh
from particle_sim.particle.state_file import UNREADABLE, StateFile, unreadable

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

State = TypeVar("State", bound="DataclassInstance")
Row = TypeVar("Row", bound="DataclassInstance")


def silent(_: str) -> None:
    """Progress that nobody asked for."""


@dataclass(kw_only=True)
class Steps(Generic[State, Row]):
    """``state``: all that the next step needs; ``rows``: what the result keeps, of one shape.

    Both are dataclasses of arrays and numbers. On entry the file of such a run takes the place of
    the start; whatever ends the run early leaves in it all that was done, and its end removes it.
    Raises :class:`InputError` as :class:`~particle_sim.particle.state_file.StateFile` does.

    >>> import tempfile
    >>> from pathlib import Path
    >>> @dataclass(frozen=True, kw_only=True)
    ... class Count:
    ...     done: int
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     file = StateFile(path=Path(folder) / "run.npz", fingerprint="counts")
    ...     try:
    ...         with Steps(state=Count(done=0), row=Count, file=file) as steps:
    ...             steps.add(Count(done=1), Count(done=1))
    ...             raise KeyboardInterrupt
    ...     except KeyboardInterrupt:
    ...         pass
    ...     with Steps(state=Count(done=0), row=Count, file=file) as steps:
    ...         print(steps.state, len(steps.rows))
    Count(done=1) 1
    """

    state: State
    row: type[Row]
    file: StateFile | None = None
    rows: list[Row] = field(default_factory=list)
    is_new: bool = True
    """Whether nothing has been done yet"""

    def __enter__(self) -> Steps[State, Row]:
        kept = None if self.file is None else self.file.load()
        if self.file is None or kept is None:
            return self
        try:
            state = {name: _plain(value) for name, value in _named(kept, type(self.state), "state")}
            columns = dict(_named(kept, self.row, "rows"))
            rows = [map(_plain, each) for each in zip(*columns.values(), strict=True)]
        except UNREADABLE as error:
            raise unreadable(self.file.path, error) from None
        self.state, self.is_new = replace(self.state, **state), False
        self.rows = [self.row(**dict(zip(columns, each, strict=True))) for each in rows]
        return self

    def add(self, state: State, *rows: Row) -> None:
        """Go on from ``state``, and write it if it is time to."""
        self.state, self.is_new = state, False
        self.rows += rows
        self._save(at_once=False)

    def __exit__(
        self, kind: type[BaseException] | None, _: BaseException | None, __: TracebackType | None
    ) -> None:
        if kind is not None and not self.is_new:
            self._save(at_once=True)
        elif kind is None and self.file is not None:
            self.file.remove()

    def _save(self, *, at_once: bool) -> None:
        if self.file is None:
            return
        content = {f"state.{each.name}": np.asarray(getattr(self.state, each.name))
                   for each in fields(self.state)}  # fmt: skip
        for each in fields(self.row):
            column = [getattr(row, each.name) for row in self.rows]
            content[f"rows.{each.name}"] = np.array(column)
        self.file.save(content, at_once=at_once)


def mesh_parts(mesh: BodyMesh) -> tuple[object, ...]:
    """What of a mesh decides a run, for its fingerprint."""
    sides = {name: facets.tolist() for name, facets in mesh.boundaries.items()}
    return mesh.points, mesh.cells, mesh.regions, mesh.symmetry, sides


def _named(
    kept: Mapping[str, Any], kind: type[DataclassInstance], group: str
) -> list[tuple[str, Any]]:
    return [(each.name, kept[f"{group}.{each.name}"]) for each in fields(kind)]


def _plain(value: Any) -> Any:
    """A number as Python's own, an array as it is."""
    return value.item() if np.ndim(value) == 0 else value
