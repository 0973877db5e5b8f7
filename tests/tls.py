"""Certificates made by openssl when a test starts, and the application served over TLS on loopback."""

from __future__ import annotations

import socket
import ssl
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import uvicorn

from issuance.api.serving import served_with
from issuance.core.settings import Settings

_KEY = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes")


@dataclass(frozen=True)
class Authority:
    """A certificate authority in a folder of its own."""

    folder: Path
    name: str

    @property
    def certificate(self) -> Path:
        return self.folder / f"{self.name}.crt"

    def issue(self, name: str, usage: str = "clientAuth", days: int = 2) -> tuple[Path, Path]:
        """(certificate, key) as PEM files; days below zero: expired when it is made."""
        asked, made, key = (self.folder / f"{self.name}-{name}.{ending}" for ending in ("csr", "crt", "key"))
        extensions = self.folder / f"{name}.ext"
        extensions.write_text(f"extendedKeyUsage={usage}\nsubjectAltName=IP:127.0.0.1\nbasicConstraints=CA:FALSE\n")
        _openssl("req", *_KEY, "-subj", f"/CN={name}", "-keyout", key, "-out", asked)
        by = ("-CA", self.certificate, "-CAkey", self.certificate.with_suffix(".key"), "-CAcreateserial")
        _openssl("x509", "-req", "-in", asked, *by, "-days", days, "-extfile", extensions, "-out", made)
        return made, key


def authority(folder: Path, name: str) -> Authority:
    made = Authority(folder, name)
    key = made.certificate.with_suffix(".key")
    _openssl("req", "-x509", *_KEY, "-days", 2, "-subj", f"/CN={name}", "-keyout", key, "-out", made.certificate)
    return made


@contextmanager
def serving(app: Any, settings: Settings) -> Iterator[str]:
    """The address of `app`, served as `issuance run` serves it with these settings."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        port = listening.getsockname()[1]
        server = uvicorn.Server(uvicorn.Config(app, **(served_with(settings) | {"log_level": "critical"})))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
        thread.start()
        deadline = time.monotonic() + 20
        while not server.started and time.monotonic() < deadline:
            time.sleep(0.02)
        assert server.started
        try:
            yield f"{'https' if settings.tls_certificate else 'http'}://127.0.0.1:{port}"
        finally:
            server.should_exit = True
            thread.join(10)


def trusting(authority: Authority, certificate: tuple[Path, Path] | None = None) -> ssl.SSLContext:
    """The side of a program: whom it believes, and who it says it is."""
    context = ssl.create_default_context(cafile=str(authority.certificate))
    if certificate is not None:
        context.load_cert_chain(*map(str, certificate))
    return context


def _openssl(*words: object) -> None:
    subprocess.run(["openssl", *map(str, words)], check=True, capture_output=True)
