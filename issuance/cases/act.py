"""Open a file and act on it: every change of a case passes here, in one transaction with its projection.

A stale screen gets the difference (`StaleCase`); what the life cycle does not admit gets the moves that are legal.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from sqlmodel import select

from issuance.cases.access_rows import access_of
from issuance.cases.between import correction, joined, put_right, split
from issuance.cases.case_rules import CaseRules
from issuance.cases.entries import (
    Move,
    StaleCase,
    access_in,
    append,
    entry,
    held,
    keep,
    move_faults,
    next_number,
    several,
    stale,
)
from issuance.cases.evidence import evidence_faults
from issuance.cases.fields import is_text, read_body
from issuance.cases.file import REGISTER_OFFICE, Action, CaseFile
from issuance.cases.fold import begin
from issuance.cases.history import GENESIS, actions_of, file_of
from issuance.cases.legal import faults, targets
from issuance.cases.model import CaseAction, CaseRow
from issuance.cases.receipts import receipt_of, wants_receipt
from issuance.cases.resolve import resolved
from issuance.cases.values import fault_of, opening_faults
from issuance.core.actor import Actor
from issuance.core.civil import civil_day
from issuance.core.ids import new_id
from issuance.core.uow import Tx, unit_of_work
from issuance.db.session import lock
from issuance.service import Service
from specs.errors import Conflict, Invalid, Refused

__all__ = ["Move", "StaleCase", "act", "appended", "held", "open_case", "opened", "planned", "stale"]

REQUEST_CHARACTERS = 36


def open_case(service: Service, actor: Actor, move: Move, now: datetime, *, request_id: str | None = None) -> CaseFile:
    """Open a file by one of the opening actions. Raises `Invalid` with every fault, `NotAllowed`, `NotFound`.

    A second call with one `request_id` answers the file of the first.
    """
    rules = CaseRules.of(service.spec)
    kind = rules.lifecycle.actions.get(move.name) if isinstance(move.name, str) else None
    if kind is None or not kind.opens or kind.internal:
        raise Invalid(fault_of("action", "unknown", "ليس إجراء فتح", "this action opens no file"))
    with unit_of_work(service.db, actor, f"cases.{move.name}", now) as tx:
        access_in(tx, rules).require_opening(move.name)
        if (made := _made(tx, request_id, rules, move.name)) is not None:
            return made
        return opened(tx, move, rules, request_id)


def opened(tx: Tx, move: Move, rules: CaseRules, request_id: str | None = None) -> CaseFile:
    """The same inside a unit of work that is open: imports, splits. Whether the actor may is the caller's to know."""
    kind = rules.lifecycle.actions[move.name]
    body = read_body(move.name, move.body, rules)
    if found := list(move_faults(move)):
        raise Invalid(*found)
    if tx.actor.kind != "system" and (alone := [name for name in kind.by_two if name in body]):
        titles = [rules.lifecycle.fields[name].title for name in alone]
        ar, en = "، ".join(title.ar for title in titles), ", ".join(title.en for title in titles)
        words = f"يلزم ضابطان لإثبات: {ar}؛ افتح الملف بدونه ثم اطلبه", f"two officers enter: {en}; open without it"
        raise Refused(fault_of(alone[0], "four_eyes", *words))
    day = move.happened_on or civil_day(tx.now)
    office = tx.actor.office or REGISTER_OFFICE
    looked_up = resolved(tx.read, None, kind, body, (), day, rules)
    action = replace(entry(tx, move, 1, body, looked_up, day, (), request_id), office=office)
    if found := [*opening_faults(action, action.at), *evidence_faults(tx.read, None, action)]:
        raise Invalid(*found)
    number = next_number(tx, office, day.year)
    action = replace(action, resolved={**looked_up, "number": number})
    file = begin(new_id(), number, action, rules)
    keep(tx, None, file, action, GENESIS, rules)
    return file


def act(
    service: Service,
    actor: Actor,
    number: str,
    move: Move,
    now: datetime,
    *,
    expected: int | None = None,
    request_id: str | None = None,
) -> CaseFile:
    """Append one action; the file after it. expected: the version the actor saw.

    Raises `Invalid` with every fault, `NotAllowed`, `NotFound` (also for who may not know of the file), `StaleCase`,
    `Refused` where a second officer is needed (`four_eyes.propose`), `Unavailable`.
    """
    rules = CaseRules.of(service.spec)
    kind = rules.lifecycle.actions.get(move.name) if isinstance(move.name, str) else None
    if kind is None or kind.internal or kind.opens:
        known = ", ".join(name for name, one in rules.lifecycle.actions.items() if not (one.internal or one.opens))
        raise Invalid(
            fault_of("action", "unknown", f"إجراء غير معروف؛ المتاح: {known}", f"no such action; one of {known}")
        )
    if kind.four_eyes:
        words = "يلزم ضابطان: اطلب، ثم يعتمد غيرك", "two officers are needed: propose it, and another approves"
        raise Refused(fault_of("action", "four_eyes", *words))
    receipt: bytes | None = None
    if wants_receipt(move.name, kind):
        expected, receipt = _receipt(service, actor, number, move, now, expected, request_id)
    with unit_of_work(service.db, actor, f"cases.{move.name}", now) as tx:
        if (made := _made(tx, request_id, rules, move.name, number)) is not None:
            return made
        if move.name in ("join", "split"):
            several(tx)
        before = held(tx, number, rules, move.name, expected)
        return appended(tx, before, move, rules, receipt=receipt, request_id=request_id)


