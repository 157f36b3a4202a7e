"""What reports of preparations look like: bar charts, and a page that needs no other file."""

from __future__ import annotations

import base64
import html
import io
import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from PIL import Image, ImageDraw, ImageFont

from antiphon.formats import write_bytes

_WIDTH, _PANEL, _MARGIN = 1200, 300, 24
_INK, _PAPER, _BAR, _FAINT = "#222222", "#ffffff", "#3b6ea5", "#888888"


def write_files(report: dict[str, Any], drawn: bytes, html_page: str, out: Path) -> None:
    """Write report.json, report.png and report.html, each whole or not."""
    text = json.dumps(report, ensure_ascii=False, indent=1)
    write_bytes(out / "report.json", text.encode())
    write_bytes(out / "report.png", drawn)
    write_bytes(out / "report.html", html_page.encode())


def picture(charts: Sequence[tuple[str, dict[str, int]]]) -> bytes:
    """Draw six bar charts (title, counts), two by three, as PNG."""
    image = Image.new("RGB", (_WIDTH, 3 * _PANEL), _PAPER)
    draw = ImageDraw.Draw(image)
    for index, (title, counts) in enumerate(charts):
        column, line = index % 2, index // 2
        _chart(draw, title, counts, column * _WIDTH // 2, line * _PANEL)
    content = io.BytesIO()
    image.save(content, "PNG")
    return content.getvalue()


def _chart(
    draw: ImageDraw.ImageDraw, title: str, counts: dict[str, int], left: int, top: int
) -> None:
    """Draw one chart: up to 24 columns, labelled where they do not collide."""
    small, large = ImageFont.load_default(11), ImageFont.load_default(16)
    draw.text((left + _MARGIN, top + 10), title, _INK, font=large)
    shown = list(counts.items())[:24]
    if not shown:
        return
    floor, height = top + _PANEL - 44, _PANEL - 100
    step = (_WIDTH // 2 - 2 * _MARGIN) / len(shown)
    most = max(max(counts.values()), 1)
    labelled_to = 0.0
    for index, (label, count) in enumerate(shown):
        x = left + _MARGIN + index * step
        y = floor - round(height * count / most)
        draw.rectangle((x + 1, y, x + max(step - 2, 2), floor), fill=_BAR)
        label, number = label.replace("–", "-").replace("…", ".."), str(count)
        if draw.textlength(number, small) < step:
            draw.text((x + 1, y - 15), number, _FAINT, font=small)
        if x >= labelled_to:
            draw.text((x + 1, floor + 6), label, _INK, font=small)
            labelled_to = x + float(draw.textlength(label, small)) + 8


def page(report: dict[str, Any], drawn: bytes, body: Callable[[dict[str, Any], str], str]) -> str:
    """Return the page.

    Args:
        report: its ``dataset``, ``citation``, ``licence`` and ``ship`` make the head.
        drawn: the picture.
        body: gives the rest, from the report and the element of the picture.
    """
    name = html.escape(str(report["dataset"]))
    image = base64.b64encode(drawn).decode()
    ship = "may be released" if report["ship"] else "must not be released"
    shown = f'<img alt="Histograms of the data set" src="data:image/png;base64,{image}">'
    return f"""<!doctype html>
<html lang="en"><meta charset="utf-8"><title>{name}: preparation</title>
<style>body{{font:16px/1.5 sans-serif;max-width:76rem;margin:2rem auto;padding:0 1rem;color:#222}}
table{{border-collapse:collapse;margin:1rem 0}}td,th{{padding:.2rem .8rem;text-align:left;
border-bottom:1px solid #ddd}}img{{max-width:100%}}</style>
<h1>{name}</h1>
<p>{html.escape(str(report["citation"]))}. Licence: {html.escape(str(report["licence"]))};
weights trained on it {ship}.</p>
{body(report, shown)}
</html>
"""


def splits(report: Mapping[str, Any], columns: Sequence[str]) -> str:
    """Return the table of the splits."""
    head = "".join(f"<th>{column}</th>" for column in columns)
    lines = "".join(
        f"<tr><td>{split}</td>" + "".join(f"<td>{n[c]:,}</td>" for c in columns) + "</tr>"
        for split, n in report["splits"].items()
    )
    return f"<table><tr><th>Split</th>{head}</tr>{lines}</table>"


def which(left_out: Sequence[Mapping[str, Any]]) -> str:
    """Return a paragraph for each reason, with what was left out for it."""
    return "".join(
        f"<p>{html.escape(r['reason'])}: {html.escape(', '.join(r['which']))}</p>" for r in left_out
    )


def row(title: str, counts: Mapping[str, int], fields: tuple[str, ...]) -> str:
    """Return a row of a table."""
    return f"<tr><td>{title}</td>" + "".join(f"<td>{counts[f]:,}</td>" for f in fields) + "</tr>"


def table(counts: Mapping[str, int]) -> str:
    """Return counts as a table."""
    if not counts:
        return "<p>None.</p>"
    rows = "".join(f"<tr><td>{html.escape(k)}</td><td>{v:,}</td></tr>" for k, v in counts.items())
    return f"<table>{rows}</table>"
