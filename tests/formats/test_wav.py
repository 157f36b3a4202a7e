"""Sound: levels, places, loudness, peaks, and what is said when something is missing."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pyloudnorm
import pytest
import soundfile
import soxr

from antiphon.errors import AntiphonError
from antiphon.formats import _soundfont, wav
from antiphon.music.piece import CONTROL, RESOLUTION, Piece, Tempo, Track, notes_of

Q = RESOLUTION


def track(role: str, program: int, *rows: tuple[int, int, int, int], **more) -> Track:
    return Track(role.title(), program, notes=notes_of(rows), role=role, **more)


@pytest.fixture(scope="module")
def band() -> Piece:
    """Eight bars of C F G C for five parts."""
    roots = [60, 65, 55, 60] * 2
    bars = list(enumerate(roots))
    chords = [(4 * Q * b, 4 * Q, r + i, 80) for b, r in bars for i in (0, 4, 7)]
    beat = [
        row
        for b, _ in bars
        for i in (0, 2)
        for row in ((Q * (4 * b + i), 6, 36, 110), (Q * (4 * b + i + 1), 6, 38, 105))
    ]
    return Piece(
        tracks=[
            track("melody", 73, *[(Q * i, Q, roots[i // 4] + 12, 95) for i in range(32)]),
            track("counter", 48, *[(4 * Q * b, 4 * Q, r + 7, 75) for b, r in bars]),
            track("chords", 0, *chords),
            track("bass", 33, *[(2 * Q * i, 2 * Q, roots[i // 2] - 24, 95) for i in range(16)]),
            track("drums", 0, *beat, is_drum=True),
        ],
        tempos=[Tempo(0, 120.0)],
    )


@pytest.fixture(scope="module")
def sound(band: Piece) -> np.ndarray:
    return wav.render(band)


def rms(sound: np.ndarray) -> float:
    return float(np.sqrt(np.mean(np.square(sound, dtype=np.float64))))


def test_a_song_comes_out_at_the_loudness_of_streaming_services(sound):
    measured = pyloudnorm.Meter(wav.RATE_HZ).integrated_loudness(sound.astype(np.float64))
    assert measured == pytest.approx(-14.0, abs=0.3)


def test_the_true_peak_stays_one_db_under_full_scale(sound):
    between = soxr.resample(sound, wav.RATE_HZ, 8 * wav.RATE_HZ)
    assert 20 * np.log10(np.abs(between).max()) <= -1.0


def test_hard_hits_in_silence_are_limited_and_not_clipped():
    """Two drum strokes in eight seconds have peaks far above their mean loudness."""
    hits = track("drums", 0, (0, 6, 38, 127), (16 * Q, 6, 38, 127), is_drum=True)
    sound = wav.render(Piece(tracks=[hits]))
    between = soxr.resample(sound, wav.RATE_HZ, 8 * wav.RATE_HZ)
    assert -3.0 <= 20 * np.log10(np.abs(between).max()) <= -1.0


def test_the_sound_lasts_as_long_as_the_music_and_three_seconds_to_ring_out(sound):
    assert len(sound) == (8 * 2 + 3) * wav.RATE_HZ


def test_the_end_fades_to_nothing(sound):
    assert rms(sound[-3 * wav.RATE_HZ : -wav.RATE_HZ]) > 0
    assert np.abs(sound[-100:]).max() < 1e-4


@pytest.mark.parametrize(
    "piece",
    [
        Piece(),
        Piece(tracks=[Track("Melody")]),
        Piece(tracks=[track("melody", 73, (0, 96, 60, 0))]),
    ],
    ids=["no tracks", "no notes", "velocity 0"],
)
def test_a_piece_without_notes_is_silence(piece, tmp_path):
    wav.write(piece, tmp_path / "a.wav")
    read, rate = soundfile.read(tmp_path / "a.wav", dtype="int16")
    assert rate == 44_100
    assert read.shape[1] == 2
    assert len(read) >= 3 * rate
    assert not read.any()


@pytest.mark.parametrize(("pan", "louder"), [(0, 0), (127, 1)], ids=["left", "right"])
def test_a_pan_controller_is_heard(pan, louder):
    controls = np.array([(0, 10, pan)], dtype=CONTROL)
    sound = wav.render(Piece(tracks=[track("chords", 0, (0, 96, 60, 90), controls=controls)]))
    assert rms(sound[:, louder]) > 2 * rms(sound[:, 1 - louder])


def test_parts_sit_where_their_roles_are_placed(band):
    stems = wav.stems(band)
    assert rms(stems["Counter"][:, 1]) > 1.2 * rms(stems["Counter"][:, 0])
    assert rms(stems["Chords"][:, 0]) > 1.1 * rms(stems["Chords"][:, 1])
    assert rms(stems["Bass"][:, 0]) == pytest.approx(rms(stems["Bass"][:, 1]), rel=0.05)


def test_a_part_alone_sits_in_the_middle(band):
    sound = wav.render(replace(band, tracks=band.tracks[2:3]))
    assert rms(sound[:, 0]) == pytest.approx(rms(sound[:, 1]), rel=0.1)


def test_stems_add_up_to_the_mix(band, sound):
    """Mastering of this piece is one gain and a little limiting, so the shapes agree."""
    added = sum(wav.stems(band).values())
    correlation = np.corrcoef(added.ravel(), sound.ravel())[0, 1]
    assert correlation > 0.995


def test_the_melody_leads(band):
    meter = pyloudnorm.Meter(wav.RATE_HZ)
    loudness = {name: meter.integrated_loudness(x) for name, x in wav.stems(band).items()}
    assert max(loudness, key=loudness.get) == "Melody"
    assert loudness["Melody"] - loudness["Counter"] == pytest.approx(7.5, abs=2)


def test_instruments_of_unequal_loudness_come_out_alike():
    """A part of unknown role is levelled: a soft instrument is not drowned by a loud one."""
    meter = pyloudnorm.Meter(wav.RATE_HZ)
    notes = notes_of([(Q * i, Q, 72, 90) for i in range(8)])
    piece = Piece(tracks=[Track("Ocarina", 79, notes=notes), Track("Guitar", 24, notes=notes)])
    loudness = [meter.integrated_loudness(x) for x in wav.stems(piece).values()]
    assert loudness[0] == pytest.approx(loudness[1], abs=2)  # 13 dB apart without a desk


def test_louder_playing_is_louder_in_the_mix():
    def balance(velocity: int) -> float:
        soft = track("", 48, *[(Q * i, Q, 60, velocity) for i in range(8)])
        other = track("", 0, *[(Q * i, Q, 64, 90) for i in range(8)])
        parts = wav.stems(Piece(tracks=[replace(soft, name="a"), replace(other, name="b")]))
        return 20 * np.log10(rms(parts["a"]) / rms(parts["b"]))

    # velocities 45 and 90 are 40 log10(2) = 12 dB apart
    assert balance(90) - balance(45) == pytest.approx(12, abs=1.5)


def test_a_note_begins_when_the_tempo_map_says():
    """At 60 bpm up to beat 2, then at 120: beat 4 comes after 2 + 1 = 3 seconds."""
    piece = Piece(
        tracks=[track("drums", 0, (0, 6, 37, 100), (4 * Q, 6, 37, 100), is_drum=True)],
        tempos=[Tempo(0, 60.0), Tempo(2 * Q, 120.0)],
    )
    loud = np.abs(wav.stems(piece)["Drums"]).max(axis=1)
    first, second = loud[: wav.RATE_HZ], loud[2 * wav.RATE_HZ : 4 * wav.RATE_HZ]
    begin, again = (np.argmax(stroke > 0.25 * stroke.max()) for stroke in (first, second))
    assert 2 + (again - begin) / wav.RATE_HZ == pytest.approx(3.0, abs=0.0015)


def pitch_hz(sound: np.ndarray) -> float:
    """Return the strongest frequency, to half a hertz."""
    mono = sound.mean(axis=1) * np.hanning(len(sound))
    spectrum = np.abs(np.fft.rfft(mono, 2 * wav.RATE_HZ))
    return float(spectrum.argmax()) / 2


def test_pitch_bend_moves_the_pitch_by_up_to_two_semitones():
    bend = np.array([(0, 128, 8191)], dtype=CONTROL)
    plain = track("melody", 73, (0, 8 * Q, 69, 90))
    middle = slice(wav.RATE_HZ, 3 * wav.RATE_HZ)
    straight = wav.render(Piece(tracks=[plain]))[middle]
    bent = wav.render(Piece(tracks=[replace(plain, controls=bend)]))[middle]
    assert pitch_hz(straight) == pytest.approx(440, abs=4)
    assert pitch_hz(bent) == pytest.approx(440 * 2 ** (2 / 12), abs=5)


def test_the_pedal_holds_notes():
    note = track("chords", 0, (0, Q, 48, 100), (8 * Q, Q, 48, 1))
    pedal = np.array([(0, 64, 127)], dtype=CONTROL)
    held = slice(2 * wav.RATE_HZ, 3 * wav.RATE_HZ)
    dry = wav.stems(Piece(tracks=[note]))["Chords"][held]
    rung = wav.stems(Piece(tracks=[replace(note, controls=pedal)]))["Chords"][held]
    assert rms(rung) > 3 * rms(dry)


def test_a_repeated_pitch_sounds_though_the_note_before_overlaps_it():
    """The first note's end must not cut the second short."""
    overlapping = track("melody", 16, (0, 3 * Q, 60, 90), (2 * Q, 6 * Q, 60, 90))
    sound = wav.render(Piece(tracks=[overlapping]))
    late = sound[round(2.0 * wav.RATE_HZ) : round(3.5 * wav.RATE_HZ)]
    early = sound[: wav.RATE_HZ]
    assert rms(late) == pytest.approx(rms(early), rel=0.5)


