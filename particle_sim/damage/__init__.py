"""Cracks: stress intensity over depth, growth over cycles, populations of flaws, what cracks do."""
