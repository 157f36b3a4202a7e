"""A real server with real weights, and Chromium without a network, for whole journeys."""

from __future__ import annotations

import io
import json
import os
import re
import shutil
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")

FLAGS = (
    "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync"
)
LISTENS_S = 1.5  # after the first sound


@pytest.fixture(scope="module")  # its event loop must not run while other tests have theirs
def chromium() -> Iterator[Any]:
    found = next(filter(None, map(shutil.which, ("chromium", "chromium-browser"))), None)
    with playwright.sync_playwright() as library:
        path = found or library.chromium.executable_path
        if not Path(path).exists():
            pytest.skip("no Chromium: install it (on Debian: apt install chromium)")
        browser = library.chromium.launch(executable_path=path, args=FLAGS.split())
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def studio(tmp_path_factory) -> Iterator[str]:
    """The address of a server of its own."""
    data = tmp_path_factory.mktemp("studio")
    command = "import sys; from antiphon.cli import main; sys.exit(main())"
    server = subprocess.Popen(
        [sys.executable, "-c", command, "studio", "--no-browser", "--data", str(data)],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
    )
    try:
        yield _address(server)
    finally:
        server.terminate()
        server.communicate(timeout=30)


def _address(server: subprocess.Popen) -> str:
    assert server.stdout is not None
    for line in server.stdout:
        found = re.search(r"http://127\.0\.0\.1:\d+/", line)
        if found:
            return found[0]
    raise AssertionError("the server ended without an address")


@pytest.fixture
def synthesizer(studio) -> None:
    """Skip where set-up could not fetch what plays in the browser."""
    with urllib.request.urlopen(f"{studio}api/about") as answer:
        player = json.load(answer)["player"]
    if not player["ready"]:
        pytest.skip(player["sentence"])


@pytest.fixture
def heard(page) -> Callable[..., tuple[float, float | None]]:
    """Listen for so many seconds: the loudest sample, and when the first sound came.

    A while after the first sound is enough, unless the whole time is asked for.
    """

    def listen(seconds: float, whole: bool = False) -> tuple[float, float | None]:
        began, loudest, first = time.monotonic(), 0.0, None
        ends = began + seconds
        while time.monotonic() < ends:
            level = page.evaluate("() => antiphon.player.level()")
            loudest = max(loudest, level)
            if first is None and level > 0.003:
                first = time.monotonic() - began
                ends = ends if whole else time.monotonic() + LISTENS_S
            page.wait_for_timeout(40)
        return loudest, first

    return listen


@pytest.fixture
def picture(page) -> Callable[[str], None]:
    """Keep a picture where ANTIPHON_PICTURES names a folder; the docs' pictures are made so."""
    folder = os.environ.get("ANTIPHON_PICTURES")

    def take(name: str) -> None:
        if folder:
            taken = Image.open(io.BytesIO(page.screenshot())).convert("RGB")
            small = taken.quantize(256, kmeans=3, dither=Image.Dither.NONE)
            small.save(Path(folder) / f"studio-{name}.png", optimize=True)

    return take


@pytest.fixture
def saved(page) -> Callable[[], None]:
    """Wait until what was edited is saved."""
    return lambda: page.wait_for_function("() => antiphon.store.state.saving === 'saved'")


@pytest.fixture
def page(chromium, studio) -> Iterator[Any]:
    """The studio in a fresh profile; fails on a console error or a request to another host."""
    context = chromium.new_context(
        viewport={"width": 1440, "height": 900}, locale="en-GB", accept_downloads=True
    )
    page = context.new_page()
    complaints: list[str] = []
    page.on("console", lambda m: m.type == "error" and complaints.append(m.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on(
        "request",
        lambda r: r.url.startswith((studio, "blob:", "data:")) or complaints.append(r.url),
    )
    page.goto(studio)
    page.wait_for_selector("html[data-ready]")
    page.click("text=Not now")
    yield page
    context.close()
    assert complaints == []
