"""What is heard in sounds that are made of what is to be heard."""

from __future__ import annotations

import math
import subprocess
import sys

import numpy as np
import pytest

from antiphon.sound.hearing import hear, pitch

RATE_HZ = 16_000


def plucked(number: float, seconds: float = 1.5, rate_hz: int = RATE_HZ) -> np.ndarray:
    """A tone of six harmonics that fades."""
    at = np.arange(int(seconds * rate_hz)) / rate_hz
    hz = 440 * 2 ** ((number - 69) / 12)
    sound = sum(np.sin(2 * np.pi * hz * k * at) / k for k in range(1, 7))
    return (0.3 * sound * np.exp(-2 * at)).astype(np.float32)


def band(bpm: float, seconds: float) -> np.ndarray:
    """Chords C, F, G, C on every beat, with a click."""
    rng = np.random.default_rng(0)
    sound = np.zeros(int(seconds * RATE_HZ) + RATE_HZ, np.float32)
    for beat in range(int(seconds * bpm / 60)):
        root = (0, 5, 7, 0)[beat // 4 % 4]
        struck = sum(plucked(48 + root + step, 0.4) for step in (0, 4, 7))
        struck[:200] += 0.5 * rng.standard_normal(200).astype(np.float32)
        start = int(beat * 60 / bpm * RATE_HZ)
        sound[start : start + len(struck)] += struck
    return sound / np.abs(sound).max()


@pytest.mark.parametrize("number", [33.0, 57.0, 60.4, 96.0])
def test_the_pitch_of_a_note_is_heard_to_a_fifth_of_a_semitone(number):
    assert pitch(plucked(number), RATE_HZ) == pytest.approx(number, abs=0.2)


def test_a_high_rate_is_brought_down_first():
    assert pitch(plucked(60, rate_hz=44_100), 44_100) == pytest.approx(60, abs=0.2)


@pytest.mark.parametrize(
    "sound",
    [
        np.zeros(16_000),
        np.random.default_rng(0).uniform(-0.5, 0.5, 16_000),
        np.sin(2 * np.pi * np.cumsum(np.geomspace(110, 880, 16_000)) / RATE_HZ),
        plucked(60)[:1000],
    ],
    ids=["silence", "noise", "glide", "too short"],
)
def test_what_has_no_pitch_gives_none(sound):
    assert math.isnan(pitch(sound.astype(np.float32), RATE_HZ))


def test_tempo_and_pitch_classes_of_music():
    heard = hear(band(120, 12), RATE_HZ)
    # estimators may take half or twice the beats
    assert min(abs(heard.tempo_bpm / 120 - ratio) for ratio in (0.5, 1, 2)) < 0.05
    assert len(heard.onsets_s) >= 20 and math.isnan(heard.pitch)
    assert heard.pitch_classes.argmax() in (0, 7) and heard.pitch_classes[[1, 6]].max() < 0.6


def test_one_note_has_a_pitch_and_no_tempo():
    heard = hear(np.concatenate([np.zeros(1600, np.float32), plucked(64)]), RATE_HZ)
    assert heard.pitch == pytest.approx(64, abs=0.2) and math.isnan(heard.tempo_bpm)


def test_nothing_is_heard_in_silence():
    heard = hear(np.zeros(RATE_HZ, np.float32), RATE_HZ)
    assert len(heard.onsets_s) == 0 and not heard.pitch_classes.any() and math.isnan(heard.pitch)


def test_librosa_is_loaded_when_something_is_heard_and_not_before():
    told = "import sys, antiphon.datasets._heard; print(any('librosa' in m for m in sys.modules))"
    shown = subprocess.run([sys.executable, "-c", told], capture_output=True, text=True)
    assert shown.stdout.strip() == "False", shown.stderr
