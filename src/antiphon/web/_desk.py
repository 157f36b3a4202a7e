"""The desk: what is answered at once: uploads read, files rendered, places of the map tried.

Each is done by a process of its own, and a few wait at most.

What was rendered is kept in the data folder, up to a bound, and is found by what it shows.
"""

from __future__ import annotations

import asyncio
import hashlib
import os
import re
import shutil
import tempfile
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import antiphon
from antiphon.errors import AntiphonError
from antiphon.music.piece import Piece
from antiphon.web import _bundle, _tasks
from antiphon.web._jobs import QueueFull
from antiphon.web._settings import Limits
from antiphon.web._worker import Worker

_READING_BYTES = 6 << 30  # of address space, for what strangers send


class Desk:
    """Reads, renders and wanders, one after the other of each."""

    def __init__(self, folder: Path, limits: Limits) -> None:
        """Prepare the folders; what an earlier server was rendering is swept away.

        Args:
            folder: of the server's data.
            limits: bounds.
        """
        self._limits = limits
        self._cache = folder / "rendered"
        self._work = folder / "unfinished"
        shutil.rmtree(self._work, ignore_errors=True)
        for path in (self._cache, self._work):
            path.mkdir(parents=True, exist_ok=True)
        self._reader = Worker(memory_bytes=_READING_BYTES)
        self._renderer = Worker()
        self._guide = Worker()
        self._reading = ThreadPoolExecutor(1)
        self._rendering = ThreadPoolExecutor(1)
        self._guiding = ThreadPoolExecutor(1)
        self._n_waiting = 0
        self._lock = threading.Lock()

    def close(self) -> None:
        """End the processes."""
        for pool, worker in (
            (self._reading, self._reader),
            (self._rendering, self._renderer),
            (self._guiding, self._guide),
        ):
            pool.shutdown(wait=False, cancel_futures=True)
            worker.close()

    async def read(self, content: bytes, name: str) -> Piece:
        """Return the piece in an uploaded file.

        Args:
            content: the file.
            name: what its owner calls it; only its last part is looked at.

        Raises:
            AntiphonError: it is no music, or beyond the limits.
            QueueFull: too many wait.
        """
        return await self._in_line(self._reading, lambda: self._read(content, name, _tasks.read))

    async def read_project(self, content: bytes) -> _bundle.Project:
        """Return the project in an uploaded file.

        Raises:
            AntiphonError: it is no project, or beyond the limits.
            QueueFull: too many wait.
        """

        def work() -> Any:
            return self._read(content, "project", _bundle.read, self._limits)

        return await self._in_line(self._reading, work)

    async def render(self, piece: Callable[[], Piece], content: bytes, kind: str) -> Path:
        """Return a file that shows or plays a piece.

        Args:
            piece: gives the piece, if it is needed.
            content: what tells the piece from others.
            kind: the file's ending, e.g. ``"mid"``, ``"score.png"``.

        Raises:
            AntiphonError: it cannot be rendered.
            QueueFull: too many wait.
        """
        digest = hashlib.sha256(f"{antiphon.__version__} {kind} ".encode() + content).hexdigest()
        file = self._cache / f"{digest[:40]}.{kind}"
        try:
            os.utime(file)  # asked for just now: it is swept away last
        except FileNotFoundError:
            await self._in_line(self._rendering, lambda: self._render(piece, file))
        return file

    async def guide(self, task: Callable[..., Any], *arguments: Any) -> Any:
        """Return what a task about the map returns.

        Raises:
            AntiphonError: the task says so.
            QueueFull: too many wait.
        """

        def work() -> Any:
            return self._guide.run(task, *arguments, timeout_s=self._limits.map_s)

        return await self._in_line(self._guiding, work)

    async def _in_line(self, pool: ThreadPoolExecutor, work: Callable[[], Any]) -> Any:
        with self._lock:
            if self._n_waiting >= self._limits.files_waiting:
                raise QueueFull(
                    f"{self._n_waiting} others are waiting already: try again in a moment."
                )
            self._n_waiting += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(pool, work)
        finally:
            with self._lock:
                self._n_waiting -= 1

    def _read(self, content: bytes, name: str, task: Callable[..., Any], *more: Any) -> Any:
        plain = re.sub(r"[^\w.\- ]", "_", re.split(r"[/\\]", name)[-1])[-80:].lstrip(".") or "file"
        with tempfile.TemporaryDirectory(dir=self._work) as folder:
            file = Path(folder) / plain
            file.write_bytes(content)
            try:
                return self._reader.run(task, file, *more, timeout_s=self._limits.read_s)
            except AntiphonError as error:
                raise AntiphonError(str(error).replace(f"{folder}/", "")) from None

    def _render(self, piece: Callable[[], Piece], file: Path) -> None:
        if file.exists():
            return
        with tempfile.TemporaryDirectory(dir=self._work) as folder:
            made = Path(folder) / file.name
            self._renderer.run(_tasks.render, piece(), made, timeout_s=self._limits.render_s)
            made.replace(file)
        self._sweep()

    def _sweep(self) -> None:
        """Remove what was longest not asked for, where there is too much; the newest file stays."""
        found = [(f, f.stat()) for f in self._cache.iterdir()]
        total = sum(s.st_size for _, s in found)
        for file, status in sorted(found, key=lambda pair: pair[1].st_mtime)[:-1]:
            if total <= self._limits.cache_bytes:
                return
            file.unlink(missing_ok=True)
            total -= status.st_size
