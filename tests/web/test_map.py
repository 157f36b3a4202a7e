"""The map over HTTP: takes found, places tried and kept; small tasks stand in for networks."""

from __future__ import annotations

from typing import Any

import pytest

from antiphon.errors import AntiphonError
from antiphon.music.piece import Piece
from antiphon.web import _tasks


@pytest.fixture(autouse=True)
def asked(monkeypatch) -> list[Any]:
    """Stand-ins that remember what they were asked; pieces that are written are titled."""
    calls: list[Any] = []

    def survey(pieces, plan, _):
        calls.append((len(pieces), plan.style))
        places = [[0.1, 0.2], None, [0.3, 0.4]][: len(pieces)]
        return {"landmarks": [[0.5, 0.5]], "pieces": places, "field": {}, "axes": ["a", "b"]}

    def wander(piece, x, y, plan, _):
        calls.append((x, y, plan.style, plan.seed))
        if x == 1:
            raise AntiphonError("A map holds pieces that have more than drums.")
        return _tasks.Made(Piece(title=f"at {x:g}"), {"seed": plan.seed}, 0.5)

    monkeypatch.setattr(_tasks, "survey", survey)
    monkeypatch.setattr(_tasks, "wander", wander)
    return calls


def test_takes_of_the_project_are_found_on_the_map_of_a_style(client, project, small, asked):
    for name in ("one", "two"):
        body = {"piece": small, "name": name}
        client.post(f"/api/projects/{project['id']}/takes", json=body).raise_for_status()
    first, other, last = client.get(f"/api/projects/{project['id']}").json()["takes"]
    told = client.get(f"/api/takes/{last['id']}/map?style=classical").json()
    assert asked == [(3, "classical")]
    assert [(t["id"], t["place"]) for t in told["takes"]] == [
        (last["id"], [0.1, 0.2]),
        (other["id"], [0.3, 0.4]),
    ]  # the first one has no place there
    assert "pieces" not in told and first["id"] not in str(told)


def test_what_is_heard_at_a_place_is_not_kept_until_it_is_asked_for(client, project, asked):
    take = project["current"]
    heard = client.get(f"/api/takes/{take}/map/piece?x=0.25&y=1&seed=7").json()
    assert (heard["piece"]["title"], heard["plan"]) == ("at 0.25", {"seed": 7})
    assert len(client.get(f"/api/projects/{project['id']}").json()["takes"]) == 1
    kept = client.post(f"/api/takes/{take}/map", json={"x": 0.25, "y": 1, "seed": 7})
    assert kept.status_code == 201
    assert (kept.json()["verb"], kept.json()["parent"]) == ("wander", take)
    assert (kept.json()["plan"], kept.json()["score"]) == ({"seed": 7}, 0.5)
    assert asked == [(0.25, 1, "pop", 7)] * 2


@pytest.mark.parametrize(
    ("query", "status", "said"),
    [
        ("x=0.5", 400, "y"),
        ("x=1.5&y=0", 400, "x"),
        ("x=nan&y=0", 400, "x"),
        ("x=0.5&y=0&style=polka", 400, "polka"),
        ("x=0.5&y=0&z=0", 400, "z"),
        ("x=1&y=0", 400, "more than drums"),
    ],
)
def test_places_that_cannot_be_are_refused(query, status, said, client, project):
    refused = client.get(f"/api/takes/{project['current']}/map/piece?{query}")
    assert refused.status_code == status
    assert said in refused.json()["error"]


def test_a_take_that_is_not_there_has_no_map(client):
    for path in ("map", "map/piece?x=0&y=0"):
        assert client.get(f"/api/takes/nothing/{path}").status_code == 404
    assert client.post("/api/takes/nothing/map", json={"x": 0, "y": 0}).status_code == 404
