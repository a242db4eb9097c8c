"""Freeze the constants of crack growth, then record what they predict.

``python docs/_tools/growth_calibration.py`` writes ``parameters/damage/calibration.toml`` from one
printed retention; ``... predict`` then adds to ``parameters/damage/predictions.toml`` what those
constants say of every other printed retention, with their hash. What was recorded with other
constants stays there, so that a row seen before counts as calibrated from then on.
"""

from __future__ import annotations

import sys
from pathlib import Path

from particle_sim.life.frozen import calibrate, calibration_text
from particle_sim.life.record import record_text, recorded_with_now

FOLDER = Path(__file__).resolve().parents[2] / "parameters" / "damage"

if __name__ == "__main__":
    if sys.argv[1:] == ["predict"]:
        (FOLDER / "predictions.toml").write_text(record_text(recorded_with_now()), encoding="utf-8")
    else:
        text = calibration_text(calibrate())
        (FOLDER / "calibration.toml").write_text(text, encoding="utf-8")
