"""What a chemical formula says: sites, charges, mixing entropy, mismatch, capacity, rules."""
