"""Cracks: growth over cycles in powders, fields on a body's mesh, boundaries that open, what they do."""
