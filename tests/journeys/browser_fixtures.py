"""Fixtures of the browser tests; load them with ``pytest_plugins = ["browser_fixtures"]``.

The browser lives as long as a module, because it keeps an event loop in the tests' thread.
"""

from __future__ import annotations

import importlib.util
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from browser import PATIENCE, SIZES, OpenPage, Server, Watched, lacking, origin, watch

if TYPE_CHECKING:
    from playwright.sync_api import Browser

PROGRAMS = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
"""The first one is Chromium without windows, which draws a page in half the processor time."""
SERVE = "from particle_sim.cli.main import main; main()"
ARGUMENTS = ("learn", "--no-browser", "--port", "0")


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """A headless Chromium without network beyond this computer."""
    if importlib.util.find_spec("playwright") is None:
        lacking("playwright")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as driver:
        own = driver.chromium.executable_path
        program = next(filter(None, map(shutil.which, PROGRAMS)), own)
        if not Path(program).exists():
            lacking("chromium")
        options = ["--no-sandbox", "--disable-gpu"]  # an emulated GPU doubles the time
        browser = driver.chromium.launch(executable_path=program, args=options)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    """``particle-sim learn`` on a free port."""
    process = subprocess.Popen(
        [sys.executable, "-c", SERVE, *ARGUMENTS], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    with process:
        said = process.stdout.readline()
        found = re.search(r"http://\S+?(?=/\s)", said)
        if found is None:
            process.terminate()
            pytest.fail(f"the server said {said!r} and no address")
        yield Server(address=found[0], process=process)
        process.terminate()


@pytest.fixture
def open_page(chromium: Browser) -> Iterator[OpenPage]:
    """``open_page(address, "phone")``: a new tab that is watched from its first byte."""
    contexts = []

    def visit(address: str, size: str = "desktop", **options: Any) -> Watched:
        width, height = SIZES[size]
        context = chromium.new_context(viewport={"width": width, "height": height}, **options)
        context.set_default_timeout(PATIENCE)
        contexts.append(context)
        watched = watch(context.new_page(), origin(address))
        watched.page.goto(address)
        return watched

    yield visit
    for context in contexts:
        context.close()
