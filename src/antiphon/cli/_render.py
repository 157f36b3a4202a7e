"""Pieces into files; several at once where there are several and two cores.

Sound takes longest. Processes of their own make it, and load what they need while the networks
compose; for a piece or two they would cost more than they save.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, ThreadPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from pathlib import Path

from antiphon import formats, registry
from antiphon.errors import AntiphonError, unknown
from antiphon.music.piece import Piece

SOUND = ("wav", "ogg", "mp3")
_LAST = (*SOUND, "pdf", "svg", "score.png")  # the slowest first, so that none is waited for
_WORTH_HELPERS = 3  # pieces
_Job = tuple[Piece, Path, Path | None]  # what `write_one` takes
_ALSO_CALLED = {"midi": "mid", "xml": "musicxml", "roll": "png", "score": "pdf"}


def parse_formats(text: str) -> list[str]:
    """Return the formats named in ``"mid,wav,png"``, in that order, each once.

    Raises:
        AntiphonError: one is unknown (the nearest is told), or none is named.
    """
    known = [*formats.writable(), "score.png", "mxl"]
    found: dict[str, None] = {}
    for word in text.lower().split(","):
        name = word.strip().lstrip(".")
        name = _ALSO_CALLED.get(name, name)
        if name and name not in known:
            raise unknown(name, "formats", known)
        if name:
            found[name] = None
    if not found:
        raise AntiphonError(f"No format is named: give --formats some of {', '.join(known)}.")
    return list(found)


class Renderer:
    """Writes pieces in several formats; use as ``with rendering(...) as renderer``."""

    def __init__(
        self, names: Sequence[str], soundfont: Path | None, pool: ProcessPoolExecutor | None
    ) -> None:
        self._names = sorted(names, key=lambda n: _LAST.index(n) if n in _LAST else len(_LAST))
        self._soundfont = soundfont
        self._pool = pool

    def render(self, pieces: Sequence[Piece], stems: Sequence[str], folder: Path) -> Iterator[int]:
        """Write ``STEM.FORMAT`` of every piece; yield the index of each one when it is whole.

        Raises:
            AntiphonError: a piece cannot be written.
        """
        jobs: list[list[_Job]] = [
            [(piece, folder / f"{stem}.{name}", self._soundfont) for name in self._names]
            for piece, stem in zip(pieces, stems, strict=True)
        ]
        if self._pool is None:
            for index, mine in enumerate(jobs):
                _write_all(mine)
                yield index
            return
        futures = [[self._pool.submit(write_one, *job) for job in mine] for mine in jobs]
        for index, waited in enumerate(futures):
            _all(waited)
            yield index


def _write_all(jobs: Sequence[_Job]) -> None:
    """Write files: the slowest here, the others on a thread, since sound is made outside Python."""
    slowest, *others = jobs
    with ThreadPoolExecutor(1) as beside:
        waited = [beside.submit(write_one, *job) for job in others]
        write_one(*slowest)
        _all(waited)


def _all(futures: Sequence[Future[None]]) -> None:
    try:
        for future in futures:
            future.result()
    except BrokenProcessPool:
        raise AntiphonError(
            "A process that wrote files was ended from outside, perhaps for want of memory: "
            "free some, or ask for fewer or shorter pieces."
        ) from None


@contextmanager
def rendering(names: Sequence[str], soundfont: Path | None, n_pieces: int) -> Iterator[Renderer]:
    """Yield a renderer; helpers start at once where they are worth it, and end with it."""
    slow = [name for name in names if name in _LAST]
    if not slow or n_pieces < _WORTH_HELPERS or (os.cpu_count() or 1) < 2:
        yield Renderer(names, soundfont, None)
        return
    context = multiprocessing.get_context("spawn")  # a fork may hang once torch has threads
    try:
        pool = ProcessPoolExecutor(2, context, _begin)
        for _ in range(2):
            pool.submit(_warm, tuple(names))
    except (OSError, ImportError):  # some systems have no semaphores
        yield Renderer(names, soundfont, None)
        return
    try:
        yield Renderer(names, soundfont, pool)
    except BaseException:
        pool.shutdown(wait=False, cancel_futures=True)
        for process in multiprocessing.active_children():
            process.terminate()
        raise
    finally:
        pool.shutdown(cancel_futures=True)


def _begin() -> None:
    """Leave Ctrl-C to the parent, and never outlive it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_follow_parent, daemon=True).start()


def _follow_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def _warm(names: tuple[str, ...]) -> None:
    for name in {n.rpartition(".")[2] for n in names} & set(formats.writable()):
        registry.load("antiphon.formats", name)


def write_one(piece: Piece, path: Path, soundfont: Path | None) -> None:
    """Write one file; `soundfont` is for those that sound."""
    name = path.suffix.lstrip(".")
    if name in SOUND:
        registry.load("antiphon.formats", name).write(piece, path, soundfont)
    else:
        formats.write(piece, path)
