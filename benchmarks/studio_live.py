"""Endless music from a studio: is every bar there in time, and how soon is a change heard?

    python benchmarks/studio_live.py --minutes 2

A listener takes bars from `POST /api/live/music` and changes chords and mood every few bars. Prints
how many bars came, how many of them were covers of a late one, how far lines came from their time,
how many bars after a change of the chords the new ones are heard, and how the memory of the server
and its processes grew from the first quarter to the last.
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
from itertools import cycle
from pathlib import Path

import httpx2
import numpy as np
import psutil
from studio_server import Server

CHORDS = (("C", "C | C"), ("F", "F | F"), ("G", "G | G"))
EVERY_BARS = 4
TEMPO_BPM = 120.0


def memory_mb(server: Server) -> float:
    """Return what a server and its processes hold."""
    process = psutil.Process(server.pid)
    return sum(p.memory_info().rss for p in (process, *process.children(recursive=True))) / 1e6


def listen(server: Server, seconds: float) -> dict[str, object]:
    """Take bars for so long, steering; return what is printed."""
    asked = cycle(CHORDS)
    wanted, since, heard_after = "", 0, []
    late_s, covers, n_bars, held = [], 0, 0, []
    client = httpx2.Client(base_url=server.address, timeout=120)
    plan = {"key": "C", "tempo": TEMPO_BPM, "chords": "C | F | G | C", "seed": 1}
    with client.stream("POST", "/api/live/music", json=plan) as answer:
        lines = answer.iter_lines()
        session = json.loads(next(lines))["session"]
        began = 0.0
        for line in lines:
            bar, now = json.loads(line), time.monotonic()
            if "error" in bar:
                raise RuntimeError(bar["error"])
            began = began or now
            late_s.append(now - began - bar["at_s"])
            n_bars += bar["n_bars"]
            covers += bar["covered"]
            held.append(memory_mb(server))
            if wanted and [chord for _, chord in bar["chords"]] == [wanted]:
                heard_after.append(n_bars - since)
                wanted = ""
            if n_bars % EVERY_BARS == 0 and not wanted:
                wanted, chords = next(asked)
                since = n_bars
                mood = {"valence": np.sin(n_bars), "arousal": np.cos(n_bars)}
                change = {"chords": chords, **{k: round(float(v), 3) for k, v in mood.items()}}
                client.patch(f"/api/live/{session}", json=change).raise_for_status()
            if now - began > seconds:
                break
    quarter = max(len(held) // 4, 1)
    return {
        "bars": n_bars,
        "covers of a late bar": covers,
        "lines late, 95th percentile, ms": round(1000 * float(np.percentile(late_s, 95)), 1),
        "bars until a change of chords is heard": {
            "median": float(np.median(heard_after)), "most": max(heard_after), "n": len(heard_after)
        },
        "memory, first and last quarter, MB": [
            round(float(np.mean(held[:quarter]))), round(float(np.mean(held[-quarter:])))
        ],
    }  # fmt: skip


def main() -> None:
    """Listen and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--minutes", type=float, default=2.0)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        server = Server(Path(folder))
        try:
            print(json.dumps(listen(server, 60 * arguments.minutes), indent=1))
        finally:
            server.kill()


if __name__ == "__main__":
    main()
