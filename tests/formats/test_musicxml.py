"""MusicXML: other programs' scores are read, ours are readable."""

from __future__ import annotations

import io
import zipfile
from xml.etree import ElementTree

import pytest

from antiphon import formats
from antiphon.errors import AntiphonError
from antiphon.formats import _xml, musicxml
from antiphon.music.chords import Chord
from antiphon.music.keys import Key
from antiphon.music.piece import KeyMark, Metre, Piece, Section, Tempo, Text, Track, notes_of


def note(step="C", duration=2, *, octave=4, inside="", chord=False, alter=0) -> str:
    return (
        f"<note>{'<chord/>' * chord}<pitch><step>{step}</step><alter>{alter}</alter>"
        f"<octave>{octave}</octave></pitch><duration>{duration}</duration>{inside}</note>"
    )


def score(*measures: str, parts: int = 1, name: str = "Voice") -> str:
    listed = "".join(
        f'<score-part id="P{i}"><part-name>{name}</part-name></score-part>' for i in range(parts)
    )
    body = "".join(f'<measure number="{i}">{m}</measure>' for i, m in enumerate(measures, 1))
    played = "".join(f'<part id="P{i}">{body}</part>' for i in range(parts))
    return f'<score-partwise version="4.0"><part-list>{listed}</part-list>{played}</score-partwise>'


FOUR = (
    "<attributes><divisions>2</divisions><key><fifths>0</fifths><mode>major</mode></key>"
    "<time><beats>4</beats><beat-type>4</beat-type></time></attributes>"
)


def read(tmp_path, text: str) -> Piece:
    (tmp_path / "a.musicxml").write_text(text, encoding="utf-8")
    return formats.read(tmp_path / "a.musicxml")


def heads(piece: Piece, track: int = 0) -> list[tuple[float, float, int]]:
    """(onset, duration) in quarters and pitch."""
    notes = piece.tracks[track].notes
    return [
        (int(n["onset"]) / piece.resolution, int(n["duration"]) / piece.resolution, int(n["pitch"]))
        for n in notes
    ]


def test_chords_voices_and_staves_share_one_track(tmp_path):
    bar = FOUR + note("C", 4) + note("E", 4, chord=True) + note("G", 4)
    bar += "<backup><duration>8</duration></backup><forward><duration>2</duration></forward>"
    piece = read(tmp_path, score(bar + note("C", 6, octave=3, inside="<staff>2</staff>")))
    assert heads(piece) == [(0, 2, 60), (0, 2, 64), (1, 3, 48), (2, 2, 67)]


def test_rounded_tuplets_do_not_move_the_bars_after_them(tmp_path):
    fine = FOUR.replace("<divisions>2<", "<divisions>480<")
    bars = [note("C", 1929), note("D", 1911), note("E", 1440), note("F", 1920)]
    piece = read(tmp_path, score(fine + bars[0], *bars[1:]))
    # 9 of 480 too long or too short is rounding, a quarter is not
    assert [(onset, pitch) for onset, _, pitch in heads(piece)] == [
        (0, 60),
        (4, 62),
        (8, 64),
        (11, 65),
    ]


def test_ties_join_across_bars_and_voices(tmp_path):
    start, stop = '<tie type="start"/>', '<tie type="stop"/>'
    piece = read(
        tmp_path,
        score(
            FOUR + note("C", 8, inside=start + "<voice>1</voice>"),
            note("C", 4, inside=stop + start + "<voice>2</voice>") + note("C", 4, inside=stop),
            note("C", 8),
        ),
    )
    assert heads(piece) == [(0, 8, 60), (8, 4, 60)]


def test_ties_join_where_the_file_has_the_voice_with_their_end_first(tmp_path):
    start, stop = '<tie type="start"/>', '<tie type="stop"/>'
    first = "<forward><duration>4</duration></forward>" + note("C", 4, inside=stop)
    second = "<backup><duration>8</duration></backup>" + note("C", 4, inside=start)
    piece = read(tmp_path, score(FOUR + first + second))
    assert heads(piece) == [(0, 4, 60)]


def test_grace_and_cue_notes_make_no_sound(tmp_path):
    grace = "<note><grace/><pitch><step>D</step><octave>5</octave></pitch></note>"
    piece = read(tmp_path, score(FOUR + grace + note("C", 4, inside="<cue/>") + note("E", 4)))
    assert heads(piece) == [(2, 2, 64)]


