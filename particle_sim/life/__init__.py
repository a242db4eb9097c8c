"""Cycle life: what thousands of cycles leave of a powder's capacity, as far as cracks carry it."""
