"""Files as programs of cyclers write them, of a cell whose every number is known.

A sphere of constant diffusivity in closed form (``titrations``) gives a titration; straight lines
of voltage give a test of rates. Each writer of ``WRITERS`` puts the same rows into another
program's layout.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from titrations import Protocol, solid_solution, titration

from particle_sim.units import Array

MASS = 2.13e-6
"""Active mass [kg]."""
CAPACITIES = {12.0: 115.0, 60.0: 109.0, 120.0: 101.5, 360.0: 73.75}
"""[mAh/g] at [mA/g] of the test of rates."""


@dataclass(frozen=True, kw_only=True)
class Test:
    """What was measured: the truth that a reader must find."""

    time: Array
    current: Array
    """[A], positive on discharge"""
    voltage: Array
    step: Array

    __test__ = False

    @property
    def step_time(self) -> Array:
        """[s] since the last row of the step before."""
        begin = np.concatenate([[0], np.flatnonzero(np.diff(self.step)) + 1])
        which = np.searchsorted(begin, np.arange(len(self.step)), side="right") - 1
        since = self.time[np.maximum(begin - 1, 0)]
        return self.time - since[which]

    @property
    def capacity(self) -> Array:
        """[A h] of the step, without sign."""
        return np.abs(self.current) * self.step_time / 3600

    @property
    def state(self) -> list[str]:
        return ["R" if i == 0 else "D" if i > 0 else "C" for i in self.current]


def gitt(pulses: int = 5) -> Test:
    """Pulses of discharge at 0.2C with rests of an hour."""
    plan = Protocol(
        c_rate=0.2,
        pulse=300.0,
        rest=3600.0,
        pulses=pulses,
        start=0.3,
        every=10.0,
        rests_every=120.0,
        diffusivity=9e-16,
    )
    rows = titration(solid_solution(), plan)
    rows = rows[np.concatenate([[True], np.diff(rows[:, 0]) > 0])]  # the pulse begins unseen
    return _test(rows[:, 0], rows[:, 1] * MASS, rows[:, 2])


def rates(currents: Sequence[float] = (12.0, 60.0, 120.0, 360.0, 12.0)) -> Test:
    """A discharge at each current [mA/g] from 4 to 2 V after a charge at 12 mA/g, with rests."""
    time, current, voltage = [0.0], [0.0], [2.0]

    def add(seconds: float, amperes: float, begin: float, end: float, count: int = 40) -> None:
        part = np.arange(1, count + 1) / count
        time.extend(time[-1] + seconds * part)
        current.extend([amperes] * count)
        voltage.extend(begin + (end - begin) * part)

    for rate in currents:
        hours = CAPACITIES[rate] / 12.0
        add(3600 * hours, -12.0 * MASS, 2.1, 4.0)
        add(600, 0.0, 3.99, 3.98, 10)
        add(3600 * CAPACITIES[rate] / rate, rate * MASS, 3.9, 2.0)
        add(600, 0.0, 2.2, 2.3, 10)
    return _test(np.array(time), np.array(current), np.array(voltage))


def _test(time: Array, current: Array, voltage: Array) -> Test:
    step = 1 + np.cumsum(np.diff(current, prepend=current[0]) != 0)
    return Test(time=time - time[0], current=current, voltage=voltage, step=step)


# --- layouts ----------------------------------------------------------------------------------


def clock(seconds: float, days: bool = False) -> str:
    whole, rest = divmod(round(seconds * 1000), 1000)
    hours, minutes, left = whole // 3600, whole % 3600 // 60, whole % 60
    if days:
        return f"{hours // 24}d {hours % 24:02d}:{minutes:02d}:{left:02d}.{rest // 10:02d}"
    return f"{hours}:{minutes:02d}:{left:02d}.{rest:03d}"


def table(header: str, rows: Sequence[Sequence[str]], separator: str = ",", end: str = "\n") -> str:
    return end.join([header, *(separator.join(row) for row in rows)]) + end


STEPS = {"R": "Rest", "C": "CC Chg", "D": "CC DChg"}
CHINESE = {"R": "搁置", "C": "恒流充电", "D": "恒流放电"}


def neware(test: Test) -> bytes:
    rows = [
        [
            str(i + 1),
            "1",
            str(test.step[i]),
            STEPS[state],
            clock(test.step_time[i]),
            clock(test.time[i]),
            f"{-test.current[i]:.6e}",
            f"{test.voltage[i]:.5f}",
            f"{test.capacity[i]:.6e}",
            "2026-03-02 09:15:00",
        ]
        for i, state in enumerate(test.state)
    ]
    header = (
        "DataPoint,Cycle Index,Step Index,Step Type,Time,Total Time,Current(A),"
        "Voltage(V),Capacity(Ah),Date"
    )
    return table(header, rows, end="\r\n").encode("utf-8-sig")


def neware_chinese(test: Test) -> bytes:
    rows = [
        [
            str(i + 1),
            "1",
            str(test.step[i]),
            CHINESE[state],
            clock(test.step_time[i]),
            clock(test.time[i]),
            f"{-1e3 * test.current[i]:.6f}",
            f"{test.voltage[i]:.5f}",
            f"{1e3 * test.capacity[i]:.7f}",
        ]
        for i, state in enumerate(test.state)
    ]
    header = "数据序号;循环号;工步号;工步类型;时间;总时间;电流(mA);电压(V);容量(mAh)"
    return table(header, rows, ";", "\r\n").replace(".", ",").encode("gb18030")


def neware_layered(test: Test) -> bytes:
    """Rows of cycles and steps between those of records; the time of the step only."""
    lines = [
        "Cycle ID,Cap_Chg(mAh),Cap_DChg(mAh)",
        ",Step ID,Step Name,Step Time(h:min:s.ms)",
        ",,Record ID,Time(h:min:s.ms),Voltage(V),Current(mA),Capacity(mAh)",
        "1,0.1,0.2",
    ]
    for i, state in enumerate(test.state):
        if i == 0 or test.step[i] != test.step[i - 1]:
            lines.append(f",{test.step[i]},{STEPS[state]},0:00:00")
        lines.append(
            f",,{i + 1},{clock(test.step_time[i])},{test.voltage[i]:.5f},"
            f"{-1e3 * test.current[i]:.6f},{1e3 * test.capacity[i]:.7f}"
        )
    return ("\n".join(lines) + "\n").encode()


def landt(test: Test) -> bytes:
    rows = [
        [
            str(i + 1),
            "1",
            str(test.step[i]),
            f"{test.time[i]:.3f}",
            f"{test.step_time[i]:.3f}",
            f"{test.capacity[i]:.9f}",
            "0.0",
            f"{abs(test.current[i]):.9f}",
            f"{test.voltage[i]:.5f}",
            state,
            "0",
            "03/02/2026 09:15:00",
        ]
        for i, state in enumerate(test.state)
    ]
    header = "Rec# Cyc# Step Test(Sec) Step(Sec) Amp-hr Watt-hr Amps Volts State ES DPt-Time"
    return table(header.replace(" ", "\t"), rows, "\t").encode()


def landt_csv(test: Test) -> bytes:
    names = {"R": "rest", "C": "charge", "D": "discharge"}
    rows = [
        [
            str(i + 1),
            "1",
            str(test.step[i]),
            "04/30/2024 14:33:19",
            f"{test.time[i]:.3f}",
            f"{test.step_time[i]:.3f}",
            f"{-test.current[i]:.9f}",
            f"{test.voltage[i]:.5f}",
            names[state],
            "",
        ]
        for i, state in enumerate(test.state)
    ]
    header = (
        "channel_index,cycle_index,step_index,date_time_iso_string,test_time_s,"
        "step_time_s,current_A,voltage_V,step_name"
    )
    above = "cell model:,,,\ncell id: ,,,\nNominal capacity used to define the C rate:Ah,,\n"
    return (above + table(header, rows)).encode()


def landt_chinese(test: Test) -> bytes:
    rows = [
        [
            str(i + 1),
            f"{test.time[i]:.3f}",
            f"{-1e3 * test.current[i]:.6f}",
            f"{1e3 * test.capacity[i]:.7f}",
            f"{test.voltage[i]:.5f}",
            CHINESE[state],
        ]
        for i, state in enumerate(test.state)
    ]
    return table("记录序号\t测试时间/Sec\t电流/mA\t容量/mAh\t电压/V\t工步状态", rows, "\t").encode(
        "utf-8-sig"
    )


def biologic(test: Test) -> bytes:
    rows = [
        [
            "3",
            "0",
            "0",
            str(test.step[i]),
            f"{test.time[i]:.9E}",
            "0,0",
            f"{test.voltage[i]:.7E}",
            f"{-1e3 * test.current[i]:.7E}",
            "0,0",
            "0,0",
            "",
        ]
        for i in range(len(test.time))
    ]
    header = (
        "mode\tox/red\terror\tNs\ttime/s\tcontrol/V/mA\tEwe/V\t<I>/mA\t(Q-Qo)/mA.h\tcycle number\t"
    )
    body = table(header, rows, "\t", "\r\n").replace(".", ",").replace("(Q-Qo)/mA,h", "(Q-Qo)/mA.h")
    above = [
        "EC-Lab ASCII FILE",
        "Nb header lines : 9",
        "",
        "Galvanostatic Cycling with Potential Limitation",
        "",
        "Electrode surface area : 0,001 cm²",
        f"Characteristic mass : {1e6 * MASS:.3f} mg".replace(".", ","),
        "",
    ]
    return ("\r\n".join(above) + "\r\n" + body).encode("latin-1")


def thousands(text: str) -> str:
    whole, _, part = text.partition(".")
    return f"{int(whole):,}.{part}"


def maccor(test: Test) -> bytes:
    rows = [
        [
            thousands(f"{i + 1}.0")[:-2],
            "1",
            str(test.step[i]),
            clock(test.time[i], days=True),
            clock(test.step_time[i], days=True),
            f"{test.capacity[i]:.9f}",
            "0.0",
            f"{abs(test.current[i]):.9f}",
            f"{test.voltage[i]:.5f}",
            state,
            "1",
            "03/02/2026 9:15:00 AM",
        ]
        for i, state in enumerate(test.state)
    ]
    header = (
        "Rec#\tCyc#\tStep\tTestTime\tStepTime\tAmp-hr\tWatt-hr\tAmps\tVolts\tState\tES\tDPt Time"
    )
    above = "Today's Date\t03/05/2026\tDate of Test:\t03/02/2026\nFilename:\tcell_1\n\n"
    return (above + table(header, rows, "\t")).encode("latin-1")


def maccor_seconds(test: Test) -> bytes:
    """Seconds with thousands, milliamperes, decimal points."""
    rows = [
        [
            str(i + 1),
            "1",
            str(test.step[i]),
            f'"{thousands(f"{test.time[i]:.2f}")}"',
            f"{1e3 * abs(test.current[i]):.6f}",
            f"{test.voltage[i]:.5f}",
            state,
        ]
        for i, state in enumerate(test.state)
    ]
    return table("Rec#,Cyc#,Step,Test (Sec),mAmps,Volts,State", rows).encode()


def basytec(test: Test) -> bytes:
    names = {"R": "Pause", "C": "Charge", "D": "Discharge"}
    rows = [
        [
            f"{test.time[i] / 3600:.9f}",
            str(i + 1),
            "05.05.2025",
            "14:36:06",
            f"{test.step_time[i] / 3600:.9f}",
            str(test.step[i]),
            names[state],
            f"{test.voltage[i]:.5f}",
            f"{-test.current[i]:.9f}",
            "0.0",
            "25.1",
        ]
        for i, state in enumerate(test.state)
    ]
    above = (
        "~Resultfile from Basytec Battery Test System\n~Name of Test: GITT\n"
        "~Start of Test: 05.05.2025 14:36:06\n~\n"
    )
    header = "~Time[h] DataSet DateTime t-Step[h] Line Command U[V] I[A] Ah[Ah] T1[°C]"
    return (above + table(header, rows, " ")).encode("latin-1")


def arbin(test: Test) -> bytes:
    rows = [
        [
            str(i + 1),
            "03/02/2026 09:15:00.000",
            f"{test.time[i]:.4f}",
            f"{test.step_time[i]:.4f}",
            "1",
            str(test.step[i]),
            f"{-test.current[i]:.9f}",
            f"{test.voltage[i]:.5f}",
        ]
        for i in range(len(test.time))
    ]
    header = (
        "Data_Point,Date_Time,Test_Time(s),Step_Time(s),Cycle_Index,Step_Index,"
        "Current(A),Voltage(V)"
    )
    return table(header, rows).encode()


def novonix(test: Test) -> bytes:
    rows = [
        [
            "2026-03-02 09:15:00",
            "1",
            "2",
            f"{test.time[i] / 3600:.9f}",
            f"{test.step_time[i] / 3600:.9f}",
            f"{-test.current[i]:.9f}",
            f"{test.voltage[i]:.5f}",
            "0.0",
            "25.0",
            str(test.step[i]),
        ]
        for i in range(len(test.time))
    ]
    header = (
        "Date and Time,Cycle Number,Step Type,Run Time (h),Step Time (h),Current (A),Potential "
        "(V),Capacity (Ah),"
        "Temperature (°C),Step Number"
    )
    above = "[Summary]\nNovonix UHPC Data File\nCell: 1\n[End Summary]\n\n[Data]\n"
    return (above + table(header, rows)).encode()


def ivium(test: Test) -> bytes:
    rows = [
        [f"{test.time[i]:.9E}", f"{-test.current[i]:.8E}", f"{test.voltage[i]:.6E}"]
        for i in range(len(test.time))
    ]
    return table("time/s          I/A             E/V", rows, "    ").encode()


def gamry(test: Test) -> bytes:
    rows = [
        [
            "",
            str(i),
            f"{test.time[i]:.4f}",
            f"{test.voltage[i]:.6f}",
            f"{-test.current[i]:.9E}",
            "0",
            "...........",
        ]
        for i in range(len(test.time))
    ]
    above = (
        "EXPLAIN\nTAG\tPWR800_CHARGE\nCONVENTION\tIQUANT\t1\tCurrent Convention\n"
        "CURVE\tTABLE\t100\n"
    )
    header = "\tPt\tT\tVf\tIm\tVu\tOver\n\t#\ts\tV vs. Ref.\tA\tV\tbits"
    return (above + table(header, rows, "\t")).encode()


def digatron(test: Test) -> bytes:
    names = {"R": "PAU", "C": "CHA", "D": "DCH"}
    rows = [
        [
            "2026-03-02 09:15:00",
            str(test.step[i]),
            names[state],
            f"{test.time[i]:.3f}",
            f"{test.voltage[i]:.5f}",
            f"{-test.current[i]:.9f}",
            "25",
        ]
        for i, state in enumerate(test.state)
    ]
    return table(
        "Timestamp;Step;Status;Program Duration#s;Voltage#V;Current#A;T1#°C", rows, ";"
    ).encode()


def bdf(test: Test) -> bytes:
    rows = [
        [
            f"{test.time[i]:.4f}",
            f"{test.voltage[i]:.5f}",
            f"{-test.current[i]:.9f}",
            str(test.step[i]),
        ]
        for i in range(len(test.time))
    ]
    return table("Test Time / s,Voltage / V,Current / A,Step Count / 1", rows).encode()


def bdf_notation(test: Test) -> bytes:
    text = bdf(test).decode()
    return (
        "test_time_second,voltage_volt,current_ampere,step_count\n" + text.partition("\n")[2]
    ).encode("utf-16")


def own(test: Test) -> bytes:
    rows = [
        [f"{test.time[i]:.4f}", f"{1e3 * test.current[i]:.6f}", f"{test.voltage[i]:.5f}"]
        for i in range(len(test.time))
    ]
    return (
        "# made for a test\n" + table("time [s], current [mA], voltage [V]", rows, ", ")
    ).encode()


Writer = Callable[[Test], bytes]
WRITERS: dict[str, Writer] = {
    writer.__name__: writer
    for writer in (
        neware,
        neware_chinese,
        neware_layered,
        landt,
        landt_csv,
        landt_chinese,
        biologic,
        maccor,
        maccor_seconds,
        basytec,
        arbin,
        novonix,
        ivium,
        gamry,
        digatron,
        bdf,
        bdf_notation,
        own,
    )
}
UNSIGNED = ("landt", "maccor", "maccor_seconds")
"""Layouts whose current has no sign."""


def placed(folder: Path, content: bytes, name: str = "cell.txt") -> Path:
    path = folder / name
    path.write_bytes(content)
    return path
