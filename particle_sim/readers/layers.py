"""Exports in layers: rows of cycles and steps among records, told by their empty cells."""

from __future__ import annotations

from particle_sim.errors import InputError
from particle_sim.readers.dialects import match
from particle_sim.readers.header import Header, split_line

Row = list[str]
Numbered = tuple[int, Row]
"""Line of the file and the cells in it."""


class Layers:
    """Rows of records among rows of cycles and steps, which begin with fewer empty cells."""

    def __init__(self, header: Header) -> None:
        self.header, self.depth = header, header.layers
        self.names: list[tuple[int, str]] = []
        """Line of each step row and the state that it names."""
        self._state = self._state_place()

    def _state_place(self) -> int | None:
        if self.depth == 0 or not self.header.above or "state" in self.header.match.columns:
            return None
        cells = split_line(self.header.above[-1], self.header.separator)
        found = match(self.header.match.dialect, cells).columns.get("state")
        return None if found is None else found.place

    def records(self, name: str, rows: list[Numbered]) -> list[Numbered]:
        """The rows of records; a header that stands again is refused."""
        header, depth = self.header.cells, self.depth
        kept = [one for one in rows if one[1] and (one[1][0] or any(one[1]))]
        if depth:
            kept = [one for one in kept if not self._of_other_layer(*one)]
        firsts = [row[depth] if len(row) > depth else "" for _, row in kept]
        if header[depth] in firsts:
            raise InputError(
                f"{name}, line {kept[firsts.index(header[depth])][0]}: the header stands again; "
                "two "
                "tests or cells stand in one file, so split it there and read one at a time."
            )
        if any(text.startswith("# ") for text in firsts):
            kept = [one for one in kept if not one[1][0].startswith("# ")]
        return kept

    def _of_other_layer(self, number: int, row: Row) -> bool:
        """Whether a row is of a cycle or a step; the state of a step is kept."""
        if not any(row[: self.depth]):
            return False
        inner = not any(row[: self.depth - 1])
        if self._state is not None and inner and len(row) > self._state:
            self.names.append((number, row[self._state].strip()))
        return True
