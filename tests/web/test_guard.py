"""Who is refused: strangers' pages, other names, guessed tokens, too much at once."""

from __future__ import annotations

import pytest

from antiphon.web._guard import HEADERS
from antiphon.web._settings import Limits

TOKEN = "correct-horse"


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", "10.0.0.7", ""])
def test_other_names_are_refused(client, host):
    refused = client.get("/api/projects", headers={"Host": host})
    assert refused.status_code == 403
    assert refused.json() == {"error": "This server does not answer to that name."}


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost:8765", "LOCALHOST:1", "[::1]:8765"])
def test_the_names_of_this_machine_are_answered(client, host):
    assert client.get("/api/projects", headers={"Host": host}).status_code == 200


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "http://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://127.0.0.1:9999"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
    ],
    ids=str,
)
def test_other_sites_pages_change_nothing(client, project, headers):
    address = f"/api/projects/{project['id']}"
    for answer in (
        client.delete(address, headers=headers),
        client.post("/api/projects", headers=headers),
        client.patch(address, json={"title": "x"}, headers=headers),
    ):
        assert answer.status_code == 403
    assert client.get(address).json() == project


def test_the_own_page_may(client):
    headers = {"Origin": "http://127.0.0.1:8765", "Sec-Fetch-Site": "same-origin"}
    assert client.post("/api/projects", headers=headers).status_code == 201


def test_a_form_cannot_pose_as_json(client, project):
    body = '{"title": "x"}'
    address = f"/api/projects/{project['id']}"
    answer = client.patch(address, content=body, headers={"Content-Type": "text/plain"})
    assert answer.status_code == 400


@pytest.mark.parametrize("path", ["/", "/api/about", "/api/nothing", "/static/x", "/openapi.json"])
def test_every_answer_is_dressed(client, path):
    answer = client.get(path)
    assert {name: answer.headers.get(name) for name in HEADERS} == HEADERS
    assert "unsafe-inline" not in answer.headers["Content-Security-Policy"]


def test_refusals_are_dressed_too(client):
    answer = client.get("/", headers={"Host": "evil.example"})
    assert {name: answer.headers.get(name) for name in HEADERS} == HEADERS


@pytest.mark.parametrize("path", ["/docs", "/redoc"])
def test_pages_that_would_load_from_other_hosts_are_not_there(client, path):
    assert client.get(path).status_code == 404


@pytest.mark.parametrize(
    "path",
    [
        "/static/../app.py", "/static/%2e%2e/app.py", "/static/..%2fapp.py", "/vendor/..%5capp.py",
        "/static//etc/passwd", "/api/takes/..%2f..%2fx/files/mid", "/static/%00",
    ],
)  # fmt: skip
def test_paths_lead_nowhere_else(client, path):
    answer = client.get(path)
    assert answer.status_code in (400, 404)
    assert "import" not in answer.text and "root:" not in answer.text


def test_too_much_is_refused_before_it_is_read(ask):
    client = ask(limits=Limits(json_bytes=1000))
    answer = client.post("/api/projects", json={"title": "x" * 2000})
    assert answer.status_code == 413
    assert "too large" in answer.json()["error"]


def test_too_much_is_refused_where_no_length_was_told(ask):
    client = ask(limits=Limits(json_bytes=1000))
    chunks = (b"x" * 100 for _ in range(100))
    headers = {"Content-Type": "application/json"}
    assert client.post("/api/projects", content=chunks, headers=headers).status_code == 413


def shared(ask, **limits):
    return ask(host="192.168.1.5", token=TOKEN, limits=Limits(**limits))


def test_in_the_network_nothing_is_answered_without_the_token(ask):
    client = shared(ask)
    for path in ("/", "/api/projects", "/static/main.js", "/openapi.json"):
        assert client.get(path).status_code == 401


def test_who_opens_the_address_without_its_token_reads_what_to_do_in_both_languages(ask):
    answer = shared(ask).get("/", headers={"Accept": "text/html,*/*;q=0.8"})
    assert answer.status_code == 401
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert "Open the whole address" in answer.text
    assert "请打开 antiphon studio 给出的完整地址" in answer.text


def test_the_token_in_the_address_becomes_a_cookie(ask):
    client = shared(ask)
    answer = client.get(f"/?token={TOKEN}", follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    cookie = answer.headers["set-cookie"]
    assert "HttpOnly" in cookie and "SameSite=Strict" in cookie
    assert client.get("/api/projects").status_code == 200


def test_programs_bring_the_token_in_a_header(ask):
    client = shared(ask)
    headers = {"Authorization": f"Bearer {TOKEN}"}
    assert client.get("/api/projects", headers=headers).status_code == 200
    wrong = {"Authorization": f"Bearer {TOKEN}x"}
    assert client.get("/api/projects", headers=wrong).status_code == 401


def test_who_guesses_tokens_has_to_wait(ask):
    client = shared(ask, wrong_tokens=3)
    codes = [
        client.get("/api/projects", headers={"Authorization": f"Bearer {n}"}).status_code
        for n in range(5)
    ]
    assert codes == [401, 401, 401, 429, 429]
    right = {"Authorization": f"Bearer {TOKEN}"}
    assert client.get("/api/projects", headers=right).status_code == 429


def test_with_a_token_any_address_will_do_but_no_foreign_name(ask):
    client = shared(ask)
    headers = {"Authorization": f"Bearer {TOKEN}"}
    assert client.get("/api/projects", headers={**headers, "Host": "10.1.2.3:80"}).is_success
    refused = client.get("/api/projects", headers={**headers, "Host": "evil.example"})
    assert refused.status_code == 403
