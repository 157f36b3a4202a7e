"""The page beside the pieces: look and listen instead of reading.

It asks nothing of any other place: pictures, sounds and files lie beside it in the folder.
"""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from urllib.parse import quote

from antiphon.cli._folder import MARK
from antiphon.cli._record import Record, headline

_SOUNDS = ("ogg", "mp3", "wav")  # the smaller is played where there are several
_STYLE = """
:root { color-scheme: light dark; --ink: #22262f; --grey: #6b7280; --paper: #f6f7f9;
  --card: #fff; --line: #dfe3ea; --accent: #3a76af; }
@media (prefers-color-scheme: dark) { :root { --ink: #e6e9ef; --grey: #9aa3b2; --paper: #15181e;
  --card: #1e222a; --line: #323843; --accent: #7db4e6; } }
* { box-sizing: border-box }
body { margin: 0 auto; padding: 1.5rem; max-width: 1100px; background: var(--paper);
  color: var(--ink); font: 16px/1.5 system-ui, sans-serif }
h1 { font-size: 1.3rem } h2 { font-size: 1.15rem; margin: 0 }
article { background: var(--card); border: 1px solid var(--line); border-radius: 10px;
  padding: 1.1rem; margin: 0 0 1.4rem }
article > * + * { margin-top: .8rem }
.grey, small { color: var(--grey) }
img { display: block; width: 100%; border-radius: 6px; background: #fff }
audio { width: 100%; display: block }
.form { display: flex; gap: 3px }
.form span { border-radius: 4px; padding: 0 .4rem; font-size: .85rem; overflow: hidden;
  color: #22262f }
.chords { display: grid; grid-template-columns: repeat(auto-fill, minmax(5.2rem, 1fr));
  font-size: .9rem; border-top: 1px solid var(--line); border-left: 1px solid var(--line) }
.chords span { border: solid var(--line); border-width: 0 1px 1px 0; padding: .1rem .4rem }
a { color: var(--accent) }
.files a { margin-right: .8rem }
ul { margin: 0; padding-left: 1.2rem }
summary { cursor: pointer; color: var(--grey) }
table { border-collapse: collapse; font-size: .9rem }
td { padding: .1rem .8rem .1rem 0; vertical-align: top }
code { overflow-wrap: anywhere }
"""
_SECTION_COLOURS = ("#dee6f2", "#f6e5d2", "#dceede", "#eedeee", "#f4f0ce")  # as in the pictures
_ONE_AT_A_TIME = """
const players = [...document.querySelectorAll("audio")];
for (const player of players) player.addEventListener("play", () => {
  for (const other of players) if (other !== player) other.pause();
});
"""


def page_of(new: Sequence[tuple[str, Record]], earlier: Sequence[tuple[str, Record]] = ()) -> str:
    """Return the page of a folder as HTML.

    Args:
        new: stems and records of the pieces just made, best first.
        earlier: those that were there before.
    """
    what = "a new piece" if len(new) == 1 else f"{len(new)} new pieces"
    body = [f"<h1>Antiphon: {what}</h1>", *(_piece(stem, record) for stem, record in new)]
    if earlier:
        body.append("<h1>From earlier</h1>")
        body += [_piece(stem, record) for stem, record in earlier]
    return document(f"Antiphon: {what}", body)


def document(title: str, body: Sequence[str], style: str = "") -> str:
    """Return a page in the house's dress: lines of HTML under a title.

    Of its players one sounds at a time.

    Args:
        title: of the page.
        body: its lines.
        style: CSS of its own.
    """
    return (
        f'<!doctype html>\n<html lang="en"><head><meta charset="utf-8">{MARK}\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<link rel="icon" href="data:,">\n'
        f"<title>{escape(title)}</title><style>{_STYLE}{style}</style></head>\n<body>\n"
        + "\n".join(body)
        + f"\n<script>{_ONE_AT_A_TIME}</script>\n</body></html>\n"
    )


def _piece(stem: str, record: Record) -> str:
    title = record["title"] or stem
    parts = [
        f"<h2>{escape(title)}</h2><div class=grey>{escape(headline(record))}</div>",
        _picture(stem, record),
        _player(record),
        _form(record),
        _chords(record),
        _sentences("Why it stands here", record["reasons"]),
        _sentences("Bars drawn again", record["redrawn"]),
        _files(record),
        _details(stem, record),
    ]
    return f'<article id="{escape(stem)}">' + "\n".join(p for p in parts if p) + "</article>"


def _picture(stem: str, record: Record) -> str:
    name = f"{stem}.png"
    if name not in record["files"]:
        return ""
    return (
        f'<a href="{quote(name)}"><img src="{quote(name)}" loading="lazy" '
        f'alt="Piano roll of {escape(stem)}"></a>'
    )


def _player(record: Record) -> str:
    for ending in _SOUNDS:
        for name in record["files"]:
            if name.endswith(f".{ending}"):
                return f'<audio controls preload="none" src="{quote(name)}"></audio>'
    return ""


def _form(record: Record) -> str:
    labels = sorted({label for label, _, _ in record["sections"]})
    boxes = []
    for label, start, n_bars in record["sections"]:
        colour = _SECTION_COLOURS[labels.index(label) % len(_SECTION_COLOURS)]
        boxes.append(
            f'<span style="flex:{n_bars};background:{colour}" '
            f'title="bars {start + 1} to {start + n_bars}">{escape(label)}</span>'
        )
    return f"<div class=form>{''.join(boxes)}</div>" if boxes else ""


def _chords(record: Record) -> str:
    if not record["chords"]:
        return ""
    cells = "".join(f"<span>{escape(bar)}</span>" for bar in record["chords"])
    return (
        f"<details><summary>Chords, bar by bar</summary><div class=chords>{cells}</div></details>"
    )


def _sentences(heading: str, sentences: Sequence[str]) -> str:
    if not sentences:
        return ""
    items = "".join(f"<li>{escape(sentence)}</li>" for sentence in sentences)
    return f"<div><small>{escape(heading)}</small><ul>{items}</ul></div>"


def _files(record: Record) -> str:
    links = [f'<a href="{quote(n)}">{escape(n)}</a>' for n in sorted(record["files"])]
    return f"<div class=files>{' '.join(links)}</div>"


def _details(stem: str, record: Record) -> str:
    rows = [*record["plan"].items()]
    rows += [
        (f"part: {p['name']}", f"{p['instrument']}, {p['n_notes']} notes") for p in record["parts"]
    ]
    rows += record["provenance"].items()
    if record["score"] is not None:
        rows.append(("distance from real music", f"{record['score']:.3g}"))
    cells = "".join(f"<tr><td>{escape(str(k))}<td>{escape(str(v))}" for k, v in rows)
    command = f"antiphon compose --plan {stem}.toml"
    return (
        f"<details><summary>The plan, where it comes from, and how to get it again</summary>"
        f"<table>{cells}</table><p><code>{escape(command)}</code></p></details>"
    )
