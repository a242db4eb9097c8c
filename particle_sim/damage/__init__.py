"""Cracks: growth over cycles in powders, fields on meshes, boundaries that open, what they do."""
