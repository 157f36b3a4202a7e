"""Which pitches sound and begin in a recording: basic-pitch's network, run by ONNX Runtime.

Bittner et al., "A Lightweight Instrument-Agnostic Model for Polyphonic Note Transcription and
Multipitch Estimation", ICASSP 2022. Set-up takes the model out of its package; only the network
is used, windows and times are laid out here.

Shapes: F frames, K keys of a piano (88, from A0 on).
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from antiphon.errors import AntiphonError
from antiphon.sound.resampling import resample

MODEL = Path(__file__).parent / "_transcriber" / "nmp.onnx"
RATE_HZ = 22_050
LOW_PITCH, N_KEYS = 21, 88
_WINDOW, _HOP = 43_844, 256  # samples heard at once, and of a frame
_EDGE = 15  # frames at either end of a window that are left to its neighbours
_STRIDE = _WINDOW - 2 * _EDGE * _HOP  # samples from window to window


class Heard(NamedTuple):
    """What is heard in each frame.

    Attributes:
        time_s: (F,) when each frame begins.
        sounding, beginning: (F, K) how sure it is that each key sounds, and begins; 0–1.
    """

    time_s: NDArray[np.float64]
    sounding: NDArray[np.float32]
    beginning: NDArray[np.float32]


def transcribe(samples: NDArray[np.float32], sample_rate_hz: int) -> Heard:
    """Return which keys sound and begin in a mono recording (N,).

    Raises:
        AntiphonError: set-up has not fetched the network.
    """
    session = _session()
    sound = np.asarray(resample(samples, sample_rate_hz, RATE_HZ), np.float32)
    padded = np.concatenate([np.zeros(_EDGE * _HOP, np.float32), sound])
    names = [f"StatefulPartitionedCall:{number}" for number in (1, 2)]
    rows: list[list[NDArray[np.float32]]] = []
    starts = range(0, len(sound), _STRIDE)
    for start in starts:
        window = padded[start : start + _WINDOW]
        window = np.pad(window, (0, _WINDOW - len(window)))[None, :, None]
        rows.append(session.run(names, {"serving_default_input_2:0": window}))
    sounding, beginning = (
        np.concatenate([row[side][0, _EDGE:-_EDGE] for row in rows]) for side in (0, 1)
    )
    n = rows[0][0].shape[1] - 2 * _EDGE
    time_s = (np.array(starts)[:, None] + np.arange(n) * _HOP).ravel() / RATE_HZ
    inside = time_s < len(sound) / RATE_HZ
    return Heard(time_s[inside], sounding[inside], beginning[inside])


@cache
def _session() -> Any:
    if not MODEL.is_file():
        raise AntiphonError(
            "The network that hears notes in recordings is not there: run "
            "`python scripts/bootstrap.py` in the checkout, which fetches it."
        )
    import onnxruntime  # loads its library

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.log_severity_level = 3
    providers = ["CPUExecutionProvider"]
    return onnxruntime.InferenceSession(str(MODEL), options, providers=providers)
