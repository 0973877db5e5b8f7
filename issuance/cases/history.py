"""The appended actions of a file, between rows and values; each entry hashes the one before it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from hashlib import sha256
from typing import Any, Final

from sqlmodel import col, select

from issuance.cases.case_rules import CaseRules
from issuance.cases.fields import is_text
from issuance.cases.file import Action, CaseFile
from issuance.cases.fold import fold
from issuance.cases.model import CaseAction, CaseRow
from issuance.core.canonical import text_of
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


def values_of(case_id: str, action: Action, before: str, receipt: bytes | None = None) -> dict[str, Any]:
    """Column -> value of the row of one action; before: the digest of the entry before it, `GENESIS` for the first."""
    texts = _texts(action)
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
        **texts,
        "digest": _digest(case_id, action, texts, before),
        "receipt": receipt,
    }


def digest(case_id: str, action: Action, before: str) -> str:
    """Hex SHA-256 of the entry, bound to its file, its place and the entry before it."""
    return _digest(case_id, action, _texts(action), before)


def _texts(action: Action) -> dict[str, str]:
    """Column -> canonical JSON, of what is kept as text."""
    return {
        "matters": text_of(list(action.matters)),
        "evidence": text_of(list(action.evidence)),
        "body": text_of(dict(action.body)),
        "resolved": text_of(dict(action.resolved)),
    }


def _digest(case_id: str, action: Action, texts: Mapping[str, str], before: str) -> str:
    """Over one canonical object, put together from its members in their order: some are text already."""
    members = (
        f'{{"actor":{text_of(action.actor)},"asked_by":{text_of(action.asked_by)}'
        f',"at":{text_of(action.at.isoformat(timespec="microseconds"))},"basis":{text_of(action.basis)}'
        f',"before":{text_of(before)},"body":{texts["body"]},"case":{text_of(case_id)},"evidence":{texts["evidence"]}'
        f',"happened_on":{text_of(action.happened_on.isoformat())},"id":{text_of(action.id)}'
        f',"matters":{texts["matters"]},"name":{text_of(action.name)},"office":{text_of(action.office)}'
        f',"resolved":{texts["resolved"]},"role":{text_of(action.role)},"seq":{action.seq}}}'
    )
    return sha256(_DOMAIN + members.encode()).hexdigest()


def broken_links(case_id: str, rows: Sequence[CaseAction]) -> Iterator[int]:
    """The seq of every entry that was changed, moved or lost after it was written."""
    before = GENESIS
    for place, row in enumerate(rows, 1):
        if row.seq != place or row.digest != digest(case_id, action_of(row), before):
            yield row.seq
        before = row.digest
