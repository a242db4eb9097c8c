"""Cracks in particles: how they start, grow and stop."""
