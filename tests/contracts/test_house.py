"""Rules of the house that hold in every room."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
from pathlib import Path

import pytest

from antiphon import registry

SOURCE = Path(__file__).parents[2] / "src" / "antiphon"
MODULES = sorted(SOURCE.rglob("*.py"))
COMMANDS = registry.names("antiphon.cli")
HEAVY = (
    "torch", "scipy", "sklearn", "verovio", "symusic", "soundfile", "PIL", "tensorboard",
    "numpy", "rich",
)  # fmt: skip


def place(path: Path) -> str:
    return path.relative_to(SOURCE).as_posix()


def loaded_by(code: str) -> set[str]:
    """The heavy modules that a fresh interpreter has loaded after some code."""
    tell = f"\nimport sys; print('LOADED', *[m for m in {HEAVY!r} if m in sys.modules])"
    environment = {**os.environ, "PYTHONPATH": str(SOURCE.parent), "PYTHONIOENCODING": "utf-8"}
    done = subprocess.run(
        [sys.executable, "-c", code + tell],
        capture_output=True,
        text=True,
        encoding="utf-8",
        env=environment,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    last = done.stdout.splitlines()[-1].split()
    assert last[0] == "LOADED"
    return set(last[1:])


def test_importing_the_package_loads_nothing_heavy():
    assert loaded_by("import antiphon") == set()


@pytest.mark.parametrize("name", ["", *COMMANDS])
def test_help_is_there_and_loads_nothing_heavy(name):
    arguments = [name.replace("_", "-"), "--help"] if name else ["--help"]
    code = f"from antiphon.cli import main\nassert main({arguments!r}) == 0"
    assert loaded_by(code) == set()


def test_the_public_names_are_those_promised():
    import antiphon
    from antiphon import formats
    from antiphon.music.plan import Plan

    changing = {"accompany", "convert", "extend", "inpaint", "interpolate", "vary", "wander"}
    assert set(antiphon.__all__) == {"Plan", "__version__", "compose", "read", "write"} | changing
    assert antiphon.Plan is Plan
    assert (antiphon.read, antiphon.write) == (formats.read, formats.write)
    with pytest.raises(AttributeError, match="no attribute 'komponiere'"):
        _ = antiphon.komponiere
    assert (SOURCE / "py.typed").exists()


def test_every_module_says_what_it_is_and_every_public_function_what_it_does():
    silent = []
    for path in MODULES:
        tree = ast.parse(path.read_text(encoding="utf-8"))
        if tree.body and not ast.get_docstring(tree):
            silent.append(place(path))
        if path.name.startswith("_") and path.name != "__init__.py":
            continue
        for node in tree.body:
            is_public = isinstance(node, ast.FunctionDef) and not node.name.startswith("_")
            if is_public and not ast.get_docstring(node):
                silent.append(f"{place(path)}: {node.name}")
    assert silent == []


def test_modules_are_named_by_what_they_do():
    vague = {"util", "utils", "common", "helper", "helpers", "core", "misc"}
    assert [place(path) for path in MODULES if path.stem.strip("_") in vague] == []
