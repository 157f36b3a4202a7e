"""Folders of bands: band, styles, OpenMSX; Lakh, and its pianorolls."""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from antiphon import datasets
from antiphon.datasets import Source, band, lakh, lpd, openmsx, styles
from antiphon.datasets._played import read_played
from antiphon.errors import AntiphonError
from antiphon.formats import mid
from antiphon.music.piece import Metre, Tempo

from .conftest import band as song_of_a_band


def put(path: Path, seed: int = 0) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    mid.write(song_of_a_band(seed=seed, shift=seed), path)
    return path


def test_a_band_has_the_style_its_collection_says(tmp_path: Path):
    put(tmp_path / "band" / "vgm_game" / "td-dataset" / "A Game" / "01.mid")
    put(tmp_path / "band" / "web90s" / "02.MID", 1)
    found = band.sources(tmp_path)
    assert [s.id for s in found] == ["band/vgm_game/td-dataset/A Game/01.mid", "band/web90s/02.MID"]
    pieces = [datasets.read(band, s) for s in found]
    assert [p.labels.style for p in pieces] == ["game", ""]
    assert {t.role for t in pieces[0].tracks} == {"melody", "chords", "bass", "drums"}


def test_styles_are_named_by_their_folders(tmp_path: Path):
    for seed, name in enumerate(("jazz/trio/a.MID", "classical/x/b.mid", "other/c.mid")):
        put(tmp_path / "styles" / name, seed)
    found = styles.sources(tmp_path)
    assert [(s.id, datasets.read(styles, s).labels.style) for s in found] == [
        ("styles/classical/x/b.mid", "classical"),
        ("styles/jazz/trio/a.MID", "jazz"),
    ]


def test_a_folder_without_styles_is_refused(tmp_path: Path):
    put(tmp_path / "other" / "a.mid")
    with pytest.raises(AntiphonError, match="no folder jazz or classical"):
        styles.sources(tmp_path)


def test_openmsx_knows_its_titles(tmp_path: Path):
    for seed, name in enumerate(("a.mid", "b.mid")):
        put(tmp_path / "src" / name, seed)
    (tmp_path / "src" / "themes.list").write_text(
        "# Purpose\ntheme; a.mid; somebody; A Journey\n\n"
    )
    assert [datasets.read(openmsx, s).title for s in openmsx.sources(tmp_path)] == [
        "A Journey",
        "b",
    ]


ONE, TWO, TRACK = "0" * 31 + "a", "0" * 31 + "b", "TRAAAGR128F425B14B"


@pytest.fixture
def matched(tmp_path: Path) -> Path:
    """Two versions of a song, one of which is matched to another song too."""
    root = tmp_path / "lmd_matched"
    put(root / "A" / "A" / "A" / TRACK / f"{ONE}.mid")
    put(root / "A" / "A" / "A" / TRACK / f"{TWO}.mid", 1)
    put(root / "A" / "A" / "B" / TRACK.replace("AAAG", "AABG") / f"{ONE}.mid")
    return root


def test_versions_of_a_song_share_its_split_and_doubles_are_named(matched: Path):
    one, two, again = lakh.sources(matched)
    assert (one.id, two.id) == (f"{TRACK}/{ONE}", f"{TRACK}/{TWO}")
    assert one.split == two.split
    assert again.same_as == one.id
    assert datasets.read(lakh, one).n_notes == song_of_a_band().n_notes


def test_lmd_full_is_named_by_its_hashes(tmp_path: Path):
    put(tmp_path / "lmd_full" / "0" / f"{ONE}.mid")
    put(tmp_path / "lmd_full" / "readme.mid", 1)
    assert [s.id for s in lakh.sources(tmp_path)] == [ONE]


def test_other_files_are_no_lakh(tmp_path: Path):
    put(tmp_path / "song.mid")
    with pytest.raises(AntiphonError, match="named by 32 hex digits"):
        lakh.sources(tmp_path)


TRACKS = (("Drums", 0, True), ("Piano", 0, False), ("Bass", 33, False))


def sparse(roll: np.ndarray) -> dict[str, np.ndarray]:
    """Return compressed columns of a (steps, 128) roll, as SciPy's csc_matrix has them."""
    pitch, step = np.nonzero(roll.T)
    edges = np.searchsorted(pitch, np.arange(129))
    return {"data": roll[step, pitch], "indices": step.astype("i4"), "indptr": edges.astype("i4")}


