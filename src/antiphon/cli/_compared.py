"""The page of a comparison: one table, bars of each measure, pictures and sounds side by side."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from html import escape
from itertools import groupby
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from antiphon.cli._page import document

if TYPE_CHECKING:
    from antiphon.inference._comparison import Row

_TITLE = "Antiphon: side by side"
_STYLE = """
body { max-width: 1500px }
.wide { overflow-x: auto }
.figures td, .figures th { text-align: right; padding: .12rem 0 .12rem 1.1rem; white-space: nowrap;
  font-variant-numeric: tabular-nums }
.figures tr > :first-child { text-align: left; padding-left: 0 }
.figures thead th { border-bottom: 1px solid var(--line) }
.figures .group th { padding-top: .8rem; font-weight: 600; text-align: left; color: var(--grey) }
.best { font-weight: 700; color: var(--accent) }
.measures { display: grid; grid-template-columns: repeat(auto-fill, minmax(15.5rem, 1fr));
  gap: 1rem 1.6rem }
.measures h3 { font-size: .9rem; margin: 0 0 .2rem }
.measure { display: grid; grid-template-columns: 6.5rem 1fr 3.4rem; gap: 2px .6rem;
  font-size: .82rem; align-items: center }
.measure > span { overflow: hidden; text-overflow: ellipsis; white-space: nowrap }
.measure > .value { text-align: right; font-variant-numeric: tabular-nums }
.bar { height: .8rem; background: var(--line); border-radius: 3px; position: relative;
  overflow: hidden }
.bar i { position: absolute; inset: 0 auto 0 0; background: var(--accent); border-radius: 3px }
.bar i.real { background: var(--grey) }
.bar b { position: absolute; top: 0; bottom: 0; width: 2px; background: var(--ink) }
.sides { display: grid; grid-template-columns: repeat(auto-fill, minmax(28rem, 1fr)); gap: 1.4rem }
.sides h3 { font-size: 1rem; margin: 0 0 .3rem }
.sides audio { margin-top: .3rem; height: 2.2rem }
"""
_PLAYED = ("ogg", "mp3", "wav")  # the smaller is played where there are several


def page_of(
    names: Sequence[str],
    rows: Sequence[Row],
    remarks: Sequence[str],
    shown: Mapping[str, Sequence[Mapping[str, str]]],
    command: str,
) -> str:
    """Return the page as HTML.

    Args:
        names: of the systems.
        rows: the measures.
        remarks: what has to be known to read them.
        shown: of real music and each system, the files of each piece by format.
        command: that makes it again.
    """
    told = [row for row in rows if any(value is not None for value in row.values)]
    everyone = ["real music", *names]
    body = [
        f"<h1>{_TITLE}</h1>",
        f"<article>{_table(everyone, told)}"
        f"<div class=grey>{escape(' '.join(remarks))} The best of a row is marked.</div></article>",
        "<h1>Look and listen</h1>",
        *_pieces(shown),
        "<h1>Each measure</h1>",
        *_charts(everyone, told),
        f"<p class=grey>Again: <code>{escape(command)}</code></p>",
    ]
    return document(_TITLE, body, _STYLE)


def _table(names: Sequence[str], rows: Sequence[Row]) -> str:
    head = "".join(f"<th>{escape(name)}" for name in names)
    lines = [f"<thead><tr><th>{head}</thead>"]
    for group, of_group in groupby(rows, key=lambda row: row.group):
        lines.append(f"<tr class=group><th colspan={len(names) + 1}>{escape(group)}")
        for row in of_group:
            cells = "".join(
                f"<td{' class=best' if i == row.best else ''}>{text}"
                for i, text in enumerate(row.texts)
            )
            lines.append(f"<tr><td>{escape(row.label)}{cells}")
    return f"<div class=wide><table class=figures>{''.join(lines)}</table></div>"


def _charts(names: Sequence[str], rows: Sequence[Row]) -> list[str]:
    found = []
    for group, of_group in groupby(rows, key=lambda row: row.group):
        charts = "".join(_chart(names, row) for row in of_group)
        found.append(
            f"<article><h2>{escape(group)}</h2><div class=measures>{charts}</div></article>"
        )
    return found


def _chart(names: Sequence[str], row: Row) -> str:
    shares = _shares(row)
    real = shares[0]
    mark = f'<b style="left:calc({100 * real:.1f}% - 1px)"></b>' if real is not None else ""
    lines = []
    for i, (name, share) in enumerate(zip(names, shares, strict=True)):
        if i == 0 and share is None:
            continue
        kind = " class=real" if i == 0 else ""
        width = f'<i{kind} style="width:{100 * (share or 0):.1f}%"></i>'
        value = "value best" if i == row.best else "value"
        lines.append(
            f"<span>{escape(name)}</span><div class=bar>{width}{mark}</div>"
            f'<span class="{value}">{row.texts[i]}</span>'
        )
    scale = " <small>(log)</small>" if row.is_ratio else ""
    return (
        f"<div><h3>{escape(row.label)}{scale}</h3><div class=measure>{''.join(lines)}</div></div>"
    )


def _shares(row: Row) -> list[float | None]:
    """Return the lengths of the bars, 0–1; on a log scale from a little below 1 on for ratios."""
    known = [abs(value) for value in row.values if value is not None]
    top = max([*known, 1e-9])
    if row.is_ratio:
        top = max(top, 2.0)
        return [
            None if v is None else math.log(max(v, 1.0) * 1.1) / math.log(top * 1.1)
            for v in row.values
        ]
    return [None if value is None else abs(value) / top for value in row.values]


def _pieces(shown: Mapping[str, Sequence[Mapping[str, str]]]) -> list[str]:
    most = max((len(pieces) for pieces in shown.values()), default=0)
    return [
        "<article><div class=sides>"
        + "".join(
            _side("real music" if name == "real" else name, pieces[i])
            for name, pieces in shown.items()
            if i < len(pieces)
        )
        + "</div></article>"
        for i in range(most)
    ]


def _side(name: str, files: Mapping[str, str]) -> str:
    parts = [f"<h3>{escape(name)}</h3>"]
    if picture := files.get("png"):
        parts.append(
            f'<a href="{quote(picture)}"><img src="{quote(picture)}" loading="lazy" '
            f'alt="Piano roll of {escape(name)}"></a>'
        )
    if sound := next((files[ending] for ending in _PLAYED if ending in files), ""):
        parts.append(f'<audio controls preload="none" src="{quote(sound)}"></audio>')
    links = " ".join(f'<a href="{quote(f)}">{escape(e)}</a>' for e, f in files.items())
    return f"<div>{''.join(parts)}<small class=files>{links}</small></div>"


def files_of(
    shown: Mapping[str, Sequence[Any]], endings: Sequence[str], folder: str
) -> dict[str, list[dict[str, str]]]:
    """Return where the files of each piece lie, beside the page."""
    return {
        name: [
            {ending: f"{folder}/{stem_of(name, i)}.{ending}" for ending in endings}
            for i in range(len(pieces))
        ]
        for name, pieces in shown.items()
    }


def stem_of(name: str, index: int) -> str:
    """Return the name of a piece's files without their ending."""
    return f"{name}-{index + 1}"
