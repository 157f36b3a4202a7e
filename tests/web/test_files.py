"""Files in and out: uploads, downloads, the soundfont."""

from __future__ import annotations

import re
from urllib.parse import quote

import pytest

from antiphon.formats import mid
from antiphon.music.piece import Piece, Track, notes_of
from antiphon.web._settings import Limits


def midi(*pitches: int, name: str = "Tune") -> bytes:
    rows = [(24 * n, 24, pitch, 80) for n, pitch in enumerate(pitches)]
    return mid.to_bytes(Piece([Track(name, notes=notes_of(rows))]))


def upload(client, project, content: bytes, name: str = "x.mid"):
    address = f"/api/projects/{project['id']}/upload"
    return client.post(address, files={"file": (name, content)})


def test_an_uploaded_file_becomes_the_current_take_and_comes_out_again(client, project):
    made = upload(client, project, midi(60, 64, 67), "../../My tune.mid")
    assert made.status_code == 201, made.text
    take = made.json()["id"]
    assert client.get(f"/api/projects/{project['id']}").json()["current"] == take
    piece = client.get(f"/api/takes/{take}").json()["piece"]
    beats = [(on / piece["resolution"], pitch) for on, _, pitch, _ in piece["tracks"][0]["notes"]]
    assert beats == [(0, 60), (1, 64), (2, 67)]
    out = client.get(f"/api/takes/{take}/files/mid")
    assert out.headers["content-type"] == "audio/midi"
    assert out.content.startswith(b"MThd")


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("x.mid", b"", "x.mid is empty"),
        ("x.mid", b"not midi", "x.mid cannot be read as MIDI"),
        ("x.exe", b"MZ", "cannot read files ending in '.exe'"),
        ("x", b"MThd", "a file without a suffix"),
        ("x.musicxml", b"<!DOCTYPE x [<!ENTITY a 'b'>]><x>&a;</x>", "declares entities"),
        ("x.mxl", b"PK\x03\x04", "broken zip"),
    ],
)
def test_uploads_that_are_no_music_are_explained_without_our_paths(
    client, project, tmp_path, name, content, said
):
    refused = upload(client, project, content, name)
    assert refused.status_code == 400
    assert said in refused.json()["error"]
    assert str(tmp_path) not in refused.text
    assert len(client.get(f"/api/projects/{project['id']}").json()["takes"]) == 1


def test_uploads_beyond_the_limits_are_refused(ask):
    client = ask(limits=Limits(notes=2))
    project = client.get("/api/projects").json()["projects"][0]
    refused = upload(client, project, midi(60, 62, 64))
    assert refused.status_code == 400
    assert "at most 2" in refused.json()["error"]


def test_script_in_names_stays_text(client, project):
    evil = "<script>alert(1)</script>"
    take = upload(client, project, midi(60, name=evil)).json()["id"]
    told = client.get(f"/api/takes/{take}")
    assert told.json()["piece"]["tracks"][0]["name"] == evil
    assert told.headers["content-type"] == "application/json"
    picture = client.get(f"/api/takes/{take}/files/svg?inline=1")
    assert picture.status_code == 200, picture.text
    assert "<script" not in picture.text
    assert "sandbox" in picture.headers["content-security-policy"]
    assert "script-src" not in picture.headers["content-security-policy"]


def test_a_file_and_its_tracks_are_called_as_the_page_calls_them(client, project):
    called = {"title": "第一首", "name": ["0:旋律", "4:鼓", "99:nobody"], "section": "2:尾声"}
    out = client.get(f"/api/takes/{project['current']}/files/musicxml", params=called)
    names = re.findall("<part-name>(.*?)</part-name>", out.text)
    assert names == ["旋律", "Counter-melody", "Chords", "Bass", "鼓"]
    assert re.findall("<rehearsal>(.*?)</rehearsal>", out.text) == ["A", "A", "尾声", "A"]
    assert "<work-title>第一首</work-title>" in out.text
    assert quote("第一首.musicxml") in out.headers["content-disposition"]
    kept = client.get(f"/api/takes/{project['current']}").json()["piece"]
    assert (kept["title"], kept["tracks"][0]["name"]) == ("First piece", "Melody")


@pytest.mark.parametrize("called", [{"name": "melody"}, {"name": "0:" + 300 * "x"}, {"title": ""}])
def test_names_that_cannot_be_are_refused(client, project, called):
    refused = client.get(f"/api/takes/{project['current']}/files/mid", params=called)
    assert refused.status_code == 400


def test_a_file_is_rendered_once(client, project, monkeypatch):
    first = client.get(f"/api/takes/{project['current']}/files/mid")
    worker = client.app.state.studio.desk._renderer
    monkeypatch.setattr(worker, "run", lambda *_, **__: pytest.fail("rendered twice"))
    assert client.get(f"/api/takes/{project['current']}/files/mid").content == first.content


def test_a_file_larger_than_what_is_kept_comes_whole(ask):
    client = ask(limits=Limits(cache_bytes=0))
    project = client.get("/api/projects").json()["projects"][0]["id"]
    take = client.get(f"/api/projects/{project}").json()["current"]
    assert client.get(f"/api/takes/{take}/files/mid").content.startswith(b"MThd")


def test_unknown_formats_and_takes(client, project):
    refused = client.get(f"/api/takes/{project['current']}/files/exe")
    assert refused.status_code == 400
    assert "No 'exe' in formats" in refused.json()["error"]
    assert client.get("/api/takes/nothing/files/mid").status_code == 404


def test_the_soundfont_is_kept_by_the_browser(client, tmp_path, monkeypatch):
    font = tmp_path / "tiny.sf2"
    font.write_bytes(b"RIFF\x04\0\0\0sfbk")
    monkeypatch.setenv("ANTIPHON_SOUNDFONT", str(font))
    answer = client.get("/api/soundfont")
    assert answer.content == font.read_bytes()
    assert answer.headers["cache-control"] == "private, max-age=86400"
    assert "content-encoding" not in answer.headers
    monkeypatch.setenv("ANTIPHON_SOUNDFONT", str(tmp_path / "none.sf2"))
    assert client.get("/api/soundfont").status_code == 503


def test_about_says_what_there_is(client):
    about = client.get("/api/about").json()
    assert len(about["instruments"]) == 128
    assert {"mid", "ogg", "stems.zip"} <= set(about["formats"]["write"])
    assert {"mid", "midi", "kar", "mxl", "abc", "wav"} <= set(about["formats"]["suffixes"])
    assert {"density", "arousal", "strength"} <= set(about["controls"])
    assert about["limits"]["upload_bytes"] == 20_000_000
