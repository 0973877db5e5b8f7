"""Enter many offices from a CSV file: every row has a fate, good rows go in, and a second run changes nothing."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, fields
from datetime import date, datetime, timedelta
from hashlib import sha256
from typing import Literal

from sqlmodel import select

from issuance.core.actor import Actor
from issuance.core.policy import require
from issuance.core.uow import Tx, unit_of_work
from issuance.db.session import Database, ReadSession, lock
from issuance.staff.model import Office, OfficeOrder, OfficeSuccession
from issuance.staff.offices import OfficeEntry, enter_office, entry_faults
from issuance.staff.register import office_orders
from issuance.staff.rules import OFFICES_CLAUSE
from specs.errors import Fault, Invalid
from specs.schema import Specification
from specs.schema.staff import Offices

ENTERED = tuple(f.name for f in fields(OfficeEntry))
COLUMNS = (*ENTERED, "successor", "law")
NEEDED = ("code", "name_arabic", "name_english", "kind", "valid_from")


@dataclass(frozen=True, slots=True)
class Fate:
    """What became of one row. line: in the file, the heading is line 1; known: the register holds just this entry."""

    line: int
    code: str
    outcome: Literal["added", "known", "refused"]
    faults: tuple[Fault, ...] = ()


@dataclass(slots=True)
class _Row:
    line: int
    code: str
    entry: OfficeEntry | None = None
    successor: str | None = None
    law: str = ""
    faults: list[Fault] = field(default_factory=list)


def import_offices(
    db: Database, actor: Actor, content: bytes, spec: Specification, now: datetime, *, dry_run: bool
) -> tuple[Fate, ...]:
    """The fate of every row of a UTF-8 CSV with a heading of `COLUMNS`, in its order. dry_run: tells it, adds nothing.

    A parent or successor may stand anywhere in the file. An office that ended is entered with the order that closed it.
    Raises `NotAllowed`; `Invalid` when the file is no such CSV.
    """
    require(actor, "offices.manage", None, spec.roles)
    rows = list(_rows(content, spec.staff_offices))
    if dry_run:
        with db.reading() as read:
            return _settled(rows, *_held(read))[0]
    with unit_of_work(db, actor, "import offices", now) as tx:
        lock(tx.session, "office_orders")
        fates, entries = _settled(rows, *_held(tx.read))
        for entry in entries:
            enter_office(tx, entry)
        tx.session.flush()
        added = {entry.code for entry in entries}
        for row in rows:
            if row.code in added and not row.faults and row.successor is not None:
                _closed(tx, row, row.successor)
        counts: Counter[str] = Counter(fate.outcome for fate in fates)
        tx.audit("offices.import", f"file:{sha256(content).hexdigest()}", counts)
    return fates


def _held(read: ReadSession) -> tuple[dict[str, Office], dict[str, set[str]]]:
    """(the offices that are there, their successors)."""
    heirs: dict[str, set[str]] = {}
    for succession in office_orders(read)[1]:
        heirs.setdefault(succession.predecessor, set()).add(succession.successor)
    return {row.code: row for row in read.exec(select(Office))}, heirs


def _closed(tx: Tx, row: _Row, successor: str) -> None:
    """The order of an office that ended: who answers for it from the day after its last."""
    order = OfficeOrder(
        kind="close",
        effective_on=_day_after_last(row),
        reason="offices.import",
        legal_reference=row.law,
        recorded_at=tx.now,
        recorded_by=tx.actor.id,
    )
    tx.session.add(order)
    tx.session.flush()
    heir = {"order_id": order.id, "predecessor": row.code, "successor": successor}
    tx.session.add(OfficeSuccession(**heir, effective_on=order.effective_on))
    tx.audit("offices.close", f"office:{row.code}", {"order": order.id, "to": [successor]})


def _day_after_last(row: _Row) -> date:
    if row.entry is None or row.entry.valid_to is None:
        raise ValueError(row.code)
    return row.entry.valid_to + timedelta(days=1)


def _rows(content: bytes, rules: Offices) -> Iterator[_Row]:
    try:
        reader = csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline=""), strict=True)
        heading = reader.fieldnames or []
        if wrong := sorted((set(heading) - set(COLUMNS)) | (set(NEEDED) - set(heading))):
            en = f"the heading has the columns {', '.join(COLUMNS)}; wrong or missing: {', '.join(wrong)}"
            raise Invalid(_fault("heading", f"أعمدة غير صحيحة أو ناقصة: {', '.join(wrong)}", en))
        for record in reader:
            yield _row(reader.line_num, {k: (v or "").strip() for k, v in record.items() if k}, None in record, rules)
    except (UnicodeDecodeError, csv.Error) as error:
        raise Invalid(_fault("file", "الملف ليس CSV بترميز UTF-8", f"no CSV in UTF-8: {error}")) from error


def _row(line: int, cells: dict[str, str], surplus: bool, rules: Offices) -> _Row:
    row = _Row(line, cells["code"])
    if surplus:
        row.faults.append(_fault("row", "في السطر خانات زائدة", "the row has more cells than the heading"))
    opened, ended = _day(row, cells, "valid_from"), _day(row, cells, "valid_to")
    if not cells["valid_from"]:
        row.faults.append(_fault("valid_from", "هذا الحقل مطلوب", "this field is required"))
    if row.faults or opened is None:
        return row
    row.entry = OfficeEntry(
        code=row.code,
        name_arabic=cells["name_arabic"],
        name_english=cells["name_english"],
        kind=cells["kind"],
        valid_from=opened,
        region=cells.get("region") or None,
        parent=cells.get("parent") or None,
        valid_to=ended,
        authority=cells.get("authority") or None,
    )
    row.faults.extend(entry_faults(row.entry, rules))
    row.successor, row.law = cells.get("successor") or None, cells.get("law") or ""
    if row.successor is not None and ended is None:
        row.faults.append(_fault("valid_to", "للمكتب خلف وليس له يوم أخير", "it has a successor and no last day"))
    if row.successor is not None and not row.law:
        row.faults.append(_fault("law", "اذكر القرار الذي أغلقه", "name the text that ordered its end"))
    return row


def _day(row: _Row, cells: dict[str, str], name: str) -> date | None:
    try:
        return date.fromisoformat(text) if (text := cells.get(name, "")) else None
    except ValueError:
        row.faults.append(_fault(name, "التاريخ بصيغة YYYY-MM-DD", "a day is written YYYY-MM-DD"))
        return None


def _settled(
    rows: list[_Row], known: dict[str, Office], heirs: dict[str, set[str]]
) -> tuple[tuple[Fate, ...], list[OfficeEntry]]:
    """(fates, the entries to add, parents first)."""
    seen: set[str] = set()
    for row in rows:
        if row.code in seen:
            row.faults.append(_fault("code", "الرمز مكرر في الملف", "the code stands twice in the file"))
        seen.add(row.code)
        if row.entry is not None and (held := known.get(row.code)) is not None:
            differing = [name for name in ENTERED if getattr(held, name) != getattr(row.entry, name)]
            if row.successor is not None and row.successor not in heirs.get(row.code, ()):
                differing.append("successor")
            if differing:
                listed = ", ".join(differing)
                words = (
                    f"المكتب مسجل ببيانات أخرى ({listed})؛ والتغيير يكون بقرار",
                    f"the register has this office otherwise ({listed}); a change is an order",
                )
                row.faults.append(_fault("code", *words))
    _check_successors(rows, known)
    fresh = {row.code: row.entry for row in rows if row.entry is not None and not row.faults and row.code not in known}
    entries = _parents_first(fresh, set(known))
    there = {entry.code for entry in entries} | set(known)
    for row in rows:
        if row.entry is not None and not row.faults and row.code not in there:
            words = f"لا يوجد مكتب أعلى بهذا الرمز: {row.entry.parent}", f"there is no office above: {row.entry.parent}"
            row.faults.append(_fault("parent", *words))
    return tuple(Fate(row.line, row.code, _outcome(row, known), tuple(row.faults)) for row in rows), entries


def _check_successors(rows: list[_Row], known: dict[str, Office]) -> None:
    """Who answers for an office that ended is there on the day after, of the register or of a good row of the file."""
    there: dict[str, Office | OfficeEntry] = {row.code: row.entry for row in rows if row.entry and not row.faults}
    there |= known
    while wrong := [
        row
        for row in rows
        if row.successor is not None and not row.faults and not _stands(there.get(row.successor), row)
    ]:
        for row in wrong:
            words = f"لا يوجد خلف قائم يومها: {row.successor}", f"no such successor stands that day: {row.successor}"
            row.faults.append(_fault("successor", *words))
            if row.code not in known:
                del there[row.code]


def _stands(office: Office | OfficeEntry | None, row: _Row) -> bool:
    day = _day_after_last(row)
    return office is not None and office.valid_from <= day and (office.valid_to is None or office.valid_to >= day)


def _outcome(row: _Row, known: dict[str, Office]) -> Literal["added", "known", "refused"]:
    return "refused" if row.faults else "known" if row.code in known else "added"


def _parents_first(fresh: dict[str, OfficeEntry], there: set[str]) -> list[OfficeEntry]:
    """Those whose parent is in the register or can be added before them."""
    ordered: list[OfficeEntry] = []
    waiting = list(fresh.values())
    while ready := [entry for entry in waiting if entry.parent is None or entry.parent in there]:
        ordered += ready
        there |= {entry.code for entry in ready}
        waiting = [entry for entry in waiting if entry.code not in there]
    return ordered


def _fault(name: str, ar: str, en: str) -> Fault:
    return Fault(f"staff.office.import.{name}", ar, en, field=name, clause=OFFICES_CLAUSE)
