"""The page for those who do not see it, or do not use a mouse."""

from __future__ import annotations

import re

import pytest

axe = pytest.importorskip(
    "axe_playwright_python.sync_playwright", reason="axe-playwright-python is not installed"
)
pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]

# what can be operated and is seen, but has no name to be read out
NAMELESS = """() => {
    const named = (e) => e.getAttribute("aria-label") || e.getAttribute("aria-labelledby")
        || e.closest("label")?.textContent.trim() || e.textContent.trim() || e.title || e.alt;
    const wanted = "button, a[href], input, select, summary, canvas:not([aria-hidden]), img, meter";
    return [...document.querySelectorAll(wanted)]
        .filter((e) => e.checkVisibility() && !e.closest("[aria-hidden=true]") && !named(e))
        .map((e) => e.outerHTML.slice(0, 120));
}"""

# what one can press, from view to view; `go` tells the page
VIEWS = {
    "the whole form": "go('ask', 'compose'); find('#ask-body details').open = true",
    "again": "go('ask', 'again')",
    "accompany": "go('ask', 'accompany')",
    "extend": "go('ask', 'extend')",
    "vary": "go('ask', 'vary')",
    "convert": "go('ask', 'convert')",
    "between": "go('ask', 'between')",
    "map": "go('ask', 'map')",
    "mixer": "go('pane', 'tracks')",
    "takes": "go('pane', 'takes'); find('.reasons').open = true",
    "sheet music": "go('pane', 'notes'); find('edit-bar .switch :last-child').click()",
    "chosen notes": "find('edit-bar .switch :first-child').click();"
    "antiphon.store.choose({ selection: new Set(antiphon.store.track.notes) })",
    "export": "find('.export-menu summary').click()",
    "projects": "find('.export-menu').open = false; find('.open-projects').click()",
    "an error": "find('dialog[open]').close();"
    "antiphon.store.choose({ message: { kind: 'error', text: '!offline' } })",
    "jam": "antiphon.store.choose({ message: null }); go('pane', 'jam');"
    "antiphon.store.choose({ live: { turn: 'both', key: 'F# minor', chord: 'Em' } })",
    "timing": "find('jam-input .quiet').click()",
    "tour": "find('dialog[open]').close(); document.dispatchEvent(new Event('antiphon-tour'))",
    **{f"tour {n}": "find('.tour-card .main').click()" for n in range(2, 9)},
}
ACTION = """() => {
    const find = (selector) => document.querySelector(selector);
    const go = (kind, detail) =>
        document.dispatchEvent(new CustomEvent(`antiphon-${kind}`, { detail }));
    %s;
    return new Promise(requestAnimationFrame);
}"""
# every pair of language, theme and width is in one of them
LOOKS = [("en", "light", 1920), ("zh", "dark", 1920), ("zh", "light", 360), ("en", "dark", 360)]
TOO_WIDE = """() => [...document.querySelectorAll("body *")].filter((each) =>
    each.checkVisibility() && !each.closest("jam-input, .said, canvas, svg, .sheet, .lane-area") &&
    each.getBoundingClientRect().right > innerWidth + 1).map((each) => each.outerHTML.slice(0, 90))
"""

# words in Latin letters that a Chinese page has: names of formats, keys and chords
LATIN = re.compile(
    r"Antiphon|antiphon|studio|EN|MIDI|MusicXML|ABC|PDF|WAV|MP3|DAW|Chrome|Edge|Firefox"
    r"|Shift|Delete|Esc|Ctrl|min|[A-G][#b]?m?\d*"
)
SHOWN = """() => {
    const names = ["aria-label", "title", "placeholder", "alt", "aria-valuetext"];
    const seen = [...document.querySelectorAll("body *")].filter((e) => e.checkVisibility());
    return [document.title, ...seen.flatMap((e) => [
        ...[...e.childNodes].filter((n) => n.nodeType === Node.TEXT_NODE).map((n) => n.data),
        ...names.map((name) => e.getAttribute(name) ?? ""),
        e.matches("input[type=text], input:not([type])") ? e.value : "",
    ])];
}"""


