"""Deviation lists (Doc 9303-12 §10), ours or foreign: read, lint, verify, and ask whether a document is meant.

A deviation list excuses nothing by itself: it says what a State knows to be wrong with documents it issued.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from keys.algorithms import Unsupported
from keys.der import DerError
from keys.deviations import DEVIATIONS
from keys.form import Findings, FormLevel, at_level
from keys.lists.deviations import SYNTAX, Description, Deviation, Documents, read_content
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
from keys.x509 import Certificate
from specs.load import load
from specs.schema.pki import Pki

DEVIATION_LIST: Final = ListKind(
    name="deviation_list",
    table="Doc 9303-12 §10.1 table 19",
    content_type="2.23.136.1.1.7",
    purpose=Purpose.deviation_list_signer,
    key_usage_oid="2.23.136.1.1.8",
)
_HASHES: Final = {
    "1.3.14.3.2.26": "sha1",  # names a certificate; nothing is signed with it
    "2.16.840.1.101.3.4.2.4": "sha224",
    "2.16.840.1.101.3.4.2.1": "sha256",
    "2.16.840.1.101.3.4.2.2": "sha384",
    "2.16.840.1.101.3.4.2.3": "sha512",
}


@dataclass(frozen=True, slots=True)
class Document:
    """What is known of a document at inspection; what is not known meets no condition about it."""

    document_type: str = ""
    signer: Certificate | None = None
    issued_on: date | None = None
    number: str = ""


@dataclass(frozen=True, slots=True)
class DeviationList:
    """digest_algorithm: dotted OID of the hash that names certificates, or empty."""

    message: SignedList
    version: int
    digest_algorithm: str
    deviations: tuple[Deviation, ...]

    def of(self, document: Document) -> list[Description]:
        """What the list says of this document (Doc 9303-3 §7.3.6: all conditions of an entry at once)."""
        return [
            description
            for entry in self.deviations
            if self._meant(entry.documents, document)
            for description in entry.descriptions
        ]

    def _meant(self, which: Documents, document: Document) -> bool:
        signer = document.signer
        if which.document_type and which.document_type.rstrip("<") != document.document_type.rstrip("<"):
            return False
        if which.issuer_and_serial is not None and (
            signer is None or (signer.issuer_der, signer.serial) != which.issuer_and_serial
        ):
            return False
        if which.key_identifier is not None and (
            signer is None or signer.subject_key_identifier != which.key_identifier
        ):
            return False
        if which.certificate_digest is not None and (
            signer is None or self._digest(signer) != which.certificate_digest
        ):
            return False
        if which.issued is not None and (
            document.issued_on is None or not which.issued[0].date() <= document.issued_on <= which.issued[1].date()
        ):
            return False
        return which.numbers is None or document.number.rstrip("<") in which.numbers

    def _digest(self, certificate: Certificate) -> bytes:
        name = _HASHES.get(self.digest_algorithm)
        return hashlib.new(name, certificate.der, usedforsecurity=False).digest() if name else b""


def read_deviation_list(der: bytes, pki: Pki | None = None) -> DeviationList:
    """The list in a whole CMS message. Raises `DerError`, also for more than the specification allows."""
    limits = (pki or load().pki_profiles).deviation_list
    message = read_signed_list(der, DEVIATION_LIST, limits.maximum_bytes)
    version, algorithm, deviations = read_content(message.content, limits)
    return DeviationList(message, version, algorithm, deviations)


def lint_deviation_list(der: bytes, pki: Pki, level: FormLevel = "strict") -> list[Check]:
    """What is wrong with the form of these bytes as a deviation list; an empty list means nothing."""
    try:
        held = read_deviation_list(der, pki)
        return [*form_findings(held.message, level), *at_level(_content_rules(held), level)]
    except (DerError, Unsupported) as error:
        return [unreadable(DEVIATION_LIST, error)]


def verify_deviation_list(der: bytes, trust: TrustStore, at: datetime, pki: Pki | None = None) -> Verdict:
    """The verdict at `at` (aware) on a whole deviation list, by the rules of `verify_master_list`.

    Facts: kind, country, signed_at, deviations (how many entries), types (OIDs named).
    """
    pki = pki or load().pki_profiles
    try:
        held = read_deviation_list(der, pki)
        signer = held.message.signer
        own = signer is not None and speaks_for_us(signer.der, pki.names)
        form = lint_deviation_list(der, pki, "strict" if own else "pkd")
        checks = [
            *_passed(form),
            *form,
            *signature_checks(held.message, own=own),
            *chain_checks(held.message, trust, at, pki),
        ]
    except (DerError, Unsupported) as error:
        return Verdict.of([unreadable(DEVIATION_LIST, error)], {"kind": DEVIATION_LIST.name})
    signed_at = held.message.signed_at
    facts = {
        "kind": DEVIATION_LIST.name,
        "country": signer.country if signer else "",
        "signed_at": signed_at.isoformat() if signed_at else None,
        "deviations": len(held.deviations),
        "types": sorted({d.deviation for entry in held.deviations for d in entry.descriptions}),
    }
    return Verdict.of(checks, facts)


def _content_rules(held: DeviationList) -> Findings:
    if held.version != 0:
        yield False, _found("content.version", f"DeviationList version {held.version}, not 0", "إصدار القائمة ليس 0")
    for index, entry in enumerate(held.deviations):
        which = entry.documents
        if which == Documents():
            reason, arabic = f"deviation {index} names no document: it would mean all of them", "انحراف بلا وثائق محددة"
            yield False, _found("content.documents", reason, arabic)
        if which.document_type and len(which.document_type) != 2:
            reason = f"deviation {index}: document type {which.document_type!r} is not two characters"
            yield False, _found("content.document_type", reason, "نوع الوثيقة ليس حرفين")
        if which.issued is not None and which.issued[1] < which.issued[0]:
            reason = f"deviation {index}: the period ends before it begins"
            yield False, _found("content.issued", reason, "فترة الإصدار مقلوبة")
        if which.certificate_digest is not None and held.digest_algorithm not in _HASHES:
            reason = f"deviation {index} names a certificate by digest, and no known hash is announced"
            yield False, _found("content.digest_algorithm", reason, "بصمة شهادة بلا خوارزمية معروفة")
        yield from _description_rules(index, entry)


def _description_rules(index: int, entry: Deviation) -> Findings:
    if not entry.descriptions:
        yield False, _found("content.descriptions", f"deviation {index} describes nothing", "انحراف بلا وصف")
    for described in entry.descriptions:
        if described.deviation not in DEVIATIONS:
            reason = f"deviation {index}: {described.deviation} is no deviation of Doc 9303-3 §7.3.5"
            yield False, _found("content.type", reason, "نوع انحراف غير معروف")


def _passed(form: list[Check]) -> Iterator[Check]:
    if not any(check.result == "fail" for check in form):
        yield Check("deviation_list.form", "profile", "pass", "well formed", "سليمة البنية", DEVIATION_LIST.table)


def _found(name: str, en: str, ar: str) -> Check:
    return Check(f"{DEVIATION_LIST.name}.{name}", "profile", "fail", en, ar, SYNTAX)
