"""The card of trained weights: whose music they learned, what may be done with them, figures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from antiphon.formats import write_bytes
from antiphon.representations.labels import Vocabulary
from antiphon.training._settings import TrainConfig

_UNMEASURED = "- **Measured**: not yet; `antiphon evaluate` does it."


def write_card(
    weights: Path,
    settings: TrainConfig,
    pieces: Sequence[Mapping[str, Any]],
    vocabulary: Vocabulary | None = None,
) -> None:
    """Write CARD.md beside weights.

    Args:
        pieces: those of the set, as pieces.json has them.
        vocabulary: labels that the networks hear.
    """
    about = settings.about
    may = all(piece.get("ship", False) for piece in pieces)
    n_songs = sum(piece.get("split") == "train" for piece in pieces)
    lines = [
        f"# {settings.name}",
        "",
        f"What it is: {settings.model or settings.kind}, trained by `antiphon train`, "
        f"seed {settings.seed}" + (f", begun with {settings.start}." if settings.start else "."),
        "",
        f"- **Licence**: {about.get('licence', 'not said')}. "
        + ("" if may else "Not for release: the music they learned does not allow it."),
        f"- **Data**: {about.get('data', settings.prepared)}; {n_songs} songs in the train split.",
        *([f"- **Citation**: {about['citation']}."] if "citation" in about else []),
        *(f"- **Label {kind}**: {', '.join(names)}." for kind, names in (vocabulary or {}).items()),
        _UNMEASURED,
        "- **Not for**: passing its pieces off as a person's.",
    ]
    text = "\n".join(line.rstrip() for line in lines) + "\n"
    write_bytes(weights / "CARD.md", text.encode())


def add_measured(weights: Path, sentence: str) -> None:
    """Write into a card what was measured."""
    card = weights / "CARD.md"
    text = card.read_text(encoding="utf-8").replace(_UNMEASURED, f"- **Measured**: {sentence}")
    write_bytes(card, text.encode())
