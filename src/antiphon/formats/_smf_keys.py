"""Whether a MIDI file releases its keys, told from its bytes in a hundredth of reading it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from antiphon.compiled import compiled

Bytes = NDArray[np.uint8]


@compiled
def all_released(content: Bytes) -> bool:
    """Return whether each track releases every key as often as it strikes it.

    A file that cannot be followed to its end does not.
    """
    at = 14
    while at + 8 <= len(content):
        is_track = content[at] == 77 and content[at + 1] == 84  # MT, as in MTrk
        length = 0
        for place in range(at + 4, at + 8):
            length = length << 8 | int(content[place])
        if at + 8 + length > len(content):
            return False
        if is_track and not _track_releases(content[at + 8 : at + 8 + length]):
            return False
        at += 8 + length
    return True


@compiled
def _track_releases(events: Bytes) -> bool:
    struck = np.zeros(16 * 128, np.int64)
    at, status = 0, 0
    while at < len(events):
        _, at = _quantity(events, at)
        if at >= len(events):
            return False
        if events[at] >= 0xF0:
            at += 2 if events[at] == 0xFF else 1
            length, at = _quantity(events, at)
            at += length
            continue
        if events[at] >= 0x80:
            status, at = int(events[at]), at + 1
        kind, n_data = status >> 4, 1 if status >> 4 in (0xC, 0xD) else 2
        if not status or at + n_data > len(events):
            return False
        key = (status & 0xF) << 7 | int(events[at]) & 0x7F
        if kind == 0x9 and events[at + 1]:
            struck[key] += 1
        elif kind in (0x8, 0x9) and struck[key]:
            struck[key] -= 1
        at += n_data
    return not struck.any()


@compiled
def _quantity(events: Bytes, at: int) -> tuple[int, int]:
    """Return a variable-length number and where it ends."""
    value = 0
    while at < len(events):
        value = value << 7 | int(events[at]) & 0x7F
        at += 1
        if events[at - 1] < 0x80 or value >> 31:
            break
    return value, at
