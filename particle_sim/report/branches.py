"""One branch of what a phase boundary may do, as a cell of a table."""

from __future__ import annotations

from particle_sim.units import readable


def branch_text(tension: float, energy: float, least: float) -> str:
    """Tension [Pa], and the energy over the least of all branches.

    >>> branch_text(2.04e9, 4e-16, 2e-16)
    '2040 MPa, 2 times the least energy'
    """
    stress, share = readable(float(f"{tension / 1e6:.3g}")), energy / least
    mark = "the least energy" if share == 1 else f"{share:.2g} times the least energy"
    return f"{stress} MPa, {mark}"
