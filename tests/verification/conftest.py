"""Comparisons that hold are recorded when ``docs/_tools/verification_page.py`` asks for them."""

import os

if os.environ.get("PARTICLE_SIM_VERIFICATION_RECORD"):
    from verification_page import note_comparison as pytest_assertion_pass  # noqa: F401
