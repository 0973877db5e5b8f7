"""Is this signed PDF genuine, who signed it, when, and at which PAdES level? A verdict on one whole file.

Steps: 1. one signature in our form that covers the whole file; 2. it holds (`keys.pdf_signature`); 3. the time stamp of
the signature, and the document security store; 4. the signer's path, as of the stamped moment or else as of today
(`keys.pdf_time`); 5. the claimed time. Reads only; shares no encoder with `keys/pdf.py`.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from keys.algorithms import Unsupported
from keys.der import DerError
from keys.pdf_signature import (
    CADES,
    MAXIMUM_BYTES,
    PdfSignature,
    Wrong,
    embedded_store,
    read_signature,
    signature_checks,
)
from keys.pdf_store import SecurityStore
from keys.pdf_time import LEVEL, judge_signer, judge_time_stamp
from keys.trust import TrustStore
from keys.verdict import Check, Verdict
from keys.x509 import COMMON_NAME, Certificate, read_certificate
from specs.load import load
from specs.schema import Specification
from specs.schema.pki import Pki

__all__ = ["MAXIMUM_BYTES", "verify_pdf"]

_TIME: Final = re.compile(rb"/SubFilter/ETSI\.CAdES\.detached/M\(D:(\d{14})Z\)")
_PDF: Final = "ISO 32000-1 §12.8.1"


def verify_pdf(pdf: bytes, trust: TrustStore, at: datetime, specification: Specification | None = None) -> Verdict:
    """The verdict at `at` (aware).

    Facts: kind, signed_at (claimed), signer (common name), level (B-B, B-T or B-LT), stamped_at and stamped_by, when a
    time stamp proves it.
    """
    return judge_pdf(pdf, trust, at, (specification or load()).pki_profiles)


def judge_pdf(pdf: bytes, trust: TrustStore, at: datetime, pki: Pki) -> Verdict:
    """The verdict of `verify_pdf` by these profiles."""
    checks: list[Check] = []
    facts: dict[str, Any] = {"kind": "pdf"}
    try:
        signature = read_signature(pdf)
        checks.append(_passed("pdf.coverage", "the signature covers the whole file", "التوقيع يغطي الملف كله", _PDF))
        checks.append(_passed("pdf.cms", "well-formed signature", "توقيع سليم البنية", CADES))
        facts |= _facts(pdf[: signature.gap[0]], signature)
        checks.extend(signature_checks(pdf, signature))
        certificate = _read_signer(signature)
        store = embedded_store(pdf) if all(check.result == "pass" for check in checks) else None
        claimed = datetime.fromisoformat(facts["signed_at"]) if "signed_at" in facts else None
        found, more = _judged(signature, claimed, store, trust, at, pki)
    except Wrong as wrong:
        return Verdict.of([*checks, wrong.check], facts)
    return Verdict.of([*checks, *found, _time_check(facts.get("signed_at"), certificate, at)], facts | more)


def _judged(
    signature: PdfSignature,
    claimed: datetime | None,
    store: SecurityStore | None,
    trust: TrustStore,
    at: datetime,
    pki: Pki,
) -> tuple[list[Check], dict[str, Any]]:
    """The checks of time stamp and signer, and the facts they give. Raises `Wrong`."""
    try:
        stamped = judge_time_stamp(signature, store, trust, at, pki)
        found, level = judge_signer(signature, claimed, stamped, store, trust, at, pki)
    except (DerError, Unsupported) as error:
        reason, reason_ar = f"what was embedded does not read: {error}", "بيانات التحقق المضمنة غير مقروءة"
        raise Wrong("pdf.store", reason, reason_ar, LEVEL, "profile") from error
    told = _passed("pdf.level", f"PAdES {level}", f"مستوى التوقيع {level}", LEVEL)
    facts: dict[str, Any] = {"level": level}
    if stamped.held is not None:
        names = [a.value for a in stamped.held.certificate.subject if a.oid == COMMON_NAME]
        facts |= {"stamped_at": stamped.held.at.isoformat()} | ({"stamped_by": names[0]} if names else {})
    return [*stamped.checks, *found, told], facts


def _facts(head: bytes, signature: PdfSignature) -> dict[str, Any]:
    found = _TIME.findall(head)
    facts: dict[str, Any] = {}
    if len(found) == 1:
        try:
            moment = datetime.strptime(found[0].decode("ascii"), "%Y%m%d%H%M%S").replace(tzinfo=UTC)
            facts["signed_at"] = moment.isoformat()
        except ValueError:
            pass
    names = [a.value for a in _read_signer(signature).subject if a.oid == COMMON_NAME]
    return facts | ({"signer": names[0]} if names else {})


def _read_signer(signature: PdfSignature) -> Certificate:
    try:
        certificate = read_certificate(signature.certificates[0])
        _ = certificate.subject
    except DerError as error:
        raise Wrong("pdf.cms", f"the signer's certificate: {error}", "شهادة الموقّع غير سليمة", CADES) from error
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


def _passed(check_id: str, reason: str, reason_ar: str, clause: str) -> Check:
    return Check(check_id, "crypto", "pass", reason, reason_ar, clause)
