"""Any folder of your own recordings, cut into rows of four seconds that follow one another.

WAV, FLAC, OGG, MP3 and AIFF of any rate and length; channels are mixed. Nothing is said of
pitch or instruments. Silent rows are left out.
"""

from __future__ import annotations

from pathlib import Path

from antiphon.datasets._listing import listed
from antiphon.music.recording import Recording

CITATION = "your own recordings"
LICENCE = "not known: yours to judge"
SHIP = False
URL = ""
STYLE = "own"
HOLDS = "any number of files"

_ENDINGS = (".wav", ".flac", ".ogg", ".mp3", ".aiff", ".aif")


def recordings(root: Path) -> list[Recording]:
    """List the sound files below `root`, in all its folders; the split follows their content.

    Raises:
        AntiphonError: there is no such folder, or no file to read in it.
    """
    return [
        Recording(
            id=source.id,
            path=source.path,
            split=source.split,
            licence=LICENCE,
            ship=SHIP,
            left_out=f"The same file as {source.same_as}." if source.same_as else "",
        )
        for source in listed(root, _ENDINGS)
    ]
