"""The page's own tests, run by Node where there is one, and what its files promise."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
HERE = Path(__file__).parent / "static"
STATIC = ROOT / "src" / "antiphon" / "web" / "static"
NODE = shutil.which("node")


def files(*endings: str) -> list[Path]:
    return [path for path in sorted(STATIC.rglob("*")) if path.suffix in endings]


@pytest.mark.skipif(NODE is None, reason="the page's unit tests need Node 20 or newer")
def test_units_of_the_page_pass_in_node():
    assert NODE is not None
    tests = [str(path) for path in sorted(HERE.glob("*.test.mjs"))]
    done = subprocess.run([NODE, "--test", *tests], capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stdout


def test_the_page_works_under_a_strict_content_policy():
    html = (STATIC / "index.html").read_text(encoding="utf-8")
    assert not re.search(r"<script(?![^>]*\bsrc=)", html)
    assert not re.search(r"<style|\bstyle=|\son\w+=", html)
    for path in files(".js"):
        text = path.read_text(encoding="utf-8")
        assert not re.search(r"innerHTML|insertAdjacentHTML|document\.write|\beval\(", text), path


def test_the_page_names_no_other_host():
    for path in files(".js", ".css", ".html"):
        found = re.findall(r"https?://[^\s\"')]+", path.read_text(encoding="utf-8"))
        assert set(found) <= {"http://www.w3.org/2000/svg"}, path


def test_only_one_file_fetches():
    asking = re.compile(r"\bfetch\(|EventSource\(|XMLHttpRequest|WebSocket\(")
    found = [p.name for p in files(".js") if asking.search(p.read_text(encoding="utf-8"))]
    assert found == ["api.js"]


def test_the_page_without_sound_is_light():
    kilobytes = sum(path.stat().st_size for path in files(".js", ".css", ".html", ".svg")) / 1000
    assert kilobytes < 400


def test_types_of_the_page_check():
    places = os.pathsep.join((str(ROOT / "node_modules" / ".bin"), os.environ["PATH"]))
    tsc = shutil.which("tsc", path=places)
    if tsc is None:
        pytest.skip("TypeScript is not there: npm install typescript")
    done = subprocess.run([tsc, "-p", str(HERE)], capture_output=True, text=True, timeout=170)
    assert done.returncode == 0, done.stdout
