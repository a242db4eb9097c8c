"""Physical constants (CODATA 2018, exact SI) and the reference temperature."""

FARADAY = 96485.33212
"""Charge of one mole of electrons [C/mol]."""

GAS_CONSTANT = 8.31446261815324
"""Molar gas constant [J/(mol K)]."""

AVOGADRO = 6.02214076e23
"""Entities per mole [1/mol]."""

REFERENCE_TEMPERATURE = 298.15
"""Temperature at which material files give their values [K]."""
