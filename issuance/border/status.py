"""What the register says of a certificate whose signature holds: one more check beside those of the document itself.

Needs a register; a verifier elsewhere has the signed list, or none. A document that does not hold is not looked up.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final

from issuance.certificates.public import status_of
from issuance.db.session import Database
from keys.verdict import Check, Verdict
from specs.errors import NotFound, Unavailable
from specs.schema import Specification

CHECK: Final = "certificate.status"
_CLAUSE: Final = "certificate/status.yaml"


def with_status(verdict: Verdict, db: Database, at: datetime, spec: Specification) -> Verdict:
    """The verdict with the status as of `at` (aware). Facts: `status`, `status_since`, `legalised`.

    An ended certificate is genuine and `invalid`, at the level of policy; one that expired is told so by its own dates.
    """
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
