"""Options that several commands have, with the same words."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from antiphon.cli._delivery import FORMATS

Style = Annotated[str, typer.Option(help="Whose weights write.")]
Adventure = Annotated[float, typer.Option(help="0 usual, 1 daring.")]
MoodCurve = Annotated[
    str | None,
    typer.Option(help="Mood over the bars: '1:-0.5,-0.2 16:0.8,0.6', bar:valence,arousal."),
]
Seed = Annotated[int, typer.Option(help="Equal seeds give equal music.")]
Keep = Annotated[
    int | None, typer.Option(min=1, help="Keep only so many, the best. [default: all]")
]
Formats = Annotated[
    str | None,
    typer.Option(
        help="mid, wav, mp3, ogg, png (roll), pdf, svg, score.png (score), musicxml. "
        f"[default: {FORMATS}]"
    ),
]
Model = Annotated[
    str | None, typer.Option(help="Other weights: a name from `antiphon models`, or a folder.")
]
SoundFont = Annotated[Path | None, typer.Option(help="An .sf2 or .sf3 file to play with.")]
Out = Annotated[Path, typer.Option("--out", "-o", help="Folder for the files.")]
