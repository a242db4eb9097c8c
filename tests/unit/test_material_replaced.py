"""``Material.replaced``: properties only, each under its own name."""

from __future__ import annotations

from typing import Any

import pytest

from particle_sim.errors import InputError
from particle_sim.materials.load import load_material
from particle_sim.materials.property import assumed


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("diffusivity", 1e-16),
        ("diffusivity", "1e-16 m^2/s"),
        ("difusivity", assumed("diffusivity", 1e-16, "m^2/s")),
        ("particle_radius", assumed("diffusivity", 1e-16, "m^2/s")),
    ],
)
def test_anything_else_is_one_sentence(name: str, value: Any) -> None:
    with pytest.raises(InputError, match=rf"^replaced\({name}=.*called {name} must stand there"):
        load_material("nvp").replaced(**{name: value})
