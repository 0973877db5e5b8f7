"""Is this time-stamp token (RFC 3161) genuine, what did it stamp, and when? Ours and those of other authorities.

Reads only; shares no encoder with `keys.timestamp`. Strictly DER, one signer, nothing unsigned, no certificate beside
the authority's path, so that no byte can change unseen.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from keys import algorithms
from keys.algorithms import Unsupported
from keys.der import (
    BOOLEAN,
    GENERALIZED_TIME,
    INTEGER,
    OCTET_STRING,
    OID,
    SEQUENCE,
    DerError,
    Reader,
    boolean,
    context,
    dotted,
    only,
    time,
)
from keys.signed_data import CONTENT_TYPE, MESSAGE_DIGEST, SignedData, SignerInfo, read_signed_data
from keys.verdict import Check, Level
from keys.x509 import Certificate, read_certificate

_CLAUSE: Final = "RFC 3161 §2.4.2"
_SIGNED: Final = "RFC 3161 §2.4.2, RFC 5816 §2.2.1"
_AUTHORITY: Final = "RFC 3161 §2.3"
_TST_INFO: Final = "1.2.840.113549.1.9.16.1.4"
_SIGNING_CERTIFICATE_V2: Final = "1.2.840.113549.1.9.16.2.47"
_TIME_STAMPING: Final = "1.3.6.1.5.5.7.3.8"
_HASHES: Final = ("sha256", "sha384", "sha512")
_SECONDS: Final = re.compile(rb"(\d{14})(\.\d{0,8}[1-9])?Z")
_MOST_SERIAL_OCTETS: Final = 20


@dataclass(frozen=True, slots=True)
class TimeStamp:
    """What a token says, judged or not. at: the second; hash, imprint: of what was stamped.

    certificate: the authority's; others: the further ones inside, DER, in their order.
    """

    at: datetime
    serial: int
    policy: str
    hash: str
    imprint: bytes
    nonce: int | None
    content: bytes
    info: SignerInfo
    certificate: Certificate
    others: tuple[bytes, ...]


def read_token(token: bytes) -> TimeStamp:
    """One token, whole, in the only form accepted. Raises `DerError`, `Unsupported`."""
    held = read_signed_data(token, 0, len(token))
    info, content = _in_form(held)
    signer = [der for der in held.certificates if info.names(read_certificate(der))]
    _expect(len(signer) == 1 and len(set(held.certificates)) == len(held.certificates), "the certificates")
    others = tuple(der for der in held.certificates if der != signer[0])
    outer = Reader(content)
    reader = outer.enter(SEQUENCE)
    outer.done()
    _expect(reader.integer() == 1, "another version")
    policy = dotted(reader.content(OID))
    imprint = reader.enter(SEQUENCE)
    name, _ = algorithms.digest_algorithm(imprint.whole(SEQUENCE))
    digest = imprint.content(OCTET_STRING)
    imprint.done()
    serial = reader.content(INTEGER)
    _expect(len(serial) <= _MOST_SERIAL_OCTETS + 1, "a serial number of more than 160 bits")
    at = _moment(reader.content(GENERALIZED_TIME))
    nonce = _optional(reader)
    return TimeStamp(
        at,
        int.from_bytes(serial, "big", signed=True),
        policy,
        name,
        digest,
        nonce,
        content,
        info,
        read_certificate(signer[0]),
        others,
    )


def token_faults(
    token: bytes,
    name: str,
    digest: bytes,
    *,
    nonce: int | None = None,
    policy: str = "",
    signer: bytes = b"",
) -> list[Check]:
    """What is wrong with a token that should stamp this digest by the hash `name`. Path and moment are not judged.

    nonce, policy, signer (DER): what must stand inside, where that is known.
    """
    try:
        held = read_token(token)
        found = stamp_faults(held, name, digest)
        if nonce not in (None, held.nonce):
            found.append(fault("nonce", "crypto", ("it answers another request", "يجيب طلبا آخر"), "RFC 3161 §2.4.1"))
        if policy not in ("", held.policy) or signer not in (b"", held.certificate.der):
            words = ("of another policy or authority", "من سياسة أو سلطة أخرى")
            found.append(fault("authority", "profile", words, _CLAUSE))
    except (DerError, Unsupported) as error:
        return [unreadable(error)]
    return found


def stamp_faults(held: TimeStamp, name: str, digest: bytes) -> list[Check]:
    """What is wrong with a token that was read. Raises `DerError`, `Unsupported`."""
    found = []
    if held.hash not in _HASHES or (held.hash, held.imprint) != (name, digest):
        words = ("the time stamp is of something else", "ختم الوقت لشيء آخر")
        found.append(fault("imprint", "crypto", words, _CLAUSE))
    hashed, _ = algorithms.digest_algorithm(held.info.digest_algorithm_der)
    if only(held.info.attributes[MESSAGE_DIGEST][0], OCTET_STRING) != algorithms.digest(hashed, held.content):
        words = ("what the time stamp says was altered", "تغيّر محتوى ختم الوقت")
        found.append(fault("digest", "crypto", words))
    algorithm = algorithms.signature_algorithm(held.info.signature_algorithm_der)
    key = held.certificate.public_key
    if not algorithms.holds(key, algorithm, held.info.signature, held.info.signed_attributes, hashed):
        words = ("the time stamp's signature fails", "توقيع ختم الوقت باطل")
        found.append(fault("signature", "crypto", words))
    if not _names(held.info.attributes[_SIGNING_CERTIFICATE_V2][0], held.certificate):
        words = ("the time stamp was signed for another certificate", "وُقّع ختم الوقت لشهادة أخرى")
        found.append(fault("signer", "crypto", words))
    if wrong := _not_an_authority(held.certificate):
        words = (f"its signer is no time-stamp authority: {wrong}", "موقّع ختم الوقت ليس سلطة لأختام الوقت")
        found.append(fault("usage", "profile", words, _AUTHORITY))
    return found


def unreadable(error: Exception) -> Check:
    """The check that a token does not read."""
    words = (f"no time-stamp token as specified: {error}", "ختم الوقت ليس كما حُدد")
    return fault("form", "crypto", words, _CLAUSE)


def fault(name: str, level: Level, words: tuple[str, str], clause: str = _SIGNED) -> Check:
    """words: reason in English and Arabic."""
    return Check(f"timestamp.{name}", level, "fail", *words, clause)


def _in_form(held: SignedData) -> tuple[SignerInfo, bytes]:
    """The one signer and the content; every field that no signature covers has one permitted value."""
    _expect(
        held.version == 3 and held.content_type == _TST_INFO and held.content is not None, "another kind of message"
    )
    _expect(len(held.signers) == 1 and not held.crls, "one signer and no revocation lists")
    info = held.signers[0]
    _expect(not info.unsigned_attributes, "unsigned attributes")
    _expect(info.version == (1 if info.key_id is None else 3), "the SignerInfo")
    _expect(held.digest_algorithms == (info.digest_algorithm_der,), "the list of digest algorithms")
    wanted = (CONTENT_TYPE, MESSAGE_DIGEST, _SIGNING_CERTIFICATE_V2)
    _expect(all(len(info.attributes.get(oid, ())) == 1 for oid in wanted), "the signed attributes")
    _expect(dotted(only(info.attributes[CONTENT_TYPE][0], OID)) == _TST_INFO, "the signed content type")
    algorithm = algorithms.signature_algorithm(info.signature_algorithm_der)
    name, _ = algorithms.digest_algorithm(info.digest_algorithm_der)
    _expect(name in _HASHES and algorithm.hash in (None, name), "the digest algorithm")
    return info, held.content or b""


def _moment(content: bytes) -> datetime:
    """GeneralizedTime of RFC 3161 §2.4.2: seconds, perhaps a fraction (cut off: earlier is the careful side)."""
    found = _SECONDS.fullmatch(content)
    _expect(found is not None, "a time of another form")
    assert found is not None  # noqa: S101 - `_expect` raised
    return time(GENERALIZED_TIME, found[1] + b"Z")


def _optional(reader: Reader) -> int | None:
    """Accuracy, ordering, nonce, name and extensions, in this order; the nonce is told."""
    nonce = None
    if reader.peek() == SEQUENCE:
        reader.whole(SEQUENCE)
    if reader.peek() == BOOLEAN:
        _expect(boolean(reader.content(BOOLEAN)), "a default that is written out")
    if reader.peek() == INTEGER:
        nonce = reader.integer()
    if reader.peek() == context(0):
        reader.whole(context(0))
    if reader.peek() == context(1):
        held = reader.enter(context(1))
        while held.more():
            extension = held.enter(SEQUENCE)
            extension.content(OID)
            _expect(extension.peek() != BOOLEAN, "a critical extension that is not known here")
            extension.content(OCTET_STRING)
            extension.done()
    reader.done()
    return nonce


def _names(der: bytes, certificate: Certificate) -> bool:
    """Whether the first certificate that SigningCertificateV2 (RFC 5035 §3) names is this one."""
    first = Reader(only(der, SEQUENCE)).enter(SEQUENCE).enter(SEQUENCE)
    name = "sha256"
    if first.peek() == SEQUENCE:
        name, _ = algorithms.digest_algorithm(first.whole(SEQUENCE))
    return name in _HASHES and first.content(OCTET_STRING) == algorithms.digest(name, certificate.der)


def _not_an_authority(certificate: Certificate) -> str:
    """Why this certificate may not stamp; empty when it may."""
    usage = certificate.extension("extended_key_usage")
    if usage is None or not usage.critical or certificate.extended_key_usage != (_TIME_STAMPING,):
        return "its extended key usage is not critical or not timeStamping alone"
    if certificate.basic_constraints[0]:
        return "it is an authority for certificates"
    may = certificate.key_usage
    return (
        "its key is for other uses" if may is not None and not may & {"digital_signature", "content_commitment"} else ""
    )


def _expect(holds: bool, what: str) -> None:
    if not holds:
        raise DerError(what)
