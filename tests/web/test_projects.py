"""Projects, takes, edits: what is kept, what is refused, and that it outlives the server."""

from __future__ import annotations

import io
import json
import sqlite3
import zipfile

import pytest

from antiphon.errors import AntiphonError
from antiphon.web import _bundle
from antiphon.web._settings import Limits


def test_a_finished_piece_is_there_at_the_first_start(client, project):
    assert [take["verb"] for take in project["takes"]] == ["first"]
    take = client.get(f"/api/takes/{project['current']}").json()
    assert take["piece"]["n_bars"] == 16
    assert [t["id"] for t in take["piece"]["tracks"]] == [
        "melody", "counter", "chords", "bass", "drums",
    ]  # fmt: skip
    assert all(t["notes"] for t in take["piece"]["tracks"])


def test_a_second_start_adds_nothing(ask):
    before = ask().get("/api/projects").json()
    assert ask().get("/api/projects").json() == before


def test_a_new_project_has_the_first_piece_and_its_title(client):
    made = client.post("/api/projects", json={"title": "Étude 1 – 练习"})
    assert made.status_code == 201
    assert made.json()["title"] == "Étude 1 – 练习"
    assert len(made.json()["takes"]) == 1
    assert len(client.get("/api/projects").json()["projects"]) == 2


def test_what_the_page_keeps_comes_back_and_is_bounded(client, project):
    address = f"/api/projects/{project['id']}"
    assert client.patch(address, json={"ui": {"zoom": 2}}).json()["ui"] == {"zoom": 2}
    refused = client.patch(address, json={"ui": {"x": "y" * 70_000}})
    assert refused.status_code == 400
    assert "65,536 bytes" in refused.json()["error"]
    assert client.get(address).json()["ui"] == {"zoom": 2}


@pytest.mark.parametrize(
    ("ui", "said"),
    [("[" * 500 + "]" * 500, "too deep"), ('"\\ud800"', "JSON cannot hold"),
     ("NaN", "JSON cannot hold"), ("1e999", "JSON cannot hold")],
    ids=["deep", "half a character", "nan", "infinity"],
)  # fmt: skip
def test_what_cannot_be_told_again_is_not_kept_for_the_page(client, project, ui, said):
    address = f"/api/projects/{project['id']}"
    headers = {"Content-Type": "application/json"}
    refused = client.patch(address, content=f'{{"ui": {{"x": {ui}}}}}', headers=headers)
    assert refused.status_code == 400
    assert said in refused.json()["error"]
    assert client.get(address).json() == project


def test_a_take_of_another_project_cannot_be_the_current_one(client, project):
    other = client.post("/api/projects").json()
    refused = client.patch(f"/api/projects/{project['id']}", json={"current": other["current"]})
    assert refused.status_code == 404
    assert client.get(f"/api/projects/{project['id']}").json() == project


def test_a_removed_project_is_gone_with_its_takes(client, project):
    assert client.delete(f"/api/projects/{project['id']}").status_code == 204
    gone = client.get(f"/api/takes/{project['current']}")
    assert gone.status_code == 404
    assert gone.json() == {"error": "There is no such take."}


def test_a_kept_piece_is_in_order_and_tells_bars_and_length(client, project, small):
    made = client.post(f"/api/projects/{project['id']}/takes", json={"piece": small})
    piece = client.get(f"/api/takes/{made.json()['id']}").json()["piece"]
    assert piece["tracks"][0]["notes"] == [[0, 24, 67, 80], [24, 24, 71, 90]]
    assert [track["id"] for track in piece["tracks"]] == ["a", "b"]
    assert piece["bar_starts"] == [0, 96, 192]  # two bars of 4/4, 24 steps a quarter
    assert piece["duration_s"] == 4.0  # eight quarters at 120 a minute


def test_chords_are_read_in_the_key_where_they_stand(client, project, small):
    keys = [{"onset": 96, "tonic": 7}, {"onset": 0, "tonic": 0}]
    chords = [{"onset": on, "duration": 48, "symbol": "V"} for on in (0, 48, 96, 144)]
    body = {"piece": {**small, "keys": keys, "chords": chords}}
    take = client.post(f"/api/projects/{project['id']}/takes", json=body).json()["id"]
    piece = client.get(f"/api/takes/{take}").json()["piece"]
    assert [c["symbol"] for c in piece["chords"]] == ["G", "G", "D", "D"]  # V of C, then of G


