"""The projections held against the actions they are made from, and made anew where they differ.

File by file, a batch at a time, so memory stays small. Only files that differ are written, each whole in one
transaction and under its lock: a reader sees a file as it was or as it is now, never half of one, officers go on
working, and a run that was cut short is simply run again. (All in one transaction would stop every officer for its
whole length.) A file whose entries were tampered with, or are not those the audit trail speaks of, is told and left
alone.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import groupby
from typing import Any, Final

from sqlalchemy import ColumnElement, inspect
from sqlmodel import SQLModel, col, func, select

from issuance.cases.case_rules import CaseRules
from issuance.cases.entries import several
from issuance.cases.file import CaseFile
from issuance.cases.fold import fold
from issuance.cases.history import action_of
from issuance.cases.model import CaseAction, CaseClock, CaseCounter, CaseRow, Ruling, RulingEffect
from issuance.cases.projection import TABLES, erase, pass_over_told, rows_of, write_many
from issuance.cases.trail import is_sound, lost, told_of
from issuance.core import policy
from issuance.core.actor import Actor
from issuance.core.uow import Tx, unit_of_work
from issuance.db.session import Database, ReadSession, lock
from issuance.service import Service

BATCH: Final = 200
MOST_TOLD: Final = 200
Progress = Callable[[int, int], None]
Key = tuple[str, tuple[Any, ...]]
_KEYS: Final = {table: tuple(column.name for column in inspect(table).primary_key) for table in TABLES}


@dataclass(frozen=True, slots=True)
class Difference:
    """kind: `missing` or `extra` row, `changed` columns, `tampered` entries, `orphan` rows of no file, low `counter`.

    Columns are named, what stands in them is not: it may be a person's name.
    """

    kind: str
    case: str
    table: str
    columns: tuple[str, ...] = ()


@dataclass(slots=True)
class Outcome:
    """files: walked; found: how many differences, of which `differences` tells the first; mended: files written."""

    files: int = 0
    found: int = 0
    mended: int = 0
    tampered: int = 0
    differences: list[Difference] = field(default_factory=list)

    def tell(self, difference: Difference) -> None:
        self.found += 1
        self.tampered += difference.kind == "tampered"
        if len(self.differences) < MOST_TOLD:
            self.differences.append(difference)

    def as_json(self) -> dict[str, Any]:
        told = [
            {"kind": d.kind, "case": d.case, "table": d.table, "columns": list(d.columns)} for d in self.differences
        ]
        counts = {"files": self.files, "found": self.found, "mended": self.mended, "tampered": self.tampered}
        return {**counts, "differences": told}


def rebuild(service: Service, actor: Actor, now: datetime, progress: Progress, *, only_check: bool = False) -> Outcome:
    """Compare every file with its projection, and unless `only_check` put right what differs. Raises `NotAllowed`."""
    policy.require(actor, "cases.rebuild")
    rules, outcome = CaseRules.of(service.spec), Outcome()
    highest: dict[tuple[str, int], int] = {}
    last, total = "", _files(service.db)
    while True:
        with service.db.reading() as read:
            ids = _next(read, last)
            differing = _differing(read, ids, rules, outcome, highest)
        if not ids:
            break
        if differing and not only_check:
            with unit_of_work(service.db, actor, "projections of cases made anew", now) as tx:
                _mend(tx, differing, rules)
                tx.audit("cases.rebuild", "cases", {"files": sorted(differing)})
            outcome.mended += len(differing)
        last, outcome.files = ids[-1], outcome.files + len(ids)
        progress(outcome.files, total)
    with service.db.reading() as read:
        for case_id in lost(read):
            outcome.tell(Difference("tampered", case_id, CaseAction.__tablename__))
    with unit_of_work(service.db, actor, "projections of cases compared", now) as tx:
        _orphans(tx, outcome, only_check=only_check)
        _counters(tx, highest, outcome, only_check=only_check)
        tx.audit("cases.rebuild", "cases", {"checked": outcome.files, "found": outcome.found, "only": only_check})
    return outcome


def _files(db: Database) -> int:
    with db.reading() as read:
        return read.exec(select(func.count()).select_from(CaseAction).where(CaseAction.seq == 1)).one()


def _next(read: ReadSession, last: str) -> Sequence[str]:
    ids = select(CaseAction.case_id).where(CaseAction.case_id > last).distinct()
    return read.exec(ids.order_by(col(CaseAction.case_id)).limit(BATCH)).all()


def _differing(
    read: ReadSession, ids: Sequence[str], rules: CaseRules, outcome: Outcome, highest: dict[tuple[str, int], int]
) -> dict[str, str]:
    """Case id -> number of the files whose rows are not what their actions come to."""
    found, held = {}, _held(read, ids)
    folded = [(case_id, file, rows_of(file, rules)) for case_id, file in _folded(read, ids, rules, outcome)]
    pass_over_told(read, [row for _, _, rows in folded for table, row in rows if table is CaseClock], rules)
    for case_id, file, rows in folded:
        office, year, serial = file.number.rsplit("-", 2)
        highest[office, int(year)] = max(int(serial), highest.get((office, int(year)), 0))
        wanted = {_key(table, row): row for table, row in rows}
        differences = list(_compared(file.number, held.get(case_id, {}), wanted))
        for difference in differences:
            outcome.tell(difference)
        if differences:
            found[case_id] = file.number
    return found


def _folded(
    read: ReadSession, ids: Sequence[str], rules: CaseRules, outcome: Outcome | None = None
) -> Iterator[tuple[str, CaseFile]]:
    told = told_of(read, ids)
    rows = read.exec(
        select(CaseAction)
        .where(col(CaseAction.case_id).in_(ids))
        .order_by(col(CaseAction.case_id), col(CaseAction.seq))
    )
    for case_id, entries in groupby(rows, key=lambda row: row.case_id):
        history = list(entries)
        if not is_sound(case_id, history, told.get(case_id, ())):
            if outcome is not None:
                outcome.tell(Difference("tampered", case_id, CaseAction.__tablename__))
            continue
        number = json.loads(history[0].resolved)["number"]
        yield case_id, fold(case_id, number, [action_of(row) for row in history], rules)


def _held(read: ReadSession, ids: Sequence[str]) -> dict[str, dict[Key, Mapping[str, Any]]]:
    """Case id -> the rows that stand, by table and primary key."""
    held: dict[str, dict[Key, Mapping[str, Any]]] = {case_id: {} for case_id in ids}
    case_of: dict[str, str] = {}
    for table in TABLES:
        of_files: ColumnElement[bool] = col(RulingEffect.ruling_id).in_(case_of)  # after its ruling, in TABLES
        if table is not RulingEffect:
            of_files = _owner(table).in_(ids)
        columns = inspect(table).columns
        for row in read.exec(select(*columns).where(of_files)):  # plain values: there are millions
            values = row._asdict()
            if table is Ruling:
                case_of[values["id"]] = values["case_id"]
            case_id = case_of[values["ruling_id"]] if table is RulingEffect else values[_owner(table).key]
            held[case_id][_key(table, values)] = values
    return held


def _owner(table: type[SQLModel]) -> Any:
    """The column that says of which file a row is."""
    return CaseRow.id if table is CaseRow else table.case_id  # type: ignore[attr-defined]


def _key(table: type[SQLModel], row: Mapping[str, Any]) -> Key:
    return str(table.__tablename__), tuple([row[name] for name in _KEYS[table]])


def _compared(
    number: str, held: Mapping[Key, Mapping[str, Any]], wanted: Mapping[Key, Mapping[str, Any]]
) -> Iterator[Difference]:
    for key, row in wanted.items():
        stands = held.get(key)
        if stands is None:
            yield Difference("missing", number, key[0])
        elif stands != row:
            changed = tuple(name for name, value in row.items() if stands[name] != value)
            yield Difference("changed", number, key[0], changed)
    for key in held.keys() - wanted.keys():
        yield Difference("extra", number, key[0])


def _mend(tx: Tx, differing: Mapping[str, str], rules: CaseRules) -> None:
    """Under the locks of the files: what was read before may have gone on."""
    several(tx)
    for number in sorted(differing.values()):
        lock(tx.session, f"case:{number}")
    files = [file for _, file in _folded(tx.read, list(differing), rules)]
    erase(tx.session, [file.id for file in files])
    write_many(tx.session, files, rules)


def _orphans(tx: Tx, outcome: Outcome, *, only_check: bool) -> None:
    """Rows of a file that neither an entry nor the trail speaks of: what is left of a lost file stays."""
    strangers: set[str] = set()
    for table in TABLES:
        if table is RulingEffect:
            continue  # of a ruling, always
        owner = _owner(table)
        unknown = ~select(CaseAction.id).where(CaseAction.case_id == owner).exists()
        found = tx.read.exec(select(owner).where(col(owner).is_not(None), unknown).distinct().limit(MOST_TOLD)).all()
        for case_id in sorted({*found} - told_of(tx.read, found).keys()):
            outcome.tell(Difference("orphan", case_id, str(table.__tablename__)))
            strangers.add(case_id)
    if strangers and not only_check:
        erase(tx.session, sorted(strangers))


def _counters(tx: Tx, highest: Mapping[tuple[str, int], int], outcome: Outcome, *, only_check: bool) -> None:
    """A counter behind a number that was given out would give it out again."""
    several(tx)
    for (office, year), serial in sorted(highest.items()):
        lock(tx.session, f"case counter {office} {year}")
        row = tx.session.get(CaseCounter, (office, year)) or CaseCounter(office=office, year=year, last=0)
        if row.last < serial:
            outcome.tell(Difference("counter", f"{office}-{year}", CaseCounter.__tablename__, ("last",)))
            if not only_check:
                row.last = serial
                tx.session.add(row)
