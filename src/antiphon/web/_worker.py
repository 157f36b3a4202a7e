"""A process of its own that works task after task, can be stopped, and is replaced when it dies."""

from __future__ import annotations

import _thread
import multiprocessing
import os
import queue
import signal
import threading
import time
import traceback
from collections.abc import Callable
from multiprocessing.connection import Connection
from typing import Any

from antiphon.errors import AntiphonError

Task = Callable[..., Any]
_TICK_S = 0.1
_GRACE_S = 5.0  # after which a process that is asked to stop is ended


class Stopped(Exception):
    """The task was stopped before it was done."""


class Worker:
    """Runs one task at a time in another process; calls come from one thread, `stop` from any."""

    def __init__(self, prepare: Task | None = None, memory_bytes: int | None = None) -> None:
        """Keep what is needed to start a process; it starts at the first task or `start`.

        Args:
            prepare: a task that is done first, so that the others are quick.
            memory_bytes: the most that the process may take, where the system can hold it to it.
        """
        self._prepare = prepare
        self._memory_bytes = memory_bytes
        self._process: Any = None
        self._pipe: Connection | None = None
        self._lock = threading.Lock()  # of what goes into the pipe, and of the process
        self._wanted = 0  # number of the task that is being waited for
        self._is_stopped = False

    def start(self) -> None:
        """Start the process if there is none."""
        with self._lock:
            if self._process is not None and self._process.is_alive():
                return
            context = multiprocessing.get_context("spawn")  # a fork may hang once there are threads
            mine, theirs = context.Pipe()
            arguments = (theirs, self._prepare, self._memory_bytes)
            self._process = context.Process(target=_work, args=arguments, daemon=True)
            self._process.start()
            theirs.close()
            self._pipe = mine

    def run(
        self,
        task: Task,
        *arguments: Any,
        timeout_s: float,
        progress: Callable[[Any], None] | None = None,
    ) -> Any:
        """Return what a task returns.

        Args:
            task: a function of a module; its last argument is told how many are done.
            arguments: the others.
            timeout_s: after which it is ended.
            progress: told what the task tells: how many are done.

        Raises:
            AntiphonError: the task says so, takes too long, or its process ended.
            Stopped: `stop` was called.
        """
        self.start()
        with self._lock:
            self._wanted += 1
            self._is_stopped = False
            assert self._pipe is not None
            self._pipe.send((self._wanted, task, arguments))
        try:
            return self._answer(timeout_s, progress)
        except (EOFError, OSError):
            self._end()
            if self._is_stopped:
                raise Stopped from None
            raise AntiphonError(
                "The process that worked on this ended, perhaps for want of memory: free some, "
                "or ask for less."
            ) from None

    def _answer(self, timeout_s: float, progress: Callable[[Any], None] | None) -> Any:
        assert self._pipe is not None
        ends = time.monotonic() + timeout_s
        while True:
            if not self._pipe.poll(_TICK_S):
                if self._is_stopped:
                    ends = min(ends, time.monotonic() + _GRACE_S)
                if time.monotonic() > ends:
                    self._give_up(timeout_s)
                continue
            number, kind, value = self._pipe.recv()
            if number != self._wanted:
                continue
            if kind == "progress":
                if progress is not None:
                    progress(value)
            elif kind == "done":
                return value
            elif kind == "wrong":
                raise AntiphonError(value)
            elif kind == "stopped":
                raise Stopped
            else:
                raise RuntimeError(f"a task failed in its process:\n{value}")

    def _give_up(self, timeout_s: float) -> None:
        self._end()
        if self._is_stopped:
            raise Stopped
        raise AntiphonError(
            f"This takes over {timeout_s / 60:g} minutes and was given up: ask for less."
        )

    def stop(self) -> None:
        """Stop the task that runs, if one does."""
        with self._lock:
            self._is_stopped = True
            if self._pipe is not None:
                try:
                    self._pipe.send((self._wanted, None, ()))
                except OSError:
                    return

    def _end(self) -> None:
        with self._lock:
            if self._process is not None:
                self._process.kill()
                self._process.join()
            if self._pipe is not None:
                self._pipe.close()
            self._process = self._pipe = None

    def close(self) -> None:
        """End the process."""
        self._end()


class _Stop(BaseException):
    """Raised in the middle of a task that is no longer wanted."""


class _Wanted:
    """Which task runs, and whether it is to stop."""

    running = 0
    stop = 0


def _work(pipe: Connection, prepare: Task | None, memory_bytes: int | None) -> None:
    """Do tasks until the other end is gone."""
    if memory_bytes is not None and os.name == "posix":
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (memory_bytes, memory_bytes))
    wanted = _Wanted()

    def on_interrupt(_number: int, _frame: object) -> None:  # Ctrl-C is the parent's affair
        if wanted.stop and wanted.stop == wanted.running:
            wanted.stop = 0
            raise _Stop

    signal.signal(signal.SIGINT, on_interrupt)
    waiting: queue.Queue[tuple[int, Task, tuple[Any, ...]]] = queue.Queue()
    threading.Thread(target=_listen, args=(pipe, waiting, wanted), daemon=True).start()
    if prepare is not None:
        _do(pipe, wanted, 0, prepare, ())
    while True:
        number, task, arguments = waiting.get()
        _do(pipe, wanted, number, task, arguments)


def _listen(pipe: Connection, waiting: queue.Queue[Any], wanted: _Wanted) -> None:
    """Take tasks in; end the process with its parent, however that ends."""
    while True:
        try:
            number, task, arguments = pipe.recv()
        except (EOFError, OSError):
            os._exit(0)
        if task is not None:
            waiting.put((number, task, arguments))
            continue
        wanted.stop = number
        _thread.interrupt_main()


def _do(
    pipe: Connection, wanted: _Wanted, number: int, task: Task, arguments: tuple[Any, ...]
) -> None:
    def progress(done: Any) -> None:
        pipe.send((number, "progress", done))

    try:
        try:
            wanted.running = number
            if wanted.stop == number and number:
                raise _Stop
            answer = ("done", task(*arguments, progress))
        finally:
            wanted.running = 0
    except _Stop:
        answer = ("stopped", None)
    except AntiphonError as error:
        answer = ("wrong", str(error))
    except MemoryError:
        answer = ("wrong", "This needs more memory than there is: ask for less.")
    except Exception:
        answer = ("broken", traceback.format_exc())
    pipe.send((number, *answer))
