"""``particle-sim cell`` under any protocol, or under a small alternating current."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from particle_sim.cell.half_cell import Cell
from particle_sim.cell.run import CellRun
from particle_sim.cell.voltammogram import Peak
from particle_sim.cli.options import typed
from particle_sim.cli.progress import reporting
from particle_sim.cli.told import print_json
from particle_sim.errors import InputError
from particle_sim.protocols.step import Protocol
from particle_sim.units import quantity, split_quantity

SCAN_RATE = "0.1 mV/s"
PULSE, PAUSE = 600.0, 3600.0
"""Of ``--protocol gitt`` [s]; others are written as steps."""
PER_DECADE = 10
"""Frequencies of a spectrum in each decade."""
LARGEST_CYCLES = 1000


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What the options of ``cell`` say about a protocol."""

    protocol: str | None
    impedance: str | None
    c_rate: float
    scan_rate: str | None
    window: str | None
    cycles: int
    state_of_charge: float
    out: Path | None
    force: bool
    as_json: bool
    shown: bool
    """Whether it is said how far the work is"""

    def refuse_idle(self) -> None:
        """Options of a protocol where none is given."""
        given = {"--scan-rate": self.scan_rate, "--window": self.window, "--out": self.out}
        for option, value in given.items():
            if value is not None:
                raise InputError(
                    f"{option} is {value}, but neither --protocol nor --impedance is given; give "
                    "one."
                )


def run_asked(cell: Cell, asked: Asked) -> None:
    """Solve, print and, with ``--out``, write."""
    from particle_sim.outputs import check_folder

    if asked.protocol is not None and asked.impedance is not None:
        raise InputError("--protocol and --impedance are both given; give one of them.")
    if asked.out is not None:
        check_folder(asked.out, force=asked.force)
    if asked.impedance is not None:
        _spectrum(cell, asked)
    else:
        _runs(cell, asked)


def _runs(cell: Cell, asked: Asked) -> None:
    from particle_sim.report.cell_folder import write_cell_runs
    from particle_sim.studies.particle_cell import run_cell

    protocols, runs = protocols_of(asked), []
    with reporting(enabled=asked.shown) as report:
        for place, protocol in enumerate(protocols):
            report.solving(f"run {place + 1} of {len(protocols)}", place / len(protocols))
            runs.append(run_cell(cell, protocol))
    facts = [_of_run(run) for run in runs]
    summary: dict[str, Any] = {
        "material": cell.material.name,
        "design": cell.design.name,
        "model": cell.model.value,
        "law": cell.law.name,
        "runs": facts,
    }
    _add_exponents(summary, runs)
    if asked.out is not None:
        write_cell_runs(runs, summary, asked.out, typed(), force=asked.force)
    _tell(summary, asked, [_sentence(*pair) for pair in zip(runs, facts, strict=True)])


def protocols_of(asked: Asked) -> list[Protocol]:
    """One protocol, or one sweep a scan rate."""
    from particle_sim import protocols

    text, rate = asked.protocol or "", asked.c_rate
    if not 1 <= asked.cycles <= LARGEST_CYCLES:
        raise InputError(f"--cycles is {asked.cycles}; it must be from 1 to {LARGEST_CYCLES}.")
    named: dict[str, Callable[[], Protocol]] = {
        "charge": lambda: protocols.charge(rate),
        "discharge": lambda: protocols.discharge(rate),
        "cc-cv": lambda: protocols.cc_cv(rate),
        "cycle": lambda: protocols.cycle(rate, cycles=asked.cycles),
        "gitt": lambda: protocols.gitt(rate, pulse=PULSE, pause=PAUSE, pulses=asked.cycles),
    }
    if text == "sweep":
        lower, upper = _pair("--window", asked.window, "V") if asked.window else (None, None)
        return [
            protocols.sweep(scan_rate, lower=lower, upper=upper, cycles=asked.cycles)
            for scan_rate in _scan_rates(asked.scan_rate or SCAN_RATE)
        ]
    given = {"--scan-rate": asked.scan_rate, "--window": asked.window}
    for option, value in given.items():
        if value is not None:
            raise InputError(f"{option} is {value}, but it belongs to --protocol sweep.")
    if text in named:
        return [named[text]()]
    if " " not in text.strip():
        raise InputError(
            f'--protocol is "{text}"; give {", ".join(named)}, sweep, or steps such as '
            '"Discharge at C/5 until 2.0 V; Rest for 1 hour".'
        )
    return [protocols.written(text, repeat=asked.cycles)]


def _scan_rates(text: str) -> list[float]:
    """``"0.1,1 mV/s"`` -> rates [V/s], increasing."""
    *first, last = text.split(",")
    _, unit = split_quantity(last)
    rates = [quantity("--scan-rate", f"{part} {unit}", "V/s") for part in first]
    rates.append(quantity("--scan-rate", last, "V/s"))
    if sorted(set(rates)) != rates:
        raise InputError(f'--scan-rate is "{text}"; give rates in increasing order, each once.')
    return rates


def _pair(option: str, text: str, unit: str) -> tuple[float, float]:
    """``"2.5:4 V"`` -> two numbers; the first takes the unit of the second unless it has one."""
    first, colon, second = text.partition(":")
    if not colon:
        raise InputError(f'{option} is "{text}"; give two values and a colon, e.g. "2.5:4.0 V".')
    value, own = split_quantity(second)
    shared = own or unit
    number, other = split_quantity(first)
    low = quantity(option, f"{number:.17g} {other or shared}", unit)
    return low, quantity(option, f"{value:.17g} {shared}", unit)


