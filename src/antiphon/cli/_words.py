"""A piece in words, for the screen."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Sequence

from antiphon.cli._record import Record, form, headline

_MOST = 4  # sentences of a kind that are told; the page has all


def one(record: Record) -> list[str]:
    """Return what was decided of one piece, a line each."""
    parts = ", ".join(f"{p['name']} ({p['instrument']})" for p in record["parts"])
    lines = [headline(record)]
    lines += [f"Form     {form(record)}"] if record["sections"] else []
    lines += [f"Chords   {' | '.join(record['chords'])}"] if record["chords"] else []
    lines.append(f"Parts    {parts}")
    lines += _first("Why", record["reasons"])
    lines += _first("Redrawn", record["redrawn"])
    lines += [f"From     {provenance(record)}"] if record["provenance"] else []
    return [_fitting(line) for line in lines]


def _first(heading: str, sentences: Sequence[str]) -> list[str]:
    lines = [f"{heading:9}{sentence}" for sentence in sentences[:_MOST]]
    more = len(sentences) - _MOST
    return lines + ([f"{'':9}and {more} more on the page"] if more > 0 else [])


def ranking(done: Sequence[tuple[str, Record]]) -> list[str]:
    """Return one line for each of several pieces, in their order."""
    lines = []
    for stem, record in done:
        tempo = record["plan"].get("tempo")
        cells = [
            stem,
            f"{record['key']:10}",
            f"{tempo:3g} bpm" if tempo else "",
            f"score {record['score']:.2f}" if record["score"] is not None else "",
            f"redrawn {len(record['redrawn'])}" if record["redrawn"] else "",
            *record["reasons"][:1],
        ]
        lines.append(_fitting("  ".join(cell for cell in cells if cell)))
    return lines


def provenance(record: Record) -> str:
    """Return where a piece comes from, as ``name value`` pairs; whom to cite is on the page."""
    pairs = record["provenance"].items()
    return "; ".join(f"{name} {value}" for name, value in pairs if name != "citation")


def _fitting(line: str) -> str:
    """Shorten a line to the screen's width; what goes into files or pipes stays whole."""
    if not sys.stdout.isatty():
        return line
    width = shutil.get_terminal_size().columns
    return line if len(line) <= width else line[: max(1, width - 1)] + "…"
