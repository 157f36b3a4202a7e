"""The jam: the machine plays on while it is steered, and answers what is played."""

from __future__ import annotations

import os
from typing import Any

import pytest

pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(600),
    pytest.mark.usefixtures("synthesizer"),
]

JAM_S = float(os.environ.get("ANTIPHON_JAM_S", "16"))  # 60 shows more and takes longer
TEMPO = 100
BEAT_S = 60 / TEMPO
BEGINS_MS = 240_000  # networks are loaded on a busy machine; a quiet one takes seconds
SOUNDS_MS = 120_000  # the same
SILENT = 0.002
BUSY_S = 4.0  # of silence beside other tests; on a quiet machine there is not a beat of it

# listens all the time, by the audio clock
LISTEN = """() => {
    antiphon.levels = [];
    setInterval(() => antiphon.levels.push(
        [antiphon.player.context.currentTime, antiphon.player.level()]), 20);
}"""
NOW = "() => antiphon.player.context.currentTime"
BARS = """() => antiphon.jam.bars.map(({ time, notes, heard, key }) =>
    ({ time, velocities: notes.map((note) => note[4]), heard: heard ?? 0, key }))"""


def begin(page: Any) -> None:
    page.click("app-header [data-pane=jam]")
    page.wait_for_selector("transport-bar[data-sound=ready]", state="attached", timeout=60_000)


def move_mood(page: Any, valence: float, arousal: float) -> None:
    """Press into the field: -1 to 1 each."""
    box = page.locator("jam-steering .mood-field").bounding_box()
    x = box["x"] + box["width"] * (valence + 1) / 2
    page.mouse.click(x, box["y"] + box["height"] * (1 - arousal) / 2)


def play(page: Any, keys: str, seconds: float) -> None:
    """Play on the computer's keyboard for so long."""
    for n in range(round(seconds / BEAT_S)):
        key = f"Key{keys[n % len(keys)]}"
        page.keyboard.down(key)
        page.wait_for_timeout(0.7 * 1000 * BEAT_S)
        page.keyboard.up(key)
        page.wait_for_timeout(0.3 * 1000 * BEAT_S)


def loud(bars: list[dict], from_s: float, to_s: float) -> float:
    found = [v for bar in bars if from_s <= bar["time"] < to_s for v in bar["velocities"]]
    assert found
    return sum(found) / len(found)


def longest_silence(levels: list[list[float]]) -> float:
    longest, since = 0.0, levels[0][0]
    for time, level in levels:
        if level > SILENT:
            since = time
        longest = max(longest, time - since)
    return longest


def test_a_jam_is_steered_by_the_mood_pad_hears_the_keyboard_and_is_kept(page, picture):
    n_takes = page.locator(".take").count()
    begin(page)
    page.fill("jam-steering input[type=number]", str(TEMPO))
    page.select_option("jam-steering label:has-text('is heard') select", "beat")
    move_mood(page, -0.8, -0.8)
    page.click(".jam-go")
    page.wait_for_function("() => antiphon.store.state.jam === 'playing'", timeout=BEGINS_MS)
    page.wait_for_function("() => antiphon.player.level() > 0.003", timeout=SOUNDS_MS)
    page.evaluate(LISTEN)
    play(page, "QEREQ", JAM_S / 2)
    moved = page.evaluate(NOW)
    move_mood(page, 0.8, 0.9)
    play(page, "TYTRE", JAM_S / 2)
    picture("jam")
    ended = page.evaluate(NOW)

    levels = page.evaluate("() => antiphon.levels")
    assert 0.02 < max(level for _, level in levels) < 1  # it sounds and does not clip
    assert longest_silence(levels) < (BEAT_S if "ANTIPHON_JAM_S" in os.environ else BUSY_S)
    bars = page.evaluate(BARS)
    assert loud(bars, moved + 4 * BEAT_S, ended) > loud(bars, 0, moved) + 3
    assert any(bar["heard"] for bar in bars)

    page.click(".jam-keep")
    page.wait_for_function(f"() => antiphon.store.state.project.takes.length === {n_takes + 1}")
    assert page.locator("piano-roll").is_visible()
    tracks = page.evaluate("""() => Object.fromEntries(
        antiphon.store.state.piece.tracks.map((track) => [track.id, track.notes.length]))""")
    assert tracks["you"] >= JAM_S / BEAT_S / 2
    assert sum(n for name, n in tracks.items() if name != "you") > tracks["you"]
    assert page.evaluate("() => antiphon.store.state.jam") == "off"

    gone = """async () => (await fetch(`/api/takes/${antiphon.store.state.take.id}`,
        { method: "DELETE" })).status"""
    assert page.evaluate(gone) == 204  # other journeys begin with the first piece alone


