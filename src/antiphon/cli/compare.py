"""antiphon compare: several systems by one protocol, in one table and on one page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from antiphon.cli._options import SoundFont

if TYPE_CHECKING:
    from antiphon.inference.compare import Comparison, RealMusic, Terms
    from antiphon.music.piece import Piece

_FORMATS = "mid,png,ogg"


def compare(
    models: Annotated[
        list[str],
        typer.Argument(
            metavar="MODEL...",
            help="Names of weights, run folders, folders of music, or configs to train first.",
        ),
    ],
    against: Annotated[Path, typer.Option(help="Folder of real music, or of a dataset.")],
    dataset: Annotated[
        str, typer.Option(help="Read --against as this dataset; its held-out songs are real.")
    ] = "",
    training: Annotated[
        Path | None, typer.Option(help="Folder that was learned from, to measure copying.")
    ] = None,
    pieces: Annotated[int, typer.Option(min=1, max=9999, help="Pieces each of them makes.")] = 100,
    bars: Annotated[int, typer.Option(min=8, max=512, help="Length of a piece.")] = 32,
    n: Annotated[int, typer.Option(min=20, help="Windows a side, of 8 bars and of 4.")] = 400,
    seed: Annotated[int, typer.Option(min=0, help="Of the first piece.")] = 1000,
    parts: Annotated[str, typer.Option(help="Parts to compare.")] = "melody,counter,chords",
    estimate_keys: Annotated[
        bool, typer.Option("--estimate-keys", help="Trust no key marks: estimate every key.")
    ] = False,
    cpu_minutes: Annotated[
        float | None, typer.Option(min=0.01, help="Of a config: train it for so much CPU time.")
    ] = None,
    time_budget: Annotated[
        str, typer.Option(help="Of a config: train it for so long, e.g. 90s, 30m, 8h.")
    ] = "",
    show: Annotated[int, typer.Option(min=0, max=20, help="Pieces of each on the page.")] = 3,
    formats: Annotated[
        str | None, typer.Option(help=f"Of the pieces on the page. [default: {_FORMATS}]")
    ] = None,
    soundfont: SoundFont = None,
    out: Annotated[Path, typer.Option("--out", "-o", help="Folder to write.")] = Path("compared"),
) -> None:
    """Let models make music under equal terms and compare it with real music, side by side."""
    from antiphon.cli._delivery import rather_wait, sounding
    from antiphon.cli._progress import stepped
    from antiphon.cli._trained import trained
    from antiphon.cli.train import seconds

    rather_wait()
    budget_s = seconds(time_budget) if time_budget else None
    endings, font = sounding(formats, soundfont, _FORMATS)
    from antiphon.inference import compare as verb

    terms = verb.Terms(
        parts=tuple(p.strip() for p in parts.split(",") if p.strip()),
        pieces=pieces,
        bars=bars,
        n=n,
        seed=seed,
        trust_keys=not estimate_keys,
        n_shown=show,
    )
    real = verb.RealMusic(against, dataset, training)
    try:
        asked = trained(models, cpu_minutes, budget_s)
        with stepped() as progress:
            done = verb.compare(verb.systems(asked), real, terms, out, progress)
    except KeyboardInterrupt:
        typer.echo("All that is finished stays; the same command goes on from there.", err=True)
        raise
    _write(done, endings, font, out, _command(asked, real, terms))


def _command(asked: Sequence[str], real: RealMusic, terms: Terms) -> str:
    """Return the command line that compares the same again."""
    from antiphon.cli._delivery import command

    line = command(
        "compare",
        *asked,
        against=real.against,
        dataset=real.dataset or None,
        training=real.training,
        pieces=terms.pieces,
        bars=terms.bars,
        n=terms.n,
        seed=terms.seed,
        parts=",".join(terms.parts),
    )
    return line if terms.trust_keys else f"{line} --estimate-keys"


def _write(
    done: Comparison, endings: Sequence[str], soundfont: Path | None, out: Path, command: str
) -> None:
    """Print the table and write it, the figures, and the page with what is on it."""
    from rich.console import Console

    from antiphon import formats
    from antiphon.cli._compared import files_of, page_of
    from antiphon.cli._folder import page_name
    from antiphon.inference import evaluate as judging
    from antiphon.inference.compare import comparison_table, remarks, rows_of

    page = out / page_name(out)
    table = comparison_table(done.report, ("[bold]", "[/bold]"))
    console = Console()
    wide = Console(width=max(console.width, 46 + 11 * len(table.columns)))
    (console if console.is_terminal else wide).print(judging.rich_table(table))
    text = judging.table_markdown(comparison_table(done.report, ("**", "**")))
    judging.write_text(text, out / "table.md")
    judging.write_text(judging.as_json(done.report), out / "compare.json")
    shown = {name: pieces for name, pieces in done.shown.items() if pieces}
    _render(shown, endings, soundfont, out / "shown")
    names = [system["name"] for system in done.report["systems"]]
    files = files_of(shown, endings, "shown")
    html = page_of(names, rows_of(done.report), remarks(done.report), files, command)
    formats.write_bytes(page, html.encode())
    typer.echo(f"Wrote    {out / 'table.md'}, {out / 'compare.json'}, {out / 'music'}/")
    typer.echo(f"Look at  {page}")
    typer.echo(f"Again    {command} --out {out}")


def _render(
    shown: dict[str, list[Piece]], endings: Sequence[str], soundfont: Path | None, folder: Path
) -> None:
    from antiphon.cli._compared import stem_of
    from antiphon.cli._render import rendering

    stems = [stem_of(name, i) for name, pieces in shown.items() for i in range(len(pieces))]
    pieces = [
        replace(piece, title=piece.title or name) for name, many in shown.items() for piece in many
    ]
    with rendering(endings, soundfont, len(pieces)) as renderer:
        for _ in renderer.render(pieces, stems, folder):
            pass
