"""The commands that work on a given piece: what is said to them, and what they leave behind."""

from __future__ import annotations

import json
import shlex
import sys
import types
from dataclasses import replace

import pytest

from antiphon import cli, formats
from antiphon.music.piece import Piece, Track, notes_of

VERBS = {
    "accompany": ("accompanied", []),
    "convert": ("converted", ["--mood", "sad"]),
    "inpaint": ("inpainted", ["--bars", "1"]),
    "extend": ("extended", []),
    "vary": ("varied", []),
}


@pytest.fixture
def calls(monkeypatch, composition, only_pop):
    """Put verbs there that return the piece as it is; they list what they were given."""
    found = []

    def verb(piece, *, plan, count, keep, model, progress, **own):
        found.append((piece, plan, own))
        plans = [replace(plan, seed=plan.seed + take, key="C major") for take in range(count)]
        made = [composition(piece, p) for p in plans]
        progress(count)
        return made[: keep or count]

    for name in VERBS:
        fake = types.ModuleType(f"antiphon.inference.{name}")
        setattr(fake, name, verb)
        monkeypatch.setitem(sys.modules, f"antiphon.inference.{name}", fake)

    return found


@pytest.fixture
def mine(tmp_path):
    notes = notes_of((24 * i, 24, 60 + i, 80) for i in range(8))
    formats.write(Piece([Track("Lead", 73, notes=notes)]), tmp_path / "mine.mid")
    return tmp_path / "mine.mid"


def run(verb, file, tmp_path, *arguments):
    out = ["--formats", "mid", "--out", str(tmp_path / "out")]
    return cli.main([verb, str(file), *VERBS[verb][1], *out, *arguments])


def names(folder):
    return sorted(p.name for p in folder.iterdir())


@pytest.mark.parametrize("verb", VERBS)
def test_files_are_called_by_the_piece_and_what_was_done(verb, calls, mine, tmp_path):
    assert run(verb, mine, tmp_path, "--seed", "2") == 0
    stem = f"mine-{VERBS[verb][0]}-seed2"
    assert names(tmp_path / "out") == ["index.html", f"{stem}.json", f"{stem}.mid"]
    assert calls[0][0].n_notes == 8
    assert json.loads((tmp_path / "out" / f"{stem}.json").read_text())["plan"]["seed"] == 2


def test_options_become_the_plan_and_the_verb_s_own(calls, mine, tmp_path):
    run("inpaint", mine, tmp_path, "--tracks", "piano", "--key", "Am", "--chords", "Am | F",
        "--density", "0.2", "--adventure", "0.9", "--arousal", "-1")  # fmt: skip
    run("accompany", mine, tmp_path, "--instruments", "bass,drums", "--style", "pop")
    run("extend", mine, tmp_path, "--bars", "4", "--where", "between", "--after", "1")
    run("vary", mine, tmp_path, "--strength", "0.7")
    run("convert", mine, tmp_path, "--style", "jazz", "--instruments", "bass=43")
    (_, plan, own), (_, band, _), (_, _, longer), (_, _, dial), (_, other, asked) = calls
    assert (plan.key, plan.chords, plan.density) == ("Am", "Am | F", 0.2)
    assert (plan.adventure, plan.arousal) == (0.9, -1)
    assert own == {"bars": "1", "tracks": "piano"}
    assert band.instruments == "bass,drums"
    assert longer == {"bars": 4, "where": "between", "after": 1}
    assert dial == {"strength": 0.7}
    assert other.style == "pop"  # whose weights write is not what is asked for
    assert asked == {
        "style": "jazz", "mood": "sad", "instruments": "bass=43", "strength": 0.5,
        "converter": "converter",
    }  # fmt: skip


def test_the_told_command_gives_the_piece_again(calls, mine, tmp_path, capsys):
    run("vary", mine, tmp_path, "--strength", "0.7", "--count", "3", "--keep", "1", "--seed", "5")
    again = capsys.readouterr().out.split("Again    ")[1].strip()
    assert shlex.split(again)[:3] == ["antiphon", "vary", str(mine)]
    assert cli.main(shlex.split(again)[1:]) == 0
    assert calls[1][1].seed == 5 and calls[1][2] == {"strength": 0.7}


def test_what_was_given_is_never_replaced(calls, mine, tmp_path):
    before = mine.read_bytes()
    assert cli.main(["vary", str(mine), "--formats", "mid", "--out", str(tmp_path)]) == 0
    (tmp_path / "mine-varied-seed0.mid").write_bytes(b"changed by hand")
    assert cli.main(["vary", str(mine), "--formats", "mid", "--out", str(tmp_path)]) == 0
    assert mine.read_bytes() == before
    assert (tmp_path / "mine-varied-seed0.mid").read_bytes() == b"changed by hand"
    assert (tmp_path / "mine-varied-seed0-2.mid").exists()


@pytest.mark.parametrize(
    ("content", "name", "sentence"),
    [
        (None, "no.mid", "There is no file"),
        (b"", "empty.mid", "empty.mid"),
        (b"MThd nonsense", "broken.mid", "broken.mid"),
        (b"hello", "song.doc", "cannot read files ending in '.doc'"),
    ],
)
def test_a_file_that_cannot_be_read_is_said_and_nothing_is_left(
    content, name, sentence, calls, tmp_path, capsys
):
    if content is not None:
        (tmp_path / name).write_bytes(content)
    assert run("accompany", tmp_path / name, tmp_path) == 1
    said = capsys.readouterr().err
    assert sentence in said and said.count("\n") == 1
    assert not (tmp_path / "out").exists() and not calls


def test_more_kept_than_made_and_unknown_weights_are_said_before_anything(
    calls, mine, tmp_path, capsys
):
    assert run("vary", mine, tmp_path, "--count", "2", "--keep", "3") == 1
    assert "--keep 3 of --count 2" in capsys.readouterr().err
    assert run("vary", mine, tmp_path, "--style", "polka") == 1
    assert "'polka'" in capsys.readouterr().err
    assert not calls
