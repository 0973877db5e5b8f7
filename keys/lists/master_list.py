"""CSCA master lists (Doc 9303-12 §9), ours or foreign: read, lint, verify.

A list that holds says that its signer vouches for the certificates in it; who imports it decides whether to believe.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from keys.algorithms import Unsupported
from keys.der import SEQUENCE, SET, DerError, Reader
from keys.deviations import CSCA_ENCODING
from keys.form import Findings, FormLevel, at_level
from keys.lists.signed_list import (
    ListKind,
    SignedList,
    chain_checks,
    form_findings,
    read_signed_list,
    signature_checks,
    unreadable,
)
from keys.our_country import speaks_for_us
from keys.signing import Purpose
from keys.trust import TrustStore
from keys.verdict import Check, Verdict
from keys.x509 import COMMON_NAME, Certificate, read_certificate
from specs.load import load
from specs.schema.pki import Pki

MASTER_LIST: Final = ListKind(
    name="master_list",
    table="Doc 9303-12 §9.1 table 18",
    content_type="2.23.136.1.1.2",
    purpose=Purpose.master_list_signer,
    key_usage_oid="2.23.136.1.1.3",
)
_SYNTAX: Final = "Doc 9303-12 §9.2"


@dataclass(frozen=True, slots=True)
class MasterList:
    """certificates: DER, in their order, as they stand in the list; not yet read."""

    message: SignedList
    version: int
    certificates: tuple[bytes, ...]


def read_master_list(der: bytes, pki: Pki | None = None) -> MasterList:
    """The list in a whole CMS message. Raises `DerError`, also for more than the specification allows."""
    limits = (pki or load().pki_profiles).master_list
    message = read_signed_list(der, MASTER_LIST, limits.maximum_bytes)
    outer = Reader(message.content)
    body = outer.enter(SEQUENCE)
    outer.done()
    version, held = body.integer(), body.enter(SET)
    body.done()
    certificates: list[bytes] = []
    while held.more():
        certificates.append(held.whole(SEQUENCE))
        if len(certificates) > limits.maximum_certificates:
            raise DerError(f"more than {limits.maximum_certificates} certificates")
    return MasterList(message, version, tuple(certificates))


def certificates_of(der: bytes, pki: Pki | None = None) -> tuple[bytes, ...]:
    """The certificates a master list carries, DER, whoever signed it: nothing is verified. Raises `DerError`."""
    return read_master_list(der, pki).certificates


def lint_master_list(der: bytes, pki: Pki, level: FormLevel = "strict") -> list[Check]:
    """What is wrong with the form of these bytes as a master list; an empty list means nothing."""
    try:
        held = read_master_list(der, pki)
        return [*form_findings(held.message, level), *at_level(_content_rules(held), level)]
    except (DerError, Unsupported) as error:
        return [unreadable(MASTER_LIST, error)]


def verify_master_list(der: bytes, trust: TrustStore, at: datetime, pki: Pki | None = None) -> Verdict:
    """The verdict at `at` (aware) on a whole master list, whoever issued it.

    The signer must have been valid when the list says it was signed; a signer that has expired since is a warning.
    A list of our own State must keep Doc 9303-12 to the letter, a foreign one what the PKD's gate looks for.
    Facts: kind, country, signer, signed_at, certificates (how many), states (their country codes).
    """
    pki = pki or load().pki_profiles
    try:
        held = read_master_list(der, pki)
        signer = held.message.signer
        own = signer is not None and speaks_for_us(signer.der, pki.names)
        form = lint_master_list(der, pki, "strict" if own else "pkd")
        checks = [
            *_passed(form),
            *form,
            *signature_checks(held.message, own=own),
            *chain_checks(held.message, trust, at, pki),
        ]
    except (DerError, Unsupported) as error:
        return Verdict.of([unreadable(MASTER_LIST, error)], {"kind": MASTER_LIST.name})
    return Verdict.of(checks, _facts(held))


def _content_rules(held: MasterList) -> Findings:
    if held.version != 0:
        yield False, _found("content.version", f"CscaMasterList version {held.version}, not 0", "إصدار القائمة ليس 0")
    if not held.certificates:
        yield False, _found("content.empty", "the list holds no certificate", "القائمة بلا شهادات")
    if list(held.certificates) != sorted(set(held.certificates)):
        reason, arabic = "the SET OF certificates is not in DER order, or one stands twice", "ترتيب الشهادات ليس DER"
        yield False, replace(_found("content.order", reason, arabic), clause="X.690 §11.6")
    for index, der in enumerate(held.certificates):
        try:
            certificate = read_certificate(der)
            authority = certificate.basic_constraints[0]
        except DerError as error:
            reason = f"certificate {index} cannot be read: {error}"
            found = _found("content.certificate", reason, "شهادة في القائمة لا تُقرأ")
            yield False, replace(found, deviation=CSCA_ENCODING)
            continue
        if not authority:
            reason = f"certificate {index} ({_label(certificate)}) is no certification authority"
            yield False, _found("content.certificate", reason, "شهادة في القائمة ليست لسلطة تصديق")


def _passed(form: list[Check]) -> Iterator[Check]:
    if not any(check.result == "fail" for check in form):
        yield Check("master_list.form", "profile", "pass", "well formed", "سليمة البنية", MASTER_LIST.table)


def _facts(held: MasterList) -> dict[str, object]:
    signer, signed_at = held.message.signer, held.message.signed_at
    return {
        "kind": MASTER_LIST.name,
        "country": signer.country if signer else "",
        "signer": _label(signer) if signer else "",
        "signed_at": signed_at.isoformat() if signed_at else None,
        "certificates": len(held.certificates),
        "states": sorted({state for der in held.certificates if (state := _country(der))}),
    }


def _country(der: bytes) -> str:
    try:
        return read_certificate(der).country.upper()
    except DerError:
        return ""


def _label(certificate: Certificate) -> str:
    """A name for a person: `DE, csca-germany`."""
    common = next((a.value for a in certificate.subject if a.oid == COMMON_NAME), "")
    return ", ".join(part for part in (certificate.country, common) if part)


def _found(name: str, en: str, ar: str) -> Check:
    return Check(f"{MASTER_LIST.name}.{name}", "profile", "fail", en, ar, _SYNTAX)