def test_a_pickup_is_filled_up_at_its_front(tmp_path):
    piece = read(tmp_path, score(FOUR + note("G", 2), note("C", 8), note("C", 6)))
    assert heads(piece) == [(3, 1, 67), (4, 4, 60), (8, 3, 60)]
    assert piece.metres == [Metre(0, 4, 4)]
    assert piece.n_bars == 3


def test_a_bar_split_in_two_measures_stays_one(tmp_path):
    piece = read(tmp_path, score(FOUR + note(duration=8), note(), note("D", 6), note(duration=8)))
    assert piece.metres == [Metre(0, 4, 4)]
    assert piece.n_bars == 3


def test_a_measure_of_odd_length_has_its_own_metre(tmp_path):
    piece = read(tmp_path, score(FOUR + note(duration=8), note(duration=6), note(duration=8)))
    quarter = piece.resolution
    assert piece.metres == [Metre(0), Metre(4 * quarter, 3, 4), Metre(7 * quarter, 4, 4)]


def test_transposing_parts_sound_as_they_do(tmp_path):
    written = FOUR.replace(
        "</time>", "</time><transpose><diatonic>-1</diatonic><chromatic>-2</chromatic></transpose>"
    )
    piece = read(tmp_path, score(written + note("C", 8)))
    assert heads(piece) == [(0, 4, 58)]
    assert piece.keys == [KeyMark(0, Key(10))]  # written C sounds B flat


def test_tempo_dynamics_chords_marks_and_words(tmp_path):
    bar = (
        FOUR
        + "<direction><direction-type><rehearsal>A</rehearsal></direction-type></direction>"
        + "<direction><direction-type><metronome><beat-unit>half</beat-unit>"
        + "<per-minute>60</per-minute></metronome></direction-type></direction>"
        + "<direction><direction-type><dynamics><ff/></dynamics></direction-type></direction>"
        + "<harmony><root><root-step>B</root-step><root-alter>-1</root-alter></root>"
        + "<kind>dominant</kind><bass><bass-step>D</bass-step></bass></harmony>"
        + note("C", 4, inside="<lyric><syllabic>begin</syllabic><text>Hal</text></lyric>")
        + "<harmony><kind>none</kind></harmony>"
        + note("D", 4, inside="<lyric><syllabic>end</syllabic><text>lo</text></lyric>")
    )
    piece = read(tmp_path, score(bar))
    half = 2 * piece.resolution
    assert piece.tempos == [Tempo(0, 120.0)]
    assert piece.tracks[0].notes["velocity"].tolist() == [110, 110]
    assert [c.chord for c in piece.chords] == [Chord(10, "7", 2), None]
    assert piece.tracks[0].lyrics == [Text(0, "Hal-"), Text(half, "lo")]
    assert piece.sections == [Section(0, 1, "A")]


def test_a_signature_without_mode_is_settled_by_the_notes(tmp_path):
    unsaid = FOUR.replace("<mode>major</mode>", "")
    minor = "".join(note(s) for s in "ACEA")
    major = "".join(note(s) for s in "CEGC")
    assert read(tmp_path, score(unsaid + minor)).keys == [KeyMark(0, Key(9, "minor"))]
    assert read(tmp_path, score(unsaid + major)).keys == [KeyMark(0, Key(0))]


def test_parts_of_different_divisions_meet(tmp_path):
    text = score(FOUR + note("C", 8), parts=2)
    second = text.rindex("<divisions>2")
    text = text[:second] + text[second:].replace("<divisions>2", "<divisions>3").replace(
        "<duration>8", "<duration>12"
    )
    piece = read(tmp_path, text)
    assert heads(piece, 0) == heads(piece, 1) == [(0, 4, 60)]


def test_timewise_scores_are_read(tmp_path):
    text = (
        '<score-timewise><part-list><score-part id="P0"><part-name>V</part-name></score-part>'
        f'</part-list><measure number="1"><part id="P0">{FOUR}{note("E", 8)}</part></measure>'
        "</score-timewise>"
    )
    assert heads(read(tmp_path, text)) == [(0, 4, 64)]


def test_a_zip_with_a_broken_container_gives_its_first_score(tmp_path):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("META-INF/container.xml", "<container><rootfile full-path='it's.xml'/>")
        archive.writestr("it's.xml", score(FOUR + note("C", 8)))
    (tmp_path / "a.mxl").write_bytes(out.getvalue())
    assert heads(formats.read(tmp_path / "a.mxl")) == [(0, 4, 60)]


