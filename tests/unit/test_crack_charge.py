"""A wire that is charged until it cracks: charge, sodium around the cracks, film and files."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from typer.testing import CliRunner

import particle_sim as ps
from particle_sim.cli.main import app
from particle_sim.damage.charged_wire import ChargedWire
from particle_sim.errors import InputError
from particle_sim.figures import crack_pair
from particle_sim.studies import crack_charge
from particle_sim.studies.crack_charge import CrackCharge, charged_wire, filling_around

RADIUS = 2e-6


@pytest.fixture(scope="module", autouse=True)
def small() -> Iterator[None]:
    """Bodies of 5.5 l have half the cells of shipped ones."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(crack_charge, "LENGTHS", 5.5)
        yield


@pytest.fixture(scope="module")
def wires() -> tuple[ChargedWire, ...]:
    """NFM, which cracks, with dry and with wetted cracks."""
    material = ps.load_material("nfm_li2024")
    return tuple(
        charged_wire(material, CrackCharge(radius=RADIUS, c_rate=1.0, frames=2, wetted=wetted))
        for wetted in (False, True)
    )


def check_charge(wire: ChargedWire, passed: float) -> None:
    """What left the section around its cracks is the charge, to 1e-10 of the sodium in it."""
    for run, charge in zip(wire.around, wire.charge, strict=True):
        assert run.balances.sodium <= 1e-10
        left = run.mean_site_fraction[0] - run.mean_site_fraction[-1]
        assert left == pytest.approx(passed * charge, rel=2e-3)


def test_the_charge_leaves_around_dry_and_wetted_cracks(wires: tuple[ChargedWire, ...]) -> None:
    """mAh/g over the whole capacity F c_max / rho; the mesh's polygon is 2e-3 short of a circle."""
    material = ps.load_material("nfm_li2024")
    capacity = 96485.33 * material.maximum_concentration / material.value("density") / 3600
    for wire in wires:
        check_charge(wire, 1 / capacity)
        with pytest.raises(AssertionError):
            check_charge(wire, 1.01 / capacity)
    dry, wet = wires
    assert dry.grown[-1] > 1e-9, "it cracks"
    np.testing.assert_array_equal(dry.cracks.damage, wet.cracks.damage)
    inner = np.linalg.norm(dry.cracks.body.vertices, axis=1) < RADIUS / 3
    assert filling_around(wet)[-1][inner].mean() < filling_around(dry)[-1][inner].mean()


def test_the_picture_shows_both_on_one_scale(wires: tuple[ChargedWire, ...]) -> None:
    figure = crack_pair(wires, magnification=10.0)
    sections = figure.axes[:4]
    assert len({axes.get_xlim() for axes in sections}) == 1
    assert [axes.collections[0].get_clim() for axes in sections] == [(0.0, 1.0)] * 4
    for curve, wire in zip(figure.axes[4].lines, wires, strict=False):
        np.testing.assert_allclose(curve.get_ydata()[1:], 1e6 * wire.grown)
        np.testing.assert_allclose(curve.get_xdata()[1:], wire.charge)
    words = figure.get_supxlabel()
    assert "Fick's law" in words
    assert "Assumed, not measured" in words
    figure.draw_without_rendering()
    (caption,) = (text for text in figure.texts if text.get_text() == words)
    assert caption.get_window_extent().x1 < figure.bbox.x1
    with pytest.raises(InputError, match="numbered from 0"):
        crack_pair(wires, len(wires[0].charge))
    with pytest.raises(InputError, match="one or two"):
        crack_pair((*wires, wires[0]))


def test_the_verb_writes_a_film_and_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """HE-V, which does not crack."""
    monkeypatch.chdir(tmp_path)
    given = ["cracks", "he_v", "--radius", "1 um", "--frames", "2", "--vtu", "--out", "film.gif"]
    done = CliRunner().invoke(app, given)
    assert done.exit_code == 0, done.output
    assert "GB of memory" in done.output
    with Image.open("film.gif") as film:
        assert getattr(film, "n_frames", 1) == 2
    files = sorted(path.name for path in Path("film_he_v").iterdir())
    assert files == ["film_he_v_0000.vtu", "film_he_v_0001.vtu"]
    assert 'Name="site fraction [1]"' in Path("film_he_v", files[0]).read_text("utf-8")


@pytest.mark.parametrize(
    ("given", "words"),
    [
        (["nvp", "he_v", "lfp"], "a film shows one or two"),
        (["nvp", "--frames", "1"], "give 2 to 100"),
        (["nvp", "--c-rate", "-1"], "C-rate"),
        (["nvp", "--radius", "2 V"], "--radius"),
    ],
)
def test_refused(given: list[str], words: str, capsys: pytest.CaptureFixture[str]) -> None:
    done = CliRunner().invoke(app, ["cracks", *given])
    assert done.exit_code != 0
    assert words in done.output + str(done.exception)
