"""Run of the verification tests those that another processor's rounding may turn over.

``pytest -p rounding``, with this folder on the path, as ``.ci/run`` does it on an old processor:
left out are the rows of docs/verification.md whose bound is coarse, an error of 1 % that may be
2 % being one of the mesh. Cases marked slow are run whatever their bound, as CI runs them nowhere
else.
"""

from __future__ import annotations

from typing import Any

from verification_page import PAGE, rows_on

COARSE = 1e-5
"""Rounding, 1e-16 times a condition number below 1e10, does not move an error by a tenth of it."""


def pytest_collection_modifyitems(config: Any, items: list[Any]) -> None:
    """Deselect the coarse ones; a test that the page does not know yet runs."""
    bounds = {
        (row.file, row.name.split("[")[0]): row.sign.startswith(">") or (row.bound or 0) >= COARSE
        for row in rows_on(PAGE.read_text(encoding="utf-8"))
    }
    coarse = [
        item
        for item in items
        if bounds.get((item.path.name, item.originalname), False)
        and not item.get_closest_marker("slow")
    ]
    if coarse:
        config.hook.pytest_deselected(items=coarse)
        items[:] = [item for item in items if item not in set(coarse)]
