"""The CMS around a list of trust, master and deviation lists alike: read it, judge its form, its signature, its path.

Form has the two levels of `keys.form`: Doc 9303-12 tables 18 and 19, and what the gate of the ICAO PKD insists on.
Shares no encoder with `keys.cms`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from keys import algorithms
from keys.algorithms import Unsupported
from keys.chain import judge_chain
from keys.der import GENERALIZED_TIME, OCTET_STRING, OID, UTC_TIME, DerError, Reader, dotted, time
from keys.form import Findings, FormLevel, at_level
from keys.signed_data import CONTENT_TYPE, MESSAGE_DIGEST, SignedData, SignerInfo, read_signed_data
from keys.signing import Purpose
from keys.trust import TrustStore
from keys.verdict import Check, Level, Result
from keys.x509 import Certificate, read_certificate
from specs.load import load
from specs.schema.pki import Pki

SIGNING_TIME: Final = "1.2.840.113549.1.9.5"
_MAX_SIGNERS: Final = 4


@dataclass(frozen=True, slots=True)
class ListKind:
    """name: prefix of check ids; table: clause of the CMS profile; purpose: of the signer's key; the others dotted."""

    name: str
    table: str
    content_type: str
    purpose: Purpose
    key_usage_oid: str


@dataclass(frozen=True, slots=True)
class SignedList:
    """A list as read. certificates: those inside that can be read; signers: each SignerInfo with its certificate."""

    kind: ListKind
    message: SignedData
    content: bytes
    certificates: tuple[Certificate, ...]
    unreadable_certificates: int
    signers: tuple[tuple[SignerInfo, Certificate | None], ...]

    @property
    def signer(self) -> Certificate | None:
        """The certificate of the first signer; one is what the standard recommends."""
        return self.signers[0][1]

    @property
    def signed_at(self) -> datetime | None:
        """The first signer's signingTime; None when it is absent or malformed."""
        return _signing_time(self.signers[0][0])


def read_signed_list(der: bytes, kind: ListKind, maximum_bytes: int) -> SignedList:
    """Raises `DerError` for anything that is not a CMS message of this kind with its content inside."""
    if len(der) > maximum_bytes:
        raise DerError(f"larger than {maximum_bytes} bytes")
    message = read_signed_data(der, 0, len(der))
    if message.content_type != kind.content_type or message.content is None:
        raise DerError(f"content of type {message.content_type}, expected {kind.content_type}")
    if not 1 <= len(message.signers) <= _MAX_SIGNERS:
        raise DerError(f"{len(message.signers)} signers")
    certificates = []
    for one in message.certificates:
        try:
            certificates.append(read_certificate(one))
            certificates[-1].extended_key_usage  # noqa: B018
        except DerError:
            continue
    return SignedList(
        kind,
        message,
        message.content,
        tuple(certificates),
        len(message.certificates) - len(certificates),
        tuple((info, next((c for c in certificates if info.names(c)), None)) for info in message.signers),
    )


def form_findings(held: SignedList, level: FormLevel) -> list[Check]:
    """Failures and warnings of the message's form; an empty list means none."""
    by_signer = (found for info, signer in held.signers for found in _signer_rules(held, info, signer))
    return at_level([*_message_rules(held), *by_signer], level)


def _message_rules(held: SignedList) -> Findings:
    message = held.message
    if message.version != 3:
        yield True, _found(held, "version", f"SignedData version {message.version}, not 3", "إصدار الرسالة ليس 3")
    if message.crls:
        yield False, _found(held, "crls", "revocation lists are forbidden inside", "قوائم الإبطال ممنوعة داخلها")
    if held.unreadable_certificates:
        reason = f"{held.unreadable_certificates} certificates in the message cannot be read"
        yield False, _found(held, "certificates", reason, "شهادات في الرسالة لا تُقرأ")
    if held.signer is not None and not any(_issued(c, held.signer) for c in held.certificates):
        reason, arabic = "the CSCA certificate of the signer should be inside", "شهادة السلطة الوطنية للموقع غير مرفقة"
        yield False, _found(held, "csca", reason, arabic, "warning")
    if len(held.signers) > 1:
        yield False, _found(held, "signers", "more than one signer", "أكثر من موقع", "warning")


def _signer_rules(held: SignedList, info: SignerInfo, signer: Certificate | None) -> Findings:
    if info.version != (3 if info.key_id is not None else 1):
        reason = f"SignerInfo version {info.version} does not follow from how the signer is named"
        yield False, _found(held, "signer_info.version", reason, "إصدار معلومات الموقع لا يوافق طريقة تسميته")
    if info.key_id is None:
        reason, arabic = "the signer should be named by subjectKeyIdentifier", "يفضل تسمية الموقع بمعرف مفتاحه"
        yield False, _found(held, "signer_info.identifier", reason, arabic, "warning")
    if _signing_time(info) is None:
        yield True, _found(held, "signing_time", "signingTime is missing or malformed", "وقت التوقيع غائب أو تالف")
    if info.unsigned_attributes:
        yield False, _found(held, "unsigned_attributes", "unsigned attributes", "سمات غير موقعة", "warning")
    if info.digest_algorithm_der not in held.message.digest_algorithms:
        reason, arabic = "the signer's digest algorithm is not announced", "خوارزمية البصمة غير معلنة في الرسالة"
        yield False, _found(held, "digest_algorithms", reason, arabic)
    if info.digest_algorithm_der.endswith(b"\x05\x00"):
        reason, arabic = "the digest algorithm carries a NULL, which must be left out", "معامل NULL مع خوارزمية البصمة"
        yield False, _found(held, "digest_algorithm.null", reason, arabic)
    if signer is None:
        yield True, _found(held, "signer", "the signer's certificate is not inside", "شهادة الموقع غير مرفقة")
        return
    usage = signer.extension("extended_key_usage")
    if usage is None or not usage.critical or held.kind.key_usage_oid not in signer.extended_key_usage:
        reason = f"the signer's extKeyUsage is not critical with {held.kind.key_usage_oid}"
        yield True, _found(held, "signer.extended_key_usage", reason, "الاستعمال الموسع لمفتاح الموقع خاطئ")


