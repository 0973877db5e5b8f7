"""Take in cases from another register's file: a fate for every row, nothing twice, nothing half.

A row's entries have ids that follow from the sender's name and the row's own id: a row taken in before is known by
them, so a run that was cut short, or a file sent again, adds only what is missing. A batch is one transaction and a
row in it stands or falls alone. The sender may do here what the life cycle admits and its own roles allow, no more.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import islice
from typing import Any, BinaryIO, Final, Literal
from uuid import UUID, uuid5

from sqlmodel import col, select

from issuance.cases.access_rows import access_of
from issuance.cases.act import appended, held, opened
from issuance.cases.case_rules import CaseRules
from issuance.cases.entries import several
from issuance.cases.exchange_files import taken_in
from issuance.cases.exchange_offices import acting_faults
from issuance.cases.exchange_rows import CLAUSE, Form, ImportRow, Step, rows_in
from issuance.cases.fields import read_body
from issuance.cases.file import CaseFile
from issuance.cases.history import file_of
from issuance.cases.model import CaseAction, CaseRow
from issuance.cases.receipts import wants_receipt
from issuance.core import policy
from issuance.core.actor import Actor
from issuance.core.civil import civil_day
from issuance.core.uow import Tx, trial, unit_of_work
from issuance.service import Service
from specs.errors import Fault, Invalid, IssuanceError, NotAllowed, NotFound, Refused, Unavailable

BATCH: Final = 100
_NAMESPACE: Final = UUID("6f0d5d7c-6b1f-5b3e-9a53-0e5b8a2f9c11")
_SOURCE: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,59}")
Outcome = Literal["accepted", "already_there", "refused"]


@dataclass(frozen=True, slots=True)
class Fate:
    """What became of a row. case, version: the file it is in, where it is in one; unsigned: the hand-overs among the
    entries that came in with it for which there is no signed receipt, as there is none of the time before this service.
    """

    line: int
    row: str | None
    outcome: Outcome
    case: str | None = None
    version: int | None = None
    unsigned: tuple[int, ...] = ()
    faults: tuple[Fault, ...] = ()

    def as_json(self) -> dict[str, Any]:
        said = [{"code": f.code, "field": f.field, "ar": f.ar, "en": f.en, "clause": f.clause} for f in self.faults]
        known = {"line": self.line, "row": self.row, "fate": self.outcome, "case": self.case, "version": self.version}
        return {**known, "unsigned": list(self.unsigned), "faults": said}


@dataclass(slots=True)
class Counts:
    """Rows by their fate; unsigned: hand-overs that came in without a signed receipt."""

    accepted: int = 0
    already_there: int = 0
    refused: int = 0
    unsigned: int = 0

    def add(self, fate: Fate) -> None:
        setattr(self, fate.outcome, getattr(self, fate.outcome) + 1)
        self.unsigned += len(fate.unsigned)


@dataclass(frozen=True, slots=True)
class Import:
    """What is taken in. source: the sender's name, the same every time; told: gets every row's fate, in order;
    progress: gets the bytes read so far; dry_run: nothing is kept."""

    stream: BinaryIO
    form: Form
    source: str
    told: Callable[[Fate], None]
    progress: Callable[[int], None]
    dry_run: bool = False


def import_cases(service: Service, actor: Actor, what: Import, now: datetime) -> Counts:
    """Take in every row that can be. Raises `NotAllowed`, `Invalid` for the whole file, `Unavailable`: run it again."""
    policy.require(actor, "cases.import")
    if not _SOURCE.fullmatch(what.source):
        words = "اسم المصدر حروف لاتينية وأرقام ونقط", "a source is Latin letters, digits, dots and dashes"
        raise Invalid(Fault("cases.import.source", *words, field="source", clause=CLAUSE))
    rules, counts, source = CaseRules.of(service.spec), Counts(), _of_sender(actor, what.source)
    rows = rows_in(what.stream, what.form, rules)
    with _transactions(service, actor, now, dry_run=what.dry_run) as transaction:
        while batch := list(islice(rows, BATCH)):
            with transaction() as tx:
                if not what.dry_run:  # which would keep all others waiting to its end
                    several(tx)
                fates = [_fate(tx, service, actor, row, source, rules) for row in batch]
                taken = sum(fate.outcome == "accepted" for fate in fates)
                if taken:
                    tx.audit("cases.import", f"import:{what.source}", {"line": batch[0].line, "accepted": taken})
            for fate in fates:
                counts.add(fate)
                what.told(fate)
            what.progress(what.stream.tell())
    return counts


def _of_sender(actor: Actor, source: str) -> str:
    """A name that no other sender has for its rows: a system its own, staff their office's, the console one."""
    if actor.kind == "system":
        return source
    return f"{actor.id if actor.kind == 'client' else actor.office or actor.id}/{source}"


@contextmanager
def _transactions(service: Service, actor: Actor, now: datetime, *, dry_run: bool) -> Iterator[Callable[[], Any]]:
    """One for each batch; in a dry run parts of one that is undone at the end, for later rows rest on earlier ones."""
    if not dry_run:
        yield lambda: unit_of_work(service.db, actor, "cases of another register", now)
        return
    with trial(service.db, actor, "dry run of an import", now) as tx:

        @contextmanager
        def batch() -> Iterator[Tx]:
            yield tx
            tx._finish()

        yield batch


