"""Where the studio listens, and what it says about that."""

from __future__ import annotations

import socket

import pytest

from antiphon.errors import AntiphonError
from antiphon.web import _serving


@pytest.fixture
def taken():
    """A port that somebody else listens at."""
    with socket.create_server(("127.0.0.1", 0)) as other:
        yield other.getsockname()[1]


def test_a_taken_port_that_was_asked_for_is_said(taken):
    with pytest.raises(AntiphonError, match=f"Cannot listen at 127.0.0.1, port {taken}: .*in use"):
        _serving._listen("127.0.0.1", taken)


@pytest.mark.parametrize("host", ["..", "a" * 80, "::x"])
def test_an_address_that_cannot_be_is_said(host):
    with pytest.raises(AntiphonError, match="there is no such address"):
        _serving._listen(host, 0)


def test_where_the_usual_port_is_taken_a_free_one_is_found(taken, monkeypatch):
    monkeypatch.setattr(_serving, "DEFAULT_PORT", taken)
    with _serving._listen("127.0.0.1", None) as found:
        assert found.getsockname()[1] != taken


@pytest.mark.parametrize(
    ("host", "alone"),
    [("127.0.0.1", True), ("127.8.8.8", True), ("localhost", True), ("::1", True),
     ("0.0.0.0", False), ("192.168.1.5", False), ("::", False), ("studio.local", False)],
)  # fmt: skip
def test_only_this_machines_own_addresses_need_no_token(host, alone):
    assert _serving._is_loopback(host) is alone


def test_the_address_that_is_told_carries_the_token():
    assert _serving._address("127.0.0.1", 8765, "") == "http://127.0.0.1:8765/"
    assert _serving._address("::1", 80, "t") == "http://[::1]:80/?token=t"
    everywhere = [_serving._address(host, 80, "t") for host in ("", "0.0.0.0", "::")]
    assert everywhere == [f"http://{socket.gethostname()}:80/?token=t"] * 3
