"""The evaluation on small made-up music: what is near scores near, what is damaged far."""

from __future__ import annotations

import json
import math
from dataclasses import replace

import numpy as np
import pytest

from antiphon.errors import AntiphonError
from antiphon.inference import evaluate as verb
from antiphon.inference._controls import detune, mix_tracks, shuffle_bars
from antiphon.inference.evaluate import Protocol, evaluate
from antiphon.music.excerpt import excerpts
from antiphon.music.keys import Key
from antiphon.music.piece import KeyMark, Metre, Piece, Section, Track, notes_of

SMALL = Protocol(n=40, n_bars=4, max_per_song=4, n_trees=10)
SCALE = (60, 62, 64, 65, 67, 69, 71, 72)


def song(seed: int, wrong: float = 0.0) -> Piece:
    """Sixteen bars A B A B in C: a walk on the scale over triads; `wrong` notes leave the scale."""
    rng = np.random.default_rng(seed)
    blocks = {}
    for label in "AB":
        steps = np.cumsum(rng.integers(-1, 2, 16)) + rng.integers(0, 8)
        tune = [
            (i * 24, 24, SCALE[s % 8] + (rng.random() < wrong), 90) for i, s in enumerate(steps)
        ]
        roots = rng.choice([48, 53, 55], 4)
        chords = [(bar * 96, 96, root + i, 70) for bar, root in enumerate(roots) for i in (0, 4, 7)]
        blocks[label] = (tune, chords)
    tracks = []
    for part, name in enumerate(("Melody", "Chords")):
        rows = [
            (o + 384 * i, d, p, v)
            for i, label in enumerate("ABAB")
            for o, d, p, v in blocks[label][part]
        ]
        tracks.append(Track(name, notes=notes_of(rows)))
    sections = [Section(4 * i, 4, label) for i, label in enumerate("ABAB")]
    return Piece(tracks, keys=[KeyMark(0, Key(0))], sections=sections, title=f"song {seed}")


@pytest.fixture(scope="module")
def real() -> list[Piece]:
    return [song(seed) for seed in range(30)]


@pytest.fixture(scope="module")
def report(real) -> verb.Report:
    near = [song(seed) for seed in range(100, 112)]
    return evaluate(near, real, training=real[:5], protocol=SMALL)


def test_every_side_has_equally_many_windows(report):
    assert report["windows"]["n"] == 40
    assert report["windows"]["pieces"]["generated"] == 12


def test_the_floor_is_one_and_the_damaged_are_farther(report):
    ratios = {name: d["fd_ratio"] for name, d in report["distance"].items()}
    assert ratios["real"] == 1
    assert ratios["generated"] < 2
    assert ratios["semitones"] > 5 * ratios["generated"]
    assert report["distance"]["semitones"]["auc"] > 0.95


def test_wrong_notes_are_told(real):
    far = [song(seed, wrong=0.5) for seed in range(100, 112)]
    found = evaluate(far, real, protocol=SMALL, controls=False)
    assert found["distance"]["generated"]["auc"] > 0.9
    assert found["medians"]["in-scale"]["generated"] < found["medians"]["in-scale"]["real"] == 1
    assert set(found["distance"]) == {"generated", "real"}
    widths = [f["distance"] for f in found["widest"]]
    assert widths == sorted(widths, reverse=True)
    assert widths[0] > 1


def test_form_returns_and_contrasts(report):
    form = report["form"]["real"]
    assert form["returning"] == pytest.approx(1)
    assert form["contrasting"] < 0.8
    assert form["returning_shuffled"] < 0.8


def test_copies_of_training_songs_are_found(report, real):
    copied = evaluate(real[:12], real, training=real[:12], protocol=SMALL, controls=False)
    assert copied["copying"]["generated"]["copies"] == 1
    assert report["copying"]["generated"]["median"] < 1
    assert report["copying"]["generated"]["nearest"]["training_piece"].startswith("song ")


