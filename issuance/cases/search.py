"""Find case files: by number, by national number (exact), by name (proposes), by office, state and date.

Only within what the searcher may read: a file closed to them is not counted, not hinted at. Every search is kept with
its purpose. A name proposes; that an accused is a person stands in the file only after `identify_accused`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, and_
from sqlmodel import col, select
from sqlmodel.sql.expression import SelectOfScalar

from issuance.cases.access import Access
from issuance.cases.access_rows import access_of, readable_rows
from issuance.cases.case_rules import CaseRules
from issuance.cases.identities import accused_ranges
from issuance.cases.looks import Look, keep
from issuance.cases.model import CaseAccused, CaseOffice, CaseRow
from issuance.core import policy
from issuance.core.actor import Actor
from issuance.core.civil import civil_day
from issuance.core.purpose import Purpose, settled
from issuance.core.uow import Tx, unit_of_work
from issuance.db.session import ReadSession
from issuance.people.public import (
    MAXIMUM_UNITS,
    NARROW,
    Likeness,
    Unit,
    candidates,
    find_person,
    likeness,
    propose,
    query_faults,
    units_of,
)
from issuance.service import Service
from specs.errors import Fault, Invalid

MAXIMUM_FILES = 50
CLAUSE = "specs/roles.yaml"


@dataclass(frozen=True, slots=True)
class Asked:
    """What is looked for; all that is given must hold. office: that holds the file; days: of opening, both included."""

    number: str | None = None
    national_number: str | None = None
    name: str | None = None
    office: str | None = None
    state: str | None = None
    opened_from: date | None = None
    opened_to: date | None = None


@dataclass(frozen=True, slots=True)
class NamedAccused:
    """An accused of a found file. identified: the identity is confirmed; like: how the name answers, where asked."""

    code: str
    name: str | None
    identified: bool
    like: Likeness | None


@dataclass(frozen=True, slots=True)
class FoundFile:
    """One file as a list shows it; the file itself is read with a purpose of its own."""

    number: str
    opened_on: date
    holder: str
    state: str
    stage: str
    kind: str
    classification: str
    accused: tuple[NamedAccused, ...]


@dataclass(frozen=True, slots=True)
class FoundFiles:
    """files: best answer to the name first, then the newest; narrow: said when there are more than are shown."""

    files: tuple[FoundFile, ...]
    narrow: Fault | None


@dataclass(frozen=True, slots=True)
class _Named:
    """Files that a name proposes: (case, accused) -> likeness; whole: no other accused answers all of it."""

    accused: Mapping[tuple[str, str], Likeness]
    whole: bool


def search_cases(service: Service, actor: Actor, asked: Asked, purpose: Purpose, now: datetime) -> FoundFiles:
    """At most 50 files. Raises `Invalid` (nothing asked, no purpose, a misspelt state), `NotAllowed`."""
    policy.require(actor, "cases.search")
    purpose, rules = settled(purpose, service.spec.purposes), CaseRules.of(service.spec)
    units = units_of(asked.name or "", asked=True)[:MAXIMUM_UNITS]
    if found := list(_faults(asked, units, rules)):
        raise Invalid(*found)
    with unit_of_work(service.db, actor, "search the case register", now) as tx:
        access = access_of(tx.read, actor, civil_day(now), rules)
        person = find_person(tx.read, asked.national_number) if asked.national_number else None
        named = _by_name(tx.read, units) if units else None
        conditions = [readable_rows(access), *_conditions(asked, rules)]
        if asked.national_number:
            conditions.append(_accused_is(person.id if person is not None else ""))
        if named is not None:
            conditions.append(col(CaseRow.id).in_({case for case, _ in named.accused}))
        rows = tx.read.exec(_newest(conditions, MAXIMUM_FILES + 1 if named is None else None)).all()
        files = _files(tx.read, rows, named)
        shown = files[:MAXIMUM_FILES]
        part = _all_have_part(tx, access, [row for row in rows if row.number in {file.number for file in shown}])
        keep(tx, Look("search", purpose, None, person.id if person is not None else None, part, len(shown)))
    whole = len(files) <= MAXIMUM_FILES and (named is None or named.whole)
    return FoundFiles(tuple(shown), None if whole else NARROW)


def _conditions(asked: Asked, rules: CaseRules) -> Iterator[ColumnElement[bool]]:
    if asked.number is not None:
        yield col(CaseRow.number) == asked.number.strip().upper()
    if asked.office is not None:
        yield col(CaseRow.holder) == asked.office
    if asked.state is not None:  # the index is by stage
        stage = rules.lifecycle.states[asked.state].stage
        yield and_(col(CaseRow.stage) == stage, col(CaseRow.state) == asked.state)
    if asked.opened_from is not None:
        yield col(CaseRow.opened_on) >= asked.opened_from
    if asked.opened_to is not None:
        yield col(CaseRow.opened_on) <= asked.opened_to


def _newest(conditions: Sequence[ColumnElement[bool]], limit: int | None) -> SelectOfScalar[CaseRow]:
    order = col(CaseRow.opened_on).desc(), col(CaseRow.number).desc()
    return select(CaseRow).where(*conditions).order_by(*order).limit(limit)


def _accused_is(person_id: str) -> ColumnElement[bool]:
    return col(CaseRow.id).in_(select(CaseAccused.case_id).where(CaseAccused.person_id == person_id))


def _by_name(read: ReadSession, units: Sequence[Unit]) -> _Named:
    """Through the register of people for who is identified, through the names in the files for who is not."""
    people = propose(read, units, limit=MAXIMUM_FILES)
    likes = {proposal.person.id: proposal.like for proposal in people.proposals}
    confirmed = select(CaseAccused).where(col(CaseAccused.person_id).in_(likes))
    found = {(row.case_id, row.code): likes[row.person_id or ""] for row in read.exec(confirmed)}
    unknown = candidates(units, accused_ranges(read))
    named = set(unknown.ids)
    held: Any = select(CaseAccused.case_id, CaseAccused.code, CaseAccused.name)
    cases = {id_.partition("/")[0] for id_ in named}
    for case, code, name in read.exec(held.where(col(CaseAccused.case_id).in_(cases))):
        if name is not None and f"{case}/{code}" in named:
            found[case, code] = likeness(units, {"name": name}, "")
    return _Named(found, unknown.whole and people.narrow is None)


def _files(read: ReadSession, rows: Sequence[CaseRow], named: _Named | None) -> list[FoundFile]:
    likes = {} if named is None else named.accused
    best: dict[str, int] = {}
    for (case, _), answer in likes.items():
        best[case] = max(best.get(case, 0), answer.percent)
    ordered = sorted(rows, key=lambda row: -best.get(row.id, 0))  # the rows come newest first
    shown = ordered[: MAXIMUM_FILES + 1]
    accused: dict[str, list[NamedAccused]] = {row.id: [] for row in shown}
    people = select(CaseAccused).where(col(CaseAccused.case_id).in_(accused)).order_by(CaseAccused.code)
    for held in read.exec(people):
        like = likes.get((held.case_id, held.code))
        accused[held.case_id].append(NamedAccused(held.code, held.name, held.person_id is not None, like))
    return [
        FoundFile(
            row.number,
            row.opened_on,
            row.holder,
            row.state,
            row.stage,
            row.kind,
            row.classification,
            tuple(accused[row.id]),
        )
        for row in shown
    ]


def _all_have_part(tx: Tx, access: Access, rows: Sequence[CaseRow]) -> bool:
    """Whether the searcher's office had a part in every file that is shown, or it is assigned to the searcher."""
    own = col(CaseOffice.office).in_(sorted(access.reach.own))
    ids = {row.id for row in rows if row.assigned != tx.actor.id}
    held = tx.read.exec(select(CaseOffice.case_id).where(col(CaseOffice.case_id).in_(ids), own)).all()
    return ids <= set(held)


def _faults(asked: Asked, units: Sequence[Unit], rules: CaseRules) -> Iterator[Fault]:
    if asked == Asked():
        yield _fault("asked", "empty", "حدد ما تبحث عنه", "say what you are looking for")
    if asked.name is not None:
        yield from query_faults(units)
    if asked.state is not None and asked.state not in rules.lifecycle.states:
        known = ", ".join(rules.lifecycle.states)
        yield _fault("state", "unknown", f"حالة غير معروفة؛ المتاح: {known}", f"no such state; one of {known}")


def _fault(field: str, code: str, ar: str, en: str) -> Fault:
    return Fault(code=f"cases.search.{code}", field=field, clause=CLAUSE, ar=ar, en=en)
