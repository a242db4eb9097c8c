"""Posteriors that come with the package: what the printed rate tests of one paper say together.

``parameters/posteriors/NAME.npz`` holds rows of the unknowns of a paper's materials, ``NAME.json``
what they were learned from, as hashes. Row i of one material belongs to row i of the other: film
times loading, discrepancy and noise are those of one cell. The rows are those of all readings in
equal parts, with D falling beyond half occupancy: the form whose unknowns are properties of a
material. ``docs/_tools/posteriors.py`` writes them.
"""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from particle_sim.cell.half_cell import Cell
from particle_sim.errors import InputError
from particle_sim.files import read_bytes, read_json
from particle_sim.inference.form import Form
from particle_sim.inference.groups import GROUPS
from particle_sim.inference.rate_evidence import Member, members
from particle_sim.materials.load import load_material
from particle_sim.materials.system import material_path
from particle_sim.plausible.draws import MaterialDraws, draw_material
from particle_sim.plausible.streams import generator
from particle_sim.resources import shipped_folder
from particle_sim.units import Array

PAPERS: Mapping[str, tuple[str, ...]] = {"li2024_o3": ("he_o3_li2024", "nfm_li2024")}
"""Materials by the paper that prints at least three rates of each."""
UNKNOWNS = (*GROUPS, "diffusivity_fall", "discrepancy", "noise")
ROWS = 1000
MOST_BYTES = 1_000_000


@dataclass(frozen=True, kw_only=True)
class ShippedPosterior:
    """Rows of the unknowns of one material, log10 but for the discrepancy."""

    material: str
    paper: str
    columns: Mapping[str, Array]
    """(n,) by name, as in :data:`UNKNOWNS`"""
    stale: bool
    """Whether what it was learned from has changed since"""

    def draws(self, cell: Cell, count: int, seed: int) -> MaterialDraws:
        """``count`` draws of a half cell: plausible inputs, those that rates determine replaced.

            D = k R^2,   j0 = k_e rho R/3,   film = r/loading,   c_max = Q/Q_file c_max,file

        with R and the loading from their own plausible ranges. Rows are taken in a random order
        that the paper's materials share; more draws than rows use rows again.
        """
        material, design = cell.material, cell.design
        plain = draw_material(material, count, seed, design=design.properties)
        order = generator(seed, f"rows of {self.paper}").permutation(ROWS)
        rows = np.resize(order, count)
        known = {name: values[rows] for name, values in self.columns.items()}
        rate, exchange, series, window = (10 ** known[name] for name in GROUPS)
        radius, loading = (
            plain.values.get(name, np.full(count, kept))
            for name, kept in (
                ("particle_radius", material.value("particle_radius")),
                ("active_loading", design.value("active_loading")),
            )
        )
        return plain.having(
            diffusivity=rate * radius**2,
            diffusivity_fall=known["diffusivity_fall"],
            exchange_current_density=exchange * material.value("density") * radius / 3,
            film_resistance=series / loading,
            maximum_concentration=material.maximum_concentration
            * window
            / material.specific_capacity,
        )


def shipped_posterior(material: str) -> ShippedPosterior | None:
    """The posterior of a shipped material by name, or ``None`` where its paper prints no rates.

    >>> found = shipped_posterior("he_o3_li2024")
    >>> found is not None and len(found.columns["diffusion_rate"])
    1000
    >>> shipped_posterior("nvp") is None
    True
    """
    for paper, names in PAPERS.items():
        if material in names:
            folder = shipped_folder("parameters") / "posteriors"
            table = _rows(folder / f"{paper}.npz")
            known = read_json(folder / f"{paper}.json")
            return ShippedPosterior(
                material=material,
                paper=paper,
                columns={
                    name: table[:, names.index(material), i] for i, name in enumerate(UNKNOWNS)
                },
                stale=known["learned_from"] != learned_from(names),
            )
    return None


def learn_paper(paper: str) -> tuple[bytes, str]:
    """The rows (.npz) and what they were learned from (.json) of a paper, computed anew."""
    names = PAPERS[paper]
    materials = {name: load_material(name) for name in names}
    found = members(materials, forms=(Form.DIFFUSIVITY,), varied=False)
    share = [_taken(member, names, ROWS // len(found)) for member in found]
    held = io.BytesIO()
    np.savez_compressed(held, rows=np.concatenate(share).astype(np.float32))
    notes = {
        "learned_from": learned_from(names),
        "materials": list(names),
        "unknowns": list(UNKNOWNS),
        "members": [
            {"label": each.label, "log_evidence": round(each.posterior.found.log_evidence, 2)}
            for each in found
        ],
    }
    return held.getvalue(), json.dumps(notes, indent=2) + "\n"


def learned_from(names: Sequence[str]) -> dict[str, str]:
    """Hashes of the beliefs, and of each material's file and printed tests."""
    beliefs = shipped_folder("parameters") / "evidence" / "hyperpriors.toml"
    return {"hyperpriors": _hash([beliefs]), **{name: _of(name) for name in names}}


def _of(name: str) -> str:
    path, _ = material_path(name)
    return _hash([path])


def _hash(paths: Iterable[Path]) -> str:
    text = "".join("\n".join(path.read_text(encoding="utf-8").splitlines()) for path in paths)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _taken(member: Member, names: Sequence[str], count: int) -> Array:
    """Rows (count, materials, unknowns), evenly taken."""
    table = np.stack(
        [np.stack([member.column(name, each) for each in UNKNOWNS], axis=-1) for name in names],
        axis=1,
    )
    return np.asarray(table[np.linspace(0, len(table) - 1, count).astype(int)])


def _rows(path: Path) -> Array:
    """The table of a file: one array of numbers, nothing that could be executed."""
    try:
        with np.load(io.BytesIO(read_bytes(path, MOST_BYTES)), allow_pickle=False) as held:
            return np.asarray(held["rows"], dtype=float)
    except (ValueError, KeyError, OSError) as error:
        raise InputError(
            f"{path.name}: holds no rows ({error}); write it again with docs/_tools/posteriors.py."
        ) from None
