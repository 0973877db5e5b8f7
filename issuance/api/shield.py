"""What every request passes first: an id, a body limit, an end to every error, and the security headers on the answer.

Logs carry the request id, method, route template, status and milliseconds: never a path with a number in it, a query,
a body, a name or an image.
"""

from __future__ import annotations

import logging
import re
import time
import traceback
from collections.abc import Callable
from pathlib import Path

from starlette.datastructures import MutableHeaders
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from issuance.api.problem import TooLarge
from issuance.core import ids

log = logging.getLogger("issuance.http")

CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "form-action 'self'",
        "frame-ancestors 'none'",
        "base-uri 'none'",
    )
)

HEADERS: tuple[tuple[str, str], ...] = (
    ("Content-Security-Policy", CONTENT_SECURITY_POLICY),
    ("X-Content-Type-Options", "nosniff"),
    ("Referrer-Policy", "no-referrer"),
    ("Cross-Origin-Opener-Policy", "same-origin"),
    ("Cross-Origin-Resource-Policy", "same-origin"),
    ("Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=(), usb=()"),
    ("X-Frame-Options", "DENY"),
)
HSTS = ("Strict-Transport-Security", "max-age=31536000; includeSubDomains")

_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{8,64}")


class Shield:
    """ASGI middleware, outermost.

    body_limit: bytes that a path takes, counted as they are received, so that a false Content-Length does not pass.
    broken: the answer to an error nobody foresaw.
    """

    def __init__(
        self,
        app: ASGIApp,
        *,
        body_limit: Callable[[str], int],
        https: bool,
        broken: Callable[[Scope], Response],
    ) -> None:
        self.app = app
        self.broken = broken
        self.body_limit = body_limit
        self.headers = (*HEADERS, HSTS) if https else HEADERS

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        request_id = self._request_id(scope)
        scope.setdefault("state", {})["request_id"] = request_id
        limit = self.body_limit(scope["path"])
        started, status = time.perf_counter(), 0

        async def shielded_send(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                headers = MutableHeaders(scope=message)
                headers["X-Request-ID"] = request_id
                headers.setdefault("Cache-Control", "no-cache" if scope["path"].startswith("/static/") else "no-store")
                for name, value in self.headers:
                    headers.setdefault(name, value)
            await send(message)

        try:
            if "\x00" in scope["path"] or b"%00" in scope["query_string"]:
                scope["path"], scope["query_string"] = "/-", b""  # no database keeps NUL: nothing has such a name
            await self.app(scope, _counted(scope, receive, limit), shielded_send)
        except Exception as error:
            log.error("%s unexpected %s", request_id, _where(error))
            if status:
                raise
            await self.broken(scope)(scope, receive, shielded_send)
        finally:
            route = getattr(scope.get("route"), "path", "-")
            spent = (time.perf_counter() - started) * 1000
            log.info("%s %s %s %d %.0fms", request_id, scope["method"], route, status, spent)

    @staticmethod
    def _request_id(scope: Scope) -> str:
        for name, value in scope["headers"]:
            given: str = value.decode("latin-1")
            if name == b"x-request-id" and _REQUEST_ID.fullmatch(given):
                return given
        return ids.new_id()


def _where(error: Exception) -> str:
    """Type and lines of an unexpected error, without its message: that may hold a name or a number."""
    frames = traceback.extract_tb(error.__traceback__)[-6:]
    return " < ".join([type(error).__name__, *(f"{Path(f.filename).name}:{f.lineno}" for f in reversed(frames))])


def request_id_of(scope: Scope) -> str:
    """The id that stands in the answer's `X-Request-ID` and in the log."""
    return str(scope.get("state", {}).get("request_id", "-"))


def _counted(scope: Scope, receive: Receive, limit: int) -> Receive:
    """`receive` that raises `TooLarge` as soon as the body is, or says it will be, over the limit."""
    declared = next((value for name, value in scope["headers"] if name == b"content-length"), b"0")
    seen = 0

    async def counted() -> Message:
        nonlocal seen
        if declared.isdigit() and int(declared) > limit:
            raise TooLarge(limit)
        message = await receive()
        if message["type"] == "http.request":
            seen += len(message.get("body", b""))
            if seen > limit:
                raise TooLarge(limit)
        return message

    return counted