def visit(page):
    """Walk through the views, giving the name of each."""
    yield "first"
    for name, action in VIEWS.items():
        page.evaluate(ACTION % action)
        yield name


def look(page, language, scheme, width):
    """Have the page in a language, a theme and a width."""
    page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    page.set_viewport_size({"width": width, "height": 800})
    page.evaluate("(language) => localStorage.setItem('antiphon.language', language)", language)
    page.reload()
    page.wait_for_selector(f"html[lang={language}][data-ready]")


@pytest.mark.parametrize(("language", "scheme", "width"), LOOKS)
def test_axe_finds_nothing_in_any_view_and_all_of_it_has_its_place(page, language, scheme, width):
    look(page, language, scheme, width)
    checker = axe.Axe()
    for view in visit(page):
        found = checker.run(page)
        assert found.violations_count == 0, f"{view}\n{found.generate_report()}"
        assert page.evaluate(TOO_WIDE) == [], view


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


def reach(page, selector):
    """Go by Tab to what fits a selector."""
    for _ in range(150):
        page.keyboard.press("Tab")
        if page.evaluate("(wanted) => document.activeElement.matches(wanted)", selector):
            return
    raise AssertionError(f"Tab does not lead to {selector}")


@pytest.mark.usefixtures("synthesizer")
def test_by_keyboard_alone_a_piece_is_heard_changed_judged_and_taken_away(page, saved, tmp_path):
    page.wait_for_selector("transport-bar[data-sound=ready]", timeout=60_000)
    page.keyboard.press(" ")
    page.wait_for_function("() => antiphon.player.level() > 0.003", timeout=60_000)
    page.keyboard.press(" ")
    assert page.evaluate("() => antiphon.store.state.playing") is False

    reach(page, ".open-projects")
    page.keyboard.press("Enter")
    assert page.locator("dialog.projects").is_visible()
    page.keyboard.press("Escape")
    assert page.evaluate("() => document.activeElement.matches('.open-projects')")

    reach(page, ".export-menu summary")
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    with page.expect_download() as download:
        page.keyboard.press("Enter")
    download.value.save_as(tmp_path / "taken.mid")
    assert (tmp_path / "taken.mid").read_bytes()[:4] == b"MThd"

    reach(page, "mark-lane[kind=chords] .mark")
    page.keyboard.press("Enter")
    page.keyboard.insert_text("Am7")
    page.keyboard.press("Enter")
    saved()
    assert page.evaluate("() => antiphon.store.state.piece.chords[0].symbol") == "Am7"
    assert page.evaluate("() => document.activeElement.textContent") == "Am7"
    page.keyboard.press("Control+z")
    page.wait_for_function("() => antiphon.store.state.piece.chords[0].symbol !== 'Am7'")

    reach(page, ".take .star:nth-child(4)")
    page.keyboard.press("Enter")
    page.wait_for_function("() => antiphon.store.state.project.takes.at(-1).rating === 4")
    page.keyboard.press("Enter")  # the focus has stayed; the same star once more takes it back
    page.wait_for_function("() => !antiphon.store.state.project.takes.at(-1).rating")


def test_no_view_of_the_chinese_page_has_an_english_word(page):
    look(page, "zh", "light", 1280)
    for view in visit(page):
        words = [w for text in page.evaluate(SHOWN) for w in re.findall(r"[A-Za-z]{2,}\w*", text)]
        assert [w for w in words if not LATIN.fullmatch(w)] == [], view


def test_the_other_language_is_a_press_away(page):
    page.click("button[lang=zh]")
    page.wait_for_selector("html[lang=zh][data-ready]")
    assert page.inner_text(".ask-button") == "作曲"
    assert page.locator("text=Compose").count() == 0
