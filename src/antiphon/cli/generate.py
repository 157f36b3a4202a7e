"""antiphon generate: draw pieces from a trained GAN that takes no plan."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from antiphon.errors import AntiphonError


def generate(
    model: Annotated[str, typer.Argument(help="A run folder of `antiphon train`, or its weights.")],
    count: Annotated[int, typer.Option(min=1, max=10_000, help="Pieces or sounds to draw.")] = 1,
    bars: Annotated[int, typer.Option(min=1, max=512, help="Length of a piece, in 4/4.")] = 8,
    seed: Annotated[int, typer.Option(help="Equal seeds give equal music.")] = 0,
    pitch: Annotated[
        int | None,
        typer.Option(min=0, max=127, help="Of sounds: MIDI number, 60 is middle C."),
    ] = None,
    label: Annotated[
        list[str] | None,
        typer.Option(
            metavar="KIND=NAME", help="What to draw, e.g. emotion=happy; may be repeated."
        ),
    ] = None,
    formats: Annotated[
        str,
        typer.Option(
            help="What compose writes, or of sounds wav, flac, ogg, mp3, png. "
            "[default: mid,png; of sounds wav,png]"
        ),
    ] = "",
    out: Annotated[Path, typer.Option("--out", "-o", help="Folder for the files.")] = Path("out"),
) -> None:
    """Draw pieces or sounds from a trained GAN: dcgan, musegan, rcgan, transformergan."""
    from antiphon.inference.generate import generate_folder  # torch loads only when needed

    labels = dict(_label(text) for text in label or [])
    endings = [ending.strip().lower() for ending in formats.split(",") if ending.strip()]
    files = generate_folder(
        model, out, count, bars=bars, seed=seed, pitch=pitch, endings=endings, labels=labels
    )
    typer.echo(f"Wrote {len(files)} files to {out}/ (model {model}, seed {seed}).")


def _label(text: str) -> tuple[str, str]:
    kind, _, name = text.partition("=")
    if not kind.strip() or not name.strip():
        raise AntiphonError(f"{text!r} is no label: write KIND=NAME, e.g. emotion=happy.")
    return kind.strip().lower(), name.strip()
