"""What is there is documented, and what is documented is there."""

from __future__ import annotations

import dataclasses
import re
import shlex
from pathlib import Path
from typing import Any

import pytest
import typer.main

from antiphon import cli, models, registry
from antiphon.music.plan import Plan

ROOT = Path(__file__).parents[2]
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
ROOMS = {
    "antiphon.cli": "commands",
    "antiphon.formats": "formats",
    "antiphon.metrics": "metrics",
    "antiphon.datasets": "datasets",
    "antiphon.models": "models",
}
PLUGINS = [(folder, name) for room, folder in ROOMS.items() for name in registry.names(room)]


def ids(value: object) -> str:
    return str(value.relative_to(ROOT)) if isinstance(value, Path) else str(value)


def options_of(command: Any) -> set[str]:
    return {o for p in command.params for o in (*p.opts, *p.secondary_opts) if o.startswith("-")}


def commands() -> dict[str, Any]:
    """Every command by its words, e.g. ``"data prepare"``."""
    found: dict[str, Any] = {}
    front = typer.main.get_command(cli.application())
    for name, command in front.commands.items():
        found[name] = command
        for inner, of_group in getattr(command, "commands", {}).items():
            found[f"{name} {inner}"] = of_group
    return found


@pytest.mark.parametrize(("folder", "name"), PLUGINS, ids=ids)
def test_every_plug_in_has_its_page(folder, name):
    page = ROOT / "docs" / folder / f"{name}.md"
    assert page.exists(), f"write {page.relative_to(ROOT)}"
    text = page.read_text(encoding="utf-8")
    assert text.startswith("# ") and len(text.split()) >= 30


@pytest.mark.parametrize("folder", sorted(ROOMS.values()))
def test_every_page_has_its_plug_in(folder):
    there = {name for room, name in PLUGINS if room == folder}
    assert {p.stem for p in (ROOT / "docs" / folder).glob("*.md")} <= there | {"index"}


@pytest.mark.parametrize("name", sorted(commands()))
def test_every_option_is_on_the_page_of_its_command(name):
    text = (ROOT / "docs" / "commands" / f"{name.split()[0]}.md").read_text(encoding="utf-8")
    missing = [
        p.opts
        for p in commands()[name].params
        if p.opts[0].startswith("-") and p.name != "help"
        # of a switch either side will do
        if not any(f"`{o}`" in text for o in (*p.opts, *p.secondary_opts))
    ]
    assert missing == []


@pytest.mark.parametrize("field", [f.name for f in dataclasses.fields(Plan)])
def test_every_field_of_a_plan_is_documented(field):
    assert f"`{field}`" in (ROOT / "docs" / "plan.md").read_text(encoding="utf-8")


def shown_commands(page: Path) -> list[list[str]]:
    """The `antiphon …` lines in the code blocks of a page, as words."""
    found = []
    for block in re.findall(
        r"^```(?:sh|console|shell|bash)\n(.*?)^```", page.read_text("utf-8"), re.M | re.S
    ):
        for line in block.replace("\\\n", " ").splitlines():
            match = re.match(r"(?:\$ )?(?:\S*/bin/)?antiphon( .*|$)", line)
            if match:
                found.append(shlex.split(match[1].replace("…", ""), comments=True))
    return found


@pytest.mark.parametrize("page", PAGES, ids=ids)
def test_commands_on_pages_exist_with_their_options(page):
    known = commands()
    for words in shown_commands(page):
        if not words or words[0].startswith("-"):
            continue
        name = " ".join(words[:2]) if " ".join(words[:2]) in known else words[0]
        assert name in known, words
        options = {w.partition("=")[0] for w in words if re.match(r"--?[a-z]", w)}
        assert options <= options_of(known[name]) | {"--help"}, words


@pytest.mark.parametrize("page", PAGES, ids=ids)
def test_links_between_pages_lead_somewhere(page):
    text = re.sub(r"```.*?```", "", page.read_text(encoding="utf-8"), flags=re.S)
    for target in re.findall(r"(?<!!)\[[^\]]*\]\(([^)#\s]+)", text):
        if not re.match(r"[a-z]+:", target):
            assert (page.parent / target).exists(), target


@pytest.mark.parametrize("readme", ["README.md", "README.zh-CN.md"])
def test_readmes_begin_with_a_picture_and_the_one_command(readme):
    first_screen = (ROOT / readme).read_text(encoding="utf-8").splitlines()[:30]
    assert any("docs/images/piece.png" in line for line in first_screen)
    assert "make compose" in first_screen


def test_the_test_command_of_the_readme_is_what_ci_runs():
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    blocks = re.findall(r"^```\w*\n(.*?)^```", text, re.M | re.S)
    assert "make test\n" in blocks
    assert "make test" in (ROOT / ".ci" / "run").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", models.shipped())
def test_shipped_weights_can_be_trained_again_and_say_whose_music_they_learned(name):
    assert (ROOT / "configs" / f"{name}.toml").exists()
    card = models.card(name).lower()
    assert "licence" in card and "data" in card


@pytest.mark.parametrize("name", models.names())
def test_the_models_page_leads_to_every_model(name):
    assert f"({name}.md)" in (ROOT / "docs" / "models" / "index.md").read_text(encoding="utf-8")


def test_the_models_page_shows_the_table_that_stands_in_the_benchmarks():
    heading = "## Architectures under equal CPU time"
    told = [
        re.split(r"^(?=## )", (ROOT / page).read_text(encoding="utf-8"), flags=re.M)
        for page in ("benchmarks/README.md", "docs/models/index.md")
    ]
    measured, shown = (
        [part.strip() for part in parts if part.startswith(heading)] for parts in told
    )
    assert len(measured) == 1 and "| real music |" in measured[0]
    assert shown == measured, "copy the section of benchmarks/README.md to docs/models/index.md"
