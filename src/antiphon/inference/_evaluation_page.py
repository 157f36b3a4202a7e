"""An evaluation as tables, a Markdown page, JSON and two pictures."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from PIL import Image, ImageDraw, ImageFont

from antiphon.formats import beside, write_bytes

Report = dict[str, Any]


@dataclass(frozen=True)
class Table:
    """A titled table of ready-made text, with one sentence that says how to read it."""

    title: str
    columns: tuple[str, ...]
    rows: Sequence[tuple[str, ...]]
    note: str = ""


def number(value: float | None, digits: int = 3) -> str:
    """Return a figure as text; a dash where there is none."""
    if value is None or not math.isfinite(value):
        return "–"
    return f"{value:.{digits}f}"


def tables(report: Report) -> list[Table]:
    """Return a report's tables in the order they are best read."""
    windows = report["windows"]
    note = f"{windows['n']} windows of {windows['n_bars']} bars a side, seed {windows['seed']}."
    if windows["n"] < windows["n_asked"]:
        note += f" Asked were {windows['n_asked']}: there is no more music."
    found = [_distance_table(report, note), _medians_table(report), _musegan_table(report)]
    found.append(_form_table(report))
    if "copying" in report:
        found.append(_copying_table(report["copying"]))
    found.append(
        Table(
            "Where they differ most",
            ("feature", "real", "generated", "distance"),
            [
                (f["feature"], *(number(f[k]) for k in ("real", "generated", "distance")))
                for f in report["widest"]
            ],
            "Means over windows; distance in squared standard deviations of real music.",
        )
    )
    return found


def _distance_table(report: Report, note: str) -> Table:
    names = {"generated": "generated", "real": "real music (floor)"}
    order = ["generated", "real", *(n for n in report["distance"] if n not in names)]
    rows = []
    for name in order:
        d = report["distance"][name]
        label = names.get(name, f"real, {name}")
        figures = (d["fd"], d["fd_ratio"], d["fd_all"], d["fd_all_ratio"], d["auc"])
        rows.append((label, *(number(x, 2) for x in (*figures, d["density"], d["coverage"]))))
    measures = ("FD", "× floor", "FD all", "× floor", "AUC", "density", "coverage")
    return Table("Distance to real music", ("against real music", *measures), rows, note)


def _medians_table(report: Report) -> Table:
    rows = [
        (
            name,
            number(m["real"]),
            number(m["generated"]),
            f"{number(m['percent'], 0)} %",
            f"{number(m['floor_percent'], 0)} %",
        )
        for name, m in report["medians"].items()
    ]
    columns = ("median of windows", "real", "generated", "off by", "real halves off by")
    return Table("Medians", columns, rows)


def _musegan_table(report: Report) -> Table:
    rows = [
        (name, *(number(m[k]) for k in ("real", "generated", "difference", "floor")))
        for name, m in report["musegan"].items()
    ]
    columns = ("measure", "real", "generated", "|difference|", "between real halves")
    note = "EB and QN are shares; QN asks for two 16ths; TD is by beat."
    return Table("MuseGAN's measures", columns, rows, note)


def _form_table(report: Report) -> Table:
    real, ours = report["form"]["real"], report["form"]["generated"]
    labels = {
        "returning": "sections with the same letter",
        "contrasting": "sections with other letters",
        "returning_shuffled": "same letter, bars shuffled",
        "block_best": "best other 4 bars",
        "block_typical": "typical other 4 bars",
        "block_best_shuffled": "best other 4 bars, bars shuffled",
    }
    rows = [(label, number(real.get(key)), number(ours.get(key))) for key, label in labels.items()]
    return Table("Form: likeness of bars, 0–1", ("likeness of", "real", "generated"), rows)


def _copying_table(copying: Report) -> Table:
    rows = []
    for name, label in (("generated", "generated"), ("real", "real, not trained on")):
        c = copying[name]
        figures = (c["median"], c["p95"], c["max"])
        share = f"{number(100 * c['copies'], 1)} %"
        rows.append((label, *(number(x, 2) for x in figures), share, str(c["segments"])))
    near = copying["generated"].get("nearest")
    note = f"Any transposition; {copying['training_segments']} training segments."
    if near:
        note += (
            f" Nearest: {near['piece']} bar {near['bar']} and {near['training_piece']} "
            f"bar {near['training_bar']}."
        )
    columns = ("likeness to nearest 4 bars", "median", "95 %", "highest", "≥ .9", "segments")
    return Table("Copying", columns, rows, note)


def rich_table(table: Table) -> Any:
    """Return the table for a terminal."""
    from rich.table import Table as RichTable

    shown = RichTable(title=table.title, caption=table.note or None, title_justify="left")
    for index, column in enumerate(table.columns):
        shown.add_column(column, justify="right" if index else "left")
    for row in table.rows:
        shown.add_row(*row)
    return shown


