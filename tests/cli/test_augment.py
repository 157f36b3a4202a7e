"""antiphon augment: copies, pictures and the page."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from antiphon import formats
from antiphon.cli import main


@pytest.fixture
def sources(tmp_path, song):
    samples = 0.3 * np.sin(2 * np.pi * 440 * np.arange(16_000) / 16_000)
    formats.write_sound(samples.astype(np.float32), 16_000, tmp_path / "note.wav")
    formats.write(song(0, 8), tmp_path / "song.mid")
    return [str(tmp_path / "song.mid"), str(tmp_path / "note.wav")]


def run(*arguments: str) -> int:
    return main(["augment", *arguments])


def test_each_file_stands_on_the_page_with_its_copies_and_pictures(sources, tmp_path, capsys):
    out = tmp_path / "out"
    assert run(*sources, "--out", str(out), "--copies", "2", "--seed", "3") == 0
    stems = [f"{name}-{i}" for name in ("note", "song") for i in range(3)]
    names = {f"{s}.{'wav' if s[0] == 'n' else 'mid'}" for s in stems} | {f"{s}.png" for s in stems}
    assert {path.name for path in out.iterdir()} == names | {"index.html"}
    page = (out / "index.html").read_text(encoding="utf-8")
    assert all(name in page for name in names)
    assert page.count("<audio") == 3 and page.count("<b>Before</b>") == 2
    told = capsys.readouterr().out
    assert "note-1.wav: pitch semitones=" in told and "song-1.mid: " in told


def test_the_unchanged_copy_is_the_file_and_equal_seeds_give_equal_copies(sources, tmp_path):
    for folder in ("a", "b"):
        assert run(*sources, "--out", str(tmp_path / folder), "--copies", "1") == 0
    assert run(sources[1], "--out", str(tmp_path / "alone"), "--copies", "1") == 0
    for name in ("note-1.wav", "note-0.wav"):
        first = (tmp_path / "a" / name).read_bytes()
        assert first == (tmp_path / "b" / name).read_bytes()
        assert first == (tmp_path / "alone" / name).read_bytes()
    assert (tmp_path / "a/song-1.mid").read_bytes() == (tmp_path / "b/song-1.mid").read_bytes()
    before, _ = formats.read_sound(sources[1])
    assert np.array_equal(before, formats.read_sound(tmp_path / "a" / "note-0.wav")[0])


def test_a_spectrogram_is_bright_at_its_pitch(sources, tmp_path):
    """440 Hz is 549.6 of 2840 mel: a fifth of the way up the picture."""
    assert run(sources[1], "--out", str(tmp_path / "a"), "--copies", "1") == 0
    grey = np.asarray(Image.open(tmp_path / "a" / "note-0.png").convert("L"), dtype=float)
    inside = grey[8:308, 300:1000].mean(axis=1)
    assert int(inside.argmax()) == pytest.approx(300 * (1 - 549.6 / 2840), abs=4)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["missing.wav"], "There is no file"),
        (["missing.mid"], "There is no file"),
        (["a.txt"], "There is no file"),
        (["a/x.mid", "b/x.mid"], "Two files are called x"),
        (["out/x.mid"], "lies in"),
    ],
)
def test_what_is_wrong_is_one_sentence(arguments, said, tmp_path, capsys):
    files = [str(tmp_path / name) for name in arguments]
    assert run(*files, "--out", str(tmp_path / "out")) == 1
    told = capsys.readouterr().err
    assert said in told and told.count("\n") == 1
    assert not (tmp_path / "out").exists()
