"""What a listener hears in a recording: onsets, tempo, pitch classes, and the pitch of one note.

librosa does it (McFee et al., SciPy 2015); it is loaded when the first of these is called.
Audio is mono, (N,), full scale −1 … 1; of rates above 22,050 Hz it is brought down first.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from antiphon.sound.resampling import resample

Audio = NDArray[np.float32]

_RATE_HZ = 22_050
_LOW_HZ, _HIGH_HZ = 25.0, 4400.0  # the lowest and highest keys of a piano lie within
_FINE_HZ = 64_000  # lags are whole samples: at 16 kHz high notes are taken for lower ones
_FRAME, _HOP = 8192, 4096  # three periods of the lowest
_CHROMA = 4096  # window in which pitch classes are told apart
_LEAST_BEATS = 8  # fewer tell no tempo
_VOICED, _STEADY = 0.5, 0.5  # share of frames, semitones: what makes a sound one note
_STRONG = 0.5  # of the strongest onset: a softer one is no other note
_SILENT = 10 ** (-60 / 20)  # peak


@dataclass(frozen=True)
class Heard:
    """What was heard.

    Attributes:
        onsets_s: (n,) when something begins.
        tempo_bpm: NaN where there is no beat.
        pitch_classes: (12,) how strong each is, C first, the strongest 1; all 0 in silence.
        pitch: MIDI number, with its share of a semitone, where all of it is one note; else NaN.
    """

    onsets_s: NDArray[np.float64]
    tempo_bpm: float
    pitch_classes: NDArray[np.float64]
    pitch: float


def hear(samples: Audio, sample_rate_hz: int) -> Heard:
    """Return everything that is heard in a sound."""
    sound, rate = _lowered(samples, sample_rate_hz)
    if np.abs(sound).max(initial=0) < _SILENT:
        return Heard(np.zeros(0), float("nan"), np.zeros(12), float("nan"))
    librosa = _librosa()
    strength = librosa.onset.onset_strength(y=sound, sr=rate)
    onsets = librosa.onset.onset_detect(onset_envelope=strength, sr=rate)
    is_struck_once = (strength[onsets] > _STRONG * strength.max()).sum() <= 1
    tempo_bpm, beats = librosa.beat.beat_track(onset_envelope=strength, sr=rate)
    is_beating = len(beats) >= _LEAST_BEATS and len(onsets) >= _LEAST_BEATS
    long = np.pad(sound, (0, max(0, _CHROMA - len(sound))))
    chroma = librosa.feature.chroma_stft(y=long, sr=rate, n_fft=_CHROMA).mean(axis=1)
    return Heard(
        np.asarray(librosa.frames_to_time(onsets, sr=rate)),
        float(np.atleast_1d(tempo_bpm)[0]) if is_beating else float("nan"),
        chroma.astype(np.float64) / max(float(chroma.max()), 1e-9),
        pitch(sound, rate) if is_struck_once else float("nan"),
    )


def beats_s(samples: Audio, sample_rate_hz: int) -> NDArray[np.float64]:
    """Return (n,) the times of the beats that are heard; none in silence.

    Source:
        Ellis, "Beat Tracking by Dynamic Programming", Journal of New Music Research, 2007.
    """
    sound, rate = _lowered(samples, sample_rate_hz)
    if np.abs(sound).max(initial=0) < _SILENT:
        return np.zeros(0)
    _, beats = _librosa().beat.beat_track(y=sound, sr=rate, trim=False, units="time")
    return np.asarray(beats, dtype=np.float64)


def pitch(samples: Audio, sample_rate_hz: int) -> float:
    """Return the MIDI number of a sound that is one note, with its share of a semitone.

    NaN where less than half of it has a pitch, or half of that is over half a semitone away from
    the middle.

    Source:
        pYIN: Mauch & Dixon, ICASSP 2014.
    """
    sound = resample(samples, sample_rate_hz, _FINE_HZ)
    if len(sound) < _FRAME or np.abs(sound).max() < _SILENT:
        return float("nan")
    librosa = _librosa()
    sizes = {"frame_length": _FRAME, "hop_length": _HOP}
    hz, is_voiced, _ = librosa.pyin(sound, fmin=_LOW_HZ, fmax=_HIGH_HZ, sr=_FINE_HZ, **sizes)
    loud = librosa.feature.rms(y=sound, **sizes)[0]
    is_heard = loud > 0.1 * loud.max()  # while it rings
    is_voiced = is_voiced & is_heard
    if is_voiced.sum() < max(1, _VOICED * is_heard.sum()):
        return float("nan")
    numbers = 69 + 12 * np.log2(hz[is_voiced] / 440)
    middle = float(np.median(numbers))
    is_steady = np.median(np.abs(numbers - middle)) <= _STEADY
    return middle if is_steady else float("nan")


def _lowered(samples: Audio, sample_rate_hz: int) -> tuple[Audio, int]:
    if sample_rate_hz <= _RATE_HZ:
        return samples, sample_rate_hz
    return resample(samples, sample_rate_hz, _RATE_HZ), _RATE_HZ


def _librosa() -> Any:
    import librosa  # its machine code is made at the first call and kept

    return librosa
