"""The shape of a claim file, checked before anything is computed."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from particle_sim.claims.measurements import MEASUREMENTS
from particle_sim.claims.printed import FactReference, Library, printed_number
from particle_sim.claims.printed import library as library
from particle_sim.errors import InputError, closest
from particle_sim.materials.catalogue import CATALOGUE
from particle_sim.materials.document import read_shared
from particle_sim.materials.system import split_name
from particle_sim.resources import shipped_folder
from particle_sim.units import to_si

BECAUSE = ("assumed", "not modelled", "not printed")
"""Why a claim is not testable: our input is its answer, no model holds it, or no number says it."""

Label = Literal["", "arithmetic", "tautology", "inconsistency"]
"""What is listed and not counted as support: a sum of printed numbers, what was put in, and a paper
that contradicts itself."""

_ID = re.compile(r"C([1-9][0-9]?)([a-z]?)")
_PAIR = 2
BOUNDS = {"1/h": (0.001, 1000.0), "A/kg": (0.01, 1e6)}
"""C-rates as a comparison takes them, and the currents that these are of 10 to 1000 A h/kg."""
MAY_BE_ZERO = frozenset({"presodiated", "tolerance", "barrier_error"})
"""Parameters of tests that can be 0, beside roundings; a voltage can have any sign."""


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, allow_inf_nan=False)


class Choice(_Strict):
    """A number the test needs and the paper does not give, with the reason for it."""

    value: float
    unit: str
    why: str = Field(min_length=10)


class ClaimHeader(_Strict):
    """What is said, by whom, about which materials."""

    id: str
    paper: str
    place: str
    says: str = Field(min_length=10)
    materials: list[str] = []
    """The material the claim is about first."""
    label: Label = ""
    settled_by: list[str] = []
    """The measurements, all of them together, that would settle it."""


class Given(_Strict):
    """Another claim of the same paper that the answer takes for true."""

    claim: str = Field(pattern=f"^{_ID.pattern}$")
    higher: str
    """The property that it says is higher in the first material."""


class TestEntry(_Strict):
    """Which test, with which numbers."""

    __test__ = False

    kind: str
    assumes: list[str] = []
    """Properties in which nobody printed a difference between the materials."""
    alike: str | None = None
    """Material whose ranges take the place of the assumed ones; the second material by default."""
    given: Given | None = None
    tells_apart: str | None = None
    """The baseline that is asked the same; where it passes too, nothing is said."""
    direction: Literal["charge", "discharge"] | None = None
    """The direction that the sentence names; without one, both are asked."""
    parameters: dict[str, Choice] = {}
    printed: dict[str, FactReference] = {}


class Untested(_Strict):
    """Why there is no test."""

    because: Literal["assumed", "not modelled", "not printed"]
    reason: str = Field(min_length=20)


class ClaimFile(_Strict):
    """A whole claim file: a test, or the reason why there is none."""

    claim: ClaimHeader
    test: TestEntry | None = None
    not_testable: Untested | None = None


@dataclass(frozen=True, kw_only=True)
class Needs:
    """What a kind of test must find in a claim file, and what it reads besides."""

    materials: int = 1
    parameters: Mapping[str, str] = field(default_factory=dict)
    """SI unit by name"""
    optional: Mapping[str, str] = field(default_factory=dict)
    printed: tuple[str, ...] = ()
    optional_printed: tuple[str, ...] = ()
    cells: tuple[str, ...] = ()
    """Cell designs of its own that it reads"""
    whole_library: bool = False
    """Whether it reads every material"""


@dataclass(frozen=True, kw_only=True)
class Claim:
    """A claim with its numbers in SI units."""

    path: Path
    file: ClaimFile
    parameters: Mapping[str, float]
    printed: Mapping[str, float]
    """As printed: mAh/g, %, Wh/kg"""

    @property
    def id(self) -> str:
        return self.file.claim.id

    @property
    def order(self) -> tuple[int, str]:
        """Place in the ledger: by number, then by letter."""
        number, letter = _parts(self.id)
        return number, letter


def claims_folder() -> Path:
    """Where the shipped claims and their ledger are."""
    return shipped_folder("scenarios") / "claims"


def load_claims(folder: Path, kinds: Mapping[str, Needs]) -> list[Claim]:
    """All claims of a folder in order; every problem of every file as one :class:`InputError`."""
    paths = sorted(folder.glob("*.toml"))
    if not paths:
        raise InputError(f"{folder}: there is no claim file here; give the folder of the claims.")
    known = library()
    claims: list[Claim] = []
    problems: list[str] = []
    for path in paths:
        try:
            claims.append(load_claim(path, kinds, known))
        except InputError as error:
            problems += error.problems
    problems += _repeated(claims)
    if problems:
        raise InputError(*problems)
    return sorted(claims, key=lambda claim: claim.order)


def load_claim(path: Path, kinds: Mapping[str, Needs], known: Library) -> Claim:
    """One claim file, checked against the kinds of tests, the library and the sources."""
    file = read_shared(ClaimFile, path)
    if _ID.fullmatch(file.claim.id) is None:
        raise InputError(
            f'{path.name}: claim.id is "{file.claim.id}"; write C and a number up to 99, then a '
            "letter where a claim has parts, such as C6a."
        )
    return checked_claim(path, path.name, file, kinds, known)


def checked_claim(
    path: Path, where: str, file: ClaimFile, kinds: Mapping[str, Needs], known: Library
) -> Claim:
    """A claim with its numbers in SI units, once all that it names is known."""
    problems: list[str] = [
        *_header_problems(where, file.claim, known),
        *_test_problems(where, file, kinds, known),
    ]
    if problems or file.test is None:
        if problems:
            raise InputError(*problems)
        return Claim(path=path, file=file, parameters={}, printed={})
    units = {**kinds[file.test.kind].parameters, **kinds[file.test.kind].optional}
    parameters: dict[str, float] = {}
    printed: dict[str, float] = {}
    for name, choice in file.test.parameters.items():
        try:
            parameters[name] = to_si(choice.value, choice.unit, units[name])
            _check_parameter(name, units[name], parameters[name])
        except InputError as error:
            problems.append(f"{where}: test.parameters.{name}: {error}")
    for name, reference in file.test.printed.items():
        try:
            printed[name] = printed_number(reference, known)
        except InputError as error:
            problems.append(f"{where}: test.printed.{name}: {error}")
    if problems:
        raise InputError(*problems)
    return Claim(path=path, file=file, parameters=parameters, printed=printed)


def _check_parameter(name: str, unit: str, value: float) -> None:
    """Refuse what no test can be asked with; ``value`` in ``unit``, as the kind takes it."""
    lowest, highest = BOUNDS.get(unit, (0.0, math.inf))
    may_be_least = unit in BOUNDS or name in MAY_BE_ZERO or name.endswith("_rounding")
    if unit != "V" and not (lowest < value or (may_be_least and value == lowest)):
        least = f"{lowest:g} or more" if may_be_least else f"more than {lowest:g}"
        raise InputError(f"it is {value:g} {unit}; give {least}.")
    if value > highest:
        raise InputError(f"it is {value:g} {unit}; give {highest:g} or less.")


def _parts(name: str) -> tuple[int, str]:
    match = _ID.fullmatch(name)
    return (0, name) if match is None else (int(match[1]), match[2])


def _repeated(claims: Iterable[Claim]) -> list[str]:
    first: dict[str, str] = {}
    problems = []
    for claim in claims:
        if claim.id in first:
            problems.append(
                f'{claim.path.name}: claim.id is "{claim.id}", which {first[claim.id]} has too; '
                "give each claim an id of its own."
            )
        first.setdefault(claim.id, claim.path.name)
    return problems


def _header_problems(where: str, header: ClaimHeader, known: Library) -> list[str]:
    problems = []
    if header.paper not in known.papers:
        problems.append(
            f'{where}: claim.paper is "{header.paper}", which is not in sources.toml; '
            f"{closest(header.paper, known.papers)}"
        )
    problems += [
        f'{where}: claim.materials names "{name}", which is no material; '
        + closest(name, known.names)
        for name in header.materials
        if split_name(name)[0] not in known.names
    ]
    problems += [
        f'{where}: claim.materials names "{name}" twice; give each once, or another reading of it.'
        for place, name in enumerate(header.materials)
        if header.materials.index(name) < place
    ]
    problems += [
        f'{where}: claim.settled_by names "{name}"; {closest(name, MEASUREMENTS)}'
        for name in header.settled_by
        if name not in MEASUREMENTS
    ]
    return problems


def _test_problems(
    where: str, file: ClaimFile, kinds: Mapping[str, Needs], known: Library
) -> list[str]:
    if file.test is None:
        if file.not_testable is None:
            return [
                f"{where}: there is neither a [test] nor [not_testable] with a reason; add one."
            ]
        return []
    if file.not_testable is not None:
        return [f"{where}: there is a [test] and [not_testable]; keep one of them."]
    test = file.test
    if test.kind not in kinds:
        return [f'{where}: test.kind is "{test.kind}"; {closest(test.kind, kinds)}']
    needs, count = kinds[test.kind], len(file.claim.materials)
    problems = []
    if count < needs.materials:
        problems.append(
            f"{where}: claim.materials holds {count}; {test.kind} needs {needs.materials}."
        )
    properties = [("assumes", name) for name in test.assumes]
    properties += [("given.higher", test.given.higher)] if test.given else []
    problems += [
        f'{where}: test.{entry} names "{name}"; {closest(name, CATALOGUE)}'
        for entry, name in properties
        if name not in CATALOGUE
    ]
    problems += [
        f'{where}: test.{entry} is "{name}"; {closest(name, known.names)}'
        for entry, name in (("alike", test.alike), ("tells_apart", test.tells_apart))
        if name is not None and name not in known.names
    ]
    if test.given is not None and count < _PAIR:
        problems.append(
            f"{where}: test.given orders two materials and claim.materials holds {count}; name two."
        )
    problems += _name_problems(
        f"{where}: test.parameters", test.parameters, needs.parameters, needs.optional
    )
    problems += _name_problems(
        f"{where}: test.printed", test.printed, needs.printed, needs.optional_printed
    )
    return problems


def _name_problems(
    where: str, given: Iterable[str], needed: Iterable[str], optional: Iterable[str]
) -> list[str]:
    known, given = [*needed, *optional], list(given)
    problems = [
        f"{where}.{name} is not used by this test; "
        + (closest(name, known) if known else "leave it out.")
        for name in given
        if name not in known
    ]
    return problems + [
        f"{where}.{name} is missing; add it." for name in needed if name not in given
    ]
