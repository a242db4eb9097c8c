"""Young's modulus and Poisson's ratio that turn a stress intensity into an energy."""

from __future__ import annotations

import numpy as np

from particle_sim.particle.run import ParticleRun
from particle_sim.units import Array


def effective_moduli(run: ParticleRun, site_fraction: float) -> tuple[float, float]:
    """(E [Pa], nu) at a filling; of a crystal with its own stiffness, the mean over orientations.

    That mean is Voigt's, K = (C_iijj)/9 and G = (3 C_ijij - C_iijj)/30, an upper bound (Hill, Proc.
    Phys. Soc. A 65 (1952) 349). An anisotropic crack tip has other constants.
    """
    crystal, material = run.particle.crystal, run.particle.material
    if crystal is not None and crystal.stiffness is not None:
        return _voigt_average(crystal.stiffness)
    filling = np.array(site_fraction)
    return float(material["youngs_modulus"](filling)), float(material["poisson_ratio"](filling))


def _voigt_average(stiffness: Array) -> tuple[float, float]:
    normal, shear = float(stiffness[:3, :3].trace()), float(stiffness[3:, 3:].trace())
    dilation = float(stiffness[:3, :3].sum())
    bulk = dilation / 9
    rigidity = (3 * (normal + 2 * shear) - dilation) / 30
    modulus = 9 * bulk * rigidity / (3 * bulk + rigidity)
    return modulus, (3 * bulk - 2 * rigidity) / (2 * (3 * bulk + rigidity))
