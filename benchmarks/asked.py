"""Is what was asked for heard? Chord tones, key, tempo, metre, form, seeds.

    python benchmarks/asked.py

Composes pieces over a given progression in every metre's plan and prints, beside the share that
a wrong progression (moved by a tritone) would get, how long Chords and Bass sound chord tones.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from antiphon.formats.mid import to_bytes
from antiphon.inference.compose import compose
from antiphon.metrics.harmony import chord_tone_share
from antiphon.music.keys import Key
from antiphon.music.piece import ChordSpan, Piece, Track
from antiphon.music.plan import METRES, Plan


def shares(piece: Piece, role: str) -> tuple[float, float]:
    """Return the chord-tone share of a part, and over chords a tritone away."""
    track: Track = next(t for t in piece.tracks if t.role == role)
    moved = [
        ChordSpan(c.onset, c.duration, c.chord.transposed(6) if c.chord else None)
        for c in piece.chords
    ]
    return chord_tone_share(track.notes, piece.chords), chord_tone_share(track.notes, moved)


def main() -> None:
    plan = Plan(
        bars=16, key="D", tempo=101.0, form="AABA", chords="D | Bm7 A/C# | G | Em7 A7", seed=5
    )
    for metre in METRES:
        found = compose(replace(plan, metre=metre), count=6)
        for role in ("chords", "bass"):
            real, wrong = np.nanmean([shares(c.piece, role) for c in found], axis=0)
            print(f"{metre:>5} {role:<6} chord tones {real:.3f} (wrong chords {wrong:.3f})")
        piece = found[0].piece
        exact = (
            piece.keys[0].key == Key(2)
            and str(piece.metres[0]) == metre
            and [s.label for s in piece.sections] == list("AABA")
            and piece.n_bars == 16
        )
        print(f"{metre:>5} key, metre, form and length as asked: {exact}")
    again, other = compose(plan)[0], compose(replace(plan, seed=6))[0]
    first = compose(plan)[0]
    print("same seed, same bytes:", to_bytes(first.piece) == to_bytes(again.piece))
    print("other seed, other music:", to_bytes(first.piece) != to_bytes(other.piece))


if __name__ == "__main__":
    main()
