"""An entry on its way into a file: what somebody wants, who may, the row, its projection and what is told of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date
from typing import Any

from sqlalchemy import insert
from sqlmodel import col, select

from issuance.cases import trail
from issuance.cases.access import Access
from issuance.cases.access_rows import access_of
from issuance.cases.case_rules import CaseRules
from issuance.cases.fields import is_day, is_text
from issuance.cases.file import Action, CaseFile
from issuance.cases.fold import apply as applied
from issuance.cases.history import actions_of, file_of, values_of
from issuance.cases.model import CaseAction, CaseCounter
from issuance.cases.projection import write, write_many
from issuance.cases.told import told
from issuance.cases.values import fault_of
from issuance.core import policy
from issuance.core.civil import civil_day
from issuance.core.ids import new_id
from issuance.core.uow import Tx
from issuance.db.session import ReadSession, lock
from specs.errors import Conflict, Fault

CODE_CHARACTERS, BASIS_CHARACTERS = 80, 2000


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


def several(tx: Tx) -> None:
    """Say this before a work takes a second file or counter: such works follow one another and never wait in a circle.

    A work on one file alone holds that one, and waits for nothing that these hold before their end.
    """
    lock(tx.session, "case files, several")


def held(tx: Tx, number: str, rules: CaseRules, name: str, expected: int | None = None) -> CaseFile:
    """The file, kept from other writers until the transaction ends, for an action of this name.

    Raises `NotFound` (also for who may not know of the file), `NotAllowed`, `StaleCase`, `Refused`, in this order.
    """
    lock(tx.session, f"case:{number}")
    file = file_of(tx.read, number, rules)
    reader = access_in(tx, rules)
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


def append(tx: Tx, before: CaseFile, action: Action, rules: CaseRules, receipt: bytes | None = None) -> CaseFile:
    after = applied(before, action, rules)
    keep(tx, before, after, action, last_digest(tx, before.id), rules, receipt)
    return after


def keep(
    tx: Tx,
    before: CaseFile | None,
    after: CaseFile,
    action: Action,
    digest_before: str,
    rules: CaseRules,
    receipt: bytes | None = None,
) -> None:
    row = values_of(after.id, action, digest_before, receipt)
    tx.session.connection().execute(insert(CaseAction), row)
    if before is None:
        write_many(tx.session, [after], rules)
    else:
        write(tx.session, after, rules)
    detail = {"action": action.id, **trail.detail(action.seq, row["digest"]), "matters": list(action.matters)}
    tx.audit(f"cases.{action.name}", f"case:{after.id}", detail)
    closed = _is_closed(after)
    if before is not None and closed and not _is_closed(before):
        rulings = (ruling for matter in after.matters.values() for ruling in matter.rulings)
        tx.close_events({f"case:{after.id}", *(f"ruling:{ruling.id}" for ruling in rulings)})
    for topic, subject, body in told(before, after, action):
        tx.emit(topic, subject, body, office=after.holder, closed=closed)


def _is_closed(file: CaseFile) -> bool:
    return file.sealed or file.classification != "public"


def entry(
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


def access_in(tx: Tx, rules: CaseRules) -> Access:
    return access_of(tx.read, tx.actor, civil_day(tx.now), rules)


def last_digest(tx: Tx, case_id: str) -> str:
    last = select(CaseAction.digest).where(CaseAction.case_id == case_id).order_by(col(CaseAction.seq).desc()).limit(1)
    return tx.session.exec(last).one()


def next_number(tx: Tx, office: str, year: int) -> str:
    """The next number of the office in the year: `ST-TIP-2026-000001`."""
    lock(tx.session, f"case counter {office} {year}")
    row = tx.session.get(CaseCounter, (office, year))
    if row is None:
        row = CaseCounter(office=office, year=year, last=0)
        tx.session.add(row)
    row.last += 1
    tx.session.flush()
    return f"{office}-{year}-{row.last:06d}"


def move_faults(move: Move) -> Iterator[Fault]:
    """What no screen sends: values of a foreign form."""
    if not (isinstance(move.matters, tuple) and all(is_text(code, CODE_CHARACTERS) for code in move.matters)):
        yield fault_of("matters", "form", "رموز غير مقروءة", "codes of matters, as A1/C1")
    if move.happened_on is not None and not is_day(move.happened_on):
        yield fault_of("happened_on", "form", "تاريخ غير صحيح", "a day from 1900-01-01")
    if not is_text(move.basis, BASIS_CHARACTERS):
        yield fault_of("basis", "form", "نص غير مقبول أو طويل", f"text of at most {BASIS_CHARACTERS} characters")
    if not (isinstance(move.evidence, tuple) and all(is_text(code, CODE_CHARACTERS) for code in move.evidence)):
        yield fault_of("evidence", "form", "رموز غير مقروءة", "ids of evidence")
