"""A line to another body's system, JSON over TLS: bounded in time and size, never repeated, no redirect followed.

Nothing is open while it is used. What went wrong is told as `NoAnswer`; who asked says what that means. Nothing sent or
answered comes into a log.
"""

from __future__ import annotations

import http.client
import json
import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from email.message import Message
from functools import lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from keys.timestamp_outside import connected


class NoAnswer(Exception):
    """kind: `line` (nothing usable came) or `answer` (not of the agreed form); why: without any of its content."""

    def __init__(self, kind: str, why: str) -> None:
        super().__init__(kind, why)
        self.kind, self.why = kind, why


@dataclass(frozen=True, slots=True)
class OutsideLine:
    """url: https, or http on this machine outside production; context: whom to trust and who we are, None for http."""

    url: str
    seconds: int
    answer_bytes: int
    token: str | None = field(default=None, repr=False)
    context: ssl.SSLContext | None = None

    def ask(
        self, method: str, path: str, headers: Mapping[str, str] | None = None, body: bytes | None = None
    ) -> tuple[int, Message, bytes]:
        """(status, headers, content) of one exchange. Raises `NoAnswer`."""
        sent = {"Accept": "application/json", "User-Agent": "issuance/1", **(headers or {})}
        if self.token is not None:
            sent["Authorization"] = f"Bearer {self.token}"
        if body is not None:
            sent["Content-Type"] = "application/json"
        try:
            with connected(self.url, self.seconds, self.context) as line:
                line.request(method, f"{urlsplit(self.url).path.rstrip('/')}{path}", body, sent)
                answer = line.getresponse()
                content = answer.read(self.answer_bytes + 1)
        except (OSError, http.client.HTTPException, ValueError) as error:
            raise NoAnswer("line", type(error).__name__) from error
        if len(content) > self.answer_bytes:
            raise NoAnswer("answer", "too long")
        return answer.status, answer.headers, content


@lru_cache(maxsize=8)
def tls(ca: Path | None, certificate: Path | None, key: Path | None) -> ssl.SSLContext:
    """Whom to trust (ca: PEM file, None: the system's) and who we are. Read once a process. Raises `OSError`."""
    context = ssl.create_default_context(cafile=ca)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    if certificate is not None:
        context.load_cert_chain(certificate, key)
    return context


def json_object(content: bytes) -> dict[str, Any]:
    """Raises `NoAnswer` for anything else, also for a member that stands twice, which two readers read differently."""
    try:
        said = json.loads(content, object_pairs_hook=_once, parse_constant=_no_number)
    except (ValueError, RecursionError) as error:
        raise NoAnswer("answer", "no JSON") from error
    if not isinstance(said, dict):
        raise NoAnswer("answer", "no object")
    return said


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    held = dict(pairs)
    if len(held) != len(pairs):
        raise ValueError("a member stands twice")
    return held


def _no_number(text: str) -> float:
    raise ValueError(text)
