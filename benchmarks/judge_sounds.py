"""How near the sounds of a trained GAN are to recorded ones, beside real ones among themselves.

    python benchmarks/judge_sounds.py runs/dcgan-sounds data/prepared/audio_notes --page out/sounds

Held-out notes (validation and test) are drawn into two halves: the first is compared with, the
second is the floor, and for as many notes of the same pitches the network is asked. Beside:
the second half through the picture and its inverse, training notes, and noise of the same levels.
Fréchet distance: of mean and deviation over time of the levels of 16 bands, in standard deviations
of the first half. Pitch: share within half a semitone of what was asked, by pYIN, and that within
octaves; share that has a pitch at all. Nearest: distance of a picture to the nearest of the
training split, levels, root of the mean square in dB: 0 would be a copy.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image

from antiphon import formats, models
from antiphon.inference.generate import told_segments
from antiphon.metrics.frechet import frechet_distance, standardise
from antiphon.models._gan import Drawer, read_drawer
from antiphon.representations import mel
from antiphon.representations.sounds import Sounds, load_sounds
from antiphon.representations.spectrogram_view import SpectrogramView, picture
from antiphon.sound.hearing import pitch

N_BANDS = 16
Array = NDArray[np.float32]


def features(samples: Array, view: SpectrogramView) -> NDArray[np.float64]:
    """Return (B, 32): mean and deviation over time of the levels of each band."""
    levels = mel.encode_level(torch.from_numpy(samples), view.config, N_BANDS)[:, 0]
    return torch.cat([levels.mean(dim=2), levels.std(dim=2)], dim=1).double().numpy()


def made(drawer: Drawer, pitches: NDArray[np.int64], seed: int) -> Array:
    """Return pictures (B, C, F, T) of these pitches."""
    drawn = [
        next(told_segments(drawer, 1, seed + i, pitch=int(p)))[0]
        for i, p in enumerate(pitches.tolist())
    ]
    return np.concatenate(drawn)


def heard(samples: Array, pitches: NDArray[np.int64], rate_hz: int) -> tuple[float, float, float]:
    """Return the shares with the right pitch, with it in any octave, and with a pitch at all."""
    found = np.array([pitch(sound, rate_hz) for sound in samples])
    away = found - pitches
    octave = np.abs(away - 12 * np.round(away / 12))
    return tuple(  # type: ignore[return-value]
        float(np.mean(x)) for x in (np.abs(away) < 0.5, octave < 0.5, np.isfinite(found))
    )


def nearest_db(pictures: Array, training: Array, view: SpectrogramView) -> float:
    """Return the median distance in dB to the nearest training picture."""
    span = view.top_db - view.bottom_db
    flat, known = (torch.from_numpy(x[:, 0].reshape(len(x), -1)) for x in (pictures, training))
    return float(torch.cdist(flat, known).amin(dim=1).median() * span / flat.shape[1] ** 0.5)


def held_out(folder: Path) -> tuple[Sounds, NDArray[np.int64], list[Sounds]]:
    """Return the training split, and the pitches and sounds of the other two."""
    train = load_sounds(folder, "train")
    rest = [load_sounds(folder, split) for split in ("validation", "test")]
    return train, np.concatenate([s.labels["pitch"] for s in rest]).astype(np.int64), rest


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("model", help="run folder, or weights")
    parser.add_argument("prepared", type=Path)
    parser.add_argument("--n", type=int, default=80, help="notes a side")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--page", type=Path, help="folder for pictures and sounds side by side")
    asked = parser.parse_args()
    torch.set_num_threads(1)
    drawer = read_drawer(models.folder_of(asked.model))
    view = drawer.view
    assert isinstance(view, SpectrogramView)
    train, pitches, rest = held_out(asked.prepared)
    sounds = np.concatenate([s.take(np.arange(len(s.rows))) for s in rest])[:, : view.n_samples]
    order = np.random.default_rng(asked.seed).permutation(len(sounds))
    n = min(asked.n, len(sounds) // 2)
    first, second = order[:n], order[n : 2 * n]
    some = np.random.default_rng(asked.seed).permutation(len(train.rows))[:n]
    shown = view.pictures(sounds[second])
    fake = made(drawer, pitches[second], asked.seed)
    rng = np.random.default_rng(asked.seed)
    noise = rng.standard_normal(sounds[second].shape, dtype=np.float32)
    loud = sounds[second].std(axis=1, keepdims=True)
    sides = {
        "real, the other half": (sounds[second], pitches[second], shown),
        "real, seen and heard again": (view.sounds(shown), pitches[second], shown),
        "generated": (view.sounds(fake), pitches[second], fake),
        "training notes": (
            train.take(some)[:, : view.n_samples],
            train.labels["pitch"][some].astype(np.int64),
            None,
        ),
        "noise as loud": (noise * loud, pitches[second], None),
    }
    known = view.pictures(train.take(np.arange(len(train.rows))))
    reference = features(sounds[first], view)
    print(f"{n} notes a side, {view.n_samples / view.sample_rate_hz:g} s, seed {asked.seed}")
    print(f"{'':28}{'FD':>8}{'pitch':>8}{'octaves':>9}{'voiced':>8}{'nearest dB':>12}")
    for name, (samples, told, pictures) in sides.items():
        real, ours = standardise(reference, features(samples, view))
        shares = heard(samples, told, view.sample_rate_hz)
        near = f"{nearest_db(pictures, known, view):12.1f}" if pictures is not None else ""
        print(
            f"{name:28}{frechet_distance(ours, real):8.2f}"
            f"{shares[0]:8.2f}{shares[1]:9.2f}{shares[2]:8.2f}{near}",
            flush=True,
        )
    if asked.page:
        for name, pictures, samples in (
            ("real", shown, sounds[second]),
            ("generated", fake, view.sounds(fake)),
        ):
            for row in range(8):
                path = asked.page / f"{row + 1}-{name}.wav"
                formats.write_sound(samples[row], view.sample_rate_hz, path)
            Image.fromarray(picture(pictures[:8])).save(asked.page / f"{name}.png")


if __name__ == "__main__":
    main()
