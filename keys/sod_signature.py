"""Who signed an EF.SOD, and whether the signature holds: one judgement for each SignerInfo.

What other States do otherwise is accepted only where `pki/tolerances.yaml` says so, and then named by a finding; for
our own State `keys.verify` turns every such finding into a failure. Judges no path and no trust.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from keys import algorithms, deviations, names
from keys.algorithms import OtherKind, PublicKey, SignatureAlgorithm, Unsupported
from keys.der import BIT_STRING, OID, SEQUENCE, DerError, Reader, dotted, only, whole_bytes
from keys.lint_sod import MAX_SIGNERS
from keys.oddities import ODDITIES
from keys.security_object import SecurityObject, message_digest
from keys.signed_data import CONTENT_TYPE, SignedData, SignerInfo
from keys.trust import TrustStore
from keys.verdict import Check, Level, Result
from keys.x509 import Certificate, read_certificate
from specs.load import load
from specs.schema.tolerances import Tolerances

PASSIVE: Final = "Doc 9303-11 §5.1"
CMS: Final = "RFC 5652 §5.4"
ALGORITHMS: Final = "Doc 9303-12 §4.2"
MAX_WORK: Final = 40  # signatures of usual keys for one document, all its signers together (`PublicKey.work`)
_MOST_KEYS_TRIED: Final = 4


class _Spent(Unsupported):
    """The document asks for more computing than any is given."""


class _Work:
    """What may still be computed for one document."""

    def __init__(self) -> None:
        self.left = MAX_WORK

    def holds(
        self, key: PublicKey, algorithm: SignatureAlgorithm, signature: bytes, signed: bytes, digest: str
    ) -> bool:
        """`algorithms.holds`. Raises `_Spent` too."""
        self.spend(key)
        return algorithms.holds(key, algorithm, signature, signed, digest)

    def spend(self, key: PublicKey) -> None:
        """Raises `_Spent`."""
        self.left -= key.work
        if self.left < 0:
            raise _Spent("too many or too slow signatures for one document")


@dataclass(slots=True)
class SignerJudgement:
    """certificate: of the signer, None when nobody has it. faults: what is wrong or odd.

    digest_holds, signature_holds: each was judged and found right.
    """

    certificate: Certificate | None
    faults: list[Check] = field(default_factory=list)
    digest_holds: bool = False
    signature_holds: bool = False


def judge_signers(held: SecurityObject, trust: TrustStore | None = None) -> list[SignerJudgement]:
    """In the order of the SignerInfos, the first `MAX_SIGNERS`. trust: where a certificate not inside is looked for."""
    work = _Work()
    judged = [
        _judge(held.signed_data, info, certificate, trust, work)
        for info, certificate in zip(held.signed_data.signers[:MAX_SIGNERS], held.signers, strict=False)
    ]
    if held.hash == "sha1" and judged:
        judged[0].faults.append(_weak("data_groups", "SHA-1"))
    return judged


def _judge(
    signed: SignedData, info: SignerInfo, certificate: Certificate | None, trust: TrustStore | None, work: _Work
) -> SignerJudgement:
    judged = SignerJudgement(certificate)
    content = signed.content
    if content is None:
        return judged  # `sod.security_object` says so
    try:
        name = algorithms.digest_algorithm(info.digest_algorithm_der)[0]
        algorithm = algorithms.signature_algorithm(info.signature_algorithm_der)
    except (DerError, Unsupported) as error:
        reason = f"not supported: {error}"
        judged.faults.append(_check("signature", "crypto", "unknown", reason, "خوارزمية غير مدعومة هنا"))
        return judged
    if info.signed_attributes:
        judged.faults += _attribute_faults(signed, info, name, content)
        judged.digest_holds = "sod.digest" not in [check.id for check in judged.faults]
    if certificate is None:
        judged.certificate = certificate = _elsewhere(signed, info, (algorithm, name), trust, work)
        if certificate is None:
            reason, arabic = "the signer's certificate is not here", "شهادة الموقع غير موجودة"
            judged.faults.append(_check("signature", "crypto", "unknown", reason, arabic))
            return judged
    found = [*_signature_faults(info, content, certificate, (algorithm, name), work)]
    judged.signature_holds = "sod.signature" not in [check.id for check in found]
    judged.faults += found
    judged.faults += _certificate_oddities(certificate)
    return judged


def _tolerances() -> Tolerances:
    """Asked for where something is odd: finding the specification in force costs more than a signature."""
    return load().pki_tolerances


def _attribute_faults(signed: SignedData, info: SignerInfo, name: str, content: bytes) -> Iterator[Check]:
    try:
        if algorithms.digest(name, content) != message_digest(info):
            yield _wrong("digest", "the signed digest differs", "البصمة الموقعة مختلفة", PASSIVE)
    except DerError as error:
        yield _wrong("digest", f"no signed digest: {error}", "لا بصمة موقعة للمحتوى", CMS)
    try:
        kinds = [dotted(only(value, OID)) for value in info.attributes.get(CONTENT_TYPE, ())]
    except DerError:
        kinds = []
    if kinds != [signed.content_type]:
        yield _wrong("content_type_signed", "the signed content type differs", "نوع المحتوى الموقع مختلف", CMS)


def _signature_faults(
    info: SignerInfo,
    content: bytes,
    certificate: Certificate,
    how: tuple[SignatureAlgorithm, str],
    work: _Work,
) -> Iterator[Check]:
    """how: signature algorithm and digest name."""
    algorithm, name = how
    try:
        key = certificate.public_key
        if weak := algorithms.weakness(key, algorithm, name):
            yield _weak("signature", weak)
        if work.holds(key, algorithm, info.signature, info.signed_attributes or content, name):
            return
        if info.encoded_anew and work.holds(key, algorithm, info.signature, info.encoded_anew, name):
            result: Result = "warning" if _tolerances().attributes_encoded_anew.accepted else "fail"
            reason, arabic = "it is over the DER of attributes sent otherwise", "التوقيع على صيغة DER للخصائص"
            yield _check("signature_form", "profile", result, reason, arabic, CMS, deviations.LDS)
        elif algorithms.holds_without_null(key, algorithm, info.signature, info.signed_attributes or content, name):
            accepted = _tolerances().digest_info_without_null.accepted
            reason, arabic = "the DigestInfo leaves out the NULL", "بنية البصمة الموقعة بلا NULL"
            level: Level = "profile" if accepted else "crypto"
            result = "warning" if accepted else "fail"
            which = deviations.SOD_SIGNATURE_WRONG
            yield _check(
                "digest_info" if accepted else "signature", level, result, reason, arabic, "RFC 8017 §9.2", which
            )
        else:
            yield _wrong("signature", "the signature does not hold", "التوقيع غير صحيح", PASSIVE)
    except _Spent as spent:
        yield _check("signature", "crypto", "unknown", f"not computed: {spent}", "توقيعات أكثر أو أبطأ من الحد")
    except OtherKind:
        reason, arabic = (
            "the signature algorithm is none for the signer's key",
            "خوارزمية التوقيع لا تناسب مفتاح الموقع",
        )
        yield _wrong("signature", reason, arabic, ALGORITHMS)
    except Unsupported as error:
        reason = f"not supported: {error}"
        yield _check("signature", "crypto", "unknown", reason, "خوارزمية غير مدعومة هنا", ALGORITHMS)
    except DerError as error:
        yield _wrong("signature", f"the signer's key cannot be read: {error}", "مفتاح الموقع غير مقروء", ALGORITHMS)


def _elsewhere(
    signed: SignedData,
    info: SignerInfo,
    how: tuple[SignatureAlgorithm, str],
    trust: TrustStore | None,
    work: _Work,
) -> Certificate | None:
    """The signer's certificate when none inside is named byte for byte: by a name written otherwise, among those
    trusted, then as the only one inside whose key made the signature."""
    inside = []
    for der in signed.certificates:
        try:
            inside.append(read_certificate(der))
        except DerError:
            continue
    try:
        known = _known_to(trust, info) if trust is not None else []
        if found := next((c for c in (*inside, *known) if _means(info, c)), None):
            return found
    except DerError:
        pass  # a name that does not read names nobody
    if not _tolerances().signer_found_by_key.accepted:
        return None
    makers = [c for c in inside[:_MOST_KEYS_TRIED] if _made(c, info, signed.content or b"", how, work)]
    return makers[0] if len(makers) == 1 else None


def _known_to(trust: TrustStore, info: SignerInfo) -> list[Certificate]:
    if info.key_id is not None:
        return [*trust.with_key_identifier(info.key_id)]
    return [*trust.issued_under(info.issuer_der)]


def _means(info: SignerInfo, certificate: Certificate) -> bool:
    """Whether the SignerInfo names this certificate, however its name is written. Raises `DerError`."""
    if info.key_id is not None:
        bits = whole_bytes(_key_bits(certificate.spki_der))
        return info.key_id in (certificate.subject_key_identifier, hashlib.sha1(bits).digest())  # noqa: S324 - RFC 5280
    same = names.unordered(certificate.issuer_der) == names.unordered(info.issuer_der)
    return same and certificate.serial == info.serial


def _key_bits(spki: bytes) -> bytes:
    reader = Reader(spki).enter(SEQUENCE)
    reader.whole(SEQUENCE)
    return reader.content(BIT_STRING)


def _made(
    certificate: Certificate, info: SignerInfo, content: bytes, how: tuple[SignatureAlgorithm, str], work: _Work
) -> bool:
    forms = [form for form in (info.signed_attributes, info.encoded_anew) if form] or [content]
    try:
        return any(work.holds(certificate.public_key, how[0], info.signature, form, how[1]) for form in forms)
    except (DerError, Unsupported):
        return False


def _certificate_oddities(certificate: Certificate) -> Iterator[Check]:
    for name in certificate.oddities:
        odd = ODDITIES[name]
        reason, arabic = f"the signer's certificate: {odd.en}", f"شهادة الموقع: {odd.ar}"
        yield _check(f"signer.{name}", "profile", "warning", reason, arabic, odd.clause, deviations.DS_ENCODING)


def _weak(what: str, why: str) -> Check:
    reason, arabic = f"a weak algorithm: {why}", f"خوارزمية ضعيفة: {why}"
    return Check(f"policy.weak_{what}", "policy", "warning", reason, arabic, ALGORITHMS)


def _wrong(name: str, reason: str, reason_ar: str, clause: str) -> Check:
    return _check(name, "crypto", "fail", reason, reason_ar, clause, deviations.SOD_SIGNATURE_WRONG)


def _check(
    name: str,
    level: Level,
    result: Result,
    reason: str,
    reason_ar: str,
    clause: str = PASSIVE,
    deviation: str = "",
) -> Check:
    return Check(f"sod.{name}", level, result, reason, reason_ar, clause, deviation)
