from __future__ import annotations

import json
import os
import sys
import time
import tomllib

import pytest

from antiphon import cli, formats
from antiphon.errors import AntiphonError

ONE = "pop-g-major-seed0"


def run(tmp_path, *arguments, out="out"):
    return cli.main(["compose", "--formats", "mid", "--out", str(tmp_path / out), *arguments])


def names(folder):
    return sorted(p.name for p in folder.iterdir())


def test_one_piece_is_a_file_of_each_format_with_plan_record_and_page(tmp_path, composer):
    assert run(tmp_path, "--bars", "4", out="deep/down") == 0
    assert names(tmp_path / "deep" / "down") == [
        "index.html", f"{ONE}.json", f"{ONE}.mid", f"{ONE}.toml",
    ]  # fmt: skip
    piece = formats.read(tmp_path / "deep" / "down" / f"{ONE}.mid")
    assert piece.n_bars == 4 and piece.n_notes == 16


def test_several_are_numbered_and_kept_are_counted(tmp_path, composer):
    assert run(tmp_path, "--bars", "1", "--count", "5", "--keep", "2") == 0
    assert [n for n in names(tmp_path / "out") if n.endswith(".mid")] == ["001.mid", "002.mid"]


def test_flags_become_the_plan(tmp_path, composer):
    arguments = [
        "--bars",
        "8",
        "--form",
        "AB",
        "--key",
        "A",
        "--mode",
        "minor",
        "--metre",
        "3/4",
        "--tempo",
        "120",
        "--instruments",
        "melody,bass",
        "--density",
        ".3",
        "--adventure",
        ".7",
        "--valence",
        "-1",
        "--arousal",
        ".5",
        "--seed",
        "9",
    ]
    assert run(tmp_path, *arguments, "--chords", "Am | Dm E7", "--title", 'A "b" \\ c') == 0
    plan = composer[0]
    assert (plan.bars, plan.form, plan.key, plan.mode, plan.metre) == (8, "AB", "A", "minor", "3/4")
    assert (plan.tempo, plan.chords, plan.instruments) == (120, "Am | Dm E7", "melody,bass")
    assert (plan.density, plan.adventure, plan.valence, plan.arousal) == (0.3, 0.7, -1, 0.5)
    assert (plan.seed, plan.title) == (9, 'A "b" \\ c')


def test_the_written_plan_gives_the_same_piece_into_the_same_files(tmp_path, composer, capsys):
    run(tmp_path, "--bars", "2", "--seed", "3", "--title", 'He said "la \\ la"')
    out = tmp_path / "out"
    before = {n: (out / n).read_bytes() for n in names(out)}
    again = capsys.readouterr().out.split("Again    antiphon ")[1]
    assert again.startswith("compose --plan")
    assert run(tmp_path, "--plan", str(out / "pop-g-major-seed3.toml")) == 0
    assert {n: (out / n).read_bytes() for n in names(out)} == before


def test_flags_win_over_the_file_with_length_and_key_as_a_whole(tmp_path, composer):
    file = tmp_path / "plan.toml"
    file.write_text('duration = "0:30"\nkey = "A"\nmode = "minor"\ntempo = 90\n')
    assert run(tmp_path, "--plan", str(file), "--bars", "2", "--key", "C", "--tempo", "100") == 0
    plan = composer[0]
    assert (plan.bars, plan.duration_s, plan.key, plan.mode, plan.tempo) == (
        2,
        None,
        "C",
        None,
        100,
    )
    assert run(tmp_path, "--plan", str(file)) == 0
    assert (composer[1].duration_s, composer[1].mode) == (30, "minor")


def test_the_record_says_what_was_made(tmp_path, composer):
    run(tmp_path, "--bars", "4")
    record = json.loads((tmp_path / "out" / f"{ONE}.json").read_text())
    assert record["key"] == "G major"
    assert record["chords"] == ["G", "%", "%", "%"]
    assert record["sections"] == [["A", 0, 4]]
    assert record["duration_s"] == 10  # 16 beats at 96 a minute
    assert record["score"] == 0.25
    assert record["redrawn"] == ["bar 3: too many short notes"]
    assert record["provenance"] == {"model": "pop", "licence": "MIT"}
    assert set(record["files"]) == {f"{ONE}.mid", f"{ONE}.toml"}
    plan = tomllib.loads((tmp_path / "out" / f"{ONE}.toml").read_text())
    assert plan == record["plan"]


