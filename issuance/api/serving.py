"""How connections are taken: TLS, and the certificate of the program which calls, from the connection alone.

The certificate of the caller stands in the ASGI scope as the TLS extension of ASGI has it; no header can put one there.
"""

from __future__ import annotations

import asyncio
import ssl
from hashlib import sha256
from typing import TYPE_CHECKING, Any, Final

from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn.protocols.http.h11_impl import H11Protocol

if TYPE_CHECKING:
    from collections.abc import Callable

    from uvicorn import Config

    from issuance.core.settings import Settings

_SHA256: Final = "client_cert_sha256"


class CertifiedConnection(H11Protocol):
    """HTTP/1.1 whose requests say which certificate their connection was made with, if any."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        held = transport.get_extra_info("ssl_object")
        der = held.getpeercert(binary_form=True) if held is not None else None
        if der:
            self.app: Any = _certified(self.app, der)


def certificate_of(scope: Scope) -> str | None:
    """Hex SHA-256 of the certificate (DER) that this connection was made with; None without one."""
    held = scope.get("extensions", {}).get("tls", {}).get(_SHA256)
    return str(held) if held else None


def served_with(settings: Settings) -> dict[str, Any]:
    """Options of uvicorn as these settings say."""
    options: dict[str, Any] = {
        "host": settings.host,
        "port": settings.port,
        "log_level": "warning",
        "access_log": False,  # addresses of requests hold numbers of documents
        "server_header": False,
    }
    return options | _tls(settings)


def _tls(settings: Settings) -> dict[str, Any]:
    if settings.tls_certificate is None:
        return {}
    asked = ssl.CERT_REQUIRED if settings.client_certificates == "required" else ssl.CERT_OPTIONAL
    return {
        "http": CertifiedConnection,
        "ssl_certfile": settings.tls_certificate,
        "ssl_keyfile": settings.tls_key,
        "ssl_ca_certs": settings.client_ca,
        "ssl_cert_reqs": asked if settings.client_ca is not None else ssl.CERT_NONE,
        "ssl_context_factory": _context,
    }


def _context(_config: Config, default: Callable[[], ssl.SSLContext]) -> ssl.SSLContext:
    context = default()
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context


def _certified(app: ASGIApp, der: bytes) -> ASGIApp:
    told = {"client_cert_chain": [ssl.DER_cert_to_PEM_cert(der)], _SHA256: sha256(der).hexdigest()}

    async def certified(scope: Scope, receive: Receive, send: Send) -> None:
        scope.setdefault("extensions", {})["tls"] = told
        await app(scope, receive, send)

    return certified
