"""The studio's server killed in the middle of work, again and again: is anything lost?

    python benchmarks/studio_kill.py --times 50

Each time a server starts on the same folder, four writers save edits and new projects without a
pause while a job composes, and after a random time the server gets SIGKILL. Then the database is
checked, every project and take is read, every piece is whole, and the last edit that each writer
was told is saved is looked for. Prints what was saved, and what of it is missing or broken.
"""

from __future__ import annotations

import argparse
import json
import random
import sqlite3
import tempfile
import threading
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx2
from studio_server import Server

from antiphon.web._piece import stored
from antiphon.web._settings import Limits
from antiphon.web._store import Store

N_WRITERS = 4


@dataclass
class Said:
    """What the server said is saved: projects, and each take's last title."""

    projects: set[str] = field(default_factory=set)
    titles: dict[str, set[str]] = field(default_factory=dict)  # also an edit under way may be there
    n_edits: int = 0


def write(server: Server, said: Said, stop: threading.Event) -> None:
    """Save edits until the server is gone."""
    try:
        with httpx2.Client(base_url=server.address, timeout=10) as client:
            while not stop.is_set():
                project = client.post("/api/projects", json={}).json()
                said.projects.add(project["id"])
                take = client.get(f"/api/takes/{project['current']}").json()
                said.titles[take["id"]] = {take["piece"]["title"]}
                for revision in range(1, 30):
                    piece = {**take["piece"], "title": f"edit {revision}"}
                    said.titles[take["id"]].add(piece["title"])
                    body = {"piece": piece, "revision": revision}
                    client.put(f"/api/takes/{take['id']}/piece", json=body).raise_for_status()
                    said.titles[take["id"]] = {piece["title"]}
                    said.n_edits += 1
    except httpx2.HTTPError:
        return


def compose(server: Server) -> None:
    """Keep a job running, so that the server is killed while it composes, too."""
    client = httpx2.Client(base_url=server.address, timeout=10)
    project = client.get("/api/projects").json()["projects"][-1]["id"]
    for seed in range(20):
        body = {"verb": "compose", "options": {"bars": 4, "seed": seed}}
        client.post(f"/api/projects/{project}/jobs", json=body)


def lost(folder: Path, said: Said) -> tuple[list[str], int]:
    """Return what is missing or broken, and how many takes were read."""
    with sqlite3.connect(folder / "studio.sqlite") as database:
        broken = [row[0] for row in database.execute("PRAGMA integrity_check") if row[0] != "ok"]
    store, n_takes = Store(folder, Limits()), 0
    found = {project["id"] for project in store.projects()}
    broken += [f"project {project} is gone" for project in said.projects - found]
    for project in found:
        for take in store.project(project)["takes"]:
            piece: dict[str, Any] = store.piece(take["id"])
            stored(piece)
            n_takes += 1
            titles = said.titles.get(take["id"])
            if titles and piece["title"] not in titles:
                broken.append(f"take {take['id']} is at {piece['title']!r}, not {titles}")
    store.close()
    return broken, n_takes


def main() -> None:
    """Kill, look, and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--times", type=int, default=50)
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    rng, said, broken, n_takes = random.Random(arguments.seed), Said(), [], 0
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        for number in range(arguments.times):
            server, stop = Server(folder), threading.Event()
            writers = [
                threading.Thread(target=write, args=(server, said, stop)) for _ in range(N_WRITERS)
            ]
            compose(server)
            for writer in writers:
                writer.start()
            stop.wait(rng.uniform(0.2, 6.0))
            server.kill()
            stop.set()
            for writer in writers:
                writer.join()
            broken, n_takes = lost(folder, said)
            print(
                f"{number + 1}: {said.n_edits} edits, {n_takes} takes, {len(broken)} lost",
                flush=True,
            )
            if broken:
                break
    result = {
        "killed": arguments.times,
        "projects said to be saved": len(said.projects),
        "edits said to be saved": said.n_edits,
        "takes read": n_takes,
        "lost or broken": broken,
    }
    print(json.dumps(result, indent=1))


if __name__ == "__main__":
    main()
