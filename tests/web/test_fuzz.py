"""Nonsense, made after the API's own schema: refused in a sentence, never a crash."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from typing import Any

import pytest

from antiphon.errors import AntiphonError
from antiphon.web import _tasks

NONSENSE: tuple[Any, ...] = (
    None, True, -1, 0, 2**31, 2**70, 1e308, -0.5, "", "x" * 5000, "\ud800", "\x00", "../../x",
    "<script>", [], {}, [[]], {"": None}, [None] * 50,
)  # fmt: skip
N_EACH = 8  # requests for each route and method


def value(schema: dict[str, Any], schemas: dict[str, Any], rng: random.Random, depth: int) -> Any:
    """Return something that fits a schema, or now and then does not."""
    if "$ref" in schema:
        schema = schemas[schema["$ref"].rsplit("/", 1)[-1]]
    if rng.random() < 0.12 or depth > 6:
        return rng.choice(NONSENSE)
    if "anyOf" in schema:
        return value(rng.choice(schema["anyOf"]), schemas, rng, depth + 1)
    kind = schema.get("type")
    if kind == "object":
        named = schema.get("properties", {})
        found = {name: value(s, schemas, rng, depth + 1) for name, s in named.items()}
        return {name: v for name, v in found.items() if rng.random() < 0.9}
    if kind == "array":
        many = schema.get("prefixItems") or [schema.get("items", {})] * rng.randint(0, 3)
        return [value(item, schemas, rng, depth + 1) for item in many]
    if kind in ("integer", "number"):
        low, high = schema.get("minimum", -5), schema.get("maximum", 300)
        return rng.choice([low, high, low - 1, high + 1, rng.randint(0, 127)])
    return rng.choice(["x", "mid", "compose", "vary", "C", *NONSENSE[8:14]])


def requests(schema: dict[str, Any], ids: list[str], seed: int) -> Iterator[tuple[str, str, Any]]:
    """Return methods, addresses and bodies for every route but those that stream."""
    rng = random.Random(seed)
    schemas = schema["components"]["schemas"]
    for path, methods in schema["paths"].items():
        for method, told in methods.items():
            if path.endswith(("{kind}", "/events", "/live/music", "/live/audio")):
                continue
            for _ in range(N_EACH):
                address = path
                for name in ("{project}", "{take}", "{job}"):
                    address = address.replace(name, rng.choice([*ids, "x", "%00", "..", "é" * 9]))
                content = told.get("requestBody", {}).get("content", {})
                of_body = content.get("application/json", {}).get("schema")
                body = None if of_body is None else value(of_body, schemas, rng, 0)
                yield method.upper(), address, body


def refuse(*_: Any) -> None:
    raise AntiphonError("There are no networks here.")


def test_nonsense_is_refused_in_a_sentence(client, project, monkeypatch):
    for task in ("survey", "wander"):  # what is sound would make networks work
        monkeypatch.setattr(_tasks, task, refuse)
    schema = client.get("/openapi.json").json()
    ids = [project["id"], project["current"]]
    codes = set()
    for method, address, body in requests(schema, ids, seed=1):
        text = None if body is None else json.dumps(body)
        headers = {"Content-Type": "application/json"}
        answer = client.request(method, address, content=text, headers=headers)
        codes.add(answer.status_code)
        assert answer.status_code < 500, (method, address, body, answer.text)
        if answer.status_code >= 400:
            assert set(answer.json()) == {"error"}
            assert "Traceback" not in answer.text
    assert {200, 400, 404} <= codes


@pytest.mark.parametrize(
    "text",
    [
        "{",
        "[" * 100_000,
        '{"title": ' + "9" * 5000 + "}",
        "\xff",
        '"' + "\\u0000" * 10 + '"',
        "NaN",
    ],
    ids=["cut", "deep", "digits", "latin", "nulls", "nan"],
)
def test_broken_json_is_refused(client, text):
    headers = {"Content-Type": "application/json"}
    answer = client.post("/api/projects", content=text.encode("latin-1"), headers=headers)
    assert answer.status_code in (400, 413), answer.text
    assert "error" in answer.json()


@pytest.mark.parametrize(
    "content",
    [b"", b"--x", b'--x\r\nContent-Disposition: form-data; name="file"\r\n\r\nMThd\r\n--x--\r\n'],
    ids=["nothing", "cut", "a field, no file"],
)
def test_broken_uploads_are_refused(client, project, content):
    headers = {"Content-Type": "multipart/form-data; boundary=x"}
    address = f"/api/projects/{project['id']}/upload"
    answer = client.post(address, content=content, headers=headers)
    assert answer.status_code == 400, answer.text
    assert "error" in answer.json()
