"""Live sessions: bars in time with the music, steered while it plays, covered when late."""

from __future__ import annotations

import asyncio
import json
import threading
import time

import pytest
from starlette.websockets import WebSocketDisconnect

from antiphon.errors import AntiphonError
from antiphon.music.piece import Piece, Tempo, Track, notes_of
from antiphon.music.plan import Plan
from antiphon.web._jobs import QueueFull
from antiphon.web._live import Session, Stage
from antiphon.web._settings import Limits

LIVE = "ws://127.0.0.1:8765/api/live"
BAR_S = 0.04  # 4 quarters at 6,000 a minute


def music(before: Piece | None, plan: Plan, at: int) -> Piece:
    """Return the music with a bar more, of one note whose pitch tells bar and density."""
    n = 1 if before is None else before.n_bars + 1
    rows = [] if before is None else before.tracks[0].notes.tolist()
    rows.append((96 * (n - 1), 24, 40 + at + (50 if plan.density else 0), 80))
    track = Track("Tune", 73, notes=notes_of(rows), role="bass")
    return Piece([track], tempos=[Tempo(0, 6000.0)], n_bars_asked=n)


def first(session: Session, n: int) -> list[dict]:
    async def taken() -> list[dict]:
        found = []
        async for bar in session.bars():
            found.append(bar)
            if len(found) == n:
                break
        return found

    try:
        return asyncio.run(asyncio.wait_for(taken(), 20))
    finally:
        session.close()


def pitches(bars: list[dict]) -> list[int]:
    return [bar["notes"][0][3] for bar in bars]


def test_bars_come_one_by_one_in_time():
    began = time.monotonic()
    bars = first(Session(Plan(), music), 5)
    assert time.monotonic() - began >= 4 * BAR_S
    assert [bar["bar"] for bar in bars] == [0, 1, 2, 3, 4]
    assert [bar["at_s"] for bar in bars] == pytest.approx([BAR_S * n for n in range(5)])
    made = [pitch for bar, pitch in zip(bars, pitches(bars), strict=True) if not bar["covered"]]
    assert made == list(range(40, 40 + len(made)))


def test_a_late_bar_is_covered_by_the_last_one_varied_and_played_when_it_is_there():
    wait = threading.Event()

    def slow(before, plan, at):
        if at == 2:
            wait.wait(0.5)
        return music(before, plan, at)

    bars = first(Session(Plan(), slow), 30)
    late = next(n for n, bar in enumerate(bars) if not bar["covered"] and pitches([bar]) == [42])
    covers = [bar for bar in bars[:late] if bar["covered"]]
    assert covers and set(pitches(covers)) <= {40, 41}
    assert all(bar["notes"][0][4] < 80 for bar in covers)  # softer


def test_steering_changes_what_nobody_has_been_sent():
    session = Session(Plan(), music)
    while len(session._ready) < 3:
        time.sleep(0.005)
    session.steer({"density": 1.0})
    while len(session._ready) < 3:
        time.sleep(0.005)
    assert first(session, 1)[0]["notes"][0][3] == 90


@pytest.mark.parametrize(
    ("values", "said"),
    [({"seed": 3}, "cannot be changed while"), ({"density": 7.0}, "density must be from 0 to 1")],
)
def test_what_cannot_be_steered_is_said_and_changes_nothing(values, said):
    session = Session(Plan(), music)
    with pytest.raises(AntiphonError, match=said):
        session.steer(values)
    assert first(session, 1)[0]["notes"][0][3] == 40


def test_a_plan_that_cannot_be_met_is_said_and_the_music_goes_on():
    def strict(before, plan, at):
        if plan.density:
            raise AntiphonError("So many notes cannot be.")
        return music(before, plan, at)

    session = Session(Plan(), strict)
    while not session._ready:
        time.sleep(0.005)
    session._next()
    session.steer({"density": 1.0})
    told = first(session, 4)
    assert {"error": "So many notes cannot be."} in told
    assert any(bar.get("covered") for bar in told)


def test_a_session_that_cannot_begin_says_why_and_ends():
    def never(*_):
        raise AntiphonError("There are no weights.")

    assert first(Session(Plan(), never), 1) == [{"error": "There are no weights."}]


@pytest.fixture
def stage(client, monkeypatch):
    """The stage of a studio whose music is made up."""
    stage = client.app.state.studio.stage
    monkeypatch.setattr(stage, "_go_on", music)
    return stage


def test_only_so_many_play_at_once(monkeypatch):
    stage = Stage(Limits(live_sessions=1))
    monkeypatch.setattr(stage, "_go_on", music)
    session = stage.begin({})
    with pytest.raises(QueueFull, match="1 live sessions"):
        stage.begin({})
    stage.end(session)
    stage.begin({})
    stage.close()


def test_a_page_hears_bars_over_a_web_socket_and_steers_them(client, stage):
    with client.websocket_connect(LIVE) as socket:
        socket.send_json({"style": "pop", "tempo": 120})
        assert set(socket.receive_json()) == {"session"}
        assert socket.receive_json()["bar"] == 0
        socket.send_json({"density": 1.0})
        heard = [socket.receive_json() for _ in range(20)]
        assert max(bar["notes"][0][3] for bar in heard) >= 90
        socket.send_json({"seed": 1})
        told = [socket.receive_json() for _ in range(30)]
        assert any("cannot be changed" in bar.get("error", "") for bar in told)
    ends = time.monotonic() + 5
    while stage._sessions and time.monotonic() < ends:
        time.sleep(0.01)
    assert not stage._sessions


@pytest.mark.parametrize(
    "said",
    ["no json", "[" * 100_000, "[]", '{"style": []}', '{"style": "polka"}', '{"title": "\\ud800"}',
     '{"density": true}'],
    ids=range(7),
)  # fmt: skip
def test_a_first_message_that_is_no_plan_is_refused(client, stage, said):
    with client.websocket_connect(LIVE) as socket:
        socket.send_text(said)
        assert "error" in socket.receive_json()
        with pytest.raises(WebSocketDisconnect):
            socket.receive_json()
    assert not stage._sessions


@pytest.mark.parametrize(
    ("plan", "said"),
    [({"style": "polka"}, "No 'polka' in styles"), ({"tempo": 1}, "tempo must be from 20"),
     ({"tempoo": 90}, "Did you mean 'tempo'?"), ({"key": []}, "key"), ([], "dict")],
    ids=str,
)  # fmt: skip
def test_a_plan_that_cannot_be_is_refused_before_music_begins(client, stage, plan, said):
    refused = client.post("/api/live/music", json=plan)
    assert refused.status_code == 400
    assert said in refused.json()["error"]
    assert not stage._sessions


def test_other_sites_pages_get_no_web_socket(client, stage):
    headers = {"Origin": "http://evil.example"}
    with pytest.raises(WebSocketDisconnect), client.websocket_connect(LIVE, headers=headers):
        pass
    assert not stage._sessions


def test_a_game_reads_lines_and_steers_by_the_sessions_name(client, stage, monkeypatch):
    def ends(before, plan, at):
        if at == 3:
            stage.end(next(iter(stage._sessions.values())))
        return music(before, plan, at)

    monkeypatch.setattr(stage, "_go_on", ends)
    lines = client.post("/api/live/music", json={"style": "pop"}).text.splitlines()
    assert set(json.loads(lines[0])) == {"session"}
    assert client.patch("/api/live/nobody", json={"valence": 1}).status_code == 404
    assert not stage._sessions
