"""What a user may say of a file's sign."""

from __future__ import annotations

import enum


class Positive(enum.Enum):
    """Which current a file counts positive."""

    CHARGE = "charge"
    DISCHARGE = "discharge"
    BY_VOLTAGE = "by-voltage"
