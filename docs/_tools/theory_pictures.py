"""The pictures of the theory pages: what is computed, over the closed form where there is one.

Run by ``python docs/_tools/pictures.py``; on its own it writes them into the present folder.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.figure import Figure

import particle_sim as ps
from particle_sim.damage.growth import CrackGrowth
from particle_sim.figures.style import BASELINE, CANDIDATE, figure_style
from particle_sim.metrics.flaw_free_bound import PARABOLA_AT_BEST, parabola_intensity

RADIUS, FULL, MODULUS, RATIO, STRAIN = 0.5e-6, 2e4, 80e9, 0.28, 0.02
SIZE = (7.1, 2.9)
"""Inches: 180 mm wide."""
SHADES = ("#E69F00", "#D55E00", "#CC79A7", "#0072B2")
"""Of curves in an order; each is seen on a light and on a dark page."""
DASHED: Any = {"color": "#888888", "linestyle": "--", "linewidth": 1.2}


def charge(diffusivity: float, times: list[float], physics: list[Any] | None = None) -> Any:
    """A sphere that loses nine tenths of its sodium in an hour, at constant current."""
    material = ps.material_from_values(
        maximum_concentration=FULL,
        diffusivity=diffusivity,
        youngs_modulus=MODULUS,
        poisson_ratio=RATIO,
        partial_molar_volume=3 * STRAIN / FULL,
    )
    particle = ps.Particle(
        material=material,
        mesh=ps.shapes.sphere(radius=RADIUS),
        physics=physics or [ps.physics.fickian_diffusion],
    )
    flux = ps.constant_flux(0.9 / 3600 * FULL * RADIUS / 3, 3600.0, initial_site_fraction=0.95)
    return ps.solve_particle(particle, flux, times=times)


def panels(count: int, **labels: str) -> tuple[Any, Any]:
    """A figure and its axes, side by side."""
    figure = Figure(figsize=SIZE, layout="constrained")
    axes = np.atleast_1d(figure.subplots(1, count))
    for each in axes:
        each.set(**labels)
    return figure, axes


def radius_of(run: Any) -> Any:
    return run.positions[:, 0] / RADIUS


def diffusion() -> None:
    """Profiles at constant current, and the parabola that they become."""
    figure, axes = panels(2, xlabel="Radius over R", ylabel="Site fraction")
    r = np.linspace(0, 1, 101)
    for each, diffusivity in zip(axes, (2e-17, 2e-16), strict=True):
        run = charge(diffusivity, [180.0, 720.0, 1440.0, 2160.0])
        for row, shade in enumerate(SHADES, start=1):
            filling, mean = run.site_fraction_at_points[row], run.mean_site_fraction[row]
            label = f"{run.time[row] / 60:.0f} min"
            each.plot(radius_of(run), filling, color=shade, label=label)
            drop = RADIUS**2 / (6 * diffusivity) * 0.9 / 3600
            each.plot(r, mean + drop * (0.6 - r**2), **DASHED)
        each.set_title(f"$R^2/D$ = {RADIUS**2 / diffusivity / 60:.0f} min", fontsize=9)
        each.set_ylim(0, 1)
    axes[1].legend(title="after", loc="lower left")
    figure.savefig("diffusion_profiles.png")


def stress() -> None:
    """Hoop and radial stress of a charge, over the closed form for a parabola."""
    figure, axes = panels(1, xlabel="Radius over R", ylabel="Stress [MPa]")
    run, r = charge(1e-16, [2400.0]), np.linspace(0, 1, 101)
    top = MODULUS / (1 - RATIO) * STRAIN * RADIUS**2 / (6e-16) * 0.9 / 3600 / 1e6
    for row, (name, colour, form) in enumerate(
        (("radial", CANDIDATE, 0.4 * (1 - r**2) * -1), ("hoop", BASELINE, 0.4 * (2 * r**2 - 1)))
    ):
        axes[0].plot(radius_of(run), run.stress[-1, :, row] / 1e6, color=colour, label=name)
        axes[0].plot(r, top * form, **DASHED)
    axes[0].axhline(0, color="#888888", linewidth=0.6)
    axes[0].annotate("tension", (0.02, 6), color="#888888", fontsize=8)
    axes[0].annotate("compression", (0.02, -14), color="#888888", fontsize=8)
    axes[0].legend(title="dashed: closed form")
    figure.savefig("sphere_stress.png")


def drift() -> None:
    """What stress drift does to the profile and to the stress, 25 minutes into a charge."""
    figure, axes = panels(2, xlabel="Radius over R")
    fick = [ps.physics.fickian_diffusion]
    for name, colour, physics in (
        ("Fick", BASELINE, fick),
        ("Fick and stress drift", CANDIDATE, [*fick, ps.physics.stress_drift]),
    ):
        run = charge(7e-17, [1500.0], physics)
        axes[0].plot(radius_of(run), run.site_fraction_at_points[1], color=colour, label=name)
        axes[1].plot(radius_of(run), run.stress[1, :, 1] / 1e6, color=colour)
    axes[0].set(ylabel="Site fraction", ylim=(0, 1))
    axes[1].set(ylabel="Hoop stress [MPa]")
    axes[1].axhline(0, color="#888888", linewidth=0.6)
    axes[0].legend(loc="lower left")
    figure.savefig("stress_drift.png")


def phases() -> None:
    """The homogeneous potential of a plateau, and how a boundary crosses a particle of NVP."""
    figure, axes = panels(2)
    y, thermal = np.linspace(0.003, 0.997, 400), 25.69  # R T/F at 25 C [mV]
    for chi, shade in zip((0.0, 2.0, 3.5), SHADES[1:], strict=True):
        potential = -thermal * (np.log(y / (1 - y)) + chi * (1 - 2 * y))
        axes[0].plot(y, potential, color=shade, label=rf"$\chi$ = {chi:g}")
    axes[0].set(xlabel="Filling of the plateau", ylabel="$U_h - U_i$ [mV]", ylim=(-80, 80))
    axes[0].legend()
    nvp, radius = ps.load_material("nvp"), 100e-9
    run = ps.solve_particle(
        ps.Particle(
            material=nvp,
            mesh=ps.shapes.sphere(radius=radius),
            physics=[ps.physics.phase_separation],
        ),
        ps.constant_flux(
            0.9 / 3600 * nvp.maximum_concentration * radius / 3, 3600.0, initial_site_fraction=0.95
        ),
        times=[1500.0, 2100.0, 2700.0],
    )
    for row, shade in enumerate(SHADES[1:], start=1):
        filling, label = run.site_fraction_at_points[row], f"{run.time[row] / 60:.0f} min"
        axes[1].plot(run.positions[:, 0] / radius, filling, color=shade, label=label)
    axes[1].set(xlabel="Radius over R", ylabel="Site fraction", ylim=(0, 1))
    axes[1].legend(title="NVP, 100 nm, 1C")
    figure.savefig("phase_boundary.png")


def surfaces() -> None:
    """One sphere under three conditions at its surface: filling there, and in the mean."""
    figure, axes = panels(1, xlabel="Time [min]", ylabel="Site fraction")
    duration, start = 1800.0, 0.9
    material = ps.material_from_values(maximum_concentration=FULL, diffusivity=5e-17)
    grain = ps.Particle(material=material, mesh=ps.shapes.sphere(radius=RADIUS))
    conditions = {
        "constant flux": ps.constant_flux(
            0.5 / duration * FULL * RADIUS / 3, duration, initial_site_fraction=start
        ),
        "fixed concentration": ps.surface.FixedConcentration(
            site_fraction=0.3, duration=duration, initial_site_fraction=start
        ),
        "linear exchange": ps.surface.LinearExchange(
            coefficient=3e-10,
            reservoir_site_fraction=0.3,
            maximum_concentration=FULL,
            duration=duration,
            initial_site_fraction=start,
        ),
    }
    colours = (BASELINE, CANDIDATE, "#009E73")
    for (name, condition), colour in zip(conditions.items(), colours, strict=True):
        run = ps.solve_particle(grain, condition, times=np.linspace(10, duration, 120).tolist())
        axes[0].plot(run.time / 60, run.site_fraction_at_points[:, -1], color=colour, label=name)
        axes[0].plot(run.time / 60, run.mean_site_fraction, color=colour, linestyle=":")
    axes[0].set_ylim(0, 1)
    axes[0].legend(title="at the surface; dotted: mean", ncols=3, loc="upper right")
    figure.savefig("surface_conditions.png")


def cracks() -> None:
    """Stress intensity over depth: its top against the toughness says whether any flaw grows."""
    figure, axes = panels(1, xlabel="Depth of the crack over R")
    depth = np.geomspace(1e-4, 0.3, 300)
    axes[0].plot(depth, parabola_intensity(depth), color=CANDIDATE)
    axes[0].axhline(PARABOLA_AT_BEST, **DASHED)
    axes[0].annotate("0.505: above this toughness no flaw grows", (0.3, PARABOLA_AT_BEST),
                     ha="right", va="bottom", color="#888888", fontsize=8)  # fmt: skip
    axes[0].set(ylabel=r"$K\,/\,(\sigma_s \sqrt{R})$", ylim=(0, 0.6), xlim=(0, 0.305))
    figure.savefig("crack_intensity.png")


def cycles() -> None:
    """Growth per cycle over the swing of the stress intensity, with its threshold."""
    figure, axes = panels(1, xlabel=r"$\Delta K\,/\,K_{IC}$", ylabel="Growth a cycle [m]")
    ratio = np.linspace(0.55, 1.0, 300)
    for exponent, shade in zip((10.0, 15.0, 25.0), SHADES[1:], strict=True):
        law = CrackGrowth(rate=1e-9, exponent=exponent, threshold=0.6)
        grown = law.rate * ((ratio / 0.8) ** exponent - (law.threshold / 0.8) ** exponent)
        shown = np.where(ratio > law.threshold, grown, np.nan)
        axes[0].semilogy(ratio, shown, color=shade, label=f"m = {exponent:g}")
    axes[0].axvline(0.6, **DASHED)
    axes[0].annotate(" threshold", (0.6, 2e-8), color="#888888", fontsize=8)
    axes[0].axvline(1.0, **DASHED)
    axes[0].annotate("pop-in ", (1.0, 1e-12), color="#888888", fontsize=8, ha="right")
    axes[0].legend()
    figure.savefig("crack_growth.png")


if __name__ == "__main__":
    with figure_style():
        for draw in (diffusion, stress, drift, phases, surfaces, cracks, cycles):
            draw()
