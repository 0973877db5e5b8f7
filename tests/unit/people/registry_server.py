"""A civil registry as another body runs it: a real server on this machine, with real TLS where that is tested."""

from __future__ import annotations

import json
import ssl
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from tests.service import NOW, PERSON


def record(number: str = str(PERSON["national_number"]), **changed: Any) -> dict[str, Any]:
    """A live record in the documented form, members replaced."""
    names = {"arabic": PERSON["names"]["arabic"], "latin": PERSON["names"]["latin"]}
    held: dict[str, Any] = {
        "national_number": number,
        "state": "live",
        "as_of": NOW.isoformat(),
        "names": names,
        "mother_arabic": PERSON["mother_arabic"],
        "sex": PERSON["sex"],
        "birth_date": PERSON["birth_date"],
        "place_of_birth": PERSON["place_of_birth"],
        "nationality": "LBY",
        "registered_on": "1990-06-01",
        "registered_late": False,
        "family_record": "F-1001",
        "transfers": [],
        "under_review": None,
        "father": None,
        "mother": None,
        "guardian": None,
        "synthetic": True,
    }
    return held | changed


Raw = Callable[[BaseHTTPRequestHandler], None]


@dataclass
class Registry:
    """records: number -> what is answered; raw: answers in place of all of it; calls: (path, headers) as they came."""

    url: str = ""
    token: str | None = None
    records: dict[str, dict[str, Any]] = field(default_factory=dict)
    raw: Raw | None = None
    calls: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    unchanged: int = 0

    def answer(self, handler: BaseHTTPRequestHandler) -> None:
        """As docs/civil-registry.md says it."""
        self.calls.append((handler.path, {name.lower(): value for name, value in handler.headers.items()}))
        if self.raw is not None:
            self.raw(handler)
            return
        if self.token is not None and handler.headers.get("Authorization") != f"Bearer {self.token}":
            send(handler, 401, b"")
            return
        number = handler.path.rpartition("/")[2]
        held = self.records.get(number)
        if held is None:
            send(handler, 404, json.dumps({"code": "no_record", "national_number": number}).encode())
            return
        body = json.dumps(held, ensure_ascii=False).encode()
        etag = f'"{sha256(json.dumps(held | {"as_of": ""}).encode()).hexdigest()[:32]}"'
        if handler.headers.get("If-None-Match") == etag:
            self.unchanged += 1
            send(handler, 304, b"", ETag=etag)
        else:
            send(handler, 200, body, ETag=etag)


def send(handler: BaseHTTPRequestHandler, status: int, body: bytes, **headers: str) -> None:
    handler.send_response(status)
    for name, value in headers.items():
        handler.send_header(name, value)
    if status != 304:
        handler.send_header("Content-Length", str(len(body)))
    handler.end_headers()
    handler.wfile.write(body)


@contextmanager
def serving(certificate: Path | None = None, clients: Path | None = None) -> Iterator[Registry]:
    """certificate: PEM of a key and its certificate, for https; clients: who vouches for those who may ask."""
    held = Registry()
    with served(held.answer, certificate, clients) as host:
        held.url = f"{host}/registry/v1"
        yield held


@contextmanager
def served(answer: Raw, certificate: Path | None = None, clients: Path | None = None) -> Iterator[str]:
    """A server of these answers; its address without a path."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            answer(self)

        def do_POST(self) -> None:
            answer(self)

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    server.block_on_close = False
    if certificate is not None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
        if clients is not None:
            context.verify_mode = ssl.CERT_REQUIRED
            context.load_verify_locations(clients)
        server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    server.handle_error = lambda *_: None  # type: ignore[method-assign]
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    host = "http://127.0.0.1" if certificate is None else "https://localhost"
    yield f"{host}:{server.server_port}"
    server.shutdown()
    server.server_close()


def certificate_for(name: str, folder: Path) -> tuple[Path, Path]:
    """(PEM of key and certificate, PEM of the certificate) of a host or a client that vouches for itself."""
    key, signed, both = (folder / f"{name}.{ending}" for ending in ("key", "crt", "pem"))
    made = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2"]
    named = ["-subj", f"/CN={name}", "-addext", f"subjectAltName=DNS:{name}", "-keyout", key, "-out", signed]
    subprocess.run([*made, *map(str, named)], check=True, capture_output=True)
    both.write_bytes(signed.read_bytes() + key.read_bytes())
    both.chmod(0o600)
    return both, signed
