"""Fetch the network that hears notes in recordings into the checkout; part of the set-up.

It is not committed. It is taken out of the wheel of basic-pitch (Apache-2.0), whose own code and
dependencies are not installed, and laid into `src/antiphon/formats/_transcriber/`, which goes
into the wheel when one is built.
"""

from __future__ import annotations

import sys
from pathlib import Path

from packages import Packed, fetch, lay

FOLDER = Path("src") / "antiphon" / "formats" / "_transcriber"
BASIC_PITCH = Packed(
    name="nmp.onnx",
    registry="pip",
    package="basic-pitch==0.4.0",
    member="basic_pitch/saved_models/icassp_2022/nmp.onnx",
    licence_member="basic_pitch-0.4.0.dist-info/LICENSE",
    licence="Apache-2.0",
    sha256="2c3c1d144bfa61ad236e92e169c13535c880469a12a047d4e73451f2c059a0ec",
)


def is_there(root: Path) -> bool:
    """Whether set-up has fetched it before."""
    return (root / FOLDER / BASIC_PITCH.name).is_file()


def install(root: Path, python: Path) -> None:
    """Fetch it; say so when it cannot be had, and go on without.

    Args:
        root: the checkout.
        python: an interpreter with pip.
    """
    found = fetch([BASIC_PITCH], python)
    if found:
        lay(found, root / FOLDER)
        print(f"Transcriber: {BASIC_PITCH.name} from {BASIC_PITCH.package}.", flush=True)
        return
    print(
        "set-up: the network that hears notes in recordings could not be fetched, so recordings "
        "cannot be worked on; run set-up again for it.",
        file=sys.stderr,
    )
