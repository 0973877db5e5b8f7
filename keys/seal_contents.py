"""What the certificate's own seal says, judged by the specification: features, digests, expiry.

Pure reading of a decoded seal; one set of rules for the signer's lint and the verifier. It checks no signature.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from datetime import date, datetime, timedelta, timezone
from typing import Any, Final

from keys import vds
from keys.verdict import Check
from specs.errors import Invalid
from specs.schema.seal import SealFeature, SealSpec

_BIRTH_DATE: Final = re.compile(r"[0-9]{8}")
_JOINERS: Final = "\u200c\u200d"  # Arabic spelling itself uses these two format characters


def is_ours(seal: vds.Seal, spec: SealSpec) -> bool:
    """Does the header claim the certificate seal of the specification?"""
    claimed = (seal.header.issuer, seal.header.definition, seal.header.category)
    wanted = spec.definition
    return claimed == (wanted.issuer, wanted.feature_definition_reference, wanted.type_category)


def content_checks(seal: vds.Seal, certificate: bytes, address: str | None, spec: SealSpec) -> list[Check]:
    """Our seal's contents: every feature once and in order, its form, the signer and the address it was made for."""
    wrong = list(_feature_faults(seal, spec))
    facts = content_facts(seal, spec)
    checks = []
    expires_on = facts.get("expires_on")
    if expires_on is not None and expires_on < facts["issued_on"]:
        wrong.append("it expires before it is issued")
    if seal.header.signed_on < seal.header.issued_on:
        wrong.append("it is signed before it is issued")
    if seal.header.version != spec.definition.seal_version or len(seal.signature) != spec.signature.bytes:
        wrong.append("version or signature length differ from the specification")
    basis = spec.features_basis.source
    if wrong:
        checks.append(Check("seal.contents", "profile", "fail", "; ".join(wrong), "محتوى الختم يخالف المواصفة", basis))
    else:
        checks.append(Check("seal.contents", "profile", "pass", "as specified", "مطابق للمواصفة", basis))
    checks.append(_digest_check("seal.signer", spec.feature("signer_digest"), seal, certificate, basis))
    if address is not None:
        checks.append(_digest_check("seal.address", spec.feature("address_digest"), seal, address.encode(), basis))
    return checks


def _digest_check(check_id: str, feature: SealFeature, seal: vds.Seal, value: bytes, basis: str) -> Check:
    if seal.feature(feature.tag) == digest(feature, value):
        return Check(check_id, "profile", "pass", f"{feature.label.en} fits", f"{feature.label.ar}: مطابقة", basis)
    reason, reason_ar = f"{feature.label.en} does not fit", f"{feature.label.ar}: غير مطابقة"
    return Check(check_id, "profile", "fail", reason, reason_ar, basis)


def _feature_faults(seal: vds.Seal, spec: SealSpec) -> list[str]:
    tags = [tag for tag, _ in seal.features]
    if tags != [feature.tag for feature in spec.features]:
        return ["the features are not those of the specification, each once, in order"]
    wrong = []
    for feature, (_, value) in zip(spec.features, seal.features, strict=True):
        exact = feature.encoding in ("number", "date", "digest")
        if not value or len(value) > feature.maximum_bytes or (exact and len(value) != feature.maximum_bytes):
            wrong.append(f"{feature.id}: {len(value)} bytes")
        elif (read := _read_feature(feature, value)) is None:
            wrong.append(f"{feature.id}: not as specified")
        elif (feature.id == "edition" and read not in spec.edition.known) or (
            feature.id == "outcome" and spec.outcomes.name(int(read)) is None
        ):
            wrong.append(f"{feature.id}: {read} is not known")
        elif feature.id == "birth_date" and not _BIRTH_DATE.fullmatch(str(read)):
            wrong.append("birth_date: not eight digits")
        elif feature.id == "national_number_tail" and not re.fullmatch(
            f"[0-9]{{{spec.national_number.tail_digits}}}", str(read)
        ):
            wrong.append("national_number_tail: not the specified count of digits")
    return wrong


def _read_feature(feature: SealFeature, value: bytes) -> str | int | None:
    """The value for display (dates as ISO text, digests as hex), or None when it is not well formed."""
    try:
        match feature.encoding:
            case "number":
                return int.from_bytes(value, "big")
            case "date":
                return vds.decode_date(value).isoformat()
            case "digest":
                return value.hex()
            case "c40":
                return vds.decode_c40(value)
            case "text":
                text = value.decode()
    except (Invalid, UnicodeDecodeError):
        return None
    # A control or direction mark could make the screen show another name than the one signed.
    hidden = any(unicodedata.category(c)[0] == "C" and c not in _JOINERS for c in text)
    return None if hidden or unicodedata.normalize("NFC", text) != text else text


def content_facts(seal: vds.Seal, spec: SealSpec) -> dict[str, Any]:
    """The features of our seal by id, as far as they can be read; `kind` becomes `certificate_seal`."""
    facts: dict[str, Any] = {"kind": "certificate_seal", "issued_on": seal.header.issued_on.isoformat()}
    for feature in spec.features:
        value = seal.feature(feature.tag)
        read = None if value is None else _read_feature(feature, value)
        if read is None or feature.encoding == "digest":
            continue
        facts[feature.id] = read
        if feature.id == "outcome":
            facts["outcome"] = spec.outcomes.name(int(read))
        elif feature.id == "birth_date" and _BIRTH_DATE.fullmatch(str(read)):
            facts["birth_date"] = f"{str(read)[:4]}-{str(read)[4:6]}-{str(read)[6:]}"
    return facts


def expiry_check(seal: vds.Seal, at: datetime, spec: SealSpec) -> Check:
    """A certificate past its last day is genuine and no longer valid."""
    basis = spec.features_basis.source
    value = content_facts(seal, spec).get("expires_on")
    if value is None or civil_day(at, spec) > date.fromisoformat(str(value)):
        reason = f"genuine or not, the certificate is no longer valid: it expired after {value}"
        return Check("seal.expiry", "policy", "fail", reason, f"انتهت صلاحية الشهادة بعد {value}", basis)
    return Check("seal.expiry", "policy", "pass", f"valid until {value}", f"صالحة حتى {value}", basis)


def civil_day(moment: datetime, spec: SealSpec) -> date:
    """The day it is in Libya at `moment` (aware)."""
    return moment.astimezone(timezone(timedelta(minutes=spec.signature_date.utc_offset_minutes))).date()


def digest(feature: SealFeature, value: bytes) -> bytes:
    """The value of a digest feature: the first bytes of SHA-256."""
    return hashlib.sha256(value).digest()[: feature.maximum_bytes]
