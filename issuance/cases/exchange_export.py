"""Give out cases to a reader, within what this reader may read: whole files as JSON Lines, or their list as CSV.

A whole file is a look at it, kept with its purpose like any other. Who may not know who reported gets the file without
that, and such a file proves nothing: it cannot be taken in again.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from datetime import datetime
from typing import Any, Final, TextIO

from sqlmodel import col, func, select

from issuance.cases.access_rows import access_of, readable_rows
from issuance.cases.case_rules import CaseRules
from issuance.cases.exchange_files import hidden, line_of
from issuance.cases.exchange_rows import Form
from issuance.cases.fold import fold
from issuance.cases.history import action_of, rows_of_case
from issuance.cases.looks import Look, keep
from issuance.cases.model import CaseRow
from issuance.core import policy
from issuance.core.actor import Actor
from issuance.core.civil import civil_day
from issuance.core.purpose import Purpose, settled
from issuance.core.uow import Tx, unit_of_work
from issuance.service import Service

BATCH: Final = 200
COLUMNS: Final = (
    "number", "state", "stage", "ended", "kind", "offence", "office", "holder", "awaiting", "region", "classification",
    "sealed", "opened_on", "updated_at", "next_due", "version",
)  # fmt: skip
Progress = Callable[[int, int], None]


def export_cases(
    service: Service, actor: Actor, purpose: Purpose, out: TextIO, form: Form, now: datetime, progress: Progress
) -> int:
    """Write every file this actor may read, in the order of their ids; how many. csv: the list, without persons.

    Raises `NotAllowed`, `Invalid` without a purpose.
    """
    policy.require(actor, "cases.export")
    purpose, rules = settled(purpose, service.spec.purposes), CaseRules.of(service.spec)
    written, last = 0, ""
    listed = csv.writer(out, lineterminator="\n")
    if form == "csv":
        listed.writerow(COLUMNS)
    with service.db.reading() as read:
        readable = readable_rows(access_of(read, actor, civil_day(now), rules))
        total = read.exec(select(func.count()).select_from(CaseRow).where(readable)).one()
    while True:
        with unit_of_work(service.db, actor, "export of cases", now) as tx:
            page = select(CaseRow).where(readable, CaseRow.id > last).order_by(col(CaseRow.id)).limit(BATCH)
            rows = tx.read.exec(page).all()
            if form == "csv":
                lines: list[Any] = [[_cell(getattr(row, name)) for name in COLUMNS] for row in rows]
                keep(tx, Look("search", purpose, own_part=True, found=len(rows)))
            else:
                lines = [_line(tx, row, purpose, rules) for row in rows]
            tx.audit("cases.export", "cases", {"files": len(rows), "form": form, "purpose": purpose.code})
        if not rows:
            return written
        for line in lines:  # what is written was kept as a look before
            listed.writerow(line) if form == "csv" else out.write(json.dumps(line, ensure_ascii=False) + "\n")
        written, last = written + len(rows), rows[-1].id
        progress(written, total)


def _line(tx: Tx, row: CaseRow, purpose: Purpose, rules: CaseRules) -> dict[str, Any]:
    entries = rows_of_case(tx.read, row.id)
    file = fold(row.id, row.number, [action_of(entry) for entry in entries], rules)
    access = access_of(tx.read, tx.actor, civil_day(tx.now), rules)
    keep(tx, Look("read", purpose, row.id, own_part=bool(access.within(file) - {"territory"})))
    line = line_of(row.number, row.id, entries)
    return line if access.shows_reporter(file) else hidden(line, rules)


def _cell(value: Any) -> str:
    if isinstance(value, datetime):
        return value.isoformat(timespec="seconds")
    if isinstance(value, bool):
        return str(value).lower()
    return "" if value is None else str(value)
