"""What the register says of a certificate whose signature holds, and of a passport by its number: one more check.

Needs a register; a verifier elsewhere has the signed list, or none. A document that does not hold is not looked up.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final

from issuance.border.knowledge import Knowledge, Standing
from issuance.border.numbers import number_said, ours
from issuance.border.register import RegisterKnowledge
from issuance.certificates.public import status_of
from issuance.db.session import Database
from keys.trust import TrustStore
from keys.verdict import Check, Verdict
from specs.errors import NotFound, Unavailable
from specs.schema import Specification

CHECK: Final = "certificate.status"
BOOK: Final = "passport.status"
_CLAUSE: Final = "certificate/status.yaml"
BOOKS: Final = "passport/office.yaml"
NOT_HELD: Final = "the register holds no book of this number", "لا يعرف السجل دفتراً بهذا الرقم"


def with_status(verdict: Verdict, db: Database, at: datetime, spec: Specification) -> Verdict:
    """The verdict with the status as of `at` (aware). Facts: `status`, `status_since`, `legalised` of a certificate.

    An ended certificate is genuine and `invalid`, at the level of policy; one that expired is told so by its own dates.
    """
    if (number := number_said(verdict.facts, spec)) is not None:
        return _with_book(verdict, RegisterKnowledge(db, TrustStore(), at, spec), number, spec)
    number = verdict.facts.get("number")
    if verdict.facts.get("kind") not in ("certificate_seal", "certificate") or not isinstance(number, str):
        return verdict
    if verdict.levels()["crypto"] != "valid":
        return verdict
    rules = spec.certificate_status
    try:
        with db.reading() as read:
            held = status_of(read, number, at)
    except NotFound:
        words = "the register does not hold this number", "لا يعرف السجل هذا الرقم"
        return Verdict.of([*verdict.checks, Check(CHECK, "policy", "unknown", *words, _CLAUSE)], verdict.facts)
    except Unavailable:
        words = "the register cannot be asked now", "تعذر سؤال السجل الآن"
        return Verdict.of([*verdict.checks, Check(CHECK, "policy", "unknown", *words, _CLAUSE)], verdict.facts)
    told = rules.kinds.entries[held.code]
    check = Check(CHECK, "policy", "fail" if held.ended else "pass", told.text.en, told.text.ar, _CLAUSE)
    facts = {
        **verdict.facts,
        "status": held.code,
        "status_since": held.since.isoformat(),
        "legalised": [one.step for one in held.legalised],
    }
    return Verdict.of([*verdict.checks, check], facts)


def _with_book(verdict: Verdict, knowledge: Knowledge, number: str, spec: Specification) -> Verdict:
    """A book that is lost, replaced or revoked is told so at the level of policy. One of before this register is not
    judged; one whose number is of our series and that the register does not hold is warned of."""
    try:
        held = knowledge.standing(number)
    except Unavailable:
        words = "the register cannot be asked now", "تعذر سؤال السجل الآن"
        return Verdict.of([*verdict.checks, Check(BOOK, "policy", "unknown", *words, BOOKS)], verdict.facts)
    if held is None:
        if not ours(spec).series.match(number):
            return verdict
        return Verdict.of([*verdict.checks, Check(BOOK, "policy", "warning", *NOT_HELD, BOOKS)], verdict.facts)
    facts = {**verdict.facts, "book_status": held.state, "book_status_since": held.since}
    return Verdict.of([*verdict.checks, standing_check(held, spec)], facts)


def standing_check(held: Standing, spec: Specification) -> Check:
    """Whether a document in this state is good for travel."""
    rule = spec.passport.office.documents.entries[held.state]
    return Check(BOOK, "policy", "pass" if rule.travel else "fail", rule.title.en, rule.title.ar, BOOKS)