def _fate(tx: Tx, service: Service, actor: Actor, row: ImportRow, source: str, rules: CaseRules) -> Fate:
    try:
        if row.faults:
            raise Invalid(*row.faults)
        if row.file is not None:
            file, fresh = taken_in(tx, service, actor, row.file, rules)
            steps = [(seq, entry["name"]) for seq, entry in enumerate(row.file["entries"], 1) if not entry["receipt"]]
        else:
            known = _already(tx, row, source, rules)
            file, fresh = (known, False) if known is not None else (_done(tx, actor, row, source, rules), True)
            first = file.version - len(row.steps) + 1
            steps = [(seq, step.move.name) for seq, step in enumerate(row.steps, first)]
    except Unavailable:
        raise
    except IssuanceError as error:
        named = tuple(replace(fault, field=fault.field or "action") for fault in error.faults)
        return Fate(row.line, row.row, "refused", faults=named)
    if not fresh:
        return Fate(row.line, row.row, "already_there", file.number, file.version)
    unsigned = tuple(seq for seq, name in steps if wants_receipt(name, rules.lifecycle.actions[name]))
    return Fate(row.line, row.row, "accepted", file.number, file.version, unsigned)


def _already(tx: Tx, row: ImportRow, source: str, rules: CaseRules) -> CaseFile | None:
    """The file the row is in already. Raises `Refused` when what it says now is not what it said then."""
    first = tx.session.get(CaseAction, entry_id(source, row.row, 0))
    if first is None:
        return None
    for place, step in enumerate(row.steps):
        entry = tx.session.get(CaseAction, entry_id(source, row.row, place))
        move = step.move
        same = entry is not None and entry.name == move.name and move.happened_on in (None, entry.happened_on)
        if not same or entry is None or json.loads(entry.body) != read_body(move.name, move.body, rules):
            words = (
                "أدخل هذا السطر من قبل بمحتوى آخر؛ صحح القيد بدلاً من إعادة إرساله",
                "this row was taken in before with other content: correct the entry, do not send it again",
            )
            raise Refused(Fault("cases.import.changed", *words, field="row", clause=CLAUSE))
    number = tx.session.exec(select(CaseRow.number).where(CaseRow.id == first.case_id)).one()
    return file_of(tx.read, number, rules)


def _done(tx: Tx, actor: Actor, row: ImportRow, source: str, rules: CaseRules) -> CaseFile:
    """Every step of the row, or none."""
    number = row.case or (_opened_by(tx, row, source) if row.opened_by is not None else None)
    whole = tx.part(actor) if len(row.steps) > 1 else nullcontext()  # a single step is a part of its own
    with whole:
        for place, step in enumerate(row.steps):
            with tx.part(_acting(tx, actor, step)):
                done = _one(tx, number, _from(source, step, tx.actor, rules), entry_id(source, row.row, place), rules)
            number = done.number
    return done


def _from(source: str, step: Step, actor: Actor, rules: CaseRules) -> Step:
    """What the service itself takes from an earlier register, and two officers would enter, says where it is from."""
    kind = rules.lifecycle.actions.get(step.move.name)
    if kind is None or actor.kind != "system" or not (kind.as_history or kind.by_two) or step.move.basis.strip():
        return step
    return replace(step, move=replace(step.move, basis=f"مستورد / imported: {source}"))


def _one(tx: Tx, number: str | None, step: Step, entry: str, rules: CaseRules) -> CaseFile:
    name = step.move.name
    kind = rules.lifecycle.actions.get(name)
    if kind is None or kind.internal:
        raise Invalid(_fault("action", "unknown", f"إجراء غير معروف: {name:.60}", f"no such action: {name:.60}"))
    if kind.four_eyes and not (kind.as_history and tx.actor.kind == "system"):
        words = "يلزم ضابطان؛ لا يُستورد هذا الإجراء", "two officers are needed: this action cannot be imported"
        raise Refused(_fault("action", "four_eyes", *words))
    if kind.opens:
        if number is not None:
            raise Invalid(_fault("case", "opens", "إجراء فتح على ملف مفتوح", "an opening action names no file"))
        access_of(tx.read, tx.actor, civil_day(tx.now), rules).require_opening(name)
        return opened(tx, step.move, rules, entry)
    if number is None:
        words = "اذكر رقم القضية أو السطر الذي فتحها", "name the number of the case, or the row that opened it"
        raise Invalid(_fault("case", "missing", *words))
    return appended(tx, held(tx, number, rules, name), step.move, rules, request_id=entry)


def _acting(tx: Tx, actor: Actor, step: Step) -> Actor:
    """The actor in the office that the row names: any that stood then or stands now, for the console; a system with an
    office in its own alone."""
    if step.office is None or step.office == actor.office:
        return actor
    if actor.office is not None:
        words = "السطر لجهة أخرى", "the row speaks for another office than the sender's"
        raise NotAllowed(_fault("office", "office", *words))
    today = civil_day(tx.now)
    if found := list(acting_faults(tx.read, step.office, {today, step.move.happened_on or today})):
        raise Invalid(*found)
    return replace(actor, office=step.office)


def _opened_by(tx: Tx, row: ImportRow, source: str) -> str:
    first = select(CaseRow.number).join(CaseAction, col(CaseAction.case_id) == CaseRow.id)
    number = tx.session.exec(first.where(CaseAction.id == entry_id(source, row.opened_by, 0))).first()
    if number is None:
        words = "لم يفتح هذا السطر ملفاً هنا", "this row has opened no file here"
        raise NotFound(_fault("opened_by", "unknown", *words))
    return number


def entry_id(source: str, row: str | None, place: int) -> str:
    """The id of step `place` of a sender's row: the same whenever it is sent."""
    return str(uuid5(_NAMESPACE, json.dumps([source, row, place], ensure_ascii=False)))


def _fault(field: str, code: str, ar: str, en: str) -> Fault:
    return Fault(f"cases.import.{code}", ar, en, field=field, clause=CLAUSE)
