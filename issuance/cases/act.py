"""Open a file and act on it: every change of a case passes here, in one transaction with its projection.

A stale screen gets the difference (`StaleCase`); what the life cycle does not admit gets the moves that are legal.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from typing import Any

from sqlmodel import col, select

from issuance.cases import carried
from issuance.cases.access import Access
from issuance.cases.access_rows import access_of
from issuance.cases.case_rules import CaseRules
from issuance.cases.evidence import evidence_faults
from issuance.cases.fields import CLAUSE, read_body
from issuance.cases.file import Action, CaseFile
from issuance.cases.fold import CORRECTIONS, begin, corrected_actions
from issuance.cases.fold import apply as applied
from issuance.cases.history import GENESIS, actions_of, file_of, row_of
from issuance.cases.legal import faults, targets
from issuance.cases.model import CaseAction, CaseCounter, CaseRow
from issuance.cases.projection import write
from issuance.cases.receipts import receipt_of, wants_receipt
from issuance.cases.resolve import final_days, resolved
from issuance.cases.told import told
from issuance.cases.values import correction_faults, opening_faults
from issuance.core import policy
from issuance.core.actor import Actor
from issuance.core.civil import civil_day
from issuance.core.ids import new_id
from issuance.core.uow import Tx, unit_of_work
from issuance.db.session import ReadSession, lock
from issuance.service import Service
from specs.errors import Conflict, Fault, Invalid, Refused

REGISTER_OFFICE = "REGISTER"  # holds what the service itself enters at its console
Append = Callable[[Tx, CaseFile], Action]


@dataclass(frozen=True, slots=True)
class Move:
    """What somebody wants to do. body: as `lifecycle.yaml` asks; matters: none where plain; happened_on: today."""

    name: str
    body: Mapping[str, Any] = field(default_factory=dict)
    matters: tuple[str, ...] = ()
    happened_on: date | None = None
    basis: str = ""
    evidence: tuple[str, ...] = ()


class StaleCase(Conflict):
    """The file went on since it was read. since: what happened meanwhile, oldest first; version: as it is now."""

    def __init__(self, since: Sequence[Action], version: int, rules: CaseRules) -> None:
        titles = [rules.lifecycle.actions[action.name].title for action in since]
        ar, en = "، ".join(title.ar for title in titles), ", ".join(title.en for title in titles)
        words = f"تغير الملف بعد اطلاعك عليه: {ar}", f"the file changed since you read it: {en}"
        super().__init__(Fault("cases.stale", *words, field="version", clause="RFC 9110 §13.1.1"))
        self.since, self.version = tuple(since), version


def open_case(service: Service, actor: Actor, move: Move, now: datetime, *, request_id: str | None = None) -> CaseFile:
    """Open a file by one of the opening actions. Raises `Invalid` with every fault, `NotAllowed`, `NotFound`.

    A second call with one `request_id` answers the file of the first.
    """
    rules = CaseRules.of(service.spec)
    kind = rules.lifecycle.actions.get(move.name)
    if kind is None or not kind.opens or kind.internal:
        raise Invalid(_fault("action", "unknown", "ليس إجراء فتح", "this action opens no file"))
    with unit_of_work(service.db, actor, f"cases.{move.name}", now) as tx:
        _access(tx, rules).require_opening(move.name)
        if (made := _made(tx, request_id, rules)) is not None:
            return made
        return opened(tx, move, rules, request_id)


def opened(tx: Tx, move: Move, rules: CaseRules, request_id: str | None = None) -> CaseFile:
    """The same inside a unit of work that is open: imports, splits. Whether the actor may is the caller's to know."""
    kind = rules.lifecycle.actions[move.name]
    body = read_body(move.name, move.body, rules)
    day = move.happened_on or civil_day(tx.now)
    office = tx.actor.office or REGISTER_OFFICE
    looked_up = resolved(tx.read, None, kind, body, (), day, rules)
    action = replace(_action(tx, move, 1, body, looked_up, day, (), request_id), office=office)
    if found := [*opening_faults(action), *evidence_faults(tx.read, None, action)]:
        raise Invalid(*found)
    number = _number(tx, office, day.year)
    action = replace(action, resolved={**looked_up, "number": number})
    file = begin(new_id(), number, action, rules)
    _keep(tx, None, file, action, GENESIS, rules)
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
    kind = rules.lifecycle.actions.get(move.name)
    if kind is None or kind.internal or kind.opens:
        known = ", ".join(name for name, one in rules.lifecycle.actions.items() if not (one.internal or one.opens))
        raise Invalid(
            _fault("action", "unknown", f"إجراء غير معروف؛ المتاح: {known}", f"no such action; one of {known}")
        )
    if kind.four_eyes:
        words = "يلزم ضابطان: اطلب، ثم يعتمد غيرك", "two officers are needed: propose it, and another approves"
        raise Refused(_fault("action", "four_eyes", *words))
    receipt: bytes | None = None
    if wants_receipt(move.name, kind):
        with service.db.reading() as read:
            seen = file_of(read, number, rules)
            access_of(read, actor, civil_day(now), rules).require_move(move.name, seen)
        receipt = receipt_of(service, actor, seen, move.name, move.body.get("to_office"), now)
        expected = seen.version if expected is None else expected
    with unit_of_work(service.db, actor, f"cases.{move.name}", now) as tx:
        if (made := _made(tx, request_id, rules)) is not None:
            return made
        if (other := move.body.get("other_case")) is not None:  # two files are locked in one order by everybody
            for one in sorted({number, str(other)}):
                lock(tx.session, f"case:{one}")
        before = held(tx, number, rules, move.name, expected)
        return appended(tx, before, move, rules, receipt=receipt, request_id=request_id)


