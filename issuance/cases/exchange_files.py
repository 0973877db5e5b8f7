"""Whole case files as they leave and enter a register: one line of JSON each, every entry as it was written.

An entry hashes the one before it, so a file that was changed on the way is refused; so is a history the law does not
admit, and a receipt that does not stand. Who takes one in vouches for the rest.
"""

from __future__ import annotations

from base64 import b64decode, b64encode
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import insert
from sqlmodel import col, select

from issuance.cases import trail
from issuance.cases.case_rules import CaseRules
from issuance.cases.exchange_history import history_faults
from issuance.cases.exchange_offices import office_faults
from issuance.cases.exchange_rows import CLAUSE, FILE_FORM
from issuance.cases.file import Action, CaseFile
from issuance.cases.fold import fold
from issuance.cases.history import GENESIS, action_of, digest, rows_of_case, values_of
from issuance.cases.model import CaseAction, CaseCounter, CaseRow
from issuance.cases.projection import write_many
from issuance.cases.reading import without_confidential
from issuance.cases.verify import receipt_verdict
from issuance.core.actor import Actor
from issuance.core.uow import Tx
from issuance.db.session import lock
from issuance.people.public import known_people
from issuance.service import Service
from specs.errors import Conflict, Fault, Invalid, NotAllowed, NotFound

_LONGEST = {"id": 36, "actor": 80, "role": 40, "office": 16, "asked_by": 80}
_PLAIN = ("id", "name", "role", "office", "basis", "asked_by")


def line_of(number: str, case_id: str, rows: Sequence[CaseAction]) -> dict[str, Any]:
    """The file as JSON, ready to be taken in elsewhere."""
    entries = []
    for row in rows:
        action = action_of(row)
        entries.append({
            **{name: getattr(action, name) for name in _PLAIN},
            "at": action.at.isoformat(timespec="microseconds"),
            "happened_on": action.happened_on.isoformat(),
            "actor": action.actor,
            "matters": list(action.matters),
            "evidence": list(action.evidence),
            "body": action.body,
            "resolved": action.resolved,
            "digest": row.digest,
            "receipt": b64encode(row.receipt).decode() if row.receipt is not None else None,
        })  # fmt: skip
    return {"form": FILE_FORM, "id": case_id, "number": number, "entries": entries}


def hidden(line: Mapping[str, Any], rules: CaseRules) -> dict[str, Any]:
    """The same without who reported. It is no longer what was hashed, so it has neither digests nor receipts."""
    proof = {"digest": None, "receipt": None}
    entries = [
        {**entry, **proof, **{name: without_confidential(entry[name], rules) for name in ("body", "resolved")}}
        for entry in line["entries"]
    ]
    return {**line, "entries": entries}


def taken_in(
    tx: Tx, service: Service, actor: Actor, line: Mapping[str, Any], rules: CaseRules
) -> tuple[CaseFile, bool]:
    """(the file, whether it is new here). Raises `Invalid`, `Conflict` (another file or history), `NotFound`
    (a person), `NotAllowed` for anybody but the console: the entries speak for other people."""
    if actor.kind != "system":
        words = "لا تدخل الملفات كاملة إلا من وحدة التحكم", "whole files are taken in at the console only"
        raise NotAllowed(_fault("form", "console", *words))
    case_id, number, rows, file = _read(line, rules, tx.now)
    lock(tx.session, f"case:{number}")
    stands = rows_of_case(tx.read, case_id)
    if stands:
        if [row.digest for row in stands[: len(rows)]] != [row["digest"] for row in rows]:
            words = "للملف هنا تاريخ آخر", "the file has another history here"
            raise Conflict(_fault("entries", "history", *words))
        return fold(case_id, number, [action_of(row) for row in stands], rules), False
    taken = select(CaseRow.id).where(CaseRow.number == number)
    ids = select(CaseAction.id).where(col(CaseAction.id).in_([row["id"] for row in rows]))
    if tx.session.exec(taken).first() or tx.session.exec(ids).first():
        words = "الرقم أو القيود لملف آخر هنا", "the number or an entry belongs to another file here"
        raise Conflict(_fault("number", "taken", *words))
    people = {a.person_id for a in file.accused.values() if a.person_id is not None}
    if people - known_people(tx.read, people):
        words = "في الملف شخص غير مقيد هنا", "the file names a person who is not entered here"
        raise NotFound(_fault("entries", "person", *words))
    actions = [action_of(CaseAction(**row)) for row in rows]
    if found := [*office_faults(tx.read, actions), *_receipt_faults(service, number, rows, tx.now)]:
        raise Invalid(*found)
    with tx.part(actor):
        tx.session.connection().execute(insert(CaseAction), rows)
        write_many(tx.session, [file], rules)
        _count(tx, number)
        tx.audit("cases.import", f"case:{case_id}", trail.detail(len(rows), rows[-1]["digest"]))
    return file, True


