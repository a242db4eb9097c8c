"""Films of a matplotlib figure that changes from frame to frame, as GIF or MP4 files."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from io import BytesIO
from pathlib import Path
from subprocess import CalledProcessError
from typing import Any

import numpy as np

from particle_sim.errors import InputError
from particle_sim.figures.style import Figure
from particle_sim.files import write_file
from particle_sim.manifest import OPEN_SEAL, sealed
from particle_sim.outputs import check_file, new_files

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
    check_file(path)


def write_film(
    figure: Figure,
    frames: Iterable[object],
    path: Path,
    rate: float,
    colours: Sequence[Any],
    *,
    force: bool = False,
) -> None:
    """Draw ``figure`` after each step of ``frames``; ``rate`` frames per second.

    ``colours``: colour maps in use, of which a GIF's 256 colours must show all. The file takes its
    name once it is complete (:func:`particle_sim.outputs.new_files`).
    """
    with new_files(path, force=force) as work:
        if path.suffix == ".gif":
            write_file(work / path.name, _gif(figure, frames, rate, colours))
        else:
            _write_mp4(figure, frames, work / path.name, rate)


def _gif(figure: Figure, frames: Iterable[object], rate: float, colours: Sequence[Any]) -> bytes:
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
    buffer = BytesIO()
    images[0].save(
        buffer,
        "GIF",
        save_all=True,
        append_images=images[1:],
        duration=round(1000 / rate),
        loop=0,
        comment=OPEN_SEAL.encode(),
    )
    return sealed(buffer.getvalue())


def _write_mp4(figure: Figure, frames: Iterable[object], path: Path, rate: float) -> None:
    from matplotlib.animation import FFMpegWriter

    # players want an even number of pixels and this colour layout
    even = ["-vf", "pad=ceil(iw/2)*2:ceil(ih/2)*2:color=white", "-pix_fmt", "yuv420p"]
    seal = {"comment": OPEN_SEAL}
    writer = FFMpegWriter(fps=rate, extra_args=even, metadata=seal)  # type: ignore[arg-type]
    try:
        with writer.saving(figure, str(path), dpi=DOTS):
            for _ in frames:
                writer.grab_frame()
    except (OSError, CalledProcessError) as error:
        raise OSError(f"ffmpeg stopped: {error}") from None
    film = path.read_bytes()
    if not is_complete_mp4(film):
        raise OSError("ffmpeg did not finish the film")
    write_file(path, sealed(film))


def is_complete_mp4(film: bytes) -> bool:
    """Whether the boxes of a film fill it exactly, and one of them is its index.

    >>> is_complete_mp4(b"\\0\\0\\0\\x09moov!"), is_complete_mp4(b"\\0\\0\\0\\x0amoov!")
    (True, False)
    """
    names, place = set(), 0
    while len(film) - place >= 8:
        size = int.from_bytes(film[place : place + 4])
        names.add(film[place + 4 : place + 8])
        if size == 1:  # a long box tells its size behind its name
            size = int.from_bytes(film[place + 8 : place + 16])
        place += max(size, 8)
    return place == len(film) and b"moov" in names
