"""Casting a given piece: which role each of its notes plays, its own tracks staying as they are."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from antiphon.music._ensemble import monophony_of, named_role
from antiphon.music.instruments import ROLES
from antiphon.music.piece import Notes, Piece, Track
from antiphon.music.roles import assign_roles, merge

ROLE_NAMES = tuple(ROLES)
NO_ROLE = -1
_LOW_LINE = 48  # MIDI pitch (C3) under which a line that is alone is a bass, not a tune
_ALONE = 0.9  # share of lone onsets from which on a part is a single line


def cast(piece: Piece) -> tuple[Piece, list[NDArray[np.int8]]]:
    """Return the piece as the ensemble would play it, and the role of every note of its tracks.

    Roles are found as `roles.assign_roles` does, but that a low line that is alone is a bass.

    Args:
        piece: with at least one note.

    Returns:
        The piece with at most one track a role, and for each track of `piece` the index into
        `ROLE_NAMES` of each of its notes, `NO_ROLE` for what no role plays.
    """
    pitched = [t for t in piece.tracks if len(t.notes) and not t.is_drum]
    hinted = piece
    if len(pitched) == 1 and _is_low_line(pitched[0]):
        tracks = [replace(t, role="bass") if t is pitched[0] else t for t in piece.tracks]
        hinted = replace(piece, tracks=tracks)
    found = assign_roles(hinted)
    names = {t.role: np.sort(_names(t.notes)) for t in found.tracks}
    return found, [_roles_in(track, names) for track in piece.tracks]


def main_role(roles: NDArray[np.int8]) -> str:
    """Return the role that most notes of a track play, "" where none plays any."""
    played = Counter(roles[roles != NO_ROLE].tolist())
    return ROLE_NAMES[played.most_common(1)[0][0]] if played else ""


def without_line(
    heard: Piece, roles: list[NDArray[np.int8]], role: str
) -> tuple[Piece, list[NDArray[np.int8]]]:
    """Give a part that is but a line of other parts' tracks back to them, as a piano's bass.

    Args:
        heard, roles: as `cast` returns them.
        role: the part; where a track of its own plays it, nothing is changed.
    """
    index = ROLE_NAMES.index(role)
    mains = [main_role(r) for r in roles]
    owner = next((m for m, r in zip(mains, roles, strict=True) if (r == index).any()), role)
    parts = {track.role: track for track in heard.tracks}
    if role in mains or role not in parts or owner not in parts:
        return heard, roles
    parts[owner] = merge([parts[owner], parts.pop(role)], owner)
    back = ROLE_NAMES.index(owner)
    return (
        replace(heard, tracks=list(parts.values())),
        [np.where(r == index, back, r).astype(np.int8) for r in roles],
    )


def _is_low_line(track: Track) -> bool:
    said = track.role or named_role(track)
    low = float(np.median(track.notes["pitch"])) < _LOW_LINE
    return not said and low and monophony_of(track.notes) > _ALONE


def _roles_in(track: Track, names: dict[str, NDArray[np.int64]]) -> NDArray[np.int8]:
    """Return the role of each note; where several have it, the one that has most of the track."""
    roles = np.full(len(track.notes), NO_ROLE, np.int8)
    mine = _names(track.notes)
    has = {
        role: np.isin(mine, theirs)
        for role, theirs in names.items()
        if (role == "drums") == (track.is_drum or named_role(track) == "drums")
    }
    for role in sorted(has, key=lambda role: int(has[role].sum())):
        roles[has[role]] = ROLE_NAMES.index(role)
    return roles


def _names(notes: Notes) -> NDArray[np.int64]:
    """Return a number for each note that tells onset and pitch."""
    found: NDArray[np.int64] = notes["onset"].astype(np.int64) * 128 + notes["pitch"]
    return found
