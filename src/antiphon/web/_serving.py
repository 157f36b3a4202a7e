"""Serving: from options to a listening server, and its address told."""

from __future__ import annotations

import ipaddress
import os
import secrets
import socket
import threading
import webbrowser
from collections.abc import Callable
from pathlib import Path

import uvicorn

from antiphon.errors import AntiphonError
from antiphon.web._settings import DEFAULT_PORT, Settings, default_data
from antiphon.web.app import create_app


def serve(
    *,
    port: int | None,
    browser: bool,
    data: Path | None,
    host: str,
    n_workers: int,
    tell: Callable[[str], None],
) -> None:
    """Serve until somebody stops it.

    Args:
        port: where it listens; the usual one, or else a free one, when left out.
        browser: whether the page is opened.
        data: folder of the projects; the platform's usual one when left out.
        host: address to listen at; one that others can reach asks for a token.
        n_workers: processes that make music.
        tell: takes lines for the person who started it.

    Raises:
        AntiphonError: the address or the folder cannot be used.
    """
    token = "" if _is_loopback(host) else secrets.token_urlsafe(32)
    listening = _listen(host, port)
    settings = Settings(data=data or default_data(), host=host, token=token, n_workers=n_workers)
    app = create_app(settings)
    address = _address(host, listening.getsockname()[1], token)
    tell(f"The studio is at {address}\nProjects are in {settings.data}. Ctrl-C ends it.")
    config = uvicorn.Config(
        app,
        log_level="warning",
        server_header=False,
        ws_max_size=65_536,
        timeout_graceful_shutdown=2,
    )
    if browser:
        opener = threading.Timer(0.5, webbrowser.open, [address])
        opener.daemon = True
        opener.start()
    uvicorn.Server(config).run(sockets=[listening])


def _is_loopback(host: str) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _listen(host: str, port: int | None) -> socket.socket:
    """Return a socket that listens; at another port where the usual one is taken.

    Raises:
        AntiphonError: the address is not this machine's, or the port is taken.
    """
    attempts = [port] if port is not None else [DEFAULT_PORT, 0]
    for attempt in attempts:
        try:
            family = socket.AF_INET6 if ":" in host else socket.AF_INET
            socket.getaddrinfo(host or None, attempt, family)  # says what is wrong with a name
            return socket.create_server((host, attempt), family=family)
        except (socket.gaierror, UnicodeError):
            reason = "there is no such address"
        except OSError as error:
            reason = os.strerror(error.errno).lower() if error.errno else str(error)
    raise AntiphonError(f"Cannot listen at {host}, port {attempts[0]}: {reason}.")


def _address(host: str, port: int, token: str) -> str:
    """Return the address to open."""
    name = socket.gethostname() if host in ("", "0.0.0.0", "::") else host
    name = f"[{name}]" if ":" in name else name
    return f"http://{name}:{port}/" + (f"?token={token}" if token else "")