def _receipt_faults(service: Service, number: str, rows: Sequence[Mapping[str, Any]], now: datetime) -> Iterator[Fault]:
    """A paper that came with an entry must be of it. Entries without one are told in the fate, and by `verify`."""
    entries = [CaseAction(**row) for row in rows]
    for entry in entries:
        if entry.receipt is not None and receipt_verdict(service, number, entries, entry, now).status != "valid":
            words = f"إيصال القيد {entry.seq} لا يثبت", f"the receipt of entry {entry.seq} does not stand"
            yield _fault(f"entries.{entry.seq}", "receipt", *words)


def _read(line: Mapping[str, Any], rules: CaseRules, now: datetime) -> tuple[str, str, list[dict[str, Any]], CaseFile]:
    """Raises `Invalid`: not a file of this form, not as it was written, or one that could not have come about."""
    try:
        case_id, number, entries = str(line["id"]), str(line["number"]), line["entries"]
        _, year, serial = number.rsplit("-", 2)
        actions = [_action(seq, entry) for seq, entry in enumerate(entries, 1)]
        before, rows = GENESIS, []
        for action, entry in zip(actions, entries, strict=True):
            if digest(case_id, action, before) != entry["digest"]:
                words = f"القيد {action.seq} ليس كما كُتب", f"entry {action.seq} is not as it was written"
                raise Invalid(_fault(f"entries.{action.seq}", "digest", *words))
            receipt = b64decode(entry["receipt"], validate=True) if entry["receipt"] is not None else None
            rows.append(values_of(case_id, action, before, receipt))
            before = entry["digest"]
        if (
            actions[0].resolved["number"] != number
            or int(year) < 0
            or int(serial) < 1
            or len(number) > 40
            or len(case_id) > 36
        ):
            raise ValueError(number)
        if found := history_faults(case_id, number, actions, rules, now):
            raise Invalid(*found)
        return case_id, number, rows, fold(case_id, number, actions, rules)
    except (LookupError, TypeError, ValueError, AttributeError, StopIteration, RecursionError) as error:
        words = "ليس ملف قضية كما تصدره هذه المنظومة", "not a case file as this system exports it"
        raise Invalid(_fault("entries", "form", *words)) from error


def _action(seq: int, entry: Mapping[str, Any]) -> Action:
    at = datetime.fromisoformat(entry["at"])
    if at.utcoffset() != timedelta() or any(len(entry[name] or "") > most for name, most in _LONGEST.items()):
        raise ValueError(entry["id"])
    return Action(
        entry["id"],
        seq,
        entry["name"],
        at,
        date.fromisoformat(entry["happened_on"]),
        entry["actor"],
        entry["role"],
        entry["office"],
        entry["body"],
        entry["resolved"],
        tuple(entry["matters"]),
        entry["basis"],
        tuple(entry["evidence"]),
        entry["asked_by"],
    )


def _count(tx: Tx, number: str) -> None:
    """The counter of the office is not behind the number."""
    office, year, serial = number.rsplit("-", 2)
    lock(tx.session, f"case counter {office} {year}")
    row = tx.session.get(CaseCounter, (office, int(year))) or CaseCounter(office=office, year=int(year), last=0)
    row.last = max(row.last, int(serial))
    tx.session.add(row)


def _fault(field: str, code: str, ar: str, en: str) -> Fault:
    return Fault(f"cases.import.{code}", ar, en, field=field, clause=CLAUSE)