def brightness_hz(sound: np.ndarray) -> float:
    """Return the centre of gravity of the spectrum's power."""
    power = np.abs(np.fft.rfft(sound.mean(axis=1))) ** 2
    return float((power * np.fft.rfftfreq(len(sound), 1 / wav.RATE_HZ)).sum() / power.sum())


@pytest.mark.parametrize("before", [0, 9], ids=["first track", "tenth track"])
def test_drums_and_nothing_else_play_the_kit(before):
    """Key 42 is a closed hi-hat, bright; on a flute it is a low F sharp."""
    silent = [Track(f"{i}") for i in range(before)]
    last = Track("last", 73, notes=notes_of([(0, Q, 42, 100)]))
    flute = wav.stems(Piece(tracks=[*silent, last]))["last"]
    hat = wav.stems(Piece(tracks=[*silent, replace(last, is_drum=True, program=0)]))["last"]
    assert brightness_hz(hat) > 3000
    assert brightness_hz(flute) < 1500


def test_a_seventeenth_track_and_drums_on_any_place_sound():
    many = [track("", 0, (0, Q, 60 + i, 80)) for i in range(17)]
    drums = track("", 0, (0, 6, 36, 100), is_drum=True)
    piece = Piece(tracks=[replace(t, name=str(i)) for i, t in enumerate([*many, drums])])
    parts = wav.stems(piece)
    assert len(parts) == 18
    assert all(rms(part) > 0 for part in parts.values())