def write_lpd(path: Path, rolls: list[np.ndarray], **members: Any) -> Path:
    """Write a file as pypianoroll lays it out, `resolution` called as in LPD."""
    n_steps = len(rolls[0])
    arrays: dict[str, Any] = {
        "tempo": np.full((n_steps, 1), 96.0),
        "downbeat": (np.arange(n_steps) % 96 == 0)[:, None],
    }
    info: dict[str, Any] = {"beat_resolution": 24, "name": "A song"}
    for index, (roll, (name, program, is_drum)) in enumerate(zip(rolls, TRACKS, strict=True)):
        parts = sparse(roll).items()
        arrays |= {f"pianoroll_{index}_csc_{what}": part for what, part in parts}
        info[str(index)] = {"name": name, "program": program, "is_drum": is_drum}
    arrays |= members
    path.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(path, "w") as archive:
        for name, array in arrays.items():
            content = io.BytesIO()
            np.save(content, array, allow_pickle=True)
            archive.writestr(f"{name}.npy", content.getvalue())
        archive.writestr("info.json", json.dumps(info))
    return path


def rolls_of() -> list[np.ndarray]:
    drums, piano, bass = (np.zeros((384, 128), np.uint8) for _ in range(3))
    drums[::24, 36] = 100
    for start in range(0, 384, 48):
        piano[start : start + 36, (60, 64, 67)] = 80
        bass[start : start + 24, 36] = 70
        bass[start + 24 : start + 48, 43] = 90
    return [drums, piano, bass]


def test_pianorolls_become_notes(tmp_path: Path):
    path = write_lpd(tmp_path / "lpd_5_cleansed" / "A" / TRACK / f"{ONE}.npz", rolls_of())
    piece = lpd.pianorolls(path)
    assert [(t.name, t.program, t.is_drum, len(t.notes)) for t in piece.tracks] == [
        ("Drums", 0, True, 16), ("Piano", 0, False, 24), ("Bass", 33, False, 16),
    ]  # fmt: skip
    assert piece.tracks[2].notes[:2].tolist() == [(0, 24, 36, 70), (24, 24, 43, 90)]
    assert (piece.tempos, piece.metres) == ([Tempo(0, 96.0)], [Metre(0, 4, 4)])


def test_a_file_of_lpd_is_a_piece_with_roles(tmp_path: Path):
    write_lpd(tmp_path / TRACK / f"{ONE}.npz", rolls_of())
    (source,) = lpd.sources(tmp_path)
    piece = lpd.read(source)
    assert (source.id, piece.title) == (f"{TRACK}/{ONE}", "A song")
    assert {"drums", "bass"} < {t.role for t in piece.tracks}


def test_metres_follow_the_downbeats():
    steps = np.array([0, 96, 192, 264, 336, 396])
    assert lpd._metres(steps, 24) == [Metre(0), Metre(192, 3), Metre(336, 5, 8)]


@pytest.mark.parametrize(
    ("members", "said"),
    [
        ({"pianoroll_1_csc_indptr": np.zeros(3, "i4")}, "do not fit together"),
        ({"pianoroll_1_csc_indices": np.full(24 * 36, 2**30)}, "do not fit together"),
        ({"pianoroll_1_csc_data": np.array([None])}, "broken pianoroll file"),
        ({"tempo": np.array([None])}, "broken pianoroll file"),
    ],
    ids=["edges", "steps", "pickled", "pickled tempo"],
)
def test_a_broken_pianoroll_is_said_and_nothing_is_unpickled(
    tmp_path: Path, members: Any, said: str
):
    path = write_lpd(tmp_path / "a.npz", rolls_of(), **members)
    with pytest.raises(AntiphonError, match=said):
        lpd.read(Source("a", path, "train"))


def test_silence_and_another_archive_are_said(tmp_path: Path):
    path = write_lpd(tmp_path / "a.npz", [np.zeros((96, 128), np.uint8)] * 3)
    with pytest.raises(AntiphonError, match="holds no notes"):
        lpd.read(Source("a", path, "train"))
    np.savez(tmp_path / "b.npz", x=np.zeros(3))
    with pytest.raises(AntiphonError, match=r"no pianoroll file: it has no .*info\.json"):
        lpd.read(Source("b", tmp_path / "b.npz", "train"))


def test_reading_played_files_says_what_was_estimated(tmp_path: Path):
    piece, remarks = read_played(put(tmp_path / "a.mid"))
    assert (piece.n_bars, remarks) == (8, [])
