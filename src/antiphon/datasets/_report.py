"""The report of a preparation: what was read, kept and left out, and why, as data and page."""

from __future__ import annotations

import base64
import html
import io
import json
import os
from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from PIL import Image, ImageDraw, ImageFont

from antiphon.datasets import SPLITS
from antiphon.datasets._song import SHIFTS

_WIDTH, _PANEL, _MARGIN = 1200, 300, 24
_INK, _PAPER, _BAR, _FAINT = "#222222", "#ffffff", "#3b6ea5", "#888888"


def summary(about: Mapping[str, Any], songs: list[dict[str, Any]], augment: bool) -> dict[str, Any]:
    """Return the whole report.

    Args:
        about: what set it is.
        songs: what is known of each song, left out or not.
        augment: whether training songs were also written in other keys.
    """
    used = [s for s in songs if "left_out" not in s]
    out = [s for s in songs if "left_out" in s]
    bars_out = _sum(s.get("bars_left_out", {}) for s in songs)
    copies = [s["transpose"][1] - s["transpose"][0] + 1 for s in used if s["split"] == "train"]
    return {
        **about,
        "songs": {"found": len(songs), "used": len(used), "left_out": len(out)},
        "songs_left_out": _by_reason(out),
        "bars": {
            "read": sum(s["n_bars"] for s in used) + sum(bars_out.values()),
            "kept": sum(s["n_bars"] for s in used),
            "left_out": sum(bars_out.values()),
            "without_chord": sum(s["bars_without_chord"] for s in used),
        },
        "bars_left_out": bars_out,
        "notes": {
            "read": sum(s["notes_read"] for s in used),
            "kept": sum(s["notes_kept"] for s in used),
            "dropped": sum(s["notes_read"] - s["notes_kept"] for s in used),
        },
        "notes_dropped": _sum(s["notes_dropped"] for s in used),
        "splits": {name: _split(used, name) for name in SPLITS},
        "augmented": augment,
        "training_songs_in_all_keys": sum(copies),
        "remarks": _counts(remark for s in used for remark in s["remarks"]),
        "transpositions": {
            f"{shift:+d}": sum(s["transpose"][0] <= shift <= s["transpose"][1] for s in used)
            for shift in range(SHIFTS[0], SHIFTS[1] + 1)
        },
        "keys": _counts(s["key"] for s in used),
        "metres": _counts(s["metre"] for s in used),
        "parts": _counts(p for s in used for p in s["parts"]),
        "tempos_bpm": _histogram([s["bpm"] for s in used], 10),
        "lengths_bars": _histogram([s["n_bars"] for s in used], 16),
    }


def _by_reason(songs: list[dict[str, Any]]) -> list[dict[str, Any]]:
    reasons = Counter(s["reason"] for s in songs)
    return [
        {"reason": reason, "songs": n, "which": [s["id"] for s in songs if s["reason"] == reason]}
        for reason, n in sorted(reasons.items(), key=lambda item: (-item[1], item[0]))
    ]


def _sum(many: Iterable[Mapping[str, int]]) -> dict[str, int]:
    total: Counter[str] = Counter()
    for one in many:
        total.update(one)
    return dict(sorted(total.items(), key=lambda item: (-item[1], item[0])))


def _counts(values: Iterable[str]) -> dict[str, int]:
    return dict(sorted(Counter(values).items(), key=lambda item: (-item[1], item[0])))


