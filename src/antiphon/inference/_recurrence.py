"""What whole pieces repeat: of themselves (form) and of the training set (copying)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from antiphon.inference._nearness import mean
from antiphon.metrics import copying, structure
from antiphon.music.excerpt import onsets_of, part_notes, roll_of
from antiphon.music.piece import RESOLUTION, Piece

Report = dict[str, Any]
_MIN_BARS = 12  # shorter pieces have no form to speak of


def form(pieces: Sequence[Piece], parts: Sequence[str], seed: int = 0) -> dict[str, float]:
    """Return how whole pieces return and contrast, and the same with their bars shuffled.

    ``returning`` and ``contrasting`` need sections; ``block_best`` and ``block_typical`` do
    not (`structure.block_returns`). Means over pieces of at least 12 bars.
    """
    rows = [_form_of(p, parts, seed + i) for i, p in enumerate(pieces) if p.n_bars >= _MIN_BARS]
    keys = rows[0] if rows else ()
    return {key: mean([row[key] for row in rows]) for key in keys}


def _form_of(piece: Piece, parts: Sequence[str], seed: int) -> dict[str, float]:
    likeness = likeness_of(piece, parts)
    mixed = structure.shuffled(likeness, seed=seed)
    returning, contrasting = structure.section_likeness(likeness, piece.sections)
    best, typical = structure.block_returns(likeness)
    return {
        "returning": returning,
        "contrasting": contrasting,
        "returning_shuffled": structure.section_likeness(mixed, piece.sections)[0],
        "block_best": best,
        "block_typical": typical,
        "block_best_shuffled": structure.block_returns(mixed)[0],
    }


def likeness_of(piece: Piece, parts: Sequence[str]) -> structure.Matrix:
    """Self-similarity of a whole piece; bars of other lengths are read as if of the first's."""
    piece = piece.on_grid(RESOLUTION)
    starts = piece.bar_starts()
    bar_steps = int(np.diff(starts).max())
    n_bars, steps = len(starts) - 1, -(-bar_steps // (RESOLUTION // 4))
    rolls, onsets = [], []
    for role, notes in part_notes(piece, parts).items():
        if role == "drums" and len(parts) > 1:
            continue
        notes = notes.copy()
        bar = np.clip(np.searchsorted(starts, notes["onset"], side="right") - 1, 0, n_bars - 1)
        aligned = bar * steps * (RESOLUTION // 4)
        notes["onset"] = notes["onset"] - starts[bar] + aligned
        rolls.append(roll_of(notes, n_bars * steps))
        onsets.append(onsets_of(notes, n_bars * steps))
    return structure.self_similarity(rolls, onsets, steps)


def copied(
    generated: Sequence[Piece],
    real: Sequence[Piece],
    training: Sequence[Piece],
    parts: Sequence[str],
    *,
    n: int,
    seed: int = 0,
) -> Report:
    """Nearest neighbours of 4-bar segments in the training set: generated beside unheard real."""
    rng = np.random.default_rng(seed)
    known, learned = _segments(training, parts, hop=1)
    found: Report = {"training_segments": len(known), "bars": copying.BARS}
    for name, pieces in (("generated", generated), ("real", real)):
        asked, places = _segments(pieces, parts, hop=copying.BARS)
        drawn = rng.permutation(len(asked))[:n]
        near = copying.nearest(asked[drawn], known)
        found[name] = copying.summary(near.similarity) | {
            "segments": int(np.isfinite(near.similarity).sum())
        }
        if np.isfinite(near.similarity).any():
            worst = int(np.nanargmax(near.similarity))
            piece, bar = places[drawn[worst]]
            twin, twin_bar = learned[near.index[worst]]
            found[name]["nearest"] = {
                "piece": pieces[piece].title or f"{piece + 1}",
                "bar": int(bar) + 1,
                "training_piece": training[twin].title or f"{twin + 1}",
                "training_bar": int(twin_bar) + 1,
            }
    return found


def _segments(
    pieces: Sequence[Piece], parts: Sequence[str], *, hop: int
) -> tuple[copying.Words, NDArray[np.intp]]:
    """Every segment's onsets (N, M, 12), and its piece and first bar (N, 2)."""
    words, places = [], []
    for index, piece in enumerate(pieces):
        piece = piece.on_grid(RESOLUTION)
        bars = copying.pack_bars(part_notes(piece, parts), piece.bar_starts())
        joined = copying.join(bars, hop)
        words.append(joined)
        places.append(np.stack([np.full(len(joined), index), hop * np.arange(len(joined))], axis=1))
    return np.concatenate(words), np.concatenate(places)