def _receipt(
    service: Service, actor: Actor, number: str, move: Move, now: datetime, expected: int | None, request_id: str | None
) -> tuple[int | None, bytes | None]:
    """The version that the signed paper speaks of, and the paper; none for a request that was carried out already.

    Whoever may not hand the file over, or saw another version, learns it before a key is used.
    """
    rules = CaseRules.of(service.spec)
    with service.db.reading() as read:
        if request_id is not None and read.get(CaseAction, request_id) is not None:
            return expected, None
        seen = file_of(read, number, rules)
        access = access_of(read, actor, civil_day(now), rules)
        access.require(f"cases.{move.name}", seen)
        if expected is not None and expected != seen.version:
            raise stale(read, seen, expected, rules)
        access.require_move(move.name, seen)
    receiver = read_body(move.name, move.body, rules).get("to_office")
    return seen.version, receipt_of(service, actor, seen, move.name, receiver, now)


def appended(
    tx: Tx,
    before: CaseFile,
    move: Move,
    rules: CaseRules,
    *,
    receipt: bytes | None = None,
    request_id: str | None = None,
    asked_by: str | None = None,
) -> CaseFile:
    """The same inside a unit of work that holds the file. Whether the actor may is the caller's to know."""
    action = planned(tx, before, move, rules, request_id=request_id, asked_by=asked_by)
    if move.name == "correct":
        return put_right(tx, before, actions_of(tx.read, before.id), action, rules)
    if move.name == "split":
        return split(tx, before, action, rules)
    if move.name == "join":
        return joined(tx, before, action, rules)
    return append(tx, before, action, rules, receipt)


def planned(
    tx: Tx,
    before: CaseFile,
    move: Move,
    rules: CaseRules,
    *,
    request_id: str | None = None,
    asked_by: str | None = None,
) -> Action:
    """The entry that would be appended to the file now. Raises `Invalid`, `NotFound`, `Refused`."""
    kind = rules.lifecycle.actions[move.name]
    body = read_body(move.name, move.body, rules)
    if found := list(move_faults(move)):
        raise Invalid(*found)
    matters = targets(before, move.name, move.matters, rules)
    day = move.happened_on or civil_day(tx.now)
    looked_up = resolved(tx.read, before, kind, body, matters, day, rules, tx.actor.office)
    action = entry(tx, move, before.version + 1, body, looked_up, day, matters, request_id)
    action = replace(action, asked_by=asked_by)
    if found := [*faults(before, action, rules), *evidence_faults(tx.read, before, action)]:
        raise (Refused if found[0].code == "cases.illegal" else Invalid)(*found)
    return correction(tx, before, action, rules) if move.name == "correct" else action


def _made(tx: Tx, request_id: str | None, rules: CaseRules, name: str, number: str | None = None) -> CaseFile | None:
    """The file of a repeatable request that was carried out already, as it is now.

    Raises `Conflict` for another's, `NotFound` for who may not read the file any more.
    """
    if request_id is None:
        return None
    if not is_text(request_id, REQUEST_CHARACTERS):
        words = "معرف الطلب غير مقبول", f"an id of at most {REQUEST_CHARACTERS} characters"
        raise Invalid(fault_of("request_id", "form", *words))
    lock(tx.session, f"case request {request_id}")
    row = tx.session.get(CaseAction, request_id)
    if row is None:
        return None
    if row.actor_id != tx.actor.id:
        raise Conflict(fault_of("request_id", "request", "استعمل غيرك هذا المعرف", "another made a request of this id"))
    held_number = tx.session.exec(select(CaseRow.number).where(CaseRow.id == row.case_id)).one()
    if row.name != name or number not in (None, held_number):
        raise Conflict(fault_of("request_id", "request", "استعمل المعرف لطلب آخر", "this id was for another request"))
    file = file_of(tx.read, held_number, rules)
    access_in(tx, rules).require_readable(file)
    return file
