"""The appended actions of a file, between rows and values; each entry hashes the one before it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from hashlib import sha256
from typing import Any, Final

from sqlmodel import col, select

from issuance.cases.case_rules import CaseRules
from issuance.cases.fields import is_text
from issuance.cases.file import Action, CaseFile
from issuance.cases.fold import fold
from issuance.cases.model import CaseAction, CaseRow
from issuance.core.canonical import canonical
from issuance.db.session import ReadSession
from specs.errors import Fault, NotFound

LONGEST_NUMBER: Final = 40
GENESIS: Final = "0" * 64
_DOMAIN: Final = b"issuance case action 1\n"


def actions_of(read: ReadSession, case_id: str) -> list[Action]:
    """Every entry of the file, as it was written, in order."""
    return [action_of(row) for row in rows_of_case(read, case_id)]


def rows_of_case(read: ReadSession, case_id: str) -> Sequence[CaseAction]:
    """The rows themselves, for what needs digests and receipts."""
    return read.exec(select(CaseAction).where(CaseAction.case_id == case_id).order_by(col(CaseAction.seq))).all()


def file_of(read: ReadSession, number: str, rules: CaseRules) -> CaseFile:
    """The file of this number, folded from its actions. Raises `NotFound`."""
    known = is_text(number, LONGEST_NUMBER)
    case_id = read.exec(select(CaseRow.id).where(CaseRow.number == number)).first() if known else None
    if case_id is None:
        words = "لا توجد قضية بهذا الرقم", "there is no case of this number"
        raise NotFound(Fault("cases.not_found", *words, field="number", clause="specs/roles.yaml"))
    return fold(case_id, number, actions_of(read, case_id), rules)


def action_of(row: CaseAction) -> Action:
    """The value of one row."""
    return Action(
        row.id,
        row.seq,
        row.name,
        row.at,
        row.happened_on,
        row.actor_id,
        row.actor_role,
        row.office,
        json.loads(row.body),
        json.loads(row.resolved),
        tuple(json.loads(row.matters)),
        row.basis,
        tuple(json.loads(row.evidence)),
        row.asked_by,
    )


def row_of(case_id: str, action: Action, before: str, receipt: bytes | None = None) -> CaseAction:
    """The row of one action; before: the digest of the entry before it, `GENESIS` for the first."""
    return CaseAction(**values_of(case_id, action, before, receipt))


def values_of(case_id: str, action: Action, before: str, receipt: bytes | None = None) -> dict[str, Any]:
    """The same as plain values, for entries written by the thousand."""
    return {
        "id": action.id,
        "case_id": case_id,
        "seq": action.seq,
        "name": action.name,
        "at": action.at,
        "happened_on": action.happened_on,
        "actor_id": action.actor,
        "actor_role": action.role,
        "office": action.office,
        "asked_by": action.asked_by,
        "basis": action.basis,
        "matters": _text(list(action.matters)),
        "evidence": _text(list(action.evidence)),
        "body": _text(dict(action.body)),
        "resolved": _text(dict(action.resolved)),
        "digest": digest(case_id, action, before),
        "receipt": receipt,
    }


def digest(case_id: str, action: Action, before: str) -> str:
    """Hex SHA-256 of the entry, bound to its file, its place and the entry before it."""
    entry = {
        "id": action.id,
        "case": case_id,
        "seq": action.seq,
        "name": action.name,
        "at": action.at.isoformat(timespec="microseconds"),
        "happened_on": action.happened_on.isoformat(),
        "actor": action.actor,
        "role": action.role,
        "office": action.office,
        "asked_by": action.asked_by,
        "basis": action.basis,
        "matters": list(action.matters),
        "evidence": list(action.evidence),
        "body": dict(action.body),
        "resolved": dict(action.resolved),
        "before": before,
    }
    return sha256(_DOMAIN + canonical(entry)).hexdigest()


def broken_links(case_id: str, rows: Sequence[CaseAction]) -> Iterator[int]:
    """The seq of every entry that was changed, moved or lost after it was written."""
    before = GENESIS
    for place, row in enumerate(rows, 1):
        if row.seq != place or row.digest != digest(case_id, action_of(row), before):
            yield row.seq
        before = row.digest


def _text(value: Any) -> str:
    return canonical(value).decode()
