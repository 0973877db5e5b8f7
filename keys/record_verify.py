"""Is this signed record genuine, and what does it hold? A verdict on bytes, with the payload that was signed.

Strict on purpose, as only this house makes such records: exactly one form is accepted, so no byte can change unseen.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from keys import algorithms
from keys.algorithms import Unsupported
from keys.chain import verify_chain
from keys.der import OCTET_STRING, OID, DerError, Reader, dotted, time
from keys.signed_data import CONTENT_TYPE, MESSAGE_DIGEST, SignedData, SignerInfo, read_signed_data
from keys.signing import Purpose
from keys.trust import TrustStore
from keys.verdict import Check, Level, Verdict
from keys.x509 import Certificate, read_certificate
from specs.load import load
from specs.schema.pki import Pki

CMS: Final = "RFC 5652 §5"
_SIGNING_TIME: Final = "1.2.840.113549.1.9.5"
_ENVELOPE_BYTES: Final = 65_536


@dataclass(frozen=True, slots=True)
class ReadRecord:
    """payload and signed_at are only to be used when the verdict says so; None when nothing could be read."""

    verdict: Verdict
    payload: bytes | None
    signed_at: datetime | None


def verify_record(record: bytes, trust: TrustStore, at: datetime, *, pki: Pki | None = None) -> ReadRecord:
    """The verdict at `at` (aware). pki: default, the specification in force. Facts: kind, signed_at, signer_serial."""
    pki = pki or load().pki_profiles
    faults = record_faults(record, pki)
    if any(check.id == "record.encoding" for check in faults):
        return ReadRecord(Verdict.of(faults, {"kind": "record"}), None, None)
    held, info, signer = _read(record, pki)
    checks = faults or [Check("record.signature", "crypto", "pass", "the signature holds", "التوقيع صحيح", CMS)]
    checks += verify_chain(signer.der, Purpose.record_signer, trust, at, pki=pki)
    signed_at = _signing_time(info)
    facts = {"kind": "record", "signed_at": signed_at.isoformat(), "signer_serial": f"{signer.serial:X}"}
    return ReadRecord(Verdict.of(checks, facts), held.content, signed_at)


def record_faults(record: bytes, pki: Pki, *, payload: bytes | None = None, signer: bytes | None = None) -> list[Check]:
    """What is wrong with form, digest and signature. payload, signer: what must be inside, when that is known."""
    try:
        held, info, inside = _read(record, pki)
        content = held.content or b""
        found = []
        name, _ = algorithms.digest_algorithm(info.digest_algorithm_der)
        algorithm = algorithms.signature_algorithm(info.signature_algorithm_der)
        if algorithms.digest(name, content) != _one(info, MESSAGE_DIGEST, OCTET_STRING):
            found.append(_fault("digest", "crypto", "the signed digest differs", "البصمة الموقعة مختلفة"))
        if not algorithms.holds(inside.public_key, algorithm, info.signature, info.signed_attributes, name):
            found.append(_fault("signature", "crypto", "the signature does not hold", "التوقيع غير صحيح"))
        if payload not in (None, content) or signer not in (None, inside.der):
            found.append(_fault("content", "profile", "another payload or signer is inside", "المحتوى أو الموقع مختلف"))
    except (DerError, Unsupported) as error:
        return [_fault("encoding", "profile", f"not a signed record: {error}", "ليس سجلا موقعا صحيحا")]
    return found


def _read(record: bytes, pki: Pki) -> tuple[SignedData, SignerInfo, Certificate]:
    """The parts, when the form is exactly ours. Raises `DerError`, `Unsupported`."""
    rules = pki.signed_record
    if len(record) > rules.maximum_payload_bytes + _ENVELOPE_BYTES:
        raise DerError("larger than any record")
    held = read_signed_data(record, 0, len(record))
    if held.content is None or held.content_type != rules.content_type or held.version != 1 or held.crls:
        raise DerError("another kind of message")
    if len(held.certificates) != 1 or len(held.signers) != 1:
        raise DerError("not one signer with one certificate")
    info, signer = held.signers[0], read_certificate(held.certificates[0])
    if signer.oddities:  # what no signature covers, as the unused bits behind one: ours have one spelling
        raise DerError("a certificate of another form")
    if not info.names(signer) or info.version != 1 or info.unsigned_attributes:
        raise DerError("signer information of another form")
    if sorted(info.attributes) != [CONTENT_TYPE, MESSAGE_DIGEST, _SIGNING_TIME]:
        raise DerError("other signed attributes")
    if held.digest_algorithms != (info.digest_algorithm_der,):
        raise DerError("another digest algorithm is declared")
    name, null = algorithms.digest_algorithm(info.digest_algorithm_der)
    algorithm = algorithms.signature_algorithm(info.signature_algorithm_der)
    if null or algorithm.null or algorithm.hash != name:
        raise DerError("algorithms of another form")
    if dotted(_one(info, CONTENT_TYPE, OID)) != held.content_type:
        raise DerError("the signed content type differs")
    _signing_time(info)
    return held, info, signer


def _one(info: SignerInfo, kind: str, tag: int) -> bytes:
    values = info.attributes[kind]
    if len(values) != 1:
        raise DerError("an attribute with other than one value")
    reader = Reader(values[0])
    content = reader.content(tag)
    reader.done()
    return content


def _signing_time(info: SignerInfo) -> datetime:
    values = info.attributes[_SIGNING_TIME]
    if len(values) != 1:
        raise DerError("an attribute with other than one value")
    reader = Reader(values[0])
    tag = reader.peek()
    return time(tag, reader.content(tag))


def _fault(name: str, level: Level, reason: str, reason_ar: str) -> Check:
    return Check(f"record.{name}", level, "fail", reason, reason_ar, CMS)
