"""ABC: what is written is what is heard."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import pytest

from antiphon import formats
from antiphon.errors import AntiphonError
from antiphon.formats import abc
from antiphon.music.piece import Piece

HEAD = "X:1\nT:A tune\nM:4/4\nL:1/4\nK:C\n"


def tune(body: str, head: str = HEAD, **how: bool) -> Piece:
    return abc.piece_of(head + body, Path("a.abc"), **how)


def heard(piece: Piece) -> list[tuple[Fraction, Fraction, int]]:
    """(onset, duration, pitch) in quarters."""
    return [
        (
            Fraction(int(n["onset"]), piece.resolution),
            Fraction(int(n["duration"]), piece.resolution),
            int(n["pitch"]),
        )
        for track in piece.tracks
        for n in track.notes
    ]


def pitches(piece: Piece) -> list[int]:
    return [pitch for _, _, pitch in heard(piece)]


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("C, C c c'|", [48, 60, 72, 84]),
        ("^C _D =E ^^F|", [61, 61, 64, 67]),
        ("^C C c C|", [61, 61, 73, 61]),  # an accidental holds for its bar, in every octave
        ("^C4|C4|", [61, 60]),
        ("^C4-|C2 C2|", [61, 60]),  # what is tied keeps it over the bar line
    ],
    ids=["octaves", "accidentals", "within the bar", "next bar", "tied"],
)
def test_pitches(body, expected):
    assert pitches(tune(body)) == expected


def test_accidentals_may_be_told_to_hold_in_their_octave_only():
    assert pitches(tune("%%propagate-accidentals octave\n^C C c C|")) == [61, 61, 72, 61]


@pytest.mark.parametrize(
    ("key", "expected"),
    [
        ("G", 66), ("Em", 66), ("Ador", 66), ("Dmix", 66), ("F", 65), ("F lydian", 65),
        ("C#", 66), ("Hp", 66), ("C ^f", 66), ("D exp _b", 65), ("none", 65),
    ],
)  # fmt: skip
def test_f_under_a_key_signature(key, expected):
    assert pitches(tune("F4|", HEAD.replace("K:C", f"K:{key}"))) == [expected]


@pytest.mark.parametrize(
    ("key", "nearest"),
    [("Ador", "A minor"), ("Dmix", "D major"), ("Bb", "Bb major"), ("f#m", "F# minor")],
)
def test_a_mode_is_the_nearest_of_major_and_minor(key, nearest):
    assert str(tune("A4|", HEAD.replace("K:C", f"K:{key}")).keys[0].key) == nearest


H, Q = Fraction(1, 2), Fraction(1, 4)


@pytest.mark.parametrize(
    ("body", "durations"),
    [
        ("A2 A A|", [2, 1, 1]),
        ("A/ A/2 A// A3/4 A2|", [H, H, Q, Q * 3, 2]),
        ("(3AAA A2|", [Fraction(2, 3)] * 3 + [2]),
        ("(5:4:5 AAAAA|", [Fraction(4, 5)] * 5),
        ("(2AA (3:2:2 A2A/ A|", [Fraction(3, 2)] * 2 + [Fraction(4, 3), Fraction(1, 3), 1]),
        ("A>A A<A|", [Q * 6, H, H, Q * 6]),
        ("A>>A A2|", [Q * 7, Q, 2]),
        ("A2-A A|", [3, 1]),
        ("A4-|A4|", [8]),
        ("{B}A {/B}A2 A|", [1, 2, 1]),
        ("A0 A4|", [4]),
    ],
    ids=[
        "times", "slashes", "triplet", "5:4:5", "duplet and a short tuplet", "broken",
        "twice broken", "tie", "tie over the bar", "grace notes", "no length",
    ],
)  # fmt: skip
def test_durations_in_quarters(body, durations):
    assert [duration for _, duration, _ in heard(tune(body))] == durations


def test_chords_last_as_long_as_their_first_note():
    assert heard(tune("[CE/G]2 [CE-]2|E4|")) == [
        (0, 2, 60), (0, 2, 64), (0, 2, 67), (2, 2, 60), (2, 6, 64),
    ]  # fmt: skip


def test_old_books_write_chords_between_plus_signs():
    assert heard(tune("+CE++DF+ +trill+G2|")) == [
        (0, 1, 60), (0, 1, 64), (1, 1, 62), (1, 1, 65), (2, 2, 67),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("body", "played"),
    [
        ("|:C4|D4:|E4|", "CDCDE"),
        ("C4|D4:|E4|", "CDCDE"),
        ("|:C4::D4:|", "CCDD"),
        ("|:C4|[1D4:|[2E4||F4|", "CDCEF"),
        ("|:C4|1D4:|2E4|]F4:|", "CDCEFF"),
        ("|:C4|1,3D4:|2E4:|", "CDCECD"),
        ("|:C4|1D4:|E4|", "CDCE"),
        ("|::C4::|D4|", "CCCD"),
        ("C4||D4:|", "CDD"),
        ("|:C4||D4:|", "CDCD"),
        ("|:C4|\n|:D4:|", "CDD"),
        ("C4|1D4:|2E4:|F4:|", "CDCEFF"),
    ],
    ids=[
        "marked", "from the beginning", "double", "endings", "after the endings", "three times",
        "one ending", "thrice", "from the double bar", "over the double bar", "begun twice",
        "last ending repeats nothing",
    ],
)  # fmt: skip
def test_repeats_are_played_out(body, played):
    assert pitches(tune(body)) == [60 + {"C": 0, "D": 2, "E": 4, "F": 5}[p] for p in played]


def test_each_bar_is_read_once_when_asked():
    assert pitches(tune("|:C4|[1D4:|[2E4||", unfold=False)) == [60, 62, 64]


def test_parts_are_played_in_their_order_and_become_sections():
    piece = tune("P:A\nC4|\nP:B\nD4|E4|", HEAD.replace("K:C", "P:(AB)2A\nK:C"))
    assert pitches(piece) == [60, 62, 64, 60, 62, 64, 60]
    said = [(s.start, s.n_bars, s.label) for s in piece.sections]
    assert said == [(0, 1, "A"), (1, 2, "B"), (3, 1, "A"), (4, 2, "B"), (6, 1, "A")]


def test_a_pickup_is_filled_up_at_its_front():
    piece = tune("G|C4|D3:|")
    assert heard(piece)[:3] == [(3, 1, 67), (4, 4, 60), (8, 3, 62)]
    assert (piece.n_bars, [str(m) for m in piece.metres]) == (5, ["4/4"])


def test_chord_symbols_are_kept_and_other_texts_passed_over():
    piece = tune('"Am7"A2 "^slowly""D/f+"A2|"(E7)"A2 "Gd"A2|"<1"A4|')
    said = [(c.onset // piece.resolution, str(c.chord)) for c in piece.chords]
    assert said == [(0, "Am7"), (2, "D/Gb"), (4, "E7"), (6, "Gdim")]


@pytest.mark.parametrize(
    ("field", "metre"),
    [("C|", "2/2"), ("C", "4/4"), ("6/8", "6/8"), ("(2+3)/8", "5/8"), ("2 / 4", "2/4")],
)
def test_metres(field, metre):
    assert str(tune("Z|Z|C|", HEAD.replace("4/4", field)).metres[0]) == metre


@pytest.mark.parametrize(
    ("metre", "quarters"), [("2/4", Q), ("3/4", H), ("C", H), ("none", H)],
)  # fmt: skip
def test_a_plain_note_is_an_eighth_or_in_short_metres_a_16th(metre, quarters):
    piece = tune("A|", f"X:1\nM:{metre}\nK:C\n")
    assert heard(piece)[0][1] == quarters


@pytest.mark.parametrize(
    ("field", "bpm"),
    [("1/4=96", 96), ("3/8=60", 90), ('"Fast" 1/2=60', 120), ("C=100", 100), ("90", 90)],
)
def test_tempo_is_in_quarters(field, bpm):
    assert tune("A4|", HEAD.replace("K:C", f"Q:{field}\nK:C")).tempos[0].bpm == bpm


def test_fields_change_things_within_a_tune():
    piece = tune("F4|[K:G]F4|[M:3/4]F3|[L:1/8]F2[Q:1/4=60]F4|")
    assert heard(piece) == [(0, 4, 65), (4, 4, 66), (8, 3, 66), (11, 1, 66), (12, 2, 66)]
    assert [(str(m), m.onset // piece.resolution) for m in piece.metres] == [("4/4", 0), ("3/4", 8)]
    assert [(t.onset // piece.resolution, t.bpm) for t in piece.tempos] == [(0, 120), (12, 60)]
    assert [str(k.key) for k in piece.keys] == ["C major", "G major"]


def test_voices_are_tracks_and_sound_together():
    body = 'V:1 name="Fiddle"\nV:2 octave=-1\n[V:1] C4|:D4:|\n[V:2] E4|G4|\n'
    piece = tune(body)
    assert [(t.name, t.notes["pitch"].tolist()) for t in piece.tracks] == [
        ("Fiddle", [60, 62, 62]),
        ("2", [52, 55, 55]),
    ]


def test_an_overlay_sounds_with_its_bar():
    assert heard(tune("C4 & E2 G2|D4|")) == [(0, 4, 60), (0, 2, 64), (2, 2, 67), (4, 4, 62)]


def test_rests_of_whole_bars_follow_the_metre():
    assert heard(tune("C4|Z2|D4|z2 D2|")) == [(0, 4, 60), (12, 4, 62), (18, 2, 62)]


def test_comments_words_and_slurs_are_passed_over():
    body = "% a comment\n(CD) .E~F|% CCCC\nw: la la la la\nG4|\\\nA4|\n\nCCCC|"
    assert pitches(tune(body)) == [60, 62, 64, 65, 67, 69]  # an empty line ends the tune


@pytest.mark.parametrize("between", ["%", "  % between", "%%staves 1"])
def test_a_line_that_only_comments_does_not_end_a_tune_as_an_empty_one_does(between):
    """Books of airs put it between the systems of two voices."""
    assert pitches(tune(f"C4|\n{between}\nD4|\n \nE4|")) == [60, 62]
    voices = tune(f"[V:1] c4|\n[V:2] C4|\n{between}\n[V:1] d4|\n[V:2] D4|")
    assert heard(voices) == [(0, 4, 72), (4, 4, 74), (0, 4, 60), (4, 4, 62)]


def test_a_book_holds_tunes_by_number(tmp_path: Path):
    book = tmp_path / "book.abc"
    book.write_bytes(
        b"M:3/4\r\nL:1/4\r\n\r\nX:7\r\nT:One\r\nK:C\r\nC3|\r\n\r\nX:9\r\nK:D\r\nF3|\r\n"
    )
    assert list(abc.tunes(book)) == ["7", "9"]
    assert formats.read(book).title == "One"
    second = abc.read(book, tune=2)
    assert (pitches(second), str(second.metres[0])) == ([66], "3/4")
    with pytest.raises(AntiphonError, match="has 2 tunes and none numbered 3"):
        abc.read(book, tune=3)


def test_texts_in_latin_1_are_read(tmp_path: Path):
    (tmp_path / "a.abc").write_bytes(HEAD.replace("A tune", "M\xfchle").encode("latin-1") + b"C4|")
    assert formats.read(tmp_path / "a.abc").title == "Mühle"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("no music", "is not ABC: no line K:"),
        ("X:1\nT:x\n", "no line K: says its key"),
        (HEAD, "holds no notes"),
        (HEAD + "z4|z4|", "holds no notes"),
        (HEAD.replace("K:C", "K:Q"), "line 5: 'Q' is no key"),
        (HEAD.replace("4/4", "4/5"), "line 3: '4/5' is no metre"),
        (HEAD.replace("1/4", "0"), "line 4: '0' is no note length"),
        (HEAD + 'C4|"Am C4|', "line 6: the text \"Am C4| has no closing quotation mark"),
        (HEAD + "C/0|", "divides by nothing"),
        (HEAD + "Z99999|", "longer than 1,000 bars"),
        (HEAD.replace("K:C", "P:((((A99)99)99)99)9\nK:C"), "plays more than 1,000 parts"),
        (HEAD + "C9999" * 3000, "lasts"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_in_a_sentence(tmp_path: Path, text: str, said: str):
    (tmp_path / "a.abc").write_text(text, encoding="utf-8")
    with pytest.raises(AntiphonError) as refused:
        formats.read(tmp_path / "a.abc")
    assert said in str(refused.value) and str(refused.value).endswith(".")
