"""The page for those who do not see it, or do not use a mouse."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]

ROOT = Path(__file__).parents[2]
AXE = Path(os.environ.get("ANTIPHON_AXE", ROOT / "node_modules" / "axe-core" / "axe.min.js"))

# what can be operated and is seen, but has no name to be read out
NAMELESS = """() => {
    const named = (e) => e.getAttribute("aria-label") || e.getAttribute("aria-labelledby")
        || e.closest("label")?.textContent.trim() || e.textContent.trim() || e.title || e.alt;
    const wanted = "button, a[href], input, select, summary, canvas:not([aria-hidden]), img, meter";
    return [...document.querySelectorAll(wanted)]
        .filter((e) => e.checkVisibility() && !e.closest("[aria-hidden=true]") && !named(e))
        .map((e) => e.outerHTML.slice(0, 120));
}"""

VIEWS = {
    "jam": "document.dispatchEvent(new CustomEvent('antiphon-pane', { detail: 'jam' }))",
    "timing": "document.querySelector('jam-input .quiet').click()",
    "write": "document.dispatchEvent(new CustomEvent('antiphon-pane', { detail: 'notes' }))",
    "again": "document.querySelector('#ask-again').click()",
    "map": "document.querySelector('#ask-map').click()",
    "accompany": "document.querySelector('#ask-accompany').click()",
    "projects": "document.querySelector('.open-projects').click()",
    "tour": "document.dispatchEvent(new Event('antiphon-tour'))",
}


def visit(page):
    """Walk through the views, giving the name of each."""
    yield "first"
    for name, action in VIEWS.items():
        page.evaluate(f"() => {{ {action} }}")
        page.evaluate("() => new Promise(requestAnimationFrame)")
        yield name
        page.keyboard.press("Escape")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1440, 360])
def test_axe_finds_nothing_in_any_view(page, scheme, width):
    if not AXE.is_file():
        pytest.skip("axe-core is not there: npm install axe-core, or name it by ANTIPHON_AXE")
    page.emulate_media(color_scheme=scheme)
    page.set_viewport_size({"width": width, "height": 800})
    page.evaluate(AXE.read_text(encoding="utf-8") + "; 0")
    for view in visit(page):
        found = page.evaluate("async () => (await axe.run()).violations.map((v) => v.help)")
        assert found == [], view


def test_everything_that_can_be_operated_has_a_name(page):
    for view in visit(page):
        assert page.evaluate(NAMELESS) == [], view


def test_the_first_tabs_lead_through_the_header_to_the_verbs(page):
    names = []
    for _ in range(12):
        page.keyboard.press("Tab")
        names.append(
            page.evaluate("() => document.activeElement.ariaLabel ?? document.activeElement.id")
        )
    assert "Projects" in names[:3]  # after the two places, Write and Jam
    assert "ask-compose" in names


def test_notes_are_chosen_moved_and_read_out_by_keyboard(page, saved):
    page.click("[data-track=melody] .track-name")
    page.locator(".roll-above").focus()
    page.keyboard.press("]")
    chosen = "() => [...antiphon.store.state.selection].map(([onset, , pitch]) => [onset, pitch])"
    [[onset, pitch]] = page.evaluate(chosen)
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowRight")
    saved()
    assert page.evaluate(chosen) == [[onset + 6, pitch + 1]]
    assert "bar 1" in page.inner_text("piano-roll [role=status]")
    page.keyboard.press("Control+z")
    page.wait_for_function("() => antiphon.store.state.selection.size === 0")


def test_the_other_language_is_a_press_away(page):
    page.click("button[lang=zh]")
    page.wait_for_selector("html[lang=zh][data-ready]")
    assert page.inner_text(".ask-button") == "作曲"
    assert page.locator("text=Compose").count() == 0