def markdown(report: Report, *, title: str = "Evaluation") -> str:
    """Return the whole report as a page."""
    return "\n".join([f"# {title}", "", *map(table_markdown, tables(report))])


def table_markdown(table: Table) -> str:
    """Return a table as Markdown, with its title and note."""
    lines = [f"## {table.title}", "", _line(table.columns)]
    lines += ["|" + " --- |" * len(table.columns), *map(_line, table.rows)]
    return "\n".join([*lines, "", *([table.note, ""] if table.note else [])])


def _line(cells: Sequence[str]) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def as_json(report: Report) -> str:
    """Return the report as JSON; what has no value (NaN) is null."""

    def clean(value: Any) -> Any:
        if isinstance(value, dict):
            return {k: clean(v) for k, v in value.items()}
        if isinstance(value, list):
            return [clean(v) for v in value]
        return None if isinstance(value, float) and not math.isfinite(value) else value

    return json.dumps(clean(report), indent=1, ensure_ascii=False) + "\n"


def write_text(text: str, path: Path) -> None:
    """Write a text file whole or not at all; parents are made.

    Raises:
        AntiphonError: the folder cannot be written to.
    """
    write_bytes(path, text.encode())


def write_page(report: Report, folder: Path) -> list[Path]:
    """Write ``evaluation.md``, ``distance.png`` and ``medians.png``; return their paths.

    Raises:
        AntiphonError: the folder cannot be written to.
    """
    pictures = {"distance.png": distance_picture(report), "medians.png": medians_picture(report)}
    page = markdown(report) + "".join(f"![{Path(name).stem}]({name})\n" for name in pictures)
    write_text(page, folder / "evaluation.md")
    for name, picture in pictures.items():
        with beside(folder / name) as unfinished:
            picture.save(unfinished, format="PNG")
    return [folder / "evaluation.md", *(folder / name for name in pictures)]


_INK, _PALE, _REAL, _OURS = "#222222", "#dddddd", "#8a8f98", "#2f6fde"
_WIDTH, _LEFT, _ROW = 900, 260, 44


def distance_picture(report: Report) -> Image.Image:
    """Draw the Fréchet distance of every comparison as a multiple of the floor, on a log scale."""
    ratios = {name: d["fd_ratio"] for name, d in report["distance"].items()}
    order = sorted(ratios, key=lambda name: ratios[name])
    top = max(10.0, *ratios.values())
    bars = [
        (
            {"real": "real music (floor)", "generated": "generated"}.get(name, f"real, {name}"),
            math.log10(max(ratios[name], 1) * 1.2) / math.log10(top * 1.2),
            f"{ratios[name]:.2f} ×",
            _OURS if name == "generated" else _REAL,
        )
        for name in order
    ]
    return _bars("Fréchet distance to real music, × the real–real floor (log)", bars)


def medians_picture(report: Report) -> Image.Image:
    """Draw each median of the generated music as a share of the real one; 100 % is the line."""
    bars = []
    for name, m in report["medians"].items():
        share = 1 + m["percent"] / 100 if math.isfinite(m["percent"]) else 0.0
        text = f"{number(m['generated'], 2)} ({number(m['real'], 2)})"
        bars.append((name, min(share, 2) / 2, text, _OURS))
    return _bars("Medians: generated (real); the line is real music", bars, line=0.5)


def _bars(
    title: str, bars: Sequence[tuple[str, float, str, str]], line: float | None = None
) -> Image.Image:
    """Draw labelled horizontal bars; lengths are shares 0–1 of the drawing's width."""
    image = Image.new("RGB", (_WIDTH, 70 + _ROW * len(bars)), "white")
    draw = ImageDraw.Draw(image)
    small, large = ImageFont.load_default(18), ImageFont.load_default(22)
    draw.text((20, 18), title, fill=_INK, font=large)
    room = _WIDTH - _LEFT - 170
    for index, (label, share, text, colour) in enumerate(bars):
        y = 60 + _ROW * index
        draw.text((20, y + 5), label, fill=_INK, font=small)
        draw.rectangle((_LEFT, y, _LEFT + room, y + 28), fill=_PALE)
        draw.rectangle((_LEFT, y, _LEFT + max(2, round(room * share)), y + 28), fill=colour)
        draw.text((_LEFT + room + 12, y + 5), text, fill=_INK, font=small)
    if line is not None:
        x = _LEFT + round(room * line)
        draw.line((x, 56, x, 60 + _ROW * len(bars) - 10), fill=_INK, width=2)
    return image
