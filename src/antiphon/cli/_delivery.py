"""Delivery: pieces made by a verb into files, shown on a page, and told.

What is whole when it is stopped stays.
"""

from __future__ import annotations

import os
import shlex
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from antiphon.errors import AntiphonError

if TYPE_CHECKING:
    from antiphon.cli._record import Record
    from antiphon.inference.compose import Composition

FORMATS = "mid,wav,png,pdf"
_TOLD_BEST = 10  # pieces of many that are told on the screen; the page has all
Progress = Callable[[int], None]


@dataclass(frozen=True)
class Delivery:
    """Where and as what pieces are written.

    Attributes:
        out: the folder.
        formats: to write.
        soundfont: to play with.
        again: returns the command that gives a piece again, of its stem and itself.
        has_plan: whether the plan is written beside a piece.
        name: what one piece is called; by its plan when left out.
    """

    out: Path
    formats: list[str]
    soundfont: Path | None
    again: Callable[[str, Composition], str]
    has_plan: bool = False
    name: str = ""


def rather_wait() -> None:
    """Let torch's threads sleep while they wait; to be called before torch is loaded.

    Threads that spin make it 30 s instead of 6 where other programs run, too.
    """
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")


def sounding(
    formats: str | None, soundfont: Path | None, usual: str = FORMATS
) -> tuple[list[str], Path | None]:
    """Return the formats to write, the usual ones when left out, and the soundfont, both checked.

    Where nobody asked for sound and there is nothing to play it with, it is left out, and said.
    """
    from antiphon.cli._render import SOUND, parse_formats
    from antiphon.formats._soundfont import find

    chosen = parse_formats(formats or usual)
    if not set(chosen) & set(SOUND):
        return chosen, soundfont
    try:
        return chosen, find(soundfont)
    except AntiphonError as error:
        if formats or soundfont:
            raise
        print(f"Without sound: {error}", file=sys.stderr)
        return [name for name in chosen if name not in SOUND], None


def check_counts(count: int, keep: int | None) -> None:
    """Check that no more are kept than made.

    Raises:
        AntiphonError: they are.
    """
    if keep is not None and keep > count:
        raise AntiphonError(f"Keep at most as many as are made: --keep {keep} of --count {count}.")


def check_weights(name: str) -> None:
    """Check that there are weights of a name.

    Raises:
        AntiphonError: there are none.
    """
    from antiphon import models

    models.folder_of(name)


def command(*words: object, **options: object) -> str:
    """Return a command line of antiphon; options that are None are left out."""
    line = ["antiphon", *(str(word) for word in words)]
    for name, value in options.items():
        if value is not None:
            line += [f"--{name.replace('_', '-')}", str(value)]
    return shlex.join(line)


def deliver(
    make: Callable[[Progress], list[Composition]], doing: str, count: int, n_kept: int, to: Delivery
) -> None:
    """Make pieces, write, show, and tell them.

    Args:
        make: returns the pieces, and tells how many are done.
        doing: what it does, as people say it: "Composing".
        count: how many it makes.
        n_kept: how many it returns.
        to: where and as what they are written.
    """
    from antiphon.cli import _folder
    from antiphon.cli._record import record_of
    from antiphon.cli._render import rendering

    with (
        _folder.opened(to.out) as workshop,
        rendering(to.formats, to.soundfont, n_kept) as renderer,
    ):
        page = _folder.page_name(to.out)
        with _bar(doing, count) as progress:
            made = make(progress)
        records = [record_of(m, to.name) for m in made]
        endings = [f".{name}" for name in (*to.formats, *_beside(to))]
        stems = _folder.named(to.out, records, endings)
        done: list[tuple[str, Record]] = []
        try:
            with _bar("Writing", len(made)) as progress:
                for index in renderer.render([m.piece for m in made], stems, workshop):
                    stem = stems[index]
                    if to.has_plan:
                        text = _plan_text(made[index], stem)
                        (workshop / f"{stem}.toml").write_text(text, encoding="utf-8")
                    done.append((stem, _folder.lay(to.out, workshop, stem, records[index])))
                    progress(len(done))
        finally:
            if done:
                _show(to.out, page, done)
    _tell(done, made[0], to, page)


def _beside(to: Delivery) -> tuple[str, ...]:
    return ("toml", "json") if to.has_plan else ("json",)


def _plan_text(made: Composition, stem: str) -> str:
    return f"# this piece again: antiphon compose --plan {stem}.toml\n{made.plan.to_toml()}"


def _show(out: Path, page: str, done: Sequence[tuple[str, Record]]) -> None:
    from antiphon.cli._folder import earlier_records
    from antiphon.cli._page import page_of
    from antiphon.formats import write_bytes

    earlier = earlier_records(out, but=[stem for stem, _ in done])
    write_bytes(out / page, page_of(done, earlier).encode())


@contextmanager
def _bar(what: str, total: int) -> Iterator[Callable[[int], None]]:
    """Yield what is told how many are done; people see a bar, or for one that it goes on."""
    if not sys.stderr.isatty():
        yield lambda done: None
        return
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        ProgressColumn,
        TimeRemainingColumn,
    )

    columns: list[str | ProgressColumn] = ["{task.description}", BarColumn()]
    columns += [MofNCompleteColumn(), TimeRemainingColumn()] if total > 1 else []
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task(what, total=total if total > 1 else None)
        yield lambda done: progress.update(task, completed=done)


def _tell(done: Sequence[tuple[str, Record]], first: Composition, to: Delivery, page: str) -> None:
    """Say what was decided, where it was written, and how to get it again."""
    from antiphon.cli import _words

    if len(done) == 1:
        lines = _words.one(done[0][1])
    else:
        lines = _words.ranking(done[:_TOLD_BEST])
        if len(done) > _TOLD_BEST:
            lines.append(f"     and {len(done) - _TOLD_BEST} more on the page")
    endings = " ".join(f".{name}" for name in (*to.formats, *_beside(to)))
    stems = done[0][0] if len(done) == 1 else f"{done[0][0]} to {done[-1][0]}"
    lines += [
        f"Wrote    {to.out / stems} as {endings}",
        f"Look at  {to.out / page}",
        f"Again    {to.again(done[0][0], first)}",
    ]
    typer.echo("\n".join(lines))
