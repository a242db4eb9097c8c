"""What ``--set`` says, by material."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from particle_sim.errors import InputError, closest


def overrides(
    given: Sequence[str] | None, materials: Sequence[str], radius: str | None = None
) -> dict[str, dict[str, str]]:
    """``nvp.diffusivity=1e-15 m^2/s`` and ``--radius`` as a nested mapping.

    >>> overrides(['nvp.diffusivity="1e-15 m^2/s"'], ["nvp", "he_v"])
    {'nvp': {'diffusivity': '1e-15 m^2/s'}}
    """
    result: dict[str, dict[str, str]] = {}
    if radius is not None:
        result = {name: {"particle_radius": radius} for name in materials}
    for text in given or []:
        target, equals, value = text.partition("=")
        name, dot, key = target.strip().rpartition(".")
        if not (equals and dot and name and key):
            raise InputError(f'--set is "{text}"; write it like nvp.diffusivity="1e-15 m^2/s".')
        matching = [m for m in materials if name in (m, m.partition("@")[0], Path(m).stem)]
        if not matching:
            raise InputError(
                f'--set names the material "{name}", which is not among those named; '
                f"{closest(name, materials)}"
            )
        for material in matching:
            result.setdefault(material, {})[key] = value.strip().strip('"')
    return result
