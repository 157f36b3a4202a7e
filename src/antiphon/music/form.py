"""Form: how sections follow one another, as people write it and bar by bar.

``AABA`` is four sections of equal length; ``intro4 A8 A8 B8 ending4`` says how many bars each
has. The same letter is the same material coming back.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from antiphon.errors import AntiphonError
from antiphon.music.piece import Section

_NAMES = {
    "intro": "intro",
    "ending": "ending",
    "outro": "ending",
    "coda": "ending",
    "verse": "A",
    "chorus": "B",
    "refrain": "B",
    "bridge": "C",
}


def parse_form(text: str, n_bars: int) -> list[Section]:
    """Return the sections of a form, filling exactly `n_bars`.

    Args:
        text: letters (``AABA``), or words with or without lengths, apart by spaces, commas or
            hyphens (``intro4 A8 A8 B8 ending4``, ``verse chorus verse chorus``).
        n_bars: length of the piece; sections without a length share what is left equally.

    Raises:
        AntiphonError: the form cannot be read, or does not fit into so many bars.
    """
    words = [w for w in re.split(r"[\s,\-–>]+", text.strip()) if w]
    if len(words) == 1 and re.fullmatch(r"[A-Za-z]+", words[0]) and words[0].lower() not in _NAMES:
        words = list(words[0])
    named: list[tuple[str, int]] = []
    for word in words:
        match = re.fullmatch(r"([A-Za-z]+?)'*(?:[:=]?(\d+))?", word)
        if not match or (len(match[1]) > 1 and match[1].lower() not in _NAMES):
            raise AntiphonError(
                f"Cannot read {word!r} in the form {text!r}: write e.g. AABA or "
                "'intro4 A8 A8 B8 ending4'."
            )
        letter = match[1].upper() if len(match[1]) == 1 else _NAMES[match[1].lower()]
        named.append((letter, int(match[2] or 0)))
    if not named:
        raise AntiphonError("The form is empty: write e.g. AABA or 'intro4 A8 A8 B8 ending4'.")
    return _filled(named, n_bars, text)


def _filled(named: list[tuple[str, int]], n_bars: int, text: str) -> list[Section]:
    fixed = sum(length for _, length in named)
    open_count = sum(length == 0 for _, length in named)
    left = n_bars - fixed
    if left < open_count or (not open_count and left != 0):
        raise AntiphonError(
            f"The form {text!r} needs {fixed or open_count} bars{' or more' if open_count else ''}"
            f", the piece has {n_bars}."
        )
    lengths = iter(shares(left, open_count))
    sections, start = [], 0
    for label, length in named:
        length = length or next(lengths)
        sections.append(Section(start, length, label))
        start += length
    return sections


def shares(n_bars: int, n_sections: int) -> list[int]:
    """Return lengths of sections that fill `n_bars`, in groups of four bars where it goes.

    The first ones are the longer where it does not divide.
    """
    if not n_sections:
        return []
    for unit in (4, 2, 1):
        groups, rest = divmod(n_bars, unit)
        if groups >= n_sections:
            break
    base, longer = divmod(groups, n_sections)
    lengths = [(base + (index < longer)) * unit for index in range(n_sections)]
    lengths[-1] += rest
    return lengths


def written_form(sections: Sequence[Section]) -> str:
    """Return sections as `parse_form` reads them, with their lengths."""
    return " ".join(f"{s.label}{s.n_bars}" for s in sections)
