"""Do the tests on redox steps, on one phase and on sweeps find a truth that was put in?"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import xarray as xr

from particle_sim.claims import kinds_redox
from particle_sim.claims.answer import Answer, answer
from particle_sim.claims.expected import HIGHER
from particle_sim.claims.interval import Verdict
from particle_sim.claims.kinds import NEEDS
from particle_sim.claims.question import COHERENT, OWN, Tools
from particle_sim.claims.schema import Claim, claims_folder, library, load_claim
from particle_sim.claims.tools import simulations
from particle_sim.plausible.draws import MaterialDraws
from particle_sim.studies.choices import Direction
from particle_sim.studies.swept_half_cells import Sweeps

LIBRARY, TOOLS = library(), simulations()
DRAWS = 400
SUPPORTED, CONTRADICTED, UNDECIDED = Verdict.SUPPORTED, Verdict.CONTRADICTED, Verdict.UNDECIDED


def claim(name: str, **printed: float) -> Claim:
    shipped = load_claim(claims_folder() / f"{name}.toml", NEEDS, LIBRARY)
    return replace(shipped, printed={**shipped.printed, **printed})


def asked(name: str, tools: Tools | None = None, **printed: float) -> Answer:
    return answer(claim(name, **printed), tools or TOOLS, samples=DRAWS)


def turned(name: str) -> Answer:
    """The claim with its materials in the other order."""
    shipped = claim(name)
    header = shipped.file.claim
    file = shipped.file.model_copy(
        update={"claim": header.model_copy(update={"materials": header.materials[::-1]})}
    )
    shares = (shipped.printed.get("first_share", 0), shipped.printed.get("second_share", 0))
    printed = dict(zip(("first_share", "second_share"), shares[::-1], strict=True))
    other = replace(shipped, file=file, printed=printed if shares[0] else {})
    return answer(other, TOOLS, samples=DRAWS)


def fixed(monkeypatch: pytest.MonkeyPatch, **volts: float) -> None:
    """Couples at given potentials, such as Ni23=3.1."""

    def potential(question: Any, step: Any) -> np.ndarray:
        name = f"{step.element}{step.charges[0]}{step.charges[1]}"
        return np.full(question.samples, volts.get(name, step.voltage))

    monkeypatch.setattr(kinds_redox, "_potential", potential)


def test_the_mean_is_that_of_the_electrons_by_hand(monkeypatch: pytest.MonkeyPatch) -> None:
    """HE gives 0.5022 electrons: 0.2 of Ni2+, 0.2 of Fe3+, and 0.1022 of Cu2+ and Ni3+ at 3.65 and
    3.7 V; NFM 0.5625: 0.4 of Mn3+ and 0.1625 of Ni2+."""
    fixed(monkeypatch, Ni23=3.1, Fe34=3.3, Cu23=3.65, Ni34=3.7, Mn34=2.6)
    found = asked("c55b")
    he = (0.2 * 3.1 + 0.2 * 3.3 + 0.1 * 3.65 + 0.0022 * 3.7) / 0.5022
    nfm = (0.4 * 2.6 + 0.1625 * 3.1) / 0.5625
    for title, mean in (("HE", he), ("NFM", nfm)):
        value = found.numbers[f"mean redox potential of {title}, median"][0]
        assert value == pytest.approx(mean, abs=2e-3)
    by_shares = (0.2 * 3.1 + (0.49 * 0.5022 - 0.2) * 3.7 + 0.51 * 0.5022 * 2.6) / 0.5022
    by_shares -= 0.35 * 3.1 + 0.65 * 2.6
    least = found.numbers["least difference with the printed shares"][0]
    assert least == pytest.approx(by_shares, abs=2e-3)


def test_couples_that_change_places_change_the_order(monkeypatch: pytest.MonkeyPatch) -> None:
    """Were manganese above all others, NFM, which has more of it, would stand higher."""
    assert asked("c55b").verdict is SUPPORTED
    fixed(monkeypatch, Mn34=2.6, Ni23=2.0, Fe34=2.0, Cu23=2.0, Ni34=2.0)
    assert asked("c55b").verdict is CONTRADICTED


def test_the_other_order_is_contradicted() -> None:
    for name in ("c55b", "c49b"):
        assert turned(name).verdict is CONTRADICTED


def test_shares_that_say_the_opposite_leave_it_open() -> None:
    found = asked("c55b", first_share=35.0, second_share=49.0)
    assert found.verdict is UNDECIDED
    assert "no with the printed shares" in found.decided_by


def test_a_lossy_half_cell_takes_the_voltage_away() -> None:
    """A volt of polarisation in HE alone turns the order of the voltages, not of the potentials."""
    real = TOOLS

    def lossy(draws: MaterialDraws, rate: float, way: Direction, points: int) -> Any:
        runs = real.half_cells(draws, rate, way, points)
        lost = 1.0 if draws.material.name == "he_o3_li2024" else 0.0
        return replace(runs, voltage=runs.voltage - lost)

    assert asked("c56a").verdict is SUPPORTED
    assert asked("c56a", replace(real, half_cells=lossy)).verdict is CONTRADICTED


def test_electrons_beyond_four_plus_by_hand() -> None:
    """HE-V gives at most 1.5 V, 0.2 Mn and 0.1 Cr up to 4+; 2.894 Na from Na4.0 to Na4.2 as the
    rich end ask for 1.894 to 2.094 from Na3.2. NVP's 2 V give all of Na3 to Na1."""
    found = asked("c49b")
    assert found.verdict is SUPPORTED
    least, largest = (
        found.numbers[f"electrons of HE-V beyond, {q}"][0] for q in ("least", "largest")
    )
    assert least == pytest.approx(3.2 - 1.306 - 1.8, abs=2e-3)
    assert largest == pytest.approx(3.2 - 1.106 - 1.8, abs=2e-3)
    assert found.numbers["electrons of NVP beyond, largest"][0] <= 0