def _histogram(values: list[float], width: int) -> dict[str, int]:
    """Return counts by ranges of `width`, e.g. ``{"90–99": 12}``."""
    found = Counter(int(v // width) for v in values)
    if not found:
        return {}
    span = range(min(found), max(found) + 1)
    return {f"{i * width}–{(i + 1) * width - 1}": found.get(i, 0) for i in span}


def _split(songs: list[dict[str, Any]], name: str) -> dict[str, int]:
    inside = [s for s in songs if s["split"] == name]
    return {
        "songs": len(inside),
        "bars": sum(s["n_bars"] for s in inside),
        "notes": sum(s["notes_kept"] for s in inside),
    }


def write_report(report: dict[str, Any], out: Path) -> None:
    """Write report.json, report.png and the self-contained report.html, each whole or not."""
    picture = _picture(report)
    text = json.dumps(report, ensure_ascii=False, indent=1)
    for name, content in (
        ("report.json", text.encode()),
        ("report.png", picture),
        ("report.html", _page(report, picture).encode()),
    ):
        beside = out / f".{name}.{os.getpid()}"
        beside.write_bytes(content)
        os.replace(beside, out / name)


def _picture(report: dict[str, Any]) -> bytes:
    """Draw six bar charts, two by three, as PNG."""
    charts = [
        ("Bars by split", {k: v["bars"] for k, v in report["splits"].items()}),
        ("Songs by key", report["keys"]),
        ("Songs by metre", report["metres"]),
        ("Songs by tempo (beats a minute)", report["tempos_bpm"]),
        ("Songs by length (bars)", report["lengths_bars"]),
        ("Songs that can be moved by so many semitones", report["transpositions"]),
    ]
    image = Image.new("RGB", (_WIDTH, 3 * _PANEL), _PAPER)
    draw = ImageDraw.Draw(image)
    for index, (title, counts) in enumerate(charts):
        column, row = index % 2, index // 2
        _chart(draw, title, counts, column * _WIDTH // 2, row * _PANEL)
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


def _page(report: dict[str, Any], picture: bytes) -> str:
    """Return a page that needs no other file."""
    name = html.escape(str(report["dataset"]))
    image = base64.b64encode(picture).decode()
    ship = "may be released" if report["ship"] else "must not be released"
    songs_out = {r["reason"]: r["songs"] for r in report["songs_left_out"]}
    which = "".join(
        f"<p>{html.escape(r['reason'])}: {html.escape(', '.join(r['which']))}</p>"
        for r in report["songs_left_out"]
    )
    splits = "".join(
        f"<tr><td>{split}</td>" + "".join(f"<td>{v:,}</td>" for v in n.values()) + "</tr>"
        for split, n in report["splits"].items()
    )
    return f"""<!doctype html>
<html lang="en"><meta charset="utf-8"><title>{name}: preparation</title>
<style>body{{font:16px/1.5 sans-serif;max-width:76rem;margin:2rem auto;padding:0 1rem;color:#222}}
table{{border-collapse:collapse;margin:1rem 0}}td,th{{padding:.2rem .8rem;text-align:left;
border-bottom:1px solid #ddd}}img{{max-width:100%}}</style>
<h1>{name}</h1>
<p>{html.escape(str(report["citation"]))}. Licence: {html.escape(str(report["licence"]))};
weights trained on it {ship}.</p>
<table><tr><th></th><th>found</th><th>kept</th><th>left out</th></tr>
{_row("Songs", report["songs"], ("found", "used", "left_out"))}
{_row("Bars", report["bars"], ("read", "kept", "left_out"))}
{_row("Notes", report["notes"], ("read", "kept", "dropped"))}</table>
<table><tr><th>Split</th><th>songs</th><th>bars</th><th>notes</th></tr>{splits}</table>
<img alt="Histograms of the data set" src="data:image/png;base64,{image}">
<h2>Why songs were left out</h2>{_table(songs_out)}{which}
<h2>Why bars were left out</h2>{_table(report["bars_left_out"])}
<h2>Why notes were dropped</h2>{_table(report["notes_dropped"])}
<h2>Remarks</h2>{_table(report["remarks"])}
<h2>Keys</h2>{_table(report["keys"])}
<h2>Metres</h2>{_table(report["metres"])}
</html>
"""


def _row(title: str, counts: Mapping[str, int], fields: tuple[str, ...]) -> str:
    return f"<tr><td>{title}</td>" + "".join(f"<td>{counts[f]:,}</td>" for f in fields) + "</tr>"


def _table(counts: Mapping[str, int]) -> str:
    if not counts:
        return "<p>None.</p>"
    rows = "".join(f"<tr><td>{html.escape(k)}</td><td>{v:,}</td></tr>" for k, v in counts.items())
    return f"<table>{rows}</table>"