def _of_run(run: CellRun) -> dict[str, Any]:
    from particle_sim.cell.voltammogram import voltammogram
    from particle_sim.protocols.step import Mode

    facts: dict[str, Any] = {
        "protocol": run.protocol.name,
        "end": run.end.value,
        "time [h]": float(run.time[-1] / 3600),
        "largest capacity [mAh/g]": float(run.capacity.max()),
        "capacity at the end [mAh/g]": float(run.capacity[-1]),
        "voltage at the end [V]": float(run.voltage[-1]),
    }
    modes = {step.mode for step in run.protocol.steps}
    if {Mode.SWEEP_UP, Mode.SWEEP_DOWN} <= modes:
        found = voltammogram(run)
        facts |= {
            "scan rate [V/s]": run.protocol.steps[-1].scan_rate,
            "anodic peak": _of_peak(found.anodic),
            "cathodic peak": _of_peak(found.cathodic),
            "gap [V]": found.gap,
        }
    return facts


def _of_peak(peak: Peak | None) -> dict[str, float | None] | None:
    if peak is None:
        return None
    return {
        "voltage [V]": peak.voltage,
        "current [mA/g]": peak.current,
        "current density [A/m2]": peak.current_density,
        "width at half height [V]": peak.half_height_width,
    }


def _add_exponents(summary: dict[str, Any], runs: Sequence[CellRun]) -> None:
    """b of both peaks where there are several scan rates."""
    from particle_sim.cell.voltammogram import scan_rate_exponent

    if len(runs) < 2:
        return
    for name in ("anodic peak", "cathodic peak"):
        peaks = [facts[name] for facts in summary["runs"]]
        if all(peaks):
            rates = np.array([facts["scan rate [V/s]"] for facts in summary["runs"]])
            currents = np.array([peak["current [mA/g]"] for peak in peaks])
            summary[f"b of the {name}"] = float(scan_rate_exponent(rates, currents))


def _sentence(run: CellRun, facts: dict[str, Any]) -> str:
    words = f"{run.cell.material.title}, {facts['protocol']}: {facts['end']}"
    if "gap [V]" not in facts:
        return (
            f"{words} {facts['time [h]']:.3g} h, up to {facts['largest capacity [mAh/g]']:.1f} "
            f"mAh/g, {facts['voltage at the end [V]']:.3f} V at the end."
        )
    for name in ("anodic peak", "cathodic peak"):
        peak = facts[name]
        words += f"\n  {name}: " + (
            "none" if peak is None
            else f"{peak['current [mA/g]']:.4g} mA/g at {peak['voltage [V]']:.3f} V"
        )  # fmt: skip
    gap = facts["gap [V]"]
    return words if gap is None else f"{words}\n  gap: {1e3 * gap:.1f} mV"


def _spectrum(cell: Cell, asked: Asked) -> None:
    from particle_sim.cell.impedance import charge_transfer_resistance, impedance
    from particle_sim.report.cell_folder import write_impedance

    low, high = _pair("--impedance", asked.impedance or "", "Hz")
    if not 0 < low < high:
        raise InputError(f"--impedance goes from {low:g} to {high:g} Hz; the first must be less.")
    count = round(PER_DECADE * np.log10(high / low)) + 1
    with reporting(enabled=asked.shown) as report:
        report.solving("impedance", 0.0)
        found = impedance(cell, np.geomspace(low, high, max(count, 2)),
                          state_of_charge=asked.state_of_charge)  # fmt: skip
    transfer = charge_transfer_resistance(cell, found.site_fraction)
    slow, fast = (1e4 * float(found.impedance.real[end]) for end in (0, -1))
    summary = {
        "material": cell.material.name,
        "design": cell.design.name,
        "model": cell.model.value,
        "state of charge": asked.state_of_charge,
        "site fraction": found.site_fraction,
        "Re Z at the highest frequency [ohm cm2]": fast,
        "Re Z at the lowest frequency [ohm cm2]": slow,
        "charge transfer of the positive electrode [ohm cm2]": 1e4 * transfer,
        "apexes [Hz]": list(found.characteristic_frequencies),
    }
    if asked.out is not None:
        write_impedance(found, summary, asked.out, typed(), force=asked.force)
    apexes = ", ".join(f"{f:.3g} Hz" for f in found.characteristic_frequencies) or "none"
    line = (
        f"{cell.material.title} at {100 * asked.state_of_charge:.0f} % state of charge: Re Z is "
        f"{fast:.4g} ohm cm2 at {high:g} Hz and {slow:.4g} ohm cm2 at {low:g} Hz.\n"
        f"  charge transfer of the positive electrode: {1e4 * transfer:.4g} ohm cm2\n"
        f"  apexes: {apexes}"
    )
    _tell(summary, asked, [line])


def _tell(summary: dict[str, Any], asked: Asked, lines: Sequence[str]) -> None:
    if asked.as_json:
        print_json(summary if asked.out is None else {**summary, "folder": asked.out})
        return
    print("\n".join(lines))
    for name, value in summary.items():
        if name.startswith("b of"):
            print(f"{name}: {value:.3f}")
    if asked.out is not None:
        from particle_sim.report.cell_folder import PAGE_FILE

        print(f"Report: {asked.out / PAGE_FILE}")