def test_musegans_measures_stand_beside_the_real_ones(report):
    measures = report["musegan"]
    assert measures["EB melody"]["real"] == 0
    assert measures["polyphony chords"]["generated"] == 3
    assert math.isnan(measures["TD melody-counter"]["generated"])  # no counter-melody anywhere


def test_equal_seeds_give_equal_reports(real):
    near = [song(seed) for seed in range(100, 106)]
    few = replace(SMALL, n=20, n_trees=3)
    first, second = (evaluate(near, real, protocol=few, controls=False) for _ in range(2))
    other = evaluate(near, real, protocol=replace(few, seed=1), controls=False)
    assert verb.as_json(first) == verb.as_json(second) != verb.as_json(other)


def test_too_little_music_is_counted_out(real):
    with pytest.raises(AntiphonError, match=r"20 windows of 4 bars.*generated 4"):
        evaluate([song(1)], real, protocol=SMALL)


def test_json_has_null_where_nothing_was_measured(report):
    told = json.loads(verb.as_json(report))
    assert told["musegan"]["TD melody-counter"]["generated"] is None


def test_a_page_with_pictures_is_written(report, tmp_path):
    paths = verb.write_page(report, tmp_path / "new" / "folder")
    assert [p.name for p in paths] == ["evaluation.md", "distance.png", "medians.png"]
    page = paths[0].read_text()
    assert "## Distance to real music" in page
    assert "\\|difference\\|" in page
    assert all(p.stat().st_size > 500 for p in paths)
    assert not list(tmp_path.rglob("*.part"))


def test_an_unwritable_folder_is_said(report, tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(AntiphonError, match="Cannot write"):
        verb.write_page(report, tmp_path / "file" / "folder")


def test_a_missing_and_an_empty_folder_are_said(tmp_path):
    with pytest.raises(AntiphonError, match="There is no folder"):
        verb.read_folder(tmp_path / "nowhere")
    with pytest.raises(AntiphonError, match="no music that can be read"):
        verb.read_folder(tmp_path)


def test_broken_files_are_left_out_with_a_sentence(tmp_path):
    from antiphon import formats

    formats.write(song(0), tmp_path / "good.mid")
    (tmp_path / "bad.mid").write_bytes(b"not MIDI at all")
    pieces, refused = verb.read_folder(tmp_path)
    assert len(pieces) == 1
    assert len(refused) == 1
    assert refused[0].startswith("bad.mid:")


def test_shuffled_bars_are_the_same_bars():
    piece = song(0)
    mixed = shuffle_bars(piece, np.random.default_rng(1))
    assert mixed.n_bars == 16

    def bars(p: Piece) -> list[tuple]:
        return sorted(
            tuple(e.parts["melody"]["pitch"]) for e in excerpts(p, ("melody",), 1, home=False)
        )

    assert bars(mixed) == bars(piece)
    assert list(mixed.tracks[0].notes["pitch"]) != list(piece.tracks[0].notes["pitch"])


def test_shuffled_bars_take_their_metre_with_them():
    piece = song(0)
    piece = replace(piece, metres=[Metre(0), Metre(96, 3, 4), Metre(168)])
    mixed = shuffle_bars(piece, np.random.default_rng(1))
    assert sorted(np.diff(mixed.bar_starts())) == sorted(np.diff(piece.bar_starts()))


def test_mixed_tracks_are_each_from_another_song():
    windows = [excerpts(song(i), ("melody", "chords"), 16, source=i)[0] for i in range(4)]
    mixed = mix_tracks(windows, np.random.default_rng(0))
    for index, window in enumerate(mixed):
        assert window.parts["melody"] is windows[index].parts["melody"]
        assert window.parts["chords"] is not windows[index].parts["chords"]


def test_detuning_moves_half_of_the_notes_by_a_semitone():
    (window,) = excerpts(song(0), ("melody", "chords"), 16)
    (moved,) = detune([window], np.random.default_rng(0))
    shift = moved.parts["melody"]["pitch"] - window.parts["melody"]["pitch"]
    assert set(shift) == {-1, 0, 1}
    assert 0.3 < (shift != 0).mean() < 0.7
