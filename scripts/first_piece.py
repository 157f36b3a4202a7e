"""Compose the piece that every new project of the studio begins with.

    python scripts/first_piece.py        writes src/antiphon/web/_first_piece.json

It is the best of 24 by the ranking of `antiphon compose`, and is committed so that it is there
before anything is loaded. With other weights it is another piece.
"""

from __future__ import annotations

from pathlib import Path

from antiphon import Plan
from antiphon.formats import write_bytes
from antiphon.inference.compose import compose
from antiphon.web import _piece
from antiphon.web._studio import told_of
from antiphon.web._tasks import plain

FILE = Path(__file__).resolve().parent.parent / "src/antiphon/web/_first_piece.json"
PLAN = Plan(
    bars=16, form="AABA", key="G", chords="G | Em | C | D", tempo=104, seed=1, title="First piece"
)


def main() -> None:
    """Compose and write."""
    made = plain(compose(PLAN, count=24, keep=1)[0])
    first = {"name": PLAN.title, "told": told_of(made), "piece": _piece.to_json(made.piece)}
    write_bytes(FILE, _piece.packed(first) + b"\n")


if __name__ == "__main__":
    main()
