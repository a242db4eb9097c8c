"""Damage: cracks as fields on a body's mesh, boundaries that open, sodium around them."""
