"""Preparing a whole corpus: time, peak memory and files a second, beside other readers.

    python -m venv /tmp/readers && /tmp/readers/bin/pip install muspy pypianoroll
    python benchmarks/corpus_speed.py data/band --readers /tmp/readers/bin/python

One run, one after another: `antiphon data prepare` of every second file and of all of them (so
that one sees whether memory grows), then muspy and pypianoroll reading the same files, with as
many processes. `--readers-every 20` lets the others read every 20th file only, which are then
prepared by themselves, too. The readers are no dependencies: they run in an environment of their
own. Prints for each seconds (wall clock, and processor time of all processes, which a busy
machine does not stretch as much), files a second, and the peak resident memory of the first
process and of the largest of the others.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

_PREPARE = """
import json, sys, time
from pathlib import Path
from antiphon.datasets import prepare
asked = json.load(sys.stdin)
done = prepare(asked["dataset"], Path(asked["root"]), Path(asked["out"]), jobs=asked["jobs"])
n_failed = done.report["songs"]["left_out"]
"""

_READ = """
import json, sys, warnings
from multiprocessing import Pool
warnings.simplefilter("ignore")
import {library}
def read(path):
    try:
        {library}.{function}(path)
        return 0
    except Exception:
        return 1
asked = json.load(sys.stdin)
with Pool(asked["jobs"]) as pool:
    n_failed = sum(pool.imap_unordered(read, asked["paths"], 16))
"""

_TELL = """
import os, resource
told = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
print(json.dumps([n_failed, sum(os.times()[:4]), *(one.ru_maxrss / 1024 for one in told)]))
"""


def measure(what: str, python: str, code: str, asked: dict, n_files: int) -> None:
    """Run code in a process of its own and print a row of what it took."""
    begin = time.perf_counter()
    done = subprocess.run(
        [python, "-c", code + _TELL],
        input=json.dumps(asked),
        capture_output=True,
        text=True,
        check=True,
    )
    wall_s = time.perf_counter() - begin
    failed, processor_s, first_mb, largest_mb = json.loads(done.stdout.splitlines()[-1])
    print(
        f"| {what} | {n_files:,} | {failed:,} | {wall_s:.0f} | {processor_s:.0f} "
        f"| {n_files / processor_s:.1f} | {first_mb:.0f} | {largest_mb:.0f} |",
        flush=True,
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("root", type=Path, help="folder of MIDI files")
    parser.add_argument("--readers", required=True, help="Python that has muspy and pypianoroll")
    parser.add_argument("--every", type=int, default=1, help="take every so manieth file only")
    parser.add_argument("--readers-every", type=int, default=1, help="the same for the readers")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    asked = parser.parse_args()
    found = sorted(p for p in asked.root.rglob("*") if p.suffix.lower() == ".mid")[:: asked.every]
    print("| what | files | failed | s | processor s | files a processor s | MB | MB of a worker |")
    print("| --- | --- | --- | --- | --- | --- | --- | --- |")
    with tempfile.TemporaryDirectory() as folder:
        few = found[:: asked.readers_every]
        sets = [("half", found[::2]), ("whole", found)]
        if asked.readers_every > 1:
            sets.append(("the readers' files", few))
        for name, files in sets:
            root = Path(folder) / name / "files"
            for path in files:
                link = root / path.relative_to(asked.root)
                link.parent.mkdir(parents=True, exist_ok=True)
                link.symlink_to(path.resolve())
            todo = {
                "dataset": "folder",
                "root": str(root),
                "out": str(Path(folder) / name / "set"),
                "jobs": asked.jobs,
            }
            measure(f"antiphon, {name}: prepared", sys.executable, _PREPARE, todo, len(files))
        paths = {"paths": [str(path) for path in few], "jobs": asked.jobs}
        for library, function in (("muspy", "read_midi"), ("pypianoroll", "read")):
            code = _READ.format(library=library, function=function)
            measure(f"{library}: read", asked.readers, code, paths, len(few))
    load = os.getloadavg()[0] if hasattr(os, "getloadavg") else float("nan")
    print(f"\n{asked.jobs} processes each; {os.cpu_count()} cores, load {load:.1f}.")


if __name__ == "__main__":
    main()
