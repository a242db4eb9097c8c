"""One branch of what a phase boundary may do, as a cell of a table."""

from __future__ import annotations

from particle_sim.units import readable


def branch_text(tension: float, energy: float, least: float) -> str:
    """Tension [Pa], and the energy over the least of all branches.

    >>> branch_text(2.04e9, 4e-16, 2e-16)
    '2040 MPa, 2 times the least energy'
    >>> branch_text(0.0, 5.6e-14, 2e-16)
    '0 MPa, 280 times the least energy'
    """
    stress, share = readable(float(f"{tension / 1e6:.3g}")), float(f"{energy / least:.2g}")
    mark = "the least energy" if energy == least else f"{share:g} times the least energy"
    return f"{stress} MPa, {mark}"
