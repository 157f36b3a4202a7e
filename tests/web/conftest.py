"""A studio in a temporary folder, asked without a network; its worker is not started."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from antiphon.web._settings import Settings
from antiphon.web.app import create_app

ADDRESS = "http://127.0.0.1:8765"
Ask = Callable[..., TestClient]


class Here:
    """Stands in for a worker: does its tasks in this process."""

    def __init__(self, *_: Any, **__: Any) -> None:
        pass

    def run(self, task: Callable[..., Any], *arguments: Any, **_: Any) -> Any:
        return task(*arguments, lambda _: None)

    def close(self) -> None:
        pass


@pytest.fixture
def ask(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Ask]:
    """A function that opens a studio: ``ask(token="...", limits=Limits(...))``."""
    monkeypatch.setattr("antiphon.web._desk.Worker", Here)
    opened: list[TestClient] = []

    def begin(folder: Path | None = None, address: str = ADDRESS, **settings: Any) -> TestClient:
        app = create_app(Settings(data=folder or tmp_path / "data", **settings))
        client = TestClient(app, base_url=address, raise_server_exceptions=False)
        opened.append(client)
        return client

    yield begin
    for client in opened:
        client.app.state.studio.close()  # type: ignore[attr-defined]


@pytest.fixture
def client(ask: Ask) -> TestClient:
    """A new studio, with its first project."""
    return ask()


@pytest.fixture
def project(client: TestClient) -> dict[str, Any]:
    """The project that is there at once."""
    name = client.get("/api/projects").json()["projects"][0]["id"]
    return client.get(f"/api/projects/{name}").json()


@pytest.fixture
def small() -> dict[str, Any]:
    """A piece of two bars: a G for a quarter, then a B above a kick."""
    return {
        "n_bars": 2,
        "title": "Small",
        "tracks": [
            {
                "id": "a",
                "name": "Tune",
                "program": 73,
                "notes": [[24, 24, 71, 90], [0, 24, 67, 80]],
            },
            {"id": "b", "name": "Kit", "is_drum": True, "notes": [[24, 6, 36, 100]]},
        ],
    }
