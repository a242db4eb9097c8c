"""What a fit takes the active particles to be; light enough for the command line."""

from __future__ import annotations

import enum


class Form(enum.Enum):
    """The particles behind a fit."""

    ONE_SIZE = "one-size"
    SIZES = "sizes"
    DIFFUSIVITY = "diffusivity"
    MOVING_BOUNDARY = "moving-boundary"
