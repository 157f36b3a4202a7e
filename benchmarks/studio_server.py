"""A studio's server in a process of its own, for the benchmarks that ask it."""

from __future__ import annotations

import socket
import subprocess
import sys
import time
from pathlib import Path

import httpx2


class Server:
    """A server on a folder, ready to be asked."""

    def __init__(self, folder: Path, *options: str) -> None:
        """Start it and wait until it answers."""
        with socket.socket() as found:
            found.bind(("127.0.0.1", 0))
            port = found.getsockname()[1]
        command = "import sys; from antiphon.cli import main; sys.exit(main(sys.argv[1:]))"
        words = ["studio", "--no-browser", "--port", str(port), "--data", str(folder), *options]
        self.address = f"http://127.0.0.1:{port}"
        self._process = subprocess.Popen(
            [sys.executable, "-c", command, *words], stdout=subprocess.DEVNULL
        )
        ends = time.monotonic() + 120
        while time.monotonic() < ends:
            try:
                httpx2.get(f"{self.address}/api/projects").raise_for_status()
                return
            except httpx2.TransportError:
                time.sleep(0.05)
        raise RuntimeError("the server did not start")

    @property
    def pid(self) -> int:
        return self._process.pid

    def kill(self) -> None:
        """End it as a crash would."""
        self._process.kill()
        self._process.wait()
