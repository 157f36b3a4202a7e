"""Who may ask, from where, how much; and what every answer says to the browser.

The server is for one machine. A browser that shows a stranger's page is kept from it by three
things: the name it calls the server by (`Host`, against DNS rebinding), the place a request comes
from (`Origin`, against cross-site requests), and a policy that lets the page load nothing else.
"""

from __future__ import annotations

import hmac
import ipaddress
import json
import logging
import socket
import time
from collections import deque
from collections.abc import Iterable
from html import escape
from http.cookies import CookieError, SimpleCookie
from urllib.parse import parse_qsl, urlencode

from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from antiphon.web._settings import Limits, Settings

COOKIE = "antiphon"
_LOOPBACK = ("localhost", "127.0.0.1", "[::1]")
_SAFE = ("GET", "HEAD", "OPTIONS")
A_YEAR_S = 31_536_000
_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self' 'wasm-unsafe-eval'",  # the synthesizer unpacks soundfonts by wasm
        "style-src 'self'",
        "img-src 'self' blob: data:",
        "media-src 'self' blob:",
        "font-src 'self'",
        "connect-src 'self'",
        "worker-src 'self'",
        "manifest-src 'self'",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
    )
)
HEADERS = {
    "Content-Security-Policy": _POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": (
        "midi=(self), autoplay=(self), fullscreen=(self), camera=(), geolocation=(), "
        "microphone=(self), payment=(), usb=()"
    ),
}


# said beside the English sentence to who opens an address; there is no page yet that would
_IN_CHINESE = {
    401: "请打开 antiphon studio 给出的完整地址（含令牌）。",
    403: "服务器拒绝了此请求。",
    413: "太大了。",
    429: "令牌多次错误，请等一分钟再试。",
    500: "服务器出错了，详情见日志。",
}


class Guard:
    """ASGI middleware around everything."""

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self._app = app
        self._token = settings.token
        self._hosts = _host_names(settings.host)
        self._limits = settings.limits
        self._wrong: dict[str, deque[float]] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, or refuse it."""
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        try:
            self._check(scope)
            bounded = _Bounded(receive, _most_bytes(scope, self._limits), Headers(scope=scope))
        except HTTPException as refused:
            await _refuse(scope, receive, send, refused)
            return
        if self._token and scope["type"] == "http" and _query_token(scope) is not None:
            await _welcome(scope, send, self._token)
            return

        has_begun = False

        async def send_dressed(message: Message) -> None:
            nonlocal has_begun
            if message["type"] == "http.response.start":
                has_begun = True
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
                headers.setdefault("Cache-Control", "no-store")
            await send(message)

        try:
            await self._app(scope, bounded, send_dressed)
        except Exception:
            logging.getLogger(__name__).exception("%s failed", scope["path"])
            if not has_begun:
                broken = HTTPException(500, "Something went wrong here; the log says what.")
                await _refuse(scope, receive, send, broken)

    def _check(self, scope: Scope) -> None:
        headers = Headers(scope=scope)
        host = headers.get("host", "")
        if not _is_ours(host, self._hosts, any_address=bool(self._token)):
            raise HTTPException(403, "This server does not answer to that name.")
        method = scope.get("method", "WEBSOCKET")
        if method not in _SAFE:
            _check_origin(headers, host)
        if self._token:
            self._check_token(scope, headers)

    def _check_token(self, scope: Scope, headers: Headers) -> None:
        """Compare the token that a request brings; who guesses has to wait."""
        client = scope["client"][0] if scope.get("client") else ""
        wrong, now = self._wrong.get(client, deque()), time.monotonic()
        while wrong and wrong[0] < now - 60:
            wrong.popleft()
        if len(wrong) >= self._limits.wrong_tokens:
            raise HTTPException(429, "Too many wrong tokens: wait a minute.")
        brought = [t for t in (_query_token(scope), _bearer(headers), _cookie(headers)) if t]
        if any(hmac.compare_digest(t.encode(), self._token.encode()) for t in brought):
            return
        if brought:
            wrong.append(now)
            self._wrong[client] = wrong
        raise HTTPException(
            401, "Open the whole address that `antiphon studio` printed, with its token."
        )


def _host_names(host: str) -> set[str]:
    """Return the names that a server at an address is rightly called by."""
    names = {*_LOOPBACK, host.lower()}
    if host not in ("127.0.0.1", "localhost", "::1"):
        own = socket.gethostname().lower()
        names |= {own, f"{own}.local", socket.getfqdn().lower()}
    return names


def _is_ours(host: str, names: Iterable[str], *, any_address: bool) -> bool:
    """Whether a Host header names this server; a bare address cannot be rebound by DNS."""
    name, _, port = host.lower().rpartition(":")
    if not name or not port.isdecimal() or (host.count(":") > 1 and "]" not in name):
        name = host.lower()
    if name in names:
        return True
    if not any_address:
        return False
    try:
        ipaddress.ip_address(name.strip("[]"))
    except ValueError:
        return False
    return True


def _check_origin(headers: Headers, host: str) -> None:
    """Let only pages of this server change anything; programs send no Origin."""
    origin = headers.get("origin")
    own = {f"http://{host}".lower(), f"https://{host}".lower()}
    if origin is not None and origin.lower() not in own:
        raise HTTPException(403, "Only this server's own page may do that.")
    if headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
        raise HTTPException(403, "Only this server's own page may do that.")


def _query_token(scope: Scope) -> str | None:
    query = dict(parse_qsl(scope.get("query_string", b"").decode("latin-1")))
    return query.get("token") if scope["path"] == "/" else None


def _bearer(headers: Headers) -> str | None:
    scheme, _, token = headers.get("authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else None


def _cookie(headers: Headers) -> str | None:
    try:
        found = SimpleCookie(headers.get("cookie", "")).get(COOKIE)
    except CookieError:
        return None
    return found.value if found else None


def _most_bytes(scope: Scope, limits: Limits) -> int:
    path = scope["path"]
    if path.endswith("/upload"):
        return limits.upload_bytes + 10_000  # what multipart puts around it
    if path.endswith("/import"):
        return limits.project_bytes + 10_000
    return limits.json_bytes


class _Bounded:
    """A request's body, up to a bound."""

    def __init__(self, receive: Receive, most: int, headers: Headers) -> None:
        self._receive = receive
        self._left = most
        self._most = most
        said = headers.get("content-length", "0")
        if not said.isdecimal() or len(said) > 15 or int(said) > most:
            raise self._too_much()

    def _too_much(self) -> HTTPException:
        return HTTPException(413, f"This is too large: up to {self._most / 1e6:.0f} MB are taken.")

    async def __call__(self) -> Message:
        message = await self._receive()
        if message["type"] == "http.request":
            self._left -= len(message.get("body", b""))
            if self._left < 0:
                raise self._too_much()
        return message


