"""Form: letters and words become sections that fill the piece."""

from __future__ import annotations

import pytest

from antiphon.errors import AntiphonError
from antiphon.music.form import parse_form, shares, written_form


@pytest.mark.parametrize(
    ("text", "n_bars", "written"),
    [
        ("AABA", 32, "A8 A8 B8 A8"),
        ("aaba", 32, "A8 A8 B8 A8"),
        ("A-A-B-A", 16, "A4 A4 B4 A4"),
        ("A A' B", 12, "A4 A4 B4"),
        ("intro4 A8 A8 B8 ending4", 32, "intro4 A8 A8 B8 ending4"),
        ("intro4 A B outro4", 32, "intro4 A12 B12 ending4"),
        ("verse chorus verse bridge chorus", 40, "A8 B8 A8 C8 B8"),
        ("A:8, B=4", 12, "A8 B4"),
        ("coda", 3, "ending3"),
        ("A", 512, "A512"),
    ],
)
def test_forms_fill_the_piece(text, n_bars, written):
    sections = parse_form(text, n_bars)
    assert written_form(sections) == written
    starts = [s.start for s in sections]
    assert starts == [sum(s.n_bars for s in sections[:i]) for i in range(len(sections))]
    assert parse_form(written, n_bars) == sections


@pytest.mark.parametrize(
    ("n_bars", "n_sections", "lengths"),
    [
        (32, 4, [8, 8, 8, 8]),
        (30, 4, [8, 8, 8, 6]),  # seven groups of four, and two bars
        (10, 4, [4, 2, 2, 2]),  # five groups of two
        (5, 4, [2, 1, 1, 1]),
        (7, 0, []),
    ],
)
def test_sections_share_bars_in_groups(n_bars, n_sections, lengths):
    assert shares(n_bars, n_sections) == lengths


@pytest.mark.parametrize(
    ("text", "n_bars", "said"),
    [
        ("", 8, "form is empty"),
        ("A!B", 8, "Cannot read"),
        ("verse hook", 8, "Cannot read 'hook'"),
        ("AABA", 3, "needs 4 bars or more, the piece has 3"),
        ("A8 B8", 20, "needs 16 bars, the piece has 20"),
        ("A8 B", 8, "needs 8 bars or more, the piece has 8"),
    ],
)
def test_forms_that_do_not_fit_say_why(text, n_bars, said):
    with pytest.raises(AntiphonError, match=said):
        parse_form(text, n_bars)
