"""Is this signed PDF genuine? A verdict on one whole file.

Strict on purpose: exactly one signature that covers every byte of the file but its own hexadecimal, whose spelling is
fixed too, so no byte can change unseen and the PDF syntax around it need not be trusted. Reads only; shares no encoder
with `keys/pdf.py`. Steps: 1. one signature; 2. it covers the whole file; 3. spelling of its contents; 4. CMS (RFC 5652,
CAdES of ETSI EN 319 122-1); 5. the signer's path; 6. the claimed time.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from keys.algorithms import Unsupported, digest_algorithm, holds, signature_algorithm
from keys.chain import verify_chain
from keys.der import OCTET_STRING, OID, SEQUENCE, DerError, Reader, dotted, element
from keys.signed_data import CONTENT_TYPE, MESSAGE_DIGEST, SignedData, SignerInfo, read_signed_data
from keys.signing import Purpose
from keys.trust import TrustStore
from keys.verdict import Check, Level, Result, Verdict
from keys.x509 import COMMON_NAME, Certificate, read_certificate
from specs.load import load
from specs.schema import Specification

MAXIMUM_BYTES: Final = 64 * 1024 * 1024
MAXIMUM_CONTENTS_BYTES: Final = 64 * 1024
_RANGE: Final = re.compile(rb"/ByteRange\[0 (\d{1,10}) (\d{1,10}) (\d{1,10}) *\]/Contents<")
_TIME: Final = re.compile(rb"/SubFilter/ETSI\.CAdES\.detached/M\(D:(\d{14})Z\)")
_DATA: Final = "1.2.840.113549.1.7.1"
_SIGNING_CERTIFICATE_V2: Final = "1.2.840.113549.1.9.16.2.47"
_PDF: Final = "ISO 32000-1 §12.8.1"
_CADES: Final = "ETSI EN 319 122-1 §5"


class _Wrong(Exception):
    """One check failed; nothing after it means anything."""

    def __init__(self, check_id: str, reason: str, reason_ar: str, clause: str, level: Level = "crypto") -> None:
        self.check = Check(check_id, level, "fail", reason, reason_ar, clause)
        super().__init__(reason)


@dataclass(frozen=True, slots=True)
class _Cms:
    """What the signature holds. certificates: DER, the signer's first; values: of the signed attributes, by type."""

    certificates: tuple[bytes, ...]
    values: dict[str, bytes]
    info: SignerInfo


def verify_pdf(pdf: bytes, trust: TrustStore, at: datetime, specification: Specification | None = None) -> Verdict:
    """The verdict at `at` (aware). Facts: kind, signed_at (claimed), signer (common name)."""
    pki = (specification or load()).pki_profiles
    checks: list[Check] = []
    facts: dict[str, Any] = {"kind": "pdf"}
    try:
        start, end = _gap(pdf)
        checks.append(_passed("pdf.coverage", "the signature covers the whole file", "التوقيع يغطي الملف كله", _PDF))
        cms = _read_cms(_contents(pdf, start, end))
        checks.append(_passed("pdf.cms", "well-formed signature", "توقيع سليم البنية", _CADES))
        facts |= _facts(pdf[:start], cms)
        checks.extend(_signature_checks(pdf, (start, end), cms))
        certificate = _read_signer(cms)
    except _Wrong as wrong:
        return Verdict.of([*checks, wrong.check], facts)
    checks.extend(verify_chain(cms.certificates[0], Purpose.pdf_signer, trust, at, cms.certificates[1:], pki=pki))
    checks.append(_time_check(facts.get("signed_at"), certificate, at))
    return Verdict.of(checks, facts)


def integrity_checks(pdf: bytes, certificate: bytes) -> list[Check]:
    """Coverage, form and signature alone, by this very certificate: what a signer proves before it lets a file go."""
    try:
        start, end = _gap(pdf)
        cms = _read_cms(_contents(pdf, start, end))
        if cms.certificates[0] != certificate:
            raise _Wrong("pdf.signer", "signed by another certificate", "وقّعته شهادة أخرى", _CADES)
        return _signature_checks(pdf, (start, end), cms)
    except _Wrong as wrong:
        return [wrong.check]


def _gap(pdf: bytes) -> tuple[int, int]:
    """(start, end) of `<...>`. Everything else in the file is signed."""
    clause = _PDF
    if len(pdf) > MAXIMUM_BYTES or not pdf.startswith(b"%PDF-"):
        raise _Wrong("pdf.form", "not a PDF, or too large", "ليس ملف PDF أو أكبر من الحد", clause, "profile")
    count = pdf.count(b"/ByteRange")
    if count != 1:
        reason = "there is no signature" if count == 0 else f"there are {count} signatures, not one"
        raise _Wrong("pdf.signature", reason, "يجب أن يكون في الملف توقيع واحد", clause)
    found = _RANGE.search(pdf)
    if found is None:
        raise _Wrong("pdf.signature", "the signature is not in our form", "التوقيع ليس بالصورة المعتمدة", clause)
    start, end, rest = (int(found[i]) for i in (1, 2, 3))
    if start != found.end() - 1 or end + rest != len(pdf) or not start + 2 < end <= len(pdf) or pdf[end - 1] != 0x3E:
        reason = "the signature does not cover the whole file: bytes were added or taken away"
        raise _Wrong("pdf.coverage", reason, "التوقيع لا يغطي الملف كله: أضيفت بيانات أو حذفت", clause)
    return start, end


