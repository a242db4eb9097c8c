"""What a formula says: sites, charges, entropy, mismatch, capacity and the papers' rules."""
