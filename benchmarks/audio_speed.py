"""How fast sound becomes spectra, and how near their inverses come.

    python benchmarks/audio_speed.py FOLDER

FOLDER holds recordings; up to `--n` of them, evenly chosen, the first 4 s of each at 16 kHz. One
thread. Speed is seconds of sound in a second of processor time, there the best of three rounds,
back one; SNR in dB as least and median over the recordings; spectral convergence (the size of the
spectrum's error beside the spectrum's) as median and most. Hearing is librosa's; with
`NUMBA_CACHE_DIR` at an empty folder its first call compiles.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from pathlib import Path

import torch
from torch import Tensor

from antiphon import formats
from antiphon.representations import cqt, mel, spectra
from antiphon.sound import Chain, resample
from antiphon.sound.hearing import hear

CONFIG = spectra.Config()
CHAINS = {
    "equalizer": Chain().equalizer(),
    "compressor": Chain().compressor(),
    "chorus": Chain().chorus(),
    "phaser": Chain().phaser(),
    "reverb": Chain().reverb(),
    "pitch": Chain().pitch(2),
    "loudness": Chain().loudness(),
}
SUFFIXES = {".wav", ".flac", ".ogg", ".mp3"}


def recordings(folder: Path, n: int) -> Tensor:
    """Return (n, 64000): mono, the beginning of each."""
    paths = sorted(p for p in folder.rglob("*") if p.suffix.lower() in SUFFIXES)
    if not paths:
        raise SystemExit(f"No recordings in {folder}.")
    sounds = torch.zeros(min(n, len(paths)), CONFIG.n_samples)
    for row, index in enumerate(torch.linspace(0, len(paths) - 1, len(sounds)).long()):
        samples, rate = formats.read_sound(paths[int(index)])
        mono = resample(samples.mean(axis=0), rate, CONFIG.sample_rate_hz)[: CONFIG.n_samples]
        sounds[row, : len(mono)] = torch.from_numpy(mono)
    return sounds[sounds.abs().amax(dim=1) > 0]


def speed(work: Callable[[], Tensor], sounds: Tensor, rounds: int = 3) -> tuple[Tensor, float]:
    """Return what the work gives, and seconds of sound in a second."""
    seconds = sounds.numel() / CONFIG.sample_rate_hz
    best = 0.0
    for _ in range(rounds):
        begin = time.process_time()
        result = work()
        best = max(best, seconds / (time.process_time() - begin))
    return result, best


def snr(sounds: Tensor, rebuilt: Tensor) -> str:
    error = (sounds - rebuilt).double().square().sum(dim=1).clamp_min(1e-30)
    db = 10 * torch.log10(sounds.double().square().sum(dim=1) / error)
    return f"{float(db.min()):.1f} / {float(db.median()):.1f}"


def convergence(sounds: Tensor, rebuilt: Tensor) -> str:
    real, ours = (spectra.stft(x, CONFIG).abs().flatten(1) for x in (sounds, rebuilt))
    share = (real - ours).norm(dim=1) / real.norm(dim=1)
    return f"{float(share.median()):.3f} / {float(share.max()):.3f}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--n", type=int, default=48)
    asked = parser.parse_args()
    torch.set_num_threads(1)
    x = recordings(asked.folder, asked.n)
    c, q = CONFIG, cqt.Config()
    pairs: list[tuple[str, Callable[[Tensor], Tensor], Callable[[Tensor], Tensor]]] = [
        ("STFT", lambda s: spectra.stft(s, c), lambda p: spectra.istft(p, c)),
        ("level + IF", lambda s: spectra.encode(s, c), lambda p: spectra.decode(p, c)),
        ("mel level + IF, 1024", lambda s: mel.encode(s, c), lambda p: mel.decode(p, c)),
        *(
            (
                f"mel level, {m}",
                lambda s, m=m: mel.encode_level(s, c, m),
                lambda p: mel.decode_level(p, c),
            )
            for m in (64, 128, 256)
        ),
        ("constant Q", lambda s: cqt.encode(s, q), lambda p: cqt.decode(p, q)),
    ]
    print(f"{len(x)} recordings of {c.n_samples / c.sample_rate_hz:g} s, one thread.")
    print(f"{'':22}{'× real time':>12}{'inverse':>9}{'SNR dB':>16}{'convergence':>16}")
    for name, encode, decode in pairs:
        picture, there = speed(lambda e=encode: e(x), x)
        rebuilt, back = speed(lambda d=decode, p=picture: d(p), x, rounds=1)
        print(
            f"{name:22}{there:12.0f}{back:9.0f}{snr(x, rebuilt):>16}{convergence(x, rebuilt):>16}"
        )
    both = speed(lambda: (spectra.encode(x, c), mel.encode_level(x, c))[1], x)[1]
    print(f"level + IF and mel together: {both:.0f} × real time.")
    for call in ("first", "second"):
        begin = time.process_time()
        hear(x[0].numpy(), c.sample_rate_hz)
        print(f"hearing, {call} call: {time.process_time() - begin:.1f} s for 4 s of sound")
    sound = x.flatten().numpy()
    for name, chain in sorted(CHAINS.items()):
        fastest = speed(lambda e=chain: torch.from_numpy(e(sound, c.sample_rate_hz)), x, rounds=2)[
            1
        ]
        print(f"{name:22}{fastest:12.0f} × real time")


if __name__ == "__main__":
    main()