def _contents(pdf: bytes, start: int, end: int) -> bytes:
    """The CMS between the brackets: lower-case hexadecimal, one DER element, then zeros only."""
    text = pdf[start + 1 : end - 1]
    if len(text) > 2 * MAXIMUM_CONTENTS_BYTES or len(text) % 2 or not re.fullmatch(rb"[0-9a-f]+", text):
        raise _Wrong("pdf.contents", "the signature is not spelt our way", "كتابة التوقيع تغيرت", _PDF)
    data = bytes.fromhex(text.decode("ascii"))
    try:
        stop = element(data, 0, len(data))[2]
    except DerError as error:
        raise _Wrong("pdf.contents", f"the signature is not DER: {error}", "التوقيع ليس DER", _CADES) from error
    if any(data[stop:]):
        raise _Wrong("pdf.contents", "the padding after the signature was altered", "تغيّر الحشو بعد التوقيع", _PDF)
    return data[:stop]


def _read_cms(data: bytes) -> _Cms:
    """SignedData with one signer, nothing unsigned, nothing optional that could vary."""
    try:
        return _in_our_form(read_signed_data(data, 0, len(data)))
    except (DerError, Unsupported) as error:
        raise _Wrong("pdf.cms", f"the signature is not as specified: {error}", "التوقيع ليس كما حُدد", _CADES) from error


def _in_our_form(signed: SignedData) -> _Cms:
    """Every field that the signature does not cover has one permitted value. Raises `DerError`."""
    _expect(signed.version == 1 and signed.content_type == _DATA and signed.content is None, "version or content")
    _expect(len(signed.signers) == 1 and not signed.crls, "one signer and no revocation lists")
    info = signed.signers[0]
    _expect(info.version == 1 and info.key_id is None and not info.unsigned_attributes, "the SignerInfo")
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
    return _Cms((signer[0], *others), values, info)


def _signature_checks(pdf: bytes, gap: tuple[int, int], cms: _Cms) -> list[Check]:
    """Digest, signature, and the certificates named by the signed attributes."""
    checks: list[Check] = []
    try:
        name, _ = digest_algorithm(cms.info.digest_algorithm_der)
        digest = hashlib.new(name, pdf[: gap[0]])
        digest.update(memoryview(pdf)[gap[1] :])
        same = Reader(cms.values[MESSAGE_DIGEST]).content(OCTET_STRING) == digest.digest()
        checks.append(
            _told(
                "pdf.digest",
                same,
                ("the file is as it was signed", "الملف كما وُقّع"),
                ("the file was altered", "تغيّر الملف"),
            )
        )
        algorithm = signature_algorithm(cms.info.signature_algorithm_der)
        key = read_certificate(cms.certificates[0]).public_key
        sound = holds(key, algorithm, cms.info.signature, cms.info.signed_attributes, name)
        checks.append(
            _told(
                "pdf.signature", sound, ("the signature holds", "التوقيع صحيح"), ("the signature fails", "التوقيع باطل")
            )
        )
        named = _named_certificates(cms.values[_SIGNING_CERTIFICATE_V2])
        bound = named == [hashlib.sha256(der).digest() for der in cms.certificates]
        checks.append(
            _told(
                "pdf.signer",
                bound,
                ("the signed attributes name the signer", "الموقّع مسمّى في ما وُقّع"),
                ("the certificates are not those that were signed for", "الشهادات ليست التي وُقّع عليها"),
            )
        )
    except (DerError, Unsupported) as error:
        raise _Wrong("pdf.cms", f"the signature is not as specified: {error}", "التوقيع ليس كما حُدد", _CADES) from error
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


def _facts(head: bytes, cms: _Cms) -> dict[str, Any]:
    found = _TIME.findall(head)
    facts: dict[str, Any] = {}
    if len(found) == 1:
        try:
            moment = datetime.strptime(found[0].decode("ascii"), "%Y%m%d%H%M%S").replace(tzinfo=UTC)
            facts["signed_at"] = moment.isoformat()
        except ValueError:
            pass
    names = [a.value for a in _read_signer(cms).subject if a.oid == COMMON_NAME]
    return facts | ({"signer": names[0]} if names else {})


def _read_signer(cms: _Cms) -> Certificate:
    try:
        certificate = read_certificate(cms.certificates[0])
        _ = certificate.subject
    except DerError as error:
        raise _Wrong("pdf.cms", f"the signer's certificate: {error}", "شهادة الموقّع غير سليمة", _CADES) from error
    return certificate


def _time_check(signed_at: str | None, certificate: Certificate, at: datetime) -> Check:
    """The claimed time lies in the signer's certificate and not after `at` (five minutes for clocks)."""
    clause = "ETSI EN 319 142-1 §6.3"
    if signed_at is None:
        return Check("pdf.time", "profile", "fail", "no claimed signing time", "لا وقت توقيع", clause)
    moment = datetime.fromisoformat(signed_at)
    if not certificate.not_before.at <= moment <= certificate.not_after.at:
        reason = "signed outside the period of the signer's certificate"
        return Check("pdf.time", "policy", "fail", reason, "وُقّع خارج مدة شهادة الموقّع", clause)
    if moment > at + timedelta(minutes=5):
        return Check("pdf.time", "policy", "fail", "signed in the future", "وُقّع في المستقبل", clause)
    return Check("pdf.time", "policy", "pass", f"signed at {signed_at}", f"وُقّع في {signed_at}", clause)


def _expect(holds_: bool, what: str) -> None:
    if not holds_:
        raise DerError(what)


def _told(check_id: str, good: bool, when_good: tuple[str, str], when_bad: tuple[str, str]) -> Check:
    result: Result = "pass" if good else "fail"
    reason, reason_ar = when_good if good else when_bad
    return Check(check_id, "crypto", result, reason, reason_ar, _CADES)


def _passed(check_id: str, reason: str, reason_ar: str, clause: str) -> Check:
    return Check(check_id, "crypto", "pass", reason, reason_ar, clause)
