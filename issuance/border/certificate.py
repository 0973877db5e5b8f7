"""A certificate PDF at the counter: the signature, then the seal printed on the page against the attached data.

The page is drawn and the attachment read only after the signature held: nobody else's PDF reaches those readers.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final

from issuance.border.page import printed_codes
from issuance.documents.attachment import certificate_data
from issuance.documents.certificate import CertificateData
from keys.pdf_attachment import extract_attachment
from keys.pdf_verify import verify_pdf
from keys.seal_verify import verify_seal
from keys.trust import TrustStore
from keys.verdict import Check, Result, Verdict
from specs.errors import Invalid, Unavailable
from specs.schema import Specification

_CLAUSE: Final = "issue 2 §5; certificate/seal.yaml"


def verify_certificate(pdf: bytes, trust: TrustStore, at: datetime, spec: Specification) -> Verdict:
    """The verdict on a signed certificate. Facts: those of the PDF and of its seal."""
    signed = verify_pdf(pdf, trust, at, spec)
    facts = {**signed.facts, "kind": "certificate"}
    if signed.failed() or any(check.level == "crypto" and check.result != "pass" for check in signed.checks):
        return Verdict.of(signed.checks, facts)
    try:
        data = certificate_data(extract_attachment(pdf, spec.certificate_certificate.paper.attachment_name))
        codes = printed_codes(pdf)
    except Invalid as refused:
        fault = refused.faults[0]
        return Verdict.of([*signed.checks, _check("certificate.form", "fail", fault.en, fault.ar)], facts)
    except Unavailable as missing:
        fault = missing.faults[0]
        return Verdict.of([*signed.checks, _check("certificate.form", "unknown", fault.en, fault.ar)], facts)
    if len(codes) != 1:
        reason = f"{len(codes)} codes were read on the first page, not one"
        unread = _check("certificate.seal", "unknown", reason, "لم يُقرأ ختم واحد في الصفحة الأولى")
        return Verdict.of([*signed.checks, unread], facts)
    seal = verify_seal(codes[0], trust, at, spec)
    facts |= {key: value for key, value in seal.facts.items() if key not in ("kind", "signer")}
    return Verdict.of([*signed.checks, *seal.checks, _agreement(data, seal)], facts)


def _agreement(data: CertificateData, seal: Verdict) -> Check:
    """The seal on the page and the attached data speak of one certificate."""
    attached = {
        "number": data.number,
        "issued_on": data.issued_on.isoformat(),
        "expires_on": data.expires_on.isoformat(),
        "name_arabic": " ".join(data.arabic_name),
        "name_latin": data.latin_name,
        "birth_date": data.birth_date,
        "outcome": data.outcome,
    }
    differ = [key for key, value in attached.items() if seal.facts.get(key) != value]
    if differ:
        reason = f"the seal and the attached data differ in {', '.join(differ)}"
        return _check("certificate.agreement", "fail", reason, "الختم لا يوافق البيانات المرفقة")
    return _check("certificate.agreement", "pass", "seal and attached data agree", "الختم يوافق البيانات المرفقة")


def _check(check_id: str, result: Result, reason: str, reason_ar: str) -> Check:
    return Check(check_id, "profile", result, reason, reason_ar, _CLAUSE)
