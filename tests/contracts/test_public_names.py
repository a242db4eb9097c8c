"""What the package promises: every public name can be had and is what it says."""

from __future__ import annotations

import pytest

import particle_sim as ps

PACKAGES = {"physics": "transport"}
"""Packages that are public by another name."""


@pytest.mark.parametrize("name", ps.__all__)
def test_public_name_resolves_to_the_thing_itself(name: str) -> None:
    value = getattr(ps, name)
    assert value.__name__.rpartition(".")[2] == PACKAGES.get(name, name)
    assert (value.__doc__ or "").strip()


def test_unknown_names_raise() -> None:
    with pytest.raises(AttributeError, match="no attribute 'nonsense'"):
        _ = ps.nonsense


def test_dir_lists_the_public_names() -> None:
    assert dir(ps) == sorted(ps.__all__)
