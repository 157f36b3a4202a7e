"""Songs that nobody learnt from, for benchmarks of what is done with given pieces."""

from __future__ import annotations

from dataclasses import replace
from itertools import groupby
from pathlib import Path

from antiphon.datasets import pop909
from antiphon.music.passage import bars_of
from antiphon.music.piece import Piece


def held_out(root: Path, split: str, n: int, *, min_bars: int = 32, most: int = 64) -> list[Piece]:
    """Return the first bars of the longest stretches in 4/4 of POP909's songs, from bar 0 on.

    Args:
        root: folder of POP909.
        split: ``"test"`` or ``"validation"``.
        n: how many at the most.
        min_bars: songs with a shorter stretch are left out.
        most: bars of each.
    """
    found: list[Piece] = []
    for source in (s for s in pop909.sources(root) if s.split == split):
        if len(found) == n:
            break
        song = pop909.read(source).on_grid()
        starts = song.bar_starts()
        metres = [str(song.metre_at(int(start))) for start in starts[:-1]]
        runs = [
            (metre, list(bars)) for metre, bars in groupby(range(len(metres)), metres.__getitem__)
        ]
        bars = max((bars for metre, bars in runs if metre == "4/4"), key=len, default=[])
        if len(bars) >= min_bars:
            found.append(replace(bars_of(song, bars[0], min(len(bars), most)), title=source.id))
    return found


def bare(piece: Piece) -> Piece:
    """Return a piece of which nothing is told but its notes, metre and tempo."""
    return replace(piece, keys=[], chords=[], sections=[])
