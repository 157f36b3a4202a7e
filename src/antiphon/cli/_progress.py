"""Progress with the time left, on a terminal; elsewhere nothing, or a line for each step."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

Progress = Callable[[int, int], None]  # (done, in all; 0 where nobody knows)


@contextmanager
def counted(name: str) -> Iterator[Progress]:
    """Show how many of many are done."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TimeRemainingColumn

    console = Console(stderr=True)
    columns = (name, BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    # drawn only between two reports: a thread of its own would be alive when workers fork
    bar = Progress(*columns, console=console, auto_refresh=False, disable=not console.is_terminal)
    task = bar.add_task(name, total=None)

    def progress(done: int, total: int) -> None:
        bar.update(task, completed=done, total=total)
        bar.refresh()

    with bar:
        yield progress


@contextmanager
def staged() -> Iterator[Callable[[str], Progress]]:
    """Show stages one below the other, each with its share, speed and time left."""
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        Progress,
        TaskProgressColumn,
        TextColumn,
        TimeRemainingColumn,
        TransferSpeedColumn,
    )

    console = Console(stderr=True)
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TaskProgressColumn(),
        TransferSpeedColumn(),
        TimeRemainingColumn(),
    )
    bar = Progress(*columns, console=console, disable=not console.is_terminal)

    def stage(what: str) -> Callable[[int, int], None]:
        task = bar.add_task(what, total=None)

        def progress(done: int, total: int) -> None:
            bar.update(task, completed=done, total=total or None)

        return progress

    with bar:
        yield stage


@contextmanager
def stepped() -> Iterator[Callable[[str, int, int, int, int], None]]:
    """Show what is worked on and the time left for all steps; elsewhere a line for each step.

    Yields what is told what is done, how many of many, and which step of all it is.
    """
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), TimeRemainingColumn())
    bar = Progress(*columns, console=console, transient=True, disable=not console.is_terminal)
    task = bar.add_task("", total=1.0)
    began, told = time.monotonic(), ""

    def progress(what: str, done: int, total: int, step: int, n_steps: int) -> None:
        nonlocal told
        share = step / n_steps if done >= total else (step + done / total) / n_steps
        count = f" {done} of {total}" if total > 1 else ""
        bar.update(task, description=f"{what}{count}", completed=share)
        if not console.is_terminal and what != told:
            left_s = (time.monotonic() - began) * (1 / share - 1) if share else 0
            left = f", about {left_s / 60:.0f} min left" if share else ""
            number = step + (done < total)
            print(f"{what} (step {number} of {n_steps}{left})", file=sys.stderr)
            told = what

    with bar:
        yield progress
