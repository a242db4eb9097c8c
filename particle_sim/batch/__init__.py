"""Thousands of spherical particles advanced together, each with its own numbers."""
