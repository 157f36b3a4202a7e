"""antiphon data: what data sets there are, getting one, and preparing it for training."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from antiphon.cli._progress import counted, staged

app = typer.Typer(no_args_is_help=True, help="List, describe, get and prepare data sets.")


@app.command("list")
def list_() -> None:
    """List the data sets, whether weights of theirs may be released, and how they are got."""
    from antiphon import datasets
    from antiphon.datasets import remotes_of

    rows = [("NAME", "HOLDS", "STYLE", "RELEASE", "DOWNLOAD", "VERIFIED", "LICENCE")]
    for name in datasets.names():
        about = datasets.load(name)
        first = [r for r in remotes_of(about) if r.part == remotes_of(about)[0].part]
        verified = {r.hash_name or "no" for r in first}
        holds = getattr(about, "HOLDS", "")
        release = "yes" if about.SHIP else "no"
        how = _size([r.size_bytes for r in first]) if first else _without_download(about)
        checked = " ".join(sorted(verified)) or "-"
        rows.append((name, holds, about.STYLE, release, how, checked, about.LICENCE))
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    for row in rows:
        cells = [cell.ljust(width) for cell, width in zip(row, widths, strict=True)]
        typer.echo("  ".join(cells).rstrip())
    typer.echo("\nGet one:     antiphon data get NAME --out data/NAME")
    typer.echo("Prepare one: antiphon data prepare NAME --from data/NAME --out data/prepared/NAME")


def _without_download(about: Any) -> str:
    if not getattr(about, "NEEDS_FOLDER", True):
        return "with pip"
    return "by hand" if about.URL else "none"


def _size(sizes: list[int | None]) -> str:
    """Return the size of some files together, e.g. ``"3.3 MB"``; "?" where a list lacks one."""
    if None in sizes:
        return "?"
    n_bytes = sum(size for size in sizes if size is not None)
    return f"{n_bytes / 1e9:.1f} GB" if n_bytes >= 1e9 else f"{n_bytes / 1e6:.1f} MB"


@app.command()
def info(
    name: Annotated[str, typer.Argument(help="A name from `antiphon data list`, or a sound file.")],
) -> None:
    """Say what a data set is, whose it is, under which licence, and how it is got and prepared.

    Of a sound file: length, rate, loudness, and what is heard in it.
    """
    from antiphon import datasets, formats
    from antiphon.datasets import remotes_of

    if Path(name).suffix.lower().lstrip(".") in formats.SOUND_SUFFIXES:
        _tell_recording(datasets.describe(Path(name)))
        return
    about = datasets.load(name)
    typer.echo((about.__doc__ or "").strip())
    typer.echo(f"\nHolds:   {getattr(about, 'HOLDS', '')}")
    typer.echo(f"Cite:    {about.CITATION}\nLicence: {about.LICENCE}")
    typer.echo(f"Release: weights trained on it {'may' if about.SHIP else 'must not'} be released")
    if about.URL:
        typer.echo(f"From:    {about.URL}")
    for remote in remotes_of(about):
        typer.echo(f"\nPart {remote.part}: {remote.url} ({_size([remote.size_bytes])})")
        known = f"{remote.hash_name} {remote.sha256 or remote.md5}, from {remote.checked_by}"
        typer.echo(f"  {known if remote.hash_name else 'not verified: no list of hashes is known'}")
    if remotes_of(about):
        typer.echo(f"\nGet:     antiphon data get {name} --out data/{name}")
    folder = f" --from data/{name}" if getattr(about, "NEEDS_FOLDER", True) else ""
    typer.echo(f"Prepare: antiphon data prepare {name}{folder} --out data/prepared/{name}")
    typer.echo(f"Layout:  docs/datasets/{name}.md")


@app.command()
def get(
    name: Annotated[str, typer.Argument(help="A name from `antiphon data list`.")],
    out: Annotated[
        Path | None, typer.Option("--out", "-o", help="Folder to write. [default: data/NAME]")
    ] = None,
    source: Annotated[
        Path | None,
        typer.Option("--from", help="Archive or folder of this machine to take instead."),
    ] = None,
    part: Annotated[
        str, typer.Option(help="Part to download, see `antiphon data info`; the first when unsaid.")
    ] = "",
) -> None:
    """Download a data set, or take a copy of this machine: verified, unpacked, nothing replaced.

    A stopped download goes on where it was.
    """
    from antiphon import datasets

    folder = out or Path("data") / name
    with staged() as stage:
        got = datasets.get(name, folder, source=source, part=part, stage=stage)
    for file in got.files:
        said = f"{file.file} ({_size([file.n_bytes])}) from {file.came_from}"
        verified = f"verified by {file.verified_by} ({file.checked_by})"
        typer.echo(f"{said}: {verified if file.verified_by else 'not verified'}.")
        if file.n_left_out:
            typer.echo(f"  left out of it: {file.n_left_out:,} links")
    licence = datasets.load(name).LICENCE
    typer.echo(f"{'It was there already' if got.was_there else 'Wrote'} {folder}/: {licence}.")
    if got.why_not:
        typer.echo(f"It cannot be prepared yet: {got.why_not}")
    else:
        typer.echo(
            f"{got.n_listed:,} found in it. "
            f"Next: antiphon data prepare {name} --from {folder} --out data/prepared/{name}"
        )


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
    listen: Annotated[
        bool, typer.Option("--listen", help="Of recordings, estimate tempo, key and pitch.")
    ] = False,
) -> None:
    """Turn a data set into memory-mapped tables for training, with a report of what was left out.

    A stopped preparation goes on where it was; a finished one is recognised.
    """
    from antiphon.datasets import prepare as make

    folder = out or Path("data/prepared") / name
    with counted(name) as progress:
        done = make(
            name,
            source,
            folder,
            jobs=jobs or None,
            augment=augment,
            engine=engine,
            scheduler=scheduler,
            listen=listen,
            progress=progress,
        )
    tell(done.report)
    again = "It was there already" if done.was_finished else f"Took {done.seconds:.1f} s"
    carried = f", {done.parts_reused} parts of an earlier run" if done.parts_reused else ""
    typer.echo(f"{again}{carried}. Wrote {folder}/; why what was left out: {folder}/report.html")


def _tell_recording(told: dict[str, Any]) -> None:
    typer.echo(
        f"{told['seconds']:g} s, {told['sample_rate_hz']:,} Hz, channels: {told['n_channels']}, "
        f"{told['loudness_lufs']:g} LUFS"
    )
    heard = {
        "Key": told.get("key"),
        "Tempo": f"{told['tempo_bpm']:g} BPM" if "tempo_bpm" in told else None,
        "Pitch": f"{told['pitch']:g} (MIDI number, 60 is middle C)" if "pitch" in told else None,
    }
    for name, value in heard.items():
        if value is not None:
            typer.echo(f"{name + ':':7}{value} (estimated)")


def tell(report: dict[str, Any]) -> None:
    """Say what a preparation kept and what it left out."""
    if "recordings" in report:
        _tell_sounds(report)
        return
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


def _tell_sounds(report: dict[str, Any]) -> None:
    recordings, sounds = report["recordings"], report["sounds"]
    typer.echo(
        f"{recordings['used']:,} of {recordings['found']:,} recordings, {sounds['kept']:,} of "
        f"{sounds['read']:,} sounds, {report['hours']:,} hours; {report['may_be_released']:,} "
        "recordings may be trained on for a release."
    )
    for left_out in report["recordings_left_out"]:
        typer.echo(f"  recordings left out: {left_out['recordings']:,}, {left_out['reason']}")
    for reason, count in report["sounds_left_out"].items():
        typer.echo(f"  sounds left out: {count:,}, {reason}")
    for remark, count in report["remarks"].items():
        typer.echo(f"  remarked of recordings: {count:,}, {remark}")
    if "heard" in report:
        heard = report["heard"]
        typer.echo(f"  heard (estimated): {heard['single_notes']:,} recordings are one note")
        for key, count in list(heard["keys"].items())[:5]:
            typer.echo(f"  heard (estimated): {count:,} recordings in {key}")
        for tempo, count in heard["tempos_bpm"].items():
            typer.echo(f"  heard (estimated): {count:,} recordings at {tempo} BPM")
