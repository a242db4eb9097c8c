"""What is asked of a life: materials, test, rules of growth; and what is refused before it runs."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from particle_sim.cell.design import CellDesign, CellKind
from particle_sim.checks import check_fields
from particle_sim.damage.constants import SHIPPED, GrowthConstants, load_growth_constants
from particle_sim.errors import InputError, refuse
from particle_sim.life.chain import Rule
from particle_sim.life.phrases import percent
from particle_sim.materials.material import Material
from particle_sim.metrics.flaw import LARGEST_FLAW
from particle_sim.plausible.draws import MaterialDraws
from particle_sim.readers.retention import Retention
from particle_sim.studies.choices import LAST_SEED, EvidenceChoice, GrowthChoice
from particle_sim.studies.own_cell import own_cell
from particle_sim.units import Array

MOST_CYCLES = 1e5
"""Cycles beyond which the law says nothing: a crack that needs more to cross a flaw of 0.1 um grows
by less than 1e-12 m in each, which has not been measured."""
FASTEST = 1000.0
"""C-rates beyond any test."""
FEWEST, MOST = 50, 20000
"""Draws."""
SURFACES = 1.0
"""2 gamma [J/m2] of two new surfaces of an oxide or phosphate (1 to 3): least G_c of a crack in a
crystal. Less is possible along grain boundaries alone."""
LEAST_SURFACES = 0.1
"""2 gamma [J/m2] of the weakest solids, held by van der Waals forces: no cathode is below."""


@dataclass(frozen=True, kw_only=True)
class LifeStudy:
    """One or two materials in one cycling test; a candidate comes after its baseline."""

    materials: tuple[str, ...]
    cycles: int = 1000
    c_rate: float = 1.0
    """[1/h] of each material's 1C"""
    window: tuple[float, float] | None = None
    """Cut-offs [V] of all, instead of the files'"""
    law: GrowthChoice = GrowthChoice.BOTH
    samples: int = 500
    seed: int = 1
    data: Retention | None = None
    """A measured retention of the one material"""
    cell: CellKind = CellKind.HALF
    """What the test is of: sodium that films take is asked of full cells with hard carbon"""
    constants: str = SHIPPED
    """Of crack growth: a name, or a file of your own"""
    evidence: EvidenceChoice = EvidenceChoice.NONE
    """Rate tests that narrow D/R^2"""
    rates: tuple[tuple[str, str], ...] = ()
    """Your own rate tests: material and file, for ``EvidenceChoice.MINE``"""
    replaced: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """Numbers in the place of a file's, by material as named: ``{"nvp": {"diffusivity": ...}}``"""
    design: str | None = None
    """A cell design of your own, by name or file, in the place of the shipped one of its kind"""

    def __post_init__(self) -> None:
        check_fields(self)
        count = len(self.materials)
        rules = (
            (1 <= count <= 2, f"{count} materials are named; give one, or a baseline and one more"),
            (
                len(set(self.materials)) == count,
                f"The materials are {', '.join(self.materials)}; name none twice",
            ),
            (
                1 <= self.cycles <= MOST_CYCLES,
                f"The cycles are {self.cycles}; the law supports 1 to {MOST_CYCLES:g}, beyond "
                "which a crack that matters grows more slowly per cycle than was ever measured",
            ),
            (
                0 < self.c_rate <= FASTEST,
                f"The C-rate is {self.c_rate:g}; it must lie above 0 and up to {FASTEST:g}",
            ),
            (
                FEWEST <= self.samples <= MOST,
                f"The samples are {self.samples}; give {FEWEST} to {MOST}",
            ),
            (
                0 <= self.seed <= LAST_SEED,
                f"The seed is {self.seed}; give 0 to {LAST_SEED}",
            ),
            (
                self.data is None or count == 1,
                f"--data is the test of one material, and {count} are named; name the one",
            ),
        )
        refuse(f"{said}." for good, said in rules if not good)

    @property
    def rules(self) -> tuple[Rule, ...]:
        """The rules of growth that are shown."""
        return tuple(Rule) if self.law is GrowthChoice.BOTH else (Rule[self.law.name],)

    @property
    def cells(self) -> tuple[CellKind, ...]:
        """Kinds of cells that are asked about: half cells always."""
        return tuple(dict.fromkeys((CellKind.HALF, self.cell)))

    @property
    def own_cell(self) -> Mapping[CellKind, CellDesign]:
        """The design of your own by its kind, if there is one."""
        return own_cell(self.design, self.cells)

    @property
    def growth(self) -> GrowthConstants:
        """The constants of crack growth."""
        return load_growth_constants(self.constants)

    @property
    def overrides(self) -> dict[str, str]:
        """The window as replaced cut-offs."""
        if self.window is None:
            return {}
        low, high = self.window
        return {"lower_voltage": f"{low} V", "upper_voltage": f"{high} V"}


def read_window(text: str) -> tuple[float, float]:
    """``"2-4 V"`` -> (2.0, 4.0).

    >>> read_window("2.0 - 4.05 V")
    (2.0, 4.05)
    """
    low, dash, high = text.strip().removesuffix("V").partition("-")
    try:
        ends = float(low), float(high)
    except ValueError:
        raise InputError(f'--window is "{text}"; write it like "2-4 V".') from None
    if not (dash and 0 <= ends[0] < ends[1] < math.inf):
        raise InputError(f'--window is "{text}"; the lower cut-off comes first, e.g. "2-4 V".')
    return ends


def energy_release(material: Material, draws: MaterialDraws | None = None) -> Array:
    """G_c = K_IC^2 (1 - nu^2)/E [J/m2], central () or drawn (n,)."""

    def of(name: str) -> Array:
        return np.asarray(material.value(name) if draws is None else draws.values[name])

    toughness, poisson = of("fracture_toughness"), of("poisson_ratio")
    return np.asarray(toughness**2 * (1 - poisson**2) / of("youngs_modulus"))


def check_toughness(material: Material) -> None:
    """:class:`InputError` for a toughness below that of any solid."""
    central = float(energy_release(material))
    if central < LEAST_SURFACES:
        toughness = material.value("fracture_toughness")
        raise InputError(
            f"{material.title}: its fracture_toughness is {toughness:.3g} Pa m^0.5, so that a "
            f"crack costs {central:.2g} J/m2, less than the surfaces it makes in any solid "
            f"({LEAST_SURFACES:g} J/m2); give a larger one."
        )


def cautions(drawn: Sequence[MaterialDraws]) -> tuple[str, ...]:
    """What the drawn inputs stretch, materials of one caution together."""
    titles: dict[str, list[str]] = {}
    for draws in drawn:
        for text in _cautions_of(draws):
            titles.setdefault(text, []).append(draws.material.title)
    return tuple(f"{' and '.join(names)}: {text}" for text, names in titles.items())


def _cautions_of(draws: MaterialDraws) -> Iterator[str]:
    material, values = draws.material, draws.values
    weak = float(np.mean(energy_release(material, draws) < SURFACES))
    if weak > 0:
        yield (
            f"in {percent(weak)} of the draws a crack costs less than "
            f"{SURFACES:g} J/m2, the least surface energy of an oxide or phosphate; such a "
            "toughness is possible along grain boundaries only."
        )
    wide = float(np.mean(values["flaw_size"] > LARGEST_FLAW * values["particle_radius"]))
    if wide > 0:
        yield (
            f"in {percent(wide)} of the draws the flaw is deeper than a tenth of the "
            "radius, beyond which its stress intensity is not known; a tenth is taken."
        )