def test_what_was_decided_is_told(tmp_path, composer, capsys):
    run(tmp_path, "--bars", "4")
    out = tmp_path / "out"
    assert capsys.readouterr().out.splitlines() == [
        "Pop in G major, 4 bars of 4/4 at 96 bpm, 0:10",
        "Form     A4",
        "Chords   G | % | % | %",
        "Parts    Melody (Flute)",
        "Why      Its <chords> move as in real songs.",
        "Redrawn  bar 3: too many short notes",
        "From     model pop; licence MIT",
        f"Wrote    {out / ONE} as .mid .toml .json",
        f"Look at  {out / 'index.html'}",
        f"Again    antiphon compose --plan {out / ONE}.toml --formats mid --out {out}",
    ]


def test_other_music_of_the_same_name_takes_the_next_name(tmp_path, composer):
    run(tmp_path, "--bars", "4")
    first = (tmp_path / "out" / f"{ONE}.mid").read_bytes()
    run(tmp_path, "--bars", "5")
    assert (tmp_path / "out" / f"{ONE}.mid").read_bytes() == first
    assert formats.read(tmp_path / "out" / f"{ONE}-2.mid").n_bars == 5


def test_a_file_changed_by_hand_keeps_its_place(tmp_path, composer):
    run(tmp_path, "--bars", "4")
    (tmp_path / "out" / f"{ONE}.mid").write_bytes(b"mine now")
    run(tmp_path, "--bars", "4")
    assert (tmp_path / "out" / f"{ONE}.mid").read_bytes() == b"mine now"
    assert formats.read(tmp_path / "out" / f"{ONE}-2.mid").n_bars == 4


def test_files_of_others_are_never_replaced(tmp_path, composer):
    out = tmp_path / "out"
    out.mkdir()
    (out / "001.mid").write_bytes(b"a song")
    (out / "index.html").write_text("<p>my page")
    run(tmp_path, "--bars", "1", "--count", "2")
    assert (out / "001.mid").read_bytes() == b"a song"
    assert (out / "index.html").read_text() == "<p>my page"
    assert {"002.mid", "003.mid", "antiphon.html"} < set(names(out))


def test_the_same_many_again_keep_their_numbers_and_others_count_on(tmp_path, composer):
    for seed in ("1", "1", "7"):
        run(tmp_path, "--bars", "1", "--count", "2", "--seed", seed)
    found = [n for n in names(tmp_path / "out") if n.endswith(".mid")]
    assert found == ["001.mid", "002.mid", "003.mid", "004.mid"]


def test_more_formats_later_stay_listed_together(tmp_path, composer):
    run(tmp_path, "--bars", "1")
    cli.main(["compose", "--bars", "1", "--formats", "musicxml", "--out", str(tmp_path / "out")])
    record = json.loads((tmp_path / "out" / f"{ONE}.json").read_text())
    assert set(record["files"]) == {f"{ONE}.mid", f"{ONE}.musicxml", f"{ONE}.toml"}


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--bars", "0"], "bars must be from 1 to 512"),
        (["--bars", "513"], "bars must be from 1 to 512"),
        (["--tempo", "301"], "tempo must be from 20 to 300"),
        (["--chords", "C H"], "Unknown chord 'H'"),
        (["--key", "X"], "'X' is no key"),
        (["--metre", "5/4"], "'5/4'"),
        (["--form", "A8 B8", "--bars", "32"], "16 bars"),
        (["--form", "A8 B8"], "16 bars"),
        (["--duration", "soon"], "no duration"),
        (["--bars", "8", "--duration", "1:00"], "not both"),
        (["--instruments", "melody,kazoo"], "No 'kazoo' in parts"),
        (["--formats", "mid,wave"], "No 'wave' in formats. Did you mean 'wav'?"),
        (["--formats", ","], "No format is named"),
        (["--count", "2", "--keep", "3"], "--keep 3 of --count 2"),
        (["--style", "polka"], "No 'polka' in models"),
        (["--plan", "none.toml"], "There is no plan file none.toml"),
        (["--soundfont", "none.sf2", "--formats", "wav"], "none.sf2"),
    ],
    ids=lambda v: " ".join(v) if isinstance(v, list) else "",
)
def test_what_cannot_be_is_said_before_anything_is_made(
    arguments, words, tmp_path, composer, capsys
):
    assert run(tmp_path, *arguments) == 1
    shown = capsys.readouterr()
    assert words in shown.err and shown.err.startswith("antiphon: ")
    assert shown.err.count("\n") == 1 and shown.out == ""
    assert composer == [] and names(tmp_path) == []


