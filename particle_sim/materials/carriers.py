"""What the ions that move are called."""

from __future__ import annotations

CARRIER_NAMES = {"Na": "sodium", "Li": "lithium", "K": "potassium"}
"""By the symbol that a material file gives as its carrier."""
