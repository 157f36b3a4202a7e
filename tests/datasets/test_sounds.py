"""Sets of sounds: NSynth, free notes with a licence each, and folders of recordings."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile

from antiphon import datasets
from antiphon.cli import main
from antiphon.datasets import _prepare_sounds, audio_folder, audio_notes, nsynth
from antiphon.datasets._sound import prepare_recording
from antiphon.errors import AntiphonError
from antiphon.music.recording import FAMILIES, QUALITIES
from antiphon.representations.sounds import load_sounds

RATE, N = 16_000, 64_000
TABLES = ("sounds.npy", "labels.npy", "pieces.json", "report.json", "report.png")


def tone(hz: float, n: int = N, rate: int = RATE) -> np.ndarray:
    return (8000 * np.sin(2 * np.pi * hz * np.arange(n) / rate)).astype(np.int16)


def record(pitch: int, **more: Any) -> dict[str, Any]:
    """What NSynth says of a note."""
    said = {
        "note": 1,
        "pitch": pitch,
        "velocity": 100,
        "instrument_str": "guitar_acoustic_000",
        "instrument_family_str": "guitar",
        "instrument_source_str": "acoustic",
        "qualities_str": ["dark", "reverb"],
        "sample_rate": RATE,
    }
    return said | more


def write_notes(folder: Path, notes: dict[str, dict[str, Any]], ending: str = ".wav") -> None:
    (folder / "audio").mkdir(parents=True)
    for index, name in enumerate(notes):
        soundfile.write(folder / "audio" / f"{name}{ending}", tone(200 + 20 * index), RATE)
    (folder / "examples.json").write_text(json.dumps(notes))


@pytest.fixture
def nsynth_root(tmp_path: Path) -> Path:
    for split, pitches in (("train", (60, 61, 62)), ("valid", (63,)), ("test", (64,))):
        notes = {f"guitar_{split}-{p:03}-100": record(p) for p in pitches}
        write_notes(tmp_path / f"nsynth/nsynth-{split}", notes)
    # tones of all splits differ
    for at, split in enumerate(("valid", "test")):
        path = next((tmp_path / f"nsynth/nsynth-{split}/audio").iterdir())
        soundfile.write(path, tone(900 + 50 * at), RATE)
    return tmp_path / "nsynth"


def prepared(name: str, root: Path, out: Path, **more: Any) -> dict[str, Any]:
    return datasets.prepare(name, root, out, jobs=1, **more).report


def test_nsynth_keeps_its_split_and_what_is_said_of_each_note(nsynth_root: Path, tmp_path: Path):
    report = prepared("nsynth", nsynth_root, tmp_path / "out")
    assert {k: v["sounds"] for k, v in report["splits"].items()} == {
        "train": 3,
        "validation": 1,
        "test": 1,
    }
    assert report["pitches"] == {"60–71": 5}
    test = load_sounds(tmp_path / "out", "test")
    label = test.labels[0]
    assert (label["pitch"], label["velocity"], label["n_frames"]) == (64, 100, N)
    assert FAMILIES[label["family"]] == "guitar"
    kept = [q for i, q in enumerate(QUALITIES) if label["qualities"] >> i & 1]
    assert kept == ["dark", "reverb"]
    assert test.pieces[test.rows[0]]["licence"] == "CC BY 4.0"


def test_samples_of_16_bits_come_out_as_they_were(nsynth_root: Path, tmp_path: Path):
    prepared("nsynth", nsynth_root, tmp_path / "out")
    test = load_sounds(tmp_path / "out", "test")
    assert test.sample_rate_hz == RATE
    assert np.array_equal(test.samples[test.rows[0]], tone(950))
    assert np.array_equal(test.take(np.array([0]))[0] * 32768, tone(950))


def free(pitch: int, **more: Any) -> dict[str, Any]:
    return record(pitch, licence="CC0-1.0", pitch_checked=1, **more)


def test_each_note_has_its_own_licence(tmp_path: Path):
    notes = {
        "na": free(60),
        "nb": free(61, velocity=25) | {"licence": "Public domain (AKAI)"},
        "nc": free(62) | {"licence": "CC BY-NC 4.0"},
        "nd": free(63) | {"pitch_checked": 0},
        "ne": free(64) | {"licence": "CC BY 3.0"},
    }
    write_notes(tmp_path / "notes", notes, ".flac")
    report = prepared("audio_notes", tmp_path / "notes", tmp_path / "out")
    pieces = json.loads((tmp_path / "out/pieces.json").read_text())
    assert {p["id"]: p["ship"] for p in pieces} == {"na": True, "nb": True, "nc": False, "ne": True}
    assert report["may_be_released"] == 3
    assert report["recordings_left_out"] == [
        {"reason": "Nobody has checked the pitch of ….", "recordings": 1, "which": ["nd"]}
    ]


def test_training_for_a_release_refuses_notes_that_do_not_allow_it(tmp_path: Path):
    from antiphon.training._settings import TrainConfig, check_licence

    notes = {"n1": free(60), "n2": free(61) | {"licence": "CC BY-NC 4.0"}}
    write_notes(tmp_path / "notes", notes, ".flac")
    prepared("audio_notes", tmp_path / "notes", tmp_path / "out")
    pieces = load_sounds(tmp_path / "out", "train").pieces
    config = TrainConfig(name="x", prepared=str(tmp_path / "out"), release=True)
    with pytest.raises(AntiphonError, match="does not allow weights to be released"):
        check_licence(config, pieces)
    check_licence(config, [piece for piece in pieces if piece["id"] == "n1"])


def test_velocities_of_one_key_lie_in_one_split(tmp_path: Path):
    notes = {f"n{p}-{v}": free(p, velocity=v) for p in range(40, 60) for v in (25, 100)}
    write_notes(tmp_path / "notes", notes, ".flac")
    split = {r.id: r.split for r in audio_notes.recordings(tmp_path / "notes")}
    assert all(split[f"n{p}-25"] == split[f"n{p}-100"] for p in range(40, 60))
    assert len(set(split.values())) > 1


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"pitch": 128}, "pitch of a must be 0 to 127."),
        ({"pitch": "60"}, "pitch of a must be 0 to 127."),
        ({"velocity": True}, "velocity of a must be 1 to 127."),
        ({"instrument_family_str": "kazoo"}, "instrument_family_str of a must be one of bass"),
        ({"instrument_str": None}, "instrument_str of a must be a word."),
        ({"qualities_str": ["shiny"]}, "qualities_str of a must be of bright"),
    ],
)
def test_note_with_a_broken_record_is_counted(tmp_path: Path, change: dict, said: str):
    write_notes(tmp_path / "nsynth-test", {"a": record(60) | change, "b": record(61)})
    report = prepared("nsynth", tmp_path, tmp_path / "out")
    assert report["recordings"] == {"found": 2, "used": 1, "left_out": 1}
    assert nsynth.recordings(tmp_path)[0].left_out.startswith(said)


def test_name_that_leads_elsewhere_is_left_out(tmp_path: Path):
    write_notes(tmp_path / "nsynth-test", {"b": record(61)})
    table = {"../../b": record(60), "b": record(61)}
    (tmp_path / "nsynth-test/examples.json").write_text(json.dumps(table))
    assert nsynth.recordings(tmp_path)[0].left_out == "The name '../../b' is no name of a file."


@pytest.mark.parametrize("n_frames", [0, 63_999, 64_001])
def test_note_of_another_length_is_no_note_of_nsynth(tmp_path: Path, n_frames: int):
    write_notes(tmp_path / "nsynth-test", {"a": record(60)})
    soundfile.write(tmp_path / "nsynth-test/audio/a.wav", tone(200, n_frames), RATE)
    told = prepare_recording(nsynth.recordings(tmp_path)[0]).info
    assert told["reason"] == f"… has {n_frames:,} frames, not 64,000."


def test_music_is_cut_into_rows_that_follow_one_another(tmp_path: Path):
    folder = tmp_path / "mine"
    folder.mkdir()
    # 11.5 s: rows of 4 s, of which the second is silent, and 3.5 s
    sound = tone(440, int(11.5 * RATE))
    sound[N : 2 * N] = 0
    soundfile.write(folder / "a.wav", sound, RATE)
    # 4.5 s: the last half second is too short
    soundfile.write(folder / "b.flac", tone(300, int(4.5 * RATE)), RATE)
    report = prepared("audio_folder", folder, tmp_path / "out")
    assert report["sounds"] == {"read": 5, "kept": 3, "left_out": 2}
    assert report["sounds_left_out"] == {"silent": 1, "shorter than 1 s": 1}
    samples = np.load(tmp_path / "out/sounds.npy")
    labels = np.load(tmp_path / "out/labels.npy")
    assert labels["start_s"].tolist() == [0.0, 8.0, 0.0]
    assert labels["n_frames"].tolist() == [N, 56_000, N]
    assert np.array_equal(samples[1, :56_000], sound[2 * N :])
    assert not samples[1, 56_000:].any()


def test_a_stroke_is_a_row_followed_by_silence(tmp_path: Path):
    (tmp_path / "mine").mkdir()
    stroke = tone(200, RATE // 4)
    soundfile.write(tmp_path / "mine/a.wav", stroke, RATE)
    assert prepared("audio_folder", tmp_path / "mine", tmp_path / "out")["sounds"]["kept"] == 1
    row = np.load(tmp_path / "out/sounds.npy")[0]
    assert np.array_equal(row[: RATE // 4], stroke) and not row[RATE // 4 :].any()


@pytest.mark.parametrize("rate", [8_000, 44_100, 48_000])
def test_other_rates_and_channels_give_the_same_tone(tmp_path: Path, rate: int):
    folder = tmp_path / "mine"
    folder.mkdir()
    one = tone(440, 6 * rate, rate)
    soundfile.write(folder / "a.wav", np.stack([one, one], axis=1), rate)
    report = prepared("audio_folder", folder, tmp_path / "out")
    assert report["remarks"] == {"mixed to mono": 1, "resampled to 16000 Hz": 1}
    samples = np.load(tmp_path / "out/sounds.npy").astype(float)
    wanted = tone(440, 6 * RATE).astype(float)
    # away from the ends of the file; rows meet without a seam
    whole = np.concatenate([samples[0], samples[1, : 2 * RATE]])
    error = (whole - wanted)[RATE // 4 : -RATE // 4]
    assert np.sqrt((error**2).mean()) < 1  # of 8000: −78 dB; rounding to 16 bits is .3


def test_values_beyond_full_scale_are_clipped_and_remarked(tmp_path: Path):
    (tmp_path / "mine").mkdir()
    loud = np.full(N, 1.5, np.float32)
    soundfile.write(tmp_path / "mine/a.wav", loud, RATE, "FLOAT")
    report = prepared("audio_folder", tmp_path / "mine", tmp_path / "out")
    assert report["remarks"] == {"beyond full scale, clipped": 1}
    assert (np.load(tmp_path / "out/sounds.npy") == 32767).all()


@pytest.mark.parametrize("ending", [".wav", ".aiff"])
def test_recording_that_was_cut_off_is_read_and_remarked(tmp_path: Path, ending: str):
    (tmp_path / "mine").mkdir()
    path = tmp_path / f"mine/a{ending}"
    soundfile.write(path, tone(440), RATE)
    path.write_bytes(path.read_bytes()[:-64_000])  # half of it
    report = prepared("audio_folder", tmp_path / "mine", tmp_path / "out")
    assert report["remarks"] == {"shorter than its header says, perhaps cut off": 1}
    assert np.load(tmp_path / "out/labels.npy")["n_frames"].tolist() == [32_000]


def test_what_is_no_number_is_refused(tmp_path: Path):
    (tmp_path / "mine").mkdir()
    soundfile.write(tmp_path / "mine/a.wav", np.full(N, np.nan, np.float32), RATE, "FLOAT")
    told = prepare_recording(audio_folder.recordings(tmp_path / "mine")[0]).info
    assert told["reason"] == "… holds values that are no numbers."


def test_same_sounds_under_two_names_count_once(nsynth_root: Path, tmp_path: Path):
    audio = nsynth_root / "nsynth-train/audio"
    first, second, _ = sorted(audio.iterdir())
    second.write_bytes(first.read_bytes())
    report = prepared("nsynth", nsynth_root, tmp_path / "out")
    assert report["recordings"]["left_out"] == 1
    assert report["recordings_left_out"][0]["reason"] == "the same sound as another"
    assert len(np.load(tmp_path / "out/sounds.npy")) == 4


def test_same_bytes_however_many_jobs(nsynth_root: Path, tmp_path: Path, monkeypatch):
    monkeypatch.setattr(_prepare_sounds, "RECORDINGS_PER_PART", 2)
    prepared("nsynth", nsynth_root, tmp_path / "one")
    datasets.prepare("nsynth", nsynth_root, tmp_path / "two", jobs=2)
    for table in TABLES:
        assert (tmp_path / "one" / table).read_bytes() == (tmp_path / "two" / table).read_bytes()


def test_stopped_preparation_goes_on_and_a_finished_one_is_recognised(
    nsynth_root: Path, tmp_path: Path, monkeypatch
):
    monkeypatch.setattr(_prepare_sounds, "RECORDINGS_PER_PART", 2)
    out = tmp_path / "out"
    _prepare_sounds.make_folder(out)
    group = nsynth.recordings(nsynth_root)[:2]
    _prepare_sounds.make_part(group, out / ".parts/000000.npz", _prepare_sounds._fingerprint(group))
    outcome = datasets.prepare("nsynth", nsynth_root, out, jobs=1)
    assert (outcome.parts_reused, outcome.was_finished) == (1, False)
    assert datasets.prepare("nsynth", nsynth_root, out, jobs=1).was_finished
    path = next((nsynth_root / "nsynth-test/audio").iterdir())
    soundfile.write(path, tone(777), RATE)
    assert not datasets.prepare("nsynth", nsynth_root, out, jobs=1).was_finished


def test_command_counts_what_was_read_and_left_out(nsynth_root: Path, tmp_path: Path, capsys):
    next((nsynth_root / "nsynth-test/audio").iterdir()).unlink()
    out = str(tmp_path / "out")
    assert main(["data", "prepare", "nsynth", "--from", str(nsynth_root), "--out", out]) == 0
    said = capsys.readouterr().out
    assert said.startswith("4 of 5 recordings, 4 of 4 sounds, ")
    assert "recordings left out: 1, There is no file …." in said


@pytest.mark.parametrize(
    ("name", "said"),
    [("nsynth", "is no NSynth"), ("audio_notes", "holds no notes"), ("audio_folder", "lies below")],
)
def test_folder_without_the_set_says_so(name: str, said: str, tmp_path: Path):
    with pytest.raises(AntiphonError, match=said):
        prepared(name, tmp_path, tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_sounds_cannot_be_written_in_other_keys(nsynth_root: Path, tmp_path: Path):
    with pytest.raises(AntiphonError, match="only notes can be written in other keys"):
        prepared("nsynth", nsynth_root, tmp_path / "out", augment=True)


def broken(content: bytes) -> list[bytes]:
    """A file emptied, cut off at four places, and with bits flipped."""
    draw = random.Random(len(content))
    versions = [b"", *(content[: len(content) * k // 5] for k in (1, 2, 3, 4))]
    for flips in (1, 8, 64, 1, 8, 64):
        flipped = bytearray(content)
        for _ in range(flips):
            # of a sound the header is what can go wrong; its samples are any numbers
            place = draw.randrange(min(len(flipped), 200) if flips < 64 else len(flipped))
            flipped[place] ^= 1 << draw.randrange(8)
        versions.append(bytes(flipped))
    return versions


@pytest.mark.parametrize(
    ("name", "write"),
    [
        ("nsynth", lambda root: write_notes(root / "nsynth-test", {"a": record(60)})),
        ("audio_notes", lambda root: write_notes(root, {"a": free(60)}, ".flac")),
        ("audio_folder", lambda root: soundfile.write(root / "a.ogg", tone(99), RATE)),
        ("audio_folder", lambda root: soundfile.write(root / "a.mp3", tone(99), RATE)),
        ("audio_folder", lambda root: soundfile.write(root / "a.aiff", tone(99), RATE)),
    ],
)
def test_broken_files_are_read_or_left_out_in_a_sentence(
    name: str, write: Callable[[Path], None], tmp_path: Path
):
    write(tmp_path)
    dataset = datasets.load(name)
    for path in [p for p in sorted(tmp_path.rglob("*")) if p.is_file()]:
        content = path.read_bytes()
        for version in broken(content):
            path.write_bytes(version)
            try:
                told = [prepare_recording(r) for r in dataset.recordings(tmp_path)]
                said = [one.info["left_out"] for one in told if "left_out" in one.info]
                assert all(len(one.samples) or "left_out" in one.info for one in told)
            except AntiphonError as error:
                said = [str(error)]
            assert all(s.endswith(".") and "\n" not in s for s in said), said
        path.write_bytes(content)


def strummed(n: int, first: int = 0) -> np.ndarray:
    """C major chords, twice a second from some frame on."""
    sound = np.zeros(n)
    for start in range(first, n - 8000, 8000):
        at = np.arange(8000) / RATE
        for hz in (130.8, 164.8, 196.0, 261.6):
            sound[start : start + 8000] += 0.2 * np.sin(2 * np.pi * hz * at) * np.exp(-6 * at)
    return sound


def test_recordings_are_listened_to_where_that_is_asked(tmp_path: Path, capsys):
    mine = tmp_path / "mine"
    mine.mkdir()
    soundfile.write(mine / "chords.wav", strummed(12 * RATE), RATE)
    soundfile.write(mine / "note.wav", tone(440, 2 * RATE), RATE)
    words = ["data", "prepare", "audio_folder", "--from", str(mine), "--out", str(tmp_path / "out")]
    assert main([*words, "--listen", "--jobs", "1"]) == 0
    assert "heard (estimated): 1 recordings are one note" in capsys.readouterr().out
    pieces = json.loads((tmp_path / "out" / "pieces.json").read_text())
    pitches = np.load(tmp_path / "out/labels.npy")["pitch"].tolist()
    note, chords = (
        next((p["heard"], n) for p, n in zip(pieces, pitches, strict=True) if p["id"].startswith(i))
        for i in ("note", "chords")
    )
    assert note[0] == {"pitch": pytest.approx(69, abs=0.2)} and note[1] == 69
    assert chords[0]["key"] == "C major" and chords[1] == 255
    assert min(abs(chords[0]["tempo_bpm"] / bpm - 1) for bpm in (60, 120, 240)) < 0.05
    assert "heard" not in prepared("audio_folder", mine, tmp_path / "unheard")
    assert main(["data", "info", str(mine / "note.wav")]) == 0
    told = capsys.readouterr().out
    assert "2 s, 16,000 Hz, channels: 1, " in told and "Pitch: 69" in told


def test_what_holds_notes_is_not_listened_to(tmp_path: Path):
    with pytest.raises(AntiphonError, match="only recordings are listened to"):
        datasets.prepare("folder", tmp_path, tmp_path / "out", listen=True)