def test_a_file_in_place_of_the_folder_is_refused(tmp_path, composer, capsys):
    (tmp_path / "out").write_text("a letter")
    assert run(tmp_path) == 1
    assert "is a file: give --out a folder" in capsys.readouterr().err
    assert (tmp_path / "out").read_text() == "a letter" and composer == []


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_without_the_right_to_write_is_refused(tmp_path, composer, capsys):
    (tmp_path / "out").mkdir(mode=0o500)
    assert run(tmp_path) == 1
    assert "Cannot write into the folder" in capsys.readouterr().err and composer == []


def test_when_composing_fails_no_folder_is_left(tmp_path, composer, monkeypatch, capsys):
    def fail(*_, **__):
        raise AntiphonError("This cannot be met.")

    monkeypatch.setattr(sys.modules["antiphon.inference.compose"], "compose", fail)
    assert run(tmp_path, out="a/b") == 1
    assert capsys.readouterr().err == "antiphon: This cannot be met.\n"
    assert names(tmp_path) == []


def test_pieces_that_were_whole_before_it_failed_stay(tmp_path, composer, monkeypatch, capsys):
    from antiphon.cli import _render

    real = _render.write_one

    def one_only(piece, path, soundfont):
        if path.stem == "002":
            raise AntiphonError("The disk is full.")
        real(piece, path, soundfont)

    monkeypatch.setattr(_render, "write_one", one_only)
    assert run(tmp_path, "--bars", "1", "--count", "3") == 1
    assert names(tmp_path / "out") == ["001.json", "001.mid", "001.toml", "index.html"]
    assert "001.mid" in (tmp_path / "out" / "index.html").read_text()


def test_without_any_soundfont_the_usual_formats_come_without_sound(
    tmp_path, composer, monkeypatch, capsys
):
    def none(given=None, suffixes=()):
        raise AntiphonError("There is no soundfont to play with.")

    monkeypatch.setattr("antiphon.formats._soundfont.find", none)
    assert cli.main(["compose", "--bars", "1", "--out", str(tmp_path / "out")]) == 0
    assert "Without sound: There is no soundfont" in capsys.readouterr().err
    endings = {n.rpartition(".")[2] for n in names(tmp_path / "out")}
    assert endings == {"mid", "png", "pdf", "toml", "json", "html"}
    assert cli.main(["compose", "--formats", "mid,wav", "--out", str(tmp_path / "two")]) == 1


def test_what_a_killed_run_left_is_swept_after_a_day_and_a_running_one_is_left_alone(
    tmp_path, composer
):
    for name, age_s in (("dead", 2 * 86400), ("alive", 60)):
        folder = tmp_path / "out" / f".antiphon-{name}"
        folder.mkdir(parents=True)
        os.utime(folder, (time.time() - age_s,) * 2)
    run(tmp_path, "--bars", "1")
    hidden = [n for n in names(tmp_path / "out") if n.startswith(".")]
    assert hidden == [".antiphon-alive"]


def test_helpers_write_what_one_process_writes(tmp_path, composer, monkeypatch):
    monkeypatch.setattr("antiphon.cli._render.os.cpu_count", lambda: 1)
    arguments = ["compose", "--bars", "1", "--count", "3", "--formats", "mid,svg"]
    assert cli.main([*arguments, "--out", str(tmp_path / "one")]) == 0
    monkeypatch.setattr("antiphon.cli._render.os.cpu_count", lambda: 2)
    assert cli.main([*arguments, "--out", str(tmp_path / "two")]) == 0
    assert len(names(tmp_path / "two")) == 13
    for path in (tmp_path / "one").iterdir():
        assert (tmp_path / "two" / path.name).read_bytes() == path.read_bytes()


def test_of_many_reasons_the_first_are_told_and_the_rest_is_counted():
    from antiphon.cli import _words

    record = {
        "plan": {"style": "pop"},
        "metre": "4/4",
        "key": "",
        "n_bars": 1,
        "duration_s": 62.0,
        "sections": [],
        "chords": [],
        "parts": [{"name": "Bass", "instrument": "Tuba"}],
        "reasons": [f"reason {n}" for n in range(6)],
        "redrawn": [],
        "provenance": {},
    }
    assert _words.one(record) == [
        "Pop, 1 bar of 4/4, 1:02",
        "Parts    Bass (Tuba)",
        "Why      reason 0",
        "Why      reason 1",
        "Why      reason 2",
        "Why      reason 3",
        "         and 2 more on the page",
    ]
