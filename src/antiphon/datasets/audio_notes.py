"""Recorded single notes of free instruments: pianos, guitars, basses, saxophone, four seconds each.

In the layout of NSynth, but as FLAC, and with source and licence of every note: those under CC0,
in the public domain or under CC BY may be trained on for a release. Notes whose pitch nobody has
checked are left out.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from antiphon.datasets import seeded_split
from antiphon.datasets._examples import note_labels, recordings_of, word
from antiphon.errors import AntiphonError
from antiphon.music.recording import Recording

CITATION = (
    "Recordings by the sfzinstruments and FreePats projects: Splendid Grand Piano, Meatbass, "
    "Emilyguitar, Growlybass, Weresax (Karoryfer), Double Bass (D. Smolken), Old Piano FB, "
    "Upright Piano KW, Spanish Classical Guitar"
)
LICENCE = "CC0 or public domain, said of each note"
SHIP = True
URL = "https://github.com/sfzinstruments"
STYLE = "notes"
HOLDS = "771 notes"

_FREE = re.compile(r"(?i)(CC0|public domain|CC[ -]BY[ -]\d)")


def recordings(root: Path) -> list[Recording]:
    """List the notes of every ``examples.json`` below `root` that has FLAC files beside it.

    The split follows instrument and pitch, so that all velocities of a key lie in one split.

    Raises:
        AntiphonError: there is no such table, or it is broken.
    """
    tables = [t for t in sorted(root.rglob("examples.json")) if (t.parent / "audio").is_dir()]
    if not tables:
        raise AntiphonError(f"{root} holds no notes: examples.json with a folder audio is missing.")
    return [note for table in tables for note in recordings_of(table, ".flac", _made)]


def _made(name: str, record: dict[str, Any], path: Path) -> Recording:
    labels = note_labels(name, record)
    licence = word(name, record, "licence")
    unchecked = record.get("pitch_checked") != 1
    return Recording(
        id=name,
        path=path,
        split=seeded_split(f"{labels['instrument']} {labels['pitch']}"),
        licence=licence,
        ship=_FREE.match(licence) is not None,
        is_note=True,
        left_out=f"Nobody has checked the pitch of {name}." if unchecked else "",
        **labels,
    )
