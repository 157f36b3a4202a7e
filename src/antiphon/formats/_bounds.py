"""What no file may exceed, and mending every reader does alike."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from antiphon.errors import AntiphonError
from antiphon.formats._files import MAX_HOURS, MAX_NOTES
from antiphon.music.piece import Notes, Piece


def check_count(n_notes: int, path: Path) -> None:
    """Raise `AntiphonError` when a file holds more notes than are read."""
    if n_notes > MAX_NOTES:
        raise AntiphonError(
            f"{path} holds {n_notes:,} notes; pieces of up to {MAX_NOTES:,} notes are read."
        )


def check_length(piece: Piece, path: Path) -> Piece:
    """Return the piece, or raise `AntiphonError` when it lasts longer than is read."""
    hours = float(piece.seconds([piece.end])[0]) / 3600
    if not hours <= MAX_HOURS:
        raise AntiphonError(
            f"{path} lasts {hours:,.1f} hours; pieces of up to {MAX_HOURS} hours are read."
        )
    return piece


def without_doubles(notes: Notes) -> Notes:
    """Return sorted notes where of several with equal onset and pitch the longest stays."""
    place = notes["onset"].astype(np.int64) << 8 | notes["pitch"]
    longest_first = np.argsort(-notes["duration"], kind="stable")
    order = longest_first[np.argsort(place[longest_first], kind="stable")]
    place = place[order]
    return notes[order[np.diff(place, prepend=-1) != 0]]
