"""Selecting: bars and tracks of a given piece as people write them, and the order they make."""

from __future__ import annotations

import re

import numpy as np
from numpy.typing import NDArray

from antiphon.errors import AntiphonError, unknown
from antiphon.inference._given import Given
from antiphon.inference._rewriting import Order
from antiphon.music.casting import NO_ROLE
from antiphon.music.instruments import GM_NAMES, ROLES
from antiphon.music.piece import Track
from antiphon.representations.bars import PARTS


def selected_bars(text: str, n_bars: int) -> NDArray[np.bool_]:
    """Return (N,) which bars are named in ``9-12`` or ``4,9-12``, the first being 1.

    Raises:
        AntiphonError: it is no range of bars, or the piece has no such bars.
    """
    chosen = np.zeros(n_bars, bool)
    for word in text.replace(" ", "").split(","):
        match = re.fullmatch(r"(\d+)(?:[-–](\d+))?", word)
        if not match:
            raise AntiphonError(f"{text!r} names no bars: write e.g. 9-12, or 4,9-12.")
        first, last = int(match[1]), int(match[2] or match[1])
        if not 1 <= first <= last <= n_bars:
            raise AntiphonError(
                f"There are no bars {word}: the piece has bars 1 to {n_bars}."
                if first <= last
                else f"Bars {word} run backwards: write {last}-{first}."
            )
        chosen[first - 1 : last] = True
    return chosen


def selected_notes(text: str | None, given: Given) -> list[NDArray[np.bool_]]:
    """Return of each track which notes are named.

    A word names a part (``melody``), or tracks by number, name or instrument (``piano``).

    Args:
        text: words with commas between; None names all.
        given: the piece.

    Raises:
        AntiphonError: a word names nothing of the piece.
    """
    tracks = given.piece.tracks
    if text is None:
        return [np.ones(len(track.notes), bool) for track in tracks]
    chosen = [np.zeros(len(track.notes), bool) for track in tracks]
    for word in (w.strip().lower() for w in text.split(",")):
        found = _named(word, given)
        if not any(notes.any() for notes in found):
            raise unknown(word, "the piece", _names(given))
        chosen = [a | b for a, b in zip(chosen, found, strict=True)]
    return chosen


def _named(word: str, given: Given) -> list[NDArray[np.bool_]]:
    tracks = given.piece.tracks
    if word in ROLES:
        return [roles == PARTS.index(word) for roles in given.roles]
    if word.isdigit():
        hit = [int(word) == number for number in range(1, len(tracks) + 1)]
    else:
        hit = [track.name.strip().lower() == word for track in tracks]
        if not any(hit):
            hit = [
                bool(word)
                and (
                    word in track.name.lower()
                    or (not track.is_drum and word in GM_NAMES[track.program].lower())
                )
                for track in tracks
            ]
    return [np.full(len(t.notes), taken) for t, taken in zip(tracks, hit, strict=True)]


def _names(given: Given) -> list[str]:
    """Return the parts, track names and instruments that can be named."""
    played = {int(role) for roles in given.roles for role in np.unique(roles) if role != NO_ROLE}
    names = [PARTS[role] for role in sorted(played)]
    for track in given.piece.tracks:
        name = track.name.strip() or ("" if track.is_drum else GM_NAMES[track.program])
        names += [name] if name and name.lower() not in {n.lower() for n in names} else []
    return names


def order_of(given: Given, chosen: NDArray[np.bool_], named: list[NDArray[np.bool_]]) -> Order:
    """Return the order that makes notes again that begin in some bars.

    Each part is played by the track that has most of it among what is named.

    Args:
        given: the piece.
        chosen: (N,) the bars.
        named: of each track, which notes may go.
    """
    share = np.zeros((len(PARTS), len(named)), np.int64)
    for index, (roles, may_go) in enumerate(zip(given.roles, named, strict=True)):
        for role in np.unique(roles[may_go & (roles != NO_ROLE)]):
            share[role, index] = int((may_go & (roles == role)).sum())
    parts = np.flatnonzero(share.any(axis=1))
    home: dict[str, int | Track] = {PARTS[role]: int(share[role].argmax()) for role in parts}
    made = np.zeros((given.n_bars, len(PARTS)), bool)
    made[np.ix_(chosen, parts)] = True
    gone = [
        may_go & chosen[given.bar_of(track.notes)]
        for track, may_go in zip(given.piece.tracks, named, strict=True)
    ]
    return Order(made, home, gone)
