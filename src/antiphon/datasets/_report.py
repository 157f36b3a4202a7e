"""The report of a preparation: what was read, kept and left out, and why, as data and page."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from antiphon.datasets import SPLITS
from antiphon.datasets._report_page import page, picture, row, splits, table, which, write_files
from antiphon.datasets._song import SHIFTS

_TEMPO_BPM, _LENGTH_BARS = 10, 16  # widths of the histograms


def summary(
    about: Mapping[str, Any], songs: Iterable[dict[str, Any]], augment: bool
) -> dict[str, Any]:
    """Return the whole report; songs are added up one by one, and not kept.

    Args:
        about: what set it is.
        songs: what is known of each song, left out or not.
        augment: whether training songs were also written in other keys.
    """
    total = _Total()
    for song in songs:
        total.add(song)
    sums, n_bars_out = total.sums, total.of["bars_left_out"].total()
    return {
        **about,
        "songs": {
            "found": sums["used"] + sums["left_out"],
            "used": sums["used"],
            "left_out": sums["left_out"],
        },
        "songs_left_out": by_reason(total.left_out),
        "bars": {
            "read": sums["n_bars"] + n_bars_out,
            "kept": sums["n_bars"],
            "left_out": n_bars_out,
            "without_chord": sums["bars_without_chord"],
        },
        "bars_left_out": counts(total.of["bars_left_out"]),
        "notes": {
            "read": sums["notes_read"],
            "kept": sums["notes_kept"],
            "dropped": sums["notes_read"] - sums["notes_kept"],
        },
        "notes_dropped": counts(total.of["notes_dropped"]),
        "splits": {
            name: {what: total.of[name][what] for what in ("songs", "bars", "notes")}
            for name in SPLITS
        },
        "augmented": augment,
        "training_songs_in_all_keys": sums["in_all_keys"],
        "remarks": counts(total.of["remarks"]),
        "transpositions": {
            f"{shift:+d}": total.shifts[shift] for shift in range(SHIFTS[0], SHIFTS[1] + 1)
        },
        "keys": counts(total.of["key"]),
        "metres": counts(total.of["metre"]),
        "parts": counts(total.of["parts"]),
        "tempos_bpm": _histogram(total.tempos, _TEMPO_BPM),
        "lengths_bars": _histogram(total.lengths, _LENGTH_BARS),
    }


class _Total:
    """What songs are together; of the left out ones also which they are."""

    def __init__(self) -> None:
        self.sums: Counter[str] = Counter()
        self.of: defaultdict[str, Counter[str]] = defaultdict(Counter)
        self.left_out: list[tuple[str, str]] = []
        self.shifts: Counter[int] = Counter()
        self.tempos: Counter[int] = Counter()
        self.lengths: Counter[int] = Counter()

    def add(self, song: Mapping[str, Any]) -> None:
        """Add one song."""
        self.of["bars_left_out"].update(song.get("bars_left_out", {}))
        if "left_out" in song:
            self.sums["left_out"] += 1
            self.left_out.append((song["reason"], song["id"]))
            return
        self.sums["used"] += 1
        for field in ("n_bars", "bars_without_chord", "notes_read", "notes_kept"):
            self.sums[field] += song[field]
        split = {"songs": 1, "bars": song["n_bars"], "notes": song["notes_kept"]}
        self.of[song["split"]].update(split)
        self.of["notes_dropped"].update(song["notes_dropped"])
        for field in ("remarks", "parts"):
            self.of[field].update(song[field])
        for field in ("key", "metre"):
            self.of[field][song[field]] += 1
        low, high = song["transpose"]
        self.shifts.update(range(low, high + 1))
        self.sums["in_all_keys"] += (high - low + 1) * (song["split"] == "train")
        self.tempos[int(song["bpm"] // _TEMPO_BPM)] += 1
        self.lengths[int(song["n_bars"] // _LENGTH_BARS)] += 1


def by_reason(left_out: Iterable[tuple[str, str]], what: str = "songs") -> list[dict[str, Any]]:
    """Return the reasons why some were left out, the most frequent first, and which they were.

    Args:
        left_out: reason and id of each.
        what: what they are called.
    """
    which: defaultdict[str, list[str]] = defaultdict(list)
    for reason, name in left_out:
        which[reason].append(name)
    return [
        {"reason": reason, what: len(ids), "which": ids}
        for reason, ids in sorted(which.items(), key=lambda item: (-len(item[1]), item[0]))
    ]


def counts(values: Iterable[str] | Mapping[str, int]) -> dict[str, int]:
    """Return how often each value stands, the most frequent first."""
    return dict(sorted(Counter(values).items(), key=lambda item: (-item[1], item[0])))


def _histogram(found: Mapping[int, int], width: int) -> dict[str, int]:
    """Return counts by ranges of `width`, e.g. ``{"90–99": 12}``, of those by its multiples."""
    if not found:
        return {}
    span = range(min(found), max(found) + 1)
    return {f"{i * width}–{(i + 1) * width - 1}": found.get(i, 0) for i in span}


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
