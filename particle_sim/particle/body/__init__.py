"""Particles of any shape: 2-D sections and 3-D bodies, crystals, grains and coatings."""
