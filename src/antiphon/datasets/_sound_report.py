"""The report of a preparation of sounds: what was read and left out, and why, and what is there."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from antiphon.datasets import SPLITS
from antiphon.datasets._report import by_reason, counts
from antiphon.datasets._report_page import page, picture, row, splits, table, which, write_files
from antiphon.datasets._sound import SECONDS
from antiphon.music.recording import FAMILIES, QUALITIES, SOURCES
from antiphon.representations.sounds import UNKNOWN

_NOT_SAID = "not said"


def summary(
    about: Mapping[str, Any], infos: list[dict[str, Any]], labels: NDArray[np.void]
) -> dict[str, Any]:
    """Return the whole report.

    Args:
        about: what set it is.
        infos: what is known of each recording, left out or not.
        labels: (N,) of the rows that stay.
    """
    used = [info for info in infos if "left_out" not in info]
    out = [info for info in infos if "left_out" in info]
    rows_out = counts(
        reason for info in used for reason, n in info["rows_left_out"].items() for _ in range(n)
    )
    return {
        **about,
        "recordings": {"found": len(infos), "used": len(used), "left_out": len(out)},
        "recordings_left_out": by_reason(
            ((info["reason"], info["id"]) for info in out), "recordings"
        ),
        "sounds": {
            "read": len(labels) + sum(rows_out.values()),
            "kept": len(labels),
            "left_out": sum(rows_out.values()),
        },
        "sounds_left_out": rows_out,
        "hours": round(len(labels) * SECONDS / 3600, 3),
        "may_be_released": sum(info["ship"] for info in used),
        "splits": {name: _split(used, name) for name in SPLITS},
        "remarks": counts(remark for info in used for remark in info["remarks"]),
        "licences": counts(info["licence"] for info in used),
        "instruments": counts(info["instrument"] or _NOT_SAID for info in used),
        "families": counts(_named(labels["family"], FAMILIES)),
        "sources": counts(_named(labels["source"], SOURCES)),
        "qualities": {
            name: int(((labels["qualities"] >> bit) & 1).sum())
            for bit, name in enumerate(QUALITIES)
            if ((labels["qualities"] >> bit) & 1).any()
        },
        "pitches": _by_range(labels["pitch"], 12),
        "velocities": _by_range(labels["velocity"], 16),
        **_heard(used),
    }


def _heard(used: list[dict[str, Any]]) -> dict[str, Any]:
    """Return counts of what was heard in recordings, where somebody listened."""
    heard = [info["heard"] for info in used if "heard" in info]
    if not heard:
        return {}
    tempos = np.array([one["tempo_bpm"] for one in heard if "tempo_bpm" in one])
    slow = (tempos // 20 * 20).astype(int)
    return {
        "heard": {
            "single_notes": sum("pitch" in one for one in heard),
            "keys": counts(one["key"] for one in heard if "key" in one),
            "tempos_bpm": {f"{t}–{t + 19}": int((slow == t).sum()) for t in sorted(set(slow))},
        }
    }


def _split(infos: list[dict[str, Any]], name: str) -> dict[str, int]:
    inside = [info for info in infos if info["split"] == name]
    return {"recordings": len(inside), "sounds": sum(info["n_rows"] for info in inside)}


def _named(codes: NDArray[np.uint8], names: tuple[str, ...]) -> Iterable[str]:
    return (_NOT_SAID if code == UNKNOWN else names[code] for code in codes.tolist())


def _by_range(values: NDArray[np.uint8], width: int) -> dict[str, int]:
    """Return counts by ranges of `width`, e.g. ``{"60–71": 12}``, and of what is not said."""
    said = values[values != UNKNOWN].astype(int)
    if not len(said):
        return {_NOT_SAID: len(values)}
    found = np.bincount(said // width)
    first = int(said.min()) // width
    ranges = {f"{i * width}–{(i + 1) * width - 1}": int(found[i]) for i in range(first, len(found))}
    n_unsaid = len(values) - len(said)
    return ranges | ({_NOT_SAID: n_unsaid} if n_unsaid else {})


def write_report(report: dict[str, Any], out: Path) -> None:
    """Write report.json, report.png and the self-contained report.html, each whole or not."""
    drawn = picture(
        [
            ("Sounds by split", {k: v["sounds"] for k, v in report["splits"].items()}),
            ("Sounds by pitch (MIDI number)", report["pitches"]),
            ("Sounds by family of instruments", report["families"]),
            ("Sounds by velocity", report["velocities"]),
            ("Recordings by licence", report["licences"]),
            ("Recordings by instrument", report["instruments"]),
        ]
    )
    write_files(report, drawn, page(report, drawn, _body), out)


def _body(report: dict[str, Any], image: str) -> str:
    out = {r["reason"]: r["recordings"] for r in report["recordings_left_out"]}
    return f"""<p>Rows of {SECONDS} s, {report["hours"]:,} hours together; of {
        report["may_be_released"]:,} recordings the licence lets weights be released.</p>
<table><tr><th></th><th>found</th><th>kept</th><th>left out</th></tr>
{row("Recordings", report["recordings"], ("found", "used", "left_out"))}
{row("Sounds", report["sounds"], ("read", "kept", "left_out"))}</table>
{splits(report, ("recordings", "sounds"))}
{image}
<h2>Why recordings were left out</h2>{table(out)}{which(report["recordings_left_out"])}
<h2>Why parts of recordings were left out</h2>{table(report["sounds_left_out"])}
<h2>Remarks</h2>{table(report["remarks"])}
<h2>Licences</h2>{table(report["licences"])}
<h2>Instruments</h2>{table(report["instruments"])}
<h2>Sources</h2>{table(report["sources"])}
<h2>Qualities</h2>{table(report["qualities"])}
{_heard_body(report["heard"]) if "heard" in report else ""}"""


def _heard_body(heard: dict[str, Any]) -> str:
    return f"""<h2>Heard</h2>
<p>Estimated: {heard["single_notes"]:,} recordings are one note; of the others keys and tempos.</p>
{table(heard["keys"])}{table(heard["tempos_bpm"])}"""
