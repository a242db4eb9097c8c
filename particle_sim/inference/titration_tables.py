"""A titration as small tables: all pulses, and D over the filling for a material file.

``pulses.csv`` has every pulse with its interval and the usual formula's number. Where a radius was
given, ``diffusivity.csv`` has D of the pulses without a doubt over the filling, held constant from
the outermost ones to 0 and 1, and ``diffusivity.toml`` the block that names it in a material file
beside it. Its range is from the mean of ln D at the lower ends of the 90 % intervals to that at the
upper ones; of the radius it knows nothing.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from math import inf, isnan

import numpy as np

from particle_sim.inference.titration import Pulse, Titration

PULSES_FILE, TABLE_FILE, BLOCK_FILE = "pulses.csv", "diffusivity.csv", "diffusivity.toml"
_SAME = 1e-6
"""Fillings that are one, of pulses on the way in and out."""
_SOURCE = "my_titration"


def titration_texts(titration: Titration) -> dict[str, str]:
    """The tables by the names of their files."""
    texts = {PULSES_FILE: _pulses(titration)}
    points = _points(titration)
    if titration.radius is not None and len(points) > 1:
        size = titration.radius**2
        rows = [(p.filling, p.diffusion_rate * size) for p in points]
        whole = [(0.0, rows[0][1]), *rows, (1.0, rows[-1][1])]
        inside = [row for row in whole[1:-1] if 0 < row[0] < 1]
        texts[TABLE_FILE] = _text(["filling", "values"], [whole[0], *inside, whole[-1]])
        texts[BLOCK_FILE] = _block(titration, points)
    return texts


def _points(titration: Titration) -> list[Pulse]:
    """Pulses without a doubt and of known filling, each filling once, rising."""
    known = [p for p in titration.pulses if p.trusted and not isnan(p.filling)]
    kept: list[Pulse] = []
    for pulse in sorted(known, key=lambda pulse: pulse.filling):
        if not kept or pulse.filling - kept[-1].filling > _SAME:
            kept.append(pulse)
    return kept


def _pulses(titration: Titration) -> str:
    header = ["start [s]", "filling", "D/R^2 [1/s]", "5 % [1/s]", "95 % [1/s]",
              "usual formula [1/s]", "doubts"]  # fmt: skip
    rows = [
        (
            pulse.start,
            "" if isnan(pulse.filling) else pulse.filling,
            "" if isnan(pulse.diffusion_rate) else pulse.diffusion_rate,
            pulse.low if pulse.low > 0 else "",
            pulse.high if pulse.high < inf else "",
            "" if isnan(pulse.usual.rate) else pulse.usual.rate,
            "; ".join(pulse.doubts),
        )
        for pulse in titration.pulses
    ]
    return _text(header, rows)


def _text(header: list[str], rows: Sequence[tuple[float | str, ...]]) -> str:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(header)
    for row in rows:
        writer.writerow([f"{v:.6g}" if isinstance(v, float) else v for v in row])
    return out.getvalue()


def _block(titration: Titration, points: list[Pulse]) -> str:
    import tomli_w

    size = (titration.radius or 0.0) ** 2
    ends = [points[0], *points, points[-1]]
    low, high = (
        float(np.exp(np.mean(np.log([value * size for value in values]))))
        for values in ([p.low for p in ends], [p.high for p in ends])
    )
    entry = {
        "form": "table",
        "csv": TABLE_FILE,
        "unit": "m^2/s",
        "range": [float(f"{low:.4g}"), float(f"{high:.4g}")],
        "evidence": "measured",
        "source": _SOURCE,
        "place": f"{len(points)} pulses without a doubt of {titration.name}, "
        f"R = {titration.radius or 0.0:.4g} m",
        "note": f"Measured from {points[0].filling:.3f} to {points[-1].filling:.3f} of the window, "
        "held constant outside. D goes with the square of R, "
        "of whose error the range knows nothing.",
    }
    source = {"citation": f"Titration in {titration.name}; write here whose and where."}
    return tomli_w.dumps({"properties": {"diffusivity": entry}, "sources": {_SOURCE: source}})
