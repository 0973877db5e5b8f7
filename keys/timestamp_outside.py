"""Ask an outside time-stamp authority (RFC 3161 over HTTP, §3.4) and believe no answer that was not checked.

Blocks for a bounded time and reads a bounded answer; never call it inside a transaction. Whether the authority's path
is trusted is judged with the file that takes the token in (`keys.pdf_time`), by the trust that stands here.
"""

from __future__ import annotations

import contextlib
import http.client
import secrets
import socket
import ssl
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Timer
from urllib.parse import urlsplit

from keys.algorithms import Unsupported
from keys.der import SEQUENCE, DerError, Reader
from keys.encode import encode, tlv
from keys.timestamp import HASH, message_imprint
from keys.timestamp_verify import read_token, token_faults
from keys.trust import TrustStore
from specs.errors import Fault, Invalid, Unavailable
from specs.schema.pki import TimeStamps

_LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})
_GRANTED = (0, 1)  # granted, granted with modifications (RFC 3161 §2.4.2)
_ENVELOPE_BYTES = 4096
_MOST_EACH = 6  # every PDF embeds them
_TRUE = b"\x01\x01\xff"


@dataclass(frozen=True, slots=True)
class OutsideAuthority:
    """url: https, or http on this machine; trust: its anchors, and its revocation lists for level B-LT."""

    url: str
    trust: TrustStore
    rules: TimeStamps

    def __post_init__(self) -> None:
        """Raises `Invalid` for any other address, without an anchor, or with more than a PDF should carry."""
        if not is_authority_url(self.url):
            words = "عنوان سلطة الوقت يبدأ بـ https", "the authority's address must be https, or http on this machine"
            raise Invalid(Fault("keys.timestamp.url", *words, field="tsa_url", clause="RFC 3161 §3.4"))
        if not 0 < len(self.trust.certificates) <= _MOST_EACH or len(self.trust.crls) > _MOST_EACH:
            words = (
                f"شهادات سلطة الوقت: من واحدة إلى {_MOST_EACH}، ومثلها من القوائم",
                f"the authority is known by 1 to {_MOST_EACH} certificates, and as many revocation lists at most",
            )
            raise Invalid(Fault("keys.timestamp.anchor", *words, field="tsa_trust", clause="RFC 3161 §2.3"))

    def token(self, digest: bytes, now: datetime) -> bytes:
        """A token over a SHA-256 digest, of about `now`. Raises `Unavailable` saying what went wrong."""
        nonce = secrets.randbits(63) | 1 << 62
        request = tlv(SEQUENCE, encode(1), message_imprint(digest), encode(nonce), _TRUE)
        try:
            token = _token_of(self._answer(request))
            if found := token_faults(token, HASH, digest, nonce=nonce):
                raise Unavailable(*(Fault(c.id, c.reason_ar, c.reason, "tsa_url", c.clause) for c in found))
            apart = abs(read_token(token).at - now)
        except (DerError, Unsupported) as error:
            raise _unavailable(f"its answer does not read: {error}") from error
        if apart > timedelta(seconds=self.rules.clock_tolerance_seconds):
            raise _unavailable(f"its clock and ours are {apart} apart")
        if len(token) > self.rules.maximum_token_bytes:
            raise _unavailable(f"its token has {len(token)} bytes, at most {self.rules.maximum_token_bytes}")
        return token

    def _answer(self, request: bytes) -> bytes:
        """The body of the HTTP answer. Redirections are not followed."""
        most = self.rules.maximum_token_bytes + _ENVELOPE_BYTES
        parts = urlsplit(self.url)
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        headers = {"Content-Type": "application/timestamp-query", "Accept": "application/timestamp-reply"}
        try:
            with connected(self.url, self.rules.answer_within_seconds) as connection:
                connection.request("POST", path, request, headers)
                response = connection.getresponse()
                body = response.read(most + 1)
        except (OSError, http.client.HTTPException, ValueError) as error:
            raise _unavailable(f"no answer: {type(error).__name__}") from error
        kind = response.headers.get_content_type()
        if response.status != 200 or kind != "application/timestamp-reply":
            raise _unavailable(f"it answered with status {response.status} and {kind}")
        if len(body) > most:
            raise _unavailable(f"it answered with more than {most} bytes")
        return body


def is_authority_url(url: str) -> bool:
    """Whether an authority may be asked there: https, or http on this very machine."""
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError:
        return False
    if not host or parts.username is not None or parts.fragment or not url.isascii() or any(c <= " " for c in url):
        return False
    return parts.scheme == "https" or (parts.scheme == "http" and host in _LOOPBACK)


@contextlib.contextmanager
def connected(url: str, seconds: int, context: ssl.SSLContext | None = None) -> Iterator[http.client.HTTPConnection]:
    """Connected; cut off after so many seconds, however slowly the other side sends. Raises `OSError`.

    context: whom to trust and who we are; None: the system's authorities, and nobody.
    """
    parts = urlsplit(url)
    host = parts.hostname or ""
    connection: http.client.HTTPConnection
    if parts.scheme == "https":
        context = context or ssl.create_default_context()
        connection = http.client.HTTPSConnection(host, parts.port, timeout=seconds, context=context)
    else:
        connection = http.client.HTTPConnection(host, parts.port, timeout=seconds)
    connection.connect()
    timer = Timer(seconds, _cut, (connection.sock,))  # the connection forgets its socket while a body is still read
    timer.daemon = True
    timer.start()
    try:
        yield connection
    finally:
        timer.cancel()
        connection.close()


def _cut(held: socket.socket) -> None:
    with contextlib.suppress(OSError):
        held.shutdown(socket.SHUT_RDWR)


def _token_of(answer: bytes) -> bytes:
    """The token of a TimeStampResp. Raises `Unavailable` when none was granted, `DerError`."""
    outer = Reader(answer)
    reader = outer.enter(SEQUENCE)
    outer.done()
    status = reader.enter(SEQUENCE).integer()
    if status not in _GRANTED:
        raise _unavailable(f"it refused with status {status}")
    token = reader.whole(SEQUENCE)
    reader.done()
    return token


def _unavailable(why: str) -> Unavailable:
    ar = "تعذّر ختم الوقت من السلطة الخارجية"
    en = f"the outside time-stamp authority gave none: {why}"
    return Unavailable(Fault("keys.timestamp.outside", ar, en, field="tsa_url", clause="RFC 3161 §2.4.2"))
