"""The report of a preparation: what was read, kept and left out, and why, as data and page."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from antiphon.datasets import SPLITS
from antiphon.datasets._report_page import page, picture, row, splits, table, which, write_files
from antiphon.datasets._song import SHIFTS


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
        "songs_left_out": by_reason(out),
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
        "remarks": counts(remark for s in used for remark in s["remarks"]),
        "transpositions": {
            f"{shift:+d}": sum(s["transpose"][0] <= shift <= s["transpose"][1] for s in used)
            for shift in range(SHIFTS[0], SHIFTS[1] + 1)
        },
        "keys": counts(s["key"] for s in used),
        "metres": counts(s["metre"] for s in used),
        "parts": counts(p for s in used for p in s["parts"]),
        "tempos_bpm": _histogram([s["bpm"] for s in used], 10),
        "lengths_bars": _histogram([s["n_bars"] for s in used], 16),
    }


def by_reason(songs: list[dict[str, Any]], what: str = "songs") -> list[dict[str, Any]]:
    """Return the reasons why some were left out, the most frequent first, and which they were."""
    reasons = Counter(s["reason"] for s in songs)
    return [
        {"reason": reason, what: n, "which": [s["id"] for s in songs if s["reason"] == reason]}
        for reason, n in sorted(reasons.items(), key=lambda item: (-item[1], item[0]))
    ]


def _sum(many: Iterable[Mapping[str, int]]) -> dict[str, int]:
    total: Counter[str] = Counter()
    for one in many:
        total.update(one)
    return dict(sorted(total.items(), key=lambda item: (-item[1], item[0])))


def counts(values: Iterable[str]) -> dict[str, int]:
    """Return how often each value stands, the most frequent first."""
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
    drawn = picture(
        [
            ("Bars by split", {k: v["bars"] for k, v in report["splits"].items()}),
            ("Songs by key", report["keys"]),
            ("Songs by metre", report["metres"]),
            ("Songs by tempo (beats a minute)", report["tempos_bpm"]),
            ("Songs by length (bars)", report["lengths_bars"]),
            ("Songs that can be moved by so many semitones", report["transpositions"]),
        ]
    )
    write_files(report, drawn, page(report, drawn, _body), out)


def _body(report: dict[str, Any], image: str) -> str:
    songs_out = {r["reason"]: r["songs"] for r in report["songs_left_out"]}
    return f"""<table><tr><th></th><th>found</th><th>kept</th><th>left out</th></tr>
{row("Songs", report["songs"], ("found", "used", "left_out"))}
{row("Bars", report["bars"], ("read", "kept", "left_out"))}
{row("Notes", report["notes"], ("read", "kept", "dropped"))}</table>
{splits(report, ("songs", "bars", "notes"))}
{image}
<h2>Why songs were left out</h2>{table(songs_out)}{which(report["songs_left_out"])}
<h2>Why bars were left out</h2>{table(report["bars_left_out"])}
<h2>Why notes were dropped</h2>{table(report["notes_dropped"])}
<h2>Remarks</h2>{table(report["remarks"])}
<h2>Keys</h2>{table(report["keys"])}
<h2>Metres</h2>{table(report["metres"])}"""
