"""What no file may exceed."""

from __future__ import annotations

from pathlib import Path

from antiphon.errors import AntiphonError
from antiphon.formats._files import MAX_HOURS, MAX_NOTES
from antiphon.music.piece import Piece


def check_count(n_notes: int, path: Path) -> None:
    """Raise `AntiphonError` when a file holds more notes than are read."""
    if n_notes > MAX_NOTES:
        raise AntiphonError(
            f"{path} holds {n_notes:,} notes; pieces of up to {MAX_NOTES:,} notes are read."
        )


def check_length(piece: Piece, path: Path, end: int = 0) -> None:
    """Raise `AntiphonError` when a piece lasts longer than is read.

    Args:
        piece: needs its tempos and notes only; its bars are not counted.
        path: where it is from.
        end: its last step, where that lies after the last note.
    """
    end = max(end, piece.end)
    slowest = min((tempo.bpm for tempo in piece.tempos), default=120.0)
    if end / (piece.resolution * slowest * 60) <= MAX_HOURS:
        return
    hours = float(piece.seconds([end])[0]) / 3600
    if not hours <= MAX_HOURS:
        raise AntiphonError(
            f"{path} lasts {hours:,.1f} hours; pieces of up to {MAX_HOURS} hours are read."
        )