def test_a_smaller_capacity_needs_no_higher_couple() -> None:
    """With 108.5 mAh/g HE-V would stay within V4+."""
    real = TOOLS

    def poorer(name: str) -> Any:
        material = real.load(name)
        if name != "he_v":
            return material
        low = material["stoichiometry_min"].with_magnitude(2.2)
        return material.replaced(stoichiometry_min=low)

    assert asked("c49b", replace(real, load=poorer)).verdict is CONTRADICTED


GRID = np.logspace(-6, 2, 17)


def farther(one: float, two: float) -> Answer:
    """A particle that reaches D/R^2 over the given rate [1/s] under each law."""

    def table(name: str, c_rate: float, law: str, way: Direction) -> xr.Dataset:
        assert law != COHERENT
        reached = np.minimum(GRID / (two if law == OWN else one), 0.9)
        return xr.Dataset({"reached": ("diffusion_rate", reached)}, {"diffusion_rate": GRID})

    return asked("c53b", replace(TOOLS, field_map=table))


def test_one_phase_goes_farther_where_it_does() -> None:
    assert farther(1e-2, 1.0).verdict is SUPPORTED
    assert farther(1.0, 1e-2).verdict is CONTRADICTED
    assert farther(1e-9, 1e-9).verdict is Verdict.NOT_TESTABLE  # all get to the end


def swept(first: float, second: float, gaps: tuple[float, float]) -> Tools:
    """Peaks of given heights, apart by given gaps around 3.4 V."""
    up = np.linspace(2.5, 3.9, 1401)
    voltage = np.concatenate([up, up[-2::-1]])

    def sweeps(draws: MaterialDraws, rate: float, window: tuple[float, float]) -> Sweeps:
        is_first = draws.material.name == "he_v"
        height, gap = (first, gaps[0]) if is_first else (second, gaps[1])
        rising = height * np.exp(-(((up - 3.4 - gap / 2) / 0.05) ** 2))
        falling = -height * np.exp(-(((up[-2::-1] - 3.4 + gap / 2) / 0.05) ** 2))
        rows = np.repeat(
            np.concatenate([rising, falling])[None], len(draws.values["diffusivity"]), 0
        )
        return Sweeps(voltage=voltage, current=rows, turn=len(up))

    return replace(TOOLS, sweeps=sweeps)


def test_peaks_are_compared_one_by_one() -> None:
    larger = asked("c46a", swept(2.0, 1.0, (0.1, 0.2)))
    assert (larger.verdict, larger.fit) == (SUPPORTED, "")
    smaller = asked("c46a", swept(1.0, 2.0, (0.1, 0.2)))
    assert (smaller.verdict, smaller.fit) == (UNDECIDED, HIGHER)
    assert asked("c46b", swept(2.0, 1.0, (0.1, 0.2))).verdict is SUPPORTED
    assert asked("c46b", swept(2.0, 1.0, (0.2, 0.1))).verdict is CONTRADICTED


def test_a_gap_that_a_smaller_current_narrows_supports_nothing() -> None:
    found = asked("c46b", swept(1.0, 2.0, (0.1, 0.2)))
    assert found.verdict is UNDECIDED
    assert "smaller current" in found.decided_by


def test_lattices_order_reflections() -> None:
    assert asked("c57b").verdict is SUPPORTED
    assert asked("c57b", first_c_change=5.5).verdict is CONTRADICTED
    assert asked("c57b", first_c_change=4.6).verdict is UNDECIDED


def closer(first_chi: float, second_chi: float) -> Answer:
    """Peaks of HE-V and NVP with fixed chi, and with one kinetics in both."""
    real = TOOLS

    def load(name: str) -> Any:
        material = real.load(name)
        chi = first_chi if name == "he_v" else second_chi
        fixed_chi = replace(
            material["regular_solution_parameter"].with_magnitude(chi), plausible=None
        )
        return material.replaced(regular_solution_parameter=fixed_chi)

    return asked("c52", replace(real, load=load))


def test_a_gap_of_spinodals_counts_where_phases_part() -> None:
    """Below chi = 2 there is none; at 10 it is 0.3 V, far above the gaps of a slow half cell."""
    own = {each.name: each.share for each in closer(1.0, 1.0).branches}
    name = "with phases that part at their spinodals"
    assert own[name] == closer(1.0, 1.0).share
    for chi, share in (((1.0, 10.0), 1.0), ((10.0, 1.0), 0.0)):
        (branch,) = (each for each in closer(*chi).branches if each.name == name)
        assert branch.share == pytest.approx(share, abs=0.01)
