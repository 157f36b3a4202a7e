"""A jam with a studio: how soon is what is moved or played followed, and does the music ever stop?

    python benchmarks/jam.py --minutes 30

A player holds a WebSocket for so many minutes with reaction at the beat, then as long with reaction
at the bar. At times that have nothing to do with the music it moves a slider, changes the chords,
or plays a chord, and looks for the first note that follows: the first (of chords, the first pitch)
in the first mend or bar that says it took the change into account; one that arrives late counts
from when it arrived. Printed is by how much that is later than the first beat (or bar line) after
the change, in milliseconds; how many bars were covers of a late one, and how many lines came after
their time (underruns); how late a MIDI port would have been sent each message; how the memory of
the server and its processes grew; and the load of the machine. `--made-up 0.3` leaves the networks
out, so that the rest can be judged on a machine that is busy.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import socket
import tempfile
import threading
import time
from bisect import bisect_right
from dataclasses import dataclass, field, replace
from itertools import cycle
from pathlib import Path
from typing import Any

import numpy as np
import psutil
import uvicorn
from studio_server import Server
from websockets.sync.client import ClientConnection, connect

from antiphon.music.adapting import adapted
from antiphon.music.listening import Answer
from antiphon.music.mending import joined, progression_in
from antiphon.music.passage import bars_of
from antiphon.music.piece import Piece, Tempo
from antiphon.music.plan import Plan
from antiphon.playing.sender import Sender
from antiphon.playing.session import LEAD_S
from antiphon.web import _piece
from antiphon.web._settings import Settings
from antiphon.web._studio import first_take
from antiphon.web.app import create_app

TEMPO_BPM = 120.0
EVERY_S = (1.5, 3.5)  # between two changes
FEW_S = 0.05  # the goal
SETTLED = 0.25  # share of the time before memory is judged


@dataclass
class Change:
    """Something that was moved or played: when, and what counts it."""

    kind: str
    at_s: float
    count: str
    number: int
    first_s: float | None = None


@dataclass
class Player:
    """What comes over the socket, and what was changed.

    Attributes:
        began: when the first bar begins; None before it came.
        told: of each bar message, when it begins and which tracks are drums.
        places: beats or bar lines so far, in seconds.
    """

    by: str
    sender: Sender
    began: float | None = None
    told: dict[int, tuple[float, set[int]]] = field(default_factory=dict)
    places: list[float] = field(default_factory=list)
    changes: list[Change] = field(default_factory=list)
    n_bars: int = 0
    n_covered: int = 0
    late_s: list[float] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def now_s(self) -> float:
        assert self.began is not None
        return time.monotonic() - self.began

    def take(self, message: dict[str, Any]) -> None:
        """Take what came, and see which changes it follows."""
        if self.began is None and "bar" in message:
            self.began = time.monotonic() + LEAD_S
            self.sender.begin(self.began)
        if "error" in message:
            self.errors.append(message["error"])
        if "bar" not in message and "mend" not in message:
            return
        self.sender.take(message)
        arrived_s = self.now_s()
        if "bar" in message:
            self._bar(message, arrived_s)
        if "bar" in message:
            self.told = {n: t for n, t in self.told.items() if n > message["bar"] - 8}
            drums = {i for i, track in enumerate(message["tracks"]) if track["is_drum"]}
            self.told[message["bar"]] = (message["at_s"], drums)
        at_s, drums = self.told[message.get("bar", message.get("mend"))]
        begins = [note[0] for note in message["notes"]]
        pitched = [note[0] for note in message["notes"] if note[2] not in drums]
        with self.lock:
            for change in self.changes:
                first = pitched if change.kind == "chords" else begins
                follows = change.first_s is None and message[change.count] >= change.number
                if follows and first:
                    change.first_s = max(at_s + min(first), arrived_s)

    def _bar(self, bar: dict[str, Any], arrived_s: float) -> None:
        self.n_bars += bar["n_bars"]
        self.n_covered += bar["n_bars"] if bar["covered"] else 0
        self.late_s.append(arrived_s - bar["at_s"])
        beats = bar["beats"]
        if self.by == "bar":
            beats = beats[:: len(beats) // bar["n_bars"]]
        self.places += [bar["at_s"] + beat for beat in beats]

    def beyond_ms(self, kind: str) -> list[float]:
        """Return how much later than the first place after a change its first note came."""
        found = []
        for change in self.changes:
            place = bisect_right(self.places, change.at_s)
            if change.kind == kind and change.first_s is not None and place < len(self.places):
                found.append(1000 * max(change.first_s - self.places[place], 0.0))
        return found


def changed(player: Player, line: ClientConnection, seconds: float) -> None:
    """Change something now and then for so long."""
    rng = random.Random(1)
    levels, chords = cycle((0.1, 0.9)), cycle(("Am", "F", "Dm", "G"))
    triads = cycle(((62, 66, 69), (60, 63, 68), (59, 64, 68), (61, 65, 68)))
    kinds = cycle(("slider", "played", "chords", "played"))
    n_moved = n_heard = 0
    ends = time.monotonic() + seconds
    while time.monotonic() < ends:
        time.sleep(rng.uniform(*EVERY_S))
        kind, at_s = next(kinds), player.now_s()
        if kind == "played":
            n_heard += 3
            loud = 110 if n_heard % 2 else 50
            said: dict[str, Any] = {
                "played": [[round(at_s, 3), 0.2, pitch, loud] for pitch in next(triads)]
            }
            change = Change(kind, at_s, "heard", n_heard)
        else:
            n_moved += 1
            said = {"loudness": next(levels)} if kind == "slider" else {"chords": next(chords)}
            change = Change(kind, at_s, "moved", n_moved)
        with player.lock:
            player.changes.append(change)
        line.send(json.dumps(said))


class MadeUp:
    """A server in this process whose bars are those of the first piece, each after some seconds."""

    def __init__(self, folder: Path, bar_s: float) -> None:
        app = create_app(Settings(data=folder))
        piece = _piece.stored(first_take().piece)

        def go_on(before: Piece | None, plan: Plan, at: int, answer: Answer | None) -> Piece:
            time.sleep(bar_s)
            if before is None:
                return replace(bars_of(piece, 0, 4), tempos=[Tempo(0, TEMPO_BPM)])
            bar = bars_of(piece, at % (piece.n_bars - 1), 1)  # the last one comes to rest
            chords = progression_in(bar, plan.chords, at) if plan.chords else []
            return joined(before, adapted(bar, Plan(), plan, chords))

        app.state.studio.stage._go_on = go_on
        listening = socket.create_server(("127.0.0.1", 0))
        self.address = f"http://127.0.0.1:{listening.getsockname()[1]}"
        self.pid = os.getpid()
        serving = uvicorn.Server(uvicorn.Config(app, log_level="warning"))
        threading.Thread(target=serving.run, args=([listening],), daemon=True).start()

    def kill(self) -> None:
        """Leave it: it ends with this process."""


class Memory(threading.Thread):
    """What a server and its processes hold, looked at every few seconds."""

    def __init__(self, server: Server | MadeUp) -> None:
        super().__init__(daemon=True)
        self.process = psutil.Process(server.pid)
        self.at_s: list[float] = []
        self.held_mb: list[float] = []
        self.is_over = threading.Event()

    def run(self) -> None:
        while not self.is_over.wait(2.0):
            processes = (self.process, *self.process.children(recursive=True))
            self.held_mb.append(sum(p.memory_info().rss for p in processes) / 1e6)
            self.at_s.append(time.monotonic())

    def told(self) -> dict[str, float]:
        """Return the first and last quarter's mean, and the slope after it has settled."""
        quarter = max(len(self.held_mb) // 4, 1)
        later = int(len(self.at_s) * SETTLED)
        hours = np.array(self.at_s[later:]) / 3600
        slope = np.polyfit(hours - hours[0], self.held_mb[later:], 1)[0] if len(hours) > 2 else 0
        return {
            "first quarter": round(float(np.mean(self.held_mb[:quarter]))),
            "last quarter": round(float(np.mean(self.held_mb[-quarter:]))),
            "growth an hour": round(float(slope), 1),
        }


class Nowhere:
    """A port of which only the time counts."""

    def send(self, message: object) -> None:
        pass

    def close(self) -> None:
        pass


def play(server: Server | MadeUp, by: str, seconds: float, style: str) -> dict[str, Any]:
    """Jam for so long; return what is printed."""
    plan = {"style": style, "key": "C", "tempo": TEMPO_BPM, "seed": 1, "quantise": by}
    player = Player(by, Sender(Nowhere()))
    sending = threading.Thread(target=player.sender.run, daemon=True)
    address = server.address.replace("http", "ws") + "/api/live"
    with connect(address, max_size=None, ping_interval=None) as line:
        line.send(json.dumps(plan))
        while player.began is None:
            player.take(json.loads(line.recv(timeout=600)))
        sending.start()
        mover = threading.Thread(target=changed, args=(player, line, seconds), daemon=True)
        mover.start()
        ends = time.monotonic() + seconds + 4
        while time.monotonic() < ends:
            player.take(json.loads(line.recv(timeout=60)))
        mover.join()
    player.sender.close()
    late_ms = 1000 * np.array(player.late_s)
    return {
        "bars": player.n_bars,
        "covers of a late bar, a minute": round(60 * player.n_covered / seconds, 2),
        "underruns (lines after their time)": int((late_ms > 0).sum()),
        "lines before their time, ms, least": round(float(-late_ms[1:].max()), 1),
        "MIDI late, ms": percentiles([1000 * late for late in player.sender.late_s()]),
        "first note beyond the " + by + ", ms": {
            kind: percentiles(player.beyond_ms(kind)) for kind in ("slider", "chords", "played")
        },
        "not followed": sum(change.first_s is None for change in player.changes),
        "errors": player.errors[:5],
    }  # fmt: skip


def percentiles(found: list[float]) -> dict[str, float]:
    """Return the median, the 95th percentile and the most of figures, and how many there are."""
    if not found:
        return {"n": 0}
    middle, far, most = np.percentile(found, [50, 95, 100])
    return {
        "median": round(middle, 1),
        "95 %": round(far, 1),
        "most": round(most, 1),
        "n": len(found),
    }


def main() -> None:
    """Jam and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--minutes", type=float, default=2.0, help="of each kind of reaction")
    parser.add_argument("--quantise", default="beat,bar", help="which of the two")
    parser.add_argument("--style", default="pop")
    parser.add_argument(
        "--made-up",
        type=float,
        metavar="SECONDS",
        help="bars of a piece that is there, each after so long, instead of the networks' own",
    )
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        bar_s = arguments.made_up
        server = Server(Path(folder)) if bar_s is None else MadeUp(Path(folder), bar_s)
        memory = Memory(server)
        memory.start()
        try:
            for by in arguments.quantise.split(","):
                found = play(server, by, 60 * arguments.minutes, arguments.style)
                print(json.dumps({"reaction at the " + by: found}, indent=1), flush=True)
        finally:
            memory.is_over.set()
            server.kill()
        load = [round(number, 1) for number in os.getloadavg()]
        print(json.dumps({"memory, MB": memory.told(), "load": load, "cores": os.cpu_count()}))


if __name__ == "__main__":
    main()
