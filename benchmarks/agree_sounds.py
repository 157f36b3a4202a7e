"""Prepared sounds beside what other readers make of the same files, sample by sample.

    python benchmarks/agree_sounds.py nsynth data/nsynth
    python benchmarks/agree_sounds.py audio_notes data/audio_notes

The set is prepared into a temporary folder by `antiphon.datasets.prepare`. WAV is read again by
Python's own `wave`, FLAC by the decoder inside SDL_mixer (pygame); the table by `json` alone.
A note agrees where all 64,000 samples, pitch, velocity, family and source are equal. Prints how
many agree, and up to five that do not; what was left out is counted by reason.
"""

from __future__ import annotations

import argparse
import json
import os
import tempfile
import wave
from pathlib import Path
from typing import Any

import numpy as np

from antiphon import datasets
from antiphon.representations.sounds import LABEL


def samples_of(path: Path) -> np.ndarray:
    """Return the samples of a mono file of 16 bits at 16 kHz."""
    if path.suffix == ".wav":
        with wave.open(str(path)) as file:
            assert (file.getnchannels(), file.getsampwidth(), file.getframerate()) == (1, 2, 16000)
            return np.frombuffer(file.readframes(file.getnframes()), "<i2")
    import pygame

    return pygame.sndarray.array(pygame.mixer.Sound(str(path)))


def said_of(record: dict[str, Any]) -> tuple[int, int, int, int]:
    """Return pitch, velocity, and the table's own numbers of family and source."""
    fields = ("pitch", "velocity", "instrument_family", "instrument_source")
    pitch, velocity, family, source = (record[field] for field in fields)
    return pitch, velocity, family, source


def main() -> None:
    """Compare one data set."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("dataset", choices=("nsynth", "audio_notes"))
    arguments.add_argument("root", type=Path)
    asked = arguments.parse_args()
    if asked.dataset == "audio_notes":
        os.environ["SDL_AUDIODRIVER"] = "dummy"
        os.environ["PYGAME_HIDE_SUPPORT_PROMPT"] = "1"
        import pygame

        pygame.mixer.init(16000, -16, 1, allowedchanges=0)
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "out"
        report = datasets.prepare(asked.dataset, asked.root, out).report
        ours = np.load(out / "sounds.npy", mmap_mode="r")
        labels = np.load(out / "labels.npy")
        assert labels.dtype == LABEL
        places = {p["id"]: i for i, p in enumerate(json.loads((out / "pieces.json").read_bytes()))}
        n_found = n_agree = 0
        differ = []
        for table in sorted(asked.root.rglob("examples.json")):
            for name, record in json.loads(table.read_bytes()).items():
                n_found += 1
                if name not in places:
                    continue
                path = next((table.parent / "audio").glob(f"{name}.*"))
                row = places[name]
                told = tuple(int(labels[row][f]) for f in ("pitch", "velocity", "family", "source"))
                same = np.array_equal(samples_of(path), ours[row]) and told == said_of(record)
                n_agree += same
                if not same:
                    differ.append(name)
    print(f"{asked.dataset}: {n_found} notes, {len(places)} prepared, {n_agree} agree.")
    for one in report["recordings_left_out"]:
        print(f"  left out: {one['recordings']}, {one['reason']}")
    for name in differ[:5]:
        print(f"  differs: {name}")


if __name__ == "__main__":
    main()
