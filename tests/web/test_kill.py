"""The server killed in the middle of work: what it said was saved is there, and opens."""

from __future__ import annotations

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import pytest

SOURCE = Path(__file__).parents[2] / "src"
SERVE = """
import sys
from pathlib import Path
from antiphon.web._serving import serve
port, data = int(sys.argv[1]), Path(sys.argv[2])
serve(port=port, browser=False, data=data, host="127.0.0.1", n_workers=0, tell=lambda _: None)
"""  # without workers: networks are not needed here, and take seconds to load


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return found.getsockname()[1]


def ask(port: int, method: str, path: str, body: object = None) -> dict:
    text = None if body is None else json.dumps(body)
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=30)) as connection:
        connection.request(method, path, text, {"Content-Type": "application/json"})
        answer = connection.getresponse()
        told = json.loads(answer.read())
    assert answer.status < 300, told
    return told


@pytest.fixture
def server(tmp_path):
    """A function that starts a server on the folder and returns its process and port."""
    started = []

    def start() -> tuple[subprocess.Popen, int]:
        port = free_port()
        environment = {**os.environ, "PYTHONPATH": str(SOURCE)}
        words = [str(port), str(tmp_path / "data")]
        process = subprocess.Popen([sys.executable, "-c", SERVE, *words], env=environment)
        started.append(process)
        ends = time.monotonic() + 60
        while time.monotonic() < ends:
            try:
                ask(port, "GET", "/api/projects")
                return process, port
            except OSError:
                time.sleep(0.05)
        raise AssertionError("the server did not start")

    yield start
    for process in started:
        process.kill()
        process.wait()


@pytest.mark.skipif(os.name == "nt", reason="there is no SIGKILL")
def test_what_was_said_to_be_saved_outlives_a_killed_server(server):
    said: dict[str, str] = {}
    for _ in range(2):
        process, port = server()
        take = ask(port, "POST", "/api/projects", {})["current"]
        piece = ask(port, "GET", f"/api/takes/{take}")["piece"]
        ends, revision = time.monotonic() + 0.3, 1
        while time.monotonic() < ends:
            body = {"piece": {**piece, "title": f"edit {revision}"}, "revision": revision}
            revision = ask(port, "PUT", f"/api/takes/{take}/piece", body)["revision"]
            said[take] = body["piece"]["title"]
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
    _, port = server()
    projects = ask(port, "GET", "/api/projects")["projects"]
    assert len(projects) == 3  # the first start's own, and one of each round
    for take, title in said.items():
        assert ask(port, "GET", f"/api/takes/{take}")["piece"]["title"] == title