def held(tx: Tx, number: str, rules: CaseRules, name: str, expected: int | None = None) -> CaseFile:
    """The file, kept from other writers until the transaction ends, for an action of this name.

    Raises `NotFound` (also for who may not know of the file), `NotAllowed`, `StaleCase`, `Refused`, in this order.
    """
    lock(tx.session, f"case:{number}")
    file = file_of(tx.read, number, rules)
    reader = _access(tx, rules)
    reader.require(f"cases.{name}", file)
    if expected is not None and expected != file.version:
        raise stale(tx.read, file, expected, rules)
    if name in rules.lifecycle.actions:
        reader.require_move(name, file)
    return file


def stale(read: ReadSession, file: CaseFile, expected: int, rules: CaseRules) -> StaleCase:
    """What happened to the file after the version somebody saw."""
    since = [action for action in actions_of(read, file.id) if action.seq > expected]
    return StaleCase(since, file.version, rules)


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
    kind = rules.lifecycle.actions[move.name]
    body = read_body(move.name, move.body, rules)
    matters = targets(before, move.name, move.matters, rules)
    day = move.happened_on or civil_day(tx.now)
    looked_up = resolved(tx.read, before, kind, body, matters, day, rules, tx.actor.office)
    action = _action(tx, move, before.version + 1, body, looked_up, day, matters, request_id)
    action = replace(action, asked_by=asked_by)
    if found := [*faults(before, action, rules), *evidence_faults(tx.read, before, action)]:
        raise (Refused if found[0].code == "cases.illegal" else Invalid)(*found)
    if move.name == "correct":
        return _corrected(tx, before, action, rules)
    if move.name == "split":
        return _split(tx, before, action, rules)
    if move.name == "join":
        return _joined(tx, before, action, rules)
    return _append(tx, before, action, rules, receipt)


def _append(tx: Tx, before: CaseFile, action: Action, rules: CaseRules, receipt: bytes | None = None) -> CaseFile:
    after = applied(before, action, rules)
    _keep(tx, before, after, action, _last_digest(tx, before.id), rules, receipt)
    return after


