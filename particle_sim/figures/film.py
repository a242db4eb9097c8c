"""Films of a matplotlib figure that changes from frame to frame, as GIF or MP4 files."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from particle_sim.errors import InputError

if TYPE_CHECKING:
    from matplotlib.figure import Figure

DOTS = 150
"""Pixels per inch."""

WHITE = 245
"""Grey, of 255, from which a GIF's palette shows white: the ground stays white."""

SAMPLES = 8
"""Frames from which the 256 colours of a GIF are chosen."""


def check_film(path: Path) -> None:
    """Raise :class:`InputError` for a name that no film can be written to here."""
    from matplotlib.animation import FFMpegWriter

    if path.suffix not in (".gif", ".mp4"):
        raise InputError(f'The film\'s name is "{path.name}"; it must end in .gif or .mp4.')
    if path.suffix == ".mp4" and not FFMpegWriter.isAvailable():
        raise InputError(
            f"{path.name}: an MP4 film needs the program ffmpeg, which is not installed; "
            "install it, or choose a name that ends in .gif."
        )


def write_film(
    figure: Figure, frames: Iterable[object], path: Path, rate: float, colours: Sequence[Any]
) -> None:
    """Draw ``figure`` after each step of ``frames``; ``rate`` frames per second.

    ``colours``: colour maps in use, of which a GIF's 256 colours must show all. The file takes its
    name once it is complete.
    """
    part = path.with_name(f".{path.stem}.part{path.suffix}")
    write = _write_gif if path.suffix == ".gif" else _write_mp4
    try:
        write(figure, frames, part, rate, colours)
        os.replace(part, path)
    finally:
        part.unlink(missing_ok=True)


def _write_gif(
    figure: Figure, frames: Iterable[object], path: Path, rate: float, colours: Sequence[Any]
) -> None:
    """With one palette for all frames, so that colours keep their meaning."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from PIL import Image

    canvas: Any = FigureCanvasAgg(figure)
    figure.set_dpi(DOTS)
    drawn = []
    for _ in frames:
        canvas.draw()
        drawn.append(Image.fromarray(np.asarray(canvas.buffer_rgba())).convert("RGB"))
    some = drawn[:: -(-len(drawn) // SAMPLES)]
    pixels = [np.asarray(image)[::2, ::2].reshape(-1, 3) for image in some]
    ramps = [(255 * cmap(np.linspace(0, 1, 256))[:, :3]).astype(np.uint8) for cmap in colours]
    weight = sum(map(len, pixels)) // (40 * max(len(ramps), 1) * 256) + 1
    sample = np.concatenate([*pixels, *(np.tile(ramp, (weight, 1)) for ramp in ramps)])
    palette = Image.fromarray(sample[None]).quantize(256, method=Image.Quantize.MEDIANCUT, kmeans=1)
    entries = np.array(palette.getpalette(), dtype=np.uint8).reshape(-1, 3)
    entries[entries.min(axis=1) > WHITE] = 255
    palette.putpalette(entries.ravel().tolist())
    images = [
        image.quantize(palette=palette, dither=Image.Dither.FLOYDSTEINBERG) for image in drawn
    ]
    images[0].save(
        path, save_all=True, append_images=images[1:], duration=round(1000 / rate), loop=0
    )


def _write_mp4(
    figure: Figure, frames: Iterable[object], path: Path, rate: float, colours: Sequence[Any]
) -> None:
    from matplotlib.animation import FFMpegWriter

    # players want an even number of pixels and this colour layout
    even = ["-vf", "pad=ceil(iw/2)*2:ceil(ih/2)*2:color=white", "-pix_fmt", "yuv420p"]
    writer = FFMpegWriter(fps=rate, extra_args=even)  # type: ignore[arg-type]
    with writer.saving(figure, str(path), dpi=DOTS):
        for _ in frames:
            writer.grab_frame()
