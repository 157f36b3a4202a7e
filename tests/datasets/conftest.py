"""Small songs in the layouts data sets have on disk."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from antiphon.formats import mid
from antiphon.music.piece import Metre, Piece, Tempo, Track, notes_of

BEAT = 24
BAR = 4 * BEAT
ROOTS = (48, 45, 41, 43)  # C, A, F, G


def band(n_bars: int = 8, shift: int = 0, seed: int = 0) -> Piece:
    """Return a song for flute, guitar, bass and drums; `seed` changes its tune."""
    rng = np.random.default_rng(seed)
    tune, chords, bass, drums = [], [], [], []
    for bar in range(n_bars):
        at, root = bar * BAR, ROOTS[bar % 4] + shift
        third = 3 if ROOTS[bar % 4] == 45 else 4
        chords += [(at, BAR, root + 12 + step, 70) for step in (0, third, 7)]
        for beat in range(4):
            pitch = root + 24 + int(rng.choice([0, third, 7]))
            tune.append((at + beat * BEAT, BEAT, pitch, 90))
            bass.append((at + beat * BEAT, BEAT, root - 12, 80))
            drums.append((at + beat * BEAT, 6, 38 if beat % 2 else 36, 100))
    return Piece(
        [
            Track("Flute", 73, notes=notes_of(tune)),
            Track("Guitar", 26, notes=notes_of(chords)),
            Track("Bass", 33, notes=notes_of(bass)),
            Track("Kit", 0, is_drum=True, notes=notes_of(drums)),
        ],
        tempos=[Tempo(0, 96.0)],
        metres=[Metre(0)],
    )


@pytest.fixture
def own_folder(tmp_path: Path) -> Path:
    """Five songs in two folders, one of them twice, and one file that is no MIDI."""
    root = tmp_path / "mine"
    (root / "more").mkdir(parents=True)
    for index in range(5):
        folder = root / "more" if index % 2 else root
        mid.write(band(seed=index, shift=index), folder / f"song{index}.mid")
    (root / "zz copy.mid").write_bytes((root / "song0.mid").read_bytes())
    (root / "broken.mid").write_bytes(b"no music in here")
    return root


def write_pop909(root: Path, song: str) -> None:
    """Write a song as POP909 has it: 120 a minute, all notes a tenth of a second late."""
    folder = root / "POP909" / song
    folder.mkdir(parents=True)
    piece = band(8)
    for track, name in zip(piece.tracks, ("MELODY", "BRIDGE", "PIANO"), strict=False):
        track.name = name
        track.notes["onset"] += 5  # steps; 24 are half a second
    piece.tracks, piece.tempos = piece.tracks[:3], [Tempo(0, 120.0)]
    mid.write(piece, folder / f"{song}.mid")
    late = 5 / 48
    beats = [f"{late + i / 2} {i % 2}.0 {float(i % 4 == 0)}" for i in range(36)]
    chords = [
        f"{late + 2 * i}\t{late + 2 * i + 2}\t{('C:maj', 'A:min7', 'F:maj', 'G:7')[i % 4]}"
        for i in range(8)
    ]
    (folder / "beat_midi.txt").write_text("\n".join(beats) + "\n")
    (folder / "chord_midi.txt").write_text("\n".join(chords) + "\n")
    (folder / "key_audio.txt").write_text("0.1\t16.1\tC:maj\n")


@pytest.fixture
def pop_folder(tmp_path: Path) -> Callable[[str], Path]:
    """Write a song of POP909; return the folder."""

    def write(song: str) -> Path:
        write_pop909(tmp_path, song)
        return tmp_path

    return write