def test_edits_are_undone_and_redone_one_by_one(client, project):
    take = f"/api/takes/{project['current']}"
    first = client.get(take).json()
    changed = {**first["piece"], "title": "Second"}
    kept = client.put(f"{take}/piece", json={"piece": changed, "revision": first["revision"]})
    assert kept.json()["piece"]["title"] == "Second"
    assert (kept.json()["can_undo"], kept.json()["can_redo"]) == (True, False)
    undone = client.post(f"{take}/undo").json()
    assert undone["piece"] == first["piece"]
    assert (undone["can_undo"], undone["can_redo"]) == (False, True)
    assert client.post(f"{take}/undo").json() == {"error": "There is nothing to be undone."}
    assert client.post(f"{take}/redo").json()["piece"]["title"] == "Second"


def test_an_edit_after_undoing_forgets_what_was_undone(client, project):
    take = f"/api/takes/{project['current']}"
    piece = client.get(take).json()["piece"]
    for number, title in enumerate(["Second", "Third"], 1):
        client.put(f"{take}/piece", json={"piece": {**piece, "title": title}, "revision": number})
    client.post(f"{take}/undo", json={"revision": 3})
    client.put(f"{take}/piece", json={"piece": {**piece, "title": "Other"}, "revision": 4})
    assert client.post(f"{take}/redo").status_code == 400
    assert client.post(f"{take}/undo").json()["piece"]["title"] == "Second"


def test_only_so_many_edits_are_kept(ask, small):
    client = ask(limits=Limits(edits=2))
    project = client.get("/api/projects").json()["projects"][0]["id"]
    take = client.post(f"/api/projects/{project}/takes", json={"piece": small}).json()["id"]
    for revision in (1, 2, 3):
        body = {"piece": {**small, "title": str(revision)}, "revision": revision}
        assert client.put(f"/api/takes/{take}/piece", json=body).status_code == 200
    titles = [client.post(f"/api/takes/{take}/undo").json().get("piece", {}) for _ in range(3)]
    assert [piece.get("title") for piece in titles] == ["2", "1", None]


def test_an_edit_of_an_old_revision_is_refused(client, project):
    take = f"/api/takes/{project['current']}"
    body = {"piece": client.get(take).json()["piece"], "revision": 1}
    assert client.put(f"{take}/piece", json=body).status_code == 200
    refused = client.put(f"{take}/piece", json=body)
    assert refused.status_code == 409
    assert "changed elsewhere" in refused.json()["error"]


def test_ratings_and_names(client, project):
    take = f"/api/takes/{project['current']}"
    assert client.post(f"{take}/rating", json={"rating": 4}).json()["rating"] == 4
    assert client.post(f"{take}/rating", json={"rating": 6}).status_code == 400
    assert client.post(f"{take}/rating", json={"rating": None}).json()["rating"] is None
    assert client.patch(take, json={"name": "Best"}).json()["name"] == "Best"


def test_the_only_take_stays_and_another_one_takes_its_place(client, project, small):
    refused = client.delete(f"/api/takes/{project['current']}")
    assert refused.status_code == 400
    other = client.post(f"/api/projects/{project['id']}/takes", json={"piece": small}).json()
    assert client.delete(f"/api/takes/{other['id']}").status_code == 204
    assert client.get(f"/api/projects/{project['id']}").json()["current"] == project["current"]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"tracks": [{"notes": [[0, 24, 128, 80]]}]}, "tracks.0.notes.0.2"),
        ({"tracks": [{"notes": [[0, 0, 60, 80]]}]}, "tracks.0.notes.0.1"),
        ({"tracks": [{"notes": [[-1, 4, 60, 80]]}]}, "tracks.0.notes.0.0"),
        ({"tracks": [{"notes": [[2**29, 24, 60, 80]]}]}, "at most 2,000"),
        ({"resolution": 100_000, "tempos": [{"onset": 0, "bpm": 0.1}], "n_bars": 2_000}, "minutes"),
        ({"metres": [{"onset": 0, "numerator": 4, "denominator": 3}]}, "the lower number"),
        ({"chords": [{"onset": 0, "duration": 96, "symbol": "H7"}]}, "H7"),
        ({"tracks": [{"role": "kazoo"}]}, "No role 'kazoo'"),
        ({"tracks": [{}] * 65}, "65 tracks"),
        ({"titel": "x"}, "titel"),
        ({"title": "\ud800"}, "title"),
        ({"tempos": [{"onset": 0, "bpm": "NaN"}]}, "bpm"),
    ],
    ids=lambda value: str(value)[:40].encode("ascii", "replace").decode(),
)
def test_pieces_that_cannot_be_are_refused_in_a_sentence(client, project, small, change, said):
    text = json.dumps({"piece": {**small, **change}})
    refused = client.post(
        f"/api/projects/{project['id']}/takes",
        content=text,
        headers={"Content-Type": "application/json"},
    )
    assert refused.status_code == 400
    assert said in refused.json()["error"]
    assert "\n" not in refused.json()["error"]


