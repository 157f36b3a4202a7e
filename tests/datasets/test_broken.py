"""Every loader survives each of its files cut off, emptied and bit-flipped."""

from __future__ import annotations

import importlib.util
import json
import random
import sqlite3
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from types import ModuleType

import pytest

from antiphon import datasets
from antiphon.errors import AntiphonError
from antiphon.formats import mid, musicxml
from antiphon.music.piece import Piece, Track, notes_of

from .conftest import BEAT, band, write_pop909
from .test_bands import ONE, TRACK, rolls_of, write_lpd
from .test_guitarset import JAMS, NAME
from .test_jazz_standards_chords import CHART
from .test_maestro import COLUMNS, CSV
from .test_maps import TEXT
from .test_musicnet import LABELS, TABLE
from .test_nottingham import BOOK

SCRIPT = Path(__file__).parents[2] / "benchmarks" / "fuzz.py"


def midi_at(*names: str) -> Callable[[Path], None]:
    def make(root: Path) -> None:
        for seed, name in enumerate(names):
            path = root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            mid.write(band(4, seed=seed), path)

    return make


def score_at(name: str, tracks: tuple[str, ...]) -> Callable[[Path], None]:
    def make(root: Path) -> None:
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        rows = [(i * BEAT, BEAT, 60 + i % 5, 80) for i in range(16)]
        parts = [Track(t, notes=notes_of(rows)) for t in tracks]
        musicxml.write(Piece(parts), path)

    return make


def text_at(name: str, text: str) -> Callable[[Path], None]:
    def make(root: Path) -> None:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text, encoding="utf-8")

    return make


def database(root: Path) -> None:
    with closing(sqlite3.connect(root / "OpenEWLD.db")) as opened:
        opened.execute("CREATE TABLE works (id, path_leadsheet)")
        opened.execute("CREATE TABLE work_genres (id, genre, occurrences)")
        opened.execute("INSERT INTO works VALUES (1, 'A/T/T.mxl')")
        opened.execute("INSERT INTO work_genres VALUES (1, 'Pop', 2)")
        opened.commit()


GROOVE = "1_funk_100_beat_4-4.mid"
QUARTET = ("Violin 1", "Violin 2", "Viola", "Violoncello")
LAYOUTS: dict[str, list[Callable[[Path], None]]] = {
    "band": [midi_at("vgm_game/a.mid")],
    "chorales": [score_at("bwv1.6.mxl", ("Soprano", "Alto", "Tenor", "Bass"))],
    "emopia": [
        midi_at("midis/Q1_a_0.mid"),
        text_at("split/train.csv", "fname,label\nQ1_a_0,Q1\n"),
    ],
    "folder": [
        midi_at("a.mid"),
        text_at("b.abc", BOOK),
        score_at("c.mxl", ("Piano",)),
        score_at("d.musicxml", ("Piano",)),
    ],
    "freedoom": [midi_at("musics/a.mid")],
    "groove": [
        midi_at(GROOVE),
        text_at(
            "info.csv",
            "style,bpm,beat_type,time_signature,midi_filename,split\n"
            f"funk,100,beat,4-4,{GROOVE},train\n",
        ),
    ],
    "guitarset": [text_at(f"annotation/{NAME}.jams", JAMS)],
    "jazz_standards_chords": [text_at("JazzStandards/A.json", json.dumps(CHART))],
    "lakh": [midi_at(f"A/{TRACK}/{ONE}.mid")],
    "lpd": [lambda root: write_lpd(root / TRACK / f"{ONE}.npz", rolls_of()) and None],
    "maestro": [midi_at("2017/a.midi"), text_at("maestro-v3.0.0.json", json.dumps(COLUMNS))],
    "maestro csv": [midi_at("2017/a.midi"), text_at("maestro-v3.0.0.csv", CSV)],
    "maps": [
        midi_at("MUS/MAPS_MUS-a_ENSTDkCl.mid"),
        text_at("MUS/MAPS_MUS-b_ENSTDkCl.txt", TEXT),
    ],
    "musicnet": [
        text_at("train_labels/1727.csv", LABELS),
        midi_at("musicnet_em/2303.mid"),
        text_at("musicnet_metadata.csv", TABLE),
    ],
    "music21_folk": [text_at("airdsAirs/book1.abc", BOOK)],
    "nottingham": [text_at("ABC_cleaned/jigs.abc", BOOK)],
    "openewld": [score_at("A/T/T.mxl", ("Voice",)), database],
    "openmsx": [midi_at("src/a.mid"), text_at("src/themes.list", "theme; a.mid; x; A Title\n")],
    "openscore_lieder": [score_at("A/B/lc1.mxl", ("Voice", "Piano"))],
    "openscore_quartets": [score_at("A/B/sq1.mxl", QUARTET)],
    "pop909": [lambda root: write_pop909(root, "001")],
    "slakh": [midi_at("train/Track00001/MIDI/S00.mid")],
    "styles": [midi_at("jazz/a.mid")],
    "vgmidi": [
        midi_at("labelled/phrases/A_0.mid"),
        text_at(
            "vgmidi_labelled.csv",
            "id,series,console,game,piece,midi,valence,arousal\n"
            "1,S,C,G,P,labelled/phrases/A_0.mid,1,-1\n",
        ),
    ],
}


