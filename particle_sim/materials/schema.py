"""The shape of a material file, checked by pydantic before anything is built."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

EvidenceName = Literal["measured", "digitised", "derived", "fitted", "proxy", "assumed"]
DistributionName = Literal["uniform", "log-uniform", "triangular", "log-normal"]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, allow_inf_nan=False)


class Belief(_Strict):
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
    values: list[float] | None = None
    plateaus: list[PlateauEntry] | None = None
    activation_energy: ActivationEntry | None = None


class NamedReading(_Strict):
    """Name and title of the reading that the file's own properties express."""

    name: str
    title: str


class Reading(_Strict):
    """Another reading of contradictory evidence: some properties replaced."""

    title: str
    properties: dict[str, PropertyEntry]


class PhaseBehaviour(_Strict):
    """How the material takes up sodium, and who says so."""

    kind: Literal["two-phase", "solid-solution"]
    source: str
    place: str = ""
    note: str = ""


class ClaimEntry(_Strict):
    """A sentence of a paper that a comparison can test."""

    kind: Literal[
        "uniform", "heterogeneous", "lower_stress", "surface_retained", "cracks", "no_cracks"
    ]
    text: str
    source: str
    place: str
    at: float | None = None


class Header(_Strict):
    """The [material] block."""

    name: str
    title: str
    formula: str
    family: str
    carrier: Literal["Na", "Li", "K"]
    stress_free_stoichiometry: float
    baseline: str | None = None
    note: str = ""
    default_reading: NamedReading
    phase_behaviour: PhaseBehaviour


class Source(_Strict):
    """A bibliography entry."""

    citation: str
    doi: str = ""
    note: str = ""


class MaterialFile(_Strict):
    """A whole material file."""

    material: Header
    properties: dict[str, PropertyEntry]
    readings: dict[str, Reading] = {}
    claims: list[ClaimEntry] = []
    sources: dict[str, Source] = {}


class SourcesFile(_Strict):
    """The shared bibliography."""

    sources: dict[str, Source]
