"""The studio's page in Chromium: load, first sound, frames while playing, click to new music.

    python benchmarks/studio_page.py [--up SECONDS]

The server has been up for ten seconds, or as many as are named: it takes up its networks soon
after it has started. With 0 the page is looked at as soon as the server answers, and music is
asked for at once. Needs playwright and a Chromium; no network. Prints one line a figure.
"""

from __future__ import annotations

import argparse
import shutil
import tempfile
import time
from pathlib import Path
from typing import Any

from playwright.sync_api import sync_playwright
from studio_server import Server

FLAGS = (
    "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync"
)
SOUND = "() => antiphon.player.level() > 0.003"
SILENCE = "() => antiphon.player.level() < 0.001"
READY = "transport-bar[data-sound=ready]"

MANY = """async (n) => {
    const { store, viewport } = antiphon;
    const piece = store.state.piece;
    const [first, ...rest] = piece.tracks;
    const end = piece.n_bars * 4 * piece.resolution;
    const notes = Array.from({ length: n },
        (_, i) => [Math.floor(i * end / n), 12, 36 + i % 60, 64]);
    await store.edit({ ...piece, tracks: [{ ...first, notes }, ...rest] });
    viewport.show(viewport.view.fitted(store.state.piece));
}"""

FRAMES = """(ms) => new Promise((done) => {
    const times = [];
    const frame = (now) => {
        times.push(now);
        if (now - times[0] < ms) requestAnimationFrame(frame);
        else done([1000 * (times.length - 1) / (now - times[0]),
            Math.max(...times.slice(1).map((time, i) => time - times[i]))]);
    };
    requestAnimationFrame(frame);
})"""


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--up", type=float, default=10.0, help="seconds the server has been up")
    up_s = parser.parse_args().up
    path = shutil.which("chromium") or shutil.which("chromium-browser")
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as library:
        browser = library.chromium.launch(executable_path=path, args=FLAGS.split())
        server = Server(Path(folder))
        time.sleep(up_s)
        try:
            page = browser.new_context(viewport={"width": 1440, "height": 900}).new_page()
            loads(page, server.address)
            if up_s:
                sounds(page)
                frames(page)
            composes(page)
        finally:
            browser.close()
            server.kill()


def loads(page: Any, address: str) -> None:
    came: list[Any] = []
    page.on("response", lambda response: came.append(response))
    for name in ("first", "second"):
        began = time.monotonic()
        page.goto(address)
        page.wait_for_selector("html[data-ready]")
        print(f"page there, {name} time: {time.monotonic() - began:.2f} s")
        page.wait_for_selector(READY, timeout=60_000)
        if name == "first":
            sizes(came)
    page.click("text=Not now")


def sizes(responses: list[Any]) -> None:
    """Say how much the page is, unpacked, with and without the synthesizer."""
    kinds = {"page": 0.0, "synthesizer": 0.0}
    for response in responses:
        if not response.url.endswith("/soundfont"):
            kind = "synthesizer" if "/vendor/" in response.url else "page"
            kinds[kind] += len(response.body()) / 1e6
    print(
        f"page {kinds['page']:.2f} MB, synthesizer {kinds['synthesizer']:.2f} MB, unpacked, "
        f"in {len(responses)} requests"
    )


def sounds(page: Any) -> None:
    page.click("button.play")
    began = time.monotonic()
    page.wait_for_function(SOUND, polling=10)
    print(f"first sound after the click: {time.monotonic() - began:.2f} s")


def frames(page: Any) -> None:
    for n in (1_000, 10_000):
        page.evaluate(MANY, n)
        page.wait_for_timeout(1000)
        rate, worst_ms = page.evaluate(FRAMES, 5000)
        print(f"playing {n:,} notes: {rate:.1f} frames/s, longest {worst_ms:.0f} ms")
    page.click("button.play")


def composes(page: Any) -> None:
    """A new piece of 16 bars, from the click to its first sound; then without what loads once."""
    for name in ("first", "second"):
        takes = page.locator(".take").count()
        page.click("#ask-compose")
        began = time.monotonic()
        page.click(".ask-button")
        page.wait_for_function(
            f"() => antiphon.store.state.project.takes.length > {takes}", timeout=300_000
        )
        there_s = time.monotonic() - began
        page.wait_for_function(SOUND, polling=10)  # what comes is played by itself
        heard_s = time.monotonic() - began
        print(f"new 16-bar piece, {name} time: there {there_s:.2f} s, heard {heard_s:.2f} s")
        page.click("button.play")
        page.wait_for_function(SILENCE, polling=10)


if __name__ == "__main__":
    main()
