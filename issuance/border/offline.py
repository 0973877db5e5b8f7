"""A verdict with what a bundle knows: whether it may still be relied upon, and how the document stands. No server.

A stale bundle leaves nothing `valid`: its `unknown` stands among the checks of every verdict, foreign documents' too,
for certificates and revocation lists come from it as well.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any, Final

from issuance.border.knowledge import Knowledge
from issuance.border.numbers import number_said, ours
from issuance.border.status import BOOK, BOOKS, standing_check
from issuance.border.steps import in_order
from keys.verdict import Check, Verdict
from specs.errors import IssuanceError
from specs.schema import Specification

CERTIFICATE: Final = "certificate.status"
_CERTIFICATES: Final = "certificate/status.yaml"


def with_knowledge(verdict: Verdict, knowledge: Knowledge, at: datetime, spec: Specification) -> Verdict:
    """The verdict at `at` (aware) with freshness and status. Facts: `knowledge_as_of`, `book_status`, `status`."""
    facts = {**verdict.facts, "knowledge_as_of": knowledge.as_of.isoformat()}
    checks = [*verdict.checks, knowledge.freshness(at)]
    kind = facts.get("kind")
    try:
        if kind in ("certificate_seal", "certificate"):
            checks += _certificate(verdict, knowledge, facts, spec)
        elif (number := number_said(facts, spec)) is not None:
            checks += _book(number, knowledge, facts, spec)
    except IssuanceError as error:
        fault = error.faults[0]
        checks.append(Check("knowledge.status", "policy", "unknown", fault.en, fault.ar, fault.clause or ""))
    if kind in ("chip", "sod"):
        checks = in_order(checks, spec.border_inspection)
    return Verdict.of(checks, facts)


def _certificate(verdict: Verdict, knowledge: Knowledge, facts: dict[str, Any], spec: Specification) -> Iterator[Check]:
    number = facts.get("number")
    if not isinstance(number, str) or verdict.levels()["crypto"] != "valid":
        return
    kinds = spec.certificate_status.kinds.entries
    ended = knowledge.ended_certificate(number)
    code = next((known for known in kinds if known == ended), None)
    if ended is not None and code is None:
        words = f"it ended in a way not known here: {ended}", "أُنهيت على وجه غير معروف هنا"
        yield Check(CERTIFICATE, "policy", "fail", *words, _CERTIFICATES)
    elif code is not None:
        facts["status"] = code
        yield Check(CERTIFICATE, "policy", "fail", kinds[code].text.en, kinds[code].text.ar, _CERTIFICATES)
    else:
        words = "not among those that ended", "ليست ضمن ما أُنهي"
        yield Check(CERTIFICATE, "policy", "pass", *words, _CERTIFICATES)


def _book(number: str, knowledge: Knowledge, facts: dict[str, Any], spec: Specification) -> Iterator[Check]:
    """One of before the register is not judged; one of our series that is not held is warned of."""
    held = knowledge.standing(number)
    if held is not None:
        facts["book_status"] = held.state
        yield standing_check(held, spec)
    elif ours(spec).series.match(number):
        words = "no book of this number was issued when it was made", "لم يصدر دفتر بهذا الرقم حين أُعدت الحزمة"
        yield Check(BOOK, "policy", "warning", *words, BOOKS)
