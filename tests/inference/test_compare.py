"""Comparing tiny systems: equal terms, one table, nothing done twice."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

import antiphon
from antiphon import formats
from antiphon.errors import AntiphonError
from antiphon.inference import _systems, compare
from antiphon.inference._comparison import JUST_TOLD, LOW, NEAR_REAL, Row
from antiphon.inference._systems import System, cost_of
from antiphon.inference.compare import (
    RealMusic,
    Terms,
    comparison_table,
    remarks,
    rows_of,
    systems,
)
from antiphon.music.piece import Piece

TERMS = Terms(parts=("melody", "chords"), pieces=12, bars=16, n=20, n_trees=3, n_shown=1)


def quiet(*told: object) -> None:
    pass


@pytest.fixture(scope="module")
def folders(tmp_path_factory, song) -> Path:
    """Folders of made-up songs: ``real``, ``near`` (others of the kind) and ``same``."""
    out = tmp_path_factory.mktemp("music")
    for name, seeds in (("real", range(24)), ("near", range(100, 112)), ("same", range(12))):
        for seed in seeds:
            formats.write(song(seed, 16), out / name / f"{seed:03d}.mid")
    return out


def compared(folders: Path, out: Path, terms: Terms = TERMS, names=("near", "same")):
    asked = systems([str(folders / name) for name in names])
    return compare.compare(asked, RealMusic(folders / "real"), terms, out, quiet)


@pytest.fixture(scope="module")
def done(folders, tmp_path_factory):
    return compared(folders, tmp_path_factory.mktemp("out"))


def test_all_are_measured_against_the_same_floor_with_equally_many_windows(done):
    evaluations = [s["evaluations"] for s in done.report["systems"]]
    for bars in ("8", "4"):
        first, second = (e[bars] for e in evaluations)
        assert first["distance"]["real"] == second["distance"]["real"]
        assert first["windows"]["n"] == second["windows"]["n"] == 20
    assert evaluations[0]["8"]["windows"]["n_bars"] == 8
    assert evaluations[0]["4"]["windows"]["n_bars"] == 4


def test_the_table_has_real_music_first_and_a_row_for_each_measure(done):
    table = comparison_table(done.report, ("**", "**"))
    assert table.columns == ("", "real music", "near", "same")
    floor = next(row for row in table.rows if row[0] == "× the floor")
    assert floor[1] == "1.0"
    labels = {row[0] for row in table.rows}
    assert {"density", "EB, empty bars", "TD, tonal distance", "notes per bar"} <= labels
    assert "CPU minutes" not in labels  # nobody knows them of files
    assert "12 pieces of 16 bars from seed 1000" in table.note


def test_fewer_windows_of_one_are_fewer_windows_of_all(folders, tmp_path, song):
    few = tmp_path / "few"
    for seed in range(12):  # two windows of 8 bars each: 24
        formats.write(song(seed + 50, 16), few / f"{seed}.mid")
    wide = replace(TERMS, n=40)
    asked = systems([str(folders / "near"), str(few)])
    done = compare.compare(asked, RealMusic(folders / "real"), wide, tmp_path, quiet)
    counts = [s["evaluations"]["8"]["windows"]["n"] for s in done.report["systems"]]
    assert counts == [24, 24]
    assert "Asked were 40 windows" in comparison_table(done.report).note


def test_one_with_too_little_music_stands_in_the_table_without_figures(folders, tmp_path, song):
    formats.write(song(3, 16), tmp_path / "lone" / "1.mid")
    asked = systems([str(folders / "near"), str(tmp_path / "lone")])
    done = compare.compare(asked, RealMusic(folders / "real"), TERMS, tmp_path / "out", quiet)
    distance = rows_of(done.report)[0]
    assert distance.values[1] > 0 and distance.values[2] is None
    assert "lone makes too little music" in comparison_table(done.report).note


def test_what_was_judged_is_not_judged_again(folders, tmp_path, monkeypatch):
    first = compared(folders, tmp_path)

    def never(*arguments, **named):
        raise AssertionError("judged or read again")

    with monkeypatch.context() as patched:
        patched.setattr(compare.judging, "evaluate", never)
        patched.setattr(compare, "read_real", never)
        again = compared(folders, tmp_path)
    assert again.report == first.report
    with monkeypatch.context() as patched, pytest.raises(AssertionError, match="judged or read"):
        patched.setattr(compare.judging, "evaluate", never)
        compared(folders, tmp_path, replace(TERMS, trust_keys=False))


def test_what_is_shown_lasts_eight_bars_with_the_same_instruments(done):
    assert set(done.shown) == {"real", "near", "same"}
    (real,), (near,) = done.shown["real"], done.shown["near"]
    assert real.n_bars == near.n_bars == 8
    programs = [[(t.name, t.program) for t in piece.tracks] for piece in (real, near)]
    assert programs[0] == programs[1] == [("Melody", 73), ("Chords", 0)]
    assert near.title == "near, piece 1 from bar " + near.title.split()[-1]


def test_songs_are_composed_and_those_that_are_there_stay(tiny_ensemble, tmp_path, monkeypatch):
    (pop,) = systems(["pop"])
    assert (pop.kind, pop.style) == ("song", "pop")
    told: list[int] = []

    def pieces(n: int, seed: int = 5):
        parts = ("melody", "chords")
        found, n_silent = _systems.pieces_of(
            pop, tmp_path, parts=parts, n=n, bars=4, seed=seed, progress=told.append
        )
        assert n_silent == 0
        return found

    two = pieces(2)
    assert [p.n_bars for p in two] == [4, 4] and told == [0, 1, 2]
    names = [t.name for t in two[0].tracks]
    assert names == ["Melody", "Chords"]
    before = (tmp_path / "0002.mid").read_bytes()
    (tmp_path / "0002.mid").unlink()  # as if it had been stopped there
    told.clear()
    pieces(3)
    assert told == [1, 2, 3] and (tmp_path / "0002.mid").read_bytes() == before
    told.clear()
    pieces(1, seed=6)
    assert told == [0, 1] and not (tmp_path / "0003.mid").exists()  # of another seed


def test_pieces_without_a_note_are_counted_and_the_others_judged(folders, tmp_path, song):
    mixed = tmp_path / "mixed"
    for seed in range(12):
        formats.write(song(seed + 50, 16), mixed / f"{seed}.mid")
    formats.write(Piece([], n_bars_asked=8), mixed / "silent.mid")
    done = compare.compare(
        systems([str(mixed)]), RealMusic(folders / "real"), TERMS, tmp_path, quiet
    )
    (told,) = done.report["systems"]
    assert (told["n_pieces"], told["n_silent"]) == (12, 1)
    assert "1 of 13 pieces of mixed hold no notes." in remarks(done.report)
    silent = System("gan", "gan", "rcgan", tmp_path, "", "", "digest")
    (tmp_path / "drawn").mkdir()
    wanted = {"weights": "digest", "bars": 8, "seed": 1, "version": antiphon.__version__}
    (tmp_path / "drawn" / "drawn.json").write_text(json.dumps(wanted))
    formats.write(song(1, 8), tmp_path / "drawn" / "0001.mid")
    formats.write(Piece([], n_bars_asked=8), tmp_path / "drawn" / "0002.mid")
    found, n_silent = _systems.pieces_of(
        silent, tmp_path / "drawn", parts=(), n=2, bars=8, seed=1, progress=quiet
    )
    assert (len(found), n_silent) == (1, 1)


@pytest.mark.parametrize(
    ("values", "wanted", "best"),
    [
        ((1.0, 3.0, 2.0), LOW, 2),
        ((5.0, 4.0, 7.0), NEAR_REAL, 1),
        ((5.0, 4.0, 6.0), NEAR_REAL, None),
        ((None, 4.0, 6.0), JUST_TOLD, None),
        ((5.0, None, 9.0), NEAR_REAL, 2),
        ((5.0, 4.0), NEAR_REAL, None),
        ((0.0, 0.2, 0.1), NEAR_REAL, 2),
    ],
    ids=["low", "near", "a tie", "told", "one unknown", "one alone", "real is zero"],
)
def test_the_best_of_a_row(values, wanted, best):
    assert Row("group", "label", values, 1, wanted).best == best


def a_run(folder: Path, **logs: list[dict[str, float]]) -> System:
    (folder / "weights").mkdir(parents=True)
    for name, lines in logs.items():
        text = "".join(f"{json.dumps(line)}\n" for line in lines)
        (folder / f"{name}.jsonl").write_text(text + '{"iteration": 9, "cut')
    return System("mine", "song", "song", folder / "weights", "pop", "", "")


def test_the_cost_of_a_style_is_that_of_all_stages_and_bars_are_no_segments(tmp_path):
    run = a_run(
        tmp_path,
        coder=[{"segments_seen": 64_000, "speed/cpu_s": 60.0}],
        scribe_stats=[
            {"segments_seen": 1000, "speed/cpu_s": 30.0},
            {"segments_seen": 4000, "speed/cpu_s": 120.0},
        ],
        scribe_metrics=[{"held_out/all": 1.0}],
    )
    cost = cost_of(run)
    assert cost["cpu_minutes"] == pytest.approx(3)
    assert cost["kimg"] == pytest.approx(4)
    assert cost["kimg_per_cpu_hour"] == pytest.approx(80)  # 4 in a twentieth of an hour
    assert cost["stages"]["coder"]["kimg"] == 64
    assert cost["start"] == ""


def test_a_cost_that_is_not_known_whole_is_not_told(tmp_path):
    run = a_run(
        tmp_path,
        coder=[{"onset": 1.0}],
        scribe_stats=[{"segments_seen": 4000, "speed/cpu_s": 120.0}],
    )
    assert cost_of(run) == {}


def test_what_cannot_be_compared_is_one_sentence(tmp_path, tiny_ensemble, folders):
    with pytest.raises(AntiphonError, match=r"No 'pup' in models\. Did you mean 'pop'"):
        systems(["pup"])
    with pytest.raises(AntiphonError, match="drums makes no whole pieces"):
        systems(["drums"])
    with pytest.raises(AntiphonError, match="Two of them would be called 'pop'"):
        systems(["pop", "pop"])
    assert [s.name for s in systems(["pop", "other=pop"])] == ["pop", "other"]
    with pytest.raises(AntiphonError, match="'a/b' is no name for a folder"):
        systems(["a/b=pop"])
    with pytest.raises(AntiphonError, match="There is no folder"):
        RealMusic(tmp_path / "none")
    with pytest.raises(AntiphonError, match=r"There is no folder .*none that was"):
        RealMusic(tmp_path, training=tmp_path / "none")
    with pytest.raises(AntiphonError, match="No 'pop99' in datasets"):
        RealMusic(tmp_path, "pop99")
    with pytest.raises(AntiphonError, match="nsynth holds sounds, not notes"):
        RealMusic(tmp_path, "nsynth")
    with pytest.raises(AntiphonError, match=r"No 'tune' in parts\."):
        Terms(parts=("melody", "tune"))
    with pytest.raises(AntiphonError, match="No part is named"):
        Terms(parts=())
    (tmp_path / "bars.npy").write_bytes(b"")
    with pytest.raises(AntiphonError, match="is a prepared set, without whole songs"):
        RealMusic(tmp_path)


def test_remarks_say_what_each_learned_from_where_that_differs_and_whose_music_is_too_little():
    def system(name: str, data: str, **n_windows: int) -> dict[str, object]:
        judged = {bars[1:]: {"windows": {"n": n}} for bars, n in n_windows.items()}
        return {"name": name, "data": data, "n_silent": 0, "cost": {}, "evaluations": judged}

    terms = {"pieces": 9, "bars": 32, "seed": 1, "n": 25}
    alike = [system("a", "pop", _8=25, _4=25), system("b", "pop", _4=25), system("c", "")]
    said = remarks({"terms": terms, "systems": alike})
    assert said[0].startswith("25 windows of 8 bars a side and 25 of 4; 9 pieces of 32 bars")
    assert said[1:] == [
        "b makes too little music to be judged in windows of 8 bars.",
        "c makes too little music to be judged.",
    ]
    unlike = [system("a", "pop", _8=25, _4=25), system("b", "jazz", _8=25, _4=25)]
    unlike[0] |= {"n_silent": 3, "n_pieces": 6}
    said = remarks({"terms": terms, "systems": unlike})
    assert said[1:] == [
        "3 of 9 pieces of a hold no notes.",
        "They learned from different music: a from pop; b from jazz.",
    ]