def test_a_project_comes_back_from_its_file_with_takes_history_and_ratings(client, project):
    take = f"/api/takes/{project['current']}"
    piece = client.get(take).json()["piece"]
    client.put(f"{take}/piece", json={"piece": {**piece, "title": "Second"}, "revision": 1})
    client.post(f"{take}/undo")
    client.post(f"{take}/rating", json={"rating": 5})
    file = client.get(f"/api/projects/{project['id']}/export")
    assert file.headers["content-disposition"].endswith("First%20piece.antiphon")
    read = client.post("/api/projects/import", files={"file": ("x.antiphon", file.content)})
    assert read.status_code == 201, read.text
    again = read.json()
    assert again["id"] != project["id"]
    assert [t["rating"] for t in again["takes"]] == [5]
    assert client.get(f"/api/takes/{again['current']}").json()["piece"] == piece
    assert client.post(f"/api/takes/{again['current']}/redo").json()["piece"]["title"] == "Second"


def _zip(**members: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name.replace("__", "/").replace("_json", ".json"), content)
    return out.getvalue()


HEAD = {
    "format": "antiphon project 1",
    "title": "x",
    "takes": [{"id": "t", "name": "n", "verb": "first", "n_edits": 1, "at": 0}],
}


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "broken"),
        (b"PK\x03\x04 no zip", "broken"),
        (_zip(other=b"{}"), "lacks 'project.json'"),
        (_zip(project_json=b"{}"), "no project of Antiphon"),
        (_zip(project_json=json.dumps({**HEAD, "format": "other"}).encode()), "another kind"),
        (_zip(project_json=json.dumps(HEAD).encode()), "lacks 'takes/t/0000.json'"),
        (_zip(project_json=b" " * 9_000_000), "unpacks to more"),
        (_zip(project_json=json.dumps({**HEAD, "takes": HEAD["takes"] * 2}).encode()), "same id"),
        (_zip(project_json=json.dumps({**HEAD, "ui": {"x": "y" * 70_000}}).encode()), "65,536"),
    ],
    ids=[
        "empty", "no zip", "no head", "empty head", "another kind", "no piece", "bomb", "twice",
        "too much for the page",
    ],
)  # fmt: skip
def test_files_that_are_no_projects_are_refused(tmp_path, content, said):
    file = tmp_path / "x.antiphon"
    file.write_bytes(content)
    with pytest.raises(AntiphonError, match=said):
        _bundle.read(file, Limits())


def test_a_refused_project_file_leaves_nothing(client):
    refused = client.post("/api/projects/import", files={"file": ("x", b"no zip")})
    assert refused.status_code == 400
    assert "no project of Antiphon" in refused.json()["error"]
    assert len(client.get("/api/projects").json()["projects"]) == 1


def test_a_database_of_a_newer_antiphon_is_left_alone(ask, tmp_path):
    ask(tmp_path / "d")
    with sqlite3.connect(tmp_path / "d" / "studio.sqlite") as database:
        database.execute("PRAGMA user_version = 99")
    with pytest.raises(AntiphonError, match="newer Antiphon"):
        ask(tmp_path / "d")


def test_a_file_that_is_no_database_is_said(ask, tmp_path):
    (tmp_path / "studio.sqlite").write_bytes(b"not a database" * 100)
    with pytest.raises(AntiphonError, match="not a database"):
        ask(tmp_path)
