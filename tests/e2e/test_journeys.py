"""What a musician does from the first look to the file that is taken away."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path
from typing import Any

import pypdf
import pytest
import soundfile

from antiphon import read, write
from antiphon.music.piece import Piece, Track, notes_of

pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(600),
    pytest.mark.usefixtures("synthesizer"),
]

COMPOSES_MS = 240_000  # a first piece on a busy machine; a quiet one takes seconds
BASS_BARS = range(4, 8)

# reads the notes of the take in hand, by track
NOTES = """() => Object.fromEntries(
    antiphon.store.state.piece.tracks.map((track) => [track.id, track.notes]))"""


def finished(page: Any, n_takes: int) -> None:
    """Wait for a job to be done, and for its take to be in hand."""
    page.wait_for_function(
        f"() => antiphon.store.state.project.takes.length === {n_takes} "
        "&& !antiphon.store.state.job && antiphon.store.state.take.parent !== null",
        timeout=COMPOSES_MS,
    )


def exported(page: Any, folder: Path) -> Piece:
    page.click(".export-menu summary")
    with page.expect_download() as download:
        page.click("a[data-format=mid]")
    path = folder / "taken.mid"
    download.value.save_as(path)
    return read(path).on_grid(page.evaluate("() => antiphon.store.state.piece.resolution"))


def notes_by_name(piece: Piece) -> dict[str, list[tuple[int, ...]]]:
    return {t.name: [tuple(map(int, note)) for note in t.notes.tolist()] for t in piece.tracks}


def dropped(page: Any, path: Path) -> None:
    """Drop a file onto the page, as from a folder."""
    page.evaluate(
        """([name, bytes]) => {
            const files = new DataTransfer();
            files.items.add(new File([new Uint8Array(bytes)], name, { type: "audio/midi" }));
            for (const kind of ["dragenter", "dragover", "drop"]) {
                document.body.dispatchEvent(
                    new DragEvent(kind, { dataTransfer: files, bubbles: true, cancelable: true }));
            }
        }""",
        [path.name, list(path.read_bytes())],
    )


def melody(folder: Path) -> Path:
    """A tune of eight bars in C major, made here."""
    pitches = [60, 64, 67, 64, 65, 69, 72, 69, 67, 71, 74, 71, 72, 67, 64, 60] * 2
    notes = notes_of((24 * i, 22, pitch, 90) for i, pitch in enumerate(pitches))
    path = folder / "tune.mid"
    write(Piece([Track("Melody", 73, notes=notes, role="melody")], title="Tune"), path)
    return path


def test_from_the_first_piece_to_an_exported_midi(page, heard, saved, picture, tmp_path):
    assert page.locator(".take").count() == 1  # nothing is empty at the first look
    page.wait_for_selector("transport-bar[data-sound=ready]", timeout=60_000)
    page.click("button.play")
    loudest, first = heard(4)
    assert first is not None and first < 3
    assert 0.05 < loudest < 1  # it sounds and does not clip
    picture("playing")

    page.click("[data-track=melody] .track-name")
    before = page.evaluate(NOTES)["melody"]
    page.click("[data-tool=draw]")
    box = page.locator(".roll-above").bounding_box()
    page.mouse.click(box["x"] + box["width"] * 0.31, box["y"] + 40)
    saved()
    after = page.evaluate(NOTES)["melody"]
    assert len(after) == len(before) + 1
    page.click("button.play")
    assert page.evaluate("() => antiphon.store.state.playing") is False

    taken = notes_by_name(exported(page, tmp_path))
    assert taken["Melody"] == [tuple(note) for note in after]

    page.emulate_media(color_scheme="dark")
    page.set_viewport_size({"width": 360, "height": 720})
    assert page.evaluate("() => document.documentElement.scrollWidth") == 360
    picture("phone")


def test_a_melody_dragged_in_gets_an_accompaniment_and_another_bass(page, heard, picture, tmp_path):
    n_takes = page.locator(".take").count()
    dropped(page, melody(tmp_path))
    page.wait_for_function("() => antiphon.store.state.take.verb === 'upload'")
    given = page.evaluate(NOTES)
    assert [len(notes) for notes in given.values()] == [32]

    page.wait_for_selector("#ask-accompany[aria-selected=true]")
    page.fill("#ask-body input[placeholder=new]", "3")  # the seed
    page.click(".ask-button")
    finished(page, n_takes + 2)
    accompanied = page.evaluate(NOTES)
    assert {"melody", "chords", "bass"} <= set(accompanied)
    assert accompanied["melody"] == next(iter(given.values()))

    page.click("#ask-again")
    for track in set(accompanied) - {"bass"}:
        page.click(f".strip[data-track={track}] .lock")
    page.fill(".bars-field", "5-8")
    page.press(".bars-field", "Enter")
    page.click(".ask-button")
    finished(page, n_takes + 3)
    again = page.evaluate(NOTES)
    picture("again")
    changed = {track for track in accompanied if again[track] != accompanied[track]}
    assert changed == {"bass"}
    bar = 4 * page.evaluate("() => antiphon.store.state.piece.resolution")
    bars = {note[0] // bar for note in again["bass"] if note not in accompanied["bass"]}
    assert bars and bars <= set(BASS_BARS)

    loudest, first = heard(3)  # what was made is heard, and the marked bars go round
    assert first is not None and 0.02 < loudest < 1
    assert 4 <= page.evaluate("() => antiphon.player.position()") / bar < 8
    page.click("button.play")

    page.click("[aria-label=Undo]")
    page.wait_for_function("() => antiphon.store.state.take.verb === 'accompany'")
    assert page.evaluate(NOTES) == accompanied
    taken = notes_by_name(exported(page, tmp_path))
    assert taken["Bass"] == [tuple(note) for note in accompanied["bass"]]


def test_another_mood_is_compared_by_ear(page, heard):
    if page.locator("#ask-convert").is_hidden():
        pytest.skip("this installation does not convert")
    n_takes = page.locator(".take").count()
    first = page.evaluate("() => antiphon.store.state.take.id")
    page.click("#ask-convert")
    page.select_option("#ask-body label:has-text('Mood') select", "sad")
    page.click(".ask-button")
    finished(page, n_takes + 1)
    sad = page.evaluate(NOTES)
    page.wait_for_function("() => antiphon.store.state.playing")
    loudest, _ = heard(2)
    assert 0.02 < loudest < 1

    at = page.evaluate("() => antiphon.player.position()")
    page.click(".flip")
    page.wait_for_function(f"() => antiphon.store.state.take.id === {first!r}")
    assert page.evaluate(NOTES) != sad
    assert page.evaluate("() => antiphon.store.state.playing")
    assert page.evaluate("() => antiphon.player.position()") > at  # it goes on where it was
    loudest, _ = heard(2)
    assert 0.02 < loudest < 1
    page.locator(".take").first.locator(".star").nth(3).click()
    page.wait_for_function("() => antiphon.store.state.project.takes.at(-1).rating === 4")


def test_a_place_on_the_map_is_heard_and_kept(page, heard, picture):
    n_takes = page.locator(".take").count()
    told = "document.querySelector('latent-map [role=status]').textContent"
    page.click("#ask-map")
    page.wait_for_function(f"() => {told}.startsWith('Press anywhere')", timeout=COMPOSES_MS)
    page.locator("latent-map canvas").click(position={"x": 60, "y": 60})
    page.wait_for_function(f"() => {told}.includes('notes a bar')", timeout=COMPOSES_MS)
    loudest, _ = heard(3)
    assert 0.02 < loudest < 1
    assert page.locator(".take").count() == n_takes  # nothing is kept until it is asked for
    page.keyboard.press("ArrowRight")
    page.wait_for_function(f"() => {told} === 'Writing…'")
    page.wait_for_function(f"() => {told}.includes('notes a bar')", timeout=COMPOSES_MS)
    picture("map")
    page.click(".ask-button")
    finished(page, n_takes + 1)
    assert page.evaluate("() => antiphon.store.state.take.verb") == "wander"
    assert page.evaluate("() => antiphon.store.state.piece.n_bars") == 8
    page.wait_for_function("() => antiphon.store.state.playing")


def test_a_track_of_ones_own_is_kept(page, saved):
    page.click(".add-track")
    saved()
    page.click("[data-tool=draw]")
    box = page.locator(".roll-above").bounding_box()
    page.mouse.click(box["x"] + 20, box["y"] + 100)
    saved()
    page.reload()
    page.wait_for_selector("html[data-ready]")
    assert len(list(page.evaluate(NOTES).values())[-1]) == 1
    page.click("[aria-label=Undo]")
    page.click("[aria-label=Undo]")


def orchestra(folder: Path) -> Path:
    """Twenty tracks of two bars, three of them drums."""
    tracks = [
        Track(f"Part {n + 1}", 4 * n, notes=notes_of((24 * i, 24, 48 + n, 90) for i in range(8)))
        for n in range(17)
    ]
    for n, keys in enumerate(((36, 38), (42, 46), (54, 70)), 18):
        notes = notes_of((24 * i, 12, keys[i % 2], 90) for i in range(8))
        tracks.append(Track(f"Part {n}", is_drum=True, notes=notes))
    write(Piece(tracks, title="Twenty"), folder / "twenty.mid")
    return folder / "twenty.mid"


def test_twenty_tracks_are_mixed_heard_and_taken_away_whole(page, heard, saved, tmp_path):
    dropped(page, orchestra(tmp_path))
    page.wait_for_function(
        "() => antiphon.store.state.piece.tracks.length === 20", timeout=COMPOSES_MS
    )
    assert page.locator("track-list .strip").count() == 20
    page.wait_for_selector("transport-bar[data-sound=ready]", timeout=60_000)
    page.click("button.play")
    assert 0.05 < heard(4)[0] < 1
    page.click("button.play")

    silent = page.locator("track-list .strip").nth(16).locator("[data-number='7']")
    silent.fill("0")
    silent.dispatch_event("change")
    saved()
    names = [f"Part {n}" for n in range(1, 21)]
    taken = {}
    for kind in ("mid", "musicxml", "pdf", "stems.zip"):
        page.click(".export-menu summary")
        with page.expect_download(timeout=240_000) as download:
            page.click(f"a[data-format='{kind}']")
        assert download.value.suggested_filename == f"Twenty.{kind}"
        taken[kind] = tmp_path / f"taken.{kind}"
        download.value.save_as(taken[kind])
    for kind in ("mid", "musicxml"):
        piece = read(taken[kind])
        assert [track.name for track in piece.tracks] == names
        assert [len(track.notes) for track in piece.tracks] == [8] * 20
        assert [track.is_drum for track in piece.tracks] == [False] * 17 + [True] * 3
    text = pypdf.PdfReader(taken["pdf"]).pages[0].extract_text()
    assert [name for name in names if name not in text.split("\n")] == []
    with zipfile.ZipFile(taken["stems.zip"]) as stems:
        levels = [abs(soundfile.read(io.BytesIO(stems.read(n)))[0]).max() for n in stems.namelist()]
    assert len(levels) == 20
    assert [n for n, level in enumerate(levels) if level < 0.001] == [16]  # the fader is in it
