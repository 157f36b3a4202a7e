"""What comes out of the page: levels, edits while playing, and the way without a synthesizer."""

from __future__ import annotations

import pytest

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]

LEVEL = "() => antiphon.player.level()"


def ready(page, kind: str) -> None:
    page.wait_for_selector(f"transport-bar[data-sound={kind}]", timeout=60_000)


@pytest.mark.usefixtures("synthesizer")
def test_a_muted_piece_is_silent_and_an_edit_is_heard_while_it_goes_round(page, heard):
    ready(page, "ready")
    page.fill(".bars-field", "1-1")
    page.press(".bars-field", "Enter")
    page.evaluate("""() => {
        const { store } = antiphon;
        store.edit({ ...store.state.piece,
            tracks: store.state.piece.tracks.map((track) => ({ ...track, notes: [] })) });
    }""")
    page.click("button.play")
    assert heard(1, whole=True)[0] < 0.01
    page.evaluate("""() => {
        const { store } = antiphon;
        const [first, ...rest] = store.state.piece.tracks;
        const heard = { ...first, notes: [[0, 90, 72, 110]] };
        store.edit({ ...store.state.piece, tracks: [heard, ...rest] });
    }""")
    assert heard(3)[0] > 0.02  # a bar is 2.3 s: the next round has come
    page.locator("track-list .mute").first.click()
    page.wait_for_function(f"() => ({LEVEL})() < 0.003")
    assert heard(2.5, whole=True)[0] < 0.01
    page.click("button.play")
    page.click("[aria-label=Undo]")
    page.click("[aria-label=Undo]")
    with page.expect_response(lambda answer: answer.request.method == "PATCH"):
        page.locator("track-list .mute").first.click()  # saved a little later


def test_without_a_synthesizer_the_server_makes_the_sound(chromium, studio):
    page = chromium.new_context().new_page()
    page.route("**/vendor/**", lambda route: route.abort())  # as where set-up could not fetch it
    page.goto(studio)
    ready(page, "rendered")
    page.click("button.play")
    page.wait_for_function(f"() => ({LEVEL})() > 0.02", timeout=120_000)
    assert page.evaluate("() => antiphon.player.position()") > 0
    page.context.close()


def test_where_there_is_no_sound_at_all_the_page_says_so(chromium, studio):
    page = chromium.new_context(locale="en-GB").new_page()
    refusal = {"status": 503, "json": {"error": "There is no soundfont."}}
    page.route("**/vendor/**", lambda route: route.abort())
    page.route("**/files/ogg**", lambda route: route.fulfill(**refusal))
    page.goto(studio)
    ready(page, "rendered")
    page.click("button.play")
    page.wait_for_selector("text=There is no soundfont.")
    assert page.evaluate("() => antiphon.store.state.playing") is False
    page.click("text=Not now")
    page.click(".message [aria-label=Close]")
    page.route("**/files/mp3**", lambda route: route.fulfill(**refusal))
    page.click(".export-menu summary")
    page.click("a[data-format=mp3]")
    page.wait_for_selector(".message.error >> text=There is no soundfont.")
    page.context.close()


def test_a_score_is_taken_away_once_it_is_made(page, tmp_path):
    page.click(".export-menu summary")
    with page.expect_download(timeout=180_000) as download:
        page.click("a[data-format=pdf]")
    assert download.value.suggested_filename.endswith(".pdf")
    download.value.save_as(tmp_path / "score.pdf")
    assert (tmp_path / "score.pdf").read_bytes().startswith(b"%PDF")
