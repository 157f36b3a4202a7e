"""The measures of an ABC tune in the order in which they are played."""

from __future__ import annotations

from antiphon.formats._abc_voice import Measure

_MAX_PLAYED = 100_000


def played(measures: list[Measure], order: str) -> list[int]:
    """Return the measures' numbers as they are played: repeats, endings, order of parts.

    Args:
        measures: of the voice that tells the order.
        order: letters of parts; ignored unless the tune names parts so.

    Raises:
        ValueError: the repeats would never end.
    """
    begins = [i for i, m in enumerate(measures) if m.part]
    ends = [*begins, len(measures)][1:]
    parts = {measures[i].part[:1]: (i, end) for i, end in zip(begins, ends, strict=True)}
    wanted = [letter for letter in order if letter in parts]
    if not wanted:
        return _unfolded(measures, 0, len(measures))
    found = _unfolded(measures, 0, begins[0])
    once = {letter: _unfolded(measures, *parts[letter]) for letter in set(wanted)}
    for letter in wanted:
        found += once[letter]
        if len(found) > _MAX_PLAYED:
            raise ValueError(f"its repeats make more than {_MAX_PLAYED:,} measures")
    return found


def _unfolded(measures: list[Measure], begin: int, end: int) -> list[int]:
    """Return the numbers of a part's measures as they are played."""
    found: list[int] = []
    start, at, time = begin, begin, 1
    is_marked = has_skipped = False
    while at < end:
        here = measures[at]
        if (here.begins_repeat and at != start) or (has_skipped and not here.endings):
            start, time, is_marked = at, 1, False
        is_marked |= here.begins_repeat
        has_skipped = bool(here.endings) and time not in here.endings
        if has_skipped:
            at += 1
            continue
        found.append(at)
        if len(found) > _MAX_PLAYED:
            raise ValueError(f"its repeats make more than {_MAX_PLAYED:,} measures")
        if here.n_back and _again(measures, at, end, time):
            at, time = start, time + 1
            continue
        at += 1
        if here.n_back or (here.ends_part and (here.endings or not is_marked)):
            start, time, is_marked = at, 1, False
    return found


def _again(measures: list[Measure], at: int, end: int, time: int) -> bool:
    """Whether playing goes back at the end of a measure that asks for it."""
    if not measures[at].endings:
        return time <= measures[at].n_back
    first, last = at, at
    while first > 0 and measures[first - 1].endings:
        first -= 1
    while last + 1 < end and measures[last + 1].endings:
        last += 1
    times = {n for measure in measures[first : last + 1] for n in measure.endings}
    if times == {1}:
        return time == 1  # the second time goes straight on
    return time + 1 in times