def _corrected(tx: Tx, before: CaseFile, action: Action, rules: CaseRules) -> CaseFile:
    """The history with the correction in place must be one the law admits, from its first entry to its last."""
    history = actions_of(tx.read, before.id)
    target, values = history[action.body["corrects"] - 1], action.body["corrected"]
    if found := list(correction_faults(target, values, rules)):
        raise Invalid(*found)
    named = {name: value for name, value in values.items() if name != "happened_on"}
    kind, day = rules.lifecycle.actions[target.name], values.get("happened_on")
    standing = corrected_actions(history)[action.body["corrects"] - 1].body
    body = read_body(target.name, {**standing, **named}, rules)
    kept = {name: body.get(name) for name in named} | ({"happened_on": day} if day else {})
    looked_up = resolved(tx.read, None, kind, {name: v for name, v in kept.items() if v}, (), target.happened_on, rules)
    action = replace(action, body={**action.body, "corrected": kept})
    return _put_right(tx, before, history, replace(action, resolved={"of_corrected": looked_up}), rules)


def _put_right(tx: Tx, before: CaseFile, history: Sequence[Action], action: Action, rules: CaseRules) -> CaseFile:
    """Fold again with the correction: days of finality are counted anew, other files get what they received of this."""
    corrected = corrected_actions([*history, action])
    if found := list(opening_faults(corrected[0])):
        raise Refused(*found)
    file = begin(before.id, before.number, corrected[0], rules)
    later: dict[str, Any] = {}
    sent: list[tuple[Action, dict[str, Any]]] = []
    for entry in corrected[1:]:
        step = entry
        if step.name not in CORRECTIONS:
            if rules.lifecycle.actions[step.name].after == "challenge":
                days = {"final_on": final_days(file, step.matters, rules)}
                later |= {str(step.seq): days} if days["final_on"] != step.resolved["final_on"] else {}
                step = replace(step, resolved={**step.resolved, **days})
            if found := list(faults(file, step, rules)):
                raise Refused(*found)
        if step.name in ("split", "give_to_join"):
            sent.append((step, carried.carried(file, step.matters)))
        file = applied(file, step, rules)
    action = replace(action, resolved={**action.resolved, **({"of_later": later} if later else {})})
    _keep(tx, before, file, action, _last_digest(tx, before.id), rules)
    for step, goods in sent:
        _pass_on(tx, file, step, goods, rules)
    return file


def _pass_on(tx: Tx, file: CaseFile, step: Action, goods: Mapping[str, Any], rules: CaseRules) -> None:
    """The file that received matters by `step` takes them as they are now, if that is different."""
    other, place = step.resolved["other"], 0
    lock(tx.session, f"case:{other['number']}")
    history = actions_of(tx.read, other["case_id"])
    if step.name == "give_to_join":
        joined = [one.seq for one in history if one.name == "join" and one.resolved["other"]["case_id"] == file.id]
        given = [
            one.seq for one in actions_of(tx.read, file.id) if one.name == step.name and one.resolved["other"] == other
        ]
        place = joined[given.index(step.seq)] - 1
    if corrected_actions(history)[place].resolved["carried"] == goods:
        return
    before = file_of(tx.read, other["number"], rules)
    body = {"corrects": place + 1, "corrected": {}, "other_case": file.number}
    taking = Move("take_correction", body)
    action = _action(tx, taking, before.version + 1, body, {}, civil_day(tx.now), (), None)
    _put_right(tx, before, history, replace(action, resolved={"of_corrected": {"carried": goods}}), rules)


def _split(tx: Tx, before: CaseFile, action: Action, rules: CaseRules) -> CaseFile:
    """The matters go on in a new file of the same office; the new file is told of in `links`."""
    staying = [m for m in before.matters.values() if m.code not in action.matters and m.state != "moved"]
    if not staying:
        raise Refused(_fault("matters", "whole_file", "لا يبقى في الملف شيء", "nothing would stay in this file"))
    number = _number(tx, before.holder, action.happened_on.year)
    goods = {"carried": carried.carried(before, action.matters), "number": number}
    opening = Move("open_by_split", {"origin": {"case_id": before.id, "number": before.number}})
    first = _action(tx, opening, 1, dict(opening.body), goods, action.happened_on, (), None)
    first = replace(first, office=before.holder)
    fresh = begin(new_id(), number, first, rules)
    other = {"case_id": fresh.id, "number": fresh.number}
    after = _append(tx, before, replace(action, resolved={**action.resolved, "other": other}), rules)
    _keep(tx, None, fresh, first, GENESIS, rules)
    return after


