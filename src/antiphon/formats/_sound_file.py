"""Writing sound files by libsndfile: whole, or not at all, and one sentence where that fails."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from antiphon.errors import AntiphonError
from antiphon.formats._files import beside

_SYSTEM = 2  # libsndfile's SF_ERR_SYSTEM: it could not write


@contextmanager
def new_sound_file(
    path: Path | str, rate_hz: int, n_channels: int, codec: str | None, container: str, **more: Any
) -> Iterator[Any]:
    """Open a sound file that gets its name when all is written.

    Args:
        codec, container: libsndfile's names; the container's own codec when None.
        more: what else `soundfile.SoundFile` takes.

    Raises:
        AntiphonError: the folder cannot be written to, or the disk is full.
        soundfile.LibsndfileError: the container does not hold such sound.
    """
    import soundfile  # loads its library

    with beside(path) as unfinished:
        try:
            with soundfile.SoundFile(
                unfinished, "w", rate_hz, n_channels, codec, format=container, **more
            ) as file:
                yield file
        except soundfile.LibsndfileError as error:
            if error.code != _SYSTEM:
                raise
            raise AntiphonError(
                f"Cannot write {path}: the disk is full, or something else keeps it from being "
                "written."
            ) from None