def test_keys_of_the_computer_and_of_the_page_are_heard_at_once_but_not_while_writing(page):
    begin(page)
    notes = "() => antiphon.jam.musician.hands.notes.map(({ pitch }) => pitch)"
    page.keyboard.down("KeyQ")
    page.wait_for_function("() => antiphon.player.level() > 0.01", timeout=SOUNDS_MS)
    page.keyboard.up("KeyQ")
    assert page.evaluate(notes) == [72]
    page.keyboard.press("Equal")
    page.keyboard.press("KeyZ")
    assert page.evaluate(notes)[-1] == 72  # an octave higher
    page.fill("jam-steering input[type=text]", "C")
    page.keyboard.press("KeyQ")
    page.keyboard.press("KeyZ")
    assert len(page.evaluate(notes)) == 2
    page.click(".key[data-pitch='76']")
    assert page.evaluate(notes)[-1] == 76
    page.locator(".key[data-pitch='72']").focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    assert page.evaluate(notes)[-1] == 73


def test_a_midi_keyboard_is_asked_for_by_a_press_and_heard_whenever_it_is_plugged_in(page):
    begin(page)
    page.evaluate("""() => {
        const access = { inputs: new Map() };
        window.plug = (id) => {
            access.inputs.set(id, { id, name: `Keys ${id}`, state: "connected" });
            access.onstatechange();
        };
        window.say = (id, ...data) => access.inputs.get(id).onmidimessage?.(
            { data: new Uint8Array(data), timeStamp: performance.now() });
        navigator.requestMIDIAccess = async () => access;
    }""")
    page.click(".midi-ask")
    page.wait_for_selector("text=plug one in")
    page.evaluate("() => plug('a')")
    page.evaluate("() => plug('b')")
    assert page.locator(".midi-devices option").all_inner_texts() == [
        "All MIDI keyboards", "Keys a", "Keys b",
    ]  # fmt: skip
    page.select_option(".midi-devices", "b")
    page.evaluate(
        "() => { say('a', 0x90, 50, 90); say('b', 0x90, 60, 90); say('b', 0xb0, 64, 127); }"
    )
    page.evaluate("() => { say('b', 0x80, 60, 0); }")
    notes = "() => antiphon.jam.musician.hands.notes.map(({ pitch, end }) => [pitch, end !== null])"
    assert page.evaluate(notes) == [[60, False]]  # the pedal holds it
    page.evaluate("() => say('b', 0xb0, 64, 0)")
    assert page.evaluate(notes) == [[60, True]]


def test_how_late_one_hears_is_measured_by_tapping_and_remembered(page):
    begin(page)
    page.click("jam-input .quiet")
    page.click(".calibration .main")
    page.evaluate("""() => new Promise((done) => {
        const { musician } = antiphon.jam;
        const first = musician.clock() + 0.5;
        let n = 0;
        const tap = setInterval(() => {
            if (musician.clock() < first + 0.6 * n + 0.1) return;
            document.querySelector(".tap").dispatchEvent(new PointerEvent("pointerdown"));
            if (++n === 12) { clearInterval(tap); done(); }
        }, 5);
    })""")
    page.wait_for_selector("text=Measured: your notes come")
    offset = page.evaluate("() => antiphon.jam.musician.offset")
    assert 0.05 < offset < 0.25
    page.reload()
    page.wait_for_selector("html[data-ready]")
    assert page.evaluate("() => antiphon.jam.musician.offset") == offset


def test_on_a_phone_it_just_plays_in_the_background(page, picture):
    page.set_viewport_size({"width": 360, "height": 720})
    page.emulate_media(color_scheme="dark", reduced_motion="reduce")
    page.click("pane-tabs [data-pane=jam]")
    assert page.evaluate("() => document.documentElement.scrollWidth") == 360
    picture("jam-phone")
    page.select_option("jam-steering label:has-text('machine does') select", "alone")
    assert page.locator("jam-keys").is_hidden()
    page.select_option("jam-head select", "15")
    page.click(".jam-go")
    page.wait_for_function("() => antiphon.store.state.jam === 'playing'", timeout=BEGINS_MS)
    page.wait_for_function("() => antiphon.player.level() > 0.01", timeout=SOUNDS_MS)
    left = page.evaluate("() => antiphon.store.state.sleepAt - Date.now()")
    assert 0 < left <= 15 * 60_000
    page.click("pane-tabs [data-pane=notes]")  # it plays on
    page.wait_for_timeout(1000)
    assert page.evaluate("() => antiphon.store.state.jam") == "playing"
    page.click("button.play")  # a piece in its place
    page.wait_for_function("() => antiphon.store.state.jam === 'off'")
