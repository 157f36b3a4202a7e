"""What several rooms test with: small songs, a prepared set of them, and untrained weights."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest

from antiphon.music.chords import Chord
from antiphon.music.keys import Key
from antiphon.music.piece import ChordSpan, KeyMark, Piece, Section, Tempo, Track, notes_of
from antiphon.representations.sounds import LABEL

if TYPE_CHECKING:
    from antiphon.models._ensemble import Ensemble
    from antiphon.models.scribe import Scribe

BEAT, BAR = 24, 96
LOOP = ((0, ""), (9, "m"), (5, ""), (7, ""))  # C, A minor, F, G above the tonic


def made_song(seed: int = 0, n_bars: int = 16, tonic: int = 0) -> Piece:
    """Return a song in 4/4 for five parts, in two halves A and B; `seed` changes its tune."""
    rng = np.random.default_rng(seed)
    rows: dict[str, list[tuple[int, int, int, int]]] = {
        role: [] for role in ("melody", "counter", "chords", "bass", "drums")
    }
    spans = []
    for bar in range(n_bars):
        at = bar * BAR
        root, quality = LOOP[bar % 4]
        chord = Chord((root + tonic) % 12, quality)
        tones = sorted(chord.pitch_classes)
        spans.append(ChordSpan(at, BAR, chord))
        for beat in range(4):
            here = at + beat * BEAT
            loud = 70 + int(rng.integers(40))
            rows["melody"].append((here, 20, 60 + tones[rng.integers(3)], loud))
            rows["bass"].append((here, BEAT, 36 + chord.root, 70 + bar % 20))
            rows["drums"].append((here, 6, 38 if beat % 2 else 36, 60 + int(rng.integers(60))))
            rows["drums"].append((here + 12, 6, 42, 50))
        rows["counter"].append((at + 48, 40, 72 + tones[rng.integers(3)], 60))
        rows["chords"] += [(at, BAR, 48 + tone, 64) for tone in tones]
    half = n_bars // 2
    return Piece(
        [
            Track(role.title(), is_drum=role == "drums", notes=notes_of(notes), role=role)
            for role, notes in rows.items()
        ],
        tempos=[Tempo(0, 90.0 + 10 * (seed % 4))],
        keys=[KeyMark(0, Key(tonic))],
        chords=spans,
        sections=[Section(0, half, "A"), Section(half, n_bars - half, "B")],
        title=f"song {seed}",
    )


def prepared_set(folder: Path, *, ship: bool = True) -> Path:
    """Write six songs for training and two held out as `data prepare` lays them down."""
    from antiphon.representations.bars import encode

    folder.mkdir(parents=True, exist_ok=True)
    all_bars, all_notes, pieces = [], [], []
    n_notes = 0
    for index in range(8):
        bars, notes, _ = encode(made_song(index, tonic=(0, 2, 7)[index % 3]))
        bars["piece"] = index
        bars["note_start"] += n_notes
        n_notes += len(notes)
        all_bars.append(bars)
        all_notes.append(notes)
        split = "train" if index < 6 else "validation"
        pieces.append({"id": f"song {index}", "split": split, "ship": ship})
    np.save(folder / "bars.npy", np.concatenate(all_bars))
    np.save(folder / "notes.npy", np.concatenate(all_notes))
    (folder / "pieces.json").write_text(json.dumps(pieces))
    return folder


@pytest.fixture(scope="session")
def song() -> Callable[..., Piece]:
    """A function that makes songs: ``song(seed, n_bars, tonic)``."""
    return made_song


@pytest.fixture
def full_disk() -> Callable[[], AbstractContextManager[None]]:
    """A function for `with`: no file can grow beyond 4096 bytes meanwhile."""
    resource = pytest.importorskip("resource")

    @contextmanager
    def full() -> Iterator[None]:
        before = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, (4096, before[1]))
        try:
            yield
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, before)

    return full


@pytest.fixture(scope="session")
def untrained_scribe() -> Callable[..., Scribe]:
    """A function that makes small scribes: ``untrained_scribe(seed, sight=2)``."""
    return made_scribe


@pytest.fixture(scope="session")
def tiny_prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a small prepared set that may be shipped."""
    return prepared_set(tmp_path_factory.mktemp("prepared"))


@pytest.fixture(scope="session")
def tiny_weights(tmp_path_factory: pytest.TempPathFactory, tiny_prepared: Path) -> Path:
    """A folder with untrained weights named ``pop`` and ``drums``."""
    from antiphon.models._ensemble import write_ensemble

    folder = tmp_path_factory.mktemp("weights")
    write_ensemble(_untrained_pop(tiny_prepared), folder / "pop")
    write_ensemble(_untrained_drums(), folder / "drums")
    return folder


@pytest.fixture
def tiny_ensemble(tiny_weights: Path, monkeypatch: pytest.MonkeyPatch) -> Ensemble:
    """Untrained weights of a style, which composing finds as ``pop``."""
    from antiphon import models

    monkeypatch.setattr(models, "_WEIGHTS", tiny_weights)
    return models.load("pop")


