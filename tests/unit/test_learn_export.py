"""What an export writes, what it leaves alone, and that it writes the same again."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from particle_sim.errors import InputError
from particle_sim.learn import export
from particle_sim.learn.export import export_site

pytest.importorskip("latex2mathml")
LESSON = "l2_from_sodium_to_stress"


def test_a_folder_of_somebody_else_is_left_alone(tmp_path: Path) -> None:
    mine = tmp_path / "thesis.txt"
    mine.write_text("three years of work", encoding="utf-8")
    with pytest.raises(InputError, match=r"--export is .* holds other files \(thesis\.txt\)"):
        export_site(tmp_path)
    assert mine.read_text(encoding="utf-8") == "three years of work"
    assert [file.name for file in tmp_path.iterdir()] == ["thesis.txt"]


def test_notes_in_an_earlier_export_are_left_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(export, "lesson_names", lambda: ())
    monkeypatch.setattr(export, "_pages", lambda folder, asked: iter(()))
    site = tmp_path / "site"
    export_site(site)
    notes = site / "notes.txt"
    notes.write_text("for Monday's class", encoding="utf-8")
    with pytest.raises(InputError, match=r"holds other files \(notes\.txt\)"):
        export_site(site)
    export_site(site, force=True)
    assert notes.read_text(encoding="utf-8") == "for Monday's class"
    notes.unlink()
    asset = next((site / "assets").iterdir())
    outside = tmp_path / "outside.txt"
    outside.write_text("precious", encoding="utf-8")
    asset.unlink()
    asset.symlink_to(outside)
    with pytest.raises(InputError, match=f"assets/{asset.name} was changed"):
        export_site(site)
    export_site(site, force=True)
    assert not asset.is_symlink()
    assert outside.read_text(encoding="utf-8") == "precious", "written through a link"


def test_an_export_that_was_stopped_does_not_block_the_next(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(export, "lesson_names", lambda: ())

    def stop(folder: Path, asked: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(export, "_pages", stop)
        with pytest.raises(KeyboardInterrupt):
            export_site(tmp_path / "site")
    assert list(tmp_path.iterdir()) == []
    monkeypatch.setattr(export, "_pages", lambda folder, asked: iter(()))
    export_site(tmp_path / "site")
    assert [path.name for path in tmp_path.iterdir()] == ["site"]


def test_the_same_pages_have_the_same_bytes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One lesson twice, in two folders, and once more over itself."""
    monkeypatch.setattr(export, "lesson_names", lambda: (LESSON,))
    monkeypatch.setattr(export, "_playground", lambda folder, asked: "")
    monkeypatch.setattr(export.site, "lesson_names", lambda: (LESSON,))
    seen = []
    for name in ("first", "again", "again"):
        export_site(tmp_path / name)
        seen.append({f.name: digest(f) for f in (tmp_path / name).rglob("*.*")})
    assert {f"{LESSON}.html", f"{LESSON}.js", f"{LESSON}.png"} <= set(seen[0])
    assert seen[0] == seen[1] == seen[2]


def digest(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()