def signature_checks(held: SignedList, *, own: bool) -> list[Check]:
    """`digest` and `signature`, one result for each signer; `unknown` for what cannot be computed here.

    own: a list of our own State, for which nothing is tolerated.
    """
    accepted = not own and load().pki_tolerances.digest_info_without_null.accepted
    return [c for info, signer in held.signers if signer is not None for c in _signature(held, info, signer, accepted)]


def _signature(held: SignedList, info: SignerInfo, signer: Certificate, without_null: bool) -> Iterator[Check]:
    try:
        name = algorithms.digest_algorithm(info.digest_algorithm_der)[0]
        digested = algorithms.digest(name, held.content)
        if info.signed_attributes:
            if dotted(_attribute(info, CONTENT_TYPE, OID)) != held.kind.content_type:
                yield _crypto(
                    held, "content_type", "fail", "the signed content type differs", "نوع المحتوى الموقع مختلف"
                )
            same = _attribute(info, MESSAGE_DIGEST, OCTET_STRING) == digested
            words = ("the signed digest holds", "البصمة الموقعة صحيحة")
            if not same:
                words = ("the signed digest differs", "البصمة الموقعة مختلفة")
            yield _crypto(held, "digest", "pass" if same else "fail", *words)
        algorithm = algorithms.signature_algorithm(info.signature_algorithm_der)
        signed = info.signed_attributes or held.content
        arguments = (signer.public_key, algorithm, info.signature, signed, name)
        if algorithms.holds(*arguments):
            yield _crypto(held, "signature", "pass", "the signature holds", "التوقيع صحيح")
        elif without_null and algorithms.holds_without_null(*arguments):
            yield _crypto(held, "signature", "pass", "the signature holds", "التوقيع صحيح")
            reason = "the RSA DigestInfo leaves out its NULL: a known deviation, no forgery"
            yield _crypto(
                held, "signature.digest_info", "warning", reason, "انحراف معروف في بنية DigestInfo", "profile"
            )
        else:
            yield _crypto(held, "signature", "fail", "the signature does not hold", "التوقيع غير صحيح")
    except Unsupported as error:
        yield _crypto(held, "signature", "unknown", f"not supported: {error}", "خوارزمية غير مدعومة هنا")
    except DerError as error:
        yield _crypto(held, "signature", "fail", f"malformed: {error}", "معلومات الموقع تالفة")


def chain_checks(held: SignedList, trust: TrustStore, at: datetime, pki: Pki) -> list[Check]:
    """From each signer to an anchor of `trust`; the CSCA inside the message is a link on the way, never an anchor."""
    found: list[Check] = []
    for info, signer in held.signers:
        if signer is not None:
            extra = [c.der for c in held.certificates if c is not signer]
            signed_at = _signing_time(info)
            period = (signed_at, signed_at) if signed_at else None
            found += judge_chain(signer.der, held.kind.purpose, trust, at, extra, signed_at=period, pki=pki).checks
    return found


def unreadable(kind: ListKind, error: Exception) -> Check:
    """The one finding on bytes that are no list of this kind."""
    reason = f"not a {kind.name.replace('_', ' ')}: {error}"
    return Check(f"{kind.name}.encoding", "profile", "fail", reason, "ليست قائمة سليمة من هذا النوع", kind.table)


def _signing_time(info: SignerInfo) -> datetime | None:
    values = info.attributes.get(SIGNING_TIME, [])
    if len(values) != 1:
        return None
    try:
        reader = Reader(values[0])
        tag = reader.peek()
        at = time(tag, reader.content(tag)) if tag in (UTC_TIME, GENERALIZED_TIME) else None
        reader.done()
    except ValueError:
        return None
    return at


def _attribute(info: SignerInfo, kind: str, tag: int) -> bytes:
    values = info.attributes.get(kind, ())
    if len(values) != 1:
        raise DerError(f"attribute {kind} does not stand there with one value")
    reader = Reader(values[0])
    content = reader.content(tag)
    reader.done()
    return content


def _issued(issuer: Certificate, signer: Certificate) -> bool:
    return issuer is not signer and issuer.subject_der == signer.issuer_der


def _found(held: SignedList, name: str, en: str, ar: str, result: Result = "fail") -> Check:
    return Check(f"{held.kind.name}.{name}", "profile", result, en, ar, held.kind.table)


def _crypto(held: SignedList, name: str, result: Result, en: str, ar: str, level: Level = "crypto") -> Check:
    return Check(f"{held.kind.name}.{name}", level, result, en, ar, "RFC 5652 §5.4")
