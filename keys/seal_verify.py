"""Is this seal genuine? A verdict on raw seal bytes, their base64url text, or the address a QR code held.

Reads only; it must not use the encoders of `keys/vds.py` or `keys/seal.py`. Steps:
1. form: text and address have one spelling;  2. encoding: Doc 9303-13;  3. signer: named in the header, held by the
trust store;  4. signature;  5. the signer's path;  6. contents by the specification;  7. dates.
Of a travel document's seal the contents are judged first: they can be without the signer.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta
from typing import Any, Final

from keys import vds
from keys.algorithms import SignatureAlgorithm, Unsupported, holds
from keys.chain import verify_chain
from keys.der import DerError
from keys.our_country import speaks_for_us
from keys.seal_contents import content_checks, content_facts, digest, expiry_check, is_ours
from keys.signing import Purpose
from keys.travel_seal_contents import (
    definition_of,
    is_our_travel_seal,
    signer_checks,
    travel_checks,
    travel_expiry_check,
    travel_facts,
)
from keys.trust import TrustStore
from keys.verdict import Check, Result, Verdict
from keys.x509 import COMMON_NAME, COUNTRY, Certificate, read_certificate
from specs.errors import Invalid
from specs.load import load
from specs.schema import Specification
from specs.schema.pki import Pki
from specs.schema.seal import SealSpec
from specs.schema.travel_seal import TravelSealDefinition

_TEXT: Final = re.compile(r"[A-Za-z0-9_-]+")
_ASCII_SPACE: Final = " \t\n\v\f\r"
_STANDARD: Final = "Doc 9303-13 §2"


def verify_seal(
    seal: bytes | str, trust: TrustStore, at: datetime, specification: Specification | None = None
) -> Verdict:
    """The verdict at the moment `at` (aware). `seal`: VDS bytes, or base64url text or a whole address as str or bytes.

    Facts: kind, issuer, signer, dates as ISO text; of our certificates' seals each feature by its id; of those of
    travel documents (ours, and by Doc 9303-13 of every State) what `travel_facts` gives.
    """
    specification = specification or load()
    spec = specification.certificate_seal
    facts: dict[str, Any] = {"kind": "seal"}
    try:
        data, address = read_form(seal, spec)
    except Invalid as refused:
        return Verdict.of([refused_check("seal.form", refused)], facts)
    checks = [Check("seal.form", "profile", "pass", "one spelling", "صورة كتابة واحدة", _STANDARD)]
    try:
        read = vds.decode(data)
    except Invalid as refused:
        return Verdict.of([*checks, refused_check("seal.encoding", refused)], facts)
    checks.append(Check("seal.encoding", "profile", "pass", "well-formed seal", "ختم سليم البنية", _STANDARD))
    facts |= header_facts(read.header)
    ours, travel = is_ours(read, spec), definition_of(read, specification)
    if ours:
        facts |= content_facts(read, spec)
    elif travel is not None:
        facts |= travel_facts(read, travel, specification)
        checks.extend(_travel_checks(read, travel, address, at, specification))
    certificate = _find_signer(read, trust)
    if certificate is None:
        checks.append(_unknown_signer(read, trust, specification))
        return Verdict.of(checks, facts)
    checks.append(signature_check(read, certificate))
    checks.extend(verify_chain(certificate, Purpose.seal_signer, trust, at, pki=specification.pki_profiles))
    if ours:
        checks.extend(content_checks(read, certificate, address, spec))
        checks.append(expiry_check(read, at, spec))
        checks.extend(_signed_abroad(certificate, specification))
    elif travel is not None:
        checks.extend(signer_checks(read, travel, certificate, specification))
    else:
        reason, reason_ar = (
            "features of this kind of seal are not interpreted",
            "محتوى هذا النوع من الأختام لا يُفسَّر هنا",
        )
        checks.append(Check("seal.definition", "profile", "warning", reason, reason_ar, _STANDARD))
    checks.append(_date_check(read, at, certificate, spec))
    return Verdict.of(checks, facts)


def _travel_checks(
    seal: vds.Seal, definition: TravelSealDefinition, address: str | None, at: datetime, specification: Specification
) -> Iterator[Check]:
    """What the seal of a travel document says by itself, whoever signed it."""
    if address is not None:
        words = "the seal of a travel document leads to no address", "ختم وثيقة السفر لا يحمل عنواناً"
        yield Check("seal.address", "profile", "fail", *words, definition.source)
    yield from travel_checks(seal, definition, specification)
    if (expiry := travel_expiry_check(seal, definition, at, specification)) is not None:
        yield expiry


def _signed_abroad(certificate: bytes, specification: Specification) -> Iterator[Check]:
    """Only signers of our own State seal our certificates."""
    if not speaks_for_us(certificate, specification.pki_profiles.names):
        words = "sealed as ours by a signer of another State", "ختم باسم دولتنا وموقّعه من دولة أخرى"
        yield Check("seal.country", "profile", "fail", *words, _STANDARD)


def read_form(seal: bytes | str, spec: SealSpec) -> tuple[bytes, str | None]:
    """(VDS bytes, the address before `#` or None). Raises `Invalid`.

    Text must be spelt the one way we spell it; ASCII white space around it, as pasting leaves, is no part of it.
    """
    if isinstance(seal, bytes):
        if seal[:1] == bytes((vds.MAGIC,)):
            return seal, None
        if len(seal) > vds.MAXIMUM_BYTES + spec.address.maximum_characters:
            raise vds.malformed("أطول من أي ختم", "longer than any seal")
        try:
            seal = seal.decode("ascii")
        except UnicodeDecodeError:
            raise vds.malformed("ليس ختمًا", "neither a seal nor its text") from None
    address, mark, text = seal.strip(_ASCII_SPACE).rpartition("#")
    if mark:
        scheme, _, place = address.partition("://")
        if scheme not in spec.address.schemes or not place.endswith(spec.address.path):
            raise vds.malformed("ليس عنوان تحقق", f"not the address of a check: it must end in {spec.address.path}")
    if len(text) > 2 * vds.MAXIMUM_BYTES or not _TEXT.fullmatch(text):
        raise vds.malformed("ليس نص ختم base64url", "not the base64url text of a seal")
    try:
        data = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except (binascii.Error, ValueError):
        raise vds.malformed("ليس نص ختم base64url", "not the base64url text of a seal") from None
    if base64.urlsafe_b64encode(data).rstrip(b"=").decode("ascii") != text:
        raise vds.malformed("بتات زائدة في آخر النص", "the text is not the one spelling of its bytes")
    return data, address if mark else None


def signature_check(seal: vds.Seal, certificate: bytes) -> Check:
    """ECDSA over header and features; the hash follows the size of the curve (Doc 9303-13 §2.4)."""

    def told(result: Result, reason: str, reason_ar: str) -> Check:
        return Check("seal.signature", "crypto", result, reason, reason_ar, "Doc 9303-13 §2.4")

    try:
        key = read_certificate(certificate).public_key
    except Unsupported:
        return told("unknown", "the signer's curve is not supported here", "منحنى مفتاح الموقّع غير مدعوم هنا")
    except DerError:
        return told("fail", "the signer's key cannot be read", "مفتاح الموقّع غير مقروء")
    if key.curve is None:
        return told("fail", "the signer's key is not an elliptic curve key", "مفتاح الموقّع ليس من المنحنيات الإهليلجية")
    if len(seal.signature) != 2 * ((key.bits + 7) // 8):
        return told("fail", "the signature has not the length of its curve", "طول التوقيع لا يوافق المنحنى")
    algorithm = SignatureAlgorithm("", "ecdsa-plain", _hash_of(key.bits), False)
    if not holds(key, algorithm, seal.signature, seal.signed):
        return told("fail", "the signature does not fit the seal: it was altered", "التوقيع لا يطابق الختم: حدث تغيير")
    return told("pass", "the signature fits the seal", "التوقيع يطابق الختم")


def _hash_of(bits: int) -> str:
    return next((f"sha{size}" for size in (224, 256, 384) if bits <= size), "sha512")


def header_facts(header: vds.Header) -> dict[str, Any]:
    """What every seal says of itself."""
    return {
        "issuer": header.issuer.replace(" ", "<"),
        "signer": header.signer,
        "certificate_reference": header.reference,
        "issued_on": header.issued_on.isoformat(),
        "signed_on": header.signed_on.isoformat(),
    }


def _find_signer(seal: vds.Seal, trust: TrustStore) -> bytes | None:
    """The certificate whose subject is C + CN = signer identifier and whose serial number is the reference."""
    for data in trust.certificates:
        try:
            certificate = read_certificate(data)
            if signer_id(certificate) == seal.header.signer and f"{certificate.serial:X}" == seal.header.reference:
                return data
        except DerError:
            continue
    return None


def signer_id(certificate: Certificate) -> str:
    """Country and common name of the subject: the four characters of the seal signer (Doc 9303-13 §2.2)."""
    return "".join(a.value for oid in (COUNTRY, COMMON_NAME) for a in certificate.subject if a.oid == oid)


def _unknown_signer(seal: vds.Seal, trust: TrustStore, specification: Specification) -> Check:
    """Of our own State we know who sealed on a given day: a seal of that day by anybody else is altered or forged.

    Without a signer of that day here (no trust, or trust older than the seal) nothing can be said.
    """
    spec = specification.certificate_seal
    certificates = is_ours(seal, spec)
    if certificates or is_our_travel_seal(seal, specification):
        feature = spec.feature("signer_digest")
        if certificates and seal.feature(feature.tag) in [digest(feature, data) for data in trust.certificates]:
            reason, reason_ar = "the header names another signer than the seal itself", "ترويسة الختم تسمي غير موقّعه"
            return Check("seal.signer", "crypto", "fail", reason, reason_ar, spec.features_basis.source)
        profile = specification.pki_profiles.for_purpose(Purpose.seal_signer.value)[1]
        period = timedelta(days=profile.private_key_usage_days)
        for certificate in _own_signers(trust, specification.pki_profiles):
            begun = certificate.not_before.at
            if begun.date() <= seal.header.signed_on <= (begun + period).date():
                reason = "on that day our seals had another signer; if the trusted certificates are old, renew them"
                reason_ar = "كان لأختامنا في ذلك اليوم موقّع آخر؛ إن كانت الشهادات الموثوقة قديمة فحدّثها"
                return Check("seal.signer", "crypto", "fail", reason, reason_ar, profile.source)
    reason = f"no trusted certificate of signer {seal.header.signer} {seal.header.reference} is here"
    return Check("seal.signer", "crypto", "unknown", reason, "لا توجد هنا شهادة موثوقة لهذا الموقّع", _STANDARD)


def _own_signers(trust: TrustStore, pki: Pki) -> Iterator[Certificate]:
    """The seal signers of our own State among the trusted certificates."""
    usages = pki.for_purpose(Purpose.seal_signer.value)[1].extended_key_usage
    for data in trust.certificates:
        certificate = read_certificate(data)
        try:
            if certificate.country == pki.names.country_code and certificate.extended_key_usage == tuple(usages):
                yield certificate
        except DerError:
            continue


def _date_check(seal: vds.Seal, at: datetime, certificate: bytes, spec: SealSpec) -> Check:
    """The signature date lies in the signer's certificate and not in the future (a day's slack for time zones)."""
    held = read_certificate(certificate)
    signed = datetime.combine(seal.header.signed_on, time(), UTC)
    day = timedelta(days=1)
    if signed - day > at:
        result: Result = "fail"
        reason, reason_ar = "it is dated in the future", "تاريخه في المستقبل"
    elif not held.not_before.at - day <= signed <= held.not_after.at:
        result = "fail"
        reason, reason_ar = "it was signed outside the period of its signer", "وُقّع خارج مدة صلاحية موقّعه"
    else:
        result = "pass"
        reason, reason_ar = "signed within the period of its signer", "وُقّع ضمن مدة صلاحية موقّعه"
    return Check("seal.signed_on", "policy", result, reason, reason_ar, spec.signature_date.source)


def refused_check(check_id: str, refused: Invalid) -> Check:
    """A reader's refusal as a failed check."""
    fault = refused.faults[0]
    return Check(check_id, "profile", "fail", fault.en, fault.ar, fault.clause or _STANDARD)
