"""NSynth: single notes of 1,006 instruments, four seconds each, at five velocities.

Family, source and qualities of each note are kept. Instruments of the training split are in
neither of the others.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from antiphon.datasets._examples import note_labels, recordings_of
from antiphon.datasets._remotes import Remote
from antiphon.errors import AntiphonError
from antiphon.music.recording import Recording

CITATION = (
    "Engel, Resnick, Roberts, Dieleman, Eck, Simonyan, Norouzi: Neural Audio Synthesis of "
    "Musical Notes with WaveNet Autoencoders, ICML 2017"
)
LICENCE = "CC BY 4.0"
SHIP = False  # its licence lets it; what is at hand is a sample for the loader alone
URL = "https://magenta.tensorflow.org/datasets/nsynth"
STYLE = "notes"
HOLDS = "305,979 notes"
_AT = "http://download.magenta.tensorflow.org/datasets/nsynth"
REMOTES = tuple(
    Remote(
        url=f"{_AT}/nsynth-{part}.jsonwav.tar.gz", file=f"nsynth-{part}.jsonwav.tar.gz", part=part
    )
    for part in ("test", "valid", "train")
)

_SPLITS = {"nsynth-train": "train", "nsynth-valid": "validation", "nsynth-test": "test"}


def recordings(root: Path) -> list[Recording]:
    """List the notes of ``nsynth-train``, ``nsynth-valid`` and ``nsynth-test`` below `root`.

    Raises:
        AntiphonError: none of them is there, or a table is broken.
    """
    tables = [t for t in sorted(root.rglob("examples.json")) if t.parent.name in _SPLITS]
    if not tables:
        raise AntiphonError(
            f"{root} is no NSynth: nsynth-test/examples.json (or -train) is missing."
        )
    return [note for table in tables for note in recordings_of(table, ".wav", _maker(table))]


def _maker(table: Path) -> Any:
    split = _SPLITS[table.parent.name]

    def make(name: str, record: dict[str, Any], path: Path) -> Recording:
        return Recording(
            id=name,
            path=path,
            split=split,
            licence=LICENCE,
            ship=SHIP,
            is_note=True,
            n_frames=64_000,
            sample_rate_hz=16_000,
            **note_labels(name, record),
        )

    return make
