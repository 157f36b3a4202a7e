"""Which soundfont plays: the one given, the one in the environment, or the one from set-up."""

from __future__ import annotations

import os
from pathlib import Path

from antiphon.errors import AntiphonError

VARIABLE = "ANTIPHON_SOUNDFONT"
FOLDER = Path(__file__).parent / "_soundfonts"
PREFERRED = ("FluidR3Mono_GM.sf3", "sonivox.sf2", "TimGM6mb.sf2")  # best first
SUFFIXES = (".sf2", ".sf3")


def find(given: Path | str | None = None, suffixes: tuple[str, ...] = SUFFIXES) -> Path:
    """Return the soundfont to play with.

    Args:
        given: a file somebody asked for; before everything else.
        suffixes: the kinds the synthesizer reads.

    Raises:
        AntiphonError: there is none, or the one given is not a soundfont.
    """
    named = given or os.environ.get(VARIABLE)
    if named:
        return _checked(Path(named).expanduser(), suffixes)
    for name in PREFERRED:
        if (FOLDER / name).is_file() and Path(name).suffix in suffixes:
            return FOLDER / name
    raise AntiphonError(
        "There is no soundfont to play with: run `python scripts/bootstrap.py` in the checkout, "
        f"which fetches one, or name one by --soundfont FILE or {VARIABLE}=FILE "
        f"({' or '.join(suffixes)})."
    )


def _checked(path: Path, suffixes: tuple[str, ...]) -> Path:
    if not path.is_file():
        raise AntiphonError(f"There is no soundfont {path}.")
    try:
        with path.open("rb") as file:
            head = file.read(12)
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise AntiphonError(f"The soundfont {path} cannot be read: {reason}.") from None
    if head[:4] != b"RIFF" or head[8:] != b"sfbk":
        raise AntiphonError(f"{path} is not a soundfont; give a {' or '.join(suffixes)} file.")
    if path.suffix.lower() not in suffixes:
        raise AntiphonError(
            f"The synthesizer here reads {' and '.join(suffixes)} soundfonts, not {path.name}."
        )
    return path