def _joined(tx: Tx, before: CaseFile, action: Action, rules: CaseRules) -> CaseFile:
    """The other file's matters come here; that file ends with where they went. Both belong to one office."""
    other = held(tx, action.body["other_case"], rules, action.name)
    if other.id == before.id or other.holder != before.holder:
        words = "يضم ملف آخر لدى الجهة نفسها", "another file, held by the same office, is joined"
        raise Refused(_fault("other_case", "holder", *words))
    back = Move("give_to_join", {"other_case": before.number, "note": action.body["note"]})
    codes = targets(other, "give_to_join", (), rules)
    here = {"other": {"case_id": before.id, "number": before.number}}
    giving = _action(tx, back, other.version + 1, dict(back.body), here, action.happened_on, codes, None)
    if found := list(faults(other, giving, rules)):
        raise Refused(*found)
    goods = {"carried": carried.carried(other, codes), "other": {"case_id": other.id, "number": other.number}}
    _append(tx, other, giving, rules)
    return _append(tx, before, replace(action, resolved=goods), rules)


def _keep(
    tx: Tx,
    before: CaseFile | None,
    after: CaseFile,
    action: Action,
    digest_before: str,
    rules: CaseRules,
    receipt: bytes | None = None,
) -> None:
    row = row_of(after.id, action, digest_before, receipt)
    tx.session.add(row)
    write(tx.session, after, rules)
    detail = {"action": action.id, "seq": action.seq, "digest": row.digest, "matters": list(action.matters)}
    tx.audit(f"cases.{action.name}", f"case:{after.id}", detail)
    closed = after.sealed or after.classification != "public"
    for topic, subject, body in told(before, after, action):
        tx.emit(topic, subject, body, office=after.holder, closed=closed)


def _action(
    tx: Tx,
    move: Move,
    seq: int,
    body: Mapping[str, Any],
    looked_up: Mapping[str, Any],
    day: date,
    matters: tuple[str, ...],
    request_id: str | None,
) -> Action:
    evidence = (*move.evidence, *body.get("evidence_list", ()))
    return Action(
        request_id or new_id(),
        seq,
        move.name,
        tx.now.astimezone(UTC),
        day,
        tx.actor.id,
        policy.acting_role(tx.actor, f"cases.{move.name}"),
        tx.actor.office,
        body,
        looked_up,
        matters,
        move.basis.strip(),
        tuple(dict.fromkeys(evidence)),
    )


def _made(tx: Tx, request_id: str | None, rules: CaseRules) -> CaseFile | None:
    """The file of a repeatable request that was carried out already, as it is now."""
    if request_id is None:
        return None
    lock(tx.session, f"case request {request_id}")
    row = tx.session.get(CaseAction, request_id)
    if row is None:
        return None
    if row.actor_id != tx.actor.id:
        raise Conflict(_fault("request_id", "request", "استعمل غيرك هذا المعرف", "another made a request of this id"))
    number = tx.session.exec(select(CaseRow.number).where(CaseRow.id == row.case_id)).one()
    return file_of(tx.read, number, rules)


def _access(tx: Tx, rules: CaseRules) -> Access:
    return access_of(tx.read, tx.actor, civil_day(tx.now), rules)


def _last_digest(tx: Tx, case_id: str) -> str:
    last = select(CaseAction.digest).where(CaseAction.case_id == case_id).order_by(col(CaseAction.seq).desc()).limit(1)
    return tx.session.exec(last).one()


def _number(tx: Tx, office: str, year: int) -> str:
    """The next number of the office in the year: `ST-TIP-2026-000001`."""
    lock(tx.session, f"case counter {office} {year}")
    row = tx.session.get(CaseCounter, (office, year))
    if row is None:
        row = CaseCounter(office=office, year=year, last=0)
        tx.session.add(row)
    row.last += 1
    tx.session.flush()
    return f"{office}-{year}-{row.last:06d}"


def _fault(field: str, code: str, ar: str, en: str) -> Fault:
    return Fault(code=f"cases.{code}", field=field, clause=CLAUSE, ar=ar, en=en)
