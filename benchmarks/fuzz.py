"""Reading broken files: seeds of a folder, mutated, through the readers with a time limit each.

    python benchmarks/fuzz.py data/openmsx data/nottingham --n 10000

Mutations: cut off, emptied, bits flipped, bytes put in, taken out or zeroed, and in MIDI files
chunk lengths that lie. A reading ends as read, refused (an `AntiphonError` of one sentence),
crashed (anything else), hung (over the limit) or silently empty (a piece without a note or a
chord; a sound without a frame, or of values that are no numbers). Recordings become seeds of
other kinds by `--also .ogg,.mp3`. Prints how often each; exits with 1 where a file crashed, hung or
came out empty, or a recording that was cut off was taken for a whole one.
Equal seeds give equal mutations.
"""

from __future__ import annotations

import argparse
import collections
import random
import resource
import signal
import sys
import tempfile
import time
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

import numpy as np
from numpy.typing import NDArray

from antiphon import formats
from antiphon.datasets import Source, guitarset, jazz_standards_chords, lpd, maps, musicnet
from antiphon.datasets._csv import rows_of
from antiphon.errors import AntiphonError
from antiphon.music.piece import Piece

MAX_SEED_BYTES = 200_000
SOUNDS = formats.SOUND_SUFFIXES
BAD = ("crashed", "hung", "silently empty", "silently short")


def mutated(content: bytes, rng: random.Random) -> tuple[str, bytes]:
    """Return the name of a mutation and what it makes of a file."""
    kinds = ["cut off", "emptied", "bits flipped", "bytes put in", "bytes taken out", "zeroed"]
    weights = [4, 0.2, 4, 2, 2, 1]
    if content[:4] == b"MThd":
        kinds, weights = [*kinds, "lengths that lie"], [*weights, 3]
    kind = rng.choices(kinds, weights)[0]
    data = bytearray(content)
    at = rng.randrange(len(data))
    if kind == "cut off":
        del data[at:]
    elif kind == "emptied":
        data.clear()
    elif kind == "bits flipped":
        for _ in range(rng.choice((1, 1, 4, 32))):
            data[rng.randrange(len(data))] ^= 1 << rng.randrange(8)
    elif kind == "bytes put in":
        data[at:at] = rng.randbytes(rng.choice((1, 2, 16)))
    elif kind == "bytes taken out":
        del data[at : at + rng.choice((1, 2, 16, 256))]
    elif kind == "zeroed":
        data[at : at + 16] = bytes(len(data[at : at + 16]))
    else:
        places = [i for i in range(len(data) - 8) if data[i : i + 4] in (b"MTrk", b"MThd")]
        at = rng.choice(places) + 4
        lie = rng.choice((0, 1, 5, 2**31, 2**32 - 1, len(data), rng.randrange(2**16)))
        data[at : at + 4] = lie.to_bytes(4, "big")
    return kind, bytes(data)


def opened(path: Path) -> Piece | NDArray[np.float32] | None:
    """Read a file by whichever reader takes its kind; None for tables, which are no pieces."""
    suffix = path.suffix.lower()
    source = Source(path.stem, path, "train")
    if suffix.lstrip(".") in SOUNDS:
        samples, _ = formats.read_sound(path)
        return samples
    if suffix == ".npz":
        return lpd.read(source)
    if suffix == ".json":
        return jazz_standards_chords.read(source)
    if suffix == ".txt":
        return maps.labelled(path)
    if suffix == ".jams":
        return guitarset.performance(source)
    if suffix == ".csv" and path.read_bytes()[:10] == b"start_time":
        return musicnet.performance(source)
    if suffix == ".csv":
        rows_of(path, (), "anybody")
        return None
    return formats.read(path)


@contextmanager
def limited(seconds: float) -> Iterator[None]:
    """Raise `TimeoutError` where what is inside takes longer."""

    def stop(signum: int, frame: FrameType | None) -> None:
        raise TimeoutError

    signal.signal(signal.SIGALRM, stop)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)