def broken(content: bytes) -> list[bytes]:
    rng = random.Random(len(content))
    versions = [b"", *(content[: len(content) * k // 5] for k in (1, 2, 3, 4))]
    for _ in range(8):
        flipped = bytearray(content)
        for _ in range(rng.choice((1, 8, 64))):
            flipped[rng.randrange(len(flipped))] ^= 1 << rng.randrange(8)
        versions.append(bytes(flipped))
    return versions


def read_all(name: str, root: Path) -> tuple[int, list[str]]:
    """Return how many songs were read, and what was said of the others."""
    dataset, n_read, said = datasets.load(name.split()[0]), 0, []
    try:
        sources = dataset.sources(root)
    except AntiphonError as error:
        return 0, [str(error)]
    for source in sources:
        try:
            n_read += isinstance(datasets.read(dataset, source), Piece)
        except AntiphonError as error:
            said.append(str(error))
    return n_read, said


@pytest.mark.parametrize("name", sorted(LAYOUTS))
def test_a_loader_reads_or_refuses_in_a_sentence(tmp_path: Path, name: str):
    for make in LAYOUTS[name]:
        make(tmp_path)
    files = [path for path in sorted(tmp_path.rglob("*")) if path.is_file()]
    for path in files:
        content = path.read_bytes()
        for version in broken(content):
            path.write_bytes(version)
            n_read, said = read_all(name, tmp_path)
            assert n_read + len(said) > 0
            assert all(s.endswith(".") and "\n" not in s for s in said), said
        path.write_bytes(content)


@pytest.fixture(scope="module")
def fuzz() -> ModuleType:
    spec = importlib.util.spec_from_file_location("fuzz", SCRIPT)
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules["fuzz"] = module
    spec.loader.exec_module(module)
    return module


@pytest.mark.skipif(sys.platform == "win32", reason="needs an alarm signal")
@pytest.mark.parametrize(
    ("kind", "n"),
    [(".mid", 300), (".abc", 60), (".mxl", 60), (".npz", 60), (".txt", 60), (".jams", 60)],
)
def test_no_mutated_file_crashes_hangs_or_comes_out_empty(
    tmp_path: Path, fuzz: ModuleType, kind: str, n: int
):
    for name in ("band", "folder", "lpd", "maps", "guitarset"):
        for make in LAYOUTS[name]:
            make(tmp_path)
    (seed,) = fuzz.seeds_of([tmp_path], {kind})[:1]
    content, rng, path = seed.read_bytes(), random.Random(7), tmp_path / f"mutated{kind}"
    ends = set()
    for _ in range(n):
        path.write_bytes(fuzz.mutated(content, rng)[1])
        end, said = fuzz.outcome(path, 20)
        assert end not in fuzz.BAD, said
        ends.add(end)
    assert ends == {"read", "refused"}


def test_a_silent_drop_would_be_told(tmp_path: Path, fuzz: ModuleType, monkeypatch):
    (tmp_path / "a.mid").write_bytes(b"x")
    monkeypatch.setattr(fuzz, "opened", lambda path: Piece())
    assert fuzz.outcome(tmp_path / "a.mid", 5)[0] == "silently empty"
    monkeypatch.setattr(fuzz, "opened", lambda path: 1 / 0)
    assert fuzz.outcome(tmp_path / "a.mid", 5)[0] == "crashed"
