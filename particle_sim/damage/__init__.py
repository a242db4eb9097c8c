"""What cycling does to particles and cells: laws of loss and growth, and what they must beat."""
