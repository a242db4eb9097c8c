"""A real browser on the lessons: what a reader does, and what must never be seen."""

from __future__ import annotations

import importlib.util
import os
import re
import subprocess
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Page

SIZES = {
    "desktop": (1280, 800),
    "projector": (1920, 1080),
    "tablet": (768, 1024),
    "phone": (390, 844),
}
PATIENCE = 60_000
"""Longest wait for a picture on a busy machine [ms]."""
INSIDE = ("data:", "blob:")
"""Requests that never leave the page."""


@dataclass(frozen=True, kw_only=True)
class Server:
    """A running ``particle-sim learn``."""

    address: str
    """Without a slash at its end"""
    process: subprocess.Popen[str]

    def memory(self) -> float:
        """Resident memory of the server [MB]."""
        status = Path(f"/proc/{self.process.pid}/status").read_text(encoding="utf-8")
        found = re.search(r"VmRSS:\s+(\d+) kB", status)
        assert found is not None
        return int(found[1]) / 1024


@dataclass(frozen=True, kw_only=True)
class Watched:
    """A page and everything wrong that was seen on it so far."""

    page: Page
    seen: list[str] = field(default_factory=list)

    def problems(self) -> list[str]:
        """What was seen, and a page that is wider than its window."""
        wide = self.page.evaluate(
            "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        )
        return [*self.seen, *([f"{wide} px wider than the window"] if wide > 0 else [])]


OpenPage = Callable[..., Watched]


def lacking(what: str) -> None:
    """Skip, or fail where ``PARTICLE_SIM_NEED_BROWSER`` says that a browser must be there."""
    if os.environ.get("PARTICLE_SIM_NEED_BROWSER"):
        pytest.fail(f"{what} is missing, and PARTICLE_SIM_NEED_BROWSER is set")
    pytest.skip(f"{what} is missing")


def origin(address: str) -> str:
    """Where every request has to stay: the server, or the folder of a file."""
    if address.startswith("file:"):
        return address.rpartition("/")[0] + "/"
    return "/".join(address.split("/")[:3]) + "/"


def watch(page: Page, home: str) -> Watched:
    """Note errors, warnings, and requests that leave ``home``."""
    watched = Watched(page=page)
    page.on(
        "console",
        lambda m: (
            watched.seen.append(f"{m.type}: {m.text}") if m.type in ("error", "warning") else None
        ),
    )
    page.on("pageerror", lambda error: watched.seen.append(f"page error: {error}"))
    page.on(
        "request",
        lambda r: (
            None
            if r.url.startswith((home, *INSIDE))
            else watched.seen.append(f"leaves the site: {r.url}")
        ),
    )
    return watched


# --- what is drawn ---

DRAWN = """() => {
  const balls = [...document.querySelectorAll("#balls figure")].map((figure) => {
    const canvas = figure.querySelector("canvas"), spans = figure.querySelectorAll(".scale span");
    const size = canvas.width, context = canvas.getContext("2d");
    return {
      title: figure.querySelector("figcaption").textContent, size,
      middle: [...context.getImageData(0, size / 2, size, 1).data],
      upright: [...context.getImageData(size / 2, 0, 1, size).data],
      low: Number(spans[1].textContent), high: Number(spans[3].textContent),
      bar: getComputedStyle(spans[2]).backgroundImage,
      told: figure.querySelector(".shape").getAttribute("aria-label"),
    };
  });
  const panels = [...document.querySelectorAll("#panels .shape")].map((place) => ({
    title: place.closest("figure").querySelector("figcaption").textContent,
    axes: ["xaxis", "yaxis"].map((name) => {
      const axis = place._fullLayout[name];
      return { text: axis.title.text.replace("<br>", " "), type: axis.type, range: axis.range };
    }),
    lines: place.data.map(({ name, x, y, mode, line }) => ({ name, x, y, mode, line })),
  }));
  return { balls, panels };
}"""
"""Pixels of the cut particles with their colour bars, and what Plotly made of the panels."""


# --- what a reader does --------------------------------------------------------------------------


def pictures(page: Page) -> int:
    """How many pictures the page has drawn."""
    return int(page.get_attribute("body", "data-pictures") or 0)


def settled(page: Page, more_than: int = 0) -> None:
    """Wait until more than so many pictures are drawn and none is under way."""
    fewer = "".join(f":not([data-pictures='{count}'])" for count in range(more_than + 1))
    page.wait_for_selector(
        f"body[data-pictures]{fewer}:has(#scene:not([aria-busy]))", state="attached"
    )


def commit(page: Page, answer: str | None = None) -> None:
    """Choose an answer (the right one unless told), draw nothing, and open the picture."""
    right = page.get_attribute("#prediction", "data-answer")
    page.check(f"#prediction input[value='{answer or right}']")
    page.click("#commit")
    assert page.inner_text("#prediction-said").startswith("Draw the curve, too")
    page.click("#commit")
    settled(page)


def slide(page: Page, name: str, position: int) -> None:
    """Put a slider at a position, as a drag does, and wait for its picture."""
    before = pictures(page)
    page.evaluate(
        "([name, position]) => { const slider = document.getElementById(`c-${name}`);"
        "slider.value = position; slider.dispatchEvent(new Event('input')); }",
        [name, position],
    )
    settled(page, before)


def movable(page: Page) -> list[tuple[str, int]]:
    """Names and last positions of the sliders that are not fixed."""
    found = page.eval_on_selector_all(
        "#controls input[type=range]:not(:disabled)",
        "sliders => sliders.map(s => [s.id.slice(2), Number(s.max)])",
    )
    return [(name, last) for name, last in found]


def photograph(page: Page, name: str) -> None:
    """A picture of the whole page in the folder ``PARTICLE_SIM_SCREENSHOTS``, if that is set."""
    folder = os.environ.get("PARTICLE_SIM_SCREENSHOTS")
    if folder:
        page.wait_for_timeout(400)
        page.screenshot(path=Path(folder) / f"{name}.png", full_page=True)


# --- accessibility ---

ALERTING = ("serious", "critical")


def findings(page: Page) -> list[str]:
    """Serious and critical findings of axe on a page, each with the first place."""
    found = importlib.util.find_spec("axe_playwright_python")
    if found is None or found.origin is None:
        lacking("axe_playwright_python")
    script = Path(found.origin).with_name("axe.min.js").read_text(encoding="utf-8")
    page.evaluate(script)
    result = page.evaluate("() => axe.run()")
    return [
        f"{found['id']}: {found['help']} ({found['nodes'][0]['html'][:160]})"
        for found in result["violations"]
        if found["impact"] in ALERTING
    ]