def test_a_zip_that_unpacks_beyond_the_bound_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(_xml, "MAX_UNPACKED_BYTES", 1000)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("score.xml", " " * 2000)
    (tmp_path / "a.mxl").write_bytes(out.getvalue())
    with pytest.raises(AntiphonError, match="unpacks to more than"):
        formats.read(tmp_path / "a.mxl")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('<!DOCTYPE a [<!ENTITY b "c">]><score-partwise/>', "declares entities"),
        ("<html/>", "is not MusicXML"),
        ("<score-partwise><part>", "not well-formed"),
        ("<a>" * 300, "nests too deeply"),
        (score(FOUR + note("C", 8).replace("8", "eight")), "broken MusicXML"),
    ],
    ids=["entities", "html", "cut off", "deep", "no number"],
)
def test_what_is_wrong_is_said(tmp_path, text, words):
    with pytest.raises(AntiphonError, match=words):
        read(tmp_path, text)


@pytest.mark.parametrize("suffix", ["musicxml", "mxl"])
def test_a_song_comes_back_whole(song, tmp_path, suffix):
    path = tmp_path / f"song.{suffix}"
    formats.write(song, path)
    back = formats.read(path).on_grid(24)
    for wanted, track in zip(song.tracks, back.tracks, strict=True):
        assert track.notes["onset"].tolist() == wanted.notes["onset"].tolist()
        assert track.notes["pitch"].tolist() == wanted.notes["pitch"].tolist()
        assert track.notes["velocity"].tolist() == wanted.notes["velocity"].tolist()
        assert (track.name, track.program, track.is_drum) == (
            wanted.name,
            wanted.program,
            wanted.is_drum,
        )
        if not track.is_drum:  # a drum's written length means nothing
            assert track.notes["duration"].tolist() == wanted.notes["duration"].tolist()
    for said in ("tempos", "metres", "keys", "chords", "sections", "title", "provenance", "n_bars"):
        assert getattr(back, said) == getattr(song, said), said
    assert back.tracks[0].lyrics == song.tracks[0].lyrics


def test_the_zipped_form_is_deterministic(song, tmp_path):
    for name in ("a.mxl", "b.mxl"):
        musicxml.write(song, tmp_path / name)
    assert (tmp_path / "a.mxl").read_bytes() == (tmp_path / "b.mxl").read_bytes()


def test_the_written_score_has_what_a_reader_needs(song, tmp_path):
    formats.write(song, tmp_path / "a.musicxml")
    root = ElementTree.parse(tmp_path / "a.musicxml").getroot()
    melody, chords, bass, drums = root.findall("part")
    assert chords.findtext("measure/attributes/staves") == "2"
    assert bass.findtext("measure/attributes/clef/clef-octave-change") == "-1"
    assert drums.findtext("measure/attributes/clef/sign") == "percussion"
    assert len(list(drums.iter("unpitched"))) == 40
    assert len(list(melody.iter("time-modification"))) == 3
    assert [t.get("type") for t in melody.iter("tuplet")] == ["start", "stop"]
    assert len(list(melody.iter("harmony"))) == 3
    assert not list(chords.iter("harmony"))
    beams = [b.text for b in drums.find("measure").iter("beam")]
    assert beams == ["begin", "continue", "continue", "end"] * 2


@pytest.mark.parametrize(
    ("piece", "n_bars"),
    [
        (Piece(), 1),
        (Piece([Track("Silence")], n_bars_asked=3), 3),
        (Piece([Track("Drums", 0, True, notes_of([(0, 6, 38, 90)]))]), 1),
        (Piece([Track("\x00odd & <name>", notes=notes_of([(0, 500, 60, 1)]))]), 6),
    ],
    ids=["nothing", "silence", "drums only", "odd name"],
)
def test_small_and_odd_pieces_can_be_written(tmp_path, piece, n_bars):
    formats.write(piece, tmp_path / "a.musicxml")
    root = ElementTree.parse(tmp_path / "a.musicxml").getroot()
    assert len(root.findall("part/measure")) == n_bars


def test_parts_are_abbreviated_as_scores_do_and_keep_their_numbers(tmp_path):
    names = ["Flute", "Clarinet in A", "Horn 2", "Violin II", "Kit", "Track 12", "副旋律", "Zither"]
    tracks = [Track(name, notes=notes_of([(0, 24, 60, 80)])) for name in names]
    formats.write(Piece(tracks), tmp_path / "a.musicxml")
    root = ElementTree.parse(tmp_path / "a.musicxml")
    short = [element.text for element in root.iter("part-abbreviation")]
    assert short == ["Fl.", "Cl.", "Hn. 2", "Vln. II", "Kit", "Track 12", "副旋律", "Zit."]
