"""Lessons and the playground in a browser."""