async def _refuse(scope: Scope, receive: Receive, send: Send, refused: HTTPException) -> None:
    if scope["type"] == "websocket":
        await receive()
        await send({"type": "websocket.close", "code": 1008, "reason": refused.detail})
        return
    if "text/html" in Headers(scope=scope).get("accept", ""):  # a person, not a program
        kind, text = "text/html; charset=utf-8", _as_page(refused)
    else:
        kind, text = "application/json", json.dumps({"error": refused.detail})
    headers = {"Content-Type": kind, "Connection": "close"}
    await _answer(send, refused.status_code, headers, text.encode())


def _as_page(refused: HTTPException) -> str:
    chinese = _IN_CHINESE.get(refused.status_code, "")
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Antiphon</title>'
        '<meta name="viewport" content="width=device-width"></head><body><h1>Antiphon</h1>'
        f'<p>{escape(refused.detail)}</p><p lang="zh">{escape(chinese)}</p></body></html>\n'
    )


async def _welcome(scope: Scope, send: Send, token: str) -> None:
    """Turn the token in an address into a cookie, so that it stands in no history or log."""
    query = parse_qsl(scope.get("query_string", b"").decode("latin-1"))
    left = urlencode([(name, value) for name, value in query if name != "token"])
    headers = {
        "Location": f"/?{left}" if left else "/",
        "Set-Cookie": f"{COOKIE}={token}; Path=/; HttpOnly; SameSite=Strict; Max-Age={A_YEAR_S}",
    }
    await _answer(send, 303, headers, b"")


async def _answer(send: Send, status: int, headers: dict[str, str], body: bytes) -> None:
    said = {**HEADERS, "Cache-Control": "no-store", "Content-Length": str(len(body)), **headers}
    raw = [(name.lower().encode(), value.encode("latin-1")) for name, value in said.items()]
    await send({"type": "http.response.start", "status": status, "headers": raw})
    await send({"type": "http.response.body", "body": body})
