"""The plausible space: what is not known, how it is drawn, and which of it decides."""
