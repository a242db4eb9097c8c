"""What arguments of the public functions are refused, each in one sentence."""
