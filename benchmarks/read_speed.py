"""Reading MIDI into rolls, and the whole preparation, against muspy's reading alone.

    python -m venv /tmp/muspy && /tmp/muspy/bin/pip install muspy
    python benchmarks/read_speed.py data/pop909 --muspy /tmp/muspy/bin/python

Same files, one process each and one after another in one run, medians of several rounds. Time is
processor time (user and system, workers too), so that a busy machine does not decide. muspy is no
dependency: it runs in an environment of its own. Prints files a second, both ratios, the load.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import tempfile
import time
from pathlib import Path

from antiphon.datasets import prepare
from antiphon.formats import mid
from antiphon.music.excerpt import roll_of

_MUSPY = """
import json, sys, time, warnings
warnings.simplefilter("ignore")
import muspy
paths = json.load(sys.stdin)
muspy.read_midi(paths[0])
begin, failed = time.process_time(), 0
for path in paths:
    try:
        muspy.read_midi(path)
    except Exception:
        failed += 1
print(json.dumps([time.process_time() - begin, failed]))
"""


def read_rolls(paths: list[Path]) -> float:
    """Return the seconds it takes to read files into one roll a track, (16ths, 128)."""
    begin = time.process_time()
    for path in paths:
        piece = mid.read(path, quick=True)
        sixteenth = piece.resolution / 4
        n_steps = int(piece.end / sixteenth) + 1
        for track in piece.tracks:
            roll_of(track.notes, n_steps, sixteenth)
    return time.process_time() - begin


def read_muspy(python: Path, paths: list[Path]) -> tuple[float, int]:
    """Return the seconds muspy takes to read the files, without its start, and how many failed."""
    done = subprocess.run(
        [python, "-c", _MUSPY],
        input=json.dumps([str(path) for path in paths]),
        capture_output=True,
        text=True,
        check=True,
    )
    seconds, failed = json.loads(done.stdout.splitlines()[-1])
    return float(seconds), int(failed)


def prepare_set(name: str, root: Path) -> tuple[float, int]:
    """Return the seconds a whole preparation takes in one process, and its songs."""
    with tempfile.TemporaryDirectory() as folder:
        begin = sum(os.times()[:4])  # user and system, of this process and its workers
        done = prepare(name, root, Path(folder) / "set", jobs=1)
        return sum(os.times()[:4]) - begin, int(done.report["songs"]["found"])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("root", type=Path, help="folder of a data set with MIDI files")
    parser.add_argument("--dataset", default="pop909", help="how to prepare it; `folder` for any")
    parser.add_argument("--muspy", type=Path, required=True, help="Python that has muspy")
    parser.add_argument("--rounds", type=int, default=3)
    asked = parser.parse_args()
    paths = sorted(path for path in asked.root.rglob("*.mid"))
    read_rolls(paths[:20])
    rows = []
    for _ in range(asked.rounds):
        rolls = read_rolls(paths)
        muspy, failed = read_muspy(asked.muspy, paths)
        whole, n_songs = prepare_set(asked.dataset, asked.root)
        rows.append((muspy / rolls, (muspy / len(paths)) / (whole / n_songs), rolls, muspy, whole))
        speeds = f"rolls {len(paths) / rolls:.0f}, muspy {len(paths) / muspy:.1f} ({failed} failed)"
        print(f"{len(paths)} files; a second: {speeds}, prepared {n_songs / whole:.0f}", flush=True)
    to_rolls, to_set = (statistics.median(row[i] for row in rows) for i in (0, 1))
    load = os.getloadavg()[0] if hasattr(os, "getloadavg") else float("nan")
    print(f"Into rolls {to_rolls:.0f} ×, whole preparation {to_set:.1f} × muspy's reading alone.")
    print(f"One process each, medians of {asked.rounds}; {os.cpu_count()} cores, load {load:.1f}.")


if __name__ == "__main__":
    main()
