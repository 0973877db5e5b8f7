"""Is a case file as it was written? Its entries by their chain and the audit trail, its hand-overs by signed receipts.

Reads the rows again and shares nothing with what wrote them but the form of an entry; the verdict names what fails.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import select

from issuance.cases.access import NOT_FOUND, READ
from issuance.cases.case_rules import CaseRules
from issuance.cases.history import broken_links, rows_of_case
from issuance.cases.looks import Look, keep
from issuance.cases.model import CaseAction, CaseRow
from issuance.cases.reading import look
from issuance.cases.receipts import FORM, wants_receipt
from issuance.cases.trail import Told, is_as_told, told_of
from issuance.core import policy
from issuance.core.actor import Actor
from issuance.core.purpose import Purpose, settled
from issuance.core.uow import unit_of_work
from issuance.service import Service
from keys import Check, Verdict
from keys.record_verify import ReadRecord, verify_record
from specs.errors import Fault, NotFound

CLAUSE = "docs/cases.md"


@dataclass(frozen=True, slots=True)
class Receipt:
    """The signed record of one hand-over or acknowledgement. cms: DER, as it was signed."""

    number: str
    seq: int
    cms: bytes
    verdict: Verdict


def verify_case(service: Service, actor: Actor, number: str, purpose: Purpose, now: datetime) -> Verdict:
    """The verdict on one file. A read like any other. Raises `Invalid` without a purpose, `NotFound`."""
    with service.db.reading() as read:
        held = read.exec(select(CaseRow.id, CaseRow.version).where(CaseRow.number == number)).first()
        case_id, version = held if held is not None else ("", 0)
        rows = rows_of_case(read, case_id)
        told = told_of(read, [case_id]).get(case_id, ())
    rules, chain, trail = CaseRules.of(service.spec), _chain(case_id, rows, version), _trail(rows, told)
    if chain.result == trail.result == "pass":
        look(service, actor, number, purpose, now)
    else:
        _look_at_broken(service, actor, case_id, purpose, now)
    checks = [chain, trail]
    for row in rows:
        if row.receipt is not None:
            checks += receipt_verdict(service, number, rows, row, now).checks
        elif (kind := rules.lifecycle.actions.get(row.name)) is not None and wants_receipt(row.name, kind):
            words = f"entry {row.seq} hands the file over and has no receipt", f"القيد {row.seq} إحالة بلا إيصال موقع"
            checks.append(Check("case.receipt.missing", "policy", "fail", *words, CLAUSE))
    return Verdict.of(checks, {"kind": "case", "number": number, "entries": len(rows)})


def receipt(service: Service, actor: Actor, number: str, seq: int, purpose: Purpose, now: datetime) -> Receipt:
    """The receipt of entry `seq`. A read like any other. Raises `Invalid`, `NotFound` also when it has none."""
    view = look(service, actor, number, purpose, now)
    with service.db.reading() as read:
        rows = rows_of_case(read, view.file.id)
    row = next((row for row in rows if row.seq == seq), None)
    if row is None or row.receipt is None:
        words = "لا إيصال موقع لهذا القيد", "this entry has no signed receipt"
        raise NotFound(Fault("cases.receipt", *words, field="seq", clause=CLAUSE))
    return Receipt(number, seq, row.receipt, receipt_verdict(service, number, rows, row, now))


def _look_at_broken(service: Service, actor: Actor, case_id: str, purpose: Purpose, now: datetime) -> None:
    """Entries that were changed do not say who may read them: only who reads every file is told."""
    purpose = settled(purpose, service.spec.purposes)
    if "everywhere" not in policy.scopes(actor, READ):
        raise NotFound(NOT_FOUND)
    with unit_of_work(service.db, actor, "verify a case file", now) as tx:
        keep(tx, Look("read", purpose, case_id))


def _chain(case_id: str, rows: Sequence[CaseAction], version: int) -> Check:
    """version: the last entry that the projection knows, so that none is cut off the end unseen."""
    try:
        told = ", ".join(map(str, broken_links(case_id, rows)))
    except (ValueError, TypeError):  # a body that is no JSON any more
        told = "?"
    if not told and len(rows) != version:
        told = f"{version}"
    if told:
        words = f"entries were changed, moved or lost: {told}", f"قيود غُيرت أو نُقلت أو فُقدت: {told}"
        return Check("case.chain", "crypto", "fail", *words, CLAUSE)
    words = "every entry is as it was written", "كل القيود كما كُتبت"
    return Check("case.chain", "crypto", "pass", *words, CLAUSE)


def _trail(rows: Sequence[CaseAction], told: Told) -> Check:
    if is_as_told(rows, told):
        words = "the entries are those the audit trail speaks of", "القيود هي التي يذكرها سجل التدقيق"
        return Check("case.trail", "crypto", "pass", *words, CLAUSE)
    words = (
        f"the audit trail speaks of other entries: {max((seq for seq, _ in told), default=0)} were written",
        "سجل التدقيق يذكر قيوداً غير هذه: حُذف من الملف أو أعيدت كتابته",
    )
    return Check("case.trail", "crypto", "fail", *words, CLAUSE)


def receipt_verdict(
    service: Service, number: str, rows: Sequence[CaseAction], row: CaseAction, now: datetime
) -> Verdict:
    """What is wrong with the signature, and whether what it signs is this hand-over of this file in this state."""
    read = verify_record(row.receipt or b"", service.trust, now, pki=service.spec.pki_profiles)
    wrong = [check for check in read.verdict.checks if check.result != "pass"]
    checks = [*wrong, *_binding(read, number, rows, row)]
    return Verdict.of(checks, dict(read.verdict.facts) | {"seq": row.seq})


def _binding(read: ReadRecord, number: str, rows: Sequence[CaseAction], row: CaseAction) -> Iterator[Check]:
    before = rows[row.seq - 2] if row.seq >= 2 else None
    try:
        said: Any = json.loads(read.payload or b"null")
    except ValueError:
        said = None
    seq = row.seq
    wanted = {
        "form": FORM,
        "case": row.case_id,
        "number": number,
        "version": seq - 1,
        "digest": before.digest if before is not None else None,
        "action": row.name,
        "by": row.actor_id,
    }
    held = isinstance(said, dict) and all(said.get(name) == value for name, value in wanted.items())
    ar = f"إيصال القيد {seq} {'يخص' if held else 'لا يخص'} هذه الإحالة"
    en = f"the signed receipt of entry {seq} is {'' if held else 'not '}of this hand-over"
    yield Check("case.receipt", "crypto", "pass" if held else "fail", en, ar, CLAUSE)