def test_equal_pieces_give_equal_files(band, tmp_path):
    for name in "ab":
        wav.write(band, tmp_path / f"{name}.wav")
    assert (tmp_path / "a.wav").read_bytes() == (tmp_path / "b.wav").read_bytes()


def test_the_file_holds_what_was_rendered(band, sound, tmp_path):
    wav.write(band, tmp_path / "deep" / "a.wav")
    info = soundfile.info(tmp_path / "deep" / "a.wav")
    assert (info.samplerate, info.channels, info.subtype) == (44_100, 2, "PCM_16")
    read, _ = soundfile.read(tmp_path / "deep" / "a.wav")
    assert np.abs(read - sound).max() < 3 / 32768  # rounding, dither
    assert [path.name for path in (tmp_path / "deep").iterdir()] == ["a.wav"]


def test_long_pieces_are_mixed_alike_though_played_twice(band, sound, monkeypatch):
    monkeypatch.setattr("antiphon.formats._mix.KEPT_BYTES", 0)
    assert np.array_equal(wav.render(band), sound)


def test_what_would_last_for_hours_is_refused():
    long = track("melody", 73, (0, 3 * 3600 * 2 * Q, 60, 90))  # at 120 bpm: three hours
    with pytest.raises(AntiphonError, match=r"3\.0 hours; sound is made of up to 2 hours"):
        wav.render(Piece(tracks=[long]))


def test_where_there_is_no_soundfont_one_is_told_what_to_do(band, tmp_path, monkeypatch):
    monkeypatch.delenv(_soundfont.VARIABLE, raising=False)
    monkeypatch.setattr(_soundfont, "FOLDER", tmp_path)
    with pytest.raises(AntiphonError, match=r"bootstrap\.py.*--soundfont.*ANTIPHON_SOUNDFONT"):
        wav.write(band, tmp_path / "a.wav")
    assert not list(tmp_path.iterdir())


def test_the_soundfont_of_the_environment_is_taken_before_the_one_of_set_up(tmp_path, monkeypatch):
    named = tmp_path / "mine.sf2"
    named.write_bytes(b"RIFF\0\0\0\0sfbk")
    monkeypatch.setenv(_soundfont.VARIABLE, str(named))
    assert _soundfont.find() == named


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (None, "There is no soundfont"),
        (b"RIFF\0\0\0\0WAVEfmt ", "is not a soundfont"),
        (b"RIFF\0\0\0\0sfbkbroken", "cannot load the soundfont"),
    ],
    ids=["missing", "another kind of file", "broken"],
)
def test_a_wrong_soundfont_is_named(content, said, band, tmp_path):
    path = tmp_path / "font.sf2"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(AntiphonError, match=said):
        wav.render(band, path)
