"""Live sessions over HTTP and WebSocket: begun, heard, steered, played along with, ended."""

from __future__ import annotations

import json
import time

import numpy as np
import pytest
from starlette.websockets import WebSocketDisconnect

from antiphon.music.piece import Piece, Tempo, Track, notes_of
from antiphon.music.plan import Plan
from antiphon.web._jobs import QueueFull
from antiphon.web._live import Stage
from antiphon.web._settings import Limits

LIVE = "ws://127.0.0.1:8765/api/live"


def music(before: Piece | None, plan: Plan, at: int, answer: object = None) -> Piece:
    """Return the music with a bar more, of one note whose pitch tells bar and density."""
    n = 1 if before is None else before.n_bars + 1
    rows = [] if before is None else before.tracks[0].notes.tolist()
    rows.append((96 * (n - 1), 24, 40 + at + (50 if plan.density else 0), 80))
    track = Track("Tune", 73, notes=notes_of(rows), role="bass")
    return Piece([track], tempos=[Tempo(0, 6000.0)], n_bars_asked=n)


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


def test_what_a_musician_plays_is_taken_and_counted(client, stage):
    with client.websocket_connect(LIVE) as socket:
        socket.send_json({"style": "pop", "part": "melody", "answer": "trade", "trade_bars": 2})
        assert set(socket.receive_json()) == {"session"}
        first = socket.receive_json()
        assert (first["turn"], first["heard"]) == ("me", 0)
        socket.send_json({"played": [[0.0, 0.1, 60, 90], [0.1, 0.1, 62, 90]]})
        told = [socket.receive_json() for _ in range(20)]
        assert told[-1]["heard"] == 2
        assert {bar["turn"] for bar in told if "turn" in bar} == {"you", "me"}


@pytest.mark.parametrize(
    ("values", "said"),
    [({"part": "kazoo"}, "parts to play"), ({"answer": "shout"}, "ways to answer"),
     ({"quantise": "soon"}, "places to react"), ({"trade_bars": 3}, "2, 4 or 8")],
    ids=str,
)  # fmt: skip
def test_a_jam_that_cannot_be_is_refused(client, stage, values, said):
    refused = client.post("/api/live/music", json=values)
    assert refused.status_code == 400
    assert said in refused.json()["error"]


def test_other_sites_pages_get_no_web_socket(client, stage):
    headers = {"Origin": "http://evil.example"}
    with pytest.raises(WebSocketDisconnect), client.websocket_connect(LIVE, headers=headers):
        pass
    assert not stage._sessions


def test_a_game_reads_lines_and_steers_by_the_sessions_name(client, stage, monkeypatch):
    def ends(before, plan, at, answer):
        if at == 3:
            stage.end(next(iter(stage._sessions.values())))
        return music(before, plan, at)

    monkeypatch.setattr(stage, "_go_on", ends)
    lines = client.post("/api/live/music", json={"style": "pop"}).text.splitlines()
    assert set(json.loads(lines[0])) == {"session"}
    assert json.loads(lines[1])["turn"] == "me"
    assert client.patch("/api/live/nobody", json={"valence": 1}).status_code == 404
    assert not stage._sessions


class Silence:
    """A mixing desk that gives silence, so that only the stream is tested."""

    def __init__(self, tracks, *_, **__) -> None:
        assert [track.role for track in tracks] == ["bass"]

    def take(self, events, instead_from=None) -> None:
        pass

    def play(self, n_blocks: int) -> np.ndarray:
        return np.zeros((n_blocks * 64, 2), np.float32)

    def close(self) -> None:
        pass


def test_sound_comes_as_it_is_made_and_its_session_is_named(client, stage, monkeypatch):
    monkeypatch.setattr("antiphon.playing.sound.RunningMix", Silence)
    named = []

    def ends(before, plan, at, answer):
        if at == 60:
            named.extend(stage._sessions)
            stage.end(stage._sessions[named[0]])
        return music(before, plan, at)

    monkeypatch.setattr(stage, "_go_on", ends)
    heard = client.get("/api/live/audio", params={"format": "wav", "tempo": 300, "valence": 0.5})
    assert heard.headers["content-type"] == "audio/wav"
    assert [heard.headers["x-antiphon-session"]] == named
    assert heard.content[:4] == b"RIFF" and len(heard.content) > 44 + 4 * 8820
    assert not stage._sessions


@pytest.mark.parametrize(
    ("asked", "said"),
    [({"format": "flac"}, "format"), ({"style": "polka"}, "No 'polka' in styles"),
     ({"tempo": 1}, "tempo must be from 20"), ({"tempoo": 100}, "tempoo")],
    ids=str,
)  # fmt: skip
def test_sound_that_cannot_be_is_refused(client, stage, asked, said):
    refused = client.get("/api/live/audio", params=asked)
    assert refused.status_code == 400
    assert said in refused.json()["error"]
    assert not stage._sessions