def outcome(path: Path, limit_s: float) -> tuple[str, str]:
    """Return how reading a file ends, and what is said of it."""
    try:
        with limited(limit_s):
            found = opened(path)
    except AntiphonError as error:
        said = str(error)
        is_sentence = said.endswith(".") and "\n" not in said and "Traceback" not in said
        return ("refused", said) if is_sentence else ("crashed", f"no sentence: {said!r}")
    except TimeoutError:
        return "hung", f"over {limit_s:g} s"
    except Exception:
        return "crashed", traceback.format_exc(limit=-3)
    if isinstance(found, Piece) and not found.n_notes and not found.chords:
        return "silently empty", ""
    if isinstance(found, np.ndarray) and not (found.size and np.isfinite(found).all()):
        return "silently empty", ""
    return "read", ""


def seeds_of(roots: list[Path], kinds: set[str]) -> list[Path]:
    """Return the files to mutate, small enough for many rounds."""
    found = [p for root in roots for p in sorted(root.rglob("*")) if p.suffix.lower() in kinds]
    return [p for p in found if p.is_file() and 0 < p.stat().st_size <= MAX_SEED_BYTES]


def encoded(seeds: list[Path], endings: list[str], folder: Path) -> list[Path]:
    """Write recordings in other kinds; return those small enough, with the seeds they are of."""
    written = []
    for number, seed in enumerate(seeds):
        samples, rate_hz = formats.read_sound(seed)
        for ending in endings:
            written.append(folder / f"{number}{ending}")
            formats.write_sound(samples, rate_hz, written[-1])
    return [*seeds, *(p for p in written if p.stat().st_size <= MAX_SEED_BYTES)]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("roots", type=Path, nargs="+", help="folders with files to mutate")
    parser.add_argument("--n", type=int, default=10_000, help="mutated files")
    parser.add_argument("--kinds", default=".mid,.midi", help="endings, e.g. .mxl,.abc,.npz")
    parser.add_argument("--limit", type=float, default=10.0, help="seconds of one reading")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--also", default="", help="kinds to write recordings in, e.g. .ogg,.mp3")
    asked = parser.parse_args()
    seeds = seeds_of(asked.roots, set(asked.kinds.split(",")))
    if not seeds:
        sys.exit(f"No file ending in {asked.kinds} lies there.")
    rng = random.Random(asked.seed)
    ends: collections.Counter[tuple[str, str]] = collections.Counter()
    shown: collections.Counter[str] = collections.Counter()
    slowest = 0.0
    with tempfile.TemporaryDirectory() as folder:
        if asked.also:
            (Path(folder) / "seeds").mkdir()
            seeds = encoded(seeds, asked.also.split(","), Path(folder) / "seeds")
        for number in range(asked.n):
            seed = rng.choice(seeds)
            kind, content = mutated(seed.read_bytes(), rng)
            path = Path(folder) / f"a{seed.suffix}"
            path.write_bytes(content)
            begin = time.process_time()
            end, said = outcome(path, asked.limit)
            if end == "read" and kind == "cut off" and seed.suffix.lstrip(".") in SOUNDS:
                end = "silently short"
            slowest = max(slowest, time.process_time() - begin)
            ends[end, kind] += 1
            if end in BAD and shown[said[-80:]] < 1:
                shown[said[-80:]] += 1
                print(f"{end}: number {number}, {seed}, {kind}\n{said}", flush=True)
    for end in ("read", "refused", *BAD):
        by_kind = {kind: n for (which, kind), n in sorted(ends.items()) if which == end}
        told = ", ".join(f"{kind} {n:,}" for kind, n in by_kind.items())
        print(f"{end}: {sum(by_kind.values()):,}" + (f" ({told})" if told else ""))
    peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{asked.n:,} of {len(seeds):,} seeds; slowest {slowest:.2f} s, peak {peak_mb:.0f} MB.")
    if any(ends[key] for key in ends if key[0] in BAD):
        sys.exit(1)


if __name__ == "__main__":
    main()
