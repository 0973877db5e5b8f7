"""An AFIS as another body runs it: a real server on this machine, of the contract in docs/capture.md."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

from tests.unit.people.registry_server import Raw, send, served


@dataclass
class AfisServer:
    """alike: person -> (other person, percent) it answers; raw: answers in its place; calls: (method, path, body)."""

    url: str = ""
    token: str | None = None
    alike: dict[str, list[tuple[str, int]]] = field(default_factory=dict)
    enrolled: set[tuple[str, str]] = field(default_factory=set)
    records: int = 1000
    raw: Raw | None = None
    calls: list[tuple[str, str, dict[str, Any]]] = field(default_factory=list)

    def answer(self, handler: BaseHTTPRequestHandler) -> None:
        length = int(handler.headers.get("Content-Length") or 0)
        body = json.loads(handler.rfile.read(length)) if length else {}
        path = handler.path.removeprefix("/afis/v1")
        self.calls.append((handler.command, path, body))
        if self.raw is not None:
            self.raw(handler)
            return
        if self.token is not None and handler.headers.get("Authorization") != f"Bearer {self.token}":
            send(handler, 401, b"")
            return
        if (handler.command, path) == ("GET", "/capacity"):
            say(handler, 200, {"used": len(self.enrolled), "records": self.records})
            return
        assert sha256(base64.b64decode(body["image"])).hexdigest() == body["digest"]
        same = {"reference": body["reference"], "digest": body["digest"]}
        if path == "/records":
            if len(self.enrolled) >= self.records:
                say(handler, 507, {"code": "full"})
                return
            self.enrolled.add((body["reference"], body["digest"]))
            say(handler, 201, same)
        else:
            found = [{"person": one, "percent": percent} for one, percent in self.alike.get(body["person"], [])]
            say(handler, 200, same | {"matches": found})


def say(handler: BaseHTTPRequestHandler, status: int, body: dict[str, Any]) -> None:
    send(handler, status, json.dumps(body).encode())


@contextmanager
def serving(certificate: Path | None = None, clients: Path | None = None) -> Iterator[AfisServer]:
    """As `registry_server.serving`."""
    held = AfisServer()
    with served(held.answer, certificate, clients) as host:
        held.url = f"{host}/afis/v1"
        yield held
