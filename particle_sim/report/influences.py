"""The influences a stored comparison or sweep holds, by material."""

from __future__ import annotations

from pathlib import Path

from particle_sim.report.folder import open_folder


def stored_influences(folder: Path) -> dict[str, dict[str, tuple[str, float]]]:
    """Material name -> property -> the result it moves most, and Spearman's rho with it.

    Raises :class:`InputError` when the folder holds no comparison.
    """
    if (folder / "samples.zarr").is_dir():
        from particle_sim.sweeps.influence import stored_influences as of_a_sweep

        return of_a_sweep(folder)
    tree = open_folder(folder)
    found: dict[str, dict[str, tuple[str, float]]] = {}
    for role in ("baseline", "candidate"):
        table = tree[f"{role}/influence"].influence
        strongest = abs(table).argmax("result")
        found[str(tree[role].attrs["name"])] = {
            str(name): (
                str(table.result.values[int(place)]),
                float(table.sel(property=name).values[int(place)]),
            )
            for name, place in zip(table.property.values, strongest.values, strict=True)
        }
    return found
