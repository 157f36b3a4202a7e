"""Measures as scores have them, made bars that are all whole."""

from __future__ import annotations

from fractions import Fraction

from antiphon.music.piece import Metre


def whole_bars(bars: list[tuple[int, int, Metre]], resolution: int) -> tuple[list[Metre], int]:
    """Return the metres that put bar lines where the score has them, and the pickup's gap.

    Measures that only together fill a bar (split by a repeat sign) count as one; any other
    measure of unusual length gets a metre of its own.

    Args:
        bars: (start, length, metre in force) of each measure, in steps.
        resolution: steps a quarter.

    Returns:
        The metres, and the steps of silence to put before everything.
    """
    pickup = 0
    if len(bars) > 1 and not _fills(bars, 0, resolution):
        pickup = max(0, round(bars[0][2].quarters * resolution) - bars[0][1])
    marks: list[Metre] = []
    index = 0
    while index < len(bars):
        start, length, metre = bars[index]
        nominal = round(metre.quarters * resolution)
        count = _fills(bars, index, resolution)
        if (
            not count
            and not (index == 0 and pickup)
            and not (index == len(bars) - 1 and length < nominal)
        ):
            metre = _odd_metre(length, metre, resolution)
        onset = start + pickup if index else 0
        if not marks or (marks[-1].numerator, marks[-1].denominator) != (
            metre.numerator,
            metre.denominator,
        ):
            marks.append(Metre(onset, metre.numerator, metre.denominator))
        index += max(count, 1)
    return marks or [Metre(0)], pickup


def _fills(bars: list[tuple[int, int, Metre]], index: int, resolution: int) -> int:
    """Return how many measures from `index` on make one whole bar; 0 if none do."""
    metre = bars[index][2]
    nominal = round(metre.quarters * resolution)
    total = 0
    for count, (_, length, there) in enumerate(bars[index : index + 4], 1):
        if there.quarters != metre.quarters:
            break
        total += length
        if total >= nominal:
            return count if total == nominal else 0
    return 0


def _odd_metre(length: int, metre: Metre, resolution: int) -> Metre:
    """Return the metre of a measure of unusual length."""
    for denominator in (metre.denominator, 4, 8, 16, 32, 64):
        numerator = Fraction(length * denominator, 4 * resolution)
        if numerator.denominator == 1 and numerator <= 255:
            return Metre(metre.onset, int(numerator), denominator)
    return metre
