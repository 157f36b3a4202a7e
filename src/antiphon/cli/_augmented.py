"""The page of augmented files: each as it was, and its copies below."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import TYPE_CHECKING
from urllib.parse import quote

from antiphon.cli._page import document

if TYPE_CHECKING:
    from antiphon.inference.augment import Written


def page_of(groups: Sequence[Sequence[Written]]) -> str:
    """Return the page as HTML.

    Args:
        groups: of each file, what was written of it, the unchanged first.
    """
    body = ["<h1>Antiphon: before and after</h1>"]
    for group in groups:
        body.append(f"<article><h2>{escape(group[0].source)}</h2>")
        body += [_one(written) for written in group]
        body.append("</article>")
    return document("Antiphon: before and after", body)


def _one(written: Written) -> str:
    which = f"Copy {written.number}" if written.number else "Before"
    parts = [
        f"<div><b>{which}</b> <small>{escape(written.told)}</small> "
        f'<a href="{quote(written.file)}">{escape(written.file)}</a></div>',
        f'<img src="{quote(written.picture)}" loading="lazy" alt="{which}">',
    ]
    if written.listen:
        parts.append(f'<audio controls preload="none" src="{quote(written.listen)}"></audio>')
    return "\n".join(parts)
