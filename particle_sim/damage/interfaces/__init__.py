"""Grain boundaries that open: cohesive laws on the facets between a body's regions."""
