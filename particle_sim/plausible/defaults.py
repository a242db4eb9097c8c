"""How often questions draw where nobody says otherwise; light enough for the command line."""

SAMPLES = 4000
"""Draws per question: the 95 % interval of a share of 90 % is then 1.9 % wide."""
SEED = 1
