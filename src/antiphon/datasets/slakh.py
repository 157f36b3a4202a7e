"""Slakh: 2,100 multi-track songs of the Lakh MIDI data set, rendered by good instruments.

The songs are read from `all_src.mid`, which has every part, those without a stem of their own as
well; where it is missing, from the MIDI files of the stems.
"""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

from antiphon.datasets import SPLITS, Source, seeded_split
from antiphon.datasets._played import completed
from antiphon.datasets._remotes import MIRDATA, Remote
from antiphon.errors import AntiphonError
from antiphon.formats import mid
from antiphon.music.piece import Piece

CITATION = (
    "Manilow, Wichern, Seetharaman, Le Roux: Cutting Music Source Separation Some Slakh: A "
    "Dataset to Study the Impact of Training Data Quality and Quantity, WASPAA 2019"
)
LICENCE = "CC BY 4.0; the songs are Lakh's, whose licences are not stated"
SHIP = False
URL = "http://www.slakh.com"
STYLE = "mixed"
HOLDS = "2,100 songs, redux 1,710"
REMOTES = (
    Remote(
        url="https://zenodo.org/record/4603870/files/babyslakh_16k.tar.gz",
        file="babyslakh_16k.tar.gz",
        part="baby",
        md5="311096dc2bde7d61c97e930edbfc7f78",
        checked_by=MIRDATA,
    ),
    Remote(
        url="https://zenodo.org/record/4599666/files/slakh2100_flac_redux.tar.gz",
        file="slakh2100_flac_redux.tar.gz",
        part="redux",
        md5="f4b71b6c45ac9b506f59788456b3f0c4",
        checked_by=MIRDATA,
    ),
)

_OMITTED = "omitted"  # the folder of songs that the redux release found twice


def sources(root: Path) -> list[Source]:
    """List the songs below `root`: split by their folder, without one by the hash of their number.

    Raises:
        AntiphonError: no folder such as Track00001 with MIDI files lies below `root`.
    """
    folders = [
        p for p in (root.resolve(), *root.rglob("Track*")) if re.fullmatch(r"Track[0-9]{5}", p.name)
    ]
    found: dict[str, Source] = {}
    for folder in sorted(folders):
        whole, stems = folder / "all_src.mid", folder / "MIDI"
        path = whole if whole.is_file() or not stems.is_dir() else stems
        above = folder.parent.name
        split = above if above in SPLITS else seeded_split(folder.name)
        audio = next((p for p in (folder / "mix.flac", folder / "mix.wav") if p.is_file()), None)
        found.setdefault(folder.name, Source(folder.name, path, split, audio=audio))
    if not found:
        raise AntiphonError(f"{root} is no Slakh: it has no folder such as Track00001.")
    return list(found.values())


def performance(source: Source) -> Piece:
    """Read one song with the times of its recording, `Source.audio`.

    Raises:
        AntiphonError: a file of it is missing, broken or has no notes.
    """
    if source.path.name == "MIDI":
        return _joined(source.path)
    piece = mid.read(source.path, quick=True)
    return replace(piece, title=piece.tracks[0].name or source.id)


def _joined(folder: Path) -> Piece:
    """Return the song of a folder of stems, which share tempo and ticks."""
    paths = sorted(folder.glob("S*.mid"))
    if not paths:
        raise AntiphonError(f"{folder} holds no file such as S00.mid.")
    stems = [mid.read(path, quick=True) for path in paths]
    first = stems[0]
    if any((s.resolution, s.tempos) != (first.resolution, first.tempos) for s in stems):
        raise AntiphonError(f"The files in {folder} have different tempos.")
    tracks = [track for stem in stems for track in stem.tracks]
    return replace(first, tracks=tracks, title=tracks[0].name)


def read_remarking(source: Source) -> tuple[Piece, list[str]]:
    """Read one song and say whether its beats had to be estimated.

    Raises:
        AntiphonError: a file of it is missing, broken or has no notes, or it is there twice.
    """
    if _OMITTED in source.path.parts:
        raise AntiphonError("It lies in omitted/: its authors found the same song elsewhere.")
    return completed(performance(source))