def _networks(seed: int, n_parts: int, n_pitches: int, **choir_sizes: int):  # type: ignore[no-untyped-def]
    """Return a coder whose bars are thinly filled, and a generator that hears its conditions."""
    import torch

    from antiphon.models import choir
    from antiphon.models._coder import Coder, CoderConfig

    torch.manual_seed(seed)
    sizes = (6,) * n_parts
    coder = Coder(
        CoderConfig(
            latent_sizes=sizes,
            one_voice=(True, False, False, True)[:n_parts] if n_parts > 1 else (False,),
            n_pitches=n_pitches,
            slot_width=8,
            hidden=16,
            head=16,
        )
    )
    for part in coder.parts:
        torch.nn.init.normal_(part.to_cells.weight, std=1.5)
        torch.nn.init.normal_(part.from_hidden.weight, std=0.5)
        with torch.no_grad():
            part.to_cells.bias[:n_pitches] = -2.5 if n_parts > 1 else 0.0
            part.to_cells.bias[-1] = 1.0
    generator = _generator(choir.Config(latent_sizes=sizes, n_bars=8, **SMALL, **choir_sizes))
    return coder, generator


SMALL = {
    "width": 16,
    "n_blocks": 1,
    "n_heads": 2,
    "discriminator_width": 16,
    "discriminator_blocks": 1,
    "noise_size": 4,
    "n_steps": 3,
}


def _generator(config):  # type: ignore[no-untyped-def]
    import torch

    from antiphon.models.choir import Generator

    generator = Generator(config)
    torch.nn.init.normal_(generator.leave.weight, std=0.3)
    return generator.eval().requires_grad_(False)


def _untrained_pop(prepared: Path) -> Ensemble:
    import torch

    from antiphon.models import choir, progression
    from antiphon.models._ensemble import Ensemble
    from antiphon.representations.outline import CHORDS_SIZE, FORM_SIZE, OUTLINE_CONDITION_SIZE
    from antiphon.representations.prepared import load
    from antiphon.training._style_tables import song_tables

    coder, generator = _networks(1, n_parts=4, n_pitches=72)
    planner = _generator(
        choir.Config(
            latent_sizes=(FORM_SIZE, CHORDS_SIZE),
            n_bars=16,
            condition_size=OUTLINE_CONDITION_SIZE,
            n_controls=0,
            normed=False,
            **SMALL,
        )
    )
    data = load(prepared, "train")
    scale = torch.zeros(FORM_SIZE + CHORDS_SIZE), torch.ones(FORM_SIZE + CHORDS_SIZE)
    tables = song_tables(data, scale)
    n_chords = len(tables["vocabulary"])
    return Ensemble(
        "pop",
        {"style": "pop", "licence": "none: not for use", "data": "made up", "citation": "none"},
        coder=coder,
        generator=generator,
        planner=planner,
        progression=progression.Progression(
            progression.Config(n_chords=n_chords, width=16, hidden=16)
        ),
        scribe=made_scribe(level=0.75),
        discriminator=choir.Discriminator(generator.config),
        tables=tables,
        songs=[piece["id"] for piece in data.pieces],
    )


def made_scribe(seed: int = 4, **sizes: object) -> Scribe:
    """Return an untrained scribe that writes about ten notes in a bar of 4/4.

    Each cell is a little less likely than the one before, so that the next note is about ten
    cells away (of 96 in a bar), and the end of a bar comes when few are left.
    """
    import torch

    from antiphon.models import scribe
    from antiphon.representations.score import N_CELLS

    torch.manual_seed(seed)
    built = scribe.build(scribe.Config(**{**SMALL_SCRIBE, **sizes}))
    with torch.no_grad():
        built.to_cell[-1].bias.copy_(-0.1 * torch.arange(N_CELLS + 1))
    return built.eval().requires_grad_(False)


SMALL_SCRIBE = {
    "latent_sizes": (6, 6, 6, 6),
    "bar_width": 16,
    "n_blocks": 1,
    "n_heads": 2,
    "step_width": 16,
    "hidden": 16,
    "pitch_width": 16,
    "length_width": 16,
}


def _untrained_drums() -> Ensemble:
    import torch

    from antiphon.models._ensemble import Ensemble
    from antiphon.representations.drums import DRUM_CONDITION_SIZE, N_DRUMS

    coder, generator = _networks(
        2, n_parts=1, n_pitches=N_DRUMS, condition_size=DRUM_CONDITION_SIZE, n_controls=0
    )
    tables = {"energy": torch.linspace(0.1, 1.0, 11)}
    about = {"style": "drums", "licence": "none: not for use"}
    return Ensemble("drums", about, coder=coder, generator=generator, tables=tables)


@pytest.fixture
def tiny_sounds(tmp_path: Path) -> Path:
    """A prepared set of six sounds of a second at 8 kHz: sines of pitch 57 on, amplitudes ½ and ¼.

    The last one is for validation; the first is followed by silence.
    """
    folder = tmp_path / "sounds"
    folder.mkdir()
    labels = np.zeros(6, LABEL)
    labels["pitch"] = np.arange(57, 63)
    hz = 440 * 2 ** ((labels["pitch"][:, None].astype(float) - 69) / 12)
    samples = np.sin(2 * np.pi * hz * np.arange(8000) / 8000) * np.tile([0.5, 0.25], 3)[:, None]
    samples[0, 4000:] = 0
    np.save(folder / "sounds.npy", (samples * 32767).astype(np.int16))
    np.save(folder / "labels.npy", labels)
    pieces = [{"id": str(i), "split": "train" if i < 5 else "validation"} for i in range(6)]
    (folder / "pieces.json").write_text(json.dumps(pieces))
    (folder / "manifest.json").write_text('{"sample_rate_hz": 8000}')
    return folder
