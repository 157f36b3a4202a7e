"""antiphon augment: changed copies of music and recordings, and a page to see and hear them."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def augment(
    files: Annotated[list[Path], typer.Argument(help="MIDI files, scores, recordings.")],
    out: Annotated[Path, typer.Option("--out", "-o", help="Folder to write.")] = Path("augmented"),
    copies: Annotated[int, typer.Option(min=1, max=100, help="Changed copies of each.")] = 3,
    seed: Annotated[int, typer.Option(min=0, help="Equal seeds give equal copies.")] = 0,
    semitones: Annotated[
        float, typer.Option(min=0, max=24, help="Pitch is moved by at most so many.")
    ] = 2,
    tempo: Annotated[
        float, typer.Option(min=1, max=4, help="Slower or faster by at most this factor.")
    ] = 1.1,
    sound: Annotated[
        bool, typer.Option("--sound", help="Also write pieces as OGG, to listen.")
    ] = False,
) -> None:
    """Write changed copies of music and recordings, with a page of pictures before and after."""
    from itertools import groupby

    from antiphon import formats
    from antiphon.cli._augmented import page_of
    from antiphon.cli._folder import page_name
    from antiphon.inference.augment import augment as verb
    from antiphon.music.augment import Augmentation as PieceAugmentation
    from antiphon.sound.augment import Augmentation as SoundAugmentation

    written = []
    for one in verb(
        files,
        out,
        copies=copies,
        seed=seed,
        pieces=PieceAugmentation(semitones=round(semitones), tempo=tempo),
        sounds=SoundAugmentation(semitones=semitones, tempo=tempo),
        render=sound,
    ):
        written.append(one)
        typer.echo(f"{one.file}: {one.told}")
    page = out / page_name(out)
    groups = [list(group) for _, group in groupby(written, key=lambda one: one.source)]
    formats.write_bytes(page, page_of(groups).encode())
    typer.echo(f"Wrote {len(written)} files and {page} (seed {seed}).")
