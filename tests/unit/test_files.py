"""Reading files: only regular ones, only so large, with or without a byte-order mark."""

import os
from pathlib import Path

import pytest

from particle_sim.errors import InputError
from particle_sim.files import read_bytes, read_json, read_text


def test_a_byte_order_mark_is_no_text(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    path.write_bytes(b"\xef\xbb\xbf{}")
    assert read_text(path) == "{}"
    assert read_json(path) == {}


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
def test_a_pipe_is_refused_and_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(InputError, match="pipe: this is a device, pipe or socket; give a file"):
        read_bytes(tmp_path / "pipe")


@pytest.mark.skipif(not Path("/dev/zero").exists(), reason="this system has no endless device")
def test_an_endless_device_is_refused_even_through_a_link(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to("/dev/zero")
    with pytest.raises(InputError, match="link: this is a device"):
        read_bytes(tmp_path / "link")


def test_a_file_of_one_byte_too_many_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "long"
    path.write_bytes(b"x" * 11)
    assert read_bytes(path, most=11) == b"x" * 11
    with pytest.raises(InputError, match="long: the file has"):
        read_bytes(path, most=10)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ('{"a": NaN}', "NaN is no number in JSON"),
        ("[" * 100_000, "a.json: not valid JSON"),
        ('{"a": 1,}', r"line 1, column \d+"),
        ("1" * 5000, "a.json: not valid JSON"),
    ],
)
def test_what_is_not_json_is_refused_with_its_place(
    tmp_path: Path, content: str, said: str
) -> None:
    path = tmp_path / "a.json"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(InputError, match=said):
        read_json(path)


def test_a_name_no_file_can_have_is_refused() -> None:
    with pytest.raises(InputError, match="cannot be read"):
        read_bytes(Path("a\0b"))
