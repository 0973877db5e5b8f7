"""The signature inside a PDF of ours: where it stands, that it covers the whole file, and that it holds.

Strict on purpose: exactly one signature that covers every byte of the file but its own hexadecimal, whose spelling is
fixed too, so no byte can change unseen and the PDF syntax around it need not be trusted. Reads only; shares no encoder
with `keys/pdf.py`. Who signed, and when, is `keys.pdf_verify`'s to judge.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from typing import Final

from keys import algorithms
from keys.algorithms import Unsupported, digest_algorithm, holds, signature_algorithm
from keys.der import OCTET_STRING, OID, SEQUENCE, DerError, Reader, dotted, element
from keys.pdf_store import SecurityStore, read_store
from keys.signed_data import (
    CONTENT_TYPE,
    MESSAGE_DIGEST,
    SignedData,
    SignerInfo,
    read_attributes,
    read_signed_data,
)
from keys.timestamp_verify import TimeStamp, read_token, stamp_faults, unreadable
from keys.verdict import Check, Level, Result
from keys.x509 import read_certificate

MAXIMUM_BYTES: Final = 64 * 1024 * 1024
MAXIMUM_CONTENTS_BYTES: Final = 64 * 1024
CADES: Final = "ETSI EN 319 122-1 §5"
_RANGE: Final = re.compile(rb"/ByteRange\[0 (\d{1,10}) (\d{1,10}) (\d{1,10}) *\]/Contents<")
_DATA: Final = "1.2.840.113549.1.7.1"
_SIGNING_CERTIFICATE_V2: Final = "1.2.840.113549.1.9.16.2.47"
_TIME_STAMP_TOKEN: Final = "1.2.840.113549.1.9.16.2.14"  # noqa: S105 - an identifier
_STORE: Final = "ETSI EN 319 142-1 §5.4"
_PDF: Final = "ISO 32000-1 §12.8.1"


class Wrong(Exception):
    """One check failed; nothing after it means anything."""

    def __init__(self, check_id: str, reason: str, reason_ar: str, clause: str, level: Level = "crypto") -> None:
        self.check = Check(check_id, level, "fail", reason, reason_ar, clause)
        super().__init__(reason)


@dataclass(frozen=True, slots=True)
class PdfSignature:
    """What was read, judged or not. gap: (start, end) of `<...>`; message: the CMS, DER.

    certificates: DER, the signer's first; values: of the signed attributes, by type; token: the time stamp, if any.
    """

    gap: tuple[int, int]
    message: bytes
    certificates: tuple[bytes, ...]
    values: dict[str, bytes]
    info: SignerInfo
    token: bytes | None


def read_signature(pdf: bytes) -> PdfSignature:
    """The one signature of a file, in our form and around the whole file. Raises `Wrong`."""
    gap = _gap(pdf)
    message = _contents(pdf, *gap)
    try:
        return _in_our_form(read_signed_data(message, 0, len(message)), gap, message)
    except (DerError, Unsupported) as error:
        raise _not_as_specified(error) from error


def integrity_checks(pdf: bytes, certificate: bytes) -> list[Check]:
    """Coverage, form and signature alone, by this very certificate: what a signer proves before it lets a file go.

    What the file embeds for verifiers must read too; whether it suffices is not asked.
    """
    try:
        signature = read_signature(pdf)
        if signature.certificates[0] != certificate:
            raise Wrong("pdf.signer", "signed by another certificate", "وقّعته شهادة أخرى", CADES)
        embedded_store(pdf)
        return [*signature_checks(pdf, signature), *read_time_stamp(signature)[1]]
    except Wrong as wrong:
        return [wrong.check]


def embedded_store(pdf: bytes) -> SecurityStore | None:
    """The document security store of the signed update, if it has one. Raises `Wrong`."""
    try:
        return read_store(pdf)
    except DerError as error:
        reason = f"the document security store: {error}"
        raise Wrong("pdf.store", reason, "بيانات التحقق المضمنة ليست كما حُددت", _STORE, "profile") from error


def _gap(pdf: bytes) -> tuple[int, int]:
    """(start, end) of `<...>`. Everything else in the file is signed."""
    clause = _PDF
    if len(pdf) > MAXIMUM_BYTES or not pdf.startswith(b"%PDF-"):
        raise Wrong("pdf.form", "not a PDF, or too large", "ليس ملف PDF أو أكبر من الحد", clause, "profile")
    count = pdf.count(b"/ByteRange")
    if count != 1:
        reason = "there is no signature" if count == 0 else f"there are {count} signatures, not one"
        raise Wrong("pdf.signature", reason, "يجب أن يكون في الملف توقيع واحد", clause)
    found = _RANGE.search(pdf)
    if found is None:
        raise Wrong("pdf.signature", "the signature is not in our form", "التوقيع ليس بالصورة المعتمدة", clause)
    start, end, rest = (int(found[i]) for i in (1, 2, 3))
    if start != found.end() - 1 or end + rest != len(pdf) or not start + 2 < end <= len(pdf) or pdf[end - 1] != 0x3E:
        reason = "the signature does not cover the whole file: bytes were added or taken away"
        raise Wrong("pdf.coverage", reason, "التوقيع لا يغطي الملف كله: أضيفت بيانات أو حذفت", clause)
    return start, end


def _contents(pdf: bytes, start: int, end: int) -> bytes:
    """The CMS between the brackets: lower-case hexadecimal, one DER element, then zeros only."""
    text = pdf[start + 1 : end - 1]
    if len(text) > 2 * MAXIMUM_CONTENTS_BYTES or len(text) % 2 or not re.fullmatch(rb"[0-9a-f]+", text):
        raise Wrong("pdf.contents", "the signature is not spelt our way", "كتابة التوقيع تغيرت", _PDF)
    data = bytes.fromhex(text.decode("ascii"))
    try:
        stop = element(data, 0, len(data))[2]
    except DerError as error:
        raise Wrong("pdf.contents", f"the signature is not DER: {error}", "التوقيع ليس DER", CADES) from error
    if any(data[stop:]):
        raise Wrong("pdf.contents", "the padding after the signature was altered", "تغيّر الحشو بعد التوقيع", _PDF)
    return data[:stop]


def _in_our_form(signed: SignedData, gap: tuple[int, int], message: bytes) -> PdfSignature:
    """One signer, and nothing the signature does not cover but a time stamp: all else has one permitted value."""
    _expect(signed.version == 1 and signed.content_type == _DATA and signed.content is None, "version or content")
    _expect(len(signed.signers) == 1 and not signed.crls, "one signer and no revocation lists")
    info = signed.signers[0]
    _expect(info.version == 1 and info.key_id is None, "the SignerInfo")
    _expect(signed.digest_algorithms == (info.digest_algorithm_der,), "the list of digest algorithms")
    # Exactly the attributes of CAdES baseline B in a PDF, each with one value (ETSI EN 319 142-1 §6.3).
    wanted = {CONTENT_TYPE, MESSAGE_DIGEST, _SIGNING_CERTIFICATE_V2}
    _expect(set(info.attributes) == wanted, "the set of signed attributes")
    _expect(all(len(values) == 1 for values in info.attributes.values()), "an attribute of several values")
    values = {oid: held[0] for oid, held in info.attributes.items()}
    _expect(dotted(Reader(values[CONTENT_TYPE]).content(OID)) == _DATA, "the signed content type")
    signer = [der for der in signed.certificates if info.names(read_certificate(der))]
    _expect(len(signer) == 1 and len(set(signed.certificates)) == len(signed.certificates), "the certificates")
    others = [der for der in signed.certificates if der != signer[0]]
    return PdfSignature(gap, message, (signer[0], *others), values, info, _token(info))


def _token(info: SignerInfo) -> bytes | None:
    """The time stamp of the signature (RFC 3161 appendix A): the only unsigned attribute there may be."""
    if not info.unsigned_attributes:
        return None
    unsigned = read_attributes(info.unsigned_der)
    _expect(set(unsigned) == {_TIME_STAMP_TOKEN} and len(unsigned[_TIME_STAMP_TOKEN]) == 1, "the unsigned attributes")
    return unsigned[_TIME_STAMP_TOKEN][0]


def read_time_stamp(signature: PdfSignature) -> tuple[TimeStamp | None, list[Check]]:
    """The time stamp inside, and what is wrong with it as one of this signature. Its authority is not judged."""
    if signature.token is None:
        return None, []
    try:
        held = read_token(signature.token)
        name = held.hash if held.hash in ("sha384", "sha512") else "sha256"
        return held, stamp_faults(held, name, algorithms.digest(name, signature.info.signature))
    except (DerError, Unsupported) as error:
        return None, [unreadable(error)]


def signature_checks(pdf: bytes, signature: PdfSignature) -> list[Check]:
    """Digest, signature, and the certificates named by the signed attributes."""
    checks: list[Check] = []
    try:
        name, _ = digest_algorithm(signature.info.digest_algorithm_der)
        digest = hashlib.new(name, pdf[: signature.gap[0]])
        digest.update(memoryview(pdf)[signature.gap[1] :])
        same = Reader(signature.values[MESSAGE_DIGEST]).content(OCTET_STRING) == digest.digest()
        checks.append(
            _told(
                "pdf.digest",
                same,
                ("the file is as it was signed", "الملف كما وُقّع"),
                ("the file was altered", "تغيّر الملف"),
            )
        )
        algorithm = signature_algorithm(signature.info.signature_algorithm_der)
        key = read_certificate(signature.certificates[0]).public_key
        sound = holds(key, algorithm, signature.info.signature, signature.info.signed_attributes, name)
        checks.append(
            _told(
                "pdf.signature", sound, ("the signature holds", "التوقيع صحيح"), ("the signature fails", "التوقيع باطل")
            )
        )
        named = _named_certificates(signature.values[_SIGNING_CERTIFICATE_V2])
        bound = named == [hashlib.sha256(der).digest() for der in signature.certificates]
        checks.append(
            _told(
                "pdf.signer",
                bound,
                ("the signed attributes name the signer", "الموقّع مسمّى في ما وُقّع"),
                ("the certificates are not those that were signed for", "الشهادات ليست التي وُقّع عليها"),
            )
        )
    except (DerError, Unsupported) as error:
        raise _not_as_specified(error) from error
    return checks


def _named_certificates(der: bytes) -> list[bytes]:
    """SHA-256 of each certificate in SigningCertificateV2 (RFC 5035 §3): the default algorithm, no policies."""
    outer = Reader(der)
    held = outer.enter(SEQUENCE)
    outer.done()
    listed = held.enter(SEQUENCE)
    held.done()
    found = []
    while listed.more():
        item = listed.enter(SEQUENCE)
        _expect(item.peek() == OCTET_STRING, "a certificate digest other than SHA-256")
        found.append(item.content(OCTET_STRING))
        if item.more():
            item.whole(SEQUENCE)  # issuerSerial: signed, and implied by the digest
        item.done()
    return found


def _not_as_specified(error: Exception) -> Wrong:
    return Wrong("pdf.cms", f"the signature is not as specified: {error}", "التوقيع ليس كما حُدد", CADES)


def _expect(holds_: bool, what: str) -> None:
    if not holds_:
        raise DerError(what)


def _told(check_id: str, good: bool, when_good: tuple[str, str], when_bad: tuple[str, str]) -> Check:
    result: Result = "pass" if good else "fail"
    reason, reason_ar = when_good if good else when_bad
    return Check(check_id, "crypto", result, reason, reason_ar, CADES)
