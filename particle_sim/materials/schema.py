"""The shape of a material file, checked by pydantic before anything is built."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from particle_sim.errors import InputError, closest
from particle_sim.materials.printed import Fact

EvidenceName = Literal["measured", "digitised", "derived", "fitted", "proxy", "assumed"]
Role = Literal["cathode", "anode", "solid electrolyte", "coating", "not stated"]
DistributionName = Literal["uniform", "log-uniform", "triangular", "log-normal", "either"]


class Block(BaseModel):
    """A block of a file: known keys only, no NaN; a text may stand for a choice."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class Strict(Block):
    """A block whose values are each of their own type."""

    model_config = ConfigDict(strict=True)


class Belief(Strict):
    """Where a number comes from and how far it may be off."""

    evidence: EvidenceName
    source: str
    place: str = ""
    note: str = ""
    range: tuple[float, float] | None = Field(default=None, strict=False)
    distribution: DistributionName = "uniform"
    decades: float | None = None


class PlateauEntry(Belief):
    """One plateau of an open-circuit potential."""

    voltage: float
    share: float
    width: float = 1.0


class RedoxStep(Belief):
    """An electron that an element of a host gives, and the potential at which it does."""

    element: str
    sublattice: str = ""
    """Where the element sits; anywhere when left out."""
    charges: tuple[int, int] = Field(strict=False)
    """Before and after it is given, such as [3, 4]."""
    voltage: float
    width: float = 1.0
    part: float = 1.0
    """Share of the element's electrons between these charges, where one couple has two steps."""
    counted: float = 1.0
    """Share that pays for carrier where nobody prints how much: below 1 in doubt, 0 for oxygen."""


class ActivationEntry(Belief):
    """Activation energy of a property."""

    value: float
    unit: str


class PropertyEntry(Belief):
    """One property: a constant, a table over stoichiometry, or plateaus."""

    form: Literal["constant", "table", "plateaus"] = "constant"
    unit: str
    value: float | None = None
    stoichiometry: list[float] | None = None
    """Where the values of a table stand, in carrier per formula unit ..."""
    filling: list[float] | None = None
    """... or in the site fraction, 0 to 1 over the material's own window."""
    values: list[float] | None = None
    csv: str | None = None
    """A file beside this one that holds a long table: where the values stand, and the values."""
    plateaus: list[PlateauEntry] | None = None
    ends: list[PlateauEntry] | None = None
    """Slopes of a potential from its plateaus to the cut-offs."""
    activation_energy: ActivationEntry | None = None


class NamedReading(Strict):
    """Name and title of the reading that the file's own properties express."""

    name: str
    title: str


class Reading(Strict):
    """Another reading of contradictory evidence: some properties, or the formula, replaced."""

    title: str
    formula: str | None = None
    weight: float = Field(default=0.0, ge=0.0, le=1.0)
    """Probability that this reading is the true one; the file's own numbers have what is left."""
    properties: dict[str, PropertyEntry] = {}


class PhaseBehaviour(Strict):
    """How the material takes up sodium, and who says so."""

    kind: Literal["two-phase", "solid-solution"]
    source: str
    place: str = ""
    note: str = ""


class ClaimEntry(Strict):
    """A sentence of a paper that a comparison can test."""

    kind: Literal[
        "uniform", "heterogeneous", "lower_stress", "surface_retained", "cracks", "no_cracks"
    ]
    text: str
    source: str
    place: str
    at: float | None = None


class Mention(Strict):
    """Where a paper names the material."""

    source: str
    place: str = ""


class Header(Strict):
    """The [material] block."""

    name: str
    title: str
    formula: str
    formula_as_printed: str = ""
    variables: dict[str, float] = {}
    """Values of the letters in the formula, such as ``x``."""
    family: str
    role: Role = "cathode"
    carrier: Literal["Na", "Li", "K", "Li or Na", "not stated"]
    structure: str | None = None
    """Structure family that lays the elements on their sites; the host's when left out."""
    host: str | None = None
    """Host file that stands in for what is printed nowhere."""
    aliases: list[str] = []
    baseline: list[str] = []
    """The materials this one was made to improve on."""
    compared_with: list[str] = []
    high_entropy: bool | None = None
    """Whether its paper calls it high-entropy; nothing when it does not say."""
    entropy_label: str = ""
    stress_free_stoichiometry: float | None = None
    note: str = ""
    default_reading: NamedReading = NamedReading(name="as_printed", title="as printed")
    phase_behaviour: PhaseBehaviour | None = None
    named_in: list[Mention] = []
    claims: str | None = None
    """A file of own claims beside this one, which comparisons and rate studies test as well."""


class Source(Strict):
    """A bibliography entry."""

    citation: str
    doi: str = ""
    note: str = ""


class MaterialFile(Strict):
    """A whole material file."""

    material: Header
    printed: dict[str, list[Fact]] = {}
    properties: dict[str, PropertyEntry] = {}
    readings: dict[str, Reading] = {}
    claims: list[ClaimEntry] = []
    sources: dict[str, Source] = {}

    def read_as(self, reading: str) -> MaterialFile:
        """The file with the formula of one of its readings."""
        known = {self.material.default_reading.name: None, **self.readings}
        if reading not in known:
            raise InputError(f'there is no reading "{reading}"; {closest(reading, known)}')
        chosen = known[reading]
        if chosen is None or chosen.formula is None:
            return self
        header = self.material.model_copy(update={"formula": chosen.formula})
        return self.model_copy(update={"material": header})

    @property
    def reading_weights(self) -> dict[str, float]:
        """Probability of every reading, the file's own first; they sum to one.

        :class:`InputError` where the weights of the others leave less than nothing.
        """
        others = {name: reading.weight for name, reading in self.readings.items()}
        left = 1.0 - sum(others.values())
        if left < -1e-9:
            raise InputError(
                f"the weights of the readings sum to {1 - left:g}; together they may be 1 at most."
            )
        return {self.material.default_reading.name: max(left, 0.0), **others}

    def replaced(self, reading: str) -> dict[str, PropertyEntry]:
        """The properties that a reading puts in the place of the file's own."""
        default = self.material.default_reading.name
        return {} if reading == default else self.readings[reading].properties


class HostHeader(Strict):
    """The [host] block: what all members of a host family share."""

    name: str
    title: str
    structure: str
    carrier: Literal["Na", "Li", "K"]
    anions: list[str]
    anions_per_formula_unit: float
    """What one formula unit of the host is: a formula with thrice the anions is three of them."""
    carrier_sites: float
    """Carrier sites per formula unit that the window may fill."""
    lowest_stoichiometry: float
    """Carrier that stays in the host however far it is charged."""
    usual_capacity: Literal["exchanged_carrier", "redox_steps"] = "exchanged_carrier"
    """What gives a capacity that no paper prints."""
    phase_behaviour: PhaseBehaviour


class HostFile(Strict):
    """Properties that stand in where a paper prints none, and the carrier usually exchanged."""

    host: HostHeader
    exchanged_carrier: PropertyEntry
    redox_steps: list[RedoxStep] = []
    """Potentials of the couples in this host; with them every member has a curve of its own."""
    properties: dict[str, PropertyEntry]
    sources: dict[str, Source] = {}


class SourcesFile(Strict):
    """The shared bibliography."""

    sources: dict[str, Source]
