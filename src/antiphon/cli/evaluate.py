"""antiphon evaluate: how near is generated music to real music?"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def evaluate(
    generated: Annotated[Path, typer.Argument(help="Folder of generated MIDI or MusicXML files.")],
    against: Annotated[Path, typer.Option(help="Folder of real music, or of a dataset.")],
    dataset: Annotated[
        str,
        typer.Option(help="Read --against as this dataset; its held-out songs are real."),
    ] = "",
    training: Annotated[
        Path | None, typer.Option(help="Folder the generator learned from, to measure copying.")
    ] = None,
    parts: Annotated[str, typer.Option(help="Parts to compare.")] = "melody,counter,chords",
    n: Annotated[int, typer.Option(min=20, help="Windows a side.")] = 400,
    bars: Annotated[int, typer.Option(min=2, max=64, help="Bars in a window.")] = 8,
    seed: Annotated[int, typer.Option(help="Equal seeds draw equal windows.")] = 0,
    controls: Annotated[bool, typer.Option(help="Also measure damaged real music.")] = True,
    json: Annotated[Path | None, typer.Option(help="Write the figures here.")] = None,
    out: Annotated[
        Path | None, typer.Option("--out", "-o", help="Write a page with pictures here.")
    ] = None,
) -> None:
    """Compare generated pieces with real ones; real music's own score stands beside each figure."""
    from rich.console import Console

    from antiphon.inference import evaluate as verb

    protocol = verb.Protocol(
        parts=tuple(p.strip() for p in parts.split(",") if p.strip()), n=n, n_bars=bars, seed=seed
    )
    report, refused = verb.evaluate_folders(
        generated,
        against,
        dataset=dataset,
        training=training,
        protocol=protocol,
        controls=controls,
    )
    console = Console()
    for sentence in refused:
        console.print(f"Left out {sentence}", style="yellow", highlight=False)
    for table in verb.tables(report):
        console.print(verb.rich_table(table))
    written = verb.write_page(report, out) if out else []
    if json:
        verb.write_text(verb.as_json(report), json)
        written.append(json)
    for path in written:
        console.print(f"Wrote {path}", highlight=False)
