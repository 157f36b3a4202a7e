"""Many at once on one studio: how long until a piece of 16 bars is there?

    python benchmarks/studio_load.py --users 50 --rounds 2

First one person alone asks for pieces, one after the other; then so many at once, each in a
project of their own, each asking anew when their piece is there and looking at it. Who is told
that too many wait tries again. Prints median, 95th percentile and longest waiting time of both,
and whether every project has the takes that it should.
"""

from __future__ import annotations

import argparse
import json
import tempfile
import threading
import time
from pathlib import Path

import httpx2
import numpy as np
from studio_server import Server

N_ALONE = 10


def piece(client: httpx2.Client, project: str, seed: int) -> tuple[float, int]:
    """Ask for a piece and wait for it; return the seconds, and how often the line was full."""
    began, n_full = time.monotonic(), 0
    body = {"verb": "compose", "options": {"bars": 16, "seed": seed}}
    while True:
        answer = client.post(f"/api/projects/{project}/jobs", json=body)
        if answer.status_code != 429:
            break
        n_full += 1
        time.sleep(0.5)
    job = answer.raise_for_status().json()["id"]
    while True:
        told = client.get(f"/api/jobs/{job}").raise_for_status().json()
        if told["state"] not in ("waiting", "running"):
            break
        time.sleep(0.1)
    if told["state"] != "done":
        raise RuntimeError(told["message"])
    client.get(f"/api/takes/{told['takes'][0]}").raise_for_status()
    return time.monotonic() - began, n_full


def user(address: str, number: int, rounds: int, waits: list[float], full: list[int]) -> None:
    """Ask for pieces in a project of one's own, and see that they are all there."""
    with httpx2.Client(base_url=address, timeout=120) as client:
        project = client.post("/api/projects", json={"title": f"user {number}"}).json()["id"]
        for turn in range(rounds):
            waited, n_full = piece(client, project, 1000 * number + turn)
            waits.append(waited)
            full.append(n_full)
        takes = client.get(f"/api/projects/{project}").json()["takes"]
        if len(takes) != rounds + 1:
            raise RuntimeError(f"project {number} has {len(takes)} takes, not {rounds + 1}")


def told(waits: list[float]) -> dict[str, float]:
    """Return median, 95th percentile and maximum, in seconds."""
    median, most = np.percentile(waits, [50, 95])
    return {"n": len(waits), "median_s": round(median, 2), "p95_s": round(most, 2),
            "max_s": round(max(waits), 2)}  # fmt: skip


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--users", type=int, default=50)
    parser.add_argument("--rounds", type=int, default=2, help="pieces for each")
    parser.add_argument("--workers", type=int, default=1)
    arguments = parser.parse_args()
    alone: list[float] = []
    waits: list[float] = []
    full: list[int] = []
    with tempfile.TemporaryDirectory() as folder:
        server = Server(Path(folder), "--workers", str(arguments.workers))
        try:
            user(server.address, 0, 1, [], [])  # until everything is warm
            user(server.address, 1, N_ALONE, alone, [])
            threads = [
                threading.Thread(
                    target=user, args=(server.address, 2 + n, arguments.rounds, waits, full)
                )
                for n in range(arguments.users)
            ]
            began = time.monotonic()
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
            took = time.monotonic() - began
        finally:
            server.kill()
    expected = arguments.users * arguments.rounds
    result = {
        "workers": arguments.workers,
        "one user": told(alone),
        f"{arguments.users} users": told(waits),
        "pieces a minute": round(60 * len(waits) / took, 1),
        "told that the line is full": sum(full),
        "pieces lost": expected - len(waits),
    }
    print(json.dumps(result, indent=1))


if __name__ == "__main__":
    main()
