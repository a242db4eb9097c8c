"""Metrics: one number per run, its unit in the return type."""

from particle_sim.metrics.inhomogeneity import inhomogeneity as inhomogeneity
from particle_sim.metrics.particle_voltage import particle_voltage as particle_voltage
from particle_sim.metrics.peak_first_principal_stress import (
    peak_first_principal_stress as peak_first_principal_stress,
)
from particle_sim.metrics.peak_hoop_stress import peak_hoop_stress as peak_hoop_stress
from particle_sim.metrics.peak_hydrostatic_stress import (
    peak_hydrostatic_stress as peak_hydrostatic_stress,
)
from particle_sim.metrics.peak_strain_energy_density import (
    peak_strain_energy_density as peak_strain_energy_density,
)
from particle_sim.metrics.peak_von_mises_stress import (
    peak_von_mises_stress as peak_von_mises_stress,
)
from particle_sim.metrics.surface_excess import surface_excess as surface_excess
from particle_sim.metrics.surface_tension import surface_tension as surface_tension
