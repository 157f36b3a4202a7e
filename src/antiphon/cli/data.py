"""antiphon data: what data sets there are, and preparing one for training."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import typer

app = typer.Typer(no_args_is_help=True, help="List, describe and prepare data sets.")


@app.command("list")
def list_() -> None:
    """List the data sets that can be prepared, and whether weights of theirs may be released."""
    from antiphon import datasets

    rows = [("NAME", "STYLE", "RELEASE", "LICENCE")]
    for name in datasets.names():
        about = datasets.load(name)
        rows.append((name, about.STYLE, "yes" if about.SHIP else "no", about.LICENCE))
    widths = [max(len(row[column]) for row in rows) for column in range(4)]
    for row in rows:
        cells = [cell.ljust(width) for cell, width in zip(row, widths, strict=True)]
        typer.echo("  ".join(cells).rstrip())
    typer.echo("\nPrepare one: antiphon data prepare NAME --from FOLDER --out data/prepared/NAME")


@app.command()
def info(
    name: Annotated[str, typer.Argument(help="A name from `antiphon data list`.")],
) -> None:
    """Say what a data set is, whose it is, and under which licence."""
    from antiphon import datasets

    about = datasets.load(name)
    typer.echo((about.__doc__ or "").strip())
    typer.echo(f"\nCite:    {about.CITATION}\nLicence: {about.LICENCE}")
    typer.echo(f"Release: weights trained on it {'may' if about.SHIP else 'must not'} be released")
    if about.URL:
        typer.echo(f"From:    {about.URL}")


@app.command()
def prepare(
    name: Annotated[str, typer.Argument(help="A name from `antiphon data list`.")],
    source: Annotated[
        Path | None, typer.Option("--from", help="Folder the data set lies in.")
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option("--out", "-o", help="Folder to write. [default: data/prepared/NAME]"),
    ] = None,
    jobs: Annotated[int, typer.Option(min=0, help="Processes; 0 is one for each core.")] = 0,
    augment: Annotated[
        bool, typer.Option("--augment", help="Write training songs in all keys they fit.")
    ] = False,
    engine: Annotated[
        str, typer.Option(help="Who prepares: processes of this machine, or dask.")
    ] = "processes",
    scheduler: Annotated[
        str, typer.Option(help="Address of a running Dask cluster, e.g. tcp://10.0.0.5:8786.")
    ] = "",
) -> None:
    """Turn a data set into memory-mapped tables for training, with a report of what was left out.

    A stopped preparation goes on where it was; a finished one is recognised.
    """
    from antiphon.datasets import prepare as make

    folder = out or Path("data/prepared") / name
    with _bar(name) as progress:
        done = make(
            name,
            source,
            folder,
            jobs=jobs or None,
            augment=augment,
            engine=engine,
            scheduler=scheduler,
            progress=progress,
        )
    _tell(done.report)
    again = "It was there already" if done.was_finished else f"Took {done.seconds:.1f} s"
    carried = f", {done.parts_reused} parts of an earlier run" if done.parts_reused else ""
    typer.echo(f"{again}{carried}. Wrote {folder}/; why what was left out: {folder}/report.html")


def _tell(report: dict[str, Any]) -> None:
    songs, bars, notes = report["songs"], report["bars"], report["notes"]
    typer.echo(
        f"{songs['used']:,} of {songs['found']:,} songs, "
        f"{bars['kept']:,} of {bars['read']:,} bars, {notes['kept']:,} of {notes['read']:,} notes."
    )
    for left_out in report["songs_left_out"]:
        typer.echo(f"  songs left out: {left_out['songs']:,}, {left_out['reason']}")
    for reason, count in report["bars_left_out"].items():
        typer.echo(f"  bars left out: {count:,}, {reason}")
    for remark, count in report["remarks"].items():
        typer.echo(f"  remarked of songs: {count:,}, {remark}")


@contextmanager
def _bar(name: str) -> Iterator[Callable[[int, int], None]]:
    """Show progress with the time left, on a terminal; elsewhere nothing."""
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
